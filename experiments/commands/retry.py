"""The command `innonet retry`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.resume import ALLOW, STORE
from experiments.commands.sweep import CLUSTER, FAIL_FAST, JOBS, MAX_FAILURES, QUIET, SECONDS


def retry(
    store: Annotated[Path, STORE],
    failed: Annotated[
        bool, typer.Option("--failed", help="Try the runs again that failed, were invalid, late or dead.")
    ] = False,
    jobs: Annotated[int | None, JOBS] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    allow_code_change: Annotated[bool, ALLOW] = False,
    fail_fast: Annotated[bool, FAIL_FAST] = False,
    max_failures: Annotated[str | None, MAX_FAILURES] = None,
    seconds_per_run: Annotated[float | None, SECONDS] = None,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Try the runs of a sweep again that went wrong, and only these, with those that are still to do.

    The same run on the same code goes wrong in the same way, unless it was the
    machine (late, dead), or the code has been mended (--allow-code-change).
    """
    from abm.errors import InputError
    from experiments.sweep.batch import resume as resumed
    from experiments.sweep.options import read_options

    if not failed:
        raise InputError(f"say which runs to try again: innonet retry {store} --failed")
    options = read_options(jobs, cluster, max_failures, seconds_per_run, fail_fast=fail_fast, quiet=quiet)
    raise typer.Exit(resumed(store, options, allow_code_change=allow_code_change, retry=True))
