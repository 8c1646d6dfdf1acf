"""Parts: the Parquet files in which workers leave whole runs.

A part appears whole or not at all: it is written under a temporary name without the ``.parquet`` ending, forced to
the disk, then renamed. Of one chunk all tables share one name, and the file with the measures comes last: where it
stands, the others do. Its footer says which they are. The name is a checksum, see `analysis.checksums`.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.checksums import FOOTER, checksum
from analysis.schema import PARTS, STORE_VERSION, TABLES, TEMPORARY, part_path
from analysis.tables import Piece, read_pages, use_system_memory

STALE_SECONDS = 600.0
"""A temporary file that nobody has touched for so long belongs to nobody."""

ROW_GROUP = 131_072
"""Rows that are compressed together; readers work on one group per core."""


class StorageLost(Exception):  # noqa: N818 - it says what happened
    """The store cannot be written (disk full, read-only, gone): not the fault of any run; the sweep can be resumed."""


def storage_lost(folder: Path, error: Exception) -> StorageLost:
    """Return the error to raise when writing to a store fails."""
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return StorageLost(
        f'cannot write to the store "{folder}": {reason}. '
        f"What is finished is safe; when there is room again: innonet resume {folder}"
    )


# ------------------------------------------------------------------------------------------------------ writing


def make_folders(folder: Path) -> None:
    """Make the folders for parts.

    Raises
    ------
    StorageLost
        If that is not possible.
    """
    try:
        for name in (*TABLES, TEMPORARY):
            (folder / PARTS / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_lost(folder, error) from error


def write_parts(folder: str | Path, tables: Mapping[str, Any], *, single: bool = True) -> str:
    """Write the tables of some runs under one name, the measures last, and return the name.

    Parameters
    ----------
    folder
        The store.
    tables
        Frames (pandas, or mappings of columns) by table; ``measures`` must be there. The column `run` holds
        identities.
    single
        Store floats with four bytes, about seven digits.

    Raises
    ------
    StorageLost
        If the disk is full or cannot be written.
    """
    return save(Path(folder), {table: as_arrow(frame, single=single) for table, frame in tables.items()})


def save(folder: Path, tables: Mapping[str, Any]) -> str:
    """Write Arrow tables as the files of a part, the measures last, and return its name: their checksum.

    The same rows make the same part. Raises as `write_parts`.
    """
    sums: dict[str, str] = {}
    contents: dict[str, Any] = {}
    for table in sorted(tables, key=lambda each: each == "measures"):
        beside = (f"{each}={sums[each]}" if each in sums else each for each in sorted(tables))
        contents[table] = parquet_of(table, tables[table], f"{STORE_VERSION} {' '.join(beside)}")
        sums[table] = checksum(contents[table])
    name = sums["measures"]
    try:
        for table, content in contents.items():
            _write(content, folder / PARTS / TEMPORARY, part_path(folder, table, name))
    except OSError as error:
        raise storage_lost(folder, error) from error
    return name


def parquet_of(table: str, content: Any, footer: str) -> Any:
    """Return the bytes of a Parquet file, in which our line stands in the footer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lacking = [column for column in TABLES[table] if column not in content.column_names]
    if lacking:
        raise ValueError(f"a part of {table} needs the columns {', '.join(lacking)}")
    content = content.replace_schema_metadata({FOOTER: footer.encode()})
    floats = [field.name for field in content.schema if pa.types.is_floating(field.type)]
    rest = [name for name in content.column_names if name not in set(floats)]
    stream = pa.BufferOutputStream()
    pq.write_table(
        content,
        stream,
        compression="zstd",
        use_dictionary=rest or False,
        use_byte_stream_split=floats or False,
        write_page_checksum=True,
        row_group_size=ROW_GROUP,
    )
    return stream.getvalue()


def _write(content: Any, place: Path, target: Path) -> None:
    """Write a file of a part under a name of this moment, force it to the disk and give it its name."""
    temporary = place / f"{uuid.uuid4().hex}.{target.parent.name}.inprogress"
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    finally:
        _drop(temporary)


def as_arrow(frame: Any, *, single: bool) -> Any:
    """Return a frame as an Arrow table with plain types: text, whole numbers, truth values, floats.

    Categories become text, and so does a column with nothing in it: in other parts it may hold words.
    """
    import pyarrow as pa

    use_system_memory()
    if isinstance(frame, Mapping):
        table = pa.table(dict(frame))
    else:
        table = _from_pandas(frame, single=single)
    fields = []
    for field in table.schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_null(kind) or pa.types.is_large_string(kind):
            kind = pa.string()
        elif single and pa.types.is_floating(kind):
            kind = pa.float32()
        fields.append(pa.field(field.name, kind))
    wanted = pa.schema(fields)
    return table if table.schema.equals(wanted) else table.cast(wanted)


def _from_pandas(frame: Any, *, single: bool) -> Any:
    """Return a frame as an Arrow table, NaN as null.

    To be stored as `single`, floats are converted all together: column by column it takes three times as long, which
    counts where a part has few rows and many columns.
    """
    import numpy as np
    import pyarrow as pa

    if not single:
        return pa.Table.from_pandas(frame, preserve_index=False)
    floats = frame.select_dtypes("floating")
    with np.errstate(over="ignore"):
        block = floats.to_numpy(np.float32).T
    columns = {name: pa.array(values, from_pandas=True) for name, values in zip(floats.columns, block, strict=True)}
    rest = pa.Table.from_pandas(frame.drop(columns=floats.columns), preserve_index=False)
    return pa.table({name: columns[name] if name in columns else rest[name] for name in frame.columns})


def write_whole(path: Path, text: str) -> None:
    """Write a small text file under a temporary name, force it to the disk and rename it."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        _drop(temporary)


def _drop(temporary: Path) -> None:
    """Remove what an interrupted write has left, if that can be done."""
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Force a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ------------------------------------------------------------------------------------------------------ reading


def part_names(folder: Path, table: str = "measures") -> set[str]:
    """Return the names of the parts that have a file for a table."""
    return {path.stem for path in (folder / PARTS / table).glob("*.parquet")}


def check_part(path: Path) -> str | None:
    """Return None if the file of a part, ``parts/TABLE/NAME.parquet``, is what was written, else what is wrong."""
    import pyarrow as pa

    try:
        columns = read_pages(Piece(path, ()))
    except FileNotFoundError:
        return "is missing"
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        return f"cannot be read ({str(error).splitlines()[0]})"
    lacking = [column for column in TABLES[path.parent.name] if column not in columns]
    return f"lacks the columns {', '.join(lacking)}" if lacking else None


def runs_in(path: Path) -> list[str]:
    """Return the runs that stand in a part, each once, in their order."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    runs: list[str] = pc.unique(pq.read_table(path, columns=["run"])["run"]).to_pylist()
    return runs


def remove_stale(folder: Path, seconds: float = STALE_SECONDS) -> int:
    """Remove temporary files that nobody has touched for so many seconds; return how many there were."""
    before = time.time() - seconds
    stale = [path for path in (folder / PARTS / TEMPORARY).glob("*.inprogress") if path.stat().st_mtime <= before]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
