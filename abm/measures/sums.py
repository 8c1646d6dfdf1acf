"""One pass over the firms for all sums that measures need: what is counted once is divided often.

Each kernel returns a table with one row per sum and one column per region; the named tuple beside it says which row
is which.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.state.codes import N_LEVELS, Kind, Mode
from abm.types import BoolArray, FloatArray, IntArray

_FIRM = int(Kind.FIRM)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_N_LEVELS = N_LEVELS

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
    """Means over the firms of each region, weighted by sales; the last two every firm alike."""

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
    """Return the rows of `Levels`, shape (7, regions), NaN without sales, the last two without firms.

    Capability index a_i = sum_k W_sk A_ik / F_k; equipment relative to the frontier of the firm's sector,
    e_i / sum_k W_sk F_k.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64)
    >>> table = level_sums(np.array([True]), zero, zero, zero, np.array([10.0]), np.array([[0.5, 0.8]]),
    ...                    np.array([0.6]), np.array([0.3]), np.array([[0.5, 0.5]]), np.array([1.0, 2.0]),
    ...                    np.array([2]), 1)
    >>> table[:, 0].round(3).tolist()
    [0.45, 0.4, 0.3, 2.0, 1.0, 0.45, 0.3]
    """
    out = np.zeros((7, n_regions))
    total = np.zeros(n_regions)
    number = np.zeros(n_regions)
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
        total[r] += sales[i]
        number[r] += 1.0
        out[0, r] += sales[i] * index
        out[1, r] += sales[i] * equipment_level[i] / reference
        out[2, r] += sales[i] * value_chain[i]
        out[3, r] += sales[i] * technology_class[s]
        if technology_class[s] >= HIGH_TECHNOLOGY:
            out[4, r] += sales[i]
        out[5, r] += index
        out[6, r] += value_chain[i]
    for r in range(n_regions):
        for row in range(7):
            divisor = total[r] if row < 5 else number[r]
            out[row, r] = out[row, r] / divisor if divisor > 0.0 else np.nan
    return out


class Work(NamedTuple):
    """Of the firms of each region: people (full-time equivalents), then means weighted by sales."""

    staff: FloatArray
    talent: FloatArray
    vacancy: FloatArray
    people: FloatArray
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
    """Return the rows of `Work`, shape (10, regions), the means NaN without sales.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64); half = np.array([0.5]); two = np.array([2.0])
    >>> work_sums(np.array([True]), zero, zero, two, two, half, half, half, half, half,
    ...           np.array([[0.1, 0.2, 0.3]]), 1)[:, 0].round(3).tolist()
    [2.0, 0.5, 0.5, 2.5, 0.5, 0.5, 0.5, 0.1, 0.2, 0.3]
    """
    out = np.zeros((7 + _N_LEVELS, n_regions))
    total = np.zeros(n_regions)
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        r = region[i]
        total[r] += sales[i]
        out[0, r] += staff[i]
        out[1, r] += talent[i]
        out[2, r] += vacancy[i]
        out[3, r] += staff[i] + talent[i]
        out[4, r] += sales[i] * skill[i]
        out[5, r] += sales[i] * local_input_share[i]
        out[6, r] += sales[i] * outside_step_share[i]
        for j in range(_N_LEVELS):
            out[7 + j, r] += sales[i] * level[i, j]
    for r in range(n_regions):
        for row in range(4, 7 + _N_LEVELS):
            out[row, r] = out[row, r] / total[r] if total[r] > 0.0 else np.nan
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
def rationalisation(by_sector: FloatArray) -> FloatArray:
    """Return exp(-TL) with TL = sum_s (Y_s/Y) ln[(Y_s/Y) / (L_s/L)] (Gan, Zheng & Yu 2011), shape (regions,).

    `by_sector` is from `sector_sums`. NaN without sales or people at work; a sector with only one of both counts as a
    sector with a millionth of the other.

    >>> import numpy as np
    >>> round(float(rationalisation(np.array([[[1.0, 3.0]], [[4.0, 4.0]]]))[0]), 6)
    0.877383
    """
    out = np.full(by_sector.shape[1], np.nan)
    for r in range(by_sector.shape[1]):
        sales = 0.0
        people = 0.0
        for s in range(by_sector.shape[2]):
            sales += by_sector[0, r, s]
            people += by_sector[1, r, s]
        if sales <= 0.0 or people <= 0.0:
            continue
        theil = 0.0
        for s in range(by_sector.shape[2]):
            share = by_sector[0, r, s] / sales
            if share > 0.0:
                theil += share * math.log(share / max(by_sector[1, r, s] / people, 1e-6 * share))
        out[r] = math.exp(-max(theil, 0.0))
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
    for place in range(len(order)):
        i = order[place]
        if is_active[i] and kind[i] == _FIRM:
            r = region[i]
            n[r] += 1.0
            total[r] += value[i]
            ranked[r] += n[r] * value[i]
    out = np.full((2, n_regions), np.nan)
    for r in range(n_regions):
        if total[r] > 0.0:
            out[0, r] = (2.0 * ranked[r] - (n[r] + 1.0) * total[r]) / (n[r] * total[r])
            out[1, r] = 0.0
    for i in order:
        if is_active[i] and kind[i] == _FIRM and total[region[i]] > 0.0:
            share = value[i] / total[region[i]]
            out[1, region[i]] += share * share
    return out
