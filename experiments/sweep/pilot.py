"""What a sweep will take, before it runs: time and disk reckoned from a few short real runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from experiments.progress import say
from experiments.sweep.driver import PER_WORKER, chunk_size
from experiments.sweep.plan import Plan, PlannedRun

if TYPE_CHECKING:
    from rich.console import RenderableType

    from experiments.sweep.work import Tables

PILOT_RUNS = 3
PILOT_QUARTERS = 8
"""Quarters after the burn-in of a pilot run."""


@dataclass(frozen=True)
class Pilot:
    """What pilot runs took.

    Attributes
    ----------
    seconds_per_quarter
        Wall seconds on one core, over burn-in and quarters; the median, as one run may still meet something to compile.
    bytes_per_part
        What a part takes before it holds a run: headings and footers.
    bytes_per_run
        What each run adds to it.
    """

    seconds_per_quarter: float
    bytes_per_part: float
    bytes_per_run: float

    def seconds(self, plan: Plan, run: PlannedRun) -> float:
        """Return the wall seconds expected of a run on one core."""
        return self.seconds_per_quarter * (plan.scenarios[run.scenario].burn_in + run.quarters)


@dataclass(frozen=True)
class Expectation:
    """What a sweep is expected to take: chunks of runs, wall seconds of all workers together, bytes on disk."""

    chunks: int
    seconds: float
    bytes: float


def take_pilot(plan: Plan, *, quiet: bool = False) -> Pilot:
    """Do a few runs of a plan, spread over it and cut short, and measure them.

    Raises
    ------
    InputError
        If the model refuses one of them.
    """
    from abm import kernel

    step = max(len(plan.runs) // PILOT_RUNS, 1)
    chosen = plan.runs[step // 2 :: step][:PILOT_RUNS]
    if not kernel.is_cache_ready():
        say("Compiling the model once (about a minute) ...", quiet=quiet)
    _short_run(plan, replace(chosen[0], quarters=1))  # loads the compiled model
    say(f"Trying {len(chosen)} short runs ...", quiet=quiet)
    pace, tables = [], []
    for run in chosen:
        short = replace(run, quarters=min(run.quarters, PILOT_QUARTERS))
        clock = time.perf_counter()
        tables.append(_short_run(plan, short))
        pace.append((time.perf_counter() - clock) / (plan.scenarios[run.scenario].burn_in + short.quarters))
    return Pilot(median(pace), *_sizes(plan, chosen, tables))


def expect(plan: Plan, jobs: int, pilot: Pilot) -> Expectation:
    """Return what a plan takes with `jobs` workers, each with a core of its own."""
    seconds = sum(pilot.seconds(plan, run) for run in plan.runs)
    chunks = min(PER_WORKER * jobs, len(plan.runs))  # the first hold one run each: nobody knows yet what it takes
    waiting = len(plan.runs) - chunks
    while waiting:
        waiting -= min(chunk_size(seconds / len(plan.runs), waiting, jobs), waiting)
        chunks += 1
    size = chunks * pilot.bytes_per_part + len(plan.runs) * pilot.bytes_per_run
    return Expectation(chunks, seconds / min(jobs, len(plan.runs)), size)


def preview(plan: Plan, jobs: int, *, quiet: bool = False) -> RenderableType:
    """Return what a sweep will do and take, for a person, after a pilot of a few short runs.

    Raises
    ------
    InputError
        If the model refuses a pilot run.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    expected = expect(plan, jobs, take_pilot(plan, quiet=quiet))
    design = plan.design
    table = Table(
        title=design.title or design.name, title_justify="left", title_style="bold", box=None, show_header=False
    )
    points = _count(len({run.point for run in plan.runs}), "point")
    most = "at most " if design.precision else ""
    table.add_row("runs", f"{most}{len(plan.runs):,}: {points}, {most}{_count(design.replicates, 'replicate')}")
    table.add_row("scenarios", Text(", ".join(plan.scenarios)))
    table.add_row("varied", Text(_varied(plan)))
    table.add_row("seeds", f"{_seeds(plan)} ({design.seed_policy})")
    table.add_row("chunks", f"{expected.chunks:,} on {_count(jobs, 'worker')}")
    table.add_row("time", f"about {_duration(expected.seconds)}")
    table.add_row("disk", f"about {_size(expected.bytes)}")
    notes = [Text(f"Note: {note}") for note in plan.notes]
    end = Text("Nothing was kept; time and disk are reckoned from a few short runs.", style="dim")
    return Group(table, *notes, end)


# ------------------------------------------------------------------------------------------------- measurement


def _short_run(plan: Plan, run: PlannedRun) -> Tables:
    from experiments.sweep.work import simulate_run

    scenario = plan.scenarios[run.scenario].with_parameters(run.changes)
    return simulate_run(run, scenario, plan.design.detail, lambda done, total: None)


def _sizes(plan: Plan, runs: tuple[PlannedRun, ...], tables: list[Tables]) -> tuple[float, float]:
    """Return the bytes of an empty part, and those that a run of full length adds."""
    per_part = per_run = 0.0
    for name in ("measures", "events", "panel"):
        frames = [getattr(each, name) for each in tables]
        if frames[0] is None:
            continue
        one = _written(name, [frames[0].head(1)])
        per_row = max(_written(name, frames) - one, 0) / max(sum(map(len, frames)) - 1, 1)
        per_part += max(one - per_row, 0.0)
        longer = [len(frame) * _growth(plan, run, name) for frame, run in zip(frames, runs, strict=True)]
        per_run += per_row * sum(longer) / len(longer)
    return per_part, per_run


def _growth(plan: Plan, run: PlannedRun, table: str) -> float:
    """Return how many times more rows a full run leaves in a table than its pilot."""
    short = min(run.quarters, PILOT_QUARTERS)
    detail, burn_in = plan.design.detail, plan.scenarios[run.scenario].burn_in
    if table == "events":
        return (burn_in + run.quarters) / (burn_in + short)
    every = detail.panel_every if table == "panel" else detail.quarters
    if every == "last":
        return 1.0
    step = 1 if every == "all" else int(every)
    return -(-run.quarters // step) / -(-short // step)  # every k-th and the last


def _written(table: str, frames: list[Any]) -> int:
    """Return the bytes of a part with these frames, each taken for a run of its own."""
    import pandas as pd

    from experiments.sweep.parts import as_arrow, parquet_of

    numbered = [frame.assign(run=f"{number:032x}") for number, frame in enumerate(frames)]
    return int(parquet_of(table, as_arrow(pd.concat(numbered, ignore_index=True), single=True), table).size)


# ------------------------------------------------------------------------------------------------------- words


def _varied(plan: Plan) -> str:
    names = list(plan.runs[0].factors)
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    kind = plan.design.sampling.kind.replace("_", " ")
    return f"{', '.join(names[:6])}{more} ({kind})" if names else "nothing but the seed"


def _count(number: int, noun: str) -> str:
    """Return a number of things.

    >>> _count(1, "point"), _count(2000, "point")
    ('1 point', '2,000 points')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _seeds(plan: Plan) -> str:
    seeds = {run.seed for run in plan.runs}
    return f"{min(seeds)} to {max(seeds)}" if len(seeds) > 1 else str(min(seeds))


def _duration(seconds: float) -> str:
    """Return a duration as people say it.

    >>> _duration(3.4), _duration(200), _duration(9000), _duration(1e6)
    ('4 s', '4 min', '2.5 h', '11.6 days')
    """
    if seconds < 90:
        return f"{max(round(seconds + 0.5), 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60 + 0.5)} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"


def _size(size: float) -> str:
    """Return a number of bytes as people say it.

    >>> _size(2_500), _size(3.2e6), _size(4.5e9)
    ('3 kB', '3.2 MB', '4.5 GB')
    """
    if size < 1e6:
        return f"{size / 1e3 + 0.5:.0f} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
