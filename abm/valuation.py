"""Formulas that rules share: what uses of money are expected to return, and how open borders are."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Learning, NewProductivity, Production
from abm.state.codes import Level
from abm.state.structure import Structure
from abm.state.technique import used_intelligence
from abm.types import FloatArray, IntArray

_DIGITAL = int(Level.DIGITAL)
_INTELLIGENT = int(Level.INTELLIGENT)
_GREEN = int(Level.GREEN)
_BINS = 10
"""Parts of the value-chain scale; who stands in the same one stands near."""


def people_cost(wage: FloatArray, p: Production) -> FloatArray:
    """Return what people's work costs in each region over the base wage; numbers in yuan that pay for it go by it.

    >>> people_cost(np.array([0.07, 0.0175]), Production(base_wage=0.035)).tolist()
    [2.0, 0.5]
    """
    cost: FloatArray = wage / p.base_wage if p.wage_indexed else np.ones(len(wage))
    return cost


def annuity(rate: float, horizon: float) -> float:
    """Return the present value of one yuan a quarter over `horizon` quarters at `rate`.

    >>> round(annuity(0.02, 16.0), 3), annuity(0.0, 16.0)
    (13.578, 16.0)
    """
    return float((1.0 - (1.0 + rate) ** -horizon) / rate) if rate > 0.0 else horizon


def lead_wear(p: Learning) -> float:
    """Return how fast the lead of a new product wears off under the protection it has, over that at protection 1/2.

    >>> lead_wear(Learning(appropriation=0.5, protection=1.0)), lead_wear(Learning(appropriation=0.5, protection=0.0))
    (0.5, 1.5)
    """
    return 1.0 + p.appropriation * (1.0 - 2.0 * p.protection)


def border_openness(structure: Structure, is_open: bool) -> FloatArray:
    """Return the share of open orders, searches, idle talent and capital that looks beyond each region, (regions,)."""
    return structure.openness if is_open else np.zeros(structure.n_regions)


@kernel
def step_cost(base: float, level: float, convexity: float, skill: float, service: float, gap_cost: float) -> float:
    """Return the cost of a unit step at `level`, in quarters of sales: convex, dearer without skill and service.

    >>> step_cost(0.3, 0.5, 2.0, 1.0, 0.0, 1.0)
    0.6
    """
    return base * (1.0 + convexity * level) * (1.0 + gap_cost * (1.0 - skill) * (1.0 - service))


@kernel
def green_costs(
    firm: IntArray, capability: FloatArray, frontier: FloatArray, green: FloatArray, know_how: float
) -> FloatArray:  # fmt: skip
    """Return what know-how in green fields leaves of the cost of a green step: 1 - know_how sum g x / sum g, by firm.

    `green` tells how far each field is green; without green fields nobody has know-how.

    >>> green_costs(np.array([0]), np.array([[0.5, 9.0]]), np.ones(2), np.array([0.5, 0.0]), 0.5).tolist()
    [0.75]
    """
    total = 0.0
    for k in range(len(green)):
        total += green[k]
    left = np.ones(len(firm))
    if total > 0.0:
        for f in range(len(firm)):
            known = 0.0
            for k in range(len(green)):
                known += green[k] * min(1.0, capability[firm[f], k] / frontier[k])
            left[f] = 1.0 - know_how * known / total
    return left


@kernel
def partner_levels(firm: IntArray, start: IntArray, other: IntArray, kind: IntArray, level: FloatArray) -> FloatArray:
    """Return the mean levels of each firm's tied firms, shape (firms, levels)."""
    mean = np.zeros((len(firm), level.shape[1]))
    for f in range(len(firm)):
        number = 0
        for e in range(start[firm[f]], start[firm[f] + 1]):
            j = other[e]
            if kind[j] == 0:
                number += 1
                for h in range(level.shape[1]):
                    mean[f, h] += level[j, h]
        if number > 0:
            for h in range(level.shape[1]):
                mean[f, h] /= number
    return mean


def adoption_costs(p: NewProductivity) -> FloatArray:
    """Return the cost of full adoption of each level, in quarters of sales."""
    return np.array([p.digital_cost, p.intelligent_cost, p.green_cost])


@kernel
def expected_savings(
    firm: IntArray,
    sector: IntArray,
    region: IntArray,
    inputs: FloatArray,
    energy_share: FloatArray,
    wage: FloatArray,
    talent: FloatArray,
    staff: FloatArray,
    sales: FloatArray,
    margin: FloatArray,
    quality: FloatArray,
    level: FloatArray,
    intelligent_talent: float,
    waste_saving: float,
    intelligent_gain: float,
    green_saving: float,
    carbon_price: float,
    green_standard: float,
    green_customers: float,
    customers: tuple[float, float, float],
) -> FloatArray:
    """Return the saving per quarter of sales at each full level, shape (firms, levels).

    Materials for digital, labour for intelligent (talent permitting), energy and material, customers and carbon
    cost for green; `green_customers` is the share of orders that a level below the standard costs, `customers` the
    shares that each full level wins, by variety in proportion to quality.

    >>> zero, one = np.array([0]), np.ones(1)
    >>> expected_savings(zero, zero, zero, 0.5 * np.ones((1, 1)), 0.1 * one, 0.2 * one, 3 * one, 10 * one, 20 * one,
    ...                  0.3 * one, 0.5 * one, np.zeros((1, 3)), 0.1, 0.06, 1.0, 0.25, 0.0, 0.2, 0.02,
    ...                  (0.01, 0.02, 0.03)).round(6).tolist()
    [[0.033, 0.03975, 0.04]]
    """
    saving = np.empty((len(firm), level.shape[1]))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        material = 0.0
        for u in range(inputs.shape[0]):
            material += inputs[u, s]
        earned = max(margin[i], 0.0)
        saving[f, _DIGITAL] = waste_saving * material + customers[0] * earned
        wages = wage[region[i]] * staff[i] / max(sales[i], 1e-9)
        labour = min(wages, 1.0) * intelligent_gain / (1.0 + intelligent_gain)
        in_use = used_intelligence(1.0, talent[i], staff[i], intelligent_talent)
        saving[f, _INTELLIGENT] = in_use * (labour + customers[1] * quality[i] * earned)
        energy = energy_share[s] * (1.0 + carbon_price) * green_saving
        lost = green_customers if level[i, _GREEN] < green_standard else 0.0
        saving[f, _GREEN] = energy + (lost + customers[2]) * earned
    return saving


@kernel
def crowding(
    firm: IntArray, region: IntArray, sector: IntArray, value_chain: FloatArray, sales: FloatArray, n_regions: int,
    n_sectors: int,
) -> FloatArray:  # fmt: skip
    """Return for each firm the share of its market's sales made near its value-chain position (a tenth of the scale).

    ``firm`` lists slots; a market is a sector of a region.

    >>> zero = np.zeros(3, np.int64)
    >>> crowding(np.arange(3), zero, zero, np.array([0.31, 0.39, 1.0]), np.array([1.0, 2.0, 1.0]), 1, 1).tolist()
    [0.75, 0.75, 0.25]
    """
    density = np.zeros((n_regions, n_sectors, _BINS))
    total = np.zeros((n_regions, n_sectors))
    for f in range(len(firm)):
        i = firm[f]
        place = min(int(value_chain[i] * _BINS), _BINS - 1)
        density[region[i], sector[i], place] += sales[i]
        total[region[i], sector[i]] += sales[i]
    near = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        if total[region[i], sector[i]] > 0.0:
            place = min(int(value_chain[i] * _BINS), _BINS - 1)
            near[f] = density[region[i], sector[i], place] / total[region[i], sector[i]]
    return near
