"""Firms close: by insolvency, or by a hazard that feels age, size, demand and backwardness (model.md line 14).

How many leave is a fact about firms in general (F24), so the hazard is that of the mean firm: size says who of them
leaves. Idle plant and quality below the market's raise it, full order books and good products lower it.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters, per_quarter
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import closing
from abm.state.causes import last_events
from abm.state.closing import close_actors
from abm.state.codes import Event, Kind
from abm.state.columns import read_only
from abm.state.groups import regional_mean
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_FIRST_YEAR = 0.25
"""Hazard of exit in the first year of life over that of settled firms (F24)."""
_SECOND_YEAR = 1.0
"""Hazard of exit in the second year of life over that of settled firms (F24)."""
_SETTLED_AGE = 28
"""Age in quarters from which a firm is settled."""
_NO_ORDERS = 1e-6
"""Million yuan per quarter: a firm that expects less has no orders left."""
_FULLEST = 1.5
"""Highest use of capacity that still lowers the hazard of exit."""
_MOST_PRESSED = 4.0
"""Most by which demand and backwardness together multiply the hazard of exit; its inverse is the least."""


@kernel
def age_factor(age: int, young_factor: float) -> float:
    """Return the hazard at an age in quarters over that of settled firms (F24): low at first, then high, then falling.

    >>> [age_factor(age, 1.3) for age in (3, 4, 8, 28)]
    [0.25, 1.0, 1.3, 1.0]
    """
    if age < 4:
        return _FIRST_YEAR
    if age < 8:
        return _SECOND_YEAR
    return young_factor if age < _SETTLED_AGE else 1.0


@kernel
def size_factors(
    firm: IntArray, region: IntArray, sales: FloatArray, n_regions: int, size_slope: float
) -> FloatArray:  # fmt: skip
    """Return for each firm relative sales^-slope over the mean of that in its region; each region's mean is 1.

    >>> size_factors(np.arange(2), np.zeros(2, int), np.array([1.0, 4.0]), 1, 1.0).round(9).tolist()
    [1.6, 0.4]
    """
    mean = regional_mean(firm, region, sales, n_regions)
    factor = np.empty(len(firm))
    total, number = np.zeros(n_regions), np.zeros(n_regions)
    for f in range(len(firm)):
        r = region[firm[f]]
        relative = max(0.05, min(100.0, sales[firm[f]] / max(mean[r], 1e-9)))
        factor[f] = math.exp(-size_slope * math.log(relative))
        total[r] += factor[f]
        number[r] += 1.0
    for f in range(len(firm)):
        factor[f] /= total[region[firm[f]]] / number[region[firm[f]]]
    return factor


@kernel
def standings(
    firm: IntArray, region: IntArray, sector: IntArray, price: FloatArray, quality: FloatArray,
    expected_orders: FloatArray, equipment: FloatArray, capital_ratio: FloatArray, n_regions: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return each firm's use of capacity, 0 to 1.5, and ln of its quality over the mean of its market.

    >>> use, better = standings(np.arange(2), np.zeros(2, int), np.zeros(2, int), np.full(2, 2.0),
    ...     np.array([0.4, 0.6]), np.array([9.0, 90.0]), np.full(2, 20.0), np.array([2.0]), 1)
    >>> use.tolist(), better.round(6).tolist()  # 4.5 of 10 units; 0.4 and 0.6 over 0.5
    ([0.45, 1.5], [-0.223144, 0.182322])
    """
    total, number = np.zeros((n_regions, len(capital_ratio))), np.zeros((n_regions, len(capital_ratio)))
    for i in firm:
        total[region[i], sector[i]] += quality[i]
        number[region[i], sector[i]] += 1.0
    use, better = np.empty(len(firm)), np.empty(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        mean = total[region[i], s] / number[region[i], s]
        better[f] = math.log(max(0.05, quality[i] / max(mean, 1e-9)))
        units = expected_orders[i] / max(price[i], 1e-6)
        use[f] = min(_FULLEST, units / max(equipment[i] / capital_ratio[s], 1e-9))
    return use, better


@kernel
def pressure(use: float, target: float, better: float, demand: float, backward: float) -> float:
    """Return what idle plant and low quality do to the hazard: exp(d (target - u) - b ln(q / q_market)), 1/4 to 4.

    >>> round(pressure(0.45, 0.85, math.log(0.8), 1.5, 1.0), 3)  # e^0.6 / 0.8
    2.278
    """
    return max(1.0 / _MOST_PRESSED, min(_MOST_PRESSED, math.exp(demand * (target - use) - backward * better)))


@kernel
def compare_leavers(
    firm: IntArray, region: IntArray, place: IntArray, value: FloatArray, gap: FloatArray
) -> None:  # fmt: skip
    """Write by region the mean value of those who leave less the mean of all; 0 where nobody leaves.

    ``place`` and ``value`` go by place in ``firm``.

    >>> gap = np.ones(2)
    >>> compare_leavers(np.arange(3), np.array([0, 0, 1]), np.array([1]), np.array([4.0, 1.0, 7.0]), gap)
    >>> gap.tolist()
    [-1.5, 0.0]
    """
    total, number = np.zeros(len(gap)), np.zeros(len(gap))
    left, n_left = np.zeros(len(gap)), np.zeros(len(gap))
    for f in range(len(firm)):
        total[region[firm[f]]] += value[f]
        number[region[firm[f]]] += 1.0
    for f in place:
        left[region[firm[f]]] += value[f]
        n_left[region[firm[f]]] += 1.0
    for r in range(len(gap)):
        gap[r] = left[r] / n_left[r] - total[r] / number[r] if n_left[r] > 0.0 else 0.0


@kernel
def closing_firms(
    firm: IntArray, region: IntArray, sector: IntArray, uid: UidArray, born: IntArray, sales: FloatArray,
    expected_orders: FloatArray, cash: FloatArray, equipment: FloatArray, debt: FloatArray,
    missed_payments: IntArray, price: FloatArray, quality: FloatArray, capital_ratio: FloatArray,
    utilisation_gap: FloatArray, quality_gap: FloatArray, quarter: int, missed_limit: int, hazard: float,
    young_factor: float, size_slope: float, target: float, demand: float, backward: float, key: np.uint64,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the slots of the firms that close this quarter, and 1 for each that is insolvent, else 0.

    Insolvent are those that have missed payments too often, owe more than they have, or have no orders left. The
    hazard of the others, per quarter, is that of the mean firm times factors of age, size, demand and quality. By
    region `utilisation_gap` and `quality_gap` get the leavers' mean of `standings` less that of all; 0 without exits.

    >>> zero, ten, uid, one = np.zeros(3, int), np.full(3, 10.0), np.arange(3, dtype=np.uint64), np.ones(3)
    >>> orders, idle, worse = np.array([4.0, 1.0, 1.0]), np.ones(1), np.ones(1)
    >>> leaving, is_insolvent = closing_firms(
    ...     np.arange(3), zero, zero, uid, zero, ten, orders, ten, ten, np.array([0.0, 21.0, 0.0]),
    ...     np.array([0, 0, 4]), one, one, np.array([2.0]), idle, worse, 40, 4, 0.0, 1.3, 0.6, 0.85, 1.5, 1.0,
    ...     np.uint64(1))
    >>> leaving.tolist(), is_insolvent.tolist(), idle.round(9).tolist(), worse.tolist()  # uses 0.8, 0.2, 0.2
    ([1, 2], [1, 1], [-0.2], [0.0])
    """
    n_regions = len(utilisation_gap)
    size = size_factors(firm, region, sales, n_regions, size_slope)
    use, better = standings(
        firm, region, sector, price, quality, expected_orders, equipment, capital_ratio, n_regions
    )  # fmt: skip
    place = np.empty(len(firm), np.int64)
    leaving = np.empty(len(firm), np.int64)
    is_insolvent = np.zeros(len(firm), np.int64)
    number = 0
    for f in range(len(firm)):
        i = firm[f]
        if (
            missed_payments[i] >= missed_limit
            or cash[i] + equipment[i] - debt[i] < 0.0
            or expected_orders[i] < _NO_ORDERS
        ):
            is_insolvent[number] = 1
        else:
            chance = hazard * age_factor(quarter - born[i], young_factor) * size[f]
            if uniform(key, uid[i], 0) >= chance * pressure(use[f], target, better[f], demand, backward):
                continue
        leaving[number], place[number] = i, f
        number += 1
    compare_leavers(firm, region, place[:number], use, utilisation_gap)
    compare_leavers(firm, region, place[:number], better, quality_gap)
    return leaving[:number], is_insolvent[:number]


@rule(
    writes=("regions.exit_utilisation_gap", "regions.exit_quality_gap", *closing.WRITES),
    source="li:2.B; zhao2020:IV; F24",
    off={"switches.closure": False},
)
def close_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms that cannot pay leave, and others by age and size, sooner with idle plant and backward products.

    Equation   P(exit) = 1 if payments missed for missed_limit quarters, else
               hazard f(age) size^-slope / mean(size^-slope) min(4, max(1/4, exp(d (target - u) - b ln(q / q_market))))
    Units      hazard: 1/quarter from 1/year; u: use of capacity, 1; q: frontier = 1
    Source     li 2.B (subjects enter and withdraw by the demand of industry), zhao2020 IV (backward capacity leaves);
               F24 for the number and the ages
    Draws      "close" per firm
    Off when   switches.closure = false
    """
    if not parameters.switches.closure:
        return
    p, actors = parameters.turnover, world.actors
    _, region = world.kind_and_region()
    leaving, is_insolvent = closing_firms(
        world.slots(Kind.FIRM), region, actors.sector, actors.uid, actors.born, read_only(actors.sales),
        actors.expected_orders, actors.cash, actors.equipment, actors.debt, actors.missed_payments, actors.price,
        actors.quality, world.structure.capital_ratio, world.regions.exit_utilisation_gap,
        world.regions.exit_quality_gap, world.quarter, parameters.finance.missed_limit, per_quarter(p.exit_hazard),
        p.young_factor, p.size_slope, parameters.investment.target_utilisation, p.exit_demand, p.exit_backward,
        draws.key("close"),
    )  # fmt: skip
    if len(leaving) == 0:
        return
    debt, cash, uid, place = actors.debt[leaving], actors.cash[leaving], actors.uid[leaving], actors.region[leaving]
    unpaid = debt > cash
    cause = _refusals(world, uid, is_insolvent, 2 * parameters.finance.missed_limit)
    if unpaid.any():
        told = world.events.add(
            Event.DEFAULT, world.quarter, uid[unpaid], region=place[unpaid], amount=(debt - cash)[unpaid],
            cause=cause[unpaid],
        )  # fmt: skip
        cause[unpaid] = np.where(is_insolvent[unpaid] > 0, told, -1)
    left = world.events.add(
        Event.EXIT, world.quarter, uid, region=place, channel=is_insolvent, amount=actors.sales[leaving], cause=cause
    )  # fmt: skip
    close_actors(world, leaving, left)


def _refusals(world: World, uid: UidArray, is_insolvent: IntArray, quarters: int) -> IntArray:
    """Return the last loan the insolvent were refused within some quarters, -1 for none and for all others."""
    cause = np.full(len(uid), -1, np.int64)
    cause[is_insolvent > 0] = last_events(
        world, (Event.LOAN_REFUSED,), uid[is_insolvent > 0], world.quarter - quarters
    )  # fmt: skip
    return cause
