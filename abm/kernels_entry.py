"""Kernels of entry: how many come, and what a newcomer is measured by."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.randomness import uniform
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_STRONGEST_PULL = 0.3


_EMPTY_MARKET = 3.0
"""Firms an empty market counts as, when entry is reckoned per firm."""


@kernel
def expected_entrants(
    n_firms: FloatArray,
    capacity: FloatArray,
    demand: FloatArray,
    wanted: FloatArray,
    is_awake: FloatArray,
    rate: float,
    order_led: float,
) -> FloatArray:
    """Return expected entrants per market: rate n [max(0, 1 - capacity / demand) + order_led wanted / demand].

    >>> import numpy as np
    >>> one = np.ones((1, 1))
    >>> round(float(expected_entrants(50 * one, 80 * one, 100 * one, 10 * one, one, 0.02, 2.0)[0, 0]), 12)
    0.4
    """
    result = np.zeros(n_firms.shape)
    for r in range(n_firms.shape[0]):
        for s in range(n_firms.shape[1]):
            if demand[r, s] > 0.0 and is_awake[r, s] > 0.0:
                room = max(0.0, 1.0 - capacity[r, s] / demand[r, s])
                pull = order_led * min(_STRONGEST_PULL, wanted[r, s] / demand[r, s])
                result[r, s] = rate * max(n_firms[r, s], _EMPTY_MARKET) * (room + pull)
    return result


@kernel
def drawn_entrants(
    expected: FloatArray, market_uid: UidArray, key: np.uint64, outside: float
) -> tuple[IntArray, IntArray]:
    """Return entrants per market, rounded at random, and how many of them come from outside."""
    count = np.zeros(expected.shape, np.int64)
    outsiders = np.zeros(expected.shape, np.int64)
    for r in range(expected.shape[0]):
        for s in range(expected.shape[1]):
            count[r, s] = int(expected[r, s] + uniform(key, market_uid[r, s], 0))
            for ordinal in range(count[r, s]):
                if uniform(key, market_uid[r, s], 1 + ordinal) < outside:
                    outsiders[r, s] += 1
    return count, outsiders


@kernel
def two_draws(uid: UidArray, key: np.uint64) -> FloatArray:
    """Return two uniform draws per entrant: for knowledge and for size."""
    draws = np.empty((len(uid), 2))
    for e in range(len(uid)):
        draws[e, 0] = uniform(key, uid[e], 0)
        draws[e, 1] = uniform(key, uid[e], 1)
    return draws


@kernel
def benchmarks(
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    is_core: BoolArray,
    sales: FloatArray,
    capability: FloatArray,
    frontier: FloatArray,
    n_regions: int,
    n_sectors: int,
) -> tuple[FloatArray, FloatArray]:
    """Return mean sales of SMEs (regions, sectors) and mean capability of firms (regions, sectors, fields).

    An empty market takes the region's means; an empty region one million yuan and a third of the frontier.
    """
    n_fields = len(frontier)
    size = np.zeros((n_regions, n_sectors + 1))
    smes = np.zeros((n_regions, n_sectors + 1))
    level = np.zeros((n_regions, n_sectors + 1, n_fields))
    number = np.zeros((n_regions, n_sectors + 1))
    for f in range(len(firm)):
        i = firm[f]
        for s in (sector[i], n_sectors):
            number[region[i], s] += 1.0
            if not is_core[i]:
                smes[region[i], s] += 1.0
                size[region[i], s] += sales[i]
            for k in range(n_fields):
                level[region[i], s, k] += capability[i, k]
    mean_size = np.empty((n_regions, n_sectors))
    mean_level = np.empty((n_regions, n_sectors, n_fields))
    for r in range(n_regions):
        for s in range(n_sectors):
            u = s if smes[r, s] > 0.0 else n_sectors
            mean_size[r, s] = max(size[r, u] / smes[r, u], 0.001) if smes[r, u] > 0.0 else 1.0
            u = s if number[r, s] > 0.0 else n_sectors
            for k in range(n_fields):
                mean_level[r, s, k] = level[r, u, k] / number[r, u] if number[r, u] > 0.0 else frontier[k] / 3.0
    return mean_size, mean_level
