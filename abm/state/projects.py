"""New rows in the table of projects."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.state.codes import Stage
from abm.state.tables import MAX_MEMBERS
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray


def open_projects(
    world: World,
    uid: UidArray,
    member: IntArray,
    field: IntArray,
    cost: FloatArray,
    *,
    kind: Any,
    remaining: int,
    is_pull: Any,
    tie_origin: Any = -1,
    sector: Any = -1,
    is_national: bool = False,
    cause: Any = -1,
) -> IntArray:
    """Open one project in its research stage per entry and return the rows.

    Parameters
    ----------
    uid, field, cost
        Identity, technology field and cost of a quarter of research (million yuan), shape (projects,).
    member
        Slots of the members, initiator first, -1 for none, shape (projects, members).
    kind, is_pull, tie_origin, sector, cause
        As in the table, one for all or one per project.
    remaining
        Quarters of the research stage.

    Raises
    ------
    ValueError
        If the table has too few free rows (a rule asks for them by ``needs_rows``).
    """
    projects, actors = world.projects, world.actors
    rows = world.free_rows("projects", len(uid))
    if len(rows) < len(uid):
        raise ValueError("projects table is full")
    members = np.full((len(uid), MAX_MEMBERS), -1, dtype=np.int64)
    members[:, : member.shape[1]] = member
    projects.is_active[rows] = True
    projects.uid[rows] = uid
    projects.member[rows] = members
    projects.member_uid[rows] = np.where(members >= 0, actors.uid[members], np.uint64(0))
    projects.n_members[rows] = (members >= 0).sum(axis=1)
    projects.effort[rows] = 0.0
    projects.kind[rows] = kind
    projects.is_pull[rows] = is_pull
    projects.is_national[rows] = is_national
    projects.tie_origin[rows] = tie_origin
    projects.region[rows] = actors.region[members[:, 0]]
    projects.sector[rows] = sector
    projects.field[rows] = field
    projects.stage[rows] = int(Stage.RESEARCH)
    projects.remaining[rows] = remaining
    projects.cost[rows] = cost
    projects.artefact[rows] = 0.0
    projects.service_share[rows] = 0.0
    projects.cause[rows] = cause
    projects.born[rows] = world.quarter
    return rows
