"""Groups of actors, and the mean of a column by region."""

from __future__ import annotations

import numpy as np

from abm.kernel import inner
from abm.state.codes import Kind
from abm.types import BoolArray, FloatArray, IntArray

_UNIVERSITY = int(Kind.UNIVERSITY)


@inner
def firms_and_universities(is_active: BoolArray, kind: IntArray) -> IntArray:
    """Return the slots of all active firms and universities.

    >>> firms_and_universities(np.array([True, False, True, True]), np.array([0, 0, 1, 2])).tolist()
    [0, 2]
    """
    found = np.empty(len(kind), np.int64)
    number = 0
    for i in range(len(kind)):
        if is_active[i] and kind[i] <= _UNIVERSITY:
            found[number] = i
            number += 1
    return found[:number]


@inner
def regional_mean(actor: IntArray, region: IntArray, value: FloatArray, n_regions: int) -> FloatArray:
    """Return the mean of a column over some actors, by region; 0 where there are none.

    ``actor`` lists slots, the columns are by slot.

    >>> regional_mean(np.array([0, 2]), np.array([1, 0, 1]), np.array([3.0, 9.0, 1.0]), 2).tolist()
    [0.0, 2.0]
    """
    number, mean = np.zeros(n_regions), np.zeros(n_regions)
    for a in range(len(actor)):
        number[region[actor[a]]] += 1.0
        mean[region[actor[a]]] += value[actor[a]]
    for r in range(n_regions):
        mean[r] /= max(number[r], 1.0)
    return mean
