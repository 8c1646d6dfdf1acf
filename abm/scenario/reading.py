"""Reading text, TOML and CSV so that whatever is wrong with a file comes out as one clear message."""

from __future__ import annotations

import csv
import io
import stat
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm.errors import InputError, nearest
from abm.scenario.problems import Problems, shown, suggestion

MAX_TOML_BYTES = 16 * 2**20
MAX_TABLE_BYTES = 4 * 2**30


def read_text(path: Path, max_bytes: int) -> str:
    """Return the text of a UTF-8 file.

    Raises
    ------
    InputError
        If it is missing, a folder, not a plain file, unreadable, empty, too large, or not UTF-8.
    """
    try:
        content = _read_bytes(path, max_bytes)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file{_nearest_file(path)}") from None
    except PermissionError:
        raise InputError(f"{path}: may not be read (permission denied)") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(str(path))}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if not content.strip():
        raise InputError(f"{path}: is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: is not UTF-8 text; save it with the encoding UTF-8") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(f"{path}, line {line}: is not UTF-8 text (zero byte); save it with the encoding UTF-8")
    return text


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path}: is a folder; a file is expected")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: is not a plain file")
    if status.st_size > max_bytes:
        raise InputError(f"{path}: {status.st_size:,} bytes is too large; allowed up to {max_bytes:,}")
    return path.read_bytes()


def _nearest_file(path: Path) -> str:
    try:
        names = [each.name for each in path.parent.iterdir() if each.suffix == path.suffix and each.is_file()]
    except (OSError, ValueError):
        return ""
    return nearest(path.name, names)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises
    ------
    InputError
        If it cannot be read or is not TOML; the message of the parser names line and column.
    """
    text = read_text(path, MAX_TOML_BYTES)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(f"{path}: malformed TOML: nested too deeply") from None
    except ValueError as error:
        raise InputError(f"{path}: malformed TOML: {str(error)[:200]}") from None


@dataclass(frozen=True)
class Sheet:
    """A table read from CSV, by column.

    Attributes
    ----------
    path
        Where it was read.
    columns
        Text of every cell, stripped; columns that the file lacks are absent.
    lines
        Line of the file each row ends on.
    """

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """Return a column; one of empty cells if the file has none of that name."""
        return self.columns.get(name, [""] * len(self.lines))


def read_sheet(
    path: Path,
    required: Sequence[str],
    optional: Iterable[str],
    max_rows: int,
    *,
    prefixes: tuple[str, ...] = (),
    may_be_empty: bool = False,
) -> Sheet:
    """Return a CSV table whose first line names its columns; any column with one of the `prefixes` is allowed.

    Raises
    ------
    InputError
        If it cannot be read, is malformed, or has too many rows, or columns that are missing, unknown or repeated.
    """
    text = read_text(path, MAX_TABLE_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(path, header, required, [*required, *optional], prefixes)
        columns: list[list[str]] = [[] for _ in header]
        lines = _read_rows(path, reader, columns, max_rows)
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: malformed CSV: {error}") from None
    if not lines and not may_be_empty:
        raise InputError(f"{path}: has a header and no rows")
    return Sheet(path, dict(zip(header, columns, strict=True)), lines)


def _check_header(
    path: Path, header: list[str], required: Sequence[str], known: list[str], prefixes: tuple[str, ...]
) -> None:
    problems = Problems(f"{path}, line 1")
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        problems.add("columns must be separated by commas")
        problems.stop()
    for place, name in enumerate(header):
        if name in header[:place]:
            problems.add(f'the column "{name}" stands there twice')
        elif name not in known and not name.startswith(prefixes):
            problems.add(f"unknown column {shown(name)}{suggestion(name, known)}")
    for name in required:
        if name not in header:
            problems.add(f'the column "{name}" is missing; the columns are {", ".join(known[:12])}')
    problems.stop()


def _read_rows(path: Path, reader: Any, columns: list[list[str]], max_rows: int) -> list[int]:
    lines: list[int] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise InputError(f"{path}, line {reader.line_num}: {len(cells)} cells, but the header has {len(columns)}")
        if len(lines) == max_rows:
            raise InputError(f"{path}: has more than {max_rows:,} rows")
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell.strip())
        lines.append(reader.line_num)
    return lines
