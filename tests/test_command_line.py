"""The command line: what it writes, what it says, and how it refuses."""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from analysis.load import load_run
from experiments.command_line import main
from tests import synthetic

FIXED_MEASURES = [
    "path_common_technology_share",
    "path_supporting_chain_share",
    "path_innovation_platform_share",
    "paths_share_of_gains",
    "dominant_path",
    "factor_index",
    "value_chain_index",
    "structure_index",
    "coupling_coordination",
    "coupling_coordination_wang",
    "money_residual",
    "ledger_residual",
    "n_firms",
    "n_ties",
    "n_entries",
    "n_exits",
]

TINY = ["run", "blank", "--quarters", "3", "--panel-every", "2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One real run of the smallest region."""
    place = tmp_path_factory.mktemp("runs") / "tiny"
    assert main([*TINY, "--seed", "7", "--out", str(place), "--set", "switches.platform=off"]) == 0
    return place


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must be refused with exit 2 and one message without traceback; return the message."""
    capsys.readouterr()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert captured.err.strip()
    return " ".join(captured.err.split())


# --------------------------------------------------------------------------------------------------------- run


def test_the_run_folder_is_complete(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "measures.parquet",
        "panel.parquet",
        "events.parquet",
        "stages.parquet",
        "chains.parquet",
        "network.graphml",
        "figures",
    }
    figures = {f"{name}{ending}" for name in ("paths", "stages", "coupling", "network") for ending in (".png", ".svg")}
    assert {path.name for path in (folder / "figures").iterdir()} == figures


def test_the_tables_have_their_keys_and_measures(folder: Path) -> None:
    run = load_run(folder)
    assert list(run.measures.columns[:3]) == ["run", "region", "quarter"]
    assert set(FIXED_MEASURES) <= set(run.measures.columns)
    assert run.measures["quarter"].tolist() == [1, 2, 3]
    assert list(run.panel.columns[:4]) == ["run", "region", "quarter", "uid"]
    assert sorted(run.panel["quarter"].unique()) == [2, 3]
    assert not run.panel.duplicated(["run", "region", "quarter", "uid"]).any()
    assert list(run.events.columns[:3]) == ["run", "event_id", "quarter"]
    assert run.events["event_id"].is_unique


def test_the_manifest_says_how_to_repeat_the_run(folder: Path, tmp_path: Path) -> None:
    manifest = load_run(folder).manifest
    assert manifest["seed"] == 7
    assert manifest["quarters"] == 3
    assert manifest["changes"] == {"switches.platform": False}
    assert manifest["started"] <= manifest["finished"]
    assert manifest["wall_seconds"]["run"] > 0
    assert {"commit", "commit_is_dirty", "burn_in", "versions"} <= manifest.keys()
    assert manifest["scenario"]["name"] == "blank"
    assert manifest["scenario"]["parameters"]["switches.platform"] is False
    assert manifest["scenario"]["founders"]["name"]
    again = tmp_path / "again"
    assert main([*shlex.split(manifest["command"])[1:], "--no-figures", "--quiet", "--out", str(again)]) == 0
    for table in ("measures.parquet", "panel.parquet", "events.parquet", "chains.parquet", "network.graphml"):
        digests = {hashlib.sha256((place / table).read_bytes()).hexdigest() for place in (folder, again)}
        assert len(digests) == 1, table
    assert load_run(again).manifest["run"] == manifest["run"]


def test_the_network_opens_elsewhere(folder: Path) -> None:
    text = (folder / "network.graphml").read_text(encoding="utf-8")
    ids = [part.split('"')[0] for part in text.split(' id="tie-')[1:]]
    assert len(ids) == len(set(ids)) > 0
    graph = nx.read_graphml(folder / "network.graphml", force_multigraph=True)
    for _, actor in graph.nodes(data=True):
        assert {"kind", "region", "name", "uid", "path"} <= actor.keys()
    for _, _, tie in graph.edges(data=True):
        assert {"layer", "origin", "weight", "trust"} <= tie.keys()


def test_an_existing_run_folder_asks_for_force(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "manifest.json").read_bytes()
    assert "--force" in refused([*TINY, "--out", str(folder)], capsys)
    assert (folder / "manifest.json").read_bytes() == before


def test_the_default_folder_names_scenario_seed_and_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["run", "blank", "--quarters", "1", "--seed", "3", "--panel-every", "0", "--no-figures", "--quiet"]
    assert main(command) == 0
    place = Path(capsys.readouterr().out.strip())
    assert place.parent == Path("runs")
    assert place.name.startswith("blank-3-")
    assert len(place.name.split("-")[2]) == 8
    assert not (place / "figures").exists()
    assert load_run(place).panel.empty
    assert "--force" in refused(command, capsys)
    assert main([*command, "--force"]) == 0
    assert "--panel-every 0" in refused(["explain", str(place), "x"], capsys)


def test_the_summary_is_printed_and_fits_80_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*TINY, "--out", str(tmp_path / "run"), "--no-figures"]) == 0
    captured = capsys.readouterr()
    for heading in ("Size", "Paths", "Stages", "Coupling", "Bottleneck", "Books", "Files", "Next"):
        assert f"\n{heading}" in captured.out
    assert "DOES NOT" not in captured.out
    assert "quarter 23 of 23" in captured.err


# -------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "equipmant"], 'did you mean "equipment"'),
        (["run"], "Missing argument"),
        (["run", "blank", "--seed", "-1"], "seed"),
        (["run", "blank", "--seed", "one"], "seed"),
        (["run", "blank", "--seed", str(2**63)], "seed"),
        (["run", "blank", "--quarters", "0"], "quarters"),
        (["run", "blank", "--quarters", "99999999999"], "quarters"),
        (["run", "blank", "--panel-every", "-2"], "panel-every"),
        (["run", "blank", "--set", "frontier.obsolescense=0.1"], 'did you mean "frontier.obsolescence"'),
        (["run", "blank", "--set", "frontier.obsolescence=7"], "out of bounds"),
        (["run", "blank", "--set", "frontier.obsolescence=nan"], "out of bounds"),
        (["run", "blank", "--set", "frontier.obsolescence=much"], "not a number"),
        (["run", "blank", "--set", "switches.platform=maybe"], "not true or false"),
        (["run", "blank", "--set", "frontier.obsolescence"], "group.name=value"),
        (["run", "blank", "--out", "/dev/null"], "file"),
        (["run", "blank", "--out", "/proc/nothing/here"], "cannot write"),
        (["nonsense"], "No such command"),
        (["describe", "parametrs"], 'did you mean "parameters"'),
        (["describe", "parameters", "lerning"], 'did you mean "learning"'),
        (["describe", "columns", "actor"], ""),
        (["describe", "schedule", "zzz"], "no rule"),
        (["validate", "/no/such/file.toml"], ""),
        (["explain", "/no/such/run", "core 1"], "no run folder"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_bad_input_is_one_message_and_exit_2(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if arguments == ["describe", "columns", "actor"]:  # the beginning of one table is enough
        assert main(arguments) == 0
        return
    assert message in refused(arguments, capsys)
    assert not list(tmp_path.iterdir())


def test_unknown_actors_are_refused_with_an_offer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = str(load_run(folder).panel["name"].iloc[0])
    assert name in refused(["explain", str(folder), f"{name}x"], capsys)


# ------------------------------------------------------------------------------------- interruption and our bugs


def test_ctrl_c_leaves_nothing_and_exits_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.single_run.simulate", interrupt)
    assert main([*TINY, "--out", str(tmp_path / "run")]) == 130
    assert "Interrupted" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_our_bug_is_one_message_and_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by zero\nand a long story")

    monkeypatch.setattr("experiments.single_run.simulate", fail)
    assert main([*TINY, "--out", str(tmp_path / "run")]) == 1
    message = capsys.readouterr().err
    assert "ZeroDivisionError: by zero" in message
    assert "INNONET_TRACEBACK=1" in message
    assert "long story" not in message
    monkeypatch.setenv("INNONET_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main([*TINY, "--out", str(tmp_path / "run")])
    assert not list(tmp_path.iterdir())


def test_the_first_compilation_is_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("abm.kernel.is_cache_ready", lambda: False)
    assert main([*TINY, "--out", str(tmp_path / "run"), "--no-figures"]) == 0
    assert "Compiling the model once" in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------- other commands


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["scenarios"], ["equipment", "blank"]),
        (["describe", "parameters"], ["obsolescence", "uncertainty"]),
        (["describe", "parameters", "learning"], ["research_rate"]),
        (["describe", "columns", "ties"], ["trust", "source_uid"]),
        (["describe", "measures"], ["coupling_coordination_wang", "null when"]),
        (["describe", "measures", "money"], ["money_residual"]),
        (["describe", "schedule"], ["advance frontier", "One step is one quarter"]),
        (["describe", "schedule", "advance frontier"], ["Equation", "Off when"]),
        (["validate", "blank"], ["valid", "actors"]),
        (["--version"], ["innonet"]),
        (["--help"], ["innonet run equipment", "explain"]),
        (["run", "--help"], ["--seed", "--force"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_the_other_commands_say_what_they_should(
    arguments: list[str], parts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    said = capsys.readouterr().out
    for part in parts:
        assert part in said


def test_validate_says_what_was_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = nx.Graph([("a", "b"), ("b", "c"), ("c", "a")])
    nx.set_node_attributes(graph, {"a": "core_enterprise", "b": "sme", "c": "university"}, "kind")
    nx.write_graphml(graph, tmp_path / "three.graphml")
    assert main(["validate", str(tmp_path / "three.graphml")]) == 0
    said = capsys.readouterr().out
    assert "Filled in" in said
    assert "firm: 2" in said


def test_explain_tells_the_story_of_a_real_actor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uid = int(load_run(folder).panel["uid"].iloc[0])
    assert main(["explain", str(folder), str(uid)]) == 0
    said = capsys.readouterr().out
    for heading in ("Then and now", "Its gains in capability", "What happened", "Why it got where it is"):
        assert heading in said


def test_explain_works_on_a_made_up_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(synthetic.run_folder(tmp_path / "run")), "core 1"]) == 0
    assert "won a call for sensing" in capsys.readouterr().out


# --------------------------------------------------------------------------------------------------- start-up


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import experiments.command_line", "numpy numba pandas matplotlib mesa networkx scipy pyarrow"),
        ("from experiments.command_line import main; main(['--help'])", "numpy numba pandas matplotlib mesa networkx"),
        ("import experiments.single_run", "pandas matplotlib mesa networkx pyarrow igraph"),
        ("import analysis.load, analysis.summary, analysis.story", "matplotlib mesa numba networkx pandas"),
    ],
)
def test_heavy_libraries_are_imported_only_when_needed(code: str, heavy: str) -> None:
    check = f"{code}\nimport sys, json\nprint(json.dumps(sorted(set({heavy.split()!r}) & set(sys.modules))))"
    answer = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout.splitlines()[-1]) == []


def test_analysis_does_not_import_the_model() -> None:
    code = (
        "import analysis.figures, analysis.story, analysis.summary, sys\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'abm', 'experiments'}])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_tables_are_compressed_with_zstd(folder: Path) -> None:
    import pyarrow.parquet as pq

    group: Callable[[int], Any] = pq.ParquetFile(folder / "measures.parquet").metadata.row_group
    assert group(0).column(0).compression == "ZSTD"
    assert isinstance(pd.read_parquet(folder / "measures.parquet"), pd.DataFrame)
