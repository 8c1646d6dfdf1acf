"""Money: the only place where cash moves (model.md law 3), and claims with two sides."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import inner, kernel
from abm.state.codes import N_KINDS, N_PURPOSES, ClaimKind, Purpose
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

WRITES: tuple[str, ...] = ("actors.cash", "accounts.paid", "accounts.received", "volumes.amount")
"""Columns a rule must declare to be allowed to move cash."""

_QUIET = 1e-3
_LOAN = int(ClaimKind.LOAN)

Amounts = FloatArray | float
Slots = IntArray | int


@kernel
def move_cash(
    cash: FloatArray,
    kind: IntArray,
    region: IntArray,
    paid: FloatArray,
    received: FloatArray,
    volume: FloatArray,
    payer: IntArray,
    payee: IntArray,
    amount: FloatArray,
) -> float:
    """Move ``amount[k]`` from ``payer[k]`` to ``payee[k]``; never more than the payer holds. Return the total moved.

    A payer or payee list of length one stands for all entries. Nothing moves and -1 is returned if an amount is
    negative or not finite.
    """
    for k in range(len(amount)):
        if not (amount[k] >= 0.0 and amount[k] < math.inf):
            return -1.0
    total = 0.0
    outside = len(volume) - 1
    for k in range(len(amount)):
        i = payer[k if len(payer) > 1 else 0]
        j = payee[k if len(payee) > 1 else 0]
        value = min(amount[k], cash[i])
        if value <= 0.0:
            continue
        cash[i] -= value
        cash[j] += value
        paid[kind[i]] += value
        received[kind[j]] += value
        place = region[i] if region[i] >= 0 else (region[j] if region[j] >= 0 else outside)
        volume[place] += value
        total += value
    return total


class Books(NamedTuple):
    """What a kernel needs to move cash by `pay`; a rule takes them with `books_of`."""

    cash: FloatArray
    kind: IntArray
    region: IntArray
    paid: FloatArray
    received: FloatArray
    volume: FloatArray


@inner
def pay(books: Books, payer: int, payee: int, amount: float, purpose: int | np.int64) -> float:
    """Move `amount` (million yuan) from one actor to another, never more than the payer holds; return what moved.

    ``purpose`` is a code of Purpose, best an ``np.int64``: Numba compiles once more for every plain constant.

    >>> two = books_with([3.0, 0.0])
    >>> float(pay(two, 0, 1, 5.0, 7)), two.cash.tolist(), two.volume[7].tolist()
    (3.0, [0.0, 3.0], [3.0, 0.0])
    """
    if not (amount >= 0.0 and amount < math.inf):
        raise ValueError
    value: float = min(amount, books.cash[payer])
    if value <= 0.0:
        return 0.0
    books.cash[payer] -= value
    books.cash[payee] += value
    books.paid[books.kind[payer]] += value
    books.received[books.kind[payee]] += value
    place = books.region[payer]
    if place < 0:
        place = books.region[payee]
    books.volume[purpose, place if place >= 0 else books.volume.shape[1] - 1] += value
    return value


def books_with(cash: list[float]) -> Books:
    """Return books of actors of one kind in one region that hold `cash` (million yuan), for examples and tests."""
    zero = np.zeros(len(cash), np.int64)
    return Books(np.array(cash), zero, zero, np.zeros(N_KINDS), np.zeros(N_KINDS), np.zeros((N_PURPOSES, 2)))


def books_of(world: World) -> Books:
    """Return the books of a world for kernels that `pay`; the rule must declare `WRITES`."""
    kind, region = world.kind_and_region()
    return Books(world.actors.cash, kind, region, world.accounts.paid, world.accounts.received, world.volumes.amount)


def transfer(world: World, payer: Slots, payee: Slots, amount: Amounts, purpose: Purpose) -> float:
    """Pay `amount` (million yuan) from `payer` to `payee`; arrays pay entry by entry. Return the total paid.

    A payer never pays more than it holds, so that cash never falls below zero. The sum of all cash is unchanged.

    Raises
    ------
    ValueError
        If the rule that calls has not declared `WRITES`, or an amount is negative or not finite.
    """
    actors = world.actors
    if not actors.cash.flags.writeable:
        raise ValueError("cash is locked: the rule must declare accounts.WRITES")
    kind, region = world.kind_and_region()
    total = move_cash(
        actors.cash,
        kind,
        region,
        world.accounts.paid,
        world.accounts.received,
        world.volumes.amount[int(purpose)],
        np.array(payer, dtype=np.int64, ndmin=1),
        np.array(payee, dtype=np.int64, ndmin=1),
        np.array(amount, dtype=np.float64, ndmin=1),
    )
    if total < 0.0:
        raise ValueError(f"{purpose.name}: amounts must be finite and not negative")
    return total


@kernel
def write_claims(
    is_active: BoolArray,
    kind: IntArray,
    creditor: IntArray,
    debtor: IntArray,
    creditor_uid: UidArray,
    debtor_uid: UidArray,
    principal: FloatArray,
    rate: FloatArray,
    born: IntArray,
    uid: UidArray,
    new_creditor: IntArray,
    new_debtor: IntArray,
    new_principal: FloatArray,
    new_rate: FloatArray,
    new_kind: int,
    quarter: int,
) -> IntArray:
    """Write new claims into the lowest free rows of the claims table; return them, or none if there are too few.

    The first nine columns are those of the table, ``uid`` is that of actors by slot.
    """
    rows = np.empty(len(new_principal), np.int64)
    found = 0
    for c in range(len(is_active)):
        if found == len(rows):
            break
        if not is_active[c]:
            rows[found] = c
            found += 1
    if found < len(rows):
        return rows[:0].copy()
    for k in range(len(rows)):
        c = rows[k]
        is_active[c] = True
        kind[c] = new_kind
        creditor[c] = new_creditor[k]
        debtor[c] = new_debtor[k]
        creditor_uid[c] = uid[new_creditor[k]]
        debtor_uid[c] = uid[new_debtor[k]]
        principal[c] = new_principal[k]
        rate[c] = new_rate[k]
        born[c] = quarter
    return rows


def open_claims(
    world: World, kind: ClaimKind, creditor: IntArray, debtor: IntArray, principal: FloatArray, rate: FloatArray
) -> IntArray:
    """Book new claims, one per entry, and return their rows. The cash must move by `transfer` or `pay`.

    Raises
    ------
    ValueError
        If the claims table has too few free rows (call ``world.ensure_free`` between rules).
    """
    claims = world.claims
    rows = write_claims(
        claims.is_active, claims.kind, claims.creditor, claims.debtor, claims.creditor_uid, claims.debtor_uid,
        claims.principal, claims.rate, claims.born, read_only(world.actors.uid), creditor, debtor, principal, rate,
        int(kind), world.quarter,
    )  # fmt: skip
    if len(rows) < len(principal):
        raise ValueError("claims table is full")
    return rows


@kernel
def largest_deviation(
    cash: FloatArray,
    debt: FloatArray,
    is_active: BoolArray,
    kind: IntArray,
    debtor: IntArray,
    principal: FloatArray,
    paid: FloatArray,
    received: FloatArray,
    total_cash: float,
) -> tuple[float, float]:
    """Return the largest deviation of the books (see `money_residual`) and what was paid this quarter.

    Cash and debt are by actor, the next four columns those of claims, paid and received by kind of actor.

    >>> two, zero = np.array([1.0, 2.0]), np.zeros(1, np.int64)
    >>> largest_deviation(two, np.array([0.0, 4.0]), zero == 0, zero, zero + 1, np.array([3.5]), two, two, 3.0)
    (0.5, 3.0)
    """
    owed = np.zeros(len(cash))
    for c in range(len(is_active)):
        if is_active[c] and kind[c] == _LOAN:
            owed[debtor[c]] += principal[c]
    held = 0.0
    worst = 0.0
    for i in range(len(cash)):
        held += cash[i]
        worst = max(worst, abs(owed[i] - debt[i]))
    all_paid = 0.0
    all_received = 0.0
    for k in range(len(paid)):
        all_paid += paid[k]
        all_received += received[k]
    return max(abs(held - total_cash), abs(all_paid - all_received), worst), all_paid


def money_residual(world: World) -> float:
    """Return how far the books are from balance, relative to this quarter's gross flow.

    Three identities: total cash is what it was at the start; what all kinds of actors paid equals what they
    received; every firm's debt is the sum of the loans on it. The largest deviation counts. Where next to nothing
    flows, a thousandth of all cash stands for the flow: the rounding of what is held does not shrink with it.
    """
    actors, claims, held = world.actors, world.claims, world.accounts
    deviation, gross = largest_deviation(
        actors.cash, actors.debt, claims.is_active, claims.kind, claims.debtor, claims.principal, held.paid,
        held.received, world.total_cash,
    )  # fmt: skip
    return deviation / max(gross, _QUIET * world.total_cash, 1.0)
