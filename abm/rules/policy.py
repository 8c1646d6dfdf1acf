"""Government: taxes in, an innovation budget split over instruments, public services out (model.md line 2).

An instrument accrues its share of the budget every quarter and is spent by the rule it serves. What a switched-off
instrument would have had goes to the neutral account, so that removing one never feeds its rivals. Policy changes
money, access and cost only (law 1).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from abm.kernels_policy import (
    accrue,
    back_loans,
    collect_taxes,
    pay_out,
    research_claims,
    serve_the_public,
    specialised_firms,
)
from abm.parameters import Parameters, Switches
from abm.parameters import Policy as PolicyParameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import N_INSTRUMENTS, Instrument, Kind, Purpose
from abm.state.world import World
from abm.types import BoolArray, FloatArray

_CULTIVATED = 0.05
"""Part of its sales that cultivation pays an SME at most."""


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
    writes=("regions.tax_revenue", "regions.budget", *accounts.WRITES),
    source="zhao2020:III.D; zhao2020:IV; cheng:4.3; li:4; ren:2.3.3",
    off={"policy.treasury": False},
)
def tax_and_budget(world: World, parameters: Parameters, draws: Draws) -> None:
    """Taxes come in; the innovation budget accrues by instrument; the rest pays public services and universities.

    Equation   budget_j += share_j * budget_share * taxes if instrument j is on, else neutral account += the same
    Units      million yuan per quarter
    Source     zhao2020 III.D, IV (tax and subsidy support); cheng 4.3; li 4(2); ren 2.3.3
    Draws      none
    Off when   policy.treasury = false: nobody pays taxes, the government pays nothing for itself
    """
    actors, regions, p = world.actors, world.regions, parameters.policy
    if not p.treasury:
        return
    books = books_of(world)
    revenue = collect_taxes(
        books, world.slots(Kind.FIRM), regions.government_slot, regions.household_slot, actors.profit, actors.staff,
        actors.talent, regions.wage, regions.talent_wage, regions.household_income, p.profit_tax, p.wage_tax,
        p.income_tax,
    )  # fmt: skip
    regions.tax_revenue[:] = revenue
    accrue(
        books, regions.government_slot, regions.budget, revenue, instrument_shares(p), is_instrument_on(parameters),
        world.neutral, p.budget_share, p.budget_cap,
    )  # fmt: skip
    if p.public_service:
        serve_the_public(
            books, world.slots(Kind.UNIVERSITY), regions.government_slot, regions.household_slot, regions.budget,
            actors.talent, revenue, p.university_share,
        )  # fmt: skip


@rule(
    writes=("regions.budget", "actors.research_income", "actors.backing", *accounts.WRITES),
    source="zhao2020:III.D; zhao2020:IV; cheng:4.3; ren:2.4.1",
    off={"switches.policy": False, "policy.budget_share": 0.0},
)
def support_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """Grants, refunds, cultivation of specialised SMEs and guarantees reach the firms that can reach them.

    Equation   grant_i in proportion to research budgets, additionality of it earmarked; refund_i = rate * research
               spending; cultivation_i the same for each SME reached above its sector's mean capability; the guarantee
               fund backs loans up to multiple * its cash
    Units      million yuan per quarter; backing: 1
    Source     zhao2020 III.D (SMEs cannot enjoy preferential policies), cheng 4.3, ren 2.4.1 (specialised SMEs)
    Draws      "reach a policy" per firm
    Off when   switches.policy = false and policy.budget_share = 0
    """
    p, actors, regions = parameters.policy, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    if not parameters.switches.policy or len(firm) == 0:
        return
    books, key = books_of(world), draws.key("reach a policy")
    government, budget = regions.government_slot, regions.budget
    supported, refund = research_claims(
        firm, actors.uid, key, actors.is_core, actors.mode, actors.research_budget, actors.research_spending,
        p.access, p.deduction_rate,
    )  # fmt: skip
    any_amount = np.full(len(firm), np.inf)
    granted = pay_out(books, firm, supported, any_amount, government, budget, int(Instrument.GRANT), int(Purpose.GRANT))
    actors.research_income[firm] += p.grant_additionality * granted
    pay_out(books, firm, refund, refund, government, budget, int(Instrument.DEDUCTION), int(Purpose.DEDUCTION))
    if parameters.switches.supporting_chain:
        special = specialised_firms(
            firm, actors.uid, key, actors.is_core, actors.sector, actors.capability, world.structure.weight, p.access
        )
        most = _CULTIVATED * actors.sales[firm]
        pay_out(books, firm, special, most, government, budget, int(Instrument.CULTIVATION), int(Purpose.CULTIVATION))
    back_loans(
        books, world.slots(Kind.GUARANTEE_FUND), firm, actors.is_core, actors.debt, actors.sales, actors.backing,
        government, budget, parameters.finance.guarantee_multiple,
    )  # fmt: skip
