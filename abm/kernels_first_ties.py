"""Kernels of first ties: for whose orders a supplier comes, and how much of them it gets at once."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_suppliers import SMALLEST_ORDER
from abm.state.codes import Layer
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_SUPPLY = int(Layer.SUPPLY)


@kernel
def shares_held(
    wanted: int, sector: IntArray, is_tied: BoolArray, layer: IntArray, source: IntArray, target: IntArray,
    weight: FloatArray, held: FloatArray,
) -> None:  # fmt: skip
    """Write the share of one input that each buyer has with fixed suppliers, shape (actors,).

    >>> held = np.ones(3)
    >>> shares_held(1, np.array([0, 1, 1]), np.ones(2, np.bool_), np.zeros(2, int), np.array([1, 2]), np.zeros(2, int),
    ...     np.array([0.2, 0.3]), held)
    >>> held.tolist()
    [0.5, 0.0, 0.0]
    """
    held[:] = 0.0
    for t in range(len(layer)):
        if is_tied[t] and layer[t] == _SUPPLY and sector[source[t]] == wanted:
            held[target[t]] += weight[t]


@kernel
def first_orders(
    entrant: IntArray, uid: UidArray, is_active: BoolArray, is_core: BoolArray, region: IntArray, sector: IntArray,
    expected_orders: FloatArray, inputs: FloatArray, is_tied: BoolArray, layer: IntArray, source: IntArray,
    target: IntArray, weight: FloatArray, step: float, cap: float, threshold: float,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Return for each entrant drawn by orders the core firm nearby that buys most of its product from nobody fixed.

    Entrants are as from `drawn_entrants`; of others the parent is returned, -1 is none. The second array has the share
    of that input which the buyer, if it has room below ``cap``, orders at once, at most ``step``. Columns of actors and
    of ties follow.

    >>> entrant, yes, zero = np.array([[0, 0], [0, 0], [0, 1], [-1, 9], [1, 0]]), np.ones(4, np.bool_), np.zeros(4, int)
    >>> buyer, share = first_orders(
    ...     entrant, np.ones(4, np.uint64), yes, np.array([True, True, True, False]), zero, zero,
    ...     np.array([5.0, 9.0, 99.0, 99.0]), np.full((1, 1), 0.5), yes[:2], zero[:2], np.array([3, 3]),
    ...     np.array([0, 2]), np.array([0.1, 0.8]), 0.1, 0.8, 0.02)
    >>> buyer.tolist(), share.tolist()  # the third core firm has no room, so 9 beat 5 (1 - 0.1)
    ([1, 9], [0.1, 0.0])
    """
    found = np.empty(entrant.shape[1], np.int64)
    share = np.zeros(entrant.shape[1])
    held = np.empty(len(is_active))
    for e in range(entrant.shape[1]):
        found[e] = entrant[3, e]
        if entrant[4, e] != 1:
            continue
        s = entrant[1, e]
        shares_held(s, sector, is_tied, layer, source, target, weight, held)
        for earlier in range(e):
            if entrant[1, earlier] == s and share[earlier] > 0.0:
                held[found[earlier]] += share[earlier]
        most = 0.0
        for i in range(len(is_active)):
            if is_active[i] and is_core[i] and region[i] == entrant[0, e] and cap - held[i] >= SMALLEST_ORDER:
                needed = inputs[s, sector[i]]
                wanted = needed * expected_orders[i] * (1.0 - held[i]) if needed >= threshold else 0.0
                if wanted > most or (wanted == most and most > 0.0 and uid[i] < uid[found[e]]):
                    found[e], most = i, wanted
        if most > 0.0:
            share[e] = min(step, cap - held[found[e]])
    return found, share
