"""What flowed this quarter: gains in capability by origin, route and path, and events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.state.codes import N_ORIGINS, N_PATHS, N_ROUTES, Event, Layer, Origin, ProjectKind
from abm.state.ledger import largest_gap
from abm.types import BoolArray, FloatArray, IntArray

_PRODUCED = int(Event.RESEARCH_SUCCEEDED)
_INDUSTRIALISED = int(Event.INDUSTRIALISED)
_FORMED, _DISSOLVED = int(Event.TIE_FORMED), int(Event.TIE_DISSOLVED)
_AWARDED, _DEFAULT, _SOLD = int(Event.CALL_AWARDED), int(Event.DEFAULT), int(Event.STAKE_SOLD)
_LICENCE = int(Event.LICENCE)
_PILOTED, _TAKEN_UP = int(Event.PILOTED), int(Event.TAKEN_UP)
_OWN, _JOINT, _BY_UNIVERSITY = int(ProjectKind.OWN), int(ProjectKind.JOINT), int(ProjectKind.UNIVERSITY)
_ENDOWMENT = int(Origin.ENDOWMENT)
_N_ORIGINS = N_ORIGINS
_N_ROUTES = N_ROUTES
_N_PATHS = N_PATHS

PRODUCED_BY = len(Event)
"""First row of `event_counts` with results produced by kind of project."""
INDUSTRIALISED_BY = PRODUCED_BY + len(ProjectKind)
"""First row of `event_counts` with results industrialised by kind of project."""
FORMED_BY = INDUSTRIALISED_BY + len(ProjectKind)
"""First row of `event_counts` with ties formed by layer."""
DISSOLVED_BY = FORMED_BY + len(Layer)
"""First row of `event_counts` with ties dissolved by layer."""
NATIONAL_AWARDS = DISSOLVED_BY + len(Layer)
"""Row of `event_counts` with awards of national projects."""
LICENCES_AT_HOME = NATIONAL_AWARDS + 1
"""Row of `event_counts` with licences for results of the region."""
WRITTEN_OFF = LICENCES_AT_HOME + 1
"""Row of `event_counts` with the loans that defaulting firms left unpaid (million yuan)."""
VENTURE_RETURNED = WRITTEN_OFF + 1
"""Row of `event_counts` with what stakes of venture funds were sold for (million yuan)."""
N_COUNTS = VENTURE_RETURNED + 1


class Gains(NamedTuple):
    """What `quarter_gains` finds: by origin and route means weighted by sales, NaN without sales."""

    gap: float
    gross: float
    by_origin: FloatArray
    by_route: FloatArray
    firm_mean: FloatArray
    by_path: FloatArray

    @classmethod
    def of(cls, gap: float, gross: float, means: FloatArray, by_path: FloatArray) -> Gains:
        """Return the rows of `gain_means` by name, beside the rest."""
        return cls(gap, gross, means[:N_ORIGINS], means[N_ORIGINS:-1], means[-1], by_path)


@kernel
def gain_sums(firm: IntArray, region: IntArray, sales: FloatArray, gain: FloatArray, n_regions: int) -> FloatArray:
    """Return the firms' gains times sales and plain, shape (2, regions, origins x routes).

    `gain` has one column per origin and route.

    >>> import numpy as np
    >>> gain = np.array([[0.1, 0.0], [0.2, 0.0]]); zero = np.zeros(2, np.int64)
    >>> gain_sums(np.arange(2), zero, np.array([3.0, 1.0]), gain, 1)[:, 0].round(3).tolist()
    [[0.5, 0.0], [0.3, 0.0]]
    """
    out = np.zeros((2, n_regions, gain.shape[1]))
    for i in firm:
        r = region[i]
        for c in range(gain.shape[1]):
            out[0, r, c] += sales[i] * gain[i, c]
            out[1, r, c] += gain[i, c]
    return out


@kernel
def gain_means(sums: FloatArray, sales: FloatArray, n_firms: FloatArray) -> FloatArray:
    """Return the mean gain of firms by origin and by route, weighted by sales, then every firm alike and in all.

    Shape (origins + routes + 1, regions), NaN without sales, the last row without firms; `sums` is from `gain_sums`.
    """
    out = np.zeros((_N_ORIGINS + _N_ROUTES + 1, sums.shape[1]))
    for r in range(sums.shape[1]):
        for o in range(_N_ORIGINS):
            for t in range(_N_ROUTES):
                value = sums[0, r, o * _N_ROUTES + t]
                out[o, r] += value
                out[_N_ORIGINS + t, r] += value
                out[_N_ORIGINS + _N_ROUTES, r] += sums[1, r, o * _N_ROUTES + t]
        for row in range(_N_ORIGINS + _N_ROUTES + 1):
            divisor = sales[r] if row < _N_ORIGINS + _N_ROUTES else n_firms[r]
            out[row, r] = out[row, r] / divisor if divisor > 0.0 else np.nan
    return out


@kernel
def path_sums(sums: FloatArray, sales: FloatArray, n_firms: FloatArray, path_of: IntArray) -> FloatArray:
    """Return mean gain per firm by path, shape (4, regions, paths): see `history.WEIGHTINGS`.

    `sums` is from `gain_sums`, `path_of` the path of each origin and route; zero where there are no sales, or no firms.
    """
    out = np.zeros((4, sums.shape[1], _N_PATHS))
    for w in range(2):
        for r in range(sums.shape[1]):
            divisor = sales[r] if w == 0 else n_firms[r]
            if divisor <= 0.0:
                continue
            for o in range(_N_ORIGINS):
                for t in range(_N_ROUTES):
                    value = sums[w, r, o * _N_ROUTES + t] / divisor
                    out[w, r, path_of[o, t]] += value
                    if o != _ENDOWMENT:
                        out[w + 2, r, path_of[o, t]] += value
    return out


@kernel
def quarter_gains(
    firm: IntArray,
    is_active: BoolArray,
    region: IntArray,
    sales: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    loss: FloatArray,
    capability: FloatArray,
    path_of: IntArray,
    n_regions: int,
) -> tuple[float, float, FloatArray, FloatArray]:
    """Return gap and gross flow of the ledger (see `largest_gap`), `gain_means` and `path_sums`.

    `stock` and `gain` have one column per origin and route.
    """
    gap, gross = largest_gap(is_active, stock, gain, loss, capability)
    sums = gain_sums(firm, region, sales, gain, n_regions)
    total = np.zeros(n_regions)
    n_firms = np.zeros(n_regions)
    for i in firm:
        total[region[i]] += sales[i]
        n_firms[region[i]] += 1.0
    return gap, gross, gain_means(sums, total, n_firms), path_sums(sums, total, n_firms, path_of)


@kernel
def event_counts(
    kind: IntArray, region: IntArray, channel: IntArray, amount: FloatArray, quarter: IntArray, now: int, n_regions: int
) -> FloatArray:
    """Return this quarter's events by kind, read from the end of the table, shape (`N_COUNTS`, regions).

    After the kinds come results produced and results industrialised by kind of project, ties formed and ties dissolved
    by layer, national awards, licences at home, the amount of loans left unpaid, and of stakes sold. An event outside
    every region counts in the region if there is only one.

    >>> import numpy as np
    >>> kind = np.array([Event.ENTRY, Event.EXIT, Event.INDUSTRIALISED])
    >>> amount, quarter = np.zeros(3), np.array([4, 5, 5])
    >>> counts = event_counts(kind, np.array([0, 0, -1]), np.array([-1, -1, 3]), amount, quarter, 5, 1)
    >>> np.flatnonzero(counts[:, 0]).tolist() == [Event.EXIT, Event.INDUSTRIALISED, INDUSTRIALISED_BY + 3]
    True
    """
    out = np.zeros((N_COUNTS, n_regions))
    e = len(kind) - 1
    while e >= 0 and quarter[e] >= now:
        r = region[e]
        if r < 0 and n_regions == 1:
            r = 0
        if r >= 0:
            out[kind[e], r] += 1.0
            if channel[e] >= 0:
                if kind[e] == _FORMED:
                    out[FORMED_BY + channel[e], r] += 1.0
                elif kind[e] == _DISSOLVED:
                    out[DISSOLVED_BY + channel[e], r] += 1.0
                elif kind[e] == _PRODUCED:
                    out[PRODUCED_BY + channel[e], r] += 1.0
                elif kind[e] == _INDUSTRIALISED:
                    out[INDUSTRIALISED_BY + channel[e], r] += 1.0
                elif kind[e] == _AWARDED and channel[e] == 1:
                    out[NATIONAL_AWARDS, r] += 1.0
                elif kind[e] == _LICENCE and channel[e] == 1:
                    out[LICENCES_AT_HOME, r] += 1.0
            if kind[e] == _DEFAULT:
                out[WRITTEN_OFF, r] += amount[e]
            elif kind[e] == _SOLD:
                out[VENTURE_RETURNED, r] += amount[e]
        e -= 1
    return out


class Conversions(NamedTuple):
    """What became of results over some quarters: results and pilots per firm, and parts of the results produced."""

    results_per_firm: FloatArray
    pilots_per_firm: FloatArray
    of_firms: FloatArray
    of_universities: FloatArray
    taken_up: FloatArray


@kernel
def conversions(counts: FloatArray, n_firms: FloatArray) -> FloatArray:
    """Return the rows of `Conversions` from event counts over some quarters, shape (5, regions), NaN out of nothing.

    >>> import numpy as np
    >>> counts = np.zeros((N_COUNTS, 1))
    >>> counts[_INDUSTRIALISED], counts[_PILOTED], counts[_TAKEN_UP] = 2.0, 3.0, 1.0
    >>> counts[PRODUCED_BY + _OWN], counts[PRODUCED_BY + _BY_UNIVERSITY] = 4.0, 5.0
    >>> counts[INDUSTRIALISED_BY + _JOINT], counts[INDUSTRIALISED_BY + _BY_UNIVERSITY] = 1.0, 1.0
    >>> conversions(counts, np.array([10.0]))[:, 0].tolist(), conversions(0.0 * counts, np.zeros(1))[:, 0].tolist()
    ([0.2, 0.3, 0.25, 0.2, 0.2], [nan, nan, nan, nan, nan])
    """
    out = np.full((5, counts.shape[1]), np.nan)
    for r in range(counts.shape[1]):
        if n_firms[r] > 0.0:
            out[0, r] = counts[_INDUSTRIALISED, r] / n_firms[r]
            out[1, r] = counts[_PILOTED, r] / n_firms[r]
        of_firms = counts[PRODUCED_BY + _OWN, r] + counts[PRODUCED_BY + _JOINT, r]
        if of_firms > 0.0:
            out[2, r] = (counts[INDUSTRIALISED_BY + _OWN, r] + counts[INDUSTRIALISED_BY + _JOINT, r]) / of_firms
        of_universities = counts[PRODUCED_BY + _BY_UNIVERSITY, r]
        if of_universities > 0.0:
            out[3, r] = counts[INDUSTRIALISED_BY + _BY_UNIVERSITY, r] / of_universities
            out[4, r] = counts[_TAKEN_UP, r] / of_universities
    return out
