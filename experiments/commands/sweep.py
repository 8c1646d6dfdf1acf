"""The command `innonet sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JOBS = typer.Option("--jobs", "-j", help="Processes on this machine; by default one per core.", min=1)
CLUSTER = typer.Option(metavar="ADDRESS", help="Address of a Dask scheduler, tcp://HOST:PORT, instead of this machine.")
SECONDS = typer.Option(metavar="S", help="Wall seconds a run may take; by default no limit.", min=0.001)
FAIL_FAST = typer.Option("--fail-fast", help="Stop when the first run goes wrong.")
MAX_FAILURES = typer.Option(metavar="N|x%", help="Stop when more runs than that went wrong, as 20 or 5%.")
QUIET = typer.Option("--quiet", "-q", help="Print only the folder of the store.")


def sweep(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="Name of a design (see innonet designs), or path of your own.")
    ],
    jobs: Annotated[int | None, JOBS] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="STORE", help="Folder to write; by default runs/DESIGN-HASH.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs it is, and what time and disk they take; run nothing.")
    ] = False,
    until_precise: Annotated[
        str | None,
        typer.Option(metavar="MEASURE", help="Stop adding replicates when its mean is known; several with commas."),
    ] = None,
    half_width: Annotated[
        str | None,
        typer.Option(metavar="X|x%", help="How well: half the 95% interval, in its unit or as a share; by default 5%."),
    ] = None,
    at_most: Annotated[
        int | None, typer.Option(metavar="N", help="Most replicates of a point; by default those of the design.", min=1)
    ] = None,
    fail_fast: Annotated[bool, FAIL_FAST] = False,
    max_failures: Annotated[str | None, MAX_FAILURES] = None,
    seconds_per_run: Annotated[float | None, SECONDS] = None,
    quiet: Annotated[bool, QUIET] = False,
) -> None:
    """Do all runs of a design and keep their tables in a store.

    A run that goes wrong is noted and the others go on. Stop with Ctrl-C at any
    time, or pull the plug: what is finished is safe, and innonet resume STORE
    does the rest. Look on from another terminal with innonet status STORE.

    How many replicates? Rather than guess, ask for a precision: with

    innonet sweep default_seeds --until-precise coupling_coordination --half-width 2% --at-most 1000

    replicates are added at every point until the 95% interval of the mean over
    seeds, in the last quarter, is at most 2% of the mean to each side, and stays
    so for five more (Hoad, Robinson and Davies 2010; a flat coefficient of
    variation is no such proof). What is not needed is not run, so allow plenty with
    --at-most. replicates.csv says what was reached. In a design the same is a table
    called precision (see the end of smoke.toml).

    On many machines, all with innonet installed and the store on a disk they
    share: dask scheduler on one, dask worker tcp://HOST:8786 --nthreads 1
    --nworkers CORES on each, then --cluster tcp://HOST:8786.

    Exit codes: 0 all runs are good; 2 bad input; 3 some runs went wrong; 4 the
    workers or the disk were lost; 130 interrupted. After 4 and 130, resume.
    """
    from experiments.sweep.batch import begin, store_folder
    from experiments.sweep.design import read_design
    from experiments.sweep.engines import cores
    from experiments.sweep.options import asked_for, read_options
    from experiments.sweep.plan import make_plan

    options = read_options(jobs, cluster, max_failures, seconds_per_run, fail_fast=fail_fast, quiet=quiet)
    plan = make_plan(asked_for(read_design(design), until_precise, half_width, at_most))
    if dry_run:
        from rich.console import Console

        from experiments.sweep.pilot import preview

        Console(highlight=False).print(preview(plan, jobs or cores(), quiet=quiet))
        return
    raise typer.Exit(begin(plan, out or store_folder(plan), options, given=design))
