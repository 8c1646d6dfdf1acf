"""Whether the measures of a run are sound: nothing null that never is, nothing infinite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("run", "region", "quarter")
"""First columns of the measures; they are not measures."""


def bad_measure(measures: pd.DataFrame | Mapping[str, Any]) -> str:
    """Return what is wrong with the values: a null that may not be null, or an infinite value; empty if nothing.

    >>> bad_measure({"run": ["a"], "region": ["north"], "quarter": [4], "n_firms": [float("nan")]})
    'n_firms is null in quarter 4, which it never may be'
    """
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame(measures)
    floats = frame.select_dtypes(np.floating)
    is_finite = np.isfinite(floats.to_numpy()).all(axis=0)
    sound = set(floats.columns[is_finite])  # most measures, in one go: one by one it takes ten times as long
    for name in frame.columns:
        if name in sound:
            continue
        values = frame[name].to_numpy()
        is_null = pd.isna(values)
        if name in never_null() and is_null.any():
            return f"{name} is null in quarter {frame['quarter'].to_numpy()[is_null][0]}, which it never may be"
        if values.dtype.kind == "f" and np.isinf(values).any():
            return f"{name} is infinite in quarter {frame['quarter'].to_numpy()[np.isinf(values)][0]}"
    return ""


@cache
def never_null() -> frozenset[str]:
    """Return the names of the measures that are never null by their declaration."""
    from abm.measures import MEASURES

    return frozenset(name for name, known in MEASURES.items() if known.null_when is None)
