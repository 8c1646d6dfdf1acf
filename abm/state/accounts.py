"""Money: the only place where cash moves (model.md law 3), and claims with two sides."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.state.codes import ClaimKind, Purpose
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import FloatArray, IntArray

WRITES: tuple[str, ...] = ("actors.cash", "accounts.paid", "accounts.received", "volumes.amount")
"""Columns a rule must declare to be allowed to move cash."""

_QUIET = 1e-3

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
    total = move_cash(
        actors.cash,
        read_only(actors.kind),
        read_only(actors.region),
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


def open_claims(
    world: World, kind: ClaimKind, creditor: IntArray, debtor: IntArray, principal: FloatArray, rate: FloatArray
) -> IntArray:
    """Book new claims, one per entry, and return their rows. The cash must move by `transfer`.

    Raises
    ------
    ValueError
        If the claims table has too few free rows (call ``world.ensure_free`` between rules).
    """
    number = len(principal)
    rows = world.free_rows("claims", number)
    if len(rows) < number:
        raise ValueError("claims table is full")
    claims, actors = world.claims, world.actors
    claims.is_active[rows] = True
    claims.kind[rows] = int(kind)
    claims.creditor[rows] = creditor
    claims.debtor[rows] = debtor
    claims.creditor_uid[rows] = actors.uid[creditor]
    claims.debtor_uid[rows] = actors.uid[debtor]
    claims.principal[rows] = principal
    claims.rate[rows] = rate
    claims.born[rows] = world.quarter
    return rows


def money_residual(world: World) -> float:
    """Return how far the books are from balance, relative to this quarter's gross flow.

    Three identities: total cash is what it was at the start; what all kinds of actors paid equals what they
    received; every firm's debt is the sum of the loans on it. The largest deviation counts. Where next to nothing
    flows, a thousandth of all cash stands for the flow: the rounding of what is held does not shrink with it.
    """
    actors, claims = world.actors, world.claims
    gross = max(float(world.accounts.paid.sum()), _QUIET * world.total_cash, 1.0)
    cash = abs(float(actors.cash.sum()) - world.total_cash)
    flows = abs(float(world.accounts.paid.sum() - world.accounts.received.sum()))
    owed = np.zeros(actors.rows)
    loans = claims.is_active & (claims.kind == int(ClaimKind.LOAN))
    np.add.at(owed, claims.debtor[loans], claims.principal[loans])
    debts = float(np.abs(owed - actors.debt).max(initial=0.0))
    return max(cash, flows, debts) / gross
