"""Kernels of policy: the ways the money of its instruments takes to firms."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.state.accounts import Books, pay
from abm.state.codes import Instrument, Mode, Purpose
from abm.types import BoolArray, FloatArray, IntArray

_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_GRANTS, _DEDUCTIONS = np.int64(Instrument.GRANT), np.int64(Instrument.DEDUCTION)
_CULTIVATIONS, _GUARANTEE_BUDGET = np.int64(Instrument.CULTIVATION), int(Instrument.GUARANTEE)
_GRANT, _DEDUCTION = np.int64(Purpose.GRANT), np.int64(Purpose.DEDUCTION)
_CULTIVATION, _GUARANTEE = np.int64(Purpose.CULTIVATION), np.int64(Purpose.GUARANTEE)
_FEE = np.int64(Purpose.FEE)
_MOST_BACKED = 0.5
"""Part of a loan that a guarantee fund backs at most."""
_CULTIVATED = 0.05
"""Part of its sales that cultivation pays an SME at most."""


@kernel
def research_claims(
    firm: IntArray,
    is_reached: BoolArray,
    mode: IntArray,
    research_budget: FloatArray,
    research_spending: FloatArray,
    refunded: float,
) -> tuple[FloatArray, FloatArray]:
    """Return, by place in ``firm``, the research budget that a grant supports and the research money to refund.

    Million yuan; 0 for firms that neither research nor spent on it, and for those no policy reaches.

    >>> firm, mode = np.array([0, 1, 2]), np.array([1, 0, 0])
    >>> budget, spending = np.array([8.0, 0.0, 2.0]), np.array([4.0, 2.0, 0.0])
    >>> two = research_claims(firm, firm < 5, mode, budget, spending, 0.25)
    >>> [x.tolist() for x in two]
    [[8.0, 0.0, 0.0], [1.0, 0.5, 0.0]]
    """
    supported = np.zeros(len(firm))
    refund = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        applies = mode[i] == _INDEPENDENT or mode[i] == _JOINT or research_spending[i] > 0.0
        if applies and is_reached[i]:
            supported[f] = research_budget[i]
            refund[f] = refunded * research_spending[i]
    return supported, refund


@kernel
def specialised_firms(
    firm: IntArray,
    is_reached: BoolArray,
    is_core: BoolArray,
    sector: IntArray,
    capability: FloatArray,
    weight: FloatArray,
) -> FloatArray:
    """Return 1 for each SME well above its sector's mean capability index that a policy reaches, else 0.

    >>> firm = np.array([0, 1, 2])
    >>> specialised_firms(firm, firm < 5, firm == 0, 0 * firm,
    ...                   np.array([[0.9], [0.8], [0.1]]), np.ones((1, 1))).tolist()
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
        if index[f] > 1.1 * (total[s] / count[s]) and not is_core[i] and is_reached[i]:
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
    instrument: int | np.int64,
    purpose: int | np.int64,
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
    is_reached: BoolArray,
    is_core: BoolArray,
    debt: FloatArray,
    loan_need: FloatArray,
    backing: FloatArray,
    government_slot: IntArray,
    budget: FloatArray,
    multiple: float,
    fee: float,
) -> None:
    """Guarantee funds get a fee on what they back, and back half of what reached SMEs need, or less.

    All they back is at most `multiple` times their cash, and what they back already comes first. Of the money earmarked
    for them they take what that lacks.

    >>> from abm.state.accounts import books_with
    >>> books, firm, backing = books_with([9.0, 0.0, 9.0, 1.0]), np.array([0, 1]), np.array([0.1, 0.1, 0.0, 0.0])
    >>> debt, need, budget = np.array([30.0, 50.0]), np.array([25.0, 0.0]), np.full((1, 12), 1.0)
    >>> back_loans(books, np.array([3]), firm, firm < 5, np.array([False, True]), debt, need, backing,
    ...            np.array([2]), budget, 5.0, 0.05)
    >>> round(float(backing[0]), 9), float(budget[0, 8]), books.cash.round(9).tolist()  # (5 x 2.15 - 3) / 25
    (0.31, 0.0, [8.85, 0.0, 8.0, 2.15])
    """
    for r in range(len(government_slot)):
        n_funds, held, needed, covered = 0.0, 0.0, 0.0, 0.0
        for i in firm:
            if books.region[i] == r and not is_core[i]:
                needed += loan_need[i] if is_reached[i] else 0.0
                covered += backing[i] * debt[i]
        for g in fund:
            if books.region[g] == r:
                n_funds += 1.0
                held += books.cash[g]
        aim = (covered + _MOST_BACKED * needed) / multiple if multiple > 0.0 else 0.0
        lacking = min(max(0.0, aim - held), budget[r, _GUARANTEE_BUDGET])
        for g in fund:
            if books.region[g] != r:
                continue
            part = pay(books, government_slot[r], g, lacking / n_funds, _GUARANTEE)
            budget[r, _GUARANTEE_BUDGET] = max(0.0, budget[r, _GUARANTEE_BUDGET] - part)
            held += part
            for i in firm:
                if books.region[i] == r and not is_core[i]:
                    held += pay(books, i, g, fee * backing[i] * debt[i] / n_funds, _FEE)
        cover = min(_MOST_BACKED, max(0.0, multiple * held - covered) / max(needed, 1e-9))
        for i in firm:
            if books.region[i] == r and is_reached[i] and not is_core[i] and loan_need[i] > 0.0:
                backing[i] = max(backing[i], cover)


@kernel
def pay_support(
    books: Books, firm: IntArray, fund: IntArray, is_reached: BoolArray, is_core: BoolArray, sector: IntArray,
    mode: IntArray, sales: FloatArray, debt: FloatArray, loan_need: FloatArray, capability: FloatArray,
    research_budget: FloatArray, research_spending: FloatArray, research_income: FloatArray, backing: FloatArray,
    public_money: FloatArray, year_cost: FloatArray, weight: FloatArray, government: IntArray, budget: FloatArray,
    cultivates: bool, deduction_rate: float, additionality: float, guarantee_multiple: float, guarantee_fee: float,
) -> None:  # fmt: skip
    """Pay grants, refunds and, if policy ``cultivates``, specialised SMEs; let guarantee funds back loans.

    Part ``additionality`` of a grant is earmarked for research. ``fund`` are the guarantee funds; columns of actors
    run from ``is_reached`` to ``year_cost``; what each firm received is public money, and grants and refunds lower the
    cost of its year. ``budget`` has shape (regions, instruments).
    """
    for i in firm:
        public_money[i] -= books.cash[i]
    supported, refund = research_claims(firm, is_reached, mode, research_budget, research_spending, deduction_rate)
    any_amount = np.full(len(firm), math.inf)
    granted = pay_out(books, firm, supported, any_amount, government, budget, _GRANTS, _GRANT)
    for f in range(len(firm)):
        research_income[firm[f]] += additionality * granted[f]
    refunded = pay_out(books, firm, refund, refund, government, budget, _DEDUCTIONS, _DEDUCTION)
    for f in range(len(firm)):
        year_cost[firm[f]] = max(0.0, year_cost[firm[f]] - granted[f] - refunded[f])
    if cultivates:
        special = specialised_firms(firm, is_reached, is_core, sector, capability, weight)
        most = np.empty(len(firm))
        for f in range(len(firm)):
            most[f] = _CULTIVATED * sales[firm[f]]
        pay_out(books, firm, special, most, government, budget, _CULTIVATIONS, _CULTIVATION)
    for i in firm:
        public_money[i] = max(0.0, public_money[i] + books.cash[i])
    back_loans(
        books, fund, firm, is_reached, is_core, debt, loan_need, backing, government, budget, guarantee_multiple,
        guarantee_fee,
    )  # fmt: skip
