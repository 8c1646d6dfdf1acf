"""Effects as a table and sentences that somebody who has to decide can read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis.effects import Comparison
from analysis.numbers import interval_text, plain, signed, words_of
from analysis.paired_statistics import LEVEL

if TYPE_CHECKING:
    import pandas as pd

HEADLINES: dict[str, str] = {
    "coupling_coordination": "coupling coordination",
    "coupling_coordination_wang": "coupling coordination, Wang's form",
    "factor_index": "stage index: factors",
    "value_chain_index": "stage index: value chain",
    "structure_index": "stage index: structure",
    "capability_index": "technological capability",
    "high_tech_share": "high-technology share of sales",
    "path_common_technology_share": "path: common technology",
    "path_supporting_chain_share": "path: supporting chain",
    "path_innovation_platform_share": "path: innovation platform",
    "n_results_industrialised": "results industrialised",
    "research_share_of_sales": "research per sales",
    "worst_need": "worst bottleneck",
    "value_added": "value added",
    "value_added_per_worker": "value added per worker",
    "unemployment": "unemployment",
    "n_firms": "firms",
}
"""What is compared unless somebody asks for other measures, in words."""

MANY = 10
"""From so many intervals on, readers are told how many of them exclude zero by chance alone."""


def comparison_text(comparison: Comparison, title: str, units: Mapping[str, str] | None = None) -> RenderableType:
    """Return the comparison: one table per contrast and region, then what to know to read it.

    Parameters
    ----------
    title
        What was compared.
    units
        Unit of each measure; those of money are shown.
    """
    effects = comparison.effects
    when = "mean over the quarters" if comparison.at == "mean" else f"quarter {comparison.at}"
    parts: list[RenderableType] = [Text(f"{title} ({when})", style="bold")]
    has_regions = effects["region"].nunique() > 1
    for (contrast, region), rows in effects.groupby(["contrast", "region"], sort=False, observed=True):
        name = f"{contrast}, {region}" if has_regions else str(contrast)
        parts += [Text(""), Text(name, style="bold"), _table(rows, units or {})]
    parts += [Text(""), *(Text(line) for line in remarks(comparison))]
    return Group(*parts)


def _table(rows: pd.DataFrame, units: Mapping[str, str]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("measure", overflow="fold")
    for heading in ("base", "changed", "difference", f"{LEVEL:.0%} interval", "corr.", "pairs"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows.to_dict("records"):
        name = Text(HEADLINES.get(row["measure"], words_of(row["measure"])))
        if "yuan" in (unit := units.get(row["measure"], "")):
            name.append(f", {_short(unit)}", style="dim")
        mark = "*" if is_clear(row) else " "
        correlation = row["correlation"]
        table.add_row(
            name,
            plain(row["base"]),
            plain(row["changed"]),
            f"{signed(row['difference'])}{mark}",
            interval_text(row["low"], row["high"]),
            "-" if math.isnan(correlation) else f"{correlation:.2f}",
            str(row["pairs"]),
        )
    return table


def _short(unit: str) -> str:
    """Return a unit of money as it fits into a table.

    >>> _short("million yuan per person and quarter"), _short("million yuan per quarter")
    ('m yuan/person', 'm yuan')
    """
    return unit.replace("million", "m").replace(" per person and quarter", "/person").removesuffix(" per quarter")


def is_clear(row: Mapping[Any, Any]) -> bool:
    """Tell whether an interval excludes zero."""
    return bool(row["low"] > 0.0 or row["high"] < 0.0)


def remarks(comparison: Comparison) -> list[str]:
    """Return what a reader must know: the marks, what common random numbers bought, what was dropped, cautions."""
    effects = comparison.effects
    lines = ["* the interval excludes zero: the sign of the difference is clear"]
    most = int(effects["seeds"].max())
    if most == 1:
        lines.append("One pair is an anecdote: without a second seed nobody knows what chance did. No intervals.")
    is_paired = bool((effects["method"] != "Welch t").any()) and not effects["variance_reduction"].isna().all()
    if is_paired:
        lines.append(_bought(effects))
    lines += [
        f"{row['measure']}: {row['dropped']} of {row['dropped'] + row['pairs']} pairs dropped, "
        "as it is null in one world or both"
        for row in effects.to_dict("records")
        if row["dropped"]
    ]
    lines += [f"Note: {note}." for note in comparison.notes]
    number = int((~effects["method"].isin(["none", "constant"])).sum())
    if number >= MANY:
        lines.append(
            f"If the change did nothing, {plain((1.0 - LEVEL) * number, 2)} of these {number} intervals would "
            "exclude zero by chance, on average."
        )
    return lines


def _bought(effects: pd.DataFrame) -> str:
    gain = effects["variance_reduction"].dropna()
    middle = float(gain.median())
    if math.isinf(middle):
        return "Pairs share their random numbers; nearly all chance cancels in the difference."
    if middle < 1.0:
        return "Pairs share their random numbers, but for half of the measures this did not narrow the interval."
    return (
        f"Pairs share their random numbers (corr.: how alike they are). For half of the measures, different random "
        f"numbers would need {plain(middle, 2)} times as many runs or more for such an interval."
    )
