"""How trust fades and ties end (model.md line 7).

Research ties last about two years (F3), supply ties survive a year in nine cases out of ten (F15); trust makes both
last longer. Projects that succeed build it, and suppliers whose products are better than those of their rivals.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters, per_quarter
from abm.randomness import Draws, pair_uid, uniform
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.codes import Kind, Layer
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_RESEARCH = int(Layer.RESEARCH)
_SUPPLY = int(Layer.SUPPLY)


@kernel
def ended_research_ties(
    is_active: BoolArray,
    layer: IntArray,
    source_uid: UidArray,
    target_uid: UidArray,
    used: IntArray,
    trust: FloatArray,
    key: np.uint64,
    quarter: int,
    hazard: float,
    slope: float,
    baseline: float,
    decay: float,
    idle_quarters: int,
) -> IntArray:
    """Let unused trust drift to the baseline and return the rows of research ties that end.

    >>> import numpy as np
    >>> trust, one = np.array([0.8]), np.array([1], dtype=np.uint64)
    >>> rows = ended_research_ties(np.array([True]), np.array([1]), one, one, np.array([0]), trust, np.uint64(3),
    ...     9, 1.0, 0.0, 0.4, 0.25, 4)
    >>> rows.tolist(), trust.round(6).tolist()
    ([0], [0.7])
    """
    ended = np.empty(len(layer), np.int64)
    number = 0
    for e in range(len(layer)):
        if not is_active[e] or layer[e] != _RESEARCH:
            continue
        if quarter - used[e] > idle_quarters:
            trust[e] += decay * (baseline - trust[e])
        chance = hazard * math.exp(-slope * (trust[e] - baseline))
        if uniform(key, pair_uid(source_uid[e], target_uid[e]), 0) < chance:
            ended[number] = e
            number += 1
    return ended[:number]


@rule(
    writes=("ties.trust", "ties.is_active"),
    source="F3; vaccario2018",
    off={"search.research_hazard": 0.0, "search.trust_decay": 0.0},
)
def end_research_ties(world: World, parameters: Parameters, draws: Draws) -> None:
    """Research ties end by hazard, trusted ones later; trust that is not used drifts to a baseline.

    Equation   P(end) = research_hazard exp(-hazard_slope (tau - baseline)); tau <- tau + decay (baseline - tau) after
               idle_quarters without use
    Units      P: 1/quarter; tau: 1
    Source     F3: alliances last about two years (Vaccario et al. 2018); trust: model.md section 1
    Draws      "research tie ends" by the pair of uids
    Off when   search.research_hazard = 0 and search.trust_decay = 0
    """
    p, ties = parameters.search, world.ties
    if p.research_hazard == 0.0 and p.trust_decay == 0.0:
        return
    ended = ended_research_ties(
        ties.is_active, ties.layer, ties.source_uid, ties.target_uid, ties.used, ties.trust,
        draws.key("research tie ends"), world.quarter,
        p.research_hazard, p.hazard_slope, p.trust_baseline, p.trust_decay, p.idle_quarters,
    )  # fmt: skip
    tie_book.close_ties(world, ended)


@kernel
def log_quality(firm: IntArray, sector: IntArray, quality: FloatArray, n_sectors: int) -> FloatArray:
    """Return the logarithm of each firm's quality over the mean of its sector, shape (actors,); 0 for who is no firm.

    >>> import numpy as np
    >>> log_quality(np.array([0, 2]), np.zeros(3, np.int64), np.array([0.5, 9.0, 1.5]), 1).round(6).tolist()
    [-0.693147, 0.0, 0.405465]
    """
    mean, number = np.zeros(n_sectors), np.zeros(n_sectors)
    for f in range(len(firm)):
        mean[sector[firm[f]]] += quality[firm[f]]
        number[sector[firm[f]]] += 1.0
    for s in range(n_sectors):
        mean[s] = max(mean[s] / max(number[s], 1.0), 1e-9)
    result = np.zeros(len(quality))
    for f in range(len(firm)):
        i = firm[f]
        result[i] = math.log(max(0.05, quality[i] / mean[sector[i]]))
    return result


@kernel
def ended_supply_ties(
    is_active: BoolArray,
    layer: IntArray,
    source: IntArray,
    source_uid: UidArray,
    target_uid: UidArray,
    used: IntArray,
    trust: FloatArray,
    quality: FloatArray,
    key: np.uint64,
    quarter: int,
    hazard: float,
    quality_slope: float,
    trust_slope: float,
    baseline: float,
    use_trust: float,
    outcome_slope: float,
    decay: float,
) -> IntArray:
    """Renew the trust of supply ties and return the rows of those that end; `quality` as from `log_quality`.

    Trust in a supplier that is used moves to the outcome 1/2 + outcome_slope ln(q / mean q): 1/2 is neutral.

    >>> import numpy as np
    >>> trust, one = np.array([0.5]), np.array([1], dtype=np.uint64)
    >>> rows = ended_supply_ties(np.array([True]), np.array([0]), np.array([0]), one, one, np.array([9]), trust,
    ...     np.array([0.1]), np.uint64(3), 9, 1.0, 0.0, 0.0, 0.3, 0.2, 1.5, 0.1)
    >>> rows.tolist(), trust.round(6).tolist()
    ([0], [0.53])
    """
    ended = np.empty(len(layer), np.int64)
    number = 0
    for e in range(len(layer)):
        if not is_active[e] or layer[e] != _SUPPLY:
            continue
        if quarter - used[e] <= 1:
            outcome = min(1.0, max(0.0, 0.5 + outcome_slope * quality[source[e]]))
            trust[e] += use_trust * (outcome - trust[e])
        else:
            trust[e] += decay * (baseline - trust[e])
        chance = hazard * math.exp(-quality_slope * quality[source[e]] - trust_slope * (trust[e] - baseline))
        if uniform(key, pair_uid(source_uid[e], target_uid[e]), 0) < chance:
            ended[number] = e
            number += 1
    return ended[:number]


@rule(
    writes=("ties.trust", "ties.is_active"),
    source="F15; mizuno2014; reisch2025",
    off={"search.supply_hazard": 0.0, "search.use_trust": 0.0, "search.trust_decay": 0.0},
)
def end_supply_ties(world: World, parameters: Parameters, draws: Draws) -> None:
    """Supply ties end by hazard, sooner where quality fails and trust is low; trust follows what is delivered.

    Equation   P(end) = hazard (q_j / mean q)^-hazard_quality exp(-hazard_slope (tau - baseline));
               tau <- tau + use_trust (o - tau) where used, o = 1/2 + outcome_slope ln(q_j / mean q), 0 to 1; else
               tau + decay (baseline - tau)
    Units      P: 1/quarter, converted from a year; q, tau, o: 1
    Source     F15: 92 % of customer links survive a year (Mizuno et al. 2014); Reisch et al. 2025; trust: model.md
               section 1
    Draws      "supply tie ends" by the pair of uids
    Off when   search.supply_hazard = search.use_trust = search.trust_decay = 0
    """
    p, actors, ties, st = parameters.search, world.actors, world.ties, world.structure
    if p.supply_hazard == 0.0 and p.use_trust == 0.0 and p.trust_decay == 0.0:
        return
    quality = log_quality(world.slots(Kind.FIRM), actors.sector, actors.quality, st.n_sectors)
    ended = ended_supply_ties(
        ties.is_active, ties.layer, ties.source, ties.source_uid, ties.target_uid, ties.used, ties.trust, quality,
        draws.key("supply tie ends"), world.quarter, per_quarter(p.supply_hazard), p.hazard_quality, p.hazard_slope,
        p.trust_baseline, p.use_trust, p.outcome_slope, p.trust_decay,
    )  # fmt: skip
    tie_book.close_ties(world, ended)
