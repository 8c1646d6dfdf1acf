"""Runs without the model, for tests of what drives them: quick, and wrong in every way a run can be wrong.

What a run does is fixed by its seed, so that a test knows which of them must be marked.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from abm.simulation import OnQuarter
from experiments.sweep.work import Tables

DEAD, FAILED, LATE, INVALID = 5, 8, 11, 14
"""Seeds of the runs that go wrong in `wrong`."""


def good(run: Any, scenario: Any, detail: Any, on_quarter: OnQuarter) -> Tables:
    """Some measures that depend on seed and factors alone; a mark is left in the folder COUNTED for each call."""
    quarter = np.arange(1, run.quarters + 1)
    chance = np.random.default_rng(run.seed)
    rows = len(quarter)
    for each in quarter:
        on_quarter(int(each), run.quarters)
    counted = os.environ.get("INNONET_TEST_COUNTED")
    if counted:
        with (Path(counted) / run.run).open("a") as file:
            file.write(f"{os.getpid()}\n")
    return Tables(
        {
            "run": [run.run] * rows,
            "region": ["home"] * rows,
            "quarter": quarter,
            "n_firms": chance.integers(1, 900, rows).astype(float),
            "coupling_coordination": chance.random(rows) + float(sum(map(float, run.changes.values()))),
        }
    )


def slow(run: Any, scenario: Any, detail: Any, on_quarter: OnQuarter) -> Tables:
    """A good run of some hundredths of a second."""
    time.sleep(0.03)
    return good(run, scenario, detail, on_quarter)


def wrong(run: Any, scenario: Any, detail: Any, on_quarter: OnQuarter) -> Tables:
    """A good run, but for some seeds."""
    if run.seed == DEAD:
        os._exit(3)
    if run.seed == FAILED:
        raise ZeroDivisionError("one over none")
    while run.seed == LATE:
        time.sleep(0.01)
        on_quarter(1, run.quarters)
    tables = good(run, scenario, detail, on_quarter)
    if run.seed == INVALID:
        tables.measures["n_firms"][1] = np.nan
    return tables


def mended(run: Any, scenario: Any, detail: Any, on_quarter: OnQuarter) -> Tables:
    """A run that fails unless the file MENDED is there."""
    if run.seed == FAILED and not Path(os.environ["INNONET_TEST_MENDED"]).exists():
        raise ZeroDivisionError("one over none")
    return good(run, scenario, detail, on_quarter)


def silent(run: Any, scenario: Any, detail: Any, on_quarter: OnQuarter) -> Tables:
    """A run that for one seed never comes back and never says a word."""
    while run.seed == LATE:
        time.sleep(0.01)
    return good(run, scenario, detail, on_quarter)


def namespace(**values: Any) -> Any:
    return SimpleNamespace(**values)
