"""Group 8, money: what is earned, lent, spent on research and by whom, and whether the books balance."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import Measure, measure
from abm.measures.view import View
from abm.state.accounts import money_residual as residual_of_money
from abm.state.codes import Event, Instrument, Purpose, label
from abm.types import FloatArray

YUAN = "million yuan"
PER_QUARTER = "million yuan per quarter"


@measure(unit=PER_QUARTER, formula="sum_i sales_i over firms", source="zhao2020:II")
def sales(view: View) -> FloatArray:
    """Revenue of firms, at constant prices of imports."""
    return view.money.sales


@measure(
    unit=PER_QUARTER,
    formula="payments to firms for what they delivered - their payments for inputs and energy",
    source="gan2011",
)
def value_added(view: View) -> FloatArray:
    """Value added by firms: wages and operating profit."""
    return view.volumes[Purpose.SALES] - view.volumes[Purpose.INPUTS] - view.volumes[Purpose.ENERGY]


@measure(
    unit="million yuan per person and quarter",
    formula="value added / (staff + talent)",
    source="li:2.A",
    null_when="nobody works",
)
def value_added_per_worker(view: View) -> FloatArray:
    """Value added per person at work in firms."""
    return value_added.function(view) / view.work.people


@measure(unit="1", formula="operating profit / sales of firms", source="zhao2020:III.C", null_when="no firm has sales")
def mean_margin(view: View) -> FloatArray:
    """Margin of firms, weighted by sales."""
    return view.money.profit / view.money.sales


@measure(
    unit="1", formula="sales of firms that are not core / sales", source="zhao2020:II", null_when="no firm has sales"
)
def sme_share_of_sales(view: View) -> FloatArray:
    """Share of small and medium-sized enterprises in sales."""
    return view.money.sme_sales / view.money.sales


@measure(unit="1", formula="largest sales / sales", source="zhao2020:II", null_when="no firm has sales")
def largest_firm_share(view: View) -> FloatArray:
    """Share of the largest firm in sales."""
    return view.money.largest / view.money.sales


@measure(unit=PER_QUARTER, formula="sum_i research spending_i over firms", source="F29")
def research_spending(view: View) -> FloatArray:
    """Money that firms spend on research."""
    return view.money.research


@measure(unit="1", formula="research spending / sales of firms", source="F29", null_when="no firm has sales")
def research_share_of_sales(view: View) -> FloatArray:
    """Research of firms per yuan of sales."""
    return view.money.research / view.money.sales


@measure(
    unit="1",
    formula="firms that spend on own or joint research / firms",
    source="F27",
    null_when="there is no firm",
)
def research_active_share(view: View) -> FloatArray:
    """Share of firms that do research."""
    return view.money.n_researching / view.money.n_firms


@measure(unit=PER_QUARTER, formula="sum_i request_i over firms", source="F40")
def loans_asked(view: View) -> FloatArray:
    """Loans that firms asked for."""
    return view.money.asked


@measure(unit=PER_QUARTER, formula="sum_i granted_i over firms", source="F40")
def loans_granted(view: View) -> FloatArray:
    """Loans that firms received."""
    return view.money.granted


@measure(unit=PER_QUARTER, formula="asked - granted", source="F40")
def loans_refused(view: View) -> FloatArray:
    """Loans that firms asked for and did not receive, in whole or in part."""
    return view.money.asked - view.money.granted


@measure(
    unit="1",
    formula="SMEs that asked and got nothing / SMEs that asked",
    source="F40",
    null_when="no SME asked for a loan",
)
def sme_refusal_rate(view: View) -> FloatArray:
    """Share of applicants among small and medium-sized enterprises that are refused."""
    return view.money.n_refused_smes / view.money.n_asking_smes


@measure(unit="firms per quarter", formula="count of events", source="zhao2020:III.D")
def n_defaults(view: View) -> FloatArray:
    """Firms that defaulted on their debts this quarter."""
    return view.event_counts[Event.DEFAULT]


_PURPOSE_OF = {
    Instrument.CALL: Purpose.CALL,
    Instrument.GRANT: Purpose.GRANT,
    Instrument.DEDUCTION: Purpose.DEDUCTION,
    Instrument.PLATFORM: Purpose.PLATFORM_SUPPORT,
    Instrument.PILOT: Purpose.PILOT_SUPPORT,
    Instrument.TALENT: Purpose.TALENT_PROGRAMME,
    Instrument.TRAINING: Purpose.TRAINING,
    Instrument.CULTIVATION: Purpose.CULTIVATION,
    Instrument.GUARANTEE: Purpose.GUARANTEE,
    Instrument.ADOPTION: Purpose.ADOPTION_SUBSIDY,
    Instrument.SUPERVISION: Purpose.SUPERVISION,
    Instrument.CHAIN_OFFICE: Purpose.CHAIN_OFFICE,
}


def _spent(instrument: Instrument) -> Measure:
    purpose = _PURPOSE_OF[instrument]

    @measure(
        name=f"spent_on_{instrument.name.lower()}",
        doc=f"Money spent on the {label(instrument)} instrument, also by others than the government.",
        unit=PER_QUARTER,
        formula=f"payments for the purpose {label(purpose)}",
        source="zhao2020:III.D",
    )
    def spending(view: View) -> FloatArray:
        return view.volumes[purpose]

    return spending


for _instrument in Instrument:
    _spent(_instrument)


@measure(unit=YUAN, formula="sum of the balances of all instruments", source="zhao2020:III.D")
def unspent_budget(view: View) -> FloatArray:
    """Public money earmarked for instruments and not yet spent."""
    return view.stocks.budget


@measure(unit=PER_QUARTER, formula="sum over platforms of fees + support - spending", source="li:3.C")
def platform_profit(view: View) -> FloatArray:
    """Profit of innovation platforms, negative for a loss."""
    return view.stocks.platform_fees + view.stocks.platform_support - view.stocks.platform_spending


@measure(unit=PER_QUARTER, formula="sum over platforms of fees - spending", source="li:3.C")
def platform_profit_before_support(view: View) -> FloatArray:
    """Profit of innovation platforms without the money of government, alliances and core firms."""
    return view.stocks.platform_fees - view.stocks.platform_spending


@measure(unit=PER_QUARTER, formula="sum over platforms of support", source="li:3.C")
def platform_support(view: View) -> FloatArray:
    """Money that government, alliances and core firms give to innovation platforms."""
    return view.stocks.platform_support


@measure(
    unit="1",
    formula="sum_j (2 j - n - 1) x_j / (n sum x), firms sorted by research spending",
    source="ren:2.2",
    null_when="no firm spends on research",
)
def research_gini(view: View) -> FloatArray:
    """How unevenly research money is spread over firms: 0 all alike, near 1 all in one."""
    return view.equality_of_research.gini


@measure(unit="1", formula="sum_i (x_i / sum x)^2", source="ren:2.2", null_when="no firm spends on research")
def research_hhi(view: View) -> FloatArray:
    """Concentration of research money (Herfindahl-Hirschman index)."""
    return view.equality_of_research.herfindahl


@measure(
    unit="1",
    formula="sum_j (2 j - n - 1) x_j / (n sum x), firms sorted by loans and equity of others",
    source="zhao2020:III.B",
    null_when="no firm works with money of others",
)
def funds_gini(view: View) -> FloatArray:
    """How unevenly outside money is spread over firms."""
    return view.equality_of_funds.gini


@measure(
    unit="1", formula="sum_i (x_i / sum x)^2", source="zhao2020:III.B", null_when="no firm works with money of others"
)
def funds_hhi(view: View) -> FloatArray:
    """Concentration of outside money (Herfindahl-Hirschman index)."""
    return view.equality_of_funds.herfindahl


@measure(unit=PER_QUARTER, formula="export orders - imports", source="zhao2020:III.C")
def trade_balance(view: View) -> FloatArray:
    """What the region sells outside minus what it buys outside, in products of its sectors.

    Energy and households' other goods come from outside too; `outside_balance` has everything. Trade with other regions
    of the model is not in it, see `balance_with_regions`.
    """
    return view.stocks.export_orders - view.stocks.imports


@measure(
    unit=PER_QUARTER,
    formula="cash in the region now - cash in the region a quarter ago",
    source="model.md law 3",
    null_when="the quarter before was not seen",
)
def outside_balance(view: View) -> FloatArray:
    """Net money that came into the region this quarter for whatever purpose."""
    return view.stocks.cash - view.history.cash


@measure(unit=PER_QUARTER, formula="income of households", source="model.md law 3")
def household_income(view: View) -> FloatArray:
    """Wages, dividends and interest of households."""
    return view.world.regions.household_income


@measure(unit="1", formula="people without work / labour force", source="cheng:4.1")
def unemployment(view: View) -> FloatArray:
    """Share of the labour force without work."""
    return view.world.regions.unemployment


@measure(unit="million yuan per person and quarter", formula="wage of the quarter", source="zhao2020:III.B")
def wage(view: View) -> FloatArray:
    """Wage of production staff."""
    return view.world.regions.wage


@measure(unit="million yuan per person and quarter", formula="wage of the quarter", source="zhao2020:III.B")
def talent_wage(view: View) -> FloatArray:
    """Wage of researchers, engineers and designers."""
    return view.world.regions.talent_wage


@measure(unit=PER_QUARTER, formula="taxes of the quarter", source="zhao2020:III.D")
def tax_revenue(view: View) -> FloatArray:
    """Taxes of firms and households."""
    return view.volumes[Purpose.TAX]


@measure(unit="1", formula="largest deviation of the books / gross flow, whole world", source="model.md law 3")
def money_residual(view: View) -> FloatArray:
    """How far cash, flows and claims are from balance; rounding only."""
    return np.full(view.n_regions, residual_of_money(view.world))


@measure(unit="1", formula="largest |booked - held capability| / gross flow, whole world", source="model.md law 2")
def ledger_residual(view: View) -> FloatArray:
    """How far the ledger of gains is from the capability it explains; rounding only."""
    return np.full(view.n_regions, view.gains.gap / max(view.gains.gross, 1.0))
