"""The generated tables of ODD.md are what the declarations say now, and what it names by hand exists."""

from __future__ import annotations

import re

import pytest

from abm.describe import ODD, SECTIONS, filled, main, numbers
from abm.measures import MEASURES
from abm.parameters import SPECIFICATIONS
from abm.scenario.scenario import scenario_names
from abm.schedule import DEFAULT


def test_the_tables_of_odd_are_not_stale() -> None:
    text = ODD.read_text(encoding="utf-8")
    assert filled(text) == text, "run: .venv/bin/python -m abm.describe --write"


def test_every_rule_has_its_submodel() -> None:
    written = SECTIONS["submodels"]()
    assert written.count("\nOff when ") == len(DEFAULT)


def test_missing_marks_are_an_error() -> None:
    with pytest.raises(ValueError, match="begin state"):
        filled("no marks here")


def test_it_prints_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    printed = capsys.readouterr().out
    assert all(f"## {name}\n" in printed for name in SECTIONS)
    with pytest.raises(SystemExit, match="usage"):
        main(["--help"])


def test_every_named_number_says_what_it_means() -> None:
    """A number in capital letters has a line below it with meaning and unit, or stands as a code among codes."""
    assert [f"{module}: {name}" for module, name, _, meaning in numbers() if not meaning] == []


# ------------------------------------------------------------------------------------------ what stands by hand

STATES = {"present", "partial", "missing", "measured", "left out"}


def passages() -> list[list[str]]:
    """Return the cells of each passage of the papers in the last section."""
    section = ODD.read_text(encoding="utf-8").partition("## 9. ")[2]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[1:]]


def test_what_holds_a_passage_exists() -> None:
    """Whoever renames or removes what holds a mechanism of the papers must say so in the table."""
    rules = {rule.action.__name__ for rule in DEFAULT}
    known = rules | set(SPECIFICATIONS) | set(MEASURES) | set(scenario_names())
    for passage, _, holders, state, reason in passages():
        named = set(re.findall(r"`([^`]+)`", holders))
        assert named <= known, passage
        assert state in STATES, passage
        assert bool(named) == (state != "missing") or state == "left out", passage
        assert reason or state in ("present", "measured"), passage


def test_no_passage_stands_twice() -> None:
    names = [name for name, *_ in passages()]
    assert len(names) == len(set(names)) > 100
    assert {name.split()[0] for name in names} == {"zhao2020", "li", "ren", "cheng"}


def test_every_decision_and_loop_names_rules_that_exist() -> None:
    text = ODD.read_text(encoding="utf-8")
    rules = {rule.action.__name__ for rule in DEFAULT}
    section = text.partition("## 4. ")[2].partition("<!-- begin measures -->")[0]
    named = {name for name in re.findall(r"`([a-z_]+)`", section) if "_" in name}
    assert named <= rules
    assert len(named) > 20


def test_parameters_and_sources_it_names_exist() -> None:
    text = ODD.read_text(encoding="utf-8")
    groups = {name.partition(".")[0] for name in SPECIFICATIONS}
    named = {name for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", text) if name.partition(".")[0] in groups}
    assert {name for name in named if name not in SPECIFICATIONS} == set()
    keys = re.findall(r"^@\w+\{([^,\s]+),$", ODD.with_name("references.bib").read_text(encoding="utf-8"), re.MULTILINE)
    cited = set(re.findall(r"`(F\d+|[a-z]+\d{4})(?:[:.][^`]*)?`", text))
    assert cited - set(keys) == set()
