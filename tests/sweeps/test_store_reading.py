"""Reading stores: sweeps, also while they run, and the folders of single runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import experiments
from analysis import tables
from analysis.load import FolderError, load_run
from analysis.schema import part_path
from analysis.store import Store, open_store
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.compaction import compact
from tests import synthetic
from tests.sweeps import stores


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in a folder whose name SQL and file patterns could take amiss; parts out of the order of the design."""
    place = tmp_path_factory.mktemp("stores") / "it's [1] *"
    runs = [each.run for each in stores.plan().runs]
    stores.manifest(place)
    with Catalogue.create(place, stores.plan()) as catalogue:
        for chunk in (runs[8:11], runs[0:3], [runs[7], runs[11]], runs[3:7]):
            catalogue.record(stores.done(place, chunk, with_events=True))
    return place


@pytest.fixture(scope="module")
def store(folder: Path) -> Store:
    return experiments.open_store(folder)


def test_runs_have_a_column_per_factor(store: Store) -> None:
    assert list(store.runs)[:7] == ["run", "point", "replicate", "block", "scenario", "seed", "quarters"]
    assert list(store.runs)[7:10] == ["policy.budget_share", "switches.platform", "state"]
    assert store.runs["policy.budget_share"].tolist() == [each.point / 10 for each in stores.plan().runs]
    assert store.runs["switches.platform"].dtype == bool
    assert "12 done" in repr(store)


def test_measures_come_in_the_order_of_the_design_whatever_the_order_of_parts(store: Store) -> None:
    pd.testing.assert_frame_equal(store.measures, stores.expected())


def test_events_keep_identities_of_64_bits(store: Store) -> None:
    assert store.events["uid"].unique().tolist() == [2**64 - 1]
    assert store.events["run"].drop_duplicates().tolist() == store.runs["run"].tolist()


def test_only_the_columns_asked_for_are_read(store: Store) -> None:
    assert store.arrow("measures", ["m1"]).column_names == ["run", "m1"]
    with pytest.raises(FolderError, match='no column "m11"; did you mean "m1"'):
        store.arrow("measures", ["m11"])
    with pytest.raises(FolderError, match="measures, events, panel"):
        store.arrow("mesures")


def test_a_table_the_design_does_not_keep_is_told(store: Store) -> None:
    with pytest.raises(FolderError, match="keeps no panel"):
        _ = store.panel


def test_queries_see_runs_and_tables(store: Store) -> None:
    found = store.query(
        'SELECT "switches.platform" AS has_platform, avg(m0) AS m0, count(*) AS n FROM measures '
        "JOIN runs USING (run) GROUP BY 1 ORDER BY 1"
    )
    means = stores.expected().merge(store.runs, on="run").groupby("switches.platform")["m0"].mean()
    np.testing.assert_allclose(found["m0"], means, rtol=1e-6)
    assert found["n"].tolist() == [24, 24]
    assert store.query("SELECT count(*) AS n FROM events WHERE kind = 'exit'")["n"].tolist() == [12]
    with pytest.raises(FolderError, match=r"(?s)mesures.*Tables: runs, measures, events"):
        store.query("SELECT * FROM mesures")


def test_polars_and_xarray_hold_the_same(store: Store) -> None:
    polars = pytest.importorskip("polars")
    frame = store.to_polars()
    assert frame["m1"].dtype == polars.Float32
    np.testing.assert_array_equal(frame["m1"].to_numpy(), stores.expected()["m1"])
    pytest.importorskip("xarray")
    data = store.to_xarray()
    assert dict(data.sizes) == {"run": 12, "region": 1, "quarter": 4}
    np.testing.assert_array_equal(data["m1"].values.ravel(), stores.expected()["m1"])
    assert data["policy.budget_share"].dims == ("run",)
    assert data["run"].values.tolist() == store.runs["run"].tolist()
    assert set(store.to_xarray(["m2"]).data_vars) == {"m2"}


def test_a_store_where_nothing_is_done_yet_can_be_read(tmp_path: Path) -> None:
    stores.manifest(tmp_path)
    Catalogue.create(tmp_path, stores.plan()).close()
    store = open_store(tmp_path)
    assert len(store.runs) == 12
    assert list(store.measures) == ["run", "region", "quarter"]
    assert store.query("SELECT count(*) AS n FROM measures")["n"].tolist() == [0]


def test_failures_come_with_inputs_and_traces(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    stores.manifest(tmp_path)
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        catalogue.record([stores.outcome(runs[2], "failed", error="ValueError: no", trace="Traceback")])
    (failure,) = open_store(tmp_path).failures
    assert (failure["run"], failure["error"], failure["trace"]) == (runs[2], "ValueError: no", "Traceback")
    assert failure["changes"] == {"policy.budget_share": 0.1, "switches.platform": False}


def test_a_factor_called_like_a_column_takes_its_place(tmp_path: Path) -> None:
    a_plan = stores.plan()
    for each in a_plan.runs:
        each.factors = {"scenario": "base", "regime": "strong" if each.point else "none"}
    stores.manifest(tmp_path)
    Catalogue.create(tmp_path, a_plan).close()
    runs = open_store(tmp_path).runs
    assert runs["scenario"].unique().tolist() == ["base"]
    assert runs["regime"].tolist() == ["none"] * 2 + ["strong"] * 10


# ------------------------------------------------------------------------------------------------ what is no store


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="there is no"):
        open_store(tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"no manifest\.json"):
        open_store(tmp_path)
    stores.manifest(tmp_path)
    with pytest.raises(FolderError, match=r"catalogue\.sqlite is missing.*innonet resume"):
        open_store(tmp_path)
    (tmp_path / "catalogue.sqlite").write_text("no database, but long enough to look at" * 100)
    with pytest.raises(FolderError, match=r"cannot be read.*innonet resume"):
        open_store(tmp_path)
    with pytest.raises(FolderError, match="read it with open_store"):
        load_run(tmp_path)


# -------------------------------------------------------------------------------------------------- single runs


def test_the_folder_of_a_run_is_a_store_with_one_run(tmp_path: Path) -> None:
    frame = synthetic.measures(12)
    frame.insert(0, "run", 0)
    frame.to_parquet(tmp_path / "measures.parquet")
    content = {"schema_version": 1, "run": "blank-7-abc", "seed": 7, "quarters": 12, "changes": {"a.b": 0.5}}
    (tmp_path / "manifest.json").write_text(json.dumps(content | {"scenario": {"name": "blank"}}))
    store = open_store(tmp_path)
    assert store.runs[["run", "scenario", "seed", "a.b", "state"]].to_numpy().tolist() == [
        ["blank-7-abc", "blank", 7, 0.5, "done"]
    ]
    assert store.measures["run"].unique().tolist() == ["blank-7-abc"]
    np.testing.assert_array_equal(store.measures["n_firms"], frame["n_firms"])
    found = store.query("SELECT seed, max(n_firms) AS n FROM measures JOIN runs USING (run) GROUP BY seed")
    assert found.to_numpy().tolist() == [[7, frame["n_firms"].max()]]
    with pytest.raises(FolderError, match=r"events\.parquet is missing$"):
        _ = store.events
    (tmp_path / "manifest.json").write_text(json.dumps(content | {"schema_version": 99}))
    with pytest.raises(FolderError, match="schema version 99"):
        open_store(tmp_path)


# ---------------------------------------------------------------------------------------------- while it changes

DRIVER = """
import sys, time
from pathlib import Path
from tests.sweeps import stores
from experiments.sweep.catalogue import Catalogue
folder, plan = Path(sys.argv[1]), stores.plan(100)
with Catalogue.open(folder) as catalogue:
    waiting = catalogue.waiting()
    for start in range(0, len(waiting), 2):
        catalogue.record(stores.done(folder, waiting[start:start + 2]))
        if start == 2:
            print("begun", flush=True)
        time.sleep(0.005)
"""


def test_a_store_is_read_while_a_driver_writes(tmp_path: Path) -> None:
    a_plan = stores.plan(100)
    stores.manifest(tmp_path)
    Catalogue.create(tmp_path, a_plan).close()
    frame = stores.expected(a_plan)
    seen: list[int] = []
    with subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path)], stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        driver.stdout.readline()
        while driver.poll() is None:
            store = open_store(tmp_path)
            expected = frame[frame["run"].isin(list(store.part_of))].reset_index(drop=True)
            pd.testing.assert_frame_equal(store.measures, expected)
            seen.append(len(store.part_of))
        assert driver.returncode == 0
    assert len(set(seen)) > 2, "the driver was too quick: the test does not test"
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, frame)


def test_a_store_opened_before_a_compaction_is_read_after_it(tmp_path: Path) -> None:
    stores.store(tmp_path)
    opened = [open_store(tmp_path) for _ in range(2)]
    compact(tmp_path)
    pd.testing.assert_frame_equal(opened[0].measures, stores.expected())
    assert opened[1].query("SELECT count(*) AS n FROM measures")["n"].tolist() == [48]


def test_a_part_that_goes_while_others_are_read_is_found_again(tmp_path: Path) -> None:
    stores.store(tmp_path)
    batches = open_store(tmp_path).batches("measures")
    first = next(batches)
    compact(tmp_path)
    rest = list(batches)
    runs: list[Any] = [run for each in (first, *rest) for run in each["run"].to_pylist()]
    assert len(runs) == 48
    assert len(set(runs)) == 12


def test_a_part_with_a_wrong_byte_is_not_read_as_if_it_were_good(tmp_path: Path) -> None:
    stores.store(tmp_path)
    store = open_store(tmp_path)
    path = part_path(tmp_path, "measures", str(store.runs["part"][0]))
    content = bytearray(path.read_bytes())
    content[100] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(FolderError, match=r"cannot be read.*innonet resume") as read:
        _ = store.measures
    for _ in range(2):
        with pytest.raises(FolderError) as asked:
            store.query("SELECT avg(m0) FROM Measures")
        assert str(asked.value) == str(read.value)
    assert store.query("SELECT count(*) AS n FROM runs")["n"].tolist() == [12], "no part is asked for"


def test_parts_are_compared_with_their_checksums_once_per_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.store(tmp_path, with_events=True)
    store = open_store(tmp_path)
    seen: list[Path] = []
    read = tables.read_pages

    def told(piece: tables.Piece) -> list[str]:
        seen.append(piece.path)
        return read(piece)

    monkeypatch.setattr(tables, "read_pages", told)
    for _ in range(2):
        assert store.query("SELECT count(*) AS n FROM measures")["n"].tolist() == [48]
    assert sorted(seen) == sorted((tmp_path / "parts" / "measures").iterdir())


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "is empty"),
        (" ; ", "is empty"),
        ("-- hi", "is empty"),
        ("SELECT 1; SELECT 2", "has 2 statements"),
        ("COPY runs TO '{}'", "SELECT.*this one is COPY"),
        ("CREATE TABLE t AS SELECT 1", "SELECT.*this one is CREATE"),
        ("SET threads = 1", "SELECT.*this one is SET"),
        ("SELECT FROM WHERE", "(?i)syntax error"),
    ],
)
def test_only_one_query_that_finds_rows_is_answered(store: Store, tmp_path: Path, sql: str, message: str) -> None:
    with pytest.raises(FolderError, match=message):
        store.query(sql.format(tmp_path / "copy.csv"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sql", ["SELECT 1 AS n;", "-- one\nWITH a AS (SELECT 1 AS n) FROM a", "VALUES (1)"])
def test_queries_may_be_written_in_several_ways(store: Store, sql: str) -> None:
    assert store.query(sql).to_numpy().tolist() == [[1]]
