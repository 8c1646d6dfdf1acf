"""Opening and closing ties, and looking ties up: the only functions that make or end a tie inside a rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.kernel import inner, kernel
from abm.state.codes import Event, Layer, TieOrigin
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_SERVICE = int(Layer.SERVICE)

WRITES: tuple[str, ...] = ("ties.*",)
"""Columns a rule must declare to open or close ties; it must also keep free rows (``needs_rows``)."""


def open_ties(
    world: World,
    source: IntArray,
    target: IntArray,
    layer: Layer,
    origin: TieOrigin | IntArray,
    *,
    weight: FloatArray | float,
    trust: FloatArray | float,
    cause: Any = -1,
) -> IntArray:
    """Open one tie per entry, record the events and return the rows; those that find no free row are left out.

    Parameters
    ----------
    source, target
        Slots of the ends, shape (ties,).
    origin
        How the ties were born, one for all or one each.
    weight, trust
        0 to 1, one for all or one each.
    cause
        Event that made the tie, -1 for none; one for all or one each.
    """
    ties, actors = world.ties, world.actors
    number = len(source)
    rows, uid, partner, region = write_ties(
        ties.is_active, ties.source, ties.target, ties.source_uid, ties.target_uid, ties.layer, ties.born, ties.used,
        source, target, read_only(actors.uid), world.kind_and_region()[1], int(layer), world.quarter,
    )  # fmt: skip
    if len(rows) == 0:
        return rows
    if len(rows) < number:
        origin, weight, trust, cause = (_first(value, len(rows)) for value in (origin, weight, trust, cause))
    ties.origin[rows] = origin
    ties.weight[rows] = weight
    ties.trust[rows] = trust
    ties.cause[rows] = world.events.add(
        Event.TIE_FORMED, world.quarter, uid, region=region, partner=partner, channel=layer, amount=weight, cause=cause
    )
    world.ties_changed()
    return rows


@kernel
def write_ties(
    is_active: BoolArray,
    tie_source: IntArray,
    tie_target: IntArray,
    source_uid: UidArray,
    target_uid: UidArray,
    tie_layer: IntArray,
    born: IntArray,
    used: IntArray,
    source: IntArray,
    target: IntArray,
    uid: UidArray,
    region: IntArray,
    layer: int,
    quarter: int,
) -> tuple[IntArray, UidArray, UidArray, IntArray]:
    """Write ties into the lowest free rows of the table, as many as find room.

    The first eight columns are those of the table, ``uid`` and ``region`` those of actors by slot. Return the rows, the
    identities of both ends, and the regions of the sources.

    >>> import numpy as np
    >>> active, ends, uids = np.array([True, False, False]), np.full(3, 9), np.arange(10, 13, dtype=np.uint64)
    >>> rows, who, whom, where = write_ties(active, ends, ends.copy(), uids.copy(), uids.copy(), ends.copy(),
    ...     ends.copy(), ends.copy(), np.array([2]), np.array([0]), uids, np.array([5, 6, 7]), 1, 4)
    >>> rows.tolist(), who.tolist(), whom.tolist(), where.tolist(), active.tolist(), ends.tolist()
    ([1], [12], [10], [7], [True, True, False], [9, 2, 9])
    """
    rows = np.empty(len(source), np.int64)
    first, second = np.empty(len(source), np.uint64), np.empty(len(source), np.uint64)
    place = np.empty(len(source), np.int64)
    n = 0
    for e in range(len(is_active)):
        if n == len(source):
            break
        if not is_active[e]:
            rows[n] = e
            first[n], second[n], place[n] = uid[source[n]], uid[target[n]], region[source[n]]
            is_active[e] = True
            tie_source[e], tie_target[e] = source[n], target[n]
            source_uid[e], target_uid[e] = first[n], second[n]
            tie_layer[e], born[e], used[e] = layer, quarter, quarter
            n += 1
    return rows[:n], first[:n], second[:n], place[:n]


def _first(value: Any, number: int) -> Any:
    """Return the first entries of an array; one value for all stays as it is."""
    return value[:number] if isinstance(value, np.ndarray) else value


def close_ties(world: World, rows: IntArray, cause: int = -1) -> None:
    """End ties and record the events; the amount of an event is the age in quarters."""
    if len(rows) == 0:
        return
    ties, actors = world.ties, world.actors
    world.events.add(
        Event.TIE_DISSOLVED, world.quarter, ties.source_uid[rows], region=actors.region[ties.source[rows]],
        partner=ties.target_uid[rows], channel=ties.layer[rows], amount=world.quarter - ties.born[rows], cause=cause,
    )  # fmt: skip
    ties.is_active[rows] = False
    world.ties_changed()


def platform_of(world: World) -> IntArray:
    """Return the slot of the platform each actor is a member of, -1 for none, shape (actors,)."""
    ties = world.ties
    return platforms_of(
        read_only(ties.is_active), read_only(ties.layer), read_only(ties.source), read_only(ties.target),
        world.actors.rows,
    )  # fmt: skip


@kernel
def platforms_of(
    is_active: BoolArray, layer: IntArray, source: IntArray, target: IntArray, n_actors: int
) -> IntArray:  # fmt: skip
    """Return the slot of the platform each actor is a member of, -1 for none.

    >>> import numpy as np
    >>> platforms_of(np.array([True, True, False]), np.array([2, 1, 2]), np.full(3, 9), np.arange(3), 3).tolist()
    [9, -1, -1]
    """
    platform = np.full(n_actors, -1, np.int64)
    for e in range(len(layer)):
        if is_active[e] and layer[e] == _SERVICE:
            platform[target[e]] = source[e]
    return platform


@inner
def degree_of(start: IntArray, tie: IntArray, layer: IntArray, i: int, wanted: int) -> int:
    """Return the number of ties of a layer that one actor has, from the neighbour lists.

    >>> import numpy as np
    >>> degree_of(np.array([0, 2, 3]), np.array([0, 1, 1]), np.array([0, 1]), 0, 1)
    1
    """
    number = 0
    for e in range(start[i], start[i + 1]):
        if layer[tie[e]] == wanted:
            number += 1
    return number


@inner
def are_tied(start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, i: int, j: int, wanted: int) -> bool:
    """Tell whether two actors share a tie of the wanted layer, in either direction; reads the shorter list."""
    if start[j + 1] - start[j] < start[i + 1] - start[i]:
        i, j = j, i
    found = False
    for e in range(start[i], start[i + 1]):
        found |= other[e] == j and layer[tie[e]] == wanted
    return found
