"""What has grown, been replaced, or been spent of what there was: rates over some quarters, in one pass."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.measures.flows import DISSOLVED_BY, FORMED_BY
from abm.state.codes import N_INSTRUMENTS, Event, Layer
from abm.types import FloatArray

SIZES = ("actors", "ties", "talent", "research")
"""Things whose growth is followed: actors of the network, ties of all layers, talent in and research done by firms."""

_N_LAYERS = len(Layer)
_N_SIZES = len(SIZES)
GROWTH = _N_SIZES
FIRM_CHURN = 2 * _N_SIZES
TIE_CHURN = FIRM_CHURN + 1
LAYER_CHURN = TIE_CHURN + 1
LAPSED = LAYER_CHURN + _N_LAYERS
AT_CAP = LAPSED + 1
BUDGET_USE = AT_CAP + 1
"""First rows of `rates_of` with growth, churn of firms, of ties, and of ties by layer, what lapsed, the instruments at
their cap, and the use of each instrument's money. The sizes themselves come first."""
N_RATES = BUDGET_USE + N_INSTRUMENTS

_ENTRY, _EXIT = int(Event.ENTRY), int(Event.EXIT)


@kernel
def churn(formed: float, ended: float, quarters: int, number: float) -> float:
    """Return the part of a number that was replaced in a quarter, from what came and went in some; NaN of nothing.

    >>> churn(6.0, 2.0, 8, 10.0)
    0.05
    """
    return 0.5 * (formed + ended) / quarters / number if number > 0.0 else math.nan


@kernel
def rates_of(
    kinds: FloatArray, ties: FloatArray, talent: FloatArray, performed: FloatArray, earlier: FloatArray,
    events: FloatArray, n_firms: FloatArray, public_money: FloatArray, accrued: FloatArray, lapsed: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return sizes, growth, churn, what lapsed, instruments at their cap and use of their money, (`N_RATES`, regions).

    Actors by kind and ties by layer have the shape (kinds or layers, regions), `earlier` the sizes of some quarters
    ago, `events` counts over as many quarters as `public_money` has, shape (quarters, 2, regions, instruments);
    accrued and lapsed are of this quarter, (regions, instruments). Growth is ln(now / earlier). NaN is what would be
    divided by nothing.

    >>> import numpy as np
    >>> from abm.measures.flows import N_COUNTS
    >>> one, events, money = np.ones(1), np.zeros((N_COUNTS, 1)), np.zeros((2, 2, 1, 12))
    >>> events[_ENTRY], events[_EXIT], money[:, 0, 0, 3], money[0, 1, 0, 3] = 3.0, 1.0, 4.0, 2.0
    >>> rates = rates_of(np.full((2, 1), 3.0), np.zeros((5, 1)), one, one, np.full((4, 1), math.e), events, 4.0 * one,
    ...     money, money[0, 0], 0.5 * money[0, 0])[:, 0].round(6)
    >>> rates[:4].tolist(), rates[GROWTH:LAPSED].tolist()
    ([6.0, 0.0, 1.0, 1.0], [0.791759, nan, -1.0, -1.0, 0.25, nan, nan, nan, nan, nan, nan])
    >>> rates[LAPSED:BUDGET_USE].tolist(), rates[BUDGET_USE + 2 : BUDGET_USE + 4].tolist()
    ([2.0, 1.0], [nan, 0.25])
    """
    n_quarters, n_regions = public_money.shape[0], ties.shape[1]
    out = np.zeros((N_RATES, n_regions))
    for r in range(n_regions):
        for kind in range(kinds.shape[0]):
            out[0, r] += kinds[kind, r]
        formed, ended = 0.0, 0.0
        for layer in range(_N_LAYERS):
            out[1, r] += ties[layer, r]
            came, went = events[FORMED_BY + layer, r], events[DISSOLVED_BY + layer, r]
            out[LAYER_CHURN + layer, r] = churn(came, went, n_quarters, ties[layer, r])
            formed += came
            ended += went
        out[2, r], out[3, r] = talent[r], performed[r]
        for j in range(_N_SIZES):
            is_known = out[j, r] > 0.0 and earlier[j, r] > 0.0  # false for NaN
            out[GROWTH + j, r] = math.log(out[j, r] / earlier[j, r]) if is_known else math.nan
        out[FIRM_CHURN, r] = churn(events[_ENTRY, r], events[_EXIT, r], n_quarters, n_firms[r])
        out[TIE_CHURN, r] = churn(formed, ended, n_quarters, out[1, r])
        n_on, n_at_cap = 0.0, 0.0
        for j in range(N_INSTRUMENTS):
            out[LAPSED, r] += lapsed[r, j]
            n_on += 1.0 if accrued[r, j] > 0.0 else 0.0
            n_at_cap += 1.0 if accrued[r, j] > 0.0 and lapsed[r, j] > 0.0 else 0.0
            had, spent = 0.0, 0.0
            for q in range(n_quarters):
                had += public_money[q, 0, r, j]
                spent += public_money[q, 1, r, j]
            out[BUDGET_USE + j, r] = spent / had if had > 0.0 else math.nan
        out[AT_CAP, r] = n_at_cap / n_on if n_on > 0.0 else math.nan
    return out
