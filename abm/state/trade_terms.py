"""What the world sells: imports as good as the part of the frontier that can be bought."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from abm.kernel import inner, kernel
from abm.state.structure import Structure
from abm.types import FloatArray

_WORST_IMPORT = 0.01


@kernel
def purchasable_share(embargo: FloatArray, embargo_factor: float) -> FloatArray:
    """Return the share of the frontier that can be bought, by field, where `embargo` times the factor cannot.

    >>> purchasable_share(np.array([0.25, 0.75]), 2.0).tolist()
    [0.5, 0.0]
    """
    share = np.empty(len(embargo))
    for k in range(len(embargo)):
        share[k] = 1.0 - min(embargo[k] * embargo_factor, 1.0)
    return share


@kernel
def quality_of_imports(weight: FloatArray, embargo: FloatArray, embargo_factor: float) -> FloatArray:
    """Return the quality of imports by sector, frontier = 1; ``weight`` has shape (sectors, fields).

    >>> quality_of_imports(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([0.25, 0.75]), 2.0).tolist()
    [0.25, 0.01]
    """
    share = purchasable_share(embargo, embargo_factor)
    quality = np.zeros(len(weight))
    for s in range(len(weight)):
        for k in range(len(share)):
            quality[s] += weight[s, k] * share[k]
        quality[s] = max(quality[s], _WORST_IMPORT)
    return quality


@lru_cache(maxsize=64)
def purchasable(structure: Structure, embargo_factor: float) -> FloatArray:
    """Return the share of the frontier that can be bought, by field (ren 2.2.2), shape (fields,), read-only."""
    share = purchasable_share(structure.embargo, embargo_factor)
    share.flags.writeable = False
    return share


@lru_cache(maxsize=64)
def import_quality(structure: Structure, embargo_factor: float) -> FloatArray:
    """Return the quality of imports by sector, frontier = 1, shape (sectors,), read-only."""
    quality = quality_of_imports(structure.weight, structure.embargo, embargo_factor)
    quality.flags.writeable = False
    return quality


@inner
def reachable(frontier: FloatArray, embargo: FloatArray, embargo_factor: float, most: float) -> FloatArray:
    """Return the level of each field that can be bought abroad, but never above the share `most` of the frontier.

    >>> reachable(np.array([2.0, 4.0]), np.array([0.0, 0.75]), 1.0, 0.5).tolist()
    [1.0, 1.0]
    """
    reach = purchasable_share(embargo, embargo_factor)
    for k in range(len(frontier)):
        reach[k] = min(most, reach[k]) * frontier[k]
    return reach
