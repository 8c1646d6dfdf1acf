"""Sweeps for tests: plans of the smallest region, run with targets of `targets`, and what their stores must hold."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.catalogue import read_counts
from analysis.store import open_store
from experiments.sweep.batch import Options, begin, make_store
from experiments.sweep.design import Design
from experiments.sweep.plan import Plan, make_plan

ROOT = Path(__file__).resolve().parents[2]
QUIET = Options(jobs=2, quiet=True)


def plan_of(runs: int, quarters: int = 3, **more: Any) -> Plan:
    """A plan of the smallest region with seeds 1, 2, ..."""
    return make_plan(Design(name="test", scenarios=["blank"], quarters=quarters, replicates=runs, **more))


def target(name: str) -> str:
    return f"tests.sweeps.targets:{name}"


def swept(folder: Path, plan: Plan, name: str = "good", options: Options = QUIET) -> int:
    return begin(plan, folder, options, target=target(name))


def stored(folder: Path, plan: Plan, name: str) -> Path:
    """A store whose runs all wait."""
    make_store(plan, folder, target=target(name))
    return folder


def content(folder: Path) -> bytes:
    """All measures of a store, sorted, in a form that differs if one bit does."""
    frame = open_store(folder).measures.sort_values(["run", "region", "quarter"]).reset_index(drop=True)
    assert not frame.duplicated(["run", "region", "quarter"]).any()
    return pd.util.hash_pandas_object(frame).to_numpy().tobytes() + ",".join(frame).encode()


def states(folder: Path) -> dict[int, str]:
    """The state of every run by its seed."""
    runs = open_store(folder).runs
    return dict(zip(runs["seed"].tolist(), runs["state"].tolist(), strict=True))


def command(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    """The command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.command_line", *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **more,
    )


def until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def finished(folder: Path) -> int:
    """Runs of a store that do not wait."""
    return sum(number for state, number in read_counts(folder).items() if state != "waiting")


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill a process after so many seconds, unless it has ended; tell whether it was killed.

    Its workers, which share its pipes, may live on for a moment; nobody waits for them.
    """
    time.sleep(seconds)
    process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    return process.returncode == -signal.SIGKILL


def workers_of(pid: int) -> list[int]:
    """The processes at work for a driver: its children that hold no other role."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
            words = (each.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == pid and "popen_loky" in words:
            found.append(int(each.parent.name))
    return found
