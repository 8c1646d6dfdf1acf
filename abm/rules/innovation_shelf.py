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
    learned_share,
    new_product_share,
    project_counts,
    result_worth,
)
from abm.parameters import Parameters
from abm.randomness import Draws, pair_uid, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.codes import Event, Kind, Layer, ProjectKind, Purpose, Service, Stage, TieOrigin
from abm.state.network import pick, ring_place, roster_of
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import lead_wear, people_cost

_FIRM = int(Kind.FIRM)
_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_SHELF = int(Stage.SHELVED)
_DEVELOPMENT = int(Stage.DEVELOPMENT)
_EXPIRED, _TAKEN_UP = int(Event.EXPIRED), int(Event.TAKEN_UP)
_RESEARCH_LAYER = int(Layer.RESEARCH)
_BY_PLATFORM = int(TieOrigin.PLATFORM)
_MATCHING = int(Service.MATCHING)
_PILOT_SERVICE = int(Service.PILOT)
_RESULTS = np.int64(Purpose.RESULTS)


@kernel
def waiting_results(
    is_active: BoolArray, stage: IntArray, kind: IntArray, uid: UidArray, member: IntArray, member_uid: UidArray,
    actor_is_active: BoolArray, actor_uid: UidArray, expiry: float, key: np.uint64,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the rows of shelved results that go out of date, or whose owner is gone, and of those a firm may take up.

    >>> import numpy as np
    >>> no, yes = np.zeros(2, np.int64), np.ones(2, np.bool_)
    >>> expired, waiting = waiting_results(yes, np.array([4, 4]), np.array([3, 3]), np.array([5, 6], np.uint64),
    ...     np.array([[0], [1]]), np.array([[7], [8]], np.uint64), yes, np.array([7, 9], np.uint64), 0.0, np.uint64(1))
    >>> expired.tolist(), waiting.tolist()
    ([1], [0])
    """
    expired = np.empty(len(is_active), np.int64)
    waiting = np.empty(len(is_active), np.int64)
    n_expired = 0
    n_waiting = 0
    for p in range(len(is_active)):
        if is_active[p] and stage[p] == _SHELF:
            owner = member[p, 0]
            has_owner = owner >= 0 and actor_is_active[owner] and actor_uid[owner] == member_uid[p, 0]
            if not has_owner or uniform(key, uid[p], 0) < expiry:
                expired[n_expired] = p
                n_expired += 1
            elif kind[p] == _BY_UNIVERSITY:
                waiting[n_waiting] = p
                n_waiting += 1
    return expired[:n_expired].copy(), waiting[:n_waiting].copy()


@kernel
def shown_firms(
    shelf: IntArray, project_region: IntArray, project_uid: UidArray, is_active: BoolArray, kind: IntArray,
    region: IntArray, uid: UidArray, service: FloatArray, n_regions: int, key: np.uint64,
) -> IntArray:  # fmt: skip
    """Return the firm a platform shows each shelved result to, -1 where no firm of the region has the service.

    >>> import numpy as np
    >>> none, one, service = np.zeros(1, np.int64), np.ones(1, np.uint64), np.zeros((1, 6))
    >>> shown_firms(none, none, one, one > 0, none, none, one, service, 1, np.uint64(1)).tolist()
    [-1]
    >>> service[0, _MATCHING] = 0.5
    >>> shown_firms(none, none, one, one > 0, none, none, one, service, 1, np.uint64(1)).tolist()
    [0]
    """
    served = np.empty(len(is_active), np.int64)
    group = np.empty(len(is_active), np.int64)
    number = 0
    for i in range(len(is_active)):
        if is_active[i] and kind[i] == _FIRM and service[i, _MATCHING] > 0.0:
            served[number] = i
            group[i] = region[i]
            number += 1
    start, ring, slot = roster_of(served[:number], group, n_regions, uid, key)
    shown = np.full(len(shelf), -1, np.int64)
    for d in range(len(shelf)):
        shown[d] = pick(start, ring, slot, project_region[shelf[d]], ring_place(key, project_uid[shelf[d]]))
    return shown


@kernel
def arrival(draw: float, interest: float, dare: float, earliest: float) -> float:
    """Return when a firm comes, exponential with rate interest x dare, or `earliest` if it does not come before that.

    >>> round(arrival(0.5, 2.0, 0.5, 1.0), 6), arrival(0.5, 2.0, 0.0, 1.0), arrival(0.9, 2.0, 0.5, 1.0)
    (0.693147, 1.0, 1.0)
    """
    rate = interest * dare
    return min(earliest, -math.log(1.0 - draw) / rate) if rate > 0.0 else earliest


@kernel
def first_comers(
    shelf: IntArray, shown: IntArray, uid: UidArray, member: IntArray, field: IntArray, artefact: FloatArray,
    cost: FloatArray, is_pull: BoolArray, purpose: IntArray, actor_uid: UidArray, actor_kind: IntArray,
    region: IntArray, sector: IntArray, orientation: FloatArray, expected_orders: FloatArray, cash: FloatArray,
    absorption: FloatArray, service: FloatArray, capability: FloatArray, frontier: FloatArray, weight: FloatArray,
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, trust: FloatArray, tie_origin: IntArray,
    ahead: FloatArray, pilot: FloatArray, worth: FloatArray, reference: FloatArray, take_up: float, matching: float,
    cash_share: float, need_match: float, key: np.uint64,
) -> tuple[IntArray, IntArray, IntArray]:  # fmt: skip
    """Return the results taken up this quarter, the firm that comes first to each, and the origin of its way there.

    Rates are hazard x orientation of the university x absorption x match of the field x chance to dare, times
    `need_match` where the result answers a need of the firm's sector; the hazard is take_up (1/2 + tau) by a tie to
    the university, matching x service by a platform. Times are drawn by the pair of result and firm. `ahead`: first
    quarter and sum of what lies ahead, and the price of the result, over a quarter of its research; `pilot`: base,
    gain, own part, last success; `worth`: rho, value of capability, of a product, novelty return, risk aversion,
    sharpness; `reference` effort by region.
    """
    taken = np.empty(len(shelf), np.int64)
    taker = np.empty(len(shelf), np.int64)
    origin = np.empty(len(shelf), np.int64)
    number = 0
    for d in range(len(shelf)):
        p = shelf[d]
        k = field[p]
        owner = member[p, 0]
        earliest = 1.0
        for e in range(start[owner], start[owner + 1] + 1):
            by_tie = e < start[owner + 1]
            i = other[e] if by_tie else shown[d]
            if i < 0 or actor_kind[i] != _FIRM or (by_tie and layer[tie[e]] != _RESEARCH_LAYER):
                continue
            share = weight[sector[i], k]
            gap = (artefact[p] - capability[i, k]) / frontier[k]
            if gap <= 0.0 or share <= 0.0 or (ahead[0] + ahead[2]) * cost[p] > cash_share * cash[i]:
                continue
            hazard = take_up * (0.5 + trust[tie[e]]) if by_tie else matching * service[i, _MATCHING]
            match = min(1.0, share * weight.shape[1] / 1.5)
            interest = hazard * orientation[owner] * absorption[i] * match
            if is_pull[p] and purpose[p] == sector[i]:
                interest *= need_match
            draw = uniform(key, pair_uid(uid[p], actor_uid[i]), 0)
            if draw >= interest * earliest:  # too late even if it dares for sure, because -log(1 - u) >= u
                continue
            burden = ahead[1] * cost[p]
            novelty = new_product_share(cost[p], expected_orders[i], worth[3])
            learned = learned_share(absorption[i], burden, worth[0], reference[region[i]])
            value = result_worth(expected_orders[i], share, gap, learned, novelty, worth[1], worth[2])
            success = pilot_chance(service[i, _PILOT_SERVICE], pilot[0], pilot[1], pilot[2]) * pilot[3]
            dare = chance_to_dare(success * value, burden + ahead[2] * cost[p], worth[4], worth[5])
            time = arrival(draw, interest, dare, earliest)
            if time < earliest:
                earliest = time
                taken[number] = p
                taker[number] = i
                origin[number] = tie_origin[tie[e]] if by_tie else _BY_PLATFORM
        if earliest < 1.0:
            number += 1
    return taken[:number].copy(), taker[:number].copy(), origin[:number].copy()


@kernel
def take_up(
    books: Books, is_active: BoolArray, uid: UidArray, kind: IntArray, stage: IntArray, remaining: IntArray,
    n_members: IntArray, member: IntArray, member_uid: UidArray, field: IntArray, artefact: FloatArray,
    cost: FloatArray, is_pull: BoolArray, purpose: IntArray, project_region: IntArray, tie_origin: IntArray,
    actor_is_active: BoolArray, actor_uid: UidArray, actor_kind: IntArray, region: IntArray, sector: IntArray,
    orientation: FloatArray, expected_orders: FloatArray, absorption: FloatArray, service: FloatArray,
    capability: FloatArray, year_cost: FloatArray, n_projects: IntArray, frontier: FloatArray, weight: FloatArray,
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, trust: FloatArray, origin_of_tie: IntArray,
    ahead: FloatArray, pilot: FloatArray, worth: FloatArray, reference: FloatArray, n_regions: int, expiry: float,
    rate: float, matching: float, cash_share: float, need_match: float, quarters: int, development_cost: float,
    expiry_key: np.uint64, platform_key: np.uint64, key: np.uint64,
) -> tuple[IntArray, IntArray, UidArray, IntArray]:  # fmt: skip
    """Strike out results that are out of date, and hand others to the firm that comes first to each.

    That firm pays the university and becomes a member that answers for development and what follows. Return the events
    to record: code, result, firm and origin of its way there; first results that expired, with firm 0 and origin -1.
    """
    expired, shelf = waiting_results(
        is_active, stage, kind, uid, member, member_uid, actor_is_active, actor_uid, expiry, expiry_key
    )  # fmt: skip
    shown = shown_firms(
        shelf, project_region, uid, actor_is_active, actor_kind, region, actor_uid, service, n_regions, platform_key
    )  # fmt: skip
    taken, taker, way = first_comers(
        shelf, shown, uid, member, field, artefact, cost, is_pull, purpose, actor_uid, actor_kind, region, sector,
        orientation, expected_orders, books.cash, absorption, service, capability, frontier, weight, start, other, tie,
        layer, trust, origin_of_tie, ahead, pilot, worth, reference, rate, matching, cash_share, need_match, key,
    )  # fmt: skip
    n_expired, n_events = len(expired), len(expired) + len(taken)
    code, rows = np.full(n_events, _EXPIRED), np.empty(n_events, np.int64)
    firm, channel = np.zeros(n_events, np.uint64), np.full(n_events, -1)
    for e in range(n_expired):
        rows[e] = expired[e]
        is_active[rows[e]] = False
    for d in range(len(taken)):
        p = taken[d]
        member[p, 1] = taker[d]
        member_uid[p, 1] = actor_uid[taker[d]]
        n_members[p] = 2
        tie_origin[p] = way[d]
        stage[p] = _DEVELOPMENT
        remaining[p] = quarters
        year_cost[taker[d]] += pay(books, taker[d], member[p, 0], ahead[2] * cost[p], _RESULTS)
        cost[p] *= development_cost
        e = n_expired + d
        code[e], rows[e], firm[e], channel[e] = _TAKEN_UP, p, actor_uid[taker[d]], way[d]
    if len(taken) > 0:
        n_projects[:] = project_counts(is_active, stage, n_members, member, len(n_projects))
    return code, rows, firm, channel


@rule(
    writes=(
        "projects.is_active", "projects.member", "projects.member_uid", "projects.n_members",
        "projects.tie_origin", "projects.stage", "projects.remaining", "projects.cost", "actors.n_projects",
        "actors.year_cost", *accounts.WRITES,
    ),
    source="ren:3.1; ren:3.2; ren:4.2; li:3.C; cheng:4.3; F33",
    off={"switches.innovation": False},
)  # fmt: skip
def take_up_results(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms find results of universities by ties and by platforms, and take up those they understand and dare.

    Equation   hazard = take_up (1/2 + tau) by a tie, matching s by a platform; times orientation, absorption, match
               min(1, K W_sk / 1.5), chance to dare, need_match where it answers a need; the first comer takes it;
               expiry of what waits; the university gets result_fee protection times the cost of its research
    Units      hazard, expiry: 1/quarter; tau, s, W, result_fee, protection: 1
    Source     ren 3.1 (two skins), 3.2 (closed resources), 4.2 (use); li 3.C (transformation of results); cheng 4.3
               (protection rewards); F33
    Draws      result expires (one a result), shown by platform (one a result), take up (a pair)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, pr, ties, lists = parameters.innovation, world.actors, world.projects, world.ties, world.neighbours()
    ahead = (
        p.development_quarters * p.development_cost
        + p.pilot_quarters * p.pilot_cost
        + p.industrialisation_quarters * p.industrialisation_cost
    )
    worth = (
        p.rho, parameters.strategy.gain_value, p.product_value / lead_wear(parameters.learning), p.novelty_return,
        p.risk_aversion, p.decision_sharpness,
    )  # fmt: skip
    fee = p.result_fee * parameters.learning.protection * p.research_quarters if parameters.switches.licensing else 0.0
    pilot = (p.pilot_base, p.pilot_gain, p.own_pilot, p.industrialisation_success)
    code, rows, firm, channel = take_up(
        books_of(world), pr.is_active, pr.uid, pr.kind, pr.stage, pr.remaining, pr.n_members, pr.member,
        pr.member_uid, pr.field, pr.artefact, pr.cost, pr.is_pull, pr.sector, pr.region, pr.tie_origin, a.is_active,
        a.uid, a.kind, a.region, a.sector, a.orientation, a.expected_orders, a.absorption, a.service, a.capability,
        a.year_cost, a.n_projects, world.fields.frontier, world.structure.weight, lists.start, lists.other, lists.tie,
        ties.layer, ties.trust, ties.origin, np.array((p.development_cost, ahead, fee)), np.array(pilot),
        np.array(worth), p.reference_effort * people_cost(world.regions.wage, parameters.production),
        world.structure.n_regions, p.expiry, p.take_up, p.matching, p.cash_share, p.need_match,
        p.development_quarters, p.development_cost, draws.key("result expires"), draws.key("shown by platform"),
        draws.key("take up"),
    )  # fmt: skip
    if len(rows):
        field = pr.field[rows]
        world.events.add(
            code, world.quarter, pr.member_uid[rows, 0], region=pr.region[rows], partner=firm, project=pr.uid[rows],
            field=field, channel=channel, amount=pr.artefact[rows] / world.fields.frontier[field],
            cause=pr.cause[rows],
        )  # fmt: skip
