"""The command `innonet status`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def status(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The store of a sweep.")],
    failures: Annotated[int, typer.Option(help="How many runs that went wrong to show.", min=0)] = 5,
    check: Annotated[bool, typer.Option("--check", help="Compare every table with its checksum, to the last byte.")] = (
        False
    ),
) -> None:
    """Say how a sweep stands, also while it runs: runs by state, rate, time left, what went wrong.

    Nothing is changed. Where the catalogue and the tables beside it do not agree,
    because a sweep was killed or a file has gone, that is said; resume mends it.
    """
    from rich.console import Console

    from experiments.sweep.standing import status_of

    Console(highlight=False).print(status_of(store, failures, check=check), soft_wrap=True)
