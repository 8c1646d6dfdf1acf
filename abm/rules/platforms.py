"""Innovation platforms open and close (model.md line 4; li 3.C; ren 2.3.2, 3.2, 4.4).

A platform is a carrier of several sub-platforms, one per service. It is born with public money where a region wants
one, specialises on the fields of a sector that is at home there, and loses money at first. When the patience of those
who carry the losses ends, it closes. What platforms do while they live stands in `abm.rules.platform_services`.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_platform_prospect import expected_income
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state import platforms as platform_book
from abm.state import ties as tie_book
from abm.state.accounts import transfer
from abm.state.closing import ties_of
from abm.state.codes import Event, Instrument, Kind, Layer, Purpose, TieOrigin
from abm.state.network import make_roster, pick, ring_point
from abm.state.tables import Actors
from abm.state.ties import platform_of
from abm.state.world import World
from abm.types import FloatArray

_PLATFORM = int(Instrument.PLATFORM)
_PLATFORM_COLUMNS = ("is_active", "uid", "kind", "region", "born")
"""Columns of an actor that a platform fills, besides its cash: it has no capability of its own (law 1)."""
_ROWS: tuple[str, ...] = tuple(f"actors.{column}" for column in _PLATFORM_COLUMNS)


@rule(
    writes=(*_ROWS, "platforms.*", "regions.budget", *tie_book.WRITES, *accounts.WRITES),
    source="li:3.C; ren:2.3.2; ren:3.2",
    off={"switches.platform": False},
    needs_rows={"actors": 0.02, "platforms": 0.0, "ties": 0.05},
)  # fmt: skip
def open_platforms(world: World, parameters: Parameters, draws: Draws) -> None:
    """A region opens a platform when it wants more, is ready, has the money, and expects fees to cover cost in time.

    Equation   open if platforms < wanted, quarter >= open_quarter, u < open_probability,
               budget >= start_quarters running_cost regional sales and
               fees expected by the end of patience >= prospect running_cost regional sales; specialisation
               f = (W_s + mean W) / 2 for the sector s of a firm drawn from those not served yet
    Units      money: million yuan; f: 1, sums to 1 over fields
    Source     li 3.C (needs strong support of government), ren 2.3.2, 3.2 (may lack pilots)
    Draws      "platform opens" by the government's uid; the firm whose sector it serves, on a ring, by the same
    Off when   switches.platform = false
    """
    p = parameters.platforms
    if not parameters.switches.platform or world.quarter < p.open_quarter:
        return
    key = draws.key("platform opens")
    for r in range(world.structure.n_regions):
        _consider(world, parameters, key, r)


def _consider(world: World, parameters: Parameters, key: np.uint64, region: int) -> None:
    """Open a platform in a region if it wants one, is ready and can pay, and if members could carry it one day."""
    p, actors, platforms, regions = parameters.platforms, world.actors, world.platforms, world.regions
    if uniform(key, actors.uid[regions.government_slot[region]], 0) >= p.open_probability:
        return
    running = actors.region[platforms.actor[platforms.is_active]]
    firm = world.slots(Kind.FIRM)
    sales = float(actors.sales[firm[actors.region[firm] == region]].sum())
    start = p.start_quarters * p.running_cost * sales
    if np.count_nonzero(running == region) >= p.wanted or sales <= 0.0 or regions.budget[region, _PLATFORM] < start:
        return
    uid = make_uid(world.structure.region_names[region], "platform", world.quarter)
    fit = _specialisation(world, region, key)
    if p.prospect == 0.0 or expected_fees(world, parameters, region, uid, fit) >= p.prospect * p.running_cost * sales:
        _open(world, parameters, region, uid, fit, start)


def expected_fees(world: World, parameters: Parameters, region: int, uid: np.uint64, fit: FloatArray) -> float:
    """Return the fees a platform can expect of the firms no platform serves, by the time patience with losses ends."""
    p, actors, projects, ties, st = parameters.platforms, world.actors, world.projects, world.ties, world.structure
    return expected_income(
        region, actors.is_active, *world.kind_and_region(), actors.uid, actors.sector, actors.openness, actors.sales,
        actors.mode, actors.planned_adoption, actors.loan_request, projects.is_active, projects.stage,
        projects.member, projects.n_members, ties.is_active, ties.layer, ties.source, ties.target, st.weight, uid, fit,
        make_uid(world.seed, "membership"), st.n_regions, platform_book.FIRST_QUALITY, parameters.policy.patience,
        p.has_pilots, p.fee, p.fee_cap, p.build, p.decay, p.slots, p.pilot_slots, p.own_facilities, p.value,
        p.taste_spread,
    )  # fmt: skip


def _open(world: World, parameters: Parameters, region: int, uid: np.uint64, fit: FloatArray, start: float) -> None:
    """Give a new platform its rows, its money, its specialisation and its first members: banks and funds."""
    actors, regions, st = world.actors, world.regions, world.structure
    slots = world.free_rows("actors", 1)
    if len(slots) == 0 or len(world.free_rows("platforms", 1)) == 0:
        return
    slot, government = int(slots[0]), int(regions.government_slot[region])
    actors.is_active[slot] = True
    actors.uid[slot] = uid
    actors.kind[slot] = int(Kind.PLATFORM)
    actors.region[slot] = region
    actors.born[slot] = world.quarter
    world.names[int(uid)] = f"{st.region_names[region]}-platform-{world.quarter}"
    rows = platform_book.open_rows(world, slots, fit, has_pilots=parameters.platforms.has_pilots)
    paid = transfer(world, government, slot, start, Purpose.PLATFORM_SUPPORT)
    regions.budget[region, _PLATFORM] = max(0.0, float(regions.budget[region, _PLATFORM]) - paid)
    event = world.events.add(
        Event.PLATFORM_OPENED, world.quarter, uid, region=region, partner=actors.uid[government], amount=paid
    )
    world.platforms.cause[rows] = event
    kinds = (int(Kind.BANK), int(Kind.VENTURE_FUND), int(Kind.GUARANTEE_FUND))
    funds = np.flatnonzero(actors.is_active & np.isin(actors.kind, kinds) & (actors.region == region))
    tie_book.open_ties(
        world,
        np.full(len(funds), slot),
        funds,
        Layer.SERVICE,
        TieOrigin.PLATFORM,
        weight=1.0,
        trust=0.5,
        cause=event[0],
    )


def _specialisation(world: World, region: int, key: np.uint64) -> FloatArray:
    """Return the fields a new platform serves: half those of a drawn firm's sector, half those of all sectors.

    The firm is drawn from those no platform serves yet, where there are any.
    """
    actors, st = world.actors, world.structure
    is_here = actors.is_active & (actors.kind == int(Kind.FIRM)) & (actors.region == region)
    is_unserved = is_here & (platform_of(world) < 0)
    group = np.where(is_unserved if is_unserved.any() else is_here, 0, -1)
    roster = make_roster(group, 1, actors.uid, key)
    point = np.uint64(ring_point(key, actors.uid[world.regions.government_slot[region]], 1))
    firm = pick(roster.start, roster.ring, roster.slot, 0, point)
    result: FloatArray = 0.5 * st.weight[actors.sector[firm]] + 0.5 * st.weight.mean(axis=0)
    return result


@rule(
    writes=(*_ROWS, "platforms.*", "actors.service", *tie_book.WRITES, *accounts.WRITES),
    source="li:3.C",
    off={"policy.patience": 100},
)
def close_platforms(world: World, parameters: Parameters, draws: Draws) -> None:
    """A platform closes when its losses outlast patience, or when platforms are switched off.

    Equation   close if quarters in a row that needed public money > patience; what cash is left goes to households
    Units      patience: quarters; 100 means for ever
    Source     li 3.C (short-term profit is not ideal; strong support must continue)
    Draws      none
    Off when   policy.patience = 100
    """
    platforms, actors = world.platforms, world.actors
    patience = parameters.policy.patience
    if not parameters.switches.platform:
        rows = np.flatnonzero(platforms.is_active)
    elif patience < 100:
        rows = np.flatnonzero(platforms.is_active & (platforms.loss_quarters > patience))
    else:
        return
    if len(rows) == 0:
        return
    slots = platforms.actor[rows].copy()
    closed = world.events.add(
        Event.PLATFORM_CLOSED, world.quarter, actors.uid[slots], region=actors.region[slots],
        amount=world.quarter - platforms.opened[rows], cause=platforms.cause[rows],
    )  # fmt: skip
    ties = world.ties
    is_closing = np.zeros(actors.rows, dtype=np.bool_)
    is_closing[slots] = True
    tied = ties_of(is_closing, ties.is_active, ties.source, ties.target)
    actors.service[ties.target[tied[ties.layer[tied] == int(Layer.SERVICE)]]] = 0.0
    tie_book.close_ties(world, tied, int(closed[0]) if len(closed) == 1 else -1)
    household = world.regions.household_slot[actors.region[slots]]
    transfer(world, slots, household, actors.cash[slots], Purpose.LIQUIDATION)
    platforms.is_active[rows] = False
    for column in _PLATFORM_COLUMNS:
        getattr(actors, column)[slots] = Actors.declared()[column].fill
