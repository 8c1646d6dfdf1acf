"""Reading and arranging the tables of a store, as Arrow tables."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.checksums import checksum_of_part, read_checked
from analysis.load import FolderError
from analysis.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@cache
def use_system_memory() -> None:
    """Make Arrow take memory from the system's allocator, once per process.

    Its own asks for huge pages. Where the kernel must first make room for them, as on a virtual machine long in use,
    that was measured to take ten times as long as the reading itself.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())


@dataclass(frozen=True)
class Piece:
    """A file of a table and the runs to read from it.

    Attributes
    ----------
    is_single
        Whether it is that of a run folder, which has one run.
    checksum
        Of the file of a run folder, None if it is not known; that of a part is found by its name.
    """

    path: Path
    runs: tuple[str, ...]
    is_single: bool = False
    checksum: str | None = None


def read_piece(piece: Piece, runs: Sequence[str], columns: Sequence[str] | None) -> Any:
    """Return the rows of some runs of a piece as an Arrow table; `run` comes first.

    Raises
    ------
    FileNotFoundError
        If the file has gone.
    FolderError
        If it cannot be read, or a column is not there.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    use_system_memory()
    with _explained(piece), _opened(piece) as file:
        names = file.schema_arrow.names if columns is None else list(dict.fromkeys(("run", *columns)))
        _check_columns(piece.path, names, file.schema_arrow.names)
        table = file.read(columns=names).select(names)
    if piece.is_single:
        words = pa.array([piece.runs[0]], pa.string()).take(pa.array([0] * len(table), pa.int32()))
        return table.set_column(0, "run", words)
    is_wanted = pc.is_in(table["run"], value_set=pa.array(runs, table["run"].type))
    return table if pc.all(is_wanted).as_py() else table.filter(is_wanted)


def check_pieces(pieces: Iterable[Piece]) -> None:
    """Read pieces to the last byte, several at a time, and keep nothing; raises as `read_piece`."""
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(_check_piece, pieces):
            pass


def _check_piece(piece: Piece) -> None:
    with _explained(piece):
        read_pages(piece)


def read_pages(piece: Piece) -> list[str]:
    """Compare a file with its checksum, if it has one, and every page of it with its own; return its columns.

    Raises
    ------
    OSError, pyarrow.ArrowException, UnicodeDecodeError
        If the file cannot be read or is not what was written.
    """
    use_system_memory()
    with _opened(piece) as file:
        names: list[str] = file.schema_arrow.names
        for group in range(file.num_row_groups):
            file.read_row_group(group, use_threads=False)
    return names


def _opened(piece: Piece) -> Any:
    """Return the Parquet file of a piece, all of whose bytes have been compared with their checksum.

    Raises
    ------
    OSError, pyarrow.ArrowException
        If they are other bytes, or no Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    expected = piece.checksum if piece.is_single else checksum_of_part(piece.path)
    content = pa.BufferReader(read_checked(piece.path, expected))
    return pq.ParquetFile(content, page_checksum_verification=True)


@contextmanager
def _explained(piece: Piece) -> Iterator[None]:
    """Say what is wrong with a piece that cannot be read, and what helps."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise gone(piece.path) from error
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        where = "" if piece.is_single else f"; its runs are done again by: innonet resume {piece.path.parents[2]}"
        raise FolderError(f"{piece.path}: cannot be read ({str(error).splitlines()[0]}){where}") from error


def gone(path: Path) -> FileNotFoundError:
    """Return the error to raise for a file that is not there."""
    return FileNotFoundError(errno.ENOENT, "is missing", str(path))


def _check_columns(path: Path, wanted: Sequence[str], known: Sequence[str]) -> None:
    import difflib

    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            offer = f'; did you mean "{close[0]}"?' if close else f"; there are: {', '.join(known[:20])}"
            raise FolderError(f'{path.parent.name} has no column "{name}"{offer}')


def arranged(batches: Sequence[Any], runs: Sequence[str]) -> Any:
    """Return batches as one table whose runs stand in the order of `runs`, rows of a run as they were."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.concat_tables(batches, promote_options="permissive")
    places = pc.index_in(table["run"], value_set=pa.array(runs, table["run"].type)).to_numpy()
    if (np.diff(places) >= 0).all():
        return table
    return table.take(np.argsort(places, kind="stable"))


def empty(table: str, columns: Sequence[str] | None) -> Any:
    """Return a table without rows: nothing is done yet."""
    import pyarrow as pa

    kinds = {"quarter": pa.int64()}
    names = dict.fromkeys((*TABLES[table], *(columns or ())))
    return pa.table({name: pa.array([], kinds.get(name, pa.string())) for name in names})


def dataset(table: Any, runs: pd.DataFrame) -> xr.Dataset:
    """Return measures as a Dataset over run, region and quarter, with what `runs` says as coordinates along run.

    Raises
    ------
    FolderError
        If xarray is not installed.
    """
    try:
        import xarray
    except ImportError as error:
        raise FolderError("to_xarray needs xarray: pip install xarray") from error
    frame = table.to_pandas()
    words = frame.select_dtypes(["object", "string", "category"]).columns
    frame = frame.astype(dict.fromkeys(words, object)).set_index(["run", "region", "quarter"])
    order = list(dict.fromkeys(frame.index.get_level_values("run")))
    found: xr.Dataset = xarray.Dataset.from_dataframe(frame).sel(run=order)
    about = runs.set_index("run").loc[order].drop(columns=["part", "error"])
    return found.assign_coords({str(name): ("run", about[name].to_numpy()) for name in about if name not in found.dims})
