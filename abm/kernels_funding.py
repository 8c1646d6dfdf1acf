"""Kernels of what funds banks: deposits of households, bonds of the national money market, and what they get."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.accounts import Books, pay
from abm.state.codes import ClaimKind, Purpose
from abm.types import BoolArray, FloatArray, IntArray

_DEPOSIT = int(ClaimKind.DEPOSIT)
_BOND = int(ClaimKind.BOND)
_INTEREST = np.int64(Purpose.INTEREST)
_DIVIDEND = np.int64(Purpose.DIVIDEND)
_DEPOSITING = np.int64(Purpose.DEPOSIT)
_BORROWING = np.int64(Purpose.BOND)


@kernel
def funding_rows(bank: IntArray, is_active: BoolArray, kind: IntArray, debtor: IntArray, n_actors: int) -> IntArray:
    """Return the row of each bank's deposit and of its bond in the claims table, -1 for none, shape (2, banks).

    >>> funding_rows(np.array([2]), np.array([True, True, False]), np.array([0, 2, 3]), np.array([2, 2, 2]), 3).tolist()
    [[1], [-1]]
    """
    place = np.full(n_actors, -1, np.int64)
    for b in range(len(bank)):
        place[bank[b]] = b
    row = np.full((2, len(bank)), -1, np.int64)
    for c in range(len(kind)):
        if is_active[c] and (kind[c] == _DEPOSIT or kind[c] == _BOND) and place[debtor[c]] >= 0:
            row[0 if kind[c] == _DEPOSIT else 1, place[debtor[c]]] = c
    return row


@kernel
def held(row: IntArray, principal: FloatArray) -> FloatArray:
    """Return the principal of each claim, 0 where the row is -1.

    >>> held(np.array([1, -1]), np.array([3.0, 5.0])).tolist()
    [5.0, 0.0]
    """
    amount = np.zeros(len(row))
    for b in range(len(row)):
        if row[b] >= 0:
            amount[b] = principal[row[b]]
    return amount


@kernel
def pay_bank_returns(
    books: Books,
    bank: IntArray,
    household_slot: IntArray,
    row: IntArray,
    principal: FloatArray,
    interest: FloatArray,
    written_off: FloatArray,
    rest_of_world: int,
    deposit_rate: float,
    reserve: float,
    payout: float,
    write_down: float,
) -> None:
    """Banks pay interest on what funds them, then most of their profit to households; reserves stay.

    ``row`` is that of `funding_rows`; ``interest`` what each actor received from borrowers this quarter, million yuan
    by slot. Profit first makes good part
    ``write_down`` of what was ``written_off``.

    >>> from abm.state.accounts import books_with
    >>> books = books_with([10.0, 0.0, 0.0])
    >>> pay_bank_returns(books, np.array([0]), np.array([1]), np.array([[0], [1]]), np.array([20.0, 10.0]),
    ...                  np.array([5.0]), np.zeros(3), 2, 0.05, 0.25, 0.5, 1.0)
    >>> books.cash.tolist()
    [6.75, 2.75, 0.5]
    >>> books, lost = books_with([50.0, 0.0, 0.0]), np.array([5.0, 0.0, 0.0])  # interest 10, funds cost 2, pays .8 of 3
    >>> pay_bank_returns(books, np.array([0]), np.array([1]), np.array([[0], [1]]), np.array([20.0, 20.0]),
    ...                  np.array([10.0]), lost, 2, 0.05, 0.25, 0.8, 1.0)
    >>> books.cash.round(9).tolist(), lost.tolist()
    ([45.6, 3.4, 1.0], [0.0, 0.0, 0.0])
    """
    deposit = held(row[0], principal)
    bond = held(row[1], principal)
    for b in range(len(bank)):
        i = bank[b]
        household = household_slot[books.region[i]]
        pay(books, i, household, deposit_rate * deposit[b], _INTEREST)
        pay(books, i, rest_of_world, deposit_rate * bond[b], _INTEREST)
        profit = max(0.0, interest[i] - deposit_rate * (deposit[b] + bond[b]))
        made_good = min(profit, write_down * written_off[i])
        written_off[i] -= made_good
        profit -= made_good
        spare = max(0.0, books.cash[i] - reserve * deposit[b])
        pay(books, i, household, min(payout * profit, spare), _DIVIDEND)


@kernel
def move_funds(
    books: Books,
    funder: IntArray,
    bank: IntArray,
    change: FloatArray,
    row: IntArray,
    principal: FloatArray,
    purpose: int | np.int64,
) -> FloatArray:
    """Pay in where `change` is positive, pay back where it is negative, as far as cash goes; return what moved.

    A funder that cannot pay all scales all it pays. Claims that exist are changed by what moved; for the rest
    (``row`` is -1) one must be opened. All by place in ``bank``, million yuan.

    >>> books = Books(np.array([6.0, 0.0, 5.0, 3.0]), np.zeros(4, int), np.zeros(4, int), np.zeros(1), np.zeros(1),
    ...               np.zeros((1, 2)))
    >>> principal = np.array([10.0])
    >>> move_funds(books, np.zeros(3, int), np.array([1, 2, 3]), np.array([8.0, 4.0, -4.0]), np.array([-1, -1, 0]),
    ...            principal, 0).tolist()
    [4.0, 2.0, -3.0]
    >>> books.cash.tolist(), principal.tolist()
    ([3.0, 4.0, 7.0, 0.0], [7.0])
    """
    asked = np.zeros(len(books.cash))
    for b in range(len(bank)):
        asked[funder[b]] += max(change[b], 0.0)
    moved = np.zeros(len(bank))
    for b in range(len(bank)):
        if change[b] > 0.0:
            moved[b] = change[b] * min(1.0, books.cash[funder[b]] / max(asked[funder[b]], 1e-12))
        else:
            moved[b] = -min(-change[b], books.cash[bank[b]])
    for b in range(len(bank)):
        pay(books, funder[b], bank[b], max(moved[b], 0.0), purpose)
    for b in range(len(bank)):
        pay(books, bank[b], funder[b], max(-moved[b], 0.0), purpose)
        if row[b] >= 0:
            principal[row[b]] = max(0.0, principal[row[b]] + moved[b])
    return moved


@kernel
def place_deposits(
    books: Books,
    bank: IntArray,
    household_slot: IntArray,
    household_cash: FloatArray,
    row: IntArray,
    principal: FloatArray,
    deposit_share: float,
) -> FloatArray:
    """Households place a share of their wealth at the banks of their region, or draw on it; return what moved.

    Million yuan by place in ``bank``; ``row`` is that of the deposits.

    >>> from abm.state.accounts import books_with
    >>> books, last, principal = books_with([0.0, 6.0]), np.array([5.0]), np.array([2.0])
    >>> place_deposits(books, np.array([0]), np.array([1]), last, np.array([0]), principal, 0.75).tolist()
    [4.0]
    >>> books.cash.tolist(), last.tolist(), principal.tolist()
    ([4.0, 2.0], [1.0], [6.0])
    """
    n_regions = len(household_slot)
    n_banks = np.zeros(n_regions)
    wealth = np.zeros(n_regions)
    deposit = held(row, principal)
    for r in range(n_regions):
        wealth[r] = books.cash[household_slot[r]]
    for b in range(len(bank)):
        n_banks[books.region[bank[b]]] += 1.0
        wealth[books.region[bank[b]]] += deposit[b]
    household = np.empty(len(bank), np.int64)
    change = np.empty(len(bank))
    for b in range(len(bank)):
        r = books.region[bank[b]]
        household[b] = household_slot[r]
        change[b] = deposit_share * wealth[r] / n_banks[r] - deposit[b]
    moved = move_funds(books, household, bank, change, row, principal, _DEPOSITING)
    total = np.zeros(n_regions)
    for b in range(len(bank)):
        total[books.region[bank[b]]] += moved[b]
    for r in range(n_regions):
        household_cash[r] = max(0.0, household_cash[r] - total[r])
    return moved


@kernel
def use_money_market(
    books: Books,
    bank: IntArray,
    sales: FloatArray,
    row: IntArray,
    principal: FloatArray,
    n_regions: int,
    rest_of_world: int,
    money_market: float,
    speed: float,
) -> FloatArray:
    """Banks borrow outside, or pay back, towards a bound given by their region's sales; return what moved.

    Million yuan by place in ``bank``; ``row`` is that of the bonds.

    >>> from abm.state.accounts import books_with
    >>> books, principal = books_with([0.0, 6.0, 0.0]), np.array([2.0])
    >>> use_money_market(books, np.array([0]), np.array([0.0, 0.0, 8.0]), np.array([0]), principal, 1, 1, 0.75,
    ...                  0.5).tolist()
    [2.0]
    >>> principal.tolist()
    [4.0]
    """
    n_banks = np.zeros(n_regions)
    total = np.zeros(n_regions)
    for b in range(len(bank)):
        n_banks[books.region[bank[b]]] += 1.0
    for i in range(len(sales)):
        total[max(books.region[i], 0)] += sales[i]
    bond = held(row, principal)
    change = np.empty(len(bank))
    for b in range(len(bank)):
        r = books.region[bank[b]]
        change[b] = speed * (money_market * total[r] / n_banks[r] - bond[b])
    outside = np.full(len(bank), rest_of_world, np.int64)
    return move_funds(books, outside, bank, change, row, principal, _BORROWING)
