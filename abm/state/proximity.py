"""How near two actors are and what they think of each other: the one measure for learning, search and proposals.

Cognitive distance compares whole profiles of capability: 0 for the same profile, 1 for nothing in common. What can
be learned or found interesting is an inverted U of it (Nooteboom et al. 2007).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import inner, kernel
from abm.state.codes import Kind
from abm.types import BoolArray, FloatArray, IntArray

_UNIVERSITY = int(Kind.UNIVERSITY)

TASTE = ("understanding", "trust", "platform", "chain", "standing", "reservation", "crowding", "noise")
"""Order of the weights handed to `appeal`."""


@inner
def profiles(
    is_active: BoolArray, kind: IntArray, capability: FloatArray, frontier: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Return capability relative to the frontier, shape (actors, fields), and who can learn: firms and universities.

    >>> import numpy as np
    >>> x, is_learner = profiles(np.ones(2, np.bool_), np.array([0, 2]), np.array([[1.0], [3.0]]), np.array([4.0]))
    >>> x.tolist(), is_learner.tolist()
    ([[0.25], [0.0]], [True, False])
    """
    x = np.zeros(capability.shape)
    is_learner = np.zeros(len(kind), np.bool_)
    for i in range(len(kind)):
        if is_active[i] and kind[i] <= _UNIVERSITY:
            is_learner[i] = True
            for k in range(len(frontier)):
                x[i, k] = capability[i, k] / frontier[k]
    return x, is_learner


@inner
def cognitive_distance(x: FloatArray, i: int, j: int) -> float:
    """Return sqrt(1 - 2 x_i.x_j / (|x_i|^2 + |x_j|^2)), from 0 (same) to 1 (nothing in common).

    ``x`` is capability relative to the frontier, shape (actors, fields).

    >>> import numpy as np
    >>> x = np.array([[0.4, 0.0], [0.8, 0.0], [0.0, 0.5]])
    >>> round(cognitive_distance(x, 0, 1), 4), cognitive_distance(x, 0, 2)
    (0.4472, 1.0)
    """
    product = 0.0
    squares = 0.0
    for k in range(x.shape[1]):
        product += x[i, k] * x[j, k]
        squares += x[i, k] * x[i, k] + x[j, k] * x[j, k]
    if squares <= 0.0:
        return 0.0
    return math.sqrt(max(0.0, 1.0 - 2.0 * product / squares))


@inner
def understanding(distance: float, best: float, width: float) -> float:
    """Return exp(-((d - best) / width)^2): 1 at the best distance, little for twins and for strangers.

    >>> understanding(0.35, 0.35, 0.3), round(understanding(0.95, 0.35, 0.3), 4)
    (1.0, 0.0183)
    """
    z = (distance - best) / width
    return math.exp(-z * z)


@kernel
def chain_overlap(usage: FloatArray) -> FloatArray:
    """Return how far two sectors work for the same chains, 0 to 1, shape (sectors, sectors).

    ``usage`` is each sector's gross output per unit of each chain's final demand, shape (chains, sectors).

    >>> import numpy as np
    >>> chain_overlap(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 2.0]])).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    n_chains, n_sectors = usage.shape
    share = np.zeros((n_chains, n_sectors))
    for s in range(n_sectors):
        total = 0.0
        for c in range(n_chains):
            total += usage[c, s]
        if total > 0.0:
            for c in range(n_chains):
                share[c, s] = usage[c, s] / total
    overlap = np.zeros((n_sectors, n_sectors))
    for s in range(n_sectors):
        for u in range(n_sectors):
            for c in range(n_chains):
                overlap[s, u] += min(share[c, s], share[c, u])
    return overlap


@kernel
def appeal(
    taste: FloatArray, heard: float, bond: float, is_comember: bool, chain: float,
    standing: int, load: float, noise: float,
) -> float:  # fmt: skip
    """Return what one actor thinks of a tie with another; above 0 it agrees.

    Equation: understanding + trust + common platform + same chain + standing (log degree) - reservation - cost that
    rises with the square of the ties held over what the actor can keep up, plus noise.

    >>> import numpy as np
    >>> taste = np.array([1.0, 0.5, 0.2, 0.2, 0.1, 0.6, 0.5, 0.0])
    >>> round(float(appeal(taste, 0.8, 0.4, True, 1.0, 0, 1.0, 0.3)), 10)
    0.3
    """
    value = taste[0] * heard + taste[1] * bond + taste[3] * chain + taste[4] * math.log(1.0 + standing) - taste[5]
    if is_comember:
        value += taste[2]
    return float(value - taste[6] * load * load + taste[7] * noise)


@inner
def capacity_of(talent: float, base: float, exponent: float) -> float:
    """Return how many ties an actor can keep up at a cost of one: base (1 + talent)^exponent.

    >>> round(capacity_of(7.0, 2.0, 1.0 / 3.0), 6)
    4.0
    """
    return base * math.exp(exponent * math.log(1.0 + talent))


@inner
def overlap_of(overlap: FloatArray, sector: IntArray, i: int, j: int) -> float:
    """Return the chain overlap of two actors; 0 where one has no sector."""
    if sector[i] < 0 or sector[j] < 0:
        return 0.0
    return float(overlap[sector[i], sector[j]])
