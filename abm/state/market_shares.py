"""Shares of markets when firms leave: their customers go to those who stay, imports included."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Kind
from abm.state.world import World
from abm.types import FloatArray, IntArray

WRITES: tuple[str, ...] = ("actors.market_share", "regions.import_share")
"""Columns a rule must declare to share out customers."""


@kernel
def shared_out(firm: IntArray, market: IntArray, share: FloatArray, import_share: FloatArray) -> None:
    """Scale shares so that those of a market's firms and of imports sum to 1; imports take what nobody has.

    ``firm`` lists slots, ``market`` their market, ``import_share`` is by market.

    >>> import numpy as np
    >>> share, imports = np.array([0.3, 0.3]), np.array([0.2, 0.0])
    >>> shared_out(np.array([0, 1]), np.array([0, 0]), share, imports)
    >>> share.round(3).tolist(), imports.round(3).tolist()
    ([0.375, 0.375], [0.25, 1.0])
    """
    total = import_share.copy()
    for f in range(len(firm)):
        total[market[f]] += share[firm[f]]
    for f in range(len(firm)):
        share[firm[f]] /= max(total[market[f]], 1e-300)
    for b in range(len(import_share)):
        import_share[b] = import_share[b] / total[b] if total[b] > 0.0 else 1.0


def share_out_customers(world: World) -> None:
    """Let customers nobody serves any more go to the firms of their market and to imports, in proportion."""
    actors, regions, st = world.actors, world.regions, world.structure
    firm = np.flatnonzero(actors.is_active & (actors.kind == int(Kind.FIRM)))
    market = actors.region[firm] * st.n_sectors + actors.sector[firm]
    import_share = regions.import_share.ravel()
    shared_out(firm, market, actors.market_share, import_share)
    regions.import_share[:] = import_share.reshape(st.n_regions, st.n_sectors)
