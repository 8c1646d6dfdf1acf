"""Banks lend what they hold (model.md line 8, second half).

Requests are ranked by default probability, collateral and backing and rationed to funds; weak firms do not even ask
(zhao2020 III.D: financing is difficult and dear for SMEs). Financial intermediaries supply the innovation chain
(ren 2.3.3, 4.3).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.assignment import assigned
from abm.state.codes import ClaimKind, Event, Kind, Level, Purpose
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_GREEN = int(Level.GREEN)
_DEPOSIT = int(ClaimKind.DEPOSIT)
_LOAN = np.int64(Purpose.LOAN)
_WORTH_ASKING = 0.05
"""Part of planned spending below which a firm does not go to a bank."""


@kernel
def default_probability(debt: float, credit: float, equity: float, slope: float) -> float:
    """Return PD = 1 - exp(-slope (debt + credit) / equity) (Eurace); 1 where there is no equity.

    >>> round(default_probability(5.0, 5.0, 10.0, 0.1), 6)
    0.095163
    """
    if equity <= 0.0:
        return 1.0 if debt + credit > 0.0 else 0.0
    return 1.0 - math.exp(-slope * (debt + credit) / equity)


@kernel
def loan_requests(
    firm: IntArray,
    uid: UidArray,
    key: np.uint64,
    sector: IntArray,
    capital_ratio: FloatArray,
    cash: FloatArray,
    debt: FloatArray,
    equipment: FloatArray,
    backing: FloatArray,
    expected_orders: FloatArray,
    price: FloatArray,
    unit_cost: FloatArray,
    planned_equipment: FloatArray,
    planned_value_chain: FloatArray,
    planned_adoption: FloatArray,
    research_budget: FloatArray,
    slope: float,
    cutoff: float,
    collateral: float,
    relief: float,
    discouraged: float,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the slots of the firms that ask for a loan, how much, and their default probability, backing counted.

    A firm asks for the part of planned spending its cash does not cover: making what it expects to sell, as far as
    its equipment goes, and its plans. One that expects to be refused asks only with probability 1 - discouraged.

    >>> import numpy as np
    >>> firm, one = np.array([0, 1]), np.ones(2)
    >>> asked = loan_requests(firm, firm.astype(np.uint64), np.uint64(1), 0 * firm, one, np.array([4.0, 99.0]), 0 * one,
    ...                       20 * one, 0 * one, 10 * one, one, 0.5 * one, 2 * one, one, np.ones((2, 3)), one,
    ...                       0.0, 0.3, 0.6, 0.5, 1.0)
    >>> [x.tolist() for x in asked]
    [[0], [8.0], [0.0]]
    """
    asker = np.empty(len(firm), np.int64)
    request = np.empty(len(firm))
    risk = np.empty(len(firm))
    number = 0
    for i in firm:
        units = min(expected_orders[i] / max(price[i], 1e-6), equipment[i] / capital_ratio[sector[i]])
        adoption = 0.0
        for h in range(planned_adoption.shape[1]):
            adoption += planned_adoption[i, h]
        plan = planned_equipment[i] + planned_value_chain[i] + adoption
        need = unit_cost[i] * units + plan + research_budget[i]
        wanted = need - cash[i]
        if wanted <= _WORTH_ASKING * need:
            continue
        equity = cash[i] + collateral * equipment[i] - debt[i]
        own_risk = default_probability(debt[i], wanted, equity, slope) * (1.0 - relief * backing[i])
        if own_risk > cutoff and uniform(key, uid[i], 0) < discouraged:
            continue
        asker[number] = i
        request[number] = wanted
        risk[number] = own_risk
        number += 1
    return asker[:number].copy(), request[:number].copy(), risk[:number].copy()


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
def rationed(
    order: IntArray,
    bank: IntArray,
    funds: FloatArray,
    request: FloatArray,
    risk: FloatArray,
    cutoff: float,
    smallest_part: float,
) -> FloatArray:
    """Return the loan granted to each request; safest first, while the bank's funds last.

    >>> import numpy as np
    >>> rationed(np.array([1, 0]), np.array([0, 0]), np.array([10.0]), np.array([8.0, 6.0]), np.array([0.2, 0.1]),
    ...          0.3, 0.25)
    array([4., 6.])
    """
    granted = np.zeros(len(request))
    left = funds.copy()
    for place in range(len(order)):
        f = order[place]
        if request[f] <= 0.0 or risk[f] > cutoff:
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
    level: FloatArray,
    loan: IntArray,
    debt: FloatArray,
    principal: FloatArray,
    rate: FloatArray,
    base_rate: float,
    risk_spread: float,
    green_preference: float,
) -> tuple[FloatArray, BoolArray]:
    """Pay out what is granted and enlarge the loans firms have; rates are averaged by principal.

    Returns the rate of each grant per quarter, and which are to be booked as new loans.

    >>> from abm.state.accounts import books_with
    >>> books, loan, debt = books_with([1.0, 0.0, 9.0]), np.array([0, -1, -1]), np.array([2.0, 0.0, 0.0])
    >>> principal, rate = np.array([2.0]), np.array([0.03])
    >>> own, is_new = grant_loans(books, np.array([0, 1]), np.array([2, 2]), np.array([2.0, 4.0]), np.array([0.0, 0.5]),
    ...                           np.zeros((3, 3)), loan, debt, principal, rate, 0.01, 0.04, 0.1)
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
        own_rate[f] = base_rate + risk_spread * risk[f] * (1.0 - green_preference * level[i, _GREEN])
        c = loan[i]
        if c < 0:
            is_new[f] = True
            continue
        total = principal[c] + granted[f]
        rate[c] = (rate[c] * principal[c] + own_rate[f] * granted[f]) / total
        principal[c] = total
        debt[i] = total
    return own_rate, is_new


@rule(
    writes=("actors.debt", "actors.loan", "actors.loan_request", "actors.loan_granted", "claims.*", *accounts.WRITES),
    source="zhao2020:III.B; zhao2020:III.D; ren:2.3.3; ren:4.3",
    off={"switches.finance": False},
    needs_rows={"claims": 1.0},
)
def lend(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms ask for what planned spending exceeds their cash; banks rank, ration and lend.

    Equation   PD = (1 - exp(-slope (debt + credit) / equity)) (1 - relief backing); granted safest first within
               funds; rate = base + spread PD (1 - preference green)
    Units      money: million yuan; rates: 1/quarter
    Source     zhao2020 III.B, III.D; ren 2.3.3, 4.3; PD after Eurace (facts.md)
    Draws      "discouraged" per firm
    Off when   switches.finance = false
    """
    actors = world.actors
    if not parameters.switches.finance:
        return
    actors.loan_request[:] = 0.0
    actors.loan_granted[:] = 0.0
    if len(world.slots(Kind.BANK)):
        _lend(world, parameters, draws)


def _lend(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms ask, banks rank and ration, money and claims move."""
    actors, claims, p = world.actors, world.claims, parameters.finance
    banks, books = world.slots(Kind.BANK), books_of(world)
    asker, request, risk = loan_requests(
        world.slots(Kind.FIRM), actors.uid, draws.key("discouraged"), actors.sector, world.structure.capital_ratio,
        actors.cash, actors.debt, actors.equipment, actors.backing, actors.expected_orders, actors.price,
        actors.unit_cost, actors.planned_equipment, actors.planned_value_chain, actors.planned_adoption,
        actors.research_budget, p.default_slope, p.default_cutoff, p.collateral, p.backing_relief, p.discouraged,
    )  # fmt: skip
    if len(asker) == 0:
        return
    loan = actors.loan[asker]
    bank = np.where(loan >= 0, claims.creditor[loan], assigned(world, asker, banks))
    funds = lendable(banks, actors.cash, claims.is_active, claims.kind, claims.debtor, claims.principal, p.reserve)
    order = np.lexsort((actors.uid[asker], risk))
    granted = rationed(order, bank, funds, request, risk, p.default_cutoff, p.smallest_part)
    actors.loan_request[asker] = request
    actors.loan_granted[asker] = granted
    _report_refusals(world, asker, bank, request, granted)
    rate, is_new = grant_loans(
        books, asker, bank, granted, risk, actors.level, actors.loan, actors.debt, claims.principal, claims.rate,
        p.base_rate, p.risk_spread, p.green_preference,
    )  # fmt: skip
    new = np.flatnonzero(is_new)
    if len(new):
        debtor, amount = asker[new], granted[new]
        actors.loan[debtor] = accounts.open_claims(world, ClaimKind.LOAN, bank[new], debtor, amount, rate[new])
        actors.debt[debtor] = amount


def _report_refusals(world: World, asker: IntArray, bank: IntArray, request: FloatArray, granted: FloatArray) -> None:
    """Note the firms that asked and got nothing."""
    refused = np.flatnonzero(granted <= 0.0)
    if len(refused):
        uid, firm = world.actors.uid, asker[refused]
        world.events.add(
            Event.LOAN_REFUSED, world.quarter, uid[firm], region=world.actors.region[firm],
            partner=uid[bank[refused]], amount=request[refused],
        )  # fmt: skip
