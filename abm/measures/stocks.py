"""What stands at the end of the quarter: projects, platforms' money, cash, needs, and money of others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.sums import put
from abm.state.codes import ClaimKind, Stage
from abm.types import BoolArray, FloatArray, IntArray

_SHELVED = int(Stage.SHELVED)
_LOAN = int(ClaimKind.LOAN)
_EQUITY = int(ClaimKind.EQUITY)


class Stocks(NamedTuple):
    """Of each region: innovation projects, money of platforms, cash, needs, trade with the outside, and budgets.

    Running and pulled projects are those not on the shelf. Money is in million yuan or million yuan per quarter.
    """

    running: FloatArray
    shelved: FloatArray
    pull: FloatArray
    platform_fees: FloatArray
    platform_support: FloatArray
    platform_spending: FloatArray
    cash: FloatArray
    n_needs: FloatArray
    need_age: FloatArray
    worst_need: FloatArray
    worst_chain: FloatArray
    worst_sector: FloatArray
    worst_field: FloatArray
    imports: FloatArray
    export_orders: FloatArray
    budget: FloatArray


@kernel
def project_counts(
    is_active: BoolArray, region: IntArray, stage: IntArray, is_pull: BoolArray, n_regions: int
) -> FloatArray:
    """Return projects under way, projects on the shelf, and projects under way that demand pulls, shape (3, regions).

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
                out[2, region[e]] += 1.0 if is_pull[e] else 0.0
    return out


@kernel
def platform_money(
    is_active: BoolArray,
    actor: IntArray,
    income: FloatArray,
    support: FloatArray,
    spending: FloatArray,
    region: IntArray,
    n_regions: int,
) -> FloatArray:
    """Return fees, support and spending of the platforms (million yuan per quarter), shape (3, regions).

    >>> import numpy as np
    >>> one = np.ones(1); platform_money(one > 0, np.array([2]), one, 2 * one, 3 * one, np.zeros(3, np.int64), 1).T
    array([[1., 2., 3.]])
    """
    out = np.zeros((3, n_regions))
    for p in range(len(is_active)):
        if is_active[p]:
            r = region[actor[p]]
            out[0, r] += income[p]
            out[1, r] += support[p]
            out[2, r] += spending[p]
    return out


@kernel
def cash_inside(is_active: BoolArray, region: IntArray, cash: FloatArray, n_regions: int) -> FloatArray:
    """Return the cash of all accounts of each region (million yuan), shape (1, regions).

    >>> import numpy as np
    >>> cash_inside(np.array([True, True, False]), np.array([0, -1, 0]), np.array([3.0, 4.0, 5.0]), 1).tolist()
    [[3.0]]
    """
    out = np.zeros((1, n_regions))
    for i in range(len(cash)):
        if is_active[i] and region[i] >= 0:
            out[0, region[i]] += cash[i]
    return out


@kernel
def need_state(is_open: BoolArray, opened: IntArray, exposure: FloatArray, now: int) -> FloatArray:
    """Return open needs, their mean age, the worst exposure, and its chain, sector and field, shape (6, regions).

    The arrays have the shape (regions, chains, sectors, fields). Age is NaN without open needs, the place of the worst
    need where nothing is exposed; of needs that are equally bad the first is taken.

    >>> import numpy as np
    >>> exposure = np.array([[[[0.0, 2.0], [5.0, 5.0]]]])
    >>> need_state(exposure > 3.0, np.full((1, 1, 2, 2), 4), exposure, 7)[:, 0].tolist()
    [2.0, 3.0, 5.0, 0.0, 1.0, 0.0]
    """
    n_regions, n_chains, n_sectors, n_fields = exposure.shape
    out = np.zeros((6, n_regions))
    for r in range(n_regions):
        for row in range(3, 6):
            out[row, r] = np.nan
        for c in range(n_chains):
            for s in range(n_sectors):
                for k in range(n_fields):
                    if is_open[r, c, s, k]:
                        out[0, r] += 1.0
                        out[1, r] += now - opened[r, c, s, k]
                    if exposure[r, c, s, k] > out[2, r]:
                        out[2, r] = exposure[r, c, s, k]
                        out[3, r], out[4, r], out[5, r] = c, s, k
        out[1, r] = out[1, r] / out[0, r] if out[0, r] > 0.0 else np.nan
    return out


@kernel
def row_sum(value: FloatArray) -> FloatArray:
    """Return the sum of each region over sectors or instruments, shape (1, regions); `value` has a row per region.

    >>> import numpy as np
    >>> row_sum(np.array([[1.0, 2.0], [4.0, 5.0]])).tolist()
    [[3.0, 9.0]]
    """
    out = np.zeros((1, value.shape[0]))
    for r in range(value.shape[0]):
        for s in range(value.shape[1]):
            out[0, r] += value[r, s]
    return out


@kernel
def stocks_at_end(
    is_active: BoolArray, region: IntArray, cash: FloatArray, is_project: BoolArray, project_region: IntArray,
    stage: IntArray, is_pull: BoolArray, is_platform: BoolArray, platform_actor: IntArray, income: FloatArray,
    support: FloatArray, spending: FloatArray, is_open: BoolArray, opened: IntArray, exposure: FloatArray, now: int,
    imports: FloatArray, export_orders: FloatArray, budget: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Stocks`, shape (16, regions); the first three arrays are of actors."""
    n_regions = exposure.shape[0]
    out = np.empty((16, n_regions))
    put(out, 0, project_counts(is_project, project_region, stage, is_pull, n_regions))
    put(out, 3, platform_money(is_platform, platform_actor, income, support, spending, region, n_regions))
    put(out, 6, cash_inside(is_active, region, cash, n_regions))
    put(out, 7, need_state(is_open, opened, exposure, now))
    put(out, 13, row_sum(imports))
    put(out, 14, row_sum(export_orders))
    put(out, 15, row_sum(budget))
    return out


@kernel
def outside_funds(
    is_active: BoolArray, kind: IntArray, debtor: IntArray, principal: FloatArray, n_actors: int
) -> FloatArray:
    """Return the money of others that each actor works with: loans and equity on it (million yuan), shape (actors,).

    >>> import numpy as np
    >>> outside_funds(np.array([True, False]), np.array([0, 0]), np.array([1, 1]), np.array([2.0, 3.0]), 2).tolist()
    [0.0, 2.0]
    """
    funds = np.zeros(n_actors)
    for c in range(len(is_active)):
        if is_active[c] and (kind[c] == _LOAN or kind[c] == _EQUITY):
            funds[debtor[c]] += principal[c]
    return funds
