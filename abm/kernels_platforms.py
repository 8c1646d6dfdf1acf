"""What membership of an innovation platform is worth and costs, who joins and leaves, who uses what."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import pair_uid, uniform
from abm.state.codes import N_SERVICES, Kind, Layer, Mode, Service
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_SERVICE = int(Layer.SERVICE)
_NONE, _INDEPENDENT, _JOINT = int(Mode.NONE), int(Mode.INDEPENDENT), int(Mode.JOINT)
_FACILITIES, _MATCHING, _TECHNICAL = int(Service.FACILITIES), int(Service.MATCHING), int(Service.TECHNICAL)
_PILOT, _VENTURE, _TRAINING = int(Service.PILOT), int(Service.VENTURE), int(Service.TRAINING)
_LEAST_PLAN = 1e-6
"""One yuan: what is below is left by rounding."""
_ROUNDS = 12
"""Rounds in which those who might join a new platform look at each other."""


@kernel
def profile_fit(profile: FloatArray, fit: FloatArray) -> float:
    """Return the cosine between a member's fields and a platform's.

    >>> import numpy as np
    >>> round(float(profile_fit(np.array([3.0, 4.0]), np.array([1.0, 0.0]))), 12)
    0.6
    """
    product, first, second = 0.0, 0.0, 0.0
    for k in range(len(fit)):
        product += profile[k] * fit[k]
        first += profile[k] * profile[k]
        second += fit[k] * fit[k]
    if first <= 0.0 or second <= 0.0:
        return 0.0
    return product / math.sqrt(first * second)


@kernel
def member_fit(
    profile: FloatArray, uid: np.uint64, fit: FloatArray, platform_uid: np.uint64, key: np.uint64, spread: float
) -> float:
    """Return how well a platform serves a member: the cosine of their fields times a lasting taste.

    Taste is drawn for the pair, between 1 - spread and 1 + spread.

    >>> uid = np.uint64(5)
    >>> round(float(member_fit(np.array([3.0, 4.0]), uid, np.array([1.0, 0.0]), uid, uid, 0.0)), 12)
    0.6
    """
    taste = 1.0 + spread * (2.0 * uniform(key, pair_uid(uid, platform_uid), 0) - 1.0)
    return taste * profile_fit(profile, fit)


@kernel
def fees(
    candidate: IntArray, kind: IntArray, region: IntArray, sales: FloatArray, n_regions: int, rate: float, cap: float
) -> FloatArray:
    """Return the fee each candidate would have to pay, million yuan; universities pay nothing.

    A firm pays ``rate`` times its sales, of which no more count than ``cap`` times those of the region's mean firm.

    >>> three, zero = np.arange(3), np.zeros(3, int)
    >>> fees(three, np.array([0, 0, 1]), zero, np.array([10.0, 50.0, 9.0]), 1, 0.1, 1.5).tolist()
    [1.0, 4.5, 0.0]
    """
    total = np.zeros(n_regions)
    number = np.zeros(n_regions)
    for a in range(len(candidate)):
        i = candidate[a]
        if kind[i] != _UNIVERSITY:
            total[region[i]] += sales[i]
            number[region[i]] += 1.0
    due = np.zeros(len(candidate))
    for a in range(len(candidate)):
        i = candidate[a]
        if kind[i] != _UNIVERSITY:
            due[a] = rate * min(sales[i], cap * total[region[i]] / max(number[region[i]], 1.0))
    return due


@kernel
def current_members(
    rows: IntArray, platform_actor: IntArray, is_active: BoolArray, layer: IntArray, source: IntArray,
    target: IntArray, n_actors: int,
) -> IntArray:  # fmt: skip
    """Return the row of the platform each actor is a member of, -1 for none; the columns from `is_active` are ties.

    >>> service, yes = np.full(2, 2), np.array([True, True])
    >>> current_members(np.array([4]), np.array([9, 9, 9, 9, 1]), yes, service, np.array([1, 1]), np.array([0, 2]), 3)
    array([ 4, -1,  4])
    """
    row_of = np.full(n_actors, -1)
    for q in range(len(rows)):
        row_of[platform_actor[rows[q]]] = rows[q]
    member = np.full(n_actors, -1)
    for e in range(len(layer)):
        if is_active[e] and layer[e] == _SERVICE:
            member[target[e]] = row_of[source[e]]
    return member


@kernel
def best_platform(
    profile: FloatArray, uid: np.uint64, place: int, only: int, rows: IntArray, region: IntArray,
    platform_uid: UidArray, platform_fit: FloatArray, offer: FloatArray, key: np.uint64, spread: float,
) -> tuple[int, float, float]:  # fmt: skip
    """Return the platform (row) of a region that gives a member most, its fit and fit times offer; -1 if none does.

    ``only`` names the one platform looked at, -1 for all. ``region`` and ``offer`` are by row.
    """
    best, best_fit, highest = -1, 0.0, 0.0
    for q in range(len(rows)):
        p = rows[q]
        if region[p] == place and (only < 0 or p == only):
            fit = member_fit(profile, uid, platform_fit[p], platform_uid[p], key, spread)
            if fit * offer[p] > highest or p == only:
                best, best_fit, highest = p, fit, fit * offer[p]
    return best, best_fit, highest


@kernel
def membership(
    candidate: IntArray,
    kind: IntArray,
    region: IntArray,
    uid: UidArray,
    sector: IntArray,
    openness: FloatArray,
    cash: FloatArray,
    sales: FloatArray,
    capability: FloatArray,
    due: FloatArray,
    member: IntArray,
    weight: FloatArray,
    frontier: FloatArray,
    rows: IntArray,
    platform_region: IntArray,
    platform_uid: UidArray,
    platform_fit: FloatArray,
    offer: FloatArray,
    key: np.uint64,
    lasting_key: np.uint64,
    review: float,
    value: float,
    spread: float,
) -> tuple[IntArray, FloatArray]:
    """Return the platform (row) each candidate belongs to after thinking about it, -1 for none, and its fit there.

    A firm joins the platform of its region with the highest benefit = value fit offer where that exceeds the fee per
    unit of sales and it can pay what is due, and leaves where the benefit of its platform has fallen below the fee. A
    university pays no fee; it joins if it is open, for as long as it lives. The fields of a firm are those of its
    sector (``weight``), of a university those of its own capability. ``due`` is by candidate, ``member`` by actor,
    ``offer`` (mean of the services) and what begins with ``platform`` by row.

    >>> one, uid, x, half = np.array([0]), np.array([5], dtype=np.uint64), np.ones((1, 1)), np.array([0.5])
    >>> [membership(one, one, one, uid, one, half, x[0], x[0], x, np.array([due]), np.array([now]), x, x[0],
    ...     one, one, uid, x, half, np.uint64(1), np.uint64(2), 1.0, 0.01, 0.0)
    ...     for due, now in ((0.001, -1), (0.006, 0))]
    [(array([0]), array([1.])), (array([-1]), array([0.]))]
    """
    after = np.full(len(candidate), -1)
    fit = np.zeros(len(candidate))
    profile = np.empty(len(frontier))
    for a in range(len(candidate)):
        i = candidate[a]
        now = member[i]
        thinks = uniform(key, uid[i], 0) < review
        if now < 0 and not thinks:
            continue
        for k in range(len(frontier)):
            profile[k] = weight[sector[i], k] if sector[i] >= 0 else capability[i, k] / frontier[k]
        best, best_fit, benefit = best_platform(
            profile, uid[i], region[i], now, rows, platform_region, platform_uid, platform_fit, offer,
            lasting_key, spread,
        )  # fmt: skip
        fee = due[a] / max(sales[i], 1e-9)
        if now >= 0:
            stays = not thinks or kind[i] == _UNIVERSITY or value * benefit >= fee
        elif kind[i] == _UNIVERSITY:
            stays = uniform(lasting_key, uid[i], 0) < openness[i]
        else:
            stays = value * benefit > fee and cash[i] > due[a]
        if stays:
            after[a] = now if now >= 0 else best
            fit[a] = best_fit
    return after, fit


@kernel
def ended_memberships(
    candidate: IntArray, before: IntArray, after: IntArray, is_active: BoolArray, layer: IntArray, target: IntArray
) -> IntArray:
    """Return the service ties of candidates who have left; ``before`` is by actor, ``after`` by candidate.

    >>> two, service, target = np.arange(2), np.full(3, 2), np.array([0, 1, 2])
    >>> ended_memberships(two, np.array([4, 4, -1]), np.array([4, -1]), service > 0, service, target).tolist()
    [1]
    """
    has_left = np.zeros(len(before), np.bool_)
    n_leaving = 0
    for a in range(len(candidate)):
        if before[candidate[a]] >= 0 and after[a] < 0:
            has_left[candidate[a]] = True
            n_leaving += 1
    ended = np.empty(len(layer), np.int64)
    number = 0
    if n_leaving > 0:
        for e in range(len(layer)):
            if is_active[e] and layer[e] == _SERVICE and has_left[target[e]]:
                ended[number] = e
                number += 1
    return ended[:number]


@kernel
def service_use(
    candidate: IntArray,
    member: IntArray,
    kind: IntArray,
    sector: IntArray,
    mode: IntArray,
    planned_adoption: FloatArray,
    n_projects: IntArray,
    loan_request: FloatArray,
    n_platforms: int,
    n_sectors: int,
) -> tuple[FloatArray, FloatArray]:
    """Return the users of each service (platforms, services) and the diversity of members (platforms,).

    ``member`` is the platform's row, by candidate. Diversity is one minus the Herfindahl of members over sectors,
    universities counted as a sector.

    >>> two, one = np.arange(2), np.ones(2, int)
    >>> users, diversity = service_use(two, 0 * two, two, 0 * two, one, np.zeros((2, 3)), one, np.zeros(2), 1, 1)
    >>> users.tolist(), diversity.tolist()
    ([[2.0, 2.0, 0.0, 2.0, 0.0, 1.0]], [0.5])
    """
    users = np.zeros((n_platforms, N_SERVICES))
    count = np.zeros((n_platforms, n_sectors + 1))
    diversity = np.zeros(n_platforms)
    for a in range(len(candidate)):
        p = member[a]
        if p < 0:
            continue
        i = candidate[a]
        is_university = kind[i] == _UNIVERSITY
        count[p, n_sectors if is_university else sector[i]] += 1.0
        if is_university or mode[i] == _INDEPENDENT or mode[i] == _JOINT:
            users[p, _FACILITIES] += 1.0
        if is_university or mode[i] != _NONE:
            users[p, _MATCHING] += 1.0
        plans = 0.0
        for h in range(planned_adoption.shape[1]):
            plans += planned_adoption[i, h]
        users[p, _TECHNICAL] += 1.0 if plans > _LEAST_PLAN else 0.0
        users[p, _PILOT] += 1.0 if n_projects[i] > 0 else 0.0
        users[p, _VENTURE] += 1.0 if loan_request[i] > 0.0 else 0.0
        users[p, _TRAINING] += 0.0 if is_university else 1.0
    for p in range(n_platforms):
        total = 0.0
        squares = 0.0
        for s in range(n_sectors + 1):
            total += count[p, s]
            squares += count[p, s] * count[p, s]
        if total > 0.0:
            diversity[p] = 1.0 - squares / (total * total)
    return users, diversity


@kernel
def expected_income(
    candidate: IntArray, uid: UidArray, sector: IntArray, sales: FloatArray, due: FloatArray, weight: FloatArray,
    platform_uid: np.uint64, platform_fit: FloatArray, lasting_key: np.uint64, quality: float, slots: float,
    value: float, spread: float,
) -> float:  # fmt: skip
    """Return the fees of the firms that would join a platform of a quality, million yuan per quarter.

    Those who would join crowd each other; some rounds of looking at the others find how many come. ``due`` is by
    candidate.

    >>> one, uid, x = np.array([0]), np.array([5], dtype=np.uint64), np.ones(1)
    >>> [float(expected_income(one, uid, one, x, due * x, np.ones((1, 1)), uid[0], x, uid[0], 0.5, 100.0, 0.01, 0.0))
    ...     for due in (0.004, 0.006)]
    [0.004, 0.0]
    """
    benefit = np.empty(len(candidate))
    for a in range(len(candidate)):
        i = candidate[a]
        fit = member_fit(weight[sector[i]], uid[i], platform_fit, platform_uid, lasting_key, spread)
        benefit[a] = value * fit * quality
    number = 0.0
    income = 0.0
    for _ in range(_ROUNDS):
        income = 0.0
        joining = 0.0
        for a in range(len(candidate)):
            if benefit[a] / (1.0 + 0.5 * number / slots) > due[a] / max(sales[candidate[a]], 1e-9):
                joining += 1.0
                income += due[a]
        number += 0.5 * (joining - number)
    return income
