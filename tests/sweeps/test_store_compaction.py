"""Compaction: fewer files, the same rows, at whatever moment it is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from abm.errors import InputError
from analysis.schema import part_path
from analysis.store import open_store
from experiments.command_line import main
from experiments.sweep.catalogue import Catalogue, CatalogueLost
from experiments.sweep.compaction import compact
from experiments.sweep.export import export_runs
from experiments.sweep.lock import held
from experiments.sweep.parts import part_names
from tests.sweeps import stores


def test_parts_become_one_with_the_same_rows(tmp_path: Path) -> None:
    stores.store(tmp_path, with_events=True)
    events = open_store(tmp_path).events
    export_runs(tmp_path)
    done = compact(tmp_path)
    assert (done.files_before, done.files_after, done.notes) == (8, 2, ())
    assert 0 < done.mib_after < done.mib_before
    assert part_names(tmp_path) == part_names(tmp_path, "events")
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected())
    pd.testing.assert_frame_equal(open_store(tmp_path).events, events)
    with Catalogue.open(tmp_path) as catalogue:
        assert catalogue.reconcile() == []
    assert set(pd.read_parquet(tmp_path / "runs.parquet")["part"]) == part_names(tmp_path)
    assert compact(tmp_path).files_after == 2


def test_no_part_grows_much_beyond_the_target(tmp_path: Path) -> None:
    stores.store(tmp_path, stores.plan(60), chunk=2)
    size = max(path.stat().st_size for path in (tmp_path / "parts" / "measures").iterdir())
    done = compact(tmp_path, 10.5 * size / 2**20)
    assert 5 <= done.files_after <= 7
    assert max(path.stat().st_size for path in (tmp_path / "parts" / "measures").iterdir()) <= 11 * size
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected(stores.plan(60)))


def test_rows_that_stand_twice_are_dropped(tmp_path: Path) -> None:
    runs = [each.run for each in stores.plan().runs]
    stores.manifest(tmp_path)
    with Catalogue.create(tmp_path, stores.plan()) as catalogue:
        catalogue.record(stores.done(tmp_path, runs[:8]))
        stores.done(tmp_path, runs[6:])
    assert "4 runs that were done" in compact(tmp_path).notes[0]
    (part,) = part_names(tmp_path)
    assert len(pd.read_parquet(part_path(tmp_path, "measures", part))) == 48
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected())


def test_a_part_with_a_wrong_byte_is_set_aside_and_the_rest_merged(tmp_path: Path) -> None:
    stores.store(tmp_path)
    part = str(open_store(tmp_path).runs["part"][0])
    path = part_path(tmp_path, "measures", part)
    content = bytearray(path.read_bytes())
    content[100] ^= 0xFF
    path.write_bytes(content)
    done = compact(tmp_path)
    assert f"{part}.parquet cannot be read" in done.notes[0]
    assert "3 runs wait" in done.notes[0]
    assert done.files_after == 1
    store = open_store(tmp_path)
    assert store.runs["state"].tolist() == ["waiting"] * 3 + ["done"] * 9
    pd.testing.assert_frame_equal(store.measures, stores.expected()[12:].reset_index(drop=True))


def test_a_part_that_stands_alone_is_checked_to_the_last_byte(tmp_path: Path) -> None:
    stores.store(tmp_path, chunk=12)
    (part,) = part_names(tmp_path)
    path = part_path(tmp_path, "measures", part)
    content = bytearray(path.read_bytes())
    content[100] ^= 0xFF
    path.write_bytes(content)
    assert "12 runs wait" in compact(tmp_path).notes[0]
    assert open_store(tmp_path).runs["state"].unique().tolist() == ["waiting"]


def test_what_is_no_store_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"schema_version": 1, "run": "blank-1-abc"}')
    (tmp_path / "other").mkdir()
    for name, message in {"run": "a single run", "other": "no manifest.json", "nowhere": "there is no"}.items():
        assert main(["compact", str(tmp_path / name)]) == 2
        assert message in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["manifest.json"]
    assert not list((tmp_path / "other").iterdir())
    assert not (tmp_path / "nowhere").exists()


def test_a_store_at_work_and_a_store_without_catalogue_are_refused(tmp_path: Path) -> None:
    stores.store(tmp_path)
    holder = "import sys,time; from pathlib import Path; from experiments.sweep.lock import held\n" + (
        "with held(Path(sys.argv[1]), purpose='sweep'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(InputError, match="in use"):
            compact(tmp_path)
        other.kill()
    (tmp_path / "catalogue.sqlite").unlink()
    with pytest.raises(CatalogueLost, match="innonet resume"):
        compact(tmp_path)
    assert len(part_names(tmp_path)) == 4
    with held(tmp_path, purpose="sweep"):  # the lock was given back
        pass


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stores.store(tmp_path)
    assert main(["compact", str(tmp_path)]) == 0
    assert "4 files of 0.0 MiB are now 1 of 0.0 MiB." in capsys.readouterr().out
    assert main(["compact", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_compaction_for_which_there_is_no_room_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stores.disk(tmp_path / "disk", mib=1.5):
        folder = tmp_path / "disk" / "store"
        runs = [each.run for each in stores.plan(60).runs]
        stores.manifest(folder)
        with Catalogue.create(folder, stores.plan(60)) as catalogue:
            for start in range(0, 120, 10):
                catalogue.record(stores.done(folder, runs[start : start + 10], quarters=120, columns=16))
        assert main(["compact", str(folder)]) == 4
        assert "no space left on device" in capsys.readouterr().err
        assert len(part_names(folder)) == 12
        assert not list((folder / "parts" / ".tmp").iterdir())
        pd.testing.assert_frame_equal(open_store(folder).measures, stores.expected(stores.plan(60), 120, 16))


COMPACTOR = """
import sys
from experiments.sweep import compaction
save = compaction.save
def told(*arguments):
    print("saving", flush=True)
    return save(*arguments)
compaction.save = told
compaction.compact(sys.argv[1], float(sys.argv[2]))
"""


def test_a_compaction_killed_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(3)
    a_plan = stores.plan(120)
    stores.store(tmp_path, a_plan, chunk=2)
    files = [len(part_names(tmp_path))]
    for turn in range(8):
        command = [sys.executable, "-c", COMPACTOR, str(tmp_path), str(0.02 * (turn + 1))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as compactor:
            assert compactor.stdout is not None
            for _ in range(chance.randrange(1, 4)):
                compactor.stdout.readline()
            time.sleep(chance.random() * 0.02)
            compactor.send_signal(signal.SIGKILL)
        pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected(a_plan))
        files.append(len(part_names(tmp_path)))
    assert len(set(files)) > 2, "no kill fell into the work: the test does not test"
    compact(tmp_path)
    assert len(part_names(tmp_path)) == 1
    assert not list((tmp_path / "parts" / ".damaged").glob("*"))
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected(a_plan))


@pytest.mark.parametrize("call", range(12))
def test_a_compaction_that_dies_at_any_of_its_steps_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Every step that changes the disk is in turn the one that is not reached."""
    stores.store(tmp_path, with_events=True)
    calls = 0

    def dying(real: object) -> object:
        def step(*arguments: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls > call:
                raise KeyboardInterrupt
            return real(*arguments, **options)  # type: ignore[operator]

        return step

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    monkeypatch.setattr(Catalogue, "move", dying(Catalogue.move))
    with suppress(KeyboardInterrupt):
        compact(tmp_path)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected())
    assert len(open_store(tmp_path).events) == 24
    assert compact(tmp_path).notes == ()
    assert len(part_names(tmp_path)) == len(part_names(tmp_path, "events")) == 1
    pd.testing.assert_frame_equal(open_store(tmp_path).measures, stores.expected())
