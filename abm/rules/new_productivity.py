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
from abm.state.accounts import transfer
from abm.state.codes import Instrument, Kind, Level, Purpose, Service
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import adoption_costs, step_cost

_INTELLIGENT = int(Level.INTELLIGENT)
_TECHNICAL = int(Service.TECHNICAL)


@kernel
def raise_levels(
    firm: IntArray,
    level: FloatArray,
    planned: FloatArray,
    paid_share: FloatArray,
    subsidy: FloatArray,
    cost: FloatArray,
    convexity: float,
    gap_cost: float,
    skill: FloatArray,
    service: FloatArray,
    sales: FloatArray,
    speed: float,
    wear: float,
) -> None:
    """Raise each level by what was paid over what a step costs, at most `speed`; then let it wear."""
    for f in range(len(firm)):
        i = firm[f]
        for h in range(level.shape[1]):
            level[i, h] -= wear * level[i, h]
            money = planned[i, h] * paid_share[f] + subsidy[f, h]
            if money > 0.0 and sales[i] > 0.0:
                price = step_cost(cost[h], level[i, h], convexity, skill[i], service[i, _TECHNICAL], gap_cost)
                step = min(speed, money / (price * sales[i]))
                level[i, h] = min(1.0, level[i, h] + step * (1.0 - level[i, h]))


@rule(
    writes=(
        "actors.level", "actors.planned_adoption", "regions.budget", "regions.pending_demand", "regions.displaced",
        *accounts.WRITES,
    ),
    source="cheng:2.1; cheng:3; cheng:4.1; cheng:4.3",
    off={"switches.new_productivity": False, "new_productivity.wear": 0.0},
)  # fmt: skip
def adopt(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms pay for the adoption they planned; public money pays a part; levels rise and wear.

    Equation   dl = min(speed, paid / (cost (1 + convexity l)(1 + gap (1 - skill)(1 - service)) sales)) (1 - l) - wear l
    Units      l: 1; cost: quarters of sales
    Source     cheng 2.1, 3.1-3.3, 4.1, 4.3
    Draws      none
    Off when   switches.new_productivity = false and new_productivity.wear = 0
    """
    p, actors, regions, st = parameters.new_productivity, world.actors, world.regions, world.structure
    firm = world.slots(Kind.FIRM)
    is_on = parameters.switches.new_productivity
    if len(firm) == 0 or (not is_on and p.wear == 0.0):
        return
    region = actors.region[firm]
    planned = actors.planned_adoption[firm].sum(axis=1) if is_on else np.zeros(len(firm))
    amount = np.minimum(planned, actors.cash[firm])
    transfer(world, firm, world.market, amount, Purpose.ADOPTION)
    subsidy = _subsidise(world, parameters, firm, amount)
    share = np.divide(amount, planned, out=np.zeros(len(firm)), where=planned > 0.0)
    split = actors.planned_adoption[firm] / np.maximum(planned, 1e-12)[:, None]
    labour_before = actors.level[firm, _INTELLIGENT].copy()
    raise_levels(
        firm, actors.level, actors.planned_adoption, share, split * subsidy[:, None], adoption_costs(p), p.convexity,
        p.skill_gap_cost, actors.skill, actors.service, actors.sales, p.speed, p.wear,
    )  # fmt: skip
    bought = np.bincount(region, amount + subsidy, st.n_regions)
    regions.pending_demand[:] += bought[:, None] * st.adoption_share / max(float(st.adoption_share.sum()), 1e-12)
    automated = np.maximum(0.0, actors.level[firm, _INTELLIGENT] - labour_before)
    lost = p.displacement * parameters.production.intelligent_gain * automated * actors.staff[firm]
    regions.displaced[:] += np.bincount(region, lost, st.n_regions)
    regions.displaced[:] = np.minimum(regions.displaced, regions.labour_force * regions.unemployment)
    actors.planned_adoption[firm] = 0.0


def _subsidise(world: World, parameters: Parameters, firm: IntArray, amount: FloatArray) -> FloatArray:
    """Pay part of adoption from the public budget, to the market; return the subsidy of each firm."""
    actors, regions = world.actors, world.regions
    region = actors.region[firm]
    number = world.structure.n_regions
    wanted = parameters.policy.subsidy_rate * amount * parameters.switches.policy
    total = np.bincount(region, wanted, number)
    budget = regions.budget[:, int(Instrument.ADOPTION)]
    part = np.minimum(1.0, budget / np.maximum(total, 1e-12))
    before = actors.cash[regions.government_slot].copy()
    transfer(world, regions.government_slot, world.market, part * total, Purpose.ADOPTION_SUBSIDY)
    paid = before - actors.cash[regions.government_slot]
    regions.budget[:, int(Instrument.ADOPTION)] = np.maximum(0.0, budget - paid)
    ratio: FloatArray = wanted * np.divide(paid, total, out=np.zeros(number), where=total > 0.0)[region]
    return ratio
