"""The shelf: results of universities wait for a firm that finds them, understands them and dares to go on.

Results pursued for ratings stay in the laboratory; openness, use orientation, ties and platforms bring firms to them
(ren 3.1, 3.2, 4.2). What waits too long goes out of date.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_outcomes import pilot_chance
from abm.kernels_projects import (
    chance_to_dare,
    is_present,
    learned_share,
    new_product_share,
    project_counts,
    result_worth,
)
from abm.parameters import Parameters
from abm.randomness import Draws, pair_uid, uniform
from abm.rule import rule
from abm.state.codes import Event, Kind, Layer, ProjectKind, Service, Stage, TieOrigin
from abm.state.network import make_roster, pick, ring_points
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_SHELF = int(Stage.SHELVED)
_DEVELOPMENT = int(Stage.DEVELOPMENT)
_RESEARCH_LAYER = int(Layer.RESEARCH)
_BY_PLATFORM = int(TieOrigin.PLATFORM)
_MATCHING = int(Service.MATCHING)
_PILOT_SERVICE = int(Service.PILOT)


@kernel
def expired_results(
    is_active: BoolArray,
    stage: IntArray,
    uid: UidArray,
    member: IntArray,
    member_uid: UidArray,
    actor_is_active: BoolArray,
    actor_uid: UidArray,
    expiry: float,
    key: np.uint64,
) -> IntArray:
    """Return the rows of shelved results that go out of date, or whose owner is gone."""
    rows = np.empty(len(is_active), np.int64)
    number = 0
    for p in range(len(is_active)):
        if is_active[p] and stage[p] == _SHELF:
            has_owner = is_present(member[p, 0], member_uid[p, 0], actor_is_active, actor_uid)
            if not has_owner or uniform(key, uid[p], 0) < expiry:
                rows[number] = p
                number += 1
    return rows[:number].copy()


@kernel
def tie_offers(
    shelf: IntArray,
    member: IntArray,
    actor_kind: IntArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    trust: FloatArray,
    tie_origin: IntArray,
    take_up: float,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return place in `shelf`, firm, origin of the tie and base hazard of each firm with a tie to the university."""
    room = 0
    for d in range(len(shelf)):
        i = member[shelf[d], 0]
        room += start[i + 1] - start[i]
    place = np.empty(room, np.int64)
    firm = np.empty(room, np.int64)
    origin = np.empty(room, np.int64)
    hazard = np.empty(room)
    number = 0
    for d in range(len(shelf)):
        i = member[shelf[d], 0]
        for e in range(start[i], start[i + 1]):
            if layer[tie[e]] == _RESEARCH_LAYER and actor_kind[other[e]] == _FIRM:
                place[number] = d
                firm[number] = other[e]
                origin[number] = tie_origin[tie[e]]
                hazard[number] = take_up * (0.5 + trust[tie[e]])
                number += 1
    return place[:number].copy(), firm[:number].copy(), origin[:number].copy(), hazard[:number].copy()


@kernel
def matched_firms(
    shelf: IntArray, region: IntArray, start: IntArray, ring: UidArray, slot: IntArray, point: UidArray
) -> IntArray:
    """Return the firm a platform shows each shelved result to, -1 where no firm has the service."""
    firm = np.full(len(shelf), -1, np.int64)
    for d in range(len(shelf)):
        firm[d] = pick(start, ring, slot, region[shelf[d]], point[d])
    return firm


@kernel
def interest(
    shelf: IntArray,
    place: IntArray,
    firm: IntArray,
    hazard: FloatArray,
    field: IntArray,
    artefact: FloatArray,
    cost: FloatArray,
    answers_need: BoolArray,
    orientation: FloatArray,
    sector: IntArray,
    expected_orders: FloatArray,
    cash: FloatArray,
    absorption: FloatArray,
    pilot_service: FloatArray,
    capability: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    stage_costs: FloatArray,
    pilot: FloatArray,
    worth: FloatArray,
    cash_share: float,
    need_match: float,
) -> FloatArray:
    """Return the hazard that the firm of each offer takes the result up.

    hazard x orientation of the university x absorption x match of the field x chance to dare. `stage_costs`: first
    quarter and sum of what lies ahead over the research cost; `pilot`: base, gain, own part, last success; `worth`:
    rho, reference effort, value of capability, of a product, novelty return, risk aversion, sharpness.
    """
    result = np.zeros(len(place))
    for e in range(len(place)):
        d = place[e]
        p = shelf[d]
        i = firm[e]
        k = field[p]
        match = min(1.0, weight[sector[i], k] * weight.shape[1] / 1.5)
        gap = (artefact[p] - capability[i, k]) / frontier[k]
        if gap <= 0.0 or match <= 0.0 or stage_costs[0] * cost[p] > cash_share * cash[i]:
            continue
        burden = stage_costs[1] * cost[p]
        value = result_worth(
            expected_orders[i], weight[sector[i], k], gap, learned_share(absorption[i], burden, worth[0], worth[1]),
            new_product_share(cost[p], expected_orders[i], worth[4]), worth[2], worth[3],
        )  # fmt: skip
        success = pilot_chance(pilot_service[i], pilot[0], pilot[1], pilot[2]) * pilot[3]
        dare = chance_to_dare(success * value, burden, worth[5], worth[6])
        result[e] = hazard[e] * orientation[d] * absorption[i] * match * dare
        if answers_need[e]:
            result[e] *= need_match
    return result


@kernel
def first_takers(
    n_results: int, result_uid: UidArray, place: IntArray, firm: IntArray, firm_uid: UidArray, hazard: FloatArray,
    key: np.uint64,
) -> IntArray:  # fmt: skip
    """Return the offer that wins each result: the first to come within the quarter, -1 if none does.

    Arrival times are exponential with the offer's hazard, drawn by the pair of result and firm.
    """
    winner = np.full(n_results, -1, np.int64)
    earliest = np.ones(n_results)
    for e in range(len(place)):
        if hazard[e] > 0.0:
            d = place[e]
            draw = uniform(key, pair_uid(result_uid[d], firm_uid[firm[e]]), 0)
            time = -math.log(1.0 - draw) / hazard[e]
            if time < earliest[d]:
                earliest[d] = time
                winner[d] = e
    return winner


@rule(
    writes=("projects.*", "actors.n_projects"),
    source="ren:3.1; ren:3.2; ren:4.2; li:3.C; F33",
    off={"switches.innovation": False},
)
def take_up_results(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms find results of universities by ties and by platforms, and take up those they understand and dare.

    Equation   hazard = take_up (1/2 + tau) by a tie, matching s by a platform; times orientation, absorption, match
               min(1, K W_sk / 1.5), chance to dare, need_match where it answers a need; the first comer takes it;
               expiry of what waits
    Units      hazard, expiry: 1/quarter; tau, s, W: 1
    Source     ren 3.1 (two skins), 3.2 (closed resources), 4.2 (use); li 3.C (transformation of results); F33
    Draws      result expires (one a result), shown by platform (one a result), take up (a pair)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    a, pr = world.actors, world.projects
    expired = expired_results(
        pr.is_active, pr.stage, pr.uid, pr.member, pr.member_uid, a.is_active, a.uid, parameters.innovation.expiry,
        draws.key("result expires"),
    )  # fmt: skip
    if len(expired):
        _record(world, Event.EXPIRED, expired, 0, -1)
        pr.is_active[expired] = False
    shelf = np.flatnonzero(pr.is_active & (pr.stage == _SHELF) & (pr.kind == _BY_UNIVERSITY))
    if len(shelf) == 0:
        return
    place, firm, origin, hazard = _offers(world, parameters, draws, shelf)
    if len(place) == 0:
        return
    rate = _interest(world, parameters, shelf, place, firm, hazard)
    winner = first_takers(len(shelf), pr.uid[shelf], place, firm, a.uid, rate, draws.key("take up"))
    taken = winner >= 0
    if taken.any():
        _hand_over(world, parameters, shelf[taken], firm[winner[taken]], origin[winner[taken]])


def _offers(
    world: World, parameters: Parameters, draws: Draws, shelf: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return place in the shelf, firm, tie origin and base hazard of all offers, by ties and by matching."""
    p, a, pr, ties = parameters.innovation, world.actors, world.projects, world.ties
    lists = world.neighbours()
    by_tie = tie_offers(
        shelf, pr.member, a.kind, lists.start, lists.other, lists.tie, ties.layer, ties.trust, ties.origin, p.take_up
    )
    is_served = a.is_active & (a.kind == _FIRM) & (a.service[:, _MATCHING] > 0.0)
    if not is_served.any():
        return by_tie
    key = draws.key("shown by platform")
    roster = make_roster(np.where(is_served, a.region, -1), world.structure.n_regions, a.uid, key)
    shown = matched_firms(shelf, pr.region, roster.start, roster.ring, roster.slot, ring_points(pr.uid[shelf], key))
    place = np.flatnonzero(shown >= 0)
    firm = shown[place]
    by_platform = (place, firm, np.full(len(place), _BY_PLATFORM), p.matching * a.service[firm, _MATCHING])
    joined = tuple(np.concatenate(pair) for pair in zip(by_tie, by_platform, strict=True))
    return joined[0], joined[1], joined[2], joined[3]


def _interest(
    world: World, parameters: Parameters, shelf: IntArray, place: IntArray, firm: IntArray, hazard: FloatArray
) -> FloatArray:
    p, a, pr = parameters.innovation, world.actors, world.projects
    project = shelf[place]
    ahead = (
        p.development_quarters * p.development_cost
        + p.pilot_quarters * p.pilot_cost
        + p.industrialisation_quarters * p.industrialisation_cost
    )
    worth = (
        p.rho, p.reference_effort, parameters.strategy.gain_value, p.product_value, p.novelty_return,
        p.risk_aversion, p.decision_sharpness,
    )  # fmt: skip
    pilot = (p.pilot_base, p.pilot_gain, p.own_pilot, p.industrialisation_success)
    return interest(
        shelf, place, firm, hazard, pr.field, pr.artefact, pr.cost,
        pr.is_pull[project] & (pr.sector[project] == a.sector[firm]), a.orientation[pr.member[shelf, 0]],
        a.sector, a.expected_orders, a.cash, a.absorption, a.service[:, _PILOT_SERVICE].copy(), a.capability,
        world.fields.frontier, world.structure.weight, np.array((p.development_cost, ahead)), np.array(pilot),
        np.array(worth), p.cash_share, p.need_match,
    )  # fmt: skip


def _hand_over(world: World, parameters: Parameters, rows: IntArray, firm: IntArray, origin: IntArray) -> None:
    """Make the firm a member that answers for development and what follows."""
    p, a, pr = parameters.innovation, world.actors, world.projects
    pr.member[rows, 1] = firm
    pr.member_uid[rows, 1] = a.uid[firm]
    pr.n_members[rows] = 2
    pr.effort[rows] = 0.0
    pr.tie_origin[rows] = origin
    pr.stage[rows] = _DEVELOPMENT
    pr.remaining[rows] = p.development_quarters
    pr.cost[rows] *= p.development_cost
    a.n_projects[:] = project_counts(pr.is_active, pr.stage, pr.n_members, pr.member, a.rows)
    _record(world, Event.TAKEN_UP, rows, a.uid[firm], origin)


def _record(world: World, event: Event, rows: IntArray, partner: UidArray | int, channel: IntArray | int) -> None:
    pr = world.projects
    world.events.add(
        event, world.quarter, pr.member_uid[rows, 0], region=pr.region[rows], partner=partner, project=pr.uid[rows],
        field=pr.field[rows], channel=channel, amount=pr.artefact[rows] / world.fields.frontier[pr.field[rows]],
        cause=pr.cause[rows],
    )  # fmt: skip
