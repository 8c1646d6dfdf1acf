"""Calls for key common technologies, the consortia that answer them, and national projects.

The government chooses the field that holds back several chains at once and shares the cost; firms, universities and
institutes form an alliance, and the ties it leaves behind carry what is found to others (li 3.A; ren 2.3.1). National
projects are paid from outside and go to where the best consortia are (ren 2.4.2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import project_counts, project_uid, research_tie
from abm.parameters import Calls, Innovation, Parameters
from abm.randomness import Draws, pair_uid, uniform
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.codes import Event, Instrument, Kind, Layer, Mode, ProjectKind, Stage, TieOrigin
from abm.state.columns import read_only
from abm.state.network import ring_points
from abm.state.projects import open_projects
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_CALL = int(ProjectKind.CALL)
_POOL = 24
"""Most actors a leader looks at besides its own partners."""
_LOCAL_ORDINAL = 1000
_NATIONAL_ORDINAL = 1001


class Consortium(NamedTuple):
    """An alliance that applies: leader first, and how it is judged."""

    member: IntArray
    merit: float


@kernel
def judged_skill(
    slot: IntArray, uid: UidArray, standing: FloatArray, skill_weight: float, noise: float, key: np.uint64
) -> FloatArray:
    """Return how able each actor in `slot` appears: skill_weight x + noise u."""
    score = np.empty(len(slot))
    for c in range(len(slot)):
        score[c] = skill_weight * standing[slot[c]] + noise * uniform(key, uid[slot[c]], 0)
    return score


@kernel
def partner_scores(
    leader: int,
    candidate: IntArray,
    uid: UidArray,
    standing: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    trust: FloatArray,
    skill_weight: float,
    trust_weight: float,
    noise: float,
    key: np.uint64,
) -> tuple[FloatArray, FloatArray]:
    """Return each candidate's score, skill_weight x + trust_weight tau + noise u, and its trust with the leader."""
    score = np.empty(len(candidate))
    bond = np.zeros(len(candidate))
    for c in range(len(candidate)):
        j = candidate[c]
        row = research_tie(start, other, tie, layer, leader, j)
        if row >= 0:
            bond[c] = trust[row]
        chance = uniform(key, pair_uid(uid[leader], uid[j]), 0)
        score[c] = skill_weight * standing[j] + trust_weight * bond[c] + noise * chance
    return score, bond


@kernel
def policy_reached(slot: IntArray, uid: UidArray, is_open: BoolArray, access: float, key: np.uint64) -> BoolArray:
    """Tell which actors hear of the call in time; `is_open` marks those that always do."""
    reached = np.empty(len(slot), np.bool_)
    for c in range(len(slot)):
        reached[c] = is_open[slot[c]] or uniform(key, uid[slot[c]], 0) < access
    return reached


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
    Draws      judge call (an actor, a pair), reach a policy (an actor), win national project (a region)
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
    need = world.needs.exposure[region].sum(axis=1)
    total = need.sum(axis=1, keepdims=True)
    is_large = (need >= p.chain_part * total) & (need > 0.0)
    commonness = np.where(is_large.sum(axis=0) >= p.chains, world.needs.commonness[region], 0.0)
    return int(commonness.argmax()) if commonness.max(initial=0.0) > 0.0 else -1


def stage_costs(p: Innovation) -> tuple[FloatArray, FloatArray]:
    """Return the cost factor of each stage, and the cost of all later stages per unit of research cost."""
    factor = np.array((1.0, p.development_cost, p.pilot_cost, p.industrialisation_cost))
    quarters = (p.research_quarters, p.development_quarters, p.pilot_quarters, p.industrialisation_quarters)
    whole = factor * quarters
    return factor, whole[::-1].cumsum()[::-1] - whole


def _room_for_awards(world: World, parameters: Parameters, region: int) -> int:
    """Return how many projects the region's call budget can carry to their end, after what is promised already."""
    p, pr = parameters.calls, world.projects
    factor, later = stage_costs(parameters.innovation)
    running = pr.is_active & (pr.kind == _CALL) & ~pr.is_national & (pr.region == region)
    rows = np.flatnonzero(running & (pr.stage != int(Stage.SHELVED)))
    stage, cost = pr.stage[rows], pr.cost[rows]
    promised = p.paid_share * float((cost * (pr.remaining[rows] + later[stage] / factor[stage])).sum())
    free = float(world.regions.budget[region, Instrument.CALL]) - promised
    each = p.paid_share * p.project_cost * (parameters.innovation.research_quarters + float(later[0]))
    return p.most_awards if each <= 0.0 else int(min(float(p.most_awards), max(0.0, free // each)))


def _local_call(world: World, parameters: Parameters, draws: Draws, region: int, field: int, number: int) -> None:
    government = world.regions.government_slot[region]
    opened = world.events.add(
        Event.CALL_OPENED, world.quarter, world.actors.uid[government], region=region, field=field,
        channel=int(Instrument.CALL), amount=world.regions.budget[region, Instrument.CALL],
    )  # fmt: skip
    for consortium in _applications(world, parameters, draws, region, field, 2 * number + 1)[:number]:
        _award(world, parameters, consortium, field, int(opened[0]), is_national=False)


def _national_project(world: World, parameters: Parameters, draws: Draws, region: int) -> None:
    """Let the region's best consortium in its most stuck field compete for a national project."""
    p = parameters.calls
    stuck = world.needs.exposure[region].sum(axis=(0, 1))
    if p.national_rate <= 0.0 or stuck.max(initial=0.0) <= 0.0:
        return
    field = int(stuck.argmax())
    government = world.regions.government_slot[region]
    draw = uniform(draws.key("win national project"), world.actors.uid[government], 0)
    rate = 1.0 - (1.0 - p.national_rate) ** (p.interval / 4.0)
    if draw >= rate:
        return
    for consortium in _applications(world, parameters, draws, region, field, 3)[:1]:
        leader = consortium.member[0]
        if draw < rate * world.actors.capability[leader, field] / world.fields.frontier[field]:
            _award(world, parameters, consortium, field, -1, is_national=True)


def _applications(
    world: World, parameters: Parameters, draws: Draws, region: int, field: int, number: int
) -> list[Consortium]:
    """Return the consortia of the `number` best leaders, best first; of equals that of the better leader."""
    p, a = parameters.calls, world.actors
    standing = a.capability[:, field] / world.fields.frontier[field]
    is_university = a.is_active & (a.region == region) & (a.kind == _UNIVERSITY)
    is_firm = a.is_active & (a.region == region) & (a.kind == _FIRM)
    is_firm &= world.structure.weight[a.sector, field] > 0.0
    key = draws.key("judge call")
    slot = _in_turn(world, np.flatnonzero(is_university | is_firm), key)
    reached = policy_reached(
        slot, a.uid, is_university | a.is_core, parameters.policy.access, draws.key("reach a policy")
    )
    slot = slot[reached]
    skill = judged_skill(slot, a.uid, standing, p.skill_weight, p.judgement_noise, key)
    slot = slot[np.argsort(-skill, kind="stable")]
    searches = (a.mode[slot] == int(Mode.INDEPENDENT)) | (a.mode[slot] == int(Mode.JOINT))
    can_lead = is_university[slot] | (searches & (a.research_budget[slot] > 0.0))
    found = [
        _gather(world, p, int(leader), slot[:_POOL], is_university | is_firm, standing, key)
        for leader in slot[can_lead][:number]
    ]
    has_firm = [c for c in found if len(c.member) > 1 and (a.kind[c.member] == _FIRM).any()]
    return sorted(has_firm, key=lambda c: -round(c.merit, 9))  # the same members under another leader are equals


def _in_turn(world: World, slot: IntArray, key: np.uint64) -> IntArray:
    """Return actors in an order drawn for this call, so that chance and not the slot decides between equals."""
    result: IntArray = slot[np.argsort(ring_points(world.actors.uid[slot], key))]
    return result


def _gather(
    world: World, p: Calls, leader: int, pool: IntArray, is_open: BoolArray, standing: FloatArray, key: np.uint64
) -> Consortium:
    """Let a leader gather partners one by one: first of the other kind, so that science and industry meet."""
    a, lists, ties = world.actors, world.neighbours(), world.ties
    partners = lists.other[lists.start[leader] : lists.start[leader + 1]]
    candidate = np.unique(np.concatenate((pool, partners[is_open[partners]])))
    candidate = _in_turn(world, candidate[candidate != leader], key)
    score, bond = partner_scores(
        leader, candidate, a.uid, standing, lists.start, lists.other, lists.tie, read_only(ties.layer), ties.trust,
        p.skill_weight, p.trust_weight, p.judgement_noise, key,
    )  # fmt: skip
    group = a.sector[candidate]
    groups = {int(a.sector[leader])}
    chosen: list[int] = []
    for place in range(min(p.partners, len(candidate))):
        value = score + p.variety_weight * ~np.isin(group, list(groups))
        value[chosen] = -np.inf
        if place == 0:
            is_other_kind = a.kind[candidate] != a.kind[leader]
            value += 1e6 * is_other_kind
        best = int(value.argmax())
        chosen.append(best)
        groups.add(int(group[best]))
    member = np.concatenate(([leader], candidate[chosen])).astype(np.int64)
    trust = float(bond[chosen].mean()) if chosen else 0.0
    variety = len(groups) / max(1, len(member))
    merit = p.skill_weight * float(standing[member].mean()) + p.trust_weight * trust + p.variety_weight * variety
    return Consortium(member, merit)


def _award(
    world: World, parameters: Parameters, consortium: Consortium, field: int, cause: int, *, is_national: bool
) -> None:
    """Start the project of a consortium, and tie its members to each other."""
    p, a = parameters.calls, world.actors
    member = consortium.member
    leader = int(member[0])
    ordinal = _NATIONAL_ORDINAL if is_national else _LOCAL_ORDINAL
    uid = np.array([project_uid(a.uid[leader], world.quarter, ordinal)], dtype=np.uint64)
    awarded = world.events.add(
        Event.CALL_AWARDED, world.quarter, a.uid[leader], region=a.region[leader], partner=a.uid[member[1]],
        project=uid, field=field, channel=int(is_national), amount=p.project_cost, cause=cause,
    )  # fmt: skip
    open_projects(
        world, uid, member[None, :], np.array([field]), np.array([p.project_cost]), kind=_CALL,
        remaining=parameters.innovation.research_quarters, is_pull=True, tie_origin=int(TieOrigin.CALL),
        sector=a.sector[leader], is_national=is_national, cause=awarded,
    )  # fmt: skip
    lists, layer = world.neighbours(), read_only(world.ties.layer)
    pairs = [
        (i, j)
        for place, i in enumerate(member)
        for j in member[place + 1 :]
        if research_tie(lists.start, lists.other, lists.tie, layer, i, j) < 0
    ]
    if pairs:
        source, target = np.array(pairs, dtype=np.int64).T
        tie_book.open_ties(
            world, source, target, Layer.RESEARCH, TieOrigin.CALL, weight=p.tie_weight, trust=p.initial_trust,
            cause=awarded,
        )  # fmt: skip
