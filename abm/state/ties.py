"""Opening and closing ties, and looking ties up: the only functions that make or end a tie inside a rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Event, Layer, TieOrigin
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

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
    rows = world.free_rows("ties", len(source))
    if len(rows) == 0:
        return rows
    if len(rows) < len(source):
        columns = (_first(value, len(rows)) for value in (source, target, origin, weight, trust, cause))
        source, target, origin, weight, trust, cause = columns
    uid, partner = actors.uid[source], actors.uid[target]
    ties.is_active[rows] = True
    ties.source[rows] = source
    ties.target[rows] = target
    ties.source_uid[rows] = uid
    ties.target_uid[rows] = partner
    ties.layer[rows] = layer
    ties.origin[rows] = origin
    ties.weight[rows] = weight
    ties.trust[rows] = trust
    ties.born[rows] = world.quarter
    ties.used[rows] = world.quarter
    ties.cause[rows] = world.events.add(
        Event.TIE_FORMED, world.quarter, uid, region=actors.region[source], partner=partner,
        channel=layer, amount=weight, cause=cause,
    )  # fmt: skip
    world.ties_changed()
    return rows


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


@kernel
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


@kernel
def are_tied(start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, i: int, j: int, wanted: int) -> bool:
    """Tell whether two actors share a tie of the wanted layer, in either direction; reads the shorter list."""
    if start[j + 1] - start[j] < start[i + 1] - start[i]:
        i, j = j, i
    found = False
    for e in range(start[i], start[i + 1]):
        found |= other[e] == j and layer[tie[e]] == wanted
    return found


@kernel
def degrees(
    is_active: BoolArray, layer: IntArray, source: IntArray, target: IntArray, n_actors: int, wanted: int
) -> IntArray:
    """Return the number of active ties of a layer at each actor.

    >>> import numpy as np
    >>> source, target = np.array([0, 0, 1]), np.array([1, 2, 2])
    >>> degrees(np.array([True, True, False]), np.array([1, 0, 1]), source, target, 3, 1).tolist()
    [1, 1, 0]
    """
    degree = np.zeros(n_actors, np.int64)
    for e in range(len(layer)):
        if is_active[e] and layer[e] == wanted:
            degree[source[e]] += 1
            degree[target[e]] += 1
    return degree
