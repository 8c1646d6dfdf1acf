"""What the world sells: imports as good as the part of the frontier that can be bought."""

from __future__ import annotations

import numpy as np

from abm.state.structure import Structure
from abm.types import FloatArray


def purchasable(structure: Structure, embargo_factor: float) -> FloatArray:
    """Return the share of the frontier that can be bought, by field (ren 2.2.2), shape (fields,)."""
    result: FloatArray = 1.0 - np.minimum(structure.embargo * embargo_factor, 1.0)
    return result


def import_quality(structure: Structure, embargo_factor: float) -> FloatArray:
    """Return the quality of imports by sector, frontier = 1, shape (sectors,)."""
    result: FloatArray = np.maximum(structure.weight @ purchasable(structure, embargo_factor), 0.01)
    return result
