"""The first quarter: founders become rows, accounts are opened, and demand is closed so that the start is quiet."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import make_uid, normal, uniform
from abm.state import accounts, platforms
from abm.state.assignment import assigned
from abm.state.codes import ClaimKind, Kind, Mode, Origin, Route
from abm.state.founders import Founders
from abm.state.second_sectors import second_sectors
from abm.state.structure import Structure
from abm.state.technique import HAND_WORK
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

FIRM_CASH = 1.05
"""Cash of a firm at the start, in quarters of sales: it pays inputs and wages before it is paid (an assumption)."""
FIRM_DEBT = 0.5
"""Debt of a firm at the start, in quarters of sales."""
HOUSEHOLD_CASH = 0.9
"""Cash of households at the start, in quarters of income."""
GOVERNMENT_CASH = 0.25
"""Cash of a government at the start, in quarters of taxes."""
BANK_CASH = 0.25
"""Cash of a region's banks at the start, in quarters of its firms' sales."""
WORLD_CASH = 60.0
"""Cash of the rest of world at the start, in quarters of the sales of all firms."""
FUND_CASH = 0.01
"""Cash of a region's venture funds, and of its guarantee funds, at the start, in quarters of its firms' sales."""
UTILISATION = 0.85
"""Use of capacity at the start."""
CORE_SIZE = 15.0
"""Mean size of a core firm over that of an SME of its sector, where the scenario gives no sizes."""
LARGEST_SME = 30.0
"""Largest size drawn for an SME, over the smallest."""
RESEARCH_ACTIVE = 0.22
"""Chance that a firm that is not core does research at the start."""
CAPABILITY_SPREAD = 0.2
"""Standard deviation of ln capability between firms of a group."""
TALENT_SHARE = 0.06
"""Talent of firms over production staff at the start: half as much again in core firms, half as much in others."""


@kernel
def drawn_sizes(uid: UidArray, is_core: BoolArray, exponent: FloatArray, key: np.uint64) -> FloatArray:
    """Return firm sizes from a Pareto law cut off at `LARGEST_SME`; core firms are `CORE_SIZE` times as large."""
    sizes = np.empty(len(uid))
    for i in range(len(uid)):
        share = uniform(key, uid[i], 0) * (1.0 - math.exp(-exponent[i] * math.log(LARGEST_SME)))
        sizes[i] = math.exp(-math.log(1.0 - share) / exponent[i])
        if is_core[i]:
            sizes[i] *= CORE_SIZE
    return sizes


@kernel
def drawn_capability(uid: UidArray, mean: FloatArray, spread: float, key: np.uint64, given: FloatArray) -> FloatArray:
    """Return capability relative to the frontier: as given, else the mean times a lognormal by actor and by field."""
    result = given.copy()
    for i in range(given.shape[0]):
        own = normal(key, uid[i], 0)
        for k in range(given.shape[1]):
            if math.isnan(given[i, k]):
                factor = math.exp(spread * (0.7 * own + 0.7 * normal(key, uid[i], k + 1)))
                result[i, k] = min(0.98, max(0.02, mean[i] * factor))
    return result


def found_world(structure: Structure, founders: Founders, parameters: Parameters, seed: int) -> World:
    """Return the world of quarter 0.

    Parameters
    ----------
    structure, founders
        From the scenario.
    parameters
        In force before the first quarter.
    seed
        Seed of all draws.
    """
    n_aggregates = structure.n_regions + 3
    number = founders.n_actors
    world = World(structure, seed, int(1.3 * (number + n_aggregates)) + 16)
    world.ensure_free("ties", 2 * founders.n_ties + 64)
    world.ensure_free("platforms", int((founders.kind == int(Kind.PLATFORM)).sum()))
    tables = ("actors", "regions", "ties", "claims", "ledger", "fields", "sectors", "platforms")
    every = [f"{table}.*" for table in tables]
    with world.writable((*every, "accounts.paid", "accounts.received", "volumes.amount")):
        _add_rows(world, founders)
        _add_aggregates(world, number)
        world.sectors.is_awake[:] = ~structure.can_sleep[:, None]
        _give_capability(world, founders)
        _give_business(world, founders, parameters)
        _give_universities(world, founders)
        _add_ties(world, founders)
        _close_demand(world, founders, parameters)
        _open_accounts(world, parameters)
    world.total_cash = float(world.actors.cash.sum())
    return world


def _add_rows(world: World, founders: Founders) -> None:
    actors, number = world.actors, founders.n_actors
    rows = slice(0, number)
    actors.is_active[rows] = True
    actors.uid[rows] = [make_uid("founder", name) for name in founders.name]
    actors.kind[rows] = founders.kind
    actors.region[rows] = founders.region
    actors.sector[rows] = founders.sector
    actors.is_core[rows] = founders.is_core
    actors.born[rows] = 0
    world.names = {int(uid): name for uid, name in zip(actors.uid[rows], founders.name, strict=True)}
    for slot in np.flatnonzero(founders.kind == int(Kind.GOVERNMENT)):
        world.regions.government_slot[founders.region[slot]] = slot


def _add_aggregates(world: World, first: int) -> None:
    actors = world.actors
    wanted = [(Kind.HOUSEHOLDS, r) for r in range(world.structure.n_regions)]
    wanted += [(Kind.REST_OF_WORLD, -1), (Kind.MARKET, -1), (Kind.NEUTRAL, -1)]
    for slot, (kind, region) in enumerate(wanted, first):
        actors.is_active[slot] = True
        actors.kind[slot] = int(kind)
        actors.region[slot] = region
        actors.uid[slot] = make_uid("aggregate", kind.name, region)
        if kind is Kind.HOUSEHOLDS:
            world.regions.household_slot[region] = slot
    world.rest_of_world, world.market, world.neutral = range(slot - 2, slot + 1)


def _key(world: World, decision: str) -> np.uint64:
    return make_uid(world.seed, decision)


def _give_capability(world: World, founders: Founders) -> None:
    actors, ledger = world.actors, world.ledger
    rows = slice(0, founders.n_actors)
    mean = np.zeros(founders.n_actors)
    firm = founders.kind == int(Kind.FIRM)
    university = founders.kind == int(Kind.UNIVERSITY)
    sector = founders.sector[firm]
    place = (founders.region[firm], sector)
    mean[firm] = np.where(founders.is_core[firm], founders.core_capability[place], founders.sme_capability[place])
    mean[university] = founders.university_capability[founders.region[university]]
    given = np.where((firm | university)[:, None], founders.capability, 0.0)
    relative = drawn_capability(actors.uid[rows], mean, CAPABILITY_SPREAD, _key(world, "capability"), given)
    relative[firm] *= np.where(np.isnan(founders.capability[firm]), _specialised(world.structure.weight)[sector], 1.0)
    actors.capability[rows] = relative * world.fields.frontier
    ledger.stock[rows, int(Origin.ENDOWMENT), int(Route.OWN)] = actors.capability[rows].sum(axis=1)


def _specialised(weight: FloatArray) -> FloatArray:
    """Return how much of a sector's capability reaches each field: all in its main fields, a third in foreign ones."""
    result: FloatArray = 0.3 + 0.7 * np.minimum(1.0, weight * weight.shape[1] / 1.5)
    return result


def _give_business(world: World, founders: Founders, parameters: Parameters) -> None:
    actors, st = world.actors, world.structure
    firm = np.flatnonzero(founders.kind == int(Kind.FIRM))
    if len(firm) == 0:
        return
    sector, region = founders.sector[firm], founders.region[firm]
    exponent = founders.size_exponent[region, sector]
    drawn = drawn_sizes(actors.uid[firm], founders.is_core[firm], exponent, _key(world, "size"))
    sales = founders.sales[firm].copy()
    market = region * st.n_sectors + sector
    given = np.bincount(market, np.nan_to_num(sales), st.n_regions * st.n_sectors)
    to_draw = np.isnan(sales)
    weight = np.bincount(market, drawn * to_draw, st.n_regions * st.n_sectors)
    left = np.maximum(founders.sector_sales.ravel() - given, 0.05 * founders.sector_sales.ravel() + 1e-3)
    sales[to_draw] = (drawn * left[market] / np.maximum(weight[market], 1e-12))[to_draw]
    actors.sales[firm] = sales
    actors.output[firm] = sales
    actors.orders[firm] = sales
    actors.expected_orders[firm] = sales
    actors.price[firm] = 1.0
    actors.unit_cost[firm] = 1.0 / (1.0 + parameters.market.base_markup)
    actors.margin[firm] = 0.08
    index = (actors.capability[firm] * st.weight[sector]).sum(axis=1)
    actors.equipment_level[firm] = index
    actors.equipment[firm] = st.capital_ratio[sector] * sales / UTILISATION
    actors.quality[firm] = np.clip(index, 0.05, 1.0)
    position = uniform_each(_key(world, "value chain"), actors.uid[firm])
    actors.value_chain[firm] = np.clip(0.05 + 0.15 * position + 0.15 * founders.is_core[firm], 0.0, 1.0)
    production = parameters.production
    productivity = production.base_wage / st.labour_share[sector]
    productivity *= np.maximum(index / production.reference_level, HAND_WORK)
    actors.staff[firm] = sales / productivity
    talent_share = TALENT_SHARE * founders.firm_talent_factor[region]
    actors.talent[firm] = talent_share * actors.staff[firm] * np.where(founders.is_core[firm], 1.5, 0.5)
    actors.absorption[firm] = parameters.learning.absorption_base
    actors.management_fit[firm] = 0.3 + 0.2 * founders.is_core[firm]
    actors.local_input_share[firm] = 0.5
    actors.outside_step_share[firm] = 0.4
    actors.skill[firm] = 0.2
    lead = uniform_each(_key(world, "research at the start"), actors.uid[firm])
    is_active = founders.is_core[firm] | (lead < RESEARCH_ACTIVE)
    actors.mode[firm] = np.where(is_active, int(Mode.INDEPENDENT), int(Mode.IMITATE))
    actors.research_intensity[firm] = np.where(is_active, 0.02, 0.004)
    actors.knowledge_stock[firm] = np.where(is_active, 0.3 * sales, 0.0)
    if founders.second_share > 0.0:
        first, which = (uniform_each(_key(world, f"{each} second sector"), actors.uid[firm]) for each in ("a", "which"))
        actors.second_sector[firm] = second_sectors(sector, st.kinship, founders.second_share, first, which)


def uniform_each(key: np.uint64, uid: UidArray) -> FloatArray:
    """Return one uniform draw per actor."""
    return _uniform_each(uid, key)


@kernel
def _uniform_each(uid: UidArray, key: np.uint64) -> FloatArray:
    """Return one uniform draw per actor."""
    draws = np.empty(len(uid))
    for i in range(len(uid)):
        draws[i] = uniform(key, uid[i], 0)
    return draws


def _give_universities(world: World, founders: Founders) -> None:
    actors = world.actors
    university = np.flatnonzero(founders.kind == int(Kind.UNIVERSITY))
    actors.orientation[university] = np.nan_to_num(founders.orientation[university], nan=0.35)
    actors.openness[university] = np.nan_to_num(founders.openness[university], nan=0.3)
    actors.talent[university] = founders.university_talent[founders.region[university]]
    actors.absorption[university] = 0.8


def _add_ties(world: World, founders: Founders) -> None:
    ties, actors = world.ties, world.actors
    number = founders.n_ties
    rows = world.free_rows("ties", number)
    ties.is_active[rows] = True
    ties.source[rows] = founders.tie_source
    ties.target[rows] = founders.tie_target
    ties.source_uid[rows] = actors.uid[founders.tie_source]
    ties.target_uid[rows] = actors.uid[founders.tie_target]
    ties.layer[rows] = founders.tie_layer
    ties.weight[rows] = np.nan_to_num(founders.tie_weight, nan=0.2)
    ties.trust[rows] = np.nan_to_num(founders.tie_trust, nan=0.4)


def _close_demand(world: World, founders: Founders, parameters: Parameters) -> None:
    """Set wages, labour, exports and import shares so that the first market clears near the given sales."""
    actors, regions, st = world.actors, world.regions, world.structure
    wage = parameters.production.base_wage
    for r in range(st.n_regions):
        firm = np.flatnonzero((actors.kind == int(Kind.FIRM)) & actors.is_active & (actors.region == r))
        sales = np.bincount(actors.sector[firm], actors.sales[firm], st.n_sectors)
        staff = float(actors.staff[firm].sum())
        talent = float(actors.talent[(actors.region == r) & actors.is_active].sum())
        regions.wage[r] = wage
        regions.talent_wage[r] = 2.2 * wage
        regions.labour_force[r] = (staff + talent) / (1.0 - parameters.production.normal_unemployment) + 1.0
        regions.talent_pool[r] = 0.03 * talent
        regions.mean_productivity[r] = sales.sum() / staff if staff > 0.0 else 0.0
        regions.first_productivity[r] = regions.mean_productivity[r]
        income = wage * staff + 2.2 * wage * talent + 0.04 * sales.sum()
        regions.household_income[r] = income
        regions.tax_revenue[r] = 0.18 * 0.08 * sales.sum() + parameters.policy.wage_tax * wage * staff
        investment = st.capital_ratio * sales * parameters.production.wear / UTILISATION
        demand = st.inputs @ sales + st.household_share * income + st.equipment_share * investment.sum()
        regions.export_orders[r] = np.minimum(st.export_base[r], 0.95 * sales)
        home = (sales - regions.export_orders[r]) / np.maximum(demand, 1e-9)
        regions.import_share[r] = np.where(sales > 0.0, np.clip(1.0 - home, 0.05, 0.9), 1.0)
        short = sales - regions.export_orders[r] - (1.0 - regions.import_share[r]) * demand
        regions.export_orders[r] = np.maximum(0.0, regions.export_orders[r] + short) * (sales > 0.0)
        regions.export_base[r] = np.where(st.can_sleep, st.export_base[r], regions.export_orders[r])
        regions.normal_import_share[r] = np.clip(st.import_share, 0.01, 0.9)
        regions.demand[r] = demand
        regions.pending_demand[r] = st.equipment_share * investment.sum()
        regions.final_demand[r] = st.household_share * income + regions.pending_demand[r] + regions.export_orders[r]
        total = np.maximum(sales, 1e-12)[actors.sector[firm]]
        actors.market_share[firm] = actors.sales[firm] / total * (1.0 - regions.import_share[r][actors.sector[firm]])
        pool = actors.is_active & (actors.kind == int(Kind.UNIVERSITY)) & (actors.region == r)
        regions.pool_capability[r] = actors.capability[pool].mean(axis=0) if pool.any() else 0.0
        regions.pool_origin[r, int(Origin.ENDOWMENT)] = 1.0


def _open_accounts(world: World, parameters: Parameters) -> None:
    """Give everybody money and debts in proportion to sales; loans are claims of the banks."""
    actors, regions = world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    actors.cash[firm] = FIRM_CASH * actors.sales[firm]
    total = 0.0
    for r in range(world.structure.n_regions):
        own = firm[actors.region[firm] == r]
        sales = float(actors.sales[own].sum())
        total += sales
        actors.cash[regions.household_slot[r]] = HOUSEHOLD_CASH * regions.household_income[r]
        regions.household_cash[r] = actors.cash[regions.household_slot[r]]
        actors.cash[regions.government_slot[r]] = GOVERNMENT_CASH * regions.tax_revenue[r]
        for kind, share in ((Kind.BANK, BANK_CASH), (Kind.VENTURE_FUND, FUND_CASH), (Kind.GUARANTEE_FUND, FUND_CASH)):
            slots = world.slots(kind)
            slots = slots[actors.region[slots] == r]
            actors.cash[slots] = share * sales / max(len(slots), 1)
        university = world.slots(Kind.UNIVERSITY)
        university = university[actors.region[university] == r]
        actors.cash[university] = 2.0 * regions.talent_wage[r] * actors.talent[university]
        banks = world.slots(Kind.BANK)
        _lend_at_the_start(world, own, banks[actors.region[banks] == r], parameters)
    actors.cash[world.rest_of_world] = WORLD_CASH * max(total, 1.0)
    actors.cash[world.market] = float(regions.pending_demand.sum())
    _open_platforms(world, parameters, firm)


def _open_platforms(world: World, parameters: Parameters, firm: IntArray) -> None:
    """Give platforms that are there from the start their rows and money; they serve the fields their region sells."""
    actors, st, p = world.actors, world.structure, parameters.platforms
    slot = world.slots(Kind.PLATFORM)
    if len(slot) == 0:
        return
    sold = np.zeros((st.n_regions, st.n_sectors))
    np.add.at(sold, (actors.region[firm], actors.sector[firm]), actors.sales[firm])
    fit = (sold + 1e-9) @ st.weight
    fit /= fit.sum(axis=1, keepdims=True)
    platforms.open_rows(world, slot, fit[actors.region[slot]], has_pilots=p.has_pilots)
    actors.cash[slot] = p.start_quarters * p.running_cost * sold.sum(axis=1)[actors.region[slot]]


def _lend_at_the_start(world: World, firm: IntArray, banks: IntArray, parameters: Parameters) -> None:
    if len(firm) == 0 or len(banks) == 0:
        return
    actors = world.actors
    lender = assigned(world, firm, banks)
    principal = FIRM_DEBT * actors.sales[firm]
    rate = np.full(len(firm), parameters.finance.base_rate)
    actors.loan[firm] = accounts.open_claims(world, ClaimKind.LOAN, lender, firm, principal, rate)
    actors.debt[firm] = principal
