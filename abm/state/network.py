"""Who is tied to whom, and fair picks of somebody to meet: arrays for kernels, built in O(n)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import inner, kernel
from abm.randomness import mix
from abm.state.columns import read_only
from abm.state.tables import Ties
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


class Neighbours(NamedTuple):
    """Compressed neighbour lists over all layers; every tie stands at both its ends.

    The ties of actor ``i`` are ``tie[start[i]:start[i + 1]]`` and lead to ``other[start[i]:start[i + 1]]``.
    """

    start: IntArray
    other: IntArray
    tie: IntArray


@kernel
def slots_by_kind(is_active: BoolArray, kind: IntArray, n_kinds: int) -> tuple[IntArray, IntArray]:
    """Return the active slots in the order of kinds, and where each kind starts, shape (n_kinds + 1,).

    >>> start, slot = slots_by_kind(np.array([True, True, False, True]), np.array([1, 0, 0, 1]), 2)
    >>> start.tolist(), slot.tolist()
    ([0, 1, 3], [1, 0, 3])
    """
    start = np.zeros(n_kinds + 1, np.int64)
    for i in range(len(kind)):
        if is_active[i]:
            start[kind[i] + 1] += 1
    for k in range(n_kinds):
        start[k + 1] += start[k]
    slot = np.empty(start[n_kinds], np.int64)
    free = start.copy()
    for i in range(len(kind)):
        if is_active[i]:
            slot[free[kind[i]]] = i
            free[kind[i]] += 1
    return start, slot


@kernel
def neighbour_lists(
    is_active: BoolArray, source: IntArray, target: IntArray, n_actors: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return start, other and tie of `Neighbours` by a counting sort over ties."""
    start = np.zeros(n_actors + 1, np.int64)
    for e in range(len(source)):
        if is_active[e]:
            start[source[e] + 1] += 1
            start[target[e] + 1] += 1
    for i in range(n_actors):
        start[i + 1] += start[i]
    place = start.copy()
    other = np.empty(start[n_actors], np.int64)
    tie = np.empty(start[n_actors], np.int64)
    for e in range(len(source)):
        if is_active[e]:
            i = source[e]
            j = target[e]
            other[place[i]] = j
            tie[place[i]] = e
            place[i] += 1
            other[place[j]] = i
            tie[place[j]] = e
            place[j] += 1
    return start, other, tie


def neighbours_of(ties: Ties, n_actors: int) -> Neighbours:
    """Return the neighbour lists of all active ties."""
    lists = neighbour_lists(read_only(ties.is_active), read_only(ties.source), read_only(ties.target), n_actors)
    return Neighbours(*lists)


class Roster(NamedTuple):
    """Actors of each group on a ring of random points, new every quarter.

    A pick names a point and takes the next actor on the ring (consistent hashing): whoever enters or leaves changes
    only the picks that fall just before them, and slots play no part.
    """

    start: IntArray
    ring: UidArray
    slot: IntArray


def make_roster(group: IntArray, n_groups: int, uid: UidArray, key: np.uint64) -> Roster:
    """Return the roster of the actors whose `group` is not negative."""
    return Roster(*roster_of(np.flatnonzero(group >= 0), group, n_groups, read_only(uid), key))


@inner
def insertion_sort(ring: UidArray, slot: IntArray, first: int, last: int) -> None:
    """Sort the entries from `first` up to `last` by point; quick where everybody is near its place already.

    >>> import numpy as np
    >>> ring, slot = np.array([9, 7, 3, 5], np.uint64), np.array([0, 1, 2, 3])
    >>> insertion_sort(ring, slot, 1, 4)
    >>> ring.tolist(), slot.tolist()
    ([9, 3, 5, 7], [0, 2, 3, 1])
    """
    for b in range(first + 1, last):
        point, who = ring[b], slot[b]
        a = b
        while a > first and ring[a - 1] > point:
            ring[a], slot[a] = ring[a - 1], slot[a - 1]
            a -= 1
        ring[a], slot[a] = point, who


@inner
def ring_place(key: np.uint64, uid: np.uint64) -> np.uint64:
    """Return where an actor stands on the ring of a decision."""
    return mix(np.uint64(key) + np.uint64(uid) * _GOLDEN)


@kernel
def roster_of(
    members: IntArray, group: IntArray, n_groups: int, uid: UidArray, key: np.uint64
) -> tuple[IntArray, UidArray, IntArray]:
    """Return start, ring and slot of a `Roster` of `members`; group and uid are those of every slot.

    A counting sort by group and leading bits of the place puts everybody near its rank, as places are spread evenly;
    insertion does the rest.

    >>> import numpy as np
    >>> uid = np.array([5, 6, 7, 8], np.uint64)
    >>> start, ring, slot = roster_of(np.array([0, 2, 3]), np.array([1, 0, 0, 1]), 2, uid, np.uint64(3))
    >>> start.tolist(), sorted(slot[1:].tolist()), bool(ring[1] < ring[2])
    ([0, 1, 3], [0, 3], True)
    """
    start = np.zeros(n_groups + 1, np.int64)
    for m in range(len(members)):
        start[group[members[m]] + 1] += 1
    for g in range(n_groups):
        start[g + 1] += start[g]
    n = len(members)
    ring, slot, place = np.empty(n, np.uint64), np.empty(n, np.int64), np.empty(n, np.uint64)
    rank, filled = np.empty(n, np.int64), np.zeros(n + 1, np.int64)
    for m in range(n):
        g = group[members[m]]
        place[m] = ring_place(key, uid[members[m]])
        size = np.uint64(start[g + 1] - start[g])
        rank[m] = start[g] + int(((place[m] >> _HALF) * size) >> _HALF)
        filled[rank[m] + 1] += 1
    for r in range(n):
        filled[r + 1] += filled[r]
    for m in range(n):
        r = filled[rank[m]]
        filled[rank[m]] += 1
        ring[r], slot[r] = place[m], members[m]
    for g in range(n_groups):
        insertion_sort(ring, slot, start[g], start[g + 1])
    return start, ring, slot


@inner
def firm_groups(firm: IntArray, region: IntArray, sector: IntArray, n_sectors: int) -> IntArray:
    """Return the region and sector of each firm as one number, region * n_sectors + sector; -1 for who is no firm.

    >>> import numpy as np
    >>> firm_groups(np.array([0, 2]), np.array([0, 0, 1]), np.array([3, 3, 1]), 4).tolist()
    [3, -1, 5]
    """
    group = np.full(len(sector), -1, np.int64)
    for f in range(len(firm)):
        group[firm[f]] = region[firm[f]] * n_sectors + sector[firm[f]]
    return group


@kernel
def ring_points(uid: UidArray, key: np.uint64) -> UidArray:
    """Return a random point per actor."""
    points = np.empty(len(uid), np.uint64)
    for i in range(len(uid)):
        points[i] = ring_place(key, uid[i])
    return points


@kernel
def pick(start: IntArray, ring: UidArray, slot: IntArray, group: int, point: np.uint64) -> int:
    """Return the slot of the first member of `group` at or after `point` on the ring, -1 if the group is empty."""
    low = start[group]
    high = start[group + 1]
    if low == high:
        return -1
    first = low
    last = high
    while low < high:
        middle = (low + high) // 2
        if ring[middle] < point:
            low = middle + 1
        else:
            high = middle
    if low == last:
        low = first
    return int(slot[low])


@kernel
def ring_point(key: np.uint64, uid: np.uint64, ordinal: int) -> np.uint64:
    """Return the point on a ring that an actor names for its pick number `ordinal`."""
    return mix(mix(np.uint64(key) + np.uint64(uid) * _GOLDEN) + np.uint64(ordinal) * _GOLDEN)


@inner
def drawn_entry(
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, trust: FloatArray, uid: UidArray,
    i: int, wanted: int, no: int, salt: np.uint64,
) -> int:  # fmt: skip
    """Return a random entry of i's neighbour list in a layer, never one that leads to `no`; -1 if there is none.

    The neighbour with the lowest hash of (salt, uid) is taken, and of two ties with it (each supplies the other) the
    trusted one, so that the order of the list plays no part.
    """
    best = -1
    lowest = np.uint64(0xFFFFFFFFFFFFFFFF)
    for e in range(start[i], start[i + 1]):
        if layer[tie[e]] == wanted and other[e] != no:
            value = mix(np.uint64(salt) + uid[other[e]] * _GOLDEN)
            if best < 0 or value < lowest or (value == lowest and trust[tie[e]] > trust[tie[best]]):
                lowest = value
                best = e
    return best
