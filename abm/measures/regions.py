"""Group 8, between regions: whether sales, talent, research, funds and core firms gather in few of them (ren 3.3)."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import Measure, measure
from abm.measures.equality import Equality, concentration
from abm.measures.money import PER_QUARTER
from abm.measures.view import View
from abm.types import FloatArray

_ONE_REGION = "there is only one region, or nothing to share"


def _research(view: View) -> FloatArray:
    return view.uses.performed


def _funds(view: View) -> FloatArray:
    return np.array([view.outside_funds[firm].sum() for firm in view.firms_by_region])


def _core(view: View) -> FloatArray:
    return view.money.n_core


def _sales(view: View) -> FloatArray:
    return view.money.sales


def _talent(view: View) -> FloatArray:
    return view.work.talent


_SHARED = {
    "sales": (_sales, "sales of firms", "ren:3.3"),
    "talent": (_talent, "talent employed by firms", "ren:3.3"),
    "research": (_research, "research performed by firms", "ren:3.3"),
    "funds": (_funds, "loans and equity of others in firms", "zhao2020:III.B; ren:3.3"),
    "core": (_core, "core enterprises", "ren:3.3"),
}
"""What may gather in few regions: how it is counted, its words and source."""


def _values(view: View, name: str) -> FloatArray:
    return view.once(f"{name} by region", lambda: _SHARED[name][0](view))


def _spread(view: View, name: str) -> Equality:
    """Return how evenly something is spread over regions, the same for each."""
    found = view.once(f"{name} over regions", lambda: concentration(np.sort(_values(view, name))))
    return Equality(*(np.full(view.n_regions, value) for value in found))


def _declare(name: str) -> tuple[Measure, Measure, Measure]:
    _, words, source = _SHARED[name]

    @measure(
        name=f"region_share_of_{name}",
        doc=f"Share of the region in all {words}.",
        unit="1",
        formula=f"{words}: here / in all regions",
        source=source,
        null_when=_ONE_REGION,
    )
    def share(view: View) -> FloatArray:
        return _values(view, name) / _values(view, name).sum() if view.n_regions > 1 else view.null

    @measure(
        name=f"regions_{name}_gini",
        doc=f"How unevenly {words} are spread over regions: 0 all alike, near 1 all in one; the same in every region.",
        unit="1",
        formula=f"sum_j (2 j - n - 1) x_j / (n sum x), n regions sorted by {words}",
        source=source,
        null_when=_ONE_REGION,
    )
    def gini(view: View) -> FloatArray:
        return _spread(view, name).gini if view.n_regions > 1 else view.null

    @measure(
        name=f"regions_{name}_hhi",
        doc=f"Concentration of {words} on regions (Herfindahl-Hirschman index); the same in every region.",
        unit="1",
        formula=f"sum_r (x_r / sum x)^2 over regions, x {words}",
        source=source,
        null_when=_ONE_REGION,
    )
    def hhi(view: View) -> FloatArray:
        return _spread(view, name).herfindahl if view.n_regions > 1 else view.null

    return share, gini, hhi


for _name in _SHARED:
    _declare(_name)


@measure(
    unit=PER_QUARTER,
    formula="sum over sectors of what buyers here bought from firms of other regions of the model",
    source="ren:3.3",
    null_when="there is only one region",
)
def bought_across(view: View) -> FloatArray:
    """What the region buys in other regions, in products of its sectors."""
    return view.world.regions.bought_across.sum(axis=1) if view.n_regions > 1 else view.null


@measure(
    unit=PER_QUARTER,
    formula="sales in other regions of the model - purchases there; sums to zero",
    source="ren:3.3",
    null_when="there is only one region",
)
def balance_with_regions(view: View) -> FloatArray:
    """What the region sells in other regions minus what it buys there, in products of its sectors."""
    regions = view.world.regions
    return (regions.sold_across - regions.bought_across).sum(axis=1) if view.n_regions > 1 else view.null


@measure(
    unit="1",
    formula="largest capability_index_firm_mean of all regions - own",
    source="ren:2.2.1; ren:2.2.2",
    null_when="there is only one region, or no firm",
)
def gap_to_leading_region(view: View) -> FloatArray:
    """How far the region's firms are behind those of the region whose firms know most."""
    own = view.levels.capability_firm_mean
    return own.max() - own if view.n_regions > 1 else view.null
