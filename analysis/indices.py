"""What people say about an index: the grade of a coupling degree, the half-time of a stage, the words for a path."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

GRADES: tuple[str, ...] = (
    "extreme imbalance",
    "severe imbalance",
    "moderate imbalance",
    "mild imbalance",
    "near imbalance",
    "barely coordinated",
    "primary coordination",
    "intermediate coordination",
    "good coordination",
    "quality coordination",
)
"""Ten grades of 0.1 each (Tian et al. 2021)."""

PATH_SHARES: dict[str, str] = {
    "path_common_technology_share": "common technology",
    "path_supporting_chain_share": "supporting chain",
    "path_innovation_platform_share": "innovation platform",
}
"""Measure of each path's share of the three, and the path in words."""

STAGE_INDICES: dict[str, str] = {
    "factor_index": "factors",
    "value_chain_index": "value chain",
    "structure_index": "industrial structure",
}
"""Measure of each stage of upgrading, and the stage in words, in the order li 2.A expects."""


def grade_of(coordination: float) -> str:
    """Return the words for a degree of coupling coordination; a grade includes its upper end.

    >>> grade_of(0.0), grade_of(0.1), grade_of(0.55), grade_of(1.0)
    ('extreme imbalance', 'extreme imbalance', 'barely coordinated', 'quality coordination')
    """
    return GRADES[min(max(math.ceil(10.0 * coordination - 1e-12) - 1, 0), 9)]


def half_time(quarter: Any, index: Any) -> float | None:
    """Return the quarter (interpolated) at which an index was half of the way from its first value to 1.

    None if the run ended before: the half-time is censored, neither long nor short.

    >>> half_time([1, 2, 3, 4], [0.2, 0.4, 0.5, 0.7])
    3.5
    >>> half_time([1, 2], [0.2, 0.3]) is None
    True
    """
    times, values = np.asarray(quarter, dtype=float), np.asarray(index, dtype=float)
    is_known = np.isfinite(values)
    times, values = times[is_known], values[is_known]
    if len(values) == 0:
        return None
    half = 0.5 * (values[0] + 1.0)
    above = np.flatnonzero(values >= half)
    if len(above) == 0:
        return None
    place = int(above[0])
    if place == 0:
        return float(times[0])
    before, after = values[place - 1], values[place]
    step = (half - before) / (after - before)
    return float(times[place - 1] + step * (times[place] - times[place - 1]))


def path_in_words(code: Any) -> str:
    """Return the words for the text of a path column, empty for null.

    >>> path_in_words("common_technology"), path_in_words(None), path_in_words(float("nan"))
    ('common technology', '', '')
    """
    return code.replace("_", " ") if isinstance(code, str) else ""
