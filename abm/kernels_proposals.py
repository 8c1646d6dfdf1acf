"""Kernels of proposals: whom the chain leader names, which of them agree, and what the office pays."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
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
def name_pair(pair: IntArray, number: int, first: int, second: int, cause: int) -> int:
    """Add a pair and its cause to the first `number` pairs unless it is among them; return how many there are then.

    >>> import numpy as np
    >>> pair = np.array([[4, 7, 30], [0, 0, 0]])
    >>> name_pair(pair, 1, 7, 4, 31), name_pair(pair, 1, 5, 5, 31), name_pair(pair, 1, 7, 5, 31), pair[1].tolist()
    (1, 1, 2, [7, 5, 31])
    """
    is_known = first == second
    for n in range(number):
        is_known |= pair[n, 0] == first and pair[n, 1] == second
        is_known |= pair[n, 0] == second and pair[n, 1] == first
    if is_known:
        return number
    pair[number, 0], pair[number, 1], pair[number, 2] = first, second, cause
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
    pair: IntArray, number: int, able: IntArray, place: int, weak_sector: int, cause: int, kind: IntArray,
    region: IntArray, sector: IntArray, is_chain_owner: BoolArray, inputs: FloatArray, input_threshold: float,
) -> int:  # fmt: skip
    """Name the ablest firm of the weak sector as a supplier for owners of chains that use its products.

    `pair` and `number` are as in `name_pair`. Owners that are themselves among the able of that sector need none.

    >>> import numpy as np
    >>> pair, zero, owns = np.zeros((1, 3), int), np.zeros(3, int), np.array([True, False, True])
    >>> name_for_owners(pair, 0, np.array([1, 2]), 0, 0, 9, zero, zero, zero, owns, np.ones((1, 1)), 0.1), pair.tolist()
    (1, [[0, 1, 9]])
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
                number = name_pair(pair, number, i, maker, cause)
    return number


@kernel
def named_pairs(
    need: IntArray, books: Books, is_active: BoolArray, uid: UidArray, sector: IntArray, is_chain_owner: BoolArray,
    x: FloatArray, inputs: FloatArray, budget: FloatArray, government: IntArray, household: IntArray, most: int,
    price: FloatArray, input_threshold: float, key: np.uint64,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the pairs named for research and for supply, in order and each once, as far as the office's money goes.

    A row holds a needy firm and an able actor, or a buyer and a supplier, and the event that published the need.
    Research or supply for the needy, suppliers for owners of chains. ``need`` is as from `published_needs`, ``inputs``
    by sectors; the office pays `price`, by region, for each pair of needy and able.
    """
    n_owners = 0
    for i in range(len(uid)):
        n_owners += 1 if is_chain_owner[i] else 0
    research = np.empty((len(need) * most, 3), np.int64)
    supply = np.empty((len(need) * (most + n_owners), 3), np.int64)
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
                n_supply = name_pair(supply, n_supply, i, j, cause)
            else:
                n_research = name_pair(research, n_research, i, j, cause)
        n_supply = name_for_owners(
            supply, n_supply, able, r, s, cause, books.kind, books.region, sector, is_chain_owner, inputs,
            input_threshold,
        )  # fmt: skip
        pay_from_office(books, budget, government, r, household[r], named * price[r])
    return research[:n_research], supply[:n_supply]


@kernel
def agreed(
    pair: IntArray, x: FloatArray, uid: UidArray, sector: IntArray, platform: IntArray, talent: FloatArray,
    overlap: FloatArray, taste: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    key: np.uint64, bond: float, best_distance: float, width: float, capacity: float, capacity_exponent: float,
) -> BoolArray:  # fmt: skip
    """Return which proposed research pairs both sides want; the scoring is that of partners who meet by themselves."""
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
        mine = appeal(taste, heard, bond, is_comember, chain, degree_j, load_i, noise)
        noise = _SPREAD * (uniform(key, both, 1 - low) - 0.5)
        theirs = appeal(taste, heard, bond, is_comember, chain, degree_i, load_j, noise)
        result[a] = mine > 0.0 and theirs > 0.0
    return result


@kernel
def steer(
    side: IntArray, books: Books, mode: IntArray, research_income: FloatArray, budget: FloatArray,
    government: IntArray, steering: float,
) -> None:  # fmt: skip
    """Share part of the office's remaining money among those of the new partners, `side`, that research.

    >>> import numpy as np
    >>> from abm.state.accounts import books_with
    >>> books, income, budget = books_with([0.0, 0.0, 9.0]), np.zeros(3), np.full((1, 12), 4.0)
    >>> steer(np.array([0, 1]), books, np.array([_JOINT, 0, 0]), income, budget, np.array([2]), 0.5)
    >>> income.tolist(), books.cash.tolist(), budget[0, _OFFICE].tolist()
    ([2.0, 0.0, 0.0], [2.0, 0.0, 7.0], 2.0)
    """
    researcher = np.empty(len(side), np.int64)
    number = 0
    for i in side:
        if mode[i] == _INDEPENDENT or mode[i] == _JOINT or books.kind[i] == _UNIVERSITY:
            researcher[number] = i
            number += 1
    money = budget[:, _OFFICE].copy()
    for n in range(number):
        i = researcher[n]
        share = steering / number * money[books.region[i]]
        research_income[i] += pay_from_office(books, budget, government, books.region[i], i, share)


@kernel
def room_for_suppliers(
    pair: IntArray, sector: IntArray, quality: FloatArray, price: FloatArray, equipment: FloatArray,
    expected_orders: FloatArray, capital_ratio: FloatArray, start: IntArray, tie: IntArray, layer: IntArray,
    source: IntArray, target: IntArray, weight: FloatArray, local_cap: float, full_capacity: float,
) -> FloatArray:  # fmt: skip
    """Return what share of the buyer's input the supplier of each pair could have, 0 where it is not wanted.

    It must be at least as good as the buyer's suppliers of its sector on average, with capacity left, and not yet
    supply the buyer; the buyer's suppliers of a sector have at most `local_cap` of the input together.

    >>> import numpy as np
    >>> one, row, sector = np.ones(3), np.array([0]), np.array([0, 1, 1])
    >>> room_for_suppliers(np.array([[0, 2, 9]]), sector, one, one, one, 0.5 * one, one, np.array([0, 1, 2, 2]),
    ...     np.array([0, 0]), row, np.array([1]), row, np.array([0.25]), 0.75, 1.0).tolist()
    [0.5]
    """
    room = np.zeros(len(pair))
    for a in range(len(pair)):
        i, j = pair[a, 0], pair[a, 1]
        taken = 0.0
        others = 0.0
        rivals = 0
        is_tied = False
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if layer[t] != _SUPPLY or target[t] != i:
                continue
            is_tied = is_tied or source[t] == j
            if sector[source[t]] == sector[j]:
                taken += weight[t]
                others += quality[source[t]]
                rivals += 1
        reach = full_capacity * equipment[j] / max(capital_ratio[sector[j]], 1e-9)
        is_able = expected_orders[j] <= reach * price[j] and quality[j] >= others / max(rivals, 1)
        if is_able and not is_tied and local_cap - taken > _LEAST_ROOM:
            room[a] = local_cap - taken
    return room
