"""Who is tied to whom, and fair picks of somebody to meet: arrays for kernels, built in O(n)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.randomness import mix
from abm.state.columns import read_only
from abm.state.tables import Ties
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Neighbours(NamedTuple):
    """Compressed neighbour lists over all layers; every tie stands at both its ends.

    The ties of actor ``i`` are ``tie[start[i]:start[i + 1]]`` and lead to ``other[start[i]:start[i + 1]]``.
    """

    start: IntArray
    other: IntArray
    tie: IntArray


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
    members = np.flatnonzero(group >= 0)
    own = group[members]
    points = ring_points(uid[members], key)
    order = np.argsort((own.astype(np.uint64) << np.uint64(48)) | (points >> np.uint64(16)))
    start = np.zeros(n_groups + 1, np.int64)
    np.cumsum(np.bincount(own, minlength=n_groups), out=start[1:])
    return Roster(start, points[order], members[order])


@kernel
def ring_points(uid: UidArray, key: np.uint64) -> UidArray:
    """Return a random point per actor."""
    points = np.empty(len(uid), np.uint64)
    for i in range(len(uid)):
        points[i] = mix(key + uid[i] * _GOLDEN)
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


@kernel
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
