"""Kernels of policy: taxes, the budget by instrument, and the ways its money takes to firms."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.randomness import uniform
from abm.state.accounts import Books, pay
from abm.state.codes import Instrument, Mode, Purpose
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_GUARANTEE_BUDGET = int(Instrument.GUARANTEE)
_GUARANTEE = np.int64(Purpose.GUARANTEE)
_NEUTRAL = np.int64(Purpose.NEUTRAL)
_PUBLIC_SERVICE = np.int64(Purpose.PUBLIC_SERVICE)
_TAX = np.int64(Purpose.TAX)
_UNIVERSITY_FUNDING = np.int64(Purpose.UNIVERSITY_FUNDING)
_RESERVE = 0.1
"""Part of a quarter's revenue a government keeps."""


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
    budget: FloatArray,
    revenue: FloatArray,
    share: FloatArray,
    is_on: BoolArray,
    neutral: int,
    budget_share: float,
    most_quarters: float,
) -> None:
    """Give each instrument that is on its share of the budget, and pay that of the others to the neutral account.

    An instrument saves up `most_quarters` of accrual at most; one that is switched off gives back what it had.
    ``budget`` has shape (regions, instruments).

    >>> from abm.state.accounts import books_with
    >>> books, budget = books_with([9.0, 0.0]), np.array([[1.0, 7.0, 3.0]])
    >>> accrue(books, np.array([0]), budget, np.array([8.0]), np.array([0.5, 0.25, 0.25]),
    ...        np.array([True, True, False]), 1, 0.5, 4.0)
    >>> budget.tolist(), books.cash.tolist()
    ([[3.0, 4.0, 0.0]], [5.0, 4.0])
    """
    for r in range(len(revenue)):
        freed = 0.0
        for j in range(len(share)):
            accrual = share[j] * budget_share * revenue[r]
            if is_on[j]:
                budget[r, j] = min(budget[r, j] + accrual, most_quarters * accrual)
            else:
                freed += accrual + budget[r, j]
                budget[r, j] = 0.0
        pay(books, government_slot[r], neutral, freed, _NEUTRAL)


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
        pay(books, government_slot[r], i, university_share * revenue[r] * weight, _UNIVERSITY_FUNDING)
    for r in range(len(revenue)):
        earmarked = 0.0
        for j in range(budget.shape[1]):
            earmarked += budget[r, j]
        free = books.cash[government_slot[r]] - earmarked - _RESERVE * revenue[r]
        pay(books, government_slot[r], household_slot[r], max(0.0, free), _PUBLIC_SERVICE)


@kernel
def is_reached(key: np.uint64, uid: np.uint64, is_core: bool, access: float) -> bool:
    """Tell whether a policy reaches a firm: a core enterprise always, an SME with probability `access`.

    >>> [bool(is_reached(np.uint64(1), np.uint64(2), core, access)) for core, access in
    ...  ((True, 0.0), (False, 0.0), (False, 1.0))]
    [True, False, True]
    """
    return is_core or uniform(key, uid, 0) < access


@kernel
def research_claims(
    firm: IntArray,
    uid: UidArray,
    key: np.uint64,
    is_core: BoolArray,
    mode: IntArray,
    research_budget: FloatArray,
    research_spending: FloatArray,
    access: float,
    refunded: float,
) -> tuple[FloatArray, FloatArray]:
    """Return, by place in ``firm``, the research budget that a grant supports and the research money to refund.

    Million yuan; 0 for firms that neither research nor spent on it, and for those no policy reaches.

    >>> firm, mode = np.array([0, 1, 2]), np.array([1, 0, 0])
    >>> budget, spending = np.array([8.0, 0.0, 2.0]), np.array([4.0, 2.0, 0.0])
    >>> two = research_claims(firm, firm.astype(np.uint64), np.uint64(1), firm > 5, mode, budget, spending, 1.0, 0.25)
    >>> [x.tolist() for x in two]
    [[8.0, 0.0, 0.0], [1.0, 0.5, 0.0]]
    """
    supported = np.zeros(len(firm))
    refund = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        applies = mode[i] == _INDEPENDENT or mode[i] == _JOINT or research_spending[i] > 0.0
        if applies and is_reached(key, uid[i], is_core[i], access):
            supported[f] = research_budget[i]
            refund[f] = refunded * research_spending[i]
    return supported, refund


@kernel
def specialised_firms(
    firm: IntArray,
    uid: UidArray,
    key: np.uint64,
    is_core: BoolArray,
    sector: IntArray,
    capability: FloatArray,
    weight: FloatArray,
    access: float,
) -> FloatArray:
    """Return 1 for each SME well above its sector's mean capability index that a policy reaches, else 0.

    >>> firm = np.array([0, 1, 2])
    >>> specialised_firms(firm, firm.astype(np.uint64), np.uint64(1), firm == 0, 0 * firm,
    ...                   np.array([[0.9], [0.8], [0.1]]), np.ones((1, 1)), 1.0).tolist()
    [0.0, 1.0, 0.0]
    """
    n_sectors = weight.shape[0]
    total = np.zeros(n_sectors)
    count = np.zeros(n_sectors)
    index = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        for k in range(weight.shape[1]):
            index[f] += capability[i, k] * weight[s, k]
        total[s] += index[f]
        count[s] += 1.0
    is_special = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        if index[f] > 1.1 * (total[s] / count[s]) and not is_core[i] and is_reached(key, uid[i], is_core[i], access):
            is_special[f] = 1.0
    return is_special


@kernel
def pay_out(
    books: Books,
    firm: IntArray,
    weight: FloatArray,
    at_most: FloatArray,
    government_slot: IntArray,
    budget: FloatArray,
    instrument: int,
    purpose: int,
) -> FloatArray:
    """Share an instrument's budget of each region by weight; return what each firm received, million yuan.

    ``weight`` and ``at_most`` (million yuan) are by place in ``firm``, ``budget`` has shape (regions, instruments).

    >>> books = Books(np.array([0.0, 0.0, 9.0]), np.zeros(3, int), np.zeros(3, int), np.zeros(1), np.zeros(1),
    ...               np.zeros((1, 2)))
    >>> budget = np.array([[8.0]])
    >>> most = np.array([1.0, 100.0])
    >>> pay_out(books, np.array([0, 1]), np.array([1.0, 3.0]), most, np.array([2]), budget, 0, 0).tolist()
    [1.0, 6.0]
    >>> budget.tolist()
    [[1.0]]
    """
    n_regions = len(government_slot)
    total = np.zeros(n_regions)
    for f in range(len(firm)):
        total[books.region[firm[f]]] += weight[f]
    spent = np.zeros(n_regions)
    received = np.zeros(len(firm))
    for f in range(len(firm)):
        if weight[f] > 0.0:
            r = books.region[firm[f]]
            amount = min(budget[r, instrument] * weight[f] / max(total[r], 1e-12), at_most[f])
            received[f] = pay(books, government_slot[r], firm[f], amount, purpose)
            spent[r] += received[f]
    for r in range(n_regions):
        budget[r, instrument] = max(0.0, budget[r, instrument] - spent[r])
    return received


@kernel
def back_loans(
    books: Books,
    fund: IntArray,
    firm: IntArray,
    is_core: BoolArray,
    debt: FloatArray,
    sales: FloatArray,
    backing: FloatArray,
    government_slot: IntArray,
    budget: FloatArray,
    multiple: float,
) -> None:
    """Guarantee funds take what is earmarked for them and back loans of SMEs up to `multiple` times their cash.

    No more than half of a loan is backed.

    >>> from abm.state.accounts import books_with
    >>> books, firm, backing = books_with([0.0, 0.0, 9.0, 1.0]), np.array([0, 1]), np.array([0.1, 0.1])
    >>> budget = np.full((1, 12), 1.0)
    >>> back_loans(books, np.array([3]), firm, np.array([False, True]), np.array([30.0, 50.0]), np.array([100.0, 0.0]),
    ...            backing, np.array([2]), budget, 5.0)
    >>> backing.tolist(), float(budget[0, 8]), books.cash.tolist()
    ([0.25, 0.1], 0.0, [0.0, 0.0, 8.0, 2.0])
    """
    for g in fund:
        r = books.region[g]
        budget[r, _GUARANTEE_BUDGET] -= pay(books, government_slot[r], g, budget[r, _GUARANTEE_BUDGET], _GUARANTEE)
        debts = 0.0
        sold = 0.0
        for i in firm:
            if books.region[i] == r and not is_core[i]:
                debts += debt[i]
                sold += sales[i]
        cover = min(0.5, multiple * books.cash[g] / max(debts + sold * 0.1, 1e-9))
        for i in firm:
            if books.region[i] == r and not is_core[i]:
                backing[i] = max(backing[i], cover)
