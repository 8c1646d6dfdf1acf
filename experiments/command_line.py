"""The command `innonet`. Heavy libraries are imported by the commands that use them, so that help is quick."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.compact import compact
from experiments.commands.compare import compare
from experiments.commands.designs import designs
from experiments.commands.export import export
from experiments.commands.resume import resume
from experiments.commands.retry import retry
from experiments.commands.status import status
from experiments.commands.sweep import sweep

if TYPE_CHECKING:
    from rich.console import Console

WELL, BUG, BAD_INPUT, LOST, INTERRUPTED = 0, 1, 2, 4, 130
"""Exit codes; a sweep also has 3, some runs went wrong."""

EXAMPLES = """
[bold]Examples[/bold]

innonet run equipment --seed 1

innonet run equipment --quarters 40 --set switches.platform=off --out runs/no-platform

innonet explain runs/equipment-1-1a2b3c4d "Core 3"

innonet describe parameters learning

innonet validate my-region.toml
"""

app = typer.Typer(
    name="innonet",
    help="An agent-based model of a regional innovation network. Start with: [bold]innonet run equipment[/bold]",
    epilog=EXAMPLES,
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 well, 1 our bug, 2 bad input, 4 storage lost, 130 stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill cleans up like Ctrl-C
    try:
        app(args=None if arguments is None else list(arguments), prog_name="innonet")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else (WELL if end.code is None else BAD_INPUT)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _explained(error)
    return WELL


def _explained(error: Exception) -> int:
    """Print one message for an error and return the exit code."""
    from abm.errors import InputError
    from analysis.load import FolderError
    from experiments.sweep.parts import StorageLost

    if isinstance(error, (InputError, FolderError, StorageLost)):
        print(f"Error: {error}", file=sys.stderr)
        return LOST if isinstance(error, StorageLost) else BAD_INPUT
    if os.environ.get("INNONET_TRACEBACK"):
        raise error
    first_line = (str(error).splitlines() or [""])[0]
    print(
        f"This is a bug in innonet: {type(error).__name__}: {first_line}\n"
        "See where it happened with INNONET_TRACEBACK=1 before the command, and please report it.",
        file=sys.stderr,
    )
    return BUG


def _console() -> Console:
    """Return the console for results; outside a terminal it is 80 columns wide, or as `COLUMNS` says."""
    from rich.console import Console

    return Console(highlight=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"innonet {version('innonet')}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that come before a command."""


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario (see innonet scenarios), or path of your own.")],
    seed: Annotated[int, typer.Option(help="Seed of all chance; the same seed gives the same run.", min=0)] = 1,
    quarters: Annotated[
        int | None, typer.Option(help="Quarters after the burn-in; by default as many as the scenario says.", min=1)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="GROUP.NAME=VALUE", help="Change a parameter; may be given several times."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; by default runs/SCENARIO-SEED-HASH.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the run folder if it exists.")] = False,
    panel_every: Annotated[
        int, typer.Option(help="Quarters between two records of every actor; 0 for none.", min=0)
    ] = 4,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the folder of the run.")] = False,
) -> None:
    """Run a region, write a run folder with tables and figures, and say what happened."""
    from experiments.single_run import request_of, run_into
    from experiments.store import check_target

    request = request_of(scenario, seed=seed, quarters=quarters, settings=settings or [], panel_every=panel_every)
    folder = Path("runs") / request.run if out is None else out
    check_target(folder, force=force)
    try:
        run_into(folder, request, force=force, with_figures=not no_figures, quiet=quiet)
    except KeyboardInterrupt:
        print(f"Interrupted; nothing was written to {folder}.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    if quiet:
        print(folder)
        return
    from analysis.load import load_run
    from analysis.summary import summary

    _console().print(summary(load_run(folder)))


@app.command()
def scenarios() -> None:
    """List the scenarios that come with innonet."""
    from experiments.declarations import scenario_table

    _console().print(scenario_table())


@app.command()
def describe(
    what: Annotated[str, typer.Argument(metavar="parameters|columns|measures|schedule", help="What to describe.")],
    group: Annotated[str | None, typer.Argument(help="One group, table or mechanism only.")] = None,
) -> None:
    """Explain every parameter, column, measure or rule: meaning, unit, bounds, source."""
    from experiments.declarations import describe as described

    _console().print(described(what, group))


@app.command()
def validate(
    path: Annotated[str, typer.Argument(help="A scenario: TOML file, folder with CSV tables, or GraphML.")],
) -> None:
    """Check a region of your own and say what was filled in."""
    from experiments.declarations import check_scenario

    _console().print(check_scenario(path))


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A run folder.")],
    actor: Annotated[str, typer.Argument(help="Name or uid of an actor, or how one of them begins.")],
) -> None:
    """Tell how an actor got where it is: its gains, its events and their causes."""
    from analysis.load import load_run
    from analysis.story import story

    _console().print(story(load_run(folder), actor))


app.command()(compare)
app.command()(designs)

app.command()(compact)
app.command()(export)

app.command()(sweep)
app.command()(resume)
app.command()(retry)
app.command()(status)


if __name__ == "__main__":
    sys.exit(main())
