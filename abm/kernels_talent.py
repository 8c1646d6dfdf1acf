"""Kernels of the market for talent: who is wanted, who leaves, who is hired, what people bring along."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import uniform
from abm.state import ledger
from abm.state.codes import Kind, Level, Route
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_INTELLIGENT = int(Level.INTELLIGENT)
_PEOPLE = int(Route.PEOPLE)
_SMALLEST = 1e-9


@kernel
def wanted_talent(
    employer: IntArray,
    kind: IntArray,
    region: IntArray,
    talent: FloatArray,
    staff: FloatArray,
    level: FloatArray,
    research_budget: FloatArray,
    cash: FloatArray,
    talent_wage: FloatArray,
    engineer_share: float,
    intelligent_need: float,
    research_share: float,
) -> FloatArray:
    """Return the talent each employer wants: a firm for plant and research, a university as its money allows.

    >>> import numpy as np
    >>> one = np.array([0]); level = np.array([[0.0, 0.5, 0.0]])
    >>> wanted_talent(one, one, one, np.array([4.0]), np.array([100.0]), level, np.array([2.0]), np.array([9.0]),
    ...     np.array([0.1]), 0.03, 2.0, 0.5).round(9).tolist()
    [16.0]
    """
    result = np.zeros(len(employer))
    for a in range(len(employer)):
        i = employer[a]
        wage = max(1e-9, talent_wage[region[i]])
        if kind[i] == _UNIVERSITY:
            quarters = cash[i] / max(1e-9, wage * talent[i])
            result[a] = talent[i] * min(1.02, max(0.98, 1.0 + 0.02 * (quarters - 1.0)))
        else:
            plant = engineer_share * staff[i] * (1.0 + intelligent_need * level[i, _INTELLIGENT])
            result[a] = plant + research_share * research_budget[i] / wage
    return result


@kernel
def appeals(
    employer: IntArray,
    kind: IntArray,
    region: IntArray,
    sales: FloatArray,
    margin: FloatArray,
    mean_sales: FloatArray,
    prestige: float,
    margin_appeal: float,
    university_appeal: float,
) -> FloatArray:
    """Return the appeal of each employer: prestige by size, expected pay by margin; universities have their own.

    >>> import numpy as np
    >>> appeals(np.array([0, 1]), np.array([0, 1]), np.array([0, 0]), np.array([30.0, 0.0]), np.array([0.1, 0.0]),
    ...     np.array([30.0]), 1.0, 2.0, 0.6).round(4).tolist()
    [0.8931, 0.6]
    """
    result = np.zeros(len(employer))
    for a in range(len(employer)):
        i = employer[a]
        if kind[i] == _UNIVERSITY:
            result[a] = university_appeal
        else:
            size = sales[i] / max(1e-9, mean_sales[region[i]])
            result[a] = prestige * math.log(1.0 + size) + margin_appeal * min(0.5, max(-0.5, margin[i]))
    return result


@kernel
def separations(
    employer: IntArray, kind: IntArray, is_core: BoolArray, talent: FloatArray, wanted: FloatArray, appeal: FloatArray,
    retirement: float, quit_rate: float, sme_quit: float, university_quit: float,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return how many retire and how many leave for another post (or are released where far fewer are wanted).

    >>> import numpy as np
    >>> zero, ten = np.array([0]), np.array([10.0])
    >>> retired, left = separations(zero, zero, np.array([False]), ten, ten, np.zeros(1), 0.01, 0.02, 1.5, 0.5)
    >>> retired.round(9).tolist(), left.round(9).tolist()
    ([0.1], [0.3])
    """
    retired = np.zeros(len(employer))
    left = np.zeros(len(employer))
    for a in range(len(employer)):
        i = employer[a]
        factor = 1.0
        if kind[i] == _UNIVERSITY:
            factor = university_quit
        elif not is_core[i]:
            factor = sme_quit
        retired[a] = retirement * talent[i]
        rate = min(0.5, quit_rate * factor * math.exp(-appeal[a]))
        excess = max(0.0, talent[i] - 1.25 * wanted[a])
        left[a] = min(talent[i] - retired[a], rate * talent[i] + 0.1 * excess)
    return retired, left


@kernel
def hires(region: IntArray, vacancy: FloatArray, appeal: FloatArray, looking: FloatArray, n_rounds: int) -> FloatArray:
    """Return how many each employer hires: those who look share themselves out by vacancies times e^appeal.

    ``region`` is the employer's, ``looking`` the people who look, by region. Nobody hires more than it wants; people
    turned down look again, for a few rounds.

    >>> import numpy as np
    >>> hires(np.array([0, 0]), np.array([1.0, 6.0]), np.array([math.log(2.0), 0.0]), np.array([4.0]), 2).tolist()
    [1.0, 3.0]
    """
    hired = np.zeros(len(region))
    left = looking.copy()
    for _ in range(n_rounds):
        total = np.zeros(len(looking))
        for a in range(len(region)):
            if vacancy[a] - hired[a] > _SMALLEST:
                total[region[a]] += (vacancy[a] - hired[a]) * math.exp(appeal[a])
        taken = np.zeros(len(looking))
        for a in range(len(region)):
            open_posts = vacancy[a] - hired[a]
            if open_posts > _SMALLEST and left[region[a]] > 0.0:
                share = open_posts * math.exp(appeal[a]) / total[region[a]]
                number = min(open_posts, left[region[a]] * share)
                hired[a] += number
                taken[region[a]] += number
        for r in range(len(left)):
            left[r] = max(0.0, left[r] - taken[r])
    return hired


@kernel
def pool_inflow(
    employer: IntArray,
    region: IntArray,
    number: FloatArray,
    capability: FloatArray,
    share: FloatArray,
    pool: FloatArray,
    pool_capability: FloatArray,
    pool_origin: FloatArray,
) -> None:
    """Add people from each employer to the pool of its region: number, mean capability and mean origins."""
    for a in range(len(employer)):
        i = employer[a]
        r = region[i]
        if number[a] <= 0.0:
            continue
        part = number[a] / (pool[r] + number[a])
        for k in range(pool_capability.shape[1]):
            pool_capability[r, k] += part * (capability[i, k] - pool_capability[r, k])
        for o in range(pool_origin.shape[1]):
            mean = (1.0 - part) * pool_origin[r, o] + part * share[i, o]
            pool_origin[r, o] = min(1.0, mean)  # a mean of shares: 1 is passed by rounding only
        pool[r] += number[a]


@kernel
def learn_from_people(
    employer: IntArray,
    region: IntArray,
    sector: IntArray,
    weight: FloatArray,
    talent: FloatArray,
    hired: FloatArray,
    absorption: FloatArray,
    pool_capability: FloatArray,
    pool_origin: FloatArray,
    capability: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
    rate: float,
) -> None:
    """Let employers learn from whom they hire: rate hired / people absorption max(0, pool - own), in the fields used.

    ``talent`` counts the hired already; origins are inherited from the pool.
    """
    for a in range(len(employer)):
        i = employer[a]
        if hired[a] <= 0.0 or talent[i] <= 0.0:
            continue
        r = region[i]
        speed = rate * absorption[i] * min(1.0, hired[a] / talent[i])
        total = 0.0
        for k in range(capability.shape[1]):
            if sector[i] < 0 or weight[sector[i], k] > 0.0:
                amount = speed * max(0.0, pool_capability[r, k] - capability[i, k])
                capability[i, k] += amount
                total += amount
        ledger.book_inherited(stock[i], gain[i], total_gain[i], total, pool_origin[r], _PEOPLE)


@kernel
def reached_employers(
    employer: IntArray,
    uid: UidArray,
    kind: IntArray,
    is_core: BoolArray,
    vacancy: FloatArray,
    key: np.uint64,
    access: float,
) -> BoolArray:
    """Return the SMEs with vacancies that the talent programme reaches."""
    result = np.zeros(len(employer), np.bool_)
    for a in range(len(employer)):
        i = employer[a]
        if kind[i] != _UNIVERSITY and not is_core[i] and vacancy[a] > 0.0:
            result[a] = uniform(key, uid[i], 0) < access
    return result
