"""Capital from outside and venture capital: money follows past returns and visible investment (model.md line 8).

The accumulation of capital attracts other capital (zhao2020 III.B); platforms introduce venture funds (li 3.C).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.assignment import assigned
from abm.state.codes import ClaimKind, Kind, Purpose, Service
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_VENTURE = int(Service.VENTURE)
_EQUITY = int(ClaimKind.EQUITY)
_CRUMB = 1e-6
"""Million yuan."""


@kernel
def outside_offers(
    firm: IntArray,
    region: IntArray,
    margin: FloatArray,
    sales: FloatArray,
    profit: FloatArray,
    cash: FloatArray,
    equipment: FloatArray,
    planned_equipment: FloatArray,
    research_spending: FloatArray,
    last_return: FloatArray,
    visible_investment: FloatArray,
    inflow: float,
    sensitivity: float,
) -> FloatArray:
    """Return what outside investors put into each firm, million yuan, and write what they saw of each region.

    A region draws inflow * sales at most, less when returns are low. Its firms share it by their pull: size times
    exp(sensitivity (margin + visible investment / sales)).

    >>> firm, both, seen = np.array([0, 1]), np.array([30.0, 10.0]), [np.zeros(1), np.zeros(1)]
    >>> zero = 0.0 * both
    >>> outside_offers(firm, 0 * firm, zero, both, zero, both, both, zero, zero, *seen, 0.2, 10.0).tolist()
    [3.0, 1.0]
    """
    n_regions = len(last_return)
    pull = np.zeros(len(firm))
    total, sold, earned, worth = np.zeros(n_regions), np.zeros(n_regions), np.zeros(n_regions), np.zeros(n_regions)
    for r in range(n_regions):
        visible_investment[r] = 0.0
    for f in range(len(firm)):
        i = firm[f]
        r = region[i]
        visible = planned_equipment[i] + research_spending[i]
        if sales[i] > 0.0:
            seen = margin[i] + min(1.0, visible / sales[i])
            pull[f] = sales[i] * math.exp(max(-5.0, min(5.0, sensitivity * seen)))
        visible_investment[r] += visible
        total[r] += pull[f]
        sold[r] += sales[i]
        earned[r] += profit[i]
        worth[r] += cash[i] + equipment[i]
    drawn = np.zeros(n_regions)
    for r in range(n_regions):
        last_return[r] = earned[r] / max(worth[r], 1e-9)
        mood = max(0.0, min(2.0, 1.0 + sensitivity * last_return[r])) / 2.0
        drawn[r] = inflow * sold[r] * mood
    amount = np.zeros(len(firm))
    for f in range(len(firm)):
        amount[f] = drawn[region[firm[f]]] * pull[f] / max(total[region[firm[f]]], 1e-12)
    return amount


@kernel
def venture_offers(
    able: IntArray, fund: IntArray, service: FloatArray, absorption: FloatArray, cash: FloatArray, share: float
) -> FloatArray:
    """Return what each firm with projects gets of its fund's cash, million yuan: by absorption and introduction.

    ``able`` lists slots of firms, ``fund`` those of their funds; a platform's introduction is one of the services.

    >>> venture_offers(np.array([0, 1]), np.array([2, 2]), np.ones((3, 6)), np.array([0.3, 0.1, 0.0]),
    ...                np.array([0.0, 0.0, 80.0]), 0.05).round(9).tolist()
    [3.0, 1.0]
    """
    chance = np.zeros(len(able))
    total = np.zeros(len(cash))
    for f in range(len(able)):
        chance[f] = (0.2 + 0.8 * service[able[f], _VENTURE]) * absorption[able[f]]
        total[fund[f]] += chance[f]
    for f in range(len(able)):
        chance[f] = share * cash[fund[f]] * chance[f] / max(total[fund[f]], 1e-12)
    return chance


@kernel
def buy_equity(
    books: Books,
    investor: IntArray,
    firm: IntArray,
    amount: FloatArray,
    is_active: BoolArray,
    kind: IntArray,
    creditor: IntArray,
    debtor: IntArray,
    principal: FloatArray,
    purpose: int,
) -> FloatArray:
    """Pay each investment and add it to the equity its investor has in the firm; return what is not booked yet.

    The last columns are those of claims. Million yuan by place in ``firm``; crumbs are not worth a contract.

    >>> from abm.state.accounts import books_with
    >>> books, principal, zero = books_with([0.0, 0.0, 9.0]), np.array([5.0]), np.array([0])
    >>> buy_equity(books, np.array([2, 2]), np.array([0, 1]), np.array([3.0, 4.0]), np.array([True]), zero + 1,
    ...            zero + 2, zero, principal, 14).tolist()
    [0.0, 4.0]
    >>> principal.tolist(), books.cash.tolist()
    ([8.0], [3.0, 4.0, 2.0])
    """
    buyer = np.full(len(books.cash), -1, np.int64)
    for f in range(len(firm)):
        if amount[f] > _CRUMB:
            buyer[firm[f]] = investor[f]
    row = np.full(len(books.cash), -1, np.int64)
    for c in range(len(kind)):
        if is_active[c] and kind[c] == _EQUITY and creditor[c] == buyer[debtor[c]]:
            row[debtor[c]] = c
    unbooked = np.zeros(len(firm))
    for f in range(len(firm)):
        if amount[f] > _CRUMB:
            value = pay(books, investor[f], firm[f], amount[f], purpose)
            if row[firm[f]] >= 0:
                principal[row[firm[f]]] += value
            else:
                unbooked[f] = value
    return unbooked


@rule(
    writes=("claims.*", "regions.last_return", "regions.visible_investment", *accounts.WRITES),
    source="zhao2020:III.B; li:3.C",
    off={"finance.outside_inflow": 0.0, "finance.venture_share": 0.0},
    needs_rows={"claims": 2.0},
)
def invest_from_outside(world: World, parameters: Parameters, draws: Draws) -> None:
    """Outside investors and venture funds buy equity: capital follows returns and visible investment.

    Equation   inflow = bound * sales, shared by size * exp(sensitivity (margin + visible investment / sales));
               venture fund: venture_share of its cash to firms with projects, more where a platform introduces them
    Units      million yuan per quarter
    Source     zhao2020 III.B (accumulated capital attracts other capital), li 3.C (venture service)
    Draws      none
    Off when   finance.outside_inflow = 0 and finance.venture_share = 0
    """
    p, actors, regions = parameters.finance, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0 or (p.outside_inflow == 0.0 and p.venture_share == 0.0):
        return
    amount = outside_offers(
        firm, actors.region, actors.margin, actors.sales, actors.profit, actors.cash, actors.equipment,
        actors.planned_equipment, actors.research_spending, regions.last_return, regions.visible_investment,
        p.outside_inflow, p.outside_sensitivity,
    )  # fmt: skip
    if p.outside_inflow > 0.0:
        outside = np.full(len(firm), world.rest_of_world)
        _buy_equity(world, outside, firm, amount, Purpose.OUTSIDE_INVESTMENT)
    funds = world.slots(Kind.VENTURE_FUND)
    able = firm[actors.n_projects[firm] > 0]
    if len(funds) and len(able) and p.venture_share > 0.0:
        fund = assigned(world, able, funds)
        amount = venture_offers(able, fund, actors.service, actors.absorption, actors.cash, p.venture_share)
        _buy_equity(world, fund, able, amount, Purpose.EQUITY)


def _buy_equity(world: World, investor: IntArray, firm: IntArray, amount: FloatArray, purpose: Purpose) -> None:
    """Pay and book equity, one claim per investor and firm."""
    claims = world.claims
    unbooked = buy_equity(
        books_of(world), investor, firm, amount, claims.is_active, claims.kind, claims.creditor, claims.debtor,
        claims.principal, int(purpose),
    )  # fmt: skip
    new = np.flatnonzero(unbooked)
    if len(new):
        accounts.open_claims(world, ClaimKind.EQUITY, investor[new], firm[new], unbooked[new], np.zeros(len(new)))
