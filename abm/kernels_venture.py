"""Kernels of venture funds: which pilots they could pay for, what they offer, and when they sell."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_projects import is_present, payer_place
from abm.state.accounts import Books, pay
from abm.state.codes import ClaimKind, Kind, Purpose, Service, Stage
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_VENTURE = int(Service.VENTURE)
_EQUITY = int(ClaimKind.EQUITY)
_FIRM, _FUND = int(Kind.FIRM), int(Kind.VENTURE_FUND)
_DEVELOPMENT, _PILOT = int(Stage.DEVELOPMENT), int(Stage.PILOT)
_INDUSTRIALISATION = int(Stage.INDUSTRIALISATION)
_TO_FUND = np.int64(Purpose.OUTSIDE_INVESTMENT)
_MOST_OF_FUND = 0.1
"""Part of its cash that a venture fund puts into one firm in a quarter at most."""
_MOST_OUTSIDE = 0.01
"""Part of its cash that the rest of world pays for stakes of venture funds in a quarter at most."""


@kernel
def pilot_bills(
    is_active: BoolArray, kind: IntArray, stage: IntArray, remaining: IntArray, n_members: IntArray, member: IntArray,
    member_uid: UidArray, cost: FloatArray, venture_share: FloatArray, actor_is_active: BoolArray,
    actor_kind: IntArray, uid: UidArray, development_cost: float, pilot_cost: float, quarters: int,
) -> tuple[IntArray, FloatArray, BoolArray]:  # fmt: skip
    """Return who a venture fund could pay a pilot for, what it would cost, and whose pilot has succeeded with one.

    By project the firm that answers for it while it is in development or pilot and no fund has paid, else -1, and its
    part of what the pilot has still to cost (million yuan); by actor whether such a product is being industrialised.
    Rows that are free forget what was paid.

    >>> import numpy as np
    >>> yes, zero, uid = np.ones(2, np.bool_), np.zeros(2, np.int64), np.array([7, 9], np.uint64)
    >>> who, bill, done = pilot_bills(yes, zero, np.array([1, 3]), zero + 1, zero + 1, np.array([[0], [1]]),
    ...     uid.reshape(2, 1), np.array([2.6, 4.0]), np.array([0.0, 0.5]), yes, zero, uid, 1.3, 2.0, 3)
    >>> who.tolist(), bill.tolist(), done.tolist()
    ([0, -1], [12.0, 0.0], [False, True])
    """
    who = np.full(len(is_active), -1, np.int64)
    bill = np.zeros(len(is_active))
    has_succeeded = np.zeros(len(uid), np.bool_)
    for p in range(len(is_active)):
        if not is_active[p]:
            venture_share[p] = 0.0
            continue
        place = payer_place(kind[p], n_members[p])
        i = member[p, place]
        if not is_present(i, member_uid[p, place], actor_is_active, uid) or actor_kind[i] != _FIRM:
            continue
        if stage[p] == _INDUSTRIALISATION:
            has_succeeded[i] |= venture_share[p] > 0.0
        elif (stage[p] == _DEVELOPMENT or stage[p] == _PILOT) and venture_share[p] == 0.0:
            left = float(quarters) * pilot_cost / development_cost
            if stage[p] == _PILOT:
                left = float(max(0, remaining[p]))
            who[p] = i
            bill[p] = left * cost[p] / (n_members[p] - place)
    return who, bill, has_succeeded


@kernel
def venture_offers(
    able: IntArray, fund: IntArray, service: FloatArray, bill: FloatArray, cash: FloatArray, share: float, part: float
) -> FloatArray:
    """Return what each firm with a pilot ahead gets of its fund's cash, million yuan: by its bill and introduction.

    ``able`` lists slots of firms, ``fund`` those of their funds; ``bill`` is by slot of the firm, what its pilots have
    still to cost, of which a fund pays ``part`` at most. A platform's introduction is one of the services.

    >>> venture_offers(np.array([0, 1]), np.array([2, 2]), np.ones((3, 6)), np.array([12.0, 4.0, 0.0]),
    ...                np.array([0.0, 0.0, 80.0]), 0.05, 0.2).round(9).tolist()
    [2.4, 0.8]
    """
    chance = np.zeros(len(able))
    total = np.zeros(len(cash))
    for f in range(len(able)):
        chance[f] = (0.2 + 0.8 * service[able[f], _VENTURE]) * bill[able[f]]
        total[fund[f]] += chance[f]
    for f in range(len(able)):
        held = cash[fund[f]]
        wanted = share * held * chance[f] / max(total[fund[f]], 1e-12)
        chance[f] = min(wanted, part * bill[able[f]], _MOST_OF_FUND * held)
    return chance


@kernel
def sell_stakes(
    books: Books, uid: UidArray, has_succeeded: BoolArray, is_active: BoolArray, kind: IntArray, creditor: IntArray,
    debtor: IntArray, creditor_uid: UidArray, principal: FloatArray, born: IntArray, outside: int, oldest: int,
) -> tuple[IntArray, IntArray, FloatArray]:  # fmt: skip
    """Let venture funds sell stakes in firms whose pilot has succeeded, or born up to ``oldest``, to the rest of world.

    At book value, as far as a hundredth of the buyer's cash goes. Return the firm, fund and price of each.

    >>> from abm.state.accounts import books_with
    >>> books, zero, yes = books_with([0.0, 0.0, 900.0]), np.array([0, 0]), np.array([True, True])
    >>> books.kind[1], creditor, stake = int(Kind.VENTURE_FUND), np.array([2, 1]), np.array([1.0, 5.0])
    >>> firm, fund, price = sell_stakes(books, np.array([7, 8, 9], np.uint64), np.array([True, False, False]), yes,
    ...     zero + 1, creditor, zero, np.array([9, 8], np.uint64), stake, zero + 4, 2, -1)
    >>> firm.tolist(), fund.tolist(), price.tolist(), books.cash.tolist(), stake.tolist(), yes.tolist()
    ([0], [1], [5.0], [0.0, 5.0, 895.0], [6.0, 0.0], [True, False])
    """
    left = _MOST_OUTSIDE * books.cash[outside]
    row = np.full(len(uid), -1, np.int64)
    for c in range(len(kind)):
        if is_active[c] and kind[c] == _EQUITY and creditor[c] == outside:
            row[debtor[c]] = c
    sold = np.empty(len(kind), np.int64)
    seller, price = np.empty(len(kind), np.int64), np.empty(len(kind))
    number = 0
    for c in range(len(kind)):
        if not is_active[c] or kind[c] != _EQUITY or books.kind[creditor[c]] != _FUND or principal[c] > left:
            continue
        if not has_succeeded[debtor[c]] and born[c] > oldest:
            continue
        sold[number], seller[number] = debtor[c], creditor[c]
        price[number] = pay(books, outside, creditor[c], principal[c], _TO_FUND)
        left -= price[number]
        number += 1
        if row[debtor[c]] >= 0:
            principal[row[debtor[c]]] += principal[c]
            principal[c] = 0.0
            is_active[c] = False
        else:
            creditor[c], creditor_uid[c] = outside, uid[outside]
            row[debtor[c]] = c
    return sold[:number].copy(), seller[:number].copy(), price[:number].copy()
