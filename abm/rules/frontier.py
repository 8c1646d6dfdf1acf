"""The world moves on: the frontier grows, and what is known here goes out of date.

Developed regions advance the frontier (ren 2.2); capability obsolesces. Imported equipment embodies technology that
its users learn up to a modest floor, so that a region without research falls behind without falling to nothing.
"""

from __future__ import annotations

from abm.kernel import kernel
from abm.parameters import Parameters, growth_per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Origin, Route
from abm.state.trade_terms import reachable
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_INTRODUCTION = int(Origin.INTRODUCTION)
_LICENCE = int(Route.LICENCE)


@rule(writes=("fields.frontier",), source="ren:2.2", off={"frontier.growth_factor": 0.0})
def advance_frontier(world: World, parameters: Parameters, draws: Draws) -> None:
    """The world frontier of each field grows.

    Equation   F_k <- F_k (1 + growth_factor g_k), g_k converted from a year to a quarter
    Units      F: level; g: 1/year
    Source     ren 2.2.1
    Draws      none
    Off when   frontier.growth_factor = 0
    """
    factor = parameters.frontier.growth_factor
    for k, annual in enumerate(world.structure.frontier_growth):
        world.fields.frontier[k] *= 1.0 + growth_per_quarter(factor * float(annual))


@kernel
def obsolete(is_active: BoolArray, capability: FloatArray, stock: FloatArray, loss: FloatArray, rate: float) -> None:
    """Take `rate` of everybody's capability and of its ledger; the amount lost is booked in `loss`.

    Shapes: capability (actors, fields), stock (actors, origins x routes), loss (actors,).

    >>> import numpy as np
    >>> capability = np.array([[0.5, 0.3]]); stock = np.zeros((1, 72)); stock[0, 59] = 0.8
    >>> loss = np.zeros(1); obsolete(np.array([True]), capability, stock, loss, 0.1)
    >>> capability.round(3).tolist(), round(float(stock.sum()), 3), round(float(loss[0]), 3)
    ([[0.45, 0.27]], 0.72, 0.08)
    """
    for i in range(len(is_active)):
        if not is_active[i]:
            continue
        total = 0.0
        for k in range(capability.shape[1]):
            lost = rate * capability[i, k]
            capability[i, k] -= lost
            total += lost
        loss[i] += total
        for entry in range(stock.shape[1]):
            stock[i, entry] -= rate * stock[i, entry]


@rule(
    writes=("actors.capability", "ledger.stock", "ledger.loss"),
    source="assumption",
    off={"frontier.obsolescence": 0.0},
)
def let_capability_obsolesce(world: World, parameters: Parameters, draws: Draws) -> None:
    """Capability that is not renewed goes out of date; gains and obsolescence are booked apart.

    Equation   A_ik <- (1 - obsolescence) A_ik, and the same for the ledger
    Units      A: level; obsolescence: 1/quarter
    Source     model.md section 1 (capability obsolesces); rate is an assumption
    Draws      none
    Off when   frontier.obsolescence = 0
    """
    actors, book = world.actors, world.ledger
    obsolete(
        actors.is_active, actors.capability, book.stock.reshape(actors.rows, -1), book.loss,
        parameters.frontier.obsolescence,
    )  # fmt: skip


@kernel
def embodied_learning(
    firm: IntArray, sector: IntArray, weight: FloatArray, frontier: FloatArray, embargo: FloatArray,
    capability: FloatArray, stock: FloatArray, gain: FloatArray, total_gain: FloatArray,
    embargo_factor: float, rate: float, floor: float,
) -> None:  # fmt: skip
    """Let firms catch up with the technology embodied in imported equipment, in the fields their sector uses.

    >>> import numpy as np
    >>> stock, capability = np.zeros((1, 8, 9)), np.array([[0.25, 0.5]])
    >>> embodied_learning(np.array([0]), np.array([0]), np.array([[0.5, 0.5]]), np.array([2.0, 1.0]), np.zeros(2),
    ...     capability, stock, stock.copy(), stock.copy(), 1.0, 0.5, 0.25)
    >>> capability.tolist(), float(stock[0, 4, 7])
    ([[0.375, 0.5]], 0.125)
    """
    reach = reachable(frontier, embargo, embargo_factor, floor)
    for f in range(len(firm)):
        i = firm[f]
        learned = 0.0
        for k in range(len(reach)):
            if capability[i, k] < reach[k] and weight[sector[i], k] > 0.0:
                amount = rate * (reach[k] - capability[i, k])
                capability[i, k] += amount
                learned += amount
        if learned > 0.0:
            ledger.book(stock, gain, total_gain, i, learned, _INTRODUCTION, _LICENCE)


@rule(writes=("actors.capability", *ledger.WRITES), source="zhao2020:III.D", off={"frontier.embodied": 0.0})
def learn_from_imported_equipment(world: World, parameters: Parameters, draws: Draws) -> None:
    """Imported equipment teaches its users what it embodies, up to a floor well below the frontier.

    Equation   dA_ik = embodied max(0, min(floor, 1 - embargo_k) F_k - A_ik) for fields the sector uses
    Units      A, F: level; embodied: 1/quarter; floor, embargo: 1
    Source     zhao2020 III.D (introduction with equipment); the floor is an assumption
    Draws      none
    Off when   frontier.embodied = 0
    """
    p, actors, st, book = parameters.frontier, world.actors, world.structure, world.ledger
    embodied_learning(
        world.slots(Kind.FIRM), actors.sector, st.weight, world.fields.frontier, st.embargo,
        actors.capability, book.stock, book.gain, book.total_gain, p.embargo_factor, p.embodied, p.embodied_floor,
    )  # fmt: skip
