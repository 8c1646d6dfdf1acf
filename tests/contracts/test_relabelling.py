"""Slots and rows are places, not identities: with all of them exchanged the same things happen to the same actors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from abm import Scenario, Simulation
from tests.contracts.relabelling import causes, disagreements, relabelled, shuffled
from tests.contracts.worlds import EVENTFUL, two_regions


def test_the_comparison_finds_a_difference() -> None:
    simulation = Simulation("blank", seed=1)
    other = relabelled(simulation.world, 1)
    assert disagreements(simulation.world, other) == []
    assert not np.array_equal(simulation.world.actors.uid, other.actors.uid)
    slot = int(np.flatnonzero(other.actors.is_active)[0])
    with other.writable(("actors.cash",)):
        other.actors.cash[slot] += 1.0
    assert disagreements(simulation.world, other) == ["actors.cash"]


@pytest.mark.parametrize(("name", "seed", "start"), [("equipment", 1, 27), ("equipment", 4, 0), ("blank", 2, 6)])
def test_exchanging_slots_exchanges_the_result(name: str, seed: int, start: int) -> None:
    simulation = Simulation(name, seed=seed)
    for _ in range(start):
        simulation.step()
    run_beside(simulation, relabelled_branch(simulation, seed), 9)


@pytest.mark.parametrize("seed", [1, 2])
def test_exchanging_slots_of_two_eventful_regions(seed: int) -> None:
    simulation = Simulation(two_regions(), seed=seed)
    simulation.step()
    run_beside(simulation, relabelled_branch(simulation, seed), 15)


@pytest.mark.parametrize(
    "changes",
    [
        {"policy.budget_share": 0.6, "policy.budget_cap": 40.0, "policy.profit_tax": 0.0, "policy.wage_tax": 0.0},
        {"households.income_spent": 1.0, "households.wealth_spent": 1.0, "turnover.entry_rate": 0.5},
        {"finance.default_cutoff": 1.0, "finance.money_market": 0.0, "finance.discouraged": 0.0},
        {"search.probability": 1.0, "search.review_probability": 1.0, "search.capacity": 50.0, "search.noise": 0.0},
    ],
    ids=["poor government", "poor households", "poor banks", "many ties"],
)
def test_nobody_is_served_first_for_its_slot(changes: dict[str, float]) -> None:
    """Where money or room runs out, it must not be the lowest slots that still get some."""
    simulation = Simulation("blank", seed=3, changes=EVENTFUL | changes)
    for _ in range(4):
        simulation.step()
    run_beside(simulation, relabelled_branch(simulation, 3), 10)


def test_founders_may_be_listed_in_any_order() -> None:
    base = Scenario.load("equipment")
    other = replace(base, _founders=shuffled(base.founders(1), 1))
    first, second = Simulation(base, seed=1), Simulation(other, seed=1)
    assert disagreements(first.world, second.world) == []
    run_beside(first, second, 5)


def relabelled_branch(simulation: Simulation, seed: int) -> Simulation:
    other = simulation.branch()
    other.world = relabelled(simulation.world, seed)
    return other


def run_beside(first: Simulation, second: Simulation, quarters: int) -> None:
    for _ in range(quarters):
        first.step()
        second.step()
        assert disagreements(first.world, second.world) == [], f"quarter {first.world.quarter}"
    assert causes(first.world) == causes(second.world)
