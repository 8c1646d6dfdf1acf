"""What is owed is paid: interest, amortisation, dividends, deposits (model.md line 8, first half).

Banks live on interest and pass most of it on; households keep part of their wealth at the banks, which is what banks
lend. Claims have two sides: what a creditor owns a debtor owes.
"""

from __future__ import annotations

import numpy as np

from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.codes import ClaimKind, Kind, Purpose
from abm.state.world import World
from abm.types import FloatArray, IntArray

_BACKING_KEPT = 0.9
"""Part of vouching and guarantees still good a quarter later."""


@rule(
    writes=(
        "actors.backing", "actors.debt", "actors.loan", "actors.missed_payments", "claims.*", "regions.household_cash",
        *accounts.WRITES,
    ),
    source="zhao2020:III.B; ren:2.3.3",
    off={"finance.service": False},
    needs_rows={"claims": 0.1},
)  # fmt: skip
def serve_debts(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms pay interest, amortise and pay dividends; households place deposits; banks pass on their profit.

    Equation   due = principal (rate + amortisation); dividend = share * max(0, profit), to owners by their equity;
               deposits -> deposit_share * wealth
    Units      money: million yuan; rates: 1/quarter
    Source     zhao2020 III.B (flow of capital); ren 2.3.3 (financial intermediaries)
    Draws      none
    Off when   finance.service = false: nobody pays, nobody saves
    """
    if not parameters.finance.service:
        return
    firm = world.slots(Kind.FIRM)
    interest = np.zeros(world.actors.rows)
    world.actors.backing[:] *= _BACKING_KEPT
    if len(firm):
        interest = _serve_debts(world, parameters, firm)
        _pay_dividends(world, parameters, firm)
    _fund_banks(world, parameters, interest)


def _serve_debts(world: World, parameters: Parameters, firm: IntArray) -> FloatArray:
    """Pay interest, then amortise; a firm that cannot pay all of it has missed a payment. Return interest received."""
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
    return np.bincount(lender, paid_interest, actors.rows).astype(np.float64)


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
    spare = np.maximum(0.0, actors.cash[firm] - parameters.investment.cash_buffer * actors.sales[firm])
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


def _fund_banks(world: World, parameters: Parameters, interest: FloatArray) -> None:
    """Banks pay interest and most of their profit; households and the national money market fund them anew.

    ``interest`` is what each actor received from its borrowers this quarter, shape (actors,).
    """
    actors, claims, regions, p = world.actors, world.claims, world.regions, parameters.finance
    bank = world.slots(Kind.BANK)
    if len(bank) == 0:
        return
    n_regions = world.structure.n_regions
    region = actors.region[bank]
    household = regions.household_slot[region]
    n_banks = np.bincount(region, minlength=n_regions)[region]
    row = {kind: _funding_rows(world, kind, bank) for kind in (ClaimKind.DEPOSIT, ClaimKind.BOND)}
    deposit, bond = (np.where(row[kind] >= 0, claims.principal[row[kind]], 0.0) for kind in row)
    transfer(world, bank, household, p.deposit_rate * deposit, Purpose.INTEREST)
    transfer(world, bank, world.rest_of_world, p.deposit_rate * bond, Purpose.INTEREST)
    profit = np.maximum(0.0, interest[bank] - p.deposit_rate * (deposit + bond))
    spare = np.maximum(0.0, actors.cash[bank] - p.reserve * deposit)
    transfer(world, bank, household, np.minimum(p.bank_payout * profit, spare), Purpose.DIVIDEND)

    wealth = actors.cash[regions.household_slot] + np.bincount(region, deposit, n_regions)
    change = parameters.households.deposit_share * wealth[region] / n_banks - deposit
    moved = _move_funds(world, household, bank, change, Purpose.DEPOSIT)
    regions.household_cash[:] = np.maximum(0.0, regions.household_cash - np.bincount(region, moved, n_regions))
    _book_funding(world, ClaimKind.DEPOSIT, household, bank, row[ClaimKind.DEPOSIT], moved, p.deposit_rate)
    sales = np.bincount(np.maximum(actors.region, 0), actors.sales, n_regions)
    change = p.money_market_speed * (p.money_market * sales[region] / n_banks - bond)
    outside = np.full(len(bank), world.rest_of_world)
    moved = _move_funds(world, outside, bank, change, Purpose.BOND)
    _book_funding(world, ClaimKind.BOND, outside, bank, row[ClaimKind.BOND], moved, p.deposit_rate)


def _funding_rows(world: World, kind: ClaimKind, bank: IntArray) -> IntArray:
    """Return the row of each bank's claim of one kind, -1 for none."""
    claims = world.claims
    rows = np.flatnonzero(claims.is_active & (claims.kind == int(kind)))
    place = np.full(world.actors.rows, -1, dtype=np.int64)
    place[claims.debtor[rows]] = rows
    result: IntArray = place[bank]
    return result


def _move_funds(world: World, funder: IntArray, bank: IntArray, change: FloatArray, purpose: Purpose) -> FloatArray:
    """Pay in where `change` is positive, pay back where it is negative, as far as cash goes; return what moved."""
    cash = world.actors.cash
    shared = np.bincount(funder, np.maximum(change, 0.0), len(cash))[funder]
    part = np.minimum(1.0, cash[funder] / np.maximum(shared, 1e-12))
    change = np.where(change > 0.0, change * part, -np.minimum(-change, cash[bank]))
    transfer(world, funder, bank, np.maximum(change, 0.0), purpose)
    transfer(world, bank, funder, np.maximum(-change, 0.0), purpose)
    return change


def _book_funding(
    world: World, kind: ClaimKind, funder: IntArray, bank: IntArray, row: IntArray, moved: FloatArray, rate: float
) -> None:
    """Change each bank's claim by what moved, or open it."""
    has = row >= 0
    principal = world.claims.principal
    principal[row[has]] = np.maximum(0.0, principal[row[has]] + moved[has])
    new = ~has & (moved > 0.0)
    if new.any():
        rates = np.full(int(new.sum()), rate)
        accounts.open_claims(world, kind, funder[new], bank[new], moved[new], rates)
