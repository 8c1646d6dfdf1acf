"""Compaction: many small parts become few large ones, which read faster and are kinder to a file system.

At every moment each run that is done stands in a part the catalogue names: a new part is written whole, then recorded,
and only then are the old ones deleted. What a kill leaves over, the next `reconcile` clears away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm.errors import InputError
from analysis.checksums import tables_beside
from analysis.load import FolderError, read_manifest
from analysis.schema import RUNS, SWEEP, TABLES, part_path
from analysis.tables import Piece, arranged, read_piece
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.export import export_runs
from experiments.sweep.lock import held
from experiments.sweep.parts import part_names, save
from experiments.sweep.reconcile import part_faults, remove_files, set_aside

TARGET_MIB = 64.0
"""Largest size of a part that compaction makes."""


@dataclass(frozen=True)
class Compaction:
    """What a compaction did: files and MiB before and after, and notes for a person."""

    files_before: int
    files_after: int
    mib_before: float
    mib_after: float
    notes: tuple[str, ...]


def compact(folder: str | Path, target_mib: float = TARGET_MIB) -> Compaction:
    """Merge the parts of a store into as few as may be, none much larger than `target_mib`.

    Parts that turn out damaged are set aside, and their runs wait to be done again.

    Raises
    ------
    InputError
        If it is the folder of a single run, a driver is at work on it, or its catalogue is lost.
    FolderError
        If it is no store, or one of another version.
    StorageLost
        If it cannot be written.
    """
    place = Path(folder)
    if read_manifest(place).get("kind") != SWEEP:
        raise InputError(f'"{place}" is the folder of a single run; there is nothing to merge')
    with held(place, purpose="compact"), Catalogue.open(place) as catalogue:
        notes = catalogue.reconcile()  # it reads every part to the last byte, also those that are merged with none
        before = _files(place)
        for group in _groups(place, catalogue.parts(), target_mib * 2**20):
            notes += _merge(catalogue, group)
        after = _files(place)
        if (place / RUNS).exists():
            export_runs(place)  # it names the parts
    mib_before, mib_after = (sum(each.values()) / 2**20 for each in (before, after))
    return Compaction(len(before), len(after), mib_before, mib_after, tuple(notes))


def _files(folder: Path) -> dict[Path, int]:
    """Return the size in bytes of every file of a part."""
    paths = (part_path(folder, table, part) for table in TABLES for part in part_names(folder, table))
    return {path: path.stat().st_size for path in paths}


def _groups(folder: Path, parts: Iterable[str], limit: float) -> Iterator[list[str]]:
    """Yield groups of two parts or more, neighbours in the design, whose files of one table fit the limit together."""
    group: list[str] = []
    held_bytes = dict.fromkeys(TABLES, 0)
    for part in parts:
        paths = {table: part_path(folder, table, part) for table in TABLES}
        sizes = {table: path.stat().st_size if path.exists() else 0 for table, path in paths.items()}
        if any(held_bytes[table] + sizes[table] > limit for table in TABLES):
            if len(group) > 1:
                yield group
            group, held_bytes = [], dict.fromkeys(TABLES, 0)
        group.append(part)
        held_bytes = {table: held_bytes[table] + sizes[table] for table in TABLES}
    if len(group) > 1:
        yield group


def _merge(catalogue: Catalogue, group: Sequence[str]) -> list[str]:
    """Write the parts of a group as one, record it and delete them; return notes on damaged ones, set aside."""
    folder = catalogue.folder
    recorded = catalogue.parts()
    runs_of = {part: recorded[part] for part in group}
    runs = [run for each in runs_of.values() for run in each]
    try:
        tables = tables_beside(part_path(folder, "measures", group[0]))
        name = save(folder, {table: _joined(folder, table, runs_of, runs) for table in tables})
    except FolderError:
        faults = part_faults(folder, group)
        if not faults:
            raise
        rest = [part for part in group if part not in faults]
        notes = [set_aside(catalogue, part, fault) for part, fault in faults.items()]
        return notes + (_merge(catalogue, rest) if len(rest) > 1 else [])
    catalogue.move(name, runs)
    remove_files(folder, [part for part in group if part != name])
    return []


def _joined(folder: Path, table: str, runs_of: Mapping[str, Sequence[str]], runs: Sequence[str]) -> Any:
    """Return the rows of a table that count, as one Arrow table in the order of `runs`.

    Raises
    ------
    FolderError
        If a part is damaged: all its bytes are compared with their checksum.
    """
    pieces = (Piece(part_path(folder, table, part), tuple(each)) for part, each in runs_of.items())
    return arranged([read_piece(piece, piece.runs, None) for piece in pieces], runs)
