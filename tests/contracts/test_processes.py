"""Same inputs give the same bytes, compiled or not and in any process; every kernel is compiled once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from abm.kernel import IS_COMPILED
from abm.recorder import Recorder
from abm.simulation import Simulation, simulate
from tests.contracts import worlds

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="compares with compiled kernels")


def child(**environment: str) -> Any:
    """Return what a new process found."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.contracts.child"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def here() -> dict[str, dict[str, str]]:
    return {name: worlds.digests(result) for name, result in worlds.cases().items()}


@pytest.fixture(scope="module")
def compiled() -> Any:
    return child(PYTHONHASHSEED="1")


@pytest.fixture(scope="module")
def uncompiled() -> Any:
    return child(PYTHONHASHSEED="2", NUMBA_DISABLE_JIT="1")


def unequal(first: dict[str, dict[str, str]], second: dict[str, dict[str, str]]) -> list[str]:
    return [f"{case}: {name}" for case in first for name in first[case] if first[case][name] != second[case][name]]


def test_a_run_again_gives_the_same_bytes(here: dict[str, dict[str, str]]) -> None:
    again = {name: worlds.digests(result) for name, result in worlds.cases().items()}
    assert unequal(here, again) == []


def test_another_process_gives_the_same_bytes(here: dict[str, dict[str, str]], compiled: Any) -> None:
    assert unequal(here, compiled["digests"]) == []


def test_uncompiled_kernels_give_the_same_bytes(here: dict[str, dict[str, str]], uncompiled: Any) -> None:
    assert unequal(here, uncompiled["digests"]) == []


def test_every_kernel_has_one_signature(compiled: Any) -> None:
    """Locked and writable columns, or 0 and 0.0, would make two: twice the time to compile."""
    assert {name: found for name, found in compiled["signatures"].items() if len(found) > 1} == {}


@pytest.mark.parametrize("panel_every", [0, 1, 3])
def test_watching_changes_nothing(panel_every: int) -> None:
    usual = simulate("blank", seed=4, quarters=6, changes={"platforms.open_quarter": 5})
    seen: list[int] = []
    simulation = Simulation("blank", seed=4, changes={"platforms.open_quarter": 5})
    recorder = Recorder(simulation.world.structure, 6, panel_every)
    for _ in range(26):
        parameters = simulation.parameters
        simulation.step()
        recorder.observe(simulation.world, parameters, simulation.quarter)
        seen.append(len(recorder.events_frame(simulation.world)) + len(recorder.panel_frame(simulation.world)))
        recorder.measures_frame()
    assert worlds.differences(usual.world, simulation.world) == []
    assert recorder.measures_frame().equals(usual.measures)
    assert seen[-1] > 0
