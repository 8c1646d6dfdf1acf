"""Reading the catalogue of a store, also while a driver writes it and where nothing may be written."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.load import FolderError
from analysis.schema import CATALOGUE, DONE, RUN_COLUMNS, STATES

if TYPE_CHECKING:
    import pandas as pd

BUSY_SECONDS = 30.0
"""How long to wait for a writer in the way."""

_FRAME = [name for name in RUN_COLUMNS if name not in ("changes", "trace")]


def read_runs(folder: Path) -> pd.DataFrame:
    """Return one row per run in the order of the design: its plan, one column per factor, what became of it."""
    return runs_frame(_select(folder, f"SELECT {', '.join(_FRAME)} FROM runs ORDER BY rowid"))


def runs_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of the catalogue as a frame, the JSON in `factors` as one column each.

    A factor called like a column of the catalogue (``scenario``) takes its place.
    """
    import pandas as pd

    factors = pd.DataFrame([json.loads(row.pop("factors")) for row in rows], index=range(len(rows)))
    frame = pd.DataFrame(rows, columns=[name for name in _FRAME if name != "factors"])
    for place, name in enumerate(factors):
        if name in frame:
            frame[name] = factors[name]
        else:
            frame.insert(_FRAME.index("factors") + place, str(name), factors[name])
    return frame


def read_failures(folder: Path) -> list[dict[str, Any]]:
    """Return one mapping per run that failed: all its columns, with `factors` and `changes` as mappings."""
    marks = ", ".join("?" * len(STATES[2:]))
    rows = _select(folder, f"SELECT * FROM runs WHERE state IN ({marks}) ORDER BY rowid", *STATES[2:])
    return [row | {name: json.loads(row[name]) for name in ("factors", "changes")} for row in rows]


def read_parts(folder: Path) -> dict[str, str]:
    """Return the part of every run that is done, in the order of the design."""
    rows = _select(folder, "SELECT run, part FROM runs WHERE state = ? AND part IS NOT NULL ORDER BY rowid", DONE)
    return {row["run"]: row["part"] for row in rows}


def read_counts(folder: Path) -> Mapping[str, int]:
    """Return the number of runs by state."""
    return {row["state"]: row["n"] for row in _select(folder, "SELECT state, count(*) AS n FROM runs GROUP BY state")}


def _select(folder: Path, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return the rows a query finds, as mappings.

    Raises
    ------
    FolderError
        If the catalogue is missing or cannot be read.
    """
    path = folder / CATALOGUE
    if not path.is_file():
        raise FolderError(f"{path} is missing; it is made again from the parts by: innonet resume {folder}")
    try:
        with _readable(path) as place, closing(sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS)) as connection:
            cursor = connection.execute(sql, values)
            names = [each[0] for each in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
    except sqlite3.Error as error:
        raise FolderError(
            f"{path} cannot be read ({error}); it is made again from the parts by: innonet resume {folder}"
        ) from error


@contextmanager
def _readable(path: Path) -> Iterator[str]:
    """Give the address to open; where SQLite may not write its side files, that of a copy."""
    if os.access(path.parent, os.W_OK):
        yield f"{path.resolve().as_uri()}?mode=ro"
        return
    with tempfile.TemporaryDirectory(prefix="innonet-") as folder:
        for each in (path, path.with_name(f"{CATALOGUE}-wal")):
            if each.exists():
                shutil.copyfile(each, Path(folder) / each.name)
        yield (Path(folder) / path.name).as_uri()
