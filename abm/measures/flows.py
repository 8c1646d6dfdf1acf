"""What flowed this quarter: gains in capability by origin, route and path; events; projects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Event, Kind, ProjectKind, Stage
from abm.types import BoolArray, FloatArray, IntArray

_FIRM = int(Kind.FIRM)
_SHELVED = int(Stage.SHELVED)
_PRODUCED = int(Event.RESEARCH_SUCCEEDED)
_INDUSTRIALISED = int(Event.INDUSTRIALISED)

PRODUCED_BY = len(Event)
"""First row of `event_counts` with results produced by kind of project."""
INDUSTRIALISED_BY = PRODUCED_BY + len(ProjectKind)
"""First row of `event_counts` with results industrialised by kind of project."""
N_COUNTS = INDUSTRIALISED_BY + len(ProjectKind)


@kernel
def gain_sums(
    is_active: BoolArray, kind: IntArray, region: IntArray, sales: FloatArray, gain: FloatArray, n_regions: int
) -> FloatArray:
    """Return the firms' gains times sales and plain, shape (2, regions, origins x routes).

    `gain` has one column per origin and route.

    >>> import numpy as np
    >>> gain = np.array([[0.1, 0.0], [0.2, 0.0]]); zero = np.zeros(2, np.int64)
    >>> gain_sums(np.array([True, True]), zero, zero, np.array([3.0, 1.0]), gain, 1)[:, 0].round(3).tolist()
    [[0.5, 0.0], [0.3, 0.0]]
    """
    weighted = np.zeros((n_regions, gain.shape[1]))
    plain = np.zeros((n_regions, gain.shape[1]))
    for i in range(len(is_active)):
        if is_active[i] and kind[i] == _FIRM:
            r = region[i]
            weight = sales[i]
            for c in range(gain.shape[1]):
                weighted[r, c] += weight * gain[i, c]
                plain[r, c] += gain[i, c]
    out = np.empty((2, n_regions, gain.shape[1]))
    for r in range(n_regions):
        for c in range(gain.shape[1]):
            out[0, r, c] = weighted[r, c]
            out[1, r, c] = plain[r, c]
    return out


@kernel
def path_sums(
    sums: FloatArray, sales: FloatArray, n_firms: FloatArray, path_of: IntArray, n_paths: int, endowment: int
) -> FloatArray:
    """Return mean gain per firm by path, shape (4, regions, paths): see `history.WEIGHTINGS`.

    `sums` is from `gain_sums`; zero where there are no sales, or no firms.
    """
    out = np.zeros((4, sums.shape[1], n_paths))
    for w in range(2):
        for r in range(sums.shape[1]):
            divisor = sales[r] if w == 0 else n_firms[r]
            if divisor <= 0.0:
                continue
            for o in range(sums.shape[2]):
                for t in range(sums.shape[3]):
                    value = sums[w, r, o, t] / divisor
                    out[w, r, path_of[o, t]] += value
                    if o != endowment:
                        out[w + 2, r, path_of[o, t]] += value
    return out


@kernel
def event_counts(
    kind: IntArray, region: IntArray, channel: IntArray, quarter: IntArray, now: int, n_regions: int
) -> FloatArray:
    """Return this quarter's events by kind, read from the end of the table, shape (`N_COUNTS`, regions).

    After the kinds come results produced by kind of project, then results industrialised by kind of project. An event
    outside every region counts in the region if there is only one.

    >>> import numpy as np
    >>> kind = np.array([Event.ENTRY, Event.EXIT, Event.INDUSTRIALISED])
    >>> counts = event_counts(kind, np.array([0, 0, -1]), np.array([-1, -1, 3]), np.array([4, 5, 5]), 5, 1)
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
            if kind[e] == _PRODUCED and channel[e] >= 0:
                out[PRODUCED_BY + channel[e], r] += 1.0
            if kind[e] == _INDUSTRIALISED and channel[e] >= 0:
                out[INDUSTRIALISED_BY + channel[e], r] += 1.0
        e -= 1
    return out


class ProjectCounts(NamedTuple):
    """Innovation projects of each region."""

    running: FloatArray
    shelved: FloatArray
    pull: FloatArray


@kernel
def project_counts(
    is_active: BoolArray, region: IntArray, stage: IntArray, is_pull: BoolArray, n_regions: int
) -> FloatArray:
    """Return the rows of `ProjectCounts`, shape (3, regions); `pull` counts projects under way only.

    >>> import numpy as np
    >>> yes = np.array([True, True]); zero = np.zeros(2, np.int64)
    >>> project_counts(yes, zero, np.array([0, 4]), yes, 1)[:, 0].tolist()
    [1.0, 1.0, 1.0]
    """
    out = np.zeros((3, n_regions))
    for e in range(len(is_active)):
        if is_active[e]:
            if stage[e] == _SHELVED:
                out[1, region[e]] += 1.0
            else:
                out[0, region[e]] += 1.0
                if is_pull[e]:
                    out[2, region[e]] += 1.0
    return out
