"""The command `innonet resume`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.sweep import CLUSTER, FAIL_FAST, JOBS, MAX_FAILURES, QUIET, SECONDS

STORE = typer.Argument(metavar="STORE", help="The store of a sweep.")
ALLOW = typer.Option("--allow-code-change", help="Continue although the model's code or input has changed.")


def resume(
    store: Annotated[Path, STORE],
    jobs: Annotated[int | None, JOBS] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    allow_code_change: Annotated[bool, ALLOW] = False,
    fail_fast: Annotated[bool, FAIL_FAST] = False,
    max_failures: Annotated[str | None, MAX_FAILURES] = None,
    seconds_per_run: Annotated[float | None, SECONDS] = None,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Do the runs of a sweep that are still to do, wherever and however it was stopped.

    Tables are checked first: runs whose file is missing or damaged are done
    again, and files that the killed sweep did not record are taken in. Runs that
    went wrong stay as they are: for these, innonet retry STORE --failed.
    """
    from experiments.sweep.batch import resume as resumed
    from experiments.sweep.options import read_options

    options = read_options(jobs, cluster, max_failures, seconds_per_run, fail_fast=fail_fast, quiet=quiet)
    raise typer.Exit(resumed(store, options, allow_code_change=allow_code_change))
