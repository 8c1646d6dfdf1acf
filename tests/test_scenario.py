"""Scenarios: the ones that ship, regimes with dates, tables, graphs, and what is filled in."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from abm.graph import graph_of
from abm.scenario import Scenario, scenario_names
from abm.scenario.scenario import SHIPPED
from abm.state.codes import Kind, Layer
from abm.state.founders import Founders
from abm.state.initial import found_world

FIXTURES = Path(__file__).parent / "fixtures"
INTENSITY = "learning.research_rate"


@pytest.fixture
def blank() -> dict[str, Any]:
    """The content of the smallest scenario file."""
    return tomllib.loads((SHIPPED / "blank.toml").read_text(encoding="utf-8"))


def same(a: Founders, b: Founders) -> bool:
    return a.name == b.name and all(
        np.array_equal(getattr(a, each.name), getattr(b, each.name), equal_nan=True)
        for each in fields(Founders)
        if each.name != "name"
    )


# ------------------------------------------------------------------------------------------------- what ships


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_founds_a_world(name: str) -> None:
    scenario = Scenario.load(name)
    structure, founders = scenario.structure(), scenario.founders(1)
    assert scenario.name == name
    assert len(set(founders.name)) == founders.n_actors
    np.testing.assert_allclose(structure.weight.sum(axis=1), 1.0)
    np.testing.assert_allclose(structure.final_demand.sum(axis=0), 1.0)
    world = found_world(structure, founders, scenario.parameters_at(1), 1)
    assert np.isfinite(world.actors.capability).all()


def test_equipment_has_the_size_of_its_twin() -> None:
    scenario = Scenario.load("equipment")
    founders = scenario.founders(1)
    kinds = np.bincount(founders.kind, minlength=7).tolist()
    assert kinds == [310, 10, 1, 3, 1, 1, 0]
    assert founders.is_core.sum() == 10
    assert founders.sector_sales.sum() == pytest.approx(15_000)
    structure = scenario.structure()
    assert (structure.n_sectors, int(structure.can_sleep.sum()), structure.n_fields) == (9, 1, 8)


def test_equipment_earns_a_fifth_and_its_markets_close() -> None:
    """Costs with wear come to 0.80 of sales; what is sold here and outside is what is made."""
    scenario = Scenario.load("equipment")
    st, sales = scenario.structure(), scenario.founders(1).sector_sales[0]
    wear = st.capital_ratio / 48
    np.testing.assert_allclose(st.inputs.sum(axis=0) + st.labour_share + st.energy_share + wear, 0.80, atol=0.005)
    investment = (wear * sales / 0.85).sum()
    demand = st.inputs @ sales + st.household_share * 5500 + st.equipment_share * investment
    closed = (st.export_base[0] + (1 - st.import_share) * demand)[~st.can_sleep] / sales[~st.can_sleep]
    np.testing.assert_allclose(closed, 1.0, atol=0.02)


def test_import_of_the_package_is_light() -> None:
    heavy = "{'pandas', 'networkx', 'mesa', 'pydantic'}"
    code = f"import sys, abm.scenario; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_scenario_survives_a_trip_between_processes() -> None:
    """Pickled here only as process pools do; files of the model hold no pickle."""
    scenario = Scenario.load("blank")
    other = pickle.loads(pickle.dumps(scenario))
    assert other.content_hash() == scenario.content_hash()
    assert not other.structure().weight.flags.writeable
    assert not scenario.structure().export_base.flags.writeable


# ------------------------------------------------------------------------------------------------- parameters


def test_regimes_take_effect_in_order_and_stay(blank: dict[str, Any]) -> None:
    blank["parameters"] = {"learning": {"research_rate": 0.2}}
    blank["regimes"] = [
        {"from_quarter": 9, "name": "late", "parameters": {INTENSITY: 0.4}},
        {"from_quarter": 5, "name": "early", "parameters": {INTENSITY: 0.3, "learning": {"supply_rate": 0.01}}},
    ]
    scenario = Scenario.from_mapping(blank)
    rates = [scenario.parameters_at(quarter).learning.research_rate for quarter in (-19, 0, 4, 5, 8, 9, 500)]
    assert rates == [0.2, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4]
    assert scenario.parameters_at(9).learning.supply_rate == 0.01
    assert scenario.parameters_at(-3) is scenario.parameters_at(4)
    assert scenario.parameters_at(5) is scenario.parameters_at(8)
    assert [regime.name for regime in scenario.regimes] == ["early", "late"]


def test_changes_hold_over_every_regime(blank: dict[str, Any]) -> None:
    blank["regimes"] = [{"from_quarter": 5, "name": "policy", "parameters": {"switches.platform": True}}]
    scenario = Scenario.from_mapping(blank).with_parameters({"switches.platform": False})
    assert not scenario.parameters_at(1).switches.platform
    assert not scenario.parameters_at(6).switches.platform


def test_the_content_hash_changes_with_content_only(blank: dict[str, Any]) -> None:
    first = Scenario.from_mapping(blank)
    other = copy.deepcopy(blank)
    other["scenario"]["title"] = "Another title"
    assert Scenario.from_mapping(other).content_hash() == first.content_hash()
    other["sectors"][0]["sales"] = 1001
    assert Scenario.from_mapping(other).content_hash() != first.content_hash()
    assert first.with_parameters({INTENSITY: 0.11}).content_hash() != first.content_hash()
    assert first.with_parameters({}) is first


# ------------------------------------------------------------------------------------------------- files


def test_one_sector_one_field_and_no_firms(blank: dict[str, Any]) -> None:
    blank["fields"] = blank["fields"][:1]
    blank["sectors"] = [{**blank["sectors"][0], "fields": {"mechanics": 1.0}, "inputs": {}, "firms": 0, "sales": 0}]
    blank["sectors"][0] |= {"equipment_share": 1.0, "adoption_share": 1.0}
    blank["regions"] = [{**blank["regions"][0], "universities": 0, "institutes": 0, "banks": 0}]
    blank["scenario"]["quarters"] = 1
    founders = Scenario.from_mapping(blank).founders(1)
    assert np.bincount(founders.kind).tolist() == [0, 0, 1, 0, 1, 1]
    assert founders.sector_sales.tolist() == [[0.0]]


def test_regions_scale_sectors(blank: dict[str, Any]) -> None:
    blank["regions"].append({**blank["regions"][0], "name": "away", "scale": 0.5, "sector_scale": {"machines": 0.0}})
    scenario = Scenario.from_mapping(blank)
    founders = scenario.founders(1)
    assert founders.sector_sales.tolist() == [[1000.0, 1500.0], [500.0, 0.0]]
    firm = founders.kind == int(Kind.FIRM)
    assert np.bincount(founders.region[firm]).tolist() == [50, 15]
    assert founders.name[-1] == "away: guarantee fund 1"


def test_a_dormant_sector_starts_with_no_firms_and_a_promise_of_exports(blank: dict[str, Any]) -> None:
    blank["sectors"][1] |= {"dormant": True, "firms": 0, "core_firms": 0}
    scenario = Scenario.from_mapping(blank)
    assert scenario.structure().can_sleep.tolist() == [False, True]
    assert scenario.founders(1).sector_sales.tolist() == [[1000.0, 0.0]]
    np.testing.assert_allclose(scenario.structure().export_base, [[540.0, 1080.0]])


def write_tables(folder: Path, blank: dict[str, Any]) -> dict[str, Any]:
    for sector in blank["sectors"]:
        del sector["firms"], sector["core_firms"]
    for key in ("universities", "institutes", "banks", "venture_funds", "guarantee_funds"):
        del blank["regions"][0][key]
    (folder / "actors.csv").write_text(
        "id,kind,sector,sales,capability,capability.electronics,orientation\n"
        "Ann's,core_enterprise,machines,300,0.7,0.6,\n"
        '"Bolt, Nut & Co",sme,parts,,,,\n'
        "Technical University,university,,,0.8,,\n"
        "Institute,institute,,,,,0.9\n"
        "\n"
        "Council,government,,,,,\n",
        encoding="utf-8",
    )
    (folder / "ties.csv").write_text(
        "source,target,layer,weight,trust\n\"Bolt, Nut & Co\",Ann's,supply,0.5,\nInstitute,Ann's,research,,0.6\n",
        encoding="utf-8",
    )
    blank["tables"] = {"actors": "actors.csv", "ties": "ties.csv"}
    return blank


def test_a_region_as_tables(tmp_path: Path, blank: dict[str, Any]) -> None:
    scenario = Scenario.from_mapping(write_tables(tmp_path, blank), tmp_path)
    founders = scenario.founders(1)
    assert founders.name == ("Ann's", "Bolt, Nut & Co", "Technical University", "Institute", "Council", "home bank")
    assert founders.sector_sales.tolist() == [[1000.0, 300.0]]
    np.testing.assert_array_equal(founders.capability[:3], [[0.7, 0.6], [np.nan, np.nan], [0.8, 0.8]])
    assert founders.orientation.tolist() == [0, 0, 0.3, 0.9, 0, 0]
    assert founders.tie_source.tolist() == [1, 3]
    assert founders.tie_target.tolist() == [0, 0]
    assert founders.tie_layer.tolist() == [int(Layer.SUPPLY), int(Layer.RESEARCH)]
    np.testing.assert_array_equal(founders.tie_weight, [0.5, np.nan])
    assert scenario.notes == ('added a bank, "home bank": the tables list none in the region home',)
    found_world(scenario.structure(), founders, scenario.parameters_at(1), 1)


def test_sectors_as_a_table_equal_sectors_in_the_file(tmp_path: Path, blank: dict[str, Any]) -> None:
    expected = Scenario.from_mapping(blank)
    rows = [
        {
            **{key: value for key, value in sector.items() if key not in ("fields", "inputs")},
            **{f"{table}.{key}": value for table in ("fields", "inputs") for key, value in sector[table].items()},
        }
        for sector in blank.pop("sectors")
    ]
    lines = [",".join(rows[0]), *(",".join(str(row[key]) for key in rows[0]) for row in rows)]
    (tmp_path / "sectors.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    blank["tables"] = {"sectors": "sectors.csv"}
    assert Scenario.from_mapping(blank, tmp_path).content_hash() == expected.content_hash()


# ------------------------------------------------------------------------------------------------- graphs


def women() -> nx.Graph[Any]:
    """Davis's women as firms; the events they met at as platforms."""
    graph: nx.Graph[Any] = nx.davis_southern_women_graph()
    for name, attributes in graph.nodes(data=True):
        attributes["kind"] = "sme" if attributes["bipartite"] == 0 else "platform"
        if name in ("Evelyn Jefferson", "Nora Fayette"):
            attributes["kind"] = "core_enterprise"
    return graph


def miserables() -> nx.Graph[Any]:
    graph: nx.Graph[Any] = nx.les_miserables_graph()
    graph.name = "Les Misérables"
    for place, name in enumerate(sorted(graph)):
        graph.nodes[name]["kind"] = "university" if place % 13 == 0 else "sme"
    graph.nodes["Valjean"]["kind"] = "CoreEnterprise"
    graph.nodes["Javert"]["kind"] = "government"
    return graph


def test_davis_southern_women_as_a_region() -> None:
    scenario = Scenario.from_graph(women())
    founders = scenario.founders(1)
    assert np.bincount(founders.kind, minlength=7).tolist() == [18, 0, 1, 1, 0, 0, 14]
    assert founders.is_core.sum() == 2
    assert set(founders.tie_layer.tolist()) == {int(Layer.SERVICE)}
    assert founders.n_ties == 89
    assert (founders.kind[founders.tie_source] == int(Kind.PLATFORM)).all()
    assert any("sector of 18 actors" in note for note in scenario.notes)
    assert any("added a bank" in note for note in scenario.notes)
    found_world(scenario.structure(), founders, scenario.parameters_at(1), 1)


def test_les_miserables_as_a_region() -> None:
    scenario = Scenario.from_graph(miserables())
    founders = scenario.founders(1)
    assert scenario.name == "les_misérables"
    assert np.bincount(founders.kind, minlength=4).tolist() == [71, 5, 1, 1]
    assert np.nanmax(founders.tie_weight) == 1.0
    assert any("divided by the largest, 31" in note for note in scenario.notes)
    assert not any("added a government" in note for note in scenario.notes)
    structure = scenario.structure()
    np.testing.assert_array_equal(structure.export_base > 0, (founders.sector_sales > 0) | structure.can_sleep)
    found_world(scenario.structure(), founders, scenario.parameters_at(1), 1)


def test_filling_depends_on_identity_not_on_order() -> None:
    graph = miserables()
    turned: nx.Graph[Any] = nx.Graph(name="Les Misérables")
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from((b, a, d) for a, b, d in reversed(list(graph.edges(data=True))))
    one, other = Scenario.from_graph(graph), Scenario.from_graph(turned)
    a, b = one.founders(1), other.founders(1)
    assert dict(zip(a.name, a.sector.tolist(), strict=True)) == dict(zip(b.name, b.sector.tolist(), strict=True))

    def ties(founders: Founders) -> set[tuple[Any, ...]]:
        ends = zip(founders.tie_source, founders.tie_target, founders.tie_layer, founders.tie_weight, strict=True)
        return {
            (*sorted((founders.name[i], founders.name[j])), int(layer), float(weight)) for i, j, layer, weight in ends
        }

    assert ties(a) == ties(b)


def test_a_graph_says_as_much_as_it_likes() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.add_node("A", kind="firm", core=True, sector="metal products", region="north", sales=50, capability=0.5)
    graph.add_node("B", kind="SME", sector="instruments", region="south")
    graph.add_node("U", kind="university", region="north", orientation=0.7, openness=0.1)
    graph.add_edge("A", "B", key="supply", weight=0.2, trust=0.9)
    graph.add_edge("A", "B", key="research")
    graph.add_edge("A", "U", layer="research", weight=1)
    graph.add_edge("A", "A")
    scenario = Scenario.from_graph(graph)
    founders = scenario.founders(1)
    assert scenario.structure().region_names == ("north", "south")
    assert founders.is_core.tolist()[:3] == [True, False, False]
    assert founders.sector_sales[0, 0] == 50
    assert founders.sector_sales[1, 7] == pytest.approx(600 / 18)
    assert founders.orientation[2] == 0.7
    assert sorted(founders.tie_layer.tolist()) == [int(Layer.SUPPLY), int(Layer.RESEARCH), int(Layer.RESEARCH)]
    assert [note for note in scenario.notes if "itself" in note] == ["1 tie left out, an actor tied to itself"]
    assert sum("added a government" in note for note in scenario.notes) == 2
    found_world(scenario.structure(), founders, scenario.parameters_at(1), 1)


def test_our_own_graph_comes_back() -> None:
    scenario = Scenario.load("blank")
    world = found_world(scenario.structure(), scenario.founders(1), scenario.parameters_at(1), 1)
    again = Scenario.from_graph(graph_of(world), base="blank").founders(1)
    first = scenario.founders(1)
    assert set(again.name) == set(first.name)
    assert again.kind[np.argsort(again.name)].tolist() == first.kind[np.argsort(first.name)].tolist()
    assert again.sector_sales.sum() == pytest.approx(2500)


def test_graphml_written_by_another_program() -> None:
    """tests/fixtures/make_igraph_region.py wrote it."""
    scenario = Scenario.load(FIXTURES / "igraph_region.graphml")
    founders = scenario.founders(1)
    assert scenario.name == "igraph_region"
    assert "精密仪器" in founders.name
    assert founders.sales[founders.name.index("Crane Works")] == 400
    assert founders.n_ties == 7
    assert same(founders, Scenario.load(str(FIXTURES / "igraph_region.graphml")).founders(2))
    assert any('added a government, "home government"' in note for note in scenario.notes)
    assert any(note.startswith("sector of 2 actors (Blechbau Süd, Motor One)") for note in scenario.notes)
    found_world(scenario.structure(), founders, scenario.parameters_at(1), 1)
