"""Kernels of founding: who pays newcomers in, what they order, how their markets make room for them."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_entry import OUTSIDER, firms
from abm.kernels_newcomers import benchmarks, newcomers, start_up
from abm.state.accounts import Books, pay
from abm.state.codes import Kind, Mode, Purpose
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_ENTRY, _EQUIPMENT = np.int64(Purpose.ENTRY), np.int64(Purpose.EQUIPMENT)
_FIRM, _IMITATE = int(Kind.FIRM), int(Mode.IMITATE)
_MOST_OF_PAYER = 0.05
"""Part of a payer's cash that goes into one new firm at most."""
_LEAST_CAPITAL = 0.2
"""Part of its capital below which a firm is not founded."""
_LARGEST_SHARE = 0.2
"""Share of its market an entrant starts with at most."""
_MOST_TAKEN = 0.5
"""Share of a market all its entrants together take at most."""


@kernel
def pay_in(
    slot: IntArray, entrant: IntArray, size: FloatArray, plant: FloatArray, household: IntArray, outside: int,
    cash_need: float, books: Books,
) -> BoolArray:  # fmt: skip
    """Let households, or the world for outsiders, pay in capital = cash_need size + plant; tell who is founded.

    Who gets less than its capital starts smaller: ``size`` and ``plant`` are scaled; who gets too little gives it back.

    >>> books = Books(np.array([20.0, 0.0, 0.0]), np.array([7, 0, 0]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((41, 2)))
    >>> size, plant = np.full(2, 2.0), np.full(2, 1.0)  # 5 % of 20 are half of the capital of 2
    >>> pay_in(np.array([1, 2]), np.zeros((4, 2), int), size, plant, np.array([0]), 0, 0.5, books).tolist()
    [True, True]
    >>> size.tolist(), plant.tolist(), books.cash.tolist()
    ([1.0, 1.0], [0.5, 0.5], [18.0, 1.0, 1.0])
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
def order_plant(
    slot: IntArray, entrant: IntArray, plant: FloatArray, equipment_share: FloatArray, pending_demand: FloatArray,
    equipment: FloatArray, market: int, books: Books,
) -> None:  # fmt: skip
    """Let entrants pay for their plant; it is ordered on the next market, from the sectors that make equipment.

    ``pending_demand`` is by market (regions, sectors), million yuan.

    >>> books = Books(np.array([4.0, 0.0]), np.array([0, 9]), np.array([0, -1]), np.zeros(10), np.zeros(10),
    ...     np.zeros((44, 2)))
    >>> zero, orders, equipment = np.array([0]), np.zeros((1, 2)), np.zeros(2)
    >>> order_plant(zero, np.zeros((4, 1), int), np.array([3.0]), np.array([0.5, 1.0]), orders, equipment, 1, books)
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
            pending_demand[entrant[0, e], s] += plant[e] * equipment_share[s] / max(total, 1e-12)


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


@kernel
def settle_in(
    slot: IntArray, size: FloatArray, absorption_base: float, value_chain: FloatArray, expected_orders: FloatArray,
    mode: IntArray, research_intensity: FloatArray, absorption: FloatArray, management_fit: FloatArray,
    outside_step_share: FloatArray, skill: FloatArray, gain: FloatArray, loss: FloatArray,
) -> None:  # fmt: skip
    """Write what entrants do not know yet as for an SME that imitates; the books of flows start empty."""
    for e in range(len(slot)):
        i = slot[e]
        value_chain[i] = 0.05
        expected_orders[i] = size[e]
        mode[i] = _IMITATE
        research_intensity[i] = 0.004
        absorption[i] = absorption_base
        management_fit[i] = 0.3
        outside_step_share[i] = 0.5
        skill[i] = 0.2
        loss[i] = 0.0
        for origin in range(gain.shape[1]):
            for route in range(gain.shape[2]):
                gain[i, origin, route] = 0.0  # the flows of an owner that closed this quarter


@kernel
def found_firms(
    slot: IntArray, entrant: IntArray, identity: UidArray, books: Books,
    is_active: BoolArray, uid: UidArray, kind: IntArray, region: IntArray, sector: IntArray, born: IntArray,
    is_core: BoolArray, sales: FloatArray, capability: FloatArray, market_share: FloatArray, equipment: FloatArray,
    equipment_level: FloatArray, quality: FloatArray, flaw: FloatArray, hidden: FloatArray, price: FloatArray,
    unit_cost: FloatArray, staff: FloatArray, stock: FloatArray, frontier: FloatArray, weight: FloatArray,
    labour_share: FloatArray, capital_ratio: FloatArray, equipment_share: FloatArray, household: IntArray,
    mean_price: FloatArray, demand: FloatArray, import_share: FloatArray, pending_demand: FloatArray, outside: int,
    market: int, quarter: int,
    relative_size: float, utilisation: float, leapfrog: float, cash_need: float, disturbance: float, dumping: float,
    markup: float, base_wage: float, reference: float, key: np.uint64,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Give entrants rows, knowledge, money, equipment and a first share of their markets; return rows and sales.

    ``slot``, ``entrant`` and ``identity`` are as from `entrants`; those of whom is founded move to the front. The
    columns of actors and the ledger's ``stock`` come first, then those of fields, sectors, regions and markets.
    """
    firm = firms(is_active, kind)
    mean_sales, mean_level = benchmarks(
        firm, region, sector, is_core, sales, capability, frontier, demand.shape[0], demand.shape[1]
    )  # fmt: skip
    knowledge, size, plant = newcomers(
        entrant, identity, capability, mean_sales, mean_level, frontier, capital_ratio, relative_size, utilisation,
        leapfrog, key,
    )  # fmt: skip
    for e in range(len(slot)):
        kind[slot[e]] = _FIRM
        region[slot[e]] = entrant[0, e]
    is_founded = pay_in(slot, entrant, size, plant, household, outside, cash_need, books)
    founded = np.empty(len(slot), np.int64)
    number = 0
    for e in range(len(slot)):
        if is_founded[e]:
            founded[number], identity[number] = slot[e], identity[e]
            size[number], plant[number] = size[e], plant[e]
            for part in range(len(entrant)):
                entrant[part, number] = entrant[part, e]
            for k in range(len(frontier)):
                knowledge[number, k] = knowledge[e, k]
            number += 1
    founded = founded[:number]
    start_up(
        founded, entrant, knowledge, size, frontier, weight, labour_share, mean_price, capability, stock,
        equipment_level, quality, flaw, hidden, price, unit_cost, staff, disturbance, dumping, leapfrog, markup,
        base_wage, reference,
    )  # fmt: skip
    order_plant(founded, entrant, plant, equipment_share, pending_demand, equipment, market, books)
    make_room(founded, entrant, size, firm, region, sector, demand, market_share, import_share)
    for e in range(number):
        i = founded[e]
        is_active[i] = True
        uid[i] = identity[e]
        sector[i] = entrant[1, e]
        born[i] = quarter
    return founded, size[:number]
