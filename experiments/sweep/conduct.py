"""Conducting a batch: hold the store, warm the compile cache, drive the runs, and say how it ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from abm.errors import InputError
from analysis.load import read_manifest
from analysis.schema import DONE, WAITING
from experiments.progress import say
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.driver import Driver, Work
from experiments.sweep.engines import Engine, check_workers
from experiments.sweep.lock import held, note
from experiments.sweep.options import Options, failures_allowed
from experiments.sweep.parts import StorageLost
from experiments.sweep.replication import Replication
from experiments.sweep.shown import Shown, counts_table, next_steps
from experiments.sweep.work import SIMULATE, EngineLost, Outcome, code_here

if TYPE_CHECKING:
    from experiments.sweep.plan import Plan, PlannedRun

WELL, SOME_FAILED, LOST, INTERRUPTED = 0, 3, 4, 130
"""Exit codes."""


@dataclass(frozen=True)
class Batch:
    """A store, its plan, and where and how its runs are done; `target` computes a run, see `work.Chunk`."""

    folder: Path
    plan: Plan
    engine: Engine
    options: Options
    target: str = SIMULATE


@dataclass(frozen=True)
class Ending:
    """How a batch ended: stopped before its end, by a signal or by too many failures; and its replicates, if asked."""

    replication: Replication | None = None
    is_stopped: bool = False
    is_interrupted: bool = False


def conduct(batch: Batch, purpose: str) -> int:
    """Do the runs of a store that wait and return the exit code.

    Parameters
    ----------
    purpose
        ``sweep``, ``resume`` or ``retry``; the last sends what went wrong back to waiting first.

    Raises
    ------
    InputError
        If another process holds the store.
    """
    try:
        with held(batch.folder, purpose=purpose):
            is_same = read_manifest(batch.folder).get("plan") == batch.plan.hash
            catalogue, notes = Catalogue.restore(batch.folder, batch.plan, is_same=is_same)
            with catalogue:
                _say_all(notes, batch.options.quiet)
                if purpose == "retry":
                    say(f"{catalogue.retry():,} runs that went wrong are tried again", quiet=batch.options.quiet)
                return _end(batch, catalogue, _drive(batch, catalogue))
    except (EngineLost, StorageLost) as lost:
        say(f"Error: {lost}")
        say(f"What is finished is recorded. Continue with: innonet resume {batch.folder}")
        return LOST
    except KeyboardInterrupt:
        say(f"Interrupted; what is finished is recorded. Continue with: innonet resume {batch.folder}")
        return INTERRUPTED
    finally:
        batch.engine.stop(at_once=False)


# ----------------------------------------------------------------------------------------------------- beginning


def _planned(catalogue: Catalogue, plan: Plan) -> list[tuple[PlannedRun, str]]:
    """Return all runs with their states, under the identities they have in the store.

    Raises
    ------
    InputError
        If the plan has another number of runs than the store.
    """
    states = catalogue.states()
    if len(states) != len(plan.runs):
        raise InputError(f"the design plans {len(plan.runs):,} runs today, the store holds {len(states):,}")
    pairs = zip(states.items(), plan.runs, strict=True)
    return [(run if run.run == key else replace(run, run=key), state) for (key, state), run in pairs]


def warm(batch: Batch) -> None:
    """Run each region once and shortly in this process, so that workers find the model compiled.

    What goes wrong here goes wrong in the runs, and is told there.
    """
    if batch.target != SIMULATE:
        return
    from abm import kernel
    from abm.simulation import simulate

    if not kernel.is_cache_ready():
        say("Compiling the model once (about a minute) ...", quiet=batch.options.quiet)
    for scenario in {each.name: each for each in batch.plan.scenarios.values()}.values():
        with suppress(Exception):
            simulate(scenario, quarters=1, panel_every=batch.plan.design.detail.panel_every)


# ------------------------------------------------------------------------------------------------------- driving


def _drive(batch: Batch, catalogue: Catalogue) -> Ending:
    """Do what is to be done and return how it ended."""
    planned = _planned(catalogue, batch.plan)
    design = batch.plan.design
    replication = Replication(design, planned, batch.folder) if design.precision else None
    runs = replication.more() if replication else [run for run, state in planned if state == WAITING]
    if not runs:
        return Ending(replication)
    warm(batch)
    check_workers(batch.engine, str(batch.folder.resolve()))
    options = batch.options
    work = _work(batch, runs)
    allowed = failures_allowed(options.max_failures, len(batch.plan.runs))
    most = "at most " if replication else ""
    with (
        Shown(design.name, catalogue.counts(), quiet=options.quiet, most=most) as shown,
        _signals() as is_interrupted,
    ):
        note(batch.folder, finished=shown.finished, engine=batch.engine.name)

        def record(outcomes: list[Outcome]) -> None:
            catalogue.record(outcomes)
            shown.add(outcomes)
            if replication:
                replication.take(outcomes)

        def is_over() -> bool:
            shown.tick(batch.engine.workers())
            return is_interrupted() or shown.new_failures > allowed

        more = replication.more if replication else list
        is_done = Driver(work, batch.engine, record, is_over, more).drive()
        return Ending(replication, is_stopped=not is_done, is_interrupted=is_interrupted())


def _work(batch: Batch, runs: list[PlannedRun]) -> Work:
    options, plan = batch.options, batch.plan
    folder = str(batch.folder.resolve())
    detail = plan.design.detail
    return Work(runs, plan.scenarios, detail, folder, options.seconds_per_run, batch.target, options.chunk, code_here())


@contextmanager
def _signals() -> Iterator[Callable[[], bool]]:
    """Note Ctrl-C and a polite kill instead of raising at once; the second one raises. Give what tells of them."""
    seen: list[int] = []

    def noted(number: int, frame: object) -> None:
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.signal(number, noted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# -------------------------------------------------------------------------------------------------------- ending


def _end(batch: Batch, catalogue: Catalogue, ending: Ending) -> int:
    """Say how it ended and what may be done next; return the exit code."""
    from experiments.sweep.export import export_runs

    export_runs(batch.folder)
    if ending.replication:
        ending.replication.write()
    if ending.is_interrupted:
        raise KeyboardInterrupt
    counts = catalogue.counts()
    failed = sum(number for state, number in counts.items() if state not in (DONE, WAITING))
    if ending.replication and not ending.is_stopped:
        counts.pop(WAITING, None)  # nobody needs them
    if batch.options.quiet:
        print(batch.folder)
    else:
        from rich.console import Console

        console = Console(highlight=False)
        console.print(counts_table(batch.plan.design.name, counts))
        for line in ending.replication.sentences() if ending.replication else ():
            console.print(line, markup=False, soft_wrap=True)
        console.print(next_steps(batch.folder, counts), markup=False, soft_wrap=True)
    if ending.is_stopped:
        say("Stopped: too many runs went wrong (see --max-failures).")
    return SOME_FAILED if failed else WELL


def _say_all(notes: list[str], quiet: bool) -> None:
    for words in notes:
        say(f"Note: {words}", quiet=quiet)
