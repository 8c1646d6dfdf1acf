"""Technology from others: licences from abroad and at home, and the work of understanding what can be seen.

Introduced technology teaches those who can digest it and whose management fits it, and it teaches management too;
nobody goes far by imports alone, for part of the frontier cannot be bought and near it little is left (zhao2020
III.D; ren 2.2.2). Results found in the region can be licensed, the more of the money goes to their holder the better
they are protected (cheng 4.2, 4.3; li 3.A). Imitators pay for engineers who take products apart; what they learn comes
along their ties.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_licences import digest_licences, equipment_fit, licensed_fields, patent_holders
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts, ledger
from abm.state.accounts import Books, books_of, pay
from abm.state.causes import needs_of
from abm.state.codes import Event, Kind, Mode, Purpose, Service
from abm.state.trade_terms import purchasable
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import border_openness, people_cost

_FIRM = int(Kind.FIRM)
_IMITATE = int(Mode.IMITATE)
_INTRODUCE = int(Mode.INTRODUCE)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_TRAINING = int(Service.TRAINING)
_WAGES, _FEE, _RESULTS = np.int64(Purpose.RESEARCH), np.int64(Purpose.LICENCE), np.int64(Purpose.RESULTS)


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
def pay_licences(
    books: Books, firm: IntArray, source: IntArray, purse: FloatArray, mode: IntArray, year_income: FloatArray,
    household: IntArray, outside: int, protection: float,
) -> None:  # fmt: skip
    """Pay the outside world, or of what is licensed at home the protected part to its holder, the rest to engineers.

    For a holder that does research the money is income of its year.

    >>> import numpy as np
    >>> books, income, mode = accounts.books_with([5.0, 0.0, 0.0]), np.zeros(3), np.array([4, 1, 0])
    >>> firm, source, purse = np.array([0, 0]), np.array([1, -1]), np.array([2.0, 1.0])
    >>> pay_licences(books, firm, source, purse, mode, income, np.array([2]), 2, 0.75)
    >>> books.cash.tolist(), income.tolist()
    ([2.0, 1.5, 1.5], [0.0, 1.5, 0.0])
    """
    for f in range(len(firm)):
        i = firm[f]
        j = source[f]
        if j < 0:
            pay(books, i, outside, purse[f], _FEE)
            continue
        pay(books, i, household[books.region[i]], (1.0 - protection) * purse[f], _WAGES)
        got = pay(books, i, j, protection * purse[f], _RESULTS)
        if mode[j] == _INDEPENDENT or mode[j] == _JOINT:
            year_income[j] += got


@kernel
def learn_from_others(
    books: Books, is_active: BoolArray, kind: IntArray, uid: UidArray, mode: IntArray, research_budget: FloatArray,
    sector: IntArray, expected_orders: FloatArray, orientation: FloatArray, absorption: FloatArray,
    management_fit: FloatArray, equipment_level: FloatArray, service: FloatArray, patent_level: FloatArray,
    patent_origin: IntArray, capability: FloatArray, year_gain: FloatArray, year_cost: FloatArray,
    year_income: FloatArray, knowledge_stock: FloatArray, stock: FloatArray, gain: FloatArray, total_gain: FloatArray,
    household: IntArray, frontier: FloatArray, weight: FloatArray, pull: FloatArray, buyable: FloatArray,
    openness: FloatArray, outside: int, cash_share: float, importable: float, digestion: float, reference: FloatArray,
    fit_learning: float, experience: float, equipment_match: float, fit_training: float, licensing: bool,
    protection: float, rival_care: float, key: np.uint64,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Let imitators pay their engineers, and firms that introduce buy licences and digest them; train management.

    Return the firms that learned from a licence, the field of each, whose it is (-1 abroad), and what it paid, million
    yuan.
    """
    imitator, spent, firm, purse = spend_on_others(
        is_active, kind, mode, research_budget, books.cash, cash_share, year_cost, knowledge_stock
    )  # fmt: skip
    for f in range(len(imitator)):
        pay(books, imitator[f], household[books.region[imitator[f]]], spent[f], _WAGES)
    holder = patent_holders(is_active, patent_level)
    field, gap, source = licensed_fields(
        firm, purse, books.region, sector, weight, pull, buyable, frontier, capability, importable,
        holder if licensing else holder[:0], patent_level, kind, uid, expected_orders, orientation, openness,
        protection, rival_care, key,
    )  # fmt: skip
    abroad, match = np.empty(len(frontier)), np.empty(len(firm))
    for k in range(len(frontier)):
        abroad[k] = importable * buyable[k]
    for f in range(len(firm)):
        match[f] = equipment_fit(
            firm[f], sector[firm[f]], equipment_level, weight, frontier, abroad, equipment_match
        )  # fmt: skip
    pay_licences(books, firm, source, purse, mode, year_income, household, outside, protection)
    learned = digest_licences(
        firm, field, gap, source, purse, books.region, sector, weight, frontier, absorption, management_fit,
        match, patent_origin, capability, year_gain, year_cost, knowledge_stock, stock, gain, total_gain, digestion,
        reference, fit_learning, experience,
    )  # fmt: skip
    for i in range(len(is_active)):
        if is_active[i] and kind[i] == _FIRM:
            management_fit[i] += fit_training * service[i, _TRAINING] * (1.0 - management_fit[i])
    for e in range(len(learned)):
        f = learned[e]
        firm[e], field[e], source[e], purse[e] = firm[f], field[f], source[f], purse[f]
    number = len(learned)
    return firm[:number], field[:number], source[:number], purse[:number]


@rule(
    writes=(
        "actors.capability", "actors.year_gain", "actors.year_cost", "actors.year_income", "actors.management_fit",
        "actors.knowledge_stock", *ledger.WRITES, *accounts.WRITES,
    ),
    source="zhao2020:III.D; ren:2.2.2; li:2.B; li:3.A; cheng:4.2; cheng:4.3",
    off={"switches.innovation": False},
)  # fmt: skip
def introduce_technology(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms that introduce license abroad or at home and digest what they get; firms that imitate pay their engineers.

    Equation   dA_ik = digestion absorption fit match (1 - exp(-paid / reference)) max(0, B - A_ik) in the field with
               the largest (pull_k + W_sk) gap_k;
               B = importable (1 - embargo_k) F_k abroad, the holder's result at home; a holder gets protection paid,
               and sells to a rival if protection > care S_i / (S_i + S_j); fit grows by
               (fit_learning + fit_training training service) (1 - fit); match = min(1, e / sum_k W_sk importable
               (1 - embargo_k) F_k)^equipment_match
    Units      A, B, F, e: level; paid, S: million yuan per quarter; digestion, fit_learning, fit_training:
               1/quarter; others: 1
    Source     zhao2020 III.D (introduce, match equipment and management, digest), IV; ren 2.2.2 (stuck technologies);
               li 2.B (imitation), 3.A (sharing of common technologies);
               cheng 4.2 (licences), 4.3 (rewards of protection)
    Draws      sale of result (three a pair)
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a, st, books = parameters.innovation, world.actors, world.structure, world.ledger
    licensee, field, holder, paid = learn_from_others(
        books_of(world), a.is_active, a.kind, a.uid, a.mode, a.research_budget, a.sector, a.expected_orders,
        a.orientation, a.absorption, a.management_fit, a.equipment_level, a.service, a.patent_level, a.patent_origin,
        a.capability, a.year_gain, a.year_cost, a.year_income, a.knowledge_stock, books.stock, books.gain,
        books.total_gain, world.regions.household_slot, world.fields.frontier, st.weight, world.needs.pull,
        purchasable(st, parameters.frontier.embargo_factor),
        border_openness(st, parameters.market.open_borders), world.rest_of_world, p.cash_share, p.importable,
        p.digestion, p.licence_reference * people_cost(world.regions.wage, parameters.production), p.fit_learning,
        p.licence_experience, p.equipment_match, p.fit_training, parameters.switches.licensing,
        parameters.learning.protection, p.rival_care, draws.key("sale of result"),
    )  # fmt: skip
    if len(licensee):
        at_home = holder >= 0
        world.events.add(
            Event.LICENCE, world.quarter, a.uid[licensee], region=a.region[licensee],
            partner=np.where(at_home, a.uid[holder], np.uint64(0)), field=field, channel=at_home.astype(np.int64),
            amount=paid, cause=needs_of(world, a.region[licensee], a.sector[licensee], field),
        )  # fmt: skip
