"""New products open demand of their own, along an S-curve (model.md line 12).

The more of a market's sales are new products, the more customers there are to be won who bought nothing before. They
come by themselves and by the example of those who came (Bass 1969); part of what they buy they would have bought
anyhow. Households take the money from what they buy of no sector of the model, the world from its own cash.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind
from abm.state.world import World
from abm.types import FloatArray, IntArray


@kernel
def diffuse(
    firm: IntArray, sector: IntArray, region: IntArray, share: FloatArray, novelty: FloatArray, potential: FloatArray,
    adopted: FloatArray, opening: float, fade: float, outside: float, contact: float,
) -> None:  # fmt: skip
    """Renew the demand that new products could open and have opened, over demand as it was, shape (regions, sectors).

    M = max((1 - fade) M, opening n), n = novelty of the market's firms by share; a += (p + q a / M)(M - a), a <= M.

    >>> zero, half, M, a = np.zeros(1, np.int64), np.array([0.5]), np.zeros((1, 1)), np.zeros((1, 1))
    >>> for _ in range(2):
    ...     diffuse(zero, zero, zero, half, half, M, a, 0.4, 0.0, 0.01, 0.1)
    ...     M.round(6).tolist(), a.round(6).tolist()
    ([[0.2]], [[0.002]])
    ([[0.2]], [[0.004178]])
    """
    held = np.zeros(potential.shape)
    new = np.zeros(potential.shape)
    for i in firm:
        held[region[i], sector[i]] += share[i]
        new[region[i], sector[i]] += share[i] * novelty[i]
    for r in range(potential.shape[0]):
        for s in range(potential.shape[1]):
            most = max((1.0 - fade) * potential[r, s], opening * new[r, s] / max(held[r, s], 1e-12))
            a = adopted[r, s]
            pace = min(1.0, outside + contact * a / max(most, 1e-12))
            potential[r, s] = most
            adopted[r, s] = min(most, a + pace * max(0.0, most - a))


@rule(
    writes=("regions.new_potential", "regions.new_demand"),
    source="zhao2020:III.C; bass1969",
    off={"market.new_demand": False},
)
def open_demand(world: World, parameters: Parameters, draws: Draws) -> None:
    """New products open demand of their own, slowly at first, then by example, until all who want them have them.

    Equation   M = max((1 - fade) M, opening n); a <- min(M, a + (p + q a / M)(M - a)); markets grow by (1 - c) a
    Units      M, a: demand over what it was; n: share of sales from new products; p, q, fade: 1/quarter; c: 1
    Source     zhao2020 III.C (new products bring new demand); S-curve of Bass (1969), its coefficients an assumption
    Draws      none
    Off when   market.new_demand = false: trade reckons without it
    """
    p, actors, regions = parameters.market, world.actors, world.regions
    if not p.new_demand:
        return
    diffuse(
        world.slots(Kind.FIRM), actors.sector, world.kind_and_region()[1], actors.market_share, actors.novelty,
        regions.new_potential, regions.new_demand, p.opening, p.demand_fade, p.adoption_outside, p.adoption_contact,
    )  # fmt: skip
