"""Kernels of government: taxes, the budget by instrument, public services."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import uniform
from abm.state.accounts import Books, pay
from abm.state.codes import Purpose
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_TAX, _NEUTRAL = np.int64(Purpose.TAX), np.int64(Purpose.NEUTRAL)
_PUBLIC_SERVICE, _FUNDING = np.int64(Purpose.PUBLIC_SERVICE), np.int64(Purpose.UNIVERSITY_FUNDING)
_RESERVE = 0.1
"""Part of a quarter's revenue a government keeps."""


@kernel
def reach_firms(
    firm: IntArray, region: IntArray, uid: UidArray, is_core: BoolArray, sales: FloatArray, is_reached: BoolArray,
    n_regions: int, key: np.uint64, access: float,
) -> None:  # fmt: skip
    """Note which firms policy reaches: core enterprises, and those whose draw lies below access^(1 / max(1, size)).

    Size is sales over the mean of the region's firms. The draw is the firm's for life, as its standing with offices and
    the state of its accounts are.

    >>> reached, uid, core = np.zeros(4, np.bool_), np.array([2, 3, 3, 10], np.uint64), np.array([True] + 3 * [False])
    >>> [round(float(uniform(np.uint64(1), each, 0)), 3) for each in uid]  # the third needs 0.35^(1/3) = 0.705
    [0.984, 0.466, 0.466, 0.027]
    >>> reach_firms(np.arange(4), np.zeros(4, np.int64), uid, core, np.array([0.0, 0.0, 12.0, 4.0]), reached, 1,
    ...             np.uint64(1), 0.35)
    >>> reached.tolist()
    [True, False, True, True]
    """
    total = np.zeros(n_regions)
    number = np.zeros(n_regions)
    for i in firm:
        total[region[i]] += sales[i]
        number[region[i]] += 1.0
    for i in firm:
        mean = total[region[i]] / number[region[i]]
        size = sales[i] / mean if mean > 0.0 else 1.0
        chance = math.exp(math.log(access) / max(1.0, size)) if access > 0.0 else 0.0
        is_reached[i] = is_core[i] or uniform(key, uid[i], 0) < chance


@kernel
def collect_taxes(
    books: Books,
    firm: IntArray,
    government_slot: IntArray,
    household_slot: IntArray,
    profit: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    wage: FloatArray,
    talent_wage: FloatArray,
    household_income: FloatArray,
    profit_tax: float,
    wage_tax: float,
    income_tax: float,
) -> FloatArray:
    """Tax profits of firms, and wages and other income of households; return what came in, million yuan by region.

    >>> from abm.state.accounts import books_with
    >>> books, one = books_with([9.0, 0.0, 9.0]), np.ones(1)
    >>> collect_taxes(books, np.array([0]), np.array([1]), np.array([2]), 4 * one, 2 * one, one, one, 2 * one, 8 * one,
    ...               0.5, 0.25, 0.125).tolist()
    [3.5]
    >>> books.cash.tolist()
    [7.0, 3.5, 7.5]
    """
    n_regions = len(government_slot)
    wages = np.zeros(n_regions)
    revenue = np.zeros(n_regions)
    for i in firm:
        r = books.region[i]
        wages[r] += wage[r] * staff[i] + talent_wage[r] * talent[i]
        revenue[r] += pay(books, i, government_slot[r], profit_tax * max(0.0, profit[i]), _TAX)
    for r in range(n_regions):
        taxed = wage_tax * wages[r] + income_tax * max(0.0, household_income[r] - wages[r])
        revenue[r] += pay(books, household_slot[r], government_slot[r], taxed, _TAX)
    return revenue


@kernel
def accrue(
    books: Books,
    government_slot: IntArray,
    household_slot: IntArray,
    budget: FloatArray,
    revenue: FloatArray,
    share: FloatArray,
    is_on: BoolArray,
    accrued: FloatArray,
    lapsed: FloatArray,
    neutral: int,
    budget_share: float,
    most_quarters: float,
    neutral_return: float,
) -> None:
    """Give each instrument that is on its share of the budget, and pay that of the others to the neutral account.

    An instrument saves up `most_quarters` of accrual at most; one that is switched off gives back what it had. What
    accrued and what lapsed is noted. ``budget``, ``accrued`` and ``lapsed`` have shape (regions, instruments). The
    neutral account hands the part `neutral_return` on to households, so that switching an instrument off does not also
    take money out of circulation.

    >>> from abm.state.accounts import books_with
    >>> books, budget, accrued, lapsed = books_with([9.0, 0.0, 0.0]), np.array([[1.0, 7.0, 3.0]]), *np.zeros((2, 1, 3))
    >>> accrue(books, np.array([0]), np.array([1]), budget, np.array([8.0]), np.array([0.5, 0.25, 0.25]),
    ...        np.array([True, True, False]), accrued, lapsed, 2, 0.5, 4.0, 0.75)
    >>> budget.tolist(), books.cash.tolist(), accrued.tolist(), lapsed.tolist()
    ([[3.0, 4.0, 0.0]], [5.0, 3.0, 1.0], [[2.0, 1.0, 0.0]], [[0.0, 4.0, 3.0]])
    """
    for r in range(len(revenue)):
        freed = 0.0
        for j in range(len(share)):
            accrual = share[j] * budget_share * revenue[r]
            held = budget[r, j]
            if is_on[j]:
                budget[r, j] = min(held + accrual, most_quarters * accrual)
                accrued[r, j] = accrual
                lapsed[r, j] = max(0.0, held + accrual - budget[r, j])
            else:
                freed += accrual + held
                budget[r, j] = 0.0
                accrued[r, j] = 0.0
                lapsed[r, j] = held
        freed = pay(books, government_slot[r], neutral, freed, _NEUTRAL)
        pay(books, neutral, household_slot[r], neutral_return * freed, _PUBLIC_SERVICE)


@kernel
def serve_the_public(
    books: Books,
    university: IntArray,
    government_slot: IntArray,
    household_slot: IntArray,
    budget: FloatArray,
    talent: FloatArray,
    revenue: FloatArray,
    university_share: float,
) -> None:
    """Fund universities by their talent, then spend what is neither earmarked nor reserve on public services.

    >>> from abm.state.accounts import books_with
    >>> books, talent = books_with([10.0, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0, 1.0])
    >>> serve_the_public(books, np.array([2, 3]), np.array([0]), np.array([1]), np.array([[1.0, 2.0]]), talent,
    ...                  np.array([8.0]), 0.5)
    >>> books.cash.round(9).tolist()
    [3.8, 2.2, 3.0, 1.0]
    """
    people = np.zeros(len(revenue))
    for i in university:
        people[books.region[i]] += talent[i]
    for i in university:
        r = books.region[i]
        weight = talent[i] / max(people[r], 1e-9)
        pay(books, government_slot[r], i, university_share * revenue[r] * weight, _FUNDING)
    for r in range(len(revenue)):
        earmarked = 0.0
        for j in range(budget.shape[1]):
            earmarked += budget[r, j]
        free = books.cash[government_slot[r]] - earmarked - _RESERVE * revenue[r]
        pay(books, government_slot[r], household_slot[r], max(0.0, free), _PUBLIC_SERVICE)


@kernel
def run_treasury(
    books: Books, firm: IntArray, university: IntArray, uid: UidArray, is_core: BoolArray, sales: FloatArray,
    is_reached: BoolArray, profit: FloatArray, staff: FloatArray, talent: FloatArray, government: IntArray,
    household: IntArray, wage: FloatArray, talent_wage: FloatArray, household_income: FloatArray,
    tax_revenue: FloatArray, budget: FloatArray, accrued: FloatArray, lapsed: FloatArray, share: FloatArray,
    is_on: BoolArray, neutral: int, serves_public: bool, profit_tax: float, wage_tax: float, income_tax: float,
    budget_share: float, most_quarters: float, neutral_return: float, university_share: float, key: np.uint64,
    access: float,
) -> None:  # fmt: skip
    """Collect taxes, let the budget of each instrument accrue and, if government ``serves_public``, spend the rest.

    Columns of actors run from ``uid``, those of regions from ``government`` to ``lapsed``; ``share`` and ``is_on`` are
    by instrument. Who is reached is noted for this quarter.
    """
    reach_firms(firm, books.region, uid, is_core, sales, is_reached, len(budget), key, access)
    revenue = collect_taxes(
        books, firm, government, household, profit, staff, talent, wage, talent_wage, household_income, profit_tax,
        wage_tax, income_tax,
    )  # fmt: skip
    for r in range(len(revenue)):
        tax_revenue[r] = revenue[r]
    accrue(
        books, government, household, budget, revenue, share, is_on, accrued, lapsed, neutral, budget_share,
        most_quarters, neutral_return,
    )  # fmt: skip
    if serves_public:
        serve_the_public(books, university, government, household, budget, talent, revenue, university_share)
