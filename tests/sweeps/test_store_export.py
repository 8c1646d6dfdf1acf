"""Export: runs, measures with their factors, and the data dictionary, for other programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.schema import part_path
from analysis.store import open_store
from experiments.command_line import main
from experiments.sweep import export
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.export import export_runs
from tests.sweeps import stores


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return stores.store(tmp_path / "store")


@pytest.mark.parametrize("form", ["csv", "excel", "parquet"])
def test_an_export_holds_runs_and_measures_with_factors(store: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    assert main(["export", str(store), "--format", form, "--out", str(out)]) == 0
    ending = "parquet" if form == "parquet" else "csv"
    assert {path.name for path in out.iterdir()} == {f"runs.{ending}", f"measures.{ending}", "dictionary.csv"}

    def read(name: str) -> pd.DataFrame:
        path = out / f"{name}.{ending}"
        if form == "parquet":
            return pd.read_parquet(path)
        assert path.read_bytes().startswith(b"\xef\xbb\xbf") == (form == "excel")
        return pd.read_csv(path, encoding="utf-8-sig")

    measures, expected = read("measures"), stores.expected()
    assert len(read("runs")) == 12
    assert list(measures)[:3] == ["run", "point", "replicate"]
    pd.testing.assert_frame_equal(measures[list(expected)], expected, check_dtype=False)
    assert (measures["policy.budget_share"] == measures["point"] / 10).all()
    assert (measures["switches.platform"] == (measures["point"] % 2 == 0)).all()


@pytest.mark.parametrize(("form", "is_told"), [("csv", True), ("excel", True), ("parquet", False)])
def test_a_table_too_long_for_excel_is_told(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str,
    is_told: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(export, "EXCEL_LINES", 48)  # the measures have 48 rows and a heading
    assert main(["export", str(store), "--format", form, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert ("Note: measures.csv has 48 rows; Excel shows the first 47." in said) == is_told
    assert "runs." not in said
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_the_dictionary_explains_every_column(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["export", str(store), "--out", str(out)]) == 0
    rows = pd.read_csv(out / "dictionary.csv", keep_default_na=False).set_index(["table", "column"])
    for table in ("runs", "measures"):
        described = set(rows.loc[table].index)
        assert set(pd.read_csv(out / f"{table}.csv", nrows=1)) <= described | set(rows.loc["runs"].index)
    share = rows.loc[("runs", "policy.budget_share")]
    assert share["meaning"]
    assert " to " in share["bounds"]
    path = rows.loc[("measures", "dominant_path")]
    assert path["meaning"]
    assert path["formula"]
    assert rows.loc[("measures", "quarter"), "unit"] == "quarter"
    assert all(rows.loc[("runs", name), "meaning"] for name in rows.loc["runs"].index)


def test_a_query_is_printed_or_written(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT point, count(*) AS n FROM measures JOIN runs USING (run) GROUP BY point ORDER BY point"
    assert main(["export", str(store), "--sql", sql]) == 0
    printed = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert printed["n"].tolist() == [8] * 6
    assert main(["export", str(store), "--sql", sql, "--out", str(tmp_path), "--format", "parquet"]) == 0
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "query.parquet"), printed, check_dtype=False)


def test_bad_input_is_told(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = {
        ("--format", "parket"): 'did you mean "parquet"',
        ("--sql", "SELECT nothing FROM runs"): "nothing",
        ("--out", str(store / "manifest.json" / "x")): "cannot write",
    }
    for options, message in cases.items():
        assert main(["export", str(store), *options]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert "Traceback" not in error
    assert main(["export", str(tmp_path / "nowhere")]) == 2


def test_files_in_the_way_are_replaced_by_force_only(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(store)]) == 0
    old = (store / "export" / "runs.csv").read_bytes()
    (store / "export" / "runs.csv").write_text("mine")
    assert main(["export", str(store)]) == 2
    assert "--force" in capsys.readouterr().err
    assert (store / "export" / "runs.csv").read_text() == "mine"
    assert main(["export", str(store), "--force"]) == 0
    assert (store / "export" / "runs.csv").read_bytes() == old


@pytest.mark.parametrize("force", [False, True])
def test_an_export_that_fails_changes_nothing(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], force: bool
) -> None:
    out = tmp_path / "out"
    if force:
        assert main(["export", str(store), "--out", str(out)]) == 0
    out.mkdir(exist_ok=True)
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    path = part_path(store, "measures", str(open_store(store).runs["part"].iloc[-1]))
    content = bytearray(path.read_bytes())
    content[100] ^= 0xFF
    path.write_bytes(content)
    assert main(["export", str(store), "--out", str(out), *["--force"][: int(force)]]) == 2
    assert "innonet resume" in capsys.readouterr().err
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == before


def test_a_folder_in_the_way_of_a_file_is_told_before_anything_is_replaced(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(store)]) == 0
    (store / "export" / "dictionary.csv").unlink()
    (store / "export" / "dictionary.csv").mkdir()
    (store / "export" / "runs.csv").write_text("mine")
    assert main(["export", str(store), "--force"]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert (store / "export" / "runs.csv").read_text() == "mine"


def test_an_empty_query_is_told(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for sql in ("", ";", "-- hi"):
        assert main(["export", str(store), "--sql", sql]) == 2
        told = capsys.readouterr()
        assert "the query is empty" in told.err
        assert told.out == ""


def test_a_store_that_is_not_done_is_exported_as_far_as_it_is(tmp_path: Path) -> None:
    stores.manifest(tmp_path)
    Catalogue.create(tmp_path, stores.plan()).close()
    assert main(["export", str(tmp_path)]) == 0
    assert len(pd.read_csv(tmp_path / "export" / "runs.csv")) == 12
    assert len(pd.read_csv(tmp_path / "export" / "measures.csv")) == 0


def test_catalogue_and_failures_are_left_beside_the_parts(store: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    with Catalogue.open(store) as catalogue:
        catalogue.record([stores.outcome(runs[0], "failed", error="ValueError: nö", trace="a\nb")])
    export_runs(store)
    frame = pd.read_parquet(store / "runs.parquet")
    assert frame["state"].value_counts().to_dict() == {"done": 11, "failed": 1}
    assert frame["policy.budget_share"].tolist() == [each.point / 10 for each in stores.plan().runs]
    (line,) = (store / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["error"] == "ValueError: nö"
    assert json.loads(line)["trace"] == "a\nb"
