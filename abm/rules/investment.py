"""Uses of money: equipment, value chain, new productivity, compared by expected return (model.md line 13).

Every quarter a firm reckons what each use of money would return and plans more of what returns more; nothing is
gated by size, stage or kind (li 2.A-B). Equipment embodies what the firm knows when it is bought: capability becomes
productivity when equipment is replaced (zhao2020 III.B).
"""

from __future__ import annotations

from abm.kernels_investment import carry_out_plans, reckoned_returns, share_out_money
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import Kind
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import adoption_costs, annuity


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
               returns per yuan among uses that pay back; steps bought do = speed tanh(ln(labour / bought) - dealings)
    Units      K, I: million yuan; v, o: 1; labour, bought: cost of a unit made and bought
    Source     li 2.A (factor, then value chain), 2.B; zhao2020 III.B (equipment), III.C (division of labour); cheng 2.2
    Draws      none
    Off when   investment.planning = false
    """
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0 or not parameters.investment.planning:
        return
    actors, regions, st = world.actors, world.regions, world.structure
    p, production, books = parameters.investment, parameters.production, books_of(world)
    index = carry_out_plans(
        books, firm, actors.sector, actors.capability, st.weight, actors.sales, actors.local_input_share, actors.level,
        actors.planned_equipment, actors.planned_value_chain, actors.equipment, actors.equipment_level,
        actors.value_chain, actors.outside_step_share, st.equipment_share, regions.pending_demand,
        regions.household_slot, world.market, parameters.switches.value_chain, parameters.production.wear,
        p.value_chain_most, p.value_chain_speed, p.value_chain_wear, st.labour_share, st.inputs, regions.wage,
        actors.talent, actors.staff, production.base_wage, production.reference_level, production.intelligent_gain,
        production.intelligent_talent, production.waste_saving, p.step_friction, p.step_speed,
    )  # fmt: skip
    cost = adoption_costs(parameters.new_productivity)
    returns = _reckoned_returns(world, parameters, firm, index, cost)
    new = parameters.new_productivity
    largest_step = new.speed * (1.0 + new.convexity) * (1.0 + new.skill_gap_cost)
    share_out_money(
        firm, actors.sector, st.capital_ratio, returns, cost, actors.expected_orders, actors.price, actors.cash,
        actors.profit, actors.margin, actors.sales, actors.equipment, actors.research_budget,
        actors.planned_equipment, actors.planned_value_chain, actors.planned_adoption, p.target_utilisation,
        parameters.production.wear, p.capacity_speed, p.cash_buffer, p.profit_ploughed, p.choice_sharpness,
        p.renewal, p.value_chain_most, largest_step,
    )  # fmt: skip


def _reckoned_returns(
    world: World, parameters: Parameters, firm: IntArray, index: FloatArray, cost: FloatArray
) -> FloatArray:
    """Return what a yuan of each use returns over the horizon, shape (firms, 5); 0 for uses that are switched off."""
    actors, st, p = world.actors, world.structure, parameters.investment
    production, market, new = parameters.production, parameters.market, parameters.new_productivity
    kind, region = world.kind_and_region()
    lists = world.neighbours()
    return reckoned_returns(
        firm, region, actors.sector, kind, index, cost, read_only(actors.value_chain), actors.equipment,
        actors.equipment_level, actors.sales, actors.margin, actors.quality, actors.level, actors.skill,
        actors.service, actors.talent, actors.staff, world.regions.wage, st.inputs, st.energy_share, st.labour_share,
        read_only(actors.capability), world.fields.frontier, st.green, lists.start, lists.other,
        annuity(p.discount + production.wear, p.horizon), annuity(p.discount + p.value_chain_wear, p.horizon),
        annuity(p.discount + new.wear, p.horizon), p.value_chain_speed, market.value_markup, market.crowding,
        market.value_strength * market.selection, new.convexity, new.skill_gap_cost, new.neighbour_weight,
        new.green_know_how, production.intelligent_talent, production.waste_saving, production.intelligent_gain,
        production.green_saving, parameters.policy.carbon_price, parameters.policy.green_standard,
        market.green_strength * market.selection,
        (market.digital_reach * market.selection, market.variety * market.selection,
         market.green_demand * market.selection),
        parameters.switches.value_chain, parameters.switches.new_productivity,
    )  # fmt: skip
