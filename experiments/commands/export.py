"""The command `innonet export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def export(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The store of a sweep, or the folder of a run.")],
    form: Annotated[str, typer.Option("--format", metavar="csv|parquet|excel", help="Form of the tables.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="Folder to write; by default STORE/export.")] = None,
    sql: Annotated[str | None, typer.Option(metavar="QUERY", help="Write what a query finds instead.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files from an earlier export.")] = False,
) -> None:
    """Write the runs and measures of a store for other programs, with a data dictionary.

    Three files: runs (one row per run), measures (one row per run, region and recorded quarter, with the factors
    beside them) and dictionary.csv (unit, meaning and formula of every column). Excel opens the CSV of
    --format excel as it is.

    A query in DuckDB's SQL sees runs, measures, events and panel; without --out its answer is printed as CSV:

    innonet export STORE --sql "SELECT point, avg(n_firms) FROM measures JOIN runs USING (run) GROUP BY point"

    Also while the sweep is running: what is done is written.
    """
    from experiments.sweep import export as exports

    if sql is not None and out is None:
        exports.print_query(store, sql, sys.stdout)
    elif sql is not None and out is not None:
        print(exports.export_query(store, sql, out, form, force=force))
    else:
        for path in exports.export(store, store / "export" if out is None else out, form, force=force):
            print(path)
