"""What stages of projects end in, and where the projects go from there."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_outcomes import pilot_chance, research_chance
from abm.kernels_projects import new_product_share
from abm.randomness import uniform
from abm.state.codes import Event, ProjectKind, Stage
from abm.types import BoolArray, FloatArray, IntArray, UidArray

GOES_ON = -1
"""Outcome of a stage that ends without an event: development that leads to a pilot."""
_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_RESEARCH = int(Stage.RESEARCH)
_DEVELOPMENT = int(Stage.DEVELOPMENT)
_PILOT = int(Stage.PILOT)
_SHELF = int(Stage.SHELVED)
_FOUND = int(Event.RESEARCH_SUCCEEDED)
_NOT_FOUND = int(Event.RESEARCH_FAILED)
_SHELVED = int(Event.SHELVED)
_PILOTED = int(Event.PILOTED)
_PILOT_FAILED = int(Event.PILOT_FAILED)
_INDUSTRIALISED = int(Event.INDUSTRIALISED)
_NOT_INDUSTRIALISED = int(Event.INDUSTRIALISATION_FAILED)
_ABANDONED = int(Event.ABANDONED)


@kernel
def stage_outcomes(
    done: IntArray,
    uid: UidArray,
    kind: IntArray,
    stage: IntArray,
    remaining: IntArray,
    strength: FloatArray,
    trust: FloatArray,
    dare: FloatArray,
    service_share: FloatArray,
    hazard: float,
    facility_gain: float,
    agreement: float,
    base: float,
    gain: float,
    own: float,
    last_success: float,
    key: np.uint64,
) -> IntArray:
    """Return what happened to each project in `done`, as a code of `Event`, -1 where it simply goes on.

    Before a pilot members agree on how to go on, the likelier the more they trust each other; a firm that has taken
    up a university result decides alone. A success that needed a service (drawn between the chance without and the
    chance with it) marks the project.
    """
    outcome = np.full(len(done), GOES_ON, np.int64)
    for d in range(len(done)):
        p = done[d]
        draw = uniform(key, uid[p], stage[p])
        if remaining[p] < 0:
            outcome[d] = _ABANDONED
        elif stage[p] == _RESEARCH:
            chance = research_chance(strength[d, 0], trust[d], strength[d, 1], hazard, facility_gain)
            outcome[d] = _FOUND if draw < chance else _NOT_FOUND
            if research_chance(strength[d, 0], trust[d], 0.0, hazard, facility_gain) <= draw < chance:
                service_share[p] = 1.0
        elif stage[p] == _DEVELOPMENT:
            must_agree = strength[d, 3] > 1.5 and kind[p] != _BY_UNIVERSITY
            agree = agreement * (0.5 + trust[d]) if must_agree else 1.0
            if draw >= min(1.0, agree) * dare[d]:
                outcome[d] = _SHELVED
        elif stage[p] == _PILOT:
            chance = pilot_chance(strength[d, 2], base, gain, own)
            outcome[d] = _PILOTED if draw < chance else _PILOT_FAILED
            if pilot_chance(0.0, base, gain, own) <= draw < chance:
                service_share[p] = 1.0
        else:
            outcome[d] = _INDUSTRIALISED if draw < last_success else _NOT_INDUSTRIALISED
    return outcome


@kernel
def apply_outcomes(
    done: IntArray,
    outcome: IntArray,
    kind: IntArray,
    is_active: BoolArray,
    stage: IntArray,
    remaining: IntArray,
    cost: FloatArray,
    n_members: IntArray,
    member: IntArray,
    member_uid: UidArray,
    effort: FloatArray,
    duration: IntArray,
    factor: FloatArray,
) -> None:
    """Move projects to their next stage, to the shelf, or out of the table.

    What has been learned is done with: effort starts again at 0 after a result. A university result that a firm
    lays aside goes back to the shelf alone.
    """
    for d in range(len(done)):
        p = done[d]
        to_shelf = outcome[d] == _SHELVED or (outcome[d] == _FOUND and kind[p] == _BY_UNIVERSITY)
        if outcome[d] == _FOUND or to_shelf:
            for m in range(effort.shape[1]):
                effort[p, m] = 0.0
        if to_shelf:
            cost[p] /= factor[stage[p]]
            stage[p] = _SHELF
            remaining[p] = 0
            if kind[p] == _BY_UNIVERSITY:
                n_members[p] = 1
                member[p, 1] = -1
                member_uid[p, 1] = np.uint64(0)
        elif outcome[d] == GOES_ON or outcome[d] == _FOUND or outcome[d] == _PILOTED:
            cost[p] *= factor[stage[p] + 1] / factor[stage[p]]
            stage[p] += 1
            remaining[p] = duration[stage[p]]
        else:
            is_active[p] = False


@kernel
def open_markets(
    outcome: IntArray,
    lead: IntArray,
    research_cost: FloatArray,
    expected_orders: FloatArray,
    novelty: FloatArray,
    novelty_return: float,
) -> None:
    """Raise the share of sales from new products of the firms whose project became a product."""
    for d in range(len(outcome)):
        i = lead[d]
        if outcome[d] == _INDUSTRIALISED and i >= 0:
            added = new_product_share(research_cost[d], expected_orders[i], novelty_return)
            novelty[i] += (1.0 - novelty[i]) * added
