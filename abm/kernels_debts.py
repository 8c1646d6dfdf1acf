"""Kernels of capital that is owed: loans served, dividends, and all that is paid on claims in a quarter."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_funding import funding_rows, pay_bank_returns, place_deposits, use_money_market
from abm.state.accounts import Books, pay
from abm.state.codes import ClaimKind, Purpose
from abm.types import BoolArray, FloatArray, IntArray

_EQUITY = int(ClaimKind.EQUITY)
_INTEREST = np.int64(Purpose.INTEREST)
_REPAYMENT = np.int64(Purpose.REPAYMENT)
_DIVIDEND = np.int64(Purpose.DIVIDEND)
_FULL = 0.999
"""Part of what is due that counts as all of it."""
_NOTHING = 1e-6
"""Million yuan: a loan below is repaid."""
_FASTEST = 0.1
"""Part by which the book value of a stake changes in a quarter at most."""
_BACKING_KEPT = 0.9
"""Part of a guarantee still good a quarter later."""


@kernel
def serve_loans(
    books: Books,
    firm: IntArray,
    loan: IntArray,
    debt: FloatArray,
    missed_payments: IntArray,
    is_active: BoolArray,
    creditor: IntArray,
    principal: FloatArray,
    rate: FloatArray,
    amortisation: float,
) -> FloatArray:
    """Firms pay interest, then amortise; one that cannot pay all of it has missed a payment.

    Loans repaid to nothing are struck out. Returns the interest each actor received, million yuan by slot.

    >>> from abm.state.accounts import books_with
    >>> books, loan, debt, missed = books_with([3.0, 0.0]), np.array([0, -1]), np.array([20.0, 0.0]), np.array([1, 0])
    >>> active, principal = np.array([True]), np.array([20.0])
    >>> serve_loans(books, np.array([0]), loan, debt, missed, active, np.array([1]), principal, np.array([0.1]),
    ...             0.25).tolist()
    [0.0, 2.0]
    >>> books.cash.tolist(), debt.tolist(), missed.tolist()
    ([0.0, 3.0], [19.0, 0.0], [2, 0])
    """
    received = np.zeros(len(loan))
    for f in range(len(firm)):
        i = firm[f]
        c = loan[i]
        if c < 0:
            continue
        interest = principal[c] * rate[c]
        due = interest + amortisation * principal[c]
        can = min(books.cash[i], due)
        paid = min(can, interest)
        repaid = min(can - paid, principal[c])
        pay(books, i, creditor[c], paid, _INTEREST)
        pay(books, i, creditor[c], repaid, _REPAYMENT)
        received[creditor[c]] += paid
        principal[c] -= repaid
        missed_payments[i] = missed_payments[i] + 1 if can < _FULL * due else 0
        if principal[c] < _NOTHING:
            principal[c] = 0.0
            is_active[c] = False
            loan[i] = -1
        debt[i] = principal[c]
    return received


@kernel
def pay_dividends(
    books: Books,
    firm: IntArray,
    equipment: FloatArray,
    debt: FloatArray,
    sales: FloatArray,
    profit: FloatArray,
    net_worth: FloatArray,
    household_slot: IntArray,
    is_active: BoolArray,
    kind: IntArray,
    creditor: IntArray,
    debtor: IntArray,
    principal: FloatArray,
    cash_buffer: float,
    paid_out: float,
) -> None:
    """Firms pay part of profit, from cash beyond the buffer, to their owners; what others own follows net worth.

    Outside owners get it by their part of net worth, households the rest. A stake grows and shrinks as net worth does,
    by at most a tenth a quarter, and all stakes together are never worth more. The last five arrays are columns of
    claims, by row.

    >>> from abm.state.accounts import books_with
    >>> books, own, claim = books_with([10.0, 0.0, 0.0]), np.array([2.0, 0.0, 0.0]), np.array([0])
    >>> worth, stake = np.array([5.0, 0.0, 0.0]), np.array([5.0])
    >>> pay_dividends(books, claim, own, own, own, 4 * own, worth, np.array([1]), np.array([True]), claim + 1,
    ...               claim + 2, claim, stake, 1.0, 0.5)
    >>> books.cash.tolist(), worth[:1].tolist(), stake.tolist()  # half of net worth 10, so half of the dividend 4
    ([6.0, 2.0, 2.0], [6.0], [5.5])
    """
    owned_outside = np.zeros(len(debt))
    for c in range(len(kind)):
        if is_active[c] and kind[c] == _EQUITY:
            owned_outside[debtor[c]] += principal[c]
    dividend = np.zeros(len(debt))
    per_yuan = np.zeros(len(debt))
    growth = np.ones(len(debt))
    for f in range(len(firm)):
        i = firm[f]
        spare = max(0.0, books.cash[i] - cash_buffer * sales[i])
        dividend[i] = min(paid_out * max(0.0, profit[i]), spare)
        equity = books.cash[i] + equipment[i] - debt[i]
        per_yuan[i] = dividend[i] / max(equity, owned_outside[i], 1e-9)
        worth = max(0.0, equity - dividend[i])
        growth[i] = min(1.0 + _FASTEST, max(1.0 - _FASTEST, worth / max(net_worth[i], 1e-9)))
        if owned_outside[i] > 0.0:
            growth[i] = min(growth[i], worth / owned_outside[i])
        net_worth[i] = worth
    for c in range(len(kind)):
        if is_active[c] and kind[c] == _EQUITY:
            pay(books, debtor[c], creditor[c], per_yuan[debtor[c]] * principal[c], _DIVIDEND)
            principal[c] *= growth[debtor[c]]
    for f in range(len(firm)):
        i = firm[f]
        rest = max(0.0, dividend[i] - per_yuan[i] * owned_outside[i])
        pay(books, i, household_slot[books.region[i]], rest, _DIVIDEND)


@kernel
def pay_what_is_owed(
    books: Books, firm: IntArray, bank: IntArray, loan: IntArray, debt: FloatArray, missed_payments: IntArray,
    written_off: FloatArray, backing: FloatArray, equipment: FloatArray, sales: FloatArray, profit: FloatArray,
    net_worth: FloatArray, is_active: BoolArray, kind: IntArray, creditor: IntArray, debtor: IntArray,
    principal: FloatArray, rate: FloatArray, household: IntArray, household_cash: FloatArray, rest_of_world: int,
    amortisation: float, cash_buffer: float, dividend: float, deposit_rate: float, reserve: float, bank_payout: float,
    write_down: float, deposit_share: float, money_market: float, money_market_speed: float,
) -> tuple[bool, IntArray, FloatArray, FloatArray]:  # fmt: skip
    """Let firms serve their loans and pay dividends, banks pay for what funds them and be funded anew; backing fades.

    Columns of actors run from ``loan``, of claims from ``is_active``, of regions from ``household``. Return whether a
    bank has no deposit or bond yet, the rows of these claims, (2, banks), and what was deposited and borrowed anew,
    million yuan by bank.
    """
    for i in range(len(backing)):
        backing[i] *= _BACKING_KEPT
    interest = serve_loans(
        books, firm, loan, debt, missed_payments, is_active, creditor, principal, rate, amortisation
    )  # fmt: skip
    pay_dividends(
        books, firm, equipment, debt, sales, profit, net_worth, household, is_active, kind, creditor, debtor, principal,
        cash_buffer, dividend,
    )  # fmt: skip
    row = funding_rows(bank, is_active, kind, debtor, len(debt))
    pay_bank_returns(
        books, bank, household, row, principal, interest, written_off, rest_of_world, deposit_rate, reserve,
        bank_payout, write_down,
    )  # fmt: skip
    deposited = place_deposits(books, bank, household, household_cash, row[0], principal, deposit_share)
    borrowed = use_money_market(
        books, bank, sales, row[1], principal, len(household), rest_of_world, money_market, money_market_speed
    )
    is_missing = False
    for b in range(len(bank)):
        is_missing |= row[0, b] < 0 or row[1, b] < 0
    return is_missing, row, deposited, borrowed
