"""Supervision of the market: inspectors bring to light what outsiders hide (zhao2020 III.D, IV).

Nobody's product gets better by it: buyers learn what they buy, and what is known no longer sells as the real thing, nor
below its price.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.codes import Instrument, Kind, Purpose
from abm.state.world import World
from abm.types import FloatArray, IntArray

_INSPECTORS = int(Instrument.SUPERVISION)
_SUPERVISION = np.int64(Purpose.SUPERVISION)
_OPEN_SECRET = 0.001
"""What is hidden less than this everybody knows."""


@kernel
def inspect(
    firm: IntArray, hidden: FloatArray, budget: FloatArray, government: IntArray,
    household: IntArray, cost: float, seen: float, catch: float, books: Books,
) -> None:  # fmt: skip
    """Let inspectors look at as many firms as they are paid for, and let less of each flaw stay hidden.

    ``firm`` lists slots, ``budget`` is by region and instrument, million yuan; ``government`` and ``household`` are
    slots by region. Nobody knows who hides something, so that all firms would have to be inspected.

    >>> from abm.state.accounts import books_with
    >>> books, hidden, budget = books_with([0.0, 0.0, 9.0, 0.0]), np.array([1.0, 0.0]), np.full((1, 12), 0.03)
    >>> inspect(np.arange(2), hidden, budget, np.array([2]), np.array([3]), 0.03, 0.05, 0.4, books)
    >>> hidden.round(9).tolist(), books.cash.tolist(), float(budget[0, 10])  # one of two: 0.95 (1 - 0.4 / 2)
    ([0.76, 0.0], [0.0, 0.0, 8.97, 0.03], 0.0)
    """
    number = np.zeros(len(budget))
    for i in firm:
        number[books.region[i]] += 1.0
    inspected = np.zeros(len(budget))
    for r in range(len(budget)):
        bill = cost * number[r]
        if bill > 0.0:
            paid = pay(books, government[r], household[r], min(budget[r, _INSPECTORS], bill), _SUPERVISION)
            budget[r, _INSPECTORS] -= paid
            inspected[r] = paid / bill
    for i in firm:
        hidden[i] *= (1.0 - seen) * (1.0 - catch * inspected[books.region[i]])
        if hidden[i] < _OPEN_SECRET:
            hidden[i] = 0.0


@rule(
    writes=("actors.hidden", "regions.budget", *accounts.WRITES),
    source="zhao2020:III.D; zhao2020:IV",
    off={"turnover.outsider_seen": 0.0, "policy.supervision_catch": 0.0},
)
def supervise_markets(world: World, parameters: Parameters, draws: Draws) -> None:
    """Buyers find out in time what outsiders hide, sooner where inspectors are paid.

    Equation   hidden <- hidden (1 - seen) (1 - catch min(1, budget / (cost n)))
    Units      hidden: 1; seen, catch: 1/quarter; cost: million yuan per firm and quarter; n: firms of the region
    Source     zhao2020 III.D (outsiders disturb the market), IV (supervise the market)
    Draws      none
    Off when   turnover.outsider_seen = 0 and policy.supervision_catch = 0
    """
    p, policy = parameters.turnover, parameters.policy
    if p.outsider_seen == 0.0 and policy.supervision_catch == 0.0:
        return
    actors, regions = world.actors, world.regions
    inspect(
        world.slots(Kind.FIRM), actors.hidden, regions.budget, regions.government_slot,
        regions.household_slot, policy.supervision_cost, p.outsider_seen, policy.supervision_catch, books_of(world),
    )  # fmt: skip
