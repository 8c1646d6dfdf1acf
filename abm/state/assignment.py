"""Which bank or fund a firm deals with: one of its region, chosen by the firm's identity, for life."""

from __future__ import annotations

import numpy as np

from abm.state.world import World
from abm.types import IntArray


def assigned(world: World, firm: IntArray, institution: IntArray) -> IntArray:
    """Return the slot of each firm's institution: of its own region if there is one, else any; -1 if there is none.

    Parameters
    ----------
    firm, institution
        Slots.
    """
    result = np.full(len(firm), -1, dtype=np.int64)
    if len(institution) == 0 or len(firm) == 0:
        return result
    uid, region = world.actors.uid, world.actors.region
    in_order = institution[np.argsort(uid[institution])]
    for r in range(world.structure.n_regions):
        own = in_order[region[in_order] == r]
        choice = own if len(own) else in_order
        here = region[firm] == r
        result[here] = choice[(uid[firm[here]] % np.uint64(len(choice))).astype(np.int64)]
    return result
