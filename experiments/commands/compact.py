"""The command `innonet compact`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def compact(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The store of a sweep.")],
    target: Annotated[float, typer.Option(help="Largest size of a part, in MiB.", min=1.0)] = 64.0,
) -> None:
    """Merge the many small files of a store into few large ones, so that it reads faster and copies well.

    Nothing is lost if it is interrupted, and a store can be read meanwhile. It waits for nobody: while a sweep is at
    work on the store, it is refused. Every file is checked to the last byte; the runs of a damaged one are done
    again by innonet resume.
    """
    from experiments.sweep.compaction import compact as compacted
    from experiments.sweep.parts import StorageLost

    try:
        done = compacted(store, target)
    except StorageLost as lost:
        print(f"Error: {lost}", file=sys.stderr)
        raise typer.Exit(4) from None
    for note in done.notes:
        print(f"Note: {note}")
    print(
        f"{done.files_before:,} files of {done.mib_before:,.1f} MiB are now "
        f"{done.files_after:,} of {done.mib_after:,.1f} MiB."
    )
