"""Calls for key common technologies, the consortia that answer them, and national projects.

The government chooses the field that holds back several chains at once and shares the cost; firms, universities and
institutes form an alliance, and the ties it leaves behind carry what is found to others (li 3.A; ren 2.3.1). National
projects are paid from outside and go to where the best consortia are (ren 2.4.2).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_calls import alliances, applicants, common_fields, most_stuck_field, promised, untied_pairs
from abm.kernels_projects import project_counts, project_uid
from abm.parameters import Innovation, Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.causes import needs_of
from abm.state.codes import Event, Instrument, Kind, Layer, ProjectKind, TieOrigin
from abm.state.columns import read_only
from abm.state.projects import open_projects
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray
from abm.valuation import people_cost

_CALL = int(ProjectKind.CALL)
_FIRM = int(Kind.FIRM)
_SMALLEST_POOL = 24
"""Actors that leaders look at besides their own partners, at least."""
_POOL = 12
"""The same per award."""
_POOL_SHARE = 0.08
"""The same as a part of the actors of the region."""
_LEADERS = 4
"""Leaders that gather an alliance, per award and one more."""
_LOCAL_ORDINAL = 1000
"""Code that tells a project of a call from those its leader starts itself."""
_NATIONAL_ORDINAL = 1001
"""Code, the same for a national project."""


@rule(
    writes=("projects.*", "actors.n_projects", *tie_book.WRITES),
    source="li:3.A; li:4.3; ren:2.3.1; ren:2.4.2; zhao2020:III.D",
    off={"switches.common_technology": False},
    needs_rows={"projects": 0.25, "ties": 0.25},
)
def run_calls(world: World, parameters: Parameters, draws: Draws) -> None:
    """Once a year each region calls for its common technologies, and the best consortium may win a national project.

    Equation   fields by commonness among those whose need is at least chain_part of that of `chains` chains;
               score_j = skill_weight x_jk + trust_weight tau + noise u + variety_weight if of a new kind or sector;
               cost = max(project_cost, cost_share sum of members' budgets) while paid_share full cost <= budget -
               commitments; national: national_cost times that; P(national) = rate x_leader
    Units      x, tau, u: 1; budget, cost: million yuan; rate: 1/year
    Source     li 3.A, 4(3) (alliances for common technologies); ren 2.3.1, 2.4.2; zhao2020 III.D (access of SMEs)
    Draws      judge call (an actor, a pair), win national project (a region)
    Off when   switches.common_technology is off
    """
    p = parameters.calls
    if not (parameters.switches.common_technology and parameters.switches.innovation):
        return
    if world.quarter % p.interval:
        return
    for region in range(world.structure.n_regions):
        _local_calls(world, parameters, draws, region)
        _national_project(world, parameters, draws, region)
    a, pr = world.actors, world.projects
    a.n_projects[:] = project_counts(pr.is_active, pr.stage, pr.n_members, pr.member, a.rows)


def stage_costs(p: Innovation) -> tuple[FloatArray, FloatArray]:
    """Return the cost factor of each stage, and the cost of all later stages per unit of research cost."""
    factor = np.array((1.0, p.development_cost, p.pilot_cost, p.industrialisation_cost))
    quarters = (p.research_quarters, p.development_quarters, p.pilot_quarters, p.industrialisation_quarters)
    whole = factor * quarters
    return factor, whole[::-1].cumsum()[::-1] - whole


def _whole(p: Innovation) -> float:
    """Return the cost of a whole project over that of a quarter of its research."""
    return p.research_quarters + float(stage_costs(p)[1][0])


def _smallest_cost(world: World, parameters: Parameters, region: int) -> float:
    """Return the least that a quarter of research of a consortium costs at the region's wage, million yuan."""
    return parameters.calls.project_cost * float(people_cost(world.regions.wage, parameters.production)[region])


def _free_money(world: World, parameters: Parameters, region: int) -> float:
    """Return what the region's call budget can carry to the end of a project, after what is promised already."""
    p, pr = parameters.calls, world.projects
    factor, later = stage_costs(parameters.innovation)
    due = p.paid_share * promised(
        region, pr.is_active, pr.kind, pr.stage, pr.is_national, pr.region, pr.cost, pr.remaining, factor, later
    )
    return float(world.regions.budget[region, Instrument.CALL]) - due


def _local_calls(world: World, parameters: Parameters, draws: Draws, region: int) -> None:
    """Call in one common field after the other, while there is money; nobody wins twice."""
    p, a, needs = parameters.calls, world.actors, world.needs
    n_firms = np.count_nonzero(a.is_active & (a.kind == _FIRM) & (a.region == region))
    most = max(1, round(p.most_awards * n_firms / 100.0)) if p.most_awards > 0.0 else 0
    public = p.paid_share * _whole(parameters.innovation)
    money, smallest = _free_money(world, parameters, region), _smallest_cost(world, parameters, region)
    is_taken = np.zeros(a.rows, np.bool_)
    for field in common_fields(needs.exposure[region], needs.commonness[region], p.chain_part, p.chains):
        if most == 0 or money < public * smallest:
            break
        opened = world.events.add(
            Event.CALL_OPENED, world.quarter, a.uid[world.regions.government_slot[region]], region=region, field=field,
            channel=int(Instrument.CALL), amount=world.regions.budget[region, Instrument.CALL],
            cause=needs_of(world, *np.array([[region], [-1], [field]])),
        )  # fmt: skip
        for member in _applications(world, parameters, draws, region, int(field), most, is_taken)[:most]:
            cost = max(smallest, p.cost_share * float(a.research_budget[member[member >= 0]].sum()))
            cost = min(cost, money / public) if public > 0.0 else cost
            if cost < smallest:
                break
            money -= public * cost
            is_taken[member[member >= 0]] = True
            _award(world, parameters, member, int(field), cost, int(opened[0]), is_national=False)


def _national_project(world: World, parameters: Parameters, draws: Draws, region: int) -> None:
    """Let the region's best consortium in its most stuck field compete for a national project."""
    p = parameters.calls
    field = most_stuck_field(world.needs.exposure[region]) if p.national_rate > 0.0 else -1
    if field < 0 or not parameters.switches.national_projects:
        return
    a, government = world.actors, world.regions.government_slot[region]
    draw = uniform(draws.key("win national project"), world.actors.uid[government], 0)
    rate = 1.0 - (1.0 - p.national_rate) ** (p.interval / 4.0)
    if draw >= rate:
        return
    found = _applications(world, parameters, draws, region, field, 1, np.zeros(a.rows, np.bool_))[:1]
    if len(found) and draw < rate * a.capability[found[0, 0], field] / world.fields.frontier[field]:
        share = p.national_cost * p.cost_share * float(a.research_budget[found[found >= 0]].sum())
        cost = max(_smallest_cost(world, parameters, region), share)
        _award(world, parameters, found[0], field, cost, -1, is_national=True)


def _applications(
    world: World, parameters: Parameters, draws: Draws, region: int, field: int, number: int, is_taken: BoolArray
) -> IntArray:
    """Return the members of the consortia that apply for `number` awards, best first, shape (consortia, members).

    Leaders come first, -1 stands for none; of equal consortia that of the better leader comes first.
    """
    p, a, lists = parameters.calls, world.actors, world.neighbours()
    frontier, weight, key = world.fields.frontier, world.structure.weight, draws.key("judge call")
    n_pool = max(_SMALLEST_POOL, _POOL * number, int(_POOL_SHARE * np.count_nonzero(a.region == region)))
    pool, leaders = applicants(
        region, field, a.is_active, a.kind, a.region, a.sector, a.mode, a.is_reached, is_taken, a.uid,
        a.research_budget, a.capability, frontier, weight, n_pool, _LEADERS * number + 1, p.skill_weight,
        p.judgement_noise, key,
    )  # fmt: skip
    member, merit = alliances(
        leaders, pool, field, a.is_active, is_taken, a.kind, a.region, a.sector, a.uid, a.capability, frontier, weight,
        lists.start, lists.other, lists.tie, read_only(world.ties.layer), world.ties.trust, p.partners,
        p.skill_weight, p.trust_weight, p.variety_weight, p.judgement_noise, key,
    )  # fmt: skip
    with_firm = [c for c, value in enumerate(merit.tolist()) if value >= 0.0]
    return member[sorted(with_firm, key=lambda c: -round(float(merit[c]), 9))]


def _award(
    world: World, parameters: Parameters, member: IntArray, field: int, cost: float, cause: int, *, is_national: bool
) -> None:
    """Start the project of a consortium at `cost` for a quarter of research, and tie its members to each other."""
    p, a, lists, leader = parameters.calls, world.actors, world.neighbours(), int(member[0])
    ordinal = _NATIONAL_ORDINAL if is_national else _LOCAL_ORDINAL
    uid = np.array([project_uid(a.uid[leader], world.quarter, ordinal)], dtype=np.uint64)
    awarded = world.events.add(
        Event.CALL_AWARDED, world.quarter, a.uid[leader], region=a.region[leader], partner=a.uid[member[1]],
        project=uid, field=field, channel=int(is_national), amount=cost, cause=cause,
    )  # fmt: skip
    open_projects(
        world, uid, member[None, :], np.array([field]), np.array([cost]), kind=_CALL,
        remaining=parameters.innovation.research_quarters, is_pull=True, tie_origin=int(TieOrigin.CALL),
        sector=a.sector[leader], is_national=is_national, cause=awarded,
    )  # fmt: skip
    source, target = untied_pairs(member, lists.start, lists.other, lists.tie, read_only(world.ties.layer))
    if len(source):
        tie_book.open_ties(
            world, source, target, Layer.RESEARCH, TieOrigin.CALL, weight=p.tie_weight, trust=p.initial_trust,
            cause=awarded,
        )  # fmt: skip
