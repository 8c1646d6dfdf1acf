"""The command `innonet status`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def status(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The store of a sweep.")],
    failures: Annotated[int, typer.Option(help="How many runs that went wrong to show.", min=0)] = 5,
) -> None:
    """Say how a sweep stands, also while it runs: runs by state, rate, time left, what went wrong."""
    from rich.console import Console

    from experiments.sweep.shown import status_of

    Console(highlight=False).print(status_of(store, failures), soft_wrap=True)
