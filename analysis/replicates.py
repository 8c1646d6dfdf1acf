"""How many replicates are enough: a sequential confidence interval with look-ahead (Hoad, Robinson & Davies 2010).

Replicates are added one by one. The number sought is the first n at which the half-width of the confidence interval
of the mean is at most the target, and stays so for the next 5 replicates (5 in 100 once n exceeds 100), as a
half-width met by luck is soon lost. The paper starts looking at n = 3; here at 10, which costs little and stops
fewer series by luck. The coefficient of variation is given as a description only: that it no longer changes does not
mean that the mean is known (Lee et al. 2015 use it so).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


BEYOND = 10**12
"""What is expected of replicates is told up to here."""


@dataclass(frozen=True)
class Precision:
    """What is asked of a mean.

    Attributes
    ----------
    half_width
        Of the confidence interval: a share of the mean if `is_relative`, else in the unit of the measure.
    level
        Of the confidence interval.
    n_min
        The first number of replicates that can be enough, at least 2.
    look_ahead
        Further replicates for which the half-width must hold, in 100 once there are more than 100.
    """

    half_width: float = 0.05
    is_relative: bool = True
    level: float = 0.95
    n_min: int = 10
    look_ahead: int = 5

    def __post_init__(self) -> None:
        if not (self.half_width > 0.0 and 0.0 < self.level < 1.0 and self.n_min >= 2 and self.look_ahead >= 0):
            raise ValueError(f"{self}: half_width > 0, 0 < level < 1, n_min >= 2 and look_ahead >= 0 are needed")

    def target(self, mean: float) -> float:
        """Return the largest half-width that will do for a mean."""
        return self.half_width * abs(mean) if self.is_relative else self.half_width

    def further(self, n: int) -> int:
        """Return for how many further replicates the half-width must hold when there are n."""
        return self.look_ahead * max(n, 100) // 100


@dataclass
class Sequence:
    """The replicates of one measure as they come in.

    Attributes
    ----------
    n, mean
        Replicates so far and their mean.
    enough
        Number of replicates since which the half-width is small enough, None while it is not.
    is_settled
        Whether the look-ahead is over, so that `enough` is final.
    n_null
        Replicates in which the measure was null; they do not count.
    """

    precision: Precision = field(default_factory=Precision)
    n: int = 0
    mean: float = 0.0
    enough: int | None = None
    is_settled: bool = False
    n_null: int = 0
    _squares: float = 0.0

    def add(self, value: float) -> None:
        """Take in the value of the next replicate (Welford's update)."""
        if not math.isfinite(value):
            self.n_null += 1
            return
        self.n += 1
        step = value - self.mean
        self.mean += step / self.n
        self._squares += step * (value - self.mean)
        if self.is_settled or self.n < self.precision.n_min:
            return
        if self.half_width > self.precision.target(self.mean):
            self.enough = None
            return
        self.enough = self.enough or self.n
        self.is_settled = self.n - self.enough >= self.precision.further(self.n)

    @property
    def sd(self) -> float:
        """Standard deviation, NaN for less than two replicates."""
        return math.sqrt(self._squares / (self.n - 1)) if self.n > 1 else math.nan

    @property
    def half_width(self) -> float:
        """Half-width of the confidence interval of the mean, NaN for less than two replicates."""
        return _t(self.precision.level, self.n - 1) * self.sd / math.sqrt(self.n) if self.n > 1 else math.nan

    @property
    def expected(self) -> int | None:
        """About how many replicates will be enough, by the spread so far; None if that cannot be said."""
        target = self.precision.target(self.mean)
        if self.enough is not None or self.n < 2 or target == 0.0:
            return self.enough
        return max(self.precision.n_min, math.ceil(min(self.n * (self.half_width / target) ** 2, BEYOND)))


@cache
def _t(level: float, freedom: int) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.5 + 0.5 * level, freedom))


def replicates_until(
    draw: Callable[[int], Mapping[str, float]], precision: Precision | None = None, *, budget: int = 1000
) -> pd.DataFrame:
    """Draw replicates until every measure is known well enough, or the budget is spent.

    Parameters
    ----------
    draw
        Runs replicate 0, 1, 2, ... and returns the value of each measure.
    budget
        Most replicates to draw, look-ahead included.

    Returns
    -------
    DataFrame
        One row per measure (see `replicates_in`).

    Raises
    ------
    ValueError
        If the budget is below the smallest number that can be enough.
    """
    asked = precision or Precision()
    if budget < asked.n_min:
        raise ValueError(
            f"a budget of {budget} replicates is below the smallest number that is looked at, {asked.n_min}"
        )
    found: dict[str, Sequence] = {}
    for replicate in range(budget):
        for name, value in draw(replicate).items():
            found.setdefault(name, Sequence(asked)).add(value)
        if all(each.is_settled for each in found.values()):
            break
    return table_of(found)


def replicates_in(values: pd.DataFrame, precision: Precision | None = None) -> pd.DataFrame:
    """Return how many of the replicates that exist would have been enough.

    Parameters
    ----------
    values
        One row per replicate in the order of their seeds, one column per measure.

    Returns
    -------
    DataFrame
        One row per measure: ``measure``, ``enough`` (replicates that are enough, null if those drawn are not),
        ``is_settled`` (the look-ahead has held too), ``expected`` (about how many will be enough), ``replicates``
        (drawn), ``mean`` and ``half_width`` (achieved by all drawn), ``relative_half_width``, ``n_null``.
    """
    found = {}
    for name in values:
        found[str(name)] = sequence = Sequence(precision or Precision())
        for value in values[name]:
            sequence.add(float(value))
    return table_of(found)


def table_of(found: Mapping[str, Sequence]) -> pd.DataFrame:
    """Return one row per measure (see `replicates_in`)."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "measure": name,
            "enough": each.enough,
            "is_settled": each.is_settled,
            "expected": each.expected,
            "replicates": each.n,
            "mean": each.mean if each.n else math.nan,
            "half_width": each.half_width,
            "relative_half_width": each.half_width / abs(each.mean) if each.mean else math.nan,
            "n_null": each.n_null,
        }
        for name, each in found.items()
    ]
    return pd.DataFrame(rows).astype({"enough": "Int64", "expected": "Int64"}) if rows else pd.DataFrame()


def running(values: Iterable[float], precision: Precision | None = None) -> pd.DataFrame:
    """Return how mean, half-width and coefficient of variation develop: columns n, mean, half_width, target, cv."""
    import pandas as pd

    sequence = Sequence(precision or Precision())
    rows = []
    for value in values:
        sequence.add(float(value))
        cv = sequence.sd / abs(sequence.mean) if sequence.mean else math.nan
        rows.append((sequence.n, sequence.mean, sequence.half_width, sequence.precision.target(sequence.mean), cv))
    return pd.DataFrame(rows, columns=["n", "mean", "half_width", "target", "cv"]).drop_duplicates("n")
