"""Rows of innovation platforms: one way in for those that open and for those that are there from the start."""

from __future__ import annotations

from abm.state.codes import Service
from abm.state.world import World
from abm.types import FloatArray, IntArray

FIRST_QUALITY = 0.15
"""Quality of each service of a new platform."""


def open_rows(world: World, slot: IntArray, fit: FloatArray, *, has_pilots: bool) -> IntArray:
    """Give each platform actor its row, with all services of first quality; return the rows.

    Parameters
    ----------
    slot
        Slots of the actors, shape (platforms,).
    fit
        Specialisation by field, each row sums to 1, shape (platforms, fields) or (fields,).
    has_pilots
        Whether pilot slots are among the services (ren 3.2).
    """
    platforms, actors = world.platforms, world.actors
    rows = world.free_rows("platforms", len(slot))
    platforms.reset(rows)
    platforms.is_active[rows] = True
    platforms.actor[rows] = slot
    platforms.actor_uid[rows] = actors.uid[slot]
    platforms.quality[rows] = FIRST_QUALITY
    platforms.has_service[rows] = True
    platforms.has_service[rows, int(Service.PILOT)] = has_pilots
    platforms.fit[rows] = fit
    platforms.opened[rows] = world.quarter
    return rows
