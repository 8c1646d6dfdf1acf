"""Who wins orders: market shares follow competitiveness, with imports as a competitor (model.md line 12).

The replicator has a drag on size, so that attachment does not end in monopoly, and imports have a standing advantage
that makes them start level (both found necessary for a living economy). What drags is a firm's share among the rivals
a customer compares: no buyer compares all firms of a large market, and a market of many firms is no free field.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, laplace
from abm.rule import rule
from abm.state.codes import Kind, Level
from abm.state.technique import used_intelligence
from abm.state.trade_terms import import_quality
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_DIGITAL, _INTELLIGENT, _GREEN = int(Level.DIGITAL), int(Level.INTELLIGENT), int(Level.GREEN)
_LARGEST_STEP = 0.7
"""Most by which competition moves the logarithm of a share in a quarter, up or down."""


@kernel
def competitiveness(
    firm: IntArray,
    quality: FloatArray,
    price: FloatArray,
    value_chain: FloatArray,
    level: FloatArray,
    talent: FloatArray,
    staff: FloatArray,
    flaw: FloatArray,
    hidden: FloatArray,
    quality_strength: float,
    price_strength: float,
    value_strength: float,
    green_strength: float,
    green_standard: float,
    green_demand: float,
    digital_reach: float,
    variety: float,
    intelligent_talent: float,
) -> FloatArray:
    """Return how strongly each firm competes.

    E = b_q ln(q / (1 - flaw)^hidden) - b_p ln p + b_v v - b_g max(0, standard - green) + demand green + reach digital
    + variety q l, with l the intelligent level that is put to use: small batches made to order, of good quality. In ln
    quality is what buyers of the open market believe it is: they do not see the hidden part of a flaw.

    >>> import numpy as np
    >>> E = competitiveness(np.array([0]), np.array([0.8]), np.array([1.0]), np.array([0.4]),
    ...     np.array([[1.0, 0.5, 0.1]]), np.array([1.0]), np.array([10.0]), np.array([0.2]), np.array([1.0]), 1.5, 2.0,
    ...     0.5, 1.0, 0.3, 0.5, 0.05, 0.25, 0.1)
    >>> round(float(E[0]), 6)  # 0.2 by position, -0.2 by the standard, 0.05 by each of the three levels
    0.15
    """
    result = np.empty(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        result[f] = (
            quality_strength * (math.log(max(quality[i], 0.01)) - hidden[i] * math.log(max(1.0 - flaw[i], 0.01)))
            - price_strength * math.log(max(price[i], 0.01))
            + value_strength * value_chain[i]
            - green_strength * max(0.0, green_standard - level[i, _GREEN])
            + green_demand * level[i, _GREEN]
            + digital_reach * level[i, _DIGITAL]
            + variety * quality[i] * used_intelligence(level[i, _INTELLIGENT], talent[i], staff[i], intelligent_talent)
        )
    return result


@kernel
def replicate(
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    uid: UidArray,
    key: np.uint64,
    strength: FloatArray,
    sales: FloatArray,
    orders: FloatArray,
    foreign: FloatArray,
    appeal: FloatArray,
    normal_import_share: FloatArray,
    share: FloatArray,
    import_share: FloatArray,
    selection: float,
    drag: float,
    compared: float,
    noise: float,
    pull: float,
    unfilled_loss: float,
) -> None:
    """Renew the shares of firms and of imports in each market; together they sum to 1.

    m' = m exp(eta (E - drag m max(1, n / compared)) + noise) filled^loss / sum, where n firms share the market and
    filled is the part of last quarter's orders that was delivered: who cannot deliver loses customers. Without firms
    imports take all. ``strength`` is by place in ``firm``, ``foreign`` by sector; markets have shape (regions,
    sectors).

    >>> zero, one, market = np.array([0]), np.ones(1), np.ones((1, 1))
    >>> share, imports = 0.3 * one, 0.3 * market
    >>> replicate(zero, zero, zero, zero.astype(np.uint64), np.uint64(1), math.log(16.0) * one, one, one, 0.0 * one,
    ...           0 * market, market, share, imports, 0.25, 0.0, 40.0, 0.0, 0.0, 0.0)
    >>> share.round(6).tolist(), imports.round(6).tolist()
    ([0.666667], [[0.333333]])
    >>> share, imports = 0.5 * one, 0.5 * market  # one firm is two where half a firm is compared: 0.5 4 drags by 0.25
    >>> replicate(zero, zero, zero, zero.astype(np.uint64), np.uint64(1), 0 * one, one, one, 0.0 * one,
    ...           0 * market, market, share, imports, 0.25, 1.0, 0.5, 0.0, 0.0, 0.0)
    >>> round(float(share[0] / imports[0, 0]), 6) == round(math.exp(-0.25), 6)
    True
    """
    total = np.zeros(import_share.shape)
    number = np.zeros(import_share.shape)
    for i in firm:
        number[region[i], sector[i]] += 1.0
    for f in range(len(firm)):
        i = firm[f]
        m = share[i]
        step = selection * (strength[f] - drag * m * max(1.0, number[region[i], sector[i]] / compared))
        if noise > 0.0:
            step += noise * laplace(key, uid[i], 0)
        if orders[i] > 0.0:
            step += unfilled_loss * math.log(max(0.1, min(1.0, sales[i] / orders[i])))
        share[i] = max(m, 1e-9) * math.exp(max(-_LARGEST_STEP, min(_LARGEST_STEP, step)))
        total[region[i], sector[i]] += share[i]
    for r in range(len(total)):
        for s in range(len(foreign)):
            m = max(import_share[r, s], 1e-6)
            step = max(-_LARGEST_STEP, min(_LARGEST_STEP, selection * (foreign[s] + appeal[r, s])))
            back = pull * math.log(max(normal_import_share[r, s], 1e-6) / m)
            import_share[r, s] = m * math.exp(step + back) if total[r, s] > 0.0 else 1.0
            total[r, s] += import_share[r, s]
            import_share[r, s] /= total[r, s]
    for i in firm:
        share[i] /= total[region[i], sector[i]]


@rule(
    writes=("actors.market_share", "regions.import_share", "regions.import_appeal"),
    source="zhao2020:III.C; cheng:3.1; cheng:3.2; cheng:3.3; cheng:4.3",
    off={"market.competition": False},
)
def compete_for_shares(world: World, parameters: Parameters, draws: Draws) -> None:
    """Sectors and firms with better and cheaper products gain share; laggards and imports lose it.

    Equation   m' = m e^{eta (E - drag m max(1, n / compared)) + noise} / sum, imports included;
               E = b_q ln(q / (1 - flaw)^hidden) - b_p ln p + b_v v - b_g max(0, standard - green) + green_demand green
               + digital_reach digital + variety q intelligent
    Units      m: share of the market; n: firms of the market; eta: 1/quarter; E, q, p, v, flaw, hidden, levels: 1
    Source     zhao2020 III.C (fast sectors rise, laggards are eliminated), III.D (outsiders); replicator of model.md
               line 12; cheng 3.1 (digital business), 3.2 (small batches to order), 3.3 (green demand), 4.3 (standard)
    Draws      "share noise" per firm: Laplace
    Off when   market.competition = false
    """
    p, st = parameters.market, world.structure
    if not p.competition:
        return
    actors, regions = world.actors, world.regions
    firm, region = world.slots(Kind.FIRM), world.kind_and_region()[1]
    strength = competitiveness(
        firm, actors.quality, actors.price, actors.value_chain, actors.level, actors.talent, actors.staff,
        actors.flaw, actors.hidden,
        p.quality_strength, p.price_strength, p.value_strength, p.green_strength, parameters.policy.green_standard,
        p.green_demand, p.digital_reach, p.variety, parameters.production.intelligent_talent,
    )  # fmt: skip
    foreign = p.quality_strength * np.log(import_quality(st, parameters.frontier.embargo_factor))
    if world.quarter == 1:
        _make_imports_start_level(world, firm, strength, foreign)
    replicate(
        firm, region, actors.sector, actors.uid, draws.key("share noise"), strength, actors.sales, actors.orders,
        foreign, regions.import_appeal, regions.normal_import_share, actors.market_share, regions.import_share,
        p.selection, p.size_drag, p.compared, p.share_noise, p.import_pull, p.unfilled_loss,
    )  # fmt: skip


def _make_imports_start_level(world: World, firm: IntArray, strength: FloatArray, foreign: FloatArray) -> None:
    """Give imports the advantage with which they neither gain nor lose share at the start."""
    actors, regions, n_sectors = world.actors, world.regions, len(foreign)
    market = actors.region[firm] * n_sectors + actors.sector[firm]
    held = np.bincount(market, actors.market_share[firm], regions.rows * n_sectors)
    mean = np.bincount(market, strength * actors.market_share[firm], len(held)) / np.maximum(held, 1e-12)
    appeal = mean.reshape(-1, n_sectors) - foreign
    regions.import_appeal[:] = np.where(held.reshape(appeal.shape) > 0.0, appeal, 0.0)
