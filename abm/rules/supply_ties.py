"""Finding suppliers (model.md line 7).

A supply tie runs from supplier to buyer; its weight is the share of one input that the buyer orders there. Buyers hear
of suppliers from those who buy the same things, so well-known suppliers become better known (F17), but they want able,
cheap and trusted ones, full suppliers take nobody, and part of every input stays contestable for the market and for
imports. Under the supporting-chain bundle core firms look harder for local suppliers (li 3.B).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters, Search
from abm.randomness import Draws, mix, pair_uid, uniform
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.codes import Kind, Layer, Level, TieOrigin
from abm.state.network import make_roster, pick, ring_point
from abm.state.ties import are_tied, platform_of
from abm.state.world import World
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
    level: FloatArray,
    uid: UidArray,
    inputs: FloatArray,
    key: np.uint64,
    probability: float,
    core_factor: float,
    digital_search: float,
    threshold: float,
) -> IntArray:
    """Return the input each firm reviews this quarter, drawn by its weight in cost; -1 for none.

    >>> import numpy as np
    >>> one = np.array([0]); uid = np.array([7], dtype=np.uint64); level = np.zeros((1, 3))
    >>> reviewed_input(one, np.array([1]), np.array([False]), level, uid, np.array([[0.0, 0.3], [0.0, 0.01]]),
    ...     np.uint64(1), 1.0, 1.0, 0.0, 0.02).tolist()
    [0]
    """
    result = np.full(len(firm), -1, np.int64)
    for f in range(len(firm)):
        i = firm[f]
        chance = probability * (1.0 + digital_search * level[i, _DIGITAL])
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


def _merit(world: World, p: Search, is_firm: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Return what buyers think of each firm as a supplier, and whether it can take more orders."""
    actors, ties, st = world.actors, world.ties, world.structure
    rows = ties.is_active & (ties.layer == _SUPPLY)
    customers = np.bincount(ties.source[rows], minlength=actors.rows)
    merit = (
        p.quality_weight * np.log(np.maximum(actors.quality, 0.01))
        - p.price_weight * np.log(np.maximum(actors.price, 0.01))
        + (p.attachment - 1.0) * np.log1p(customers)
    )
    ratio = np.maximum(st.capital_ratio[np.maximum(actors.sector, 0)], 1e-9)
    has_room = is_firm & (actors.expected_orders <= p.full_capacity * actors.equipment / ratio * actors.price)
    return merit, has_room


@rule(
    writes=tie_book.WRITES,
    source="li:3.B; cheng:2.1; reisch2025; F17",
    off={"switches.search": False},
    needs_rows={"ties": 1.0},
)
def find_suppliers(world: World, parameters: Parameters, draws: Draws) -> None:
    """Buyers review the suppliers of one input: able, cheap, trusted and known ones with room get orders.

    Equation   score_j = b_q ln q_j - b_p ln p_j + (attachment - 1) ln(1 + customers_j) + linked + loyalty trust_ij
               + noise, among present suppliers and candidates heard of in proportion to their customers; the best gets
               order_step more of the input up to local_cap, then a newcomer must beat the worst
    Units      score, q, p, trust, shares: 1; review_probability: 1/quarter, times local_ordering for core buyers
    Source     li 3.B (core firms attract and order from supporting firms); Reisch et al. 2025 (attachment k^1.08);
               cheng 2.1 (digital search)
    Draws      which input ("review") by uid; whom one hears of ("supplier heard of") by uid, on a ring of "roster of
               suppliers"; what nobody observes ("supplier match") by pair
    Off when   switches.search = false
    """
    if not parameters.switches.search:
        return
    p, actors, ties, st = parameters.search, world.actors, world.ties, world.structure
    firm = world.slots(Kind.FIRM)
    core_factor = p.local_ordering if parameters.switches.supporting_chain else 1.0
    reviewed = reviewed_input(
        firm, actors.sector, actors.is_core, actors.level, actors.uid, st.inputs, draws.key("review"),
        p.review_probability, core_factor, p.digital_search, p.input_threshold,
    )  # fmt: skip
    is_firm = actors.is_active & (actors.kind == int(Kind.FIRM))
    group = np.where(is_firm, actors.region * st.n_sectors + actors.sector, -1)
    roster = make_roster(group, st.n_regions * st.n_sectors, actors.uid, draws.key("roster of suppliers"))
    lists = world.neighbours()
    found = heard_of(
        firm, reviewed, actors.sector, actors.region, actors.uid, st.openness,
        lists.start, lists.other, lists.tie, ties.layer, ties.target,
        roster.start, roster.ring, roster.slot, draws.key("supplier heard of"), p.n_candidates, p.newcomer_share,
    )  # fmt: skip
    merit, has_room = _merit(world, p, is_firm)
    newcomer, raised, cut, amount = ordering(
        firm, reviewed, found, merit, has_room, actors.sector, actors.uid, platform_of(world),
        lists.start, lists.other, lists.tie, ties.layer, ties.target, ties.weight, ties.trust,
        draws.key("supplier match"), p.loyalty, p.linked_weight, p.supply_noise, p.order_step, p.local_cap,
    )  # fmt: skip
    _place_orders(world, p, firm, newcomer, raised, cut, amount)


def _place_orders(
    world: World, p: Search, firm: IntArray, newcomer: IntArray, raised: IntArray, cut: IntArray, amount: FloatArray
) -> None:
    """Raise, cut, end and open supply ties."""
    ties = world.ties
    up, down, new = raised >= 0, cut >= 0, newcomer >= 0
    ties.weight[raised[up]] = np.minimum(1.0, ties.weight[raised[up]] + amount[up])
    ties.weight[cut[down]] = np.maximum(0.0, ties.weight[cut[down]] - amount[down])
    small = cut[down]
    small = small[ties.weight[small] < SMALLEST_ORDER]
    if new.any():
        tie_book.open_ties(
            world, newcomer[new], firm[new], Layer.SUPPLY, TieOrigin.ORDER, weight=amount[new], trust=p.first_trust
        )
    tie_book.close_ties(world, small)
