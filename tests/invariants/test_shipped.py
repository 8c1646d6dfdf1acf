"""Every scenario that comes with the model: the books balance, numbers keep their bounds, one seed gives one run."""

from __future__ import annotations

import numpy as np
import pytest

from abm import Simulation
from abm.scenario import scenario_names
from abm.state.world import TABLES
from tests.invariants import worlds
from tests.invariants.checks import watched

LARGE = ("environment_national",)
"""Scenarios of many thousand actors; the slow suite runs them."""

SHIPPED = [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in scenario_names()]


@pytest.mark.parametrize("name", SHIPPED)
def test_invariants_hold_in_a_shipped_scenario(name: str) -> None:
    """Twelve quarters, in which its regimes come into force and platforms open."""
    assert watched(worlds.soon(name), 1, {}) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in scenario_names() if name not in LARGE])
def test_invariants_hold_to_the_end_of_a_shipped_scenario(name: str) -> None:
    """All its quarters, with its own dates."""
    assert watched(worlds.Scenario.load(name), 2, {}) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_one_seed_gives_one_run(name: str) -> None:
    worlds_ = []
    for _ in range(2):
        simulation = Simulation(worlds.soon(name, quarters=2, burn_in=2), seed=3)
        for _ in range(4):
            simulation.step()
        worlds_.append(simulation.world)
    for table in TABLES:
        first, second = (world.table(table).arrays() for world in worlds_)
        for column in first:
            np.testing.assert_array_equal(first[column], second[column], err_msg=f"{table}.{column}")
