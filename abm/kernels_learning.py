"""Kernels of learning: how fast, from whom, how much, and how it is booked."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.state import ledger
from abm.state.codes import Layer, Mode, Origin
from abm.state.network import pick, ring_point
from abm.state.proximity import cognitive_distance, understanding
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_RESEARCH = int(Layer.RESEARCH)
_SUPPLY = int(Layer.SUPPLY)
_IMITATE = int(Mode.IMITATE)
_IMITATION = int(Origin.IMITATION)


@kernel
def tie_rate(layer: int, is_supplier: bool, research_rate: float, supply_rate: float, upstream_rate: float) -> float:
    """Return the rate of learning along a tie; ``is_supplier`` tells whether the learner supplies the teacher.

    >>> [tie_rate(layer, True, 0.1, 0.06, 0.02) for layer in (0, 1, 2)], tie_rate(0, False, 0.1, 0.06, 0.02)
    ([0.06, 0.1, 0.0], 0.02)
    """
    if layer == _RESEARCH:
        return research_rate
    if layer == _SUPPLY:
        return supply_rate if is_supplier else upstream_rate
    return 0.0


@kernel
def tie_understanding(
    is_active: BoolArray, layer: IntArray, source: IntArray, target: IntArray, is_learner: BoolArray, x: FloatArray,
    best: float, width: float,
) -> FloatArray:  # fmt: skip
    """Return how well the ends of each research or supply tie understand each other, 0 for all other ties.

    >>> import numpy as np
    >>> one = np.array([True, True]); x = np.array([[0.4, 0.0], [0.8, 0.0]])
    >>> tie_understanding(one, np.array([1, 2]), np.array([0, 0]), np.array([1, 1]), one, x, 0.4472135955,
    ...     0.3).round(9).tolist()
    [1.0, 0.0]
    """
    heard = np.zeros(len(layer))
    for t in range(len(layer)):
        if not is_active[t] or (layer[t] != _RESEARCH and layer[t] != _SUPPLY):
            continue
        if is_learner[source[t]] and is_learner[target[t]]:
            heard[t] = understanding(cognitive_distance(x, source[t], target[t]), best, width)
    return heard


@kernel
def tie_speeds(
    is_learner: BoolArray,
    is_core: BoolArray,
    mode: IntArray,
    absorption: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    source: IntArray,
    weight: FloatArray,
    trust: FloatArray,
    heard: FloatArray,
    research_rate: float,
    supply_rate: float,
    upstream_rate: float,
    teaching: float,
    imitation_boost: float,
    dilution: float,
    trust_effect: float,
) -> FloatArray:
    """Return for each entry of the neighbour lists the share of a gap closed: neutral, by teaching, by imitating.

    share = absorption (1 - exp(-rate w h(d) (1 + trust_effect (trust - 1/2)))) / n^dilution. The second column is what
    teaching above neutral adds, the third what imitating adds on top.
    """
    speed = np.zeros((len(other), 3))
    for i in range(len(is_learner)):
        if not is_learner[i]:
            continue
        n_teachers = 0
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if heard[t] <= 0.0:
                continue
            is_supplier = source[t] == i
            rate = tie_rate(layer[t], is_supplier, research_rate, supply_rate, upstream_rate)
            pace = rate * weight[t] * heard[t] * (1.0 + trust_effect * (trust[t] - 0.5))
            if pace <= 0.0:
                continue
            n_teachers += 1
            neutral = 1.0 - math.exp(-pace)
            taught = neutral
            if layer[t] == _SUPPLY and is_supplier and is_core[other[e]] and teaching > 1.0:
                pace *= teaching
                taught = 1.0 - math.exp(-pace)
            speed[e, 0] = neutral
            speed[e, 1] = taught - neutral
            if mode[i] == _IMITATE and imitation_boost > 0.0:
                speed[e, 2] = 1.0 - math.exp(-pace * (1.0 + imitation_boost)) - taught
        if n_teachers > 0:
            factor = absorption[i] * math.exp(-dilution * math.log(n_teachers))
            for e in range(start[i], start[i + 1]):
                for part in range(3):
                    speed[e, part] *= factor
    return speed


@kernel
def capped(total: FloatArray, largest: FloatArray, is_used: BoolArray, scale: FloatArray) -> None:
    """Set the factor of each field that keeps a learner from overshooting its best teacher; 0 in fields not used.

    >>> import numpy as np
    >>> scale = np.zeros(3)
    >>> capped(np.array([0.5, 0.2, 0.2]), np.array([0.4, 0.4, 0.4]), np.array([True, True, False]), scale)
    >>> scale.tolist()
    [0.8, 1.0, 0.0]
    """
    for k in range(len(total)):
        scale[k] = 0.0
        if is_used[k] and total[k] > 0.0:
            scale[k] = min(1.0, largest[k] / total[k])


@kernel
def book_lesson(
    stock: FloatArray, gain: FloatArray, total_gain: FloatArray, reach: float, speed: FloatArray, share: FloatArray,
    route: int, excess_route: int,
) -> None:  # fmt: skip
    """Book what one teacher taught: ``reach`` is the gap in level, ``speed`` the three shares of it that were closed.

    >>> import numpy as np
    >>> stock, share = np.zeros((8, 9)), np.array([0.0, 0, 0, 0, 0, 0, 1, 0])
    >>> book_lesson(stock, np.zeros((8, 9)), np.zeros((8, 9)), 2.0, np.array([0.1, 0.05, 0.2]), share, 0, 2)
    >>> float(stock[6, 0]), float(stock[6, 2]), float(stock[3, 0])
    (0.2, 0.1, 0.4)
    """
    ledger.book_inherited(stock, gain, total_gain, speed[0] * reach, share, route)
    if speed[1] > 0.0:
        ledger.book_inherited(stock, gain, total_gain, speed[1] * reach, share, excess_route)
    if speed[2] > 0.0:
        ledger.book(stock, gain, total_gain, speed[2] * reach, _IMITATION, route)


@kernel
def learn(
    is_learner: BoolArray,
    sector: IntArray,
    is_used: BoolArray,
    weight: FloatArray,
    frontier: FloatArray,
    x: FloatArray,
    start: IntArray,
    teacher: IntArray,
    route: IntArray,
    excess_route: int,
    speed: FloatArray,
    origin_share: FloatArray,
    capability: FloatArray,
    year_gain: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
) -> None:
    """Let every learner close part of the gap to its teachers, never overshooting the best, and book the gain.

    dx_ik = sum_j speed_ij max(0, x_jk - x_ik), at most the largest gap. ``x`` is what everybody knew before; the
    teachers of i are ``teacher[start[i]:start[i + 1]]``, with speeds as from `tie_speeds`. Neutral gains take the
    teacher's origins and the entry's route, gains by teaching the excess route, gains by imitating their own origin.
    """
    n_fields = len(frontier)
    total, largest, scale = np.zeros(n_fields), np.zeros(n_fields), np.zeros(n_fields)
    for i in range(len(is_learner)):
        if not is_learner[i] or start[i] == start[i + 1]:
            continue
        total[:] = 0.0
        largest[:] = 0.0
        for e in range(start[i], start[i + 1]):
            share = speed[e, 0] + speed[e, 1] + speed[e, 2]
            if share > 0.0:
                for k in range(n_fields):
                    gap = max(0.0, x[teacher[e], k] - x[i, k])
                    total[k] += share * gap
                    largest[k] = max(largest[k], gap)
        row = sector[i] if sector[i] >= 0 else len(is_used) - 1
        capped(total, largest, is_used[row], scale)
        for k in range(n_fields):
            capability[i, k] += scale[k] * total[k] * frontier[k]
            if sector[i] >= 0:
                year_gain[i] += weight[sector[i], k] * scale[k] * total[k]
            scale[k] *= frontier[k]
        for e in range(start[i], start[i + 1]):
            if speed[e, 0] <= 0.0:
                continue
            j = teacher[e]
            reach = 0.0
            for k in range(n_fields):
                reach += scale[k] * max(0.0, x[j, k] - x[i, k])
            book_lesson(stock[i], gain[i], total_gain[i], reach, speed[e], origin_share[j], route[e], excess_route)


@kernel
def rival_speeds(
    x: FloatArray,
    group: IntArray,
    uid: UidArray,
    mode: IntArray,
    absorption: FloatArray,
    start: IntArray,
    ring: UidArray,
    slot: IntArray,
    key: np.uint64,
    n_rivals: int,
    rate: float,
    imitation_boost: float,
    best: float,
    width: float,
) -> tuple[IntArray, FloatArray]:
    """Return the rivals each firm meets, shape (actors * n_rivals,), and the speeds of learning from them.

    ``group`` is the region and sector of a firm, -1 for others; start, ring and slot are the roster of the groups.
    """
    rival = np.full(len(group) * n_rivals, -1, np.int64)
    speed = np.zeros((len(rival), 3))
    for i in range(len(group)):
        for m in range(n_rivals):
            e = i * n_rivals + m
            rival[e] = i
            if group[i] < 0:
                continue
            j = pick(start, ring, slot, group[i], ring_point(key, uid[i], m))
            if j == i or j < 0 or (m > 0 and rival[e - 1] == j):
                continue
            rival[e] = j
            pace = rate * understanding(cognitive_distance(x, i, j), best, width)
            neutral = 1.0 - math.exp(-pace)
            speed[e, 0] = absorption[i] * neutral
            if mode[i] == _IMITATE:
                speed[e, 2] = absorption[i] * (1.0 - math.exp(-pace * (1.0 + imitation_boost)) - neutral)
    return rival, speed
