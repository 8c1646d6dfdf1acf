"""What happened in a run, on one screen, in words a person understands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.indices import PATH_SHARES, STAGE_INDICES, grade_of, half_time, path_in_words
from analysis.load import Run

if TYPE_CHECKING:
    import pandas as pd

YEAR = 4
TOLERANCE = 1e-9
"""Largest residual of money and ledger that is rounding."""


def summary(run: Run) -> RenderableType:
    """Return the summary of a run: one block per region, then the books, the files and what to do next."""
    measures = run.measures
    regions = list(measures["region"].unique())
    parts: list[RenderableType] = [Text(""), _title(run)]
    for region in regions:
        rows = measures[measures["region"] == region].sort_values("quarter")
        parts.append(region_block(str(region) if len(regions) > 1 else "", rows, run.sector_label))
    parts.append(_closing_block(run))
    return Group(*parts)


def _title(run: Run) -> Text:
    manifest = run.manifest
    title = Text(f"{manifest['scenario']['name']}, seed {manifest['seed']}", style="bold")
    title.append(f": {manifest['quarters']} quarters after {manifest['burn_in']} of burn-in", style="not bold")
    if manifest["changes"]:
        changes = ", ".join(f"{name} = {value}" for name, value in manifest["changes"].items())
        title.append(f"\nchanged: {changes}", style="not bold")
    return title


def region_block(name: str, rows: pd.DataFrame, sector_label: Callable[[str], str]) -> RenderableType:
    """Return the block of one region, its rows sorted by quarter."""
    if not len(rows):
        return Text("no quarters were recorded")
    table = _grid()
    if name:
        table.add_row(Text("Region", style="bold"), Text(name, style="bold"))
    for heading, lines in (
        ("Size", describe_size(rows)),
        ("Paths", describe_paths(rows)),
        ("Stages", describe_stages(rows)),
        ("Coupling", describe_coupling(rows)),
        ("Bottleneck", describe_bottleneck(rows, sector_label)),
    ):
        table.add_row(Text(heading, style="bold"), Text("\n".join(lines)))
    return Padding(table, (1, 0, 0, 0))


def describe_size(rows: pd.DataFrame) -> list[str]:
    """Say how many there are and how much they sell."""
    last = rows.iloc[-1]
    lines = [
        f"{_count(last, 'n_firms')} firms ({_count(last, 'n_core_enterprises')} core, {_count(last, 'n_smes')} SMEs), "
        f"{_count(last, 'n_universities')} universities and institutes, {_count(last, 'n_platforms')} platforms, "
        f"{_count(last, 'n_ties')} ties",
        f"on average {rows['n_entries'].mean():.1f} firms enter and {rows['n_exits'].mean():.1f} leave a quarter",
    ]
    if "sales" in rows:
        growth = growth_per_year(rows["sales"].to_numpy(dtype=float))
        pace = "" if growth is None else f", {growth:+.1%} a year in real terms"
        lines.insert(1, f"sales of {_money(float(last['sales']))} a quarter{pace}")
    return lines


def growth_per_year(values: Sequence[float] | Any) -> float | None:
    """Return annual growth from the mean of the first year to the mean of the last; None if that cannot be said.

    >>> round(growth_per_year([100, 100, 100, 100, 121, 121, 121, 121]), 2)
    0.21
    >>> growth_per_year([100, 110]) is None
    True
    """
    if len(values) < 2 * YEAR:
        return None
    first, last = float(sum(values[:YEAR])), float(sum(values[-YEAR:]))
    if not (first > 0.0 and last > 0.0):
        return None
    return float((last / first) ** (YEAR / (len(values) - YEAR)) - 1.0)


def describe_paths(rows: pd.DataFrame) -> list[str]:
    """Say which of the three paths carries most, by how much, and whether it dominates."""
    last = rows.iloc[-1]
    shares = {path: float(last[measure]) for measure, path in PATH_SHARES.items()}
    if not all(math.isfinite(share) for share in shares.values()):
        return ["nothing was gained along the three paths in the last 8 quarters"]
    first, second, third = sorted(shares, key=lambda path: -shares[path])
    ahead = 100.0 * (shares[first] - shares[second])
    lines = [
        f"largest: {first} with {shares[first]:.0%} of what the three paths brought in 8 quarters, "
        f"{ahead:.0f} points ahead of {second} ({shares[second]:.0%}); {third} {shares[third]:.0%}",
        _dominance(rows) + f"; the three together are {float(last['paths_share_of_gains']):.0%} of all gains",
        "This describes how gains travelled; what caused them, only paired worlds can say.",
    ]
    return lines


def _dominance(rows: pd.DataFrame) -> str:
    names = [path_in_words(code) for code in rows["dominant_path"]]
    if not names[-1]:
        return "no path is dominant now"
    since = len(names)
    while since > 0 and names[since - 1] == names[-1]:
        since -= 1
    return f"{names[-1]} is dominant since quarter {rows['quarter'].iloc[since]}"


def describe_stages(rows: pd.DataFrame) -> list[str]:
    """Say where the three indices of upgrading stand, which moves most, and their half-times."""
    first, last = rows.iloc[0], rows.iloc[-1]
    parts = []
    reached = {}
    for measure, stage in STAGE_INDICES.items():
        rise = round(float(last[measure]) - float(first[measure]), 2) + 0.0
        parts.append(f"{stage} {float(last[measure]):.2f} ({rise:+.2f})")
        reached[stage] = half_time(rows["quarter"], rows[measure])
    lines = [", ".join(parts)]
    stage = path_in_words(last.get("upgrading_stage"))
    lines.append(f"moving most now: {stage}" if stage else "none of them rose over the last 8 quarters")
    halves = [f"{stage} in quarter {half:.0f}" for stage, half in reached.items() if half is not None]
    lines.append(f"half-times: {', '.join(halves) if halves else 'none reached yet'}")
    return lines


def describe_coupling(rows: pd.DataFrame) -> list[str]:
    """Say the grade of coupling in both forms."""
    last = rows.iloc[-1]
    standard, wang = float(last["coupling_coordination"]), float(last["coupling_coordination_wang"])
    lines = [f"{standard:.2f}, {grade_of(standard)} (standard form); {wang:.2f}, {grade_of(wang)} (Wang's form)"]
    if "technological_progress" in rows and "industrial_upgrading" in rows:
        progress, upgrading = float(last["technological_progress"]), float(last["industrial_upgrading"])
        behind = "technological progress" if progress < upgrading else "industrial upgrading"
        lines.append(f"technological progress {progress:.2f}, industrial upgrading {upgrading:.2f}; {behind} lags")
    return lines


def describe_bottleneck(rows: pd.DataFrame, sector_label: Callable[[str], str]) -> list[str]:
    """Say where the worst need is and how much output is exposed to it."""
    last = rows.iloc[-1]
    places = [last.get(f"worst_need_{part}") for part in ("field", "sector", "chain")]
    if not all(isinstance(place, str) for place in places):
        return ["no output is exposed to a gap"]
    field, chain = path_in_words(places[0]), path_in_words(places[2])
    exposed = _money(float(last["worst_need"]))
    lines = [f"{field} in {sector_label(str(places[1]))}, for the {chain} chain: {exposed} a quarter exposed"]
    if "n_needs_open" in rows:
        lines.append(f"{_count(last, 'n_needs_open')} needs are open")
    return lines


def describe_books(measures: pd.DataFrame) -> list[str]:
    """Say whether money and ledger balance in every quarter."""
    lines = []
    for column, name in (("money_residual", "money"), ("ledger_residual", "ledger of gains")):
        largest = float(measures[column].abs().max()) if len(measures) else 0.0
        verdict = "balances" if largest < TOLERANCE else "DOES NOT BALANCE, please report it"
        lines.append(f"{name} {verdict}: largest residual {largest:.1e} of the gross flow")
    return lines


def _closing_block(run: Run) -> RenderableType:
    table = _grid()
    table.add_row(Text("Books", style="bold"), Text("\n".join(describe_books(run.measures))))
    names = sorted(path.name for path in run.folder.iterdir())
    table.add_row(Text("Files", style="bold"), Text(f"{run.folder}\n{', '.join(names)}", overflow="fold"))
    table.add_row(Text("Next", style="bold"), Text("\n".join(next_commands(run)), overflow="fold"))
    return Padding(table, (1, 0, 1, 0))


def next_commands(run: Run) -> list[str]:
    """Return commands worth typing after this run."""
    return [
        f'innonet explain {run.folder} "{_largest_firm(run)}"',
        f"{run.manifest['command']} --set switches.platform=off",
        "innonet describe measures",
    ]


def _largest_firm(run: Run) -> str:
    """Return the name of the largest firm of the last recorded quarter, or a word in its place."""
    panel = run.panel
    if not len(panel) or not {"name", "sales"} <= set(panel.columns):
        return "NAME"
    last = panel[panel["quarter"] == panel["quarter"].max()]
    return str(last.loc[last["sales"].idxmax(), "name"])


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, min_width=10)
    table.add_column(overflow="fold")
    return table


def _count(row: pd.Series[Any], name: str) -> str:
    value = row.get(name)
    return "?" if value is None or math.isnan(value) else f"{int(value):,}"


def _money(million: float) -> str:
    """Return an amount in the unit people use for it.

    >>> _money(12.34), _money(2500.0)
    ('12 million yuan', '2.5 billion yuan')
    """
    return f"{million / 1000.0:,.1f} billion yuan" if million >= 1000.0 else f"{million:,.0f} million yuan"
