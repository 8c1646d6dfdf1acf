"""What a region can expect of a platform before it opens one: its quality when patience ends, and the fees then."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_platforms import fees, lasting_taste, profile_fit, used_level
from abm.kernels_services import mean_openness, service_levels, service_needs
from abm.state.codes import N_SERVICES, Kind, Layer, Service
from abm.state.groups import firms_and_universities
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM, _PLATFORM = int(Kind.FIRM), int(Kind.PLATFORM)
_SERVICE, _PILOT = int(Layer.SERVICE), int(Service.PILOT)
_ROUNDS = 12
"""Rounds in which those who might join a new platform look at each other."""


@kernel
def quality_after(
    first: float, build: float, decay: float, diversity: float, n_services: int, quarters: int
) -> float:  # fmt: skip
    """Return the quality of services after some quarters of normal spending on a number of services.

    With build effective b = build (1 + diversity) / 2 6 / services, b / (b + decay) is where growth and decay meet;
    the distance to it shrinks by 1 - b - decay a quarter.

    >>> round(quality_after(0.15, 0.05, 0.04, 0.86, 6, 12), 4), round(quality_after(0.15, 0.05, 0.04, 0.86, 6, 20), 3)
    (0.4067, 0.474)
    """
    rate = min(1.0, build * (1.0 + diversity) / 2.0 * (N_SERVICES / max(n_services, 1)))
    final = rate / max(rate + decay, 1e-9)
    return float(final + (first - final) * math.pow(max(0.0, 1.0 - rate - decay), quarters))


@kernel
def sector_diversity(candidate: IntArray, sector: IntArray, n_sectors: int) -> float:
    """Return one minus the Herfindahl of firms over sectors, 0 without firms.

    >>> sector_diversity(np.arange(4), np.array([0, 1, 1, 0]), 3)
    0.5
    """
    count = np.zeros(n_sectors)
    squares = 0.0
    for a in range(len(candidate)):
        count[sector[candidate[a]]] += 1.0
    for s in range(n_sectors):
        squares += count[s] * count[s]
    return 1.0 - squares / max(len(candidate) * len(candidate), 1)


@kernel
def free_firms(
    candidate: IntArray, kind: IntArray, region: IntArray, place: int, is_active: BoolArray, layer: IntArray,
    source: IntArray, target: IntArray,
) -> IntArray:  # fmt: skip
    """Return the places in ``candidate`` of a region's firms that no platform serves; the last four are of ties.

    >>> kind, service = np.array([0, 0, 1, 0, 6]), np.array([2])
    >>> free_firms(np.arange(4), kind, np.array([0, 0, 0, 1, 0]), 0, service > 0, service, np.array([4]), np.array([1]))
    array([0])
    """
    is_served = np.zeros(len(kind), np.bool_)
    for e in range(len(layer)):
        if is_active[e] and layer[e] == _SERVICE and kind[source[e]] == _PLATFORM:
            is_served[target[e]] = True
    found = np.empty(len(candidate), np.int64)
    number = 0
    for a in range(len(candidate)):
        i = candidate[a]
        if kind[i] == _FIRM and region[i] == place and not is_served[i]:
            found[number] = a
            number += 1
    return found[:number]


@kernel
def expected_income(
    place: int, is_active: BoolArray, kind: IntArray, region: IntArray, uid: UidArray, sector: IntArray,
    openness: FloatArray, sales: FloatArray, mode: IntArray, planned_adoption: FloatArray, loan_request: FloatArray,
    is_project: BoolArray, stage: IntArray, project_member: IntArray, n_members: IntArray, is_tied: BoolArray,
    layer: IntArray, source: IntArray, target: IntArray, weight: FloatArray, platform_uid: np.uint64,
    platform_fit: FloatArray, lasting_key: np.uint64, n_regions: int, first: float, quarters: int, has_pilots: bool,
    fee: float, fee_cap: float, build: float, decay: float, slots: float, pilot_slots: float, own_facilities: float,
    value: float, spread: float,
) -> float:  # fmt: skip
    """Return the fees of the firms without platform that would join a new one of full age, million yuan per quarter.

    Each weighs the services it has a use for now, at the quality reached ``quarters`` after opening. Those who would
    join crowd each other; some rounds of looking at the others find how many use each service.
    """
    candidate = firms_and_universities(is_active, kind)
    need = service_needs(
        candidate, kind, mode, planned_adoption, loan_request, is_project, stage, project_member, n_members
    )
    mean = mean_openness(candidate, kind, region, openness, n_regions)
    due = fees(candidate, kind, region, sales, n_regions, fee, fee_cap)
    free = free_firms(candidate, kind, region, place, is_tied, layer, source, target)
    diversity = sector_diversity(candidate[free], sector, len(weight))
    quality = np.full((1, N_SERVICES), quality_after(
        first, build, decay, diversity, N_SERVICES - (0 if has_pilots else 1), quarters
    ))  # fmt: skip
    has_service = np.ones((1, N_SERVICES), np.bool_)
    has_service[0, _PILOT] = has_pilots
    worth = np.empty(len(free))
    for f in range(len(free)):
        i = candidate[free[f]]
        taste = lasting_taste(uid[i], platform_uid, lasting_key, spread)
        worth[f] = value * taste * profile_fit(weight[sector[i]], platform_fit)
    row = np.zeros(1, np.int64)
    where = np.full(1, place)
    load, users = np.zeros((1, N_SERVICES)), np.zeros(N_SERVICES)
    income = 0.0
    for _ in range(_ROUNDS):
        level = service_levels(row, row, where, quality, has_service, load, mean, slots, pilot_slots, own_facilities)
        income = 0.0
        users[:] = 0.0
        for f in range(len(free)):
            a = free[f]
            if worth[f] * used_level(need[a], level[0]) > due[a] / max(sales[candidate[a]], 1e-9):
                income += due[a]
                for v in range(N_SERVICES):
                    users[v] += 1.0 if need[a, v] else 0.0
        for v in range(N_SERVICES):
            load[0, v] += 0.5 * (users[v] - load[0, v])
    return income
