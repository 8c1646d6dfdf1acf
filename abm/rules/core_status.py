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
_KEPT_TIES = 0.5
"""Part of the ties that make a firm core below which it is weak."""
_KEPT_CAPABILITY = 0.8
"""Part of the capability that makes a firm core below which it is weak."""


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
def relative_capability(
    firm: IntArray, region: IntArray, sector: IntArray, capability: FloatArray, weight: FloatArray, n_regions: int
) -> FloatArray:  # fmt: skip
    """Return the capability of firms in the fields of their sector over the mean of their market, shape (firms,).

    >>> relative_capability(np.array([0, 1]), np.array([0, 0]), np.array([0, 0]), np.array([[0.2, 0.9], [0.6, 0.9]]),
    ...     np.array([[1.0, 0.0]]), 1).round(9).tolist()
    [0.5, 1.5]
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
    for f in range(len(firm)):
        r, s = region[firm[f]], sector[firm[f]]
        index[f] /= max(total[r, s] / number[r, s], 1e-12)
    return index


@kernel
def changed_status(
    firm: IntArray, region: IntArray, sales: FloatArray, degree: IntArray, ability: FloatArray, is_core: BoolArray,
    weak_quarters: IntArray, n_regions: int, size: float, least_ties: int, least_ability: float, grace: int,
) -> IntArray:  # fmt: skip
    """Return the firms that win core status, or lose it; ``size`` is over the mean sales of the region's firms.

    A core firm loses it at once by size, and after `grace` quarters in a row, counted in `weak_quarters`, with too few
    ties or too little ability. ``ability`` is from `relative_capability`, by firm; the other columns are by actor.

    >>> sales, ties, weak = np.array([80.0, 10.0, 10.0, 60.0]), np.array([3, 0, 3, 1]), np.array([0, 0, 0, 3])
    >>> changed_status(np.arange(4), np.zeros(4, int), sales, ties, np.ones(4), np.array([False, False, True, True]),
    ...     weak, 1, 1.5, 3, 1.0, 4).tolist(), weak.tolist()  # the last has 1 tie, less than half of 3
    ([0, 2, 3], [0, 0, 0, 0])
    """
    mean = regional_mean(firm, region, sales, n_regions)
    changed = np.empty(len(firm), np.int64)
    number = 0
    for f in range(len(firm)):
        i = firm[f]
        if is_core[i]:
            is_weak = degree[i] < _KEPT_TIES * least_ties or ability[f] < _KEPT_CAPABILITY * least_ability
            weak_quarters[i] = weak_quarters[i] + 1 if is_weak else 0
            changes = sales[i] <= _KEPT_SIZE * size * mean[region[i]] or weak_quarters[i] >= grace
        else:
            changes = (
                sales[i] > size * mean[region[i]] and degree[i] >= least_ties and ability[f] >= least_ability
            )  # fmt: skip
        if changes:
            weak_quarters[i] = 0
            changed[number] = i
            number += 1
    return changed[:number]


@rule(
    writes=("actors.is_core", "actors.weak_quarters"),
    source="li:2.A; li:2.B; ren:2.4.1",
    off={"turnover.core_review": False},
)
def review_core_status(world: World, parameters: Parameters, draws: Draws) -> None:
    """Being core is won by size, ties and capability, and lost again.

    Equation   core if sales > core_size * mean and ties >= core_ties and index >= core_capability * sector mean;
               lost when sales <= 0.6 * core_size * mean, or after core_grace quarters in a row with
               ties < 0.5 * core_ties or index < 0.8 * core_capability * sector mean
    Units      sales: million yuan per quarter; ties: number; core_grace: quarters
    Source     li 2.A (networks centred on core enterprises), 2.B; ren 2.4.1
    Draws      none
    Off when   turnover.core_review = false
    """
    if not parameters.turnover.core_review:
        return
    p, actors, st, ties = parameters.turnover, world.actors, world.structure, world.ties
    firm = world.slots(Kind.FIRM)
    degree = all_degrees(ties.is_active, ties.source, ties.target, actors.rows)
    ability = relative_capability(firm, actors.region, actors.sector, actors.capability, st.weight, st.n_regions)
    changed = changed_status(
        firm, actors.region, actors.sales, degree, ability, actors.is_core, actors.weak_quarters, st.n_regions,
        p.core_size, p.core_ties, p.core_capability, p.core_grace,
    )  # fmt: skip
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
