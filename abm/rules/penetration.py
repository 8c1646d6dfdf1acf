"""Traditional industries buy from the region's sectors and become more productive by it (zhao2020 I, III.C).

They are no actors: they stand outside, in the account of the rest of world, and a part of what a sector sells outside
goes to them. Equipment and services of a better make lift them towards what the sellers can do; the more productive
they are, the more they earn and the more they buy. Nothing but deliveries lifts them.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters, growth_per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind
from abm.state.world import World
from abm.types import FloatArray, IntArray

_LARGEST_CHANGE = 4.0
"""Most by which productivity multiplies, or divides, what traditional industries buy."""


@kernel
def part_of_exports(share: float, factor: float) -> float:
    """Return the part of a sector's exports that goes to traditional industries, which at first is `share`.

    `factor` is what their productivity has made of all exports, 1 + share (growth of their purchases - 1).

    >>> part_of_exports(0.5, 1.0), part_of_exports(0.5, 1.25), part_of_exports(0.0, 1.0)
    (0.5, 0.6, 0.0)
    """
    return (factor - 1.0 + share) / factor


@kernel
def deliveries_to_traditional(
    firm: IntArray, region: IntArray, sector: IntArray, sales: FloatArray, orders: FloatArray, quality: FloatArray,
    share: FloatArray, factor: FloatArray, exports: FloatArray, bought: FloatArray,
) -> FloatArray:  # fmt: skip
    """Set what traditional industries got of each sector, (regions, sectors); return its mean quality by region.

    It is their part of the exports ordered, as far as the sector delivered. Quality is 0 where nothing was bought.

    >>> zero, one, bought = np.array([0]), np.ones(1), np.zeros((1, 1))
    >>> deliveries_to_traditional(zero, zero, zero, 60 * one, 120 * one, 0.75 * one, 0.5 * one, np.ones((1, 1)),
    ...     np.array([[80.0]]), bought).tolist(), bought.tolist()
    ([0.75], [[20.0]])
    """
    ordered, sold, worth = np.zeros(bought.shape), np.zeros(bought.shape), np.zeros(bought.shape)
    for i in firm:
        ordered[region[i], sector[i]] += orders[i]
        sold[region[i], sector[i]] += sales[i]
        worth[region[i], sector[i]] += sales[i] * quality[i]
    mean = np.zeros(len(bought))
    for r in range(bought.shape[0]):
        total = 0.0
        for s in range(bought.shape[1]):
            bought[r, s] = 0.0
            if ordered[r, s] > 0.0 and sold[r, s] > 0.0:
                filled = min(1.0, sold[r, s] / ordered[r, s])
                bought[r, s] = exports[r, s] * part_of_exports(share[s], factor[r, s]) * filled
                mean[r] += bought[r, s] * worth[r, s] / sold[r, s]
                total += bought[r, s]
        mean[r] = mean[r] / total if total > 0.0 else 0.0
    return mean


@kernel
def lift(
    share: FloatArray, base: FloatArray, bought: FloatArray, quality: FloatArray, factor: FloatArray,
    level: FloatArray, first: FloatArray, growth: float, start: float, rate: float, wear: float, elasticity: float,
) -> None:  # fmt: skip
    """Let productivity of traditional industries follow what they bought, and their purchases follow it.

    l' = l + rate intensity max(0, q - l) - wear l, at most to q; intensity is what they bought over what they would buy
    at first prices and qualities. Purchases grow as (l / first)^elasticity.

    >>> factor, level = np.ones((1, 1)), np.array([0.5])
    >>> lift(np.array([0.5]), np.array([[80.0]]), np.array([[20.0]]), np.array([0.9]), factor, level, np.array([0.5]),
    ...     1.0, 0.5, 0.1, 0.06, 1.0)  # half the usual: 0.5 + 0.1 0.5 0.4 - 0.06 0.5
    >>> level.round(9).tolist(), factor.round(9).tolist()
    ([0.49], [[0.99]])
    """
    for r in range(len(level)):
        got, usual = 0.0, 0.0
        for s in range(len(share)):
            got += bought[r, s]
            usual += base[r, s] * growth * (factor[r, s] - 1.0 + share[s])
        if got <= 0.0 or usual <= 0.0:
            continue
        if first[r] <= 0.0:
            first[r] = level[r] = max(start * quality[r], 1e-6)
        pace = min(1.0, rate * got / usual)
        level[r] = max(1e-6, level[r] + pace * max(0.0, quality[r] - level[r]) - wear * level[r])
        buys = math.exp(elasticity * math.log(level[r] / first[r]))
        buys = max(1.0 / _LARGEST_CHANGE, min(_LARGEST_CHANGE, buys))
        for s in range(len(share)):
            factor[r, s] = 1.0 + share[s] * (buys - 1.0)


@kernel
def penetrate_industries(
    firm: IntArray, region: IntArray, sector: IntArray, sales: FloatArray, orders: FloatArray, quality: FloatArray,
    share: FloatArray, base: FloatArray, exports: FloatArray, bought: FloatArray, factor: FloatArray,
    level: FloatArray, first: FloatArray, growth: float, start: float, rate: float, wear: float, elasticity: float,
) -> None:  # fmt: skip
    """Reckon what traditional industries got, and let their productivity and purchases follow."""
    mean = deliveries_to_traditional(firm, region, sector, sales, orders, quality, share, factor, exports, bought)
    lift(share, base, bought, mean, factor, level, first, growth, start, rate, wear, elasticity)


@rule(
    writes=(
        "regions.traditional_purchases", "regions.traditional_factor", "regions.traditional_level",
        "regions.traditional_first",
    ),
    source="zhao2020:I; zhao2020:III.B; zhao2020:III.C",
    off={"switches.penetration": False},
)  # fmt: skip
def penetrate(world: World, parameters: Parameters, draws: Draws) -> None:
    """What traditional industries bought raises their productivity, and with it what they buy.

    Equation   l' = l + rate (bought / usual) max(0, q - l) - wear l; X_s grows by 1 + share_s ((l / l0)^elasticity - 1)
    Units      l, q: frontier = 1; bought, usual, X: million yuan per quarter; rate, wear: 1/quarter
    Source     zhao2020 I, III.B, III.C (the industry penetrates traditional industries, to the gain of both)
    Draws      none
    Off when   switches.penetration = false
    """
    if not parameters.switches.penetration:
        return
    p, actors, regions = parameters.penetration, world.actors, world.regions
    penetrate_industries(
        world.slots(Kind.FIRM), actors.region, actors.sector, actors.sales, actors.orders, actors.quality,
        world.structure.traditional_share, regions.export_base, regions.export_orders, regions.traditional_purchases,
        regions.traditional_factor, regions.traditional_level, regions.traditional_first,
        float((1.0 + growth_per_quarter(parameters.market.export_growth)) ** world.quarter), p.first_level, p.rate,
        p.wear, p.elasticity,
    )  # fmt: skip
