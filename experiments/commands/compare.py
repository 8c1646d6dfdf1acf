"""The command `innonet compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from analysis.effects import Comparison
    from experiments.comparison import Asked

LOST = 4
"""Exit code of the batch from which on there is nothing to show; below it, some runs may have failed."""


def compare(
    what: Annotated[str, typer.Argument(help="A scenario, with --set; or a store or run folder.")],
    other: Annotated[str | None, typer.Argument(help="A second store or run folder: the changed world.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="GROUP.NAME=VALUE", help="What is changed in the scenario; may be repeated."),
    ] = None,
    by: Annotated[str | None, typer.Option(help="The factor of a store whose values are compared.")] = None,
    base: Annotated[str | None, typer.Option(help="The value of that factor to compare the others with.")] = None,
    seeds: Annotated[int, typer.Option(help="Pairs of worlds to run.", min=1)] = 20,
    quarters: Annotated[int | None, typer.Option(help="Quarters to run after the burn-in.", min=1)] = None,
    measures: Annotated[
        str | None, typer.Option(help='Measures, with commas between, or "all"; by default some headlines.')
    ] = None,
    at: Annotated[str, typer.Option(help='"last" quarter, "mean" over the quarters, or the number of one.')] = "last",
    jobs: Annotated[int | None, typer.Option(help="Processes; by default one per core.", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; by default runs/compare-...")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the files written.")] = False,
) -> None:
    """Say what a change does, with intervals, from pairs of worlds with the same random numbers.

    Worlds with one seed share all chance that the change does not touch, so far fewer runs are needed than with
    different seeds. What is printed is also written as effects.csv and as a figure.

    [bold]Two worlds of a scenario[/bold], run now (interrupted, the same command goes on where it was):

        innonet compare equipment --set policy.budget_share=0.3 --seeds 20

    [bold]A factor of a store[/bold], each value against the lowest, "off" or --base:

        innonet compare runs/switches_factorial --by switches.platform

    [bold]Two stores or run folders[/bold], paired by seed:

        innonet compare runs/base runs/without --measures value_added,unemployment --at mean
    """
    from experiments.comparison import Asked

    names = None if measures is None else [] if measures.strip() == "all" else [m.strip() for m in measures.split(",")]
    asked = Asked(names, int(at) if at.isdecimal() else at)
    code = 0
    if settings and other is None and by is None and not _is_store(what):
        comparison, title, folder, code = _run_and_compare(what, settings, seeds, quarters, asked, jobs, out, quiet)
    else:
        comparison, title, folder = _compare_stores(what, other, by, base, settings, asked)
    _show(comparison, out or folder, title, quiet=quiet)
    if code:
        raise typer.Exit(code)


def _is_store(what: str) -> bool:
    return (Path(what) / "manifest.json").is_file()


def _compare_stores(
    what: str, other: str | None, by: str | None, base: str | None, settings: list[str] | None, asked: Asked
) -> tuple[Comparison, str, Path]:
    """Return the comparison of what lies on disk, its title and its folder."""
    from abm.errors import InputError
    from experiments.comparison import compare_by, compare_stores

    if other is not None:
        if by or settings:
            raise InputError("two stores are compared as they are: leave out --by and --set")
        folder = Path("runs") / f"compare-{Path(what).name}-{Path(other).name}"
        return compare_stores(Path(what), Path(other), asked), f"{what} and {other}", folder
    if by is not None:
        if settings:
            raise InputError("--by compares runs that a store holds, --set makes new ones of a scenario: give one")
        folder = Path("runs") / f"compare-{Path(what).name}-{by}"
        return compare_by(Path(what), by, _value(base), asked), f"{what}, by {by}", folder
    raise InputError(_what_is_missing(what))


def _run_and_compare(
    what: str, settings: list[str], seeds: int, quarters: int | None, asked: Asked, jobs: int | None,
    out: Path | None, quiet: bool,
) -> tuple[Comparison, str, Path, int]:  # fmt: skip
    """Run two worlds; return their comparison, its title, the folder of the store and the exit code of the runs."""
    from experiments.comparison import check_asked, compare_worlds, folder_of, run_worlds, two_worlds
    from experiments.request import read_settings

    changes = read_settings(settings)
    plan = two_worlds(what, changes, seeds=seeds, quarters=quarters)
    check_asked(asked, plan)
    folder = out or folder_of(plan)
    code = run_worlds(plan, folder, jobs=jobs, quiet=quiet)
    if code >= LOST:
        raise typer.Exit(code)
    return compare_worlds(folder, changes, asked), f"{what}, {seeds} seeds", folder, code


def _what_is_missing(what: str) -> str:
    from analysis.store import open_store
    from analysis.values import listed

    if not _is_store(what):
        return f"say what is to be changed in {what}, for instance: --set policy.budget_share=0.3"
    from analysis.pairing import factors_of

    varied = factors_of(open_store(what).runs)
    offer = f"--by one of {listed(varied)}, or " if varied else ""
    return f'"{what}" is a store: give {offer}a second store to compare it with'


def _value(text: str | None) -> Any:
    from experiments.request import read_settings

    return None if text is None else read_settings([f"value={text}"])["value"]


def _show(comparison: Comparison, folder: Path, title: str, *, quiet: bool) -> None:
    from rich.console import Console

    from analysis.effect_table import comparison_text
    from experiments.comparison import units, write_comparison

    files = write_comparison(comparison, folder, title)
    if quiet:
        for file in files:
            print(file)
        return
    console = Console(highlight=False)
    console.print(comparison_text(comparison, title, units()))
    console.print(f"[dim]Written: {', '.join(str(file) for file in files)}[/dim]")
