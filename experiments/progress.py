"""Progress of a run: a bar on a terminal, plain lines elsewhere, nothing if asked to be quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.simulation import OnQuarter

LINE_EVERY = 10.0
"""Seconds between two plain lines."""


def say(text: str, *, quiet: bool = False) -> None:
    """Print a line for a person to stderr, so that stdout holds results only."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def quarters_shown(title: str, burn_in: int, *, quiet: bool = False) -> Iterator[OnQuarter | None]:
    """Give the function to call after each quarter with (quarters done, quarters to do)."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(title, burn_in) as on_quarter:
            yield on_quarter
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str, burn_in: int) -> Iterator[OnQuarter]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("quarters"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)

        def on_quarter(done: int, total: int) -> None:
            description = f"{title} (burn-in)" if done <= burn_in else title
            progress.update(task, completed=done, total=total, description=description)

        yield on_quarter


def _lines(title: str) -> OnQuarter:
    last = time.monotonic()

    def on_quarter(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or now - last >= LINE_EVERY:
            last = now
            say(f"{title}: quarter {done} of {total}, burn-in included")

    return on_quarter
