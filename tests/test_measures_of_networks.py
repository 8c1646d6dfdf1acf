"""Growth, churn, caps, core and periphery: numbers worked by hand, or against another way of reckoning."""

from __future__ import annotations

import math
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from abm.measures import MEASURES
from abm.measures.core_periphery import core_fit
from abm.measures.history import WINDOW
from abm.measures.view import INTERVAL, View
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.state.codes import Event, Layer
from abm.state.world import World
from tests.small_worlds import EVERYTHING, small_world, tied_world, value


def at_interval(world: World, name: str, changes: dict[str, float] | None = None) -> float:
    view = View.alone(world, Parameters().with_changes(changes or {}))
    view.quarter = INTERVAL
    return float(MEASURES[name](view)[0])


# -------------------------------------------------------------------------------------------------- growth, churn


def test_growth_compares_with_the_window_before() -> None:
    world = tied_world()
    recorder = Recorder(world.structure, WINDOW + 1, 0)
    with world.writable(EVERYTHING):
        world.actors.research_spending[0] = 2.0
    for quarter in range(-1, WINDOW + 2):
        world.quarter = quarter + 5
        if quarter == WINDOW + 1:
            with world.writable(EVERYTHING):
                world.actors.talent[0] = 3.0
                world.actors.research_spending[0] = 1.0
                world.ties.is_active[0] = False
            world.ties_changed()
        recorder.observe(world, Parameters(), quarter)
    for name in ("actor_growth", "tie_growth", "talent_growth", "research_growth"):
        assert np.isnan(recorder.series(name)[:WINDOW]).all(), name
    assert recorder.latest("actor_growth")[0] == 0.0
    assert recorder.latest("tie_growth")[0] == pytest.approx(math.log(5 / 6))
    assert recorder.latest("talent_growth")[0] == pytest.approx(math.log(3))
    assert recorder.latest("research_growth")[0] == pytest.approx(math.log(0.5))


def test_churn_counts_both_ways_over_the_window() -> None:
    world = tied_world()
    uid = world.actors.uid
    world.events.add(Event.ENTRY, 0, uid[:1], region=0)
    world.events.add(Event.EXIT, 0, uid[1:2], region=0)
    layer = [int(Layer.RESEARCH)] * 3 + [int(Layer.SUPPLY)]
    world.events.add(Event.TIE_FORMED, 0, uid[[0, 0, 0, 0]], region=0, channel=layer)
    world.events.add(Event.TIE_DISSOLVED, 0, uid[[0]], region=0, channel=int(Layer.RESEARCH))
    assert value(world, "firm_churn") == pytest.approx(2 / 2 / WINDOW / 2)
    # Ties: 1 supply, 3 research, 2 guidance.
    assert value(world, "tie_churn") == pytest.approx(5 / 2 / WINDOW / 6)
    assert value(world, "research_tie_churn") == pytest.approx(4 / 2 / WINDOW / 3)
    assert value(world, "supply_tie_churn") == pytest.approx(1 / 2 / WINDOW / 1)
    assert math.isnan(value(world, "service_tie_churn"))


# ------------------------------------------------------------------------------------------------------------ caps


def test_caps_of_ties_are_looked_at_in_the_interval() -> None:
    world = tied_world()
    for name in ("research_ties_over_capacity_share", "inputs_at_cap_share", "core_periphery", "network_core_share"):
        view = View.alone(world)
        view.quarter = INTERVAL + 1
        assert np.isnan(MEASURES[name](view)).all(), name


def test_who_holds_more_research_ties_than_it_can_keep_up() -> None:
    world = tied_world()
    # Two research ties each; capacity of the core firm 1.5 x 2^1 = 3 with its talent of 1, 1.5 without.
    changes = {"search.capacity": 1.5, "search.capacity_exponent": 1.0}
    assert at_interval(world, "research_ties_over_capacity_share", changes) == pytest.approx(2 / 3)
    assert at_interval(world, "research_ties_over_capacity_share", {"search.capacity": 9.0}) == 0.0


def test_inputs_that_fixed_suppliers_fill() -> None:
    world = tied_world()
    assert math.isnan(at_interval(world, "inputs_at_cap_share"))
    with world.writable(EVERYTHING):
        world.ties.weight[1] = 0.8  # the SME (parts) supplies the core firm (machines), which needs 0.2 of it
    assert at_interval(world, "inputs_at_cap_share") == 1.0
    assert at_interval(world, "inputs_at_cap_share", {"search.local_cap": 0.9}) == 0.0
    assert math.isnan(at_interval(world, "inputs_at_cap_share", {"search.input_threshold": 0.3}))


def test_projects_and_instruments_at_their_cap() -> None:
    world = small_world()
    assert math.isnan(value(world, "projects_at_cap_share"))
    assert math.isnan(value(world, "instruments_at_cap_share"))
    with world.writable(EVERYTHING):
        world.actors.n_projects[:3] = 7, 6, 1
        world.actors.project_load[:3] = 5.6, 5.4, 1.0
        world.regions.accrued[0, :4] = 1.0
        world.regions.lapsed[0, [0, 8]] = 0.5
    assert value(world, "projects_at_cap_share") == pytest.approx(1 / 3)
    assert value(world, "instruments_at_cap_share") == pytest.approx(1 / 4)


# ---------------------------------------------------------------------------------------------- core and periphery


def lists_of(graph: nx.Graph) -> tuple[np.ndarray, np.ndarray]:
    n = graph.number_of_nodes()
    start = np.zeros(n + 1, np.int64)
    start[1:] = np.cumsum([graph.degree(i) for i in range(n)])
    return start, np.array([j for i in range(n) for j in sorted(graph.adj[i])], dtype=np.int64)


def fit_of(graph: nx.Graph, core: set[int]) -> float:
    """Return the correlation of ties with the ideal pattern, pairs between core and periphery left out."""
    ideal, tied = [], []
    for i, j in combinations(range(graph.number_of_nodes()), 2):
        if (i in core) == (j in core):
            ideal.append(float(i in core))
            tied.append(float(graph.has_edge(i, j)))
    if len(set(ideal)) < 2 or len(set(tied)) < 2:
        return math.nan
    return float(np.corrcoef(ideal, tied)[0, 1])


@pytest.mark.parametrize("seed", range(4))
def test_core_and_periphery_fit_as_the_correlation_says(seed: int) -> None:
    graph = nx.barabasi_albert_graph(20, 2, seed=seed) if seed % 2 else nx.gnm_random_graph(20, 40, seed=seed)
    order = sorted(graph, key=lambda i: (-graph.degree(i), i))
    fits = [fit_of(graph, set(order[:c])) for c in range(1, 20)]
    fit, share = core_fit(*lists_of(graph))
    assert fit == pytest.approx(np.nanmax(fits))
    assert share == (int(np.nanargmax(fits)) + 1) / 20


def test_a_star_is_a_core_with_a_periphery_and_a_ring_is_none() -> None:
    assert core_fit(*lists_of(nx.star_graph(6)))[0] == pytest.approx(1.0)
    assert core_fit(*lists_of(nx.cycle_graph(12)))[0] < 0.5
    assert np.isnan(core_fit(*lists_of(nx.empty_graph(5)))).all()
    assert np.isnan(core_fit(*lists_of(nx.complete_graph(5)))).all()


def test_core_and_periphery_of_a_world() -> None:
    world = tied_world()
    # A triangle and one alone: two of the three are a core that is tied, the other two a periphery without a tie.
    assert at_interval(world, "core_periphery") == pytest.approx(1.0)
    assert at_interval(world, "network_core_share") == 0.5
