"""How evenly research and money are spread over firms."""

from __future__ import annotations

import math
from typing import NamedTuple

from abm.kernel import kernel
from abm.types import FloatArray


class Equality(NamedTuple):
    """How evenly something is spread over the firms of each region."""

    gini: FloatArray
    herfindahl: FloatArray


@kernel
def concentration(value: FloatArray) -> tuple[float, float]:
    """Return Gini coefficient and Herfindahl index of sorted values, NaN where nothing is there.

    Gini = sum_j (2 j - n - 1) x_j / (n sum x) with x sorted and j from 1; Herfindahl = sum (x / sum x)^2.

    >>> import numpy as np
    >>> gini, herfindahl = concentration(np.array([0.0, 4.0]))
    >>> float(gini), float(herfindahl)
    (0.5, 1.0)
    """
    n = len(value)
    total = 0.0
    ranked = 0.0
    for j in range(n):
        total += value[j]
        ranked += (j + 1.0) * value[j]
    if total <= 0.0:
        return math.nan, math.nan
    herfindahl = 0.0
    for j in range(n):
        share = value[j] / total
        herfindahl += share * share
    return (2.0 * ranked - (n + 1.0) * total) / (n * total), herfindahl
