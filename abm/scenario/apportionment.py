"""Whole firms from shares: how many of a total fall to each sector, and how many of them are core."""

from __future__ import annotations

import math
from collections.abc import Sequence

from abm.scenario.check import factor, scaled
from abm.scenario.schema import RegionRow, ScenarioFile, SectorRow

_ROUNDING = 1e-9
"""What a quota may miss a whole number by."""


def apportioned(weights: Sequence[float], total: int, most: Sequence[int] | None = None) -> list[int]:
    """Return whole numbers in proportion to `weights` that sum to `total`, by largest remainders (Hamilton's method).

    Each gets its quota rounded down, and what is left goes one by one to the largest remainders, the first of equals.
    None gets more than its `most`; what that leaves is shared among the others in the same way.

    >>> apportioned([7, 2, 1], 5), apportioned([1, 1, 1], 2), apportioned([0, 0], 3)
    ([4, 1, 0], [1, 1, 0], [0, 0])
    >>> apportioned([7, 2, 1], 5, most=[2, 9, 9])
    [2, 2, 1]
    """
    given = [0] * len(weights)
    left = total
    while left > 0:
        open_to = [i for i, weight in enumerate(weights) if weight > 0 and (most is None or given[i] < most[i])]
        sum_of_weights = math.fsum(weights[i] for i in open_to)
        if not open_to:
            break
        quota = {i: left * weights[i] / sum_of_weights for i in open_to}
        whole = {i: math.floor(quota[i] + _ROUNDING) for i in open_to}
        order = sorted(open_to, key=lambda i: (round(whole[i] - quota[i], 9), i))
        for place, i in enumerate(order):
            share = whole[i] + (place < left - sum(whole.values()))
            given[i] += share if most is None else min(share, most[i] - given[i])
        left = total - sum(given)
    return given


def with_firms(file: ScenarioFile) -> ScenarioFile:
    """Return the file with numbers of firms, core firms and sales in place of entries, if it gives entries.

    A sector with entries to which no firm falls is dormant; it would sell its unrounded share of the firms times the
    sales of each.
    """
    total = file.scenario.total_firms
    if total is None:
        return file
    entries = [row.entries or 0 for row in file.sectors]
    firms = apportioned(entries, total)
    core = apportioned(firms, scaled(total, file.scenario.core_share), most=firms)
    sectors = [
        row.model_copy(update=_counts(row, firms[s], core[s], total * entries[s] / max(sum(entries), 1)))
        for s, row in enumerate(file.sectors)
    ]
    return file.model_copy(update={"sectors": sectors})


def _counts(row: SectorRow, firms: int, core: int, quota: float) -> dict[str, float | int | bool]:
    each = row.sales_per_firm or 0.0
    sales = each * (firms if firms else quota)
    return {"firms": firms, "core_firms": core, "sales": sales, "dormant": not firms and quota > 0.0}


def core_counts(file: ScenarioFile, region: RegionRow) -> list[int]:
    """Return how many core firms each sector has in a region: the file's, times the region's factors, rounded once."""
    by = [factor(region, row.name) for row in file.sectors]
    firms = [scaled(row.firms, by[s]) for s, row in enumerate(file.sectors)]
    wanted = [row.core_firms * by[s] * region.core_factor for s, row in enumerate(file.sectors)]
    return apportioned(wanted, scaled(1, math.fsum(wanted)), most=firms)
