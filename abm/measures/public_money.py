"""Group 8, public money and research performed: who gets it, how much of it is used, and what it adds to research."""

from __future__ import annotations

from abm.measures import rates
from abm.measures.declaration import Measure, measure
from abm.measures.flows import NATIONAL_AWARDS, WRITTEN_OFF
from abm.measures.history import WINDOW
from abm.measures.money import PER_QUARTER
from abm.measures.view import View
from abm.state.codes import Instrument, Purpose, label
from abm.types import FloatArray


@measure(
    unit=PER_QUARTER,
    formula="sum_i over firms of own money and money of calls, pilot support and national programmes in projects "
    "before industrialisation",
    source="F29; F31",
)
def research_performed(view: View) -> FloatArray:
    """Research that firms perform, whoever pays for it; `research_spending` is their own money."""
    return view.uses.performed


@measure(
    unit="1",
    formula="research performed / sales of firms",
    source="F29",
    null_when="no firm has sales",
)
def research_performed_share_of_sales(view: View) -> FloatArray:
    """Research performed by firms per yuan of sales, as statistics of research report it."""
    return view.uses.performed / view.money.sales


@measure(
    unit=PER_QUARTER,
    formula="sum over universities and institutes of own and public money in projects before industrialisation",
    source="F31",
)
def university_research(view: View) -> FloatArray:
    """Research that universities and institutes perform."""
    return view.uses.university_research


@measure(
    unit="1",
    formula="research spending of firms that are not core / research spending of firms",
    source="zhao2020:III.B",
    null_when="no firm spends on research",
)
def sme_share_of_research(view: View) -> FloatArray:
    """Share of small and medium-sized enterprises in the firms' own research money."""
    return view.uses.sme_research / view.uses.research


@measure(
    unit="1",
    formula="of grants, refunds, cultivation, adoption subsidy, talent programme and public money in projects: that of "
    "firms that are not core / that of all firms",
    source="zhao2020:III.D",
    null_when="no firm gets public money",
)
def sme_share_of_public_money(view: View) -> FloatArray:
    """Share of small and medium-sized enterprises in the public money that firms get."""
    programme = view.volumes[Purpose.TALENT_PROGRAMME]  # paid to SMEs only
    return (view.uses.sme_public + programme) / (view.uses.public + programme)


@measure(unit=PER_QUARTER, formula="payments of the rest of world for national projects", source="ren:2.4.2")
def spent_on_national_projects(view: View) -> FloatArray:
    """Money from outside for the region's national projects."""
    return view.world.regions.national_money


@measure(unit="projects per quarter", formula="count of awards", source="ren:2.4.2")
def n_national_awards(view: View) -> FloatArray:
    """National projects won this quarter."""
    return view.event_counts[NATIONAL_AWARDS]


@measure(unit=PER_QUARTER, formula="sum of debt - cash over firms that default", source="zhao2020:III.D")
def loans_written_off(view: View) -> FloatArray:
    """Loans that firms leave unpaid when they close, before guarantees."""
    return view.event_counts[WRITTEN_OFF]


@measure(
    unit=PER_QUARTER,
    formula="sum over instruments of what exceeds budget_cap quarters of accrual, or was saved by one switched off",
    source="zhao2020:III.D",
)
def lapsed_budget(view: View) -> FloatArray:
    """Public money that instruments did not spend in time and lost."""
    return view.rates[rates.LAPSED]


def _use_of(instrument: Instrument) -> Measure:
    @measure(
        name=f"budget_use_{instrument.name.lower()}",
        doc=f"Share of the money for the {label(instrument)} instrument that is spent; above 1 while savings are used.",
        unit="1",
        formula=f"spent from the balance / accrued, both over {WINDOW} quarters",
        source="zhao2020:III.D",
        null_when=f"nothing accrued in {WINDOW} quarters",
    )
    def use(view: View) -> FloatArray:
        return view.rates[rates.BUDGET_USE + instrument]

    return use


for _instrument in Instrument:
    _use_of(_instrument)
