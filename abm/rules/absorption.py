"""Absorptive capacity: what a firm can take in of what others know (model.md line 10, first half).

It comes from own research, which goes out of date, and from talented people (Cohen & Levinthal 1990; zhao2020 III.B).
"""

from __future__ import annotations

from abm.kernel import kernel
from abm.parameters import Parameters, per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind
from abm.state.world import World
from abm.types import FloatArray, IntArray


@kernel
def absorptive_capacity(
    firm: IntArray,
    sales: FloatArray,
    expected_orders: FloatArray,
    research_spending: FloatArray,
    staff: FloatArray,
    talent: FloatArray,
    stock: FloatArray,
    absorption: FloatArray,
    depreciation: float,
    base: float,
    half_stock: float,
    half_talent: float,
) -> None:
    """Renew each firm's knowledge stock and absorptive capacity; ``firm`` lists slots.

    >>> import numpy as np
    >>> stock, absorption = np.array([8.0]), np.zeros(1)
    >>> one = np.array([25.0]); absorptive_capacity(np.array([0]), one, one, np.array([2.4]), np.array([90.0]),
    ...     np.array([10.0]), stock, absorption, 0.05, 0.2, 0.1, 0.1)
    >>> round(float(stock[0]), 9), round(float(absorption[0]), 9)
    (10.0, 0.6)
    """
    for f in range(len(firm)):
        i = firm[f]
        stock[i] = (1.0 - depreciation) * stock[i] + research_spending[i]
        yearly = 4.0 * max(sales[i], expected_orders[i])
        known = stock[i] / (stock[i] + half_stock * yearly) if stock[i] > 0.0 else 0.0
        people = talent[i] + staff[i]
        share = talent[i] / people if people > 0.0 else 0.0
        trained = share / (share + half_talent) if share > 0.0 else 0.0
        absorption[i] = min(1.0, base + (1.0 - base) * 0.5 * (known + trained))


@rule(
    writes=("actors.knowledge_stock", "actors.absorption"),
    source="cohen1990; griliches1979; zhao2020:III.B",
    off={"switches.learning": False},
)
def renew_absorption(world: World, parameters: Parameters, draws: Draws) -> None:
    """Own research and talent give a firm the capacity to absorb.

    Equation   K <- (1 - depreciation) K + research spending; with k = K / year of sales, t = talent / people:
               absorption = base + (1 - base) / 2 [k / (k + half_k) + t / (t + half_t)]
    Units      K: million yuan; k, t, absorption: 1; depreciation converted from a year to a quarter
    Source     Cohen & Levinthal 1990; zhao2020 III.B (talent); depreciation in the tradition of Griliches 1979
    Draws      none
    Off when   switches.learning = false: absorptive capacity stays
    """
    if not parameters.switches.learning:
        return
    p, actors = parameters.learning, world.actors
    absorptive_capacity(
        world.slots(Kind.FIRM), actors.sales, actors.expected_orders, actors.research_spending, actors.staff,
        actors.talent, actors.knowledge_stock, actors.absorption,
        per_quarter(p.stock_depreciation), p.absorption_base, p.absorption_stock, p.absorption_talent,
    )  # fmt: skip
