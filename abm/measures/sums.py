"""One pass over the firms for all sums that measures need: what is counted once is divided often.

Each kernel fills rows of a table with one column per region, from row `first` on; the named tuple beside it says which
row is which. `firm_sums` fills all of them, so that measures ask for the firms only once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.disturbance import Disturbance, disturbance
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
    out: FloatArray,
    firm: IntArray,
    region: IntArray,
    is_core: BoolArray,
    mode: IntArray,
    sales: FloatArray,
    profit: FloatArray,
    research_spending: FloatArray,
    loan_request: FloatArray,
    loan_granted: FloatArray,
) -> None:
    """Add the firms up in the rows of `Money`, the first 12 of `out`; `firm` are the slots of the firms.

    A firm does research if it spends in a research mode (imitation is none); it is refused if it gets nothing.

    >>> import numpy as np
    >>> no = np.array([False, False]); zero = np.zeros(2, np.int64)
    >>> out = np.zeros((12, 1))
    >>> money_sums(out, np.arange(2), zero, no, np.array([1, 3]), np.array([3.0, 1.0]), np.array([0.3, 0.1]),
    ...            np.array([0.2, 0.1]), np.array([1.0, 1.0]), np.array([0.4, 0.0]))
    >>> out[:, 0].round(3).tolist()
    [2.0, 0.0, 4.0, 4.0, 0.4, 0.3, 1.0, 2.0, 0.4, 2.0, 1.0, 3.0]
    """
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
    out: FloatArray,
    first: int | np.int64,
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
) -> None:
    """Add the firms up in the 7 rows of `Levels`, times sales but for the last two; `firm_sums` divides.

    Capability index a_i = sum_k W_sk A_ik / F_k; equipment relative to the frontier of the firm's sector,
    e_i / sum_k W_sk F_k.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64)
    >>> out = np.zeros((7, 1))
    >>> level_sums(out, 0, zero, zero, zero, np.array([10.0]), np.array([[0.5, 0.8]]), np.array([0.6]),
    ...            np.array([0.3]), np.array([[0.5, 0.5]]), np.array([1.0, 2.0]), np.array([2]))
    >>> out[:, 0].round(3).tolist()
    [4.5, 4.0, 3.0, 20.0, 10.0, 0.45, 0.3]
    """
    reference = seen_frontier(weight, frontier)
    for i in firm:
        r = region[i]
        s = sector[i]
        index = 0.0
        for k in range(len(frontier)):
            index += weight[s, k] * capability[i, k] / frontier[k]
        out[first, r] += sales[i] * index
        out[first + 1, r] += sales[i] * equipment_level[i] / reference[s]
        out[first + 2, r] += sales[i] * value_chain[i]
        out[first + 3, r] += sales[i] * technology_class[s]
        out[first + 4, r] += sales[i] if technology_class[s] >= HIGH_TECHNOLOGY else 0.0
        out[first + 5, r] += index
        out[first + 6, r] += value_chain[i]


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
    out: FloatArray,
    first: int | np.int64,
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
) -> None:
    """Add the firms up in the 10 rows of `Work`, from the fifth on times sales; `firm_sums` divides.

    >>> import numpy as np
    >>> zero = np.zeros(1, np.int64); half = np.array([0.5]); two = np.array([2.0])
    >>> out = np.zeros((10, 1))
    >>> work_sums(out, 0, zero, zero, two, two, half, half, half, half, half, np.array([[0.1, 0.2, 0.3]]))
    >>> out[:, 0].round(3).tolist()
    [2.0, 0.5, 0.5, 2.5, 1.0, 1.0, 1.0, 0.2, 0.4, 0.6]
    """
    for i in firm:
        r = region[i]
        out[first, r] += staff[i]
        out[first + 1, r] += talent[i]
        out[first + 2, r] += vacancy[i]
        out[first + 3, r] += staff[i] + talent[i]
        out[first + 4, r] += sales[i] * skill[i]
        out[first + 5, r] += sales[i] * local_input_share[i]
        out[first + 6, r] += sales[i] * outside_step_share[i]
        for j in range(_N_LEVELS):
            out[first + 7 + j, r] += sales[i] * level[i, j]


_AFTER_MONEY = np.int64(len(Money._fields))  # plain constants would be compiled into the kernels they are handed to
_AFTER_LEVELS = np.int64(_AFTER_MONEY + len(Levels._fields))
_AFTER_WORK = np.int64(_AFTER_LEVELS + len(Work._fields))
_AFTER_FIT = np.int64(_AFTER_WORK + len(Fit._fields))
_N_ROWS = np.int64(_AFTER_FIT + len(Disturbance._fields))
_N_FIRMS = np.int64(Money._fields.index("n_firms"))
_SALES = np.int64(Money._fields.index("sales"))


@kernel
def divide(out: FloatArray, first: int | np.int64, last: int | np.int64, divisor: int | np.int64) -> None:
    """Divide the rows from `first` up to `last` by row `divisor`; NaN where it is 0.

    >>> import numpy as np
    >>> out = np.array([[2.0, 0.0], [4.0, 5.0]]); divide(out, 1, 2, 0); out[1].tolist()
    [2.0, nan]
    """
    for row in range(first, last):
        for r in range(out.shape[1]):
            out[row, r] = out[row, r] / out[divisor, r] if out[divisor, r] > 0.0 else np.nan


@kernel
def firm_sums(
    firm: IntArray, region: IntArray, sector: IntArray, is_core: BoolArray, mode: IntArray, sales: FloatArray,
    profit: FloatArray, research_spending: FloatArray, loan_request: FloatArray, loan_granted: FloatArray,
    capability: FloatArray, equipment_level: FloatArray, value_chain: FloatArray, staff: FloatArray,
    talent: FloatArray, vacancy: FloatArray, skill: FloatArray, local_input_share: FloatArray,
    outside_step_share: FloatArray, level: FloatArray, weight: FloatArray, frontier: FloatArray,
    technology_class: IntArray, demand: FloatArray, export_orders: FloatArray, price: FloatArray, flaw: FloatArray,
    hidden: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Money`, `Levels`, `Work`, `Fit` and `Disturbance` one below the other, (rows, regions).

    Means are NaN without sales, those of every firm alike without firms.
    """
    out = np.zeros((_N_ROWS, demand.shape[0]))
    money_sums(out, firm, region, is_core, mode, sales, profit, research_spending, loan_request, loan_granted)
    level_sums(
        out, _AFTER_MONEY, firm, region, sector, sales, capability, equipment_level, value_chain, weight, frontier,
        technology_class,
    )  # fmt: skip
    divide(out, _AFTER_MONEY, _AFTER_LEVELS - 2, _SALES)
    divide(out, _AFTER_LEVELS - 2, _AFTER_LEVELS, _N_FIRMS)
    work_sums(
        out, _AFTER_LEVELS, firm, region, sales, staff, talent, vacancy, skill, local_input_share,
        outside_step_share, level,
    )  # fmt: skip
    divide(out, _AFTER_LEVELS + 4, _AFTER_WORK, _SALES)
    sector_fit(out, _AFTER_WORK, firm, region, sector, sales, staff, talent, demand, export_orders)
    disturbance(out, _AFTER_FIT, firm, region, sector, sales, price, flaw, hidden, demand.shape[1])
    return out


class Firms(NamedTuple):
    """The tables of `firm_sums`, apart again."""

    money: Money
    levels: Levels
    work: Work
    fit: Fit
    disturbance: Disturbance

    @classmethod
    def of(cls, table: FloatArray) -> Firms:
        """Return the rows of `firm_sums` by name."""
        rows = list(table)
        return cls(
            Money(*rows[:_AFTER_MONEY]),
            Levels(*rows[_AFTER_MONEY:_AFTER_LEVELS]),
            Work(*rows[_AFTER_LEVELS:_AFTER_WORK]),
            Fit(*rows[_AFTER_WORK:_AFTER_FIT]),
            Disturbance(*rows[_AFTER_FIT:]),
        )
