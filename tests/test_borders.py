"""Several regions: trade between them has two sides, and closed borders let nothing new across."""

from __future__ import annotations

import numpy as np
import pytest

from abm import Simulation
from abm.measures import MEASURES
from abm.measures.view import View
from abm.randomness import Draws
from abm.rules.structure_choice import choose_sectors
from abm.state.codes import Event, Kind, Layer, Purpose
from abm.state.world import World
from tests.contracts.worlds import two_regions


def after(quarters: int, **changes: float | bool) -> Simulation:
    """Return two open regions after some quarters."""
    simulation = Simulation(two_regions(), seed=3, changes={name.replace("__", "."): x for name, x in changes.items()})
    for _ in range(quarters):
        simulation.step()
    return simulation


def crossing(world: World, *layers: Layer) -> int:
    ties, region = world.ties, world.actors.region
    is_counted = ties.is_active & np.isin(ties.layer, [int(layer) for layer in layers])
    return int((is_counted & (region[ties.source] != region[ties.target])).sum())


def test_what_one_region_sells_across_another_buys() -> None:
    world = after(6).world
    regions = world.regions
    assert crossing(world, Layer.SUPPLY) > 0
    assert regions.bought_across.sum() > 0.0
    np.testing.assert_allclose(regions.sold_across.sum(axis=0), regions.bought_across.sum(axis=0))
    assert regions.imports.sum() == pytest.approx(world.volumes.amount[Purpose.IMPORTS].sum())
    balance = MEASURES["balance_with_regions"](View.alone(world))
    assert balance.sum() == pytest.approx(0.0, abs=1e-9)
    assert MEASURES["gap_to_leading_region"](View.alone(world)).min() == 0.0


def test_closed_borders_let_nothing_across() -> None:
    world = after(6, market__open_borders=False).world
    assert crossing(world, Layer.SUPPLY, Layer.RESEARCH) == 0
    assert not world.regions.bought_across.any()
    assert not world.regions.sold_across.any()


def test_a_dormant_sector_wakes_where_firms_are_ready() -> None:
    """Firms of region 0 know robots' fields, those of region 1 do not; the next decision wakes the sector in one."""
    simulation = after(1)
    world, robots = simulation.world, 2
    firm = world.slots(Kind.FIRM)
    with world.writable(("sectors.is_awake", "actors.capability", "actors.novelty")):
        world.sectors.is_awake[robots] = False
        world.actors.capability[firm] = np.where(world.actors.region[firm] == 0, 0.9, 0.1)[:, None]
        world.actors.novelty[firm] = 1.0
    choose_sectors(world, simulation.parameters, Draws(1, world.quarter))
    assert world.sectors.is_awake[robots].tolist() == [True, False]
    assert world.sectors.is_awake[:robots].all()
    events = world.events.columns()
    assert events["region"][events["kind"] == int(Event.SECTOR_ACTIVATED)][-1:].tolist() == [0]
