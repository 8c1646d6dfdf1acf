"""Firms close: by insolvency, or by a hazard of age and size (model.md line 14)."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import inner, kernel
from abm.parameters import Parameters, per_quarter
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import closing
from abm.state.closing import close_actors
from abm.state.codes import Event, Kind
from abm.state.columns import read_only
from abm.state.groups import regional_mean
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_FIRST_YEAR = 0.25
_SECOND_YEAR = 1.0
_SETTLED_AGE = 28
_NO_ORDERS = 1e-6


@inner
def age_factor(age: int, young_factor: float) -> float:
    """Return the hazard at an age in quarters over that of settled firms (F24): low at first, then high, then falling.

    >>> [age_factor(age, 1.3) for age in (3, 4, 8, 28)]
    [0.25, 1.0, 1.3, 1.0]
    """
    if age < 4:
        return _FIRST_YEAR
    if age < 8:
        return _SECOND_YEAR
    return young_factor if age < _SETTLED_AGE else 1.0


@kernel
def closing_firms(
    firm: IntArray,
    region: IntArray,
    uid: UidArray,
    born: IntArray,
    sales: FloatArray,
    expected_orders: FloatArray,
    cash: FloatArray,
    equipment: FloatArray,
    debt: FloatArray,
    missed_payments: IntArray,
    n_regions: int,
    quarter: int,
    missed_limit: int,
    hazard: float,
    young_factor: float,
    size_slope: float,
    key: np.uint64,
) -> tuple[IntArray, IntArray]:
    """Return the slots of the firms that close this quarter, and 1 for each that is insolvent, else 0.

    Insolvent are those that have missed payments too often, owe more than they have, or have no orders left. The
    hazard of the others, per quarter, falls with ln of sales over the region's mean.

    >>> zero, ten, uid = np.zeros(3, int), np.full(3, 10.0), np.arange(3, dtype=np.uint64)
    >>> leaving, is_insolvent = closing_firms(
    ...     np.arange(3), zero, uid, zero, ten, ten, ten, ten, np.array([0.0, 21.0, 0.0]), np.array([0, 0, 4]),
    ...     1, 40, 4, 0.0, 1.3, 0.6, np.uint64(1))
    >>> leaving.tolist(), is_insolvent.tolist()
    ([1, 2], [1, 1])
    """
    mean = regional_mean(firm, region, sales, n_regions)
    leaving = np.empty(len(firm), np.int64)
    is_insolvent = np.zeros(len(firm), np.int64)
    number = 0
    for f in range(len(firm)):
        i = firm[f]
        if (
            missed_payments[i] >= missed_limit
            or cash[i] + equipment[i] - debt[i] < 0.0
            or expected_orders[i] < _NO_ORDERS
        ):
            is_insolvent[number] = 1
        else:
            relative = sales[i] / max(mean[region[i]], 1e-9)
            size = math.exp(-size_slope * math.log(max(0.05, min(100.0, relative))))
            if uniform(key, uid[i], 0) >= min(1.0, hazard * age_factor(quarter - born[i], young_factor) * size):
                continue
        leaving[number] = i
        number += 1
    return leaving[:number], is_insolvent[:number]


@rule(
    writes=closing.WRITES,
    source="li:2.B; zhao2020:IV",
    off={"switches.closure": False},
)
def close_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms that cannot pay, or are hit by the hazard of their age and size, leave with all that is theirs.

    Equation   P(exit) = 1 if payments missed for missed_limit quarters, else hazard f(age) size^-slope
    Units      hazard: 1/quarter from 1/year
    Source     li 2.B (subjects enter and withdraw), zhao2020 IV (backward capacity leaves); F24 for ages
    Draws      "close" per firm
    Off when   switches.closure = false
    """
    if not parameters.switches.closure:
        return
    p, actors = parameters.turnover, world.actors
    _, region = world.kind_and_region()
    leaving, is_insolvent = closing_firms(
        world.slots(Kind.FIRM), region, actors.uid, actors.born, read_only(actors.sales), actors.expected_orders,
        actors.cash, actors.equipment, actors.debt, actors.missed_payments, world.structure.n_regions, world.quarter,
        parameters.finance.missed_limit, per_quarter(p.exit_hazard), p.young_factor, p.size_slope, draws.key("close"),
    )  # fmt: skip
    if len(leaving) == 0:
        return
    debt, cash, uid, place = actors.debt[leaving], actors.cash[leaving], actors.uid[leaving], actors.region[leaving]
    unpaid = debt > cash
    if unpaid.any():
        world.events.add(
            Event.DEFAULT, world.quarter, uid[unpaid], region=place[unpaid], amount=(debt - cash)[unpaid]
        )  # fmt: skip
    world.events.add(
        Event.EXIT, world.quarter, uid, region=place, channel=is_insolvent, amount=actors.sales[leaving]
    )  # fmt: skip
    close_actors(world, leaving)
