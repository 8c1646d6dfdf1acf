"""Chances and decisions at the end of a project's stages, one project at a time."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import (
    chance_to_dare,
    learned_share,
    new_product_share,
    payer_place,
    research_tie,
    result_worth,
)
from abm.randomness import beta_three_three, uniform
from abm.state.codes import Kind, Service, Stage
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_SHELF = int(Stage.SHELVED)
_FACILITIES = int(Service.FACILITIES)
_PILOT_SERVICE = int(Service.PILOT)


@kernel
def finished_stages(is_active: BoolArray, stage: IntArray, remaining: IntArray) -> IntArray:
    """Return the rows of projects whose stage is over or which are given up.

    >>> import numpy as np
    >>> finished_stages(np.ones(4, np.bool_), np.array([0, 1, 4, 2]), np.array([0, 1, 0, -1])).tolist()
    [0, 3]
    """
    rows = np.empty(len(is_active), np.int64)
    number = 0
    for p in range(len(is_active)):
        if is_active[p] and stage[p] != _SHELF and remaining[p] <= 0:
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
def project_teams(
    done: IntArray, kind: IntArray, n_members: IntArray, member: IntArray, member_uid: UidArray, field: IntArray,
    actor_is_active: BoolArray, actor_uid: UidArray, actor_kind: IntArray, capability: FloatArray,
    frontier: FloatArray, service: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    trust: FloatArray, stranger: float,
) -> tuple[FloatArray, IntArray]:  # fmt: skip
    """Return what the members of each project in `done` bring to it, shape (done, 5), and the firm that leads it.

    The best skill x_k, access to facilities and to a pilot of those present, their number, and the mean trust between
    initiator and partners (`stranger` without a tie, 1/2 where one works alone). The firm that would make the product
    is who answers for the project, if a firm, else the first firm; -1 for none.

    >>> import numpy as np
    >>> yes, none, uid = np.ones(2, np.bool_), np.zeros(2, np.int64), np.array([7, 9], np.uint64)
    >>> team, lead = project_teams(none[:1], none, np.array([2]), np.array([[0, 1]]), uid.reshape(1, 2), none, yes, uid,
    ...     np.array([1, 0]), np.array([[0.4], [0.2]]), np.array([0.5]), np.zeros((2, 6)), np.zeros(3, np.int64), none,
    ...     none, none, np.zeros(2), 0.25)
    >>> team.tolist(), lead.tolist()
    ([[0.8, 0.0, 0.0, 2.0, 0.25]], [1])
    """
    team = np.zeros((len(done), 5))
    lead = np.full(len(done), -1, np.int64)
    for d in range(len(done)):
        p = done[d]
        k = field[p]
        total = 0.0
        for m in range(n_members[p]):
            i = member[p, m]
            if m > 0:
                row = research_tie(start, other, tie, layer, member[p, 0], i)
                total += trust[row] if row >= 0 else stranger
            if i < 0 or not actor_is_active[i] or actor_uid[i] != member_uid[p, m]:
                continue
            team[d, 0] = max(team[d, 0], capability[i, k] / frontier[k])
            team[d, 1] = max(team[d, 1], service[i, _FACILITIES])
            team[d, 2] = max(team[d, 2], service[i, _PILOT_SERVICE])
            team[d, 3] += 1.0
            if lead[d] < 0 and actor_kind[i] == _FIRM and m >= payer_place(kind[p], n_members[p]):
                lead[d] = i
        team[d, 4] = total / (n_members[p] - 1) if n_members[p] > 1 else 0.5
    return team, lead


@kernel
def pilot_courage(
    is_call: bool, ahead: float, research_cost: float, present: float, size: float, cash: float, absorption: float,
    weight: float, chance: float, quarters: float, pilot_cost: float, last_cost: float, call_part: float,
    cash_share: float, rho: float, reference: float, gain_value: float, product_value: float, novelty_return: float,
    risk_aversion: float, sharpness: float, shared: float,
) -> float:  # fmt: skip
    """Return the chance that a firm dares pilot and industrialisation, by expected worth over its own burden.

    `quarters` of pilot at `pilot_cost` and the last stage at `last_cost` times the quarterly research cost; the firm
    bears its part among the members present, less what a venture fund has paid for, `shared`.
    `ahead` is how far the result is ahead of the firm relative to the
    frontier, `chance` that of success. A firm that cannot pay the first quarter of the pilot from its cash stops.

    >>> terms = (2.0, 1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 0.0, 0.25, 1.0, 0.0, 5.0)
    >>> [round(pilot_courage(False, 0.1, 1.0, 1.0, 1.0, cash, 0.5, 0.5, 3.0, *terms, part), 3) for cash, part in
    ...  ((2.0, 0.0), (1.0, 0.0), (1.0, 0.5))]  # the last bears half: its burden is half of the worth
    [0.5, 0.0, 0.993]
    """
    part = (1.0 - shared) / max(1.0, present)
    if is_call:
        part *= 1.0 - call_part
    if part * pilot_cost * research_cost > cash_share * cash:
        return 0.0
    burden = part * research_cost * (quarters * pilot_cost + last_cost)
    worth = result_worth(
        size, weight, max(0.0, ahead), learned_share(absorption, burden, rho, reference),
        new_product_share(research_cost, size, novelty_return), gain_value, product_value,
    )  # fmt: skip
    return chance_to_dare(chance * worth, burden, risk_aversion, sharpness)


@kernel
def result_level(
    skill: float, uid: np.uint64, step: float, radical_share: float, radical_factor: float, leapfrog: float,
    key: np.uint64,
) -> float:  # fmt: skip
    """Return the level of a new result, frontier = 1: min(1, x + z), z ~ step Beta(3, 3); radical ones leap further.

    >>> import numpy as np
    >>> [result_level(0.9, np.uint64(5), 0.0, share, 3.0, 0.1, np.uint64(7)) for share in (0.0, 1.0)]
    [0.9, 0.9]
    """
    z = step * beta_three_three(key, uid, 1)
    top = 1.0
    if uniform(key, uid, 0) < radical_share:
        z *= radical_factor
        top += leapfrog
    return min(top, skill + z)
