"""Calls for key common technologies, the consortia that answer them, and national projects.

The government chooses the field that holds back several chains at once and shares the cost; firms, universities and
institutes form an alliance, and the ties it leaves behind carry what is found to others (li 3.A; ren 2.3.1). National
projects are paid from outside and go to where the best consortia are (ren 2.4.2).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_calls import alliances, applicants, most_common_field, most_stuck_field, promised, untied_pairs
from abm.kernels_projects import project_counts, project_uid
from abm.parameters import Calls, Innovation, Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.causes import needs_of
from abm.state.codes import Event, Instrument, Layer, ProjectKind, TieOrigin
from abm.state.columns import read_only
from abm.state.projects import open_projects
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import people_cost

_CALL = int(ProjectKind.CALL)
_POOL = 24
"""Most actors a leader looks at besides its own partners."""
_LOCAL_ORDINAL = 1000
"""Code that tells a project of a call from those its leader starts itself."""
_NATIONAL_ORDINAL = 1001
"""Code, the same for a national project."""


@rule(
    writes=("projects.*", "actors.n_projects", *tie_book.WRITES),
    source="li:3.A; li:4.3; ren:2.3.1; ren:2.4.2; zhao2020:III.D",
    off={"switches.common_technology": False},
    needs_rows={"projects": 0.25, "ties": 0.25},
)
def run_calls(world: World, parameters: Parameters, draws: Draws) -> None:
    """Once a year each region calls for its key common technology, and the best consortium may win a national project.

    Equation   field = argmax commonness among fields whose need is at least chain_part of that of `chains` chains;
               score_j = skill_weight x_jk + trust_weight tau + noise u + variety_weight if of a new kind or sector;
               awards <= (budget - commitments) / (paid_share full cost); P(national) = rate x_leader
    Units      x, tau, u: 1; budget, cost: million yuan; rate: 1/year
    Source     li 3.A, 4(3) (alliances for common technologies); ren 2.3.1, 2.4.2; zhao2020 III.D (access of SMEs)
    Draws      judge call (an actor, a pair), win national project (a region)
    Off when   switches.common_technology is off
    """
    p = parameters.calls
    if not (parameters.switches.common_technology and parameters.switches.innovation):
        return
    if world.quarter % p.interval:
        return
    for region in range(world.structure.n_regions):
        number, field = _room_for_awards(world, parameters, region), common_field(world, p, region)
        if number > 0 and field >= 0:
            _local_call(world, parameters, draws, region, field, number)
        _national_project(world, parameters, draws, region)
    a, pr = world.actors, world.projects
    a.n_projects[:] = project_counts(pr.is_active, pr.stage, pr.n_members, pr.member, a.rows)


def common_field(world: World, p: Calls, region: int) -> int:
    """Return the field with the largest commonness that several chains need, -1 if there is none."""
    needs = world.needs
    return most_common_field(needs.exposure[region], needs.commonness[region], p.chain_part, p.chains)


def stage_costs(p: Innovation) -> tuple[FloatArray, FloatArray]:
    """Return the cost factor of each stage, and the cost of all later stages per unit of research cost."""
    factor = np.array((1.0, p.development_cost, p.pilot_cost, p.industrialisation_cost))
    quarters = (p.research_quarters, p.development_quarters, p.pilot_quarters, p.industrialisation_quarters)
    whole = factor * quarters
    return factor, whole[::-1].cumsum()[::-1] - whole


def _cost(world: World, parameters: Parameters, region: int) -> float:
    """Return the cost of a quarter of research of a consortium at the region's wage, million yuan."""
    return parameters.calls.project_cost * float(people_cost(world.regions.wage, parameters.production)[region])


def _room_for_awards(world: World, parameters: Parameters, region: int) -> int:
    """Return how many projects the region's call budget can carry to their end, after what is promised already."""
    p, pr = parameters.calls, world.projects
    factor, later = stage_costs(parameters.innovation)
    due = p.paid_share * promised(
        region, pr.is_active, pr.kind, pr.stage, pr.is_national, pr.region, pr.cost, pr.remaining, factor, later
    )
    free = float(world.regions.budget[region, Instrument.CALL]) - due
    each = p.paid_share * _cost(world, parameters, region) * (parameters.innovation.research_quarters + float(later[0]))
    return p.most_awards if each <= 0.0 else int(min(float(p.most_awards), max(0.0, free // each)))


def _local_call(world: World, parameters: Parameters, draws: Draws, region: int, field: int, number: int) -> None:
    government = world.regions.government_slot[region]
    opened = world.events.add(
        Event.CALL_OPENED, world.quarter, world.actors.uid[government], region=region, field=field,
        channel=int(Instrument.CALL), amount=world.regions.budget[region, Instrument.CALL],
        cause=needs_of(world, *np.array([[region], [-1], [field]])),
    )  # fmt: skip
    found = _applications(world, parameters, draws, region, field, 2 * number + 1)[:number]
    _award(world, parameters, found, field, int(opened[0]), is_national=False)


def _national_project(world: World, parameters: Parameters, draws: Draws, region: int) -> None:
    """Let the region's best consortium in its most stuck field compete for a national project."""
    p = parameters.calls
    field = most_stuck_field(world.needs.exposure[region]) if p.national_rate > 0.0 else -1
    if field < 0:
        return
    government = world.regions.government_slot[region]
    draw = uniform(draws.key("win national project"), world.actors.uid[government], 0)
    rate = 1.0 - (1.0 - p.national_rate) ** (p.interval / 4.0)
    if draw >= rate:
        return
    found = _applications(world, parameters, draws, region, field, 3)[:1]
    if len(found) and draw < rate * world.actors.capability[found[0, 0], field] / world.fields.frontier[field]:
        _award(world, parameters, found, field, -1, is_national=True)


def _applications(world: World, parameters: Parameters, draws: Draws, region: int, field: int, number: int) -> IntArray:
    """Return the members of the consortia of the `number` best leaders, best first, shape (consortia, members).

    Leaders come first, -1 stands for none; of equal consortia that of the better leader comes first.
    """
    p, a, lists = parameters.calls, world.actors, world.neighbours()
    frontier, weight, key = world.fields.frontier, world.structure.weight, draws.key("judge call")
    pool, leaders = applicants(
        region, field, a.is_active, a.kind, a.region, a.sector, a.mode, a.is_reached, a.uid, a.research_budget,
        a.capability, frontier, weight, _POOL, number, p.skill_weight, p.judgement_noise, key,
    )  # fmt: skip
    member, merit = alliances(
        leaders, pool, field, a.is_active, a.kind, a.region, a.sector, a.uid, a.capability, frontier, weight,
        lists.start, lists.other, lists.tie, read_only(world.ties.layer), world.ties.trust, p.partners,
        p.skill_weight, p.trust_weight, p.variety_weight, p.judgement_noise, key,
    )  # fmt: skip
    with_firm = [c for c, value in enumerate(merit.tolist()) if value >= 0.0]
    return member[sorted(with_firm, key=lambda c: -round(float(merit[c]), 9))]


def _award(
    world: World, parameters: Parameters, consortia: IntArray, field: int, cause: int, *, is_national: bool
) -> None:
    """Start the projects of consortia, and tie the members of each to each other."""
    p, a, lists, layer = parameters.calls, world.actors, world.neighbours(), read_only(world.ties.layer)
    ordinal = _NATIONAL_ORDINAL if is_national else _LOCAL_ORDINAL
    for place, member in enumerate(consortia):
        leader = int(member[0])
        cost = _cost(world, parameters, int(a.region[leader]))
        uid = np.array([project_uid(a.uid[leader], world.quarter, ordinal)], dtype=np.uint64)
        awarded = world.events.add(
            Event.CALL_AWARDED, world.quarter, a.uid[leader], region=a.region[leader], partner=a.uid[member[1]],
            project=uid, field=field, channel=int(is_national), amount=cost, cause=cause,
        )  # fmt: skip
        open_projects(
            world, uid, member[None, :], np.array([field]), np.array([cost]), kind=_CALL,
            remaining=parameters.innovation.research_quarters, is_pull=True, tie_origin=int(TieOrigin.CALL),
            sector=a.sector[leader], is_national=is_national, cause=awarded,
        )  # fmt: skip
        source, target = untied_pairs(member, consortia[:place], lists.start, lists.other, lists.tie, layer)
        if len(source):
            tie_book.open_ties(
                world, source, target, Layer.RESEARCH, TieOrigin.CALL, weight=p.tie_weight, trust=p.initial_trust,
                cause=awarded,
            )  # fmt: skip
