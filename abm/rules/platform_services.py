"""What innovation platforms do: members, fees, losses carried, quality, services (model.md line 4).

Services are shared facilities and university equipment, matching, technical service, pilots, venture introductions
and training (li 3.C; ren 2.3.2). A platform gives access, meetings and cheaper adoption, never capability (law 1).
Members differ in what services are worth to them, pay fees and leave when those exceed the benefit; crowding lowers
what each receives. Government and core members carry early losses.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_platforms import fees, member_fits, membership, service_use
from abm.parameters import Parameters
from abm.parameters import Platforms as PlatformParameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import transfer
from abm.state.codes import N_SERVICES, Event, Instrument, Kind, Layer, Purpose, Service, TieOrigin
from abm.state.world import World
from abm.types import FloatArray, IntArray

_PLATFORM = int(Instrument.PLATFORM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_FACILITIES, _PILOT = int(Service.FACILITIES), int(Service.PILOT)


@rule(
    writes=(
        "platforms.quality", "platforms.load", "platforms.has_service", "platforms.income", "platforms.support",
        "platforms.spending", "platforms.loss_quarters", "platforms.n_members", "actors.service", "regions.budget",
        *tie_book.WRITES, *accounts.WRITES,
    ),
    source="li:3.C; ren:2.3.2; ren:3.2; ren:4.4",
    off={"switches.platform": False},
    needs_rows={"ties": 0.5},
)  # fmt: skip
def run_platforms(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms and universities join and leave; platforms collect fees, are helped, spend, and serve their members.

    Equation   q_v <- q_v + build spending / cost (1 + diversity) / 2 (1 - q_v) 6 / services - decay q_v;
               service_iv = fit_i q_v / (1 + users_v / slots_v); member if value fit sum_v service_v / 6 > fee
    Units      q, service, fit, fee and value over sales: 1; spending, cost: million yuan per quarter
    Source     li 3.C (services, early losses), ren 2.3.2 (functions), 3.2 (closed universities, no pilots), 4.4
    Draws      "think about membership" by uid; lasting taste by pair and openness by uid, the same every quarter
    Off when   switches.platform = false
    """
    rows = np.flatnonzero(world.platforms.is_active)
    if not parameters.switches.platform or len(rows) == 0:
        return
    p, actors, platforms, ties = parameters.platforms, world.actors, world.platforms, world.ties
    candidate = np.flatnonzero(actors.is_active & (actors.kind <= _UNIVERSITY))
    slot = platforms.actor[rows]
    lasting = make_uid(world.seed, "membership")
    fits = member_fits(
        candidate, actors.region, actors.uid, actors.sector, world.structure.weight,
        actors.capability / world.fields.frontier, actors.region[slot], actors.uid[slot], platforms.fit[rows],
        lasting, p.taste_spread,
    )  # fmt: skip
    services = np.flatnonzero(ties.is_active & (ties.layer == int(Layer.SERVICE)))
    index_of = np.full(actors.rows, -1, dtype=np.int64)
    index_of[slot] = np.arange(len(rows))
    member = np.full(actors.rows, -1, dtype=np.int64)
    member[ties.target[services]] = index_of[ties.source[services]]
    before = member[candidate]
    platforms.has_service[rows, _PILOT] = p.has_pilots
    offer = _service_levels(world, p, rows)
    due, fee = fees(world, p, candidate)
    after = membership(
        candidate, actors.kind, actors.uid, actors.openness, actors.cash, due, fee, before, fits,
        offer.sum(axis=1) / N_SERVICES, draws.key("think about membership"), lasting, p.review, p.value,
    )  # fmt: skip
    _change_members(world, slot, candidate, before, after, services)
    cost = _running_cost(world, p, rows)
    _balance(world, p, rows, cost, candidate, after, due)
    users, diversity = service_use(
        candidate, after, actors.kind, actors.sector, actors.mode, actors.planned_adoption, actors.n_projects,
        actors.loan_request, len(rows), world.structure.n_sectors,
    )  # fmt: skip
    _improve(world, p, rows, cost, users, diversity)
    offer = np.vstack((_service_levels(world, p, rows), np.zeros(N_SERVICES)))
    fit = np.where(after >= 0, fits[np.arange(len(after)), after], 0.0)
    actors.service[candidate] = np.minimum(1.0, offer[after] * fit[:, None])


def _service_levels(world: World, p: PlatformParameters, rows: IntArray) -> FloatArray:
    """Return what a member of full fit gets of each service, shape (platforms, services)."""
    actors, platforms = world.actors, world.platforms
    slots = np.full(N_SERVICES, p.slots)
    slots[_PILOT] = p.pilot_slots
    level: FloatArray = platforms.quality[rows] * platforms.has_service[rows] / (1.0 + platforms.load[rows] / slots)
    university = world.slots(Kind.UNIVERSITY)
    n_regions = world.structure.n_regions
    count = np.bincount(actors.region[university], minlength=n_regions)
    openness = np.bincount(actors.region[university], actors.openness[university], n_regions) / np.maximum(count, 1)
    here = openness[actors.region[platforms.actor[rows]]]
    level[:, _FACILITIES] *= p.own_facilities + (1.0 - p.own_facilities) * here
    return level


def _change_members(
    world: World, slot: IntArray, candidate: IntArray, before: IntArray, after: IntArray, services: IntArray
) -> None:
    """Open and close service ties and record who joined and who left."""
    ties, actors = world.ties, world.actors
    joins = np.flatnonzero((before < 0) & (after >= 0))
    leaves = candidate[(before >= 0) & (after < 0)]
    has_left = np.zeros(actors.rows, dtype=np.bool_)
    has_left[leaves] = True
    ended = services[has_left[ties.target[services]]]
    world.events.add(
        Event.MEMBER_LEFT, world.quarter, ties.target_uid[ended], region=actors.region[ties.target[ended]],
        partner=ties.source_uid[ended], amount=world.quarter - ties.born[ended],
    )  # fmt: skip
    tie_book.close_ties(world, ended)
    if len(joins) == 0:
        return
    new, platform = candidate[joins], slot[after[joins]]
    event = world.events.add(
        Event.MEMBER_JOINED, world.quarter, actors.uid[new], region=actors.region[new], partner=actors.uid[platform]
    )
    tie_book.open_ties(world, platform, new, Layer.SERVICE, TieOrigin.PLATFORM, weight=1.0, trust=0.5, cause=event)


def _running_cost(world: World, p: PlatformParameters, rows: IntArray) -> FloatArray:
    """Return what each platform normally costs this quarter."""
    actors = world.actors
    firm = world.slots(Kind.FIRM)
    sales = np.bincount(actors.region[firm], actors.sales[firm], world.structure.n_regions).astype(np.float64)
    result: FloatArray = p.running_cost * sales[actors.region[world.platforms.actor[rows]]]
    return result


def _balance(
    world: World, p: PlatformParameters, rows: IntArray, cost: FloatArray, candidate: IntArray, member: IntArray,
    due: FloatArray,
) -> None:  # fmt: skip
    """Collect fees, let government and then core members carry what is missing, and pay the staff of the platforms."""
    actors, platforms, regions = world.actors, world.platforms, world.regions
    slot = platforms.actor[rows]
    place = actors.region[slot]
    own = candidate[member >= 0]
    cash = actors.cash[slot]
    transfer(world, own, slot[member[member >= 0]], due[member >= 0], Purpose.FEE)
    platforms.income[rows] = actors.cash[slot] - cash
    cash = actors.cash[slot]
    missing = np.maximum(0.0, 2.0 * cost - cash)
    number = np.bincount(place, minlength=world.structure.n_regions)
    public = np.minimum(missing, (regions.budget[:, _PLATFORM] / np.maximum(number, 1))[place])
    transfer(world, regions.government_slot[place], slot, public, Purpose.PLATFORM_SUPPORT)
    paid = actors.cash[slot] - cash
    spent = np.bincount(place, paid, world.structure.n_regions)
    regions.budget[:, _PLATFORM] = np.maximum(0.0, regions.budget[:, _PLATFORM] - spent)
    is_sponsor = (member >= 0) & actors.is_core[candidate]
    sponsor, helped = candidate[is_sponsor], member[is_sponsor]
    can = p.sponsoring * actors.sales[sponsor]
    offered = np.bincount(helped, can, len(rows))
    left = np.maximum(0.0, missing - paid)
    share = np.minimum(1.0, left / np.maximum(offered, 1e-12))
    transfer(world, sponsor, slot[helped], can * share[helped], Purpose.PLATFORM_SUPPORT)
    platforms.support[rows] = actors.cash[slot] - cash
    wanted = cost + 0.25 * np.maximum(0.0, actors.cash[slot] - 4.0 * cost)
    cash = actors.cash[slot]
    transfer(world, slot, regions.household_slot[place], np.minimum(wanted, cash), Purpose.PLATFORM_COST)
    platforms.spending[rows] = cash - actors.cash[slot]
    is_loss = platforms.income[rows] < cost
    platforms.loss_quarters[rows] = np.where(is_loss, platforms.loss_quarters[rows] + 1, 0)
    platforms.n_members[rows] = np.bincount(member[member >= 0], minlength=len(rows))


def _improve(
    world: World, p: PlatformParameters, rows: IntArray, cost: FloatArray, users: FloatArray, diversity: FloatArray
) -> None:
    """Record the users of each service; let quality grow with spending and with diversity, and decay."""
    platforms = world.platforms
    effort = np.minimum(2.0, platforms.spending[rows] / np.maximum(cost, 1e-12)) * (1.0 + diversity) / 2.0
    has_service = platforms.has_service[rows]
    per_service = N_SERVICES / np.maximum(has_service.sum(axis=1), 1)
    quality = platforms.quality[rows]
    growth = np.minimum(1.0, p.build * effort * per_service)[:, None] * has_service * (1.0 - quality)
    platforms.quality[rows] = np.clip(quality + growth - p.decay * quality, 0.0, 1.0)
    platforms.load[rows] = users
