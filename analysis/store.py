"""Reading stores: a sweep, also while it is running, or the folder of a single run.

```
store = open_store("stores/levers")
store.runs                                   # one row per run: its factors, its seed, what became of it
store.measures                               # one row per run, region and recorded quarter
store.query("SELECT avg(n_firms) FROM measures JOIN runs USING (run) GROUP BY point")
```

A store is read as it was when it was opened; open it again to see more of a running sweep.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.catalogue import read_failures, read_parts, read_runs, runs_frame
from analysis.load import FolderError, checksums_of, load_run, read_manifest
from analysis.schema import DONE, SWEEP, TABLES, check_version, part_path
from analysis.tables import Piece, arranged, empty, read_piece

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

TRIES = 5
"""How often the catalogue is read again when a part has gone because the store was compacted meanwhile."""


def open_store(path: str | Path) -> Store:
    """Open the store of a sweep or the folder of a run.

    Raises
    ------
    FolderError
        If it does not exist, is no store, has another schema version, or its catalogue cannot be read.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    if manifest.get("kind") == SWEEP:
        check_version(folder, manifest)
        return Store(folder, manifest, read_runs(folder))
    return Store(folder, manifest, runs_frame([_single_row(load_run(folder).manifest)]))


def _single_row(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of the catalogue that the folder of a single run would have."""
    row: dict[str, Any] = {name: manifest.get(name) for name in ("run", "seed", "quarters")}
    row |= {"point": 0, "replicate": 0, "block": -1, "state": DONE, "tries": 1, "part": None, "error": ""}
    row["scenario"] = manifest.get("scenario", {}).get("name")
    row["factors"] = json.dumps(manifest.get("changes", {}))
    row["wall"] = manifest.get("wall_seconds", {}).get("run")
    return row


class Store:
    """Runs and their tables; tables are read when first asked for.

    Attributes
    ----------
    folder
        Where it lies.
    manifest
        What was run, by which versions and when.
    runs
        One row per run in the order of the design: run, point, replicate, block, scenario, seed, quarters, a column
        per factor, state, tries, wall and cpu (seconds), peak_mib, part, error.
    part_of
        The part of each run that is done; None in the folder of a run.
    checked
        Files that were compared with their checksums for `query`.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any], runs: pd.DataFrame) -> None:
        self.folder = folder
        self.manifest = manifest
        self.runs = runs
        self.checked: set[Path] = set()
        self.is_sweep = manifest.get("kind") == SWEEP
        done = runs[runs["state"] == DONE]
        self.part_of: dict[str, str | None] = dict(zip(done["run"], done["part"], strict=True))

    def __repr__(self) -> str:
        states = ", ".join(f"{number:,} {state}" for state, number in self.runs["state"].value_counts().items())
        return f"<Store {self.folder}: {states}>"

    # ----------------------------------------------------------------------------------------------------- tables

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row per run that is done, region and recorded quarter, in the order of the design."""
        return self._frame("measures")

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per run that is done and event."""
        return self._frame("events")

    @cached_property
    def panel(self) -> pd.DataFrame:
        """One row per run that is done, recorded quarter and actor."""
        return self._frame("panel")

    @cached_property
    def failures(self) -> list[dict[str, Any]]:
        """One mapping per run that failed: inputs, error and trace."""
        return read_failures(self.folder) if self.is_sweep else []

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield a table in pieces, as Arrow tables of whole runs; `run` is always among the columns.

        Raises
        ------
        FolderError
            If the store has no such table or column, or a part of it is missing or damaged.
        """
        seen: set[str] = set()
        for last in (*[False] * TRIES, True):
            try:
                for piece in self.pieces(table):
                    wanted = [run for run in piece.runs if run not in seen]
                    if wanted:
                        content = read_piece(piece, wanted, columns)
                        seen.update(wanted)
                        yield content
                return
            except FileNotFoundError as error:
                if last:
                    raise self._missing(error) from error
                self._read_parts_again()

    def arrow(self, table: str, columns: Sequence[str] | None = None) -> Any:
        """Return a table, or some columns of it, as one Arrow table with the runs in the order of the design.

        Raises
        ------
        FolderError
            As `batches`.
        """
        batches = list(self.batches(table, columns))
        return arranged(batches, list(self.part_of)) if batches else empty(table, columns)

    def pieces(self, table: str) -> list[Piece]:
        """Return the files of a table, with the runs to read from each; empty as long as no run is done.

        Raises
        ------
        FolderError
            If there is no such table, or the sweep keeps none.
        """
        if table not in TABLES:
            raise FolderError(f'there is no table "{table}"; there are: {", ".join(TABLES)}')
        if not self.is_sweep:
            name = f"{table}.parquet"
            known = checksums_of(self.manifest).get(name)
            return [Piece(self.folder / name, tuple(self.part_of), is_single=True, checksum=known)]
        by_part: dict[str, list[str]] = {}
        for run, part in self.part_of.items():
            by_part.setdefault(str(part), []).append(run)
        pieces = [Piece(part_path(self.folder, table, part), tuple(runs)) for part, runs in by_part.items()]
        if pieces and table != "measures" and not any(piece.path.exists() for piece in pieces):
            if any(part_path(self.folder, "measures", part).exists() for part in by_part):
                wish = "events = true" if table == "events" else "panel_every = 4"
                raise FolderError(f'"{self.folder}" keeps no {table}; a design asks for them by [detail] {wish}')
        return pieces

    def _frame(self, table: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.arrow(table).to_pandas()
        return frame

    def _read_parts_again(self) -> None:
        """Look up in which parts the runs of this store stand now."""
        if self.is_sweep:
            now = read_parts(self.folder)
            self.part_of = {run: now[run] for run in self.part_of if run in now}

    def _missing(self, error: FileNotFoundError) -> FolderError:
        remedy = f"; its runs are done again by: innonet resume {self.folder}" if self.is_sweep else ""
        return FolderError(f"{error.filename} is missing{remedy}")

    # --------------------------------------------------------------------------------------------- into libraries

    def query(self, sql: str) -> pd.DataFrame:
        """Return what a query in DuckDB's SQL finds in `runs`, `measures`, `events` and `panel`.

        Names with a dot go in double quotes: ``SELECT "policy.budget_share" FROM runs``.

        Raises
        ------
        FolderError
            If DuckDB is not installed, refuses the query, it is not one SELECT, or a part cannot be read.
        """
        from analysis.sql import query

        for last in (*[False] * TRIES, True):
            try:
                return query(self, sql)
            except FileNotFoundError as error:
                if last:
                    raise self._missing(error) from error
                self._read_parts_again()
        raise AssertionError

    def to_polars(self, table: str = "measures", columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a table as a polars frame.

        Raises
        ------
        FolderError
            As `batches`, or if polars is not installed.
        """
        try:
            import polars as pl
        except ImportError as error:
            raise FolderError("to_polars needs polars: pip install polars") from error
        frame = pl.from_arrow(self.arrow(table, columns))
        assert isinstance(frame, pl.DataFrame)
        return frame

    def to_xarray(self, columns: Sequence[str] | None = None) -> xr.Dataset:
        """Return the measures as a Dataset over run, region and quarter, with plan and factors along run.

        Raises
        ------
        FolderError
            As `batches`, or if xarray is not installed.
        """
        from analysis.tables import dataset

        return dataset(self.arrow("measures", columns and ["region", "quarter", *columns]), self.runs)
