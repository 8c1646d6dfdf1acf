"""Shares of markets when firms leave: their customers go to those who stay, imports included."""

from __future__ import annotations

from abm.kernel import kernel
from abm.state.codes import Kind
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

WRITES: tuple[str, ...] = ("actors.market_share", "regions.import_share")
"""Columns a rule must declare to share out customers."""


_FIRM = int(Kind.FIRM)


@kernel
def shared_out(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    sector: IntArray,
    share: FloatArray,
    import_share: FloatArray,
) -> None:
    """Scale shares so that those of a market's firms and of imports sum to 1; imports take what nobody has.

    ``import_share`` is by market, shape (regions, sectors), the rest by actor.

    >>> import numpy as np
    >>> import numpy as np
    >>> share, imports, zero = np.array([0.3, 0.3, 0.9]), np.array([[0.2, 0.0]]), np.zeros(3, int)
    >>> shared_out(np.array([True, True, False]), zero, zero, zero, share, imports)
    >>> share.round(3).tolist(), imports.round(3).tolist()
    ([0.375, 0.375, 0.9], [[0.25, 1.0]])
    """
    total = import_share.copy()
    for i in range(len(share)):
        if is_active[i] and kind[i] == _FIRM:
            total[region[i], sector[i]] += share[i]
    for i in range(len(share)):
        if is_active[i] and kind[i] == _FIRM:
            share[i] /= max(total[region[i], sector[i]], 1e-300)
    for r in range(import_share.shape[0]):
        for s in range(import_share.shape[1]):
            import_share[r, s] = import_share[r, s] / total[r, s] if total[r, s] > 0.0 else 1.0


def share_out_customers(world: World) -> None:
    """Let customers nobody serves any more go to the firms of their market and to imports, in proportion."""
    actors, (kind, region) = world.actors, world.kind_and_region()
    shared_out(
        read_only(actors.is_active), kind, region, read_only(actors.sector), actors.market_share,
        world.regions.import_share,
    )  # fmt: skip
