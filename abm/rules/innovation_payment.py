"""Who pays for projects: members, the government for calls and pilots, the outside world for national projects.

Pilots are high investment and high risk (ren 3.1); support lets firms dare them (ren 4.3). A project that is paid in
part only moves by chance, and may be given up. Researchers are paid: the money goes to households.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import payer_place, research_tie, running_projects
from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.codes import Instrument, Kind, ProjectKind, Purpose, Stage
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_CALL = int(ProjectKind.CALL)
_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_RESEARCH = int(Stage.RESEARCH)
_PILOT = int(Stage.PILOT)
_INDUSTRIALISATION = int(Stage.INDUSTRIALISATION)
_FIRM = int(Kind.FIRM)
_CALL_BUDGET = int(Instrument.CALL)
_PILOT_BUDGET = int(Instrument.PILOT)
_TO_CALL, _TO_PILOT = np.int64(Purpose.CALL), np.int64(Purpose.PILOT_SUPPORT)
_TO_NATION, _TO_WORK = np.int64(Purpose.NATIONAL_PROJECT), np.int64(Purpose.RESEARCH)
_BY_CALL = 0
"""Code of a payer: the region's call."""
_BY_WORLD = 1
"""Code of a payer: the rest of world."""
_BY_PILOT_SUPPORT = 2
"""Code of a payer: the region's pilot support."""
_ALL_PAID = 0.999
"""Part of a quarter's cost that counts as all of it."""


@kernel
def public_requests(
    running: IntArray, kind: IntArray, stage: IntArray, is_national: BoolArray, region: IntArray,
    n_members: IntArray, member: IntArray, cost: FloatArray, is_reached: BoolArray, n_regions: int, paid_share: float,
    national_share: float, pilot_support: float,
) -> tuple[FloatArray, IntArray, FloatArray]:  # fmt: skip
    """Return what each running project asks of the public, of whom, and the sums, shape (regions, 3 payers).

    Payers: 0 the region's call, 1 the outside world (national projects), 2 the region's pilot support, for
    firms that policy reaches; -1 nobody.

    >>> import numpy as np
    >>> asked, payer, total = public_requests(np.arange(4), np.array([2, 0, 0, 2]), np.array([0, 2, 2, 0]),
    ...     np.arange(4) > 2, np.zeros(4, np.int64), np.ones(4, np.int64), np.array([[0], [0], [1], [0]]),
    ...     np.array([2.0, 3.0, 3.0, 5.0]), np.array([True, False]), 1, 0.5, 0.8, 0.4)
    >>> asked.round(3).tolist(), payer.tolist(), total.round(3).tolist()
    ([1.0, 1.2, 0.0, 4.0], [0, 2, -1, 1], [[1.0, 4.0, 1.2]])
    """
    asked = np.zeros(len(running))
    payer = np.full(len(running), -1, np.int64)
    total = np.zeros((n_regions, 3))
    for q in range(len(running)):
        p = running[q]
        if kind[p] == _CALL:
            payer[q] = _BY_WORLD if is_national[p] else _BY_CALL
            asked[q] = (national_share if is_national[p] else paid_share) * cost[p]
        elif stage[p] == _PILOT and is_reached[member[p, payer_place(kind[p], n_members[p])]]:
            payer[q] = _BY_PILOT_SUPPORT
            asked[q] = pilot_support * cost[p]
        if payer[q] >= 0:
            total[region[p], payer[q]] += asked[q]
    return asked, payer, total


@kernel
def public_money(
    total: FloatArray, budget: FloatArray, government: IntArray, household: IntArray, outside: int, books: Books
) -> FloatArray:
    """Pay households what projects ask of the public, and take it from the budgets; return it, shape (regions, 3).

    Calls come before pilots; governments pay within budget and cash, the outside world all regions in proportion.

    >>> import numpy as np
    >>> books = accounts.books_with([5.0, 1.0, 0.0])
    >>> budget = np.full((1, 12), 4.0)
    >>> public_money(np.array([[3.0, 2.0, 3.0]]), budget, np.array([0]), np.array([2]), 1, books).tolist()
    [[3.0, 1.0, 2.0]]
    >>> budget[0, [_CALL_BUDGET, _PILOT_BUDGET]].tolist(), books.cash.tolist()
    ([1.0, 2.0], [0.0, 0.0, 6.0])
    """
    paid = np.zeros(total.shape)
    national = 0.0
    for r in range(len(total)):
        national += total[r, _BY_WORLD]
    part = min(1.0, books.cash[outside] / national) if national > 0.0 else 0.0
    for r in range(len(total)):
        left = books.cash[government[r]]
        paid[r, _BY_CALL] = min(total[r, _BY_CALL], budget[r, _CALL_BUDGET], left)
        left -= paid[r, _BY_CALL]
        paid[r, _BY_PILOT_SUPPORT] = min(total[r, _BY_PILOT_SUPPORT], budget[r, _PILOT_BUDGET], left)
        budget[r, _CALL_BUDGET] -= paid[r, _BY_CALL]
        budget[r, _PILOT_BUDGET] -= paid[r, _BY_PILOT_SUPPORT]
        paid[r, _BY_WORLD] = total[r, _BY_WORLD] * part
        pay(books, government[r], household[r], paid[r, _BY_CALL], _TO_CALL)
        pay(books, government[r], household[r], paid[r, _BY_PILOT_SUPPORT], _TO_PILOT)
        pay(books, outside, household[r], paid[r, _BY_WORLD], _TO_NATION)
    return paid


@kernel
def member_bills(
    running: IntArray, kind: IntArray, stage: IntArray, region: IntArray, n_members: IntArray, member: IntArray,
    member_uid: UidArray, cost: FloatArray, asked: FloatArray, payer: IntArray, total: FloatArray,
    public_paid: FloatArray, actor_is_active: BoolArray, actor_uid: UidArray, research_budget: FloatArray,
    partner_part: float,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return what the public pays of each project and what each member owes this quarter, shape (running, members).

    The public pays each request in proportion. Partners share the rest equally, but no more than `partner_part` of
    their budget; who answers for the project pays what is left, and owes -1 if it is gone.

    >>> import numpy as np
    >>> yes, none, uid = np.ones(2, np.bool_), np.zeros(2, np.int64), np.array([7, 9], np.uint64)
    >>> public, bill = member_bills(np.array([0]), none + 2, none, none, np.array([2]), np.array([[0, 1]]),
    ...     uid.reshape(1, 2), np.array([4.0]), np.array([3.0]), none, np.array([[3.0, 0.0, 0.0]]),
    ...     np.array([[2.0, 0.0, 0.0]]), yes, uid, np.array([5.0, 1.0]), 0.5)
    >>> public.tolist(), bill.tolist()
    ([2.0], [[1.5, 0.5]])
    """
    public = np.zeros(len(running))
    bill = np.zeros((len(running), member.shape[1]))
    is_here = np.empty(member.shape[1], np.bool_)
    for q in range(len(running)):
        p = running[q]
        if payer[q] >= 0:
            public[q] = asked[q] * (public_paid[region[p], payer[q]] / max(total[region[p], payer[q]], 1e-12))
        answers = payer_place(kind[p], n_members[p])
        present = 0
        for m in range(answers, n_members[p]):
            i = member[p, m]
            is_here[m] = i >= 0 and actor_is_active[i] and actor_uid[i] == member_uid[p, m]
            present += 1 if is_here[m] else 0
        is_orphan = kind[p] == _BY_UNIVERSITY and n_members[p] == 1 and stage[p] != _RESEARCH
        if is_orphan or not is_here[answers]:
            bill[q, answers] = -1.0
            continue
        private = max(0.0, cost[p] - public[q])
        rest = private
        for m in range(answers + 1, n_members[p]):
            if is_here[m]:
                bill[q, m] = min(private / present, partner_part * research_budget[member[p, m]])
                rest -= bill[q, m]
        bill[q, answers] = max(0.0, rest)
    return public, bill


@kernel
def coverage(running: IntArray, bill: FloatArray, member: IntArray, cash: FloatArray, cash_share: float) -> FloatArray:
    """Return the share of all its bills each actor can pay with `cash_share` of its cash.

    >>> import numpy as np
    >>> coverage(np.array([0]), np.array([[3.0, 1.0]]), np.array([[0, 1]]), np.array([4.0, 9.0]), 0.5).round(3).tolist()
    [0.667, 1.0]
    """
    due = np.zeros(len(cash))
    for q in range(len(running)):
        for m in range(bill.shape[1]):
            if bill[q, m] > 0.0:
                due[member[running[q], m]] += bill[q, m]
    share = np.ones(len(cash))
    for i in range(len(cash)):
        if due[i] > cash_share * cash[i]:
            share[i] = cash_share * cash[i] / due[i]
    return share


@kernel
def advance_work(
    running: IntArray, bill: FloatArray, share: FloatArray, public: FloatArray, uid: UidArray, kind: IntArray,
    stage: IntArray, n_members: IntArray, member: IntArray, cost: FloatArray, effort: FloatArray,
    remaining: IntArray, research_spending: FloatArray, research_support: FloatArray, abandon_chance: float,
    key: np.uint64,
) -> FloatArray:  # fmt: skip
    """Let projects move on by what is paid; return what each actor pays, and note what of it is research.

    `remaining` counts down when the quarter is paid, and becomes -1 when the project is given up. Money that a call
    pays is worked off by all members, money that supports a pilot by who answers for it; up to the pilot it supports
    research.

    >>> import numpy as np
    >>> one, two, zero, own, support = np.array([1]), np.array([2]), np.zeros(1, np.int64), np.zeros(2), np.zeros(2)
    >>> paid = advance_work(zero, np.array([[1.5, 0.5]]), np.ones(2), np.array([2.0]), np.ones(1, np.uint64), two,
    ...     zero, two, np.array([[0, 1]]), np.array([4.0]), np.zeros((1, 2)), two.copy(), own, support, 0.0,
    ...     np.uint64(1))
    >>> paid.tolist(), own.tolist(), support.tolist()  # a call pays 2 of 4, half for each member
    ([1.5, 0.5], [1.5, 0.5], [1.0, 1.0])
    """
    paid = np.zeros(len(share))
    for i in range(len(share)):
        research_spending[i] = 0.0
        research_support[i] = 0.0
    for q in range(len(running)):
        p = running[q]
        answers = payer_place(kind[p], n_members[p])
        if bill[q, answers] < 0.0:
            remaining[p] = -1
            continue
        covered = public[q]
        for m in range(n_members[p]):
            amount = bill[q, m] * share[member[p, m]] if bill[q, m] > 0.0 else 0.0
            covered += amount
            effort[p, m] += amount
            given = 0.0
            if kind[p] == _CALL:
                given = public[q] / n_members[p]
            elif m == answers:
                given = public[q]
            effort[p, m] += given
            if stage[p] != _INDUSTRIALISATION and member[p, m] >= 0:
                research_support[member[p, m]] += given
            if amount > 0.0:
                paid[member[p, m]] += amount
                if stage[p] != _INDUSTRIALISATION:
                    research_spending[member[p, m]] += amount
        done = covered / cost[p] if cost[p] > 0.0 else 1.0
        if done >= _ALL_PAID or uniform(key, uid[p], 0) < done:
            remaining[p] = max(0, remaining[p] - 1)
        elif uniform(key, uid[p], 1) < abandon_chance * (1.0 - done):
            remaining[p] = -1
    return paid


@kernel
def mark_used_ties(
    running: IntArray, n_members: IntArray, member: IntArray, start: IntArray, other: IntArray, tie: IntArray,
    layer: IntArray, used: IntArray, quarter: int,
) -> None:  # fmt: skip
    """Note that research ties between members of running projects are in use."""
    for p in running:
        for m in range(n_members[p]):
            for o in range(m):
                row = research_tie(start, other, tie, layer, member[p, m], member[p, o])
                if row >= 0:
                    used[row] = quarter


@kernel
def pay_and_advance(
    books: Books, is_active: BoolArray, uid: UidArray, kind: IntArray, stage: IntArray, is_national: BoolArray,
    project_region: IntArray, n_members: IntArray, member: IntArray, member_uid: UidArray, cost: FloatArray,
    effort: FloatArray, remaining: IntArray, actor_is_active: BoolArray, actor_uid: UidArray,
    research_budget: FloatArray, research_spending: FloatArray, year_cost: FloatArray, budget: FloatArray,
    government: IntArray, household: IntArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    used: IntArray, research_support: FloatArray, is_reached: BoolArray, national_money: FloatArray,
    outside: int, quarter: int, paid_share: float, national_share: float, pilot_support: float, partner_part: float,
    cash_share: float, abandon_chance: float, key: np.uint64,
) -> None:  # fmt: skip
    """Let all who owe something to projects that are worked on pay households, and projects move on by it.

    The columns of projects come first, then those of actors, regions and ties. Firms add what they pay to the cost of
    their year; ties between members are in use. What public money paid for is noted: research by actor, and what the
    outside world paid by region.
    """
    running = running_projects(is_active, stage)
    asked, payer, total = public_requests(
        running, kind, stage, is_national, project_region, n_members, member, cost, is_reached, len(government),
        paid_share, national_share, pilot_support,
    )  # fmt: skip
    public_paid = public_money(total, budget, government, household, outside, books)
    for r in range(len(national_money)):
        national_money[r] = public_paid[r, _BY_WORLD]
    public, bill = member_bills(
        running, kind, stage, project_region, n_members, member, member_uid, cost, asked, payer, total, public_paid,
        actor_is_active, actor_uid, research_budget, partner_part,
    )  # fmt: skip
    share = coverage(running, bill, member, books.cash, cash_share)
    paid = advance_work(
        running, bill, share, public, uid, kind, stage, n_members, member, cost, effort, remaining, research_spending,
        research_support, abandon_chance, key,
    )  # fmt: skip
    for i in range(len(paid)):
        if paid[i] > 0.0:
            pay(books, i, household[books.region[i]], paid[i], _TO_WORK)
            year_cost[i] += paid[i] if books.kind[i] == _FIRM else 0.0
    mark_used_ties(running, n_members, member, start, other, tie, layer, used, quarter)


@rule(
    writes=(
        "projects.effort", "projects.remaining", "actors.research_spending", "actors.year_cost", "regions.budget",
        "ties.used", "actors.research_support", "regions.national_money", *accounts.WRITES,
    ),
    source="ren:3.1; ren:4.3; ren:2.4.2; F31; F37",
    off={"switches.innovation": False},
)  # fmt: skip
def pay_for_projects(world: World, parameters: Parameters, draws: Draws) -> None:
    """Members, calls, pilot support and national programmes pay this quarter's work; unpaid projects stall or end.

    Equation   partner pays min(private / n, partner_part budget_j), who answers pays the rest, all within
               cash_share cash; a project moves on with chance paid / cost, else it is given up with
               abandon_chance (1 - paid / cost)
    Units      million yuan per quarter; chances: 1
    Source     ren 3.1 and 4.3 (pilots), 2.4.2 (national projects); F31, F37
    Draws      work on project (two a project)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, pr = parameters.innovation, world.actors, world.projects
    lists, ties, regions = world.neighbours(), world.ties, world.regions
    pay_and_advance(
        books_of(world), pr.is_active, pr.uid, pr.kind, pr.stage, pr.is_national, pr.region, pr.n_members, pr.member,
        pr.member_uid, pr.cost, pr.effort, pr.remaining, a.is_active, a.uid, a.research_budget, a.research_spending,
        a.year_cost, regions.budget, regions.government_slot, regions.household_slot, lists.start, lists.other,
        lists.tie, ties.layer, ties.used, a.research_support, a.is_reached, regions.national_money, world.rest_of_world,
        world.quarter, parameters.calls.paid_share,
        parameters.calls.national_share, p.pilot_support, p.partner_part, p.cash_share, p.abandon_chance,
        draws.key("work on project"),
    )  # fmt: skip
