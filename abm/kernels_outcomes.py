"""Chances and decisions at the end of a project's stages, one project at a time."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import (
    chance_to_dare,
    is_present,
    learned_share,
    new_product_share,
    payer_place,
    research_tie,
    result_worth,
)
from abm.randomness import beta_three_three, uniform
from abm.state.codes import Kind, ProjectKind
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_CALL = int(ProjectKind.CALL)


@kernel
def finished_stages(is_active: BoolArray, stage: IntArray, remaining: IntArray, shelved: int) -> IntArray:
    """Return the rows of projects whose stage is over or which are given up."""
    rows = np.empty(len(is_active), np.int64)
    number = 0
    for p in range(len(is_active)):
        if is_active[p] and stage[p] != shelved and remaining[p] <= 0:
            rows[number] = p
            number += 1
    return rows[:number].copy()


@kernel
def research_chance(skill: float, trust: float, facility: float, hazard: float, facility_gain: float) -> float:
    """Return P = 1 - exp(-hazard (1/2 + skill) (1/2 + trust) (1 + facility_gain facility)).

    >>> round(research_chance(0.5, 0.5, 0.0, 1.0, 0.4), 4), round(research_chance(0.5, 0.5, 1.0, 1.0, 0.4), 4)
    (0.6321, 0.7534)
    """
    return 1.0 - math.exp(-hazard * (0.5 + skill) * (0.5 + trust) * (1.0 + facility_gain * facility))


@kernel
def pilot_chance(service: float, base: float, gain: float, own: float) -> float:
    """Return base + gain (own + (1 - own) service), at most 1: a platform adds what the own works cannot do.

    >>> pilot_chance(0.0, 0.3, 0.5, 0.6), pilot_chance(1.0, 0.3, 0.5, 0.6)
    (0.6, 0.8)
    """
    return min(1.0, base + gain * (own + (1.0 - own) * service))


@kernel
def project_trust(
    done: IntArray,
    n_members: IntArray,
    member: IntArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    trust: FloatArray,
    stranger: float,
) -> FloatArray:
    """Return the mean trust between initiator and partners of each project in `done`; 1/2 where one works alone."""
    result = np.full(len(done), 0.5)
    for d in range(len(done)):
        p = done[d]
        if n_members[p] < 2:
            continue
        total = 0.0
        for m in range(1, n_members[p]):
            row = research_tie(start, other, tie, layer, member[p, 0], member[p, m])
            total += trust[row] if row >= 0 else stranger
        result[d] = total / (n_members[p] - 1)
    return result


@kernel
def project_strength(
    done: IntArray,
    n_members: IntArray,
    member: IntArray,
    member_uid: UidArray,
    field: IntArray,
    actor_is_active: BoolArray,
    actor_uid: UidArray,
    capability: FloatArray,
    frontier: FloatArray,
    service: FloatArray,
    facilities: int,
    pilot: int,
) -> FloatArray:
    """Return the best members' skill x_k, access to facilities and to a pilot, and the number present, (done, 4)."""
    result = np.zeros((len(done), 4))
    for d in range(len(done)):
        p = done[d]
        k = field[p]
        for m in range(n_members[p]):
            i = member[p, m]
            if is_present(i, member_uid[p, m], actor_is_active, actor_uid):
                result[d, 0] = max(result[d, 0], capability[i, k] / frontier[k])
                result[d, 1] = max(result[d, 1], service[i, facilities])
                result[d, 2] = max(result[d, 2], service[i, pilot])
                result[d, 3] += 1.0
    return result


@kernel
def lead_firms(
    done: IntArray,
    kind: IntArray,
    n_members: IntArray,
    member: IntArray,
    member_uid: UidArray,
    actor_is_active: BoolArray,
    actor_uid: UidArray,
    actor_kind: IntArray,
) -> IntArray:
    """Return the firm that would make the product: who answers, if a firm, else the first firm; -1 for none."""
    lead = np.full(len(done), -1, np.int64)
    for d in range(len(done)):
        p = done[d]
        for m in range(payer_place(kind[p], n_members[p]), n_members[p]):
            i = member[p, m]
            if lead[d] < 0 and is_present(i, member_uid[p, m], actor_is_active, actor_uid) and actor_kind[i] == _FIRM:
                lead[d] = i
    return lead


@kernel
def pilot_courage(
    done: IntArray,
    lead: IntArray,
    kind: IntArray,
    field: IntArray,
    artefact: FloatArray,
    research_cost: FloatArray,
    strength: FloatArray,
    sector: IntArray,
    expected_orders: FloatArray,
    cash: FloatArray,
    absorption: FloatArray,
    capability: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    quarters: float,
    pilot_cost: float,
    last_cost: float,
    call_part: float,
    cash_share: float,
    rho: float,
    reference: float,
    gain_value: float,
    product_value: float,
    novelty_return: float,
    chances: FloatArray,
    risk_aversion: float,
    sharpness: float,
) -> FloatArray:
    """Return the chance that the lead firm dares pilot and industrialisation, by expected worth over its own burden.

    `quarters` of pilot at `pilot_cost` and the last stage at `last_cost` times the quarterly research cost; the firm
    bears its part among the members present. `chances` is the chance of success per project. A firm that cannot pay
    the first quarter of the pilot from its cash, or a project without a firm, stops.
    """
    dare = np.zeros(len(done))
    for d in range(len(done)):
        i = lead[d]
        if i < 0:
            continue
        p = done[d]
        k = field[p]
        part = 1.0 / max(1.0, strength[d, 3])
        if kind[p] == _CALL:
            part *= 1.0 - call_part
        if part * pilot_cost * research_cost[d] > cash_share * cash[i]:
            continue
        burden = part * research_cost[d] * (quarters * pilot_cost + last_cost)
        gap = max(0.0, artefact[p] - capability[i, k]) / frontier[k]
        worth = result_worth(
            expected_orders[i], weight[sector[i], k], gap, learned_share(absorption[i], burden, rho, reference),
            new_product_share(research_cost[d], expected_orders[i], novelty_return), gain_value, product_value,
        )  # fmt: skip
        dare[d] = chance_to_dare(chances[d] * worth, burden, risk_aversion, sharpness)
    return dare


@kernel
def result_levels(
    done: IntArray,
    is_result: BoolArray,
    uid: UidArray,
    field: IntArray,
    strength: FloatArray,
    frontier: FloatArray,
    artefact: FloatArray,
    step: float,
    radical_share: float,
    radical_factor: float,
    leapfrog: float,
    key: np.uint64,
) -> None:
    """Set the level of new results: B = min(F, max_j A_jk + z F), z ~ step Beta(3, 3); radical ones leap further."""
    for d in range(len(done)):
        if not is_result[d]:
            continue
        p = done[d]
        k = field[p]
        z = step * beta_three_three(key, uid[p], 1)
        top = 1.0
        if uniform(key, uid[p], 0) < radical_share:
            z *= radical_factor
            top += leapfrog
        artefact[p] = min(top, strength[d, 0] + z) * frontier[k]
