"""Group 6, caps in use: how often a bound binds, so that no result of the network is a bound in disguise (L2)."""

from __future__ import annotations

from abm.measures import rates, uses
from abm.measures.declaration import measure
from abm.measures.view import INTERVAL, View
from abm.types import FloatArray

_NOT_NOW = f"not a quarter of the interval ({INTERVAL})"


def _tie_caps(view: View) -> FloatArray:
    """Return the rows of `uses.tie_caps`, made once per view."""
    return view.once("caps of ties", lambda: _made_tie_caps(view))


def _made_tie_caps(view: View) -> FloatArray:
    actors, ties, search = view.world.actors, view.world.ties, view.parameters.search
    start, _, tie = view.world.neighbours()
    return uses.tie_caps(
        actors.kind, actors.region, actors.sector, actors.talent, start, tie, ties.layer, ties.target, ties.source,
        ties.weight, view.world.structure.inputs, view.n_regions, search.capacity, search.capacity_exponent,
        search.local_cap, search.input_threshold,
    )  # fmt: skip


@measure(
    unit="1",
    formula="firms and universities with more research ties than search.capacity (1 + talent)^capacity_exponent / "
    "those with any",
    source="model.md line 7",
    null_when=f"{_NOT_NOW}, or nobody has a research tie",
)
def research_ties_over_capacity_share(view: View) -> FloatArray:
    """Share of partners in research that hold more research ties than they can keep up at a cost of one."""
    return _tie_caps(view)[1] / _tie_caps(view)[0] if view.is_interval else view.null


@measure(
    unit="1",
    formula="inputs of which fixed suppliers have search.local_cap / inputs with fixed suppliers",
    source="model.md line 7",
    null_when=f"{_NOT_NOW}, or nobody has a fixed supplier",
)
def inputs_at_cap_share(view: View) -> FloatArray:
    """Share of the firms' inputs that take no further fixed supplier."""
    return _tie_caps(view)[3] / _tie_caps(view)[2] if view.is_interval else view.null


@measure(
    unit="1",
    formula="firms and universities whose projects take innovation.most_projects places (rounded) / those with any",
    source="model.md line 9",
    null_when="nobody has a project",
)
def projects_at_cap_share(view: View) -> FloatArray:
    """Share of those with projects that can take on no more."""
    return view.uses.n_full / view.uses.n_busy


@measure(
    unit="1",
    formula="instruments of whose accrual this quarter something lapsed above policy.budget_cap / instruments that "
    "accrued",
    source="model.md line 2",
    null_when="no instrument accrued anything",
)
def instruments_at_cap_share(view: View) -> FloatArray:
    """Share of policy instruments that have saved up all they may."""
    return view.rates[rates.AT_CAP]
