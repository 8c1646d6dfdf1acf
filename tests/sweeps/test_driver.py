"""The driver on this machine: every run is done once, and what goes wrong is marked and harms no other."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from abm.errors import InputError
from analysis.catalogue import read_counts
from analysis.store import open_store
from experiments.command_line import main
from experiments.sweep import conduct, driver, engines, options, provenance
from experiments.sweep.batch import Options, resume
from experiments.sweep.lock import held
from tests.sweeps import targets
from tests.sweeps.sweeping import (
    QUIET,
    command,
    content,
    finished,
    plan_of,
    states,
    stored,
    swept,
    until,
    workers_of,
)

WRONG = {targets.DEAD: "dead", targets.FAILED: "failed", targets.LATE: "late", targets.INVALID: "invalid"}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a sweep of 40 good runs leaves when nothing happens."""
    folder = tmp_path_factory.mktemp("sweeps") / "undisturbed"
    assert swept(folder, plan_of(40)) == 0
    return content(folder)


# ------------------------------------------------------------------------------------------------- what goes wrong


def test_runs_that_go_wrong_are_marked_and_all_others_are_right(tmp_path: Path, undisturbed: bytes) -> None:
    folder = tmp_path / "store"
    assert swept(folder, plan_of(40), "wrong", Options(jobs=2, quiet=True, seconds_per_run=0.5)) == 3
    assert states(folder) == {seed: WRONG.get(seed, "done") for seed in range(1, 41)}
    failures = {each["seed"]: each for each in open_store(folder).failures}
    assert failures[targets.FAILED]["error"] == "ZeroDivisionError: one over none"
    assert 'raise ZeroDivisionError("one over none")' in failures[targets.FAILED]["trace"]
    assert failures[targets.INVALID]["error"] == "n_firms is null in quarter 2, which it never may be"
    assert failures[targets.LATE]["error"].startswith("stopped after 0.5 s")
    assert failures[targets.DEAD]["error"].startswith("ended its process 2 times while it ran alone")
    measures = open_store(folder).measures
    assert set(open_store(folder).runs.query("state != 'done'")["run"]).isdisjoint(measures["run"])
    assert (folder / "failures.jsonl").read_text().count("\n") == len(WRONG)
    good = tmp_path / "good"
    swept(good, plan_of(40))
    whole = open_store(good).measures
    pd.testing.assert_frame_equal(measures, whole[whole["run"].isin(measures["run"])].reset_index(drop=True))


def test_retry_does_those_that_went_wrong_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, mended, folder = tmp_path / "calls", tmp_path / "mended", tmp_path / "store"
    calls.mkdir()
    engines.LocalEngine(2).stop(at_once=True)  # new workers, which see the variables
    monkeypatch.setenv("INNONET_TEST_COUNTED", str(calls))
    monkeypatch.setenv("INNONET_TEST_MENDED", str(mended))
    assert swept(folder, plan_of(10), "mended") == 3
    assert resume(folder, QUIET) == 3  # nothing waits: what failed stays
    mended.touch()
    assert main(["retry", str(folder)]) == 2
    assert main(["retry", str(folder), "--failed", "--quiet", "--jobs", "2"]) == 0
    assert read_counts(folder) == {"done": 10}
    assert sorted(path.read_text().count("\n") for path in calls.iterdir()) == [1] * 10


def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    plan = plan_of(60)
    assert swept(tmp_path / "calm", plan, "slow") == 0
    folder = stored(tmp_path / "store", plan, "slow")
    process = command("resume", str(folder), "--jobs", "2", "--quiet")
    until(lambda: finished(folder) >= 6)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert content(folder) == content(tmp_path / "calm")


def test_a_worker_that_gives_no_sign_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "GRACE", 0.5)
    folder = tmp_path / "store"
    assert swept(folder, plan_of(14), "silent", Options(jobs=2, quiet=True, seconds_per_run=0.1, chunk=1)) == 3
    assert states(folder) == {seed: "dead" if seed == targets.LATE else "done" for seed in range(1, 15)}


@pytest.mark.parametrize(("allowed", "failures"), [("0", 1), ("2%", 3)])
def test_too_many_failures_stop_it_and_it_can_go_on(tmp_path: Path, allowed: str, failures: int) -> None:
    folder = tmp_path / "store"
    plan = plan_of(100, first_seed=targets.FAILED)  # the first, fourth and seventh run go wrong
    stopping = Options(jobs=1, quiet=True, max_failures=allowed, chunk=2, seconds_per_run=0.2)
    assert swept(folder, plan, "wrong", stopping) == 3
    counts = read_counts(folder)
    assert counts["waiting"] > 50
    assert failures <= 100 - counts["waiting"] - counts.get("done", 0) <= 3
    assert resume(folder, Options(jobs=1, quiet=True, seconds_per_run=0.2)) == 3
    assert read_counts(folder) == {"done": 97, "failed": 1, "late": 1, "invalid": 1}


# ------------------------------------------------------------------------------------------- how makes no difference


@pytest.mark.parametrize(("jobs", "chunk"), [(1, 1), (1, 7), (2, 7), (2, 1)])
def test_workers_and_chunks_make_no_difference(tmp_path: Path, undisturbed: bytes, jobs: int, chunk: int) -> None:
    assert swept(tmp_path / "store", plan_of(40), options=Options(jobs=jobs, quiet=True, chunk=chunk)) == 0
    assert content(tmp_path / "store") == undisturbed


def test_chunks_are_sized_by_time_and_get_smaller_towards_the_end() -> None:
    assert driver.chunk_size(None, 1000, 2) == 1
    assert driver.chunk_size(driver.CHUNK_SECONDS / 20, 1000, 2) == 20
    assert driver.chunk_size(driver.CHUNK_SECONDS / 20, 12, 2) == 2
    assert driver.chunk_size(1e-9, 10**6, 2) == driver.CHUNK_MOST
    assert driver.chunk_size(3600.0, 1000, 2) == 1


def test_a_real_sweep_gives_what_a_run_of_its_own_gives(tmp_path: Path) -> None:
    from abm import simulate
    from experiments.sweep.batch import begin

    plan = plan_of(2, detail={"quarters": "last", "measures": ["n_firms", "dominant_path"], "events": True})
    assert begin(plan, tmp_path / "store", QUIET) == 0
    store = open_store(tmp_path / "store")
    alone = simulate("blank", seed=2, quarters=3, panel_every=0)
    assert list(store.measures) == ["run", "region", "quarter", "n_firms", "dominant_path"]
    row = store.measures[store.measures["run"] == plan.runs[1].run].iloc[0]
    assert (row["quarter"], row["n_firms"]) == (3, alone.measures["n_firms"].iloc[-1])
    assert (store.events["run"] == plan.runs[1].run).sum() == len(alone.events)


# -------------------------------------------------------------------------------------------------- stopping, going on


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_stops_it_and_what_is_finished_stays(tmp_path: Path, number: signal.Signals) -> None:
    folder = stored(tmp_path / "store", plan_of(400), "slow")
    process = command("resume", str(folder), "--jobs", "2")
    until(lambda: finished(folder) >= 6)
    if number == signal.SIGINT:  # Ctrl-C reaches the workers as well
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert f"innonet resume {folder}" in said
    assert 6 <= finished(folder) < 400
    assert len(open_store(folder).measures) == 3 * finished(folder)
    assert not workers_of(process.pid)


def test_a_second_driver_is_refused_and_told_who_is_at_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = stored(tmp_path / "store", plan_of(4), "good")
    with held(folder, purpose="sweep"):
        assert main(["resume", str(folder), "--quiet"]) == 2
        said = capsys.readouterr().err
        assert f"in use: sweep by process {os.getpid()}" in said
        assert main(["status", str(folder)]) == 0
        assert "At work since" in capsys.readouterr().out
    assert main(["resume", str(folder), "--quiet"]) == 0
    capsys.readouterr()
    assert main(["status", str(folder)]) == 0
    assert "Nobody is at work on it; the last was resume" in capsys.readouterr().out


def test_status_tells_what_went_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "store"
    plan = plan_of(3, first_seed=targets.FAILED - 1, fixed={"policy.budget_share": 0.3})
    assert swept(folder, plan, "wrong") == 3
    assert main(["status", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "failed: blank, seed 8: ZeroDivisionError: one over none" in said
    assert "innonet retry" in said
    assert main(["status", str(tmp_path)]) == 2


def test_workers_with_other_code_compute_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stored(tmp_path / "store", plan_of(4), "good")
    monkeypatch.setattr(conduct, "code_here", lambda: "0" * 32)
    assert resume(folder, QUIET) == 4
    assert finished(folder) == 0


def test_other_code_is_refused_unless_allowed(tmp_path: Path) -> None:
    folder = stored(tmp_path / "store", plan_of(4), "good")
    manifest = (folder / "manifest.json").read_text().replace(provenance.code_digest(), "0" * 32)
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=r"the model's code has changed.*--allow-code-change"):
        resume(folder, QUIET)
    assert finished(folder) == 0
    assert resume(folder, QUIET, allow_code_change=True) == 0
    assert read_counts(folder) == {"done": 4}


def test_another_plan_is_refused_unless_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.sweep import identity

    folder = stored(tmp_path / "store", plan_of(4), "good")
    before = set(open_store(folder).runs["run"])
    monkeypatch.setattr(identity, "model_identity", lambda: "a later version")
    with pytest.raises(InputError, match="its runs are other runs today"):
        resume(folder, QUIET)
    assert resume(folder, QUIET, allow_code_change=True) == 0
    assert set(open_store(folder).measures["run"]) == before


def test_a_store_is_not_begun_twice(tmp_path: Path) -> None:
    folder = stored(tmp_path / "store", plan_of(2), "good")
    with pytest.raises(InputError, match="is a store already; continue it with: innonet resume"):
        swept(folder, plan_of(2))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    with pytest.raises(InputError, match="exists and is not"):
        swept(tmp_path / "mine", plan_of(2))


def test_damaged_and_orphaned_parts_are_mended_by_resume(tmp_path: Path, undisturbed: bytes) -> None:
    folder = tmp_path / "store"
    assert swept(folder, plan_of(40), options=Options(jobs=1, quiet=True, chunk=10)) == 0
    parts = sorted((folder / "parts" / "measures").glob("*.parquet"))
    parts[0].write_bytes(parts[0].read_bytes()[:-9])
    (folder / "catalogue.sqlite").unlink()  # with it goes what all the others hold
    assert resume(folder, QUIET) == 0
    assert content(folder) == undisturbed


# -------------------------------------------------------------------------------------------------------- options


@pytest.mark.parametrize("text", ["five", "-1", "101%", "%", "inf"])
def test_a_wrong_number_of_failures_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--max-failures"):
        options.failures_allowed(text, 10)


def test_a_cluster_that_does_not_answer_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed")
    folder = tmp_path / "store"
    for address in ("tcp://127.0.0.1:1", "nowhere", "foo://bar:1"):
        assert main(["sweep", "smoke", "--cluster", address, "--out", str(folder)]) == 2
        assert f"--cluster {address}: no scheduler answers there" in capsys.readouterr().err
    assert not folder.exists()


def test_without_dask_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'innonet\[cluster\]'"):
        engines.ClusterEngine("tcp://127.0.0.1:8786")


def test_workers_have_one_thread_for_each_library(tmp_path: Path) -> None:
    engine = engines.LocalEngine(1)
    found: Any = engine.pool().submit(os.getenv, "OPENBLAS_NUM_THREADS").result(60)
    engine.stop(at_once=False)
    assert found == "1"
