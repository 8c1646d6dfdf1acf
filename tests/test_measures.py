"""Measures and recorder: numbers worked by hand on worlds of a few actors."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from abm.measures import GROUPS, MEASURES, coupling, frozen
from abm.measures.communities import lists_inside, modularity_of
from abm.measures.distance import mean_distance
from abm.measures.history import WINDOW, History
from abm.measures.topology import components, triangles
from abm.measures.view import INTERVAL, View
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.simulation import Result, simulate
from abm.state.codes import ClaimKind, Event, Layer, Mode, Origin, ProjectKind, Purpose, Route, Stage
from abm.state.world import World
from tests.small_worlds import EVERYTHING, small_structure, small_world, text, tied_world, value

FIXED_NAMES = (
    "path_common_technology_share", "path_supporting_chain_share", "path_innovation_platform_share",
    "paths_share_of_gains", "dominant_path", "factor_index", "value_chain_index", "structure_index",
    "coupling_coordination", "coupling_coordination_wang", "money_residual", "ledger_residual", "n_firms", "n_ties",
    "n_entries", "n_exits",
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- declarations


def test_names_that_others_rely_on_exist() -> None:
    assert set(FIXED_NAMES) <= set(MEASURES)


def test_every_measure_is_declared_in_full() -> None:
    assert list(dict.fromkeys(each.group for each in MEASURES.values())) == list(GROUPS)
    for each in MEASURES.values():
        assert each.unit, each.name
        assert each.formula, each.name
        assert each.source, each.name
        assert each.doc.endswith("."), each.name
        assert each.null_when is None or each.null_when


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_gives_one_value_per_region(name: str) -> None:
    values = MEASURES[name](View.alone(small_world(n_regions=2)))
    assert values.shape == (2,)
    assert values.dtype == np.float64
    if MEASURES[name].null_when is None:
        assert np.isfinite(values).all()


@pytest.mark.parametrize("name", list(MEASURES))
def test_a_world_with_nobody_in_it_is_null_only_where_declared(name: str) -> None:
    values = MEASURES[name](View.alone(World(small_structure(), seed=1, n_actors=4)))
    assert MEASURES[name].null_when is not None or np.isfinite(values).all()


def test_indicators_are_not_in_both_systems_and_weights_sum_to_one() -> None:
    assert not {each.measure for each in frozen.PROGRESS} & {each.measure for each in frozen.UPGRADING}
    for indicators in (frozen.FACTOR, frozen.VALUE_CHAIN, frozen.STRUCTURE, frozen.PROGRESS, frozen.UPGRADING):
        assert math.isclose(sum(each.weight for each in indicators), 1.0)
        assert all(each.low < each.high and each.measure in MEASURES for each in indicators)
    assert [each.name for each in coupling.PROGRESS] == [each.measure for each in frozen.PROGRESS]
    assert [each.name for each in coupling.UPGRADING] == [each.measure for each in frozen.UPGRADING]


# -------------------------------------------------------------------------------------------------------- paths


def gaining_world() -> World:
    """The core firm (sales 3) gains 0.4 by an order tie, the SME (sales 1) 0.4 in a call and 0.8 alone."""
    world = small_world()
    with world.writable(EVERYTHING):
        world.ledger.gain[0, Origin.JOINT_RESEARCH, Route.ORDER] = 0.4
        world.ledger.gain[1, Origin.CALL, Route.OWN] = 0.4
        world.ledger.gain[1, Origin.OWN_RESEARCH, Route.OWN] = 0.8
    return world


def test_path_shares_by_sales_and_by_firm() -> None:
    world = gaining_world()
    # By sales: order 3 x 0.4 = 1.2, call 1 x 0.4, own 1 x 0.8; by firm: 0.4, 0.4, 0.8.
    assert value(world, "path_supporting_chain_share") == pytest.approx(0.75)
    assert value(world, "path_common_technology_share") == pytest.approx(0.25)
    assert value(world, "path_innovation_platform_share") == 0.0
    assert value(world, "paths_share_of_gains") == pytest.approx(1.6 / 2.4)
    assert value(world, "path_supporting_chain_share_firm_mean") == pytest.approx(0.5)
    assert value(world, "paths_share_of_gains_firm_mean") == pytest.approx(0.5)
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(3)
    assert value(world, "path_entropy") == pytest.approx(entropy)


def test_gains_by_origin_and_route() -> None:
    world = gaining_world()
    assert value(world, "gain_origin_joint_research") == pytest.approx(1.2 / 4)
    assert value(world, "gain_route_own") == pytest.approx(1.2 / 4)
    assert value(world, "gain_firm_mean") == pytest.approx(0.8)
    by_origin = sum(value(world, f"gain_origin_{origin.name.lower()}") for origin in Origin)
    by_route = sum(value(world, f"gain_route_{route.name.lower()}") for route in Route)
    assert by_origin == pytest.approx(2.4 / 4)
    assert by_route == pytest.approx(by_origin)


def test_endowment_can_be_left_out_and_the_chain_leader_stands_apart() -> None:
    world = gaining_world()
    with world.writable(EVERYTHING):
        world.ledger.gain[0, Origin.ENDOWMENT, Route.ORDER] = 1.0
        world.ledger.gain[0, Origin.OWN_RESEARCH, Route.PROPOSAL] = 0.2
    assert value(world, "path_supporting_chain_share") == pytest.approx(4.2 / 4.6)
    assert value(world, "path_supporting_chain_share_no_endowment") == pytest.approx(0.75)
    assert value(world, "chain_leader_share_of_gains") == pytest.approx(0.6 / 6.0)


def test_shares_of_nothing_are_null() -> None:
    world = small_world()
    for name in ("path_common_technology_share", "paths_share_of_gains", "path_entropy", "dominant_path"):
        assert math.isnan(value(world, name))


def dominant(gains: list[tuple[float, float, float, float, float]]) -> list[float]:
    """Return the dominant path, quarter by quarter, of gains by path."""
    world, history, found = small_world(), History.empty(1), []
    for quarter, of_paths in enumerate(gains, 1):
        view = View(world, Parameters(), history, quarter)
        history.fit_to(world.actors.rows)
        history.push(np.tile(np.array(of_paths), (4, 1, 1)), view.event_counts)
        found.append(float(MEASURES["dominant_path"](view)[0]))
        history.close(np.zeros((3, 1)), view.milestones.reached, world.actors.uid, view.stocks.cash)
    return found


def test_a_path_dominates_after_eight_quarters_of_lead() -> None:
    found = dominant([(0.0, 0.6, 0.4, 0.0, 1.0)] * WINDOW)
    assert np.isnan(found[:-1]).all()
    assert found[-1] == 1.0


def test_no_path_dominates_without_half_or_with_too_small_a_part_of_all_gains() -> None:
    assert np.isnan(dominant([(0.4, 0.3, 0.3, 0.0, 0.0)] * 10)).all()
    assert np.isnan(dominant([(0.19, 0.0, 0.0, 0.0, 0.81)] * 10)).all()
    assert dominant([(0.21, 0.0, 0.0, 0.0, 0.79)] * 10)[-1] == 0.0


# ------------------------------------------------------------------------------------- stages, structure, coupling


def test_levels_are_weighted_by_sales() -> None:
    world = small_world()
    # Capability of the core firm 0.5 x 0.8 + 0.5 x 0.4 = 0.6, of the SME 0.5; sales 3 and 1.
    assert value(world, "capability_index") == pytest.approx((3 * 0.6 + 0.5) / 4)
    assert value(world, "capability_index_firm_mean") == pytest.approx(0.55)
    assert value(world, "equipment_level") == pytest.approx((3 * 0.8 + 0.4) / 4)
    assert value(world, "value_chain") == pytest.approx(0.5)
    assert value(world, "labour_productivity") == pytest.approx(4 / 8)
    assert value(world, "talent_share") == pytest.approx(1 / 8)
    assert value(world, "advancement") == pytest.approx(1.5)
    assert value(world, "high_tech_share") == pytest.approx(0.75)


def test_capability_counts_relative_to_the_frontier() -> None:
    world = small_world()
    with world.writable(EVERYTHING):
        world.fields.frontier[:] = 2.0
    assert value(world, "capability_index") == pytest.approx((3 * 0.6 + 0.5) / 8)
    assert value(world, "equipment_level") == pytest.approx((3 * 0.8 + 0.4) / 8)


def test_rationalisation_and_demand_adaptability() -> None:
    world = small_world()
    theil = 0.25 * math.log(0.25 / 0.5) + 0.75 * math.log(0.75 / 0.5)
    assert value(world, "rationalisation") == pytest.approx(math.exp(-theil))
    assert math.isnan(value(world, "demand_adaptability"))
    with world.writable(EVERYTHING):
        world.regions.demand[0] = 1.0, 1.0
        world.regions.export_orders[0] = 0.0, 2.0
    assert value(world, "demand_adaptability") == pytest.approx(1.0)


def test_indices_lie_on_frozen_bounds() -> None:
    world = small_world()
    low, high = frozen.VALUE_CHAIN[0].low, frozen.VALUE_CHAIN[0].high
    assert value(world, "value_chain_index") == pytest.approx((0.5 - low) / (high - low))
    with world.writable(EVERYTHING):
        world.actors.value_chain[:2] = 1.0
    assert value(world, "value_chain_index") == 1.0


def test_shares_of_firms_in_stages() -> None:
    world = small_world()
    assert value(world, "factor_upgraded_share") == 0.5
    assert value(world, "value_chain_upgraded_share") == 0.5
    assert value(world, "structure_upgraded_share") == 0.5
    assert value(world, "not_upgraded_share") == 0.5


def test_upgrading_stage_is_the_index_that_rises_most() -> None:
    world, history = small_world(), History.empty(1)
    for quarter in range(1, WINDOW + 2):
        view = View(world, Parameters(), history, quarter)
        view.remember()
        if quarter > WINDOW:
            assert MEASURES["upgrading_stage"](view)[0] == 1.0
            return
        assert math.isnan(MEASURES["upgrading_stage"](view)[0])
        now = np.array([0.9, 0.05, 0.5])[:, None]
        history.close(now, view.milestones.reached, world.actors.uid, view.stocks.cash)


def test_coupling_in_both_forms() -> None:
    # Standard: 2 sqrt(0.16) / 1 = 0.8, T = 0.5, D = sqrt(0.4). Wang: sqrt((1 - 0.6) 0.25) = sqrt(0.1).
    assert coupling.standard_coupling(0.2, 0.8) == pytest.approx(0.8)
    assert coupling.wang_coupling(0.2, 0.8) == pytest.approx(math.sqrt(0.1))
    world = small_world()
    one, two = value(world, "technological_progress"), value(world, "industrial_upgrading")
    t = 0.5 * (one + two)
    assert value(world, "coordination_index") == pytest.approx(t)
    assert value(world, "coupling_coordination") == pytest.approx(math.sqrt(2 * math.sqrt(one * two) / (one + two) * t))
    wang = math.sqrt((1 - abs(one - two)) * min(one, two) / max(one, two))
    assert value(world, "coupling_wang") == pytest.approx(wang)
    assert value(world, "coupling_coordination_wang") == pytest.approx(math.sqrt(wang * t))


def test_coupling_is_the_same_where_both_systems_are_equal() -> None:
    for both in (0.3, 1.0):
        assert coupling.standard_coupling(both, both) == pytest.approx(1.0)
        assert coupling.wang_coupling(both, both) == pytest.approx(1.0)


def test_grades_are_ten_steps() -> None:
    found = [coupling.grade(degree) for degree in (0.0, 0.05, 0.1, 0.3, 0.55, 0.6, 0.95, 1.0)]
    assert found == [0, 0, 0, 2, 5, 5, 9, 9]
    assert len(coupling.GRADES) == 10
    world = small_world()
    place = max(0, math.ceil(10 * value(world, "coupling_coordination")) - 1)
    assert text(world, "coupling_grade") == coupling.GRADES[place]


# ------------------------------------------------------------------------------------------------------ network


def test_counts_of_actors_and_ties() -> None:
    world = tied_world()
    assert value(world, "n_actors") == 4
    assert value(world, "n_firms") == 2
    assert value(world, "n_core_enterprises") == 1
    assert value(world, "n_universities") == 1
    assert value(world, "n_ties") == 6
    assert [value(world, f"n_{layer.name.lower()}_ties") for layer in Layer] == [1, 3, 0, 0, 2]


def test_shape_of_a_triangle_and_one_alone() -> None:
    world = tied_world()
    # Partners 2, 2, 2, 0: mean 1.5, variance 0.75, third moment (3 x 0.125 - 3.375) / 4 = -0.75.
    assert value(world, "mean_degree") == 1.5
    assert value(world, "degree_skew") == pytest.approx(-0.75 / 0.75**1.5)
    assert value(world, "clustering") == pytest.approx(0.75)
    assert value(world, "largest_component_share") == pytest.approx(0.75)


def test_path_length_and_modularity_come_at_an_interval() -> None:
    world = tied_world()
    view = View.alone(world)
    view.quarter = INTERVAL + 1
    assert np.isnan(MEASURES["mean_path_length"](view)).all()
    assert np.isnan(MEASURES["modularity"](view)).all()
    view.quarter = INTERVAL
    assert MEASURES["mean_path_length"](view)[0] == 1.0
    assert MEASURES["modularity"](view)[0] == pytest.approx(0.0)


@pytest.mark.parametrize("seed", range(3))
def test_network_kernels_agree_with_networkx(seed: int) -> None:
    graph = nx.gnm_random_graph(70, 110, seed=seed)
    first = np.zeros(71, np.int64)
    first[1:] = np.cumsum([graph.degree(i) for i in range(70)])
    partner = np.array([j for i in range(70) for j in graph.adj[i]], dtype=np.int64)
    assert triangles(first, partner).tolist() == [nx.triangles(graph)[i] for i in range(70)]
    part = components(first, partner)
    for members in nx.connected_components(graph):
        assert len(set(part[list(members)])) == 1
    assert len(set(part)) == nx.number_connected_components(graph)
    steps = [d for i, of in nx.all_pairs_shortest_path_length(graph) for j, d in of.items() if j != i]
    assert mean_distance(first, partner, np.arange(70)) == pytest.approx(np.mean(steps))


@pytest.mark.parametrize("seed", range(3))
def test_communities_are_as_good_as_those_of_networkx(seed: int) -> None:
    graph = nx.planted_partition_graph(6, 12, 0.5, 0.03, seed=seed)
    first = np.zeros(73, np.int64)
    first[1:] = np.cumsum([graph.degree(i) for i in range(72)])
    partner = np.array([j for i in range(72) for j in graph.adj[i]], dtype=np.int64)
    found = modularity_of(first, partner, np.ones(len(partner)))
    theirs = nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1))
    assert found == pytest.approx(theirs, abs=0.02)
    everybody = np.arange(72)
    inside = lists_inside(first, partner, everybody, everybody)
    assert inside[1].tolist() == partner.tolist()


def test_entries_exits_and_ties_are_counted_from_events_of_the_quarter() -> None:
    world = small_world()
    world.quarter = 5
    uid = world.actors.uid
    world.events.add(Event.EXIT, 4, uid[0], region=0)
    world.events.add(Event.ENTRY, 5, uid[:2], region=0)
    world.events.add(Event.EXIT, 5, uid[0], region=0)
    world.events.add(Event.TIE_FORMED, 5, uid[:3], region=0, channel=int(Layer.RESEARCH))
    assert value(world, "n_entries") == 2
    assert value(world, "n_exits") == 1
    assert value(world, "n_ties_formed") == 3
    assert value(world, "n_ties_dissolved") == 0


# --------------------------------------------------------------------------------------------- chains and needs


def test_projects_push_and_pull() -> None:
    world = small_world()
    with world.writable(EVERYTHING):
        world.projects.is_active[:4] = True
        world.projects.stage[:4] = int(Stage.RESEARCH), int(Stage.PILOT), int(Stage.RESEARCH), int(Stage.SHELVED)
        world.projects.is_pull[:4] = True, False, False, True
    assert value(world, "n_projects") == 3
    assert value(world, "n_shelved_results") == 1
    assert value(world, "pull_share") == pytest.approx(1 / 3)
    assert value(world, "push_share") == pytest.approx(2 / 3)


def test_conversion_of_firms_and_universities() -> None:
    world = small_world()
    uid = world.actors.uid
    own, university = int(ProjectKind.OWN), int(ProjectKind.UNIVERSITY)
    world.events.add(
        Event.RESEARCH_SUCCEEDED, 0, uid[[0, 1, 2, 2, 2, 2]], region=0, channel=[own] * 2 + [university] * 4
    )
    world.events.add(Event.INDUSTRIALISED, 0, uid[[0, 2]], region=0, channel=[own, university])
    world.events.add(Event.TAKEN_UP, 0, uid[[2, 2]], region=0)
    assert value(world, "n_results_produced") == 6
    assert value(world, "firm_conversion") == pytest.approx(1 / 2)
    assert value(world, "university_conversion") == pytest.approx(1 / 4)
    assert value(world, "take_up_share") == pytest.approx(1 / 2)
    assert value(world, "results_per_firm") == pytest.approx(1.0)


def test_worst_need_and_its_place() -> None:
    world = small_world()
    assert value(world, "worst_need") == 0.0
    assert math.isnan(value(world, "worst_need_field"))
    with world.writable(EVERYTHING):
        world.needs.exposure[0, 0, 1, 0] = 2.5
        world.needs.exposure[0, 0, 0, 1] = 2.0
        world.needs.is_open[0, 0, 1, 0] = True
        world.needs.opened[0, 0, 1, 0] = -3
    assert value(world, "worst_need") == 2.5
    places = [text(world, f"worst_need_{part}") for part in ("chain", "sector", "field")]
    assert places == ["rail", "machines", "metal"]
    assert value(world, "n_needs_open") == 1
    assert value(world, "mean_need_age") == 3


# -------------------------------------------------------------------------------------------------------- money


def test_sums_and_shares_of_money() -> None:
    world = small_world()
    with world.writable(EVERYTHING):
        a = world.actors
        a.research_spending[:2] = 0.3, 0.1
        a.mode[:2] = int(Mode.INDEPENDENT), int(Mode.IMITATE)
        a.loan_request[:2] = 0.0, 2.0
        world.volumes.amount[Purpose.SALES, 0] = 4.0
        world.volumes.amount[Purpose.INPUTS, 0] = 1.5
        world.volumes.amount[Purpose.ENERGY, 0] = 0.1
    assert value(world, "sales") == 4.0
    assert value(world, "value_added") == pytest.approx(2.4)
    assert value(world, "value_added_per_worker") == pytest.approx(0.3)
    assert value(world, "mean_margin") == pytest.approx(0.2)
    assert value(world, "sme_share_of_sales") == 0.25
    assert value(world, "largest_firm_share") == 0.75
    assert value(world, "research_share_of_sales") == pytest.approx(0.1)
    assert value(world, "research_active_share") == 0.5
    assert value(world, "loans_refused") == 2.0
    assert value(world, "sme_refusal_rate") == 1.0


def test_gini_and_herfindahl() -> None:
    world = small_world()
    assert math.isnan(value(world, "research_gini"))
    with world.writable(EVERYTHING):
        world.actors.research_spending[:2] = 3.0, 1.0
        world.claims.is_active[:2] = True
        world.claims.kind[:2] = int(ClaimKind.LOAN), int(ClaimKind.EQUITY)
        world.claims.debtor[:2] = 0, 0
        world.claims.principal[:2] = 1.0, 2.0
    assert value(world, "research_gini") == pytest.approx(0.25)
    assert value(world, "research_hhi") == pytest.approx(10 / 16)
    assert value(world, "funds_gini") == pytest.approx(0.5)
    assert value(world, "funds_hhi") == 1.0


def test_residuals_find_a_cheat() -> None:
    world = small_world()
    assert value(world, "money_residual") == 0.0
    assert value(world, "ledger_residual") == 0.0
    with world.writable(EVERYTHING):
        world.actors.cash[0] += 2.0
        world.actors.capability[0, 0] += 0.5
    assert value(world, "money_residual") == pytest.approx(2.0)
    assert value(world, "ledger_residual") == pytest.approx(0.5)


# ----------------------------------------------------------------------------------------------------- recorder


def recorded(n_quarters: int = 5, panel_every: int = 2, n_regions: int = 2) -> tuple[Recorder, World]:
    world = small_world(n_regions)
    recorder = Recorder(world.structure, n_quarters, panel_every)
    for world.quarter in range(1, n_quarters + 4):
        world.events.add(Event.EXIT, world.quarter, world.actors.uid[0], region=0)
        with world.writable(EVERYTHING):
            world.actors.value_chain[1] = 0.3 + 0.05 * world.quarter
        recorder.observe(world, Parameters(), world.quarter - 3)
    return recorder, world


def test_measures_frame_has_one_row_per_quarter_and_region() -> None:
    recorder, _ = recorded()
    frame = recorder.measures_frame()
    assert list(frame.columns) == ["run", "region", "quarter", *MEASURES]
    assert len(frame) == 10
    assert frame["quarter"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert frame["region"].tolist() == ["region 1", "region 2"] * 5
    assert frame["n_exits"].tolist() == [1.0, 0.0] * 5
    assert frame["worst_need_field"].isna().all()
    assert frame["coupling_grade"].isin(coupling.GRADES).all()
    assert recorder.series("n_firms").shape == (5, 2)
    assert recorder.latest("n_firms").tolist() == [2.0, 2.0]


def test_panel_has_every_actor_at_the_interval_and_at_the_end() -> None:
    recorder, world = recorded()
    frame = recorder.panel_frame(world)
    assert sorted(set(frame["quarter"])) == [2, 4, 5]
    assert len(frame) == 3 * 8
    assert frame["uid"].dtype == np.uint64
    first = frame.iloc[0]
    assert (first["name"], first["kind"], first["sector"]) == ("Locomotive works", "core_enterprise", "machines")
    assert frame["name"][1].startswith("sme-")
    assert first["capability_control"] == pytest.approx(0.4)
    assert first["capability_index"] == pytest.approx(0.6)
    assert first["born"] == -3
    assert frame["sector"][2] is None or pd.isna(frame["sector"][2])


def test_panel_of_no_interval_is_empty() -> None:
    recorder, world = recorded(panel_every=0)
    frame = recorder.panel_frame(world)
    assert len(frame) == 0
    assert {"name", "sales", "degree_supply", "total_gain_path_supporting_chain"} <= set(frame.columns)


def test_events_are_in_words_and_say_which_stage_a_firm_reached() -> None:
    recorder, world = recorded(n_regions=1)
    before = world.events.count
    frame = recorder.events_frame(world)
    assert world.events.count == before
    assert frame["quarter"].is_monotonic_increasing
    assert frame["event_id"].is_unique
    assert frame["quarter"].min() == -2
    assert (frame["kind"] == "exit").sum() == 8
    (reached,) = frame[frame["kind"] == "stage changed"].itertuples()
    assert (reached.quarter, reached.amount, reached.uid) == (1, 2.0, world.actors.uid[1])
    assert (reached.channel, reached.cause_id) == ("none", -1)


def test_a_copy_continues_alone() -> None:
    recorder, world = recorded(n_quarters=4)
    other = recorder.copy()
    world.quarter += 1
    other.observe(world, Parameters(), 5)
    assert len(recorder.measures_frame()) == 8
    assert len(other.measures_frame()) == 10
    recorder.observe(world, Parameters(), 5)
    pd.testing.assert_frame_equal(recorder.measures_frame(), other.measures_frame())


def test_slots_play_no_part() -> None:
    world = tied_world()
    other = tied_world()
    order = np.array([6, 2, 0, 5, 1, 3, 4, 7])  # new slot of each old slot
    with other.writable(EVERYTHING):
        for table in ("actors", "ledger"):
            for name, column in world.table(table).arrays().items():
                getattr(other.table(table), name)[order] = column
        used = world.ties.is_active
        other.ties.source[used] = order[world.ties.source[used]]
        other.ties.target[used] = order[world.ties.target[used]]
        other.regions.household_slot[:] = order[world.regions.household_slot]
        other.regions.government_slot[:] = order[world.regions.government_slot]
    for name in MEASURES:
        np.testing.assert_allclose(MEASURES[name](View.alone(other)), MEASURES[name](View.alone(world)), rtol=1e-12)


# -------------------------------------------------------------------------------------------------- a whole run


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate("blank", seed=1, quarters=12, panel_every=5)


def test_a_run_is_null_only_where_declared(result: Result) -> None:
    frame = result.measures
    assert len(frame) == 12
    for name, each in MEASURES.items():
        if each.null_when is None:
            assert frame[name].notna().all(), name
        if not each.is_text:
            assert not np.isinf(frame[name]).any(), name


def test_entries_and_exits_explain_every_change_in_numbers(result: Result) -> None:
    frame = result.measures
    for number, more, less in (("n_firms", "n_entries", "n_exits"), ("n_ties", "n_ties_formed", "n_ties_dissolved")):
        change = np.diff(frame[number])
        assert change.tolist() == (frame[more] - frame[less]).to_numpy()[1:].tolist()


def test_measures_agree_with_panel_and_state(result: Result) -> None:
    last, panel = result.measures.iloc[-1], result.panel
    now = panel[panel["quarter"] == 12]
    firms = now[now["kind"].isin(["sme", "core_enterprise"])]
    assert sorted(set(panel["quarter"])) == [5, 10, 12]
    assert last["n_actors"] == len(now)
    assert last["n_firms"] == len(firms)
    assert last["sales"] == pytest.approx(firms["sales"].sum())
    assert last["capability_index_firm_mean"] == pytest.approx(firms["capability_index"].mean())
    assert last["n_research_ties"] == pytest.approx(now["degree_research"].sum() / 2)
    by_origin = now.filter(like="total_gain_origin_").sum(axis=1)
    by_path = now.filter(like="total_gain_path_").sum(axis=1)
    np.testing.assert_allclose(by_origin, by_path)


def test_events_of_a_run_are_in_the_calendar_of_its_measures(result: Result) -> None:
    events, measures = result.events, result.measures.set_index("quarter")
    entries = events[events["kind"] == "entry"].groupby("quarter").size()
    assert entries.reindex(measures.index, fill_value=0).tolist() == measures["n_entries"].tolist()
    assert set(events["cause_id"]) <= {-1, *events["event_id"]}
