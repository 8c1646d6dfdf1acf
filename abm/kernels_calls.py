"""Who answers a call: the ablest actors, and the alliances their leaders gather."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import pair_uid, uniform
from abm.state.codes import Kind, Layer, Mode, ProjectKind, Stage
from abm.state.network import ring_place
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_RESEARCH_LAYER = int(Layer.RESEARCH)
_CALL = int(ProjectKind.CALL)
_SHELF = int(Stage.SHELVED)
_SCIENCE_MEETS_INDUSTRY = 1e6
"""Score that puts a partner of the other kind, university or firm, before all others."""


@kernel
def common_fields(exposure: FloatArray, commonness: FloatArray, chain_part: float, chains: int) -> IntArray:
    """Return the fields that at least `chains` chains need, the most common first.

    A chain needs a field that makes up `chain_part` of its exposure, shape (chains, sectors, fields).

    >>> import numpy as np
    >>> exposure = np.array([[[5.0, 9.0]], [[5.0, 0.0]]])
    >>> [common_fields(exposure, np.array([5.0, 9.0]), 0.1, chains).tolist() for chains in (1, 2, 3)]
    [[1, 0], [0], []]
    """
    n_chains, n_sectors, n_fields = exposure.shape
    needed_by = np.zeros(n_fields, np.int64)
    need = np.empty(n_fields)
    for c in range(n_chains):
        total = 0.0
        for k in range(n_fields):
            need[k] = 0.0
            for s in range(n_sectors):
                need[k] += exposure[c, s, k]
            total += need[k]
        for k in range(n_fields):
            if need[k] > 0.0 and need[k] >= chain_part * total:
                needed_by[k] += 1
    found = np.empty(n_fields, np.int64)
    number = 0
    for k in range(n_fields):
        if needed_by[k] < chains or commonness[k] <= 0.0:
            continue
        place = number
        while place > 0 and commonness[found[place - 1]] < commonness[k]:
            found[place] = found[place - 1]
            place -= 1
        found[place] = k
        number += 1
    return found[:number].copy()


@kernel
def most_stuck_field(exposure: FloatArray) -> int:
    """Return the field with the largest exposure over all chains and sectors, -1 if nothing is exposed.

    >>> import numpy as np
    >>> most_stuck_field(np.array([[[5.0, 4.0]], [[0.0, 2.0]]])), most_stuck_field(np.zeros((1, 1, 1)))
    (1, -1)
    """
    n_chains, n_sectors, n_fields = exposure.shape
    best = -1
    most = 0.0
    for k in range(n_fields):
        total = 0.0
        for c in range(n_chains):
            for s in range(n_sectors):
                total += exposure[c, s, k]
        if total > most:
            most = total
            best = k
    return best


@kernel
def promised(
    region: int, is_active: BoolArray, kind: IntArray, stage: IntArray, is_national: BoolArray,
    project_region: IntArray, cost: FloatArray, remaining: IntArray, factor: FloatArray, later: FloatArray,
) -> float:  # fmt: skip
    """Return what the region's running call projects will still cost, million yuan.

    `factor` is the cost of a quarter of each stage and `later` of all stages after it, per unit of research cost.

    >>> import numpy as np
    >>> none, no = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    >>> promised(0, ~no, np.array([2]), none, no, none, np.array([2.0]), np.array([3]), np.ones(4), np.full(4, 5.0))
    16.0
    """
    total = 0.0
    for p in range(len(is_active)):
        is_running = is_active[p] and kind[p] == _CALL and stage[p] != _SHELF
        if is_running and not is_national[p] and project_region[p] == region:
            total += cost[p] * (remaining[p] + later[stage[p]] / factor[stage[p]])
    return total


@kernel
def insert_applicant(
    slot: int, score: float, point: np.uint64, slots: IntArray, scores: FloatArray, points: UidArray
) -> None:
    """Insert an applicant into a list of the best, best first; of equals who comes first on the ring.

    >>> import numpy as np
    >>> slots, scores, points = np.array([4, 5]), np.array([0.9, 0.5]), np.array([8, 3], np.uint64)
    >>> insert_applicant(6, 0.9, np.uint64(2), slots, scores, points); slots.tolist(), scores.tolist()
    ([6, 4], [0.9, 0.9])
    """
    place = len(slots)
    while place > 0 and (
        score > scores[place - 1]
        or (score == scores[place - 1] and (slots[place - 1] < 0 or point < points[place - 1]))
    ):
        place -= 1
    for k in range(len(slots) - 1, place, -1):
        slots[k] = slots[k - 1]
        scores[k] = scores[k - 1]
        points[k] = points[k - 1]
    if place < len(slots):
        slots[place] = slot
        scores[place] = score
        points[place] = point


@kernel
def applicants(
    region: int, field: int, is_active: BoolArray, kind: IntArray, actor_region: IntArray, sector: IntArray,
    mode: IntArray, is_reached: BoolArray, is_taken: BoolArray, uid: UidArray, research_budget: FloatArray,
    capability: FloatArray, frontier: FloatArray, weight: FloatArray, n_pool: int, n_leaders: int,
    skill_weight: float, noise: float, key: np.uint64,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the ablest actors that hear of a call, and the ablest that can lead an alliance; -1 where too few.

    Universities and firms of the region whose sector uses the field appear as able as skill_weight x + noise u.
    Universities hear in time, and firms that policy reaches; who is taken already stays away. Who leads must do
    research.
    """
    pool = np.full(n_pool, -1, np.int64)
    pool_score = np.full(n_pool, -math.inf)
    pool_point = np.zeros(n_pool, np.uint64)
    leader = np.full(n_leaders, -1, np.int64)
    leader_score = np.full(n_leaders, -math.inf)
    leader_point = np.zeros(n_leaders, np.uint64)
    for i in range(len(is_active)):
        is_university = kind[i] == _UNIVERSITY
        is_maker = kind[i] == _FIRM and weight[sector[i], field] > 0.0
        if not is_active[i] or is_taken[i] or actor_region[i] != region or not (is_university or is_maker):
            continue
        if not (is_university or is_reached[i]):
            continue
        score = skill_weight * (capability[i, field] / frontier[field]) + noise * uniform(key, uid[i], 0)
        does_research = (mode[i] == _INDEPENDENT or mode[i] == _JOINT) and research_budget[i] > 0.0
        if score >= pool_score[n_pool - 1]:
            insert_applicant(i, score, ring_place(key, uid[i]), pool, pool_score, pool_point)
        if (is_university or does_research) and score >= leader_score[n_leaders - 1]:
            insert_applicant(i, score, ring_place(key, uid[i]), leader, leader_score, leader_point)
    return pool, leader


@kernel
def candidates(
    leader: int, pool: IntArray, is_free: BoolArray, kind: IntArray, actor_region: IntArray, sector: IntArray,
    weight: FloatArray, field: int, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    trust: FloatArray, place_of: IntArray,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Return whom a leader looks at, the pool and its own partners that the call is open to, and its trust in each.

    Nobody is looked at who is not free. `place_of` is a scratch list with -1 for every actor; it is left as it was.
    """
    n_pool = len(pool)
    first = start[leader]
    candidate = np.empty(n_pool + start[leader + 1] - first, np.int64)
    bond = np.zeros(len(candidate))
    number = 0
    for c in range(len(candidate)):
        j = pool[c] if c < n_pool else other[first + c - n_pool]
        if j < 0 or j == leader or place_of[j] >= 0:
            continue
        is_maker = kind[j] == _FIRM and weight[sector[j], field] > 0.0
        if is_free[j] and actor_region[j] == actor_region[leader] and (kind[j] == _UNIVERSITY or is_maker):
            candidate[number] = j
            place_of[j] = number
            number += 1
    for e in range(start[leader + 1] - 1, first - 1, -1):
        if layer[tie[e]] == _RESEARCH_LAYER and place_of[other[e]] >= 0:
            bond[place_of[other[e]]] = trust[tie[e]]
    for c in range(number):
        place_of[candidate[c]] = -1
    return candidate[:number].copy(), bond[:number].copy()


@kernel
def alliance(
    leader: int, candidate: IntArray, bond: FloatArray, kind: IntArray, sector: IntArray, uid: UidArray,
    standing: FloatArray, most: int, skill_weight: float, trust_weight: float, variety_weight: float, noise: float,
    key: np.uint64,
) -> tuple[IntArray, float]:  # fmt: skip
    """Return the members a leader gathers one by one, leader first, and their merit; merit -1 if no firm takes part.

    The first partner is of the other kind, if there is one, so that science and industry meet. Score =
    skill_weight x + trust_weight tau + noise u + variety_weight if of a new sector; merit = skill_weight mean x +
    trust_weight mean tau + variety_weight sectors / members. Of equals the first on the ring is taken.

    >>> import numpy as np
    >>> member, merit = alliance(0, np.array([1, 2]), np.array([0.0, 0.4]), np.array([0, 1, 0]), np.array([3, -1, 3]),
    ...     np.array([7, 8, 9], np.uint64), np.array([0.5, 0.5, 0.2]), 2, 1.0, 1.0, 0.3, 0.0, np.uint64(1))
    >>> member.tolist(), round(merit, 9)
    ([0, 1, 2], 0.8)
    """
    size = min(most, len(candidate))
    member = np.empty(size + 1, np.int64)
    member[0] = leader
    n_sectors = 1
    skill = standing[leader]
    trust = 0.0
    has_firm = kind[leader] == _FIRM
    score = np.empty(len(candidate))
    is_new = np.empty(len(candidate), np.bool_)
    is_free = np.ones(len(candidate), np.bool_)
    for c in range(len(candidate)):
        j = candidate[c]
        chance = uniform(key, pair_uid(uid[leader], uid[j]), 0)
        score[c] = skill_weight * standing[j] + trust_weight * bond[c] + noise * chance
        is_new[c] = sector[j] != sector[leader]
    for m in range(1, size + 1):
        best = -1
        most_wanted = 0.0
        for c in range(len(candidate)):
            j = candidate[c]
            value = score[c] + (variety_weight if is_new[c] else 0.0)
            if m == 1 and kind[j] != kind[leader]:
                value += _SCIENCE_MEETS_INDUSTRY
            is_equal = best >= 0 and value == most_wanted
            if is_free[c] and (
                best < 0 or value > most_wanted
                or (is_equal and ring_place(key, uid[j]) < ring_place(key, uid[candidate[best]]))
            ):  # fmt: skip
                best = c
                most_wanted = value
        chosen = candidate[best]
        member[m] = chosen
        is_free[best] = False
        n_sectors += 1 if is_new[best] else 0
        skill += standing[chosen]
        trust += bond[best]
        has_firm = has_firm or kind[chosen] == _FIRM
        for c in range(len(candidate)):
            is_new[c] = is_new[c] and sector[candidate[c]] != sector[chosen]
    if size == 0 or not has_firm:
        return member, -1.0
    merit = skill_weight * (skill / (size + 1)) + trust_weight * (trust / size)
    return member, merit + variety_weight * (n_sectors / (size + 1))


@kernel
def alliances(
    leaders: IntArray, pool: IntArray, field: int, is_active: BoolArray, is_taken: BoolArray, kind: IntArray,
    actor_region: IntArray, sector: IntArray, uid: UidArray, capability: FloatArray, frontier: FloatArray,
    weight: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, trust: FloatArray, most: int,
    skill_weight: float, trust_weight: float, variety_weight: float, noise: float, key: np.uint64,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Return members, leader first and -1 for none, and merit of the alliance of each leader; -1 without a firm.

    The ablest leader gathers first, and nobody is in two alliances.
    """
    member = np.full((len(leaders), most + 1), -1, np.int64)
    merit = np.full(len(leaders), -1.0)
    place_of = np.full(len(kind), -1, np.int64)
    standing = np.empty(len(kind))
    is_free = np.empty(len(kind), np.bool_)
    for i in range(len(kind)):
        standing[i] = capability[i, field] / frontier[field]
        is_free[i] = is_active[i] and not is_taken[i]
    for a in range(len(leaders)):
        if leaders[a] >= 0 and is_free[leaders[a]]:
            candidate, bond = candidates(
                leaders[a], pool, is_free, kind, actor_region, sector, weight, field, start, other, tie, layer,
                trust, place_of,
            )  # fmt: skip
            team, merit[a] = alliance(
                leaders[a], candidate, bond, kind, sector, uid, standing, most, skill_weight, trust_weight,
                variety_weight, noise, key,
            )  # fmt: skip
            for m in range(len(team)):
                member[a, m] = team[m]
                is_free[team[m]] = is_free[team[m]] and merit[a] < 0.0
    return member, merit


@kernel
def untied_pairs(
    member: IntArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the pairs of members without a research tie, each once.

    >>> import numpy as np
    >>> none = np.zeros(0, np.int64)
    >>> pairs = untied_pairs(np.array([0, 2, 3, -1]), np.zeros(5, np.int64), none, none, none)
    >>> [side.tolist() for side in pairs]
    [[0, 0, 2], [2, 3, 3]]
    """
    first = np.empty(len(member) * len(member), np.int64)
    second = np.empty(len(first), np.int64)
    number = 0
    for a in range(len(member)):
        for b in range(a + 1, len(member)):
            i, j = member[a], member[b]
            if i < 0 or j < 0:
                continue
            is_tied = False
            for e in range(start[i], start[i + 1]):
                is_tied = is_tied or (other[e] == j and layer[tie[e]] == _RESEARCH_LAYER)
            if not is_tied:
                first[number] = i
                second[number] = j
                number += 1
    return first[:number].copy(), second[:number].copy()
