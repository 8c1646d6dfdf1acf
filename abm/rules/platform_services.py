"""What innovation platforms do: members, fees, losses carried, quality, services (model.md line 4).

Services are shared facilities and university equipment, matching, technical service, pilots, venture introductions
and training (li 3.C; ren 2.3.2). A platform gives access, meetings and cheaper adoption, never capability (law 1).
Members differ in what they use and what it is worth to them, compare platforms, pay fees and leave when those exceed
the benefit; crowding lowers what each receives. Core members and then government carry early losses.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_platform_work import serve_members
from abm.kernels_platforms import review_memberships
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import books_of
from abm.state.codes import Event, Layer, TieOrigin
from abm.state.world import World
from abm.types import IntArray


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
               level_v = q_v / (1 + users_v / slots_v); benefit_i = fit_i sum over v that i uses of level_v / 6;
               joins where value benefit > fee (a university: benefit > university_effort (1 - openness)), leaves
               where it no longer is, moves where value (other benefit - own) > switch_cost; losses + 1 in a quarter
               in which fees and core members do not cover cost and the platform cannot do without public money, else 0
    Units      q, level, fit, benefit, fee and value over sales: 1; spending, cost: million yuan; losses: quarters
    Source     li 3.C (services, early losses), ren 2.3.2 (functions), 3.2 (closed universities, no pilots), 4.4
    Draws      "think about membership" by uid; lasting taste by pair, the same every quarter
    Off when   switches.platform = false
    """
    rows = np.flatnonzero(world.platforms.is_active)
    if not parameters.switches.platform or len(rows) == 0:
        return
    p, actors, platforms, regions = parameters.platforms, world.actors, world.platforms, world.regions
    projects, ties, st, books = world.projects, world.ties, world.structure, books_of(world)
    candidate, need, member, fit, due, openness, ended, joining = review_memberships(
        rows, actors.is_active, books.kind, books.region, actors.uid, actors.sector, actors.openness, books.cash,
        actors.sales, actors.capability, actors.mode, actors.planned_adoption, actors.loan_request,
        projects.is_active, projects.stage, projects.member, projects.n_members, st.weight, world.fields.frontier,
        platforms.actor, platforms.actor_uid, platforms.fit, platforms.quality, platforms.has_service, platforms.load,
        ties.is_active, ties.layer, ties.source, ties.target, draws.key("think about membership"),
        make_uid(world.seed, "membership"), st.n_regions, p.has_pilots, p.slots, p.pilot_slots, p.own_facilities,
        p.fee, p.fee_cap, p.review, p.value, p.switch_cost, p.university_effort, p.taste_spread,
    )  # fmt: skip
    serve_members(
        rows, candidate, need, member, fit, due, openness, actors.is_core, actors.sector, actors.sales,
        platforms.actor, platforms.quality, platforms.has_service, platforms.load, platforms.income, platforms.support,
        platforms.spending, platforms.n_members, platforms.loss_quarters, regions.budget, regions.government_slot,
        regions.household_slot, actors.service, books, st.n_sectors, p.running_cost, p.sponsoring, p.build, p.decay,
        p.slots, p.pilot_slots, p.own_facilities,
    )  # fmt: skip
    _end_memberships(world, ended)
    if len(joining) > 0:
        _begin_memberships(world, candidate[joining], member[joining])


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


def _begin_memberships(world: World, new: IntArray, rows: IntArray) -> None:
    """Open service ties and record who (slots) joined which platform (rows)."""
    actors, platform = world.actors, world.platforms.actor[rows]
    event = world.events.add(
        Event.MEMBER_JOINED, world.quarter, actors.uid[new], region=actors.region[new],
        partner=actors.uid[platform], cause=world.platforms.cause[rows],
    )  # fmt: skip
    tie_book.open_ties(world, platform, new, Layer.SERVICE, TieOrigin.PLATFORM, weight=1.0, trust=0.5, cause=event)
