"""Technology from outside, and from what can be seen: licences, and the work of understanding others.

Introduced technology teaches those who can digest it and whose management fits it, and it teaches management too;
nobody goes far by imports alone, for part of the frontier cannot be bought and near it little is left (zhao2020
III.D; ren 2.2.2). Imitators pay for engineers who take products apart; what they learn comes along their ties.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts, ledger
from abm.state.accounts import Books, books_of, pay
from abm.state.causes import needs_of
from abm.state.codes import Event, Kind, Mode, Origin, Purpose, Route
from abm.state.trade_terms import purchasable
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray
from abm.valuation import people_cost

_FIRM = int(Kind.FIRM)
_IMITATE = int(Mode.IMITATE)
_INTRODUCE = int(Mode.INTRODUCE)
_INTRODUCTION = int(Origin.INTRODUCTION)
_LICENCE = int(Route.LICENCE)
_WAGES, _FEE = np.int64(Purpose.RESEARCH), np.int64(Purpose.LICENCE)


@kernel
def spend_on_others(
    is_active: BoolArray, kind: IntArray, mode: IntArray, research_budget: FloatArray, cash: FloatArray,
    cash_share: float, year_cost: FloatArray, knowledge_stock: FloatArray,
) -> tuple[IntArray, FloatArray, IntArray, FloatArray]:  # fmt: skip
    """Return the firms that imitate and what they spend, and the firms that introduce and what they could spend.

    That is their research budget as far as `cash_share` of their cash goes. What imitators spend is noted.

    >>> import numpy as np
    >>> cost, stock = np.zeros(3), np.ones(3)
    >>> found = spend_on_others(np.ones(3, np.bool_), np.zeros(3, np.int64), np.array([_INTRODUCE, 0, _IMITATE]),
    ...     np.array([2.0, 1.0, 1.0]), np.array([2.0, 9.0, 9.0]), 0.5, cost, stock)
    >>> [column.tolist() for column in found], cost.tolist(), stock.tolist()
    ([[2], [1.0], [0], [1.0]], [0.0, 0.0, 1.0], [1.0, 1.0, 2.0])
    """
    imitator = np.empty(len(is_active), np.int64)
    spent = np.empty(len(is_active))
    introducer = np.empty(len(is_active), np.int64)
    purse = np.empty(len(is_active))
    n_imitators = 0
    n_introducers = 0
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM or research_budget[i] <= 0.0:
            continue
        money = min(research_budget[i], cash_share * cash[i])
        if mode[i] == _IMITATE:
            imitator[n_imitators] = i
            spent[n_imitators] = money
            n_imitators += 1
            year_cost[i] += money
            knowledge_stock[i] += money
        elif mode[i] == _INTRODUCE:
            introducer[n_introducers] = i
            purse[n_introducers] = money
            n_introducers += 1
    imitators = imitator[:n_imitators].copy()
    introducers = introducer[:n_introducers].copy()
    return imitators, spent[:n_imitators].copy(), introducers, purse[:n_introducers].copy()


@kernel
def licensed_fields(
    firm: IntArray, purse: FloatArray, region: IntArray, sector: IntArray, weight: FloatArray, pull: FloatArray,
    buyable: FloatArray, frontier: FloatArray, capability: FloatArray, importable: float,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """Return the field each firm licenses, the largest (pull + W) x gap, and that gap in levels.

    The gap is to `importable` of the part of the frontier that can be bought. Whoever finds none keeps its `purse`.

    >>> import numpy as np
    >>> purse = np.array([1.0])
    >>> field, gap = licensed_fields(np.array([0]), purse, np.array([0]), np.array([0]), np.array([[0.3, 0.7]]),
    ...     np.zeros((1, 1, 2)), np.array([1.0, 0.7]), np.array([0.9, 1.0]), np.array([[0.4, 0.6]]), 1.0)
    >>> field.tolist(), gap.round(3).tolist(), purse.tolist()
    ([0], [0.5], [1.0])
    """
    field = np.full(len(firm), -1, np.int64)
    gap = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        best = 0.0
        for k in range(len(frontier)):
            behind = max(0.0, importable * buyable[k] * frontier[k] - capability[i, k])
            value = (pull[region[i], sector[i], k] + weight[sector[i], k]) * behind
            if value > best:
                best = value
                field[f] = k
                gap[f] = behind
        if field[f] < 0:
            purse[f] = 0.0
    return field, gap


@kernel
def digest_licences(
    firm: IntArray, field: IntArray, gap: FloatArray, paid: FloatArray, region: IntArray, sector: IntArray,
    weight: FloatArray, frontier: FloatArray, absorption: FloatArray, management_fit: FloatArray,
    capability: FloatArray, year_gain: FloatArray, year_cost: FloatArray, knowledge_stock: FloatArray,
    stock: FloatArray, gain: FloatArray, total_gain: FloatArray, digestion: float, reference: FloatArray,
    fit_learning: float, experience: float,
) -> IntArray:  # fmt: skip
    """Raise capability by what each firm digests, and its management fit and knowledge by experience.

    Return the places in `firm` of those that learned something.
    """
    learned = np.empty(len(firm), np.int64)
    number = 0
    for f in range(len(firm)):
        i = firm[f]
        k = field[f]
        if k < 0 or paid[f] <= 0.0:
            continue
        year_cost[i] += paid[f]
        knowledge_stock[i] += experience * paid[f]
        bought = 1.0 - math.exp(-paid[f] / reference[region[i]])
        amount = digestion * absorption[i] * management_fit[i] * bought * gap[f]
        capability[i, k] += amount
        year_gain[i] += weight[sector[i], k] * amount / frontier[k]
        ledger.book(stock, gain, total_gain, i, amount, _INTRODUCTION, _LICENCE)
        management_fit[i] += fit_learning * bought * (1.0 - management_fit[i])
        if amount > 0.0:
            learned[number] = f
            number += 1
    return learned[:number].copy()


@kernel
def learn_from_others(
    books: Books, is_active: BoolArray, kind: IntArray, mode: IntArray, research_budget: FloatArray,
    sector: IntArray, absorption: FloatArray, management_fit: FloatArray, capability: FloatArray,
    year_gain: FloatArray, year_cost: FloatArray, knowledge_stock: FloatArray, stock: FloatArray, gain: FloatArray,
    total_gain: FloatArray, household: IntArray, frontier: FloatArray, weight: FloatArray, pull: FloatArray,
    buyable: FloatArray, outside: int, cash_share: float, importable: float, digestion: float, reference: FloatArray,
    fit_learning: float, experience: float,
) -> tuple[IntArray, IntArray, FloatArray]:  # fmt: skip
    """Let imitators pay their engineers, and firms that introduce buy licences and digest them.

    Return the firms that learned from a licence, the field of each, and what it paid, million yuan.
    """
    imitator, spent, firm, purse = spend_on_others(
        is_active, kind, mode, research_budget, books.cash, cash_share, year_cost, knowledge_stock
    )  # fmt: skip
    for f in range(len(imitator)):
        pay(books, imitator[f], household[books.region[imitator[f]]], spent[f], _WAGES)
    field, gap = licensed_fields(
        firm, purse, books.region, sector, weight, pull, buyable, frontier, capability, importable
    )  # fmt: skip
    for f in range(len(firm)):
        pay(books, firm[f], outside, purse[f], _FEE)
    learned = digest_licences(
        firm, field, gap, purse, books.region, sector, weight, frontier, absorption, management_fit, capability,
        year_gain, year_cost, knowledge_stock, stock, gain, total_gain, digestion, reference, fit_learning, experience,
    )  # fmt: skip
    for e in range(len(learned)):
        f = learned[e]
        firm[e], field[e], purse[e] = firm[f], field[f], purse[f]
    return firm[: len(learned)], field[: len(learned)], purse[: len(learned)]


@rule(
    writes=(
        "actors.capability", "actors.year_gain", "actors.year_cost", "actors.management_fit",
        "actors.knowledge_stock", *ledger.WRITES, *accounts.WRITES,
    ),
    source="zhao2020:III.D; ren:2.2.2; li:2.B",
    off={"switches.innovation": False},
)  # fmt: skip
def introduce_technology(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms that introduce pay for licences abroad and digest them; firms that imitate pay their engineers.

    Equation   dA_ik = digestion absorption fit (1 - exp(-paid / reference)) max(0, importable (1 - embargo_k) F_k -
               A_ik) in the field with the largest (pull_k + W_sk) gap_k; fit grows by fit_learning (1 - fit)
    Units      A, F: level; paid: million yuan per quarter; digestion, fit_learning: 1/quarter; others: 1
    Source     zhao2020 III.D (introduce, match management, digest); ren 2.2.2 (stuck technologies); li 2.B (imitation)
    Draws      none
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, st, books = parameters.innovation, world.actors, world.structure, world.ledger
    licensee, field, paid = learn_from_others(
        books_of(world), a.is_active, a.kind, a.mode, a.research_budget, a.sector, a.absorption, a.management_fit,
        a.capability, a.year_gain, a.year_cost, a.knowledge_stock, books.stock, books.gain, books.total_gain,
        world.regions.household_slot, world.fields.frontier, st.weight, world.needs.pull,
        purchasable(st, parameters.frontier.embargo_factor), world.rest_of_world, p.cash_share, p.importable,
        p.digestion, p.licence_reference * people_cost(world.regions.wage, parameters.production), p.fit_learning,
        p.licence_experience,
    )  # fmt: skip
    if len(licensee):
        world.events.add(
            Event.LICENCE, world.quarter, a.uid[licensee], region=a.region[licensee], field=field,
            channel=_INTRODUCE, amount=paid, cause=needs_of(world, a.region[licensee], a.sector[licensee], field),
        )  # fmt: skip
