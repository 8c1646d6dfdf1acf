"""What an innovation platform takes in and spends in a quarter, and what its members get of it."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_services import give_services, improve, service_levels, service_use
from abm.state.accounts import Books, pay
from abm.state.codes import Instrument, Kind, Purpose
from abm.types import BoolArray, FloatArray, IntArray

_PLATFORM = int(Instrument.PLATFORM)
_FIRM = int(Kind.FIRM)
_FEE, _SUPPORT, _COST = np.int64(Purpose.FEE), np.int64(Purpose.PLATFORM_SUPPORT), np.int64(Purpose.PLATFORM_COST)
_ROUNDING = 1e-9
"""Part of its cost: a platform that lacks less after its core members paid lacks nothing."""


@kernel
def running_costs(
    rows: IntArray, candidate: IntArray, kind: IntArray, region: IntArray, sales: FloatArray, actor: IntArray,
    n_regions: int, rate: float,
) -> FloatArray:  # fmt: skip
    """Return what the platform of each row normally costs a quarter: ``rate`` of the sales of its region's firms.

    >>> sales, zero = np.array([30.0, 10.0, 5.0, 0.0]), np.zeros(4, int)
    >>> running_costs(np.array([1]), np.arange(3), np.array([0, 0, 1, 6]), zero, sales, np.array([-1, 3]), 1,
    ...     0.25).tolist()
    [0.0, 10.0]
    """
    total = np.zeros(n_regions)
    for a in range(len(candidate)):
        i = candidate[a]
        if kind[i] == _FIRM:
            total[region[i]] += sales[i]
    cost = np.zeros(len(actor))
    for q in range(len(rows)):
        p = rows[q]
        cost[p] = rate * total[region[actor[p]]]
    return cost


@kernel
def collect_fees(
    rows: IntArray, candidate: IntArray, member: IntArray, due: FloatArray, actor: IntArray, income: FloatArray,
    n_members: IntArray, books: Books,
) -> None:  # fmt: skip
    """Let members pay their fees, and count members.

    ``member`` (row of the platform, -1 for none) and ``due`` are by candidate, the rest by row of the platform.

    >>> books = Books(np.array([5.0, 5.0, 0.0]), np.array([0, 0, 6]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> income, members = np.zeros(1), np.zeros(1, int)
    >>> collect_fees(np.array([0]), np.array([0, 1]), np.array([0, -1]), np.array([2.0, 1.0]), np.array([2]), income,
    ...     members, books)
    >>> income.tolist(), members.tolist(), books.cash.tolist()
    ([2.0], [1], [3.0, 5.0, 2.0])
    """
    for q in range(len(rows)):
        income[rows[q]] = 0.0
        n_members[rows[q]] = 0
    for a in range(len(candidate)):
        p = member[a]
        if p >= 0:
            income[p] += pay(books, candidate[a], actor[p], due[a], _FEE)
            n_members[p] += 1


@kernel
def public_support(
    rows: IntArray, actor: IntArray, missing: FloatArray, support: FloatArray, budget: FloatArray,
    government: IntArray, books: Books,
) -> None:  # fmt: skip
    """Let government carry what is still missing, each platform up to an equal part of its region's budget.

    What platforms lack or get is by row, ``budget`` by region and instrument: million yuan.
    """
    number = np.zeros(len(budget))
    spent = np.zeros(len(budget))
    for q in range(len(rows)):
        number[books.region[actor[rows[q]]]] += 1.0
    for q in range(len(rows)):
        p = rows[q]
        r = books.region[actor[p]]
        paid = pay(books, government[r], actor[p], min(missing[p], budget[r, _PLATFORM] / number[r]), _SUPPORT)
        support[p] += paid
        spent[r] += paid
    for r in range(len(budget)):
        if number[r] > 0.0:
            budget[r, _PLATFORM] = max(0.0, budget[r, _PLATFORM] - spent[r])


@kernel
def sponsoring(
    candidate: IntArray, member: IntArray, is_core: BoolArray, sales: FloatArray, actor: IntArray, missing: FloatArray,
    support: FloatArray, rate: float, books: Books,
) -> None:  # fmt: skip
    """Let core members carry what is missing, each in proportion to its sales and at most ``rate`` of them.

    >>> books = Books(np.array([5.0, 5.0, 0.0]), np.array([0, 0, 6]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> support, missing, yes = np.zeros(1), np.array([2.0]), np.ones(3, np.bool_)
    >>> sponsoring(np.array([0, 1]), np.array([0, 0]), yes, np.array([30.0, 10.0, 0.0]), np.array([2]), missing,
    ...     support, 0.1, books)  # they offer 3 and 1, half of it is needed
    >>> support.tolist(), missing.tolist(), books.cash.tolist()
    ([2.0], [0.0], [3.5, 4.5, 2.0])
    """
    offered = np.zeros(len(missing))
    for a in range(len(candidate)):
        if member[a] >= 0 and is_core[candidate[a]]:
            offered[member[a]] += rate * sales[candidate[a]]
    for p in range(len(missing)):
        offered[p] = rate * min(1.0, missing[p] / max(offered[p], 1e-12))
    for a in range(len(candidate)):
        i, p = candidate[a], member[a]
        if p >= 0 and is_core[i]:
            paid = pay(books, i, actor[p], offered[p] * sales[i], _SUPPORT)
            support[p] += paid
            missing[p] = max(0.0, missing[p] - paid)


@kernel
def balance(
    rows: IntArray, candidate: IntArray, member: IntArray, is_core: BoolArray, sales: FloatArray, actor: IntArray,
    cost: FloatArray, income: FloatArray, support: FloatArray, spending: FloatArray, loss_quarters: IntArray,
    budget: FloatArray, government: IntArray, household: IntArray, rate: float, books: Books,
) -> None:  # fmt: skip
    """Let core members and then government carry what is missing, and let platforms pay their staff.

    A platform wants cash for two quarters of its cost; of what it has beyond four quarters it spends a part. It counts
    the quarters in a row that needed public money: in which fees and core members paid less than the cost and it lacks
    cash. ``cost`` to ``loss_quarters`` are by row of the platform.

    >>> books = Books(np.array([4.0, 9.0, 0.0]), np.array([6, 2, 7]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> none, zero, budget = np.zeros(0, int), np.array([0]), np.full((1, 12), 1.5)
    >>> support, spending, losses = np.zeros(1), np.zeros(1), np.array([4])
    >>> balance(zero, none, none, np.zeros(3, np.bool_), np.zeros(3), zero, np.array([3.0]), np.array([2.0]), support,
    ...     spending, losses, budget, np.array([1]), np.array([2]), 0.1, books)
    >>> support.tolist(), spending.tolist(), losses.tolist(), float(budget[0, 3]), books.cash.tolist()
    ([1.5], [3.0], [5], 0.0, [2.5, 7.5, 3.0])
    """
    missing = np.zeros(len(actor))
    for q in range(len(rows)):
        support[rows[q]] = 0.0
        missing[rows[q]] = max(0.0, 2.0 * cost[rows[q]] - books.cash[actor[rows[q]]])
    sponsoring(candidate, member, is_core, sales, actor, missing, support, rate, books)
    for q in range(len(rows)):
        p = rows[q]
        is_loss = missing[p] > _ROUNDING * cost[p] and income[p] + support[p] < cost[p]
        loss_quarters[p] = loss_quarters[p] + 1 if is_loss else 0
    public_support(rows, actor, missing, support, budget, government, books)
    for q in range(len(rows)):
        p = rows[q]
        cash = books.cash[actor[p]]
        wanted = cost[p] + 0.25 * max(0.0, cash - 4.0 * cost[p])
        spending[p] = pay(books, actor[p], household[books.region[actor[p]]], min(wanted, cash), _COST)


@kernel
def serve_members(
    rows: IntArray, candidate: IntArray, need: BoolArray, member: IntArray, fit: FloatArray, due: FloatArray,
    openness: FloatArray, is_core: BoolArray, sector: IntArray, sales: FloatArray, actor: IntArray,
    quality: FloatArray, has_service: BoolArray, load: FloatArray, income: FloatArray, support: FloatArray,
    spending: FloatArray, n_members: IntArray, loss_quarters: IntArray, budget: FloatArray, government: IntArray,
    household: IntArray, service: FloatArray, books: Books, n_sectors: int, running_cost: float, rate: float,
    build: float, decay: float, slots: float, pilot_slots: float, own_facilities: float,
) -> None:  # fmt: skip
    """Let platforms collect fees, be helped, spend, improve and serve their members.

    ``need`` to ``due`` are by candidate (``member`` is the row of the platform, -1 for none), ``openness`` by region;
    the columns of actors from ``is_core``, those of platforms from ``actor``, those of regions from ``budget``.
    """
    cost = running_costs(rows, candidate, books.kind, books.region, sales, actor, len(government), running_cost)
    collect_fees(rows, candidate, member, due, actor, income, n_members, books)
    balance(
        rows, candidate, member, is_core, sales, actor, cost, income, support, spending, loss_quarters, budget,
        government, household, rate, books,
    )  # fmt: skip
    users, diversity = service_use(candidate, member, books.kind, sector, need, len(actor), n_sectors)
    improve(rows, cost, spending, has_service, diversity, quality, build, decay)
    for q in range(len(rows)):
        for v in range(users.shape[1]):
            load[rows[q], v] = users[rows[q], v]
    level = service_levels(
        rows, actor, books.region, quality, has_service, load, openness, slots, pilot_slots, own_facilities
    )
    give_services(candidate, member, fit, level, service)
