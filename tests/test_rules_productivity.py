"""New productivity outside its own rule, worked by hand: talent for machines, standards that pull research."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rules.needs import assess_needs
from abm.rules.penetration import penetrate
from abm.scenario import Scenario
from abm.scenario.scenario import SHIPPED
from abm.state.codes import Level
from abm.state.initial import found_world
from abm.state.world import World
from tests.small_worlds import EVERYTHING, small_world, value


def pull(changes: dict[str, float]) -> list[list[float]]:
    """Return what pulls research, by sector and field, where the second field is green."""
    world = small_world()
    world.structure = replace(world.structure, green=np.array([0.0, 1.0]))
    with world.writable(EVERYTHING):
        assess_needs(world, Parameters().with_changes(changes), Draws(1, 1))
    drawn: list[list[float]] = world.needs.pull[0].round(9).tolist()
    return drawn


def test_a_standard_not_met_and_a_carbon_price_pull_research_to_green_fields() -> None:
    """The gap in the green field is 1 in parts, which have no use for it, and 0.6 in machines, which weigh it 0.5."""
    without = pull({"policy.green_standard": 0.0})
    assert without == [[0.5, 0.0], [0.1, 0.3]]
    assert pull({"policy.green_standard": 0.5}) == [[0.5, 0.5], [0.1, 0.6]]
    assert pull({"policy.green_standard": 0.0, "policy.carbon_price": 2.0}) == [[0.5, 0.1], [0.1, 0.36]]
    assert pull({"policy.green_standard": 0.5, "needs.standard_pull": 0.0}) == without


def levelled() -> World:
    world = small_world()
    with world.writable(EVERYTHING):
        world.actors.level[:2, Level.INTELLIGENT] = 0.5
        world.actors.spillover[0] = 0.3
    return world


def test_machines_work_as_far_as_there_is_talent_to_use_them() -> None:
    """Talent is a third of staff in the core firm, nobody in the other."""
    used = 0.5 * (1 / 3) / (1 / 3 + Parameters().production.intelligent_talent)
    assert value(levelled(), "intelligent_level_in_use") == pytest.approx(3 * used / 4)


def test_what_crosses_sectors_is_a_mean_over_firms() -> None:
    assert value(levelled(), "gain_from_other_sectors") == pytest.approx(0.15)


def customers() -> World:
    """Half of the machines sold outside go to traditional industries; half of what is ordered is delivered."""
    world = small_world()
    world.structure = replace(world.structure, traditional_share=np.array([0.0, 0.5]))
    with world.writable(EVERYTHING):
        world.actors.orders[:2] = 6.0, 1.0
        world.actors.quality[:2] = 0.8, 0.1
        world.regions.export_orders[0] = 3.0, 4.0
        world.regions.export_base[0] = 3.0, 5.0
    return world


def test_traditional_industries_become_more_productive_by_what_they_buy_and_buy_more() -> None:
    """They get 1 of the usual 2.5: 0.4 + 0.04 0.4 (0.8 - 0.4) - 0.004 0.4 = 0.4048, and buy by its root more."""
    world = customers()
    with world.writable(EVERYTHING):
        penetrate(world, Parameters(), Draws(1, 0))
    assert value(world, "sales_to_traditional_industries") == pytest.approx(1.0)
    assert value(world, "penetration_sales_share") == pytest.approx(0.25)
    assert value(world, "traditional_productivity") == pytest.approx(1.012)
    np.testing.assert_allclose(world.regions.traditional_factor, [[1.0, 1.0 + 0.5 * (1.012**0.5 - 1.0)]])


def test_traditional_industries_who_buy_nothing_learn_nothing() -> None:
    world = customers()
    with world.writable(EVERYTHING):
        world.actors.sales[0] = 0.0
        penetrate(world, Parameters(), Draws(1, 0))
    assert world.regions.traditional_first.tolist() == [0.0]
    assert np.isnan(value(world, "traditional_productivity"))


def test_the_world_orders_from_a_sector_that_wakes_what_was_promised() -> None:
    """A dormant sector that would sell 300, a half of it outside, has no orders yet, but a base of 150."""
    tables: dict[str, Any] = tomllib.loads((SHIPPED / "blank.toml").read_text(encoding="utf-8"))
    tables["sectors"][1] |= {"dormant": True, "firms": 0, "core_firms": 0, "sales": 300, "export_share": 0.5}
    scenario = Scenario.from_mapping(tables, SHIPPED)
    world = found_world(scenario.structure(), scenario.founders(1), scenario.parameters_at(1), 1)
    assert world.regions.export_base[0, 1] == pytest.approx(150.0)
    assert world.regions.export_orders[0, 1] == 0.0


def test_new_industries_are_sectors_that_slept_at_the_start() -> None:
    """The core firm, which sells 3 of 4, makes machines."""
    world = small_world()
    world.structure = replace(world.structure, can_sleep=np.array([False, True]))
    assert value(world, "new_sector_share") == pytest.approx(0.75)
