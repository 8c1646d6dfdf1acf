"""Kernels of markets: what households earn, what they and the world order, how demand adds up."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_trade import pay_inputs, placed_orders
from abm.state.accounts import Books, pay
from abm.state.codes import Kind, Purpose
from abm.types import BoolArray, FloatArray, IntArray

_GOVERNMENT = int(Kind.GOVERNMENT)
_WAGES = np.int64(Purpose.WAGES)
_TALENT_WAGES = np.int64(Purpose.TALENT_WAGES)
_CONSUMPTION = np.int64(Purpose.CONSUMPTION)
_EXPORTS = np.int64(Purpose.EXPORTS)
_LARGEST_PART = 0.1
"""Part of its cash that the rest of world orders exports for at most."""


@kernel
def pay_wages(
    books: Books,
    is_active: BoolArray,
    household_slot: IntArray,
    wage: FloatArray,
    talent_wage: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
) -> None:
    """Firms and universities pay their staff, then their talent, as far as cash goes.

    >>> from abm.state.accounts import books_with
    >>> books, two = books_with([5.0, 1.0]), np.array([1.0, 2.0])
    >>> pay_wages(books, np.array([True, False]), np.array([1]), two, 2 * two, 2 * two, 3 * two)
    >>> books.cash.tolist()
    [0.0, 6.0]
    """
    for i in range(len(is_active)):
        if is_active[i] and books.kind[i] < _GOVERNMENT:
            r = books.region[i]
            pay(books, i, household_slot[r], wage[r] * staff[i], _WAGES)
            pay(books, i, household_slot[r], talent_wage[r] * talent[i], _TALENT_WAGES)


@kernel
def household_orders(
    books: Books,
    household_slot: IntArray,
    household_share: FloatArray,
    household_cash: FloatArray,
    household_income: FloatArray,
    market: int,
    rest_of_world: int,
    income_spent: float,
    wealth_spent: float,
) -> FloatArray:
    """Households spend part of income and wealth; return their prepaid orders, million yuan, (regions, sectors).

    What they buy of no sector of the model is bought outside. Income is what came in since they last consumed;
    ``household_share`` has shape (regions, sectors).

    >>> from abm.state.accounts import books_with
    >>> books, last, income = books_with([8.0, 0.0, 0.0]), np.array([4.0]), np.zeros(1)
    >>> household_orders(books, np.array([0]), np.array([[0.5, 0.25]]), last, income, 1, 2, 0.5, 0.25).tolist()
    [[2.0, 1.0]]
    >>> income.tolist(), last.tolist(), books.cash.tolist()
    ([4.0], [4.0], [4.0, 3.0, 1.0])
    """
    orders = np.zeros(household_share.shape)
    for r in range(len(household_slot)):
        slot = household_slot[r]
        cash = books.cash[slot]
        household_income[r] = max(0.0, cash - household_cash[r])
        spent = min(cash, income_spent * household_income[r] + wealth_spent * cash)
        covered = 0.0
        total = 0.0
        for s in range(household_share.shape[1]):
            orders[r, s] = spent * household_share[r, s]
            total += orders[r, s]
            covered += household_share[r, s]
        pay(books, slot, market, total, _CONSUMPTION)
        pay(books, slot, rest_of_world, spent * max(0.0, 1.0 - covered), _CONSUMPTION)
        household_cash[r] = books.cash[slot]
    return orders


@kernel
def export_orders(
    books: Books,
    firm: IntArray,
    sector: IntArray,
    share: FloatArray,
    price: FloatArray,
    quality: FloatArray,
    first_price: FloatArray,
    base: FloatArray,
    market: int,
    rest_of_world: int,
    growth: float,
    elasticity: float,
    orders: FloatArray,
) -> None:
    """Set the exports that the rest of world orders and prepays, million yuan, shape (regions, sectors).

    X = X0 growth (relative / first)^-elasticity where somebody sells; relative is the mean of price over quality by
    market share. The first one seen is kept as `first_price`.

    >>> from abm.state.accounts import books_with
    >>> books, zero, one, first = books_with([0.0, 0.0, 500.0]), np.array([0]), np.ones(1), np.zeros((1, 2))
    >>> base, orders = np.array([[10.0, 90.0]]), np.ones((1, 2))
    >>> export_orders(books, zero, zero, 0.3 * one, 2 * one, one, first, base, 1, 2, 1.1, 1.5, orders)
    >>> orders.round(9).tolist(), first.tolist(), books.cash.round(9).tolist()
    ([[11.0, 0.0]], [[2.0, 0.0]], [0.0, 11.0, 489.0])
    """
    held = np.zeros(base.shape)
    relative = np.zeros(base.shape)
    for f in range(len(firm)):
        i = firm[f]
        r = books.region[i]
        held[r, sector[i]] += share[i]
        relative[r, sector[i]] += share[i] * (max(price[i], 0.05) / max(quality[i], 0.05))
    total = 0.0
    for r in range(base.shape[0]):
        for s in range(base.shape[1]):
            orders[r, s] = 0.0
            if held[r, s] <= 0.0:
                continue
            ratio = relative[r, s] / max(held[r, s], 1e-12)
            if first_price[r, s] <= 0.0:
                first_price[r, s] = ratio
            dearer = max(0.1, min(10.0, ratio / max(first_price[r, s], 1e-6)))
            orders[r, s] = base[r, s] * growth * math.exp(-elasticity * math.log(dearer))
            total += orders[r, s]
    most = _LARGEST_PART * books.cash[rest_of_world]
    if total > most:
        for r in range(base.shape[0]):
            for s in range(base.shape[1]):
                orders[r, s] *= most / total
        total = most
    pay(books, rest_of_world, market, total, _EXPORTS)


@kernel
def across_borders(demand: FloatArray, openness: FloatArray) -> FloatArray:
    """Let each region's open demand reach the other regions by its openness; the total is unchanged.

    >>> across_borders(np.array([[10.0], [0.0]]), np.array([0.2, 0.5])).tolist()
    [[8.0], [2.0]]
    """
    number = demand.shape[0]
    shared = demand.copy()
    if number == 1:
        return shared
    for s in range(demand.shape[1]):
        total = 0.0
        for r in range(number):
            total += demand[r, s] * openness[r]
        for r in range(number):
            leaving = demand[r, s] * openness[r]
            shared[r, s] = demand[r, s] - leaving + (total - leaving) / (number - 1)
    return shared


@kernel
def book_demand(
    firm: IntArray,
    sector: IntArray,
    region: IntArray,
    tied: FloatArray,
    open_demand: FloatArray,
    abroad: FloatArray,
    households: FloatArray,
    exports: FloatArray,
    pending: FloatArray,
    final_demand: FloatArray,
    demand: FloatArray,
) -> None:
    """Add up each market's demand, million yuan per quarter, and strike out the prepaid orders that were pending.

    ``open_demand`` enters as firms' orders to the open market and leaves with all others but exports; ``demand`` has
    tied orders and imports ordered by choice (``abroad``) as well, ``final_demand`` is that of households, investors
    and the world. Shapes (regions, sectors), ``tied`` (firms,).

    >>> firms, ordered, pending, final, demand = (np.full((1, 1), x) for x in (2.0, 3.0, 5.0, 0.0, 0.0))
    >>> zero = np.zeros(1, int)
    >>> abroad, exports = np.array([[1.0]]), np.array([[11.0]])
    >>> book_demand(zero, zero, zero, np.array([7.0]), firms, abroad, ordered, exports, pending, final, demand)
    >>> [float(x[0, 0]) for x in (firms, pending, final, demand)]
    [10.0, 0.0, 19.0, 18.0]
    """
    for r in range(demand.shape[0]):
        for s in range(demand.shape[1]):
            final = pending[r, s] + households[r, s]
            final_demand[r, s] = final + exports[r, s]
            open_demand[r, s] = final + open_demand[r, s]
            demand[r, s] = open_demand[r, s] + abroad[r, s]
            pending[r, s] = 0.0
    for f in range(len(firm)):
        demand[region[firm[f]], sector[firm[f]]] += tied[f]


@kernel
def take_orders(
    books: Books, firm: IntArray, is_active: BoolArray, sector: IntArray, output: FloatArray, level: FloatArray,
    outside_step_share: FloatArray, staff: FloatArray, talent: FloatArray, market_share: FloatArray, price: FloatArray,
    quality: FloatArray, inputs: FloatArray, energy: FloatArray, household_share: FloatArray, is_tied: BoolArray,
    layer: IntArray, supplier: IntArray, buyer: IntArray, weight: FloatArray, used: IntArray,
    import_order: FloatArray, government: IntArray, household: IntArray, wage: FloatArray, talent_wage: FloatArray,
    household_cash: FloatArray, household_income: FloatArray, first_price: FloatArray, export_base: FloatArray,
    exports: FloatArray,
    pending: FloatArray, final_demand: FloatArray, demand: FloatArray, market: int, rest_of_world: int, quarter: int,
    waste_saving: float, green_saving: float, step_span: float, carbon_price: float, income_spent: float,
    wealth_spent: float, growth: float, elasticity: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Let firms pay and order inputs, employers pay wages, then households and the world order and prepay.

    Columns of actors come first, then of sectors (``inputs`` to ``household_share``), of ties (``is_tied`` to
    ``used``), of regions and of their markets. Return by firm what it paid for materials and for all inputs, the share
    of its bills that is covered, its tied orders and the shares of materials it placed with suppliers it is tied to,
    and abroad; then the open demand of each market, million yuan.
    """
    materials, bills, covered = pay_inputs(
        books, firm, sector, output, level, outside_step_share, inputs, energy, government, market, rest_of_world,
        waste_saving, green_saving, step_span, carbon_price,
    )  # fmt: skip
    tied, open_demand, abroad, tied_share, abroad_share = placed_orders(
        firm, sector, books.region, materials, inputs, is_tied, layer, supplier, buyer, weight, used, import_order,
        quarter, len(household),
    )  # fmt: skip
    pay_wages(books, is_active, household, wage, talent_wage, staff, talent)
    households = household_orders(
        books, household, household_share, household_cash, household_income, market, rest_of_world, income_spent,
        wealth_spent,
    )  # fmt: skip
    export_orders(
        books, firm, sector, market_share, price, quality, first_price, export_base, market, rest_of_world, growth,
        elasticity, exports,
    )  # fmt: skip
    book_demand(
        firm, sector, books.region, tied, open_demand, abroad, households, exports, pending, final_demand, demand
    )
    return materials, bills, covered, tied, tied_share, abroad_share, open_demand
