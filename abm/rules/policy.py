"""Government: taxes in, an innovation budget split over instruments, public services out (model.md line 2).

An instrument accrues its share of the budget every quarter and is spent by the rule it serves. What a switched-off
instrument would have had goes to the neutral account, so that removing one never feeds its rivals. Policy changes
money, access and cost only (law 1).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from abm.kernels_policy import pay_support
from abm.kernels_taxes import run_treasury
from abm.parameters import Parameters, Switches
from abm.parameters import Policy as PolicyParameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import N_INSTRUMENTS, Instrument, Kind
from abm.state.world import World
from abm.types import BoolArray, FloatArray


@lru_cache(maxsize=64)
def instrument_shares(p: PolicyParameters) -> FloatArray:
    """Return each instrument's share of the budget; scaled down where they sum to more than 1."""
    shares = np.zeros(N_INSTRUMENTS)
    shares[Instrument.CALL] = p.call_share
    shares[Instrument.GRANT] = p.grant_share
    shares[Instrument.DEDUCTION] = p.deduction_share
    shares[Instrument.PLATFORM] = p.platform_share
    shares[Instrument.PILOT] = p.pilot_share
    shares[Instrument.TALENT] = p.talent_share
    shares[Instrument.TRAINING] = p.training_share
    shares[Instrument.CULTIVATION] = p.cultivation_share
    shares[Instrument.GUARANTEE] = p.guarantee_share
    shares[Instrument.ADOPTION] = p.adoption_share
    shares[Instrument.SUPERVISION] = p.supervision_share
    shares[Instrument.CHAIN_OFFICE] = p.chain_office_share
    result: FloatArray = shares / max(1.0, float(shares.sum()))
    result.flags.writeable = False
    return result


def is_instrument_on(parameters: Parameters) -> BoolArray:
    """Return which instruments are switched on: all with policy, and three with their bundle."""
    return _switched_on(parameters.switches)


@lru_cache(maxsize=64)
def _switched_on(s: Switches) -> BoolArray:
    """Return which instruments are on by the switches of mechanisms."""
    on = np.full(N_INSTRUMENTS, s.policy)
    on[Instrument.CALL] &= s.common_technology
    on[[Instrument.PLATFORM, Instrument.PILOT]] &= s.platform
    on[Instrument.CHAIN_OFFICE] &= s.chain_leader
    on[Instrument.CULTIVATION] &= s.supporting_chain
    on.flags.writeable = False
    return on


@rule(
    writes=(
        "regions.tax_revenue", "regions.budget", "regions.accrued", "regions.lapsed", "actors.is_reached",
        *accounts.WRITES,
    ),
    source="zhao2020:III.D; zhao2020:IV; cheng:4.3; li:4; ren:2.3.3",
    off={"policy.treasury": False},
)  # fmt: skip
def tax_and_budget(world: World, parameters: Parameters, draws: Draws) -> None:
    """Taxes come in; the budget accrues by instrument, for firms that can reach it; the rest pays for public services.

    Equation   budget_j += share_j * budget_share * taxes if instrument j is on, else neutral account += the same,
               of which it hands neutral_return on to households; policy reaches core enterprises, and SME i if
               u_i < access^(1 / max(1, sales_i / mean sales))
    Units      million yuan per quarter; u, access: 1
    Source     zhao2020 III.D, IV (tax and subsidy support); cheng 4.3; li 4(2); ren 2.3.3
    Draws      none a quarter: u is drawn once in a firm's life, by seed and uid
    Off when   policy.treasury = false: nobody pays taxes, the government pays nothing for itself
    """
    actors, regions, p = world.actors, world.regions, parameters.policy
    if not p.treasury:
        return
    run_treasury(
        books_of(world), world.slots(Kind.FIRM), world.slots(Kind.UNIVERSITY), actors.uid, actors.is_core,
        actors.sales, actors.is_reached, actors.profit, actors.staff, actors.talent, regions.government_slot,
        regions.household_slot, regions.wage, regions.talent_wage, regions.household_income, regions.tax_revenue,
        regions.budget, regions.accrued, regions.lapsed, instrument_shares(p), is_instrument_on(parameters),
        world.neutral, p.public_service, p.profit_tax, p.wage_tax, p.income_tax, p.budget_share, p.budget_cap,
        p.neutral_return, p.university_share, make_uid(world.seed, "policy access"), p.access,
    )  # fmt: skip


@rule(
    writes=(
        "regions.budget",
        "actors.research_income",
        "actors.backing",
        "actors.public_money",
        "actors.year_cost",
        *accounts.WRITES,
    ),
    source="zhao2020:III.D; zhao2020:IV; cheng:4.3; ren:2.4.1",
    off={"switches.policy": False, "policy.budget_share": 0.0},
)
def support_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """Grants, refunds, cultivation of specialised SMEs and guarantees reach the firms that can reach them.

    Equation   grant_i in proportion to research budgets, additionality of it earmarked; refund_i = rate * research
               spending; cultivation_i the same for each SME reached above its sector's mean capability; the guarantee
               fund backs b of what each SME reached needs, sum b (debt or need) <= multiple * its cash, for a fee on
               b debt; what comes in lowers the cost of the year, by which research is judged
    Units      million yuan per quarter; backing: 1
    Source     zhao2020 III.D (SMEs cannot enjoy preferential policies), cheng 4.3, ren 2.4.1 (specialised SMEs)
    Draws      none
    Off when   switches.policy = false and policy.budget_share = 0
    """
    p, actors, regions = parameters.policy, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    if not parameters.switches.policy or len(firm) == 0:
        return
    pay_support(
        books_of(world), firm, world.slots(Kind.GUARANTEE_FUND), actors.is_reached, actors.is_core, actors.sector,
        actors.mode, actors.sales, actors.debt, actors.loan_need, actors.capability, actors.research_budget,
        actors.research_spending, actors.research_income, actors.backing, actors.public_money, actors.year_cost,
        world.structure.weight, regions.government_slot, regions.budget, parameters.switches.supporting_chain,
        p.deduction_rate, p.grant_additionality, parameters.finance.guarantee_multiple,
        parameters.finance.guarantee_fee,
    )  # fmt: skip
