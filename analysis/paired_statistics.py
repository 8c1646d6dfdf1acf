"""The effect of a change on one measure, from values over seeds, with its confidence interval.

Worlds with one seed share all chance the change does not touch, so their difference varies less than the worlds do.
How much less is reported: the correlation of the two worlds over seeds, and the variance reduction
(s_base^2 + s_changed^2) / s_difference^2, by which unpaired runs would have to be more for an interval as narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

LEVEL = 0.95
MIN_BOOTSTRAP = 50
"""Fewer seeds than this get a t interval: the bootstrap is too narrow for few (of 1,000 made-up experiments, 95 %
intervals held the truth in 91 % at 20 seeds and 94 % at 40 by BCa, 94 % and 95 % by t)."""
FEW = 10
"""With fewer seeds than this, no chance seen is not no chance: a change that is the same in all has no interval."""
ROUNDING = 2.5e-7
"""What keeping values in 32 bits can make differences that are the same differ by, relative to the values."""
RESAMPLES = 9_999
BATCH = 2_000_000
"""Numbers drawn at once by the bootstrap, which bounds its memory."""


@dataclass(frozen=True)
class Effect:
    """The effect of a change on one measure.

    Attributes
    ----------
    base, changed
        Mean over seeds in each world.
    difference, low, high
        Changed minus base, and the ends of its confidence interval (NaN where there is none).
    correlation
        Of the two worlds over seeds; NaN if one does not vary, or unpaired.
    variance_reduction
        How many times the variance of an unpaired difference is that of this one; NaN if unpaired.
    sd
        Standard deviation over seeds within a world (root mean square of both worlds), the scale of figures.
    pairs, seeds
        Pairs used, and the independent seeds among them; unpaired, the runs of the side with fewer, and the seeds of
        the side with fewer.
    dropped
        Pairs (unpaired: runs) left out because the measure is null in one of the worlds.
    method
        ``"BCa"`` (bootstrap), ``"paired t"``, ``"Welch t"``, ``"constant"`` or ``"none"``.
    """

    base: float
    changed: float
    difference: float
    low: float
    high: float
    correlation: float
    variance_reduction: float
    sd: float
    pairs: int
    seeds: int
    dropped: int
    method: str

    @property
    def is_clear(self) -> bool:
        """Tell whether the interval excludes zero."""
        return self.low > 0.0 or self.high < 0.0


def paired_effect(
    base: Values, changed: Values, seeds: Any = None, *, level: float = LEVEL, resamples: int = RESAMPLES
) -> Effect:
    """Return the effect from values that belong together, each of shape (pairs,).

    Parameters
    ----------
    seeds
        Seed of each pair; pairs of one seed are averaged, as they are not independent. None: all differ.
    level, resamples
        Of the confidence interval.

    >>> import numpy as np
    >>> found = paired_effect(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.5, 3.8]))
    >>> round(found.difference, 3), round(found.low, 3), round(found.high, 3), found.method
    (0.6, 0.17, 1.03, 'paired t')
    """
    is_known = np.isfinite(base) & np.isfinite(changed)
    key = np.arange(len(base)) if seeds is None else np.asarray(seeds)
    x, y = (_by_seed(side[is_known], key[is_known]) for side in (base, changed))
    difference = y - x
    low, high, method = np.nan, np.nan, "none"
    if not difference.any() or not _shows_no_chance(difference, float(np.abs([x, y]).max())):
        low, high, method = _interval(difference, level, resamples)
    spread = float(np.var(x, ddof=1) + np.var(y, ddof=1)) if len(x) > 1 else np.nan
    left = float(np.var(difference, ddof=1)) if len(x) > 1 else np.nan
    varies = len(x) > 1 and np.ptp(x) > 0.0 and np.ptp(y) > 0.0
    return Effect(
        base=_mean(x),
        changed=_mean(y),
        difference=_mean(difference),
        low=low,
        high=high,
        correlation=float(np.corrcoef(x, y)[0, 1]) if varies else np.nan,
        variance_reduction=spread / left if left > 0.0 else (np.inf if spread > 0.0 else np.nan),
        sd=float(np.sqrt(spread / 2.0)),
        pairs=int(is_known.sum()),
        seeds=len(x),
        dropped=int((~is_known).sum()),
        method=method,
    )


def unpaired_effect(
    base: Values, changed: Values, base_seeds: Any = None, changed_seeds: Any = None, *, level: float = LEVEL
) -> Effect:
    """Return the effect from values that do not belong together, with Welch's t interval.

    Parameters
    ----------
    base_seeds, changed_seeds
        Seed of each value; values of one seed are averaged, as they are not independent. None: all differ.
    level
        Of the confidence interval.

    >>> import numpy as np
    >>> unpaired_effect(np.array([1.0, 1.2, 3.0, 3.2]), np.array([2.0, 4.0]), [1, 1, 2, 2], [3, 4]).seeds
    2
    """
    from scipy import stats

    known = [np.isfinite(side) for side in (base, changed)]
    runs = [int(is_known.sum()) for is_known in known]
    keys = [
        np.arange(len(side)) if seeds is None else np.asarray(seeds)
        for side, seeds in ((base, base_seeds), (changed, changed_seeds))
    ]
    x, y = (
        _by_seed(side[is_known], key[is_known])
        for side, is_known, key in zip((base, changed), known, keys, strict=True)
    )
    spread = [float(np.var(side, ddof=1)) if len(side) > 1 else np.nan for side in (x, y)]
    difference = _mean(y) - _mean(x)
    low, high, method = np.nan, np.nan, "none"
    if min(len(x), len(y)) > 1 and sum(spread) > 0.0 and not all(_shows_no_chance(side) for side in (x, y)):
        errors = [spread[0] / len(x), spread[1] / len(y)]
        freedom = sum(errors) ** 2 / (errors[0] ** 2 / (len(x) - 1) + errors[1] ** 2 / (len(y) - 1))
        half = float(stats.t.ppf(0.5 + 0.5 * level, freedom) * np.sqrt(sum(errors)))
        low, high, method = difference - half, difference + half, "Welch t"
    return Effect(
        base=_mean(x),
        changed=_mean(y),
        difference=difference,
        low=low,
        high=high,
        correlation=np.nan,
        variance_reduction=np.nan,
        sd=float(np.sqrt(sum(spread) / 2.0)),
        pairs=min(runs),
        seeds=min(len(x), len(y)),
        dropped=len(base) + len(changed) - sum(runs),
        method=method,
    )


def _by_seed(values: Values, seeds: Any) -> Values:
    """Return the mean of each seed, shape (seeds,)."""
    _, place = np.unique(seeds, return_inverse=True)
    means: Values = np.bincount(place, weights=values) / np.maximum(np.bincount(place), 1)
    return means


def _shows_no_chance(values: Values, scale: float | None = None) -> bool:
    """Tell whether few values are all the same but for rounding, relative to `scale`, by default their own size."""
    if not 0 < len(values) < FEW:
        return False
    size = float(np.abs(values).max()) if scale is None else scale
    return bool(np.ptp(values) <= ROUNDING * size)


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) else np.nan


def _interval(difference: Values, level: float, resamples: int) -> tuple[float, float, str]:
    """Return the ends of the interval of a mean and how it was found; the same values give the same interval."""
    from scipy import stats

    n = len(difference)
    if n < 2:
        return np.nan, np.nan, "none"
    if np.ptp(difference) == 0.0:
        return float(difference[0]), float(difference[0]), "constant"
    if n < MIN_BOOTSTRAP:
        low, high = stats.t.interval(level, n - 1, loc=difference.mean(), scale=stats.sem(difference))
        return float(low), float(high), "paired t"
    found = stats.bootstrap(
        (difference,), np.mean, n_resamples=resamples, batch=max(1, BATCH // n), confidence_level=level,
        method="BCa", rng=np.random.default_rng(n),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high), "BCa"
