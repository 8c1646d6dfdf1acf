"""Bad input: one clear message each, with what, where, what is allowed and the nearest valid name."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.errors import InputError
from abm.scenario import Scenario
from abm.scenario.scenario import SHIPPED
from abm.scenario.schema import SectorRow
from abm.scenario.tables import ACTOR_COLUMNS, TIE_COLUMNS

Tables = dict[str, Any]
BLANK = (SHIPPED / "blank.toml").read_text(encoding="utf-8")


def blank() -> Tables:
    return tomllib.loads(BLANK)


def refused(make: Callable[[], Any], *fragments: str) -> str:
    """Return the message, after checking that it says all it should and can be read."""
    with pytest.raises(InputError) as caught:
        make()
    message = str(caught.value)
    for fragment in fragments:
        assert fragment in message, message
    assert len(message.splitlines()) <= 7
    assert all(len(line) < 400 for line in message.splitlines())
    assert "pydantic" not in message
    return message


# ------------------------------------------------------------------------------------------------- which scenario


def test_unknown_scenario_offers_the_nearest() -> None:
    refused(lambda: Scenario.load("equipmnt"), 'unknown scenario "equipmnt"', 'did you mean "equipment"')
    refused(lambda: Scenario.load(""), "unknown scenario")
    refused(lambda: Scenario.load("equipmnt.toml"), "no such file", 'did you mean "equipment"')


@pytest.mark.parametrize("name", ["region.toml", "region.graphml"])
def test_missing_file_offers_the_nearest(tmp_path: Path, name: str) -> None:
    (tmp_path / f"my_{name}").touch()
    refused(lambda: Scenario.load(tmp_path / name), "no such file", f'did you mean "my_{name}"')


def test_what_is_not_a_scenario_file(tmp_path: Path) -> None:
    refused(lambda: Scenario.load(tmp_path), "is a folder; a file is expected")
    (tmp_path / "x.toml").mkdir()
    message = refused(lambda: Scenario.load(tmp_path / "x.toml"), "x.toml: is a folder; a file is expected")
    assert "cannot be read" not in message
    refused(lambda: Scenario.load(tmp_path / "x.xlsx"), "is not a scenario file", ".toml")
    refused(lambda: Scenario.load("a\0b.toml"), "cannot be read")
    refused(lambda: Scenario.load("a" * 5000 + ".toml"), "cannot be read")
    refused(lambda: Scenario.load(3), "neither a name nor a path")  # type: ignore[arg-type]
    os.mkfifo(tmp_path / "pipe.toml")
    refused(lambda: Scenario.load(tmp_path / "pipe.toml"), "is not a plain file")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.toml").write_text(BLANK)

    def deny(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", deny)
    refused(lambda: Scenario.load(tmp_path / "a.toml"), "a.toml: may not be read (permission denied)")


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (b"", ["is empty"]),
        (b" \n\t\n", ["is empty"]),
        ("a = 'é'\nb = 'ö'".encode("latin-1"), ["line 1", "is not UTF-8"]),
        (BLANK.encode("utf-16"), ["is not UTF-8"]),
        (BLANK.encode("utf-16-le"), ["is not UTF-8"]),
        (b"[scenario\nname = 3", ["malformed TOML", "line 1"]),
        (b"[scenario]\nname = 'a'\nname = 'b'\n", ["malformed TOML", "line 3"]),
        (b"x = " + b"[" * 20_000, ["malformed TOML"]),
        (b"x = " + b"9" * 10_000, ["malformed TOML"]),
        (b"x = 1", ["6 problems", "x: unknown key", "scenario: missing", "and 1 more"]),
    ],
)
def test_broken_files(tmp_path: Path, content: bytes, fragments: list[str]) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    refused(lambda: Scenario.load(tmp_path / "a.toml"), "a.toml", *fragments)


def test_too_large_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abm.scenario.reading.MAX_TOML_BYTES", 100)
    (tmp_path / "a.toml").write_text(BLANK)
    refused(lambda: Scenario.load(tmp_path / "a.toml"), "too large; allowed up to 100")


# ------------------------------------------------------------------------------------------------- one value


def set_at(tables: Tables, place: str, value: Any) -> Tables:
    """Set ``sectors.0.firms`` in the content of a file; `...` deletes."""
    here: Any = tables
    *steps, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    for step in steps:
        here = here[step]
    if value is ...:
        del here[last]
    else:
        here[last] = value
    return tables


@pytest.mark.parametrize(
    ("place", "value", "fragments"),
    [
        ("sectors.0.labour_shar", 0.3, ['sectors "parts", labour_shar: unknown key; did you mean "labour_share"']),
        ("sector", [], ['sector: unknown key; did you mean "sectors"']),
        ("sectors.0.firms", -1, ['sectors "parts", firms: -1 is out of bounds; allowed 0 to 5,000,000']),
        ("sectors.0.firms", 2.5, ["firms: 2.5 is not a whole number; allowed 0 to"]),
        ("sectors.0.firms", "many", ['firms: "many" is not a whole number']),
        ("sectors.0.firms", True, ["firms: true is not a whole number"]),
        ("sectors.0.firms", 10**400, ["firms: a number of more than 30 digits is out of bounds"]),
        ("sectors.0.labour_share", 10**400, ["labour_share: a number of more than 30 digits"]),
        ("sectors.0.labour_share", float("nan"), ["labour_share: nan is not a finite number; allowed 0.01 to 0.9"]),
        ("sectors.0.sales", float("inf"), ["sales: inf is not a finite number; allowed 0 to 1,000,000,000"]),
        ("sectors.0.sales", -5, ["sales: -5 is out of bounds"]),
        ("sectors.0.labour_share", ..., ['sectors "parts", labour_share: missing; allowed 0.01 to 0.9']),
        ("sectors.0.position", "upstrem", ["is not one of upstream", 'did you mean "upstream"']),
        ("sectors.0.position", 3, ["position: 3 is not one of"]),
        ("sectors.0.fields", [0.5, 0.5], ["fields: a list is not a table"]),
        ("sectors.0.fields.mechanics", 1.8, ["fields.mechanics: 1.8 is out of bounds; allowed 0 to 1"]),
        ("sectors.0.fields.mechanics", 0.7, ['sectors "parts": weights in fields sum to 0.9; they must sum to 1']),
        ("sectors.0.fields.mechanix", 0.0, ['unknown name "mechanix"; did you mean "mechanics"']),
        ("sectors.0.inputs.machine", 0.1, ['inputs: unknown name "machine"; did you mean "machines"']),
        ("sectors.0.inputs.parts", 0.9, ["inputs sum to 1; they must stay below 0.95"]),
        ("sectors.0.labour_share", 0.6, ["sum to 1.07; below 1 leaves something to earn"]),
        ("sectors.0.chain", "machinry", ['chain: unknown name "machinry"; did you mean "machinery"']),
        ("sectors.0.core_firms", 31, ["core_firms is 31, more than firms (30)"]),
        ("sectors.0.sales", 0, ["has 30 firms and no sales"]),
        ("sectors.0.firms", 0, ["has sales of 1000 and no firms"]),
        ("sectors.0.dormant", True, ["is dormant, but has 30 firms"]),
        ("sectors.0.dormant", "yes", ['dormant: "yes" is not true or false']),
        ("sectors.0.equipment_share", 0.3, ["equipment_share over all sectors sum to 1.1"]),
        ("sectors.0.adoption_share", 0.0, ["adoption_share over all sectors sum to 0.7"]),
        ("sectors.0.household_share", 0.95, ["household_share over all sectors sums to 1.05; allowed up to 1"]),
        ("sectors.0.name", "machines", ['sectors: "machines" stands there 2 times']),
        ("sectors.0.name", "", ["sectors number 1, name: is empty; allowed 1 to 80"]),
        ("sectors.0.name", "a.b", ['"a.b" is not a valid name']),
        ("sectors", {}, ["sectors: a table is not a list"]),
        ("sectors", [], ["sectors: has too few entries; allowed 1 to 200"]),
        ("sectors.0", 3, ["sectors number 1: 3 is not a table"]),
        ("fields.0.name", "electronics", ['fields: "electronics" stands there 2 times']),
        ("fields.0.embargo", 1.5, ['fields "mechanics", embargo: 1.5 is out of bounds; allowed 0 to 1']),
        ("chains.0.final", {"machine": 1.0}, ['chains "machinery", final: unknown name "machine"']),
        ("chains.0.final", {"machines": 0.5}, ['shares of "machines" in final over all chains sum to 0.5']),
        ("regions.0.banks", -1, ['regions "home", banks: -1 is out of bounds']),
        ("regions.0.sector_scale", {"partz": 1.0}, ['unknown name "partz"; did you mean "parts"']),
        ("scenario.quarters", 0, ["quarters: 0 is out of bounds; allowed 1 to 1,000,000"]),
        ("scenario.without", "regions.home", ['without: "regions.home" is not a list, as [...] makes']),
        ("scenario.name", "../x", ['scenario.name: "../x" is not a valid name']),
        ("scenario", ..., ["scenario: missing"]),
        ("scenario", 3, ["scenario: 3 is not a table"]),
        ("tables", {"actor": "a.csv"}, ['tables, actor: unknown key; did you mean "actors"', "tables"]),
        ("tables", {"ties": "a.csv"}, ["tables.ties needs tables.actors"]),
        ("tables", {"sectors": "a.csv"}, ["sectors are given twice"]),
        ("tables", {"actors": "a.csv"}, ["firms is given, but tables.actors lists the firms"]),
    ],
)
def test_one_bad_value(place: str, value: Any, fragments: list[str]) -> None:
    refused(lambda: Scenario.from_mapping(set_at(blank(), place, value)), "scenario: ", *fragments)


def test_absurd_sizes() -> None:
    refused(lambda: Scenario.from_mapping(set_at(blank(), "sectors.0.firms", 5_000_000)), "actors are too many")
    refused(lambda: Scenario.from_mapping(set_at(blank(), "sectors.0.firms", 10**9)), "out of bounds; allowed 0 to")
    many = [{**blank()["sectors"][0], "name": f"s{i}"} for i in range(201)]
    refused(lambda: Scenario.from_mapping(set_at(blank(), "sectors", many)), "too many entries; allowed 1 to 200")
    fields = [{**blank()["fields"][0], "name": f"f{i}"} for i in range(1001)]
    refused(lambda: Scenario.from_mapping(set_at(blank(), "fields", fields)), "too many entries; allowed 1 to 1,000")
    regions = [{**blank()["regions"][0], "name": f"r{i}", "scale": 1000.0} for i in range(101)]
    refused(lambda: Scenario.from_mapping(set_at(blank(), "regions", regions)), "actors are too many")


def test_many_problems_in_one_message() -> None:
    tables = blank()
    for sector in tables["sectors"]:
        sector |= {"firms": -1, "sales": -1, "labour_share": 5, "label": 3}
    message = refused(lambda: Scenario.from_mapping(tables), "scenario: 8 problems", "and 3 more")
    assert len(message.splitlines()) == 7


# ------------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("name", "value", "fragments"),
    [
        (
            "learning.suply_rate",
            0.1,
            ['unknown parameter "learning.suply_rate"', 'did you mean "learning.supply_rate"'],
        ),
        ("learning", 3, ['unknown parameter "learning"']),
        ("learning.supply_rate", 7, ["parameter learning.supply_rate: 7 is out of bounds; allowed 0 to"]),
        ("learning.supply_rate", float("nan"), ["out of bounds"]),
        ("learning.supply_rate", "fast", ["is not a number; allowed 0 to"]),
        ("learning.supply_rate", True, ["is not a number"]),
        ("switches.platform", 1, ["is not true or false"]),
        ("learning.supply_rate", 10**400, ["a number of more than 30 digits is out of bounds; allowed 0 to"]),
        ("learning.n_rivals", 10**400, ["a number of more than 30 digits is not a whole number; allowed 1 to 5"]),
        ("switches.platform", 10**400, ["a number of more than 30 digits is not true or false"]),
        ("learning.supply_rate", {"a": 1}, ['unknown parameter "learning.supply_rate.a"']),
    ],
)
def test_bad_parameters(name: str, value: Any, fragments: list[str]) -> None:
    refused(lambda: Scenario.from_mapping({**blank(), "parameters": {name: value}}), *fragments)
    regime = {"from_quarter": 3, "name": "new policy", "parameters": {name: value}}
    refused(lambda: Scenario.from_mapping({**blank(), "regimes": [regime]}), 'regimes "new policy"', *fragments)
    if not isinstance(value, dict):
        refused(lambda: Scenario.load("blank").with_parameters({name: value}), *fragments)


def test_bad_regimes() -> None:
    regime = {"from_quarter": 0, "name": "r", "parameters": {}}
    refused(lambda: Scenario.from_mapping({**blank(), "regimes": [regime]}), 'regimes "r", from_quarter: 0 is out of')
    twice = {"learning": {"supply_rate": 0.1}, "learning.supply_rate": 0.2}
    refused(lambda: Scenario.from_mapping({**blank(), "parameters": twice}), "learning.supply_rate is given twice")


# ------------------------------------------------------------------------------------------------- tables

ACTORS = "id,kind,sector,sales\nA,sme,parts,\nB,core_enterprise,machines,20\nK,bank,,\nU,university,,\n"
TIES = "source,target,layer,weight,trust\nA,B,supply,0.5,0.5\n"


def from_tables(folder: Path, actors: str | bytes = ACTORS, ties: str | bytes = TIES) -> Scenario:
    tables = blank()
    for sector in tables["sectors"]:
        del sector["firms"], sector["core_firms"]
    tables["regions"] = [{k: v for k, v in tables["regions"][0].items() if k not in INSTITUTIONS}]
    for name, content in (("actors.csv", actors), ("ties.csv", ties)):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Scenario.from_mapping({**tables, "tables": {"actors": "actors.csv", "ties": "ties.csv"}}, folder)


INSTITUTIONS = ("universities", "institutes", "banks", "venture_funds", "guarantee_funds")


def test_good_tables_are_read(tmp_path: Path) -> None:
    assert from_tables(tmp_path).founders(1).n_ties == 1
    assert from_tables(tmp_path, ties="source,target,layer\n").founders(1).n_ties == 0


@pytest.mark.parametrize(
    ("actors", "fragments"),
    [
        ("", ["actors.csv: is empty"]),
        ("id,kind,sector\n", ["has a header and no rows"]),
        ("id;kind;sector\nA;sme;parts\n", ["line 1", "separated by commas"]),
        ("name,kind\nA,sme\n", ['the column "id" is missing', 'unknown column "name"']),
        ("id,kind,sectr\nA,sme,parts\n", ['unknown column "sectr"; did you mean "sector"']),
        ("id,kind,kind\nA,sme,sme\n", ['the column "kind" stands there twice']),
        ("id,kind,sector\nA,sme\n", ["line 2: 2 cells, but the header has 3"]),
        ('id,kind,sector\n"A,sme,parts\n', ["malformed CSV"]),
        ("id,kind,sector\nA,smee,parts\n", ['line 2: "smee" is not a kind', 'did you mean "sme"']),
        ("id,kind,sector\nA,,parts\n", ["line 2: kind is missing; allowed core_enterprise, sme"]),
        ("id,kind,sector\nA,sme,\n", ["line 2: sector is missing"]),
        ("id,kind,sector\nA,sme,part\n", ['line 2: unknown sector "part"; did you mean "parts"']),
        ("id,kind,sector\nA,bank,parts\n", ["line 2: sector is given, but only firms have one"]),
        ("id,kind,sector\nA,sme,parts\nA,sme,parts\n", ['line 3: the id "A" stands there twice, first in line 2']),
        ("id,kind,sector\n,sme,parts\n", ["line 2: id is missing"]),
        ("id,kind,sector,sales\nA,sme,parts,-1\n", ['line 2: sales is "-1", out of bounds; allowed 0.001 to']),
        ("id,kind,sector,sales\nA,sme,parts,nan\n", ['line 2: sales is "nan"; allowed']),
        ("id,kind,sector,sales\nA,sme,parts,2000\nB,sme,parts,\n", ["the sector's 1000 leave nothing"]),
        ("id,kind,sector,region\nA,sme,parts,hom\n", ['unknown region "hom"; did you mean "home"']),
        ("id,kind,sector,core\nA,sme,parts,true\n", ["line 2: kind is sme, but core is true"]),
        ("id,kind,sector,core\nA,firm,parts,perhaps\n", ['line 2: core is "perhaps"; allowed true or false']),
        ("id,kind,sector,orientation\nA,sme,parts,0.5\n", ["orientation is given, but only universities"]),
        ("id,kind,sector,capability\nA,sme,parts,1.5\n", ["capability is", "allowed 0 to 1"]),
        ("id,kind,sector\nA,sme,parts\n\xff".encode("latin-1"), ["actors.csv, line 3: is not UTF-8"]),
        (b"id,kind\nA,s\0me\n", ["actors.csv, line 2: is not UTF-8 text (zero byte)"]),
    ],
)
def test_bad_actors(tmp_path: Path, actors: str | bytes, fragments: list[str]) -> None:
    refused(lambda: from_tables(tmp_path, actors=actors), "actors.csv", *fragments)


@pytest.mark.parametrize(
    ("row", "fragments"),
    [
        ("A,C,supply,0.5,", ['line 2: target "C" is not among the actors']),
        (",B,supply,0.5,", ["line 2: source is missing"]),
        ("A,A,supply,0.5,", ['line 2: a tie of "A" to itself']),
        ("A,B,suply,0.5,", ['line 2: unknown layer "suply"; did you mean "supply"']),
        ("A,B,,0.5,", ["line 2: layer is missing; allowed supply, research"]),
        ("K,B,supply,0.5,", ["line 2: a supply tie runs from a firm (the supplier) to a firm"]),
        ("B,K,credit,0.5,", ["line 2: a credit tie runs from a bank or fund to a firm"]),
        ("A,B,supply,1.5,", ['line 2: weight is "1.5", out of bounds; allowed 0 to 1']),
        ("A,B,supply,,x", ['line 2: trust is "x"; allowed 0 to 1']),
        ("A,B,supply,,\nA,B,supply,,", ["line 3: the same tie as in line 2"]),
        ("A,U,research,,\nU,A,research,,", ["line 3: the same tie as in line 2"]),
    ],
)
def test_bad_ties(tmp_path: Path, row: str, fragments: list[str]) -> None:
    refused(lambda: from_tables(tmp_path, ties=f"source,target,layer,weight,trust\n{row}\n"), "ties.csv", *fragments)


def test_bad_sectors_table(tmp_path: Path) -> None:
    tables = blank()
    rows = tables.pop("sectors")
    tables["tables"] = {"sectors": "sectors.csv"}
    plain = [key for key in rows[0] if key not in ("fields", "inputs")]
    values = ["lots" if key == "firms" else str(rows[0][key]) for key in plain]
    (tmp_path / "sectors.csv").write_text(f"{','.join(plain)},fields.mechanics\n{','.join(values)},2\n")
    make = lambda: Scenario.from_mapping(tables, tmp_path)  # noqa: E731
    refused(make, "sectors.csv: 2 problems", 'line 2, firms: "lots" is not a whole number', 'fields.mechanics: "2"')
    (tmp_path / "sectors.csv").write_text("name,firmz\nparts,3\n")
    refused(
        make, "sectors.csv, line 1", 'unknown column "firmz"; did you mean "firms"', 'the column "chain" is missing'
    )
    (tmp_path / "sectors.csv").unlink()
    refused(make, "sectors.csv: no such file")


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abm.scenario.tables.MAX_ACTORS", 3)
    refused(lambda: from_tables(tmp_path), "actors.csv: has more than 3 rows")


# ------------------------------------------------------------------------------------------------- every column

SME = {"kind": "sme", "sector": "parts"}
OF_ACTORS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "id": ({"kind": "bank"}, "Z", "", "id is missing"),
    "kind": ({}, "institute", "shop", '"shop" is not a kind; allowed core_enterprise, sme'),
    "region": (SME, "home", "hom", 'unknown region "hom"; did you mean "home"'),
    "sector": ({"kind": "sme"}, "parts", "part", 'unknown sector "part"; did you mean "parts"'),
    "core": ({**SME, "kind": "firm"}, "true", "perhaps", 'core is "perhaps"; allowed true or false'),
    "sales": (SME, "0.001", "0", 'sales is "0", out of bounds; allowed 0.001 to 10,000,000'),
    "capability": (SME, "1", "1.5", 'capability is "1.5", out of bounds; allowed 0 to 1'),
    "capability.mechanics": (SME, "0.4", "x", 'capability.mechanics is "x"; allowed 0 to 1'),
    "capability.electronics": (SME, "0", "-1", 'capability.electronics is "-1", out of bounds; allowed 0 to 1'),
    "orientation": ({"kind": "university"}, "0.5", "2", 'orientation is "2", out of bounds; allowed 0 to 1'),
    "openness": ({"kind": "institute"}, "0.5", "nan", 'openness is "nan"; allowed 0 to 1'),
}
"""By column of the actors table: the rest of the row, a good value, a bad one, and what is said of that."""

OF_TIES = {
    "source": ("A", "C", 'source "C" is not among the actors'),
    "target": ("B", "", "target is missing"),
    "layer": ("supply", "suply", 'unknown layer "suply"; did you mean "supply"'),
    "weight": ("1", "1.5", 'weight is "1.5", out of bounds; allowed 0 to 1'),
    "trust": ("0", "inf", 'trust is "inf"; allowed 0 to 1'),
}

OF_SECTORS = {
    "name": ("parts", "a.b", 'name: "a.b" is not a valid name'),
    "label": ("Parts", "x" * 10_001, "label: is too long"),
    "chain": ("machinery", "machinry", 'chain: unknown name "machinry"; did you mean "machinery"'),
    "position": ("service", "servce", 'position: "servce" is not one of upstream'),
    "technology_class": ("high", "hi", 'technology_class: "hi" is not one of low, medium, high'),
    "dormant": ("true", "perhaps", 'dormant: "perhaps" is not true or false'),
    "firms": ("1", "2.5", 'firms: "2.5" is not a whole number; allowed 0 to 5,000,000'),
    "core_firms": ("1", "-1", 'core_firms: "-1" is out of bounds; allowed 0 to 5,000,000'),
    "sales": ("1", "-1", 'sales: "-1" is out of bounds; allowed 0 to 1,000,000,000'),
    "entries": ("7", "-7", 'entries: "-7" is out of bounds; allowed 0 to 5,000,000'),
    "sales_per_firm": ("5", "nan", 'sales_per_firm: "nan" is not a finite number; allowed 0 to 10,000,000'),
    "size_exponent": ("0.5", "0.4", 'size_exponent: "0.4" is out of bounds; allowed 0.5 to 5'),
    "labour_share": ("0.01", "0", 'labour_share: "0" is out of bounds; allowed 0.01 to 0.9'),
    "energy_share": ("0", "1", 'energy_share: "1" is out of bounds; allowed 0 to 0.9'),
    "capital_ratio": ("50", "51", 'capital_ratio: "51" is out of bounds; allowed 0.1 to 50'),
    "household_share": ("0", "1.5", 'household_share: "1.5" is out of bounds; allowed 0 to 1'),
    "equipment_share": ("0.2", "0.3", "equipment_share over all sectors sum to 1.1"),
    "adoption_share": ("0.3", "x", 'adoption_share: "x" is not a number; allowed 0 to 1'),
    "export_share": ("1", "1.1", 'export_share: "1.1" is out of bounds; allowed 0 to 1'),
    "traditional_share": ("1", "-0.1", 'traditional_share: "-0.1" is out of bounds; allowed 0 to 1'),
    "import_share": ("0.95", "0.96", 'import_share: "0.96" is out of bounds; allowed 0 to 0.95'),
    "sme_capability": ("0", "2", 'sme_capability: "2" is out of bounds; allowed 0 to 1'),
    "core_capability": ("1", "", "core_capability: missing; allowed 0 to 1"),
    "source": ("F1", "x" * 10_001, "source: is too long"),
    "fields.mechanics": ("0.8", "2", 'fields.mechanics: "2" is out of bounds; allowed 0 to 1'),
    "inputs.machines": ("0.2", "inf", 'inputs.machines: "inf" is not a finite number; allowed 0 to 1'),
}


def from_sectors(folder: Path, column: str, value: str) -> Scenario:
    """Return the blank region with its sectors in a CSV table, one cell of the first row changed."""
    tables = blank()
    rows = tables.pop("sectors")
    for row in rows:
        if column == "dormant" and row is rows[0]:
            row.update(firms=0, core_firms=0)
        if column in ("entries", "sales_per_firm"):
            tables["scenario"]["total_firms"] = 10
            row.update(entries=1, sales_per_firm=10)
            row.update(dict.fromkeys(("firms", "core_firms", "sales"), ""))
        for table in ("fields", "inputs"):
            row.update({f"{table}.{key}": each for key, each in row.pop(table).items()})
    rows[0][column] = value
    header = list(dict.fromkeys(key for row in rows for key in row))
    lines = [",".join(str(row.get(key, "")) for key in header) for row in rows]
    (folder / "sectors.csv").write_text("\n".join([",".join(header), *lines]), encoding="utf-8")
    return Scenario.from_mapping({**tables, "tables": {"sectors": "sectors.csv"}}, folder)


@pytest.mark.parametrize("column", ["id", "kind", *ACTOR_COLUMNS, "capability.mechanics", "capability.electronics"])
def test_every_column_of_actors(tmp_path: Path, column: str) -> None:
    rest, good, bad, said = OF_ACTORS[column]

    def make(value: str) -> Scenario:
        row = {"id": "Z", **rest, column: value}
        return from_tables(tmp_path, f"{','.join(row)}\n{','.join(row.values())}\n", "source,target,layer\n")

    assert make(good).founders(1).name[0] == "Z"
    refused(lambda: make(bad), "actors.csv: line 2", said)


@pytest.mark.parametrize("column", ["source", "target", "layer", *TIE_COLUMNS])
def test_every_column_of_ties(tmp_path: Path, column: str) -> None:
    def make(value: str) -> Scenario:
        row = {"source": "A", "target": "B", "layer": "supply", column: value}
        return from_tables(tmp_path, ties=f"{','.join(row)}\n{','.join(row.values())}\n")

    good, bad, said = OF_TIES[column]
    assert make(good).founders(1).n_ties == 1
    refused(lambda: make(bad), "ties.csv: line 2", said)


SECTOR_COLUMNS = [key for key in SectorRow.model_fields if key not in ("fields", "inputs")]


@pytest.mark.parametrize("column", [*SECTOR_COLUMNS, "fields.mechanics", "inputs.machines"])
def test_every_column_of_sectors(tmp_path: Path, column: str) -> None:
    good, bad, said = OF_SECTORS[column]
    assert from_sectors(tmp_path, column, good).structure().n_sectors == 2
    refused(lambda: from_sectors(tmp_path, column, bad), "sectors", said)


# ------------------------------------------------------------------------------------------------- graphs

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPEN = f'{HEAD}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
KEY = '<key id="k" for="node" attr.name="kind" attr.type="string"/>'
SALES = '<key id="s" for="node" attr.name="sales" attr.type="double"/>'
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
ACTOR = '<node id="{}"><data key="k">{}</data></node>'


def graphml(inside: str, keys: str = KEY) -> str:
    return f'{OPEN}{keys}<graph edgedefault="undirected">{inside}</graph></graphml>'


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        ("", ["is empty"]),
        ("<graphml>", ["malformed XML", "line 1"]),
        (f"{HEAD}<svg/>", ["is not GraphML: the outermost element is <svg>"]),
        (f"{HEAD}{BOMB}<graphml>&b;</graphml>", ["document type"]),
        (f"{OPEN}</graphml>", ["has 0 graphs; one is expected"]),
        (f"{OPEN}<graph/><graph/></graphml>", ["has 2 graphs; one is expected"]),
        (f'{HEAD}<graphml xmlns="urn:x"><graph/></graphml>', ["unknown XML namespace"]),
        (graphml("").replace('"undirected"', '"direct"'), ['edgedefault is "direct"', 'did you mean "directed"']),
        (graphml('<node id="a"><graph><node id="b"/></graph></node>'), ["has a graph inside a graph"]),
        (graphml(""), ["has no nodes"]),
        (graphml('<node id="a"/>'), ['no node has the attribute "kind"', "core_enterprise, sme"]),
        (graphml('<node id="a"/>' + ACTOR.format("b", "sme")), ['node "a": kind is missing']),
        (graphml(ACTOR.format("b", "smee")), ['node "b": "smee" is not a kind', 'did you mean "sme"']),
        (graphml(ACTOR.format("b", "sme") * 2), ['the node id "b" stands there twice']),
        (graphml(ACTOR.format("", "sme")), ["a node has no id"]),
        (graphml(ACTOR.format("b", "sme") + '<edge source="b" target="c"/>'), ['the target "c", which is not a node']),
        (graphml('<node id="a"><data key="s">x</data></node>', KEY + SALES), ["malformed GraphML"]),
        (graphml('<node id="a"><data key="nokey">x</data></node>'), ["malformed GraphML"]),
    ],
)
def test_bad_graphml(tmp_path: Path, content: str, fragments: list[str]) -> None:
    (tmp_path / "a.graphml").write_text(content, encoding="utf-8")
    message = refused(lambda: Scenario.load(tmp_path / "a.graphml"), *fragments)
    assert message.count("a.graphml") <= 1


def graph_with(**attributes: Any) -> nx.Graph[Any]:
    graph: nx.Graph[Any] = nx.Graph(name="g")
    graph.add_node("A", kind="sme")
    graph.add_node("B", **{"kind": "sme", **attributes})
    return graph


@pytest.mark.parametrize(
    ("attributes", "fragments"),
    [
        ({"kind": None}, ['node "B": kind is missing']),
        ({"region": "r" * 81}, ['node "B": region "rrr', "allowed 1 to 80 characters on one line"]),
        ({"region": "east\nwest"}, ['node "B": region "east west" is not a valid name; allowed 1 to 80']),
        ({"sector": "rails"}, ['node "B": unknown sector "rails"']),
        ({"sales": -1}, ['node "B": sales is -1, out of bounds; allowed 0 to 10,000,000']),
        ({"sales": float("inf")}, ["sales is inf; allowed"]),
        ({"sales": "lots"}, ['sales is "lots"; allowed']),
        ({"capability": 2}, ["capability is 2, out of bounds; allowed 0 to 1"]),
        ({"kind": "university", "core": True}, ["kind is university, but core is true"]),
    ],
)
def test_bad_attributes_of_actors(attributes: Tables, fragments: list[str]) -> None:
    refused(lambda: Scenario.from_graph(graph_with(**attributes)), 'graph "g": ', *fragments)


@pytest.mark.parametrize(
    ("attributes", "fragments"),
    [
        ({"layer": "suply"}, ['edge "A" to "B": unknown layer "suply"', 'did you mean "supply"']),
        ({"layer": "credit"}, ["a credit tie runs from a bank or fund to a firm"]),
        ({"weight": -0.5}, ["weight is -0.5, out of bounds"]),
        ({"trust": 3}, ["trust is 3, out of bounds; allowed 0 to 1"]),
    ],
)
def test_bad_attributes_of_ties(attributes: Tables, fragments: list[str]) -> None:
    graph = graph_with()
    graph.add_edge("A", "B", **attributes)
    refused(lambda: Scenario.from_graph(graph), *fragments)


def test_bad_graphs() -> None:
    refused(lambda: Scenario.from_graph({"A": "sme"}), "a networkx graph is expected, not dict")  # type: ignore[arg-type]
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_node(1, kind="sme")
    graph.add_node("1", kind="sme")
    refused(lambda: Scenario.from_graph(graph), 'two nodes are called "1"')
    refused(lambda: Scenario.from_graph(graph, base="blnk"), 'unknown scenario "blnk"; did you mean "blank"')
    long: nx.Graph[Any] = nx.Graph()
    long.add_node("a" * 201, kind="sme")
    refused(lambda: Scenario.from_graph(long), 'node "aaa', "the name is too long; allowed 1 to 200")
    wrong: nx.Graph[Any] = nx.Graph()
    wrong.add_node(1, Kind="sme")
    refused(lambda: Scenario.from_graph(wrong), 'no node has the attribute "kind"; did you mean "Kind"')


# ------------------------------------------------------------------------------------------------- anything

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    *(f"sectors.0.{key}" for key in blank()["sectors"][0]),
    *(f"regions.0.{key}" for key in blank()["regions"][0]),
    *(f"fields.0.{key}" for key in blank()["fields"][0]),
    *(f"scenario.{key}" for key in blank()["scenario"]),
    *("sectors", "fields", "chains", "regions", "parameters", "regimes", "tables", "scenario", "chains.0.final"),
]


def message_of(make: Callable[[], Any]) -> str:
    """Return the message of a refusal, nothing if the input is good; any other error is a bug."""
    try:
        make()
    except InputError as error:
        return str(error)
    return ""


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), ANYTHING)
def test_anything_anywhere_is_either_good_or_refused_clearly(place: str, value: Any) -> None:
    message = message_of(lambda: Scenario.from_mapping(set_at(blank(), place, value), "nowhere"))
    assert len(message.splitlines()) <= 7


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='id,kndsme"\n\t ;ABparts0.5é', max_size=60))
def test_any_table_is_either_good_or_refused_clearly(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    message = message_of(lambda: from_tables(folder, actors=f"id,kind,sector\n{text}\n"))
    assert not message or "csv" in message
