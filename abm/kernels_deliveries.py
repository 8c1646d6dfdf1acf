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
LEAST_REACH = 0.02
"""Part of the world's orders that come to a region however little it can deliver."""
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
    new_part: FloatArray,
    novelty_gain: float,
) -> FloatArray:
    """Return the orders of each firm: tied, its share of the open market, its share of exports among local firms.

    New products win orders from old ones and from imports (cannibalisation): shares weigh (1 + gain novelty), and all
    shares of a market, imports included, sum to 1. The part of a market that new products opened goes to those who sell
    them, in proportion to share x novelty; imports are as new as the market. Markets have shape (regions, sectors);
    orders are million yuan per quarter.

    >>> one = np.ones(1)
    >>> market = np.ones((1, 1))
    >>> orders_received(np.array([0]), np.array([0]), np.array([0]), 0.8 * one, 0 * one, 0.2 * market, 100 * market,
    ...                 50 * market, 7 * one, 0 * market, 0.1)
    array([137.])

    Two firms share all of a market of 100 and no exports; a tenth is new, and only the second sells new products:

    >>> zero, half = np.zeros(2, np.int64), np.array([0.5, 0.5])
    >>> orders_received(np.arange(2), zero, zero, half, np.array([0.0, 0.4]), 0 * market, 100 * market, 0 * market,
    ...                 0 * half, 0.1 * market, 0.0)
    array([45., 55.])
    """
    held = np.zeros(import_share.shape)
    local = np.zeros(import_share.shape)
    new = np.zeros(import_share.shape)
    own = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        own[f] = share[i] * (1.0 + novelty_gain * novelty[i])
        held[region[i], sector[i]] += share[i]
        local[region[i], sector[i]] += own[f]
        new[region[i], sector[i]] += share[i] * novelty[i]
    orders = tied.copy()
    for f in range(len(firm)):
        if own[f] > 0.0:
            r = region[firm[f]]
            s = sector[firm[f]]
            here = own[f] / (local[r, s] + import_share[r, s])
            abroad = own[f] / local[r, s]
            part = new_part[r, s]
            if part > 0.0 and new[r, s] > 0.0:
                of_new = share[firm[f]] * novelty[firm[f]] / new[r, s]
                here += part * (of_new * held[r, s] / (held[r, s] + import_share[r, s]) - here)
                abroad += part * (of_new - abroad)
            orders[f] = tied[f] + here * demand[r, s] + abroad * exports[r, s]
    return orders


@kernel
def renew_reach(
    firm: IntArray, sector: IntArray, region: IntArray, price: FloatArray, equipment: FloatArray,
    capital_ratio: FloatArray, orders: FloatArray, exports: FloatArray, reach: FloatArray, speed: float,
) -> None:  # fmt: skip
    """Move the part of the world's orders that come here to what the market's firms could deliver of all orders.

    All orders are those received and those of the customers who went elsewhere; a few always come.

    Equipment for 10 of 20 that would be ordered, 8 of them by customers who stay away:

    >>> zero, one, reach = np.array([0]), np.ones(1), np.array([[0.2]])
    >>> renew_reach(zero, zero, zero, 2 * one, 10 * one, 2 * one, 12 * one, np.array([[2.0]]), reach, 0.5)
    >>> reach.round(6).tolist()
    [[0.35]]
    """
    capacity = np.zeros(reach.shape)
    wanted = np.zeros(reach.shape)
    for f in range(len(firm)):
        i = firm[f]
        capacity[region[i], sector[i]] += equipment[i] / capital_ratio[sector[i]] * price[i]
        wanted[region[i], sector[i]] += orders[f]
    for r in range(reach.shape[0]):
        for s in range(reach.shape[1]):
            lost = exports[r, s] * (1.0 / max(reach[r, s], LEAST_REACH) - 1.0)
            could = min(1.0, capacity[r, s] / max(wanted[r, s] + lost, 1e-12))
            reach[r, s] = max(LEAST_REACH, reach[r, s] + speed * (could - reach[r, s]))


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
    unfilled: FloatArray, wanted_local: FloatArray, mean_price: FloatArray, export_reach: FloatArray,
    new_part: FloatArray, market: int, rest_of_world: int,
    base_wage: float, reference: float, intelligent_gain: float, intelligent_talent: float, overtime: float,
    novelty_gain: float, expectation_speed: float, margin_speed: float, novelty_speed: float,
    reach_speed: float,
) -> None:  # fmt: skip
    """Let firms receive orders, deliver what they can and be paid; the rest is imported, which clears the market.

    ``materials`` to ``open_demand`` are as `take_orders` returns them; then come columns of firms, of sectors
    (``inputs`` to ``labour_share``) and, from ``openness``, of regions and of their markets.
    """
    new_orders = orders_received(
        firm, sector, books.region, market_share, novelty, import_share, across_borders(open_demand, openness),
        exports, tied, new_part, novelty_gain,
    )  # fmt: skip
    if reach_speed > 0.0:
        renew_reach(
            firm, sector, books.region, price, equipment, capital_ratio, new_orders, exports, export_reach, reach_speed
        )
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
