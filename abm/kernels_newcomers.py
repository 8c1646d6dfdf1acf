"""Kernels of newcomers: what they know, who pays them in, what they start with, how their markets make room."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_entry import OUTSIDER
from abm.randomness import uniform
from abm.state.accounts import Books, pay
from abm.state.codes import Instrument, Origin, Purpose, Route
from abm.state.technique import HAND_WORK
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_ENTRY, _EQUIPMENT, _SUPERVISION = np.int64(Purpose.ENTRY), np.int64(Purpose.EQUIPMENT), np.int64(Purpose.SUPERVISION)
_INSPECTORS = int(Instrument.SUPERVISION)
_ENDOWMENT, _OWN = int(Origin.ENDOWMENT), int(Route.OWN)
_SUPERVISION_COST = 0.05
_MOST_OF_PAYER = 0.02
"""Part of a payer's cash that goes into one new firm at most."""
_LEAST_CAPITAL = 0.2
"""Part of its capital below which a firm is not founded."""
_KEPT = 0.8
"""Part of its parent's capability a spin-off takes along."""
_WORST_QUALITY = 0.02
_LARGEST_SHARE = 0.2
"""Share of its market an entrant starts with at most."""
_MOST_TAKEN = 0.5
"""Share of a market all its entrants together take at most."""


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


@kernel
def newcomers(
    entrant: IntArray,
    uid: UidArray,
    capability: FloatArray,
    mean_sales: FloatArray,
    mean_level: FloatArray,
    frontier: FloatArray,
    capital_ratio: FloatArray,
    relative_size: float,
    utilisation: float,
    leapfrog: float,
    key: np.uint64,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the knowledge (entrants, fields), the sales and the plant (million yuan) of each entrant.

    ``entrant`` and ``uid`` are as from `drawn_entrants`. A spin-off knows part of what its parent knows, others are
    like the firms of their market (see `benchmarks`); size and knowledge are drawn around that.

    >>> uid, one = np.array([5], dtype=np.uint64), np.ones(1)
    >>> known, size, plant = newcomers(np.array([[0], [0], [1], [0]]), uid, np.array([[0.5]]), 10 * one[None],
    ...     np.ones((1, 1, 1)), one, 2 * one, 0.4, 0.8, 0.1, np.uint64(1))
    >>> bool(0.8 * 0.8 * 0.5 <= known[0, 0] <= 1.1 * 0.8 * 0.5), bool(2.0 <= size[0] <= 6.0)
    (True, True)
    >>> round(float(plant[0] / size[0]), 9)
    2.5
    """
    n_entrants, n_fields = entrant.shape[1], len(frontier)
    knowledge = np.empty((n_entrants, n_fields))
    size = np.empty(n_entrants)
    plant = np.empty(n_entrants)
    for e in range(n_entrants):
        r, s, parent = entrant[0, e], entrant[1, e], entrant[3, e]
        factor = 0.8 + 0.3 * uniform(key, uid[e], 0)
        for k in range(n_fields):
            known = _KEPT * capability[parent, k] if parent >= 0 else mean_level[r, s, k]
            knowledge[e, k] = min(known * factor, (1.0 + leapfrog) * frontier[k])
        size[e] = relative_size * mean_sales[r, s] * (0.5 + uniform(key, uid[e], 1))
        plant[e] = capital_ratio[s] * size[e] / utilisation
    return knowledge, size, plant


@kernel
def supervise(
    entrant: IntArray, budget: FloatArray, government: IntArray, household: IntArray, books: Books
) -> FloatArray:
    """Pay inspectors for this quarter's outsiders; return, by region, the part of their disturbance prevented.

    ``budget`` is by region and instrument, million yuan; ``government`` and ``household`` are slots by region.

    >>> books = Books(np.array([0.0, 9.0, 0.0]), np.array([0, 2, 7]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> budget, two = np.full((1, 12), 0.025), np.array([[0, 0], [0, 0], [2, 0], [-1, -1]])
    >>> supervise(two, budget, np.array([1]), np.array([2]), books).tolist(), float(budget[0, 10])
    ([0.5], 0.0)
    """
    cost = np.zeros(len(budget))
    for e in range(entrant.shape[1]):
        if entrant[2, e] == OUTSIDER:
            cost[entrant[0, e]] += _SUPERVISION_COST
    prevented = np.zeros(len(budget))
    for r in range(len(budget)):
        spent = min(budget[r, _INSPECTORS], cost[r])
        pay(books, government[r], household[r], spent, _SUPERVISION)
        budget[r, _INSPECTORS] -= spent
        prevented[r] = spent / max(cost[r], _SUPERVISION_COST)
    return prevented


@kernel
def pay_in(
    slot: IntArray, entrant: IntArray, size: FloatArray, plant: FloatArray, household: IntArray, outside: int,
    cash_need: float, books: Books,
) -> BoolArray:  # fmt: skip
    """Let households, or the world for outsiders, pay in capital = cash_need size + plant; tell who is founded.

    Who gets less than its capital starts smaller: ``size`` and ``plant`` are scaled; who gets too little gives it back.

    >>> books = Books(np.array([50.0, 0.0]), np.array([7, 0]), np.zeros(2, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((41, 2)))
    >>> size, plant = np.array([2.0]), np.array([1.0])  # 2 % of 50 are half of the capital of 2
    >>> bool(pay_in(np.array([1]), np.zeros((4, 1), int), size, plant, np.array([0]), 0, 0.5, books)[0])
    True
    >>> size.tolist(), plant.tolist(), books.cash.tolist()
    ([1.0], [0.5], [49.0, 1.0])
    """
    number = len(slot)
    payer = np.empty(number, np.int64)
    amount = np.empty(number)
    for e in range(number):
        payer[e] = outside if entrant[2, e] == OUTSIDER else household[entrant[0, e]]
        amount[e] = min(cash_need * size[e] + plant[e], _MOST_OF_PAYER * books.cash[payer[e]])
    for e in range(number):
        pay(books, payer[e], slot[e], amount[e], _ENTRY)
    is_founded = np.zeros(number, np.bool_)
    for e in range(number):
        scale = books.cash[slot[e]] / max(cash_need * size[e] + plant[e], 1e-12)
        is_founded[e] = scale >= _LEAST_CAPITAL
        if not is_founded[e]:
            pay(books, slot[e], payer[e], books.cash[slot[e]], _ENTRY)
        size[e] *= scale
        plant[e] *= scale
    return is_founded


@kernel
def start_up(
    slot: IntArray,
    entrant: IntArray,
    knowledge: FloatArray,
    size: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    labour_share: FloatArray,
    mean_price: FloatArray,
    flaw: FloatArray,
    capability: FloatArray,
    stock: FloatArray,
    equipment_level: FloatArray,
    quality: FloatArray,
    price: FloatArray,
    unit_cost: FloatArray,
    staff: FloatArray,
    leapfrog: float,
    markup: float,
    base_wage: float,
    reference: float,
) -> None:
    """Write what entrants know into their rows, and the product, price and staff that follow from it.

    ``flaw`` is what is missing in the quality of outsiders' products, by region. Half the staff that sales need is
    there from the start.

    >>> x, one, stock, entrant = np.zeros((1, 2)), np.ones(1), np.zeros((1, 8, 9)), np.array([[0], [0], [2], [-1]])
    >>> level, quality, price, cost, staff = (np.zeros(1) for _ in range(5))
    >>> start_up(np.array([0]), entrant, np.array([[0.4, 0.8]]), 10 * one, np.ones(2), np.array([[0.5, 0.5]]),
    ...     0.3 * one, one[None], 0.5 * one, x, stock, level, quality, price, cost, staff, 0.1, 0.25, 0.1, 0.6)
    >>> [round(float(y[0]), 9) for y in (level, quality, price, cost, staff)], round(float(stock.sum()), 9)
    ([0.6, 0.3, 1.0, 0.8, 15.0], 1.2)
    """
    for e in range(len(slot)):
        i, r, s = slot[e], entrant[0, e], entrant[1, e]
        total, index, relative = 0.0, 0.0, 0.0
        for k in range(len(frontier)):
            capability[i, k] = knowledge[e, k]
            total += knowledge[e, k]
            index += knowledge[e, k] * weight[s, k]
            relative += knowledge[e, k] / frontier[k] * weight[s, k]
        stock[i, _ENDOWMENT, _OWN] = total
        equipment_level[i] = index
        quality[i] = min(1.0 + leapfrog, max(_WORST_QUALITY, relative))
        if entrant[2, e] == OUTSIDER:
            quality[i] *= 1.0 - flaw[r]
        price[i] = mean_price[r, s]
        unit_cost[i] = mean_price[r, s] / (1.0 + markup)
        staff[i] = 0.5 * size[e] * labour_share[s] / (base_wage * max(index / reference, HAND_WORK))


@kernel
def order_plant(
    slot: IntArray, region: IntArray, plant: FloatArray, equipment_share: FloatArray, pending_demand: FloatArray,
    equipment: FloatArray, market: int, books: Books,
) -> None:  # fmt: skip
    """Let entrants pay for their plant; it is ordered on the next market, from the sectors that make equipment.

    ``region`` is by entrant, ``pending_demand`` by market (regions, sectors), million yuan.

    >>> books = Books(np.array([4.0, 0.0]), np.array([0, 9]), np.array([0, -1]), np.zeros(10), np.zeros(10),
    ...     np.zeros((44, 2)))
    >>> zero, orders, equipment = np.array([0]), np.zeros((1, 2)), np.zeros(2)
    >>> order_plant(zero, zero, np.array([3.0]), np.array([0.5, 1.0]), orders, equipment, 1, books)
    >>> orders.tolist(), equipment.tolist(), books.cash.tolist()
    ([[1.0, 2.0]], [3.0, 0.0], [1.0, 3.0])
    """
    total = 0.0
    for s in range(len(equipment_share)):
        total += equipment_share[s]
    for e in range(len(slot)):
        equipment[slot[e]] = plant[e]
        pay(books, slot[e], market, plant[e], _EQUIPMENT)
        for s in range(len(equipment_share)):
            pending_demand[region[e], s] += plant[e] * equipment_share[s] / max(total, 1e-12)


@kernel
def make_room(
    slot: IntArray,
    entrant: IntArray,
    size: FloatArray,
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    demand: FloatArray,
    market_share: FloatArray,
    import_share: FloatArray,
) -> None:
    """Give entrants a first share of their markets, taken from all others in proportion.

    ``firm`` lists the slots of the others, ``demand`` and ``import_share`` are by market, shape (regions, sectors).

    >>> share, imports, zero = np.array([0.6, 0.0]), np.array([[0.4]]), np.zeros(2, int)
    >>> make_room(np.array([1]), np.zeros((4, 1), int), np.array([10.0]), np.array([0]), zero, zero,
    ...     np.array([[100.0]]), share, imports)
    >>> share.round(9).tolist(), imports.round(9).tolist()
    ([0.54, 0.1], [[0.36]])
    """
    taken = np.zeros(demand.shape)
    for e in range(len(slot)):
        r, s = entrant[0, e], entrant[1, e]
        market_share[slot[e]] = min(_LARGEST_SHARE, size[e] / max(demand[r, s], size[e] + 1e-9))
        taken[r, s] += market_share[slot[e]]
    for e in range(len(slot)):
        market_share[slot[e]] *= min(1.0, _MOST_TAKEN / max(taken[entrant[0, e], entrant[1, e]], 1e-12))
    for r in range(demand.shape[0]):
        for s in range(demand.shape[1]):
            taken[r, s] *= min(1.0, _MOST_TAKEN / max(taken[r, s], 1e-12))
            import_share[r, s] *= 1.0 - taken[r, s]
    for f in range(len(firm)):
        market_share[firm[f]] *= 1.0 - taken[region[firm[f]], sector[firm[f]]]
