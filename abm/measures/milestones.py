"""The stages of upgrading a firm has reached (li 2.A): factor, value chain, structure, in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.sums import HIGH_TECHNOLOGY, seen_frontier
from abm.types import FloatArray, IntArray, UidArray

FACTOR_REACHED = 0.6
"""Level of the equipment relative to the frontier from which a firm has upgraded its factors."""
VALUE_CHAIN_REACHED = 0.5
"""Value-chain position from which design, brand and service carry a firm."""
SLACK = 0.05
"""A stage is lost only this far below its bound, so that firms do not flicker."""


class Milestones(NamedTuple):
    """What `firm_stages` finds."""

    reached: IntArray
    n_firms: FloatArray
    n_changed: int


@kernel
def firm_stages(
    firm: IntArray,
    uid: UidArray,
    region: IntArray,
    sector: IntArray,
    equipment_level: FloatArray,
    value_chain: FloatArray,
    weight: FloatArray,
    frontier: FloatArray,
    technology_class: IntArray,
    before: IntArray,
    before_uid: UidArray,
    n_regions: int,
) -> tuple[IntArray, FloatArray, int]:
    """Return the stages each firm has reached, how many firms have reached each, and how many firms changed.

    Stages are 1 factor + 2 value chain + 4 structure, -1 for who is no firm, shape (actors,); the counts are of
    factor, value chain, structure and none, shape (4, regions). Reached in any order: equipment near the frontier of
    the sector; value-chain position beyond processing; a high-technology sector. `before` is last quarter's answer,
    for the slack, and `before_uid` whose it was.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64); one = np.ones(1, np.uint64)
    >>> def stage(equipment, value_chain, before):
    ...     reached, count, changed = firm_stages(zero, one, zero, zero, np.array([equipment]),
    ...         np.array([value_chain]), np.array([[1.0]]), np.array([1.0]), zero, np.array([before]), one, 1)
    ...     return int(reached[0]), count[:, 0].tolist(), changed
    >>> stage(0.7, 0.2, 0)
    (1, [1.0, 0.0, 0.0, 0.0], 1)
    >>> stage(0.7, 0.47, 0)[0], stage(0.7, 0.47, 3)
    (1, (3, [1.0, 1.0, 0.0, 0.0], 0))
    """
    reached = np.full(len(uid), -1, np.int64)
    count = np.zeros((4, n_regions))
    n_changed = 0
    reference = seen_frontier(weight, frontier)
    for i in firm:
        is_known = before_uid[i] == uid[i] and before[i] >= 0
        earlier = before[i] if is_known else 0
        stage = 0
        if equipment_level[i] / reference[sector[i]] >= FACTOR_REACHED - (SLACK if earlier & 1 else 0.0):
            stage += 1
        if value_chain[i] >= VALUE_CHAIN_REACHED - (SLACK if earlier & 2 else 0.0):
            stage += 2
        if technology_class[sector[i]] >= HIGH_TECHNOLOGY:
            stage += 4
        reached[i] = stage
        if is_known and stage != before[i]:
            n_changed += 1
        for j in range(3):
            count[j, region[i]] += (stage >> j) & 1
        count[3, region[i]] += 1.0 if stage == 0 else 0.0
    return reached, count, n_changed
