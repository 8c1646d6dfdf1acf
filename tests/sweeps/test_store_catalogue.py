"""The catalogue: written whole or not, made again from the parts, in agreement with them."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from abm.errors import InputError
from analysis.load import FolderError
from analysis.schema import CATALOGUE, part_path
from analysis.store import open_store
from experiments.command_line import main
from experiments.sweep import migrations
from experiments.sweep.batch import make_store
from experiments.sweep.catalogue import Catalogue, CatalogueLost
from experiments.sweep.parts import StorageLost, part_names, write_parts
from tests.sweeps import stores


def same(folder: Path, a_plan: Any = None) -> None:
    """Fail unless reading the store gives every run once, in the order of the plan."""
    pd.testing.assert_frame_equal(open_store(folder).measures, stores.expected(a_plan))


def test_runs_wait_in_the_order_of_the_plan_until_they_are_recorded(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        assert catalogue.waiting() == runs
        catalogue.record(
            [stores.outcome(runs[1], "failed", error="ValueError: no", trace="line 1"), stores.outcome(runs[3], "late")]
        )
        catalogue.record(stores.done(tmp_path, runs[:1]))
        assert catalogue.counts() == {"waiting": 9, "done": 1, "failed": 1, "late": 1}
        assert catalogue.waiting() == [runs[2], *runs[4:]]
        assert catalogue.retry(["late"]) == 1
        assert catalogue.waiting() == runs[2:]
        assert catalogue.retry() == 1
        assert catalogue.waiting() == runs[1:]
    with pytest.raises(InputError, match=r"store already.*innonet resume"):
        Catalogue.create(tmp_path, stores.plan())


def test_the_stand_in_for_outcomes_is_like_them() -> None:
    from experiments.sweep.work import Outcome

    assert {each.name for each in dataclasses.fields(Outcome)} == set(vars(stores.outcome("a")))


def test_outcomes_are_recorded_all_or_none(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        with pytest.raises(InputError, match="NOT NULL"):
            catalogue.record([stores.outcome(runs[0], "failed"), stores.outcome(runs[1], None)])
        assert catalogue.counts() == {"waiting": 12}


def test_an_orphan_part_is_taken_in(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    stores.manifest(tmp_path)
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        catalogue.record(stores.done(tmp_path, runs[:3]))
        stores.done(tmp_path, runs[3:])  # written, then the driver was killed
        (note,) = catalogue.reconcile()
        assert note.startswith("9 runs that were done but not recorded")
        assert catalogue.counts() == {"done": 12}
        assert catalogue.reconcile() == []
    same(tmp_path)


def test_a_run_that_stands_in_two_parts_is_read_once(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    stores.store(tmp_path)
    stores.done(tmp_path, runs[2:7])
    raw = pd.concat([pd.read_parquet(path) for path in (tmp_path / "parts" / "measures").iterdir()])
    assert len(raw) == 17 * 4
    same(tmp_path)
    assert open_store(tmp_path).query("SELECT count(*) AS n FROM measures")["n"].tolist() == [48]
    with Catalogue.open(tmp_path) as catalogue:
        assert catalogue.reconcile() == []
    assert len(part_names(tmp_path)) == 4, "the part that adds nothing is removed"
    same(tmp_path)


def test_runs_half_in_an_orphan_are_read_once(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    stores.manifest(tmp_path)
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        catalogue.record(stores.done(tmp_path, runs[:8]))
        stores.done(tmp_path, runs[6:])
        catalogue.reconcile()
    same(tmp_path)


@pytest.mark.parametrize("table", ["measures", "events"])
@pytest.mark.parametrize("harm", ["truncate", "remove", "flip"])
def test_a_damaged_part_is_told_and_its_runs_wait_again(tmp_path: Path, table: str, harm: str) -> None:
    stores.store(tmp_path, with_events=True)
    runs = [each.run for each in stores.plan().runs]
    with Catalogue.open(tmp_path) as catalogue:
        part = next(name for name, held in catalogue.parts().items() if runs[3] in held)
        path = part_path(tmp_path, table, part)
        if harm == "truncate":
            path.write_bytes(path.read_bytes()[:-20])
        elif harm == "flip":
            content = bytearray(path.read_bytes())
            content[100] ^= 0xFF
            path.write_bytes(content)
        else:
            path.unlink()
        with pytest.raises(FolderError, match=rf"{part}.*innonet resume"):
            _ = getattr(open_store(tmp_path), table)
        (note,) = catalogue.reconcile()
        assert f"parts/{table}/{part}.parquet" in note
        assert "3 runs wait" in note
        assert catalogue.waiting() == runs[3:6]
        assert catalogue.reconcile() == []
        catalogue.record(stores.done(tmp_path, runs[3:6], with_events=True))
        assert catalogue.reconcile() == []
    same(tmp_path)
    assert len(open_store(tmp_path).events) == 24


@pytest.mark.parametrize("harm", ["delete", "truncate", "empty", "overwrite", "middle"])
def test_a_lost_catalogue_is_made_again_from_the_parts(tmp_path: Path, harm: str) -> None:
    stores.store(tmp_path)
    path = tmp_path / CATALOGUE
    content = bytearray(path.read_bytes())
    if harm == "delete":
        path.unlink()
    elif harm == "middle":
        content[4096:12288] = b"\xaa" * 8192
        path.write_bytes(content)
    else:
        path.write_bytes({"truncate": content[:5000], "empty": b"", "overwrite": b"x" * 9000}[harm])
    with pytest.raises(CatalogueLost, match="innonet resume"):
        Catalogue.open(tmp_path)
    catalogue, notes = Catalogue.restore(tmp_path, stores.plan())
    with catalogue:
        assert "made again" in notes[0]
        assert notes[1:] == ["12 runs that were done but not recorded were taken in from 4 parts"]
        assert catalogue.counts() == {"done": 12}
        assert (tmp_path / f"{CATALOGUE}.damaged").exists() == (harm != "delete")
    same(tmp_path)


def test_a_good_store_is_restored_without_a_word(tmp_path: Path) -> None:
    stores.store(tmp_path)
    catalogue, notes = Catalogue.restore(tmp_path, stores.plan())
    catalogue.close()
    assert notes == []


def test_a_foreign_part_is_left_alone(tmp_path: Path) -> None:
    stores.store(tmp_path)
    part = write_parts(tmp_path, {"measures": stores.measures(["f" * 32])})
    with Catalogue.open(tmp_path) as catalogue:
        (note,) = catalogue.reconcile()
    assert part in note
    assert "not in the plan" in note
    assert part in part_names(tmp_path)
    same(tmp_path)


def test_a_large_store_is_checked_in_seconds(tmp_path: Path) -> None:
    a_plan = stores.plan(500)
    stores.store(tmp_path, a_plan, chunk=5, quarters=40, columns=60)
    start = time.monotonic()
    with Catalogue.open(tmp_path) as catalogue:
        assert catalogue.reconcile() == []
    assert time.monotonic() - start < 10.0
    (tmp_path / CATALOGUE).unlink()
    catalogue, notes = Catalogue.restore(tmp_path, a_plan)
    catalogue.close()
    assert len(notes) == 2


# --------------------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--jobs", "2", "--cluster", "tcp://nowhere:1"], "--jobs is for this machine"),
        (["--fail-fast", "--max-failures", "3"], "--fail-fast stops at the first"),
    ],
)
def test_options_that_exclude_each_other_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    for command in (["sweep", "switches_factorial"], ["resume", str(tmp_path)], ["retry", str(tmp_path), "--failed"]):
        assert main([*command, *options]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("Error") == 1


def test_a_sweep_onto_a_run_folder_is_told_that_only_run_has_force(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"schema_version": 1, "run": "blank-1-abc"}))
    with pytest.raises(InputError, match="choose another with --out") as refused:
        make_store(stores.plan(), tmp_path)
    assert "only innonet run can replace it, with --force" in str(refused.value)


# --------------------------------------------------------------------------------------------------- versions


def test_a_store_of_another_version_is_refused_by_all(tmp_path: Path) -> None:
    stores.store(tmp_path)
    for version, remedy in ((99, "install the innonet that wrote it"), (None, "schema version None")):
        stores.manifest(tmp_path, version)
        for reads in (open_store, Catalogue.open):
            with pytest.raises(FolderError, match=remedy):
                reads(tmp_path)
    stores.manifest(tmp_path)
    same(tmp_path)


def test_an_older_store_is_brought_up_one_version_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 0, made up, called the state `done` `ok`."""
    stores.store(tmp_path)
    stores.manifest(tmp_path, 0)

    def ok(folder: Path, before: str, after: str) -> None:
        connection = sqlite3.connect(folder / CATALOGUE)
        connection.execute("UPDATE runs SET state = ? WHERE state = ?", (after, before))
        connection.commit()
        connection.close()

    ok(tmp_path, "done", "ok")
    with pytest.raises(FolderError, match="schema version 0"):
        Catalogue.open(tmp_path)
    monkeypatch.setitem(migrations.MIGRATIONS, 0, lambda folder: ok(folder, "ok", "done"))
    with pytest.raises(FolderError, match="innonet compact"):
        open_store(tmp_path)
    with Catalogue.open(tmp_path) as catalogue:
        assert catalogue.counts() == {"done": 12}
    assert json.loads((tmp_path / "manifest.json").read_text())["schema_version"] == 1
    same(tmp_path)


# --------------------------------------------------------------------------------------------- kills and storage

DRIVER = """
import sys
from pathlib import Path
from tests.sweeps import stores
from experiments.sweep.catalogue import Catalogue
folder, plan = Path(sys.argv[1]), stores.plan(150)
catalogue, _ = Catalogue.restore(folder, plan)
waiting = catalogue.waiting()
for start in range(0, len(waiting), 2):
    chunk = waiting[start:start + 2]
    catalogue.record(stores.done(folder, chunk))
    print(*chunk, sep="\\n", flush=True)
"""


def test_a_driver_killed_at_random_moments_goes_on_where_it_was(tmp_path: Path) -> None:
    chance = random.Random(2)
    a_plan = stores.plan(150)
    stores.manifest(tmp_path)
    Catalogue.create(tmp_path, a_plan).close()
    acknowledged: set[str] = set()
    for _ in range(12):
        command = [sys.executable, "-c", DRIVER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
            assert driver.stdout is not None
            acknowledged |= {driver.stdout.readline().strip() for _ in range(chance.randrange(1, 20))}
            time.sleep(chance.random() * 0.01)
            driver.send_signal(signal.SIGKILL)
            acknowledged |= set(driver.stdout.read().split())
        store = open_store(tmp_path)
        assert acknowledged <= set(store.runs.loc[store.runs["state"] == "done", "run"])
        pd.testing.assert_frame_equal(store.measures, stores.expected(only(a_plan, store.part_of)))
    assert 0 < len(acknowledged) < 300, "no kill fell into the work: the test does not test"
    subprocess.run([sys.executable, "-c", DRIVER, str(tmp_path)], check=True, stdout=subprocess.DEVNULL)
    same(tmp_path, a_plan)


def only(a_plan: Any, runs: Any) -> Any:
    """Return the plan with some of its runs only."""
    return type(a_plan)(runs=tuple(each for each in a_plan.runs if each.run in runs))


FILLER = """
import sys
from pathlib import Path
from tests.sweeps import stores
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.parts import StorageLost
folder, plan = Path(sys.argv[1]), stores.plan(400)
with Catalogue.open(folder) as catalogue:
    waiting = catalogue.waiting()
    try:
        for start in range(0, len(waiting), 20):
            catalogue.record(stores.done(folder, waiting[start:start + 20], quarters=80, columns=20))
            print(*waiting[start:start + 20], sep="\\n")
    except StorageLost as error:
        print(error, file=sys.stderr)
        sys.exit(4)
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with stores.disk(tmp_path / "disk", mib=2):
        yield tmp_path / "disk"


def test_a_full_disk_is_told_and_nothing_is_lost(small_disk: Path, tmp_path: Path) -> None:
    folder, a_plan = small_disk / "store", stores.plan(400)
    stores.manifest(folder)
    Catalogue.create(folder, a_plan).close()
    ended = subprocess.run([sys.executable, "-c", FILLER, str(folder)], capture_output=True, text=True, check=False)
    assert ended.returncode == 4, ended.stderr
    assert f'cannot write to the store "{folder}"' in ended.stderr
    assert "innonet resume" in ended.stderr
    acknowledged = set(ended.stdout.split())
    assert 0 < len(acknowledged) < 800
    store = open_store(folder)
    assert acknowledged <= set(store.part_of)
    pd.testing.assert_frame_equal(store.measures, stores.expected(only(a_plan, store.part_of), 80, 20))
    roomy = Path(shutil.copytree(folder, tmp_path / "roomy"))
    catalogue, _ = Catalogue.restore(roomy, a_plan)
    with catalogue:
        waiting = catalogue.waiting()
        assert not acknowledged & set(waiting)
        catalogue.record(stores.done(roomy, waiting, quarters=80, columns=20))
    pd.testing.assert_frame_equal(open_store(roomy).measures, stores.expected(a_plan, 80, 20))


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A store on a file system that is mounted for reading only (root may write into any folder)."""
    place = tmp_path / "shelf"
    stores.store(place)
    bind = ["mount", "--bind", str(place), str(place)]
    if shutil.which("mount") is None or subprocess.run(bind, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted read-only here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_read_only_store_can_be_read_and_refuses_to_be_written(read_only: Path) -> None:
    same(read_only)
    assert open_store(read_only).query("SELECT count(*) AS n FROM runs")["n"].tolist() == [12]
    with pytest.raises(StorageLost, match="read"):
        Catalogue.open(read_only)
    with pytest.raises(StorageLost, match="read-only file system"):
        write_parts(read_only, {"measures": stores.measures(["0" * 32])})
    with pytest.raises(StorageLost, match="read-only file system"):
        Catalogue.create(read_only / "new", stores.plan())
