"""What an innovation platform takes in and spends in a quarter, and what its services are worth."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.accounts import Books, pay
from abm.state.codes import N_SERVICES, Instrument, Kind, Purpose, Service
from abm.types import BoolArray, FloatArray, IntArray

_PLATFORM = int(Instrument.PLATFORM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_FACILITIES, _PILOT = int(Service.FACILITIES), int(Service.PILOT)
_FEE, _SUPPORT, _COST = np.int64(Purpose.FEE), np.int64(Purpose.PLATFORM_SUPPORT), np.int64(Purpose.PLATFORM_COST)


@kernel
def mean_openness(
    candidate: IntArray, kind: IntArray, region: IntArray, openness: FloatArray, n_regions: int
) -> FloatArray:
    """Return the mean openness of the universities of each region, 0 where there are none.

    >>> mean_openness(np.arange(3), np.array([0, 1, 1]), np.zeros(3, int), np.array([0.0, 0.25, 0.75]), 1).tolist()
    [0.5]
    """
    mean = np.zeros(n_regions)
    number = np.zeros(n_regions)
    for a in range(len(candidate)):
        i = candidate[a]
        if kind[i] == _UNIVERSITY:
            mean[region[i]] += openness[i]
            number[region[i]] += 1.0
    for r in range(n_regions):
        mean[r] /= max(number[r], 1.0)
    return mean


@kernel
def service_levels(
    rows: IntArray,
    region: IntArray,
    quality: FloatArray,
    has_service: BoolArray,
    load: FloatArray,
    openness: FloatArray,
    slots: float,
    pilot_slots: float,
    own_facilities: float,
) -> tuple[FloatArray, FloatArray]:
    """Return what a member of full fit gets of each service (platforms, services), and the mean over services.

    Crowding lowers it, and facilities rest in part on the open equipment of universities. ``region`` and the columns
    up to ``load`` are by row of the platform, ``openness`` by region.

    >>> level, mean = service_levels(np.array([0]), np.array([0]), np.full((1, 6), 0.6), np.ones((1, 6), np.bool_),
    ...     np.full((1, 6), 10.0), np.array([0.5]), 10.0, 5.0, 0.4)
    >>> level.round(3).tolist(), mean.round(3).tolist()
    ([[0.21, 0.3, 0.3, 0.2, 0.3, 0.3]], [0.268])
    """
    level = np.zeros(quality.shape)
    mean = np.zeros(len(quality))
    for q in range(len(rows)):
        p = rows[q]
        for v in range(N_SERVICES):
            if has_service[p, v]:
                level[p, v] = quality[p, v] / (1.0 + load[p, v] / (pilot_slots if v == _PILOT else slots))
        level[p, _FACILITIES] *= own_facilities + (1.0 - own_facilities) * openness[region[p]]
        for v in range(N_SERVICES):
            mean[p] += level[p, v]
        mean[p] /= N_SERVICES
    return level, mean


@kernel
def collect_fees(
    rows: IntArray, candidate: IntArray, member: IntArray, due: FloatArray, cost: FloatArray, actor: IntArray,
    income: FloatArray, n_members: IntArray, loss_quarters: IntArray, books: Books,
) -> None:  # fmt: skip
    """Let members pay their fees; count members and the quarters in a row in which fees stayed below the cost.

    ``member`` (row of the platform, -1 for none) and ``due`` are by candidate, the rest by row of the platform.

    >>> books = Books(np.array([5.0, 5.0, 0.0]), np.array([0, 0, 6]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> zero, income, members, losses = np.array([0]), np.zeros(1), np.zeros(1, int), np.array([4])
    >>> collect_fees(zero, np.array([0, 1]), np.array([0, -1]), np.array([2.0, 1.0]), np.array([3.0]), np.array([2]),
    ...     income, members, losses, books)
    >>> income.tolist(), members.tolist(), losses.tolist(), books.cash.tolist()
    ([2.0], [1], [5], [3.0, 5.0, 2.0])
    """
    for q in range(len(rows)):
        income[rows[q]] = 0.0
        n_members[rows[q]] = 0
    for a in range(len(candidate)):
        p = member[a]
        if p >= 0:
            income[p] += pay(books, candidate[a], actor[p], due[a], _FEE)
            n_members[p] += 1
    for q in range(len(rows)):
        p = rows[q]
        loss_quarters[p] = loss_quarters[p] + 1 if income[p] < cost[p] else 0


@kernel
def public_support(
    rows: IntArray, region: IntArray, actor: IntArray, missing: FloatArray, support: FloatArray, budget: FloatArray,
    government: IntArray, books: Books,
) -> None:  # fmt: skip
    """Let government carry what is missing, each platform up to an equal part of its region's budget.

    ``region`` and what platforms lack or get are by row, ``budget`` by region and instrument: million yuan.
    """
    number = np.zeros(len(budget))
    spent = np.zeros(len(budget))
    for q in range(len(rows)):
        number[region[rows[q]]] += 1.0
    for q in range(len(rows)):
        p = rows[q]
        r = region[p]
        support[p] = pay(books, government[r], actor[p], min(missing[p], budget[r, _PLATFORM] / number[r]), _SUPPORT)
        missing[p] = max(0.0, missing[p] - support[p])
        spent[r] += support[p]
    for r in range(len(budget)):
        if number[r] > 0.0:
            budget[r, _PLATFORM] = max(0.0, budget[r, _PLATFORM] - spent[r])


@kernel
def sponsoring(
    candidate: IntArray, member: IntArray, is_core: BoolArray, sales: FloatArray, actor: IntArray, missing: FloatArray,
    support: FloatArray, rate: float, books: Books,
) -> None:  # fmt: skip
    """Let core members carry what is still missing, each in proportion to its sales and at most ``rate`` of them.

    >>> books = Books(np.array([5.0, 5.0, 0.0]), np.array([0, 0, 6]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> support, yes = np.zeros(1), np.ones(3, np.bool_)
    >>> sponsoring(np.array([0, 1]), np.array([0, 0]), yes, np.array([30.0, 10.0, 0.0]), np.array([2]), np.array([2.0]),
    ...     support, 0.1, books)  # they offer 3 and 1, half of it is needed
    >>> support.tolist(), books.cash.tolist()
    ([2.0], [3.5, 4.5, 2.0])
    """
    offered = np.zeros(len(missing))
    for a in range(len(candidate)):
        if member[a] >= 0 and is_core[candidate[a]]:
            offered[member[a]] += rate * sales[candidate[a]]
    for a in range(len(candidate)):
        i, p = candidate[a], member[a]
        if p >= 0 and is_core[i]:
            share = min(1.0, missing[p] / max(offered[p], 1e-12))
            support[p] += pay(books, i, actor[p], rate * sales[i] * share, _SUPPORT)


@kernel
def balance(
    rows: IntArray,
    candidate: IntArray,
    member: IntArray,
    is_core: BoolArray,
    sales: FloatArray,
    actor: IntArray,
    region: IntArray,
    cost: FloatArray,
    support: FloatArray,
    spending: FloatArray,
    budget: FloatArray,
    government: IntArray,
    household: IntArray,
    rate: float,
    books: Books,
) -> None:
    """Let government and then core members carry what is missing, and let platforms pay their staff.

    A platform wants cash for two quarters of its cost; of what it has beyond four quarters it spends a part. ``cost``
    to ``spending`` are by row of the platform.

    >>> books = Books(np.array([4.0, 9.0, 0.0]), np.array([6, 2, 7]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> none, zero, budget = np.zeros(0, int), np.array([0]), np.full((1, 12), 1.5)
    >>> support, spending = np.zeros(1), np.zeros(1)
    >>> balance(zero, none, none, np.zeros(3, np.bool_), np.zeros(3), zero, zero, np.array([3.0]), support, spending,
    ...     budget, np.array([1]), np.array([2]), 0.1, books)
    >>> support.tolist(), spending.tolist(), float(budget[0, 3]), books.cash.tolist()
    ([1.5], [3.0], 0.0, [2.5, 7.5, 3.0])
    """
    missing = np.zeros(len(actor))
    for q in range(len(rows)):
        missing[rows[q]] = max(0.0, 2.0 * cost[rows[q]] - books.cash[actor[rows[q]]])
    public_support(rows, region, actor, missing, support, budget, government, books)
    sponsoring(candidate, member, is_core, sales, actor, missing, support, rate, books)
    for q in range(len(rows)):
        p = rows[q]
        cash = books.cash[actor[p]]
        wanted = cost[p] + 0.25 * max(0.0, cash - 4.0 * cost[p])
        spending[p] = pay(books, actor[p], household[region[p]], min(wanted, cash), _COST)


@kernel
def improve(
    rows: IntArray, cost: FloatArray, spending: FloatArray, has_service: BoolArray, diversity: FloatArray,
    quality: FloatArray, build: float, decay: float,
) -> None:  # fmt: skip
    """Let the quality of services grow with spending and with the diversity of members, and decay; all by row.

    >>> quality = np.full((1, 6), 0.5)
    >>> improve(np.array([0]), np.ones(1), np.ones(1), np.ones((1, 6), np.bool_), np.ones(1), quality, 0.2, 0.1)
    >>> quality[0, 0].round(9).tolist()
    0.55
    """
    for q in range(len(rows)):
        p = rows[q]
        number = 0
        for v in range(N_SERVICES):
            number += 1 if has_service[p, v] else 0
        effort = min(2.0, spending[p] / max(cost[p], 1e-12)) * (1.0 + diversity[p]) / 2.0
        rate = min(1.0, build * effort * (N_SERVICES / max(number, 1)))
        for v in range(N_SERVICES):
            growth = rate * (1.0 - quality[p, v]) if has_service[p, v] else 0.0
            quality[p, v] = min(1.0, max(0.0, quality[p, v] + growth - decay * quality[p, v]))


@kernel
def give_services(
    candidate: IntArray, member: IntArray, fit: FloatArray, level: FloatArray, service: FloatArray
) -> None:
    """Write what each candidate gets of each service: its fit times the level of its platform, at most 1.

    >>> service = np.zeros((1, 6))
    >>> give_services(np.array([0]), np.array([0]), np.array([0.5]), np.full((1, 6), 0.4), service)
    >>> service[0, 0].tolist()
    0.2
    """
    for a in range(len(candidate)):
        for v in range(N_SERVICES):
            service[candidate[a], v] = min(1.0, level[member[a], v] * fit[a]) if member[a] >= 0 else 0.0
