"""New rows in the table of projects."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Stage
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_RESEARCH = int(Stage.RESEARCH)


@kernel
def write_projects(
    is_active: BoolArray, uid: UidArray, member: IntArray, member_uid: UidArray, n_members: IntArray,
    effort: FloatArray, kind: IntArray, is_pull: BoolArray, is_national: BoolArray, tie_origin: IntArray,
    region: IntArray, sector: IntArray, field: IntArray, stage: IntArray, remaining: IntArray, cost: FloatArray,
    artefact: FloatArray, service_share: FloatArray, cause: IntArray, born: IntArray,
    actor_uid: UidArray, actor_region: IntArray, new_uid: UidArray, new_member: IntArray, new_field: IntArray,
    new_cost: FloatArray, new_kind: IntArray, new_is_pull: BoolArray, new_tie_origin: IntArray, new_sector: IntArray,
    new_cause: IntArray, for_nation: bool | np.bool_, quarters: int, quarter: int,
) -> IntArray:  # fmt: skip
    """Fill the lowest free rows of the table, given by column, with new projects; return the rows.

    Nothing is written and fewer rows are returned if there are too few.
    """
    rows = np.empty(len(new_uid), np.int64)
    number = 0
    for p in range(len(is_active)):
        if number < len(rows) and not is_active[p]:
            rows[number] = p
            number += 1
    if number < len(rows):
        return rows[:number].copy()
    for n in range(number):
        p = rows[n]
        n_members[p] = 0
        for m in range(member.shape[1]):
            i = new_member[n, m] if m < new_member.shape[1] else -1
            member[p, m] = i
            member_uid[p, m] = actor_uid[i] if i >= 0 else np.uint64(0)
            effort[p, m] = 0.0
            n_members[p] += 1 if i >= 0 else 0
        is_active[p] = True
        uid[p] = new_uid[n]
        kind[p] = new_kind[n]
        is_pull[p] = new_is_pull[n]
        is_national[p] = for_nation
        tie_origin[p] = new_tie_origin[n]
        region[p] = actor_region[member[p, 0]]
        sector[p] = new_sector[n]
        field[p] = new_field[n]
        stage[p] = _RESEARCH
        remaining[p] = quarters
        cost[p] = new_cost[n]
        artefact[p] = 0.0
        service_share[p] = 0.0
        cause[p] = new_cause[n]
        born[p] = quarter
    return rows


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
    pr, actors, number = world.projects, world.actors, len(uid)
    rows = write_projects(
        pr.is_active, pr.uid, pr.member, pr.member_uid, pr.n_members, pr.effort, pr.kind, pr.is_pull, pr.is_national,
        pr.tie_origin, pr.region, pr.sector, pr.field, pr.stage, pr.remaining, pr.cost, pr.artefact, pr.service_share,
        pr.cause, pr.born, actors.uid, actors.region, uid, np.ascontiguousarray(member), field, cost,
        np.full(number, kind, np.int64), np.full(number, is_pull, np.bool_), np.full(number, tie_origin, np.int64),
        np.full(number, sector, np.int64), np.full(number, cause, np.int64), is_national, remaining, world.quarter,
    )  # fmt: skip
    if len(rows) < number:
        raise ValueError("projects table is full")
    return rows
