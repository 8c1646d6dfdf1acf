"""Kernels of licences: what can be licensed at home and abroad, who sells it, and what is digested of it."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import pair_uid, uniform
from abm.state import ledger
from abm.state.codes import Kind, Origin, Route
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_INTRODUCTION = int(Origin.INTRODUCTION)
_LICENCE = int(Route.LICENCE)


@kernel
def importable_gap(
    slot: int, sector: int, capability: FloatArray, frontier: FloatArray, weight: FloatArray, reach: FloatArray
) -> float:
    """Return how far a firm lies behind what can be licensed: sum_k W_sk max(0, reach_k - x_ik).

    >>> float(importable_gap(0, 0, np.array([[0.4, 3.0]]), np.array([1.0, 2.0]), np.full((1, 2), 0.5), np.full(2, 0.8)))
    0.2
    """
    gap = 0.0
    for k in range(len(frontier)):
        gap += weight[sector, k] * max(0.0, reach[k] - capability[slot, k] / frontier[k])
    return gap


@kernel
def licensable(
    is_active: BoolArray, region: IntArray, patent_level: FloatArray, frontier: FloatArray, abroad: FloatArray,
    n_regions: int, at_home: bool,
) -> FloatArray:  # fmt: skip
    """Return the best that can be licensed by region and field, frontier = 1: `abroad`, or results held `at_home`.

    >>> import numpy as np
    >>> zero, level = np.zeros(2, np.int64), np.array([[0.9, 0.0], [0.2, 0.0]])
    >>> licensable(zero == 0, zero, level, np.array([1.0, 2.0]), np.array([0.6, 0.5]), 1, True).tolist()
    [[0.9, 0.5]]
    """
    reach = np.empty((n_regions, len(frontier)))
    for r in range(n_regions):
        for k in range(len(frontier)):
            reach[r, k] = abroad[k]
    if at_home:
        for i in range(len(is_active)):
            if is_active[i] and region[i] >= 0:
                for k in range(len(frontier)):
                    reach[region[i], k] = max(reach[region[i], k], patent_level[i, k] / frontier[k])
    return reach


@kernel
def equipment_fit(
    slot: int, sector: int, equipment_level: FloatArray, weight: FloatArray, frontier: FloatArray, abroad: FloatArray,
    power: float,
) -> float:  # fmt: skip
    """Return how far equipment matches what is introduced: min(1, e / sum_k W_sk reach_k F_k) to a `power`.

    >>> import numpy as np
    >>> terms = (np.ones((1, 1)), np.array([2.0]), np.array([0.8]))
    >>> [round(equipment_fit(0, 0, np.array([e]), *terms, p), 6) for e, p in ((0.4, 0.5), (0.4, 0.0), (2.0, 0.5))]
    [0.5, 1.0, 1.0]
    """
    needed = 0.0
    for k in range(len(frontier)):
        needed += weight[sector, k] * abroad[k] * frontier[k]
    if power <= 0.0 or equipment_level[slot] >= needed:
        return 1.0
    if equipment_level[slot] <= 0.0:
        return 0.0
    return math.exp(power * math.log(equipment_level[slot] / needed))


@kernel
def patent_holders(is_active: BoolArray, patent_level: FloatArray) -> IntArray:
    """Return the slots of those who hold the rights to a result.

    >>> import numpy as np
    >>> patent_holders(np.array([True, True, False]), np.array([[0.0, 0.0], [0.0, 0.5], [0.5, 0.0]])).tolist()
    [1]
    """
    slots = np.empty(len(is_active), np.int64)
    number = 0
    for i in range(len(is_active)):
        holds = False
        for k in range(patent_level.shape[1]):
            holds = holds or patent_level[i, k] > 0.0
        if is_active[i] and holds:
            slots[number] = i
            number += 1
    return slots[:number].copy()


@kernel
def is_for_sale(
    j: int, i: int, kind: IntArray, region: IntArray, sector: IntArray, uid: UidArray, size: FloatArray,
    orientation: FloatArray, openness: FloatArray, protection: float, rival_care: float, key: np.uint64,
) -> bool:  # fmt: skip
    """Tell whether `j`, which holds the rights to a result, licenses it to the firm `i`.

    A firm does if protection, its part of the licence money, is above what a rival would cost it: `rival_care` times
    the rival's part of the sales of both. A university does with the chance of its orientation to use. Another region
    is found with the chance of openness; what is not protected is not sold.

    >>> import numpy as np
    >>> zero, uid, size = np.zeros(2, np.int64), np.array([3, 5], np.uint64), np.array([3.0, 1.0])
    >>> terms = (zero, zero, zero, uid, size, np.zeros(2), np.zeros(1), 0.5, 1.0, np.uint64(1))
    >>> is_for_sale(0, 1, *terms), is_for_sale(1, 0, *terms)
    (True, False)
    """
    if protection <= 0.0:
        return False
    pair = pair_uid(uid[j], uid[i])
    if region[j] != region[i] and uniform(key, pair, 1) >= openness[region[i]]:
        return False
    if kind[j] == _UNIVERSITY:
        sells: bool = uniform(key, pair, 0) < orientation[j]
        return sells
    if sector[j] != sector[i]:
        return True
    pays: bool = protection * (size[i] + size[j]) > rival_care * size[i]
    return pays


@kernel
def licensed_fields(
    firm: IntArray, purse: FloatArray, region: IntArray, sector: IntArray, weight: FloatArray, pull: FloatArray,
    buyable: FloatArray, frontier: FloatArray, capability: FloatArray, importable: float, holder: IntArray,
    patent_level: FloatArray, kind: IntArray, uid: UidArray, size: FloatArray, orientation: FloatArray,
    openness: FloatArray, protection: float, rival_care: float, key: np.uint64,
) -> tuple[IntArray, FloatArray, IntArray]:  # fmt: skip
    """Return the field each firm licenses, the largest (pull + W) x gap, that gap in levels, and of whom: -1 abroad.

    Abroad the gap is to `importable` of the part of the frontier that can be bought, at home to the best result of a
    `holder` that sells it and to which the firm has no right itself, drawn by pair among equals. Whoever finds no gap
    keeps its `purse`.

    >>> import numpy as np
    >>> purse, zero, one, two = np.ones(1), np.zeros(1, np.int64), np.array([1]), np.zeros(2, np.int64)
    >>> terms = (zero, purse, two, np.array([0, 1]), np.array([[0.3, 0.7], [0.5, 0.5]]), np.zeros((1, 2, 2)),
    ...     np.array([1.0, 0.7]), np.array([0.9, 1.0]), np.array([[0.4, 0.6], [0.9, 0.9]]), 1.0)
    >>> rights = (np.array([[0.0, 0.0], [0.0, 0.9]]), two, np.array([3, 5], np.uint64), np.ones(2), np.zeros(2))
    >>> abroad = licensed_fields(*terms, one[:0], *rights, np.zeros(1), 0.5, 1.0, np.uint64(1))
    >>> at_home = licensed_fields(*terms, one, *rights, np.zeros(1), 0.5, 1.0, np.uint64(1))
    >>> [each.round(3).tolist() for each in abroad], [each.round(3).tolist() for each in at_home]
    ([[0], [0.5], [-1]], [[1], [0.3], [1]])
    """
    field = np.full(len(firm), -1, np.int64)
    source = np.full(len(firm), -1, np.int64)
    gap = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        best = 0.0
        for k in range(len(frontier)):
            behind = max(0.0, importable * buyable[k] * frontier[k] - capability[i, k])
            seller = -1
            luck = 0.0
            for j in holder:
                ahead = patent_level[j, k] - capability[i, k]
                drawn = uniform(key, pair_uid(uid[j], uid[i]), 2) if ahead == behind and seller >= 0 else 0.0
                if (ahead > behind or drawn > luck) and patent_level[j, k] > patent_level[i, k] and is_for_sale(
                    j, i, kind, region, sector, uid, size, orientation, openness, protection, rival_care, key
                ):  # fmt: skip
                    behind = ahead
                    seller = j
                    luck = uniform(key, pair_uid(uid[j], uid[i]), 2)
            value = (pull[region[i], sector[i], k] + weight[sector[i], k]) * behind
            if value > best:
                best = value
                field[f] = k
                gap[f] = behind
                source[f] = seller
        if field[f] < 0:
            purse[f] = 0.0
    return field, gap, source


@kernel
def digest_licences(
    firm: IntArray, field: IntArray, gap: FloatArray, source: IntArray, paid: FloatArray, region: IntArray,
    sector: IntArray, weight: FloatArray, frontier: FloatArray, absorption: FloatArray, management_fit: FloatArray,
    match: FloatArray, patent_origin: IntArray, capability: FloatArray, year_gain: FloatArray, year_cost: FloatArray,
    knowledge_stock: FloatArray, stock: FloatArray, gain: FloatArray, total_gain: FloatArray, digestion: float,
    reference: FloatArray, fit_learning: float, experience: float,
) -> IntArray:  # fmt: skip
    """Raise capability by what each firm digests, and its management fit and knowledge by experience.

    `match` is how far the equipment of each in `firm` matches. What is licensed at home keeps the origin of the result.
    Return the places in `firm` of those that learned something.

    >>> import numpy as np
    >>> zero, one, half, stock = np.zeros(1, np.int64), np.ones(1), np.array([0.5]), np.zeros((1, 8, 9))
    >>> known, fit = np.array([[0.4]]), np.array([0.5])
    >>> digest_licences(zero, zero, half, zero, one, zero, zero, np.ones((1, 1)), one, half, fit, one,
    ...     np.array([[2]]), known, one.copy(), one.copy(), one.copy(), stock, stock.copy(), stock.copy(), 0.2, one,
    ...     0.1, 0.3).tolist()
    [0]
    >>> known.round(6).tolist(), fit.round(6).tolist(), round(float(stock[0, 2, 7]), 6)  # 1 - 1/e is 0.632121
    ([[0.415803]], [0.531606], 0.015803)
    """
    learned = np.empty(len(firm), np.int64)
    number = 0
    for f in range(len(firm)):
        i = firm[f]
        k = field[f]
        if k < 0 or paid[f] <= 0.0:
            continue
        year_cost[i] += paid[f]
        knowledge_stock[i] += experience * paid[f]
        bought = 1.0 - math.exp(-paid[f] / reference[region[i]])
        amount = digestion * absorption[i] * management_fit[i] * match[f] * bought * gap[f]
        capability[i, k] += amount
        year_gain[i] += weight[sector[i], k] * amount / frontier[k]
        origin = patent_origin[source[f], k] if source[f] >= 0 else _INTRODUCTION
        ledger.book(stock, gain, total_gain, i, amount, origin, _LICENCE)
        management_fit[i] += fit_learning * bought * (1.0 - management_fit[i])
        if amount > 0.0:
            learned[number] = f
            number += 1
    return learned[:number].copy()
