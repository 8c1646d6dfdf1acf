"""Groups 5 and 9, two chains and needs: what sets research off, what becomes of results, where the chain is weak."""

from __future__ import annotations

from collections.abc import Callable

from abm.measures.declaration import Measure, measure
from abm.measures.flows import PRODUCED_BY as _MADE
from abm.measures.history import WINDOW
from abm.measures.view import View
from abm.state.codes import Event, ProjectKind
from abm.types import FloatArray


@measure(unit="projects", formula="count of projects not on the shelf", source="ren:2.1")
def n_projects(view: View) -> FloatArray:
    """Innovation projects under way."""
    return view.stocks.running


@measure(unit="results", formula="count of projects on the shelf", source="ren:3.1")
def n_shelved_results(view: View) -> FloatArray:
    """Results that wait for a firm to take them up."""
    return view.stocks.shelved


@measure(
    unit="1",
    formula="projects started for a need or a weak link / projects under way",
    source="ren:2.2",
    null_when="no project is under way",
)
def pull_share(view: View) -> FloatArray:
    """Share of projects that demand pulls."""
    return view.stocks.pull / view.stocks.running


@measure(
    unit="1",
    formula="projects started out of curiosity / projects under way",
    source="ren:2.2",
    null_when="no project is under way",
)
def push_share(view: View) -> FloatArray:
    """Share of projects that science pushes."""
    return 1.0 - view.stocks.pull / view.stocks.running


def _events(name: str, event: Event, doc: str, source: str = "ren:3.1", unit: str = "results per quarter") -> Measure:
    @measure(name=name, doc=doc, unit=unit, formula="count of events", source=source)
    def count(view: View) -> FloatArray:
        return view.event_counts[event]

    return count


_events("n_projects_started", Event.PROJECT_STARTED, "Projects started this quarter.", unit="projects per quarter")
_events("n_results_produced", Event.RESEARCH_SUCCEEDED, "Research that brought a result this quarter.")
_events("n_results_piloted", Event.PILOTED, "Results that passed a pilot this quarter.")
_events("n_results_industrialised", Event.INDUSTRIALISED, "Results industrialised this quarter.")
_events("n_results_shelved", Event.SHELVED, "Results put on the shelf this quarter.")
_events("n_results_taken_up", Event.TAKEN_UP, "Results taken from the shelf this quarter.")
_events("n_results_abandoned", Event.ABANDONED, "Results given up this quarter, for want of money or of a pilot.")


@measure(unit="results per quarter", formula="research of calls that brought a result", source="li:3.A")
def n_common_technologies(view: View) -> FloatArray:
    """Common technologies that calls brought this quarter."""
    return view.event_counts[_MADE + ProjectKind.CALL]


@measure(
    unit="results per firm",
    formula=f"results industrialised in {WINDOW} quarters / firms",
    source="ren:3.1",
    null_when="there is no firm",
)
def results_per_firm(view: View) -> FloatArray:
    """Industrialised results per firm."""
    return view.conversions.results_per_firm


@measure(
    unit="1",
    formula=f"results of firms industrialised / results of firms produced, both over {WINDOW} quarters",
    source="F32; ren:3.1",
    null_when=f"firms produced no result in {WINDOW} quarters",
)
def firm_conversion(view: View) -> FloatArray:
    """How many of the firms' own and joint results become products; above 1 while a backlog is worked off."""
    return view.conversions.of_firms


@measure(
    unit="1",
    formula=f"results of universities industrialised / results of universities produced, both over {WINDOW} quarters",
    source="F33; ren:3.1",
    null_when=f"universities produced no result in {WINDOW} quarters",
)
def university_conversion(view: View) -> FloatArray:
    """How many of the universities' results become products; low with two skins, research here and industry there."""
    return view.conversions.of_universities


@measure(
    unit="1",
    formula=f"results taken from the shelf / results of universities produced, both over {WINDOW} quarters",
    source="F33; ren:3.1",
    null_when=f"universities produced no result in {WINDOW} quarters",
)
def take_up_share(view: View) -> FloatArray:
    """How many of the universities' results firms take up."""
    return view.conversions.taken_up


@measure(unit="needs", formula="count over chains, sectors and fields", source="ren:2.4.1")
def n_needs_open(view: View) -> FloatArray:
    """Needs that are open."""
    return view.stocks.n_needs


@measure(unit="needs per quarter", formula="count of events", source="ren:2.4.1")
def n_needs_opened(view: View) -> FloatArray:
    """Needs that opened this quarter."""
    return view.event_counts[Event.NEED_OPENED]


@measure(unit="needs per quarter", formula="count of events", source="ren:2.4.1")
def n_needs_closed(view: View) -> FloatArray:
    """Needs that closed this quarter: solved, or no longer asked for."""
    return view.event_counts[Event.NEED_CLOSED]


@measure(
    unit="quarters",
    formula="mean of now - quarter of opening over open needs",
    source="ren:2.4.1",
    null_when="no need is open",
)
def mean_need_age(view: View) -> FloatArray:
    """How long the open needs have been waiting for a solution."""
    return view.stocks.need_age


@measure(unit="million yuan per quarter", formula="max over chains, sectors and fields of N_csk", source="ren:2.3.1")
def worst_need(view: View) -> FloatArray:
    """Output exposed to the worst bottleneck."""
    return view.stocks.worst_need


def _place_of_worst_need(name: str, place: Callable[[View], FloatArray]) -> None:
    measure(
        name=f"worst_need_{name}",
        doc=f"The {name} of the worst bottleneck.",
        unit=name,
        formula=f"the {name} of the largest N_csk",
        source="ren:2.3.1",
        null_when="nothing is exposed to a gap",
        names_of=name,
    )(place)


_place_of_worst_need("chain", lambda view: view.stocks.worst_chain)
_place_of_worst_need("sector", lambda view: view.stocks.worst_sector)
_place_of_worst_need("field", lambda view: view.stocks.worst_field)
