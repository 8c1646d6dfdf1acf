"""What stages of projects end in, and where the projects go from there."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_lessons import book_lessons, grant_patents, lessons, move_trust
from abm.kernels_outcomes import (
    finished_stages,
    pilot_chance,
    pilot_courage,
    project_teams,
    research_chance,
    result_level,
)
from abm.kernels_projects import new_product_share, project_counts
from abm.randomness import uniform
from abm.state.codes import Event, Origin, ProjectKind, Route, Stage
from abm.types import BoolArray, FloatArray, IntArray, UidArray

GOES_ON = -1
"""Code of a stage that ends without an event: development that leads to a pilot."""
_OWN = int(ProjectKind.OWN)
_CALL = int(ProjectKind.CALL)
_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_RESEARCH = int(Stage.RESEARCH)
_DEVELOPMENT = int(Stage.DEVELOPMENT)
_PILOT = int(Stage.PILOT)
_SHELF = int(Stage.SHELVED)
_FOUND = int(Event.RESEARCH_SUCCEEDED)
_NOT_FOUND = int(Event.RESEARCH_FAILED)
_SHELVED = int(Event.SHELVED)
_PILOTED = int(Event.PILOTED)
_PILOT_FAILED = int(Event.PILOT_FAILED)
_INDUSTRIALISED = int(Event.INDUSTRIALISED)
_NOT_INDUSTRIALISED = int(Event.INDUSTRIALISATION_FAILED)
_ABANDONED = int(Event.ABANDONED)
_ARTEFACT = int(Event.ARTEFACT)
_ALONE = int(Origin.OWN_RESEARCH)
_TOGETHER = int(Origin.JOINT_RESEARCH)
_COMMON = int(Origin.CALL)
_OWN_ROUTE = int(Route.OWN)
_BY_CALL = int(Route.CALL)
_NEUTRAL = 0.5
"""How a project is judged that ends on the shelf or without a product; success is 1, failure 0 (F5)."""


@kernel
def stage_outcomes(
    is_active: BoolArray, uid: UidArray, kind: IntArray, is_national: BoolArray, stage: IntArray, remaining: IntArray,
    n_members: IntArray, member: IntArray, member_uid: UidArray, field: IntArray, cost: FloatArray,
    artefact: FloatArray, service_share: FloatArray, venture_share: FloatArray, actor_is_active: BoolArray,
    actor_uid: UidArray, actor_kind: IntArray, region: IntArray, sector: IntArray, expected_orders: FloatArray,
    cash: FloatArray, absorption: FloatArray, capability: FloatArray, service: FloatArray, novelty: FloatArray,
    frontier: FloatArray, weight: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    trust: FloatArray, factor: FloatArray, stranger: float, hazard: float, facility_gain: float, agreement: float,
    base: float, gain: float, own: float, last_success: float, quarters: float, last_cost: float, call_part: float,
    national_part: float, cash_share: float, rho: float, reference: FloatArray, gain_value: float, product_value: float,
    novelty_return: float, risk_aversion: float, sharpness: float, step: float, radical_share: float,
    radical_factor: float, leapfrog: float, shares_risk: bool, key: np.uint64, level_key: np.uint64,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the projects whose stage is over and what happened to each, a code of `Event`, -1 if it simply goes on.

    Before a pilot members agree on how to go on, the likelier the more they trust each other; a firm that has taken
    up a university result decides alone. A success that needed a service (drawn between the chance without and the
    chance with it) marks the project. Research that succeeds sets the level of the result, a product raises the share
    of the leading firm's sales from new products. The columns of projects come first, then those of actors.
    """
    done = finished_stages(is_active, stage, remaining)
    team, lead = project_teams(
        done, kind, n_members, member, member_uid, field, actor_is_active, actor_uid, actor_kind, capability,
        frontier, service, start, other, tie, layer, trust, stranger,
    )  # fmt: skip
    outcome = np.full(len(done), GOES_ON, np.int64)
    for d in range(len(done)):
        p = done[d]
        k = field[p]
        i = lead[d]
        research_cost = cost[p] / factor[stage[p]]
        draw = uniform(key, uid[p], stage[p])
        if remaining[p] < 0:
            outcome[d] = _ABANDONED
        elif stage[p] == _RESEARCH:
            chance = research_chance(team[d, 0], team[d, 4], team[d, 1], hazard, facility_gain)
            outcome[d] = _FOUND if draw < chance else _NOT_FOUND
            if research_chance(team[d, 0], team[d, 4], 0.0, hazard, facility_gain) <= draw < chance:
                service_share[p] = 1.0
            if draw < chance:
                level = result_level(team[d, 0], uid[p], step, radical_share, radical_factor, leapfrog, level_key)
                artefact[p] = level * frontier[k]
        elif stage[p] == _DEVELOPMENT:
            must_agree = team[d, 3] > 1.5 and kind[p] != _BY_UNIVERSITY
            agree = min(1.0, agreement * (0.5 + team[d, 4])) if must_agree else 1.0
            dare = 0.0
            if i >= 0:
                dare = pilot_courage(
                    kind[p] == _CALL, (artefact[p] - capability[i, k]) / frontier[k], research_cost, team[d, 3],
                    expected_orders[i], cash[i], absorption[i], weight[sector[i], k],
                    pilot_chance(team[d, 2], base, gain, own) * last_success, quarters, factor[_PILOT], last_cost,
                    national_part if is_national[p] else call_part, cash_share, rho, reference[region[i]], gain_value,
                    product_value, novelty_return, risk_aversion, sharpness, venture_share[p] if shares_risk else 0.0,
                )  # fmt: skip
            if draw >= agree * dare:
                outcome[d] = _SHELVED
        elif stage[p] == _PILOT:
            chance = pilot_chance(team[d, 2], base, gain, own)
            outcome[d] = _PILOTED if draw < chance else _PILOT_FAILED
            if pilot_chance(0.0, base, gain, own) <= draw < chance:
                service_share[p] = 1.0
        else:
            outcome[d] = _INDUSTRIALISED if draw < last_success else _NOT_INDUSTRIALISED
            if draw < last_success and i >= 0:
                added = new_product_share(research_cost, expected_orders[i], novelty_return)
                novelty[i] += (1.0 - novelty[i]) * added
    return done, outcome


@kernel
def what_is_learned(
    done: IntArray, outcome: IntArray, kind: IntArray, n_members: IntArray, tie_origin: IntArray,
    service_share: FloatArray,
) -> tuple[BoolArray, FloatArray, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return what each project leaves: whether it teaches, how it is judged, origin and route of what it teaches.

    Judged a success 1, neutral 1/2 or a failure 0 where it ended or was laid aside, else -1 (F5). Last comes the share
    of what is learned that is credited to services of a platform.

    >>> import numpy as np
    >>> found, judged, origin, route, credit = what_is_learned(np.array([0, 1]), np.array([_FOUND, _SHELVED]),
    ...     np.array([int(ProjectKind.JOINT), _CALL]), np.array([2, 3]), np.array([0, 3]), np.ones(2))
    >>> found.tolist(), judged.tolist(), credit.tolist()
    ([True, False], [-1.0, 0.5], [1.0, 0.0])
    >>> origin.tolist() == [_TOGETHER, _COMMON], route.tolist() == [0, _BY_CALL]
    (True, True)
    """
    number = len(done)
    teaches = np.zeros(number, np.bool_)
    judged = np.full(number, -1.0)
    origin = np.full(number, _ALONE, np.int64)
    route = np.full(number, _OWN_ROUTE, np.int64)
    credit = np.zeros(number)
    for d in range(number):
        p = done[d]
        event = outcome[d]
        teaches[d] = event in (_FOUND, _INDUSTRIALISED)
        if event == _INDUSTRIALISED:
            judged[d] = 1.0
        elif event in (_SHELVED, _PILOT_FAILED, _NOT_INDUSTRIALISED):
            judged[d] = _NEUTRAL
        elif event in (_NOT_FOUND, _ABANDONED):
            judged[d] = 0.0
        if kind[p] == _CALL:
            origin[d] = _COMMON
            route[d] = _BY_CALL
            continue
        credit[d] = service_share[p]
        if n_members[p] > 1:
            if kind[p] != _OWN:
                origin[d] = _TOGETHER
            if tie_origin[p] >= 0:
                route[d] = tie_origin[p]
    return teaches, judged, origin, route, credit


@kernel
def told_events(
    done: IntArray, outcome: IntArray, kind: IntArray, cause: IntArray, first: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return kind, project and cause of the events to record: the outcomes, then results, then those put on a shelf.

    `first` is the identity the first of them gets: results are caused by the success of research, and one of a
    university goes straight to the shelf.

    >>> import numpy as np
    >>> code, rows, why = told_events(np.array([4]), np.array([_FOUND]), np.array([0, 0, 0, 0, 3]), np.full(5, 8), 20)
    >>> code.tolist() == [_FOUND, _ARTEFACT, _SHELVED], rows.tolist(), why.tolist()
    (True, [4, 4, 4], [8, 20, 20])
    """
    code = np.empty(3 * len(done), np.int64)
    rows = np.empty(3 * len(done), np.int64)
    why = np.empty(3 * len(done), np.int64)
    number = 0
    for d in range(len(done)):
        if outcome[d] != GOES_ON:
            code[number] = outcome[d]
            rows[number] = done[d]
            why[number] = cause[done[d]]
            number += 1
    n_outcomes = number
    for event in (_ARTEFACT, _SHELVED):
        for e in range(n_outcomes):
            if code[e] == _FOUND and (event == _ARTEFACT or kind[rows[e]] == _BY_UNIVERSITY):
                code[number] = event
                rows[number] = rows[e]
                why[number] = first + e
                number += 1
    return code[:number].copy(), rows[:number].copy(), why[:number].copy()


@kernel
def apply_outcomes(
    done: IntArray,
    outcome: IntArray,
    kind: IntArray,
    is_active: BoolArray,
    stage: IntArray,
    remaining: IntArray,
    cost: FloatArray,
    n_members: IntArray,
    member: IntArray,
    member_uid: UidArray,
    effort: FloatArray,
    venture_share: FloatArray,
    duration: IntArray,
    factor: FloatArray,
) -> None:
    """Move projects to their next stage, to the shelf, or out of the table.

    What has been learned is done with: effort starts again at 0 after a result. A university result that a firm
    lays aside goes back to the shelf alone.
    """
    for d in range(len(done)):
        p = done[d]
        to_shelf = outcome[d] == _SHELVED or (outcome[d] == _FOUND and kind[p] == _BY_UNIVERSITY)
        if outcome[d] == _FOUND or to_shelf:
            for m in range(effort.shape[1]):
                effort[p, m] = 0.0
        if to_shelf:
            cost[p] /= factor[stage[p]]
            stage[p] = _SHELF
            remaining[p] = 0
            if kind[p] == _BY_UNIVERSITY:
                n_members[p] = 1
                member[p, 1] = -1
                member_uid[p, 1] = np.uint64(0)
        elif outcome[d] == GOES_ON or outcome[d] == _FOUND or outcome[d] == _PILOTED:
            cost[p] *= factor[stage[p] + 1] / factor[stage[p]]
            stage[p] += 1
            remaining[p] = duration[stage[p]]
        else:
            is_active[p] = False
        if to_shelf or not is_active[p]:
            venture_share[p] = 0.0


@kernel
def end_stages(
    done: IntArray, outcome: IntArray, is_active: BoolArray, kind: IntArray, stage: IntArray, remaining: IntArray,
    n_members: IntArray, member: IntArray, member_uid: UidArray, effort: FloatArray, field: IntArray, cost: FloatArray,
    artefact: FloatArray, service_share: FloatArray, venture_share: FloatArray, tie_origin: IntArray, cause: IntArray,
    actor_is_active: BoolArray, actor_uid: UidArray, region: IntArray, sector: IntArray, absorption: FloatArray,
    capability: FloatArray, year_gain: FloatArray, n_projects: IntArray, patent_level: FloatArray,
    patent_origin: IntArray, stock: FloatArray, gain: FloatArray,
    total_gain: FloatArray, frontier: FloatArray, weight: FloatArray, start: IntArray, other: IntArray, tie: IntArray,
    layer: IntArray, trust: FloatArray, duration: IntArray, factor: FloatArray, rho: float, reference: FloatArray,
    trust_speed: float, first: int,
) -> tuple[IntArray, IntArray, IntArray, UidArray]:  # fmt: skip
    """Let members learn, get rights and trust by what stages ended in, and projects go where that leads them.

    Return the events to record, as `told_events` does, and the partner of each: the first member after the initiator.
    """
    teaches, judged, origin, route, credit = what_is_learned(done, outcome, kind, n_members, tie_origin, service_share)
    amount = lessons(
        done, teaches, n_members, member, member_uid, effort, field, artefact, actor_is_active, actor_uid, region,
        absorption, capability, rho, reference,
    )  # fmt: skip
    book_lessons(
        done, amount, origin, route, credit, member, field, sector, weight, frontier, capability, year_gain, stock,
        gain, total_gain,
    )  # fmt: skip
    grant_patents(
        done, outcome, _FOUND, origin, n_members, member, member_uid, field, artefact, actor_is_active, actor_uid,
        patent_level, patent_origin,
    )  # fmt: skip
    move_trust(done, judged, n_members, member, start, other, tie, layer, trust, trust_speed)
    code, rows, why = told_events(done, outcome, kind, cause, first)
    partner = np.empty(len(rows), np.uint64)
    for e in range(len(rows)):
        partner[e] = member_uid[rows[e], 1]
    apply_outcomes(
        done, outcome, kind, is_active, stage, remaining, cost, n_members, member, member_uid, effort,
        venture_share, duration, factor,
    )  # fmt: skip
    n_projects[:] = project_counts(is_active, stage, n_members, member, len(n_projects))
    return code, rows, why, partner
