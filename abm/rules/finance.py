"""Finance: loans by risk and funds, deposits, dividends, outside investors, venture fund (model.md line 8).

Banks lend what they hold and rank requests by default probability, collateral and backing; weak firms do not even
ask (zhao2020 III.D). Capital attracts capital: outside investors follow past returns and visible investment
(zhao2020 III.B). Financial intermediaries supply the innovation chain (ren 2.3.3, 4.3).
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
from abm.state.codes import ClaimKind, Event, Kind, Level, Purpose
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_GREEN = int(Level.GREEN)


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
        if wanted <= 0.01 * need[f]:
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
    writes=(
        "actors.debt", "actors.loan", "actors.loan_request", "actors.loan_granted", "actors.missed_payments",
        "claims.*", "regions.household_cash", *accounts.WRITES,
    ),
    source="zhao2020:III.B; zhao2020:III.D; ren:2.3.3; ren:4.3",
    off={"finance.base_rate": 0.0, "finance.risk_spread": 0.0, "finance.amortisation": 0.0, "finance.dividend": 0.0,
         "finance.deposit_rate": 0.0, "finance.bank_payout": 0.0, "households.deposit_share": 0.0,
         "switches.finance": False},
    needs_rows={"claims": 1.0},
)  # fmt: skip
def serve_and_lend(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms serve their debts and pay dividends, households place deposits, banks lend.

    Equation   PD = 1 - exp(-slope (debt + credit) / equity) (1 - relief backing); granted safest first within funds;
               rate = base + spread PD (1 - preference green)
    Units      money: million yuan; rates: 1/quarter
    Source     zhao2020 III.B, III.D; ren 2.3.3, 4.3; PD after Eurace (facts.md)
    Draws      "discouraged" per firm
    Off when   switches.finance = false and no interest, amortisation, dividend or deposit is set
    """
    actors = world.actors
    actors.loan_request[:] = 0.0
    actors.loan_granted[:] = 0.0
    firm = world.slots(Kind.FIRM)
    if len(firm):
        _serve_debts(world, parameters, firm)
        _pay_dividends(world, parameters, firm)
    _place_deposits(world, parameters)
    if parameters.switches.finance and len(firm):
        _lend(world, parameters, draws, firm)


def _serve_debts(world: World, parameters: Parameters, firm: IntArray) -> None:
    """Pay interest, then amortise; a firm that cannot pay all of it has missed a payment."""
    actors, claims, p = world.actors, world.claims, parameters.finance
    debtor = firm[actors.loan[firm] >= 0]
    loan = actors.loan[debtor]
    lender = claims.creditor[loan]
    interest = claims.principal[loan] * claims.rate[loan]
    due = interest + p.amortisation * claims.principal[loan]
    before = actors.cash[debtor].copy()
    can = np.minimum(before, due)
    paid_interest = np.minimum(can, interest)
    repaid = np.minimum(can - paid_interest, claims.principal[loan])
    transfer(world, debtor, lender, paid_interest, Purpose.INTEREST)
    transfer(world, debtor, lender, repaid, Purpose.REPAYMENT)
    claims.principal[loan] -= repaid
    actors.debt[debtor] = claims.principal[loan]
    missed = can < 0.999 * due
    actors.missed_payments[debtor] = np.where(missed, actors.missed_payments[debtor] + 1, 0)
    done = claims.principal[loan] < 1e-6
    _close_loans(world, debtor[done])


def _close_loans(world: World, debtor: IntArray) -> None:
    """Strike out loans repaid to nothing."""
    rows = world.actors.loan[debtor]
    world.claims.principal[rows] = 0.0
    world.claims.is_active[rows] = False
    world.actors.debt[debtor] = 0.0
    world.actors.loan[debtor] = -1


def _pay_dividends(world: World, parameters: Parameters, firm: IntArray) -> None:
    """Firms pay part of profit to households, and to outside owners by their part of equity."""
    actors, claims, regions = world.actors, world.claims, world.regions
    spare = np.maximum(0.0, actors.cash[firm] - 0.8 * actors.sales[firm])
    paid = np.minimum(parameters.finance.dividend * np.maximum(0.0, actors.profit[firm]), spare)
    equity = np.maximum(actors.cash[firm] + actors.equipment[firm] - actors.debt[firm], 1e-9)
    stake = np.flatnonzero(claims.is_active & (claims.kind == int(ClaimKind.EQUITY)))
    outside = np.zeros(actors.rows)
    owed = np.zeros(actors.rows)
    outside[firm] = paid / (equity + np.bincount(claims.debtor[stake], claims.principal[stake], actors.rows)[firm])
    amount = outside[claims.debtor[stake]] * claims.principal[stake]
    np.add.at(owed, claims.debtor[stake], amount)
    transfer(world, claims.debtor[stake], claims.creditor[stake], amount, Purpose.DIVIDEND)
    rest = np.maximum(0.0, paid - owed[firm])
    transfer(world, firm, regions.household_slot[actors.region[firm]], rest, Purpose.DIVIDEND)


def _place_deposits(world: World, parameters: Parameters) -> None:
    """Households keep part of their wealth at the banks; banks pay interest and most of their profit."""
    actors, claims, regions = world.actors, world.claims, world.regions
    p = parameters.finance
    for r in range(world.structure.n_regions):
        household = int(regions.household_slot[r])
        banks = world.slots(Kind.BANK)
        banks = banks[actors.region[banks] == r]
        interest = float(world.volumes.amount[int(Purpose.INTEREST), r])
        for bank in banks[np.argsort(actors.uid[banks])]:
            held = np.flatnonzero(
                claims.is_active & (claims.kind == int(ClaimKind.DEPOSIT)) & (claims.debtor == bank)
            )
            deposit = float(claims.principal[held].sum())
            transfer(world, int(bank), household, p.deposit_rate * deposit, Purpose.INTEREST)
            spare = max(0.0, float(actors.cash[bank]) - p.reserve * deposit)
            paid_out = min(p.bank_payout * interest / len(banks), spare)
            transfer(world, int(bank), household, paid_out, Purpose.DIVIDEND)
            wealth = float(actors.cash[household]) + deposit
            target = parameters.households.deposit_share * wealth / len(banks)
            change = target - deposit
            if change > 0.0:
                moved = transfer(world, household, int(bank), change, Purpose.DEPOSIT)
                regions.household_cash[r] = max(0.0, regions.household_cash[r] - moved)
            else:
                moved = -transfer(world, int(bank), household, -change, Purpose.DEPOSIT)
                regions.household_cash[r] -= moved
            if len(held):
                claims.principal[held[0]] += moved
            elif moved > 0.0:
                accounts.open_claims(
                    world, ClaimKind.DEPOSIT, np.array([household]), np.array([bank]), np.array([moved]),
                    np.array([p.deposit_rate]),
                )  # fmt: skip


def _lend(world: World, parameters: Parameters, draws: Draws, firm: IntArray) -> None:
    """Firms ask, banks rank and ration, money and claims move."""
    actors, claims, p = world.actors, world.claims, parameters.finance
    banks = world.slots(Kind.BANK)
    if len(banks) == 0:
        return
    plan = actors.planned_equipment + actors.planned_value_chain + actors.planned_adoption.sum(axis=1)
    need = actors.unit_cost * actors.expected_orders / np.maximum(actors.price, 1e-6) * 0.95 + plan
    request, risk = loan_requests(
        firm, actors.uid, draws.key("discouraged"), actors.cash, actors.debt, actors.equipment, actors.backing,
        need[firm] + actors.research_budget[firm], p.default_slope, p.default_cutoff, p.collateral, p.backing_relief,
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
    """Return each firm's bank: its lender, else one of its region chosen by its identity."""
    actors, claims = world.actors, world.claims
    result = np.empty(len(firm), dtype=np.int64)
    by_uid = banks[np.argsort(actors.uid[banks])]
    for r in range(world.structure.n_regions):
        own = by_uid[actors.region[by_uid] == r]
        choice = own if len(own) else by_uid
        here = actors.region[firm] == r
        result[here] = choice[(actors.uid[firm[here]] % np.uint64(len(choice))).astype(np.int64)]
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


@kernel
def attraction(
    firm: IntArray, margin: FloatArray, sales: FloatArray, visible: FloatArray, sensitivity: float
) -> FloatArray:
    """Return each firm's pull on outside investors: size times exp(sensitivity (margin + visible investment / sales))."""
    pull = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        if sales[i] > 0.0:
            seen = margin[i] + min(1.0, visible[f] / sales[i])
            pull[f] = sales[i] * math.exp(max(-5.0, min(5.0, sensitivity * seen)))
    return pull


@rule(
    writes=("claims.*", "regions.last_return", "regions.visible_investment", *accounts.WRITES),
    source="zhao2020:III.B; li:3.C",
    off={"finance.outside_inflow": 0.0, "finance.venture_share": 0.0},
    needs_rows={"claims": 1.0},
)
def invest_from_outside(world: World, parameters: Parameters, draws: Draws) -> None:
    """Outside investors and venture funds buy equity: capital follows returns and visible investment.

    Equation   inflow = bound * sales, shared by size * exp(sensitivity (margin + visible investment / sales));
               venture fund: venture_share of its cash to firms with pilots, more where a platform introduces them
    Units      million yuan per quarter
    Source     zhao2020 III.B (accumulated capital attracts other capital), li 3.C (venture service)
    Draws      none
    Off when   finance.outside_inflow = 0 and finance.venture_share = 0
    """
    p, actors, regions = parameters.finance, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0 or (p.outside_inflow == 0.0 and p.venture_share == 0.0):
        return
    region = actors.region[firm]
    n_regions = world.structure.n_regions
    visible = actors.planned_equipment[firm] + actors.research_spending[firm]
    pull = attraction(firm, actors.margin, actors.sales, visible, p.outside_sensitivity)
    total = np.maximum(np.bincount(region, pull, n_regions), 1e-12)
    sales = np.bincount(region, actors.sales[firm], n_regions)
    profit = np.bincount(region, actors.profit[firm], n_regions)
    worth = np.bincount(region, actors.cash[firm] + actors.equipment[firm], n_regions)
    regions.last_return[:] = profit / np.maximum(worth, 1e-9)
    regions.visible_investment[:] = np.bincount(region, visible, n_regions)
    if p.outside_inflow > 0.0:
        mood = np.clip(1.0 + p.outside_sensitivity * regions.last_return, 0.0, 2.0) / 2.0
        inflow = p.outside_inflow * sales * mood
        _buy_equity(world, world.rest_of_world, firm, inflow[region] * pull / total[region], Purpose.OUTSIDE_INVESTMENT)
    for fund in world.slots(Kind.VENTURE_FUND):
        here = (region == actors.region[fund]) & (actors.n_projects[firm] > 0)
        chance = (0.2 + 0.8 * actors.service[firm, 4]) * actors.absorption[firm] * here
        if chance.sum() > 0.0:
            amount = p.venture_share * float(actors.cash[fund]) * chance / chance.sum()
            _buy_equity(world, int(fund), firm, amount, Purpose.EQUITY)


def _buy_equity(world: World, investor: int, firm: IntArray, amount: FloatArray, purpose: Purpose) -> None:
    """Pay and book equity, one claim per investor and firm."""
    claims, actors = world.claims, world.actors
    enough = amount > 1e-6
    target, value = firm[enough], amount[enough]
    if len(target) == 0:
        return
    before = actors.cash[target].copy()
    transfer(world, investor, target, value, purpose)
    value = actors.cash[target] - before
    stake = np.flatnonzero(claims.is_active & (claims.kind == int(ClaimKind.EQUITY)) & (claims.creditor == investor))
    row = np.full(actors.rows, -1, dtype=np.int64)
    row[claims.debtor[stake]] = stake
    old = row[target]
    claims.principal[old[old >= 0]] += value[old >= 0]
    new = (old < 0) & (value > 0.0)
    number = int(new.sum())
    if number:
        accounts.open_claims(
            world, ClaimKind.EQUITY, np.full(number, investor), target[new], value[new], np.zeros(number)
        )
