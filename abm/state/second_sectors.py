"""Who works in a second sector from the start, and in which: firms may serve several fields (zhao2020 II, Table II)."""

from __future__ import annotations

import numpy as np

from abm.types import FloatArray, IntArray


def second_sectors(
    sector: IntArray, kinship: FloatArray, share: float, lead: FloatArray, choice: FloatArray
) -> IntArray:
    """Return each firm's second sector, -1 for none.

    The `share` of firms with the lowest `lead` has one, drawn by `choice` in proportion to the firms of each other
    sector times its kinship with the firm's own. Both draws are uniform, by firm.

    >>> kin = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 1.0]])
    >>> lead, choice = np.array([0.9, 0.1, 0.2, 0.8]), np.array([0.0, 0.5, 0.9, 0.0])
    >>> second_sectors(np.array([0, 0, 1, 2]), kin, 0.5, lead, choice).tolist()
    [-1, 1, 2, -1]
    """
    second = np.full(len(sector), -1, np.int64)
    number = int(share * len(sector) + 0.5)
    chosen = np.argsort(lead, kind="stable")[:number]
    own = sector[chosen]
    weight = kinship[own] * np.bincount(sector, minlength=len(kinship))
    weight[np.arange(number), own] = 0.0
    edge = np.cumsum(weight, axis=1)
    total = edge[:, -1]
    place = (edge <= np.minimum(choice[chosen] * total, np.nextafter(total, 0.0))[:, None]).sum(axis=1)
    second[chosen] = np.where(total > 0.0, place, -1)
    return second
