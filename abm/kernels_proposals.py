"""Kernels of proposals: whom the chain leader names, which of them agree, and what the office pays."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_suppliers import SMALLEST_ORDER, present_suppliers, supplier_merit
from abm.randomness import pair_uid, uniform
from abm.state.accounts import Books, pay
from abm.state.codes import Event, Instrument, Kind, Layer, Mode, Purpose
from abm.state.proximity import appeal, capacity_of, cognitive_distance, overlap_of, understanding
from abm.state.ties import are_tied, degree_of
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM, _UNIVERSITY = int(Kind.FIRM), int(Kind.UNIVERSITY)
_INDEPENDENT, _JOINT = int(Mode.INDEPENDENT), int(Mode.JOINT)
_RESEARCH, _SUPPLY = int(Layer.RESEARCH), int(Layer.SUPPLY)
_OFFICE, _WORK = int(Instrument.CHAIN_OFFICE), np.int64(Purpose.CHAIN_OFFICE)
_PUBLISHED = int(Event.NEED_PUBLISHED)
_SPREAD = math.sqrt(12.0)
"""Width of a uniform draw over its standard deviation."""
_LEAST_ROOM = 0.01
"""Share of an input below which there is no room for a proposed supplier."""


@kernel
def insert_leading(score: float, slot: int, scores: FloatArray, slots: IntArray) -> None:
    """Insert an actor into a list of the highest scores, highest first.

    >>> import numpy as np
    >>> scores, slots = np.array([0.9, 0.4]), np.array([7, 3])
    >>> insert_leading(0.5, 8, scores, slots); scores.tolist(), slots.tolist()
    ([0.9, 0.5], [7, 8])
    """
    place = len(scores)
    while place > 0 and score > scores[place - 1]:
        place -= 1
    for k in range(len(scores) - 1, place, -1):
        scores[k] = scores[k - 1]
        slots[k] = slots[k - 1]
    if place < len(scores):
        scores[place] = score
        slots[place] = slot


@kernel
def needy_and_able(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, x: FloatArray, uid: UidArray,
    key: np.uint64, place: int, weak_sector: int, field: int, number: int,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the firms of a sector that lack a field most and the actors of the region that know it best.

    Draws between half and one and a half times the deficit, and three to five quarters of the capability, keep the
    office from always naming the same ones; -1 where there are too few.
    """
    needy = np.full(number, -1, np.int64)
    able = np.full(number, -1, np.int64)
    lack = np.zeros(number)
    knowledge = np.zeros(number)
    need = weak_sector * x.shape[1] + field
    for i in range(len(is_active)):
        if not is_active[i] or region[i] != place or kind[i] > _UNIVERSITY:
            continue
        if kind[i] == _FIRM and sector[i] == weak_sector:
            deficit = max(0.0, 1.0 - x[i, field])
            insert_leading(deficit * (0.5 + uniform(key, uid[i], 2 * need)), i, lack, needy)
        insert_leading(x[i, field] * (0.75 + 0.5 * uniform(key, uid[i], 2 * need + 1)), i, knowledge, able)
    return needy, able


@kernel
def published_needs(
    is_published: BoolArray, event_quarter: IntArray, event_kind: IntArray, event_region: IntArray,
    event_channel: IntArray, event_field: IntArray, quarter: int,
) -> IntArray:  # fmt: skip
    """Return region, sector and field of each published need and the event that published it this quarter, or -1.

    ``is_published`` has the shape (regions, chains, sectors, fields), the result (needs, 4); events are by chain and
    field.

    >>> import numpy as np
    >>> zero, kind, is_published = np.zeros(4, int), np.array([0, _PUBLISHED, _PUBLISHED, 0]), np.eye(2)[None, None] < 0
    >>> is_published[0, 0, 1] = True
    >>> published_needs(is_published, np.array([0, 1, 1, 1]), kind, zero, zero, zero, 1).tolist()
    [[0, 1, 0, 1], [0, 1, 1, -1]]
    """
    n_regions, n_chains, n_sectors, n_fields = is_published.shape
    cause = np.full((n_regions, n_chains, n_fields), -1)
    for e in range(len(event_kind) - 1, -1, -1):
        if event_quarter[e] < quarter:
            break
        if event_kind[e] == _PUBLISHED:
            cause[event_region[e], event_channel[e], event_field[e]] = e
    need = np.empty((is_published.size, 4), np.int64)
    number = 0
    for r in range(n_regions):
        for c in range(n_chains):
            for s in range(n_sectors):
                for k in range(n_fields):
                    if is_published[r, c, s, k]:
                        need[number, 0], need[number, 1], need[number, 2] = r, s, k
                        need[number, 3] = cause[r, c, k]
                        number += 1
    return need[:number]


@kernel
def name_pair(pair: IntArray, number: int, first: int, second: int, cause: int, field: int) -> int:
    """Add a pair, its cause and field to the first `number` pairs unless it is among them; return how many there are.

    >>> import numpy as np
    >>> pair = np.array([[4, 7, 30, 0], [0, 0, 0, 0]])
    >>> name_pair(pair, 1, 7, 4, 31, 2), name_pair(pair, 1, 5, 5, 31, 2), name_pair(pair, 1, 7, 5, 31, 2)
    (1, 1, 2)
    >>> pair[1].tolist()
    [7, 5, 31, 2]
    """
    is_known = first == second
    for n in range(number):
        is_known |= pair[n, 0] == first and pair[n, 1] == second
        is_known |= pair[n, 0] == second and pair[n, 1] == first
    if is_known:
        return number
    pair[number, 0], pair[number, 1], pair[number, 2], pair[number, 3] = first, second, cause, field
    return number + 1


@kernel
def pay_from_office(
    books: Books, budget: FloatArray, government: IntArray, region: int, payee: int, amount: float
) -> float:
    """Pay from the office's part of a region's budget, shape (regions, instruments); return what was paid.

    >>> import numpy as np
    >>> from abm.state.accounts import books_with
    >>> books, budget = books_with([9.0, 0.0]), np.full((1, 12), 2.0)
    >>> pay_from_office(books, budget, np.array([0]), 0, 1, 3.0), books.cash.tolist(), budget[0, _OFFICE].tolist()
    (2.0, [7.0, 2.0], 0.0)
    """
    paid: float = pay(books, government[region], payee, min(amount, budget[region, _OFFICE]), _WORK)
    budget[region, _OFFICE] = max(0.0, budget[region, _OFFICE] - paid)
    return paid


@kernel
def name_for_owners(
    pair: IntArray, number: int, able: IntArray, place: int, weak_sector: int, cause: int, field: int, kind: IntArray,
    region: IntArray, sector: IntArray, is_chain_owner: BoolArray, inputs: FloatArray, input_threshold: float,
) -> int:  # fmt: skip
    """Name the ablest firm of the weak sector as a supplier for owners of chains that use its products.

    `pair` and `number` are as in `name_pair`. Owners that are themselves among the able of that sector need none.

    >>> import numpy as np
    >>> pair, zero, owns = np.zeros((1, 4), int), np.zeros(3, int), np.array([True, False, True])
    >>> name_for_owners(pair, 0, np.array([1, 2]), 0, 0, 9, 5, zero, zero, zero, owns, np.ones((1, 1)), 0.1)
    1
    >>> pair.tolist()
    [[0, 1, 9, 5]]
    """
    maker = -1
    for n in range(len(able) - 1, -1, -1):
        if able[n] >= 0 and kind[able[n]] == _FIRM and sector[able[n]] == weak_sector:
            maker = able[n]
    if maker < 0:
        return number
    for i in range(len(is_chain_owner)):
        if is_chain_owner[i] and region[i] == place and inputs[weak_sector, sector[i]] >= input_threshold:
            is_able = False
            for j in able:
                is_able |= j == i and sector[i] == weak_sector
            if not is_able:
                number = name_pair(pair, number, i, maker, cause, field)
    return number


@kernel
def named_pairs(
    need: IntArray, books: Books, is_active: BoolArray, uid: UidArray, sector: IntArray, is_chain_owner: BoolArray,
    x: FloatArray, inputs: FloatArray, budget: FloatArray, government: IntArray, household: IntArray, most: int,
    price: FloatArray, input_threshold: float, key: np.uint64,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the pairs named for research and for supply, in order and each once, as far as the office's money goes.

    A row holds a needy firm and an able actor, or a buyer and a supplier, the event that published the need, and its
    field.
    Research or supply for the needy, suppliers for owners of chains. ``need`` is as from `published_needs`, ``inputs``
    by sectors; the office pays `price`, by region, for each pair of needy and able.
    """
    n_owners = 0
    for i in range(len(uid)):
        n_owners += 1 if is_chain_owner[i] else 0
    research = np.empty((len(need) * most, 4), np.int64)
    supply = np.empty((len(need) * (most + n_owners), 4), np.int64)
    n_research, n_supply = 0, 0
    for a in range(len(need)):
        r, s, k, cause = need[a, 0], need[a, 1], need[a, 2], need[a, 3]
        number = int(min(float(most), budget[r, _OFFICE] / price[r])) if price[r] > 0.0 else most
        needy, able = needy_and_able(is_active, books.kind, books.region, sector, x, uid, key, r, s, k, number)
        named = 0
        for n in range(number):
            i, j = needy[n], able[n]
            if i < 0 or j < 0:
                continue
            named += 1
            if books.kind[j] == _FIRM and sector[j] != s and inputs[sector[j], s] >= input_threshold:
                n_supply = name_pair(supply, n_supply, i, j, cause, k)
            else:
                n_research = name_pair(research, n_research, i, j, cause, k)
        n_supply = name_for_owners(
            supply, n_supply, able, r, s, cause, k, books.kind, books.region, sector, is_chain_owner, inputs,
            input_threshold,
        )  # fmt: skip
        pay_from_office(books, budget, government, r, household[r], named * price[r])
    return research[:n_research], supply[:n_supply]


@kernel
def agreed(
    pair: IntArray, x: FloatArray, uid: UidArray, sector: IntArray, platform: IntArray, talent: FloatArray,
    overlap: FloatArray, taste: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    key: np.uint64, bond: FloatArray, best_distance: float, width: float, capacity: float, capacity_exponent: float,
) -> BoolArray:  # fmt: skip
    """Return which proposed research pairs both sides want; the scoring is that of partners who meet by themselves.

    ``bond`` is the trust that the proposal brings along, by pair.
    """
    result = np.zeros(len(pair), np.bool_)
    for a in range(len(pair)):
        i, j = pair[a, 0], pair[a, 1]
        if are_tied(start, other, tie, layer, i, j, _RESEARCH):
            continue
        heard = understanding(cognitive_distance(x, i, j), best_distance, width)
        is_comember = platform[i] >= 0 and platform[i] == platform[j]
        chain = overlap_of(overlap, sector, i, j)
        both = pair_uid(uid[i], uid[j])
        degree_i = degree_of(start, tie, layer, i, _RESEARCH)
        degree_j = degree_of(start, tie, layer, j, _RESEARCH)
        load_i = degree_i / capacity_of(talent[i], capacity, capacity_exponent)
        load_j = degree_j / capacity_of(talent[j], capacity, capacity_exponent)
        low = 0 if uid[i] < uid[j] else 1
        noise = _SPREAD * (uniform(key, both, low) - 0.5)
        mine = appeal(taste, heard, bond[a], is_comember, chain, degree_j, load_i, noise)
        noise = _SPREAD * (uniform(key, both, 1 - low) - 0.5)
        theirs = appeal(taste, heard, bond[a], is_comember, chain, degree_i, load_j, noise)
        result[a] = mine > 0.0 and theirs > 0.0
    return result


@kernel
def steer(
    side: IntArray, field: IntArray, books: Books, mode: IntArray, research_income: FloatArray,
    steered_field: IntArray, budget: FloatArray, government: IntArray, steering: float,
) -> None:  # fmt: skip
    """Share part of each office's remaining money among those of its region's new partners, `side`, that research.

    It is for the field of the need they were named for, `field`: the next project they start is in that field.

    >>> import numpy as np
    >>> from abm.state.accounts import books_with
    >>> books, income, budget = books_with([0.0, 0.0, 9.0]), np.zeros(3), np.full((1, 12), 4.0)
    >>> side, field, steered, mode = np.array([0, 1]), np.array([5, 6]), np.full(3, -1), np.array([_JOINT, 0, 0])
    >>> steer(side, field, books, mode, income, steered, budget, np.array([2]), 0.5)
    >>> income.tolist(), books.cash.tolist(), budget[0, _OFFICE].tolist(), steered.tolist()
    ([2.0, 0.0, 0.0], [2.0, 0.0, 7.0], 2.0, [5, -1, -1])
    """
    number = np.zeros(len(budget))
    money = budget[:, _OFFICE].copy()
    for is_paid in (False, True):
        for n in range(len(side)):
            i = side[n]
            if mode[i] != _INDEPENDENT and mode[i] != _JOINT and books.kind[i] != _UNIVERSITY:
                continue
            r = books.region[i]
            if not is_paid:
                number[r] += 1.0
                continue
            paid = pay_from_office(books, budget, government, r, i, steering / number[r] * money[r])
            research_income[i] += paid
            if paid > 0.0:
                steered_field[i] = field[n]


@kernel
def proposed_orders(
    pair: IntArray, sector: IntArray, uid: UidArray, quality: FloatArray, price: FloatArray,
    expected_orders: FloatArray, equipment: FloatArray, capital_ratio: FloatArray, start: IntArray, other: IntArray,
    tie: IntArray, layer: IntArray, source: IntArray, target: IntArray, weight: FloatArray, trust: FloatArray,
    quality_weight: float, price_weight: float, attachment: float, full_capacity: float, loyalty: float,
    bond: FloatArray, step: float, cap: float,
) -> tuple[FloatArray, IntArray]:  # fmt: skip
    """Return the share of the buyer's input that the supplier of each pair gets, and the tie that it ends, or -1.

    It must have room and beat the worst of the buyer's suppliers of that input, by the score of `place_orders` with
    `bond`, by pair, for trust. While these have less than `cap` it is added to them; after that it takes a step from
    the worst.

    >>> import numpy as np
    >>> one, row, pair = np.ones(3), np.array([0]), np.array([[0, 2, 9, 0]])
    >>> sector, start, uid = np.array([0, 1, 1]), np.array([0, 1, 2, 2]), np.arange(3, dtype=np.uint64)
    >>> weight = np.array([0.25])
    >>> for cap in (0.75, 0.25):  # 0.5 is left of the input; nothing is left, but trust of 0.5 beats 0.45
    ...     share, ended = proposed_orders(pair, sector, uid, one, one, 0.5 * one, one, one, start, np.array([1, 0]),
    ...         np.array([0, 0]), row, np.array([1]), row, weight, np.array([0.45]), 2.0, 2.0, 1.0, 1.0, 1.0,
    ...         np.array([0.5]), 0.2, cap)
    ...     print(share.tolist(), ended.tolist(), weight.round(9).tolist())
    [0.2] [-1] [0.25]
    [0.2] [-1] [0.05]
    """
    is_considered = np.zeros(len(sector), np.bool_)
    for a in range(len(pair)):
        is_considered[pair[a, 1]] = True
        for e in range(start[pair[a, 0]], start[pair[a, 0] + 1]):
            if layer[tie[e]] == _SUPPLY and source[tie[e]] == other[e]:
                is_considered[other[e]] = True
    merit, has_room = supplier_merit(
        is_considered, sector, quality, price, expected_orders, equipment, capital_ratio, start, tie, layer, source,
        quality_weight, price_weight, attachment, full_capacity,
    )  # fmt: skip
    share = np.zeros(len(pair))
    ended = np.full(len(pair), -1)
    for a in range(len(pair)):
        i, j = pair[a, 0], pair[a, 1]
        taken, _, _, worst_tie, worst = present_suppliers(
            i, sector[j], merit, has_room, sector, uid, start, other, tie, layer, target, weight, trust,
            np.uint64(0), loyalty, 0.0,
        )  # fmt: skip
        if not has_room[j] or are_tied(start, other, tie, layer, i, j, _SUPPLY):
            continue
        if worst_tie >= 0 and merit[j] + loyalty * bond[a] <= worst:
            continue
        for b in range(a):
            if pair[b, 0] == i and sector[pair[b, 1]] == sector[j]:
                taken += share[b]
        if cap - taken > _LEAST_ROOM:
            share[a] = min(step, cap - taken)
        elif worst_tie >= 0 and weight[worst_tie] >= SMALLEST_ORDER:
            share[a] = min(step, weight[worst_tie])
            weight[worst_tie] = max(0.0, weight[worst_tie] - share[a])
            ended[a] = worst_tie if weight[worst_tie] < SMALLEST_ORDER else -1
    return share, ended
