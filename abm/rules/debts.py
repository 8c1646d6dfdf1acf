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
from abm.types import IntArray


@rule(
    writes=(
        "actors.debt", "actors.loan", "actors.missed_payments", "claims.*", "regions.household_cash",
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
    if len(firm):
        _serve_debts(world, parameters, firm)
        _pay_dividends(world, parameters, firm)
    _borrow_outside(world, parameters)
    _place_deposits(world, parameters)


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


def _borrow_outside(world: World, parameters: Parameters) -> None:
    """Banks borrow on the national money market up to a bound, so that they have something to lend."""
    actors, claims, p = world.actors, world.claims, parameters.finance
    sales = np.bincount(np.maximum(actors.region, 0), actors.sales, world.structure.n_regions)
    for bank in world.slots(Kind.BANK):
        r = int(actors.region[bank])
        n_banks = int(((actors.kind == int(Kind.BANK)) & actors.is_active & (actors.region == r)).sum())
        held = np.flatnonzero(
            claims.is_active & (claims.kind == int(ClaimKind.BOND)) & (claims.debtor == bank)
        )
        owed = float(claims.principal[held].sum())
        transfer(world, int(bank), world.rest_of_world, p.deposit_rate * owed, Purpose.INTEREST)
        target = p.money_market * float(sales[r]) / n_banks
        change = p.money_market_speed * (target - owed)
        if change > 0.0:
            moved = transfer(world, world.rest_of_world, int(bank), change, Purpose.BOND)
        else:
            moved = -transfer(world, int(bank), world.rest_of_world, -change, Purpose.BOND)
        if len(held):
            claims.principal[held[0]] += moved
        elif moved > 0.0:
            accounts.open_claims(
                world, ClaimKind.BOND, np.array([world.rest_of_world]), np.array([bank]), np.array([moved]),
                np.array([p.deposit_rate]),
            )  # fmt: skip


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
