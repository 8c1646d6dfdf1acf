"""Firms enter: suppliers where orders go unfilled, spin-offs, outsiders (model.md line 14).

Supplier entry follows the orders of core firms that are unfilled or imported (li 3.B); universities and research-active
core firms spin off; support and regulation draw outsiders, who disturb the market unless supervised (zhao2020 III.D).
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.codes import Event, Instrument, Kind, Mode, Origin, Purpose, Route
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_SUPPLIER, _SPIN_OFF, _OUTSIDER = "supplier", "spin-off", "outsider"
_SUPERVISION_COST = 0.05
_MOST_ENTRANTS = 0.1
_STRONGEST_PULL = 0.3


@kernel
def expected_entrants(
    n_firms: FloatArray,
    capacity: FloatArray,
    demand: FloatArray,
    wanted: FloatArray,
    is_awake: FloatArray,
    rate: float,
    order_led: float,
) -> FloatArray:
    """Return expected entrants per (region, sector): rate n [max(0, 1 - capacity / demand) + order_led wanted / demand].

    >>> import numpy as np
    >>> one = np.ones((1, 1))
    >>> float(expected_entrants(50 * one, 80 * one, 100 * one, 10 * one, one, 0.02, 2.0)[0, 0])
    0.4
    """
    result = np.zeros(n_firms.shape)
    for r in range(n_firms.shape[0]):
        for s in range(n_firms.shape[1]):
            if demand[r, s] > 0.0 and is_awake[r, s] > 0.0:
                room = max(0.0, 1.0 - capacity[r, s] / demand[r, s])
                pull = order_led * min(_STRONGEST_PULL, wanted[r, s] / demand[r, s])
                result[r, s] = rate * (n_firms[r, s] + 1.0 * (n_firms[r, s] == 0.0)) * (room + pull)
    return result


@rule(
    writes=("actors.*", "ledger.stock", "ledger.gain", "ledger.total_gain", "regions.pending_demand", "regions.budget",
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
    number = np.bincount(market, minlength=n_markets).astype(np.float64).reshape(shape)
    capacity = np.bincount(market, actors.equipment[firm] / st.capital_ratio[actors.sector[firm]], n_markets)
    demand = world.regions.demand + world.regions.export_orders
    bundle = p.order_led if parameters.switches.supporting_chain else 0.0
    awake = np.broadcast_to(world.sectors.is_awake.astype(np.float64), shape).copy()
    expected = expected_entrants(
        number, capacity.reshape(shape), demand, world.regions.wanted_local + world.regions.unfilled, awake,
        p.entry_rate, bundle,
    )  # fmt: skip
    key = draws.key("entrants")
    most = max(4, int(_MOST_ENTRANTS * actors.rows) - 4)
    wanted: list[tuple[int, int, str, int]] = []
    for r in range(st.n_regions):
        for s in range(st.n_sectors):
            identity = make_uid(st.region_names[r], st.sector_names[s])
            count = int(expected[r, s] + uniform(key, identity, 0))
            for ordinal in range(min(count, most)):
                outside = uniform(key, identity, 1 + ordinal) < p.outsider_share * parameters.switches.policy
                wanted.append((r, s, _OUTSIDER if outside else _SUPPLIER, -1))
    wanted += _spin_offs(world, parameters, draws)
    _found(world, parameters, draws, wanted[:most], firm)


def _spin_offs(world: World, parameters: Parameters, draws: Draws) -> list[tuple[int, int, str, int]]:
    """Return (region, sector, cause, parent) of this quarter's spin-offs; the sector is the one the parent fits best."""
    actors, st = world.actors, world.structure
    key = draws.key("spin off")
    rate = parameters.turnover.spin_off
    searching = (actors.mode == int(Mode.INDEPENDENT)) | (actors.mode == int(Mode.JOINT))
    is_parent = (actors.kind == int(Kind.UNIVERSITY)) | (actors.is_core & searching)
    parents = np.flatnonzero(actors.is_active & is_parent)
    parents = parents[np.argsort(actors.uid[parents])]
    result = []
    for parent in parents:
        if uniform(key, actors.uid[parent], 0) < rate:
            fit = st.weight @ (actors.capability[parent] / world.fields.frontier)
            fit = np.where(world.sectors.is_awake, fit, 0.0)
            result.append((int(actors.region[parent]), int(np.argmax(fit)), _SPIN_OFF, int(parent)))
    return result


def _found(
    world: World, parameters: Parameters, draws: Draws, wanted: list[tuple[int, int, str, int]], firm: IntArray
) -> None:
    """Give each entrant a row, knowledge, money, equipment and a first share of its market."""
    actors, st, p = world.actors, world.structure, parameters.turnover
    if not wanted:
        return
    slots = world.free_rows("actors", len(wanted))
    mean_sales, mean_level = _benchmarks(world, firm)
    key = draws.key("entrant")
    for ordinal, (slot, (r, s, cause, parent)) in enumerate(zip(slots, wanted, strict=False)):
        uid = make_uid(st.region_names[r], st.sector_names[s], cause, world.quarter, ordinal)
        knowledge = actors.capability[parent] * 0.8 if parent >= 0 else mean_level[r, s]
        factor = 0.8 + 0.3 * uniform(key, uid, 0)
        if cause == _OUTSIDER:
            factor *= 1.0 - p.outsider_disturbance * (1.0 - _supervise(world, r))
        size = p.entrant_size * mean_sales[r, s] * (0.5 + uniform(key, uid, 1))
        payer = world.rest_of_world if cause == _OUTSIDER else int(world.regions.household_slot[r])
        plant = st.capital_ratio[s] * size / parameters.investment.target_utilisation
        paid = transfer_to_entrant(world, payer, int(slot), p.entrant_cash * size + plant)
        scale = paid / (p.entrant_cash * size + plant)
        if scale < 0.2:
            transfer(world, int(slot), payer, float(actors.cash[slot]), Purpose.ENTRY)
            continue
        size, plant = size * scale, plant * scale
        world.names[int(uid)] = f"{st.sector_names[s].replace('_', ' ')} {cause} {world.quarter}-{ordinal}"
        _write_entrant(world, parameters, int(slot), uid, r, s, size, knowledge * factor, plant)
        world.events.add(
            Event.ENTRY, world.quarter, uid, region=r, channel=[_SUPPLIER, _SPIN_OFF, _OUTSIDER].index(cause),
            partner=actors.uid[parent] if parent >= 0 else 0, amount=size,
        )  # fmt: skip


def transfer_to_entrant(world: World, payer: int, slot: int, amount: float) -> float:
    """Pay the founding capital into a row that becomes a firm."""
    world.actors.kind[slot] = int(Kind.FIRM)
    world.actors.region[slot] = -1
    return transfer(world, payer, slot, min(amount, 0.02 * float(world.actors.cash[payer]) + 1e-9), Purpose.ENTRY)


def _supervise(world: World, r: int) -> float:
    """Pay inspectors from the supervision budget; return how much of an outsider's disturbance they prevent."""
    regions = world.regions
    budget = float(regions.budget[r, Instrument.SUPERVISION])
    paid = transfer(
        world, int(regions.government_slot[r]), int(regions.household_slot[r]), min(budget, _SUPERVISION_COST),
        Purpose.SUPERVISION,
    )  # fmt: skip
    regions.budget[r, Instrument.SUPERVISION] = max(0.0, budget - paid)
    return paid / _SUPERVISION_COST


def _benchmarks(world: World, firm: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean sales of SMEs and the mean capability of each market; the region's where a market is empty."""
    actors, st = world.actors, world.structure
    return benchmarks(
        firm, actors.region, actors.sector, actors.is_core, actors.sales, actors.capability, world.fields.frontier,
        st.n_regions, st.n_sectors,
    )  # fmt: skip


@kernel
def benchmarks(
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    is_core: BoolArray,
    sales: FloatArray,
    capability: FloatArray,
    frontier: FloatArray,
    n_regions: int,
    n_sectors: int,
) -> tuple[FloatArray, FloatArray]:
    """Return mean sales of SMEs (regions, sectors) and mean capability of firms (regions, sectors, fields).

    An empty market takes the region's means; an empty region one million yuan and a third of the frontier.
    """
    n_fields = len(frontier)
    size = np.zeros((n_regions, n_sectors + 1))
    smes = np.zeros((n_regions, n_sectors + 1))
    level = np.zeros((n_regions, n_sectors + 1, n_fields))
    number = np.zeros((n_regions, n_sectors + 1))
    for f in range(len(firm)):
        i = firm[f]
        for s in (sector[i], n_sectors):
            number[region[i], s] += 1.0
            if not is_core[i]:
                smes[region[i], s] += 1.0
                size[region[i], s] += sales[i]
            for k in range(n_fields):
                level[region[i], s, k] += capability[i, k]
    mean_size = np.empty((n_regions, n_sectors))
    mean_level = np.empty((n_regions, n_sectors, n_fields))
    for r in range(n_regions):
        for s in range(n_sectors):
            u = s if smes[r, s] > 0.0 else n_sectors
            mean_size[r, s] = max(size[r, u] / smes[r, u], 0.001) if smes[r, u] > 0.0 else 1.0
            u = s if number[r, s] > 0.0 else n_sectors
            for k in range(n_fields):
                mean_level[r, s, k] = level[r, u, k] / number[r, u] if number[r, u] > 0.0 else frontier[k] / 3.0
    return mean_size, mean_level


def _write_entrant(
    world: World,
    parameters: Parameters,
    slot: int,
    uid: np.uint64,
    r: int,
    s: int,
    size: float,
    knowledge: FloatArray,
    plant: float,
) -> None:
    """Fill the entrant's row; its plant is ordered on the next market, its share is taken from all others."""
    actors, st, regions = world.actors, world.structure, world.regions
    most = (1.0 + parameters.frontier.leapfrog) * world.fields.frontier
    knowledge = np.minimum(knowledge, most)
    actors.is_active[slot] = True
    actors.uid[slot] = uid
    actors.region[slot] = r
    actors.sector[slot] = s
    actors.born[slot] = world.quarter
    actors.capability[slot] = knowledge
    world.ledger.stock[slot, int(Origin.ENDOWMENT), int(Route.OWN)] = float(knowledge.sum())
    index = float((knowledge * st.weight[s]).sum())
    transfer(world, slot, world.market, plant, Purpose.EQUIPMENT)
    regions.pending_demand[r] += plant * st.equipment_share / max(float(st.equipment_share.sum()), 1e-12)
    actors.equipment[slot] = plant
    actors.equipment_level[slot] = index
    actors.quality[slot] = min(max(index / float((world.fields.frontier * st.weight[s]).sum()), 0.02), 1.2)
    actors.price[slot] = regions.mean_price[r, s]
    actors.unit_cost[slot] = 0.9 * regions.mean_price[r, s]
    actors.value_chain[slot] = 0.05
    actors.expected_orders[slot] = size
    actors.sales[slot] = 0.0
    base = parameters.production.base_wage / st.labour_share[s]
    actors.staff[slot] = 0.5 * size / max(base * index / parameters.production.reference_level, 1e-9)
    actors.mode[slot] = int(Mode.IMITATE)
    actors.research_intensity[slot] = 0.004
    actors.absorption[slot] = parameters.learning.absorption_base
    actors.management_fit[slot] = 0.3
    actors.outside_step_share[slot] = 0.5
    actors.skill[slot] = 0.2
    share = min(0.2, size / max(float(regions.demand[r, s]), size))
    rivals = np.flatnonzero(actors.is_active & (actors.kind == int(Kind.FIRM)) & (actors.region == r) & (actors.sector == s))
    actors.market_share[rivals] *= 1.0 - share
    regions.import_share[r, s] *= 1.0 - share
    actors.market_share[slot] = share
