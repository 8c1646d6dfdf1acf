"""One pass over the firms for all sums that measures need: what is counted once is divided often.

Each kernel returns a table with one row per sum and one column per region; the named tuple beside it says which row
is which. `firm_sums` puts the tables one below the other, so that measures ask for all of them at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.sector_fit import Fit, sector_fit
from abm.state.codes import N_LEVELS, Mode
from abm.types import BoolArray, FloatArray, IntArray

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
    firm: IntArray,
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
    """Return the rows of `Money`, shape (12, regions); `firm` are the slots of the firms.

    A firm does research if it spends in a research mode (imitation is none); it is refused if it gets nothing.

    >>> import numpy as np
    >>> no = np.array([False, False]); zero = np.zeros(2, np.int64)
    >>> table = money_sums(np.arange(2), zero, no, np.array([1, 3]), np.array([3.0, 1.0]), np.array([0.3, 0.1]),
    ...                    np.array([0.2, 0.1]), np.array([1.0, 1.0]), np.array([0.4, 0.0]), 1)
    >>> table[:, 0].round(3).tolist()
    [2.0, 0.0, 4.0, 4.0, 0.4, 0.3, 1.0, 2.0, 0.4, 2.0, 1.0, 3.0]
    """
    out = np.zeros((12, n_regions))
    for i in firm:
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
def seen_frontier(weight: FloatArray, frontier: FloatArray) -> FloatArray:
    """Return the frontier as each sector sees it, sum_k W_sk F_k, shape (sectors,)."""
    out = np.zeros(weight.shape[0])
    for s in range(weight.shape[0]):
        for k in range(len(frontier)):
            out[s] += weight[s, k] * frontier[k]
    return out


@kernel
def level_sums(
    firm: IntArray,
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
    >>> table = level_sums(zero, zero, zero, np.array([10.0]), np.array([[0.5, 0.8]]),
    ...                    np.array([0.6]), np.array([0.3]), np.array([[0.5, 0.5]]), np.array([1.0, 2.0]),
    ...                    np.array([2]), 1)
    >>> table[:, 0].round(3).tolist()
    [0.45, 0.4, 0.3, 2.0, 1.0, 0.45, 0.3]
    """
    out = np.zeros((7, n_regions))
    total = np.zeros(n_regions)
    number = np.zeros(n_regions)
    reference = seen_frontier(weight, frontier)
    relative = np.empty(weight.shape)
    for s in range(weight.shape[0]):
        for k in range(len(frontier)):
            relative[s, k] = weight[s, k] / frontier[k]
    for i in firm:
        r = region[i]
        s = sector[i]
        index = 0.0
        for k in range(len(frontier)):
            index += relative[s, k] * capability[i, k]
        total[r] += sales[i]
        number[r] += 1.0
        out[0, r] += sales[i] * index
        out[1, r] += sales[i] * equipment_level[i] / reference[s]
        out[2, r] += sales[i] * value_chain[i]
        out[3, r] += sales[i] * technology_class[s]
        out[4, r] += sales[i] if technology_class[s] >= HIGH_TECHNOLOGY else 0.0
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
    firm: IntArray,
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
    >>> work_sums(zero, zero, two, two, half, half, half, half, half,
    ...           np.array([[0.1, 0.2, 0.3]]), 1)[:, 0].round(3).tolist()
    [2.0, 0.5, 0.5, 2.5, 0.5, 0.5, 0.5, 0.1, 0.2, 0.3]
    """
    out = np.zeros((7 + _N_LEVELS, n_regions))
    total = np.zeros(n_regions)
    for i in firm:
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


N_MONEY, N_LEVEL_ROWS, N_WORK, N_FIT = (len(each._fields) for each in (Money, Levels, Work, Fit))
_AFTER_MONEY = N_MONEY
_AFTER_LEVELS = _AFTER_MONEY + N_LEVEL_ROWS
_AFTER_WORK = _AFTER_LEVELS + N_WORK
_AFTER_FIT = _AFTER_WORK + N_FIT


@kernel
def put(out: FloatArray, first: int, table: FloatArray) -> None:
    """Write a table into the rows of `out` from `first` on.

    >>> import numpy as np
    >>> out = np.zeros((3, 1)); put(out, 1, np.array([[4.0], [5.0]])); out[:, 0].tolist()
    [0.0, 4.0, 5.0]
    """
    for row in range(table.shape[0]):
        for r in range(table.shape[1]):
            out[first + row, r] = table[row, r]


@kernel
def firm_sums(
    firm: IntArray, region: IntArray, sector: IntArray, is_core: BoolArray, mode: IntArray, sales: FloatArray,
    profit: FloatArray, research_spending: FloatArray, loan_request: FloatArray, loan_granted: FloatArray,
    capability: FloatArray, equipment_level: FloatArray, value_chain: FloatArray, staff: FloatArray,
    talent: FloatArray, vacancy: FloatArray, skill: FloatArray, local_input_share: FloatArray,
    outside_step_share: FloatArray, level: FloatArray, weight: FloatArray, frontier: FloatArray,
    technology_class: IntArray, demand: FloatArray, export_orders: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Money`, `Levels`, `Work` and `Fit` one below the other, shape (31, regions)."""
    n_regions = demand.shape[0]
    out = np.empty((_AFTER_FIT, n_regions))
    put(out, 0, money_sums(
        firm, region, is_core, mode, sales, profit, research_spending, loan_request, loan_granted, n_regions
    ))  # fmt: skip
    put(out, _AFTER_MONEY, level_sums(
        firm, region, sector, sales, capability, equipment_level, value_chain, weight, frontier, technology_class,
        n_regions,
    ))  # fmt: skip
    put(out, _AFTER_LEVELS, work_sums(
        firm, region, sales, staff, talent, vacancy, skill, local_input_share, outside_step_share, level, n_regions
    ))  # fmt: skip
    put(out, _AFTER_WORK, sector_fit(firm, region, sector, sales, staff, talent, demand, export_orders))
    return out


class Firms(NamedTuple):
    """The tables of `firm_sums`, apart again."""

    money: Money
    levels: Levels
    work: Work
    fit: Fit

    @classmethod
    def of(cls, table: FloatArray) -> Firms:
        """Return the rows of `firm_sums` by name."""
        rows = list(table)
        return cls(
            Money(*rows[:_AFTER_MONEY]),
            Levels(*rows[_AFTER_MONEY:_AFTER_LEVELS]),
            Work(*rows[_AFTER_LEVELS:_AFTER_WORK]),
            Fit(*rows[_AFTER_WORK:]),
        )
