"""Kernels of the market for talent: the programme that helps SMEs, who is hired, the pool, the talent wage."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_talent import learn_from_people
from abm.state.accounts import Books, pay
from abm.state.codes import Instrument, Kind, Purpose
from abm.state.talent_pool import join_pool
from abm.types import BoolArray, FloatArray, IntArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_TALENT, _PROGRAMME = int(Instrument.TALENT), np.int64(Purpose.TALENT_PROGRAMME)
_ROUNDS = 3
"""How often people turned down look again in a quarter."""
_ROUNDING = 1e-9
"""People below which a number is what rounding left."""


@kernel
def reached_employers(
    employer: IntArray, kind: IntArray, is_core: BoolArray, is_reached: BoolArray, vacancy: FloatArray
) -> BoolArray:
    """Return the SMEs with vacancies that policy, and so the talent programme, reaches."""
    result = np.zeros(len(employer), np.bool_)
    for a in range(len(employer)):
        i = employer[a]
        result[a] = kind[i] != _UNIVERSITY and not is_core[i] and vacancy[a] > 0.0 and is_reached[i]
    return result


@kernel
def programme_appeal(
    employer: IntArray, region: IntArray, is_reached: BoolArray, vacancy: FloatArray, talent_wage: FloatArray,
    budget: FloatArray, quarters: float, appeal_gain: float, appeal: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return, by region, the share of the reached vacancies the programme could pay for; raise `appeal` with it.

    The programme pays ``quarters`` of the talent wage; ``budget`` is by region and instrument, million yuan.

    >>> zero, appeal = np.array([0]), np.array([0.5])
    >>> programme_appeal(zero, zero, np.array([True]), np.array([5.0]), np.array([0.1]), np.ones((1, 12)), 4.0, 0.4,
    ...     appeal).tolist(), appeal.round(9).tolist()
    ([0.5], [0.7])
    """
    full = np.zeros(len(budget))
    for a in range(len(employer)):
        if is_reached[a]:
            full[region[employer[a]]] += vacancy[a]
    coverage = np.zeros(len(budget))
    for r in range(len(budget)):
        coverage[r] = min(1.0, budget[r, _TALENT] / max(quarters * talent_wage[r] * full[r], 1e-9))
    for a in range(len(employer)):
        if is_reached[a]:
            appeal[a] += appeal_gain * coverage[region[employer[a]]]
    return coverage


@kernel
def hires(
    employer: IntArray, region: IntArray, vacancy: FloatArray, appeal: FloatArray, looking: FloatArray, n_rounds: int
) -> FloatArray:
    """Return how many each employer hires: those who look share themselves out by vacancies times e^appeal.

    ``looking`` are the people who look, by region. Nobody hires more than it wants; people turned down look again,
    for a few rounds.

    >>> two, zero, appeal = np.arange(2), np.array([0, 0]), np.array([math.log(2.0), 0.0])
    >>> hires(two, zero, np.array([1.0, 6.0]), appeal, np.array([4.0]), 2).tolist()
    [1.0, 3.0]
    """
    hired = np.zeros(len(employer))
    pull = np.empty(len(employer))
    for a in range(len(employer)):
        pull[a] = math.exp(appeal[a]) if vacancy[a] > _ROUNDING else 0.0
    left = looking.copy()
    for _ in range(n_rounds):
        total = np.zeros(len(looking))
        for a in range(len(employer)):
            if vacancy[a] - hired[a] > _ROUNDING:
                total[region[employer[a]]] += (vacancy[a] - hired[a]) * pull[a]
        taken = np.zeros(len(looking))
        for a in range(len(employer)):
            open_posts = vacancy[a] - hired[a]
            if open_posts > _ROUNDING and left[region[employer[a]]] > 0.0:
                share = open_posts * pull[a] / total[region[employer[a]]]
                number = min(open_posts, left[region[employer[a]]] * share)
                hired[a] += number
                taken[region[employer[a]]] += number
        for r in range(len(left)):
            left[r] = max(0.0, left[r] - taken[r])
    return hired


@kernel
def pay_programme(
    employer: IntArray, is_reached: BoolArray, hired: FloatArray, talent_wage: FloatArray, budget: FloatArray,
    government: IntArray, quarters: float, books: Books,
) -> None:  # fmt: skip
    """Pay the reached SMEs ``quarters`` of the talent wage for each of the hired, as far as the money goes.

    ``budget`` is by region and instrument, million yuan; ``government`` are slots by region.

    >>> books = Books(np.array([0.0, 9.0, 0.0]), np.array([0, 2, 7]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> budget = np.full((1, 12), 1.5)
    >>> pay_programme(np.array([0]), np.array([True]), np.array([5.0]), np.array([0.5]), budget, np.array([1]), 2.0,
    ...     books)  # 5 are due
    >>> float(budget[0, 5]), books.cash.tolist()
    (0.0, [1.5, 7.5, 0.0])
    """
    total = np.zeros(len(budget))
    for a in range(len(employer)):
        if is_reached[a]:
            r = books.region[employer[a]]
            total[r] += quarters * talent_wage[r] * hired[a]
    spent = np.zeros(len(budget))
    for a in range(len(employer)):
        if is_reached[a] and hired[a] > 0.0:
            r = books.region[employer[a]]
            part = min(1.0, budget[r, _TALENT] / max(total[r], 1e-12))
            amount = quarters * talent_wage[r] * hired[a] * part
            spent[r] += pay(books, government[r], employer[a], amount, _PROGRAMME)
    for r in range(len(budget)):
        if spent[r] > 0.0:
            budget[r, _TALENT] = max(0.0, budget[r, _TALENT] - spent[r])


@kernel
def fill_posts(
    employer: IntArray, retired: FloatArray, left: FloatArray, vacancy: FloatArray, hired: FloatArray,
    talent: FloatArray, open_posts: FloatArray,
) -> None:  # fmt: skip
    """Write the talent and the vacancies that employers are left with.

    >>> talent, posts = np.array([10.0]), np.zeros(1)
    >>> fill_posts(np.array([0]), np.array([1.0]), np.array([2.0]), np.array([5.0]), np.array([3.0]), talent, posts)
    >>> talent.tolist(), posts.tolist()
    ([10.0], [2.0])
    """
    for a in range(len(employer)):
        talent[employer[a]] = talent[employer[a]] - retired[a] - left[a] + hired[a]
        open_posts[employer[a]] = max(0.0, vacancy[a] - hired[a])


@kernel
def pool_after(
    employer: IntArray, region: IntArray, retired: FloatArray, hired: FloatArray, vacancy: FloatArray,
    looking: FloatArray, coverage: FloatArray, leave_rate: float, immigration: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Return, by region, who is left in the pool, the posts not filled, and by how much the labour force grows.

    The hired are taken out of those ``looking``, part of the others leaves, and open posts draw people in, more so
    where the talent programme covers them. The labour force loses the ``retired``; graduates are counted apart.

    >>> zero, one = np.array([0]), np.ones(1)
    >>> [x.tolist() for x in pool_after(zero, zero, 3 * one, 2 * one, 6 * one, 10 * one, 0.5 * one, 0.25, 0.5)]
    [[9.0], [4.0], [-2.0]]
    """
    pool = looking.copy()
    unfilled = np.zeros(len(pool))
    growth = np.zeros(len(pool))
    for a in range(len(employer)):
        r = region[employer[a]]
        growth[r] -= retired[a]
        pool[r] -= hired[a]
        unfilled[r] += max(0.0, vacancy[a] - hired[a])
    for r in range(len(pool)):
        pool[r] = max(0.0, pool[r])
        arriving = immigration * (1.0 + coverage[r]) * unfilled[r]
        growth[r] += arriving - leave_rate * pool[r]
        pool[r] = (1.0 - leave_rate) * pool[r] + arriving
    return pool, unfilled, growth


@kernel
def adapt_wage(
    talent_wage: FloatArray, wage: FloatArray, pool: FloatArray, unfilled: FloatArray, speed: float, low: float,
    high: float,
) -> None:  # fmt: skip
    """Let the talent wage of each region rise where posts stay open and fall where people look for one.

    It stays between ``low`` and ``high`` times the wage of staff.

    >>> talent_wage = np.array([1.0, 1.0])
    >>> adapt_wage(talent_wage, np.ones(2), np.array([1.0, 1.0]), np.array([3.0, 3.0]), 0.5, 0.5, 1.1)
    >>> talent_wage.tolist()
    [1.1, 1.1]
    """
    for r in range(len(talent_wage)):
        tightness = (unfilled[r] - pool[r]) / (unfilled[r] + pool[r] + 1.0)
        changed = talent_wage[r] * (1.0 + speed * tightness)
        talent_wage[r] = min(high * wage[r], max(low * wage[r], changed))


@kernel
def migrate(
    pool: FloatArray, unfilled: FloatArray, growth: FloatArray, openness: FloatArray, pool_capability: FloatArray,
    pool_origin: FloatArray,
) -> None:  # fmt: skip
    """Let people without a post go where posts are open, as far as borders are open; they bring what they know.

    All by region. Moves people between the pools and the ``growth`` of labour forces.

    >>> pool, growth, known = np.array([8.0, 2.0]), np.zeros(2), np.array([[0.8], [0.2]])
    >>> origin = np.zeros((2, 1))
    >>> migrate(pool, np.array([0.0, 6.0]), growth, np.full(2, 0.25), known, origin)  # 2 of 8 go where 6 are wanted
    >>> pool.tolist(), growth.tolist(), known.round(9).tolist()
    ([6.0, 4.0], [-2.0, 2.0], [[0.8], [0.5]])
    """
    n_regions = len(pool)
    total = 0.0
    for r in range(n_regions):
        total += unfilled[r]
    if total <= _ROUNDING:
        return
    moving = np.zeros(n_regions)
    number = 0.0
    for r in range(n_regions):
        moving[r] = min(pool[r], openness[r] * pool[r] * (1.0 - unfilled[r] / total))
        number += moving[r]
    if number <= _ROUNDING:
        return
    arriving = min(number, total)
    known, origin = np.zeros(pool_capability.shape[1]), np.zeros(pool_origin.shape[1])
    for r in range(n_regions):
        for k in range(len(known)):
            known[k] += moving[r] / number * pool_capability[r, k]
        for o in range(len(origin)):
            origin[o] += moving[r] / number * pool_origin[r, o]
    for r in range(n_regions):
        leaving, coming = moving[r] * arriving / number, arriving * unfilled[r] / total
        pool[r] -= leaving
        growth[r] += coming - leaving
        if coming > 0.0:
            join_pool(pool, pool_capability, pool_origin, r, coming, known, origin)


@kernel
def hire_talent(
    employer: IntArray, appeal: FloatArray, retired: FloatArray, left: FloatArray, vacancy: FloatArray,
    is_core: BoolArray, is_reached: BoolArray, sector: IntArray, absorption: FloatArray, talent: FloatArray,
    open_posts: FloatArray, capability: FloatArray, weight: FloatArray, stock: FloatArray, gain: FloatArray,
    total_gain: FloatArray, talent_wage: FloatArray, wage: FloatArray, budget: FloatArray, government: IntArray,
    pool: FloatArray, pool_capability: FloatArray, pool_origin: FloatArray, labour_force: FloatArray,
    openness: FloatArray, books: Books, programme_quarters: float, programme_gain: float, matching: float,
    people_rate: float, leave_rate: float, immigration: float, wage_speed: float, wage_low: float, wage_high: float,
) -> None:  # fmt: skip
    """Let employers, some with the talent programme, hire from the pool and learn; pools, wages and regions follow.

    ``appeal`` to ``vacancy`` are by employer, as `leave_employers` returns them,
    the columns of actors from ``is_core``,
    those of regions from ``talent_wage``.
    """
    region = books.region
    reached = reached_employers(employer, books.kind, is_core, is_reached, vacancy)
    coverage = programme_appeal(
        employer, region, reached, vacancy, talent_wage, budget, programme_quarters, programme_gain, appeal
    )
    looking = np.empty(len(pool))
    for r in range(len(pool)):
        looking[r] = matching * pool[r]
    hired = hires(employer, region, vacancy, appeal, looking, _ROUNDS)
    fill_posts(employer, retired, left, vacancy, hired, talent, open_posts)
    learn_from_people(
        employer, region, sector, weight, talent, hired, absorption, pool_capability, pool_origin, capability, stock,
        gain, total_gain, people_rate,
    )  # fmt: skip
    pay_programme(employer, reached, hired, talent_wage, budget, government, programme_quarters, books)
    after, unfilled, growth = pool_after(
        employer, region, retired, hired, vacancy, pool, coverage, leave_rate, immigration
    )  # fmt: skip
    adapt_wage(talent_wage, wage, after, unfilled, wage_speed, wage_low, wage_high)
    migrate(after, unfilled, growth, openness, pool_capability, pool_origin)
    for r in range(len(pool)):
        pool[r] = after[r]
        labour_force[r] = max(0.0, labour_force[r] + growth[r])
