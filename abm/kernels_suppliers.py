"""Kernels of the search for suppliers: what is reviewed, whom one hears of, what counts, who gets orders."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import mix, pair_uid, uniform
from abm.state.codes import Layer, Level
from abm.state.network import pick, ring_point
from abm.state.ties import are_tied
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_SUPPLY = int(Layer.SUPPLY)
_RESEARCH = int(Layer.RESEARCH)
_DIGITAL = int(Level.DIGITAL)
_SPREAD = math.sqrt(12.0)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

SMALLEST_ORDER = 0.02
"""Share of an input below which a supply tie ends."""


@kernel
def reviewed_input(
    firm: IntArray,
    sector: IntArray,
    is_core: BoolArray,
    expected_orders: FloatArray,
    level: FloatArray,
    uid: UidArray,
    inputs: FloatArray,
    key: np.uint64,
    probability: float,
    size_exponent: float,
    core_factor: float,
    digital_search: float,
    threshold: float,
) -> IntArray:
    """Return the input each firm reviews this quarter, drawn by its weight in cost; -1 for none.

    The chance rises with size over the mean to a power, up to double: small buyers rely on the open market.

    >>> import numpy as np
    >>> one = np.array([0]); uid = np.array([7], dtype=np.uint64); level = np.zeros((1, 3))
    >>> reviewed_input(one, np.array([1]), np.array([False]), np.ones(1), level, uid,
    ...     np.array([[0.0, 0.3], [0.0, 0.01]]), np.uint64(1), 1.0, 0.5, 1.0, 0.0, 0.02).tolist()
    [0]
    """
    result = np.full(len(firm), -1, np.int64)
    mean = 0.0
    for f in range(len(firm)):
        mean += expected_orders[firm[f]] / len(firm)
    for f in range(len(firm)):
        i = firm[f]
        size = max(1e-3, expected_orders[i] / max(1e-9, mean))
        chance = probability * (1.0 + digital_search * level[i, _DIGITAL])
        chance *= min(2.0, math.exp(size_exponent * math.log(size)))
        if is_core[i]:
            chance *= core_factor
        if uniform(key, uid[i], 0) >= chance:
            continue
        total = 0.0
        for u in range(len(inputs)):
            if inputs[u, sector[i]] >= threshold:
                total += inputs[u, sector[i]]
        left = uniform(key, uid[i], 1) * total
        for u in range(len(inputs)):
            if inputs[u, sector[i]] >= threshold and inputs[u, sector[i]] > 0.0 and left >= 0.0:
                result[f] = u
                left -= inputs[u, sector[i]]
    return result


@kernel
def supplier_of(
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, target: IntArray, sector: IntArray,
    uid: UidArray, buyer: int, wanted: int, salt: np.uint64,
) -> int:  # fmt: skip
    """Return a random supplier of one input of a buyer (lowest hash of salt and uid), -1 if it has none."""
    best = -1
    lowest = np.uint64(0xFFFFFFFFFFFFFFFF)
    for e in range(start[buyer], start[buyer + 1]):
        t = tie[e]
        if layer[t] == _SUPPLY and target[t] == buyer and sector[other[e]] == wanted:
            value = mix(np.uint64(salt) + uid[other[e]] * _GOLDEN)
            if value <= lowest:
                lowest = value
                best = other[e]
    return best


@kernel
def heard_of(
    firm: IntArray,
    reviewed: IntArray,
    sector: IntArray,
    region: IntArray,
    uid: UidArray,
    openness: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    target: IntArray,
    group_start: IntArray,
    ring: UidArray,
    slot: IntArray,
    key: np.uint64,
    n_candidates: int,
    newcomer_share: float,
) -> IntArray:
    """Return the suppliers each reviewing firm hears of, shape (firms, candidates), -1 for nobody.

    Most are suppliers of a rival met on the roster, so that a supplier with k customers is heard of about k times as
    often; the others are any firm of the sector.
    """
    n_regions = len(openness)
    n_sectors = (len(group_start) - 1) // n_regions
    found = np.full((len(firm), n_candidates), -1, np.int64)
    for f in range(len(firm)):
        u = reviewed[f]
        if u < 0:
            continue
        i = firm[f]
        for m in range(n_candidates):
            place = region[i]
            if n_regions > 1 and uniform(key, uid[i], 4 * m) < openness[place]:
                place = (place + 1 + int(uniform(key, uid[i], 4 * m + 1) * (n_regions - 1))) % n_regions
            if uniform(key, uid[i], 4 * m + 2) >= newcomer_share:
                point = ring_point(key, uid[i], 2 * m)
                rival = pick(group_start, ring, slot, place * n_sectors + sector[i], point)
                if rival >= 0 and rival != i:
                    found[f, m] = supplier_of(start, other, tie, layer, target, sector, uid, rival, u, mix(point))
            if found[f, m] < 0:
                found[f, m] = pick(group_start, ring, slot, place * n_sectors + u, ring_point(key, uid[i], 2 * m + 1))
    return found


@kernel
def present_suppliers(
    i: int,
    wanted: int,
    merit: FloatArray,
    has_room: BoolArray,
    sector: IntArray,
    uid: UidArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    target: IntArray,
    weight: FloatArray,
    trust: FloatArray,
    key: np.uint64,
    loyalty: float,
    noise: float,
) -> tuple[float, int, float, int, float]:
    """Return the share of an input with fixed suppliers, the best tie with room, its score, the worst tie, its."""
    total = 0.0
    best_tie, worst_tie = -1, -1
    best, worst = -1e300, 1e300
    for e in range(start[i], start[i + 1]):
        t = tie[e]
        j = other[e]
        if layer[t] != _SUPPLY or target[t] != i or sector[j] != wanted:
            continue
        total += weight[t]
        score = merit[j] + loyalty * trust[t] + noise * _SPREAD * (uniform(key, pair_uid(uid[i], uid[j]), 0) - 0.5)
        if score > best and has_room[j]:
            best, best_tie = score, t
        if score < worst:
            worst, worst_tie = score, t
    return total, best_tie, best, worst_tie, worst


@kernel
def ordering(
    firm: IntArray,
    reviewed: IntArray,
    found: IntArray,
    merit: FloatArray,
    has_room: BoolArray,
    sector: IntArray,
    uid: UidArray,
    platform: IntArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    target: IntArray,
    weight: FloatArray,
    trust: FloatArray,
    key: np.uint64,
    loyalty: float,
    linked_weight: float,
    noise: float,
    step: float,
    cap: float,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return for each firm the new supplier, the tie to raise, the tie to cut (-1 for none) and the share moved.

    The best newcomer is compared with the best present supplier (plus loyalty to its trust); while less than ``cap``
    of the input is with fixed suppliers the better one gets a step more, after that a newcomer must beat the worst.
    """
    newcomer = np.full(len(firm), -1, np.int64)
    raised = np.full(len(firm), -1, np.int64)
    cut = np.full(len(firm), -1, np.int64)
    amount = np.zeros(len(firm))
    for f in range(len(firm)):
        u = reviewed[f]
        if u < 0:
            continue
        i = firm[f]
        total, best_tie, best, worst_tie, worst = present_suppliers(
            i, u, merit, has_room, sector, uid, start, other, tie, layer, target, weight, trust, key, loyalty, noise
        )
        top = -1e300
        for m in range(found.shape[1]):
            j = found[f, m]
            if j < 0 or j == i or not has_room[j] or are_tied(start, other, tie, layer, i, j, _SUPPLY):
                continue
            score = merit[j] + noise * _SPREAD * (uniform(key, pair_uid(uid[i], uid[j]), 0) - 0.5)
            is_comember = platform[i] >= 0 and platform[i] == platform[j]
            if is_comember or are_tied(start, other, tie, layer, i, j, _RESEARCH):
                score += linked_weight
            if score > top:
                top = score
                newcomer[f] = j
        room = cap - total
        amount[f] = min(step, room)
        if room < SMALLEST_ORDER:
            if newcomer[f] >= 0 and worst_tie >= 0 and top > worst:
                cut[f] = worst_tie
                amount[f] = min(step, weight[worst_tie])
            else:
                newcomer[f] = -1
        elif best_tie >= 0 and best >= top:
            newcomer[f] = -1
            raised[f] = best_tie
    return newcomer, raised, cut, amount


@kernel
def supplier_merit(
    firm: IntArray,
    sector: IntArray,
    quality: FloatArray,
    price: FloatArray,
    expected_orders: FloatArray,
    equipment: FloatArray,
    capital_ratio: FloatArray,
    start: IntArray,
    tie: IntArray,
    layer: IntArray,
    source: IntArray,
    quality_weight: float,
    price_weight: float,
    attachment: float,
    full_capacity: float,
) -> tuple[FloatArray, BoolArray]:
    """Return what buyers think of each firm as a supplier, and whether it has room for more orders, shape (actors,).

    >>> import numpy as np
    >>> one, zero = np.ones(1), np.zeros(1, np.int64)
    >>> merit, has_room = supplier_merit(zero, zero, 0.5 * one, one, 3.0 * one, 8.0 * one, 2.0 * one,
    ...     np.array([0, 1]), zero, zero, zero, 2.0, 1.0, 1.5, 1.0)
    >>> round(float(merit[0]), 9) == round(2.0 * math.log(0.5) + 0.5 * math.log(2.0), 9), has_room.tolist()
    (True, [True])
    """
    merit = np.zeros(len(quality))
    has_room = np.zeros(len(quality), np.bool_)
    for f in range(len(firm)):
        i = firm[f]
        customers = 0
        for e in range(start[i], start[i + 1]):
            if layer[tie[e]] == _SUPPLY and source[tie[e]] == i:
                customers += 1
        merit[i] = quality_weight * math.log(max(quality[i], 0.01)) - price_weight * math.log(max(price[i], 0.01))
        merit[i] += (attachment - 1.0) * math.log(1.0 + customers)
        capacity = equipment[i] / max(capital_ratio[sector[i]], 1e-9) * price[i]
        has_room[i] = expected_orders[i] <= full_capacity * capacity
    return merit, has_room
