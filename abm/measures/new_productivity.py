"""Group 7, new productivity: digital, intelligent and green levels, creative work, capability, energy."""

from __future__ import annotations

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.state.codes import Purpose
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
