"""How a store lies on disk: names, columns and versions, for those who write it and those who read it.

```
manifest.json        what was swept, by which versions and when
design.toml          the design as it was given
catalogue.sqlite     one row per run: what it is, what became of it, in which part it stands
parts/measures/      one row per run, region and recorded quarter; also events/ and panel/, if the design asks
parts/.tmp/          parts being written
parts/.damaged/      parts that could not be read, set aside
runs.parquet         the catalogue with one column per factor, written at the end
failures.jsonl       what went wrong, with inputs and traces, written at the end
```

A part is one Parquet file per table under one name, and holds whole runs; the name is the checksum of its measures
(see `analysis.checksums`). Parts are the truth: the catalogue can be
made again from them. A row counts if the catalogue names its part for its run, so that a run that stands in two parts
is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.load import FolderError

STORE_VERSION = 1
"""Version of the layout described here."""

SWEEP = "sweep"
"""What a manifest gives as its `kind`; the folder of a single run has no kind."""

CATALOGUE = "catalogue.sqlite"
DESIGN = "design.toml"
RUNS = "runs.parquet"
FAILURES = "failures.jsonl"
PARTS = "parts"
TEMPORARY = ".tmp"
DAMAGED = ".damaged"

TABLES: dict[str, tuple[str, ...]] = {
    "measures": ("run", "region", "quarter"),
    "events": ("run", "quarter"),
    "panel": ("run", "region", "quarter"),
}
"""Tables of a store and the columns without which a part of them cannot be read."""

DONE = "done"
WAITING = "waiting"
STATES = (WAITING, DONE, "failed", "invalid", "late", "dead")
"""What became of a run; all but the first two are failures."""

RUN_COLUMNS: dict[str, str] = {
    "run": "TEXT PRIMARY KEY",
    "point": "INTEGER NOT NULL",
    "replicate": "INTEGER NOT NULL",
    "block": "INTEGER NOT NULL",
    "scenario": "TEXT NOT NULL",
    "seed": "INTEGER NOT NULL",
    "quarters": "INTEGER NOT NULL",
    "factors": "TEXT NOT NULL",
    "changes": "TEXT NOT NULL",
    "state": f"TEXT NOT NULL DEFAULT '{WAITING}'",
    "tries": "INTEGER NOT NULL DEFAULT 0",
    "wall": "REAL",
    "cpu": "REAL",
    "peak_mib": "REAL",
    "part": "TEXT",
    "error": "TEXT NOT NULL DEFAULT ''",
    "trace": "TEXT NOT NULL DEFAULT ''",
}
"""Columns of the table `runs` of the catalogue; rows stand in the order of the design."""


def part_path(folder: Path, table: str, name: str) -> Path:
    """Return where the file of a part for one table lies."""
    return folder / PARTS / table / f"{name}.parquet"


def check_version(folder: Path, manifest: Mapping[str, Any], *, known: int = STORE_VERSION) -> None:
    """Refuse a store that this version of innonet cannot read.

    Raises
    ------
    FolderError
        If the schema version is not the one known here.
    """
    version = manifest.get("schema_version")
    if version == known:
        return
    is_newer = isinstance(version, int) and version > known
    remedy = (
        "install the innonet that wrote it, or a later one"
        if is_newer
        else f"bring it up with: innonet compact {folder}"
    )
    raise FolderError(
        f'the store "{folder}" has schema version {version!r}; this version of innonet reads {known}: {remedy}'
    )
