"""The driver: keeps workers busy with chunks of runs, and loses none of them.

It knows no engine beyond `concurrent.futures.Executor`. A few chunks per worker are in flight at any time, each sized
to some seconds. If a worker dies, the runs of the chunks that were in flight go into quarantine, where each runs alone:
a run that takes down two workers while alone is dead, the others were innocent.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from experiments.progress import say
from experiments.sweep.engines import Engine
from experiments.sweep.work import SIMULATE, Chunk, EngineLost, Outcome, run_chunk

if TYPE_CHECKING:
    from abm.scenario import Scenario
    from experiments.sweep.design import Detail
    from experiments.sweep.plan import PlannedRun

CHUNK_SECONDS = 3.0
"""Wall seconds that a chunk should take."""
CHUNK_MOST = 500
"""Runs in a chunk, at most."""
PER_WORKER = 3
"""Chunks in flight per worker."""
LOSSES = 2
"""Workers lost to a run while it was alone, after which it is dead."""
TICK = 0.5
"""Seconds after which the driver looks up, whatever happens."""
GRACE = 30.0
"""Seconds beyond the latest moment at which a chunk must be back, after which its worker is held to be stuck."""


@dataclass(frozen=True)
class Work:
    """What is to be done.

    Attributes
    ----------
    runs
        In the order in which they begin.
    folder
        The store.
    seconds_per_run
        Wall seconds a run may take; None for no limit.
    target
        What computes a run, see `work.Chunk`.
    chunk
        Runs in a chunk; None to size chunks by what runs take.
    code
        Digest of the model's code that workers must have; empty for any.
    """

    runs: Iterable[PlannedRun]
    scenarios: Mapping[str, Scenario]
    detail: Detail
    folder: str
    seconds_per_run: float | None = None
    target: str = SIMULATE
    chunk: int | None = None
    code: str = ""


class Driver:
    """Drives work through an engine.

    Parameters
    ----------
    record
        Called with the outcomes of each chunk; what it has taken is safe.
    is_over
        Asked at least every half second: True ends the work before its end.
    more
        Asked when all runs are given out: what is to be done besides, nothing if that is all or not known yet.
    """

    def __init__(
        self,
        work: Work,
        engine: Engine,
        record: Callable[[list[Outcome]], None],
        is_over: Callable[[], bool],
        more: Callable[[], Iterable[PlannedRun]] = tuple,
    ) -> None:
        self.work = work
        self.engine = engine
        self.record = record
        self.is_over = is_over
        self.more = more
        self.waiting = deque(work.runs)
        self.quarantine: deque[PlannedRun] = deque()
        self.in_flight: dict[Future[list[Outcome]], Chunk] = {}
        self.due: dict[Future[list[Outcome]], float] = {}
        self.alone: Future[list[Outcome]] | None = None
        self.losses: Counter[str] = Counter()
        self.seconds: float | None = None
        self.pool = engine.pool()
        self.number = 0
        self.looked = time.monotonic()

    def drive(self) -> bool:
        """Do the work; return whether all of it is done. Whatever happens, what is finished is recorded.

        Raises
        ------
        EngineLost
            If the workers cannot be reached any more.
        StorageLost
            If the store cannot be written.
        """
        ended_well = False
        try:
            while self._is_left():
                if self.is_over():
                    return False
                self._fill()
                self._take(TICK)
                self._look_for_trouble()
            ended_well = True
        finally:
            self._leave(at_once=not ended_well)
        return True

    def _is_left(self) -> bool:
        """Tell whether anything is to be done, and ask for more if all is given out."""
        if not self.waiting:
            self.waiting.extend(self.more())
        return bool(self.waiting or self.quarantine or self.in_flight)

    # ------------------------------------------------------------------------------------------------ giving out

    def _fill(self) -> None:
        """Send chunks until enough are in flight; a run in quarantine goes when there is no other."""
        if self.quarantine:
            if not self.in_flight:
                self.alone = self._send(self.quarantine, 1)
            return
        workers = max(self.engine.workers(), 1)
        while self.waiting and len(self.in_flight) < PER_WORKER * workers:
            size = min(self._chunk_size(workers), len(self.waiting))
            if self._send(self.waiting, size) is None:
                return

    def _chunk_size(self, workers: int) -> int:
        """Return how many runs make a chunk; towards the end fewer, so that all workers end together."""
        if self.work.chunk is not None:
            return self.work.chunk
        return chunk_size(self.seconds, len(self.waiting), workers)

    def _send(self, source: deque[PlannedRun], size: int) -> Future[list[Outcome]] | None:
        """Send a chunk of the next runs; if the pool turns out to be broken, they stay where they were: None."""
        work = self.work
        runs = tuple(islice(source, size))
        scenarios = {name: work.scenarios[name] for name in dict.fromkeys(run.scenario for run in runs)}
        chunk = Chunk(
            self.number, runs, scenarios, work.detail, work.folder, work.seconds_per_run, work.target, work.code
        )
        try:
            future = self.pool.submit(run_chunk, chunk)
        except Exception as error:
            if not self.engine.lost_workers(error):
                raise
            self.pool = self.engine.pool()
            return None
        for _ in runs:
            source.popleft()
        self.number += 1
        self.in_flight[future] = chunk
        if work.seconds_per_run is not None:  # at the latest when one worker has done all that is in flight
            ahead = sum(len(each.runs) for each in self.in_flight.values())
            self.due[future] = time.monotonic() + ahead * work.seconds_per_run + GRACE
        return future

    # ------------------------------------------------------------------------------------------------- taking in

    def _take(self, seconds: float) -> None:
        """Take in what is finished, waiting for it so many seconds."""
        done, _ = wait(self.in_flight, timeout=seconds, return_when=FIRST_COMPLETED)
        broken = False
        for future in done:
            chunk = self.in_flight.pop(future)
            self.due.pop(future, None)
            broken |= not self._took(future, chunk)
        if broken:
            self.pool = self.engine.pool()

    def _took(self, future: Future[list[Outcome]], chunk: Chunk) -> bool:
        """Take in one chunk; return False if a worker was lost."""
        is_alone, self.alone = future is self.alone, None if future is self.alone else self.alone
        try:
            outcomes = future.result()
        except CancelledError:
            raise EngineLost(f"{self.engine.name}: the connection to the workers was lost") from None
        except Exception as error:
            lost = self.engine.lost_workers(error)
            if not lost:
                raise
            self._suspect(chunk.runs, lost if is_alone else 0, "ended its process", f" ({_first_line(error)})")
            return False
        self._learn(outcomes)
        self.record(outcomes)
        return True

    def _suspect(self, runs: tuple[PlannedRun, ...], lost: int, what: str, error: str = "") -> None:
        """Put runs whose worker was lost into quarantine, or, after two losses alone, to the dead."""
        for run in runs:
            self.losses[run.run] += lost
            if self.losses[run.run] >= LOSSES:
                reason = f"{what} {self.losses[run.run]} times while it ran alone{error}"
                self.record([Outcome(run.run, "dead", error=reason)])
            else:
                self.quarantine.append(run)

    def _learn(self, outcomes: list[Outcome]) -> None:
        """Take the wall time of runs into the running mean that sizes chunks."""
        mean = sum(each.wall for each in outcomes) / len(outcomes)
        self.seconds = mean if self.seconds is None else 0.7 * self.seconds + 0.3 * mean

    # --------------------------------------------------------------------------------------------------- trouble

    def _look_for_trouble(self) -> None:
        """Notice an engine that is gone, and workers that have not come back long after their deadline."""
        if self.engine.is_lost():
            self._take(0)
            raise EngineLost(f"{self.engine.name}: the connection to the workers was lost")
        before, self.looked = self.looked, time.monotonic()
        if self.due and not self.engine.workers():  # nobody can be late where nobody is
            self.due = {future: due + self.looked - before for future, due in self.due.items()}
        if any(due < self.looked for due in self.due.values()):
            self._end_stuck()

    def _end_stuck(self) -> None:
        """End workers, of which at least one is stuck, and take all that was in flight into quarantine."""
        say(
            "A worker gives no sign long after its run should have ended: it is ended, the run is tried once more alone"
        )
        self.engine.end_workers([future for future in self.in_flight if not future.done()])
        for future, chunk in list(self.in_flight.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                self._took(future, chunk)
            else:
                self._suspect(chunk.runs, int(future is self.alone), "gave no sign")
        self.in_flight.clear()
        self.due.clear()
        self.alone = None
        self.pool = self.engine.pool()

    def _leave(self, *, at_once: bool) -> None:
        """Record what came in at the last moment, and let the workers go."""
        try:
            for future, chunk in list(self.in_flight.items()):
                if future.done() and not future.cancelled() and future.exception() is None:
                    del self.in_flight[future]
                    self._took(future, chunk)
        finally:
            self.engine.stop(at_once=at_once)


def chunk_size(seconds: float | None, waiting: int, workers: int) -> int:
    """Return how many runs make a chunk when one takes so many wall seconds; 1 while that is not known.

    >>> chunk_size(None, 10_000, 2), chunk_size(0.1, 10_000, 2), chunk_size(0.1, 40, 2), chunk_size(60.0, 40, 2)
    (1, 30, 7, 1)
    """
    if seconds is None:
        return 1
    by_time = round(CHUNK_SECONDS / max(seconds, 1e-6))
    return max(1, min(by_time, CHUNK_MOST, math.ceil(waiting / (PER_WORKER * workers))))


def _first_line(error: Any) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
