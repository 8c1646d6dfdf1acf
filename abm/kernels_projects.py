"""Small kernels on projects that several rules share: identity, presence of members, ties between them."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import mix
from abm.state.codes import Layer, ProjectKind, Stage
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_RESEARCH = int(Layer.RESEARCH)
_SHELVED = int(Stage.SHELVED)
_CALL = int(ProjectKind.CALL)
_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xD1342543DE82EF95)
_ONE = np.uint64(1)


@kernel
def project_uid(initiator: np.uint64, quarter: int, ordinal: int) -> np.uint64:
    """Return the identity of the `ordinal`-th project an actor starts in a quarter; never 0."""
    return mix(mix(initiator + np.uint64(quarter) * _GOLDEN) + np.uint64(ordinal) * _STEP) | _ONE


@kernel
def is_present(slot: int, uid: np.uint64, is_active: BoolArray, actor_uid: UidArray) -> bool:
    """Tell whether a member still exists: its slot is in use, and by the same actor."""
    return slot >= 0 and is_active[slot] and actor_uid[slot] == uid


@kernel
def payer_place(kind: int, n_members: int) -> int:
    """Return the place of the member who answers for the cost: the initiator, or who took up a university result.

    >>> payer_place(1, 3), payer_place(3, 1), payer_place(3, 2)
    (0, 0, 1)
    """
    return 1 if kind == _UNIVERSITY and n_members > 1 else 0


@kernel
def research_tie(start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, i: int, j: int) -> int:
    """Return the row of the research tie between two actors, -1 if there is none."""
    for e in range(start[i], start[i + 1]):
        if other[e] == j and layer[tie[e]] == _RESEARCH:
            return int(tie[e])
    return -1


@kernel
def project_counts(
    is_active: BoolArray, stage: IntArray, n_members: IntArray, member: IntArray, n_actors: int
) -> IntArray:
    """Return how many projects each actor leads or joins; results on the shelf do not count.

    >>> import numpy as np
    >>> project_counts(np.array([True, True, False]), np.array([0, 4, 0]), np.array([2, 1, 1]),
    ...                np.array([[0, 2], [1, -1], [1, -1]]), 3).tolist()
    [1, 0, 1]
    """
    count = np.zeros(n_actors, np.int64)
    for p in range(len(is_active)):
        if is_active[p] and stage[p] != _SHELVED:
            for m in range(n_members[p]):
                if member[p, m] >= 0:
                    count[member[p, m]] += 1
    return count


@kernel
def project_loads(
    is_active: BoolArray, kind: IntArray, stage: IntArray, is_national: BoolArray, n_members: IntArray,
    member: IntArray, cost: FloatArray, factor: FloatArray, each: FloatArray, paid_share: float,
    national_share: float, load: FloatArray,
) -> None:  # fmt: skip
    """Set how many places projects take of each actor, who meant to put `each` a quarter into the research of one.

    One for who answers for a project that is no call; else its part of the quarterly cost of research, net of what a
    call pays, over `each`, at most 1. `factor` is the cost of a quarter of each stage over one of research.

    >>> import numpy as np
    >>> one, load = np.ones(4, np.int64), np.zeros(2)
    >>> project_loads(one > 0, np.array([_CALL, 0, 1, _CALL]), 0 * one, one > 1, np.array([5, 1, 2, 1]),
    ...               np.array([[0, -1, -1, -1, -1], [0] + 4 * [-1], [1, 0, -1, -1, -1], [1] + 4 * [-1]]),
    ...               np.array([2.0, 9.0, 3.6, 9.0]), np.ones(4), np.array([0.9, 0.9]), 0.5, 0.8, load)
    >>> load.round(3).tolist()  # (1 - 0.5) 2 / 5 / 0.9, an own project, half of 3.6 but at most a place
    [2.222, 2.0]
    """
    for i in range(len(load)):
        load[i] = 0.0
    for p in range(len(is_active)):
        if not is_active[p] or stage[p] == _SHELVED:
            continue
        answers = payer_place(kind[p], n_members[p])
        part = cost[p] / factor[stage[p]] / (n_members[p] - answers)
        if kind[p] == _CALL:
            part *= 1.0 - (national_share if is_national[p] else paid_share)
        for m in range(answers, n_members[p]):
            i = member[p, m]
            if i < 0:
                continue
            if m == answers and kind[p] != _CALL:
                load[i] += 1.0
            else:
                load[i] += min(1.0, part / each[i]) if each[i] > 0.0 else 1.0


@kernel
def running_projects(is_active: BoolArray, stage: IntArray) -> IntArray:
    """Return the rows of projects that are worked on: in use and not on the shelf."""
    rows = np.empty(len(is_active), np.int64)
    number = 0
    for p in range(len(is_active)):
        if is_active[p] and stage[p] != _SHELVED:
            rows[number] = p
            number += 1
    return rows[:number].copy()


@kernel
def learned_share(absorption: float, effort: float, rho: float, reference: float) -> float:
    """Return the share of a gap that paid effort closes: 1 - exp(-rho absorption effort / reference).

    >>> round(learned_share(0.5, 3.0, 2.0, 3.0), 6)
    0.632121
    """
    return 1.0 - math.exp(-rho * absorption * effort / reference)


@kernel
def weighted_pick(weight: FloatArray, draw: float) -> int:
    """Return an index with chance in proportion to its weight, -1 if all weights are zero.

    >>> import numpy as np
    >>> [weighted_pick(np.array([1.0, 0.0, 3.0]), u) for u in (0.1, 0.25, 0.9)]
    [0, 2, 2]
    """
    total = 0.0
    for j in range(len(weight)):
        total += weight[j]
    if total <= 0.0:
        return -1
    reached = 0.0
    last = -1
    for j in range(len(weight)):
        if weight[j] > 0.0:
            last = j
            reached += weight[j]
            if draw * total < reached:
                return j
    return last


@kernel
def result_worth(
    size: float,
    weight: float,
    gap: float,
    learned: float,
    novelty: float,
    gain_value: float,
    product_value: float,
) -> float:
    """Return what a result is worth to a firm, million yuan: what is learned from it and the product it becomes.

    `size` is sales a quarter, `gap` how far the result is ahead of the firm relative to the frontier.

    >>> round(result_worth(50.0, 0.25, 0.2, 0.5, 0.1, 4.0, 0.5), 6)
    30.0
    """
    return 4.0 * size * (gain_value * weight * learned * gap + product_value * novelty)


@kernel
def new_product_share(research_cost: float, size: float, novelty_return: float) -> float:
    """Return the share of a firm's sales a new product reaches, by what was put into it.

    >>> new_product_share(0.5, 50.0, 10.0)
    0.1
    """
    return min(1.0, novelty_return * research_cost / max(size, 1e-3))


@kernel
def chance_to_dare(worth: float, burden: float, risk_aversion: float, sharpness: float) -> float:
    """Return the chance that a firm pays `burden` for an expected `worth`: it wants an excess of `risk_aversion`.

    >>> round(chance_to_dare(13.0, 10.0, 0.3, 4.0), 9)
    0.5
    """
    exponent = sharpness * (worth / max(burden, 1e-9) - 1.0 - risk_aversion)
    return 1.0 / (1.0 + math.exp(-min(50.0, max(-50.0, exponent))))
