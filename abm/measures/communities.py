"""Communities in the network by the Louvain method (Blondel et al. 2008), and how far the network falls apart.

Actors are numbered in the order of their identities and visited in that order, ties in favour of the lower number:
the answer depends neither on slots nor on chance.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import inner, kernel
from abm.types import FloatArray, IntArray

_MOST_VISITS = 50
_SMALLEST_GAIN = 1e-9


@kernel
def lists_inside(
    first: IntArray, partner: IntArray, member: IntArray, place: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the partner lists of `member` among themselves: start, other (as places in `member`), weight 1."""
    start = np.zeros(len(member) + 1, np.int64)
    other = np.empty(len(partner), np.int64)
    count = 0
    for i in range(len(member)):
        for e in range(first[member[i]], first[member[i] + 1]):
            j = place[partner[e]]
            if j >= 0:
                other[count] = j
                count += 1
        start[i + 1] = count
    return start, other[:count].copy(), np.ones(count)


@inner
def best_communities(
    start: IntArray, other: IntArray, weight: FloatArray, degree: FloatArray, total: float
) -> tuple[IntArray, int]:
    """Move each part to the community of its neighbours that raises modularity most, until hardly any moves.

    The gain of joining c is w_ic - degree_i degree_c / total. Returns communities numbered from 0, and their number.
    """
    n = len(degree)
    community = np.arange(n)
    inside = degree.copy()
    shared = np.zeros(n)
    near = np.empty(n + 1, np.int64)
    for _ in range(_MOST_VISITS):
        n_moves = 0
        for i in range(n):
            count = 0
            for e in range(start[i], start[i + 1]):
                if other[e] == i:
                    continue
                c = community[other[e]]
                near[count] = c
                count += 1 if shared[c] == 0.0 else 0
                shared[c] += weight[e]
            own = community[i]
            inside[own] -= degree[i]
            best = own
            best_gain = shared[own] - degree[i] * inside[own] / total
            for p in range(count):
                c = near[p]
                gain = shared[c] - degree[i] * inside[c] / total
                better = gain - best_gain
                if better > _SMALLEST_GAIN or (better > -_SMALLEST_GAIN and c < best and best != own):
                    best = c
                    best_gain = gain
                if c != own:
                    shared[c] = 0.0
            shared[own] = 0.0
            inside[best] += degree[i]
            if best != own:
                community[i] = best
                n_moves += 1
        if n_moves * 100 <= n:
            break
    number = np.full(n, -1, np.int64)
    n_communities = 0
    for i in range(n):
        c = community[i]
        if number[c] < 0:
            number[c] = n_communities
            n_communities += 1
        community[i] = number[c]
    return community, n_communities


@kernel
def merged(
    start: IntArray, other: IntArray, weight: FloatArray, community: IntArray, n_communities: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the lists of communities: each becomes one part, tied to itself by twice what was tied inside."""
    begin = np.zeros(n_communities + 1, np.int64)
    for i in range(len(community)):
        begin[community[i] + 1] += 1
    for c in range(n_communities):
        begin[c + 1] += begin[c]
    place = begin.copy()
    part = np.empty(len(community), np.int64)
    for i in range(len(community)):
        part[place[community[i]]] = i
        place[community[i]] += 1
    new_start = np.zeros(n_communities + 1, np.int64)
    new_other = np.empty(len(other), np.int64)
    new_weight = np.empty(len(other))
    where = np.full(n_communities, -1, np.int64)
    count = 0
    for c in range(n_communities):
        for p in range(begin[c], begin[c + 1]):
            for e in range(start[part[p]], start[part[p] + 1]):
                d = community[other[e]]
                if where[d] < new_start[c]:
                    where[d] = count
                    new_other[count] = d
                    new_weight[count] = 0.0
                    count += 1
                new_weight[where[d]] += weight[e]
        new_start[c + 1] = count
    return new_start, new_other[:count].copy(), new_weight[:count].copy()


@kernel
def modularity_of(start: IntArray, other: IntArray, weight: FloatArray) -> float:
    """Return the modularity of the communities found, NaN without ties.

    Q = sum_c [inside_c / total - (degree_c / total)^2], inside and total counting both ends of a tie.

    >>> import numpy as np
    >>> pairs = np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2])
    >>> float(modularity_of(*pairs, np.ones(4)))
    0.5
    """
    total = 0.0
    for e in range(len(weight)):
        total += weight[e]
    if total <= 0.0:
        return math.nan
    while True:
        n = len(start) - 1
        degree = np.zeros(n)
        value = 0.0
        for i in range(n):
            for e in range(start[i], start[i + 1]):
                degree[i] += weight[e]
                if other[e] == i:
                    value += weight[e] / total
        for i in range(n):
            value -= (degree[i] / total) * (degree[i] / total)
        community, n_communities = best_communities(start, other, weight, degree, total)
        if n_communities == n:
            return value
        start, other, weight = merged(start, other, weight, community, n_communities)
