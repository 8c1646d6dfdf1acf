"""Kernels of learning: how fast, from whom, how much, and how it is booked."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.state import ledger
from abm.state.codes import Layer, Mode, Origin
from abm.state.network import firm_groups, pick, ring_point, roster_of
from abm.state.proximity import cognitive_distance, profiles, understanding
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
def is_ahead(x: FloatArray, is_used: BoolArray, i: int, j: int) -> bool:
    """Tell whether j knows more than i in a field that i uses.

    >>> import numpy as np
    >>> x = np.array([[0.2, 0.0], [0.2, 0.5]])
    >>> int(is_ahead(x, np.array([True, False]), 0, 1)), int(is_ahead(x, np.array([True, True]), 0, 1))
    (0, 1)
    """
    found = False
    for k in range(x.shape[1]):
        found |= is_used[k] & (x[j, k] > x[i, k])
    return found


@kernel
def note_fields(is_used: BoolArray, weight: FloatArray, s: int) -> None:
    """Note which fields sector `s` uses; universities (-1) use all.

    >>> import numpy as np
    >>> is_used = np.zeros(2, np.bool_); note_fields(is_used, np.array([[1.0, 0.0]]), 0); is_used.tolist()
    [True, False]
    """
    for k in range(len(is_used)):
        is_used[k] = s < 0 or weight[s, k] > 0.0


@kernel
def tie_lessons(
    is_learner: BoolArray, is_core: BoolArray, mode: IntArray, absorption: FloatArray, sector: IntArray,
    field_weight: FloatArray, x: FloatArray, start: IntArray, other: IntArray, tie: IntArray,
    layer: IntArray, source: IntArray, origin: IntArray, weight: FloatArray, trust: FloatArray, heard: FloatArray,
    research_rate: float, supply_rate: float, upstream_rate: float, teaching: float, imitation_boost: float,
    dilution: float, trust_effect: float,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return who can teach whom along ties, by which route, and the share of a gap closed; lessons as in `learn`.

    share = absorption (1 - exp(-rate w h(d) (1 + trust_effect (trust - 1/2)))) / n^dilution. The second column is what
    teaching above neutral adds, the third what imitating adds on top. All n partners that are understood dilute, also
    those from whom there is nothing to learn.
    """
    first = np.zeros(len(is_learner) + 1, np.int64)
    teacher = np.empty(len(other), np.int64)
    route = np.empty(len(other), np.int64)
    speed = np.zeros((len(other), 3))
    is_used = np.zeros(x.shape[1], np.bool_)
    n = 0
    for i in range(len(is_learner)):
        first[i] = n
        if not is_learner[i]:
            continue
        note_fields(is_used, field_weight, sector[i])
        n_teachers = 0
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if heard[t] <= 0.0:
                continue
            j = other[e]
            is_supplier = source[t] == i
            rate = tie_rate(layer[t], is_supplier, research_rate, supply_rate, upstream_rate)
            pace = rate * weight[t] * heard[t] * (1.0 + trust_effect * (trust[t] - 0.5))
            if pace <= 0.0:
                continue
            n_teachers += 1
            if not is_ahead(x, is_used, i, j):
                continue
            teacher[n] = j
            route[n] = origin[t]
            taught = pace * teaching if layer[t] == _SUPPLY and is_supplier and is_core[j] else pace
            close_gap(speed, n, pace, max(pace, taught), imitation_boost if mode[i] == _IMITATE else 0.0)
            n += 1
        if n > first[i]:
            factor = absorption[i] * math.exp(-dilution * math.log(n_teachers))
            for lesson in range(first[i], n):
                for part in range(3):
                    speed[lesson, part] *= factor
    first[len(is_learner)] = n
    return first, teacher[:n], route[:n], speed[:n]


@kernel
def close_gap(speed: FloatArray, row: int, pace: float, taught: float, boost: float) -> None:
    """Set the three shares of a gap closed: at the neutral pace, by being taught, and on top by imitating.

    >>> import numpy as np
    >>> speed = np.zeros((1, 3)); close_gap(speed, 0, math.log(2.0), math.log(4.0), 1.0)
    >>> speed.round(9).tolist()
    [[0.5, 0.25, 0.1875]]
    """
    neutral = 1.0 - math.exp(-pace)
    speed[row, 0] = neutral
    closed = neutral
    if taught > pace:
        closed = 1.0 - math.exp(-taught)
        speed[row, 1] = closed - neutral
    if boost > 0.0:
        speed[row, 2] = 1.0 - math.exp(-taught * (1.0 + boost)) - closed


@kernel
def rival_lessons(
    firm: IntArray, region: IntArray, sector: IntArray, uid: UidArray, mode: IntArray,
    absorption: FloatArray, field_weight: FloatArray, x: FloatArray, n_regions: int, roster_key: np.uint64,
    key: np.uint64, n_rivals: int, rate: float, imitation_boost: float, best: float, width: float, route: int,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return the rivals each firm meets and can learn from, and the speeds of learning; lessons as in `learn`.

    Whom a firm meets is drawn from the roster of the firms of its region and sector.
    """
    group = firm_groups(firm, region, sector, len(field_weight))
    start, ring, slot = roster_of(firm, group, n_regions * len(field_weight), uid, roster_key)
    first = np.zeros(len(group) + 1, np.int64)
    teacher = np.empty(len(slot) * n_rivals, np.int64)
    speed = np.zeros((len(slot) * n_rivals, 3))
    is_used = np.zeros(x.shape[1], np.bool_)
    n = 0
    for i in range(len(group)):
        first[i] = n
        if group[i] < 0:
            continue
        note_fields(is_used, field_weight, sector[i])
        last = i
        for m in range(n_rivals):
            j = pick(start, ring, slot, group[i], ring_point(key, uid[i], m))
            is_met_before = j == last
            last = i if is_met_before else j
            if j == i or is_met_before or not is_ahead(x, is_used, i, j):
                continue
            pace = rate * understanding(cognitive_distance(x, i, j), best, width)
            teacher[n] = j
            close_gap(speed, n, pace, pace, imitation_boost if mode[i] == _IMITATE else 0.0)
            for part in range(3):
                speed[n, part] *= absorption[i]
            n += 1
    first[len(group)] = n
    return first, teacher[:n], np.full(n, route), speed[:n]


@kernel
def book_lessons(
    i: int, lesson: FloatArray, is_touched: BoolArray, stock: FloatArray, gain: FloatArray, total_gain: FloatArray
) -> None:
    """Book what learner `i` learned, by route and origin, and clear the notes."""
    for route in range(len(is_touched)):
        if not is_touched[route]:
            continue
        is_touched[route] = False
        for origin in range(lesson.shape[1]):
            ledger.book(stock, gain, total_gain, i, lesson[route, origin], origin, route)
            lesson[route, origin] = 0.0


@kernel
def learn(
    first: IntArray, teacher: IntArray, route: IntArray, speed: FloatArray, excess_route: int,
    sector: IntArray, weight: FloatArray, frontier: FloatArray, x: FloatArray,
    capability: FloatArray, year_gain: FloatArray, spillover: FloatArray, stock: FloatArray, gain: FloatArray,
    total_gain: FloatArray,
) -> None:  # fmt: skip
    """Let every learner close part of the gap to its teachers, never overshooting the best, and book the gain.

    dx_ik = sum_j speed_ij max(0, x_jk - x_ik), at most the largest gap, in the fields the sector of i uses. ``x`` is
    what everybody knew before; the teachers of i are ``teacher[first[i]:first[i + 1]]``. Neutral gains take the
    teacher's origins and the lesson's route, gains by teaching the excess route, gains by imitating their own origin.
    What firms learn from those of other sectors, through common fields, is counted in ``spillover``.
    """
    n_fields = len(frontier)
    share = ledger.origin_shares(stock)
    lesson = np.zeros((stock.shape[2], stock.shape[1]))
    is_touched = np.zeros(stock.shape[2], np.bool_)
    total, largest, scale = np.zeros(n_fields), np.zeros(n_fields), np.zeros(n_fields)
    for i in range(len(sector)):
        if first[i] == first[i + 1]:
            continue
        s = sector[i]
        for e in range(first[i], first[i + 1]):
            closed = speed[e, 0] + speed[e, 1] + speed[e, 2]
            for k in range(n_fields):
                gap = max(0.0, x[teacher[e], k] - x[i, k])
                total[k] += closed * gap
                largest[k] = max(largest[k], gap)
        for k in range(n_fields):
            scale[k] = 0.0
            if total[k] > 0.0 and (s < 0 or weight[s, k] > 0.0):
                part = min(1.0, largest[k] / total[k])
                capability[i, k] += part * total[k] * frontier[k]
                if s >= 0:
                    year_gain[i] += weight[s, k] * part * total[k]
                scale[k] = part * frontier[k]
            total[k] = 0.0
            largest[k] = 0.0
        for e in range(first[i], first[i + 1]):
            j = teacher[e]
            reach = 0.0
            for k in range(n_fields):
                reach += scale[k] * max(0.0, x[j, k] - x[i, k])
            is_foreign = s >= 0 and sector[j] >= 0 and sector[j] != s
            spillover[i] += (speed[e, 0] + speed[e, 1] + speed[e, 2]) * reach if is_foreign else 0.0
            is_touched[route[e]] = True
            for origin in range(share.shape[1]):
                lesson[route[e], origin] += speed[e, 0] * reach * share[j, origin]
            if speed[e, 1] > 0.0:
                is_touched[excess_route] = True
                for origin in range(share.shape[1]):
                    lesson[excess_route, origin] += speed[e, 1] * reach * share[j, origin]
            lesson[route[e], _IMITATION] += speed[e, 2] * reach
        book_lessons(i, lesson, is_touched, stock, gain, total_gain)


@kernel
def learn_from_ties(
    is_active: BoolArray, kind: IntArray, is_core: BoolArray, mode: IntArray, absorption: FloatArray, sector: IntArray,
    known: FloatArray, weight: FloatArray, frontier: FloatArray,
    start: IntArray, other: IntArray, tie: IntArray, tie_is_active: BoolArray, layer: IntArray, source: IntArray,
    target: IntArray, origin: IntArray, tie_weight: FloatArray, trust: FloatArray,
    capability: FloatArray, year_gain: FloatArray, spillover: FloatArray, stock: FloatArray, gain: FloatArray,
    total_gain: FloatArray, research_rate: float, supply_rate: float, upstream_rate: float, teaching: float,
    imitation_boost: float, dilution: float, trust_effect: float, best: float, width: float, excess_route: int,
) -> None:  # fmt: skip
    """Let actors learn along research and supply ties; ``known`` is ``capability`` as it is read, ties by row."""
    x, is_learner = profiles(is_active, kind, known, frontier)
    heard = tie_understanding(tie_is_active, layer, source, target, is_learner, x, best, width)
    first, teacher, route, speed = tie_lessons(
        is_learner, is_core, mode, absorption, sector, weight, x, start, other, tie, layer, source, origin, tie_weight,
        trust, heard, research_rate, supply_rate, upstream_rate, teaching, imitation_boost, dilution, trust_effect,
    )  # fmt: skip
    learn(
        first, teacher, route, speed, excess_route, sector, weight, frontier, x, capability, year_gain, spillover,
        stock, gain, total_gain,
    )  # fmt: skip


@kernel
def learn_from_rivals(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, uid: UidArray, mode: IntArray,
    absorption: FloatArray, known: FloatArray, weight: FloatArray, frontier: FloatArray, firm: IntArray,
    capability: FloatArray, year_gain: FloatArray, stock: FloatArray, gain: FloatArray, total_gain: FloatArray,
    n_regions: int, roster_key: np.uint64, key: np.uint64, n_rivals: int, rate: float, imitation_boost: float,
    best: float, width: float, route: int,
) -> None:  # fmt: skip
    """Let firms learn from the rivals they meet; ``known`` is ``capability`` as it is read."""
    x, _ = profiles(is_active, kind, known, frontier)
    first, teacher, routes, speed = rival_lessons(
        firm, region, sector, uid, mode, absorption, weight, x, n_regions, roster_key, key, n_rivals, rate,
        imitation_boost, best, width, route,
    )  # fmt: skip
    no_spillover = np.zeros(len(sector))  # rivals are of the same sector
    learn(
        first, teacher, routes, speed, route, sector, weight, frontier, x, capability, year_gain,
        no_spillover, stock, gain, total_gain,
    )  # fmt: skip
