"""Half-times of upgrading over an ensemble: runs that ended too early are counted as censored, never dropped.

The median is that of Kaplan & Meier (1958): a run that ended before its half-time says that it took longer than the
run, and counts among those still on their way until then. Its interval follows Brookmeyer & Crowley (1982) on the
log(-log) scale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from analysis.indices import STAGE_INDICES, half_time
from analysis.store import Store

if TYPE_CHECKING:
    import pandas as pd


class Median(NamedTuple):
    """Median of times of which some are censored, and its interval; NaN where so few ended that it is not known."""

    median: float
    low: float
    high: float


def survival(times: Sequence[float], has_ended: Sequence[bool]) -> list[tuple[float, float, float]]:
    """Return, for each time at which something ended, the share that lasts longer and its Greenwood sum.

    >>> [(t, round(s, 4), round(v, 4)) for t, s, v in survival([2.0, 4.0, 4.0, 7.0], [True, True, False, True])]
    [(2.0, 0.75, 0.0833), (4.0, 0.5, 0.25), (7.0, 0.0, inf)]
    """
    share, greenwood, steps = 1.0, 0.0, []
    pairs = sorted(zip(times, has_ended, strict=True))
    for time in sorted({time for time, ended in pairs if ended}):
        at_risk = sum(each >= time for each, _ in pairs)
        ending = sum(ended and each == time for each, ended in pairs)
        share *= 1.0 - ending / at_risk
        greenwood += ending / (at_risk * (at_risk - ending)) if ending < at_risk else math.inf
        steps.append((time, share, greenwood))
    return steps


def median_time(times: Sequence[float], has_ended: Sequence[bool], level: float = 0.95) -> Median:
    """Return the Kaplan-Meier median: the first time by which at least half have ended.

    >>> median_time([2.0, 4.0, 5.0, 7.0], [True, True, False, True]).median
    4.0
    >>> median_time([2.0, 5.0, 5.0], [True, False, False])
    Median(median=nan, low=2.0, high=nan)
    """
    z = NormalDist().inv_cdf(0.5 + 0.5 * level)
    first = {"median": math.nan, "low": math.nan, "high": math.nan}
    for time, share, greenwood in survival(times, has_ended):
        bounds = {"median": share, "low": share, "high": share}
        if 0.0 < share < 1.0:
            width = z * math.sqrt(greenwood) / abs(math.log(share))
            bounds["low"], bounds["high"] = share ** math.exp(width), share ** math.exp(-width)
        for name, value in bounds.items():
            if math.isnan(first[name]) and value <= 0.5:
                first[name] = time
    return Median(**first)


def half_times(store: Store, indices: Mapping[str, str] = STAGE_INDICES) -> pd.DataFrame:
    """Return the median half-time of each index over the runs of each point of a design, by region.

    Parameters
    ----------
    store
        A sweep, or the folder of a run.
    indices
        Measures from 0 to 1 on frozen bounds, whose half-time is when half of the way from the first value to 1 is
        done, and their names.

    Returns
    -------
    pd.DataFrame
        One row per point, region and index: n runs, of which n_censored ended before, and the Kaplan-Meier median with
        its 95 % interval, in quarters; NaN where fewer than half of the runs got there.
    """
    import pandas as pd

    point_of = dict(zip(store.runs["run"], store.runs["point"], strict=True))
    found: dict[tuple[int, str, str], list[tuple[float, bool]]] = {}
    columns = ["run", "region", "quarter", *indices]
    for (run, region), rows in store.measures[columns].groupby(["run", "region"], sort=False, observed=True):
        ordered = rows.sort_values("quarter")
        for measure in indices:
            half = half_time(ordered["quarter"], ordered[measure])
            end = float(ordered["quarter"].iloc[-1])
            key = (point_of[run], str(region), measure)
            found.setdefault(key, []).append((end if half is None else half, half is not None))
    lines = []
    for (point, region, measure), runs in found.items():
        times, has_ended = [time for time, _ in runs], [ended for _, ended in runs]
        counts = {"n": len(runs), "n_censored": len(runs) - sum(has_ended)}
        place = {"point": point, "region": region, "index": measure}
        lines.append({**place, **counts, **median_time(times, has_ended)._asdict()})
    return pd.DataFrame(lines, columns=["point", "region", "index", "n", "n_censored", *Median._fields])
