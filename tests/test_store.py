"""The run folder is written whole or not at all, and never over something that is not ours."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from abm.errors import InputError
from abm.scenario import Scenario
from analysis.load import FolderError, load_run
from experiments.manifest import as_json, commit_of, versions
from experiments.request import Request, read_settings
from experiments.store import staged


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def write_run(folder: Path, text: str, *, force: bool = False) -> None:
    with staged(folder, force=force) as temporary:
        (temporary / "manifest.json").write_text('{"schema_version": 1, "run": "equipment-1-00000000"}')
        (temporary / "new.txt").write_text(text)


def test_a_run_appears_whole(tmp_path: Path) -> None:
    with staged(tmp_path / "deep" / "run", force=False) as temporary:
        (temporary / "new.txt").write_text("one")
        assert not (tmp_path / "deep" / "run").exists()
    assert (tmp_path / "deep" / "run" / "new.txt").read_text() == "one"
    assert leftovers(tmp_path / "deep") == []


def test_force_replaces_a_run_folder_and_nothing_else(tmp_path: Path) -> None:
    run = tmp_path / "run"
    write_run(run, "one")
    (run / "old.txt").write_text("from before")
    with pytest.raises(InputError, match="--force"):
        write_run(run, "two")
    write_run(run, "two", force=True)
    assert sorted(path.name for path in run.iterdir()) == ["manifest.json", "new.txt"]
    assert (run / "new.txt").read_text() == "two"
    precious = tmp_path / "home"
    precious.mkdir()
    (precious / "thesis.tex").write_text("years of work")
    for manifest in ("{", "[]", '{"name": "some web page"}'):
        with pytest.raises(InputError, match="not a run folder"):
            write_run(precious, "three", force=True)
        (precious / "manifest.json").write_text(manifest)
    assert (precious / "thesis.tex").exists()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failed_run_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    run = tmp_path / "run"
    write_run(run, "one")

    def fail() -> None:
        with staged(run, force=True) as temporary:
            (temporary / "half.parquet").write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert (run / "new.txt").read_text() == "one"
    assert leftovers(tmp_path) == []


def test_a_failed_run_takes_away_the_folders_it_made(tmp_path: Path) -> None:
    def fail() -> None:
        with staged(tmp_path / "runs" / "deep" / "run", force=False):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", "one")
    assert (tmp_path / "run" / "new.txt").exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for place in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(InputError, match="file"):
            write_run(place, "one", force=True)
    assert (tmp_path / "file").read_text() == "text"


@pytest.mark.parametrize("place", ["/proc/run", "/dev/null/run", "x" * 300])
def test_a_place_that_cannot_be_written_is_refused(place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot write|is a file"):
        write_run(tmp_path / place, "one")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(InputError, match="permission denied"):
        write_run(tmp_path / "closed" / "run", "one")


# ---------------------------------------------------------------------------------------------------- requests


def request(name: str = "equipment", **changes: Any) -> Request:
    scenario = replace(Scenario.load("blank"), name=name).with_parameters(changes.get("changes", {}))
    return Request(scenario, "equipment", **{"seed": 1, "quarters": 80, "changes": {}, "panel_every": 4, **changes})


def test_the_run_key_depends_on_everything_that_was_asked_for() -> None:
    keys = {
        request().run,
        request(seed=2).run,
        request(quarters=8).run,
        request(changes={"policy.access": 1.0}).run,
        request(panel_every=1).run,
    }
    assert len(keys) == 5
    assert request().run == request().run
    assert request().run.startswith("equipment-1-")


@pytest.mark.parametrize("name", ["../up", "a/b", "", "...", "a b", "区域"])
def test_the_run_key_is_one_safe_file_name(name: str) -> None:
    run = request(name).run
    assert Path(run).name == run
    assert not run.startswith(".")
    assert " " not in run


def test_the_command_repeats_the_run() -> None:
    changed = request(changes={"switches.platform": False, "frontier.obsolescence": 0.01}, quarters=8, panel_every=0)
    assert changed.command == (
        "innonet run equipment --seed 1 --quarters 8 --set switches.platform=false "
        "--set frontier.obsolescence=0.01 --panel-every 0"
    )
    settings = ["switches.platform=false", "frontier.obsolescence=0.01"]
    assert read_settings(settings) == changed.changes


@pytest.mark.parametrize("text", ["a.b", "=3", "a.b=", "", " = "])
def test_a_malformed_setting_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"group\.name=value"):
        read_settings([text])


def test_a_setting_may_come_only_once() -> None:
    with pytest.raises(InputError, match="twice"):
        read_settings(["a.b=1", "a.b=2"])


# --------------------------------------------------------------------------------------------------- manifest


def test_json_is_valid_and_refuses_nan() -> None:
    content = {"a": {"b": {"c": {"d": {"e": [1, None, "区"]}}}}, "empty": {}}
    assert json.loads(as_json(content)) == content
    with pytest.raises(ValueError, match="JSON"):
        as_json({"a": math.nan})


def test_versions_name_what_results_depend_on() -> None:
    assert {"innonet", "python", "numpy", "numba", "mesa", "pandas", "networkx"} <= versions().keys()
    assert "unknown" not in versions().values()


def test_no_commit_outside_a_repository_of_this_code(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == (None, None)


# --------------------------------------------------------------------------------------------------- loading


def test_only_run_folders_are_loaded(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no run folder"):
        load_run(tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"no manifest\.json"):
        load_run(tmp_path)
    run = tmp_path / "equipment-1-abcdef12"
    run.mkdir()
    for text, message in (("{", "as JSON"), ("[]", "schema version None"), ('{"schema_version": 99}', "version 99")):
        (run / "manifest.json").write_text(text)
        with pytest.raises(FolderError, match=message):
            load_run(run)
    (run / "manifest.json").write_text('{"schema_version": 1}')
    with pytest.raises(FolderError, match=r"did you mean .*equipment-1-abcdef12"):
        load_run(tmp_path / "equipment-1-abcd")
    with pytest.raises(FolderError, match=r"measures\.parquet is missing"):
        _ = load_run(run).measures
    (run / "measures.parquet").write_bytes(b"not parquet")
    with pytest.raises(FolderError, match="cannot be read"):
        _ = load_run(run).measures
