"""A run that is saved and loaded, or branched, goes on as if nothing had happened; a bad file is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm import Scenario, Simulation
from abm.errors import InputError
from tests.contracts import worlds


def started(scenario: str | Scenario, quarters: int, **options: Any) -> Simulation:
    simulation = Simulation(scenario, **options)
    for _ in range(quarters):
        simulation.step()
    return simulation


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "blank.npz"
    started("blank", 6, seed=3).save(path)
    return path


@pytest.mark.parametrize(("name", "quarters"), [("blank", 5), ("two regions", 9), ("equipment", 26)])
def test_a_loaded_run_goes_on_bit_for_bit(name: str, quarters: int, tmp_path: Path) -> None:
    scenario = worlds.two_regions() if name == "two regions" else Scenario.load(name)
    straight = started(scenario, quarters, seed=8)
    straight.save(tmp_path / "world.npz")
    resumed = Simulation(scenario, seed=1)
    resumed.load(tmp_path / "world.npz")
    assert worlds.differences(straight.world, resumed.world) == []
    for _ in range(6):
        straight.step()
        resumed.step()
    assert worlds.differences(straight.world, resumed.world) == []
    assert straight.quarter == resumed.quarter


def test_a_branch_goes_on_bit_for_bit_and_leaves_its_trunk_alone() -> None:
    trunk, straight = started("blank", 8, seed=5), started("blank", 8, seed=5)
    branch = trunk.branch()
    for _ in range(6):
        branch.step()
    assert worlds.differences(trunk.world, straight.world) == []
    for _ in range(6):
        straight.step()
    assert worlds.differences(branch.world, straight.world) == []


def test_a_branch_with_other_parameters_is_a_run_with_them_from_here() -> None:
    trunk = started("blank", 8, seed=5)
    same, other = trunk.branch(), trunk.branch({"switches.policy": False})
    for each in (same, other):
        each.step()
    assert other.scenario.parameters_at(99).switches.policy is False
    assert worlds.differences(same.world, other.world) != []
    assert worlds.differences(trunk.world, started("blank", 8, seed=5).world) == []


def test_a_loaded_world_is_locked(checkpoint: Path) -> None:
    simulation = Simulation("blank")
    simulation.load(checkpoint)
    for name in ("actors", "ties", "ledger"):
        for array in simulation.world.table(name).arrays().values():
            assert not array.flags.writeable


def test_parameters_of_the_loading_run_hold(checkpoint: Path) -> None:
    """Live policy and comparisons continue a checkpoint under other parameters."""
    simulation = Simulation("blank", changes={"switches.entry": False})
    simulation.load(checkpoint)
    assert simulation.seed == 3
    assert not simulation.parameters.switches.entry


def test_a_checkpoint_of_another_region_is_refused(checkpoint: Path) -> None:
    other = Scenario.load("blank")
    object.__setattr__(other, "burn_in", other.burn_in + 1)  # the same sectors, another start
    for scenario in ("equipment", other):
        with pytest.raises(InputError, match="another"):
            Simulation(scenario).load(checkpoint)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Simulation("blank").load(tmp_path / "nothing.npz")


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        Simulation("blank").save(tmp_path / "no folder" / "world.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_checkpoint_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "world.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or not a checkpoint"):
        Simulation("blank").load(path)


def test_an_array_alone_or_a_folder_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.ones(3))
    for path in (tmp_path / "array.npy", tmp_path):
        with pytest.raises(InputError, match="damaged or not a checkpoint"):
            Simulation("blank").load(path)


def test_damage_anywhere_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    """Bytes overwritten or cut off: a message or, where the byte did not matter, the same world; never a wrong one."""
    content = checkpoint.read_bytes()
    simulation, whole = Simulation("blank"), Simulation("blank")
    whole.load(checkpoint)
    path = tmp_path / "world.npz"
    chance = np.random.default_rng(1)
    refused = 0
    for place in chance.integers(0, len(content), 60):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged if place % 3 else content[:place])
        try:
            simulation.load(path)
        except InputError:
            refused += 1
        else:
            assert worlds.differences(simulation.world, whole.world) == []
    assert refused > 50


def rewritten(path: Path, target: Path, columns: dict[str, Any]) -> Path:
    """Copy a checkpoint with some of its columns replaced."""
    with np.load(path) as archive:
        kept = {name: archive[name] for name in archive.files}
    np.savez(target, **(kept | columns))
    return target


def header_of(path: Path, changes: dict[str, Any]) -> Any:
    """Return the header of a checkpoint with parts replaced."""
    with np.load(path) as archive:
        header = json.loads(archive["header"].tobytes())
    return np.frombuffer(json.dumps(header | changes).encode(), np.uint8)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"format": 0}, "format 0"),
        ({"seed": None}, "header is damaged"),
        ({"names": {"x": 1}}, "header is damaged"),
        ({"dims": {}}, "another structure"),
        ({"region": "elsewhere"}, "another region"),
    ],
)
def test_a_wrong_header_is_refused(header: dict[str, Any], message: str, checkpoint: Path, tmp_path: Path) -> None:
    path = rewritten(checkpoint, tmp_path / "world.npz", {"header": header_of(checkpoint, header)})
    with pytest.raises(InputError, match=message):
        Simulation("blank").load(path)


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros(3, np.int64), np.zeros((0, 2))])
@pytest.mark.parametrize("column", ["actors.cash", "events.amount", "ledger.stock"])
def test_a_wrong_column_is_refused(column: str, values: Any, checkpoint: Path, tmp_path: Path) -> None:
    path = rewritten(checkpoint, tmp_path / "world.npz", {column: values})
    with pytest.raises(InputError, match=f"column {column} is missing or has the wrong type or length"):
        Simulation("blank").load(path)


def test_a_header_that_is_a_list_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    path = rewritten(checkpoint, tmp_path / "world.npz", {"header": np.frombuffer(b"[]", np.uint8)})
    with pytest.raises(InputError, match="header is damaged"):
        Simulation("blank").load(path)
