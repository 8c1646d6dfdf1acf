"""What innovation platforms do: members, fees, losses carried, quality, services (model.md line 4).

Services are shared facilities and university equipment, matching, technical service, pilots, venture introductions
and training (li 3.C; ren 2.3.2). A platform gives access, meetings and cheaper adoption, never capability (law 1).
Members differ in what services are worth to them, pay fees and leave when those exceed the benefit; crowding lowers
what each receives. Government and core members carry early losses.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_platform_work import balance, collect_fees, give_services, improve, mean_openness, service_levels
from abm.kernels_platforms import current_members, ended_memberships, fees, membership, service_use
from abm.parameters import Parameters
from abm.parameters import Platforms as PlatformParameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import books_of
from abm.state.codes import Event, Kind, Layer, Service, TieOrigin
from abm.state.columns import read_only
from abm.state.groups import firms_and_universities, regional_sum
from abm.state.world import World
from abm.types import FloatArray, IntArray

_PILOT = int(Service.PILOT)


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
    p, actors, platforms = parameters.platforms, world.actors, world.platforms
    candidate = firms_and_universities(read_only(actors.is_active), world.kind_and_region()[0])
    openness = mean_openness(candidate, actors.kind, actors.region, actors.openness, world.structure.n_regions)
    platforms.has_service[rows, _PILOT] = p.has_pilots
    _, mean_level = _service_levels(world, p, rows, openness)
    due = fees(
        candidate, *world.kind_and_region(), actors.sales, world.structure.n_regions, p.fee, p.fee_cap
    )  # fmt: skip
    member, fit = _review(world, p, draws, rows, candidate, due, mean_level)
    cost = _running_cost(world, p)
    _collect_and_spend(world, p, rows, cost, candidate, member, due)
    users, diversity = service_use(
        candidate, member, actors.kind, actors.sector, actors.mode, actors.planned_adoption, actors.n_projects,
        actors.loan_request, platforms.rows, world.structure.n_sectors,
    )  # fmt: skip
    improve(rows, cost, platforms.spending, platforms.has_service, diversity, platforms.quality, p.build, p.decay)
    platforms.load[rows] = users[rows]
    level, _ = _service_levels(world, p, rows, openness)
    give_services(candidate, member, fit, level, actors.service)


def _service_levels(
    world: World, p: PlatformParameters, rows: IntArray, openness: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what a member of full fit gets of each service, (platform rows, services), and its mean."""
    platforms = world.platforms
    region = world.actors.region[platforms.actor]
    return service_levels(
        rows, region, platforms.quality, platforms.has_service, platforms.load, openness, p.slots, p.pilot_slots,
        p.own_facilities,
    )  # fmt: skip


def _review(
    world: World,
    p: PlatformParameters,
    draws: Draws,
    rows: IntArray,
    candidate: IntArray,
    due: FloatArray,
    offer: FloatArray,
) -> tuple[IntArray, FloatArray]:
    """Let candidates think about membership; return the platform (row) of each, -1 for none, and its fit."""
    actors, platforms, ties, st = world.actors, world.platforms, world.ties, world.structure
    before = current_members(
        rows, platforms.actor, ties.is_active, ties.layer, ties.source, ties.target, actors.rows
    )  # fmt: skip
    after, fit = membership(
        candidate, actors.kind, actors.region, actors.uid, actors.sector, actors.openness, actors.cash, actors.sales,
        actors.capability, due, before, st.weight, world.fields.frontier, rows, actors.region[platforms.actor],
        platforms.actor_uid, platforms.fit, offer, draws.key("think about membership"),
        make_uid(world.seed, "membership"), p.review, p.value, p.taste_spread,
    )  # fmt: skip
    _end_memberships(world, ended_memberships(candidate, before, after, ties.is_active, ties.layer, ties.target))
    joins = np.flatnonzero(after > before[candidate])
    if len(joins) > 0:
        _begin_memberships(world, candidate[joins], platforms.actor[after[joins]])
    return after, fit


def _end_memberships(world: World, ended: IntArray) -> None:
    """Close service ties and record who left."""
    if len(ended) == 0:
        return
    ties = world.ties
    world.events.add(
        Event.MEMBER_LEFT, world.quarter, ties.target_uid[ended], region=world.actors.region[ties.target[ended]],
        partner=ties.source_uid[ended], amount=world.quarter - ties.born[ended],
    )  # fmt: skip
    tie_book.close_ties(world, ended)


def _begin_memberships(world: World, new: IntArray, platform: IntArray) -> None:
    """Open service ties and record who joined which platform; both are slots."""
    actors = world.actors
    event = world.events.add(
        Event.MEMBER_JOINED, world.quarter, actors.uid[new], region=actors.region[new], partner=actors.uid[platform]
    )
    tie_book.open_ties(world, platform, new, Layer.SERVICE, TieOrigin.PLATFORM, weight=1.0, trust=0.5, cause=event)


def _running_cost(world: World, p: PlatformParameters) -> FloatArray:
    """Return what the platform of each row normally costs this quarter."""
    actors = world.actors
    _, region = world.kind_and_region()
    sales = regional_sum(world.slots(Kind.FIRM), region, actors.sales, world.structure.n_regions)
    result: FloatArray = p.running_cost * sales[region[world.platforms.actor]]
    return result


def _collect_and_spend(
    world: World, p: PlatformParameters, rows: IntArray, cost: FloatArray, candidate: IntArray, member: IntArray,
    due: FloatArray,
) -> None:  # fmt: skip
    """Collect fees, let government and then core members carry what is missing, and pay the staff of the platforms."""
    actors, platforms, regions, books = world.actors, world.platforms, world.regions, books_of(world)
    collect_fees(
        rows, candidate, member, due, cost, platforms.actor, platforms.income, platforms.n_members,
        platforms.loss_quarters, books,
    )  # fmt: skip
    balance(
        rows, candidate, member, actors.is_core, actors.sales, platforms.actor, actors.region[platforms.actor], cost,
        platforms.support, platforms.spending, regions.budget, regions.government_slot, regions.household_slot,
        p.sponsoring, books,
    )  # fmt: skip
