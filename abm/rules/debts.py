"""What is owed is paid: interest, amortisation, dividends, deposits (model.md line 8, first half).

Banks live on interest and pass most of it on; households keep part of their wealth at the banks, which is what banks
lend. Claims have two sides: what a creditor owns a debtor owes.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_funding import (
    funding_rows,
    pay_bank_returns,
    pay_dividends,
    place_deposits,
    serve_loans,
    use_money_market,
)
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import ClaimKind, Kind
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
    p, actors, claims, regions = parameters.finance, world.actors, world.claims, world.regions
    firm, bank, books = world.slots(Kind.FIRM), world.slots(Kind.BANK), books_of(world)
    actors.backing[:] *= _BACKING_KEPT
    interest = serve_loans(
        books, firm, actors.loan, actors.debt, actors.missed_payments, claims.is_active, claims.creditor,
        claims.principal, claims.rate, p.amortisation,
    )  # fmt: skip
    pay_dividends(
        books, firm, actors.equipment, actors.debt, actors.sales, actors.profit, regions.household_slot,
        claims.is_active, claims.kind, claims.creditor, claims.debtor, claims.principal,
        parameters.investment.cash_buffer, p.dividend,
    )  # fmt: skip
    if len(bank):
        _fund_banks(world, parameters, bank, interest)


def _fund_banks(world: World, parameters: Parameters, bank: IntArray, interest: FloatArray) -> None:
    """Banks pay interest and most of their profit; households and the national money market fund them anew.

    ``interest`` is what each actor received from its borrowers this quarter, million yuan, shape (actors,).
    """
    actors, claims, regions, p = world.actors, world.claims, world.regions, parameters.finance
    books, principal = books_of(world), claims.principal
    row = funding_rows(bank, claims.is_active, claims.kind, claims.debtor, actors.rows)
    pay_bank_returns(
        books, bank, regions.household_slot, row, principal, interest, world.rest_of_world,
        p.deposit_rate, p.reserve, p.bank_payout,
    )  # fmt: skip
    placed = place_deposits(
        books, bank, regions.household_slot, regions.household_cash, row[0], principal,
        parameters.households.deposit_share,
    )  # fmt: skip
    borrowed = use_money_market(
        books, bank, actors.sales, row[1], principal, regions.rows, world.rest_of_world, p.money_market,
        p.money_market_speed,
    )  # fmt: skip
    if row.min() < 0:
        household = regions.household_slot[actors.region[bank]]
        _open_missing(world, ClaimKind.DEPOSIT, household, bank, row[0], placed, p.deposit_rate)
        outside = np.full(len(bank), world.rest_of_world)
        _open_missing(world, ClaimKind.BOND, outside, bank, row[1], borrowed, p.deposit_rate)


def _open_missing(
    world: World, kind: ClaimKind, funder: IntArray, bank: IntArray, row: IntArray, moved: FloatArray, rate: float
) -> None:
    """Open a claim on each bank that was funded and has none of the kind yet."""
    new = (row < 0) & (moved > 0.0)
    if new.any():
        rates = np.full(int(new.sum()), rate)
        accounts.open_claims(world, kind, funder[new], bank[new], moved[new], rates)
