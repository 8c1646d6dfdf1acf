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
from analysis.paired_statistics import FEW, LEVEL

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

NEARLY_ALL = 1e4
"""From so great a variance reduction on, it is told in words: the number is mostly rounding."""
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
    for heading in ("base", "changed", "difference", f"{LEVEL:.0%} interval", "corr.", "seeds"):
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
            str(row["seeds"]),
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
    rows = effects.to_dict("records")
    lines = []
    if any(is_clear(row) for row in rows):
        lines.append("* the interval excludes zero: the sign of the difference is clear")
    most = int(effects["seeds"].max())
    if most == 1:
        lines.append("One seed is an anecdote: without a second one nobody knows what chance did. No intervals.")
    if any(_is_unproven(row) for row in rows):
        lines.append(f"No interval where fewer than {FEW} seeds all gave the same difference: so few prove nothing.")
    gains = effects.loc[(effects["seeds"] >= FEW) & effects["is_paired"], "variance_reduction"].dropna()
    if len(gains):
        lines.append(_bought(gains))
    lines += [_dropped(row) for row in rows if row["dropped"]]
    lines += [f"Note: {note}." for note in comparison.notes]
    number = int((~effects["method"].isin(["none", "constant"])).sum())
    if number >= MANY:
        lines.append(
            f"If the change did nothing, {plain((1.0 - LEVEL) * number, 2)} of these {number} intervals would "
            "exclude zero by chance, on average."
        )
    return lines


def _dropped(row: Mapping[Any, Any]) -> str:
    if not row["is_paired"]:
        return f"{row['measure']}: {row['dropped']} runs of the two worlds left out, as it is null in them"
    every = row["dropped"] + row["pairs"]
    return f"{row['measure']}: {row['dropped']} of {every} pairs left out, as it is null in one world or both"


def _is_unproven(row: Mapping[Any, Any]) -> bool:
    """Tell whether there is a difference on several seeds, but they show no chance and are too few to rule it out."""
    return bool(1 < row["seeds"] < FEW and row["method"] == "none" and row["difference"] != 0.0)


def _bought(gains: pd.Series[float]) -> str:
    """Return what common random numbers bought, from the variance reduction of each difference.

    >>> import pandas as pd
    >>> _bought(pd.Series([0.5]))
    'Pairs share their random numbers, but this did not narrow the interval.'
    """
    middle = float(gains.median())
    is_one = len(gains) == 1
    half = "" if is_one else "for half of the differences "
    if middle >= NEARLY_ALL:
        return f"Pairs share their random numbers; {half}nearly all chance cancels."
    if middle <= 1.0:
        return f"Pairs share their random numbers, but {half}this did not narrow the interval."
    other = "Other" if is_one else "For half of the differences, other"
    return (
        f"Pairs share their random numbers (corr.: how alike they are). {other} random numbers would need "
        f"{plain(middle, 2)} times as many runs{'' if is_one else ' or more'} for such an interval."
    )
