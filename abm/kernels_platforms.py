"""What membership of an innovation platform is worth and costs, and who joins and leaves."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_services import mean_openness, service_levels, service_needs
from abm.randomness import pair_uid, uniform
from abm.state.codes import Kind, Layer, Service
from abm.state.groups import firms_and_universities
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_SERVICE = int(Layer.SERVICE)
_PILOT = int(Service.PILOT)


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
def lasting_taste(uid: np.uint64, platform_uid: np.uint64, key: np.uint64, spread: float) -> float:
    """Return how a member's fit to a platform differs from their fields' cosine, from 1 - spread to 1 + spread.

    >>> uid = np.uint64(5)
    >>> float(lasting_taste(uid, uid, uid, 0.0)), bool(0.5 < lasting_taste(uid, uid, uid, 0.5) < 1.5)
    (1.0, True)
    """
    return 1.0 + spread * (2.0 * uniform(key, pair_uid(uid, platform_uid), 0) - 1.0)


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
def used_level(need: BoolArray, level: FloatArray) -> float:
    """Return what a member of full fit gets of the services it has a use for, over the number of all services.

    >>> used_level(np.array([False, True, False, False, False, True]), np.full(6, 0.375))
    0.125
    """
    total = 0.0
    for v in range(len(need)):
        total += level[v] if need[v] else 0.0
    return total / len(need)


@kernel
def compare_platforms(
    cosine: FloatArray, row: int, uid: np.uint64, place: int, own: int, is_comparing: bool, need: BoolArray,
    rows: IntArray, region: IntArray, platform_actor: IntArray, platform_uid: UidArray, level: FloatArray,
    key: np.uint64, spread: float,
) -> tuple[int, float, float, float, float]:  # fmt: skip
    """Return the platform (row) of a region that gives a member most, its fit and benefit, and those of its own.

    Benefit is fit times the level of the services the member uses; fit is the member's ``cosine[row]`` with each
    platform times its lasting taste. -1 and zeros where no platform gives anything; only the own platform is looked at
    by who does not compare. ``region`` is by actor, ``level`` by row of the platform.
    """
    best, best_fit, highest, own_fit, own_benefit = -1, 0.0, 0.0, 0.0, 0.0
    for q in range(len(rows)):
        p = rows[q]
        if region[platform_actor[p]] == place and (is_comparing or p == own):
            fit = lasting_taste(uid, platform_uid[p], key, spread) * cosine[row, p]
            benefit = fit * used_level(need, level[p])
            if benefit > highest:
                best, best_fit, highest = p, fit, benefit
            if p == own:
                own_fit, own_benefit = fit, benefit
    return best, best_fit, highest, own_fit, own_benefit


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
    need: BoolArray,
    member: IntArray,
    weight: FloatArray,
    frontier: FloatArray,
    rows: IntArray,
    platform_actor: IntArray,
    platform_uid: UidArray,
    platform_fit: FloatArray,
    level: FloatArray,
    key: np.uint64,
    lasting_key: np.uint64,
    review: float,
    value: float,
    switch_cost: float,
    effort: float,
    spread: float,
) -> tuple[IntArray, FloatArray]:
    """Return the platform (row) each candidate belongs to after thinking about it, -1 for none, and its fit there.

    Who thinks compares the platforms of its region by benefit, the fit times the mean level over services of those it
    uses. A firm joins where value times benefit exceeds the fee per unit of sales and it can pay what is due, leaves
    where it no longer does, and moves where another gives more by ``switch_cost``. A university pays no fee; it asks
    for ``effort`` (1 - openness) of benefit. The fields of a firm are those of its sector (``weight``), of a university
    those of its own capability. ``due`` and ``need`` are by candidate, ``member`` by actor, ``level`` and what begins
    with ``platform`` by row.

    >>> one, uid, x, half = np.array([0]), np.array([5], dtype=np.uint64), np.ones((1, 1)), np.full((1, 6), 0.5)
    >>> [membership(one, one, one, uid, one, x[0], x[0], x[0], x, np.array([due]), half > 0.0, np.array([now]), x, x[0],
    ...     one, one, uid, x, half, np.uint64(1), np.uint64(2), 1.0, 0.01, 0.0, 0.0, 0.0)
    ...     for due, now in ((0.001, -1), (0.006, 0))]
    [(array([0]), array([1.])), (array([-1]), array([0.]))]
    """
    after = np.full(len(candidate), -1)
    fit = np.zeros(len(candidate))
    n_sectors = len(weight)
    cosine = np.zeros((n_sectors + 1, len(platform_uid)))  # of each sector, and of one university at a time
    for q in range(len(rows)):
        for s in range(n_sectors):
            cosine[s, rows[q]] = profile_fit(weight[s], platform_fit[rows[q]])
    profile = np.empty(len(frontier))
    for a in range(len(candidate)):
        i = candidate[a]
        now = member[i]
        thinks = uniform(key, uid[i], 0) < review
        if now < 0 and not thinks:
            continue
        row = sector[i]
        if row < 0:
            row = n_sectors
            for k in range(len(frontier)):
                profile[k] = capability[i, k] / frontier[k]
            for q in range(len(rows)):
                cosine[row, rows[q]] = profile_fit(profile, platform_fit[rows[q]])
        best, best_fit, highest, own_fit, own_benefit = compare_platforms(
            cosine, row, uid[i], region[i], now, thinks, need[a], rows, region, platform_actor, platform_uid, level,
            lasting_key, spread,
        )  # fmt: skip
        is_university = kind[i] == _UNIVERSITY
        gain = 1.0 if is_university else value
        asked = effort * (1.0 - openness[i]) if is_university else due[a] / max(sales[i], 1e-9)
        can_join = best >= 0 and gain * highest > asked and (is_university or cash[i] > due[a])
        if now >= 0 and can_join and best != now and value * (highest - own_benefit) <= switch_cost:
            can_join = False
        if can_join and thinks and best != now:
            after[a], fit[a] = best, best_fit
        elif now >= 0 and (not thinks or gain * own_benefit >= asked):
            after[a], fit[a] = now, own_fit
    return after, fit


@kernel
def ended_memberships(
    candidate: IntArray, before: IntArray, after: IntArray, is_active: BoolArray, layer: IntArray, target: IntArray
) -> IntArray:
    """Return the service ties of candidates who have left or moved; ``before`` is by actor, ``after`` by candidate.

    >>> two, service, target = np.arange(2), np.full(3, 2), np.array([0, 1, 2])
    >>> ended_memberships(two, np.array([4, 4, -1]), np.array([4, -1]), service > 0, service, target).tolist()
    [1]
    """
    has_left = np.zeros(len(before), np.bool_)
    n_leaving = 0
    for a in range(len(candidate)):
        if before[candidate[a]] >= 0 and after[a] != before[candidate[a]]:
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
def joining_candidates(candidate: IntArray, before: IntArray, after: IntArray) -> IntArray:
    """Return the places in ``candidate`` of those who join a platform; ``before`` is by actor, ``after`` by candidate.

    >>> joining_candidates(np.array([0, 2, 3]), np.array([5, -1, 4, -1]), np.array([4, 4, 4])).tolist()
    [0, 2]
    """
    joining = np.empty(len(candidate), np.int64)
    number = 0
    for a in range(len(candidate)):
        if after[a] >= 0 and after[a] != before[candidate[a]]:
            joining[number] = a
            number += 1
    return joining[:number]


@kernel
def review_memberships(
    rows: IntArray, is_active: BoolArray, kind: IntArray, region: IntArray, uid: UidArray, sector: IntArray,
    openness: FloatArray, cash: FloatArray, sales: FloatArray, capability: FloatArray, mode: IntArray,
    planned_adoption: FloatArray, loan_request: FloatArray, is_project: BoolArray, stage: IntArray,
    project_member: IntArray, n_members: IntArray, weight: FloatArray, frontier: FloatArray, platform_actor: IntArray,
    platform_uid: UidArray, platform_fit: FloatArray, quality: FloatArray, has_service: BoolArray, load: FloatArray,
    is_tied: BoolArray, layer: IntArray, source: IntArray, target: IntArray, key: np.uint64, lasting_key: np.uint64,
    n_regions: int, has_pilots: bool, slots: float, pilot_slots: float, own_facilities: float, fee: float,
    fee_cap: float, review: float, value: float, switch_cost: float, effort: float, spread: float,
) -> tuple[IntArray, BoolArray, IntArray, FloatArray, FloatArray, FloatArray, IntArray, IntArray]:  # fmt: skip
    """Let firms and universities think about membership of a platform, given what its services are worth now.

    Return the candidates; by candidate the services each has a use for, the platform (row) it belongs to, -1 for none,
    its fit there and the fee due, million yuan; the mean openness of universities by region; the ties that end and the
    places of those who join. The columns from ``is_project`` to ``n_members`` are those of projects.
    """
    candidate = firms_and_universities(is_active, kind)
    need = service_needs(
        candidate, kind, mode, planned_adoption, loan_request, is_project, stage, project_member, n_members
    )
    mean = mean_openness(candidate, kind, region, openness, n_regions)
    for q in range(len(rows)):
        has_service[rows[q], _PILOT] = has_pilots
    level = service_levels(
        rows, platform_actor, region, quality, has_service, load, mean, slots, pilot_slots, own_facilities
    )
    due = fees(candidate, kind, region, sales, n_regions, fee, fee_cap)
    before = current_members(rows, platform_actor, is_tied, layer, source, target, len(kind))
    after, fit = membership(
        candidate, kind, region, uid, sector, openness, cash, sales, capability, due, need, before, weight, frontier,
        rows, platform_actor, platform_uid, platform_fit, level, key, lasting_key, review, value, switch_cost, effort,
        spread,
    )  # fmt: skip
    ended = ended_memberships(candidate, before, after, is_tied, layer, target)
    return candidate, need, after, fit, due, mean, ended, joining_candidates(candidate, before, after)
