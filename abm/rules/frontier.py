"""The world moves on: the frontier grows, and what is known here goes out of date.

Developed regions advance the frontier (ren 2.2); capability obsolesces. Imported equipment embodies technology that
its users learn up to a modest floor, so that a region without research falls behind without falling to nothing.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters, growth_per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Origin, Route
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_INTRODUCTION = int(Origin.INTRODUCTION)
_LICENCE = int(Route.LICENCE)
_FIRM = int(Kind.FIRM)


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
def obsolete(
    is_active: BoolArray,
    capability: FloatArray,
    stock: FloatArray,
    loss: FloatArray,
    rate: float,
) -> None:
    """Take `rate` of everybody's capability and of its ledger; the amount lost is booked in `loss`.

    Shapes: capability (actors, fields), stock (actors, origins, routes), loss (actors,).

    >>> import numpy as np
    >>> capability = np.array([[0.5, 0.3]]); stock = np.zeros((1, 8, 9)); stock[0, 6, 5] = 0.8
    >>> loss = np.zeros(1); obsolete(np.array([True]), capability, stock, loss, 0.1)
    >>> capability.round(3).tolist(), round(float(stock.sum()), 3), round(float(loss[0]), 3)
    ([[0.45, 0.27]], 0.72, 0.08)
    """
    for i in range(len(is_active)):
        if not is_active[i]:
            continue
        for k in range(capability.shape[1]):
            lost = rate * capability[i, k]
            capability[i, k] -= lost
            loss[i] += lost
        for o in range(stock.shape[1]):
            for r in range(stock.shape[2]):
                stock[i, o, r] -= rate * stock[i, o, r]


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
    obsolete(
        world.actors.is_active,
        world.actors.capability,
        world.ledger.stock,
        world.ledger.loss,
        parameters.frontier.obsolescence,
    )


@kernel
def embodied_learning(
    is_active: BoolArray,
    kind: IntArray,
    sector: IntArray,
    weight: FloatArray,
    frontier: FloatArray,
    embargo: FloatArray,
    capability: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
    rate: float,
    floor: float,
) -> None:
    """Let firms catch up with the technology embodied in imported equipment, in the fields their sector uses."""
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] != _FIRM:
            continue
        for k in range(len(frontier)):
            if weight[sector[i], k] <= 0.0:
                continue
            reach = min(floor, 1.0 - embargo[k]) * frontier[k]
            amount = rate * (reach - capability[i, k])
            if amount > 0.0:
                capability[i, k] += amount
                ledger.book(stock[i], gain[i], total_gain[i], amount, _INTRODUCTION, _LICENCE)


@rule(writes=("actors.capability", *ledger.WRITES), source="zhao2020:III.D", off={"frontier.embodied": 0.0})
def learn_from_imported_equipment(world: World, parameters: Parameters, draws: Draws) -> None:
    """Imported equipment teaches its users what it embodies, up to a floor well below the frontier.

    Equation   dA_ik = embodied max(0, min(floor, 1 - embargo_k) F_k - A_ik) for fields the sector uses
    Units      A, F: level; embodied: 1/quarter; floor, embargo: 1
    Source     zhao2020 III.D (introduction with equipment); the floor is an assumption
    Draws      none
    Off when   frontier.embodied = 0
    """
    p = parameters.frontier
    embargo = np.minimum(world.structure.embargo * p.embargo_factor, 1.0)
    embodied_learning(
        world.actors.is_active,
        world.actors.kind,
        world.actors.sector,
        world.structure.weight,
        world.fields.frontier,
        embargo,
        world.actors.capability,
        world.ledger.stock,
        world.ledger.gain,
        world.ledger.total_gain,
        p.embodied,
        p.embodied_floor,
    )
