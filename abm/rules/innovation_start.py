"""Ideas become projects: who starts what, for whom, and with whom.

The innovation chain pushes industry where actors stand high, the industrial chain pulls innovation where they lag
(ren 2.2): here both are weights in one choice that everybody makes. Universities choose between what they are good
at and what the region needs by their orientation, ratings or use (ren 3.1, 4.2).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_starts import begin_projects
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.causes import needs_of
from abm.state.codes import Event
from abm.state.world import World
from abm.types import IntArray
from abm.valuation import people_cost


@rule(
    writes=("projects.*", "actors.n_projects", "actors.project_load", "actors.steered_field", "ties.used"),
    source="ren:2.2; ren:2.3.3; li:4.1; F31",
    off={"switches.innovation": False},
    needs_rows={"projects": 1.0},
)
def start_projects(world: World, parameters: Parameters, draws: Draws) -> None:
    """Actors with a research budget start projects: alone, with partners they are tied to, or at a university.

    Equation   n <= budget / project_cost - load, load 1 for each project led and bill / each for one joined;
               pull_k = (needs_sk + W_sk (1 - x_k)) (1 - x_k); push_k = W_sk x_k^2;
               universities: pull orientation needs_sk, push (1 - orientation) x_k^2;
               who has money steered to a need starts there first;
               partner score = trust + complementarity max(0, x_jk - x_ik) + u
    Units      budget, cost: million yuan per quarter; needs, W, x, trust, u: 1
    Source     ren 2.2 (push and pull), 2.3.3 and li 4(1) (cooperation with complementary partners); F31
    Draws      start project (a place), choose field (a project), choose partner (a pair, and a third member)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, ties, pr, lists = parameters.innovation, world.actors, world.ties, world.projects, world.neighbours()
    rows = begin_projects(
        pr.is_active, pr.uid, pr.member, pr.member_uid, pr.n_members, pr.effort, pr.kind, pr.is_pull, pr.is_national,
        pr.tie_origin, pr.region, pr.sector, pr.field, pr.stage, pr.remaining, pr.cost, pr.artefact, pr.service_share,
        pr.cause, pr.born, a.is_active, a.kind, a.mode, a.uid, a.region, a.sector, a.research_budget, a.cash,
        a.n_projects, a.project_load, a.orientation, a.steered_field, a.capability, world.fields.frontier,
        world.structure.weight,
        world.needs.pull, lists.start, lists.other, lists.tie, ties.layer, ties.trust, ties.origin, ties.used,
        np.array((1.0, p.development_cost, p.pilot_cost, p.industrialisation_cost)),
        people_cost(world.regions.wage, parameters.production), parameters.calls.paid_share,
        parameters.calls.national_share, p.project_cost, p.most_projects, p.research_part, p.start_chance,
        p.cash_share, p.need_weight, p.push_weight, p.complementarity, p.third_member, p.research_quarters,
        world.quarter, world.events.count, draws.key("start project"), draws.key("choose field"),
        draws.key("choose partner"),
    )  # fmt: skip
    if len(rows):
        world.events.add(
            Event.PROJECT_STARTED, world.quarter, pr.member_uid[rows, 0], region=pr.region[rows],
            partner=pr.member_uid[rows, 1], project=pr.uid[rows], field=pr.field[rows], channel=pr.kind[rows],
            amount=pr.cost[rows], cause=_needs_behind(world, rows),
        )  # fmt: skip


def _needs_behind(world: World, rows: IntArray) -> IntArray:
    """Return the events that opened the needs which pulled some projects, -1 for none."""
    pr = world.projects
    return np.where(pr.is_pull[rows], needs_of(world, pr.region[rows], pr.sector[rows], pr.field[rows]), -1)
