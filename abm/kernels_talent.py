"""Kernels of employers' talent: who is wanted, who leaves for the pool, what the hired bring along."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import inner, kernel
from abm.state import ledger
from abm.state.codes import Kind, Level, Origin, Route
from abm.state.groups import firms_and_universities, regional_mean
from abm.state.talent_pool import join_pool
from abm.types import BoolArray, FloatArray, IntArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_INTELLIGENT = int(Level.INTELLIGENT)
_PEOPLE_ROUTE = int(Route.PEOPLE)
_PEOPLE = int(Origin.PEOPLE)


@inner
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

    >>> one, level, wage = np.array([0]), np.array([[0.0, 0.5, 0.0]]), np.array([0.1])
    >>> [wanted_talent(one, np.array([kind]), one, np.array([4.0]), np.array([100.0]), level, np.array([2.0]),
    ...     np.array([9.0]), wage, 0.03, 2.0, 0.5).round(9).tolist() for kind in (0, 1)]
    [[16.0], [4.08]]
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


@inner
def appeals(
    employer: IntArray,
    firm: IntArray,
    kind: IntArray,
    region: IntArray,
    sales: FloatArray,
    margin: FloatArray,
    n_regions: int,
    prestige: float,
    margin_appeal: float,
    university_appeal: float,
) -> FloatArray:
    """Return the appeal of each employer: prestige by size, expected pay by margin; universities have their own.

    Size is sales over the mean of the firms of the region; ``firm`` lists the firms, ``employer`` universities too.

    >>> appeals(np.array([0, 1]), np.array([0]), np.array([0, 1]), np.array([0, 0]), np.array([30.0, 0.0]),
    ...     np.array([0.1, 0.0]), 1, 1.0, 2.0, 0.6).round(4).tolist()
    [0.8931, 0.6]
    """
    mean_sales = regional_mean(firm, region, sales, n_regions)
    result = np.zeros(len(employer))
    for a in range(len(employer)):
        i = employer[a]
        if kind[i] == _UNIVERSITY:
            result[a] = university_appeal
        else:
            size = sales[i] / max(1e-9, mean_sales[region[i]])
            result[a] = prestige * math.log(1.0 + size) + margin_appeal * min(0.5, max(-0.5, margin[i]))
    return result


@inner
def separations(
    employer: IntArray, kind: IntArray, is_core: BoolArray, talent: FloatArray, wanted: FloatArray, appeal: FloatArray,
    retirement: float, quit_rate: float, sme_quit: float, university_quit: float,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return how many retire and how many leave for another post (or are released where far fewer are wanted).

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


@inner
def vacancies(
    employer: IntArray, talent: FloatArray, wanted: FloatArray, retired: FloatArray, left: FloatArray, growth: float
) -> FloatArray:
    """Return how many each employer looks for: what it wants and has not, as far as it can grow in a quarter.

    Who has gone is replaced at once; beyond that the number grows by ``growth`` of those who stay, or one.

    >>> vacancies(np.array([0]), np.array([10.0]), np.array([20.0]), np.array([1.0]), np.array([1.0]), 0.25).tolist()
    [4.0]
    """
    result = np.zeros(len(employer))
    for a in range(len(employer)):
        staying = talent[employer[a]] - retired[a] - left[a]
        most = max(1.0, growth * staying) + left[a] + retired[a]
        result[a] = min(max(0.0, wanted[a] - staying), most)
    return result


@inner
def pool_inflow(
    employer: IntArray,
    kind: IntArray,
    region: IntArray,
    talent: FloatArray,
    left: FloatArray,
    capability: FloatArray,
    stock: FloatArray,
    graduate_rate: float,
    pool: FloatArray,
    pool_capability: FloatArray,
    pool_origin: FloatArray,
) -> FloatArray:
    """Let who has left an employer, and graduates, join the region's pool with what they know; count the graduates.

    The knowledge of people from a firm has the origins of the firm's (``stock``); a university forms people: what
    they know arises with them. Return the graduates by region.

    >>> pool, known, origin, zero = np.array([3.0]), np.array([[0.4]]), np.zeros((1, 8)), np.array([0])
    >>> pool_inflow(zero, np.array([1]), zero, np.array([4.0]), np.array([0.6]), np.array([[0.8]]),
    ...     np.zeros((1, 8, 9)), 0.1, pool, known, origin).tolist()
    [0.4]
    >>> pool.tolist(), known.round(9).tolist(), float(origin[0, 7])
    ([4.0], [[0.5]], 0.25)
    """
    n_regions, n_fields, n_origins = len(pool), capability.shape[1], stock.shape[1]
    graduates, coming = np.zeros(n_regions), np.zeros(n_regions)
    known, arisen = np.zeros((n_regions, n_fields)), np.zeros((n_regions, n_origins))
    share = np.zeros(n_origins)
    for a in range(len(employer)):
        i = employer[a]
        r = region[i]
        number = left[a]
        if kind[i] == _UNIVERSITY:
            graduates[r] += graduate_rate * talent[i]
            number += graduate_rate * talent[i]
        if number <= 0.0:
            continue
        if kind[i] == _UNIVERSITY:
            arisen[r, _PEOPLE] += number
        else:
            ledger.shares_by_origin(stock[i], share)
            for o in range(n_origins):
                arisen[r, o] += number * share[o]
        coming[r] += number
        for k in range(n_fields):
            known[r, k] += number * capability[i, k]
    for r in range(n_regions):
        if coming[r] > 0.0:
            for k in range(n_fields):
                known[r, k] /= coming[r]
            for o in range(n_origins):
                arisen[r, o] /= coming[r]
            join_pool(pool, pool_capability, pool_origin, r, coming[r], known[r], arisen[r])
    return graduates


@inner
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
        ledger.book_inherited(stock, gain, total_gain, i, total, pool_origin, r, _PEOPLE_ROUTE)


@kernel
def leave_employers(
    is_active: BoolArray, firm: IntArray, kind: IntArray, region: IntArray, is_core: BoolArray, sales: FloatArray,
    margin: FloatArray, staff: FloatArray, talent: FloatArray, level: FloatArray, research_budget: FloatArray,
    cash: FloatArray, capability: FloatArray, stock: FloatArray, talent_wage: FloatArray, pool: FloatArray,
    pool_capability: FloatArray, pool_origin: FloatArray, labour_force: FloatArray, prestige: float,
    margin_appeal: float, university_appeal: float, engineer_share: float, intelligent_need: float,
    research_share: float, retirement: float, quit_rate: float, sme_quit: float, university_quit: float,
    obsolescence: float, graduate_rate: float, growth_limit: float,
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Let people retire, quit and graduate; who looks for a post joins the pool, graduates the labour force too.

    What the pool knows goes out of date like everybody's knowledge. Return the employers and, by employer, its appeal,
    how many retired, how many left and how many it looks for; ``talent`` still counts those who went.
    """
    employer = firms_and_universities(is_active, kind)
    n_regions = len(pool)
    appeal = appeals(
        employer, firm, kind, region, sales, margin, n_regions, prestige, margin_appeal, university_appeal
    )  # fmt: skip
    wanted = wanted_talent(
        employer, kind, region, talent, staff, level, research_budget, cash, talent_wage, engineer_share,
        intelligent_need, research_share,
    )  # fmt: skip
    retired, left = separations(
        employer, kind, is_core, talent, wanted, appeal, retirement, quit_rate, sme_quit, university_quit
    )
    for r in range(n_regions):
        for k in range(pool_capability.shape[1]):
            pool_capability[r, k] *= 1.0 - obsolescence
    graduates = pool_inflow(
        employer, kind, region, talent, left, capability, stock, graduate_rate, pool, pool_capability, pool_origin
    )
    for r in range(n_regions):
        labour_force[r] += graduates[r]
    return employer, appeal, retired, left, vacancies(employer, talent, wanted, retired, left, growth_limit)
