"""Out of the store: tables for other programs, each column explained in a data dictionary."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from abm.errors import InputError, nearest
from analysis.schema import FAILURES, RUNS
from analysis.store import Store, open_store
from experiments.progress import say
from experiments.sweep.dictionary import rows_of
from experiments.sweep.parts import storage_lost, write_whole

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = {"csv": "csv", "parquet": "parquet", "excel": "csv"}
"""Forms and the endings of their files; `excel` is CSV with the mark by which Excel knows UTF-8."""

EXCEL_LINES = 1_048_576
"""Lines of a sheet; what a CSV has beyond them is not shown by Excel."""

SHORTER = "Fewer rows: --sql, as SELECT * FROM measures WHERE quarter = 40; all rows: --format parquet."


def export(folder: str | Path, out: Path, form: str = "csv", *, force: bool = False) -> list[Path]:
    """Write the runs, the measures with the factors beside them, and the data dictionary; return the files.

    Raises
    ------
    InputError
        If there is no such form, a file is in the way and `force` is not given, or `out` cannot be written.
    FolderError
        If the store cannot be read.
    """
    ending = _ending(form)
    store = open_store(folder)
    paths = [out / f"runs.{ending}", out / f"measures.{ending}", out / "dictionary.csv"]
    with _writing(out, paths, force=force):
        runs, words = (iter([_arrow(each)]) for each in (store.runs, rows_of(store)))
        text = "csv" if form == "parquet" else form
        _write({paths[0]: (form, runs), paths[1]: (form, with_factors(store)), paths[2]: (text, words)})
    return paths


def export_query(folder: str | Path, sql: str, out: Path, form: str = "csv", *, force: bool = False) -> Path:
    """Write what a query finds, see `Store.query`; return the file. Raises as `export`."""
    path = out / f"query.{_ending(form)}"
    found = open_store(folder).query(sql)
    with _writing(out, [path], force=force):
        _write({path: (form, iter([_arrow(found)]))})
    return path


def print_query(folder: str | Path, sql: str, stream: TextIO) -> None:
    """Print what a query finds as CSV. Raises as `Store.query`."""
    open_store(folder).query(sql).to_csv(stream, index=False)


def export_runs(folder: str | Path) -> None:
    """Write ``runs.parquet`` and ``failures.jsonl`` into a store, as its catalogue is now.

    Raises
    ------
    FolderError
        If the catalogue cannot be read.
    StorageLost
        If the store cannot be written.
    """
    store = open_store(folder)
    try:
        _write({store.folder / RUNS: ("parquet", iter([_arrow(store.runs)]))})
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in store.failures]
        write_whole(store.folder / FAILURES, "".join(lines))
    except OSError as error:
        raise storage_lost(store.folder, error) from error


def with_factors(store: Store) -> Iterator[Any]:
    """Yield the measures in pieces, with point, replicate, seed and factors after the run."""
    import pyarrow as pa
    import pyarrow.compute as pc

    start, end = store.runs.columns.get_loc("run"), store.runs.columns.get_loc("state")
    about = _arrow(store.runs.iloc[:, start:end])
    for piece in store.batches("measures") if store.part_of else [store.arrow("measures")]:
        rows = pc.index_in(piece["run"], value_set=about["run"].combine_chunks().cast(piece["run"].type))
        beside = about.take(rows)
        names = [*about.column_names, *(name for name in piece.column_names if name not in about.column_names)]
        columns = [beside[name] if name in about.column_names else piece[name] for name in names]
        yield pa.table(dict(zip(names, columns, strict=True)))


def _ending(form: str) -> str:
    if form not in ENDINGS:
        raise InputError(f'no format "{form}"{nearest(form, ENDINGS) or "."} Choose from: {", ".join(ENDINGS)}')
    return ENDINGS[form]


def _arrow(frame: pd.DataFrame) -> Any:
    from experiments.sweep.parts import as_arrow

    return as_arrow(frame, single=False)


@contextmanager
def _writing(out: Path, paths: list[Path], *, force: bool) -> Iterator[None]:
    """Make the folder, refuse files in the way and say in one message what cannot be written."""
    present = [path for path in paths if path.exists()]
    if present and not force:
        raise InputError(f'"{present[0]}" exists; replace it with --force or choose another folder with --out')
    taken = next((path for path in present if path.is_dir()), None)
    if taken is not None:
        raise InputError(f'"{taken}" is a folder; choose another place with --out')
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise InputError(f'cannot write to "{out}": {(error.strerror or str(error)).lower()}') from error


def _write(files: Mapping[Path, tuple[str, Iterator[Any]]]) -> None:
    """Write files, each a form and its tables, under temporary names; rename them when all are whole."""
    temporary = {path: path.with_name(f".{path.name}.{uuid.uuid4().hex}") for path in files}
    try:
        rows = {path: _fill(temporary[path], form, tables) for path, (form, tables) in files.items()}
        for path, each in temporary.items():
            each.replace(path)
    finally:
        for each in temporary.values():
            with suppress(OSError):
                each.unlink(missing_ok=True)
    for path, number in rows.items():
        if files[path][0] != "parquet" and number >= EXCEL_LINES:
            say(f"Note: {path.name} has {number:,} rows; Excel shows the first {EXCEL_LINES - 1:,}. {SHORTER}")


def _fill(path: Path, form: str, tables: Iterator[Any]) -> int:
    """Write tables of one kind, piece by piece, into a new file, force it to the disk and return its rows."""
    with path.open("xb") as file:
        if form == "excel":
            file.write(b"\xef\xbb\xbf")
        first = next(tables)
        with _writer(form)(file, first.schema) as writer:
            writer.write_table(first)
            rows = first.num_rows
            for table in tables:
                writer.write_table(table.select(first.column_names).cast(first.schema))
                rows += table.num_rows
        file.flush()
        os.fsync(file.fileno())
    return int(rows)


def _writer(form: str) -> Callable[..., Any]:
    import pyarrow.csv
    import pyarrow.parquet

    if form != "parquet":
        return pyarrow.csv.CSVWriter  # type: ignore[no-any-return]
    return lambda file, schema: pyarrow.parquet.ParquetWriter(file, schema, compression="zstd")
