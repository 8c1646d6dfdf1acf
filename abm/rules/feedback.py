"""Users' feedback improves the next product (ren 2.3.3): who sells more learns more from use."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Origin, Route
from abm.state.trade_terms import purchasable
from abm.state.world import World
from abm.types import FloatArray, IntArray

_USERS = int(Origin.USER_FEEDBACK)
_OWN = int(Route.OWN)


@kernel
def learn_from_use(
    firm: IntArray,
    sector: IntArray,
    sales: FloatArray,
    mean_sales: FloatArray,
    weight: FloatArray,
    frontier: FloatArray,
    reach: FloatArray,
    absorption: FloatArray,
    capability: FloatArray,
    year_gain: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
    rate: float,
) -> None:
    """Raise capability in the fields a product uses, as far as users know what can be bought (`reach`).

    dA = rate absorption W r / (1 + r) max(0, reach - A), r = sales over the sector's mean.
    """
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        if mean_sales[s] <= 0.0 or sales[i] <= 0.0:
            continue
        ratio = sales[i] / mean_sales[s]
        for k in range(len(frontier)):
            amount = rate * absorption[i] * weight[s, k] * ratio / (1.0 + ratio) * (reach[k] - capability[i, k])
            if amount > 0.0:
                capability[i, k] += amount
                year_gain[i] += weight[s, k] * amount / frontier[k]
                ledger.book(stock[i], gain[i], total_gain[i], amount, _USERS, _OWN)


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
    actors, st = world.actors, world.structure
    firm = world.slots(Kind.FIRM)
    total = np.bincount(actors.sector[firm], actors.sales[firm], st.n_sectors)
    mean = total / np.maximum(np.bincount(actors.sector[firm], minlength=st.n_sectors), 1)
    learn_from_use(
        firm, actors.sector, actors.sales, mean, st.weight, world.fields.frontier,
        purchasable(st, parameters.frontier.embargo_factor) * world.fields.frontier, actors.absorption,
        actors.capability, actors.year_gain, world.ledger.stock, world.ledger.gain, world.ledger.total_gain,
        parameters.market.feedback_rate,
    )  # fmt: skip
