"""Damage anywhere in a store or a run folder is found and told, and what can be is done again."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.load import FolderError, load_run
from analysis.schema import CATALOGUE, TABLES, part_path
from analysis.store import open_store
from experiments.command_line import main
from experiments.sweep.catalogue import Catalogue, CatalogueLost
from experiments.sweep.lock import held
from experiments.sweep.parts import part_names
from tests.sweeps import stores
from tests.sweeps.sweeping import content, plan_of, swept


def flip(path: Path, place: int) -> None:
    wrong = bytearray(path.read_bytes())
    wrong[place] ^= 0x10
    path.write_bytes(wrong)


def places(path: Path, number: int) -> list[int]:
    """Places all over a file: its ends, what lies between, and many near the end, where the footer is."""
    size, chance = path.stat().st_size, random.Random(path.name)
    return [0, size - 1, *chance.sample(range(size), number), *chance.sample(range(size * 2 // 3, size), number)]


# ---------------------------------------------------------------------------------------------------- a sweep


def test_whatever_byte_of_a_part_is_wrong_it_is_told_by_every_reader_and_done_again(tmp_path: Path) -> None:
    stores.store(tmp_path, with_events=True)
    runs = [each.run for each in stores.plan().runs]
    for table in ("measures", "events"):
        part = str(open_store(tmp_path).runs["part"][4])
        for place in places(part_path(tmp_path, table, part), 8):
            path = part_path(tmp_path, table, part)
            flip(path, place)
            store = open_store(tmp_path)
            with pytest.raises(FolderError, match=rf"{part}.*innonet resume"):
                list(store.batches(table, ["quarter"]))
            with pytest.raises(FolderError, match=rf"{part}.*innonet resume"):
                store.query(f"SELECT count(*) FROM {table}")
            with Catalogue.open(tmp_path) as catalogue:
                (note,) = catalogue.reconcile()
                assert f"{part}.parquet cannot be read" in note
                assert catalogue.waiting() == runs[3:6], f"byte {place} of {table}"
                catalogue.record(stores.done(tmp_path, runs[3:6], with_events=True))
            assert part in part_names(tmp_path), "the same runs make the same part again"
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected())


def test_a_sweep_with_a_wrong_byte_is_mended_by_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "store"
    assert swept(folder, plan_of(20)) == 0
    before = content(folder)
    path = next((folder / "parts" / "measures").iterdir())
    flip(path, path.stat().st_size - 12)
    assert main(["status", str(folder)]) == 0
    assert "But:" not in capsys.readouterr().out
    assert main(["status", str(folder), "--check"]) == 0
    assert f"{path.name} cannot be read" in capsys.readouterr().out
    assert main(["resume", str(folder), "--jobs", "2"]) == 0
    assert f"Note: parts/measures/{path.name} cannot be read" in capsys.readouterr().err
    assert content(folder) == before


# --------------------------------------------------------------------------------------------------- catalogue

CHANGES = {
    "a state there is not": "UPDATE runs SET state = 'dome' WHERE rowid = 2",
    "a seed": "UPDATE runs SET seed = 99 WHERE rowid = 2",
    "an identity": "UPDATE runs SET run = replace(run, 'a', 'b') WHERE rowid = 2",
    "a factor": "UPDATE runs SET factors = replace(factors, '0.1', '0.9')",
    "a run less": "DELETE FROM runs WHERE rowid = 2",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_catalogue_that_says_what_the_design_does_not_is_made_again(tmp_path: Path, change: str) -> None:
    stores.store(tmp_path)
    with sqlite3.connect(tmp_path / CATALOGUE) as connection:
        connection.execute(change)
    connection.close()
    with Catalogue.open(tmp_path) as catalogue, pytest.raises(CatalogueLost, match="does not say what the design"):
        catalogue.check(stores.plan())
    catalogue, notes = Catalogue.restore(tmp_path, stores.plan())
    catalogue.close()
    assert notes[0] == "the catalogue was made again from the parts"
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected())
    assert open_store(tmp_path).runs["seed"].tolist() == [each.seed for each in stores.plan().runs]


def status(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["status", str(folder)]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("But:")]


def test_status_says_where_the_catalogue_is_behind_the_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [each.run for each in stores.plan().runs]
    stores.manifest(tmp_path)
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        catalogue.record(stores.done(tmp_path, runs[:3]))
        assert status(tmp_path, capsys) == []
        new = stores.done(tmp_path, runs[3:8])[0].part  # written, then the driver was killed
        (said,) = status(tmp_path, capsys)
        assert f"lacks part {new} of 5 runs" in said
        assert f"innonet resume {tmp_path}" in said
        with held(tmp_path, purpose="sweep"):
            assert status(tmp_path, capsys) == [], "a part is there a moment before it is recorded"
        assert catalogue.counts() == {"waiting": 9, "done": 3}, "status changes nothing"
        catalogue.reconcile()
        assert status(tmp_path, capsys) == []
        part_path(tmp_path, "measures", new).unlink()
        (said,) = status(tmp_path, capsys)
        assert f"5 runs that count as done are gone with part {new}" in said


# ------------------------------------------------------------------------------------------------ a run folder


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    words = ["run", "blank", "--quarters", "4", "--no-figures", "--quiet", "--out", str(folder)]
    assert main(words) == 0
    return folder


READERS: dict[str, Callable[[Path], object]] = {
    "measures.parquet": lambda folder: load_run(folder).measures,
    "panel.parquet": lambda folder: load_run(folder).panel,
    "events.parquet": lambda folder: load_run(folder).events,
    "stages.parquet": lambda folder: load_run(folder).stages,
    "chains.parquet": lambda folder: load_run(folder).chains,
    "network.graphml": lambda folder: load_run(folder).graph,
}


@pytest.mark.parametrize("name", READERS)
def test_whatever_byte_of_a_run_folder_is_wrong_it_is_told(run_folder: Path, name: str) -> None:
    path = run_folder / name
    good = path.read_bytes()
    for place in places(path, 12):
        flip(path, place)
        with pytest.raises(FolderError, match=rf"{name}: cannot be read.*make the run again: innonet run blank"):
            READERS[name](run_folder)
        if path.stem in TABLES:
            store = open_store(run_folder)
            with pytest.raises(FolderError, match=f"{name}: cannot be read"):
                store.arrow(path.stem)
            with pytest.raises(FolderError, match=f"{name}: cannot be read"):
                store.query(f"SELECT count(*) FROM {path.stem}")
        path.write_bytes(good)
    assert READERS[name](run_folder) is not None


def test_a_run_folder_without_checksums_is_read(run_folder: Path, tmp_path: Path) -> None:
    import json
    import shutil

    shutil.copytree(run_folder, tmp_path / "old")
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text())
    assert sorted(manifest.pop("checksums")) == sorted(READERS)
    (tmp_path / "old" / "manifest.json").write_text(json.dumps(manifest))
    pd.testing.assert_frame_equal(load_run(tmp_path / "old").measures, load_run(run_folder).measures)
    assert len(open_store(tmp_path / "old").measures) == 4
