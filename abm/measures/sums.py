"""One pass over the firms for all sums that measures need: what is counted once is divided often.

Each kernel returns a table with one row per sum and one column per region; the named tuple beside it says which row
is which.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.state.codes import N_LEVELS, Kind, Mode, Stage
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_SHELVED = int(Stage.SHELVED)
_N_LEVELS = N_LEVELS

FACTOR_REACHED = 0.6
"""Level of the equipment relative to the frontier from which a firm has upgraded its factors."""
VALUE_CHAIN_REACHED = 0.5
"""Value-chain position from which design, brand and service carry a firm."""
SLACK = 0.05
"""A stage is lost only this far below its bound, so that firms do not flicker."""
HIGH_TECHNOLOGY = 2
"""Technology class of high-technology sectors."""


class Money(NamedTuple):
    """Sums over the firms of each region, money in million yuan per quarter."""

    n_firms: FloatArray
    n_core: FloatArray
    sales: FloatArray
    sme_sales: FloatArray
    profit: FloatArray
    research: FloatArray
    n_researching: FloatArray
    asked: FloatArray
    granted: FloatArray
    n_asking_smes: FloatArray
    n_refused_smes: FloatArray
    largest: FloatArray


@kernel
def money_sums(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    is_core: BoolArray,
    mode: IntArray,
    sales: FloatArray,
    profit: FloatArray,
    research_spending: FloatArray,
    loan_request: FloatArray,
    loan_granted: FloatArray,
    n_regions: int,
) -> FloatArray:
    """Return the rows of `Money`, shape (12, regions).

    A firm does research if it spends in a research mode (imitation is none); it is refused if it gets nothing.

    >>> import numpy as np
    >>> yes = np.array([True, True]); no = np.array([False, False]); zero = np.zeros(2, np.int64)
    >>> table = money_sums(yes, zero, zero, no, np.array([1, 3]), np.array([3.0, 1.0]), np.array([0.3, 0.1]),
    ...                    np.array([0.2, 0.1]), np.array([1.0, 1.0]), np.array([0.4, 0.0]), 1)
    >>> table[:, 0].round(3).tolist()
    [2.0, 0.0, 4.0, 4.0, 0.4, 0.3, 1.0, 2.0, 0.4, 2.0, 1.0, 3.0]
    """
    out = np.zeros((12, n_regions))
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        r = region[i]
        out[0, r] += 1.0
        out[2, r] += sales[i]
        out[4, r] += profit[i]
        out[5, r] += research_spending[i]
        if research_spending[i] > 0.0 and (mode[i] == _INDEPENDENT or mode[i] == _JOINT):
            out[6, r] += 1.0
        out[7, r] += loan_request[i]
        out[8, r] += loan_granted[i]
        out[11, r] = max(out[11, r], sales[i])
        if is_core[i]:
            out[1, r] += 1.0
            continue
        out[3, r] += sales[i]
        if loan_request[i] > 0.0:
            out[9, r] += 1.0
            if loan_granted[i] <= 0.0:
                out[10, r] += 1.0
    return out


class Levels(NamedTuple):
    """Sums over the firms of each region of level times sales (million yuan per quarter)."""

    capability: FloatArray
    equipment: FloatArray
    value_chain: FloatArray
    technology_class: FloatArray
    high_technology: FloatArray
    capability_firm_mean: FloatArray
    value_chain_firm_mean: FloatArray


@kernel
def level_sums(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    sector: IntArray,
    sales: FloatArray,
    capability: FloatArray,
    equipment_level: FloatArray,
    value_chain: FloatArray,
    weight: FloatArray,
    frontier: FloatArray,
    technology_class: IntArray,
    n_regions: int,
) -> FloatArray:
    """Return the rows of `Levels`, shape (7, regions); the last two are plain sums over firms.

    Capability index a_i = sum_k W_sk A_ik / F_k; equipment relative to the frontier of the firm's sector,
    e_i / sum_k W_sk F_k.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64)
    >>> table = level_sums(np.array([True]), zero, zero, zero, np.array([10.0]), np.array([[0.5, 0.8]]),
    ...                    np.array([0.6]), np.array([0.3]), np.array([[0.5, 0.5]]), np.array([1.0, 2.0]),
    ...                    np.array([2]), 1)
    >>> table[:, 0].round(3).tolist()
    [4.5, 4.0, 3.0, 20.0, 10.0, 0.45, 0.3]
    """
    out = np.zeros((7, n_regions))
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        r = region[i]
        s = sector[i]
        index = 0.0
        reference = 0.0
        for k in range(len(frontier)):
            index += weight[s, k] * capability[i, k] / frontier[k]
            reference += weight[s, k] * frontier[k]
        out[0, r] += sales[i] * index
        out[1, r] += sales[i] * equipment_level[i] / reference
        out[2, r] += sales[i] * value_chain[i]
        out[3, r] += sales[i] * technology_class[s]
        if technology_class[s] >= HIGH_TECHNOLOGY:
            out[4, r] += sales[i]
        out[5, r] += index
        out[6, r] += value_chain[i]
    return out


class Work(NamedTuple):
    """Sums over the firms of each region: people, and level times sales (million yuan per quarter)."""

    staff: FloatArray
    talent: FloatArray
    vacancy: FloatArray
    skill: FloatArray
    local_inputs: FloatArray
    outside_steps: FloatArray
    digital: FloatArray
    intelligent: FloatArray
    green: FloatArray


@kernel
def work_sums(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    sales: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    vacancy: FloatArray,
    skill: FloatArray,
    local_input_share: FloatArray,
    outside_step_share: FloatArray,
    level: FloatArray,
    n_regions: int,
) -> FloatArray:
    """Return the rows of `Work`, shape (9, regions).

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64); half = np.array([0.5]); two = np.array([2.0])
    >>> work_sums(np.array([True]), zero, zero, two, two, half, half, half, half, half,
    ...           np.array([[0.1, 0.2, 0.3]]), 1)[:, 0].round(3).tolist()
    [2.0, 0.5, 0.5, 1.0, 1.0, 1.0, 0.2, 0.4, 0.6]
    """
    out = np.zeros((6 + _N_LEVELS, n_regions))
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        r = region[i]
        out[0, r] += staff[i]
        out[1, r] += talent[i]
        out[2, r] += vacancy[i]
        out[3, r] += sales[i] * skill[i]
        out[4, r] += sales[i] * local_input_share[i]
        out[5, r] += sales[i] * outside_step_share[i]
        for j in range(_N_LEVELS):
            out[6 + j, r] += sales[i] * level[i, j]
    return out


@kernel
def sector_sums(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    sector: IntArray,
    sales: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    n_regions: int,
    n_sectors: int,
) -> FloatArray:
    """Return sales (million yuan per quarter) and people at work by sector, shape (2, regions, sectors).

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64)
    >>> sector_sums(np.array([True]), zero, zero, zero, np.array([5.0]), np.array([2.0]), np.array([1.0]), 1, 2)
    array([[[5., 0.]],
    <BLANKLINE>
           [[3., 0.]]])
    """
    out = np.zeros((2, n_regions, n_sectors))
    for i in range(len(is_active)):
        if is_active[i] and kind[i] == _FIRM:
            out[0, region[i], sector[i]] += sales[i]
            out[1, region[i], sector[i]] += staff[i] + talent[i]
    return out


@kernel
def gain_sums(
    is_active: BoolArray, kind: IntArray, region: IntArray, sales: FloatArray, gain: FloatArray, n_regions: int
) -> FloatArray:
    """Return the firms' gains times sales and plain, shape (2, regions, origins, routes).

    >>> import numpy as np
    >>> gain = np.zeros((2, 8, 9)); gain[0, 0, 5] = 0.1; gain[1, 0, 5] = 0.2; zero = np.zeros(2, np.int64)
    >>> sums = gain_sums(np.array([True, True]), zero, zero, np.array([3.0, 1.0]), gain, 1)
    >>> sums[:, 0, 0, 5].round(3).tolist()
    [0.5, 0.3]
    """
    out = np.zeros((2, n_regions, gain.shape[1], gain.shape[2]))
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        r = region[i]
        for o in range(gain.shape[1]):
            for t in range(gain.shape[2]):
                out[0, r, o, t] += sales[i] * gain[i, o, t]
                out[1, r, o, t] += gain[i, o, t]
    return out


@kernel
def path_sums(
    sums: FloatArray, sales: FloatArray, n_firms: FloatArray, path_of: IntArray, n_paths: int, endowment: int
) -> FloatArray:
    """Return mean gain per firm by path, shape (4, regions, paths): see `history.WEIGHTINGS`.

    `sums` is from `gain_sums`; zero where there are no sales, or no firms.
    """
    out = np.zeros((4, sums.shape[1], n_paths))
    for w in range(2):
        for r in range(sums.shape[1]):
            divisor = sales[r] if w == 0 else n_firms[r]
            if divisor <= 0.0:
                continue
            for o in range(sums.shape[2]):
                for t in range(sums.shape[3]):
                    value = sums[w, r, o, t] / divisor
                    out[w, r, path_of[o, t]] += value
                    if o != endowment:
                        out[w + 2, r, path_of[o, t]] += value
    return out


@kernel
def firm_stages(
    is_active: BoolArray,
    kind: IntArray,
    uid: UidArray,
    sector: IntArray,
    second_sector: IntArray,
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
    ...     return int(firm_stages(np.array([True]), zero, one, zero, zero - 1, np.array([equipment]),
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
        second = second_sector[i]
        if technology_class[sector[i]] >= HIGH_TECHNOLOGY or (
            second >= 0 and technology_class[second] >= HIGH_TECHNOLOGY
        ):
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


@kernel
def event_counts(
    kind: IntArray, region: IntArray, quarter: IntArray, now: int, n_kinds: int, n_regions: int
) -> IntArray:
    """Return this quarter's events by kind, shape (kinds, regions), read from the end of the table.

    An event outside every region counts in the region if there is only one.

    >>> import numpy as np
    >>> event_counts(np.array([0, 1, 1]), np.array([0, 0, -1]), np.array([4, 5, 5]), 5, 3, 1).tolist()
    [[0], [2], [0]]
    """
    out = np.zeros((n_kinds, n_regions), np.int64)
    e = len(kind) - 1
    while e >= 0 and quarter[e] >= now:
        r = region[e]
        if r < 0 and n_regions == 1:
            r = 0
        if r >= 0:
            out[kind[e], r] += 1
        e -= 1
    return out


class ProjectCounts(NamedTuple):
    """Innovation projects of each region."""

    running: FloatArray
    shelved: FloatArray
    pull: FloatArray


@kernel
def project_counts(
    is_active: BoolArray, region: IntArray, stage: IntArray, is_pull: BoolArray, n_regions: int
) -> FloatArray:
    """Return the rows of `ProjectCounts`, shape (3, regions); `pull` counts projects under way only.

    >>> import numpy as np
    >>> yes = np.array([True, True]); zero = np.zeros(2, np.int64)
    >>> project_counts(yes, zero, np.array([0, 4]), yes, 1)[:, 0].tolist()
    [1.0, 1.0, 1.0]
    """
    out = np.zeros((3, n_regions))
    for e in range(len(is_active)):
        if is_active[e]:
            if stage[e] == _SHELVED:
                out[1, region[e]] += 1.0
            else:
                out[0, region[e]] += 1.0
                if is_pull[e]:
                    out[2, region[e]] += 1.0
    return out


class Equality(NamedTuple):
    """How evenly something is spread over the firms of each region."""

    gini: FloatArray
    herfindahl: FloatArray


@kernel
def concentration(
    order: IntArray, value: FloatArray, is_active: BoolArray, kind: IntArray, region: IntArray, n_regions: int
) -> FloatArray:
    """Return the rows of `Equality`, shape (2, regions), NaN where nothing is there; `order` sorts `value`.

    Gini = sum_j (2 j - n - 1) x_j / (n sum x) with x sorted and j from 1; Herfindahl = sum (x / sum x)^2.

    >>> import numpy as np
    >>> value = np.array([0.0, 4.0]); zero = np.zeros(2, np.int64)
    >>> concentration(np.argsort(value), value, np.array([True, True]), zero, zero, 1)[:, 0].tolist()
    [0.5, 1.0]
    """
    n = np.zeros(n_regions)
    total = np.zeros(n_regions)
    ranked = np.zeros(n_regions)
    square = np.zeros(n_regions)
    for place in range(len(order)):
        i = order[place]
        if is_active[i] and kind[i] == _FIRM:
            r = region[i]
            n[r] += 1.0
            total[r] += value[i]
            ranked[r] += n[r] * value[i]
            square[r] += value[i] * value[i]
    out = np.full((2, n_regions), np.nan)
    for r in range(n_regions):
        if total[r] > 0.0:
            out[0, r] = (2.0 * ranked[r] - (n[r] + 1.0) * total[r]) / (n[r] * total[r])
            out[1, r] = square[r] / (total[r] * total[r])
    return out
