"""What a sweep costs beside its runs: the same default runs bare and swept, in turns, in one worker and in two.

A run is 100 quarters with its burn-in, of which the measures of the last quarter are kept. Swept, it is sent, watched,
checked, written to the disk with the others of its chunk, and recorded by the driver, whose time counts too. What a
sweep takes once, to start and to end, is not in it.

The overhead is told twice: swept over bare, measured in turns, in which all that a sweep does shows, but on a busy
machine also all else; and what was computed outside the model while sweeping, which repeats to a tenth.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

from abm import Scenario, simulate
from abm.simulation import OnQuarter, Result
from experiments.sweep.batch import make_store
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.design import Design, Detail
from experiments.sweep.driver import Driver, Work, chunk_size
from experiments.sweep.engines import LocalEngine
from experiments.sweep.plan import PlannedRun, make_plan
from experiments.sweep.shown import Shown
from experiments.sweep.work import Tables, code_here, simulate_run

MANY = 10_000
"""Runs of the sweep whose chunks are measured: those of a short one are smaller."""
FOREVER = 3600.0
"""Seconds a run may take, so that the time is looked at."""


_in_model = 0.0


class Spent(NamedTuple):
    """Seconds: wall time, processor time of driver and worker together, and the part of it that the model took."""

    wall: float
    cpu: float
    model: float


def timed_run(run: PlannedRun, scenario: Scenario, detail: Detail, on_quarter: OnQuarter) -> Tables:
    """Do what a sweep does for a run, and note the processor time of the model."""

    def timed(*arguments: Any, **options: Any) -> Result:
        global _in_model  # noqa: PLW0603
        began = time.process_time()
        result = simulate(*arguments, **options)
        _in_model += time.process_time() - began
        return result

    with patch("abm.simulation.simulate", timed):
        return simulate_run(run, scenario, detail, on_quarter)


def spent_here() -> tuple[float, float]:
    """Return the processor time of this process, and the part of it that the model took in `timed_run`."""
    return time.process_time(), _in_model


def bare(runs: Sequence[PlannedRun], scenario: Scenario) -> float:
    """Simulate runs and do nothing else; return the processor seconds of this process."""
    began = time.process_time()
    for run in runs:
        simulate(scenario, seed=run.seed, quarters=run.quarters, panel_every=0)
    return time.process_time() - began


class Course:
    """A store and an engine on which default runs are tried, each time others."""

    def __init__(self, folder: Path, jobs: int, runs: int) -> None:
        self.plan = make_plan(
            Design.model_validate(
                {"name": "bench", "quarters": 100, "replicates": runs, "detail": {"quarters": "last"}}
            )
        )
        self.folder = folder
        self.engine = LocalEngine(jobs)
        make_store(self.plan, folder)
        pool = self.engine.pool()
        first = [pool.submit(bare, self.plan.runs[:1], self._scenario) for _ in range(2 * jobs)]
        for each in first:
            each.result()  # every worker has loaded the model

    @property
    def _scenario(self) -> Scenario:
        return self.plan.scenarios["equipment"]

    def bare(self, runs: Sequence[PlannedRun], at_once: int = 1) -> Spent:
        """Simulate runs without a sweep, as often at once as said."""
        began = time.perf_counter()
        pool = self.engine.pool()
        cpu = [each.result() for each in [pool.submit(bare, runs, self._scenario) for _ in range(at_once)]]
        return Spent(time.perf_counter() - began, sum(cpu), sum(cpu))

    def swept(self, runs: Sequence[PlannedRun], seconds: float, chunk: int | None = None) -> Spent:
        """Sweep runs that take so many seconds each; the processor times are right for one worker only."""
        before = self._worker()
        began, own = time.perf_counter(), time.process_time()
        with Catalogue.open(self.folder) as catalogue:
            shown = Shown("bench", catalogue.counts(), quiet=True)

            def record(outcomes: list[Any]) -> None:
                catalogue.record(outcomes)
                shown.add(outcomes)

            plan, target = self.plan, "tests.benchmarks.sweeps:timed_run"
            work = Work(
                runs, plan.scenarios, plan.design.detail, str(self.folder), FOREVER, target, chunk, code=code_here()
            )
            driver = Driver(work, self.engine, record, lambda: False)
            driver.seconds = seconds
            driver.drive()
        own, wall = time.process_time() - own, time.perf_counter() - began
        cpu, model = (after - each for after, each in zip(self._worker(), before, strict=True))
        return Spent(wall, own + cpu, model)

    def _worker(self) -> tuple[float, float]:
        spent: tuple[float, float] = self.engine.pool().submit(spent_here).result()
        return spent


def overhead(turns: int, runs: int) -> dict[str, Any]:
    """Measure what sweeping adds to a default run, in one worker."""
    found: list[tuple[Spent, Spent]] = []
    with tempfile.TemporaryDirectory() as place:
        course = Course(Path(place) / "store", 1, (turns + 1) * runs)
        seconds = course.bare(course.plan.runs[:runs]).cpu / runs
        chunk = chunk_size(seconds, MANY, 1)
        course.swept(course.plan.runs[:runs], seconds, chunk)
        for turn in range(1, turns + 1):
            batch = course.plan.runs[turn * runs : (turn + 1) * runs]
            pair = (course.bare, lambda batch: course.swept(batch, seconds, chunk))
            first, second = (each(batch) for each in (pair if turn % 2 else pair[::-1]))
            found.append((first, second) if turn % 2 else (second, first))
    return {
        "runs_in_a_chunk": chunk,
        "bare_run_cpu_seconds": median(one.cpu for one, _ in found) / runs,
        "sweep_overhead_milliseconds_per_run": 1e3 * median(many.cpu - many.model for _, many in found) / runs,
        "sweep_overhead_share": median(many.cpu / many.model for _, many in found) - 1.0,
        "swept_over_bare": median(many.cpu / one.cpu for one, many in found),
        "swept_over_bare_in_wall_time": median(many.wall / one.wall for one, many in found),
    }


def efficiency(turns: int, runs: int) -> dict[str, Any]:
    """Measure how much of two workers' time goes into runs, against a bare run that has the machine for itself."""
    bare_alone, bare_both, swept = [], [], []
    with tempfile.TemporaryDirectory() as place:
        course = Course(Path(place) / "store", 2, 2 * (turns + 1) * runs)
        for turn in range(turns):
            batch = course.plan.runs[2 * turn * runs : 2 * (turn + 1) * runs]
            bare_alone.append(course.bare(batch[:runs]))
            bare_both.append(course.bare(batch[:runs], at_once=2))
            swept.append(course.swept(batch, bare_alone[-1].wall / runs))
    return {
        "two_workers_efficiency": median(a.wall / b.wall for a, b in zip(bare_alone, swept, strict=True)),
        "two_bare_runs_at_once": median(a.wall / b.wall for a, b in zip(bare_alone, bare_both, strict=True)),
    }
