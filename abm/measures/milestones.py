"""The stages of upgrading a firm has reached (li 2.A): factor, value chain, structure, in any order."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.measures.sums import HIGH_TECHNOLOGY
from abm.state.codes import Kind
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)

FACTOR_REACHED = 0.6
"""Level of the equipment relative to the frontier from which a firm has upgraded its factors."""
VALUE_CHAIN_REACHED = 0.5
"""Value-chain position from which design, brand and service carry a firm."""
SLACK = 0.05
"""A stage is lost only this far below its bound, so that firms do not flicker."""


@kernel
def firm_stages(
    is_active: BoolArray,
    kind: IntArray,
    uid: UidArray,
    sector: IntArray,
    equipment_level: FloatArray,
    value_chain: FloatArray,
    reference: FloatArray,
    technology_class: IntArray,
    before: IntArray,
    before_uid: UidArray,
) -> IntArray:
    """Return the stages each firm has reached: 1 factor + 2 value chain + 4 structure, -1 for others, (actors,).

    Reached in any order: equipment near the frontier; value-chain position beyond processing; a high-technology
    sector. `reference` is the frontier seen by each sector, sum_k W_sk F_k; `before` is last quarter's answer, for
    the slack.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64); one = np.ones(1, np.uint64)
    >>> def stage(equipment, value_chain, before):
    ...     return int(firm_stages(np.array([True]), zero, one, zero, np.array([equipment]),
    ...                np.array([value_chain]), np.array([1.0]), zero, np.array([before]), one)[0])
    >>> stage(0.7, 0.2, 0), stage(0.7, 0.47, 0), stage(0.7, 0.47, 3)
    (1, 1, 3)
    """
    reached = np.full(len(is_active), -1, np.int64)
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        earlier = before[i] if before_uid[i] == uid[i] and before[i] > 0 else 0
        stage = 0
        if equipment_level[i] / reference[sector[i]] >= FACTOR_REACHED - (SLACK if earlier & 1 else 0.0):
            stage += 1
        if value_chain[i] >= VALUE_CHAIN_REACHED - (SLACK if earlier & 2 else 0.0):
            stage += 2
        if technology_class[sector[i]] >= HIGH_TECHNOLOGY:
            stage += 4
        reached[i] = stage
    return reached


@kernel
def stage_counts(reached: IntArray, region: IntArray, n_regions: int) -> FloatArray:
    """Return how many firms have reached factor, value chain, structure and none of them, shape (4, regions)."""
    out = np.zeros((4, n_regions))
    for i in range(len(reached)):
        if reached[i] < 0:
            continue
        for j in range(3):
            if (reached[i] >> j) & 1:
                out[j, region[i]] += 1.0
        if reached[i] == 0:
            out[3, region[i]] += 1.0
    return out
