"""What a census of the industry counts per firm: numbers worked by hand (zhao2020 Table I)."""

from __future__ import annotations

import numpy as np
import pytest

from abm.measures import MEASURES
from abm.measures.view import View
from abm.parameters import Parameters
from abm.simulation import Simulation
from abm.state.codes import Event, Kind, Mode, ProjectKind
from abm.state.world import World


def surveyed() -> World:
    """Return 50 firms: two do research, one of them small; a third spends without doing any; two are small."""
    world = Simulation("blank").world
    firm = world.slots(Kind.FIRM)
    a, b, c, d = firm[:4]
    with world.writable(("actors.*",)):
        actors = world.actors
        actors.research_spending[firm] = 0.0
        actors.sales[firm] = 6.0
        actors.talent[firm] = 1.0
        actors.mode[firm] = int(Mode.IMITATE)
        actors.sales[[a, b]] = 4.99, 1.0
        actors.sales[c] = 5.0  # 20 million a year is not below 20
        actors.mode[[a, d]] = int(Mode.INDEPENDENT), int(Mode.JOINT)
        actors.research_spending[[a, d, c]] = 0.5, 2.0, 9.0
        actors.talent[[a, d, c]] = 10.0, 30.0, 99.0
    return world


def value(world: World, name: str, **changes: float) -> float:
    view = View.alone(world, Parameters().with_changes({f"innovation.{key}": each for key, each in changes.items()}))
    return float(MEASURES[name](view)[0])


def test_shares_and_means_of_firms_that_do_research() -> None:
    world = surveyed()
    assert value(world, "small_revenue_share") == 2 / 50
    assert value(world, "research_active_share") == 2 / 50
    assert value(world, "research_per_active_firm") == 4 * 2.5 / 2
    assert value(world, "research_staff_per_active_firm") == 20.0


def test_results_and_patents_are_counted_by_the_year() -> None:
    """Six results of firms and one of a university in the window of two years: three a year of two firms."""
    world = surveyed()
    firm, university = world.slots(Kind.FIRM)[0], world.slots(Kind.UNIVERSITY)[0]
    kinds = [ProjectKind.OWN] * 4 + [ProjectKind.JOINT] * 2 + [ProjectKind.UNIVERSITY]
    for kind in kinds:
        slot = university if kind is ProjectKind.UNIVERSITY else firm
        uid = np.array([world.actors.uid[slot]])
        world.events.add(Event.RESEARCH_SUCCEEDED, world.quarter, uid, region=0, channel=int(kind))
    assert value(world, "results_per_active_firm") == pytest.approx(1.5)
    assert value(world, "patents_per_active_firm", patents_per_result=4.0) == pytest.approx(6.0)
    assert value(world, "patents_per_active_firm", patents_per_result=0.0) == 0.0


def test_nobody_does_research_is_null() -> None:
    world = surveyed()
    with world.writable(("actors.mode",)):
        world.actors.mode[:] = int(Mode.IMITATE)
    for name in ("research_per_active_firm", "research_staff_per_active_firm", "results_per_active_firm"):
        assert np.isnan(value(world, name))
    assert value(world, "small_revenue_share") == 2 / 50
