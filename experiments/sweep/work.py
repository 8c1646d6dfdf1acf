"""What a worker does: a chunk of runs, each computed, checked and told as an outcome; the good ones written as a part.

A run that goes wrong is data, not an exception. Only what stops every run of the chunk is raised: a store that cannot
be written (`parts.StorageLost`).
"""

from __future__ import annotations

import gc
import os
import resource
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from abm.simulation import OnQuarter
from experiments.sweep.sound import KEYS, bad_measure

if TYPE_CHECKING:
    import pandas as pd

    from abm.scenario import Scenario
    from experiments.sweep.design import Detail
    from experiments.sweep.plan import PlannedRun

SIMULATE = "experiments.sweep.work:simulate_run"
"""What computes a run, as ``module:function``."""

TRACE_LENGTH = 8_000
"""Characters of a traceback that are kept: its end."""


class EngineLost(Exception):  # noqa: N818 - it says what happened
    """Workers cannot be reached, or are not fit; what is finished is safe, and the sweep can be resumed."""


class RunLate(Exception):  # noqa: N818 - it says what happened
    """A run has taken longer than it may."""


@dataclass(frozen=True)
class Tables:
    """What a run leaves behind: pandas frames, or ``{column: values}``; run and quarter are among the columns."""

    measures: pd.DataFrame | Mapping[str, Any]
    events: pd.DataFrame | Mapping[str, Any] | None = None
    panel: pd.DataFrame | Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Chunk:
    """Runs that one worker computes one after the other and writes together.

    Attributes
    ----------
    scenarios
        Those the runs need, by name, without the runs' changes.
    folder
        The store.
    seconds_per_run
        Wall seconds a run may take; None for no limit.
    target
        What computes a run: ``"module:function"``.
    code
        Digest of the model's code that the worker must have; empty for any.
    """

    number: int
    runs: tuple[PlannedRun, ...]
    scenarios: Mapping[str, Scenario]
    detail: Detail
    folder: str
    seconds_per_run: float | None = None
    target: str = SIMULATE
    code: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: done, failed, invalid, late or dead; wall and cpu in seconds, peak_mib that of its process."""

    run: str
    state: str
    wall: float = 0.0
    cpu: float = 0.0
    peak_mib: float = 0.0
    part: str | None = None
    error: str = ""
    trace: str = ""


def run_chunk(chunk: Chunk) -> list[Outcome]:
    """Compute the runs of a chunk and write the good ones as one part of each table.

    Raises
    ------
    StorageLost
        If the part cannot be written.
    EngineLost
        If this process has other code than the driver.
    """
    if chunk.code and chunk.code != code_here():
        raise EngineLost("a worker has another version of the model's code than this process")
    module, _, function = chunk.target.partition(":")
    target: Target = getattr(import_module(module), function)
    pairs = [_attempt(run, chunk, target) for run in chunk.runs]
    good = [tables for _, tables in pairs if tables is not None]
    part = _written(chunk.folder, good) if good else None
    _settle()
    return [_with_part(outcome, part) if tables is not None else outcome for outcome, tables in pairs]


def simulate_run(run: PlannedRun, scenario: Scenario, detail: Detail, on_quarter: OnQuarter) -> Tables:
    """Simulate a run and keep of its tables what the design asks for."""
    from abm.simulation import simulate

    result = simulate(
        scenario, seed=run.seed, quarters=run.quarters, panel_every=detail.panel_every, on_quarter=on_quarter
    )
    measures = result.measures
    measures = measures[kept_quarters(measures["quarter"], detail.quarters, run.quarters)]
    if detail.measures != "all":
        measures = measures[[*KEYS, *detail.measures]]
    events = result.events.assign(run=run.run) if detail.events else None
    panel = result.panel.assign(run=run.run) if detail.panel_every else None
    return Tables(measures.assign(run=run.run), events, panel)


def kept_quarters(quarter: Any, kept: str | int, last: int) -> Any:
    """Return which quarters are kept: all, the last, or every k-th and the last.

    >>> import numpy as np
    >>> kept_quarters(np.arange(1, 8), 3, 7).tolist()
    [False, False, True, False, False, True, True]
    """
    if kept == "all":
        return quarter >= 1
    is_last = quarter == last
    return is_last if isinstance(kept, str) else is_last | (quarter % kept == 0)


# ---------------------------------------------------------------------------------------------------- one run

Target = Callable[["PlannedRun", "Scenario", "Detail", OnQuarter], Tables]


def _attempt(run: PlannedRun, chunk: Chunk, target: Target) -> tuple[Outcome, Tables | None]:
    """Compute one run; return how it ended, and its tables if they are good."""
    wall, cpu = time.perf_counter(), time.thread_time()
    state, error, trace, tables = "done", "", "", None
    try:
        scenario = chunk.scenarios[run.scenario]
        scenario = scenario.with_parameters(run.changes) if run.changes else scenario
        tables = target(run, scenario, chunk.detail, _watch(chunk.seconds_per_run))
        error = bad_measure(tables.measures)
        state = "invalid" if error else "done"
    except RunLate as late:
        state, error = "late", str(late)
    except MemoryError as full:
        state, error, trace = "failed", f"MemoryError: {full}", traceback.format_exc()
    except Exception as wrong:
        state, error, trace = "failed", f"{type(wrong).__name__}: {wrong}", traceback.format_exc()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = time.perf_counter() - wall, time.thread_time() - cpu
    outcome = Outcome(run.run, state, *spent, peak, None, error, trace[-TRACE_LENGTH:])
    return outcome, tables if state == "done" else None


def _with_part(outcome: Outcome, part: str | None) -> Outcome:
    return Outcome(outcome.run, outcome.state, outcome.wall, outcome.cpu, outcome.peak_mib, part)


def _watch(seconds: float | None) -> OnQuarter:
    """Return what is called after each quarter: ends a run that is late, or whose driver has gone."""
    begun = time.monotonic()

    def on_quarter(done: int, total: int) -> None:
        if seconds is not None and time.monotonic() - begun > seconds:
            raise RunLate(f"stopped after {seconds:g} s, in quarter {done} of {total}, burn-in included")
        leave_if_orphan()

    return on_quarter


# ---------------------------------------------------------------------------------------------------- the part


def _written(folder: str, good: Sequence[Tables]) -> str:
    """Write the tables of the good runs as one part and return its name.

    Raises
    ------
    StorageLost
        If that cannot be done.
    """
    from experiments.sweep.parts import write_parts

    names = [name for name in ("measures", "events", "panel") if getattr(good[0], name) is not None]
    return write_parts(folder, {name: _joined(getattr(tables, name) for tables in good) for name in names})


def _joined(tables: Iterable[pd.DataFrame | Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows of all tables in one frame."""
    import pandas as pd

    frames = [pd.DataFrame(each) for each in tables]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


# ------------------------------------------------------------------------------------------------- the process

_driver: int | None = None
_is_settled = False


def prepare_worker() -> None:
    """Make a process on this machine a worker: Ctrl-C is for the driver, whose end is the worker's."""
    import signal

    global _driver  # noqa: PLW0603
    _driver = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _settle() -> None:
    """Take what a worker of this machine has loaded for its first chunk out of what is searched for garbage.

    Without psutil, loky collects garbage after every chunk, which took 2 % of the time of sweeps.
    """
    global _is_settled  # noqa: PLW0603
    if _driver is not None and not _is_settled:
        gc.collect()
        gc.freeze()
        _is_settled = True


@cache
def code_here() -> str:
    """Return the digest of the model's code as it was when this process first asked."""
    from experiments.sweep.provenance import code_digest

    return code_digest()


def greet(folder: str) -> tuple[str, bool]:
    """Return the installed version of innonet, and whether this process sees a folder."""
    return version("innonet"), os.path.isdir(folder)


def leave_if_orphan() -> None:
    """End this process if the driver that started it has gone."""
    if _driver is not None and os.getppid() != _driver:
        os._exit(1)
