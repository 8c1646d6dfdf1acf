"""The shape of the network: distinct partners, triangles, components, distances.

Topology looks at ties along which knowledge, goods and services run (supply, research, service); credit and guidance
tie everybody to the same few offices and would hide it. Several ties between two actors count as one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import inner, kernel
from abm.state.codes import FIRST_AGGREGATE, Layer
from abm.types import BoolArray, FloatArray, IntArray

COUNTED_LAYERS: BoolArray = np.isin(np.arange(len(Layer)), [Layer.SUPPLY, Layer.RESEARCH, Layer.SERVICE])
COUNTED_LAYERS.flags.writeable = False

_AGGREGATE = FIRST_AGGREGATE
_N_LAYERS = len(Layer)


@inner
def tie_counts(
    out: FloatArray,
    first: int,
    is_active: BoolArray,
    source: IntArray,
    target: IntArray,
    layer: IntArray,
    region: IntArray,
) -> None:
    """Count ties by layer and region of their source, in as many rows of `out` as there are layers.

    A source outside every region leaves it to the target.

    >>> import numpy as np
    >>> yes, ends, out = np.array([True, True]), np.array([0, 1]), np.zeros((5, 1))
    >>> tie_counts(out, 0, yes, ends, ends[::-1].copy(), np.array([0, 1]), np.zeros(2, np.int64)); out[:, 0].tolist()
    [1.0, 1.0, 0.0, 0.0, 0.0]
    """
    for e in range(len(is_active)):
        if not is_active[e]:
            continue
        r = region[source[e]]
        if r < 0:
            r = region[target[e]]
        if r >= 0:
            out[first + layer[e], r] += 1.0


@inner
def kind_counts(out: FloatArray, first: int, is_active: BoolArray, kind: IntArray, region: IntArray) -> None:
    """Count the actors of the network, in as many rows of `out` as there are kinds of them.

    >>> import numpy as np
    >>> out = np.zeros((9, 1)); kind_counts(out, 0, np.array([True, True]), np.array([0, 1]), np.zeros(2, np.int64))
    >>> out[:3, 0].tolist()
    [1.0, 1.0, 0.0]
    """
    for i in range(len(is_active)):
        if is_active[i] and kind[i] < _AGGREGATE and region[i] >= 0:
            out[first + kind[i], region[i]] += 1.0


@inner
def partner_lists(
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    is_counted: BoolArray,
    kind: IntArray,
) -> tuple[IntArray, IntArray]:
    """Return the distinct partners of each actor over the counted layers, as start and other of a neighbour list.

    The list has room for more partners than there are. Every neighbour is written down, and kept by counting on:
    processors guess such conditions wrong too often to branch on them.

    >>> import numpy as np
    >>> start, other, tie = np.array([0, 3, 5, 6]), np.array([1, 1, 2, 0, 0, 0]), np.array([0, 1, 2, 0, 1, 2])
    >>> first, partner = partner_lists(start, other, tie, np.array([0, 1, 3]), COUNTED_LAYERS, np.zeros(3, np.int64))
    >>> first.tolist(), partner[:2].tolist()
    ([0, 1, 2, 2], [1, 0])
    """
    n = len(start) - 1
    first = np.zeros(n + 1, np.int64)
    partner = np.empty(len(other) + 1, np.int64)
    mark = np.full(n, -1, np.int64)
    count = 0
    for i in range(n):
        if kind[i] < _AGGREGATE:
            mark[i] = i
            for e in range(start[i], start[i + 1]):
                j = other[e]
                is_new = is_counted[layer[tie[e]]] & (mark[j] != i) & (kind[j] < _AGGREGATE)
                partner[count] = j
                count += 1 if is_new else 0
                mark[j] = i if is_new else mark[j]
        first[i + 1] = count
    return first, partner


@inner
def triangles(first: IntArray, partner: IntArray) -> IntArray:
    """Return the number of triangles through each actor, shape (actors,).

    Every tie points from the end with fewer partners to the end with more, so that hubs cost no more than others
    (Chiba & Nishizeki 1985).

    >>> import numpy as np
    >>> first = np.array([0, 2, 4, 7, 8]); partner = np.array([1, 2, 0, 2, 0, 1, 3, 2])
    >>> triangles(first, partner).tolist()
    [1, 1, 1, 0]
    """
    n = len(first) - 1
    out_first = np.zeros(n + 1, np.int64)
    out = np.empty(len(partner) + 1, np.int64)
    count = 0
    for i in range(n):
        degree = first[i + 1] - first[i]
        for e in range(first[i], first[i + 1]):
            j = partner[e]
            others = first[j + 1] - first[j]
            is_up = (others > degree) | ((others == degree) & (j > i))
            out[count] = j
            count += 1 if is_up else 0
        out_first[i + 1] = count
    number = np.zeros(n, np.int64)
    mark = np.full(n, -1, np.int64)
    for i in range(n):
        for e in range(out_first[i], out_first[i + 1]):
            mark[out[e]] = i
        own = 0
        for e in range(out_first[i], out_first[i + 1]):
            j = out[e]
            shared = 0
            for f in range(out_first[j], out_first[j + 1]):
                k = out[f]
                is_closed = 1 if mark[k] == i else 0
                shared += is_closed
                number[k] += is_closed
            number[j] += shared
            own += shared
        number[i] += own
    return number


@inner
def components(first: IntArray, partner: IntArray) -> IntArray:
    """Return the component of each actor, named after its first member, shape (actors,): breadth first.

    >>> import numpy as np
    >>> components(np.array([0, 1, 2, 2]), np.array([1, 0])).tolist()
    [0, 0, 2]
    """
    n = len(first) - 1
    component = np.full(n, -1, np.int64)
    queue = np.empty(n + 1, np.int64)
    for i in range(n):
        if component[i] >= 0:
            continue
        component[i] = i
        queue[0] = i
        head = 0
        tail = 1
        while head < tail:
            a = queue[head]
            head += 1
            for e in range(first[a], first[a + 1]):
                b = partner[e]
                queue[tail] = b
                tail += 1 if component[b] < 0 else 0
                component[b] = i
    return component


class Shape(NamedTuple):
    """The shape of each region's network."""

    n_actors: FloatArray
    mean_degree: FloatArray
    degree_skew: FloatArray
    clustering: FloatArray
    largest_component: FloatArray


@inner
def shape_of(
    out: FloatArray,
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    first: IntArray,
    number: IntArray,
    component: IntArray,
) -> None:
    """Fill the rows of `Shape`, the first 5 of `out`, with NaN where one is not defined.

    Skew is the third standardised moment of the number of partners; clustering the mean over actors of the share of
    pairs of partners that are tied, 0 with fewer than two partners (Watts & Strogatz 1998); the largest component
    the largest share of a region's actors that can reach each other, also through other regions.
    """
    n_regions = out.shape[1]
    square = np.zeros(n_regions)
    cube = np.zeros(n_regions)
    size = np.zeros((n_regions, len(component)), np.int64)
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] >= _AGGREGATE or region[i] < 0:
            continue
        r = region[i]
        degree = float(first[i + 1] - first[i])
        out[0, r] += 1.0
        out[1, r] += degree
        square[r] += degree * degree
        cube[r] += degree * degree * degree
        if degree >= 2.0:
            out[3, r] += 2.0 * number[i] / (degree * (degree - 1.0))
        size[r, component[i]] += 1
        out[4, r] = max(out[4, r], float(size[r, component[i]]))
    for r in range(n_regions):
        n = out[0, r]
        if n <= 0.0:
            for row in range(1, 5):
                out[row, r] = np.nan
            continue
        mean = out[1, r] / n
        variance = square[r] / n - mean * mean
        third = cube[r] / n - 3.0 * mean * square[r] / n + 2.0 * mean * mean * mean
        out[1, r] = mean
        out[2, r] = third / (variance * math.sqrt(variance)) if variance > 1e-12 else np.nan
        out[3, r] /= n
        out[4, r] /= n


@kernel
def network_of(
    start: IntArray, other: IntArray, tie: IntArray, is_tie: BoolArray, source: IntArray, target: IntArray,
    layer: IntArray, is_counted: BoolArray, is_active: BoolArray, kind: IntArray, region: IntArray, n_regions: int,
) -> tuple[IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return `partner_lists`, and below each other the rows of `Shape`, of `kind_counts` and of `tie_counts`.

    The first three arrays are the neighbour lists of the world, the next four columns of ties, the last three columns
    of actors.
    """
    first, partner = partner_lists(start, other, tie, layer, is_counted, kind)
    number = triangles(first, partner)
    out = np.zeros((5 + _AGGREGATE + _N_LAYERS, n_regions))
    shape_of(out, is_active, kind, region, first, number, components(first, partner))
    kind_counts(out, 5, is_active, kind, region)
    tie_counts(out, 5 + _AGGREGATE, is_tie, source, target, layer, region)
    return first, partner, out


class Network(NamedTuple):
    """What `network_of` finds: partner lists, shape, and counts of actors by kind and of ties by layer."""

    first: IntArray
    partner: IntArray
    shape: Shape
    kinds: FloatArray
    ties: FloatArray

    @classmethod
    def of(cls, first: IntArray, partner: IntArray, table: FloatArray) -> Network:
        """Return the rows of `network_of` by name."""
        return cls(first, partner, Shape(*table[:5]), table[5 : 5 + _AGGREGATE], table[5 + _AGGREGATE :])


@kernel
def layer_degrees(start: IntArray, tie: IntArray, layer: IntArray) -> IntArray:
    """Return the number of ties of each actor by layer, shape (actors, layers)."""
    n = len(start) - 1
    out = np.zeros((n, _N_LAYERS), np.int64)
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            out[i, layer[tie[e]]] += 1
    return out
