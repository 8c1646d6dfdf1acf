"""What outsiders do to the market: quality that is missing, seen or not, and prices that drift apart."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.types import FloatArray, IntArray


class Disturbance(NamedTuple):
    """Of the sales of each region: quality missing, quality missing unseen, spread of prices within markets."""

    flawed: FloatArray
    hidden: FloatArray
    price_spread: FloatArray


@kernel
def disturbance(
    out: FloatArray, first: int | np.int64, firm: IntArray, region: IntArray, sector: IntArray, sales: FloatArray,
    price: FloatArray, flaw: FloatArray, hidden: FloatArray, n_sectors: int,
) -> None:  # fmt: skip
    """Fill the 3 rows of `Disturbance` from `first` on; NaN without sales.

    The spread is the standard deviation of ln price around the mean of the firm's market, all weighted by sales.

    >>> out, zero = np.zeros((3, 1)), np.zeros(2, int)
    >>> disturbance(out, 0, np.arange(2), zero, zero, np.array([3.0, 1.0]), np.exp(np.array([0.0, 0.4])),
    ...     np.array([0.0, 0.2]), np.array([0.0, 0.5]), 1)
    >>> out[:, 0].round(6).tolist()
    [0.05, 0.025, 0.173205]
    """
    n_regions = out.shape[1]
    sold, mean = np.zeros((n_regions, n_sectors)), np.zeros((n_regions, n_sectors))
    for i in firm:
        sold[region[i], sector[i]] += sales[i]
        mean[region[i], sector[i]] += sales[i] * math.log(max(price[i], 0.01))
    for i in firm:
        r, s = region[i], sector[i]
        if sales[i] > 0.0:
            apart = math.log(max(price[i], 0.01)) - mean[r, s] / sold[r, s]
            out[first, r] += sales[i] * flaw[i]
            out[first + 1, r] += sales[i] * flaw[i] * hidden[i]
            out[first + 2, r] += sales[i] * apart * apart
    for r in range(n_regions):
        total = 0.0
        for s in range(n_sectors):
            total += sold[r, s]
        for row in range(first, first + 3):
            out[row, r] = out[row, r] / total if total > 0.0 else np.nan
        out[first + 2, r] = math.sqrt(out[first + 2, r])
