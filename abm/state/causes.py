"""What made something happen: events found again as the causes of later ones (model.md section 4.10)."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Event
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

PROGRESS: tuple[Event, ...] = (Event.INDUSTRIALISED, Event.ARTEFACT, Event.LICENCE)
"""Events that add to what a firm can do."""


@kernel
def last_of_each(
    kind: IntArray, quarter: IntArray, uid: UidArray, partner: UidArray, wanted: BoolArray, who: UidArray, since: int
) -> IntArray:
    """Return, for each identity in `who`, the last event of a wanted kind it took part in, -1 for none.

    The first four are columns of the event table, `wanted` is by kind; quarters before `since` are not looked at.

    >>> import numpy as np
    >>> kind, quarter, wanted = np.array([1, 0, 1, 0]), np.array([1, 2, 3, 3]), np.array([False, True])
    >>> uid, partner = np.array([7, 7, 9, 7], np.uint64), np.array([0, 0, 8, 0], np.uint64)
    >>> last_of_each(kind, quarter, uid, partner, wanted, np.array([7, 8, 5], np.uint64), 1).tolist()
    [0, 2, -1]
    """
    found = np.full(len(who), -1, np.int64)
    missing = len(who)
    e = len(kind) - 1
    while e >= 0 and missing > 0 and quarter[e] >= since:
        if wanted[kind[e]]:
            for w in range(len(who)):
                if found[w] < 0 and (uid[e] == who[w] or partner[e] == who[w]):
                    found[w] = e
                    missing -= 1
        e -= 1
    return found


def last_events(world: World, kinds: tuple[Event, ...], who: UidArray, since: int = 0) -> IntArray:
    """Return the last event of one of `kinds` that each identity in `who` took part in, -1 for none.

    Quarters before `since` are not looked at.
    """
    if len(who) == 0:
        return np.zeros(0, np.int64)
    wanted = np.zeros(len(Event), np.bool_)
    wanted[list(kinds)] = True
    columns = world.events.columns()
    return last_of_each(
        columns["kind"], columns["quarter"], columns["uid"], columns["partner_uid"], wanted,
        np.ascontiguousarray(who), since,
    )  # fmt: skip


@kernel
def needs_behind(
    region: IntArray, sector: IntArray, field: IntArray, is_open: BoolArray, exposure: FloatArray, cause: IntArray
) -> IntArray:
    """Return the event that opened the need behind each of some doings in a field, -1 where none is open.

    It is the need of the sector with the largest exposure over chains; sector -1 stands for any. The columns of needs
    have the shape (regions, chains, sectors, fields).

    >>> import numpy as np
    >>> exposure = np.array([[[[2.0], [9.0]], [[3.0], [0.0]]]]); cause = np.array([[[[11], [12]], [[13], [-1]]]])
    >>> zero, sector = np.zeros(3, np.int64), np.array([0, 1, -1])
    >>> needs_behind(zero, sector, zero, exposure > 0.0, exposure, cause).tolist()
    [13, 12, 12]
    """
    found = np.full(len(field), -1, np.int64)
    for e in range(len(field)):
        largest = 0.0
        for c in range(exposure.shape[1]):
            for s in range(exposure.shape[2]):
                if sector[e] >= 0 and s != sector[e]:
                    continue
                at = (region[e], c, s, field[e])
                if is_open[at] and exposure[at] > largest:
                    largest = exposure[at]
                    found[e] = cause[at]
    return found


def needs_of(world: World, region: IntArray, sector: IntArray, field: IntArray) -> IntArray:
    """Return the event that opened the need behind each of some doings, see `needs_behind`."""
    needs = world.needs
    return needs_behind(region, sector, field, needs.is_open, needs.exposure, needs.cause)
