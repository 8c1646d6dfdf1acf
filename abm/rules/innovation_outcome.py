"""Stages end: research succeeds or not, pilots are dared or not, products come out, and members learn.

Pilots are where firms draw back, and where results of universities stop (ren 3.1). A platform's service is credited
only with the success that would have failed without it (marginal credit).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_lessons import book_lessons, lessons, move_trust
from abm.kernels_outcomes import finished_stages, project_teams
from abm.kernels_projects import project_counts
from abm.kernels_stages import apply_outcomes, stage_outcomes, told_events, what_is_learned
from abm.parameters import Innovation, Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.world import World
from abm.types import FloatArray, IntArray


@rule(
    writes=(
        "projects.is_active", "projects.stage", "projects.remaining", "projects.cost", "projects.n_members",
        "projects.member", "projects.member_uid", "projects.effort", "projects.artefact", "projects.service_share",
        "actors.capability", "actors.year_gain", "actors.novelty", "actors.n_projects", "ties.trust", *ledger.WRITES,
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
    done = finished_stages(pr.is_active, pr.stage, pr.remaining)
    if len(done) == 0:
        return
    lists, ties, frontier, weight = world.neighbours(), world.ties, world.fields.frontier, world.structure.weight
    team, lead = project_teams(
        done, pr.kind, pr.n_members, pr.member, pr.member_uid, pr.field, a.is_active, a.uid, a.kind, a.capability,
        frontier, a.service, lists.start, lists.other, lists.tie, ties.layer, ties.trust, p.stranger_trust,
    )  # fmt: skip
    duration, factor = _stages(p)
    outcome = stage_outcomes(
        done, team, lead, pr.uid, pr.kind, pr.stage, pr.remaining, pr.field, pr.cost, pr.artefact, pr.service_share,
        a.sector, a.expected_orders, a.cash, a.absorption, a.capability, frontier, weight, factor, a.novelty,
        p.search_hazard, p.facility_gain, p.agreement, p.pilot_base, p.pilot_gain, p.own_pilot,
        p.industrialisation_success, float(p.pilot_quarters), p.industrialisation_quarters * p.industrialisation_cost,
        parameters.calls.paid_share, p.cash_share, p.rho, p.reference_effort, parameters.strategy.gain_value,
        p.product_value, p.novelty_return, p.risk_aversion, p.decision_sharpness, p.step, p.radical_share,
        p.radical_factor, parameters.frontier.leapfrog, draws.key("outcome of stage"), draws.key("result level"),
    )  # fmt: skip
    teaches, judged, origin, route, credit = what_is_learned(
        done, outcome, pr.kind, pr.n_members, pr.tie_origin, pr.service_share
    )
    amount = lessons(
        done, teaches, pr.n_members, pr.member, pr.member_uid, pr.effort, pr.field, pr.artefact, a.is_active, a.uid,
        a.absorption, a.capability, p.rho, p.reference_effort,
    )  # fmt: skip
    books = world.ledger
    book_lessons(
        done, amount, origin, route, credit, pr.member, pr.field, a.sector, weight, frontier, a.capability,
        a.year_gain, books.stock, books.gain, books.total_gain,
    )  # fmt: skip
    move_trust(
        done, judged, pr.n_members, pr.member, lists.start, lists.other, lists.tie, ties.layer, ties.trust,
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


def _record(world: World, done: IntArray, outcome: IntArray) -> None:
    """Add the events of all outcomes, and of the results they brought."""
    pr, events = world.projects, world.events
    kind, rows, cause = told_events(done, outcome, pr.kind, pr.cause, events.count)
    level = pr.artefact[rows] / world.fields.frontier[pr.field[rows]]
    events.add(
        kind, world.quarter, pr.member_uid[rows, 0], region=pr.region[rows], partner=pr.member_uid[rows, 1],
        project=pr.uid[rows], field=pr.field[rows], channel=pr.kind[rows], amount=level, cause=cause,
    )  # fmt: skip
