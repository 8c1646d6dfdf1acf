"""Kernels of newcomers: what they know, how large they are, and what they start with."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_entry import OUTSIDER
from abm.randomness import uniform
from abm.state.codes import Origin, Route
from abm.state.technique import HAND_WORK
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_ENDOWMENT, _OWN = int(Origin.ENDOWMENT), int(Route.OWN)
_KEPT = 0.8
"""Part of its parent's capability a spin-off takes along."""
_WORST_QUALITY = 0.02
"""Least quality of an entrant, frontier = 1."""


@kernel
def benchmarks(
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    is_core: BoolArray,
    sales: FloatArray,
    capability: FloatArray,
    frontier: FloatArray,
    n_regions: int,
    n_sectors: int,
) -> tuple[FloatArray, FloatArray]:
    """Return mean sales of SMEs (regions, sectors) and mean capability of firms (regions, sectors, fields).

    An empty market takes the region's means; an empty region one million yuan and a third of the frontier.
    """
    n_fields = len(frontier)
    size = np.zeros((n_regions, n_sectors + 1))
    smes = np.zeros((n_regions, n_sectors + 1))
    level = np.zeros((n_regions, n_sectors + 1, n_fields))
    number = np.zeros((n_regions, n_sectors + 1))
    for f in range(len(firm)):
        i = firm[f]
        for s in (sector[i], n_sectors):
            number[region[i], s] += 1.0
            if not is_core[i]:
                smes[region[i], s] += 1.0
                size[region[i], s] += sales[i]
            for k in range(n_fields):
                level[region[i], s, k] += capability[i, k]
    mean_size = np.empty((n_regions, n_sectors))
    mean_level = np.empty((n_regions, n_sectors, n_fields))
    for r in range(n_regions):
        for s in range(n_sectors):
            u = s if smes[r, s] > 0.0 else n_sectors
            mean_size[r, s] = max(size[r, u] / smes[r, u], 0.001) if smes[r, u] > 0.0 else 1.0
            u = s if number[r, s] > 0.0 else n_sectors
            for k in range(n_fields):
                mean_level[r, s, k] = level[r, u, k] / number[r, u] if number[r, u] > 0.0 else frontier[k] / 3.0
    return mean_size, mean_level


@kernel
def newcomers(
    entrant: IntArray,
    uid: UidArray,
    capability: FloatArray,
    mean_sales: FloatArray,
    mean_level: FloatArray,
    frontier: FloatArray,
    capital_ratio: FloatArray,
    relative_size: float,
    utilisation: float,
    leapfrog: float,
    key: np.uint64,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the knowledge (entrants, fields), the sales and the plant (million yuan) of each entrant.

    ``entrant`` and ``uid`` are as from `drawn_entrants`. A spin-off knows part of what its parent knows, others are
    like the firms of their market (see `benchmarks`); size and knowledge are drawn around that.

    >>> uid, one = np.array([5], dtype=np.uint64), np.ones(1)
    >>> known, size, plant = newcomers(np.array([[0], [0], [1], [0]]), uid, np.array([[0.5]]), 10 * one[None],
    ...     np.ones((1, 1, 1)), one, 2 * one, 0.4, 0.8, 0.1, np.uint64(1))
    >>> bool(0.8 * 0.8 * 0.5 <= known[0, 0] <= 1.1 * 0.8 * 0.5), bool(2.0 <= size[0] <= 6.0)
    (True, True)
    >>> round(float(plant[0] / size[0]), 9)
    2.5
    """
    n_entrants, n_fields = entrant.shape[1], len(frontier)
    knowledge = np.empty((n_entrants, n_fields))
    size = np.empty(n_entrants)
    plant = np.empty(n_entrants)
    for e in range(n_entrants):
        r, s, parent = entrant[0, e], entrant[1, e], entrant[3, e]
        factor = 0.8 + 0.3 * uniform(key, uid[e], 0)
        for k in range(n_fields):
            known = _KEPT * capability[parent, k] if parent >= 0 else mean_level[r, s, k]
            knowledge[e, k] = min(known * factor, (1.0 + leapfrog) * frontier[k])
        size[e] = relative_size * mean_sales[r, s] * (0.5 + uniform(key, uid[e], 1))
        plant[e] = capital_ratio[s] * size[e] / utilisation
    return knowledge, size, plant


@kernel
def start_up(
    slot: IntArray,
    entrant: IntArray,
    knowledge: FloatArray,
    size: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    labour_share: FloatArray,
    mean_price: FloatArray,
    capability: FloatArray,
    stock: FloatArray,
    equipment_level: FloatArray,
    quality: FloatArray,
    flaw: FloatArray,
    hidden: FloatArray,
    price: FloatArray,
    unit_cost: FloatArray,
    staff: FloatArray,
    disturbance: float,
    dumping: float,
    leapfrog: float,
    markup: float,
    base_wage: float,
    reference: float,
) -> None:
    """Write what entrants know into their rows, and the product, price and staff that follow from it.

    Part of the quality of outsiders' products is missing, which nobody sees at first, and they sell below their price.
    Half the staff that sales need is there from the start.

    >>> x, one, stock, entrant = np.zeros((1, 2)), np.ones(1), np.zeros((1, 8, 9)), np.array([[0], [0], [2], [-1]])
    >>> level, quality, flaw, hidden, price, cost, staff = (np.zeros(1) for _ in range(7))
    >>> start_up(np.array([0]), entrant, np.array([[0.4, 0.8]]), 10 * one, np.ones(2), np.array([[0.5, 0.5]]),
    ...     0.3 * one, one[None], x, stock, level, quality, flaw, hidden, price, cost, staff, 0.5, 0.2, 0.1, 0.25,
    ...     0.1, 0.6)
    >>> [round(float(y[0]), 9) for y in (level, quality, flaw, hidden, price, cost, staff)], float(stock.sum().round(9))
    ([0.6, 0.3, 0.5, 1.0, 0.9, 0.8, 15.0], 1.2)
    """
    for e in range(len(slot)):
        i, r, s = slot[e], entrant[0, e], entrant[1, e]
        total, index, relative = 0.0, 0.0, 0.0
        for k in range(len(frontier)):
            capability[i, k] = knowledge[e, k]
            total += knowledge[e, k]
            index += knowledge[e, k] * weight[s, k]
            relative += knowledge[e, k] / frontier[k] * weight[s, k]
        stock[i, _ENDOWMENT, _OWN] = total
        equipment_level[i] = index
        quality[i] = min(1.0 + leapfrog, max(_WORST_QUALITY, relative))
        price[i] = mean_price[r, s]
        if entrant[2, e] == OUTSIDER:
            flaw[i], hidden[i] = disturbance, 1.0
            quality[i] *= 1.0 - disturbance
            price[i] *= 1.0 - dumping * disturbance
        unit_cost[i] = mean_price[r, s] / (1.0 + markup)
        staff[i] = 0.5 * size[e] * labour_share[s] / (base_wage * max(index / reference, HAND_WORK))
