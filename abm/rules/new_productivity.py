"""New productivity: firms adopt digital, intelligent and green levels where the saving pays (model.md line 11).

Digital saves waste and search cost, intelligent raises labour productivity and needs talent, green saves energy and
material and meets standards (cheng 2.1, 3, 4.1). Costs are convex and higher without skill; partners who have
adopted, technical service and public money help. Levels wear out.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.codes import Instrument, Kind, Level, Purpose, Service
from abm.state.columns import read_only
from abm.state.technique import used_intelligence
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray
from abm.valuation import adoption_costs, green_costs, step_cost

_INTELLIGENT, _GREEN = int(Level.INTELLIGENT), int(Level.GREEN)
_TECHNICAL = int(Service.TECHNICAL)
_ADOPTION = int(Instrument.ADOPTION)
_OWN_MONEY, _SUBSIDY = np.int64(Purpose.ADOPTION), np.int64(Purpose.ADOPTION_SUBSIDY)
_MOST_DISPLACED = 0.2
"""Part of the labour force that can wait for retraining at most."""


@kernel
def adoption_money(
    firm: IntArray, region: IntArray, is_reached: BoolArray, planned_adoption: FloatArray, cash: FloatArray,
    government_slot: IntArray, budget: FloatArray, subsidy_rate: float, is_on: bool,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Return what each firm planned, pays and is given for adoption, and what each region's government gives.

    A firm pays what it planned as far as its cash goes; public money adds `subsidy_rate` of that for firms it reaches,
    as far as the budget for adoption, shape (regions, instruments), and the cash go.

    >>> import numpy as np
    >>> budget = np.zeros((1, 12)); budget[0, _ADOPTION] = 1.0
    >>> money = adoption_money(np.array([0, 1]), np.zeros(3, np.int64), np.ones(3, np.bool_),
    ...     np.array([[2.0, 0.0], [3.0, 3.0], [0.0, 0.0]]), np.array([9.0, 2.0, 5.0]), np.array([2]), budget, 0.5, True)
    >>> [part.tolist() for part in money]
    [[2.0, 6.0], [2.0, 2.0], [0.5, 0.5], [1.0]]
    """
    n_regions = len(government_slot)
    planned = np.zeros(len(firm))
    amount = np.zeros(len(firm))
    subsidy = np.zeros(len(firm))
    wanted = np.zeros(n_regions)
    for f in range(len(firm)):
        i = firm[f]
        if is_on:
            for h in range(planned_adoption.shape[1]):
                planned[f] += planned_adoption[i, h]
        amount[f] = min(planned[f], cash[i])
        wanted[region[i]] += subsidy_rate * amount[f] if is_reached[i] else 0.0
    given = np.zeros(n_regions)
    for r in range(n_regions):
        given[r] = min(wanted[r], budget[r, _ADOPTION], cash[government_slot[r]])
    for f in range(len(firm)):
        r = region[firm[f]]
        if given[r] > 0.0 and is_reached[firm[f]]:
            subsidy[f] = subsidy_rate * amount[f] * (given[r] / wanted[r])
    return planned, amount, subsidy, given


@kernel
def raise_levels(
    firm: IntArray, level: FloatArray, planned_adoption: FloatArray, planned: FloatArray, amount: FloatArray,
    subsidy: FloatArray, cost: FloatArray, green_cost: FloatArray, convexity: float, gap_cost: float,
    skill: FloatArray, service: FloatArray, sales: FloatArray, talent: FloatArray, staff: FloatArray, speed: float,
    wear: float, intelligent_talent: float,
) -> FloatArray:  # fmt: skip
    """Raise each level by what was paid over what a step costs, at most `speed`, after it has worn.

    Own money and subsidy are split over the levels as planned; know-how leaves `green_cost` of the price of a green
    step. Return what each firm gained in the intelligent level it puts to use.

    >>> import numpy as np
    >>> level, plan, one = np.array([[0.0, 0.5, 0.0]]), np.array([[0.0, 3.0, 1.0]]), np.ones(1)
    >>> raise_levels(np.array([0]), level, plan, np.array([4.0]), np.array([2.0]), np.zeros(1), np.full(3, 2.0),
    ...     0.5 * one, 2.0, 0.0, one, np.zeros((1, 6)), 10.0 * one, one, 10.0 * one, 0.1, 0.0, 0.1).round(6).tolist()
    [0.009375]
    >>> level.round(6).tolist()
    [[0.0, 0.51875, 0.05]]
    """
    automated = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        before = level[i, _INTELLIGENT]
        own_part = amount[f] / planned[f] if planned[f] > 0.0 else 0.0
        for h in range(level.shape[1]):
            level[i, h] -= wear * level[i, h]
            money = planned_adoption[i, h] * own_part + planned_adoption[i, h] / max(planned[f], 1e-12) * subsidy[f]
            if money > 0.0 and sales[i] > 0.0:
                price = step_cost(cost[h], level[i, h], convexity, skill[i], service[i, _TECHNICAL], gap_cost)
                price *= green_cost[f] if h == _GREEN else 1.0
                step = min(speed, money / (price * sales[i]))
                level[i, h] = min(1.0, level[i, h] + step * (1.0 - level[i, h]))
        risen = max(0.0, level[i, _INTELLIGENT] - before)
        automated[f] = used_intelligence(risen, talent[i], staff[i], intelligent_talent)
    return automated


@kernel
def order_and_displace(
    firm: IntArray, region: IntArray, amount: FloatArray, subsidy: FloatArray, automated: FloatArray,
    staff: FloatArray, adoption_share: FloatArray, pending_demand: FloatArray, displaced: FloatArray,
    labour_force: FloatArray, unemployment: FloatArray, displacement: float,
) -> None:  # fmt: skip
    """Add what was paid to the orders of the sectors that make it, and staff replaced to the displaced of the region.

    No more are displaced than are without work, nor more than a fifth of the labour force.

    >>> import numpy as np
    >>> one, orders, displaced = np.ones(1), np.zeros((1, 2)), np.zeros(1)
    >>> order_and_displace(np.array([0]), np.array([0]), 3.0 * one, one, 0.25 * one, 16.0 * one, np.array([0.5, 0.0]),
    ...     orders, displaced, 1000.0 * one, 0.1 * one, 0.5)
    >>> orders.tolist(), displaced.tolist()
    ([[4.0, 0.0]], [2.0])
    """
    total = 0.0
    for s in range(len(adoption_share)):
        total += adoption_share[s]
    bought = np.zeros(len(displaced))
    lost = np.zeros(len(displaced))
    for f in range(len(firm)):
        r = region[firm[f]]
        bought[r] += amount[f] + subsidy[f]
        lost[r] += displacement * automated[f] * staff[firm[f]]
    for r in range(len(displaced)):
        for s in range(len(adoption_share)):
            pending_demand[r, s] += bought[r] * adoption_share[s] / max(total, 1e-12)
        displaced[r] = min(displaced[r] + lost[r], labour_force[r] * min(unemployment[r], _MOST_DISPLACED))


@kernel
def adopt_levels(
    firm: IntArray, books: Books, is_reached: BoolArray, level: FloatArray, planned_adoption: FloatArray,
    skill: FloatArray, service: FloatArray, sales: FloatArray, talent: FloatArray, staff: FloatArray,
    capability: FloatArray, frontier: FloatArray, green: FloatArray, cost: FloatArray, adoption_share: FloatArray,
    government: IntArray, budget: FloatArray, pending_demand: FloatArray, displaced: FloatArray,
    labour_force: FloatArray, unemployment: FloatArray, public_money: FloatArray, market: int,
    subsidy_rate: float, is_on: bool, convexity: float, gap_cost: float, speed: float, wear: float,
    displacement: float, know_how: float, intelligent_talent: float,
) -> None:  # fmt: skip
    """Let firms pay for what they planned, the public add its part, and levels, orders and work follow.

    Columns of actors come first, then those of fields, levels, sectors and regions; plans are done with afterwards.
    """
    planned, amount, subsidy, given = adoption_money(
        firm, books.region, is_reached, planned_adoption, books.cash, government, budget, subsidy_rate, is_on
    )  # fmt: skip
    for f in range(len(firm)):
        pay(books, firm[f], market, amount[f], _OWN_MONEY)
        public_money[firm[f]] += subsidy[f]
    for r in range(len(government)):
        pay(books, government[r], market, given[r], _SUBSIDY)
        budget[r, _ADOPTION] -= given[r]
    automated = raise_levels(
        firm, level, planned_adoption, planned, amount, subsidy, cost,
        green_costs(firm, capability, frontier, green, know_how), convexity, gap_cost, skill, service, sales, talent,
        staff, speed, wear, intelligent_talent,
    )  # fmt: skip
    order_and_displace(
        firm, books.region, amount, subsidy, automated, staff, adoption_share, pending_demand, displaced,
        labour_force, unemployment, displacement,
    )  # fmt: skip
    for i in firm:
        for h in range(planned_adoption.shape[1]):
            planned_adoption[i, h] = 0.0


@rule(
    writes=(
        "actors.level", "actors.planned_adoption", "actors.public_money", "regions.budget", "regions.pending_demand",
        "regions.displaced", *accounts.WRITES,
    ),
    source="cheng:2.1; cheng:3; cheng:4.1; cheng:4.3",
    off={"switches.new_productivity": False, "new_productivity.wear": 0.0},
)  # fmt: skip
def adopt(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms pay for the adoption they planned; public money pays a part; levels rise and wear.

    Equation   dl = min(speed, paid / (c (1 + convexity l)(1 + gap (1 - skill)(1 - service)) sales)) (1 - l) - wear l;
               a green step costs 1 - know_how sum_k green_k x_k / sum_k green_k of that
    Units      l, x = A / F: 1; c: quarters of sales
    Source     cheng 2.1, 3.1-3.3, 4.1, 4.3
    Draws      none
    Off when   switches.new_productivity = false and new_productivity.wear = 0
    """
    p, actors, regions, st = parameters.new_productivity, world.actors, world.regions, world.structure
    firm = world.slots(Kind.FIRM)
    is_on = parameters.switches.new_productivity
    if len(firm) == 0 or (not is_on and p.wear == 0.0):
        return
    adopt_levels(
        firm, books_of(world), actors.is_reached, actors.level, actors.planned_adoption, actors.skill, actors.service,
        actors.sales, actors.talent, actors.staff, read_only(actors.capability), world.fields.frontier, st.green,
        adoption_costs(p), st.adoption_share, regions.government_slot, regions.budget, regions.pending_demand,
        regions.displaced, regions.labour_force, regions.unemployment, actors.public_money, world.market,
        parameters.policy.subsidy_rate * parameters.switches.policy, is_on, p.convexity, p.skill_gap_cost, p.speed,
        p.wear, p.displacement * parameters.production.intelligent_gain, p.green_know_how,
        parameters.production.intelligent_talent,
    )  # fmt: skip
