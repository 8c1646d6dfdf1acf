"""Government: taxes in, an innovation budget split over instruments, public services out (model.md line 2).

An instrument accrues its share of the budget every quarter and is spent by the rule it serves. What a switched-off
instrument would have had goes to the neutral account, so that removing one never feeds its rivals. Policy changes
money, access and cost only (law 1).
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.parameters import Policy as PolicyParameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.codes import N_INSTRUMENTS, Instrument, Kind, Mode, Purpose
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray


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
    return result


def is_instrument_on(parameters: Parameters) -> BoolArray:
    """Return which instruments are switched on: all with policy, and three with their bundle."""
    s = parameters.switches
    on = np.full(N_INSTRUMENTS, s.policy)
    on[Instrument.CALL] &= s.common_technology
    on[[Instrument.PLATFORM, Instrument.PILOT]] &= s.platform
    on[Instrument.CHAIN_OFFICE] &= s.chain_leader
    on[Instrument.CULTIVATION] &= s.supporting_chain
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
    n_regions = world.structure.n_regions
    government = regions.government_slot
    firm = world.slots(Kind.FIRM)
    region = actors.region[firm]
    before = actors.cash[government]
    transfer(world, firm, government[region], p.profit_tax * np.maximum(0.0, actors.profit[firm]), Purpose.TAX)
    wages = np.bincount(region, regions.wage[region] * actors.staff[firm], n_regions)
    wages += np.bincount(region, regions.talent_wage[region] * actors.talent[firm], n_regions)
    taxed = p.wage_tax * wages + p.income_tax * np.maximum(0.0, regions.household_income - wages)
    transfer(world, regions.household_slot, government, taxed, Purpose.TAX)
    revenue = actors.cash[government] - before
    regions.tax_revenue[:] = revenue
    accrual = instrument_shares(p) * p.budget_share * revenue[:, None]
    on = is_instrument_on(parameters)
    freed = accrual[:, ~on].sum(axis=1) + regions.budget[:, ~on].sum(axis=1)
    transfer(world, government, world.neutral, freed, Purpose.NEUTRAL)
    regions.budget[:, ~on] = 0.0
    regions.budget[:, on] = np.minimum(regions.budget[:, on] + accrual[:, on], p.budget_cap * accrual[:, on])
    if p.public_service:
        _serve_the_public(world, parameters, revenue)


def _serve_the_public(world: World, parameters: Parameters, revenue: FloatArray) -> None:
    """Fund universities, then spend what is neither earmarked nor reserve on public services."""
    actors, regions, p = world.actors, world.regions, parameters.policy
    university = world.slots(Kind.UNIVERSITY)
    government = regions.government_slot
    for r in range(world.structure.n_regions):
        here = university[actors.region[university] == r]
        if len(here):
            weight = actors.talent[here] / max(float(actors.talent[here].sum()), 1e-9)
            payer = np.full(len(here), government[r])
            transfer(world, payer, here, p.university_share * revenue[r] * weight, Purpose.UNIVERSITY_FUNDING)
    free = actors.cash[government] - regions.budget.sum(axis=1) - 0.1 * revenue
    transfer(world, government, regions.household_slot, np.maximum(0.0, free), Purpose.PUBLIC_SERVICE)


@kernel
def reached(
    firm: IntArray, uid: UidArray, is_core: BoolArray, is_applicant: BoolArray, key: np.uint64, access: float
) -> BoolArray:
    """Return which applicants a policy reaches: core enterprises always, SMEs with probability `access`."""
    result = np.zeros(len(firm), np.bool_)
    for f in range(len(firm)):
        i = firm[f]
        if is_applicant[f]:
            result[f] = is_core[i] or uniform(key, uid[i], 0) < access
    return result


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
    spending = actors.research_spending[firm]
    searching = (actors.mode[firm] == int(Mode.INDEPENDENT)) | (actors.mode[firm] == int(Mode.JOINT))
    access = draws.key("reach a policy")
    can_reach = reached(firm, actors.uid, actors.is_core, searching | (spending > 0.0), access, p.access)
    granted = _pay_out(world, Instrument.GRANT, Purpose.GRANT, firm, actors.research_budget[firm] * can_reach)
    actors.research_income[firm] += p.grant_additionality * granted
    refund = np.where(can_reach, p.deduction_rate * spending, 0.0)
    _pay_out(world, Instrument.DEDUCTION, Purpose.DEDUCTION, firm, refund, at_most=refund)
    if parameters.switches.supporting_chain:
        special = _specialised(world, firm)
        reached_sme = reached(firm, actors.uid, actors.is_core, special, access, p.access)
        _pay_out(
            world, Instrument.CULTIVATION, Purpose.CULTIVATION, firm, reached_sme.astype(np.float64),
            at_most=0.05 * actors.sales[firm],
        )  # fmt: skip
    for fund in world.slots(Kind.GUARANTEE_FUND):
        r = int(actors.region[fund])
        government = int(regions.government_slot[r])
        paid = transfer(world, government, int(fund), float(regions.budget[r, Instrument.GUARANTEE]), Purpose.GUARANTEE)
        regions.budget[r, Instrument.GUARANTEE] -= paid
        here = (actors.region[firm] == r) & ~actors.is_core[firm]
        owed = float(actors.debt[firm[here]].sum()) + float(actors.sales[firm[here]].sum()) * 0.1
        cover = min(0.5, parameters.finance.guarantee_multiple * float(actors.cash[fund]) / max(owed, 1e-9))
        actors.backing[firm[here]] = np.maximum(actors.backing[firm[here]], cover)


def _pay_out(
    world: World,
    instrument: Instrument,
    purpose: Purpose,
    firm: IntArray,
    weight: FloatArray,
    at_most: FloatArray | None = None,
) -> FloatArray:
    """Share an instrument's budget of each region by weight, and return what each firm received."""
    actors, regions = world.actors, world.regions
    region = actors.region[firm]
    n_regions = world.structure.n_regions
    total = np.bincount(region, weight, n_regions)
    amount = regions.budget[region, int(instrument)] * weight / np.maximum(total, 1e-12)[region]
    if at_most is not None:
        amount = np.minimum(amount, at_most)
    before = actors.cash[firm].copy()
    transfer(world, regions.government_slot[region], firm, amount, purpose)
    received: FloatArray = actors.cash[firm] - before
    spent = np.bincount(region, received, n_regions)
    regions.budget[:, int(instrument)] = np.maximum(0.0, regions.budget[:, int(instrument)] - spent)
    return received


def _specialised(world: World, firm: IntArray) -> BoolArray:
    """Return the SMEs whose capability index lies above the mean of their sector."""
    actors, st = world.actors, world.structure
    sector = actors.sector[firm]
    index = (actors.capability[firm] * st.weight[sector]).sum(axis=1)
    count = np.maximum(np.bincount(sector, minlength=st.n_sectors), 1)
    mean = np.bincount(sector, index, st.n_sectors) / count
    result: BoolArray = (index > 1.1 * mean[sector]) & ~actors.is_core[firm]
    return result
