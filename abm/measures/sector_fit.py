"""How well the sectors of a region fit its people and its demand."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import inner
from abm.types import FloatArray, IntArray


class Fit(NamedTuple):
    """How well the sectors of each region fit its people and its demand."""

    rationalisation: FloatArray
    demand_adaptability: FloatArray


@inner
def sector_fit(
    out: FloatArray,
    first: int | np.int64,
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    sales: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    demand: FloatArray,
    export_orders: FloatArray,
) -> None:
    """Fill the 2 rows of `Fit` from `first` on; demand and export orders have the shape (regions, sectors).

    Rationalisation is exp(-TL) with TL = sum_s (Y_s/Y) ln[(Y_s/Y) / (L_s/L)] (Gan, Zheng & Yu 2011), NaN without
    sales or people at work; a sector with only one of both counts as a sector with a millionth of the other.
    Adaptability is 1 - 1/2 sum_s |share of s in sales - share of s in demand|, NaN without sales or demand.

    >>> import numpy as np
    >>> zero = np.zeros(2, np.int64); four = np.array([4.0, 4.0])
    >>> out = np.zeros((2, 1))
    >>> sector_fit(out, 0, np.arange(2), zero, np.arange(2), np.array([1.0, 3.0]), four, 0.0 * four,
    ...            np.array([[1.0, 1.0]]), np.array([[0.0, 2.0]]))
    >>> out[:, 0].round(6).tolist()
    [0.877383, 1.0]
    """
    n_regions, n_sectors = demand.shape
    sold = np.zeros((n_regions, n_sectors))
    at_work = np.zeros((n_regions, n_sectors))
    for i in firm:
        sold[region[i], sector[i]] += sales[i]
        at_work[region[i], sector[i]] += staff[i] + talent[i]
    for r in range(n_regions):
        out[first, r] = out[first + 1, r] = np.nan
        output = 0.0
        people = 0.0
        asked = 0.0
        for s in range(n_sectors):
            output += sold[r, s]
            people += at_work[r, s]
            asked += demand[r, s] + export_orders[r, s]
        if output <= 0.0:
            continue
        theil = 0.0
        gap = 0.0
        for s in range(n_sectors):
            share = sold[r, s] / output
            if share > 0.0 and people > 0.0:
                theil += share * math.log(share / max(at_work[r, s] / people, 1e-6 * share))
            if asked > 0.0:
                gap += abs(share - (demand[r, s] + export_orders[r, s]) / asked)
        if people > 0.0:
            out[first, r] = math.exp(-max(theil, 0.0))
        if asked > 0.0:
            out[first + 1, r] = 1.0 - 0.5 * gap
