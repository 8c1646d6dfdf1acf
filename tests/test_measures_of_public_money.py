"""Public money, research performed, resources, and concentration between regions: numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.measures import MEASURES
from abm.measures.history import WINDOW
from abm.measures.view import View
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.simulation import Simulation, start_quarter
from abm.state.codes import ClaimKind, Event, Instrument, Level, Purpose
from tests.small_worlds import EVERYTHING, small_world, value


def test_research_performed_has_public_money_in_it() -> None:
    world = small_world()
    with world.writable(EVERYTHING):
        world.actors.research_spending[:3] = 0.3, 0.1, 0.5
        world.actors.research_support[:3] = 0.2, 0.2, 0.1
    assert value(world, "research_spending") == pytest.approx(0.4)
    assert value(world, "research_performed") == pytest.approx(0.8)
    assert value(world, "research_performed_share_of_sales") == pytest.approx(0.2)
    assert value(world, "university_research") == pytest.approx(0.6)
    assert value(world, "sme_share_of_research") == pytest.approx(0.25)


def test_what_smes_get_of_public_money() -> None:
    world = small_world()
    assert math.isnan(value(world, "sme_share_of_public_money"))
    with world.writable(EVERYTHING):
        world.actors.public_money[:2] = 3.0, 1.0
        world.actors.research_support[:3] = 2.0, 0.0, 9.0
        world.volumes.amount[Purpose.TALENT_PROGRAMME, 0] = 2.0
    # SME 1 and 2 of the programme; the core firm 5; the university is no firm.
    assert value(world, "sme_share_of_public_money") == pytest.approx(3 / 8)


def test_national_money_and_loans_written_off() -> None:
    world = small_world()
    uid = world.actors.uid
    with world.writable(EVERYTHING):
        world.regions.national_money[0] = 4.0
    world.events.add(Event.CALL_AWARDED, 0, uid[[0, 1, 2]], region=0, channel=[0, 1, 1])
    world.events.add(Event.DEFAULT, 0, uid[[0, 1]], region=0, amount=[3.0, 0.5])
    assert value(world, "spent_on_national_projects") == 4.0
    assert value(world, "n_national_awards") == 2.0
    assert value(world, "loans_written_off") == 3.5


def test_use_of_a_budget_is_what_left_its_balance() -> None:
    world = small_world()
    recorder = Recorder(world.structure, 4, 0)
    grant = int(Instrument.GRANT)
    # Balance 5, then 5 + 2 - 3 spent = 4, then 4 + 2 - 1 lapsed - 0 = 5.
    for quarter, (balance, lapsed) in enumerate([(5.0, 0.0), (4.0, 0.0), (5.0, 1.0)], 1):
        world.quarter = quarter
        with world.writable(EVERYTHING):
            world.regions.budget[0, grant] = balance
            world.regions.accrued[0, grant] = 2.0
            world.regions.lapsed[0, grant] = lapsed
        recorder.observe(world, Parameters(), quarter)
    assert recorder.series("budget_use_grant")[:, 0].tolist() == pytest.approx([0.0, 3 / 4, 3 / 6])
    assert recorder.series("lapsed_budget")[:, 0].tolist() == [0.0, 0.0, 1.0]
    assert np.isnan(recorder.series("budget_use_call")).all()


def test_budgets_add_up_over_a_run() -> None:
    """What accrued is spent, lapses or is saved, instrument by instrument; and a quarter starts without flows."""
    simulation = Simulation("blank", seed=2)
    world, recorder = simulation.world, None
    recorder = Recorder(world.structure, 8, 0)
    before = world.regions.budget.copy()
    for _ in range(12):
        parameters = simulation.parameters
        simulation.step()
        recorder.observe(world, parameters, simulation.quarter)
        place = (int(recorder.history.observed[0]) - 1) % WINDOW
        accrued, spent = recorder.history.public_money[place]
        if recorder.history.observed[0] > 1:
            held = before + accrued - world.regions.lapsed - spent
            np.testing.assert_allclose(held, world.regions.budget, atol=1e-6)
        assert (world.regions.accrued[0] > 0.0).any()
        before = world.regions.budget.copy()
    start_quarter(world)
    for column in (world.regions.accrued, world.regions.lapsed, world.actors.public_money):
        assert not column.any()


def test_resources_per_unit_and_in_total() -> None:
    world = small_world()
    assert math.isnan(value(world, "energy_use_per_output"))
    with world.writable(EVERYTHING):
        world.actors.output[:2] = 8.0, 2.0
        world.actors.level[0, Level.GREEN] = 1.0
        world.actors.level[1, Level.DIGITAL] = 1.0
        world.actors.outside_step_share[:2] = 0.5
    p = Parameters().production
    energy = 8.0 * 0.05 * (1.0 - p.green_saving) + 2.0 * 0.05
    # Machines take 0.3 of parts and machines, parts 0.1.
    materials = 8.0 * 0.3 + 2.0 * 0.1 * (1.0 - p.waste_saving)
    assert value(world, "output") == 10.0
    assert value(world, "energy_use_per_output") == pytest.approx(energy / 10.0)
    assert value(world, "material_use") == pytest.approx(materials)
    assert value(world, "material_use_per_output") == pytest.approx(materials / 10.0)
    assert value(world, "emissions") == pytest.approx(p.emission_factor * energy)
    assert value(world, "emissions_per_output") == pytest.approx(p.emission_factor * energy / 10.0)


# -------------------------------------------------------------------------------------------------------- regions


def test_one_region_has_nothing_to_be_concentrated_in() -> None:
    world = small_world()
    with world.writable(EVERYTHING):
        world.actors.research_spending[0] = 1.0
    for name in MEASURES:
        if MEASURES[name].group == "regions":
            assert math.isnan(value(world, name)), name


def test_concentration_between_two_regions() -> None:
    world = small_world(n_regions=2)
    with world.writable(EVERYTHING):
        world.actors.research_spending[[0, 5]] = 3.0, 1.0
        world.actors.is_core[5] = False
        world.claims.is_active[:2] = True
        world.claims.kind[:2] = int(ClaimKind.LOAN)
        world.claims.debtor[:2] = 1, 6
        world.claims.principal[:2] = 1.0, 1.0
    view = View.alone(world)
    assert MEASURES["region_share_of_research"](view).tolist() == [0.75, 0.25]
    assert MEASURES["regions_research_gini"](view).tolist() == [0.25, 0.25]
    assert MEASURES["regions_research_hhi"](view).tolist() == pytest.approx([10 / 16] * 2)
    assert MEASURES["regions_core_hhi"](view).tolist() == [1.0, 1.0]
    assert MEASURES["region_share_of_core"](view).tolist() == [1.0, 0.0]
    assert MEASURES["regions_funds_gini"](view).tolist() == [0.0, 0.0]
