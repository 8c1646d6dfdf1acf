"""Group 4, industrial structure: how advanced it is, how well it fits its inputs and its demand, how local it is."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.types import FloatArray


@measure(
    unit="class, 0 low to 2 high",
    formula="sum_i sales_i class_s(i) / sum_i sales_i",
    source="zhao2020:I",
    null_when="no firm has sales",
)
def advancement(view: View) -> FloatArray:
    """Mean technology class of the region's sales."""
    return view.levels.technology_class


@measure(
    unit="1",
    formula="sales of high-technology sectors / sales",
    source="li:2.A",
    null_when="no firm has sales",
)
def high_tech_share(view: View) -> FloatArray:
    """Share of high-technology sectors in sales."""
    return view.levels.high_technology


@measure(
    unit="1",
    formula="exp(-TL), TL = sum_s (Y_s/Y) ln[(Y_s/Y) / (L_s/L)], Y sales and L people at work by sector",
    source="gan2011",
    null_when="no firm has sales or nobody works",
)
def rationalisation(view: View) -> FloatArray:
    """How well the sectors' shares in output match their shares in employment; 1 is a perfect match."""
    return view.firms.fit.rationalisation


@measure(
    unit="1",
    formula="1 - 1/2 sum_s |share of s in sales - share of s in demand|",
    source="zhao2020:III.C",
    null_when="there are no sales or no demand",
)
def demand_adaptability(view: View) -> FloatArray:
    """How well what the region makes matches what its markets ask for, exports included."""
    return view.firms.fit.demand_adaptability


@measure(
    unit="1",
    formula="sum_i sales_i share of inputs bought in the region_i / sum_i sales_i",
    source="zhuzhou2023",
    null_when="no firm has sales",
)
def local_content(view: View) -> FloatArray:
    """Share of inputs that firms buy in the region."""
    return view.work.local_inputs


@measure(
    unit="1",
    formula="sum_i sales_i share of steps bought from specialists_i / sum_i sales_i",
    source="zhao2020:III.C",
    null_when="no firm has sales",
)
def division_of_labour(view: View) -> FloatArray:
    """Share of production steps that firms buy from specialists."""
    return view.work.outside_steps


@measure(
    unit="1",
    formula="imports / (imports + sales)",
    source="zhao2020:III.C",
    null_when="nothing is sold",
)
def import_share(view: View) -> FloatArray:
    """Share of imports in what is sold in the region or made there."""
    return view.stocks.imports / (view.stocks.imports + view.money.sales)


def _weighted(view: View, value: FloatArray) -> FloatArray:
    """Return the mean over the firms of each region, weighted by sales; `value` is by place in `view.firm`."""
    actors, firm = view.world.actors, view.firm
    total = np.bincount(actors.region[firm], value * actors.sales[firm], view.n_regions).astype(np.float64)
    mean: FloatArray = total / view.money.sales
    return mean


@measure(
    unit="1",
    formula="sum_i sales_i in_i / sum_i sales_i, in = CES of what is bought of each input",
    source="ren:2.3.1",
    null_when="no firm has sales",
)
def input_quality(view: View) -> FloatArray:
    """Quality of the inputs firms use, the weakest binding, where the frontier is 1."""
    return _weighted(view, view.world.actors.input_quality[view.firm])


@measure(
    unit="1",
    formula="sum_i sales_i max(0, 1 - CES(own_i, in_i) / own_i) / sum_i sales_i",
    source="ren:2.3.1",
    null_when="no firm has sales",
)
def bottleneck_loss(view: View) -> FloatArray:
    """Share of quality that firms lose to inputs that are worse than they could make use of."""
    world, p, firm = view.world, view.parameters.market, view.firm
    relative = world.actors.capability[firm] / world.fields.frontier
    own = np.maximum(0.01, (world.structure.weight[world.actors.sector[firm]] * relative).sum(axis=1))
    made_of = np.maximum(0.01, world.actors.input_quality[firm])
    share, rho = p.own_quality_share, p.quality_exponent
    quality = (share * own**rho + (1.0 - share) * made_of**rho) ** (1.0 / rho)
    return _weighted(view, np.maximum(0.0, 1.0 - quality / own))


@measure(
    unit="1",
    formula="sales of sectors that the scenario lets start dormant / sales",
    source="cheng:4.2; zhao2020:III.C",
    null_when="no firm has sales",
)
def new_sector_share(view: View) -> FloatArray:
    """Share of sales in new industries: those that nobody made at the start."""
    world = view.world
    return _weighted(view, world.structure.can_sleep[world.actors.sector[view.firm]].astype(np.float64))


@measure(
    unit="1",
    formula="sum_s a_s / (1 + (1 - c) a_s) Y_s / sum_s Y_s, a opened demand, c cannibalisation, Y final demand",
    source="zhao2020:III.C",
    null_when="there is no final demand",
)
def new_demand_share(view: View) -> FloatArray:
    """Share of final demand that is for new products and was opened by them; what replaces old products included."""
    regions, p = view.world.regions, view.parameters.market
    added = regions.new_demand * p.new_demand
    part = added / (1.0 + (1.0 - p.cannibalisation) * added)
    share: FloatArray = (part * regions.final_demand).sum(axis=1) / regions.final_demand.sum(axis=1)
    return share


@measure(
    unit="1",
    formula="X / sum_s (X_s / reach_s), X export orders",
    source="assumption",
    null_when="nothing is exported",
)
def export_reach(view: View) -> FloatArray:
    """Part of the world's orders that come to the region; the others went where they are served."""
    orders = view.world.regions.export_orders
    reach: FloatArray = orders.sum(axis=1) / (orders / view.world.regions.export_reach).sum(axis=1)
    return reach
