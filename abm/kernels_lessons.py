"""What members take from a project: capability by paid effort, and trust by outcome."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import is_present, learned_share, research_tie
from abm.state import ledger
from abm.state.codes import Route
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_PLATFORM = int(Route.PLATFORM)


@kernel
def lessons(
    done: IntArray,
    teaches: BoolArray,
    n_members: IntArray,
    member: IntArray,
    member_uid: UidArray,
    effort: FloatArray,
    field: IntArray,
    artefact: FloatArray,
    actor_is_active: BoolArray,
    actor_uid: UidArray,
    region: IntArray,
    absorption: FloatArray,
    capability: FloatArray,
    rho: float,
    reference: FloatArray,
) -> FloatArray:
    """Return what each member gains, shape (done, members): (1 - exp(-rho absorption effort)) max(0, B - A).

    `reference` is the effort that rho refers to, by region. Who learns from several results in one field this quarter
    never gets beyond the best of them.

    >>> import numpy as np
    >>> one = np.ones(1, np.bool_); uid = np.array([[7]], np.uint64)
    >>> lessons(np.array([0]), one, np.array([1]), np.array([[0]]), uid, np.array([[3.0]]), np.array([0]),
    ...         np.array([0.8]), one, uid[0], np.array([0]), np.array([0.5]), np.array([[0.6]]), 2.0,
    ...         np.array([3.0])).round(6).tolist()
    [[0.126424]]
    """
    amount = np.zeros((len(done), member.shape[1]))
    total = np.zeros(capability.shape)
    room = np.zeros(capability.shape)
    for d in range(len(done)):
        if not teaches[d]:
            continue
        p = done[d]
        k = field[p]
        for m in range(n_members[p]):
            i = member[p, m]
            if not is_present(i, member_uid[p, m], actor_is_active, actor_uid):
                continue
            gap = max(0.0, artefact[p] - capability[i, k])
            amount[d, m] = gap * learned_share(absorption[i], effort[p, m], rho, reference[region[i]])
            total[i, k] += amount[d, m]
            room[i, k] = max(room[i, k], gap)
    for d in range(len(done)):
        for m in range(amount.shape[1]):
            if amount[d, m] > 0.0:
                i = member[done[d], m]
                k = field[done[d]]
                if total[i, k] > room[i, k]:
                    amount[d, m] *= room[i, k] / total[i, k]
    return amount


@kernel
def book_lessons(
    done: IntArray,
    amount: FloatArray,
    origin: IntArray,
    route: IntArray,
    credit: FloatArray,
    member: IntArray,
    field: IntArray,
    sector: IntArray,
    weight: FloatArray,
    frontier: FloatArray,
    capability: FloatArray,
    year_gain: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
) -> None:
    """Raise capability by `amount` and book it; `credit` is the share that travelled by a platform's service."""
    for d in range(len(done)):
        k = field[done[d]]
        for m in range(amount.shape[1]):
            value = amount[d, m]
            if value <= 0.0:
                continue
            i = member[done[d], m]
            capability[i, k] += value
            if sector[i] >= 0:
                year_gain[i] += weight[sector[i], k] * value / frontier[k]
            served = credit[d] * value
            if served > 0.0:
                ledger.book(stock, gain, total_gain, i, served, origin[d], _PLATFORM)
            ledger.book(stock, gain, total_gain, i, value - served, origin[d], route[d])


@kernel
def grant_patents(
    done: IntArray, outcome: IntArray, found: int, origin: IntArray, n_members: IntArray, member: IntArray,
    member_uid: UidArray, field: IntArray, artefact: FloatArray, actor_is_active: BoolArray, actor_uid: UidArray,
    patent_level: FloatArray, patent_origin: IntArray,
) -> None:  # fmt: skip
    """Give all members of a project the rights to the result it has `found`, if it is the best of theirs in its field.

    Of several as good in one quarter the origin with the lowest code counts, whatever their order.

    >>> import numpy as np
    >>> uid, level, origin = np.array([7, 9], np.uint64), np.array([[0.5], [0.75]]), np.zeros((2, 1), np.int64)
    >>> grant_patents(np.array([0]), np.array([5]), 5, np.array([2]), np.array([2]), np.array([[0, 1]]),
    ...     uid.reshape(1, 2), np.array([0]), np.array([0.7]), uid > 0, uid, level, origin)
    >>> level.tolist(), origin.tolist()
    ([[0.7], [0.75]], [[2], [0]])
    """
    for d in range(len(done)):
        if outcome[d] != found:
            continue
        p = done[d]
        k = field[p]
        for m in range(n_members[p]):
            i = member[p, m]
            if not is_present(i, member_uid[p, m], actor_is_active, actor_uid):
                continue
            ahead = artefact[p] - patent_level[i, k]
            if ahead > 0.0 or (ahead == 0.0 and origin[d] < patent_origin[i, k]):
                patent_level[i, k] = artefact[p]
                patent_origin[i, k] = origin[d]


@kernel
def move_trust(
    done: IntArray,
    outcome: FloatArray,
    n_members: IntArray,
    member: IntArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    trust: FloatArray,
    speed: float,
) -> None:
    """Move trust between members to the outcome: tau <- tau + lambda (o - tau); negative outcomes say nothing.

    Several outcomes in one quarter count together, whatever their order.
    """
    total = np.zeros(len(trust))
    count = np.zeros(len(trust), np.int64)
    for d in range(len(done)):
        if outcome[d] < 0.0:
            continue
        p = done[d]
        for m in range(n_members[p]):
            for o in range(m):
                row = research_tie(start, other, tie, layer, member[p, m], member[p, o])
                if row >= 0:
                    total[row] += outcome[d]
                    count[row] += 1
    for row in range(len(trust)):
        if count[row] > 0:
            kept = 1.0
            for _ in range(count[row]):
                kept *= 1.0 - speed
            trust[row] = kept * trust[row] + (1.0 - kept) * total[row] / count[row]
