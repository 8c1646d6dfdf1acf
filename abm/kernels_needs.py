"""Kernels of needs: what presses sectors towards green fields."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Kind, Level
from abm.types import BoolArray, FloatArray, IntArray

_FIRM, _GREEN = int(Kind.FIRM), int(Level.GREEN)


@kernel
def green_pressure(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, sales: FloatArray, level: FloatArray,
    energy_share: FloatArray, n_regions: int, pull: float, standard: float, carbon_price: float,
) -> FloatArray:  # fmt: skip
    """Return how hard standard and carbon price press each region's sectors, shape (regions, sectors).

    It is `pull` times what firms lack to the standard, weighted by sales, and the carbon price on the sector's energy.

    >>> import numpy as np
    >>> zero, level = np.zeros(2, np.int64), np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.3]])
    >>> green_pressure(np.ones(2, np.bool_), zero, zero, zero, np.array([3.0, 1.0]), level, np.array([0.1]), 1, 2.0,
    ...     0.2, 0.5).round(9).tolist()
    [[0.4]]
    """
    lacking = np.zeros((n_regions, len(energy_share)))
    total = np.zeros(lacking.shape)
    for i in range(len(is_active)):
        if is_active[i] and kind[i] == _FIRM:
            total[region[i], sector[i]] += sales[i]
            lacking[region[i], sector[i]] += sales[i] * max(0.0, standard - level[i, _GREEN])
    for r in range(n_regions):
        for s in range(len(energy_share)):
            lacking[r, s] = pull * (lacking[r, s] / max(total[r, s], 1e-9) + carbon_price * energy_share[s])
    return lacking
