"""The default region in other sizes, with everything that is counted in proportion, and twice side by side.

`scale` of a region multiplies firms alone and rounds each sector's core firms for itself. Here firms, core firms,
sales, universities and institutes all follow the size; core firms keep their total, by largest remainder.
"""

from __future__ import annotations

from copy import deepcopy
from math import floor
from typing import Any

from abm import Scenario
from abm.scenario.reading import read_toml
from abm.scenario.scenario import SHIPPED

Tables = dict[str, Any]


def apportioned(numbers: list[int], size: float) -> list[int]:
    """Return numbers times a size, rounded so that their sum is the rounded sum, by largest remainder, first first.

    >>> apportioned([1, 1, 4, 2], 0.5)
    [1, 0, 2, 1]
    >>> apportioned([1, 1, 4, 2], 2.0)
    [2, 2, 8, 4]
    """
    shares = [number * size for number in numbers]
    result = [floor(share) for share in shares]
    missing = floor(sum(shares) + 0.5) - sum(result)
    order = sorted(range(len(numbers)), key=lambda place: (result[place] - shares[place], place))
    for place in order[:missing]:
        result[place] += 1
    return result


def tables_of(size: float) -> Tables:
    """Return the tables of the default region in another size."""
    tables: Tables = deepcopy(read_toml(SHIPPED / "equipment.toml"))
    sectors, region = tables["sectors"], tables["regions"][0]
    for key in ("firms", "core_firms"):
        for sector, count in zip(sectors, apportioned([each.get(key, 0) for each in sectors], size), strict=True):
            if key in sector:  # a dormant sector has none
                sector[key] = count
    for sector in sectors:
        sector["sales"] *= size
    institutions = apportioned([region["universities"], region["institutes"]], size)
    region["universities"], region["institutes"] = institutions
    return tables


def sized(size: float) -> Scenario:
    """Return the default region in another size."""
    return Scenario.from_mapping(tables_of(size), SHIPPED)


def two_regions() -> Scenario:
    """Return two equal regions of half the default size, as open to each other as the scenario says."""
    tables = tables_of(0.5)
    tables["regions"].append(dict(tables["regions"][0], name="away"))
    return Scenario.from_mapping(tables, SHIPPED)
