"""Each scenario that comes with the model keeps its books when everything is off, at a corner, and as platforms die.

Scenarios are found in their folder, so a new one is tested by being there. Regimes keep their order but begin in the
first quarters, so that each of them is met in a short run.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from abm import Scenario, Simulation
from abm.scenario import scenario_names
from abm.state.codes import Event
from tests.invariants import worlds
from tests.invariants.checks import violations, watched

MANY = 5_000
"""Actors from which a scenario runs for fewer quarters."""

IMPATIENT = {
    "platforms.open_quarter": 1, "platforms.open_probability": 1.0, "platforms.prospect": 0.0,
    "platforms.sponsoring": 0.0, "policy.patience": 1,
}  # fmt: skip
"""Platforms open at once and nobody waits until they can live by themselves."""


def shortened(name: str) -> Scenario:
    """Return a scenario of a few quarters in which every regime takes effect."""
    scenario = Scenario.load(name)
    n_actors = len(Simulation(scenario, seed=1).world.nodes())
    regimes = tuple(replace(each, from_quarter=2 + place) for place, each in enumerate(scenario.regimes))
    return replace(scenario, quarters=max(2 if n_actors > MANY else 6, 2 + len(regimes)), burn_in=2, regimes=regimes)


@pytest.fixture(scope="module", params=scenario_names())
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return shortened(request.param)


def test_invariants_hold_with_all_switches_off(scenario: Scenario) -> None:
    assert watched(scenario, 3, dict.fromkeys(worlds.SWITCHES, False)) == []


def test_invariants_hold_at_a_mixed_corner(scenario: Scenario) -> None:
    assert watched(scenario, 4, worlds.corner("mixed", "on", 4)) == []


def test_invariants_hold_when_platforms_die(scenario: Scenario) -> None:
    simulation = Simulation(scenario, seed=5, changes=IMPATIENT)
    while simulation.quarter < scenario.quarters:
        parameters = simulation.parameters
        simulation.step()
        assert violations(simulation.world, parameters) == []


def test_impatience_does_close_platforms() -> None:
    simulation = Simulation(shortened("equipment"), seed=5, changes=IMPATIENT)
    while simulation.quarter < 6:
        simulation.step()
    kinds = simulation.world.events.columns()["kind"].tolist()
    assert Event.PLATFORM_OPENED in kinds
    assert Event.PLATFORM_CLOSED in kinds
