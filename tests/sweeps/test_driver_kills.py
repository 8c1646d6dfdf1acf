"""The driver killed at any moment: resumed, the sweep holds what an undisturbed one holds; and it scales."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.catalogue import read_counts
from analysis.store import open_store
from tests.sweeps.sweeping import ROOT, command, content, finished, killed_after, plan_of, stored, swept, until


def done_and_calls(folder: Path, calls: Path) -> tuple[set[str], dict[str, int]]:
    """The runs that are recorded as done, and how often each run was computed."""
    runs = open_store(folder).runs
    counted = {path.name: path.read_text().count("\n") for path in calls.iterdir()}
    return set(runs.loc[runs["state"] == "done", "run"]), counted


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_driver_killed_at_random_moments_loses_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    plan = plan_of(40 * kills)
    assert swept(tmp_path / "calm", plan) == 0
    calls = tmp_path / "calls"
    calls.mkdir()
    monkeypatch.setenv("INNONET_TEST_COUNTED", str(calls))
    folder = stored(tmp_path / "store", plan, "slow")
    chance = random.Random(kills)
    killed = 0
    settled: dict[str, int] = {}
    for number in range(kills):
        process = command("resume", str(folder), "--jobs", "2")
        if number % 3:  # a moment after its first results; every third time it may not have come so far
            before = finished(folder)
            until(lambda: finished(folder) > before or process.poll() is not None)  # noqa: B023
        killed += killed_after(process, chance.uniform(0.0, 0.6 if number % 3 else 3.0))
        done, counted = done_and_calls(folder, calls)
        assert settled.items() <= counted.items(), "a run that was done was computed again"
        settled = {run: counted[run] for run in done}
    assert killed >= kills // 2
    process = command("resume", str(folder), "--jobs", "2")
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert settled.items() <= done_and_calls(folder, calls)[1].items()
    assert read_counts(folder) == {"done": len(plan.runs)}
    assert content(folder) == content(tmp_path / "calm")


MEASURED = """
import resource, sys, time
from pathlib import Path
from experiments.sweep.batch import begin
from tests.sweeps.sweeping import QUIET, plan_of, target
plan = plan_of(int(sys.argv[2]))
begin(plan_of(10), Path(sys.argv[1] + "-first"), QUIET, target=target("good"))
before, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
assert begin(plan, Path(sys.argv[1]), QUIET, target=target("good")) == 0
seconds = time.perf_counter() - clock
print(before / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, seconds)
"""


def measured(folder: Path, runs: int) -> tuple[float, float]:
    """MiB by which the driver grew over so many runs, and milliseconds per run."""
    words = subprocess.run(
        [sys.executable, "-c", MEASURED, str(folder), str(runs)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return float(words[-2]) - float(words[-3]), 1000 * float(words[-1]) / runs


@pytest.mark.slow
def test_memory_stays_flat_over_ten_thousand_runs(tmp_path: Path) -> None:
    few, _ = measured(tmp_path / "few", 1_000)
    many, milliseconds = measured(tmp_path / "many", 10_000)
    print(f"{few:.0f} MiB over 1,000 runs, {many:.0f} MiB over 10,000; {milliseconds:.2f} ms a run")
    assert many < few + 40
    assert milliseconds < 10
    assert read_counts(tmp_path / "many") == {"done": 10_000}
