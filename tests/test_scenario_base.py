"""A scenario built on another: what it takes over, what it says itself, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import InputError
from abm.scenario import Scenario
from abm.scenario.scenario import SHIPPED
from abm.state.codes import Kind

Tables = dict[str, Any]


def on(base: str, **parts: Any) -> Tables:
    """The content of a file that is built on another."""
    heading = {"name": "mine", "title": "Mine", "base": base, **parts.pop("scenario", {})}
    return {"scenario": heading, **parts}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def refused(tables: Tables, folder: Path | str, *fragments: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.from_mapping(tables, folder)
    for fragment in fragments:
        assert fragment in str(caught.value), str(caught.value)
    assert len(str(caught.value).splitlines()) <= 7


# ------------------------------------------------------------------------------------------------- what is taken over


def test_a_file_that_says_nothing_is_its_base_under_another_name() -> None:
    mine, base = Scenario.from_mapping(on("blank")), Scenario.load("blank")
    assert (mine.name, mine.title, mine.description, mine.source) == ("mine", "Mine", "", "")
    assert (mine.quarters, mine.burn_in) == (base.quarters, base.burn_in)
    assert mine.content_hash() == base.content_hash()
    assert mine.notes == (f'all that the file does not say, from "blank" (content {base.content_hash()[:8]})',)


def test_rows_are_merged_by_name_and_tables_key_by_key() -> None:
    parts = {"name": "parts", "sales": 1100, "inputs": {"machines": 0.05}}
    mine = Scenario.from_mapping(
        on("blank", sectors=[parts], fields=[{"name": "electronics", "embargo": 0.5}], scenario={"quarters": 7})
    )
    assert mine.quarters == 7
    assert mine.structure().embargo.tolist() == [0.10, 0.5]
    assert mine.founders(1).sector_sales.tolist() == [[1100.0, 1500.0]]
    np.testing.assert_array_equal(mine.structure().inputs, [[0.2, 0.2], [0.05, 0.15]])
    assert mine.content_hash() != Scenario.load("blank").content_hash()


def test_new_rows_are_added_and_others_left_out() -> None:
    away = {"name": "away", "university_capability": 0.5, "orientation": 0.5, "openness": 0.5, "trade_openness": 0.1}
    both = Scenario.from_mapping(on("blank", regions=[away]))
    assert both.structure().region_names == ("home", "away")
    alone = Scenario.from_mapping(on("blank", regions=[away], scenario={"without": ["regions.home"]}))
    assert alone.structure().region_names == ("away",)


def test_parameters_replace_those_of_the_base_however_they_are_written(tmp_path: Path) -> None:
    heading = '[scenario]\nname = "one"\ntitle = "One"\nbase = "blank"\n'
    regime = '[[regimes]]\nfrom_quarter = 5\nname = "a"\nparameters = { "policy.patience" = 3 }\n'
    write(tmp_path / "one.toml", f"{heading}[parameters.policy]\naccess = 0.5\npatience = 8\n{regime}")
    later = {"from_quarter": 9, "name": "b", "parameters": {"policy.access": 0.7}}
    mine = Scenario.from_mapping(on("one.toml", parameters={"policy.access": 0.6}, regimes=[later]), tmp_path)
    policy = [mine.parameters_at(quarter).policy for quarter in (1, 5, 9)]
    assert [(each.access, each.patience) for each in policy] == [(0.6, 8), (0.6, 3), (0.7, 3)]
    assert [regime.name for regime in mine.regimes] == ["a", "b"]


def test_tables_of_a_base_are_looked_for_beside_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "actors.csv", "id,kind,sector\nA,sme,parts\nB,core_enterprise,machines\n")
    heading = '[scenario]\nname = "one"\ntitle = "One"\nbase = "blank"\n'
    write(tmp_path / "deep" / "one.toml", f'{heading}[tables]\nactors = "actors.csv"\n')
    mine = Scenario.from_mapping(on("deep/one.toml", scenario={"quarters": 3}), tmp_path)
    assert mine.founders(1).name[:2] == ("A", "B")
    assert mine.notes[0].startswith('all that the file does not say, from "deep/one.toml"')


def test_a_table_of_actors_takes_the_place_of_what_the_base_counts(tmp_path: Path) -> None:
    write(tmp_path / "actors.csv", "id,kind,sector\nA,sme,instruments\nU,university,\n")
    mine = Scenario.from_mapping(on("strong_core", tables={"actors": "actors.csv"}), tmp_path)
    assert np.bincount(mine.founders(1).kind)[[int(Kind.FIRM), int(Kind.UNIVERSITY)]].tolist() == [1, 1]
    assert mine.founders(1).sector_sales.sum() == 600.0


def test_a_base_may_have_a_base() -> None:
    scenario = Scenario.load("impatient")
    assert [regime.name for regime in scenario.regimes] == ["platforms first", "little patience"]
    assert scenario.parameters_at(1).policy.patience == 2
    assert scenario.region_hash() == Scenario.load("equipment").region_hash()


def test_what_changes_in_a_base_changes_the_content_hash(tmp_path: Path) -> None:
    blank = "[scenario]\nname = 'one'\ntitle = 'One'\nbase = 'blank'\n"
    hashes = set()
    for access in ("0.5", "0.6"):
        write(tmp_path / "one.toml", f'{blank}[parameters]\n"policy.access" = {access}\n')
        hashes.add(Scenario.from_mapping(on("one.toml"), tmp_path).content_hash())
    assert len(hashes) == 2


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("tables", "fragments"),
    [
        (on("equipmnt"), ['unknown scenario "equipmnt"; did you mean "equipment"?', ".toml files"]),
        (on("nothing.toml"), ["nothing.toml: no such file"]),
        (on("onn.toml"), ['no such file; did you mean "one.toml"']),
        (on("network.graphml"), ["unknown scenario"]),
        (on(3), ["scenario.base: 3 is not text"]),  # type: ignore[arg-type]
        (on("blank", scenario={"title": ...}), ["scenario.title: missing"]),
        (on("blank", scenario={"bas": "x"}), ['scenario.bas: unknown key; did you mean "base"']),
        (on("blank", scenario={"without": "regions.home"}), ["without", "is not a list"]),
        (on("blank", scenario={"without": ["regions.hom"]}), ['no "hom" in regions; did you mean "home"']),
        (on("blank", scenario={"without": ["region.home"]}), ['"region.home" names no row; did you mean "regions"']),
        (on("blank", scenario={"without": [3]}), ["3 names no row"]),
        (on("blank", sectors=[{"name": "parts", "fields": {"mechanics": 0.5}}]), ["weights in fields sum to 0.7"]),
        (on("blank", sectors=[{"name": "partz", "sales": 3}]), ['sectors "partz", chain: missing']),
        (on("blank", sectors=[{"name": "parts"}, {"name": "parts"}]), ['"parts" stands there 2 times']),
        (on("blank", sectors=3), ["sectors: 3 is not a list"]),
        (on("blank", sectors=[3]), ["is not a table"]),
        (on("blank", parameters=3), ["parameters: 3 is not a table"]),
        (on("blank", regions=[{"name": "home", "core_factor": -1}]), ["core_factor: -1 is out of bounds"]),
    ],
    ids=lambda value: "" if isinstance(value, list) else None,
)
def test_bad_files_with_a_base(tmp_path: Path, tables: Tables, fragments: list[str]) -> None:
    write(tmp_path / "one.toml", "[scenario]\n")
    tables["scenario"] = {key: value for key, value in tables["scenario"].items() if value is not ...}
    refused(tables, tmp_path, *fragments)


def test_there_is_nothing_to_leave_out_without_a_base() -> None:
    blank = tomllib.loads((SHIPPED / "blank.toml").read_text(encoding="utf-8"))
    blank["scenario"]["without"] = ["regions.home"]
    refused(blank, ".", "scenario.without is given, but scenario.base is not")


@pytest.mark.parametrize("name", ["a\0b.toml", f"{'a' * 5000}.toml"])
def test_a_base_that_is_no_path(name: str) -> None:
    refused(on(name), ".", "cannot be read")


def test_a_circle_is_refused(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "a"), ("itself", "itself")):
        write(tmp_path / f"{name}.toml", f"[scenario]\nname = '{name}'\ntitle = 'T'\nbase = '{base}.toml'\n")
    for name in ("a", "itself"):
        with pytest.raises(InputError, match=r"is itself built on this, in a circle"):
            Scenario.load(tmp_path / f"{name}.toml")


def test_what_is_wrong_in_a_base_is_told_of_the_base(tmp_path: Path) -> None:
    heading = "[scenario]\nname = 'one'\ntitle = 'One'\nbase = 'blank'\n"
    write(tmp_path / "one.toml", f"{heading}[[sectors]]\nname = 'parts'\nsales = -3\n")
    refused(on("one.toml"), tmp_path, "one.toml (with its base blank)", 'sectors "parts", sales: -3 is out of bounds')
    write(tmp_path / "one.toml", "[scenario\n")
    refused(on("one.toml"), tmp_path, "one.toml: malformed TOML")
    for odd in ("scenario = 3\n", "sectors = 3\n", "sectors = [3]\ntables = 3\nparameters = 3\nregions = {}\n"):
        write(tmp_path / "one.toml", odd)
        refused(on("one.toml", tables={"actors": "a.csv"}), tmp_path, "one.toml")
