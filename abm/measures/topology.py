"""The shape of the network: distinct partners, triangles, components, distances.

Topology looks at ties along which knowledge, goods and services run (supply, research, service); credit and guidance
tie everybody to the same few offices and would hide it. Several ties between two actors count as one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.state.codes import FIRST_AGGREGATE, Layer
from abm.types import BoolArray, FloatArray, IntArray

COUNTED_LAYERS: BoolArray = np.isin(np.arange(len(Layer)), [Layer.SUPPLY, Layer.RESEARCH, Layer.SERVICE])
COUNTED_LAYERS.flags.writeable = False

_AGGREGATE = FIRST_AGGREGATE
_N_LAYERS = len(Layer)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def tie_counts(
    is_active: BoolArray, source: IntArray, target: IntArray, layer: IntArray, region: IntArray, n_regions: int
) -> FloatArray:
    """Return ties by layer and region of their source, shape (layers, regions).

    A source outside every region leaves it to the target.

    >>> import numpy as np
    >>> yes = np.array([True, True]); ends = np.array([0, 1])
    >>> tie_counts(yes, ends, ends[::-1].copy(), np.array([0, 1]), np.zeros(2, np.int64), 1)[:, 0]
    array([1., 1., 0., 0., 0.])
    """
    out = np.zeros((_N_LAYERS, n_regions))
    for e in range(len(is_active)):
        if not is_active[e]:
            continue
        r = region[source[e]]
        if r < 0:
            r = region[target[e]]
        if r >= 0:
            out[layer[e], r] += 1.0
    return out


@kernel
def partner_lists(
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    is_counted: BoolArray,
    kind: IntArray,
) -> tuple[IntArray, IntArray]:
    """Return the distinct partners of each actor over the counted layers, as start and other of a neighbour list."""
    n = len(start) - 1
    first = np.zeros(n + 1, np.int64)
    partner = np.empty(len(other), np.int64)
    mark = np.full(n, -1, np.int64)
    count = 0
    for i in range(n):
        if kind[i] < _AGGREGATE:
            for e in range(start[i], start[i + 1]):
                j = other[e]
                if is_counted[layer[tie[e]]] and j != i and mark[j] != i and kind[j] < _AGGREGATE:
                    mark[j] = i
                    partner[count] = j
                    count += 1
        first[i + 1] = count
    return first, partner[:count].copy()


@kernel
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
    out = np.empty(len(partner), np.int64)
    count = 0
    for i in range(n):
        degree = first[i + 1] - first[i]
        for e in range(first[i], first[i + 1]):
            j = partner[e]
            others = first[j + 1] - first[j]
            if others > degree or (others == degree and j > i):
                out[count] = j
                count += 1
        out_first[i + 1] = count
    number = np.zeros(n, np.int64)
    mark = np.full(n, -1, np.int64)
    for i in range(n):
        for e in range(out_first[i], out_first[i + 1]):
            mark[out[e]] = i
        for e in range(out_first[i], out_first[i + 1]):
            j = out[e]
            for f in range(out_first[j], out_first[j + 1]):
                k = out[f]
                if mark[k] == i:
                    number[i] += 1
                    number[j] += 1
                    number[k] += 1
    return number


@kernel
def components(first: IntArray, partner: IntArray) -> IntArray:
    """Return the component of each actor, named after one of its members, shape (actors,): union-find.

    >>> import numpy as np
    >>> components(np.array([0, 1, 2, 2]), np.array([1, 0])).tolist()
    [0, 0, 2]
    """
    n = len(first) - 1
    parent = np.arange(n)
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            a = i
            b = partner[e]
            if b > i:  # every pair stands in both lists
                continue
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for i in range(n):
        parent[i] = parent[parent[i]]
    return parent


class Shape(NamedTuple):
    """The shape of each region's network."""

    n_actors: FloatArray
    mean_degree: FloatArray
    degree_skew: FloatArray
    clustering: FloatArray
    largest_component: FloatArray


@kernel
def shape_of(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    first: IntArray,
    number: IntArray,
    component: IntArray,
    n_regions: int,
) -> FloatArray:
    """Return the rows of `Shape`, shape (5, regions), NaN where a row is not defined.

    Skew is the third standardised moment of the number of partners; clustering the mean over actors of the share of
    pairs of partners that are tied, 0 with fewer than two partners (Watts & Strogatz 1998); the largest component
    the largest share of a region's actors that can reach each other, also through other regions.
    """
    out = np.zeros((5, n_regions))
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
            out[1:, r] = np.nan
            continue
        mean = out[1, r] / n
        variance = square[r] / n - mean * mean
        third = cube[r] / n - 3.0 * mean * square[r] / n + 2.0 * mean * mean * mean
        out[1, r] = mean
        out[2, r] = third / (variance * math.sqrt(variance)) if variance > 1e-12 else np.nan
        out[3, r] /= n
        out[4, r] /= n
    return out


@kernel
def mean_distance(first: IntArray, partner: IntArray, source: IntArray) -> float:
    """Return the mean number of steps from the sources to all they can reach, NaN if they reach nobody.

    Breadth-first search from 64 sources at a time, one bit each (Then et al. 2014).

    >>> import numpy as np
    >>> line = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1])
    >>> mean_distance(*line, np.array([0])), mean_distance(*line, np.array([1]))
    (1.5, 1.0)
    """
    n = len(first) - 1
    steps = 0.0
    pairs = 0.0
    for block in range(0, len(source), 64):
        seen = np.zeros(n, np.uint64)
        now = np.zeros(n, np.uint64)
        for place in range(block, min(block + 64, len(source))):
            bit = _ONE << np.uint64(place - block)
            seen[source[place]] |= bit
            now[source[place]] |= bit
        distance = 0
        is_growing = True
        while is_growing:
            is_growing = False
            distance += 1
            following = np.zeros(n, np.uint64)
            for i in range(n):
                reached = _ZERO
                for e in range(first[i], first[i + 1]):
                    reached |= now[partner[e]]
                reached &= ~seen[i]
                if reached != _ZERO:
                    following[i] = reached
                    is_growing = True
            for i in range(n):
                fresh = following[i]
                seen[i] |= fresh
                while fresh != _ZERO:
                    fresh &= fresh - _ONE
                    steps += distance
                    pairs += 1.0
            now = following
    if pairs <= 0.0:
        return math.nan
    return steps / pairs


@kernel
def kind_counts(is_active: BoolArray, kind: IntArray, region: IntArray, n_regions: int) -> FloatArray:
    """Return the actors of the network by kind, shape (kinds of network actors, regions).

    >>> import numpy as np
    >>> kind_counts(np.array([True, True]), np.array([0, 1]), np.zeros(2, np.int64), 1)[:3, 0].tolist()
    [1.0, 1.0, 0.0]
    """
    out = np.zeros((_AGGREGATE, n_regions))
    for i in range(len(is_active)):
        if is_active[i] and kind[i] < _AGGREGATE and region[i] >= 0:
            out[kind[i], region[i]] += 1.0
    return out


@kernel
def layer_degrees(start: IntArray, tie: IntArray, layer: IntArray) -> IntArray:
    """Return the number of ties of each actor by layer, shape (actors, layers)."""
    n = len(start) - 1
    out = np.zeros((n, _N_LAYERS), np.int64)
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            out[i, layer[tie[e]]] += 1
    return out
