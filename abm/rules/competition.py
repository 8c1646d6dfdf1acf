"""Who wins orders: market shares follow competitiveness, with imports as a competitor (model.md line 12).

The replicator has a drag on size, so that attachment does not end in monopoly, and imports have a standing advantage
that makes them start level (both found necessary for a living economy).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, laplace
from abm.rule import rule
from abm.state.codes import Kind, Level
from abm.state.trade_terms import import_quality
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_GREEN = int(Level.GREEN)
_LARGEST_STEP = 0.7


@kernel
def competitiveness(
    firm: IntArray,
    quality: FloatArray,
    price: FloatArray,
    value_chain: FloatArray,
    level: FloatArray,
    quality_strength: float,
    price_strength: float,
    value_strength: float,
    green_strength: float,
    green_standard: float,
) -> FloatArray:
    """Return E = b_q ln q - b_p ln p + b_v v - b_g max(0, standard - green) for each firm.

    >>> import numpy as np
    >>> E = competitiveness(np.array([0]), np.array([1.0]), np.array([1.0]), np.array([0.4]), np.zeros((1, 3)),
    ...                     1.5, 2.0, 0.5, 1.0, 0.3)
    >>> round(float(E[0]), 6)
    -0.1
    """
    result = np.empty(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        result[f] = (
            quality_strength * math.log(max(quality[i], 0.01))
            - price_strength * math.log(max(price[i], 0.01))
            + value_strength * value_chain[i]
            - green_strength * max(0.0, green_standard - level[i, _GREEN])
        )
    return result


@kernel
def replicated(
    firm: IntArray,
    market: IntArray,
    uid: UidArray,
    key: np.uint64,
    strength: FloatArray,
    share: FloatArray,
    sales: FloatArray,
    orders: FloatArray,
    import_share: FloatArray,
    import_strength: FloatArray,
    normal_import_share: FloatArray,
    selection: float,
    drag: float,
    noise: float,
    pull: float,
    unfilled_loss: float,
) -> tuple[FloatArray, FloatArray]:
    """Return new shares of firms and of imports in each market; together they sum to 1.

    m' = m exp(eta (E - drag m) + noise) filled^loss / sum, where filled is the part of last quarter's orders that was
    delivered: who cannot deliver loses customers. Without firms imports take all.
    """
    n_markets = len(import_share)
    total = np.zeros(n_markets)
    raw = np.empty(len(firm))
    for f in range(len(firm)):
        m = share[firm[f]]
        step = selection * (strength[f] - drag * m)
        if noise > 0.0:
            step += noise * laplace(key, uid[firm[f]], 0)
        if orders[firm[f]] > 0.0:
            step += unfilled_loss * math.log(max(0.1, min(1.0, sales[firm[f]] / orders[firm[f]])))
        raw[f] = max(m, 1e-9) * math.exp(max(-_LARGEST_STEP, min(_LARGEST_STEP, step)))
        total[market[f]] += raw[f]
    raw_import = np.empty(n_markets)
    for b in range(n_markets):
        m = max(import_share[b], 1e-6)
        step = max(-_LARGEST_STEP, min(_LARGEST_STEP, selection * import_strength[b]))
        back = pull * math.log(max(normal_import_share[b], 1e-6) / m)
        raw_import[b] = m * math.exp(step + back) if total[b] > 0.0 else 1.0
        total[b] += raw_import[b]
    for f in range(len(firm)):
        raw[f] /= total[market[f]]
    for b in range(n_markets):
        raw_import[b] /= total[b]
    return raw, raw_import


@rule(
    writes=("actors.market_share", "regions.import_share", "regions.import_appeal"),
    source="zhao2020:III.C",
    off={"market.competition": False},
)
def compete_for_shares(world: World, parameters: Parameters, draws: Draws) -> None:
    """Sectors and firms with better and cheaper products gain share; laggards and imports lose it.

    Equation   m' = m e^{eta (E - drag m) + noise} / sum, imports included
    Units      m: share of the market; eta: 1/quarter
    Source     zhao2020 III.C (fast sectors rise, laggards are eliminated); replicator of model.md line 12
    Draws      "share noise" per firm: Laplace
    Off when   market.competition = false
    """
    p, st = parameters.market, world.structure
    if not p.competition:
        return
    actors, regions = world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    market = actors.region[firm] * st.n_sectors + actors.sector[firm]
    strength = competitiveness(
        firm, actors.quality, actors.price, actors.value_chain, actors.level,
        p.quality_strength, p.price_strength, p.value_strength, p.green_strength, parameters.policy.green_standard,
    )  # fmt: skip
    foreign = np.tile(p.quality_strength * np.log(import_quality(st, parameters.frontier.embargo_factor)), st.n_regions)
    if world.quarter == 1:
        mean = np.bincount(market, strength * actors.market_share[firm], len(foreign))
        held = np.bincount(market, actors.market_share[firm], len(foreign))
        appeal = np.where(held > 0.0, mean / np.maximum(held, 1e-12) - foreign, 0.0)
        regions.import_appeal[:] = appeal.reshape(st.n_regions, st.n_sectors)
    share, import_share = replicated(
        firm, market, actors.uid, draws.key("share noise"), strength, actors.market_share,
        actors.sales, actors.orders, regions.import_share.ravel(),
        foreign + regions.import_appeal.ravel(), regions.normal_import_share.ravel(),
        p.selection, p.size_drag, p.share_noise, p.import_pull, p.unfilled_loss,
    )  # fmt: skip
    actors.market_share[firm] = share
    regions.import_share[:] = import_share.reshape(st.n_regions, st.n_sectors)
