"""The Mesa shell: stepping, collecting, agents, batch runs, the graph, and nothing left behind."""

from __future__ import annotations

import gc
import inspect
import io
import subprocess
import sys
import weakref
from dataclasses import replace
from typing import Any

import mesa
import networkx as nx
import numpy as np
import pytest
from mesa.agent import AgentSet

from abm import Scenario, Simulation
from abm.agents import COLUMNS, TYPES
from abm.errors import InputError
from abm.graph import capability_index, graph_of, leading_path
from abm.measures import MEASURES
from abm.model import (
    SME,
    Actor,
    CoreEnterprise,
    FinancialIntermediary,
    Government,
    InnovationNetworkModel,
    Platform,
    University,
    with_regime,
)
from abm.state.codes import Kind, Layer, Origin, Path, Route, TieOrigin
from abm.state.network import neighbours_of
from abm.state.world import World


@pytest.fixture(scope="module")
def region() -> Scenario:
    """The smallest region, without a burn-in."""
    return replace(Scenario.load("blank"), burn_in=0, quarters=6)


def put_tie(world: World, source: int, target: int, layer: Layer, origin: TieOrigin, weight: float = 0.5) -> None:
    """Write a tie by hand."""
    with world.writable(("ties.*",)):
        row = int(world.free_rows("ties", 1)[0])
        world.ties.reset(row)
        world.ties.is_active[row] = True
        world.ties.source[row], world.ties.target[row] = source, target
        world.ties.source_uid[row], world.ties.target_uid[row] = world.actors.uid[[source, target]]
        world.ties.layer[row], world.ties.origin[row] = int(layer), int(origin)
        world.ties.weight[row], world.ties.trust[row] = weight, 0.25


def clear_ties(world: World) -> None:
    with world.writable(("ties.*",)):
        world.ties.is_active[:] = False


# ------------------------------------------------------------------------------------------------ steps and collector


def test_it_is_a_mesa_model_that_equals_the_headless_run(region: Scenario) -> None:
    model = InnovationNetworkModel(region, seed=5)
    plain = Simulation(region, seed=5)
    for _ in range(3):
        model.step()
        plain.step()
    assert isinstance(model, mesa.Model)
    assert (model.steps, model.quarter) == (3, 3)
    for name, array in model.world.actors.arrays().items():
        assert np.array_equal(array, getattr(plain.world.actors, name)), name


def test_the_burn_in_has_passed_when_the_model_is_made(region: Scenario) -> None:
    model = InnovationNetworkModel(replace(region, burn_in=2))
    assert (model.steps, model.quarter, model.world.quarter) == (0, 0, 2)


def test_collector_has_every_measure_once_at_the_start_and_once_a_step(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    for _ in range(4):
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(MEASURES)
    assert len(frame) == 5
    assert frame["n_firms"].iloc[1:].tolist()[-1] == len(
        model.agents.select(lambda a: a.kind in ("sme", "core_enterprise"))
    )
    assert frame["money_residual"].iloc[1:].max() < 1e-9
    assert model.measure("n_firms") == frame["n_firms"].iloc[-1]


def test_it_stops_at_the_last_quarter(region: Scenario) -> None:
    model = InnovationNetworkModel(region, quarters=3)
    model.run_model()
    assert (model.quarter, model.running) == (3, False)
    model.step()
    assert model.quarter == 4, "one may go on"


@pytest.mark.parametrize("given", [{"seed": 9}, {"rng": 9}, {"rng": np.int64(9)}, {"seed": 3, "rng": 9}])
def test_seed_and_rng_mean_the_same(region: Scenario, given: dict[str, Any]) -> None:
    assert InnovationNetworkModel(region, **given).simulation.seed == 9


def test_seeds_of_other_forms(region: Scenario) -> None:
    generators = [InnovationNetworkModel(region, rng=np.random.default_rng(4)).simulation.seed for _ in range(2)]
    assert generators[0] == generators[1]
    assert InnovationNetworkModel(region, seed=None).simulation.seed >= 0
    for wrong in ("seven", True, 1.5, -1):
        with pytest.raises(InputError, match="seed"):
            InnovationNetworkModel(region, seed=wrong)  # type: ignore[arg-type]


def test_parameters_by_name(region: Scenario) -> None:
    model = InnovationNetworkModel(region, policy__budget_share=0.03, **{"learning.teaching": 2.0})  # type: ignore[arg-type]
    assert model.simulation.parameters.policy.budget_share == 0.03
    assert model.simulation.parameters.learning.teaching == 2.0
    with pytest.raises(InputError, match=r"policy\.budget_share"):
        InnovationNetworkModel(region, policy__buget_share=0.03)
    with pytest.raises(InputError, match="out of bounds"):
        InnovationNetworkModel(region, policy__budget_share=7.0)


def test_changes_become_dated_regimes(region: Scenario) -> None:
    model = InnovationNetworkModel(region, policy__budget_share=0.03)
    model.step()
    model.change(policy__budget_share=0.3, switches__platform=False)
    scenario = model.simulation.scenario
    assert scenario.parameters_at(1).policy.budget_share == 0.03
    assert scenario.parameters_at(2).policy.budget_share == 0.3
    assert not scenario.parameters_at(2).switches.platform
    assert model.simulation.parameters.policy.budget_share == 0.3
    model.step()
    with pytest.raises(InputError):
        model.change(policy__budget_share=9.0)
    with pytest.raises(InputError):
        model.change(nonsense=1)


def test_a_regime_added_by_hand_leaves_the_others(region: Scenario) -> None:
    dated = with_regime(with_regime(region, 8, {"policy.budget_share": 0.08}), 4, {"policy.budget_share": 0.04})
    pinned = dated.with_parameters({"policy.wage_tax": 0.2})
    again = with_regime(pinned, 6, {"policy.wage_tax": 0.3})
    shares = [again.parameters_at(q).policy.budget_share for q in (1, 4, 6, 8)]
    assert shares == [region.parameters.policy.budget_share, 0.04, 0.04, 0.08]
    assert [again.parameters_at(q).policy.wage_tax for q in (1, 4, 6, 8)] == [0.2, 0.2, 0.3, 0.3]


def test_names_that_mesa_keeps_for_itself_are_free() -> None:
    """Newer Mesa versions own these; the catch-all must be called kwargs for SolaraViz."""
    own = vars(InnovationNetworkModel)
    taken = [n for n in own if n in ("scenario", "time", "data_registry") or n.startswith("schedule")]
    assert taken == []
    parameters = inspect.signature(InnovationNetworkModel.__init__).parameters
    assert parameters["kwargs"].kind is inspect.Parameter.VAR_KEYWORD
    assert all(p.default is not p.empty for n, p in parameters.items() if n not in ("self", "kwargs"))


# ------------------------------------------------------------------------------------------------------------- agents


def test_agents_by_type_are_all_actors_of_the_network(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    by_type = model.agents_by_type
    assert set(by_type) == {CoreEnterprise, SME, University, Government, FinancialIntermediary, Platform}
    assert model.agent_types == list(TYPES)
    assert all(isinstance(each, AgentSet) for each in by_type.values())
    assert sum(len(each) for each in by_type.values()) == len(model.agents) == len(model.world.nodes())
    actors = model.world.actors
    firms = actors.is_active & (actors.kind == int(Kind.FIRM))
    assert len(by_type[CoreEnterprise]) == int((firms & actors.is_core).sum())
    assert len(by_type[SME]) == int((firms & ~actors.is_core).sum())
    assert len(by_type[Government]) == 1


def test_agents_are_views_of_columns(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    model.step()
    agent = next(iter(model.agents_by_type[SME]))
    slot = agent.slot
    assert agent.unique_id == int(model.world.actors.uid[slot])
    assert agent.model is model
    for name in COLUMNS - {"kind", "region", "sector"}:
        value = getattr(agent, name)
        column = getattr(model.world.actors, name)[slot]
        assert np.array_equal(value, column), name
        if column.ndim == 0:
            assert type(value) in (int, float, bool), f"{name} must be a plain value for reporters"
    assert (agent.kind, agent.age) == ("sme", model.world.quarter - agent.born)
    assert agent.region in model.world.structure.region_names
    assert agent.sector in model.world.structure.sector_names
    assert agent.capability_index == capability_index(model.world, np.array([slot]))[0]
    bank = next(iter(model.agents_by_type[FinancialIntermediary]))
    assert (bank.sector, bank.path) == ("", "none")


def test_agents_cannot_write(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    agent = model.agents[0]
    with pytest.raises(AttributeError, match="read-only"):
        agent.cash = 5.0
    agent.capability[:] = 9.0
    assert (model.world.actors.capability[agent.slot] != 9.0).all(), "a copy is handed out"
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = agent.nothing_such
    with pytest.raises(TypeError, match="rules"):
        agent.remove()
    with pytest.raises(TypeError, match="rules"):
        SME(model)
    agent.note = "mine"
    model.step()
    assert not agent.is_alive or agent.note == "mine"


def test_the_same_actor_is_the_same_object(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    before = {agent.unique_id: agent for agent in model.agents}
    assert model.agents is model.agents
    model.step()
    after = {agent.unique_id: agent for agent in model.agents}
    shared = before.keys() & after.keys()
    assert shared
    assert all(before[uid] is after[uid] for uid in shared)


def test_core_is_a_state_that_can_be_lost(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    agent = next(iter(model.agents_by_type[CoreEnterprise]))
    with model.world.writable(("actors.is_core",)):
        model.world.actors.is_core[agent.slot] = False
    model.step()
    assert agent.is_core == isinstance(model.actor_at(agent.slot), CoreEnterprise)
    with model.world.writable(("actors.is_core",)):
        model.world.actors.is_core[agent.slot] = False
    assert type(model.actor_at(agent.slot)) is SME
    assert model.actor_at(agent.slot) is agent


def test_who_has_left_says_so(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    agent = next(iter(model.agents_by_type[SME]))
    with model.world.writable(("actors.is_active", "actors.uid")):
        model.world.actors.uid[agent.slot] = 12345
    assert not agent.is_alive
    assert "gone" in repr(agent)
    with pytest.raises(LookupError, match="left"):
        _ = agent.sales


def test_neighbours_by_hand(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    world = model.world
    clear_ties(world)
    a, b, c, d = world.nodes()[:4].tolist()
    put_tie(world, a, b, Layer.SUPPLY, TieOrigin.ORDER)
    put_tie(world, c, a, Layer.RESEARCH, TieOrigin.CALL)
    put_tie(world, a, b, Layer.RESEARCH, TieOrigin.CALL)
    agent = model.actor_at(a)
    assert [each.slot for each in agent.neighbours()] == [b, c]
    assert [each.slot for each in agent.neighbours("supply")] == [b]
    assert {each.slot for each in agent.neighbours(Layer.RESEARCH)} == {b, c}
    assert model.actor_at(d).neighbours() == []
    with pytest.raises(KeyError):
        agent.neighbours("friendship")


def test_agent_sets_do_what_mesa_promises(region: Scenario) -> None:
    model = InnovationNetworkModel(region, seed=2)
    firms = model.agents.select(lambda agent: agent.sales > 0.0)
    assert isinstance(firms.agg("sales", sum), float)
    assert firms.agg("sales", sum) == pytest.approx(float(model.world.actors.sales.sum()))
    richest = firms.sort("cash", ascending=False)
    assert richest[0].cash == max(firms.get("cash"))
    assert len(firms.shuffle()) == len(firms)
    assert set(model.agents.groupby("kind").groups) >= {"sme", "government"}


# ------------------------------------------------------------------------------------------------ reporters and batches


def test_agent_reporters_are_plain_values(region: Scenario) -> None:
    reporters = {"sales": "sales", "kind": "kind", "digital": lambda agent: float(agent.level[0])}
    model = InnovationNetworkModel(region, agent_reporters=reporters)
    first = {agent.unique_id: agent.sales for agent in model.agents}
    model.step()
    frame = model.datacollector.get_agent_vars_dataframe()
    assert list(frame.columns) == ["sales", "kind", "digital"]
    assert len(frame.loc[1]) == len(model.agents)
    recorded = frame.loc[0]["sales"].to_dict()
    assert recorded == first, "an early record doesn't follow the columns"


def test_batch_run(region: Scenario) -> None:
    results = mesa.batch_run(
        InnovationNetworkModel,
        {"scenario": [region], "seed": [1, 2], "policy__budget_share": [0.0, 0.2]},
        max_steps=2,
        data_collection_period=1,
        display_progress=False,
    )
    assert {(row["seed"], row["policy__budget_share"]) for row in results} == {(1, 0.0), (1, 0.2), (2, 0.0), (2, 0.2)}
    assert all(row["n_firms"] > 0 for row in results if row["Step"] > 0)
    assert {row["Step"] for row in results} == {0, 1, 2}


def test_batch_run_with_agent_reporters_ends_with_the_scenario(region: Scenario) -> None:
    results = mesa.batch_run(
        InnovationNetworkModel,
        {"scenario": [region], "quarters": [2], "agent_reporters": [None]},
        display_progress=False,
    )
    assert [row["Step"] for row in results] == [1], "Mesa drops the last row"
    rows = mesa.batch_run(AgentsReported, {"scenario": [region]}, max_steps=1, display_progress=False)
    assert len({row["AgentID"] for row in rows}) == len(rows)
    assert all(row["sales"] >= 0.0 for row in rows)


class AgentsReported(InnovationNetworkModel):
    """A model with agent reporters of its own, as a user would write it."""

    def __init__(self, scenario: Scenario, seed: int = 1, **kwargs: Any) -> None:
        super().__init__(scenario, seed=seed, agent_reporters={"sales": "sales"}, **kwargs)


# -------------------------------------------------------------------------------------------------------- the graph


def test_the_graph_is_frozen_and_made_once_a_quarter(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    graph = model.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert nx.is_frozen(graph)
    assert model.graph is graph
    with pytest.raises(nx.NetworkXError):
        graph.add_node("intruder")
    model.step()
    assert model.graph is not graph
    assert set(model.graph) == {agent.name for agent in model.agents}


def test_graph_attributes_by_hand(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    world = model.world
    clear_ties(world)
    firm, other = world.slots(Kind.FIRM)[:2].tolist()
    university = int(world.slots(Kind.UNIVERSITY)[0])
    put_tie(world, firm, other, Layer.SUPPLY, TieOrigin.ORDER, 0.75)
    put_tie(world, university, firm, Layer.RESEARCH, TieOrigin.CALL)
    put_tie(world, university, firm, Layer.RESEARCH, TieOrigin.PLATFORM)
    with world.writable(("ledger.total_gain",)):
        world.ledger.total_gain[:] = 0.0
        world.ledger.total_gain[firm, Origin.CALL, Route.ORDER] = 1.0
        world.ledger.total_gain[firm, Origin.OWN_RESEARCH, Route.OWN] = 3.0
    world.quarter = 4
    graph = graph_of(world)
    name, partner, school = (model.actor_at(slot).name for slot in (firm, other, university))
    node = graph.nodes[name]
    assert (node["kind"], node["path"], node["path_share"]) == (model.actor_at(firm).kind, "common_technology", 0.25)
    assert node["uid"] == str(model.actor_at(firm).unique_id)
    assert node["sales"] == model.actor_at(firm).sales
    assert graph.nodes[partner]["path"] == "none"
    assert graph.nodes[school]["sector"] == ""
    supply = graph.edges[name, partner, "supply"]
    assert supply == {
        "layer": "supply", "directed": True, "origin": "order", "weight": 0.75, "trust": 0.25, "age": 4,
    }  # fmt: skip
    assert graph.number_of_edges() == 3
    assert not graph.edges[school, name, "research"]["directed"]
    assert graph.edges[school, name, "research 2"]["origin"] == "platform"
    assert not graph.has_edge(name, school), "an undirected tie stands once"


def test_the_graph_survives_graphml(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    model.step()
    firm, other = model.world.slots(Kind.FIRM)[:2].tolist()
    put_tie(model.world, firm, other, Layer.SUPPLY, TieOrigin.ORDER)
    graph: Any = graph_of(model.world)
    plain = (str, int, float, bool)
    assert all(type(value) in plain for _, node in graph.nodes(data=True) for value in node.values())
    assert all(type(value) in plain for *_, tie in graph.edges(data=True) for value in tie.values())
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    file.seek(0)
    again: Any = nx.read_graphml(file, force_multigraph=True)
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True))
    assert sorted(again.edges(keys=True)) == sorted(graph.edges(keys=True))


def test_the_graph_goes_back_in_as_a_region(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    model.step()
    founders = Scenario.from_graph(model.graph, base=region).founders(1)
    assert sorted(founders.name) == sorted(model.graph)
    assert founders.n_ties == model.graph.number_of_edges()


def test_quarters_are_counted_after_the_burn_in(region: Scenario) -> None:
    model = InnovationNetworkModel(replace(region, burn_in=2))
    assert model.graph.graph["quarter"] == 0
    assert min(node["born"] for _, node in model.graph.nodes(data=True)) == -2


def test_actors_with_one_name_stay_apart(region: Scenario) -> None:
    model = InnovationNetworkModel(region)
    first, second = model.world.nodes()[:2].tolist()
    uids = [int(model.world.actors.uid[slot]) for slot in (first, second)]
    model.world.names.update(dict.fromkeys(uids, "twin"))
    graph = graph_of(model.world)
    assert graph.number_of_nodes() == len(model.agents)
    assert {graph.nodes["twin"]["uid"], graph.nodes[f"twin {uids[1]}"]["uid"]} == {str(uid) for uid in uids}


def test_a_region_without_actors_has_an_empty_graph(region: Scenario) -> None:
    world = World(region.structure(), 1, 4)
    assert len(graph_of(world)) == 0


def test_leading_path_prefers_paths_to_none() -> None:
    gains = np.zeros((1, len(Origin), len(Route)))
    gains[0, Origin.OWN_RESEARCH, Route.OWN] = 9.0
    gains[0, Origin.JOINT_RESEARCH, Route.PLATFORM] = 1.0
    path, share = leading_path(gains)
    assert (int(path[0]), float(share[0])) == (Path.INNOVATION_PLATFORM, 0.1)


# ---------------------------------------------------------------------------------------------------- nothing left


def test_fifty_models_leave_nothing_behind(region: Scenario) -> None:
    kept: list[weakref.ref[InnovationNetworkModel]] = []
    handles: list[weakref.ref[Actor]] = []
    for seed in range(50):
        model = InnovationNetworkModel(region, seed=seed)
        model.step()
        handles.append(weakref.ref(model.agents[0]))
        _ = model.graph
        kept.append(weakref.ref(model))
    del model
    gc.collect()
    assert [ref for ref in kept if ref() is not None] == []
    assert [ref for ref in handles if ref() is not None] == []
    assert not any(isinstance(each, InnovationNetworkModel) for each in mesa.Agent._ids)


def test_neighbour_lists_of_the_shell_are_the_worlds(region: Scenario) -> None:
    world = InnovationNetworkModel(region).world
    fresh = neighbours_of(world.ties, world.actors.rows)
    assert all(np.array_equal(one, two) for one, two in zip(world.neighbours(), fresh, strict=True))


# -------------------------------------------------------------------------------------------------------- imports

LIGHT = """
import sys
import abm
heavy = ["numpy", "numba", "pandas", "mesa", "networkx"]
assert not [name for name in heavy if name in sys.modules], "import abm"
assert set(dir(abm)) == set(abm.__all__)
from abm import Scenario, simulate
assert not [name for name in ["pandas", "mesa", "networkx", "matplotlib", "igraph"] if name in sys.modules], "simulate"
for name in abm.__all__:
    getattr(abm, name)
try:
    abm.nonsense
except AttributeError:
    pass
else:
    raise AssertionError
"""


def test_importing_the_package_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
