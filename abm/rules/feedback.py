"""Users' feedback improves the next product (ren 2.3.3): who sells more learns more from use."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Origin, Route
from abm.state.trade_terms import reachable
from abm.state.world import World
from abm.types import FloatArray, IntArray

_USERS = int(Origin.USER_FEEDBACK)
_OWN = int(Route.OWN)


@kernel
def mean_sales(firm: IntArray, sector: IntArray, sales: FloatArray, n_sectors: int) -> FloatArray:
    """Return the mean sales of a firm by sector, shape (sectors,); 0 where there is none.

    >>> import numpy as np
    >>> mean_sales(np.array([0, 2]), np.array([1, 1, 1]), np.array([2.0, 9.0, 4.0]), 2).tolist()
    [0.0, 3.0]
    """
    total, number = np.zeros(n_sectors), np.zeros(n_sectors)
    for f in range(len(firm)):
        total[sector[firm[f]]] += sales[firm[f]]
        number[sector[firm[f]]] += 1.0
    for s in range(n_sectors):
        total[s] /= max(number[s], 1.0)
    return total


@kernel
def learn_from_use(
    firm: IntArray, sector: IntArray, sales: FloatArray, weight: FloatArray, frontier: FloatArray,
    embargo: FloatArray, absorption: FloatArray, capability: FloatArray, year_gain: FloatArray,
    stock: FloatArray, gain: FloatArray, total_gain: FloatArray, embargo_factor: float, rate: float,
) -> None:  # fmt: skip
    """Raise capability in the fields a product uses, as far as users know what can be bought.

    dA = rate absorption W r / (1 + r) max(0, reach - A), r = sales over the sector's mean.

    >>> import numpy as np
    >>> one, zero, stock, capability = np.ones(1), np.zeros(1, np.int64), np.zeros((1, 8, 9)), np.array([[0.5]])
    >>> learn_from_use(zero, zero, 5.0 * one, np.ones((1, 1)), one, 0.0 * one, one, capability, 0.0 * one,
    ...     stock, stock.copy(), stock.copy(), 1.0, 0.5)
    >>> float(capability[0, 0]), float(stock[0, 5, 5])
    (0.625, 0.125)
    """
    mean = mean_sales(firm, sector, sales, len(weight))
    reach = reachable(frontier, embargo, embargo_factor, 1.0)
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        if mean[s] <= 0.0 or sales[i] <= 0.0:
            continue
        ratio = sales[i] / mean[s]
        pace = rate * absorption[i] * ratio / (1.0 + ratio)
        learned = 0.0
        for k in range(len(reach)):
            amount = pace * weight[s, k] * (reach[k] - capability[i, k])
            if amount > 0.0:
                capability[i, k] += amount
                year_gain[i] += weight[s, k] * amount / frontier[k]
                learned += amount
        if learned > 0.0:
            ledger.book(stock, gain, total_gain, i, learned, _USERS, _OWN)


@rule(
    writes=("actors.capability", "actors.year_gain", *ledger.WRITES),
    source="ren:2.3.3",
    off={"switches.user_feedback": False},
)
def learn_from_users(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms learn from the users of what they sell.

    Equation   dA_ik = rate absorption_i W_sk r_i / (1 + r_i) max(0, (1 - embargo_k) F_k - A_ik), r_i = sales over the
               sector's mean: users compare with what the world sells
    Units      A, F: level; rate: 1/quarter
    Source     ren 2.3.3 (users' feedback is a basis of planning)
    Draws      none
    Off when   switches.user_feedback = false
    """
    if not parameters.switches.user_feedback:
        return
    actors, st, book = world.actors, world.structure, world.ledger
    learn_from_use(
        world.slots(Kind.FIRM), actors.sector, actors.sales, st.weight, world.fields.frontier, st.embargo,
        actors.absorption, actors.capability, actors.year_gain, book.stock, book.gain, book.total_gain,
        parameters.frontier.embargo_factor, parameters.market.feedback_rate,
    )  # fmt: skip
