"""Small stores for tests: plans, frames and outcomes in the form of a sweep's, without the model."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.sweep.catalogue import Catalogue
from experiments.sweep.parts import write_parts

if TYPE_CHECKING:
    import pandas as pd


def identity(point: int, replicate: int) -> str:
    return hashlib.blake2b(f"{point} {replicate}".encode(), digest_size=16).hexdigest()


def plan(points: int = 6, replicates: int = 2) -> Any:
    """A plan with one numeric factor and one switch."""
    runs = tuple(
        SimpleNamespace(
            run=identity(point, replicate),
            point=point,
            replicate=replicate,
            block=-1,
            scenario="equipment",
            seed=1 + replicate,
            quarters=4,
            changes={"policy.budget_share": point / 10, "switches.platform": point % 2 == 0},
            factors={"policy.budget_share": point / 10, "switches.platform": point % 2 == 0},
        )
        for point in range(points)
        for replicate in range(replicates)
    )
    return SimpleNamespace(runs=runs)


def measures(runs: Sequence[str], quarters: int = 4, columns: int = 3) -> pd.DataFrame:
    """Measures that depend on the run alone, with a text column that is empty in every second run."""
    import pandas as pd

    return pd.DataFrame(columns_of(runs, quarters, columns))


def columns_of(runs: Sequence[str], quarters: int = 4, columns: int = 3) -> dict[str, Any]:
    """The columns of `measures`, for processes that start quicker without pandas."""
    words = [word for run in runs for word in ["supporting_chain" if int(run[0], 16) % 2 else None] * quarters]
    values = [np.random.default_rng(int(run[:12], 16)).normal(size=(quarters, columns)) for run in runs]
    keys = {
        "run": np.repeat(list(runs), quarters).astype(object),
        "region": np.full(len(runs) * quarters, "home", object),
        "quarter": np.tile(np.arange(1, quarters + 1), len(runs)),
        "dominant_path": np.array(words, object),
    }
    return keys | dict(zip((f"m{place}" for place in range(columns)), np.reshape(values, (-1, columns)).T, strict=True))


def events(runs: Sequence[str]) -> pd.DataFrame:
    """Two events a run, as the recorder gives them: categories, and identities of 64 bits."""
    import pandas as pd

    kinds = pd.Categorical(["entry", "exit"] * len(runs))
    uid = np.full(2 * len(runs), 2**64 - 1, np.uint64)
    return pd.DataFrame({"run": np.repeat(list(runs), 2), "event_id": 0, "quarter": 1, "kind": kinds, "uid": uid})


def outcome(run: str, state: Any = "done", part: str | None = None, error: str = "", trace: str = "") -> Any:
    """A stand-in for `work.Outcome`, whose module imports the model."""
    cost = {"wall": 1.5, "cpu": 1.25, "peak_mib": 200.0}
    return SimpleNamespace(run=run, state=state, part=part, error=error, trace=trace, **cost)


def done(
    folder: Path, runs: Sequence[str], *, with_events: bool = False, quarters: int = 4, columns: int = 3
) -> list[Any]:
    """Write a part with the measures (and events, if asked) of some runs and return their outcomes."""
    tables: dict[str, Any] = {"measures": columns_of(runs, quarters, columns)}
    if with_events:
        tables["events"] = events(runs)
    part = write_parts(folder, tables)
    return [outcome(run, part=part) for run in runs]


def manifest(folder: Path, version: Any = 1) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"schema_version": version, "kind": "sweep"}))


def store(folder: Path, a_plan: Any = None, chunk: int = 3, **options: Any) -> Path:
    """A store whose runs are all done, so many to a part."""
    a_plan = a_plan or plan()
    manifest(folder)
    runs = [each.run for each in a_plan.runs]
    with Catalogue.create(folder, a_plan) as catalogue:
        for start in range(0, len(runs), chunk):
            catalogue.record(done(folder, runs[start : start + chunk], **options))
    return folder


@contextmanager
def disk(place: Path, mib: float) -> Iterator[None]:
    """Mount a file system of so many MiB; skip the test where that is not allowed."""
    import pytest

    mount = shutil.which("mount")
    size = f"size={int(mib * 1024)}k"
    place.mkdir()
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("no small file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def expected(a_plan: Any = None, quarters: int = 4, columns: int = 3) -> pd.DataFrame:
    """What reading the measures of a whole store must give."""
    frame = measures([each.run for each in (a_plan or plan()).runs], quarters, columns)
    return frame.astype({"dominant_path": "str"} | dict.fromkeys(frame.select_dtypes("float64"), np.float32))
