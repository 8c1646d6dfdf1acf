"""Kernels of lending: what banks can lend, and whom they lend to."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_borrowing import loan_requests
from abm.randomness import uniform
from abm.state.accounts import Books, pay, write_claims
from abm.state.assignment import chosen_by_identity
from abm.state.codes import ClaimKind, Purpose
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_DEPOSIT, _LOAN_CLAIM = int(ClaimKind.DEPOSIT), int(ClaimKind.LOAN)
_LOAN = np.int64(Purpose.LOAN)
TOO_RISKY, NO_FUNDS = 0, 1
"""Why a bank lends nothing; also the channel of the event."""


@kernel
def lendable(
    bank: IntArray,
    cash: FloatArray,
    is_active: BoolArray,
    kind: IntArray,
    debtor: IntArray,
    principal: FloatArray,
    reserve: float,
) -> FloatArray:
    """Return what each bank can lend: cash beyond the reserve on its deposits, million yuan by slot of any actor.

    >>> lendable(np.array([0]), np.array([5.0, 9.0]), np.array([True]), np.array([2]), np.array([0]), np.array([20.0]),
    ...          0.1).tolist()
    [3.0, 0.0]
    """
    deposits = np.zeros(len(cash))
    for c in range(len(kind)):
        if is_active[c] and kind[c] == _DEPOSIT:
            deposits[debtor[c]] += principal[c]
    funds = np.zeros(len(cash))
    for i in bank:
        funds[i] = max(0.0, cash[i] - reserve * deposits[i])
    return funds


@kernel
def bank_cutoffs(
    bank: IntArray, uid: UidArray, is_active: BoolArray, kind: IntArray, creditor: IntArray, principal: FloatArray,
    written_off: FloatArray, cutoff: float, spread: float, caution: float, key: np.uint64,
) -> FloatArray:  # fmt: skip
    """Return the default probability at which each bank refuses, by slot of any actor: its own, lower after losses.

    cutoff (1 + spread (2 u - 1)) (1 - caution losses / loans), the last part at least a half.

    >>> zero, lent = np.zeros(2, int), np.array([10.0, 20.0])
    >>> bank_cutoffs(np.array([1]), zero.astype(np.uint64), np.array([True, True]), zero, zero + 1, lent,
    ...              np.array([0.0, 2.0]), 0.4, 0.0, 3.0, np.uint64(1)).round(9).tolist()
    [0.0, 0.32]
    """
    lent = np.zeros(len(uid))
    for c in range(len(kind)):
        if is_active[c] and kind[c] == _LOAN_CLAIM:
            lent[creditor[c]] += principal[c]
    limit = np.zeros(len(uid))
    for b in bank:
        lost = min(0.5, caution * written_off[b] / max(lent[b], 1e-9))
        limit[b] = cutoff * (1.0 + spread * (2.0 * uniform(key, uid[b], 0) - 1.0)) * (1.0 - lost)
    return limit


@kernel
def safest_first(firm: IntArray, risk: FloatArray, uid: UidArray) -> IntArray:
    """Return the places of requests in the order of risk, then of the identity of the firm (a merge sort).

    >>> import numpy as np
    >>> uid = np.array([9, 5, 7], np.uint64)
    >>> safest_first(np.array([0, 1, 2]), np.array([0.1, 0.3, 0.1]), uid).tolist()
    [2, 0, 1]
    """
    order, merged = np.arange(len(firm)), np.empty(len(firm), np.int64)
    width = 1
    while width < len(firm):
        for low in range(0, len(firm), 2 * width):
            middle, high = min(low + width, len(firm)), min(low + 2 * width, len(firm))
            a, b = low, middle
            for place in range(low, high):
                takes_first = b >= high
                if a < middle and b < high:
                    x, y = order[a], order[b]
                    takes_first = risk[x] < risk[y] or (risk[x] == risk[y] and uid[firm[x]] < uid[firm[y]])
                merged[place] = order[a] if takes_first else order[b]
                a += 1 if takes_first else 0
                b += 0 if takes_first else 1
        order, merged = merged, order
        width *= 2
    return order


@kernel
def rationed(
    order: IntArray,
    bank: IntArray,
    funds: FloatArray,
    request: FloatArray,
    risk: FloatArray,
    cutoff: FloatArray,
    smallest_part: float,
) -> FloatArray:
    """Return the loan granted to each request; safest first, while the bank's funds last.

    ``bank``, ``request`` and ``risk`` are by request, ``funds`` and ``cutoff`` by slot of the bank.

    >>> import numpy as np
    >>> rationed(np.array([1, 0]), np.array([0, 0]), np.array([10.0]), np.array([8.0, 6.0]), np.array([0.2, 0.1]),
    ...          np.array([0.3]), 0.25)
    array([4., 6.])
    """
    granted = np.zeros(len(request))
    left = funds.copy()
    for place in range(len(order)):
        f = order[place]
        if request[f] <= 0.0 or risk[f] > cutoff[bank[f]]:
            continue
        part = min(request[f], left[bank[f]])
        if part >= smallest_part * request[f]:
            granted[f] = part
            left[bank[f]] -= part
    return granted


@kernel
def grant_loans(
    books: Books,
    asker: IntArray,
    bank: IntArray,
    granted: FloatArray,
    risk: FloatArray,
    loan: IntArray,
    debt: FloatArray,
    principal: FloatArray,
    rate: FloatArray,
    base_rate: float,
    risk_spread: float,
) -> tuple[FloatArray, BoolArray]:
    """Pay out what is granted and enlarge the loans firms have; rates are averaged by principal.

    Returns the rate of each grant per quarter, and which are to be booked as new loans.

    >>> from abm.state.accounts import books_with
    >>> books, loan, debt = books_with([1.0, 0.0, 9.0]), np.array([0, -1, -1]), np.array([2.0, 0.0, 0.0])
    >>> principal, rate = np.array([2.0]), np.array([0.03])
    >>> own, is_new = grant_loans(books, np.array([0, 1]), np.array([2, 2]), np.array([2.0, 4.0]), np.array([0.0, 0.5]),
    ...                           loan, debt, principal, rate, 0.01, 0.04)
    >>> own.round(9).tolist(), is_new.tolist(), principal.tolist(), rate.round(9).tolist(), books.cash.tolist()
    ([0.01, 0.03], [False, True], [4.0], [0.02], [3.0, 4.0, 3.0])
    """
    own_rate = np.zeros(len(asker))
    is_new = np.zeros(len(asker), np.bool_)
    for f in range(len(asker)):
        if granted[f] <= 0.0:
            continue
        i = asker[f]
        pay(books, bank[f], i, granted[f], _LOAN)
        own_rate[f] = base_rate + risk_spread * risk[f]
        c = loan[i]
        if c < 0:
            is_new[f] = True
            continue
        total = principal[c] + granted[f]
        rate[c] = (rate[c] * principal[c] + own_rate[f] * granted[f]) / total
        principal[c] = total
        debt[i] = total
    return own_rate, is_new


@kernel
def lend_to_firms(
    firm: IntArray, banks: IntArray, books: Books, uid: UidArray, is_core: BoolArray, sector: IntArray,
    debt: FloatArray, loan: IntArray, loan_request: FloatArray, loan_granted: FloatArray, loan_need: FloatArray,
    refusal_memory: FloatArray, core_orders: FloatArray, written_off: FloatArray, equipment: FloatArray,
    backing: FloatArray, expected_orders: FloatArray, price: FloatArray, unit_cost: FloatArray,
    planned_equipment: FloatArray, planned_value_chain: FloatArray, planned_adoption: FloatArray,
    research_budget: FloatArray, level: FloatArray, service: FloatArray, is_active: BoolArray, kind: IntArray,
    creditor: IntArray, debtor: IntArray, creditor_uid: UidArray, debtor_uid: UidArray, principal: FloatArray,
    rate: FloatArray, born: IntArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    source: IntArray, weight: FloatArray, tie_born: IntArray, capital_ratio: FloatArray, inputs: FloatArray,
    n_regions: int, quarter: int, slope: float, cutoff: float, collateral: float, relief: float, discouraged: float,
    memory: float, pledge: float, record: float, reserve: float, smallest_part: float, base_rate: float,
    risk_spread: float, green_preference: float, bank_spread: float, caution: float, key: np.uint64,
    bank_key: np.uint64,
) -> tuple[IntArray, IntArray, IntArray, bool]:  # fmt: skip
    """Let firms ask, banks rank and ration, and money and claims move.

    ``firm`` and ``banks`` list slots; the columns of actors come first, then those of claims, neighbour lists, ties and
    sectors. What a firm remembers of refusals moves to 1 where it is refused, else to 0, by ``memory`` of the way.
    Return the firms that asked and got nothing, the bank of each, why (`TOO_RISKY` or `NO_FUNDS`), and whether the
    table of claims had room.
    """
    loan_request[:] = 0.0
    loan_granted[:] = 0.0
    loan_need[:] = 0.0
    core_orders[:] = 0.0
    if len(banks) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), True
    asker, request, risk = loan_requests(
        firm, uid, key, is_core, sector, capital_ratio, books.cash, debt, equipment, backing, expected_orders, price,
        unit_cost, planned_equipment, planned_value_chain, planned_adoption, research_budget, loan_need,
        refusal_memory, core_orders, level, service, start, other, tie, layer, source, weight, tie_born, inputs,
        quarter, slope, cutoff, collateral, relief, discouraged, pledge, record, green_preference,
    )  # fmt: skip
    bank = chosen_by_identity(asker, banks, uid, books.region, n_regions)
    for f in range(len(asker)):
        if loan[asker[f]] >= 0:
            bank[f] = creditor[loan[asker[f]]]
    funds = lendable(banks, books.cash, is_active, kind, debtor, principal, reserve)
    limit = bank_cutoffs(
        banks, uid, is_active, kind, creditor, principal, written_off, cutoff, bank_spread, caution, bank_key
    )  # fmt: skip
    granted = rationed(safest_first(asker, risk, uid), bank, funds, request, risk, limit, smallest_part)
    own_rate, is_new = grant_loans(
        books, asker, bank, granted, risk, loan, debt, principal, rate, base_rate, risk_spread
    )  # fmt: skip
    refused, refusing = np.empty(len(asker), np.int64), np.empty(len(asker), np.int64)
    why = np.empty(len(asker), np.int64)
    n_refused, new = 0, 0
    for i in firm:
        refusal_memory[i] *= 1.0 - memory
    for f in range(len(asker)):
        i, lender = asker[f], bank[f]
        loan_request[i], loan_granted[i] = request[f], granted[f]
        if granted[f] <= 0.0:
            refused[n_refused], refusing[n_refused] = i, lender
            refusal_memory[i] += memory
            why[n_refused] = TOO_RISKY if risk[f] > limit[lender] else NO_FUNDS
            n_refused += 1
        elif is_new[f]:
            asker[new], bank[new], granted[new], own_rate[new] = i, lender, granted[f], own_rate[f]
            new += 1
    rows = write_claims(
        is_active, kind, creditor, debtor, creditor_uid, debtor_uid, principal, rate, born, uid, bank[:new],
        asker[:new], granted[:new], own_rate[:new], _LOAN_CLAIM, quarter,
    )  # fmt: skip
    for n in range(len(rows)):
        loan[asker[n]] = rows[n]
        debt[asker[n]] = granted[n]
    return refused[:n_refused], refusing[:n_refused], why[:n_refused], len(rows) == new
