"""Kernels of the search for suppliers: what is reviewed, whom one hears of, what counts, who gets orders."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import mix, pair_uid, uniform
from abm.state.codes import Layer, Level
from abm.state.network import firm_groups, pick, ring_point, roster_of
from abm.state.ties import are_tied
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_SUPPLY = int(Layer.SUPPLY)
_RESEARCH = int(Layer.RESEARCH)
_DIGITAL = int(Level.DIGITAL)
_SPREAD = math.sqrt(12.0)
"""Width of a uniform draw over its standard deviation."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

SMALLEST_ORDER = 0.02
"""Share of an input below which a supply tie ends."""
NO_IMPORTS = -1e300
"""Merit of imports where nobody can order them by choice."""


@kernel
def reviewed_inputs(
    firm: IntArray, sector: IntArray, is_core: BoolArray, expected_orders: FloatArray, level: FloatArray,
    uid: UidArray, inputs: FloatArray, key: np.uint64, probability: float, size_exponent: float, core_factor: float,
    digital_search: float, threshold: float,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the buyers that review an input this quarter, and which one, drawn by its weight in cost.

    The chance rises with size over the mean to a power, up to double: small buyers rely on the open market.

    >>> import numpy as np
    >>> one = np.array([0]); uid = np.array([7], dtype=np.uint64); level = np.zeros((1, 3))
    >>> buyer, wanted = reviewed_inputs(one, np.array([1]), np.array([False]), np.ones(1), level, uid,
    ...     np.array([[0.0, 0.3], [0.0, 0.01]]), np.uint64(1), 1.0, 0.5, 1.0, 0.0, 0.02)
    >>> buyer.tolist(), wanted.tolist()
    ([0], [0])
    """
    buyer, wanted = np.empty(len(firm), np.int64), np.empty(len(firm), np.int64)
    n = 0
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
        wanted[n] = -1
        for u in range(len(inputs)):
            if inputs[u, sector[i]] >= threshold and inputs[u, sector[i]] > 0.0 and left >= 0.0:
                wanted[n] = u
                left -= inputs[u, sector[i]]
        if wanted[n] >= 0:
            buyer[n] = i
            n += 1
    return buyer[:n].copy(), wanted[:n].copy()


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
    buyer: IntArray, wanted: IntArray, firm: IntArray, sector: IntArray, region: IntArray, uid: UidArray,
    openness: FloatArray, n_sectors: int, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    target: IntArray, roster_key: np.uint64, key: np.uint64, n_candidates: int, newcomer_share: float,
) -> IntArray:  # fmt: skip
    """Return the suppliers each buyer hears of, shape (buyers, candidates), -1 for nobody.

    Most are suppliers of a rival met on the roster, so that a supplier with k customers is heard of about k times as
    often; the others are any firm of the sector.
    """
    n_regions = len(openness)
    group_start, ring, slot = roster_of(
        firm, firm_groups(firm, region, sector, n_sectors), n_regions * n_sectors, uid, roster_key
    )
    found = np.full((len(buyer), n_candidates), -1, np.int64)
    for f in range(len(buyer)):
        i, u = buyer[f], wanted[f]
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
def considered(
    buyer: IntArray, wanted: IntArray, found: IntArray, sector: IntArray, start: IntArray, other: IntArray,
    tie: IntArray, layer: IntArray, source: IntArray,
) -> BoolArray:  # fmt: skip
    """Tell of each actor whether a buyer has it as a supplier of what it reviews, or has heard of it.

    >>> import numpy as np
    >>> one, zero = np.ones(1, np.int64), np.zeros(1, np.int64)
    >>> considered(zero, one, np.array([[2, -1]]), np.array([0, 1, 1]), np.array([0, 1, 2, 2]), np.array([1, 0]),
    ...     np.zeros(2, np.int64), zero, one).tolist()
    [False, True, True]
    """
    is_considered = np.zeros(len(sector), np.bool_)
    for f in range(len(buyer)):
        i = buyer[f]
        for e in range(start[i], start[i + 1]):
            j = other[e]
            if layer[tie[e]] == _SUPPLY and source[tie[e]] == j and sector[j] == wanted[f]:
                is_considered[j] = True
        for m in range(found.shape[1]):
            if found[f, m] >= 0:
                is_considered[found[f, m]] = True
    return is_considered


@kernel
def supplier_merit(
    is_considered: BoolArray, sector: IntArray, quality: FloatArray, price: FloatArray, expected_orders: FloatArray,
    equipment: FloatArray, capital_ratio: FloatArray, start: IntArray, tie: IntArray, layer: IntArray,
    source: IntArray, quality_weight: float, price_weight: float, attachment: float, full_capacity: float,
) -> tuple[FloatArray, BoolArray]:  # fmt: skip
    """Return what buyers think of each supplier considered, and whether it has room for more orders, shape (actors,).

    >>> import numpy as np
    >>> one, zero = np.ones(1), np.zeros(1, np.int64)
    >>> merit, has_room = supplier_merit(zero == 0, zero, 0.5 * one, one, 3.0 * one, 8.0 * one, 2.0 * one,
    ...     np.array([0, 1]), zero, zero, zero, 2.0, 1.0, 1.5, 1.0)
    >>> round(float(merit[0]), 9) == round(2.0 * math.log(0.5) + 0.5 * math.log(2.0), 9), has_room.tolist()
    (True, [True])
    """
    merit = np.zeros(len(quality))
    has_room = np.zeros(len(quality), np.bool_)
    for j in range(len(quality)):
        if not is_considered[j]:
            continue
        customers = 0
        for e in range(start[j], start[j + 1]):
            if layer[tie[e]] == _SUPPLY and source[tie[e]] == j:
                customers += 1
        merit[j] = quality_weight * math.log(max(quality[j], 0.01)) - price_weight * math.log(max(price[j], 0.01))
        merit[j] += (attachment - 1.0) * math.log(1.0 + customers)
        capacity = equipment[j] / max(capital_ratio[sector[j]], 1e-9) * price[j]
        has_room[j] = expected_orders[j] <= full_capacity * capacity
    return merit, has_room


@kernel
def present_suppliers(
    i: int, wanted: int, merit: FloatArray, has_room: BoolArray, sector: IntArray, uid: UidArray, start: IntArray,
    other: IntArray, tie: IntArray, layer: IntArray, target: IntArray, weight: FloatArray, trust: FloatArray,
    key: np.uint64, loyalty: float, noise: float,
) -> tuple[float, int, float, int, float]:  # fmt: skip
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
def best_newcomer(
    i: int, candidates: IntArray, merit: FloatArray, has_room: BoolArray, uid: UidArray, platform: IntArray,
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, key: np.uint64,
    linked_weight: float, noise: float,
) -> tuple[int, float]:  # fmt: skip
    """Return the best candidate with room that does not supply the buyer yet, -1 for none, and its score."""
    newcomer = -1
    top = -1e300
    for m in range(len(candidates)):
        j = candidates[m]
        if j < 0 or j == i or not has_room[j] or are_tied(start, other, tie, layer, i, j, _SUPPLY):
            continue
        score = merit[j] + noise * _SPREAD * (uniform(key, pair_uid(uid[i], uid[j]), 0) - 0.5)
        is_comember = platform[i] >= 0 and platform[i] == platform[j]
        if is_comember or are_tied(start, other, tie, layer, i, j, _RESEARCH):
            score += linked_weight
        if score > top:
            top = score
            newcomer = j
    return newcomer, top


@kernel
def place_orders(
    buyer: IntArray, wanted: IntArray, found: IntArray, merit: FloatArray, has_room: BoolArray, sector: IntArray,
    uid: UidArray, platform: IntArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    target: IntArray, weight: FloatArray, trust: FloatArray, region: IntArray, import_merit: FloatArray,
    import_order: FloatArray, key: np.uint64,
    loyalty: float, linked_weight: float, noise: float, step: float, cap: float, import_cost: float,
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:  # fmt: skip
    """Raise and cut the weights of supply ties; return supplier, buyer and share of new ones, and the ties to end.

    The best newcomer and imports are compared with the best present supplier (plus loyalty to its trust); while less
    than ``cap`` of the input is ordered for good the best one gets a step more, after that a newcomer or imports must
    beat the worst. ``import_merit`` has shape (regions, sectors); who orders none abroad yet deducts ``import_cost``.

    Buyer 0 has all its fixed orders with supplier 1; imports beat it at no cost, and do not at a cost of 2:

    >>> e, zero, no, nobody = np.array([1, 0]), np.zeros(2, np.int64), np.zeros(1), np.array([[-1]])
    >>> weight, order = np.array([0.8]), np.zeros((2, 1))
    >>> market = (zero, zero.astype(np.uint64), zero - 1, np.array([0, 1, 2]), e, zero, zero[:1], zero[:1], weight, no,
    ...           zero, np.array([[-1.0]]), order, np.uint64(1), 1.0, 0.0, 0.0, 0.2, 0.8)
    >>> merit, buyer = np.array([0.0, -2.0]), zero[:1]
    >>> for cost in (2.0, 0.0):
    ...     _ = place_orders(buyer, buyer, nobody, merit, zero == 0, *market, cost)
    ...     weight.round(3).tolist(), order[0].round(3).tolist()
    ([0.8], [0.0])
    ([0.6], [0.2])
    """
    supplier, customer = np.empty(len(buyer), np.int64), np.empty(len(buyer), np.int64)
    share, ended = np.empty(len(buyer)), np.empty(len(buyer), np.int64)
    n_new, n_ended = 0, 0
    for f in range(len(buyer)):
        i = buyer[f]
        total, best_tie, best, worst_tie, worst = present_suppliers(
            i, wanted[f], merit, has_room, sector, uid, start, other, tie, layer, target, weight, trust, key,
            loyalty, noise,
        )  # fmt: skip
        newcomer, top = best_newcomer(
            i, found[f], merit, has_room, uid, platform, start, other, tie, layer, key, linked_weight, noise
        )
        u = wanted[f]
        abroad = import_merit[region[i], u] - (0.0 if import_order[i, u] > 0.0 else import_cost)
        if newcomer < 0 and worst_tie < 0:
            abroad = NO_IMPORTS
        if abroad > top:
            newcomer, top = -1, abroad
        room = cap - total - import_order[i, u]
        amount = min(step, room)
        if room < SMALLEST_ORDER:
            if import_order[i, u] > 0.0 and abroad < min(worst, top):
                amount = min(step, import_order[i, u])
                import_order[i, u] -= amount
                if import_order[i, u] < SMALLEST_ORDER:
                    import_order[i, u] = 0.0
            elif worst_tie >= 0 and top > worst:
                amount = min(step, weight[worst_tie])
                weight[worst_tie] = max(0.0, weight[worst_tie] - amount)
                if weight[worst_tie] < SMALLEST_ORDER:
                    ended[n_ended] = worst_tie
                    n_ended += 1
            else:
                continue
        elif best_tie >= 0 and best >= top:
            weight[best_tie] = min(1.0, weight[best_tie] + amount)
            continue
        if newcomer < 0 and abroad > NO_IMPORTS:
            import_order[i, u] = min(1.0, import_order[i, u] + amount)
        elif newcomer >= 0:
            supplier[n_new], customer[n_new], share[n_new] = newcomer, i, amount
            n_new += 1
    return supplier[:n_new].copy(), customer[:n_new].copy(), share[:n_new].copy(), ended[:n_ended].copy()


@kernel
def ordered(
    buyer: IntArray, wanted: IntArray, firm: IntArray, sector: IntArray, region: IntArray, uid: UidArray,
    quality: FloatArray, price: FloatArray, expected_orders: FloatArray, equipment: FloatArray, platform: IntArray,
    openness: FloatArray, capital_ratio: FloatArray, start: IntArray, other: IntArray, tie: IntArray,
    layer: IntArray, source: IntArray, target: IntArray, weight: FloatArray, trust: FloatArray,
    import_merit: FloatArray, import_order: FloatArray, roster_key: np.uint64, candidate_key: np.uint64,
    match_key: np.uint64, n_candidates: int, newcomer_share: float,
    quality_weight: float, price_weight: float, attachment: float, full_capacity: float,
    loyalty: float, linked_weight: float, noise: float, step: float, cap: float, import_cost: float,
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:  # fmt: skip
    """Let buyers hear of suppliers, judge them and order; return what `place_orders` returns.

    ``buyer`` and ``wanted`` are those of `reviewed_inputs`; columns up to ``platform`` are by actor, ``weight`` and
    ``import_order`` are changed.
    """
    found = heard_of(
        buyer, wanted, firm, sector, region, uid, openness, len(capital_ratio), start, other, tie, layer, target,
        roster_key, candidate_key, n_candidates, newcomer_share,
    )  # fmt: skip
    is_considered = considered(buyer, wanted, found, sector, start, other, tie, layer, source)
    merit, has_room = supplier_merit(
        is_considered, sector, quality, price, expected_orders, equipment, capital_ratio, start, tie, layer, source,
        quality_weight, price_weight, attachment, full_capacity,
    )  # fmt: skip
    return place_orders(
        buyer, wanted, found, merit, has_room, sector, uid, platform, start, other, tie, layer, target, weight, trust,
        region, import_merit, import_order, match_key, loyalty, linked_weight, noise, step, cap, import_cost,
    )  # fmt: skip
