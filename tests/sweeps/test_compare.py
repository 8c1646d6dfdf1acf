"""``innonet compare``: two worlds run and compared, stores compared, and how it refuses."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from abm.measures import MEASURES
from analysis.effect_table import HEADLINES
from experiments.command_line import main
from experiments.comparison import folder_of, two_worlds
from tests import synthetic
from tests.sweeps import stores

WORLDS = ["compare", "blank", "--set", "policy.budget_share=0.3", "--seeds", "3", "--quarters", "2", "--jobs", "1"]


def switched(place: Path, replicates: int = 4) -> Path:
    """A store of one switch, off at point 1."""
    plan = stores.plan(points=2, replicates=replicates)
    for run in plan.runs:
        run.factors = {"switches.platform": run.point == 0}
    return stores.store(place, plan)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return " ".join(captured.err.split())


# ------------------------------------------------------------------------------------------------- two worlds


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pairs of the smallest region, really run."""
    place = tmp_path_factory.mktemp("compare") / "out"
    assert main([*WORLDS, "--out", str(place), "--quiet"]) == 0
    return place


def test_two_worlds_are_run_and_compared(worlds: Path) -> None:
    found = pd.read_csv(worlds / "effects.csv").set_index("measure")
    assert list(found.index) == list(HEADLINES)
    assert (found["pairs"] + found["dropped"] == 3).all()
    assert found.loc["value_added", "unit"] == "million yuan per quarter"
    assert found.loc["factor_index", "correlation"] > 0.9
    assert (worlds / "effects.png").stat().st_size > 10_000
    assert (worlds / "effects.svg").is_file()
    assert not list(worlds.glob(".effects-*"))


def test_the_differences_are_those_of_single_runs(worlds: Path) -> None:
    from abm import simulate

    runs = [simulate("blank", seed=2, quarters=2, panel_every=0, changes=c) for c in ({}, {"policy.budget_share": 0.3})]
    base, changed = (run.measures["value_added"].iloc[-1] for run in runs)
    from analysis.store import open_store

    store = open_store(worlds)
    both = store.measures.merge(store.runs[["run", "seed", "point"]], on="run")
    mine = both[(both["seed"] == 2) & (both["quarter"] == 2)].sort_values("point")["value_added"]
    assert mine.tolist() == pytest.approx([base, changed], rel=1e-6)


def test_the_same_command_again_runs_nothing_and_shows_the_table(
    worlds: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = sorted((worlds / "parts" / "measures").iterdir())
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*WORLDS, "--out", str(worlds), "--measures", "n_firms,sales", "--at", "mean"]) == 0
    said = capsys.readouterr().out
    assert sorted((worlds / "parts" / "measures").iterdir()) == parts
    for words in ("blank, 3 seeds (mean over the quarters)", "as it is -> policy.budget_share = 0.3", "sales, m yuan"):
        assert words in said
    assert max(len(line) for line in said.splitlines()) <= 80
    assert "Store:" not in said


def test_a_folder_with_other_runs_is_refused(worlds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = ["compare", "blank", "--set", "policy.budget_share=0.4", "--quarters", "2", "--out", str(worlds)]
    assert "holds other runs" in refused(other, capsys)


def test_other_changes_have_another_folder() -> None:
    places = {
        folder_of(two_worlds("blank", {"policy.budget_share": share}, seeds=2, quarters=2)) for share in (0.3, 0.4)
    }
    assert len(places) == 2


def test_changes_that_change_nothing_are_refused() -> None:
    from abm import Scenario
    from abm.errors import InputError

    now = Scenario.load("blank").parameters.policy.budget_share
    with pytest.raises(InputError, match="is so already"):
        two_worlds("blank", {"policy.budget_share": now}, seeds=2, quarters=2)


def test_failed_runs_are_told_and_exit_3(
    worlds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = shutil.copytree(worlds, tmp_path / "store")
    with closing(sqlite3.connect(place / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE runs SET state = 'failed' WHERE point = 1 AND seed = 3")
    monkeypatch.setattr("experiments.comparison.run_worlds", lambda *_, **__: 3)
    assert main([*WORLDS, "--out", str(place)]) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "changed world without measures (not yet done, or failed): 1" in said
    assert pd.read_csv(place / "effects.csv")["pairs"].max() == 2


def test_an_interrupted_comparison_shows_nothing_and_exits_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.comparison.run_worlds", lambda *_, **__: 130)
    assert main([*WORLDS, "--out", str(tmp_path / "x")]) == 130
    assert capsys.readouterr().out == ""


# ------------------------------------------------------------------------------------------------------ stores


def test_a_switch_of_a_store_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = switched(tmp_path / "store")
    out = tmp_path / "out"
    assert main(["compare", str(place), "--by", "switches.platform", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "switches.platform: off -> on" in said
    assert "(quarter 4)" in said
    found = pd.read_csv(out / "effects.csv").set_index("measure")
    plan = stores.plan(points=2, replicates=4)
    values = [stores.measures([run.run for run in plan.runs if run.point == point]) for point in (1, 0)]
    off, on = (frame.loc[frame["quarter"] == 4, "m1"].mean() for frame in values)
    assert found.loc["m1", "difference"] == pytest.approx(on - off, rel=1e-5)
    assert main(["compare", str(place), "--by", "switches.platform", "--base", "on", "--out", str(out)]) == 0
    assert pd.read_csv(out / "effects.csv").set_index("measure").loc["m1", "difference"] == pytest.approx(off - on)


def test_two_stores_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = switched(tmp_path / "one")
    command = ["compare", str(one), str(one), "--out", str(tmp_path / "out"), "--measures", "all"]
    assert main(command) == 0
    found = pd.read_csv(tmp_path / "out" / "effects.csv")
    assert found["measure"].tolist() == ["m0", "m1", "m2"]
    assert found["difference"].tolist() == [0.0, 0.0, 0.0]
    capsys.readouterr()


def test_two_run_folders_are_one_pair_and_an_anecdote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, without = (synthetic.run_folder(tmp_path / name) for name in ("base", "without"))
    for folder in (base, without):
        synthetic.measures(8).assign(run=0).to_parquet(folder / "measures.parquet")
    assert main(["compare", str(base), str(without), "--out", str(tmp_path / "out")]) == 0
    assert "One seed is an anecdote" in capsys.readouterr().out
    found = pd.read_csv(tmp_path / "out" / "effects.csv")
    assert found["method"].unique().tolist() == ["none"]
    assert found["difference"].unique().tolist() == [0.0]


# --------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["blank"], "for instance: --set"),
        (["equipmant", "--set", "policy.budget_share=0.3"], 'did you mean "equipment"'),
        (["blank", "--set", "policy.budget_shar=0.3"], 'did you mean "policy.budget_share"'),
        (["blank", "--set", "policy.budget_share=30"], "out of bounds"),
        (["blank", "--set", "policy.budget_share=0.3", "--seeds", "0"], "--seeds"),
        (["blank", "--set", "policy.budget_share=0.3", "--by", "x.y"], "give one"),
        (["blank", "--set", "policy.budget_share=0.3", "--measures", "n_firm"], 'did you mean "n_firms"'),
        (["blank", "--set", "policy.budget_share=0.3", "--measures", "dominant_path"], "is a text"),
        (["blank", "--set", "policy.budget_share=0.3", "--quarters", "2", "--at", "9"], "--at 9"),
        (["blank", "--set", "policy.budget_share=0.3", "--at", "first"], "--at first"),
        (["STORE"], "--by one of switches.platform"),
        (["STORE", "--by", "switches.guidance"], 'does not vary "switches.guidance"'),
        (["STORE", "--by", "switches.platform", "--base", "7"], "never 7"),
        (["STORE", "--by", "switches.platform", "--measures", "m9"], "was not recorded"),
        (["STORE", "STORE", "--by", "switches.platform"], "leave out --by"),
        (["nowhere", "--by", "switches.platform"], "there is no"),
        (["STORE", "nowhere"], "there is no"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_bad_input_is_one_message_before_anything_runs(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = switched(tmp_path / "store")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.comparison.run_worlds", lambda *_, **__: pytest.fail("it ran"))
    assert message in refused(["compare", *(str(place) if each == "STORE" else each for each in arguments)], capsys)
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def test_the_headlines_are_measures_that_are_numbers() -> None:
    assert all(name in MEASURES and not MEASURES[name].is_text for name in HEADLINES)


def test_a_store_with_nothing_done_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from experiments.sweep.catalogue import Catalogue

    stores.manifest(tmp_path / "store")
    plan = stores.plan(points=2)
    Catalogue.create(tmp_path / "store", SimpleNamespace(runs=plan.runs)).close()
    assert "no run is done yet" in refused(["compare", str(tmp_path / "store"), "--by", "switches.platform"], capsys)
