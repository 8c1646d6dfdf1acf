"""What stands at the end of the quarter: projects, platforms' money, cash, needs, trade, and money of others.

Each kernel fills rows of a table with one column per region, from row `first` on; `stocks_at_end` fills all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import inner, kernel
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


_IMPORTS = np.int64(Stocks._fields.index("imports"))  # plain constants would compile `row_sum` three times
_EXPORT_ORDERS = np.int64(Stocks._fields.index("export_orders"))
_BUDGET = np.int64(Stocks._fields.index("budget"))


@kernel
def project_counts(
    out: FloatArray, first: int, is_active: BoolArray, region: IntArray, stage: IntArray, is_pull: BoolArray
) -> None:
    """Count projects under way, projects on the shelf, and projects under way that demand pulls.

    >>> import numpy as np
    >>> yes = np.array([True, True]); zero = np.zeros(2, np.int64)
    >>> out = np.zeros((3, 1)); project_counts(out, 0, yes, zero, np.array([0, 4]), yes); out[:, 0].tolist()
    [1.0, 1.0, 1.0]
    """
    for e in range(len(is_active)):
        if is_active[e]:
            if stage[e] == _SHELVED:
                out[first + 1, region[e]] += 1.0
            else:
                out[first, region[e]] += 1.0
                out[first + 2, region[e]] += 1.0 if is_pull[e] else 0.0


@inner
def platform_money(
    out: FloatArray,
    first: int,
    is_active: BoolArray,
    actor: IntArray,
    income: FloatArray,
    support: FloatArray,
    spending: FloatArray,
    region: IntArray,
) -> None:
    """Add up fees, support and spending of the platforms (million yuan per quarter).

    >>> import numpy as np
    >>> one = np.ones(1); out = np.zeros((3, 1))
    >>> platform_money(out, 0, one > 0, np.array([2]), one, 2 * one, 3 * one, np.zeros(3, np.int64)); out[:, 0].tolist()
    [1.0, 2.0, 3.0]
    """
    for p in range(len(is_active)):
        if is_active[p]:
            r = region[actor[p]]
            out[first, r] += income[p]
            out[first + 1, r] += support[p]
            out[first + 2, r] += spending[p]


@inner
def cash_inside(out: FloatArray, row: int, is_active: BoolArray, region: IntArray, cash: FloatArray) -> None:
    """Add up the cash of all accounts of each region (million yuan).

    >>> import numpy as np
    >>> is_active, out = np.array([True, True, False]), np.zeros((1, 1))
    >>> cash_inside(out, 0, is_active, np.array([0, -1, 0]), np.array([3.0, 4.0, 5.0])); out.tolist()
    [[3.0]]
    """
    for i in range(len(cash)):
        if is_active[i] and region[i] >= 0:
            out[row, region[i]] += cash[i]


@inner
def need_state(
    out: FloatArray, first: int, is_open: BoolArray, opened: IntArray, exposure: FloatArray, now: int
) -> None:
    """Fill in open needs, their mean age, the worst exposure, and its chain, sector and field.

    The arrays have the shape (regions, chains, sectors, fields). Age is NaN without open needs, the place of the worst
    need where nothing is exposed; of needs that are equally bad the first is taken.

    >>> import numpy as np
    >>> exposure, out = np.array([[[[0.0, 2.0], [5.0, 5.0]]]]), np.zeros((6, 1))
    >>> need_state(out, 0, exposure > 3.0, np.full((1, 1, 2, 2), 4), exposure, 7); out[:, 0].tolist()
    [2.0, 3.0, 5.0, 0.0, 1.0, 0.0]
    """
    n_regions, n_chains, n_sectors, n_fields = exposure.shape
    for r in range(n_regions):
        n_open, age, worst = 0.0, 0.0, 0.0
        out[first + 3, r] = out[first + 4, r] = out[first + 5, r] = np.nan
        for c in range(n_chains):
            for s in range(n_sectors):
                for k in range(n_fields):
                    if is_open[r, c, s, k]:
                        n_open += 1.0
                        age += now - opened[r, c, s, k]
                    if exposure[r, c, s, k] > worst:
                        worst = exposure[r, c, s, k]
                        out[first + 3, r], out[first + 4, r], out[first + 5, r] = c, s, k
        out[first, r] = n_open
        out[first + 1, r] = age / n_open if n_open > 0.0 else np.nan
        out[first + 2, r] = worst


@inner
def row_sum(out: FloatArray, row: int | np.int64, value: FloatArray) -> None:
    """Add up each region's sectors or instruments; `value` has a row per region.

    >>> import numpy as np
    >>> out = np.zeros((1, 2)); row_sum(out, 0, np.array([[1.0, 2.0], [4.0, 5.0]])); out.tolist()
    [[3.0, 9.0]]
    """
    for r in range(value.shape[0]):
        for s in range(value.shape[1]):
            out[row, r] += value[r, s]


@kernel
def stocks_at_end(
    is_active: BoolArray, region: IntArray, cash: FloatArray, is_project: BoolArray, project_region: IntArray,
    stage: IntArray, is_pull: BoolArray, is_platform: BoolArray, platform_actor: IntArray, income: FloatArray,
    support: FloatArray, spending: FloatArray, is_open: BoolArray, opened: IntArray, exposure: FloatArray, now: int,
    imports: FloatArray, export_orders: FloatArray, budget: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Stocks`, shape (16, regions); the first three arrays are of actors."""
    out = np.zeros((16, exposure.shape[0]))
    project_counts(out, 0, is_project, project_region, stage, is_pull)
    platform_money(out, 3, is_platform, platform_actor, income, support, spending, region)
    cash_inside(out, 6, is_active, region, cash)
    need_state(out, 7, is_open, opened, exposure, now)
    row_sum(out, _IMPORTS, imports)
    row_sum(out, _EXPORT_ORDERS, export_orders)
    row_sum(out, _BUDGET, budget)
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
