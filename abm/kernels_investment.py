"""Kernels of investment: plans carried out, what each use of money returns, how free money is shared."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_trade import column_sums
from abm.state.accounts import Books, pay
from abm.state.codes import Level, Purpose
from abm.state.technique import STEP_MATERIAL, labour_productivity, material_use, used_intelligence
from abm.types import FloatArray, IntArray
from abm.valuation import crowding, expected_savings, green_costs, partner_levels, step_cost

EQUIPMENT, VALUE_CHAIN, FIRST_LEVEL = 0, 1, 2
"""Places of the uses of money: renewal of equipment, the value chain, and from there the levels."""
_N_USES = 5
"""Uses of free money: renewal, the value chain, three levels."""
_DIGITAL = int(Level.DIGITAL)
_INTELLIGENT = int(Level.INTELLIGENT)
_GREEN = int(Level.GREEN)
_EQUIPMENT_PURCHASE = np.int64(Purpose.EQUIPMENT)
_VALUE_CHAIN_WORK = np.int64(Purpose.VALUE_CHAIN)


@kernel
def use_shares(returns: FloatArray, sharpness: float) -> FloatArray:
    """Return the share of free money each use gets: a logit of returns per yuan among uses that pay back.

    Shape (firms, uses). A use that returns less than a yuan per yuan gets nothing.

    >>> use_shares(np.array([[2.0, 2.0, 0.5]]), 3.0).tolist()
    [[0.5, 0.5, 0.0]]
    """
    shares = np.zeros(returns.shape)
    for f in range(returns.shape[0]):
        best = 1.0
        for u in range(returns.shape[1]):
            best = max(best, returns[f, u])
        total = 0.0
        for u in range(returns.shape[1]):
            if returns[f, u] > 1.0:
                shares[f, u] = math.exp(sharpness * (returns[f, u] - best))
                total += shares[f, u]
        if total > 0.0:
            for u in range(returns.shape[1]):
                shares[f, u] /= total
    return shares


@kernel
def buy_equipment(
    books: Books,
    firm: IntArray,
    sector: IntArray,
    capability: FloatArray,
    weight: FloatArray,
    planned: FloatArray,
    equipment: FloatArray,
    equipment_level: FloatArray,
    equipment_share: FloatArray,
    pending_demand: FloatArray,
    market: int,
    wear: float,
) -> FloatArray:
    """Wear equipment down, then buy what was planned as far as cash goes; the new part embodies what the firm knows.

    K' = (1 - wear) K + I;  level' = ((1 - wear) K level + I index) / K'. What is bought is ordered on the next market.
    Returns the capability index of each firm.

    >>> zero, one = np.array([0]), np.ones(1)
    >>> books = Books(np.array([5.0, 0.0]), np.zeros(2, int), np.zeros(2, int), np.zeros(1), np.zeros(1),
    ...               np.zeros((44, 2)))
    >>> equipment, level, pending = np.array([20.0]), np.array([0.4]), np.zeros((1, 1))
    >>> buy_equipment(books, zero, zero, np.array([[0.8]]), np.ones((1, 1)), np.array([10.0]), equipment, level, one,
    ...               pending, 1, 0.25).tolist()
    [0.8]
    >>> equipment.tolist(), level.round(6).tolist(), pending.tolist()
    ([20.0], [0.5], [[5.0]])
    """
    index = np.zeros(len(firm))
    total = np.zeros(pending_demand.shape[0])
    for f in range(len(firm)):
        i = firm[f]
        for k in range(weight.shape[1]):
            index[f] += capability[i, k] * weight[sector[i], k]
        bought = min(planned[i], books.cash[i])
        pay(books, i, market, bought, _EQUIPMENT_PURCHASE)
        total[books.region[i]] += bought
        kept = (1.0 - wear) * equipment[i]
        equipment[i] = kept + bought
        if equipment[i] > 0.0:
            equipment_level[i] = (kept * equipment_level[i] + bought * index[f]) / equipment[i]
    shares = 0.0
    for s in range(len(equipment_share)):
        shares += equipment_share[s]
    for r in range(len(total)):
        for s in range(len(equipment_share)):
            pending_demand[r, s] += total[r] * equipment_share[s] / max(shares, 1e-12)
    return index


@kernel
def move_in_value_chain(
    books: Books,
    firm: IntArray,
    household_slot: IntArray,
    planned: FloatArray,
    sales: FloatArray,
    value_chain: FloatArray,
    most: float,
    speed: float,
    wear: float,
) -> None:
    """Pay designers, brand and service (wages of households); the position rises with the money and wears.

    >>> from abm.state.accounts import books_with
    >>> books, one, position = books_with([2.0, 0.0]), np.ones(1), np.array([0.5])
    >>> move_in_value_chain(books, np.array([0]), np.array([1]), 5 * one, 20 * one, position, 0.2, 1.5, 0.1)
    >>> position.round(6).tolist(), books.cash.tolist()
    ([0.525], [0.0, 2.0])
    """
    for i in firm:
        amount = min(planned[i], books.cash[i])
        pay(books, i, household_slot[books.region[i]], amount, _VALUE_CHAIN_WORK)
        effort = min(most, amount / max(sales[i], 1e-9))
        v = value_chain[i]
        value_chain[i] = max(0.0, min(1.0, v + speed * effort * (1.0 - v) - wear * v))


@kernel
def buy_steps(
    firm: IntArray, sector: IntArray, region: IntArray, labour_share: FloatArray, inputs: FloatArray, wage: FloatArray,
    equipment_level: FloatArray, talent: FloatArray, staff: FloatArray, local_input_share: FloatArray,
    level: FloatArray, outside_step_share: FloatArray, base_wage: float, reference: float, intelligent_gain: float,
    intelligent_talent: float, waste_saving: float, friction: float, speed: float,
) -> None:  # fmt: skip
    """Firms buy more production steps while a step saves more labour than it costs in materials and dealings.

    o += speed tanh(ln(labour / bought) - 2 friction o (1 - 0.3 digital)(1 - local)): the first steps are handed over
    most easily, and to specialists near by. Who buys nothing cannot buy steps.

    >>> one, share = np.ones(1), np.array([0.5])
    >>> buy_steps(np.array([0]), np.array([0]), np.array([0]), 0.4 * one, 0.4 * np.ones((1, 1)), 2 * one, one, one, one,
    ...           0.75 * one, np.zeros((1, 3)), share, 1.0, 1.0, 0.0, 0.0, 0.0, 4 * math.log(2.0), 0.1)
    >>> round(float(share[0]), 6) == round(0.5 + 0.1 * math.tanh(math.log(2.0)), 6)
    True
    """
    material = column_sums(inputs)
    for i in firm:
        s = sector[i]
        bought = STEP_MATERIAL * material_use(material[s], 0.0, level[i, _DIGITAL], waste_saving)
        if bought <= 0.0:
            continue
        used = used_intelligence(level[i, _INTELLIGENT], talent[i], staff[i], intelligent_talent)
        labour = wage[region[i]] / labour_productivity(
            base_wage / labour_share[s], equipment_level[i], reference, used, intelligent_gain
        )
        dealings = 2.0 * friction * outside_step_share[i] * (1.0 - 0.3 * level[i, _DIGITAL])
        appeal = math.log(max(labour, 1e-12) / bought) - dealings * (1.0 - local_input_share[i])
        outside_step_share[i] = max(0.0, min(1.0, outside_step_share[i] + speed * math.tanh(appeal)))


@kernel
def returns_per_yuan(
    firm: IntArray,
    sector: IntArray,
    labour_share: FloatArray,
    index: FloatArray,
    near: FloatArray,
    partners: FloatArray,
    savings: FloatArray,
    cost: FloatArray,
    green_cost: FloatArray,
    equipment: FloatArray,
    equipment_level: FloatArray,
    sales: FloatArray,
    margin: FloatArray,
    quality: FloatArray,
    value_chain: FloatArray,
    level: FloatArray,
    skill: FloatArray,
    service: FloatArray,
    worth: float,
    worth_of_position: float,
    worth_of_level: float,
    kappa: float,
    value_markup: float,
    crowding: float,
    share_effect: float,
    convexity: float,
    gap_cost: float,
    neighbour_weight: float,
) -> FloatArray:
    """Return what a yuan of each use returns over the horizon, shape (firms, 5): renewal, value chain, three levels.

    Renewal saves labour where the firm knows more than its equipment embodies; a better position earns mark-up in
    proportion to quality (E1) and some share; a level saves what `savings` says, more where partners have it, and the
    green one costs what know-how leaves of its price (`green_cost`, by firm).
    """
    returns = np.zeros((len(firm), _N_USES))
    for f in range(len(firm)):
        i = firm[f]
        if sales[i] <= 0.0:
            continue
        if equipment_level[i] > 0.0 and equipment[i] > 0.0:
            better = max(0.0, index[f] - equipment_level[i]) / equipment_level[i]
            returns[f, EQUIPMENT] = worth * better * labour_share[sector[i]] * sales[i] / equipment[i]
        premium = value_markup * quality[i] / (1.0 + crowding * near[f]) + share_effect * max(0.0, margin[i])
        returns[f, VALUE_CHAIN] = worth_of_position * kappa * (1.0 - value_chain[i]) * premium
        for h in range(level.shape[1]):
            price = step_cost(cost[h], level[i, h], convexity, skill[i], service[i, 2], gap_cost)
            price *= green_cost[f] if h == _GREEN else 1.0
            seen = 1.0 + neighbour_weight * partners[f, h]
            returns[f, FIRST_LEVEL + h] = worth_of_level * savings[f, h] * seen * (1.0 - level[i, h]) / price
    return returns


@kernel
def share_out_money(
    firm: IntArray,
    sector: IntArray,
    capital_ratio: FloatArray,
    returns: FloatArray,
    cost: FloatArray,
    expected_orders: FloatArray,
    price: FloatArray,
    cash: FloatArray,
    profit: FloatArray,
    margin: FloatArray,
    sales: FloatArray,
    equipment: FloatArray,
    research_budget: FloatArray,
    planned_equipment: FloatArray,
    planned_value_chain: FloatArray,
    planned_adoption: FloatArray,
    utilisation: float,
    wear: float,
    capacity_speed: float,
    cash_buffer: float,
    profit_ploughed: float,
    sharpness: float,
    renewal: float,
    value_chain_most: float,
    largest_step: float,
) -> None:
    """Plan capacity for expected orders, then share free money between the other uses by what they return.

    Free money is what running costs leave, but at least a part of profit: firms plan to borrow for what pays back.

    >>> zero, one = np.array([0]), np.ones(1)
    >>> planned, adoption = [np.zeros(1), np.zeros(1)], np.zeros((1, 1))
    >>> share_out_money(zero, zero, one, np.array([[2.0, 2.0, 0.5]]), one, 8 * one, one, 21 * one, 0 * one, 0.1 * one,
    ...                 10 * one, 10 * one, one, *planned, adoption, 0.5, 0.2, 0.5, 1.0, 0.4, 3.0, 0.25, 0.5, 1.0)
    >>> planned[0].tolist(), planned[1].tolist(), adoption.tolist()
    ([7.5], [3.5], [[0.0]])
    """
    shares = use_shares(returns, sharpness)
    for f in range(len(firm)):
        i = firm[f]
        capacity = 0.0
        if margin[i] > -0.1 and capacity_speed > 0.0:
            units = expected_orders[i] / max(price[i], 1e-6)
            wanted = capital_ratio[sector[i]] * units / utilisation
            capacity = max(0.0, wear * equipment[i] + capacity_speed * (wanted - equipment[i]))
        cash_need = cash_buffer * expected_orders[i] + research_budget[i] + capacity
        free = max(0.0, cash[i] - cash_need, profit_ploughed * profit[i])
        planned_equipment[i] = capacity + min(shares[f, EQUIPMENT] * free, renewal * equipment[i])
        planned_value_chain[i] = min(shares[f, VALUE_CHAIN] * free, value_chain_most * sales[i])
        for h in range(len(cost)):
            money = shares[f, FIRST_LEVEL + h] * free
            planned_adoption[i, h] = min(money, largest_step * cost[h] * sales[i])


@kernel
def carry_out_plans(
    books: Books, firm: IntArray, sector: IntArray, capability: FloatArray, weight: FloatArray, sales: FloatArray,
    local_input_share: FloatArray, level: FloatArray, planned_equipment: FloatArray, planned_value_chain: FloatArray,
    equipment: FloatArray, equipment_level: FloatArray, value_chain: FloatArray, outside_step_share: FloatArray,
    equipment_share: FloatArray, pending_demand: FloatArray, household_slot: IntArray, market: int,
    has_value_chain: bool, wear: float, value_chain_most: float, value_chain_speed: float, value_chain_wear: float,
    labour_share: FloatArray, inputs: FloatArray, wage: FloatArray, talent: FloatArray, staff: FloatArray,
    base_wage: float, reference: float, intelligent_gain: float, intelligent_talent: float, waste_saving: float,
    step_friction: float, step_speed: float,
) -> FloatArray:  # fmt: skip
    """Let firms buy equipment, move in the value chain, make or buy steps; return the capability index of each."""
    index = buy_equipment(
        books, firm, sector, capability, weight, planned_equipment, equipment, equipment_level, equipment_share,
        pending_demand, market, wear,
    )  # fmt: skip
    if not has_value_chain:
        for i in firm:
            planned_value_chain[i] = 0.0
    move_in_value_chain(
        books, firm, household_slot, planned_value_chain, sales, value_chain, value_chain_most, value_chain_speed,
        value_chain_wear,
    )  # fmt: skip
    buy_steps(
        firm, sector, books.region, labour_share, inputs, wage, equipment_level, talent, staff, local_input_share,
        level, outside_step_share, base_wage, reference, intelligent_gain, intelligent_talent, waste_saving,
        step_friction, step_speed,
    )  # fmt: skip
    return index


@kernel
def reckoned_returns(
    firm: IntArray, region: IntArray, sector: IntArray, kind: IntArray, index: FloatArray, cost: FloatArray,
    value_chain: FloatArray, equipment: FloatArray, equipment_level: FloatArray,
    sales: FloatArray, margin: FloatArray, quality: FloatArray, level: FloatArray, skill: FloatArray,
    service: FloatArray, talent: FloatArray, staff: FloatArray, wage: FloatArray,
    inputs: FloatArray, energy_share: FloatArray, labour_share: FloatArray, capability: FloatArray,
    frontier: FloatArray, green: FloatArray, start: IntArray, other: IntArray, worth: float, worth_of_position: float,
    worth_of_level: float, kappa: float, value_markup: float, crowded: float, share_effect: float, convexity: float,
    gap_cost: float, neighbour_weight: float, know_how: float, intelligent_talent: float, waste_saving: float,
    intelligent_gain: float, green_saving: float, carbon_price: float, green_standard: float, green_customers: float,
    customers: tuple[float, float, float], has_value_chain: bool, has_levels: bool,
) -> FloatArray:  # fmt: skip
    """Return what a yuan of each use returns, shape (firms, 5); 0 for uses that are switched off."""
    near = crowding(firm, region, sector, value_chain, sales, len(wage), len(inputs))
    partners = partner_levels(firm, start, other, kind, level)
    savings = expected_savings(
        firm, sector, region, inputs, energy_share, wage, talent, staff, sales, margin, quality, level,
        intelligent_talent, waste_saving, intelligent_gain, green_saving, carbon_price, green_standard, green_customers,
        customers,
    )  # fmt: skip
    returns = returns_per_yuan(
        firm, sector, labour_share, index, near, partners, savings, cost,
        green_costs(firm, capability, frontier, green, know_how), equipment, equipment_level, sales, margin, quality,
        value_chain, level, skill, service, worth, worth_of_position, worth_of_level, kappa, value_markup, crowded,
        share_effect, convexity, gap_cost, neighbour_weight,
    )  # fmt: skip
    for f in range(len(firm)):
        if not has_value_chain:
            returns[f, VALUE_CHAIN] = 0.0
        if not has_levels:
            for use in range(FIRST_LEVEL, _N_USES):
                returns[f, use] = 0.0
    return returns
