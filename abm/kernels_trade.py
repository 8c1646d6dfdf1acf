"""Kernels of trade: bills, orders, deliveries and results of each firm."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Level
from abm.state.technique import fuel_use, labour_productivity, material_use, step_shift
from abm.types import FloatArray, IntArray

_DIGITAL = int(Level.DIGITAL)
_INTELLIGENT = int(Level.INTELLIGENT)
_GREEN = int(Level.GREEN)
_ROUNDING = 1e-9
"""Million yuan: a smaller bill is what rounding left, and cannot stop a firm that has no cash."""


@kernel
def input_bills(
    firm: IntArray,
    sector: IntArray,
    output: FloatArray,
    cash: FloatArray,
    level: FloatArray,
    outside_step_share: FloatArray,
    material: FloatArray,
    energy: FloatArray,
    waste_saving: float,
    green_saving: float,
    step_span: float,
    carbon_cost: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what each firm pays for materials and for energy, and the share of its bills that its cash covers.

    Firms replace what last quarter's output used up.
    """
    materials = np.zeros(len(firm))
    fuel = np.zeros(len(firm))
    covered = np.ones(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        shift = step_shift(outside_step_share[i], step_span)
        materials[f] = output[i] * material_use(material[s], shift, level[i, _DIGITAL], waste_saving)
        fuel[f] = output[i] * fuel_use(energy[s], carbon_cost, level[i, _GREEN], green_saving)
        bill = materials[f] + fuel[f]
        if bill > cash[i] and bill > _ROUNDING:
            covered[f] = cash[i] / bill
            materials[f] *= covered[f]
            fuel[f] *= covered[f]
        if materials[f] + fuel[f] < _ROUNDING:
            materials[f] = 0.0
            fuel[f] = 0.0
    return materials, fuel, covered


@kernel
def placed_orders(
    firm: IntArray,
    place: IntArray,
    sector: IntArray,
    region: IntArray,
    materials: FloatArray,
    inputs: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    tie_layer: IntArray,
    tie_target: IntArray,
    tie_weight: FloatArray,
    used: IntArray,
    quarter: int,
    n_regions: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Split each buyer's materials between its suppliers and the open market.

    Returns the tied orders of each firm (by position in ``firm``), orders to the open market (regions, sectors), and
    the share of its materials each buyer placed with suppliers it is tied to. Ties with orders are marked as used.
    """
    n_sectors = inputs.shape[0]
    tied_orders = np.zeros(len(firm))
    pool = np.zeros((n_regions, n_sectors))
    tied_share = np.zeros(len(firm))
    held = np.zeros(n_sectors)
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        total = 0.0
        for u in range(n_sectors):
            total += inputs[u, s]
            held[u] = 0.0
        if total <= 0.0 or materials[f] <= 0.0:
            continue
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if tie_layer[t] == 0 and tie_target[t] == i and place[other[e]] >= 0:
                held[sector[other[e]]] += tie_weight[t]
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if tie_layer[t] == 0 and tie_target[t] == i and place[other[e]] >= 0:
                u = sector[other[e]]
                amount = materials[f] * inputs[u, s] / total * tie_weight[t] / max(1.0, held[u])
                if amount > 0.0:
                    tied_orders[place[other[e]]] += amount
                    tied_share[f] += amount / materials[f]
                    used[t] = quarter
        for u in range(n_sectors):
            pool[region[i], u] += materials[f] * inputs[u, s] / total * (1.0 - min(1.0, held[u]))
    return tied_orders, pool, tied_share


@kernel
def orders_received(
    firm: IntArray,
    market: IntArray,
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
    shares of a market, imports included, sum to 1.

    >>> import numpy as np
    >>> one = np.ones(1)
    >>> orders_received(np.array([0]), np.array([0]), 0.8 * one, 0 * one, 0.2 * one, 100 * one, 50 * one, 7 * one, 0.1)
    array([137.])
    """
    local = np.zeros(len(import_share))
    for f in range(len(firm)):
        local[market[f]] += share[firm[f]] * (1.0 + novelty_gain * novelty[firm[f]])
    orders = np.zeros(len(firm))
    for f in range(len(firm)):
        b = market[f]
        own = share[firm[f]] * (1.0 + novelty_gain * novelty[firm[f]])
        if own > 0.0:
            orders[f] = tied[f] + own / (local[b] + import_share[b]) * demand[b] + own / local[b] * exports[b]
        else:
            orders[f] = tied[f]
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
    orders: FloatArray,
    covered: FloatArray,
    capital_ratio: FloatArray,
    base_productivity: FloatArray,
    reference: float,
    intelligent_gain: float,
    overtime: float,
) -> FloatArray:
    """Return units delivered: orders within what equipment, staff and paid inputs allow.

    >>> import numpy as np
    >>> one = np.ones(1)
    >>> deliveries(np.array([0]), np.array([0]), 2 * one, 20 * one, one, np.zeros((1, 3)), 100 * one, 30 * one, one,
    ...            2 * one, one, 1.0, 0.0, 1.0)
    array([10.])
    """
    units = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        productivity = labour_productivity(
            base_productivity[s], equipment_level[i], reference, level[i, _INTELLIGENT], intelligent_gain
        )
        most = min(equipment[i] / capital_ratio[s], staff[i] * productivity * overtime) * covered[f]
        units[f] = min(orders[f] / max(price[i], 1e-6), most)
    return units


@kernel
def book_results(
    firm: IntArray,
    region: IntArray,
    received: FloatArray,
    units: FloatArray,
    new_orders: FloatArray,
    bills: FloatArray,
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
    expectation_speed: float,
    margin_speed: float,
    novelty_speed: float,
) -> None:
    """Write the quarter's results of each firm; expected orders and margins are smoothed, novelty wears off."""
    for f in range(len(firm)):
        i = firm[f]
        output[i] = units[f]
        orders[i] = new_orders[f]
        expected_orders[i] += expectation_speed * (new_orders[f] - expected_orders[i])
        sales[i] = received[f]
        profit[i] = received[f] - bills[f] - wage[region[i]] * staff[i] - talent_wage[region[i]] * talent[i]
        ratio = profit[i] / received[f] if received[f] > 0.0 else -1.0
        margin[i] += margin_speed * (max(-1.0, min(1.0, ratio)) - margin[i])
        novelty[i] *= 1.0 - novelty_speed
