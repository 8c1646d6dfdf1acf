"""Firms enter: suppliers where orders go unfilled, spin-offs, outsiders (model.md line 14).

Supplier entry follows the orders of core firms that are unfilled or imported (li 3.B); universities and research-active
core firms spin off; support and regulation draw outsiders, who disturb the market unless supervised (zhao2020 III.D).
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np

from abm.kernels_entry import benchmarks, drawn_entrants, expected_entrants, two_draws
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.codes import Event, Instrument, Kind, Mode, Origin, Purpose, Route
from abm.state.technique import HAND_WORK
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_SUPPLIER, _SPIN_OFF, _OUTSIDER = "supplier", "spin-off", "outsider"
_SUPERVISION_COST = 0.05
_MOST_ENTRANTS = 0.1
_MOST_OF_PAYER = 0.02
"""Part of a payer's cash that goes into one new firm at most."""
_LEAST_CAPITAL = 0.2
"""Part of its capital below which a firm is not founded."""


@lru_cache(maxsize=64)
def _market_uids(regions: tuple[str, ...], sectors: tuple[str, ...]) -> UidArray:
    """Return an identity for each market, shape (regions, sectors)."""
    return np.array([[make_uid(region, sector) for sector in sectors] for region in regions], dtype=np.uint64)


@rule(
    writes=("actors.*", "ledger.stock", "ledger.gain", "ledger.loss", "regions.pending_demand", "regions.budget",
            "regions.import_share", *accounts.WRITES),
    source="li:2.B; li:3.B; zhao2020:III.D",
    off={"switches.entry": False},
    needs_rows={"actors": 0.1},
)  # fmt: skip
def enter_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """New firms come where demand is not met, from where knowledge is, and from outside.

    Equation   expected entrants = rate n [max(0, 1 - capacity / demand) + order_led wanted / demand] + spin-offs
    Units      rate: 1/quarter
    Source     li 2.B, 3.B (attracting supporting enterprises); zhao2020 III.D (outsiders)
    Draws      "entrants" per market; "spin off" per parent; "entrant" per entrant
    Off when   switches.entry = false
    """
    if not parameters.switches.entry:
        return
    p, st, actors = parameters.turnover, world.structure, world.actors
    firm = world.slots(Kind.FIRM)
    market = actors.region[firm] * st.n_sectors + actors.sector[firm]
    shape, n_markets = (st.n_regions, st.n_sectors), st.n_regions * st.n_sectors
    number: FloatArray = np.bincount(market, np.ones(len(market)), n_markets).astype(np.float64)
    units = actors.equipment[firm] / st.capital_ratio[actors.sector[firm]]
    capacity: FloatArray = np.bincount(market, units, n_markets).astype(np.float64)
    demand = world.regions.demand + world.regions.export_orders
    bundle = p.order_led if parameters.switches.supporting_chain else 0.0
    awake = np.tile(world.sectors.is_awake.astype(np.float64), (st.n_regions, 1))
    expected = expected_entrants(
        number.reshape(shape), capacity.reshape(shape), demand,
        world.regions.wanted_local + world.regions.unfilled, awake,
        p.entry_rate, bundle,
    )  # fmt: skip
    count, outsiders = drawn_entrants(
        expected, _market_uids(st.region_names, st.sector_names), draws.key("entrants"),
        p.outsider_share * parameters.switches.policy,
    )  # fmt: skip
    most = max(4, int(_MOST_ENTRANTS * actors.rows) - 4)
    wanted: list[tuple[int, int, str, int]] = []
    for r, s in zip(*np.nonzero(count), strict=True):
        number_outside = int(outsiders[r, s])
        wanted += [(int(r), int(s), _OUTSIDER, -1)] * number_outside
        wanted += [(int(r), int(s), _SUPPLIER, -1)] * (int(count[r, s]) - number_outside)
    wanted += _spin_offs(world, parameters, draws)
    _found(world, parameters, draws, wanted[:most], firm)


def _spin_offs(world: World, parameters: Parameters, draws: Draws) -> list[tuple[int, int, str, int]]:
    """Return (region, sector, cause, parent) of this quarter's spin-offs; the sector is the parent's best fit."""
    actors, st = world.actors, world.structure
    searching = (actors.mode == int(Mode.INDEPENDENT)) | (actors.mode == int(Mode.JOINT))
    is_parent = (actors.kind == int(Kind.UNIVERSITY)) | (actors.is_core & searching)
    parents = np.flatnonzero(actors.is_active & is_parent)
    chance = two_draws(actors.uid[parents], draws.key("spin off"))[:, 0]
    chosen = parents[chance < parameters.turnover.spin_off]
    result = []
    for parent in chosen[np.argsort(actors.uid[chosen])]:
        fit = st.weight @ (actors.capability[parent] / world.fields.frontier)
        fit = np.where(world.sectors.is_awake, fit, 0.0)
        result.append((int(actors.region[parent]), int(np.argmax(fit)), _SPIN_OFF, int(parent)))
    return result


def _found(
    world: World, parameters: Parameters, draws: Draws, wanted: list[tuple[int, int, str, int]], firm: IntArray
) -> None:
    """Give entrants rows, knowledge, money, equipment and a first share of their markets."""
    if not wanted:
        return
    actors, st, p = world.actors, world.structure, parameters.turnover
    slot = world.free_rows("actors", len(wanted))
    wanted = wanted[: len(slot)]
    r, s, parent = (np.array([each[place] for each in wanted], dtype=np.int64) for place in (0, 1, 3))
    cause = [each[2] for each in wanted]
    is_outsider = np.array([each == _OUTSIDER for each in cause])
    uid = _identities(world, wanted)
    mean_sales, mean_level = _benchmarks(world, firm)
    chance = two_draws(uid, draws.key("entrant"))
    factor = 0.8 + 0.3 * chance[:, 0]
    flaw = is_outsider * p.outsider_disturbance * (1.0 - _supervise(world, r, is_outsider)[r])
    knowledge = np.where((parent >= 0)[:, None], 0.8 * actors.capability[parent], mean_level[r, s]) * factor[:, None]
    size = p.entrant_size * mean_sales[r, s] * (0.5 + chance[:, 1])
    plant = st.capital_ratio[s] * size / parameters.investment.target_utilisation
    capital = p.entrant_cash * size + plant
    payer = np.where(is_outsider, world.rest_of_world, world.regions.household_slot[r])
    actors.kind[slot] = int(Kind.FIRM)
    actors.region[slot] = r
    transfer(world, payer, slot, np.minimum(capital, _MOST_OF_PAYER * actors.cash[payer]), Purpose.ENTRY)
    scale = actors.cash[slot] / capital
    poor = scale < _LEAST_CAPITAL
    transfer(world, slot[poor], payer[poor], actors.cash[slot[poor]], Purpose.ENTRY)
    actors.reset(slot[poor])
    rich = ~poor
    slot, uid, r, s, parent = slot[rich], uid[rich], r[rich], s[rich], parent[rich]
    size, plant = (size * scale)[rich], (plant * scale)[rich]
    for identity, sector, origin in zip(uid, s, np.array(cause)[rich], strict=True):
        name = st.sector_names[sector].replace("_", " ")
        world.names[int(identity)] = f"{name} {origin} {len(world.names) + 1}"
    _write_entrants(world, parameters, slot, uid, r, s, size, knowledge[rich], plant)
    actors.quality[slot] *= 1.0 - flaw[rich]
    world.events.add(
        Event.ENTRY, world.quarter, uid, region=r,
        channel=np.where(is_outsider[rich], 2, np.where(parent >= 0, 1, 0)),
        partner=np.where(parent >= 0, actors.uid[parent], np.uint64(0)), amount=size,
    )  # fmt: skip


def _identities(world: World, wanted: list[tuple[int, int, str, int]]) -> UidArray:
    """Return the identity of each entrant: of a spin-off by its parent, of others by their number in their market.

    Entrants of other markets play no part, so that they do not change anybody's draws.
    """
    st = world.structure
    count: Counter[tuple[int, int, str]] = Counter()
    result = np.empty(len(wanted), dtype=np.uint64)
    for e, (r, s, cause, parent) in enumerate(wanted):
        place = (r, s, cause)
        ordinal = int(world.actors.uid[parent]) if parent >= 0 else count[place]
        count[place] += 1
        result[e] = make_uid(st.region_names[r], st.sector_names[s], cause, world.quarter, ordinal)
    return result


def _supervise(world: World, region: IntArray, is_outsider: BoolArray) -> FloatArray:
    """Pay inspectors for this quarter's outsiders; return, by region, the part of their disturbance prevented."""
    regions = world.regions
    cost = _SUPERVISION_COST * np.bincount(region, is_outsider, world.structure.n_regions)
    budget = regions.budget[:, int(Instrument.SUPERVISION)]
    spent = np.minimum(budget, cost)
    transfer(world, regions.government_slot, regions.household_slot, spent, Purpose.SUPERVISION)
    regions.budget[:, int(Instrument.SUPERVISION)] = budget - spent
    result: FloatArray = spent / np.maximum(cost, _SUPERVISION_COST)
    return result


def _benchmarks(world: World, firm: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean sales of SMEs and the mean capability of each market; the region's where a market is empty."""
    actors, st = world.actors, world.structure
    return benchmarks(
        firm, actors.region, actors.sector, actors.is_core, actors.sales, actors.capability, world.fields.frontier,
        st.n_regions, st.n_sectors,
    )  # fmt: skip


def _write_entrants(
    world: World,
    parameters: Parameters,
    slot: IntArray,
    uid: UidArray,
    r: IntArray,
    s: IntArray,
    size: FloatArray,
    knowledge: FloatArray,
    plant: FloatArray,
) -> None:
    """Fill the entrants' rows; their plant is ordered on the next market, their share is taken from all others."""
    actors, st, regions = world.actors, world.structure, world.regions
    frontier = world.fields.frontier
    knowledge = np.minimum(knowledge, (1.0 + parameters.frontier.leapfrog) * frontier)
    actors.is_active[slot] = True
    actors.uid[slot] = uid
    actors.sector[slot] = s
    actors.born[slot] = world.quarter
    actors.capability[slot] = knowledge
    world.ledger.gain[slot] = 0.0  # the flows of an owner that closed this quarter
    world.ledger.loss[slot] = 0.0
    world.ledger.stock[slot, int(Origin.ENDOWMENT), int(Route.OWN)] = knowledge.sum(axis=1)
    index = (knowledge * st.weight[s]).sum(axis=1)
    transfer(world, slot, world.market, plant, Purpose.EQUIPMENT)
    ordered = np.bincount(r, plant, st.n_regions)
    regions.pending_demand[:] += ordered[:, None] * st.equipment_share / max(float(st.equipment_share.sum()), 1e-12)
    actors.equipment[slot] = plant
    actors.equipment_level[slot] = index
    relative = (knowledge / frontier * st.weight[s]).sum(axis=1)
    actors.quality[slot] = np.clip(relative, 0.02, 1.0 + parameters.frontier.leapfrog)
    actors.price[slot] = regions.mean_price[r, s]
    actors.unit_cost[slot] = regions.mean_price[r, s] / (1.0 + parameters.market.base_markup)
    actors.value_chain[slot] = 0.05
    actors.expected_orders[slot] = size
    base = parameters.production.base_wage / st.labour_share[s]
    actors.staff[slot] = 0.5 * size / (base * np.maximum(index / parameters.production.reference_level, HAND_WORK))
    actors.mode[slot] = int(Mode.IMITATE)
    actors.research_intensity[slot] = 0.004
    actors.absorption[slot] = parameters.learning.absorption_base
    actors.management_fit[slot] = 0.3
    actors.outside_step_share[slot] = 0.5
    actors.skill[slot] = 0.2
    shape = (st.n_regions, st.n_sectors)
    share = np.minimum(0.2, size / np.maximum(regions.demand[r, s], size + 1e-9))
    taken = np.zeros(shape)
    np.add.at(taken, (r, s), share)
    room = np.minimum(1.0, 0.5 / np.maximum(taken, 1e-12))
    left = 1.0 - taken * room
    firm = np.flatnonzero(actors.is_active & (actors.kind == int(Kind.FIRM)))
    actors.market_share[firm] *= left[actors.region[firm], actors.sector[firm]]
    regions.import_share[:] *= left
    actors.market_share[slot] = share * room[r, s]
