"""What is owed is paid: interest, amortisation, dividends, deposits (model.md line 8, first half).

Banks live on interest and pass most of it on; households keep part of their wealth at the banks, which is what banks
lend. Claims have two sides: what a creditor owns a debtor owes.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_debts import pay_what_is_owed
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import ClaimKind, Kind
from abm.state.world import World
from abm.types import FloatArray, IntArray


@rule(
    writes=(
        "actors.backing", "actors.debt", "actors.loan", "actors.missed_payments", "actors.written_off",
        "actors.net_worth", "claims.*", "regions.household_cash", *accounts.WRITES,
    ),
    source="zhao2020:III.B; ren:2.3.3",
    off={"finance.service": False},
    needs_rows={"claims": 0.1},
)  # fmt: skip
def serve_debts(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms pay interest, amortise and pay dividends; households place deposits; banks pass on their profit.

    Equation   due = principal (rate + amortisation); dividend = share * max(0, profit), to owners by their equity;
               deposits -> deposit_share * wealth; a bank pays out bank_payout * max(0, interest - cost - w losses);
               a stake grows as the net worth of its firm, by at most a tenth
    Units      money: million yuan; rates: 1/quarter
    Source     zhao2020 III.B (flow of capital); ren 2.3.3 (financial intermediaries)
    Draws      none
    Off when   finance.service = false: nobody pays, nobody saves
    """
    if not parameters.finance.service:
        return
    p, actors, claims, regions = parameters.finance, world.actors, world.claims, world.regions
    bank = world.slots(Kind.BANK)
    is_missing, row, deposited, borrowed = pay_what_is_owed(
        books_of(world), world.slots(Kind.FIRM), bank, actors.loan, actors.debt, actors.missed_payments,
        actors.written_off, actors.backing, actors.equipment, actors.sales, actors.profit, actors.net_worth,
        claims.is_active, claims.kind, claims.creditor, claims.debtor, claims.principal, claims.rate,
        regions.household_slot, regions.household_cash, world.rest_of_world, p.amortisation,
        parameters.investment.cash_buffer, p.dividend, p.deposit_rate, p.reserve, p.bank_payout, p.loss_write_down,
        parameters.households.deposit_share, p.money_market, p.money_market_speed,
    )  # fmt: skip
    if is_missing:
        household = regions.household_slot[actors.region[bank]]
        _open_missing(world, ClaimKind.DEPOSIT, household, bank, row[0], deposited, p.deposit_rate)
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
