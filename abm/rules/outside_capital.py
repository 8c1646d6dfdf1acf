"""Capital from outside and venture capital: money follows past returns and visible investment (model.md line 8).

The accumulation of capital attracts other capital (zhao2020 III.B); platforms introduce venture funds (li 3.C), which
share the cost of pilots, the step that firms dare least (ren 4.3), and live on what their stakes bring when they sell.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_venture import pilot_bills, sell_stakes, venture_offers
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay, write_claims
from abm.state.assignment import chosen_by_identity
from abm.state.codes import ClaimKind, Event, Kind, Purpose
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import border_openness

_EQUITY = np.int64(ClaimKind.EQUITY)
_FROM_OUTSIDE, _FROM_FUND = np.int64(Purpose.OUTSIDE_INVESTMENT), np.int64(Purpose.EQUITY)
_A_YEAR = 0.25
"""Weight of a quarter in what a region is seen to invest."""
_WIDEST = 2.0
"""Largest exponent by which a region attracts more or less capital than its sales would."""
_CRUMB = 1e-6
"""Million yuan: a smaller investment is not worth a contract."""


@kernel
def across_regions(
    drawn: FloatArray, sold: FloatArray, last_return: FloatArray, visible_investment: FloatArray,
    openness: FloatArray, sensitivity: float,
) -> None:  # fmt: skip
    """Let the open part of what each region draws go where returns and visible investment are; the total is unchanged.

    A region attracts its sales times exp(sensitivity (last return + visible investment / sales - mean)), that exponent
    within 2 either way; the mean is by sales. Of two alike, one has seen more invested; a fifth of 10 is open:

    >>> drawn, sold, zero = np.array([10.0, 0.0]), np.array([50.0, 50.0]), np.zeros(2)
    >>> across_regions(drawn, sold, zero, np.array([0.0, 10.0]), np.array([0.2, 0.2]), math.log(3.0) / 0.2)
    >>> drawn.round(9).tolist()
    [8.5, 1.5]
    """
    pool, total, mean, attracted = 0.0, 0.0, 0.0, 0.0
    for r in range(len(drawn)):
        pool += openness[r] * drawn[r]
        total += sold[r]
        mean += sold[r] * last_return[r] + visible_investment[r]
    if len(drawn) == 1 or pool <= 0.0 or total <= 0.0:
        return
    attraction = np.zeros(len(drawn))
    for r in range(len(drawn)):
        if sold[r] > 0.0:
            better = last_return[r] + visible_investment[r] / sold[r] - mean / total
            attraction[r] = sold[r] * math.exp(max(-_WIDEST, min(_WIDEST, sensitivity * better)))
        attracted += attraction[r]
    for r in range(len(drawn)):
        drawn[r] += pool * attraction[r] / attracted - openness[r] * drawn[r]


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
    openness: FloatArray,
    inflow: float,
    sensitivity: float,
) -> FloatArray:
    """Return what outside investors put into each firm, million yuan, and write what they saw of each region.

    A region draws inflow * sales at most, less when returns are low; the part that is open goes to any region, see
    `across_regions`. Its firms share it by their pull: size times exp(sensitivity (margin + visible investment /
    sales)). What a region is seen to invest is smoothed over a year.

    >>> firm, both, seen = np.array([0, 1]), np.array([30.0, 10.0]), [np.zeros(1), np.zeros(1)]
    >>> zero = 0.0 * both
    >>> outside_offers(firm, 0 * firm, zero, both, zero, both, both, zero, zero, *seen, zero[:1], 0.2, 10.0).tolist()
    [3.0, 1.0]
    """
    n_regions = len(last_return)
    pull = np.zeros(len(firm))
    total, sold, earned, worth = np.zeros(n_regions), np.zeros(n_regions), np.zeros(n_regions), np.zeros(n_regions)
    for r in range(n_regions):
        visible_investment[r] *= 1.0 - _A_YEAR
    for f in range(len(firm)):
        i = firm[f]
        r = region[i]
        visible = planned_equipment[i] + research_spending[i]
        if sales[i] > 0.0:
            seen = margin[i] + min(1.0, visible / sales[i])
            pull[f] = sales[i] * math.exp(max(-5.0, min(5.0, sensitivity * seen)))
        visible_investment[r] += _A_YEAR * visible
        total[r] += pull[f]
        sold[r] += sales[i]
        earned[r] += profit[i]
        worth[r] += cash[i] + equipment[i]
    drawn = np.zeros(n_regions)
    for r in range(n_regions):
        last_return[r] = earned[r] / max(worth[r], 1e-9)
        mood = max(0.0, min(2.0, 1.0 + sensitivity * last_return[r])) / 2.0
        drawn[r] = inflow * sold[r] * mood
    across_regions(drawn, sold, last_return, visible_investment, openness, sensitivity)
    amount = np.zeros(len(firm))
    for f in range(len(firm)):
        amount[f] = drawn[region[firm[f]]] * pull[f] / max(total[region[firm[f]]], 1e-12)
    return amount


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
    purpose: int | np.int64,
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


@kernel
def note_worth(firm: IntArray, offered: FloatArray, net_worth: FloatArray) -> None:
    """Add what was invested in each firm to its net worth."""
    for f in range(len(firm)):
        if offered[f] > _CRUMB:
            net_worth[firm[f]] += offered[f]


@kernel
def invest(
    firm: IntArray, fund: IntArray, books: Books, uid: UidArray, actor_is_active: BoolArray, margin: FloatArray,
    sales: FloatArray, profit: FloatArray, equipment: FloatArray, planned_equipment: FloatArray,
    research_spending: FloatArray, net_worth: FloatArray, service: FloatArray, last_return: FloatArray,
    visible_investment: FloatArray, is_active: BoolArray, kind: IntArray, creditor: IntArray, debtor: IntArray,
    creditor_uid: UidArray, debtor_uid: UidArray, principal: FloatArray, rate: FloatArray, born: IntArray,
    openness: FloatArray, is_project: BoolArray, project_kind: IntArray, stage: IntArray, remaining: IntArray,
    n_members: IntArray, member: IntArray, member_uid: UidArray, cost: FloatArray, venture_share: FloatArray,
    outside: int, quarter: int, inflow: float, sensitivity: float, venture_fund_share: float, venture_part: float,
    years: float, development_cost: float, pilot_cost: float, pilot_quarters: int,
) -> tuple[bool, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Let venture funds sell, and outside investors and venture funds buy equity, one claim per investor and firm.

    ``firm`` and ``fund`` list slots; the columns of actors come first, then those of regions, claims and projects.
    Return whether the table of claims had room for the new ones, and what was sold, see `sell_stakes`.
    """
    who, bills, has_succeeded = pilot_bills(
        is_project, project_kind, stage, remaining, n_members, member, member_uid, cost, venture_share,
        actor_is_active, books.kind, uid, development_cost, pilot_cost, pilot_quarters,
    )  # fmt: skip
    oldest = quarter - int(4.0 * years)
    sold, seller, price = sell_stakes(
        books, uid, has_succeeded, is_active, kind, creditor, debtor, creditor_uid, principal, born, outside, oldest
    )
    offered = outside_offers(
        firm, books.region, margin, sales, profit, books.cash, equipment, planned_equipment, research_spending,
        last_return, visible_investment, openness, inflow, sensitivity,
    )  # fmt: skip
    bill = np.zeros(len(uid))
    for p in range(len(who)):
        if who[p] >= 0:
            bill[who[p]] += bills[p]
    able = np.empty(len(firm), np.int64)
    n_able = 0
    for i in firm:
        if bill[i] > 0.0:
            able[n_able] = i
            n_able += 1
    able = able[:n_able]
    investor, target = np.empty(len(firm) + n_able, np.int64), np.empty(len(firm) + n_able, np.int64)
    value = np.empty(len(firm) + n_able)
    new = 0
    if inflow > 0.0:
        world = np.full(len(firm), outside, np.int64)
        unbooked = buy_equity(books, world, firm, offered, is_active, kind, creditor, debtor, principal, _FROM_OUTSIDE)
        note_worth(firm, offered, net_worth)
        for f in range(len(firm)):
            if unbooked[f] > 0.0:
                investor[new], target[new], value[new] = outside, firm[f], unbooked[f]
                new += 1
    if len(fund) > 0 and n_able > 0 and venture_fund_share > 0.0:
        own = chosen_by_identity(able, fund, uid, books.region, len(last_return))
        offered = venture_offers(able, own, service, bill, books.cash, venture_fund_share, venture_part)
        unbooked = buy_equity(books, own, able, offered, is_active, kind, creditor, debtor, principal, _FROM_FUND)
        note_worth(able, offered, net_worth)
        for f in range(n_able):
            bill[able[f]] = offered[f] / bill[able[f]] if offered[f] > _CRUMB else 0.0
            if unbooked[f] > 0.0:
                investor[new], target[new], value[new] = own[f], able[f], unbooked[f]
                new += 1
        for p in range(len(who)):
            if who[p] >= 0:
                venture_share[p] = min(1.0, bill[who[p]])
    rows = write_claims(
        is_active, kind, creditor, debtor, creditor_uid, debtor_uid, principal, rate, born, uid, investor[:new],
        target[:new], value[:new], np.zeros(new), int(_EQUITY), quarter,
    )  # fmt: skip
    return len(rows) == new, sold, seller, price


@rule(
    writes=(
        "claims.*", "actors.net_worth", "projects.venture_share", "regions.last_return", "regions.visible_investment",
        *accounts.WRITES,
    ),
    source="zhao2020:III.B; li:3.C; ren:4.3",
    off={"switches.finance": False},
    needs_rows={"claims": 2.0},
)  # fmt: skip
def invest_from_outside(world: World, parameters: Parameters, draws: Draws) -> None:
    """Outside investors and venture funds buy equity: capital follows returns; funds pay for pilots, and sell later.

    Equation   inflow = bound * sales, shared by size * exp(sensitivity (margin + visible investment / sales)); the
               open part of it first by regions: sales * exp(sensitivity (return + visible investment / sales - mean));
               venture fund: venture_share of its cash, shared by (0.2 + 0.8 service) bill, at most venture_part bill;
               sold at book value when the pilot has succeeded or after venture_years
    Units      million yuan per quarter; bill: what is left to pay of own pilots, million yuan
    Source     zhao2020 III.B (accumulated capital attracts other capital), li 3.C (venture service), ren 4.3 (pilots)
    Draws      none
    Off when   switches.finance = false
    """
    p, actors, regions = parameters.finance, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0 or not parameters.switches.finance:
        return
    claims, pr, stages = world.claims, world.projects, parameters.innovation
    has_room, sold, seller, price = invest(
        firm, world.slots(Kind.VENTURE_FUND), books_of(world), actors.uid, actors.is_active, actors.margin,
        actors.sales, actors.profit, actors.equipment, actors.planned_equipment, actors.research_spending,
        actors.net_worth, actors.service, regions.last_return, regions.visible_investment, claims.is_active,
        claims.kind, claims.creditor, claims.debtor, claims.creditor_uid, claims.debtor_uid, claims.principal,
        claims.rate, claims.born, border_openness(world.structure, parameters.market.open_borders), pr.is_active,
        pr.kind, pr.stage, pr.remaining, pr.n_members, pr.member, pr.member_uid, pr.cost, pr.venture_share,
        world.rest_of_world, world.quarter, p.outside_inflow, p.outside_sensitivity, p.venture_share, p.venture_part,
        p.venture_years, stages.development_cost, stages.pilot_cost, stages.pilot_quarters,
    )  # fmt: skip
    if not has_room:
        raise ValueError("claims table is full")
    if len(sold):
        world.events.add(
            Event.STAKE_SOLD, world.quarter, actors.uid[sold], region=actors.region[sold], partner=actors.uid[seller],
            amount=price,
        )  # fmt: skip
