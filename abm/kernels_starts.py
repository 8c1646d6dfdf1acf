"""Kernels of starts: who can feed a project, in which field, for whom, and with whom."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import project_counts, project_loads, project_uid, weighted_pick
from abm.randomness import pair_uid, uniform
from abm.state.codes import Kind, Layer, Mode, ProjectKind
from abm.state.projects import write_projects
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_RESEARCH_LAYER = int(Layer.RESEARCH)
_OWN_PROJECT = int(ProjectKind.OWN)
_JOINT_PROJECT = int(ProjectKind.JOINT)
_UNIVERSITY_PROJECT = int(ProjectKind.UNIVERSITY)
_BY_REGION = np.bool_(False)


@kernel
def project_places(
    is_active: BoolArray, kind: IntArray, mode: IntArray, region: IntArray, research_budget: FloatArray,
    people: FloatArray, project_cost: float, most: int, part: float,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Return how many projects each actor can feed, and the cost of a quarter of research of each.

    One per `project_cost` (by what `people` cost in its region) of its budget, at least one and at most `most`; none
    without a budget for research. A firm puts `part` of its budget into first stages, a university, whose part ends
    there, all of it.

    >>> import numpy as np
    >>> two = project_places(np.ones(3, np.bool_), np.array([0, 1, 0]), np.array([1, 0, 0]), np.zeros(3, np.int64),
    ...                      np.array([7.2, 3.6, 9.0]), np.array([2.0]), 0.6, 6, 0.75)
    >>> [x.round(9).tolist() for x in two]
    [[6, 3, 0], [0.9, 1.2, 0.0]]
    """
    places = np.zeros(len(kind), np.int64)
    each = np.zeros(len(kind))
    for i in range(len(kind)):
        is_university = kind[i] == _UNIVERSITY
        does_research = kind[i] == _FIRM and (mode[i] == _INDEPENDENT or mode[i] == _JOINT)
        if not is_active[i] or research_budget[i] <= 0.0 or not (is_university or does_research):
            continue
        fed = math.floor(research_budget[i] / (project_cost * people[region[i]]))
        places[i] = int(min(float(most), max(1.0, fed)))
        each[i] = (1.0 if is_university else part) * research_budget[i] / places[i]
    return places, each


@kernel
def planned_projects(
    is_active: BoolArray,
    uid: UidArray,
    cash: FloatArray,
    project_load: FloatArray,
    places: IntArray,
    each: FloatArray,
    chance: float,
    cash_share: float,
    quarter: int,
    key: np.uint64,
) -> tuple[IntArray, FloatArray, UidArray]:
    """Return initiator, cost of a quarter of research and identity of each project to start.

    The places an actor can feed at `each` a quarter, less what its projects take of them, are filled with `chance`.
    Nobody starts what `cash_share` of its cash could not pay for a quarter.
    """
    room = 0
    for i in range(len(is_active)):
        room += places[i]
    initiator = np.empty(room, np.int64)
    cost = np.empty(room)
    identity = np.empty(room, np.uint64)
    number = 0
    for i in range(len(is_active)):
        if not is_active[i] or places[i] == 0 or each[i] * places[i] > cash_share * cash[i]:
            continue
        for ordinal in range(math.floor(places[i] - project_load[i] + 0.5)):
            if uniform(key, uid[i], ordinal) < chance:
                initiator[number] = i
                cost[number] = each[i]
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
    steered_field: IntArray,
    capability: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    pull: FloatArray,
    need_weight: float,
    push_weight: float,
    key: np.uint64,
) -> tuple[IntArray, BoolArray, IntArray]:
    """Return field, whether it is pull, and the sector it is for (-1 none) of each project; field -1 where none fits.

    A university weighs its standing by (1 - orientation) and the needs of each sector by orientation. Who has money
    for the field of a need starts the next project there; ``steered_field`` is -1 afterwards.
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
        if steered_field[i] >= 0:
            choice = steered_field[i]
            steered_field[i] = -1
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
) -> tuple[IntArray, IntArray, IntArray]:  # fmt: skip
    """Return members (initiator, partners, -1), kind and origin of the tie to the first partner of each project.

    Firms in joint mode score those they have research ties with by trust, by what the other knows better in the
    field, and by chance; the best joins, and at times the second best. Only who does research and has fewer than
    `most` projects joins. The ties are noted as used.
    """
    member = np.full((len(initiator), 3), -1, np.int64)
    form = np.full(len(initiator), _OWN_PROJECT, np.int64)
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
            tie_origin[p] = origin[row]
            tie_used[row] = quarter
        if member[p, 2] >= 0:
            tie_used[row_of_second] = quarter
    return member, form, tie_origin


@kernel
def identity_limit(identity: UidArray, most: int) -> np.uint64:
    """Return the highest limit below which there are no more than `most` identities.

    >>> import numpy as np
    >>> int(identity_limit(np.array([5, 9, 7], np.uint64), 2))
    9
    """
    limit = np.uint64(0)
    for bit in range(64):
        candidate = limit | (np.uint64(1) << np.uint64(63 - bit))
        below = 0
        for p in range(len(identity)):
            if identity[p] < candidate:
                below += 1
        if below <= most:
            limit = candidate
    return limit


@kernel
def begin_projects(
    is_active: BoolArray, project_uid: UidArray, member: IntArray, member_uid: UidArray, n_members: IntArray,
    effort: FloatArray, project_kind: IntArray, is_pull: BoolArray, is_national: BoolArray, tie_origin: IntArray,
    project_region: IntArray, project_sector: IntArray, project_field: IntArray, stage: IntArray, remaining: IntArray,
    project_cost: FloatArray, artefact: FloatArray, service_share: FloatArray, cause: IntArray, born: IntArray,
    actor_is_active: BoolArray, kind: IntArray, mode: IntArray, uid: UidArray, region: IntArray, sector: IntArray,
    research_budget: FloatArray, cash: FloatArray, n_projects: IntArray, project_load: FloatArray,
    orientation: FloatArray, steered_field: IntArray, capability: FloatArray, frontier: FloatArray,
    weight: FloatArray, pull: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    trust: FloatArray, origin: IntArray,
    used: IntArray, factor: FloatArray, people: FloatArray, paid_share: float, national_share: float,
    typical_cost: float, most: int, part: float, chance: float, cash_share: float, need_weight: float,
    push_weight: float, complementarity: float, third: float, quarters: int, quarter: int, first_event: int,
    start_key: np.uint64, field_key: np.uint64, partner_key: np.uint64,
) -> IntArray:  # fmt: skip
    """Let actors start projects and return the rows; the columns of projects come first, then those of actors.

    Where there are more than free rows, those of the lowest identities start. The events of the starts get their
    numbers from `first_event`.
    """
    places, each = project_places(
        actor_is_active, kind, mode, region, research_budget, people, typical_cost, most, part
    )
    project_loads(
        is_active, project_kind, stage, is_national, n_members, member, project_cost, factor, each, paid_share,
        national_share, project_load,
    )  # fmt: skip
    initiator, cost, identity = planned_projects(
        actor_is_active, uid, cash, project_load, places, each, chance, cash_share, quarter, start_key
    )  # fmt: skip
    free = 0
    for p in range(len(is_active)):
        free += 0 if is_active[p] else 1
    if free < len(initiator):
        limit = identity_limit(identity, free)
        number = 0
        for p in range(len(identity)):
            if identity[p] < limit:
                initiator[number], cost[number], identity[number] = initiator[p], cost[p], identity[p]
                number += 1
        initiator, cost, identity = initiator[:number], cost[:number], identity[:number]
    field, pulled, target = choose_fields(
        initiator, identity, kind, region, sector, orientation, steered_field, capability, frontier, weight, pull,
        need_weight, push_weight, field_key,
    )  # fmt: skip
    number = 0
    for p in range(len(initiator)):
        if field[p] >= 0:
            initiator[number], cost[number], identity[number] = initiator[p], cost[p], identity[p]
            field[number], pulled[number], target[number] = field[p], pulled[p], target[p]
            number += 1
    initiator, cost, identity = initiator[:number], cost[:number], identity[:number]
    team, form, way = choose_partners(
        initiator, field, actor_is_active, kind, mode, uid, research_budget, n_projects, capability, frontier, start,
        other, tie, layer, trust, origin, used, 2 * most, complementarity, third, quarter, partner_key,
    )  # fmt: skip
    rows = write_projects(
        is_active, project_uid, member, member_uid, n_members, effort, project_kind, is_pull, is_national, tie_origin,
        project_region, project_sector, project_field, stage, remaining, project_cost, artefact, service_share, cause,
        born, uid, region, identity, team, field[:number], cost, form, pulled[:number], way, target[:number],
        np.arange(first_event, first_event + number), _BY_REGION, quarters, quarter,
    )  # fmt: skip
    if number > 0:
        n_projects[:] = project_counts(is_active, stage, n_members, member, len(n_projects))
        project_loads(
            is_active, project_kind, stage, is_national, n_members, member, project_cost, factor, each, paid_share,
            national_share, project_load,
        )  # fmt: skip
    return rows
