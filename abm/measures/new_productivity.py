"""Group 7, new productivity: levels, creative work, capability, energy, spillover, traditional industries' gain."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.state.codes import Level, Purpose, Stage
from abm.types import FloatArray


@measure(unit="1", formula="sum_i sales_i digital_i / sum_i sales_i", source="cheng:2.1", null_when="no firm has sales")
def digital_level(view: View) -> FloatArray:
    """Digital level of firms, weighted by sales."""
    return view.work.digital


@measure(
    unit="1", formula="sum_i sales_i intelligent_i / sum_i sales_i", source="cheng:2.1", null_when="no firm has sales"
)
def intelligent_level(view: View) -> FloatArray:
    """Intelligent level of firms, weighted by sales."""
    return view.work.intelligent


@measure(unit="1", formula="sum_i sales_i green_i / sum_i sales_i", source="cheng:2.1", null_when="no firm has sales")
def green_level(view: View) -> FloatArray:
    """Green level of firms, weighted by sales."""
    return view.work.green


@measure(
    unit="1, frontier = 1",
    formula="sum_i sales_i a_i / sum_i sales_i, a_i = sum_k W_sk A_ik / F_k",
    source="zhao2020:III.B",
    null_when="no firm has sales",
)
def capability_index(view: View) -> FloatArray:
    """Technological capability of firms relative to the frontier, weighted by sales."""
    return view.levels.capability


@measure(
    unit="1, frontier = 1",
    formula="sum_i a_i / n, a_i = sum_k W_sk A_ik / F_k",
    source="zhao2020:III.B",
    null_when="there is no firm",
)
def capability_index_firm_mean(view: View) -> FloatArray:
    """Technological capability of firms relative to the frontier, every firm alike."""
    return view.levels.capability_firm_mean


@measure(unit="1", formula="talent / (staff + talent)", source="cheng:4.1; zhao2020:III.B", null_when="nobody works")
def talent_share(view: View) -> FloatArray:
    """Share of creative work: researchers, engineers and designers among the people at work in firms."""
    return view.work.talent / view.work.people


@measure(
    unit="1",
    formula="displaced and not yet retrained / labour force",
    source="cheng:4.1",
    null_when="the region has no labour force",
)
def displaced_share(view: View) -> FloatArray:
    """Share of the labour force that machines have replaced, and that nobody can hire before it is retrained."""
    return view.world.regions.displaced / view.world.regions.labour_force


@measure(unit="full-time equivalents", formula="sum_i talent_i", source="zhao2020:III.B")
def talent(view: View) -> FloatArray:
    """Researchers, engineers and designers in firms."""
    return view.work.talent


@measure(unit="full-time equivalents", formula="sum_i vacancy_i", source="zhao2020:III.B")
def talent_vacancies(view: View) -> FloatArray:
    """Talent that firms look for and do not find."""
    return view.work.vacancy


@measure(unit="full-time equivalents", formula="sum_i staff_i", source="cheng:4.1")
def staff(view: View) -> FloatArray:
    """Production staff of firms."""
    return view.work.staff


@measure(unit="million yuan per quarter", formula="payments for energy and raw materials", source="zhao2020:III.C")
def energy_use(view: View) -> FloatArray:
    """Energy and raw materials used by firms, in total."""
    return view.volumes[Purpose.ENERGY]


@measure(
    unit="1",
    formula="payments for energy and raw materials / sales",
    source="zhao2020:III.C",
    null_when="no firm has sales",
)
def energy_use_per_sales(view: View) -> FloatArray:
    """Energy and raw materials used per yuan of sales."""
    return view.volumes[Purpose.ENERGY] / view.money.sales


@measure(
    unit="1",
    formula="sum_p cost_p green_k(p) / sum_p cost_p over projects under way before industrialisation",
    source="cheng:4.3",
    null_when="no research is under way",
)
def green_research_share(view: View) -> FloatArray:
    """Share of research, by cost, that serves to save energy and material."""
    projects, green = view.world.projects, view.world.structure.green
    row = np.flatnonzero(projects.is_active & (projects.stage < int(Stage.INDUSTRIALISATION)))
    region, cost = projects.region[row], projects.cost[row]
    spent = np.bincount(region, cost, view.n_regions)
    share: FloatArray = np.bincount(region, cost * green[projects.field[row]], view.n_regions) / spent
    return share


@measure(
    unit="level per quarter, summed over fields",
    formula="sum_i spillover_i / n over firms, spillover_i learned along ties from firms of other sectors",
    source="cheng:4.2",
    null_when="there is no firm",
)
def gain_from_other_sectors(view: View) -> FloatArray:
    """Mean gain in capability that firms learned this quarter from firms of other sectors, through common fields."""
    actors = view.world.actors
    learned = np.bincount(actors.region[view.firm], actors.spillover[view.firm], view.n_regions)
    mean: FloatArray = learned / view.money.n_firms
    return mean


@measure(
    unit="1",
    formula="sum_i sales_i l_i d_i / (d_i + production.intelligent_talent) / sum_i sales_i, d talent over staff",
    source="cheng:3.2; cheng:4.1",
    null_when="no firm has sales",
)
def intelligent_level_in_use(view: View) -> FloatArray:
    """Part of the intelligent level that talent puts to use, weighted by sales."""
    actors, firm, half = view.world.actors, view.firm, view.parameters.production.intelligent_talent
    talent = actors.talent[firm]
    in_use = actors.level[firm, Level.INTELLIGENT]
    if half > 0.0:
        in_use = in_use * talent / (talent + half * np.maximum(actors.staff[firm], 1e-9))
    used = np.bincount(actors.region[firm], actors.sales[firm] * in_use, view.n_regions)
    mean: FloatArray = used / view.money.sales
    return mean


@measure(
    unit="1",
    formula="productivity of traditional industries / the same when they first bought from the region",
    source="zhao2020:III.C",
    null_when="traditional industries have bought nothing yet",
)
def traditional_productivity(view: View) -> FloatArray:
    """Productivity of the traditional industries that buy from the region, relative to its first value."""
    regions = view.world.regions
    first = regions.traditional_first
    ratio: FloatArray = np.where(first > 0.0, regions.traditional_level / np.maximum(first, 1e-12), np.nan)
    return ratio


@measure(
    unit="million yuan per quarter",
    formula="sum_s part of export orders of sector s for traditional industries, as far as delivered",
    source="zhao2020:III.C",
)
def sales_to_traditional_industries(view: View) -> FloatArray:
    """What firms sell to traditional industries."""
    sold: FloatArray = view.world.regions.traditional_purchases.sum(axis=1)
    return sold


@measure(
    unit="1",
    formula="sales to traditional industries / sales",
    source="zhao2020:III.B; zhao2020:III.C",
    null_when="no firm has sales",
)
def penetration_sales_share(view: View) -> FloatArray:
    """Share of firms' sales that goes to traditional industries."""
    share: FloatArray = view.world.regions.traditional_purchases.sum(axis=1) / view.money.sales
    return share
