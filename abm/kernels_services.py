"""What the services of an innovation platform are worth, who uses them, and how they get better."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.codes import N_SERVICES, Kind, Mode, Service, Stage
from abm.types import BoolArray, FloatArray, IntArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_NONE, _INDEPENDENT, _JOINT = int(Mode.NONE), int(Mode.INDEPENDENT), int(Mode.JOINT)
_FACILITIES, _MATCHING, _TECHNICAL = int(Service.FACILITIES), int(Service.MATCHING), int(Service.TECHNICAL)
_PILOT, _VENTURE, _TRAINING = int(Service.PILOT), int(Service.VENTURE), int(Service.TRAINING)
_DEVELOPMENT, _PILOTING = int(Stage.DEVELOPMENT), int(Stage.PILOT)
_LEAST_PLAN = 1e-6
"""One yuan: what is below is left by rounding."""


@kernel
def mean_openness(
    candidate: IntArray, kind: IntArray, region: IntArray, openness: FloatArray, n_regions: int
) -> FloatArray:
    """Return the mean openness of the universities of each region, 0 where there are none.

    >>> mean_openness(np.arange(3), np.array([0, 1, 1]), np.zeros(3, int), np.array([0.0, 0.25, 0.75]), 1).tolist()
    [0.5]
    """
    mean = np.zeros(n_regions)
    number = np.zeros(n_regions)
    for a in range(len(candidate)):
        i = candidate[a]
        if kind[i] == _UNIVERSITY:
            mean[region[i]] += openness[i]
            number[region[i]] += 1.0
    for r in range(n_regions):
        mean[r] /= max(number[r], 1.0)
    return mean


@kernel
def service_levels(
    rows: IntArray, actor: IntArray, region: IntArray, quality: FloatArray, has_service: BoolArray, load: FloatArray,
    openness: FloatArray, slots: float, pilot_slots: float, own_facilities: float,
) -> FloatArray:  # fmt: skip
    """Return what a member of full fit gets of each service, shape (platforms, services).

    Crowding lowers it, and facilities rest in part on the open equipment of universities. ``region`` is by actor,
    ``openness`` by region, the others by row of the platform.

    >>> zero, full = np.array([0]), np.ones((1, 6))
    >>> service_levels(zero, zero, zero, 0.6 * full, full > 0.0, 10.0 * full, np.array([0.5]), 10.0, 5.0,
    ...     0.4).round(3).tolist()
    [[0.21, 0.3, 0.3, 0.2, 0.3, 0.3]]
    """
    level = np.zeros(quality.shape)
    for q in range(len(rows)):
        p = rows[q]
        for v in range(N_SERVICES):
            if has_service[p, v]:
                level[p, v] = quality[p, v] / (1.0 + load[p, v] / (pilot_slots if v == _PILOT else slots))
        level[p, _FACILITIES] *= own_facilities + (1.0 - own_facilities) * openness[region[actor[p]]]
    return level


@kernel
def service_needs(
    candidate: IntArray, kind: IntArray, mode: IntArray, planned_adoption: FloatArray, loan_request: FloatArray,
    is_project: BoolArray, stage: IntArray, member: IntArray, n_members: IntArray,
) -> BoolArray:  # fmt: skip
    """Return which services each candidate has a use for now, shape (candidates, services).

    Facilities serve who does research, matching who looks for knowledge, technical service who plans to adopt, pilots
    who has a project in development or pilot, venture introductions who asked for a loan, training every firm. The
    columns from ``is_project`` are those of projects.

    >>> two, none = np.arange(2), np.zeros(2)
    >>> service_needs(two, 0 * two, np.array([1, 0]), np.zeros((2, 3)), np.array([0.0, 2.0]), np.ones(1, np.bool_),
    ...     np.array([2]), np.array([[0, -1]]), np.array([1])).astype(int).tolist()
    [[1, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 1]]
    """
    is_piloting = np.zeros(len(kind), np.bool_)
    for j in range(len(is_project)):
        if is_project[j] and (stage[j] == _DEVELOPMENT or stage[j] == _PILOTING):
            for m in range(n_members[j]):
                is_piloting[member[j, m]] = True
    need = np.zeros((len(candidate), N_SERVICES), np.bool_)
    for a in range(len(candidate)):
        i = candidate[a]
        is_university = kind[i] == _UNIVERSITY
        need[a, _FACILITIES] = is_university or mode[i] == _INDEPENDENT or mode[i] == _JOINT
        need[a, _MATCHING] = is_university or mode[i] != _NONE
        plans = 0.0
        for h in range(planned_adoption.shape[1]):
            plans += planned_adoption[i, h]
        need[a, _TECHNICAL] = plans > _LEAST_PLAN
        need[a, _PILOT] = is_piloting[i]
        need[a, _VENTURE] = loan_request[i] > 0.0
        need[a, _TRAINING] = not is_university
    return need


@kernel
def service_use(
    candidate: IntArray, member: IntArray, kind: IntArray, sector: IntArray, need: BoolArray, n_platforms: int,
    n_sectors: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return the users of each service (platforms, services) and the diversity of members (platforms,).

    ``member`` is the platform's row, by candidate as ``need``. Diversity is one minus the Herfindahl of members over
    sectors, universities counted as a sector.

    >>> two, need = np.arange(2), np.array([[True, True, False, True, False, True]] * 2)
    >>> users, diversity = service_use(two, 0 * two, two, 0 * two, need, 1, 1)
    >>> users.tolist(), diversity.tolist()
    ([[2.0, 2.0, 0.0, 2.0, 0.0, 2.0]], [0.5])
    """
    users = np.zeros((n_platforms, N_SERVICES))
    count = np.zeros((n_platforms, n_sectors + 1))
    diversity = np.zeros(n_platforms)
    for a in range(len(candidate)):
        p = member[a]
        if p < 0:
            continue
        i = candidate[a]
        count[p, n_sectors if kind[i] == _UNIVERSITY else sector[i]] += 1.0
        for v in range(N_SERVICES):
            users[p, v] += 1.0 if need[a, v] else 0.0
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
def improve(
    rows: IntArray, cost: FloatArray, spending: FloatArray, has_service: BoolArray, diversity: FloatArray,
    quality: FloatArray, build: float, decay: float,
) -> None:  # fmt: skip
    """Let the quality of services grow with spending and with the diversity of members, and decay; all by row.

    >>> quality = np.full((1, 6), 0.5)
    >>> improve(np.array([0]), np.ones(1), np.ones(1), np.ones((1, 6), np.bool_), np.ones(1), quality, 0.2, 0.1)
    >>> quality[0, 0].round(9).tolist()
    0.55
    """
    for q in range(len(rows)):
        p = rows[q]
        number = 0
        for v in range(N_SERVICES):
            number += 1 if has_service[p, v] else 0
        effort = min(2.0, spending[p] / max(cost[p], 1e-12)) * (1.0 + diversity[p]) / 2.0
        rate = min(1.0, build * effort * (N_SERVICES / max(number, 1)))
        for v in range(N_SERVICES):
            growth = rate * (1.0 - quality[p, v]) if has_service[p, v] else 0.0
            quality[p, v] = min(1.0, max(0.0, quality[p, v] + growth - decay * quality[p, v]))


@kernel
def give_services(
    candidate: IntArray, member: IntArray, fit: FloatArray, level: FloatArray, service: FloatArray
) -> None:
    """Write what each candidate gets of each service: its fit times the level of its platform, at most 1.

    >>> service = np.zeros((1, 6))
    >>> give_services(np.array([0]), np.array([0]), np.array([0.5]), np.full((1, 6), 0.4), service)
    >>> service[0, 0].tolist()
    0.2
    """
    for a in range(len(candidate)):
        for v in range(N_SERVICES):
            service[candidate[a], v] = min(1.0, level[member[a], v] * fit[a]) if member[a] >= 0 else 0.0
