"""Which bank or fund a firm deals with: one of its region, chosen by the firm's identity, for life."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.columns import read_only
from abm.state.world import World
from abm.types import IntArray, UidArray


@kernel
def chosen_by_identity(
    firm: IntArray, institution: IntArray, uid: UidArray, region: IntArray, n_regions: int
) -> IntArray:
    """Return the slot of each firm's institution: of its own region if there is one, else any; -1 if there is none.

    The identity of a firm, divided by the number of institutions, leaves the place of its own among them.

    >>> uid = np.array([7, 8, 30, 20], np.uint64)
    >>> chosen_by_identity(np.array([0, 1]), np.array([2, 3]), uid, np.array([0, 0, 0, 0]), 1).tolist()
    [2, 3]
    """
    in_order = institution.copy()
    for b in range(1, len(in_order)):
        slot = in_order[b]
        place = b
        while place > 0 and uid[in_order[place - 1]] > uid[slot]:
            in_order[place] = in_order[place - 1]
            place -= 1
        in_order[place] = slot
    choice = np.empty((n_regions, len(in_order)), np.int64)
    number = np.zeros(n_regions, np.int64)
    for r in range(n_regions):
        for slot in in_order:
            if region[slot] == r:
                choice[r, number[r]] = slot
                number[r] += 1
        if number[r] == 0:
            for slot in in_order:
                choice[r, number[r]] = slot
                number[r] += 1
    result = np.full(len(firm), -1, np.int64)
    for f in range(len(firm)):
        r = region[firm[f]]
        if r >= 0 and number[r] > 0:
            result[f] = choice[r, int(uid[firm[f]] % np.uint64(number[r]))]
    return result


def assigned(world: World, firm: IntArray, institution: IntArray) -> IntArray:
    """Return the slot of each firm's institution: of its own region if there is one, else any; -1 if there is none.

    Parameters
    ----------
    firm, institution
        Slots.
    """
    region = world.kind_and_region()[1]
    return chosen_by_identity(firm, institution, read_only(world.actors.uid), region, world.structure.n_regions)
