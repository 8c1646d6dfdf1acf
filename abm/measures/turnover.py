"""Group 6, who leaves and what outsiders do to the market (li 2.B; zhao2020 III.D, IV)."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.state.codes import Event
from abm.types import FloatArray


def _of_exits(view: View, gap: FloatArray) -> FloatArray:
    """Return a gap of those who left, null where nobody did."""
    return np.where(view.event_counts[Event.EXIT] > 0.0, gap, np.nan)


@measure(
    unit="1",
    formula="mean of expected orders over capacity, 0 to 1.5: of firms that left this quarter - of all",
    source="li:2.B",
    null_when="no firm left",
)
def exit_utilisation_gap(view: View) -> FloatArray:
    """How much less of their plant those who leave had orders for."""
    return _of_exits(view, view.world.regions.exit_utilisation_gap)


@measure(
    unit="1",
    formula="mean of ln(quality / mean of the market): of firms that left this quarter - of all",
    source="zhao2020:IV",
    null_when="no firm left",
)
def exit_quality_gap(view: View) -> FloatArray:
    """How much worse the products of those who leave were."""
    return _of_exits(view, view.world.regions.exit_quality_gap)


@measure(unit="1", formula="sum of sales x flaw / sum of sales", source="zhao2020:III.D", null_when="nothing is sold")
def flawed_sales_share(view: View) -> FloatArray:
    """Share of the quality of what is sold that outsiders leave out."""
    return view.firms.disturbance.flawed


@measure(
    unit="1",
    formula="sum of sales x flaw x hidden / sum of sales",
    source="zhao2020:III.D",
    null_when="nothing is sold",
)
def hidden_flaw_share(view: View) -> FloatArray:
    """Share of the quality of what is sold that is missing without being seen."""
    return view.firms.disturbance.hidden


@measure(
    unit="1",
    formula="standard deviation of ln price around the mean of the market, weighted by sales",
    source="zhao2020:III.D",
    null_when="nothing is sold",
)
def price_dispersion(view: View) -> FloatArray:
    """How far prices of one market lie apart."""
    return view.firms.disturbance.price_spread
