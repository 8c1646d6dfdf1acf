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
"""Seconds beyond their deadline after which workers that give no sign are ended."""


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
    """

    def __init__(
        self, work: Work, engine: Engine, record: Callable[[list[Outcome]], None], is_over: Callable[[], bool]
    ) -> None:
        self.work = work
        self.engine = engine
        self.record = record
        self.is_over = is_over
        self.waiting = deque(work.runs)
        self.quarantine: deque[PlannedRun] = deque()
        self.in_flight: dict[Future[list[Outcome]], Chunk] = {}
        self.alone: Future[list[Outcome]] | None = None
        self.losses: Counter[str] = Counter()
        self.seconds: float | None = None
        self.pool = engine.pool()
        self.number = 0
        self.heard = time.monotonic()

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
            while self.waiting or self.quarantine or self.in_flight:
                if self.is_over():
                    return False
                self._fill()
                self._take(TICK)
                self._look_for_trouble()
            ended_well = True
        finally:
            self._leave(at_once=not ended_well)
        return True

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
        self.heard = self.heard if self.in_flight else time.monotonic()
        self.in_flight[future] = chunk
        return future

    # ------------------------------------------------------------------------------------------------- taking in

    def _take(self, seconds: float) -> None:
        """Take in what is finished, waiting for it so many seconds."""
        done, _ = wait(self.in_flight, timeout=seconds, return_when=FIRST_COMPLETED)
        broken = False
        for future in done:
            chunk = self.in_flight.pop(future)
            self.heard = time.monotonic()
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
            self._suspect(chunk.runs, lost if is_alone else 0, error)
            return False
        self._learn(outcomes)
        self.record(outcomes)
        return True

    def _suspect(self, runs: tuple[PlannedRun, ...], lost: int, error: Exception) -> None:
        """Put runs whose worker was lost into quarantine, or, after two losses alone, to the dead."""
        for run in runs:
            self.losses[run.run] += lost
            if self.losses[run.run] >= LOSSES:
                reason = f"ended its process {self.losses[run.run]} times while it ran alone ({_first_line(error)})"
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
        limit = self.work.seconds_per_run
        if limit is None or not self.in_flight:
            return
        longest = max(len(chunk.runs) for chunk in self.in_flight.values())
        if time.monotonic() - self.heard > limit * longest + GRACE and self.engine.kill_workers():
            self.heard = time.monotonic()

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
