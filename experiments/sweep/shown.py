"""What a person sees of a sweep: a bar on a terminal, plain lines elsewhere, a table at the end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from analysis.schema import DONE, STATES, WAITING
from experiments.progress import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from experiments.sweep.work import Outcome

LINE_EVERY = 5.0
"""Seconds between two plain lines."""

SILENT_AFTER = 120.0
"""Seconds without any run coming back after which that is told."""

FAILURES = STATES[2:]
"""States of runs that went wrong."""

MEANING = {
    "waiting": "still to do",
    "done": "good, in the tables",
    "failed": "raised an error",
    "invalid": "gave a null that may not be null, or an infinite value",
    "late": "took longer than --seconds-per-run",
    "dead": "took down its worker twice while alone, or hung there",
}


class Shown:
    """Progress of a sweep.

    Parameters
    ----------
    counts
        Runs by state at the start.
    quiet
        Show nothing.
    most
        "at most " if not all that wait need be done; then no time left is told.
    """

    def __init__(self, title: str, counts: Mapping[str, int], *, quiet: bool = False, most: str = "") -> None:
        self.title = title
        self.quiet = quiet
        self.most = most
        self.counts = Counter(counts)
        self.total = sum(counts.values())
        self._before, self._failed_before = self.finished, self.failures
        self._begun = self._last = self._heard = time.monotonic()
        self._bar: Any = None
        self._idle = ""

    @property
    def finished(self) -> int:
        """Runs that are not waiting."""
        return self.total - self.counts[WAITING]

    @property
    def failures(self) -> int:
        """Runs that went wrong."""
        return sum(self.counts[state] for state in FAILURES)

    @property
    def new_failures(self) -> int:
        """Runs that went wrong since the start."""
        return self.failures - self._failed_before

    def __enter__(self) -> Self:
        if not self.quiet and sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
            self._task = self._bar.add_task(self.title, total=self.total, completed=self._before, words="")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self.finished > self._before:
            say(self.line(), quiet=self.quiet)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count outcomes."""
        self._heard = time.monotonic()
        for outcome in outcomes:
            self.counts[outcome.state] += 1
            self.counts[WAITING] -= 1

    def tick(self, workers: int) -> None:
        """Show how things stand, if it is time; `workers` that are there now."""
        silent = time.monotonic() - self._heard
        self._idle = ", waiting for workers" if workers == 0 else ""
        if silent >= SILENT_AFTER:
            self._idle += f", nothing heard for {time_words(silent)}"
        if self._bar is not None:
            failed = f"{self.failures:,} went wrong, " if self.failures else ""
            self._bar.update(self._task, completed=self.finished, words=failed + self._rate() + self._idle)
        elif time.monotonic() - self._last >= LINE_EVERY:
            self._last = time.monotonic()
            say(self.line(), quiet=self.quiet)

    def line(self) -> str:
        """Return one line that says how things stand."""
        failed = f", {self.failures:,} went wrong" if self.failures else ""
        return f"{self.title}: {self.finished:,} of {self.most}{self.total:,} runs{failed}; {self._rate()}{self._idle}"

    def _rate(self) -> str:
        left = 0 if self.most else self.counts[WAITING]
        return rate_words(self.finished - self._before, left, time.monotonic() - self._begun)


def rate_words(finished: int, left: int, seconds: float) -> str:
    """Return rate and time left.

    >>> rate_words(300, 1_200, 60.0), rate_words(3, 0, 60.0), rate_words(0, 9, 60.0)
    ('5 runs/s, 4 min left', '3 runs/min', 'no run finished yet')
    """
    if finished <= 0 or seconds <= 0:
        return "no run finished yet"
    rate = finished / seconds
    words = f"{rate:.3g} runs/s" if rate >= 1 else f"{rate * 60:.3g} runs/min"
    return f"{words}, {time_words(left / rate)} left" if left else words


def time_words(seconds: float) -> str:
    """Return a length of time in its two largest units.

    >>> time_words(4.2), time_words(245), time_words(7500), time_words(200_000)
    ('4 s', '4 min 5 s', '2 h 5 min', '2 d 7 h')
    """
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    rest = round(seconds)
    words: list[str] = []
    for name, size in units:
        number, rest = divmod(rest, size)
        if number or words:
            words.append(f"{number} {name}" if number else "")
        if len(words) == 2:
            break
    return " ".join(filter(None, words)) or "0 s"


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[words]}"),
        console=Console(stderr=True),
    )


def counts_table(title: str, counts: Mapping[str, int]) -> RenderableType:
    """Return a table of the runs by state."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name, side in (("runs", "right"), ("state", "left"), ("meaning", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for state in STATES:
        if counts.get(state):
            table.add_row(f"{counts[state]:,}", state, MEANING[state])
    return table


def next_steps(folder: Path, counts: Mapping[str, int]) -> str:
    """Return what a person may do next with a store."""
    lines = [f"Store: {folder}"]
    if counts.get(WAITING):
        lines.append(f"Continue:  innonet resume {folder}")
    if any(counts.get(state) for state in FAILURES):
        lines += [f"What went wrong:  innonet status {folder}", f"Try those again:  innonet retry {folder} --failed"]
    if counts.get(DONE):
        lines += [
            f"As tables: innonet export {folder}",
            f'In Python: from experiments import open_store; store = open_store("{folder}"); store.measures',
        ]
    return "\n".join(lines)
