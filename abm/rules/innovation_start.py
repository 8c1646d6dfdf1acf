"""Ideas become projects: who starts what, for whom, and with whom.

The innovation chain pushes industry where actors stand high, the industrial chain pulls innovation where they lag
(ren 2.2): here both are weights in one choice that everybody makes. Universities choose between what they are good
at and what the region needs by their orientation, ratings or use (ren 3.1, 4.2).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import project_counts, project_uid, weighted_pick
from abm.parameters import Parameters
from abm.randomness import Draws, pair_uid, uniform
from abm.rule import rule
from abm.state.codes import Event, Kind, Layer, Mode, ProjectKind
from abm.state.projects import open_projects
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_RESEARCH_LAYER = int(Layer.RESEARCH)
_OWN_PROJECT = int(ProjectKind.OWN)
_JOINT_PROJECT = int(ProjectKind.JOINT)
_UNIVERSITY_PROJECT = int(ProjectKind.UNIVERSITY)


@kernel
def planned_projects(
    is_active: BoolArray,
    kind: IntArray,
    mode: IntArray,
    uid: UidArray,
    research_budget: FloatArray,
    cash: FloatArray,
    n_projects: IntArray,
    project_cost: float,
    most: int,
    part: float,
    chance: float,
    cash_share: float,
    quarter: int,
    key: np.uint64,
) -> tuple[IntArray, FloatArray, UidArray]:
    """Return initiator, cost of a quarter of research and identity of each project to start.

    An actor can feed one project per `project_cost` of its budget, at least one and at most `most`. A firm puts
    `part` of its budget into first stages, a university, whose part ends there, all of it. Nobody starts what
    `cash_share` of its cash could not pay for a quarter.
    """
    room = 0
    for i in range(len(is_active)):
        if is_active[i] and research_budget[i] > 0.0:
            room += most
    initiator = np.empty(room, np.int64)
    cost = np.empty(room)
    identity = np.empty(room, np.uint64)
    number = 0
    for i in range(len(is_active)):
        if not is_active[i] or research_budget[i] <= 0.0:
            continue
        is_university = kind[i] == _UNIVERSITY
        if not is_university and not (kind[i] == _FIRM and (mode[i] == _INDEPENDENT or mode[i] == _JOINT)):
            continue
        places = int(min(float(most), max(1.0, math.floor(research_budget[i] / project_cost))))
        each = (1.0 if is_university else part) * research_budget[i] / places
        if each * places > cash_share * cash[i]:
            continue
        for ordinal in range(places - n_projects[i]):
            if uniform(key, uid[i], ordinal) < chance:
                initiator[number] = i
                cost[number] = each
                identity[number] = project_uid(uid[i], quarter, ordinal)
                number += 1
    return initiator[:number].copy(), cost[:number].copy(), identity[:number].copy()


@kernel
def firm_weights(
    standing: FloatArray, weight: FloatArray, pull: FloatArray, need_weight: float, push_weight: float, out: FloatArray
) -> None:
    """Fill a firm's weights of pull (first K entries) and push (last K) by field.

    Pull = (need_weight pull_sk + W_sk (1 - x_k)) (1 - x_k): weak links and needs, the more the further behind.
    Push = push_weight W_sk x_k x_k: curiosity, the more the better one stands.

    >>> import numpy as np
    >>> out = np.zeros(2); firm_weights(np.array([0.5]), np.array([1.0]), np.array([0.5]), 1.0, 1.0, out)
    >>> out.tolist()
    [0.5, 0.25]
    """
    n = len(standing)
    for k in range(n):
        x = min(1.0, standing[k])
        out[k] = (need_weight * pull[k] + weight[k] * (1.0 - x)) * (1.0 - x)
        out[n + k] = push_weight * weight[k] * x * x


@kernel
def choose_fields(
    initiator: IntArray,
    identity: UidArray,
    kind: IntArray,
    region: IntArray,
    sector: IntArray,
    orientation: FloatArray,
    capability: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    pull: FloatArray,
    need_weight: float,
    push_weight: float,
    key: np.uint64,
) -> tuple[IntArray, BoolArray, IntArray]:
    """Return field, whether it is pull, and the sector it is for (-1 none) of each project; field -1 where none fits.

    A university weighs its standing by (1 - orientation) and the needs of each sector by orientation.
    """
    n_fields = len(frontier)
    n_sectors = weight.shape[0]
    field = np.empty(len(initiator), np.int64)
    is_pull = np.zeros(len(initiator), np.bool_)
    target = np.full(len(initiator), -1, np.int64)
    options = np.empty(2 * n_fields)
    wanted = np.empty(n_sectors)
    standing = np.empty(n_fields)
    for p in range(len(initiator)):
        i = initiator[p]
        for k in range(n_fields):
            standing[k] = capability[i, k] / frontier[k]
        if kind[i] == _FIRM:
            target[p] = sector[i]
            firm_weights(standing, weight[sector[i]], pull[region[i], sector[i]], need_weight, push_weight, options)
        else:
            for k in range(n_fields):
                options[k] = 0.0
                for s in range(n_sectors):
                    options[k] += orientation[i] * need_weight * pull[region[i], s, k]
                options[n_fields + k] = (1.0 - orientation[i]) * push_weight * standing[k] * standing[k]
        choice = weighted_pick(options, uniform(key, identity[p], 0))
        field[p] = choice % n_fields if choice >= 0 else -1
        is_pull[p] = 0 <= choice < n_fields
        if kind[i] != _FIRM and is_pull[p]:
            for s in range(n_sectors):
                wanted[s] = pull[region[i], s, field[p]]
            target[p] = weighted_pick(wanted, uniform(key, identity[p], 1))
    return field, is_pull, target


@kernel
def choose_partners(
    initiator: IntArray, field: IntArray, is_active: BoolArray, kind: IntArray, mode: IntArray, uid: UidArray,
    research_budget: FloatArray, n_projects: IntArray, capability: FloatArray, frontier: FloatArray, start: IntArray,
    other: IntArray, tie: IntArray, layer: IntArray, trust: FloatArray, origin: IntArray, tie_used: IntArray,
    most: int, complementarity: float, third: float, quarter: int, key: np.uint64,
) -> tuple[IntArray, IntArray, UidArray, IntArray]:  # fmt: skip
    """Return members (initiator, partners, -1), kind, first partner (0 for none) and origin of the tie per project.

    Firms in joint mode score those they have research ties with by trust, by what the other knows better in the
    field, and by chance; the best joins, and at times the second best. Only who does research and has fewer than
    `most` projects joins. The ties are noted as used.
    """
    member = np.full((len(initiator), 3), -1, np.int64)
    form = np.full(len(initiator), _OWN_PROJECT, np.int64)
    partner = np.zeros(len(initiator), np.uint64)
    tie_origin = np.full(len(initiator), -1, np.int64)
    for p in range(len(initiator)):
        i = initiator[p]
        member[p, 0] = i
        if kind[i] == _UNIVERSITY:
            form[p] = _UNIVERSITY_PROJECT
        if mode[i] != _JOINT:
            continue
        k = field[p]
        best = -1.0
        second = -1.0
        row = -1
        row_of_second = -1
        for e in range(start[i], start[i + 1]):
            j = other[e]
            does_research = kind[j] == _UNIVERSITY or mode[j] == _INDEPENDENT or mode[j] == _JOINT
            is_willing = is_active[j] and does_research and research_budget[j] > 0.0 and n_projects[j] < most
            if layer[tie[e]] != _RESEARCH_LAYER or not is_willing or j == member[p, 1]:
                continue
            ahead = max(0.0, capability[j, k] - capability[i, k]) / frontier[k]
            score = trust[tie[e]] + complementarity * ahead + uniform(key, pair_uid(uid[i], uid[j]), 0)
            if score > best:
                second = best
                member[p, 2] = member[p, 1]
                row_of_second = row
                best = score
                member[p, 1] = j
                row = tie[e]
            elif score > second and j != member[p, 2]:
                second = score
                member[p, 2] = j
                row_of_second = tie[e]
        if member[p, 2] >= 0 and uniform(key, uid[i], 0) >= third:
            member[p, 2] = -1
        if member[p, 1] >= 0:
            form[p] = _JOINT_PROJECT if kind[i] == _FIRM else _UNIVERSITY_PROJECT
            partner[p] = uid[member[p, 1]]
            tie_origin[p] = origin[row]
            tie_used[row] = quarter
        if member[p, 2] >= 0:
            tie_used[row_of_second] = quarter
    return member, form, partner, tie_origin


@rule(
    writes=("projects.*", "actors.n_projects", "ties.used"),
    source="ren:2.2; ren:2.3.3; li:4.1; F31",
    off={"switches.innovation": False},
    needs_rows={"projects": 1.0},
)
def start_projects(world: World, parameters: Parameters, draws: Draws) -> None:
    """Actors with a research budget start projects: alone, with partners they are tied to, or at a university.

    Equation   n <= budget / project_cost; pull_k = (needs_sk + W_sk (1 - x_k)) (1 - x_k); push_k = W_sk x_k^2;
               universities: pull orientation needs_sk, push (1 - orientation) x_k^2;
               partner score = trust + complementarity max(0, x_jk - x_ik) + u
    Units      budget, cost: million yuan per quarter; needs, W, x, trust, u: 1
    Source     ren 2.2 (push and pull), 2.3.3 and li 4(1) (cooperation with complementary partners); F31
    Draws      start project (a place), choose field (a project), choose partner (a pair, and a third member)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, ties, pr = parameters.innovation, world.actors, world.ties, world.projects
    initiator, cost, identity = planned_projects(
        a.is_active, a.kind, a.mode, a.uid, a.research_budget, a.cash, a.n_projects,
        p.project_cost, p.most_projects, p.research_part, p.start_chance, p.cash_share, world.quarter,
        draws.key("start project"),
    )  # fmt: skip
    free = len(pr.is_active) - int(np.count_nonzero(pr.is_active))
    if free < len(initiator):
        kept = np.sort(np.argsort(identity)[:free])
        initiator, cost, identity = initiator[kept], cost[kept], identity[kept]
    field, is_pull, sector = choose_fields(
        initiator, identity, a.kind, a.region, a.sector, a.orientation, a.capability, world.fields.frontier,
        world.structure.weight, world.needs.pull, p.need_weight, p.push_weight, draws.key("choose field"),
    )  # fmt: skip
    fits = field >= 0
    if not fits.all():
        initiator, cost, identity = initiator[fits], cost[fits], identity[fits]
        field, is_pull, sector = field[fits], is_pull[fits], sector[fits]
    if len(initiator) == 0:
        return
    lists = world.neighbours()
    member, kind, partner, tie_origin = choose_partners(
        initiator, field, a.is_active, a.kind, a.mode, a.uid, a.research_budget, a.n_projects, a.capability,
        world.fields.frontier, lists.start, lists.other, lists.tie, ties.layer, ties.trust, ties.origin, ties.used,
        2 * p.most_projects, p.complementarity, p.third_member, world.quarter, draws.key("choose partner"),
    )  # fmt: skip
    cause = world.events.add(
        Event.PROJECT_STARTED, world.quarter, a.uid[initiator], region=a.region[initiator], partner=partner,
        project=identity, field=field, channel=kind, amount=cost,
    )  # fmt: skip
    open_projects(
        world, identity, member, field, cost, kind=kind, remaining=p.research_quarters, is_pull=is_pull,
        tie_origin=tie_origin, sector=sector, cause=cause,
    )  # fmt: skip
    a.n_projects[:] = project_counts(pr.is_active, pr.stage, pr.n_members, pr.member, a.rows)
