"""Core enterprises: a state a firm can win or lose (model.md section 1)."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.causes import PROGRESS, last_events
from abm.state.codes import Event, Kind
from abm.state.groups import regional_mean
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_KEPT_SIZE = 0.6
"""Part of the size that makes a firm core below which it is no longer."""


@kernel
def all_degrees(is_active: BoolArray, source: IntArray, target: IntArray, n_actors: int) -> IntArray:
    """Return the number of active ties of each actor, all layers together.

    >>> all_degrees(np.array([True, True, False]), np.array([0, 0, 1]), np.array([1, 2, 2]), 3).tolist()
    [2, 1, 1]
    """
    degree = np.zeros(n_actors, np.int64)
    for e in range(len(source)):
        if is_active[e]:
            degree[source[e]] += 1
            degree[target[e]] += 1
    return degree


@kernel
def capable_firms(
    firm: IntArray, region: IntArray, sector: IntArray, capability: FloatArray, weight: FloatArray, n_regions: int,
    least: float,
) -> BoolArray:  # fmt: skip
    """Tell which firms have, in the fields of their sector, at least `least` times the mean capability of their market.

    >>> capable_firms(np.array([0, 1]), np.array([0, 0]), np.array([0, 0]), np.array([[0.2, 0.9], [0.6, 0.9]]),
    ...     np.array([[1.0, 0.0]]), 1, 1.25).tolist()
    [False, True]
    """
    total = np.zeros((n_regions, weight.shape[0]))
    number = np.zeros((n_regions, weight.shape[0]))
    index = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        for k in range(weight.shape[1]):
            index[f] += capability[i, k] * weight[sector[i], k]
        total[region[i], sector[i]] += index[f]
        number[region[i], sector[i]] += 1.0
    is_capable = np.zeros(len(firm), np.bool_)
    for f in range(len(firm)):
        r, s = region[firm[f]], sector[firm[f]]
        is_capable[f] = index[f] >= least * (total[r, s] / number[r, s])
    return is_capable


@kernel
def changed_status(
    firm: IntArray, region: IntArray, sales: FloatArray, degree: IntArray, is_capable: BoolArray, is_core: BoolArray,
    n_regions: int, size: float, least_ties: int,
) -> IntArray:  # fmt: skip
    """Return the firms that win core status, or lose it; ``size`` is over the mean sales of the region's firms.

    ``is_capable`` is by firm, the other columns by actor.

    >>> sales, ties = np.array([70.0, 10.0, 10.0]), np.array([3, 0, 0])
    >>> changed_status(np.arange(3), np.zeros(3, int), sales, ties, np.ones(3, np.bool_),
    ...     np.array([False, False, True]), 1, 2.0, 3).tolist()
    [0, 2]
    """
    mean = regional_mean(firm, region, sales, n_regions)
    changed = np.empty(len(firm), np.int64)
    number = 0
    for f in range(len(firm)):
        i = firm[f]
        if is_core[i]:
            changes = sales[i] <= _KEPT_SIZE * size * mean[region[i]]
        else:
            changes = sales[i] > size * mean[region[i]] and degree[i] >= least_ties and is_capable[f]
        if changes:
            changed[number] = i
            number += 1
    return changed[:number]


@rule(
    writes=("actors.is_core",),
    source="li:2.A; li:2.B; ren:2.4.1",
    off={"turnover.core_review": False},
)
def review_core_status(world: World, parameters: Parameters, draws: Draws) -> None:
    """Being core is won by size, ties and capability, and lost again.

    Equation   core if sales > core_size * mean and ties >= core_ties and index >= core_capability * sector mean;
               kept while sales > 0.6 * core_size * mean
    Units      sales: million yuan per quarter; ties: number
    Source     li 2.A (networks centred on core enterprises), 2.B; ren 2.4.1
    Draws      none
    Off when   turnover.core_review = false
    """
    if not parameters.turnover.core_review:
        return
    p, actors, st, ties = parameters.turnover, world.actors, world.structure, world.ties
    firm = world.slots(Kind.FIRM)
    degree = all_degrees(ties.is_active, ties.source, ties.target, actors.rows)
    is_capable = capable_firms(
        firm, actors.region, actors.sector, actors.capability, st.weight, st.n_regions, p.core_capability
    )
    changed = changed_status(
        firm, actors.region, actors.sales, degree, is_capable, actors.is_core, st.n_regions, p.core_size, p.core_ties
    )
    if len(changed) == 0:
        return
    was = actors.is_core[changed]
    for event, who in ((Event.CORE_GAINED, changed[~was]), (Event.CORE_LOST, changed[was])):
        gained = event is Event.CORE_GAINED
        world.events.add(
            event, world.quarter, actors.uid[who], region=actors.region[who], amount=actors.sales[who],
            cause=last_events(world, (*PROGRESS, Event.MOVED_SECTOR), actors.uid[who]) if gained else None,
        )  # fmt: skip
    actors.is_core[changed] = ~was
