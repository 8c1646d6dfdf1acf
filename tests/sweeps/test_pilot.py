"""What a sweep will take is reckoned from real runs, and comes out about right."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from experiments.sweep.parts import make_folders
from experiments.sweep.pilot import Pilot, expect, preview, take_pilot
from experiments.sweep.plan import Plan, make_plan
from experiments.sweep.reading import design_of
from experiments.sweep.work import Chunk, run_chunk


def plan(**keys: Any) -> Plan:
    return make_plan(design_of({"name": "d", "scenarios": ["blank"], "quarters": 24, **keys}))


DETAILS: list[dict[str, Any]] = [
    {},
    {"quarters": "last", "measures": ["n_firms", "n_ties"]},
    {"quarters": 5, "events": True, "panel_every": 6},
]


@pytest.mark.parametrize("detail", DETAILS, ids=["all", "last", "tables"])
def test_disk_is_what_the_runs_then_take(detail: dict[str, Any], tmp_path: Path) -> None:
    made = plan(replicates=6, detail=detail)
    pilot = take_pilot(made, quiet=True)
    make_folders(tmp_path)
    outcomes = run_chunk(Chunk(0, made.runs, made.scenarios, made.design.detail, str(tmp_path)))
    assert {outcome.state for outcome in outcomes} == {"done"}
    taken = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))
    assert pilot.bytes_per_part + 6 * pilot.bytes_per_run == pytest.approx(taken, rel=0.3)


@pytest.fixture
def known() -> Pilot:
    return Pilot(seconds_per_quarter=0.01, bytes_per_part=50_000, bytes_per_run=2_000)


def test_time_counts_the_burn_in_and_is_shared_by_the_workers(known: Pilot) -> None:
    made = plan(replicates=600)  # 20 + 24 quarters each
    one, two = expect(made, 1, known), expect(made, 2, known)
    assert one.seconds == pytest.approx(600 * 0.44)
    assert two.seconds == pytest.approx(300 * 0.44)
    assert one.bytes == pytest.approx(one.chunks * 50_000 + 600 * 2_000)
    assert 3 + 597 / 7 <= one.chunks < 120  # three of one run, chunks of three seconds hold 7, the last ones fewer
    assert expect(plan(), 8, known).seconds == pytest.approx(0.44)  # one run is done by one worker


def test_the_preview_says_what_there_is_to_know(known: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.sweep.pilot.take_pilot", lambda plan, quiet: known)
    sampling = {"kind": "list", "points": [{}, {"policy.access": 0.35}, {"policy.access": 0.1}]}
    out = io.StringIO()
    Console(file=out, width=100).print(preview(plan(sampling=sampling, replicates=500), 2))
    text = out.getvalue()
    for said in ("1,000: 2 points, 500 replicates", "policy.access (list)", "1 to 500 (crn)", "on 2 workers"):
        assert said in text
    assert "about 4 min" in text
    assert "500 of 1,500 runs repeat others of the design and are done once" in text
