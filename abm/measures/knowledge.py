"""Group 5, knowledge that is bought: results licensed in the region, what is earned by them, what is learned unpaid."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.measures.declaration import measure
from abm.measures.flows import LICENCES_AT_HOME
from abm.measures.view import View
from abm.state.codes import Purpose, Route
from abm.types import FloatArray, IntArray

_UNPAID = (Route.ACQUAINTANCE, Route.CALL, Route.ORDER, Route.PROPOSAL, Route.PLATFORM, Route.SIDEWAYS)


@measure(unit="licences per quarter", formula="count of licences of results held in the region", source="cheng:4.2")
def n_domestic_licences(view: View) -> FloatArray:
    """Licences for results of firms and universities of the region, from which somebody learned this quarter."""
    return view.event_counts[LICENCES_AT_HOME]


@measure(
    unit="million yuan per quarter",
    formula="payments of firms to holders of results, and to universities for results taken up",
    source="cheng:4.3",
)
def licence_income(view: View) -> FloatArray:
    """What firms and universities earn by their results."""
    return view.volumes[Purpose.RESULTS]


@measure(
    unit="1",
    formula="gains by licence / gains by licence, ties and rivals, weighted by sales",
    source="cheng:4.3",
    null_when="no firm has sales, or none learned from others",
)
def paid_knowledge_share(view: View) -> FloatArray:
    """Share of what is learned from others that comes by licences or imported equipment."""
    paid = view.gains.by_route[Route.LICENCE]
    return paid / (paid + sum(view.gains.by_route[route] for route in _UNPAID))


@kernel
def sales_means(firm: IntArray, region: IntArray, sales: FloatArray, value: FloatArray, out: FloatArray) -> None:
    """Fill `out`, one entry per region, with the mean of a column over firms, weighted by sales.

    >>> import numpy as np
    >>> out = np.zeros(1)
    >>> sales_means(np.array([0, 1]), np.zeros(2, np.int64), np.array([3.0, 1.0]), np.array([0.5, 0.1]), out)
    >>> out.round(6).tolist()
    [0.4]
    """
    total = np.zeros(len(out))
    for i in firm:
        out[region[i]] += sales[i] * value[i]
        total[region[i]] += sales[i]
    for r in range(len(out)):
        out[r] = out[r] / total[r] if total[r] > 0.0 else np.nan


@measure(
    unit="1",
    formula="sum_i sales_i novelty_i / sum_i sales_i over firms",
    source="zhao2020:III.C",
    null_when="no firm has sales",
)
def new_product_share(view: View) -> FloatArray:
    """Share of sales from new products."""
    out = np.zeros(view.n_regions)
    actors = view.world.actors
    sales_means(view.firm, actors.region, actors.sales, actors.novelty, out)
    return out
