"""Kernels of entry: who comes, and whom they spin off from."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.randomness import _STEP, mix, uniform
from abm.state.codes import Kind, Mode
from abm.types import BoolArray, FloatArray, IntArray, UidArray

SUPPLIER, SPIN_OFF, OUTSIDER = 0, 1, 2
"""Why a firm comes; also the channel of its event."""
CAUSES = ("supplier", "spin-off", "outsider")
"""Words for the causes, by code."""

_FIRM, _UNIVERSITY = int(Kind.FIRM), int(Kind.UNIVERSITY)
_INDEPENDENT, _JOINT = int(Mode.INDEPENDENT), int(Mode.JOINT)
_STRONGEST_PULL = 0.3
"""Part of a market's demand that unfilled and imported orders count as at most, when they draw suppliers."""
_EMPTY_MARKET = 3.0
"""Firms that a market with fewer counts as, when entry is reckoned per firm."""
_USUAL_SUPPORT = 0.009
"""Innovation budget over sales that draws outsiders as strongly as the usual regulation does."""
_USUAL_REGULATION = 0.2
"""Green standard plus carbon price that draws outsiders as strongly as the usual support does."""
_STRONGEST_DRAW = 3.0
"""Most that support or regulation counts as over what is usual, when it draws outsiders."""


@kernel
def firms(is_active: BoolArray, kind: IntArray) -> IntArray:
    """Return the slots of all active firms.

    >>> firms(np.array([True, False, True]), np.array([0, 0, 1])).tolist()
    [0]
    """
    found = np.empty(len(kind), np.int64)
    number = 0
    for i in range(len(kind)):
        if is_active[i] and kind[i] == _FIRM:
            found[number] = i
            number += 1
    return found[:number]


@kernel
def expected_entrants(
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    equipment: FloatArray,
    capital_ratio: FloatArray,
    mean_price: FloatArray,
    demand: FloatArray,
    export_orders: FloatArray,
    wanted_local: FloatArray,
    unfilled: FloatArray,
    is_awake: BoolArray,
    draw: FloatArray,
    rate: float,
    order_led: float,
    outsider_rate: float,
    utilisation: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return expected entrants per market, the part of them that orders draw, and expected outsiders beside them.

    rate n [max(0, 1 - utilisation capacity / demand) + order_led wanted / demand], and outsider_rate n draw. Capacity
    is valued at the market's price and counts as far as firms aim at using it: what they want to keep idle meets no
    demand. Demand is that at home plus export orders, wanted what is imported or unfilled: all million yuan per
    quarter, by market, shape (regions, sectors). ``firm`` lists slots, ``draw`` is from `draw_of_outsiders`.

    >>> two, zero, one = np.arange(2), np.zeros(2, int), np.ones((1, 1))
    >>> expected, ordered, outsiders = expected_entrants(two, zero, zero, np.array([90.0, 70.0]), np.array([2.0]),
    ...     1.25 * one, 70 * one, 30 * one, 4 * one, 6 * one, one > 0.0, np.array([2.0]), 0.02, 2.0, 0.004, 0.8)
    >>> expected.round(12).tolist(), ordered.round(12).tolist()  # two firms count as three; 80 units are worth 100
    ([[0.024]], [[0.5]])
    >>> outsiders.round(12).tolist()
    [[0.024]]
    """
    n_regions, n_sectors = demand.shape
    number = np.zeros((n_regions, n_sectors))
    capacity = np.zeros((n_regions, n_sectors))
    for f in range(len(firm)):
        r, s = region[firm[f]], sector[firm[f]]
        number[r, s] += 1.0
        capacity[r, s] += equipment[firm[f]] / capital_ratio[s]
    result = np.zeros((n_regions, n_sectors))
    ordered = np.zeros((n_regions, n_sectors))
    outsiders = np.zeros((n_regions, n_sectors))
    for r in range(n_regions):
        for s in range(n_sectors):
            all_demand = demand[r, s] + export_orders[r, s]
            if all_demand > 0.0 and is_awake[s, r]:
                room = max(0.0, 1.0 - utilisation * mean_price[r, s] * capacity[r, s] / all_demand)
                pull = order_led * min(_STRONGEST_PULL, (wanted_local[r, s] + unfilled[r, s]) / all_demand)
                result[r, s] = rate * max(number[r, s], _EMPTY_MARKET) * (room + pull)
                ordered[r, s] = pull / max(room + pull, 1e-12)
                outsiders[r, s] = outsider_rate * max(number[r, s], _EMPTY_MARKET) * draw[r]
    return result, ordered, outsiders


@kernel
def draw_of_outsiders(
    firm: IntArray, region: IntArray, sales: FloatArray, accrued: FloatArray, regulation: float
) -> FloatArray:  # fmt: skip
    """Return how support and regulation of each region draw outsiders: 1 where both are usual, 3 at most.

    Support is public money that accrues to instruments over sales, ``accrued`` by region and instrument; regulation is
    the green standard plus the carbon price.

    >>> draw_of_outsiders(np.arange(1), np.zeros(1, int), np.array([1000.0]), np.array([[6.0, 3.0]]), 0.4).tolist()
    [1.5]
    """
    sold = np.zeros(len(accrued))
    for i in firm:
        sold[region[i]] += sales[i]
    draw = np.zeros(len(accrued))
    for r in range(len(accrued)):
        support = 0.0
        for each in range(accrued.shape[1]):
            support += accrued[r, each]
        support /= max(sold[r], 1e-9) * _USUAL_SUPPORT
        draw[r] = 0.5 * min(_STRONGEST_DRAW, support) + 0.5 * min(_STRONGEST_DRAW, regulation / _USUAL_REGULATION)
    return draw


@kernel
def born_uid(group: np.uint64, quarter: int, ordinal: np.uint64) -> np.uint64:
    """Return the identity of somebody born in a quarter, as `make_uid` of (..., quarter, ordinal) gives it.

    ``group`` is `make_uid` of what comes before.

    >>> from abm.randomness import make_uid
    >>> int(born_uid(make_uid("home", "rail"), 7, np.uint64(2))) == int(make_uid("home", "rail", 7, 2))
    True
    """
    value = mix(np.uint64(group) + mix(np.uint64(quarter) ^ _STEP))
    return mix(value + mix(np.uint64(ordinal) ^ _STEP))


@kernel
def drawn_entrants(
    expected: FloatArray, ordered: FloatArray, outsiders: FloatArray, market_uid: UidArray, group_uid: UidArray,
    quarter: int, key: np.uint64, outsider_key: np.uint64,
) -> tuple[IntArray, UidArray]:  # fmt: skip
    """Return the outsiders and the other entrants of each market, both rounded at random; some follow orders.

    ``market_uid`` is by market, ``group_uid`` by market and cause, shape (regions, sectors, causes). The first array
    has rows for region, sector, cause, parent (-1) and whether orders draw them, and a column per entrant; the second
    their identities. Entrants are told apart by their number in their market, so that those of other markets change
    nobody's draws.
    """
    count = np.zeros(expected.shape, np.int64)
    n_outside = np.zeros(expected.shape, np.int64)
    total = 0
    for r in range(expected.shape[0]):
        for s in range(expected.shape[1]):
            count[r, s] = int(expected[r, s] + uniform(key, market_uid[r, s], 0))
            n_outside[r, s] = int(outsiders[r, s] + uniform(outsider_key, market_uid[r, s], 0))
            total += count[r, s] + n_outside[r, s]
    entrant = np.full((5, total), -1)
    uid = np.zeros(total, np.uint64)
    e = 0
    for r in range(expected.shape[0]):
        for s in range(expected.shape[1]):
            for k in range(n_outside[r, s] + count[r, s]):
                cause = OUTSIDER if k < n_outside[r, s] else SUPPLIER
                ordinal = k if k < n_outside[r, s] else k - n_outside[r, s]
                entrant[0, e], entrant[1, e], entrant[2, e] = r, s, cause
                is_ordered = cause == SUPPLIER and uniform(key, market_uid[r, s], 1 + ordinal) < ordered[r, s]
                entrant[4, e] = 1 if is_ordered else 0
                uid[e] = born_uid(group_uid[r, s, cause], quarter, np.uint64(ordinal))
                e += 1
    return entrant, uid


@kernel
def parents_of_spin_offs(
    is_active: BoolArray, kind: IntArray, is_core: BoolArray, mode: IntArray, uid: UidArray, key: np.uint64,
    chance: float,
) -> IntArray:  # fmt: skip
    """Return who spins off a firm, in the order of their identity: universities and core firms that do research.

    >>> kind, no, mode = np.array([0, 1, 1]), np.zeros(3, np.bool_), np.ones(3, int)
    >>> uid = np.array([3, 9, 5], dtype=np.uint64)
    >>> parents_of_spin_offs(~no, kind, no, mode, uid, np.uint64(1), 1.0).tolist()
    [2, 1]
    """
    parent = np.empty(len(uid), np.int64)
    number = 0
    for i in range(len(uid)):
        searches = is_core[i] and (mode[i] == _INDEPENDENT or mode[i] == _JOINT)
        if not is_active[i] or not (kind[i] == _UNIVERSITY or searches) or uniform(key, uid[i], 0) >= chance:
            continue
        place = number
        while place > 0 and uid[parent[place - 1]] > uid[i]:
            parent[place] = parent[place - 1]
            place -= 1
        parent[place] = i
        number += 1
    return parent[:number]


@kernel
def spin_offs(
    parent: IntArray, region: IntArray, uid: UidArray, capability: FloatArray, frontier: FloatArray,
    weight: FloatArray, is_awake: BoolArray, group_uid: UidArray, quarter: int,
) -> tuple[IntArray, UidArray]:  # fmt: skip
    """Return the spin-offs of `parent`, as `drawn_entrants` does: in the sector awake there that fits the parent best.

    >>> uid = np.array([9], dtype=np.uint64)
    >>> spin_offs(np.array([0]), np.array([0]), uid, np.array([[0.2, 0.6]]), np.ones(2), np.eye(2),
    ...     np.ones((2, 1), np.bool_), np.zeros((1, 2, 3), np.uint64), 7)[0][:, 0].tolist()
    [0, 1, 1, 0, 0]
    """
    entrant = np.zeros((5, len(parent)), np.int64)
    born = np.zeros(len(parent), np.uint64)
    for e in range(len(parent)):
        i = parent[e]
        best, highest = 0, 0.0
        for s in range(weight.shape[0]):
            fit = 0.0
            for k in range(len(frontier)):
                fit += weight[s, k] * (capability[i, k] / frontier[k])
            if is_awake[s, region[i]] and fit > highest:
                best, highest = s, fit
        entrant[0, e], entrant[1, e], entrant[2, e], entrant[3, e] = region[i], best, SPIN_OFF, i
        born[e] = born_uid(group_uid[region[i], best, SPIN_OFF], quarter, uid[i])
    return entrant, born


@kernel
def entrants(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, uid: UidArray, is_core: BoolArray,
    mode: IntArray, equipment: FloatArray, capability: FloatArray, capital_ratio: FloatArray, frontier: FloatArray,
    weight: FloatArray, mean_price: FloatArray, demand: FloatArray, export_orders: FloatArray,
    wanted_local: FloatArray, unfilled: FloatArray, is_awake: BoolArray, sales: FloatArray, accrued: FloatArray,
    market_uid: UidArray, group_uid: UidArray,
    rate: float, order_led: float, outsider_rate: float, regulation: float, utilisation: float, spin_off: float,
    quarter: int, most: int, key: np.uint64, outsider_key: np.uint64, spin_off_key: np.uint64,
) -> tuple[IntArray, IntArray, UidArray]:  # fmt: skip
    """Return the free rows that entrants get, who they are and their identities, as from `drawn_entrants`.

    First those that come to a market, then spin-offs; at most `most`, and no more than there are free rows.
    """
    firm = firms(is_active, kind)
    expected, ordered, outsiders = expected_entrants(
        firm, region, sector, equipment, capital_ratio, mean_price, demand, export_orders, wanted_local, unfilled,
        is_awake, draw_of_outsiders(firm, region, sales, accrued, regulation), rate, order_led, outsider_rate,
        utilisation,
    )  # fmt: skip
    drawn, drawn_uid = drawn_entrants(
        expected, ordered, outsiders, market_uid, group_uid, quarter, key, outsider_key
    )  # fmt: skip
    parent = parents_of_spin_offs(is_active, kind, is_core, mode, uid, spin_off_key, spin_off)
    spun_off, spun_off_uid = spin_offs(
        parent, region, uid, capability, frontier, weight, is_awake, group_uid, quarter
    )  # fmt: skip
    slot = np.empty(min(most, len(drawn_uid) + len(parent)), np.int64)
    number = 0
    for i in range(len(is_active)):
        if number < len(slot) and not is_active[i]:
            slot[number] = i
            number += 1
    entrant = np.empty((5, number), np.int64)
    born = np.empty(number, np.uint64)
    for e in range(number):
        later = e - len(drawn_uid)
        born[e] = drawn_uid[e] if later < 0 else spun_off_uid[later]
        for part in range(5):
            entrant[part, e] = drawn[part, e] if later < 0 else spun_off[part, later]
    return slot[:number], entrant, born
