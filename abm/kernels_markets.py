"""Kernels of markets: what households earn, what they and the world order, how demand adds up, how markets end."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_trade import recipes
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

    What they buy of no sector of the model is bought outside. Income is what came in since they last consumed.

    >>> from abm.state.accounts import books_with
    >>> books, last, income = books_with([8.0, 0.0, 0.0]), np.array([4.0]), np.zeros(1)
    >>> household_orders(books, np.array([0]), np.array([0.5, 0.25]), last, income, 1, 2, 0.5, 0.25).tolist()
    [[2.0, 1.0]]
    >>> income.tolist(), last.tolist(), books.cash.tolist()
    ([4.0], [4.0], [4.0, 3.0, 1.0])
    """
    orders = np.zeros((len(household_slot), len(household_share)))
    for r in range(len(household_slot)):
        slot = household_slot[r]
        cash = books.cash[slot]
        household_income[r] = max(0.0, cash - household_cash[r])
        spent = min(cash, income_spent * household_income[r] + wealth_spent * cash)
        covered = 0.0
        total = 0.0
        for s in range(len(household_share)):
            orders[r, s] = spent * household_share[s]
            total += orders[r, s]
            covered += household_share[s]
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
) -> FloatArray:
    """The rest of world orders and prepays exports; return them, million yuan, shape (regions, sectors).

    X = X0 growth (relative / first)^-elasticity where somebody sells; relative is the mean of price over quality by
    market share. The first one seen is kept as `first_price`.

    >>> from abm.state.accounts import books_with
    >>> books, zero, one, first = books_with([0.0, 0.0, 500.0]), np.array([0]), np.ones(1), np.zeros((1, 2))
    >>> base = np.array([[10.0, 90.0]])
    >>> export_orders(books, zero, zero, 0.3 * one, 2 * one, one, first, base, 1, 2, 1.1, 1.5).round(9).tolist()
    [[11.0, 0.0]]
    >>> first.tolist(), books.cash.round(9).tolist()
    ([[2.0, 0.0]], [0.0, 11.0, 489.0])
    """
    held = np.zeros(base.shape)
    relative = np.zeros(base.shape)
    for f in range(len(firm)):
        i = firm[f]
        r = books.region[i]
        held[r, sector[i]] += share[i]
        relative[r, sector[i]] += share[i] * (max(price[i], 0.05) / max(quality[i], 0.05))
    orders = np.zeros(base.shape)
    total = 0.0
    for r in range(base.shape[0]):
        for s in range(base.shape[1]):
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
    return orders


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
    households: FloatArray,
    exports: FloatArray,
    pending: FloatArray,
    final_demand: FloatArray,
    demand: FloatArray,
) -> None:
    """Add up each market's demand, million yuan per quarter, and strike out the prepaid orders that were pending.

    ``open_demand`` enters as firms' orders to the open market and leaves with all others but exports; ``demand`` has
    tied orders as well, ``final_demand`` is that of households, investors and the world. Shapes (regions, sectors),
    ``tied`` (firms,).

    >>> firms, ordered, pending, final, demand = (np.full((1, 1), x) for x in (2.0, 3.0, 5.0, 0.0, 0.0))
    >>> zero = np.zeros(1, int)
    >>> book_demand(zero, zero, zero, np.array([7.0]), firms, ordered, np.array([[11.0]]), pending, final, demand)
    >>> [float(x[0, 0]) for x in (firms, pending, final, demand)]
    [10.0, 0.0, 19.0, 17.0]
    """
    for r in range(demand.shape[0]):
        for s in range(demand.shape[1]):
            final = pending[r, s] + households[r, s]
            final_demand[r, s] = final + exports[r, s]
            open_demand[r, s] = final + open_demand[r, s]
            demand[r, s] = open_demand[r, s]
            pending[r, s] = 0.0
    for f in range(len(firm)):
        demand[region[firm[f]], sector[firm[f]]] += tied[f]


@kernel
def book_markets(
    firm: IntArray,
    sector: IntArray,
    region: IntArray,
    is_core: BoolArray,
    price: FloatArray,
    sales: FloatArray,
    orders: FloatArray,
    materials: FloatArray,
    tied_share: FloatArray,
    inputs: FloatArray,
    import_share: FloatArray,
    demand: FloatArray,
    exports: FloatArray,
    local_input_share: FloatArray,
    imports: FloatArray,
    unfilled: FloatArray,
    wanted_local: FloatArray,
    mean_price: FloatArray,
    speed: float,
) -> None:
    """Write imports, unfilled orders, local content and the mean price of each market, shape (regions, sectors).

    ``orders``, ``materials`` and ``tied_share`` are by place in ``firm``, the other columns of firms by slot.

    >>> zero, one, market = np.array([0]), np.ones(1), np.ones((1, 1))
    >>> local, written = np.zeros(1), [np.zeros((1, 1)) for _ in range(4)]
    >>> book_markets(zero, zero, zero, np.array([True]), 1.5 * one, 8 * one, 12 * one, 4 * one, 0.5 * one, 0.3 * market,
    ...              0.5 * market, 20 * market, 2 * market, local, *written, 0.5)
    >>> float(local[0]), [float(x[0, 0]) for x in written]
    (0.75, [14.0, 2.0, 0.5, 1.5])
    """
    shape = import_share.shape
    recipe = recipes(inputs)
    imported = np.zeros(shape)  # share of a sector's inputs
    for r in range(shape[0]):
        for s in range(shape[1]):
            for u in range(shape[1]):
                imported[r, s] += import_share[r, u] * recipe[u, s]
    sold, short, by_core, value = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for f in range(len(firm)):
        i = firm[f]
        r, s = region[i], sector[i]
        sold[r, s] += sales[i]
        value[r, s] += sales[i] * price[i]
        short[r, s] += max(0.0, orders[f] - sales[i])
        from_abroad = (1.0 - tied_share[f]) * imported[r, s]
        local_input_share[i] = max(0.0, min(1.0, 1.0 - from_abroad))
        if is_core[i]:
            by_core[r, s] += materials[f] * from_abroad
    for r in range(shape[0]):
        for u in range(shape[1]):
            imports[r, u] = max(0.0, demand[r, u] + exports[r, u] - sold[r, u])
            unfilled[r, u] += speed * (short[r, u] - unfilled[r, u])
            mean_price[r, u] = value[r, u] / max(sold[r, u], 1e-12) if sold[r, u] > 0.0 else 1.0
            wanted = 0.0
            for s in range(shape[1]):
                wanted += by_core[r, s] * recipe[u, s]
            wanted_local[r, u] += speed * (wanted - wanted_local[r, u])
