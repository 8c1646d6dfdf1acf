"""What membership of an innovation platform is worth and costs, who joins and leaves, who uses what."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Platforms
from abm.randomness import pair_uid, uniform
from abm.state.codes import N_SERVICES, Kind, Mode, Service
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_NONE, _INDEPENDENT, _JOINT = int(Mode.NONE), int(Mode.INDEPENDENT), int(Mode.JOINT)
_FACILITIES, _MATCHING, _TECHNICAL = int(Service.FACILITIES), int(Service.MATCHING), int(Service.TECHNICAL)
_PILOT, _VENTURE, _TRAINING = int(Service.PILOT), int(Service.VENTURE), int(Service.TRAINING)
_LEAST_PLAN = 1e-6
"""One yuan: what is below is left by rounding."""


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
def member_fits(
    candidate: IntArray, region: IntArray, uid: UidArray, sector: IntArray, weight: FloatArray, x: FloatArray,
    place: IntArray, platform_uid: UidArray, fit: FloatArray, key: np.uint64, spread: float,
) -> FloatArray:  # fmt: skip
    """Return how well each platform serves each candidate, shape (candidates, platforms); 0 in other regions.

    The cosine of fields times a lasting taste between 1 - spread and 1 + spread. A firm's fields are those of its
    sector (``weight``), a university's those of its own capability (``x``).
    """
    result = np.zeros((len(candidate), len(place)))
    for a in range(len(candidate)):
        i = candidate[a]
        for p in range(len(place)):
            if region[i] == place[p]:
                taste = 1.0 + spread * (2.0 * uniform(key, pair_uid(uid[i], platform_uid[p]), 0) - 1.0)
                profile = weight[sector[i]] if sector[i] >= 0 else x[i]
                result[a, p] = taste * profile_fit(profile, fit[p])
    return result


@kernel
def membership(
    candidate: IntArray,
    kind: IntArray,
    uid: UidArray,
    openness: FloatArray,
    cash: FloatArray,
    due: FloatArray,
    fee: FloatArray,
    current: IntArray,
    fits: FloatArray,
    offer: FloatArray,
    key: np.uint64,
    lasting_key: np.uint64,
    review: float,
    value: float,
) -> IntArray:
    """Return the platform each candidate belongs to after thinking about it, -1 for none, shape (candidates,).

    A firm joins the platform of the highest benefit = value fit offer where that exceeds the fee per unit of sales
    and it can pay what is due, and leaves where the benefit of its platform has fallen below the fee. A university
    pays no fee; it joins if it is open, for as long as it lives.

    >>> import numpy as np
    >>> one = np.array([0]); uid = np.array([5], dtype=np.uint64); zero = np.zeros(1)
    >>> [membership(one, one, uid, zero, np.ones(1), zero, np.array([fee]), np.array([now]), np.array([[0.5]]),
    ...     np.array([0.4]), np.uint64(1), np.uint64(2), 1.0, 0.01).tolist() for fee, now in ((0.001, -1), (0.003, 0))]
    [[0], [-1]]
    """
    result = current.copy()
    for a in range(len(candidate)):
        i = candidate[a]
        if uniform(key, uid[i], 0) >= review:
            continue
        best, highest = -1, 0.0
        for p in range(len(offer)):
            if fits[a, p] * offer[p] > highest:
                best, highest = p, fits[a, p] * offer[p]
        if kind[i] == _UNIVERSITY:
            if current[a] < 0 and uniform(lasting_key, uid[i], 0) < openness[i]:
                result[a] = best
        elif current[a] >= 0:
            if value * fits[a, current[a]] * offer[current[a]] < fee[a]:
                result[a] = -1
        elif value * highest > fee[a] and cash[i] > due[a]:
            result[a] = best
    return result


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

    Diversity is one minus the Herfindahl of members over sectors, universities counted as a sector.
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


def fees(world: World, p: Platforms, candidate: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return what each candidate would have to pay, and that per unit of its sales; universities pay nothing."""
    actors = world.actors
    sales, region = actors.sales[candidate], actors.region[candidate]
    is_firm = actors.kind[candidate] != _UNIVERSITY
    number = np.maximum(np.bincount(region, is_firm), 1.0)
    cap = p.fee_cap * np.bincount(region, sales * is_firm) / number
    due: FloatArray = p.fee * np.minimum(sales, cap[region]) * is_firm
    return due, due / np.maximum(sales, 1e-9)
