"""Stages end: research succeeds or not, pilots are dared or not, products come out, and members learn.

Pilots are where firms draw back, and where results of universities stop (ren 3.1). A platform's service is credited
only with the success that would have failed without it (marginal credit).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_lessons import book_lessons, lessons, move_trust
from abm.kernels_outcomes import (
    finished_stages,
    lead_firms,
    pilot_courage,
    project_strength,
    project_trust,
    result_levels,
)
from abm.kernels_projects import project_counts
from abm.kernels_stages import GOES_ON, apply_outcomes, open_markets, stage_outcomes
from abm.parameters import Innovation, Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Event, Origin, ProjectKind, Route, Service, Stage
from abm.state.tables import Projects
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_OWN = int(ProjectKind.OWN)
_CALL = int(ProjectKind.CALL)
_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_SHELF = int(Stage.SHELVED)
_FACILITIES = int(Service.FACILITIES)
_PILOT_SERVICE = int(Service.PILOT)

_FOUND = int(Event.RESEARCH_SUCCEEDED)
_NOT_FOUND = int(Event.RESEARCH_FAILED)
_SHELVED = int(Event.SHELVED)
_PILOT_FAILED = int(Event.PILOT_FAILED)
_INDUSTRIALISED = int(Event.INDUSTRIALISED)
_NOT_INDUSTRIALISED = int(Event.INDUSTRIALISATION_FAILED)
_ABANDONED = int(Event.ABANDONED)
_NEUTRAL = 0.5


@rule(
    writes=(
        "projects.*", "actors.capability", "actors.year_gain", "actors.novelty", "actors.n_projects", "ties.trust",
        *ledger.WRITES,
    ),
    source="ren:3.1; ren:4.2; li:3.A; reuer2005; F5; F32; F33; F35; F36",
    off={"switches.innovation": False},
)  # fmt: skip
def finish_stages(world: World, parameters: Parameters, draws: Draws) -> None:
    """Stages that are over succeed, fail, or end on the shelf; members learn from results by the effort they paid.

    Equation   P(research) = 1 - exp(-hazard (1/2 + x)(1/2 + tau)(1 + gain f)); B = min(F, max_j A_jk + z F);
               dare = logit(sharpness (P worth / burden - 1 - risk)); P(pilot) = base + gain (own + (1 - own) s);
               dA_ik = (1 - exp(-rho absorption effort)) max(0, B - A_ik); tau <- tau + lambda (o - tau)
    Units      P, x, tau, f, s, o: 1; A, B, F: level; worth, burden, effort: million yuan
    Source     ren 3.1, 4.2 (pilots and shelves); li 3.A (alliances); Reuer & Zollo 2005 (F5); F32, F33, F35, F36
    Draws      outcome of stage (one a project and stage), result level (six a project)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, pr = parameters.innovation, world.actors, world.projects
    done = finished_stages(pr.is_active, pr.stage, pr.remaining, _SHELF)
    if len(done) == 0:
        return
    lists, ties = world.neighbours(), world.ties
    trust = project_trust(
        done, pr.n_members, pr.member, lists.start, lists.other, lists.tie, ties.layer, ties.trust, p.stranger_trust
    )
    strength = project_strength(
        done, pr.n_members, pr.member, pr.member_uid, pr.field, a.is_active, a.uid, a.capability,
        world.fields.frontier, a.service, _FACILITIES, _PILOT_SERVICE,
    )  # fmt: skip
    lead = lead_firms(done, pr.kind, pr.n_members, pr.member, pr.member_uid, a.is_active, a.uid, a.kind)
    duration, factor = _stages(p)
    research_cost = pr.cost[done] / factor[pr.stage[done]]
    dare = _courage(world, parameters, done, lead, strength, research_cost)
    outcome = stage_outcomes(
        done, pr.uid, pr.kind, pr.stage, pr.remaining, strength, trust, dare, pr.service_share,
        p.search_hazard, p.facility_gain, p.agreement, p.pilot_base, p.pilot_gain, p.own_pilot,
        p.industrialisation_success, draws.key("outcome of stage"),
    )  # fmt: skip
    result_levels(
        done, outcome == _FOUND, pr.uid, pr.field, strength, world.fields.frontier, pr.artefact,
        p.step, p.radical_share, p.radical_factor, parameters.frontier.leapfrog, draws.key("result level"),
    )  # fmt: skip
    _teach(world, p, done, (outcome == _FOUND) | (outcome == _INDUSTRIALISED))
    open_markets(outcome, lead, research_cost, a.expected_orders, a.novelty, p.novelty_return)
    move_trust(
        done, _judged(outcome), pr.n_members, pr.member, lists.start, lists.other, lists.tie, ties.layer, ties.trust,
        p.trust_speed,
    )  # fmt: skip
    _record(world, done, outcome)
    apply_outcomes(
        done, outcome, pr.kind, pr.is_active, pr.stage, pr.remaining, pr.cost, pr.n_members, pr.member,
        pr.member_uid, pr.effort, duration, factor,
    )  # fmt: skip
    a.n_projects[:] = project_counts(pr.is_active, pr.stage, pr.n_members, pr.member, a.rows)


def _stages(p: Innovation) -> tuple[IntArray, FloatArray]:
    """Return duration and cost factor of each stage."""
    duration = (p.research_quarters, p.development_quarters, p.pilot_quarters, p.industrialisation_quarters)
    factor = (1.0, p.development_cost, p.pilot_cost, p.industrialisation_cost)
    return np.array(duration, dtype=np.int64), np.array(factor)


def _courage(
    world: World, parameters: Parameters, done: IntArray, lead: IntArray, strength: FloatArray, cost: FloatArray
) -> FloatArray:
    p, a, pr = parameters.innovation, world.actors, world.projects
    chances = np.minimum(1.0, p.pilot_base + p.pilot_gain * (p.own_pilot + (1.0 - p.own_pilot) * strength[:, 2]))
    return pilot_courage(
        done, lead, pr.kind, pr.field, pr.artefact, cost, strength, a.sector, a.expected_orders, a.cash, a.absorption,
        a.capability, world.fields.frontier, world.structure.weight, float(p.pilot_quarters), p.pilot_cost,
        p.industrialisation_quarters * p.industrialisation_cost, parameters.calls.paid_share, p.cash_share,
        p.rho, p.reference_effort, parameters.strategy.gain_value, p.product_value, p.novelty_return,
        chances * p.industrialisation_success, p.risk_aversion, p.decision_sharpness,
    )  # fmt: skip


def _teach(world: World, p: Innovation, done: IntArray, teaches: BoolArray) -> None:
    if not teaches.any():
        return
    a, pr, books = world.actors, world.projects, world.ledger
    amount = lessons(
        done, teaches, pr.n_members, pr.member, pr.member_uid, pr.effort, pr.field, pr.artefact, a.is_active, a.uid,
        a.absorption, a.capability, p.rho, p.reference_effort,
    )  # fmt: skip
    origin, route, credit = _ways(pr, done)
    book_lessons(
        done, amount, origin, route, credit, pr.member, pr.field, a.sector, world.structure.weight,
        world.fields.frontier, a.capability, a.year_gain, books.stock, books.gain, books.total_gain,
    )  # fmt: skip


def _ways(projects: Projects, done: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return origin, route and the share credited to platform services of what each project teaches."""
    kind, tie_origin = projects.kind[done], projects.tie_origin[done]
    is_alone = projects.n_members[done] < 2
    origin = np.where(is_alone | (kind == _OWN), int(Origin.OWN_RESEARCH), int(Origin.JOINT_RESEARCH))
    route = np.where(is_alone | (tie_origin < 0), int(Route.OWN), tie_origin)
    is_call = kind == _CALL
    origin[is_call], route[is_call] = int(Origin.CALL), int(Route.CALL)
    return origin, route, np.where(is_call, 0.0, projects.service_share[done])


def _judged(outcome: IntArray) -> FloatArray:
    """Return success 1, neutral 0.5, failure 0 where a project ended or was laid aside, else -1 (model.md 1, F5)."""
    judged = np.full(len(outcome), -1.0)
    judged[outcome == _INDUSTRIALISED] = 1.0
    judged[(outcome == _SHELVED) | (outcome == _PILOT_FAILED) | (outcome == _NOT_INDUSTRIALISED)] = _NEUTRAL
    judged[(outcome == _NOT_FOUND) | (outcome == _ABANDONED)] = 0.0
    return judged


def _record(world: World, done: IntArray, outcome: IntArray) -> None:
    """Add one event per outcome; a university result goes straight to the shelf."""
    pr = world.projects
    happened = outcome != GOES_ON
    rows, kind = done[happened], outcome[happened]
    events = _add_events(world, kind, rows, pr.cause[rows])
    found = kind == _FOUND
    rows, events = rows[found], events[found]
    _add_events(world, Event.ARTEFACT, rows, events)
    on_shelf = pr.kind[rows] == _BY_UNIVERSITY
    _add_events(world, Event.SHELVED, rows[on_shelf], events[on_shelf])


def _add_events(world: World, event: Event | IntArray, rows: IntArray, cause: IntArray) -> IntArray:
    pr = world.projects
    if len(rows) == 0:
        return rows
    level = pr.artefact[rows] / world.fields.frontier[pr.field[rows]]
    return world.events.add(
        event, world.quarter, pr.member_uid[rows, 0], region=pr.region[rows], partner=pr.member_uid[rows, 1],
        project=pr.uid[rows], field=pr.field[rows], channel=pr.kind[rows], amount=level, cause=cause,
    )  # fmt: skip
