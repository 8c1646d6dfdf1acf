"""Needs, the two chains and two skins: numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.measures import MEASURES, coupling, frozen, two_chains
from abm.measures.history import WINDOW, History
from abm.measures.need_changes import CHAIN_COLUMNS
from abm.measures.view import View
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.state.codes import Event, ProjectKind, Stage
from abm.state.world import World
from tests.small_worlds import EVERYTHING, small_world, value


def set_need(world: World, *, is_open: bool, gap: float, sector: int = 1, field: int = 0) -> None:
    with world.writable(EVERYTHING):
        at = (0, 0, sector, field)
        if is_open and not world.needs.is_open[at]:
            world.needs.opened[at] = world.quarter
        world.needs.is_open[at] = is_open
        world.needs.gap[0, sector, field] = gap
        world.needs.exposure[at] = 10.0 * gap


def course_of_a_need(gaps: list[tuple[bool, float]]) -> Recorder:
    """Let one need be open or not, with a gap, quarter by quarter from the first."""
    world = small_world()
    recorder = Recorder(world.structure, len(gaps), 0)
    with world.writable(EVERYTHING):
        world.regions.final_demand[0] = 0.0, 45.0
    for quarter, (is_open, gap) in enumerate(gaps, 1):
        world.quarter = quarter
        set_need(world, is_open=is_open, gap=gap)
        recorder.observe(world, Parameters(), quarter)
    return recorder


def test_a_need_whose_gap_has_shrunk_is_solved_and_its_time_is_known() -> None:
    recorder = course_of_a_need([(True, 0.5), (True, 0.4), (False, 0.3), (False, 0.3)])
    assert recorder.series("n_needs_solved")[:, 0].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert recorder.series("n_needs_lapsed")[:, 0].tolist() == [0.0, 0.0, 0.0, 0.0]
    time = recorder.series("need_solution_time")[:, 0]
    assert np.isnan(time[:2]).all()
    assert time[2:].tolist() == [2.0, 2.0]


def test_a_need_that_closes_with_its_gap_has_lapsed() -> None:
    recorder = course_of_a_need([(True, 0.5), (False, 0.5)])
    assert recorder.series("n_needs_solved")[:, 0].tolist() == [0.0, 0.0]
    assert recorder.series("n_needs_lapsed")[:, 0].tolist() == [0.0, 1.0]
    assert np.isnan(recorder.series("need_solution_time")).all()


def test_a_need_that_opens_again_counts_from_its_new_opening() -> None:
    recorder = course_of_a_need([(True, 0.5), (False, 0.4), (True, 0.6), (True, 0.6), (True, 0.6), (False, 0.5)])
    assert recorder.series("n_needs_solved")[:, 0].tolist() == [0, 1, 0, 0, 0, 1]
    # 1 quarter, then 3.
    assert recorder.series("need_solution_time")[-1, 0] == 2.0


def test_a_solution_is_forgotten_after_the_window() -> None:
    recorder = course_of_a_need([(True, 0.5), (False, 0.4)] + [(False, 0.4)] * WINDOW)
    time = recorder.series("need_solution_time")[:, 0]
    assert np.isfinite(time[1 : WINDOW + 1]).all()
    assert math.isnan(time[WINDOW + 1])


def test_what_open_needs_expose_is_not_covered() -> None:
    world = small_world()
    with world.writable(EVERYTHING):
        world.regions.final_demand[0] = 0.0, 45.0
        world.needs.exposure[0, 0, 0, 1] = 99.0  # not open
    set_need(world, is_open=True, gap=0.5)
    # Inputs .1 and .2 of parts, .1 of machines: (I - B)^-1 (0, 45) = (.2 x 50 / .9, 50) = (11.11, 50).
    assert value(world, "covered_share") == pytest.approx(1.0 - 5.0 / (50.0 + 0.2 * 50.0 / 0.9))


def test_the_table_of_chains_has_a_row_per_quarter_region_and_chain() -> None:
    recorder = course_of_a_need([(True, 0.5), (True, 0.4), (False, 0.3)])
    frame = recorder.chains_frame()
    assert list(frame.columns) == ["run", "region", "quarter", "chain", *CHAIN_COLUMNS]
    assert frame["quarter"].tolist() == [1, 2, 3]
    assert frame["chain"].tolist() == ["rail"] * 3
    first = frame.iloc[0]
    assert (first["worst_need"], first["worst_need_sector"], first["worst_need_field"]) == (5.0, "machines", "metal")
    assert frame["n_needs_open"].tolist() == [1.0, 1.0, 0.0]
    assert frame["mean_need_age"].tolist()[:2] == [0.0, 1.0]
    assert frame["n_needs_solved"].tolist() == [0.0, 0.0, 1.0]
    assert frame["need_solution_time"].tolist()[2] == 2.0
    copied = recorder.copy()
    assert copied.chains_frame().equals(frame)


def test_chains_of_regions_stand_in_order() -> None:
    world = small_world(n_regions=2)
    recorder = Recorder(world.structure, 1, 0)
    with world.writable(EVERYTHING):
        world.needs.exposure[1, 0, 0, 0] = 3.0
    recorder.observe(world, Parameters(), 1)
    frame = recorder.chains_frame()
    assert frame["region"].tolist() == ["region 1", "region 2"]
    assert frame["worst_need"].tolist() == [0.0, 3.0]
    assert frame["worst_need_sector"].isna().tolist() == [True, False]
    assert frame["worst_need_sector"][1] == "parts"


# -------------------------------------------------------------------------------------------------- carried nulls


def with_results(world: World, made: int, sold: int) -> None:
    university = int(ProjectKind.UNIVERSITY)
    uid = world.actors.uid[2]
    for number, event in ((made, Event.RESEARCH_SUCCEEDED), (sold, Event.INDUSTRIALISED)):
        world.events.add(event, world.quarter, np.full(number, uid), region=0, channel=university)


def test_an_indicator_that_is_null_keeps_its_last_value_in_the_coupling() -> None:
    world = small_world()
    recorder = Recorder(world.structure, WINDOW + 3, 0)
    world.quarter = 1
    with_results(world, 4, 1)
    recorder.observe(world, Parameters(), 1)
    for world.quarter in range(2, WINDOW + 3):
        recorder.observe(world, Parameters(), world.quarter)
    conversion = recorder.series("university_conversion")[:, 0]
    assert conversion[0] == 0.25
    assert math.isnan(conversion[-1])
    place = [each.measure for each in frozen.PROGRESS].index("university_conversion")
    assert recorder.history.known[place, 0] == 0.25
    progress = recorder.series("technological_progress")[:, 0]
    # What scored 0.25 / 0.5 x 0.2 still does; only results per firm (2 firms, 1 result) has gone.
    assert progress[-1] == pytest.approx(progress[0] - min(0.5 / 0.6, 1.0) * 0.2)


def test_an_indicator_not_known_yet_scores_nothing() -> None:
    world = small_world()
    view = View.alone(world)
    values = coupling.indicators_of(view)
    assert math.isnan(values[[each.name for each in coupling.PROGRESS].index("university_conversion"), 0])
    assert 0.0 < value(world, "technological_progress") < 1.0


# ----------------------------------------------------------------------------------------------------- two chains


def test_indices_of_the_two_chains_and_their_coordination() -> None:
    assert [each.name for each in two_chains.INNOVATION] == [each.measure for each in frozen.INNOVATION_CHAIN]
    assert [each.name for each in two_chains.INDUSTRY] == [each.measure for each in frozen.INDUSTRIAL_CHAIN]
    assert not {each.name for each in two_chains.INNOVATION} & {each.name for each in two_chains.INDUSTRY}
    for indicators in (frozen.INNOVATION_CHAIN, frozen.INDUSTRIAL_CHAIN):
        assert math.isclose(sum(each.weight for each in indicators), 1.0)
    world = small_world()
    uid = world.actors.uid
    own = int(ProjectKind.OWN)
    world.events.add(Event.RESEARCH_SUCCEEDED, 0, uid[[0, 1]], region=0, channel=own)
    world.events.add(Event.PILOTED, 0, uid[[0]], region=0, channel=own)
    world.events.add(Event.INDUSTRIALISED, 0, uid[[0]], region=0, channel=own)
    with world.writable(EVERYTHING):
        world.actors.local_input_share[:2] = 0.55
        world.actors.outside_step_share[:2] = 0.55
        world.regions.final_demand[0] = 1.0, 1.0
    assert value(world, "pilots_per_firm") == 0.5
    # Per firm 0.5 of 0.6 industrialised, 0.5 of 0.7 piloted; firms convert 1 of 2; universities nothing yet.
    one = 0.25 * (0.5 / 0.6 + 0.5 + 0.0 + 0.5 / 0.7)
    # Local content and division half of the way; all covered; value chain (3 x 0.6 + 0.2) / 4 = 0.5 of 0.1 to 0.7.
    two = 0.25 * (0.5 + 0.5 + 1.0 + 0.4 / 0.6)
    assert value(world, "innovation_chain_index") == pytest.approx(one)
    assert value(world, "industrial_chain_index") == pytest.approx(two)
    wang = math.sqrt((1.0 - abs(one - two)) * min(one, two) / max(one, two))
    assert value(world, "two_chain_coordination") == pytest.approx(math.sqrt(wang * 0.5 * (one + two)))


def test_two_skins_are_other_fields_and_results_that_stay() -> None:
    world = small_world()
    assert math.isnan(value(world, "two_skins_index"))
    uid, university, own = world.actors.uid, int(ProjectKind.UNIVERSITY), int(ProjectKind.OWN)
    with world.writable(EVERYTHING):
        p = world.projects
        p.is_active[:4] = True
        p.kind[:4] = university, university, own, university
        p.field[:4] = 0, 1, 1, 1
        p.cost[:4] = 3.0, 1.0, 50.0, 50.0
        p.stage[:4] = int(Stage.RESEARCH), int(Stage.RESEARCH), int(Stage.RESEARCH), int(Stage.SHELVED)
        world.needs.pull[0] = [[0.1, 0.2], [0.0, 0.1]]
    # Research 3/4 and 1/4, needs 1/4 and 3/4: 1/2 in common.
    assert value(world, "research_mismatch") == pytest.approx(0.5)
    world.events.add(
        Event.RESEARCH_SUCCEEDED, 0, uid[[2] * 4 + [0] * 2], region=0, channel=[university] * 4 + [own] * 2
    )  # fmt: skip
    world.events.add(Event.INDUSTRIALISED, 0, uid[[2, 0]], region=0, channel=[university, own])
    # Universities convert 1/4, firms 1/2: half of it stays.
    assert value(world, "two_skins_index") == pytest.approx(0.5)


def test_universities_that_convert_more_than_firms_are_no_second_skin() -> None:
    world = small_world()
    uid, university, own = world.actors.uid, int(ProjectKind.UNIVERSITY), int(ProjectKind.OWN)
    with world.writable(EVERYTHING):
        world.projects.is_active[0] = True
        world.projects.kind[0] = university
        world.projects.cost[0] = 1.0
        world.needs.pull[0, 0, 0] = 1.0
    world.events.add(Event.RESEARCH_SUCCEEDED, 0, uid[[2, 0, 0]], region=0, channel=[university, own, own])
    world.events.add(Event.INDUSTRIALISED, 0, uid[[2, 0]], region=0, channel=[university, own])
    assert value(world, "two_skins_index") == 0.0


def test_histories_are_copied_whole() -> None:
    history = History.of(small_world().structure)
    other = history.copy()
    for name, array in history.arrays().items():
        copied = other.arrays()[name]
        assert copied.shape == array.shape
        assert not np.shares_memory(copied, array) or array.size == 0
    assert history.known.shape[0] == len(coupling.INDICATORS) + len(two_chains.INDICATORS)
    assert {each.name for each in two_chains.INDICATORS} <= set(MEASURES)
