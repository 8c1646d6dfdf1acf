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
from abm.state.accounts import transfer
from abm.state.assignment import assigned
from abm.state.codes import ClaimKind, Event, Kind, Level, Purpose
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_GREEN = int(Level.GREEN)
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
    cash: FloatArray,
    debt: FloatArray,
    equipment: FloatArray,
    backing: FloatArray,
    need: FloatArray,
    slope: float,
    cutoff: float,
    collateral: float,
    relief: float,
    discouraged: float,
) -> tuple[FloatArray, FloatArray]:
    """Return what each firm asks for and its default probability, backing counted.

    A firm asks for the part of planned spending its cash does not cover. One that expects to be refused asks only
    with probability 1 - discouraged.
    """
    request = np.zeros(len(firm))
    risk = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        wanted = need[f] - cash[i]
        if wanted <= _WORTH_ASKING * need[f]:
            continue
        equity = cash[i] + collateral * equipment[i] - debt[i]
        risk[f] = default_probability(debt[i], wanted, equity, slope) * (1.0 - relief * backing[i])
        if risk[f] > cutoff and uniform(key, uid[i], 0) < discouraged:
            continue
        request[f] = wanted
    return request, risk


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
    firm = world.slots(Kind.FIRM)
    if len(firm):
        _lend(world, parameters, draws, firm)


def _lend(world: World, parameters: Parameters, draws: Draws, firm: IntArray) -> None:
    """Firms ask, banks rank and ration, money and claims move."""
    actors, claims, p = world.actors, world.claims, parameters.finance
    banks = world.slots(Kind.BANK)
    if len(banks) == 0:
        return
    plan = actors.planned_equipment + actors.planned_value_chain + actors.planned_adoption.sum(axis=1)
    capacity = actors.equipment[firm] / world.structure.capital_ratio[actors.sector[firm]]
    units = np.minimum(actors.expected_orders[firm] / np.maximum(actors.price[firm], 1e-6), capacity)
    need = actors.unit_cost[firm] * units + plan[firm] + actors.research_budget[firm]
    request, risk = loan_requests(
        firm, actors.uid, draws.key("discouraged"), actors.cash, actors.debt, actors.equipment, actors.backing,
        need, p.default_slope, p.default_cutoff, p.collateral, p.backing_relief,
        p.discouraged,
    )  # fmt: skip
    house_bank = _house_banks(world, firm, banks)
    deposits = np.bincount(
        claims.debtor[claims.is_active & (claims.kind == int(ClaimKind.DEPOSIT))],
        claims.principal[claims.is_active & (claims.kind == int(ClaimKind.DEPOSIT))],
        actors.rows,
    )
    funds = np.zeros(actors.rows)
    funds[banks] = np.maximum(0.0, actors.cash[banks] - p.reserve * deposits[banks])
    order = np.lexsort((actors.uid[firm], risk))
    granted = rationed(order, house_bank, funds, request, risk, p.default_cutoff, p.smallest_part)
    actors.loan_request[firm] = request
    actors.loan_granted[firm] = granted
    refused = (request > 0.0) & (granted <= 0.0)
    world.events.add(
        Event.LOAN_REFUSED, world.quarter, actors.uid[firm[refused]], region=actors.region[firm[refused]],
        partner=actors.uid[house_bank[refused]], amount=request[refused],
    )  # fmt: skip
    got = granted > 0.0
    rate = p.base_rate + p.risk_spread * risk[got] * (1.0 - p.green_preference * actors.level[firm[got], _GREEN])
    _book_loans(world, firm[got], house_bank[got], granted[got], rate)


def _house_banks(world: World, firm: IntArray, banks: IntArray) -> IntArray:
    """Return each firm's bank: its lender, else the one it is assigned to."""
    actors, claims = world.actors, world.claims
    result = assigned(world, firm, banks)
    loan = actors.loan[firm]
    result[loan >= 0] = claims.creditor[loan[loan >= 0]]
    return result


def _book_loans(world: World, debtor: IntArray, lender: IntArray, amount: FloatArray, rate: FloatArray) -> None:
    """Move the money and book or enlarge the claims; rates are averaged by principal."""
    actors, claims = world.actors, world.claims
    transfer(world, lender, debtor, amount, Purpose.LOAN)
    has_loan = actors.loan[debtor] >= 0
    old = actors.loan[debtor[has_loan]]
    total = claims.principal[old] + amount[has_loan]
    claims.rate[old] = (claims.rate[old] * claims.principal[old] + rate[has_loan] * amount[has_loan]) / total
    claims.principal[old] = total
    new = ~has_loan
    actors.loan[debtor[new]] = accounts.open_claims(
        world, ClaimKind.LOAN, lender[new], debtor[new], amount[new], rate[new]
    )
    actors.debt[debtor] = claims.principal[actors.loan[debtor]]
