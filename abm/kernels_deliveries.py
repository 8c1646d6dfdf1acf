"""Kernels of deliveries: who receives which orders, what is delivered and paid, how firms and markets end."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_markets import across_borders
from abm.kernels_trade import recipes
from abm.state.accounts import Books, pay
from abm.state.codes import Level, Purpose
from abm.state.technique import labour_productivity, used_intelligence
from abm.types import BoolArray, FloatArray, IntArray

_INTELLIGENT = int(Level.INTELLIGENT)
_SALES, _IMPORTS = np.int64(Purpose.SALES), np.int64(Purpose.IMPORTS)


@kernel
def orders_received(
    firm: IntArray,
    sector: IntArray,
    region: IntArray,
    share: FloatArray,
    novelty: FloatArray,
    import_share: FloatArray,
    demand: FloatArray,
    exports: FloatArray,
    tied: FloatArray,
    novelty_gain: float,
) -> FloatArray:
    """Return the orders of each firm: tied, its share of the open market, its share of exports among local firms.

    New products win orders from old ones and from imports (cannibalisation): shares weigh (1 + gain novelty), and all
    shares of a market, imports included, sum to 1. Markets have shape (regions, sectors); orders are million yuan per
    quarter.

    >>> one = np.ones(1)
    >>> market = np.ones((1, 1))
    >>> orders_received(np.array([0]), np.array([0]), np.array([0]), 0.8 * one, 0 * one, 0.2 * market, 100 * market,
    ...                 50 * market, 7 * one, 0.1)
    array([137.])
    """
    local = np.zeros(import_share.shape)
    own = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        own[f] = share[i] * (1.0 + novelty_gain * novelty[i])
        local[region[i], sector[i]] += own[f]
    orders = tied.copy()
    for f in range(len(firm)):
        if own[f] > 0.0:
            r = region[firm[f]]
            s = sector[firm[f]]
            sold_here = own[f] / (local[r, s] + import_share[r, s]) * demand[r, s]
            orders[f] = tied[f] + sold_here + own[f] / local[r, s] * exports[r, s]
    return orders


@kernel
def deliveries(
    firm: IntArray,
    sector: IntArray,
    price: FloatArray,
    equipment: FloatArray,
    equipment_level: FloatArray,
    level: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    orders: FloatArray,
    covered: FloatArray,
    capital_ratio: FloatArray,
    labour_share: FloatArray,
    base_wage: float,
    reference: float,
    intelligent_gain: float,
    intelligent_talent: float,
    overtime: float,
) -> FloatArray:
    """Return units delivered: orders within what equipment, staff and paid inputs allow.

    >>> one = np.ones(1)
    >>> deliveries(np.array([0]), np.array([0]), 2 * one, 20 * one, one, np.zeros((1, 3)), 100 * one, one, 30 * one,
    ...            one, 2 * one, one, 1.0, 1.0, 0.0, 0.1, 1.0)
    array([10.])
    """
    units = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        used = used_intelligence(level[i, _INTELLIGENT], talent[i], staff[i], intelligent_talent)
        productivity = labour_productivity(
            base_wage / labour_share[s], equipment_level[i], reference, used, intelligent_gain
        )
        most = min(equipment[i] / capital_ratio[s], staff[i] * productivity * overtime) * covered[f]
        units[f] = min(orders[f] / max(price[i], 1e-6), most)
    return units


@kernel
def settle(
    books: Books,
    firm: IntArray,
    units: FloatArray,
    new_orders: FloatArray,
    bills: FloatArray,
    price: FloatArray,
    wage: FloatArray,
    talent_wage: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    output: FloatArray,
    orders: FloatArray,
    expected_orders: FloatArray,
    sales: FloatArray,
    profit: FloatArray,
    margin: FloatArray,
    novelty: FloatArray,
    market: int,
    expectation_speed: float,
    margin_speed: float,
    novelty_speed: float,
) -> None:
    """Pay firms for what they delivered and write the quarter's results of each.

    Expected orders and margins are smoothed, novelty wears off.

    >>> from abm.state.accounts import books_with
    >>> books = books_with([0.0, 9.0])
    >>> one, results = np.ones(1), [np.full(1, x) for x in (0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.5)]
    >>> settle(books, np.array([0]), 4 * one, 10 * one, 2 * one, 2 * one, one, 2 * one, one, one, *results, 1,
    ...        0.5, 0.5, 0.5)
    >>> [float(x[0]) for x in results], books.cash.tolist()
    ([4.0, 10.0, 7.0, 8.0, 3.0, 0.1875, 0.25], [8.0, 1.0])
    """
    for f in range(len(firm)):
        i = firm[f]
        r = books.region[i]
        received = units[f] * price[i]
        pay(books, market, i, received, _SALES)
        output[i] = units[f]
        orders[i] = new_orders[f]
        expected_orders[i] += expectation_speed * (new_orders[f] - expected_orders[i])
        sales[i] = received
        profit[i] = received - bills[f] - wage[r] * staff[i] - talent_wage[r] * talent[i]
        ratio = profit[i] / received if received > 0.0 else -1.0
        margin[i] += margin_speed * (max(-1.0, min(1.0, ratio)) - margin[i])
        novelty[i] *= 1.0 - novelty_speed


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
    abroad_share: FloatArray,
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

    ``orders``, ``materials``, ``tied_share`` and ``abroad_share`` are by place in ``firm``, the other columns of firms
    by slot. A quarter of the inputs is ordered abroad, half of suppliers, half of the rest is imported:

    >>> zero, one, market = np.array([0]), np.ones(1), np.ones((1, 1))
    >>> local, written = np.zeros(1), [np.zeros((1, 1)) for _ in range(4)]
    >>> book_markets(zero, zero, zero, np.array([True]), 1.5 * one, 8 * one, 12 * one, 4 * one, 0.5 * one, 0.25 * one,
    ...              market, 0.5 * market, 20 * market, 2 * market, local, *written, 0.5)
    >>> float(local[0]), [float(x[0, 0]) for x in written]
    (0.625, [14.0, 2.0, 0.75, 1.5])
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
        from_abroad = abroad_share[f] + (1.0 - tied_share[f] - abroad_share[f]) * imported[r, s]
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


@kernel
def deliver_orders(
    books: Books, firm: IntArray, materials: FloatArray, bills: FloatArray, covered: FloatArray, tied: FloatArray,
    tied_share: FloatArray, abroad_share: FloatArray, open_demand: FloatArray, sector: IntArray, is_core: BoolArray,
    market_share: FloatArray, price: FloatArray, equipment: FloatArray, equipment_level: FloatArray,
    level: FloatArray, staff: FloatArray,
    talent: FloatArray, output: FloatArray, orders: FloatArray, expected_orders: FloatArray, sales: FloatArray,
    profit: FloatArray, margin: FloatArray, novelty: FloatArray, local_input_share: FloatArray, inputs: FloatArray,
    capital_ratio: FloatArray, labour_share: FloatArray, openness: FloatArray, wage: FloatArray,
    talent_wage: FloatArray, import_share: FloatArray, demand: FloatArray, exports: FloatArray, imports: FloatArray,
    unfilled: FloatArray, wanted_local: FloatArray, mean_price: FloatArray, market: int, rest_of_world: int,
    base_wage: float, reference: float, intelligent_gain: float, intelligent_talent: float, overtime: float,
    novelty_gain: float, expectation_speed: float, margin_speed: float, novelty_speed: float,
) -> None:  # fmt: skip
    """Let firms receive orders, deliver what they can and be paid; the rest is imported, which clears the market.

    ``materials`` to ``open_demand`` are as `take_orders` returns them; then come columns of firms, of sectors
    (``inputs`` to ``labour_share``) and, from ``openness``, of regions and of their markets.
    """
    new_orders = orders_received(
        firm, sector, books.region, market_share, novelty, import_share, across_borders(open_demand, openness),
        exports, tied, novelty_gain,
    )  # fmt: skip
    units = deliveries(
        firm, sector, price, equipment, equipment_level, level, staff, talent, new_orders, covered, capital_ratio,
        labour_share, base_wage, reference, intelligent_gain, intelligent_talent, overtime,
    )  # fmt: skip
    settle(
        books, firm, units, new_orders, bills, price, wage, talent_wage, staff, talent, output, orders,
        expected_orders, sales, profit, margin, novelty, market, expectation_speed, margin_speed, novelty_speed,
    )  # fmt: skip
    pay(books, market, rest_of_world, books.cash[market], _IMPORTS)
    book_markets(
        firm, sector, books.region, is_core, price, sales, new_orders, materials, tied_share, abroad_share, inputs,
        import_share, demand, exports, local_input_share, imports, unfilled, wanted_local, mean_price,
        expectation_speed,
    )  # fmt: skip
