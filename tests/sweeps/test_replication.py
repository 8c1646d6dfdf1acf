"""Replicates until a mean is known: the runs that are needed and no others, however the sweep is run or stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.errors import InputError
from analysis.catalogue import read_counts
from analysis.replicates import Precision, replicates_in
from analysis.store import open_store
from experiments.command_line import main
from experiments.sweep.batch import Options, resume
from experiments.sweep.design import Design, Precise
from experiments.sweep.options import asked_for
from experiments.sweep.plan import Plan, make_plan
from experiments.sweep.replication import FILE
from tests.sweeps import targets
from tests.sweeps.sweeping import QUIET, command, content, finished, states, stored, swept, until

COUPLING = "coupling_coordination"


def plan(most: int = 300, half_width: Any = "20%", measures: tuple[str, ...] = (COUPLING,), **more: Any) -> Plan:
    precision = Precise(measures=list(measures), half_width=half_width)
    return make_plan(Design(name="test", scenarios=["blank"], quarters=3, replicates=most, precision=precision, **more))


def reached(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / FILE)


def test_it_does_as_many_as_the_rule_asks_for_and_not_many_more(tmp_path: Path) -> None:
    assert swept(tmp_path / "all", plan(half_width=1e-9)) == 0
    every = open_store(tmp_path / "all").measures.query("quarter == 3")
    needed = replicates_in(every[[COUPLING]], Precision(0.2)).iloc[0]
    assert swept(tmp_path / "store", plan()) == 0
    (row,) = reached(tmp_path / "store").to_dict("records")
    assert row["enough"] == needed["enough"]
    assert row["is_settled"]
    assert needed["enough"] < row["replicates"] <= 2 * needed["enough"]
    assert read_counts(tmp_path / "store") == {"done": row["replicates"], "waiting": 300 - row["replicates"]}
    done = open_store(tmp_path / "store").measures.query("quarter == 3")[COUPLING]
    np.testing.assert_array_equal(done, every[COUPLING][: len(done)])
    assert row["mean"] == pytest.approx(done.mean(), rel=1e-6)
    assert row["relative_half_width"] <= 0.2


@pytest.mark.parametrize(("jobs", "chunk"), [(1, 1), (2, 7), (2, 1)])
def test_workers_and_chunks_make_no_difference(tmp_path: Path, jobs: int, chunk: int) -> None:
    points = {"kind": "list", "points": [{}, {"policy.budget_share": 0.4}]}
    two = plan(sampling=points, seed_policy="independent")
    assert swept(tmp_path / "one", two) == 0
    assert swept(tmp_path / "other", two, options=Options(jobs=jobs, quiet=True, chunk=chunk)) == 0
    assert content(tmp_path / "one") == content(tmp_path / "other")
    assert (tmp_path / "one" / FILE).read_text() == (tmp_path / "other" / FILE).read_text()
    numbers = reached(tmp_path / "one")["replicates"].tolist()
    assert numbers[0] > numbers[1], "a greater mean is sooner known to a share of it"


def test_killed_and_resumed_it_ends_where_it_would_have_ended(tmp_path: Path) -> None:
    asked = plan(half_width="10%")
    assert swept(tmp_path / "calm", asked, "slow") == 0
    folder = stored(tmp_path / "store", asked, "slow")
    for _ in range(2):
        before = finished(folder)
        process = command("resume", str(folder), "--jobs", "2")
        until(lambda before=before: finished(folder) > before + 10)  # type: ignore[misc]
        process.kill()
        process.communicate()
    assert resume(folder, QUIET) == 0
    assert content(folder) == content(tmp_path / "calm")
    assert (folder / FILE).read_text() == (tmp_path / "calm" / FILE).read_text()
    before = os.stat(folder / "runs.parquet").st_size
    assert resume(folder, QUIET) == 0, "nothing is left to do"
    assert read_counts(folder) == read_counts(tmp_path / "calm")
    assert os.stat(folder / "runs.parquet").st_size == before


def test_runs_that_go_wrong_count_for_nothing(tmp_path: Path) -> None:
    assert swept(tmp_path / "store", plan(), "wrong", Options(jobs=2, quiet=True, seconds_per_run=0.5)) == 3
    failed = sum(state not in ("done", "waiting") for state in states(tmp_path / "store").values())
    (row,) = reached(tmp_path / "store").to_dict("records")
    assert failed == len([targets.DEAD, targets.FAILED, targets.LATE, targets.INVALID])
    assert row["replicates"] == read_counts(tmp_path / "store")["done"]
    assert row["is_settled"]


def test_the_command_says_what_was_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design, folder = tmp_path / "few.toml", tmp_path / "store"
    design.write_text('name = "few"\nscenarios = ["blank"]\nquarters = 2\n')
    words = ["sweep", str(design), "--until-precise", "n_firms", "--jobs", "2", "--out", str(folder)]
    assert main([*words, "--half-width", "90%", "--at-most", "40"]) == 0
    said = capsys.readouterr().out
    assert "n_firms: known to ±90% of the mean (95% interval) with 15 runs." in said
    assert "(15 replicates; 10 were enough)" in said
    assert "resume" not in said
    assert main(["status", str(folder)]) == 0
    assert "Not all that wait need be done" in capsys.readouterr().out
    assert main(["resume", str(folder)]) == 0
    assert main([*words[:-1], str(tmp_path / "b"), "--half-width", "1e-9", "--at-most", "16"]) == 0
    assert "not known to ±1e-09 (95% interval) at 1 of 1 points" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--half-width", "5%"], "--half-width goes with --until-precise"),
        (["--at-most", "50"], "--at-most goes with --until-precise"),
        (["--until-precise", " , "], "--until-precise: name a measure"),
        (["--until-precise", "n_firms", "--max-failures", "nan"], "--max-failures nan"),
        (["--until-precise", "n_firm"], 'did you mean "n_firms"'),
        (["--until-precise", "dominant_path"], "is a text"),
        (["--until-precise", "n_firms", "--half-width", "five"], "--half-width five: give a number"),
        (["--until-precise", "n_firms", "--half-width", "0%"], "half_width"),
        (["--until-precise", "n_firms", "--half-width", "-1"], "half_width"),
        (["--until-precise", "n_firms", "--half-width", "nan"], "--half-width nan: give a number"),
        (["--until-precise", "n_firms", "--half-width", "inf%"], "half_width"),
        (["--until-precise", "n_firms", "--half-width", "x%"], "half_width"),
        (["--until-precise", "n_firms", "--at-most", "14"], "15 replicates are looked at in any case"),
    ],
)
def test_bad_input_is_told(words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "smoke", *words, "--out", str(tmp_path / "store")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_a_measure_that_is_not_kept_is_refused() -> None:
    with pytest.raises(InputError, match="is not kept"):
        plan(detail={"measures": ["n_firms"]})


def test_the_command_line_goes_over_the_design() -> None:
    known = plan(measures=("n_firms",)).design
    assert asked_for(known, None, None, None) == known
    asked = asked_for(known, f"{COUPLING}, n_firms", "0.5", 99)
    assert asked.precision == Precise(measures=[COUPLING, "n_firms"], half_width=0.5)
    assert asked.replicates == 99
