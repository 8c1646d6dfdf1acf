"""Stages end: research succeeds or not, pilots are dared or not, products come out, and members learn.

Pilots are where firms draw back, and where results of universities stop (ren 3.1). A platform's service is credited
only with the success that would have failed without it (marginal credit).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_stages import end_stages, stage_outcomes
from abm.parameters import Innovation, Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray
from abm.valuation import lead_wear, people_cost


@rule(
    writes=(
        "projects.is_active", "projects.stage", "projects.remaining", "projects.cost", "projects.n_members",
        "projects.member", "projects.member_uid", "projects.effort", "projects.artefact", "projects.service_share",
        "projects.venture_share",
        "actors.capability", "actors.year_gain", "actors.novelty", "actors.n_projects",
        "actors.patent_level", "actors.patent_origin", "ties.trust", *ledger.WRITES,
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
    p, a, pr, ties, lists = parameters.innovation, world.actors, world.projects, world.ties, world.neighbours()
    frontier, weight, books = world.fields.frontier, world.structure.weight, world.ledger
    duration, factor = _stages(p)
    reference = p.reference_effort * people_cost(world.regions.wage, parameters.production)
    done, outcome = stage_outcomes(
        pr.is_active, pr.uid, pr.kind, pr.is_national, pr.stage, pr.remaining, pr.n_members, pr.member, pr.member_uid,
        pr.field, pr.cost, pr.artefact, pr.service_share, pr.venture_share, a.is_active, a.uid, a.kind, a.region,
        a.sector, a.expected_orders, a.cash, a.absorption, a.capability, a.service, a.novelty, frontier, weight,
        lists.start, lists.other, lists.tie, ties.layer, ties.trust, factor, p.stranger_trust, p.search_hazard,
        p.facility_gain, p.agreement, p.pilot_base, p.pilot_gain, p.own_pilot, p.industrialisation_success,
        float(p.pilot_quarters), p.industrialisation_quarters * p.industrialisation_cost, parameters.calls.paid_share,
        parameters.calls.national_share, p.cash_share, p.rho, reference, parameters.strategy.gain_value,
        p.product_value / lead_wear(parameters.learning), p.novelty_return, p.risk_aversion, p.decision_sharpness,
        p.step, p.radical_share, p.radical_factor, parameters.frontier.leapfrog, parameters.switches.finance,
        draws.key("outcome of stage"), draws.key("result level"),
    )  # fmt: skip
    if len(done) == 0:
        return
    told = end_stages(
        done, outcome, pr.is_active, pr.kind, pr.stage, pr.remaining, pr.n_members, pr.member, pr.member_uid, pr.effort,
        pr.field, pr.cost, pr.artefact, pr.service_share, pr.venture_share, pr.tie_origin, pr.cause, a.is_active, a.uid,
        a.region, a.sector, a.absorption, a.capability, a.year_gain, a.n_projects, a.patent_level, a.patent_origin,
        books.stock, books.gain, books.total_gain, frontier, weight, lists.start, lists.other, lists.tie, ties.layer,
        ties.trust, duration, factor, p.rho, reference, p.trust_speed, world.events.count,
    )  # fmt: skip
    _record(world, *told)


def _stages(p: Innovation) -> tuple[IntArray, FloatArray]:
    """Return duration and cost factor of each stage."""
    duration = (p.research_quarters, p.development_quarters, p.pilot_quarters, p.industrialisation_quarters)
    factor = (1.0, p.development_cost, p.pilot_cost, p.industrialisation_cost)
    return np.array(duration, dtype=np.int64), np.array(factor)


def _record(world: World, kind: IntArray, rows: IntArray, cause: IntArray, partner: UidArray) -> None:
    """Add the events of all outcomes, and of the results they brought."""
    pr = world.projects
    field = pr.field[rows]
    world.events.add(
        kind, world.quarter, pr.member_uid[rows, 0], region=pr.region[rows], partner=partner, project=pr.uid[rows],
        field=field, channel=pr.kind[rows], amount=pr.artefact[rows] / world.fields.frontier[field], cause=cause,
    )  # fmt: skip
