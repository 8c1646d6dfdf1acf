# Needs Python 3.11 or later, make and git. `make help` lists the targets.

PYTHON ?= python3

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
WORKERS ?= 2
SETS ?= 1000

# An environment whose interpreter is gone or too old is made again.
CHECK_VERSION := import sys; sys.exit(sys.version_info < (3, 11))
ifneq ($(wildcard $(VENV)),)
ifneq ($(shell $(PY) -c "$(CHECK_VERSION)" >/dev/null 2>&1 && echo good),good)
STALE := stale
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test slow paired facts runaway browser lint format types contracts check bench wheel clean stale

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.core  ## Run the default region and show what happened
	$(VENV)/bin/innonet run equipment --seed 1 --force

test: $(VENV)/.dev  ## Run the tests, without the slow ones and the browser
	$(PY) -m pytest -q -n $(WORKERS)

slow: $(VENV)/.dev  ## Run the slow tests
	$(PY) -m pytest -q -n $(WORKERS) -m "slow and not runaway and not browser"

paired: $(VENV)/.dev  ## Measure what each mechanism moves, over 20 pairs of worlds; writes a table into CALIBRATION.md
	rm -f runs/paired_effects.json
	-$(PY) -m pytest -q -m slow tests/emergence/test_paired.py
	$(PY) -m tests.emergence.paired_table --write

facts: $(VENV)/.dev  ## Compare the default region with published numbers, over 30 seeds; writes a table into CALIBRATION.md
	$(PY) -m experiments.fact_table --write

runaway: $(VENV)/.dev  ## Run 1,000 random parameter sets over 400 quarters: none may run away (SETS=100 for fewer)
	INNONET_SETS=$(SETS) $(PY) -m pytest -q -m runaway tests/emergence/test_runaway.py

browser: $(VENV)/.viz  ## Run the tests of the page in a browser
	$(PY) -m pytest -q -m browser

lint: $(VENV)/.dev  ## Check style and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: $(VENV)/.dev  ## Mend style and format where that is safe
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

types: $(VENV)/.dev  ## Check types
	$(PY) -m mypy

contracts: $(VENV)/.dev  ## Check which module may import which
	$(VENV)/bin/lint-imports --no-cache

check: lint types contracts test  ## All of the above that CI runs

bench: $(VENV)/.dev  ## Measure speed: JSON and a table
	$(PY) -m tests.benchmarks

wheel: $(VENV)/.core  ## Build the wheel into dist/
	$(PIP) wheel -q --no-deps -w dist .

clean:  ## Remove the environment, caches and builds; keep runs/
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find abm experiments analysis tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the environment: installed again only when pyproject.toml or constraints.txt change

$(VENV)/pyvenv.cfg: $(STALE)
	@$(PYTHON) -c "$(CHECK_VERSION)" || \
	    { echo "innonet needs Python 3.11 or later; name one with: make PYTHON=python3.11 ..." >&2; exit 1; }
	rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.core: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e '.[dev]'
	@touch $(VENV)/.core $@

$(VENV)/.viz: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e '.[dev,viz]'
	@touch $(VENV)/.core $(VENV)/.dev $@
