"""Uses of money: equipment, value chain, new productivity, compared by expected return (model.md line 13).

Every quarter a firm reckons what each use of money would return and plans more of what returns more; nothing is
gated by size, stage or kind (li 2.A-B). Equipment embodies what the firm knows when it is bought: capability becomes
productivity when equipment is replaced (zhao2020 III.B).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.codes import Kind, Purpose
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import adoption_costs, annuity, crowding, expected_savings, partner_levels, step_cost

_EQUIPMENT, _VALUE_CHAIN, _FIRST_LEVEL = 0, 1, 2
_N_USES = 5


@kernel
def use_shares(returns: FloatArray, sharpness: float) -> FloatArray:
    """Return the share of free money each use gets: a logit of returns per yuan among uses that pay back.

    Shape (firms, uses). A use that returns less than a yuan per yuan gets nothing.

    >>> import numpy as np
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
def renewed(
    firm: IntArray,
    equipment: FloatArray,
    equipment_level: FloatArray,
    index: FloatArray,
    bought: FloatArray,
    wear: float,
) -> None:
    """Wear equipment down, then add what was bought; the new part embodies the firm's present capability index.

    K' = (1 - wear) K + I;  level' = ((1 - wear) K level + I index) / K'
    """
    for f in range(len(firm)):
        i = firm[f]
        kept = (1.0 - wear) * equipment[i]
        total = kept + bought[f]
        if total > 0.0:
            equipment_level[i] = (kept * equipment_level[i] + bought[f] * index[f]) / total
        equipment[i] = total


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
    proportion to quality (E1) and some share; a level saves what `savings` says, more where partners have it.
    """
    returns = np.zeros((len(firm), _N_USES))
    for f in range(len(firm)):
        i = firm[f]
        if sales[i] <= 0.0:
            continue
        if equipment_level[i] > 0.0 and equipment[i] > 0.0:
            better = max(0.0, index[f] - equipment_level[i]) / equipment_level[i]
            returns[f, _EQUIPMENT] = worth * better * labour_share[sector[i]] * sales[i] / equipment[i]
        premium = value_markup * quality[i] / (1.0 + crowding * near[f]) + share_effect * max(0.0, margin[i])
        returns[f, _VALUE_CHAIN] = worth_of_position * kappa * (1.0 - value_chain[i]) * premium
        for h in range(level.shape[1]):
            price = step_cost(cost[h], level[i, h], convexity, skill[i], service[i, 2], gap_cost)
            seen = 1.0 + neighbour_weight * partners[f, h]
            returns[f, _FIRST_LEVEL + h] = worth_of_level * savings[f, h] * seen * (1.0 - level[i, h]) / price
    return returns


@rule(
    writes=(
        "actors.equipment", "actors.equipment_level", "actors.value_chain", "actors.planned_equipment",
        "actors.planned_value_chain", "actors.planned_adoption", "actors.outside_step_share",
        "regions.pending_demand", *accounts.WRITES,
    ),
    source="li:2.A; li:2.B; zhao2020:III.B; cheng:2.2",
    off={"investment.planning": False},
)  # fmt: skip
def invest(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms buy the equipment and the position they planned, then plan the next quarter by expected return.

    Equation   K' = (1 - wear) K + I; dv = kappa (I_v / sales)(1 - v) - delta_v v; free money is shared by a logit of
               returns per yuan among uses that pay back
    Units      K, I: million yuan; v: 1
    Source     li 2.A (factor, then value chain), 2.B; zhao2020 III.B (equipment), III.C (division of labour); cheng 2.2
    Draws      none
    Off when   investment.planning = false
    """
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0 or not parameters.investment.planning:
        return
    actors, st = world.actors, world.structure
    index = (actors.capability[firm] * st.weight[actors.sector[firm]]).sum(axis=1)
    _buy_equipment(world, parameters, firm, index)
    _move_in_value_chain(world, parameters, firm)
    _buy_steps(world, parameters, firm)
    _plan(world, parameters, firm, index)


def _buy_equipment(world: World, parameters: Parameters, firm: IntArray, index: FloatArray) -> None:
    """Pay planned equipment as far as cash goes; it is ordered on the next market and embodies present capability."""
    actors, regions, st = world.actors, world.regions, world.structure
    amount = np.minimum(actors.planned_equipment[firm], actors.cash[firm])
    transfer(world, firm, world.market, amount, Purpose.EQUIPMENT)
    total = np.bincount(actors.region[firm], amount, st.n_regions)
    regions.pending_demand[:] += total[:, None] * st.equipment_share / max(float(st.equipment_share.sum()), 1e-12)
    renewed(firm, actors.equipment, actors.equipment_level, index, amount, parameters.production.wear)


def _move_in_value_chain(world: World, parameters: Parameters, firm: IntArray) -> None:
    """Pay designers, brand and service (wages of households); the position rises with the money and wears."""
    actors, p = world.actors, parameters.investment
    wanted = actors.planned_value_chain[firm] * parameters.switches.value_chain
    amount = np.minimum(wanted, actors.cash[firm])
    transfer(world, firm, world.regions.household_slot[actors.region[firm]], amount, Purpose.VALUE_CHAIN)
    effort = np.minimum(p.value_chain_most, amount / np.maximum(actors.sales[firm], 1e-9))
    v = actors.value_chain[firm]
    actors.value_chain[firm] = np.clip(v + p.value_chain_speed * effort * (1.0 - v) - p.value_chain_wear * v, 0.0, 1.0)


def _buy_steps(world: World, parameters: Parameters, firm: IntArray) -> None:
    """Firms buy more production steps where specialists near them are good and search is cheap, else make them."""
    actors, p = world.actors, parameters.investment
    supply = actors.local_input_share[firm]
    appeal = supply + 0.3 * actors.level[firm, 0] - p.step_threshold
    share = actors.outside_step_share[firm]
    actors.outside_step_share[firm] = np.clip(share + p.step_speed * appeal, 0.0, 1.0)


def _plan(world: World, parameters: Parameters, firm: IntArray, index: FloatArray) -> None:
    """Plan capacity for expected orders, then share free money between the other uses.

    Free money is what running costs leave, but at least a part of profit: firms plan to borrow for what pays back.
    """
    actors, st, p = world.actors, world.structure, parameters.investment
    production, market, new = parameters.production, parameters.market, parameters.new_productivity
    sector = actors.sector[firm]
    units = actors.expected_orders[firm] / np.maximum(actors.price[firm], 1e-6)
    wanted = st.capital_ratio[sector] * units / p.target_utilisation
    equipment = actors.equipment[firm]
    capacity = production.wear * equipment + p.capacity_speed * (wanted - equipment)
    capacity = np.maximum(0.0, capacity) * (actors.margin[firm] > -0.1) * (p.capacity_speed > 0.0)
    cash_need = p.cash_buffer * actors.expected_orders[firm] + actors.research_budget[firm] + capacity
    spare = actors.cash[firm] - cash_need
    free = np.maximum(0.0, np.maximum(spare, p.profit_ploughed * actors.profit[firm]))
    market_of = actors.region[firm] * st.n_sectors + sector
    near = crowding(firm, market_of, read_only(actors.value_chain), actors.sales, st.n_regions * st.n_sectors)
    lists = world.neighbours()
    partners = partner_levels(firm, lists.start, lists.other, actors.kind, actors.level)
    returns = returns_per_yuan(
        firm, actors.sector, st.labour_share, index, near, partners, expected_savings(world, parameters, firm),
        adoption_costs(new), actors.equipment, actors.equipment_level, actors.sales, actors.margin, actors.quality,
        actors.value_chain, actors.level, actors.skill, actors.service,
        annuity(p.discount + production.wear, p.horizon), annuity(p.discount + p.value_chain_wear, p.horizon),
        annuity(p.discount + new.wear, p.horizon), p.value_chain_speed, market.value_markup, market.crowding,
        market.value_strength * market.selection, new.convexity, new.skill_gap_cost, new.neighbour_weight,
    )  # fmt: skip
    if not parameters.switches.value_chain:
        returns[:, _VALUE_CHAIN] = 0.0
    if not parameters.switches.new_productivity:
        returns[:, _FIRST_LEVEL:] = 0.0
    money = use_shares(returns, p.choice_sharpness) * free[:, None]
    sales = actors.sales[firm]
    actors.planned_equipment[firm] = capacity + np.minimum(money[:, _EQUIPMENT], p.renewal * equipment)
    actors.planned_value_chain[firm] = np.minimum(money[:, _VALUE_CHAIN], p.value_chain_most * sales)
    largest = new.speed * adoption_costs(new) * (1.0 + new.convexity) * (1.0 + new.skill_gap_cost)
    actors.planned_adoption[firm] = np.minimum(money[:, _FIRST_LEVEL:], largest * sales[:, None])
