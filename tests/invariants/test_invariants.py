"""The books balance and every number keeps its bounds: in any world, with any parameters, in every quarter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from abm import Scenario
from abm.parameters import SPECIFICATIONS, Specification
from tests.invariants import worlds
from tests.invariants.checks import watched

LARGEST_STEP_OF_INTEGERS = 40
"""Integers with a bound far away are tried near the low end, where something happens, and at the far end."""

SEEDS = st.integers(0, 2**63 - 1)
EXAMINED = settings(
    derandomize=True, database=None, deadline=None, print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip


def values_of(declared: Specification) -> st.SearchStrategy[Any]:
    """Values within the bounds, the bounds themselves among them."""
    if declared.kind is bool:
        return st.booleans()
    if declared.kind is int:
        near = min(int(declared.high), int(declared.low) + LARGEST_STEP_OF_INTEGERS)
        return st.integers(int(declared.low), near) | st.just(int(declared.high))
    return st.floats(float(declared.low), float(declared.high))


PARAMETER_SETS = st.fixed_dictionaries(
    {}, optional={name: values_of(declared) for name, declared in SPECIFICATIONS.items()}
)
"""Any parameter may be absent, and keeps its default then: a failure shrinks to the few that matter."""


@pytest.fixture(scope="module")
def equipment() -> Scenario:
    return worlds.small_equipment()


@pytest.fixture(scope="module")
def two_regions() -> Scenario:
    return worlds.two_small_regions()


@settings(EXAMINED, max_examples=130)
@given(changes=PARAMETER_SETS, seed=SEEDS)
def test_invariants_hold_for_any_parameters(equipment: Scenario, changes: dict[str, Any], seed: int) -> None:
    assert watched(equipment, seed, changes) == []


@settings(EXAMINED, max_examples=75)
@given(changes=PARAMETER_SETS, seed=SEEDS)
@example(changes={"chain_leader.proposal_cost": 3e-278}, seed=0)  # buys more than can be counted
def test_invariants_hold_in_two_regions(two_regions: Scenario, changes: dict[str, Any], seed: int) -> None:
    assert watched(two_regions, seed, changes) == []


@pytest.mark.parametrize("switches", ["on", "off"])
@pytest.mark.parametrize("place", ["low", "high"])
def test_invariants_hold_at_the_outer_corners(equipment: Scenario, place: str, switches: str) -> None:
    assert watched(equipment, 1, worlds.corner(place, switches)) == []


@pytest.mark.parametrize("seed", range(24))
def test_invariants_hold_at_mixed_corners(equipment: Scenario, seed: int) -> None:
    assert watched(equipment, seed, worlds.corner("mixed", "mixed", seed)) == []


@pytest.mark.parametrize("name", worlds.DEGENERATE)
def test_invariants_hold_in_degenerate_worlds(name: str) -> None:
    scenario = worlds.degenerate_scenario(name)
    assert watched(scenario, 1, {}) == []
    assert watched(scenario, 2, worlds.corner("mixed", "on", 2)) == []
    assert watched(scenario, 3, dict.fromkeys(worlds.SWITCHES, False)) == []


def test_invariants_hold_with_ties_of_every_layer() -> None:
    scenario = worlds.tied_in_every_layer()
    assert watched(scenario, 1, {}) == []
    assert watched(scenario, 2, worlds.corner("mixed", "on", 4)) == []


def test_invariants_hold_for_long(equipment: Scenario) -> None:
    """Rounding does not add up: two hundred quarters."""
    tables = worlds.shipped("blank", quarters=200)
    assert watched(worlds.scenario(tables), 5, {}) == []
