"""Kernels of borrowing: who needs a loan, who asks for one, and how risky that is."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.randomness import uniform
from abm.state.codes import Layer, Level, Service
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_GREEN, _VENTURE = int(Level.GREEN), int(Service.VENTURE)
_SUPPLY, _SERVICE = int(Layer.SUPPLY), int(Layer.SERVICE)
_WORTH_ASKING = 0.05
"""Part of planned spending below which a firm does not go to a bank."""
_FULL_RECORD = 2.0
"""Years on a platform after which a member's record there is full."""
_MOST_SILENT = 0.95
"""Chance at most that an SME in need of a loan does not ask for it."""


@kernel
def default_probability(debt: float, credit: float, equity: float, slope: float) -> float:
    """Return PD = 1 - exp(-slope (debt + credit) / equity) (Eurace); 1 where there is no equity.

    >>> round(default_probability(5.0, 5.0, 10.0, 0.1), 6)
    0.095163
    """
    if equity <= 0.0:
        return 1.0 if debt + credit > 0.0 else 0.0
    return 1.0 - math.exp(-slope * (debt + credit) / equity)


@kernel
def chance_of_silence(risk: float, cutoff: float, own: float, around: float, discouraged: float) -> float:
    """Return the chance that an SME in need does not ask: by its risk, its own refusals and those around it.

    discouraged (sqrt(risk / cutoff) + max(own, around)), both parts at most 1, and never more than 0.95. Firms do not
    know the cut-off of their bank, so that a part of it is enough to make them doubt: hence the root.

    >>> round(chance_of_silence(0.09, 0.36, 0.3, 0.2, 0.5), 9), chance_of_silence(0.9, 0.3, 0.2, 1.0, 1.0)
    (0.4, 0.95)
    """
    return min(_MOST_SILENT, discouraged * (math.sqrt(min(1.0, risk / max(cutoff, 1e-9))) + max(own, around)))


@kernel
def standing(
    i: int, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, source: IntArray, weight: FloatArray,
    born: IntArray, is_core: BoolArray, sector: IntArray, refusal_memory: FloatArray, expected_orders: FloatArray,
    inputs: FloatArray, quarter: int,
) -> tuple[float, float, float]:  # fmt: skip
    """Return what the ties of a firm tell: refusals around it, orders of core buyers, years on a platform, at most 2.

    The mean memory of refusals of the firms it is tied to, and million yuan per quarter.

    >>> import numpy as np
    >>> one, sector = np.ones(2), np.array([0, 1, -1])
    >>> standing(0, np.array([0, 2]), np.array([1, 2]), np.array([0, 1]), np.array([0, 2]), np.array([0, 2]),
    ...          0.25 * one, np.array([0, 4]), sector == 1, sector, np.array([0.9, 0.5, 0.3]),
    ...          np.array([0.0, 40.0, 0.0]), np.full((2, 2), 0.5), 8)
    (0.5, 5.0, 1.0)
    """
    remembered, number, orders, years = 0.0, 0, 0.0, 0.0
    for e in range(start[i], start[i + 1]):
        j, t = other[e], tie[e]
        if layer[t] == _SERVICE:
            years = max(years, min(_FULL_RECORD, 0.25 * (quarter - born[t])))
        if sector[j] >= 0:
            remembered += refusal_memory[j]
            number += 1
            if layer[t] == _SUPPLY and source[t] == i and is_core[j]:
                orders += weight[t] * inputs[sector[i], sector[j]] * expected_orders[j]
    return remembered / max(number, 1), orders, years


@kernel
def loan_requests(
    firm: IntArray,
    uid: UidArray,
    key: np.uint64,
    is_core: BoolArray,
    sector: IntArray,
    capital_ratio: FloatArray,
    cash: FloatArray,
    debt: FloatArray,
    equipment: FloatArray,
    backing: FloatArray,
    expected_orders: FloatArray,
    price: FloatArray,
    unit_cost: FloatArray,
    planned_equipment: FloatArray,
    planned_value_chain: FloatArray,
    planned_adoption: FloatArray,
    research_budget: FloatArray,
    loan_need: FloatArray,
    refusal_memory: FloatArray,
    core_orders: FloatArray,
    level: FloatArray,
    service: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    source: IntArray,
    weight: FloatArray,
    tie_born: IntArray,
    inputs: FloatArray,
    quarter: int,
    slope: float,
    cutoff: float,
    collateral: float,
    relief: float,
    discouraged: float,
    pledge: float,
    record: float,
    green_preference: float,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the slots of the firms that ask for a loan, how much, and their default probability as banks see it.

    A firm asks for the part of planned spending its cash does not cover: making what it expects to sell, as far as
    its equipment goes, and its plans. An SME may keep silent, see `chance_of_silence`; what it needs is noted. Banks
    count orders of core buyers as equity, a record on a platform as backing, and overlook risk of what is green.

    >>> import numpy as np
    >>> firm, one, need, none = np.array([0, 1]), np.ones(2), np.zeros(2), np.zeros(3, int)
    >>> asked = loan_requests(firm, firm.astype(np.uint64), np.uint64(1), firm > 5, 0 * firm, one,
    ...                       np.array([4.0, 99.0]), 0 * one, 20 * one, 0 * one, 10 * one, one, 0.5 * one, 2 * one,
    ...                       one, np.ones((2, 3)), one, need, 0 * one, 0 * one, np.zeros((2, 3)), np.zeros((2, 6)),
    ...                       none, none, none, none, none, 0 * one, none, np.ones((1, 1)), 8, 0.0, 0.3, 0.6, 0.5,
    ...                       1.0, 0.3, 0.3, 0.3)
    >>> [x.tolist() for x in (*asked, need)]
    [[0], [8.0], [0.0], [8.0, 0.0]]
    """
    asker = np.empty(len(firm), np.int64)
    request = np.empty(len(firm))
    risk = np.empty(len(firm))
    number = 0
    for i in firm:
        units = min(expected_orders[i] / max(price[i], 1e-6), equipment[i] / capital_ratio[sector[i]])
        adoption = 0.0
        for h in range(planned_adoption.shape[1]):
            adoption += planned_adoption[i, h]
        plan = planned_equipment[i] + planned_value_chain[i] + adoption
        need = unit_cost[i] * units + plan + research_budget[i]
        wanted = need - cash[i]
        if wanted <= _WORTH_ASKING * need:
            continue
        loan_need[i] = wanted
        around, core_orders[i], years = standing(
            i, start, other, tie, layer, source, weight, tie_born, is_core, sector, refusal_memory, expected_orders,
            inputs, quarter,
        )  # fmt: skip
        equity = cash[i] + collateral * equipment[i] + pledge * core_orders[i] - debt[i]
        backed = max(backing[i], record * service[i, _VENTURE] * years / _FULL_RECORD)
        own_risk = default_probability(debt[i], wanted, equity, slope) * (1.0 - relief * backed)
        own_risk *= 1.0 - green_preference * max(level[i, _GREEN], min(1.0, planned_adoption[i, _GREEN] / wanted))
        if not is_core[i]:
            if uniform(key, uid[i], 0) < chance_of_silence(own_risk, cutoff, refusal_memory[i], around, discouraged):
                continue
        asker[number] = i
        request[number] = wanted
        risk[number] = own_risk
        number += 1
    return asker[:number].copy(), request[:number].copy(), risk[:number].copy()
