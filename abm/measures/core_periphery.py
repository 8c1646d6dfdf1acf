"""Core and periphery (Borgatti & Everett 2000): how near a network is to a core that is tied and a rest that is not."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.types import FloatArray, IntArray


@kernel
def by_degree(start: IntArray) -> IntArray:
    """Return the members in order of their number of partners, most first, then by their place (a counting sort).

    >>> import numpy as np
    >>> by_degree(np.array([0, 1, 3, 4])).tolist()
    [1, 0, 2]
    """
    n = len(start) - 1
    first = np.zeros(n + 2, np.int64)
    for i in range(n):
        first[n - (start[i + 1] - start[i]) + 1] += 1
    for d in range(n + 1):
        first[d + 1] += first[d]
    order = np.empty(n, np.int64)
    for i in range(n):
        d = n - (start[i + 1] - start[i])
        order[first[d]] = i
        first[d] += 1
    return order


@kernel
def core_fit(start: IntArray, other: IntArray) -> FloatArray:
    """Return the largest fit to a core and a periphery, and the share of members in that core; NaN without ties.

    The fit is the correlation of ties with the ideal pattern: 1 between two members of the core, 0 between two of the
    periphery, while ties between the two are left open. The core are the c members with most partners; every c from 2
    is tried in one pass. `start` and `other` are the partner lists of the members among themselves, each pair twice.

    >>> import numpy as np
    >>> clique_of_two_with_a_leaf_each = np.array([0, 2, 4, 5, 6]), np.array([1, 2, 0, 3, 0, 1])
    >>> core_fit(*clique_of_two_with_a_leaf_each).tolist()
    [1.0, 0.5]
    """
    n = len(start) - 1
    best = np.full(2, np.nan)
    is_core = np.zeros(n, np.int64)
    ties = float(start[n]) / 2.0
    inside = 0.0
    outside = ties
    order = by_degree(start)
    for c in range(1, n):
        i = order[c - 1]
        to_core = 0
        for e in range(start[i], start[i + 1]):
            to_core += is_core[other[e]]
        is_core[i] = 1
        inside += to_core
        outside -= float(start[i + 1] - start[i]) - to_core
        core_pairs = 0.5 * c * (c - 1.0)
        pairs = core_pairs + 0.5 * (n - c) * (n - c - 1.0)
        present = inside + outside
        spread = present * (pairs - present) * core_pairs * (pairs - core_pairs)
        if spread <= 0.0:
            continue
        fit = (pairs * inside - present * core_pairs) / math.sqrt(spread)
        if math.isnan(best[0]) or fit > best[0] + 1e-12:
            best[0], best[1] = fit, c / n
    return best
