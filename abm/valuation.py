"""What uses of money are expected to return: formulas that adoption and investment share."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import NewProductivity, Parameters
from abm.state.codes import Level
from abm.state.world import World
from abm.types import FloatArray, IntArray

_DIGITAL = int(Level.DIGITAL)
_INTELLIGENT = int(Level.INTELLIGENT)
_GREEN = int(Level.GREEN)
_BINS = 10


def annuity(rate: float, horizon: float) -> float:
    """Return the present value of one yuan a quarter over `horizon` quarters at `rate`.

    >>> round(annuity(0.02, 16.0), 3), annuity(0.0, 16.0)
    (13.578, 16.0)
    """
    return float((1.0 - (1.0 + rate) ** -horizon) / rate) if rate > 0.0 else horizon


@kernel
def step_cost(base: float, level: float, convexity: float, skill: float, service: float, gap_cost: float) -> float:
    """Return the cost of a unit step at `level`, in quarters of sales: convex, dearer without skill and service.

    >>> step_cost(0.3, 0.5, 2.0, 1.0, 0.0, 1.0)
    0.6
    """
    return base * (1.0 + convexity * level) * (1.0 + gap_cost * (1.0 - skill) * (1.0 - service))


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


def expected_savings(world: World, parameters: Parameters, firm: IntArray) -> FloatArray:
    """Return the saving per quarter of sales at each full level, shape (firms, levels).

    Materials for digital, labour for intelligent (talent permitting), energy and material, customers and carbon
    cost for green.
    """
    st, actors, production = world.structure, world.actors, parameters.production
    sector = actors.sector[firm]
    saving = np.empty((len(firm), 3))
    saving[:, _DIGITAL] = production.waste_saving * st.inputs.sum(axis=0)[sector]
    talent = actors.talent[firm] / np.maximum(actors.staff[firm], 1e-9)
    ability = talent / (talent + parameters.learning.absorption_talent)
    wages = world.regions.wage[actors.region[firm]] * actors.staff[firm] / np.maximum(actors.sales[firm], 1e-9)
    labour = np.minimum(wages, 1.0) * production.intelligent_gain / (1.0 + production.intelligent_gain)
    saving[:, _INTELLIGENT] = labour * ability
    policy, market = parameters.policy, parameters.market
    energy = st.energy_share[sector] * (1.0 + policy.carbon_price) * production.green_saving
    customers = market.green_strength * market.selection * (actors.level[firm, _GREEN] < policy.green_standard)
    saving[:, _GREEN] = energy + customers * np.maximum(actors.margin[firm], 0.0)
    return saving


@kernel
def crowding(
    firm: IntArray, market: IntArray, value_chain: FloatArray, sales: FloatArray, n_markets: int
) -> FloatArray:
    """Return for each firm the share of its market's sales made near its value-chain position (a tenth of the scale).

    ``firm`` lists slots, ``market`` their market (region x sector).
    """
    density = np.zeros((n_markets, _BINS))
    total = np.zeros(n_markets)
    for f in range(len(firm)):
        i = firm[f]
        place = min(int(value_chain[i] * _BINS), _BINS - 1)
        density[market[f], place] += sales[i]
        total[market[f]] += sales[i]
    near = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        if total[market[f]] > 0.0:
            near[f] = density[market[f], min(int(value_chain[i] * _BINS), _BINS - 1)] / total[market[f]]
    return near
