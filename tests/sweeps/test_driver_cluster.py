"""The driver on a Dask cluster: a scheduler and two workers, each a process of its own on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.store import open_store
from experiments.sweep import driver
from experiments.sweep.batch import Options, resume
from tests.sweeps import targets
from tests.sweeps.sweeping import QUIET, ROOT, command, content, finished, plan_of, states, stored, swept, until

pytest.importorskip("distributed")


@dataclass(frozen=True)
class Cluster:
    address: str
    scheduler: subprocess.Popen[bytes]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler and two workers with nannies; a task that kills its worker once is not tried on another."""
    folder.mkdir()
    log = (folder / "log").open("wb")
    settings = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        "DASK_TEMPORARY_DIRECTORY": str(folder),
    }

    def started(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments, "--no-dashboard"]
        return subprocess.Popen(words, cwd=ROOT, env=settings, stdout=log, stderr=log)

    file = folder / "scheduler.json"
    scheduler = started("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    options = ("--scheduler-file", str(file), "--nthreads", "1", "--nworkers", "2", "--death-timeout", "10")
    until(file.exists)
    workers = started("worker", *options)
    try:
        from distributed import Client

        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=30)
            address = client.scheduler.address
        yield Cluster(address, scheduler)
    finally:
        for process in (workers, scheduler):
            process.terminate()
        for process in (workers, scheduler):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        log.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("dask") / "cluster") as running:
        yield running.address


def test_runs_that_go_wrong_are_marked_and_all_others_are_right(tmp_path: Path, address: str) -> None:
    options = Options(cluster=address, quiet=True, seconds_per_run=0.5)
    assert swept(tmp_path / "store", plan_of(20), "wrong", options) == 3
    wrong = {targets.DEAD: "dead", targets.FAILED: "failed", targets.LATE: "late", targets.INVALID: "invalid"}
    assert states(tmp_path / "store") == {seed: wrong.get(seed, "done") for seed in range(1, 21)}


@pytest.mark.slow
def test_a_worker_that_gives_no_sign_is_ended_and_its_run_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(driver, "GRACE", 6.0)  # a worker that starts again must load the model in it
    folder = tmp_path / "store"
    with cluster(tmp_path / "dask") as running:
        options = Options(cluster=running.address, quiet=True, seconds_per_run=0.5, chunk=1)
        assert swept(folder, plan_of(14), "silent", options) == 3
    assert states(folder) == {seed: "dead" if seed == targets.LATE else "done" for seed in range(1, 15)}
    assert open_store(folder).failures[0]["error"] == "gave no sign 2 times while it ran alone"
    assert "A worker gives no sign" in capsys.readouterr().err


@pytest.mark.parametrize("chunk", [1, 7])
def test_it_gives_what_one_machine_gives(tmp_path: Path, address: str, chunk: int) -> None:
    plan = plan_of(30)
    assert swept(tmp_path / "here", plan) == 0
    assert swept(tmp_path / "there", plan, options=Options(cluster=address, quiet=True, chunk=chunk)) == 0
    assert content(tmp_path / "there") == content(tmp_path / "here")


@pytest.mark.slow
def test_a_lost_scheduler_is_told_soon_and_the_sweep_can_go_on_elsewhere(tmp_path: Path) -> None:
    plan = plan_of(300)
    swept(tmp_path / "calm", plan)
    folder = stored(tmp_path / "store", plan, "slow")
    with cluster(tmp_path / "dask") as running:
        process = command("resume", str(folder), "--cluster", running.address)
        until(lambda: finished(folder) >= 6)
        running.scheduler.send_signal(signal.SIGKILL)
        clock = time.monotonic()
        _, said = process.communicate(timeout=60)
        assert time.monotonic() - clock < 60
    assert process.returncode == 4, said
    assert f"Dask at {running.address}: the connection to the workers was lost" in said
    assert f"innonet resume {folder}" in said
    assert "Traceback" not in said
    assert finished(folder) < 300
    assert resume(folder, QUIET) == 0
    assert content(folder) == content(tmp_path / "calm")


@pytest.mark.slow
def test_killed_workers_are_replaced_and_cost_nothing(tmp_path: Path) -> None:
    from distributed import Client

    plan = plan_of(300)
    swept(tmp_path / "calm", plan)
    folder = stored(tmp_path / "store", plan, "slow")
    with cluster(tmp_path / "dask") as running, Client(running.address, set_as_default=False) as client:
        before = client.run(os.getpid)
        process = command("resume", str(folder), "--cluster", running.address, "--quiet")
        until(lambda: finished(folder) >= 6)
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        _, said = process.communicate(timeout=90)
    assert process.returncode == 0, said
    assert set(open_store(folder).runs["state"]) == {"done"}
    assert content(folder) == content(tmp_path / "calm")
