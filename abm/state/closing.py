"""The end of an actor: its ties, projects, claims, money, people and knowledge, closed in one place."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state import accounts, market_shares
from abm.state.accounts import Books, books_of, pay
from abm.state.assignment import chosen_by_identity
from abm.state.codes import ClaimKind, Kind, Purpose, Stage
from abm.state.columns import read_only
from abm.state.ledger import shares_by_origin
from abm.state.market_shares import share_out_customers
from abm.state.talent_pool import join_pool
from abm.state.ties import close_ties
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

WRITES: tuple[str, ...] = (
    "actors.*", "ties.*", "projects.*", "claims.*", "ledger.stock", "ledger.loss", "ledger.total_gain",
    "regions.talent_pool", "regions.pool_capability", "regions.pool_origin", *market_shares.WRITES, *accounts.WRITES,
)  # fmt: skip
"""Columns a rule must declare to close actors."""

_LOAN = int(ClaimKind.LOAN)
_SHELVED = int(Stage.SHELVED)
_GUARANTEE_FUND = int(Kind.GUARANTEE_FUND)
_LIQUIDATION, _GUARANTEE = np.int64(Purpose.LIQUIDATION), np.int64(Purpose.GUARANTEE_PAID)


def close_actors(world: World, slots: IntArray, cause: IntArray | None = None) -> None:
    """Close the actors in `slots`; their rows are free afterwards. `cause` are the events of their leaving, if told.

    A chain owner that vouched pays in its part. Cash pays lenders first, the rest goes to households; what lenders do
    not get back is written off (a claim moves, not cash). Talent joins the pool with what it knows. Equipment is
    scrapped. Customers go to those who stay.
    """
    if len(slots) == 0:
        return
    a, ties, claims, pr = world.actors, world.ties, world.claims, world.projects
    ledger, regions = world.ledger, world.regions
    _keep_vows(world, slots)
    tie, had_customers = wind_up(
        slots, books_of(world), read_only(a.uid), a.is_active, a.loan, a.debt, a.backing, a.written_off, a.talent,
        a.capability, a.market_share, a.n_projects, claims.is_active, claims.kind, claims.creditor, claims.debtor,
        claims.principal, ledger.stock, ledger.loss, ledger.total_gain, regions.household_slot, regions.talent_pool,
        regions.pool_capability, regions.pool_origin, ties.is_active, ties.source, ties.target, pr.is_active,
        pr.member, pr.member_uid, pr.effort, pr.n_members, pr.stage,
    )  # fmt: skip
    left = -1 if cause is None else leavings(slots, cause, tie, ties.source, ties.target, a.rows)
    close_ties(world, tie, left)
    a.reset(slots)
    if had_customers:
        share_out_customers(world)


def _keep_vows(world: World, slots: IntArray) -> None:
    """Let chain owners pay in the part they vouched for of what their suppliers cannot pay back."""
    a, claims = world.actors, world.claims
    for slot in slots[(a.vouched[slots] > 0.0) & (a.loan[slots] >= 0)]:
        owner = np.flatnonzero(a.is_active & (a.uid == a.voucher_uid[slot]))
        if len(owner) and owner[0] not in slots:
            lacking = max(0.0, float(claims.principal[a.loan[slot]] - a.cash[slot]))
            accounts.transfer(world, owner, slot, a.vouched[slot] * lacking, Purpose.LIQUIDATION)


@kernel
def leavings(
    slots: IntArray, cause: IntArray, tie: IntArray, source: IntArray, target: IntArray, n_actors: int
) -> IntArray:
    """Return the event that ended each of some ties: that its source left, or else that its target did.

    >>> leavings(np.array([4, 7]), np.array([20, 21]), np.array([2, 0]), np.array([9, 0, 4]), np.array([7, 0, 5]),
    ...     10).tolist()
    [20, 21]
    """
    of = np.full(n_actors, -1, np.int64)
    for a in range(len(slots)):
        of[slots[a]] = cause[a]
    left = np.empty(len(tie), np.int64)
    for t in range(len(tie)):
        left[t] = of[source[tie[t]]] if of[source[tie[t]]] >= 0 else of[target[tie[t]]]
    return left


@kernel
def settle_claims(
    slots: IntArray,
    is_closing: BoolArray,
    loan: IntArray,
    debt: FloatArray,
    backing: FloatArray,
    written_off: FloatArray,
    claim_is_active: BoolArray,
    claim_kind: IntArray,
    creditor: IntArray,
    debtor: IntArray,
    principal: FloatArray,
    household: IntArray,
    books: Books,
) -> FloatArray:
    """Pay lenders, strike out every claim on or of those who close, pay what is left to households.

    Lenders note their loss in ``written_off``. That, ``is_closing``, ``loan``, ``debt`` and ``backing`` are by actor,
    ``household`` by region, the rest by claim. Return the vouched part of the loan each of `slots` leaves unpaid,
    million yuan.

    >>> books = Books(np.array([5.0, 0.0, 0.0]), np.array([0, 3, 7]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> zero, loan, debt, active = np.array([0]), np.array([0, -1, -1]), np.array([8.0, 0.0, 0.0]), np.array([True])
    >>> principal, goes, lost = np.array([8.0]), np.array([True, False, False]), np.zeros(3)
    >>> settle_claims(zero, goes, loan, debt, np.array([0.5, 0.0, 0.0]), lost, active, zero, np.array([1]), zero,
    ...     principal, np.array([2]), books).tolist()  # half of the 3 not paid is backed
    [1.5]
    >>> books.cash.tolist(), debt.tolist(), principal.tolist(), active.tolist(), lost.tolist()
    ([0.0, 5.0, 0.0], [0.0, 0.0, 0.0], [0.0], [False], [0.0, 3.0, 0.0])
    """
    covered = np.zeros(len(slots))
    for a in range(len(slots)):
        i = slots[a]
        if loan[i] >= 0:
            paid = pay(books, i, creditor[loan[i]], principal[loan[i]], _LIQUIDATION)
            covered[a] = backing[i] * (principal[loan[i]] - paid)
            written_off[creditor[loan[i]]] += principal[loan[i]] - paid
        debt[i] = 0.0
    for c in range(len(principal)):
        if claim_is_active[c] and (is_closing[debtor[c]] or is_closing[creditor[c]]):
            if claim_kind[c] == _LOAN and not is_closing[debtor[c]]:
                debt[debtor[c]] = 0.0
                loan[debtor[c]] = -1
            principal[c] = 0.0
            claim_is_active[c] = False
    for a in range(len(slots)):
        i = slots[a]
        pay(books, i, household[max(books.region[i], 0)], books.cash[i], _LIQUIDATION)
    return covered


@kernel
def lose_knowledge(
    slots: IntArray,
    region: IntArray,
    talent: FloatArray,
    capability: FloatArray,
    stock: FloatArray,
    loss: FloatArray,
    total_gain: FloatArray,
    pool: FloatArray,
    pool_capability: FloatArray,
    pool_origin: FloatArray,
) -> None:
    """Let the people of those who close join their region's pool with what they know; the books forget the rest.

    ``loss`` is by actor, ``stock`` and ``total_gain`` (actors, origins, routes).

    >>> one, level = np.ones((1, 1, 1)), np.array([[0.6, 0.4]])
    >>> loss, pool, known = np.zeros(1), np.array([6.0]), np.array([[0.2, 0.0]])
    >>> lose_knowledge(np.array([0]), np.array([0]), np.array([2.0]), level, one, loss, one.copy(), pool, known, one[0])
    >>> loss.tolist(), pool.tolist(), known.round(9).tolist(), one.tolist()
    ([1.0], [8.0], [[0.3, 0.1]], [[[0.0]]])
    """
    origin = np.zeros(stock.shape[1])
    for a in range(len(slots)):
        i = slots[a]
        if talent[i] > 0.0 and region[i] >= 0:
            shares_by_origin(stock[i], origin)
            join_pool(pool, pool_capability, pool_origin, region[i], talent[i], capability[i], origin)
        for k in range(capability.shape[1]):
            loss[i] += capability[i, k]
        for o in range(stock.shape[1]):
            for route in range(stock.shape[2]):
                stock[i, o, route] = 0.0
                total_gain[i, o, route] = 0.0


@kernel
def ties_of(is_closing: BoolArray, is_active: BoolArray, source: IntArray, target: IntArray) -> IntArray:
    """Return the active ties of those who close.

    >>> ends, yes = np.array([0, 1, 1]), np.array([True, True, False])
    >>> ties_of(np.array([False, True, False]), yes, ends, np.array([2, 2, 2])).tolist()
    [1]
    """
    found = np.empty(len(source), np.int64)
    number = 0
    for e in range(len(source)):
        if is_active[e] and (is_closing[source[e]] or is_closing[target[e]]):
            found[number] = e
            number += 1
    return found[:number]


@kernel
def end_projects(
    is_closing: BoolArray,
    is_active: BoolArray,
    member: IntArray,
    member_uid: UidArray,
    effort: FloatArray,
    n_members: IntArray,
    stage: IntArray,
    n_projects: IntArray,
) -> None:
    """End the projects that those who close lead, and take them out of those they have joined.

    ``is_closing`` and ``n_projects`` are by actor, the rest by project. Results on the shelf are nobody's load.

    >>> member = np.array([[0, 1, -1], [1, 0, 2]]); going, load = np.array([True, False, False]), np.array([2, 2, 1])
    >>> active, zero, uid = np.array([True, True]), np.zeros(2, int), np.array([[7, 8, 0], [8, 7, 9]], dtype=np.uint64)
    >>> end_projects(going, active, member, uid, np.zeros((2, 3)), zero, zero, load)
    >>> active.tolist(), load.tolist(), member[1].tolist(), uid[1].tolist(), zero.tolist()
    ([False, True], [1, 1, 1], [1, 2, -1], [8, 9, 0], [0, 2])
    """
    width = member.shape[1]
    for p in range(len(is_active)):
        if not is_active[p]:
            continue
        if is_closing[member[p, 0]]:
            is_active[p] = False
            for m in range(width):
                if stage[p] != _SHELVED and member[p, m] >= 0:
                    n_projects[member[p, m]] = max(0, n_projects[member[p, m]] - 1)
            continue
        stay = 0
        goes = False
        for m in range(width):
            i = member[p, m]
            if i >= 0 and is_closing[i]:
                goes = True
            elif i >= 0:
                member[p, stay], member_uid[p, stay], effort[p, stay] = i, member_uid[p, m], effort[p, m]
                stay += 1
        if goes:
            n_members[p] = stay
            for m in range(stay, width):
                member[p, m], member_uid[p, m], effort[p, m] = -1, np.uint64(0), 0.0


@kernel
def make_good(
    slots: IntArray, covered: FloatArray, fund: IntArray, loan: IntArray, creditor: IntArray, uid: UidArray,
    written_off: FloatArray, n_regions: int, books: Books,
) -> None:  # fmt: skip
    """Let guarantee funds pay lenders the part of their loss that is backed.

    ``slots`` and ``covered`` are as in `settle_claims`, ``fund`` lists slots of funds.

    >>> books, zero = accounts.books_with([0.0, 0.0, 9.0]), np.array([0])
    >>> lost = np.array([0.0, 3.0, 0.0])
    >>> make_good(zero, np.array([1.5]), np.array([2]), zero, np.array([1]), np.ones(3, np.uint64), lost, 1, books)
    >>> books.cash.tolist(), lost.tolist()
    ([0.0, 1.5, 7.5], [0.0, 1.5, 0.0])
    """
    own = chosen_by_identity(slots, fund, uid, books.region, n_regions)
    for a in range(len(slots)):
        if covered[a] > 0.0 and own[a] >= 0:
            bank = creditor[loan[slots[a]]]
            paid = pay(books, own[a], bank, covered[a], _GUARANTEE)
            written_off[bank] = max(0.0, written_off[bank] - paid)


@kernel
def wind_up(
    slots: IntArray, books: Books, uid: UidArray, is_active: BoolArray, loan: IntArray, debt: FloatArray,
    backing: FloatArray, written_off: FloatArray, talent: FloatArray, capability: FloatArray, market_share: FloatArray,
    n_projects: IntArray, claim_is_active: BoolArray, claim_kind: IntArray, creditor: IntArray, debtor: IntArray,
    principal: FloatArray, stock: FloatArray, loss: FloatArray, total_gain: FloatArray, household: IntArray,
    pool: FloatArray, pool_capability: FloatArray, pool_origin: FloatArray, tie_is_active: BoolArray, source: IntArray,
    target: IntArray, project_is_active: BoolArray, member: IntArray, member_uid: UidArray, effort: FloatArray,
    n_members: IntArray, stage: IntArray,
) -> tuple[IntArray, bool]:  # fmt: skip
    """Settle what those in `slots` owe and own, let their people go and end their projects.

    The columns of actors come first, then those of claims, the ledger, regions, ties and projects. Return the ties they
    leave, and whether they had customers.
    """
    is_closing = np.zeros(len(uid), np.bool_)
    had_customers = False
    for i in slots:
        is_closing[i] = True
        had_customers |= market_share[i] > 0.0
    covered = settle_claims(
        slots, is_closing, loan, debt, backing, written_off, claim_is_active, claim_kind, creditor, debtor, principal,
        household, books,
    )  # fmt: skip
    fund = np.empty(len(uid), np.int64)
    n_funds = 0
    for i in range(len(uid)):
        if is_active[i] and books.kind[i] == _GUARANTEE_FUND:
            fund[n_funds] = i
            n_funds += 1
    make_good(slots, covered, fund[:n_funds], loan, creditor, uid, written_off, len(household), books)
    lose_knowledge(
        slots, books.region, talent, capability, stock, loss, total_gain, pool, pool_capability, pool_origin
    )  # fmt: skip
    end_projects(is_closing, project_is_active, member, member_uid, effort, n_members, stage, n_projects)
    return ties_of(is_closing, tie_is_active, source, target), had_customers
