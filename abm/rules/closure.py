"""Firms close: by insolvency, or by a hazard of age and size (model.md line 14)."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters, per_quarter
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import closing
from abm.state.closing import close_actors
from abm.state.codes import Event, Kind
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRST_YEAR = 0.25
_SECOND_YEAR = 1.0
_SETTLED_AGE = 28


@kernel
def closing_firms(
    firm: IntArray,
    uid: UidArray,
    key: np.uint64,
    age: IntArray,
    relative_size: FloatArray,
    is_insolvent: BoolArray,
    hazard: float,
    young_factor: float,
    size_slope: float,
) -> BoolArray:
    """Return which firms close this quarter.

    Hazard by age follows F24: low in the first year, at its highest to the seventh year, then falling; it falls with
    ln size. ``relative_size`` is sales over the region's mean.
    """
    result = np.zeros(len(firm), np.bool_)
    for f in range(len(firm)):
        if is_insolvent[f]:
            result[f] = True
            continue
        factor = 1.0
        if age[f] < 4:
            factor = _FIRST_YEAR
        elif age[f] < 8:
            factor = _SECOND_YEAR
        elif age[f] < _SETTLED_AGE:
            factor = young_factor
        size = math.exp(-size_slope * math.log(max(0.05, min(100.0, relative_size[f]))))
        result[f] = uniform(key, uid[firm[f]], 0) < min(1.0, hazard * factor * size)
    return result


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
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0:
        return
    region = actors.region[firm]
    number = np.maximum(np.bincount(region, minlength=world.structure.n_regions), 1)
    mean = np.bincount(region, actors.sales[firm], len(number)) / number
    relative = actors.sales[firm] / np.maximum(mean[region], 1e-9)
    worth = actors.cash[firm] + actors.equipment[firm] - actors.debt[firm]
    insolvent = (actors.missed_payments[firm] >= parameters.finance.missed_limit) | (worth < 0.0)
    insolvent |= actors.expected_orders[firm] < 1e-6
    ends = closing_firms(
        firm, actors.uid, draws.key("close"), world.quarter - actors.born[firm], relative, insolvent,
        per_quarter(p.exit_hazard), p.young_factor, p.size_slope,
    )  # fmt: skip
    leaving = firm[ends]
    unpaid = leaving[(actors.debt[leaving] > actors.cash[leaving])]
    world.events.add(
        Event.DEFAULT, world.quarter, actors.uid[unpaid], region=actors.region[unpaid],
        amount=actors.debt[unpaid] - actors.cash[unpaid],
    )  # fmt: skip
    world.events.add(
        Event.EXIT, world.quarter, actors.uid[leaving], region=actors.region[leaving],
        channel=insolvent[ends].astype(np.int64), amount=actors.sales[leaving],
    )  # fmt: skip
    close_actors(world, leaving)
