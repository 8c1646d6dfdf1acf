"""Agreement between the catalogue of a store and its parts; the parts are the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.checksums import tables_beside
from analysis.schema import DAMAGED, DONE, PARTS, TABLES, part_path
from experiments.sweep.parts import check_part, part_names, remove_stale, runs_in, storage_lost

if TYPE_CHECKING:
    from experiments.sweep.catalogue import Catalogue


def reconcile(catalogue: Catalogue) -> list[str]:
    """Send runs of missing and damaged parts back to waiting, take in parts nobody recorded; return what was done.

    Every part is read to the last byte: a footer does not tell of a page that is damaged.

    Raises
    ------
    StorageLost
        If the store cannot be written.
    """
    folder = catalogue.folder
    try:
        remove_stale(folder)
        recorded = list(catalogue.parts())
        orphans = sorted(part_names(folder) - set(recorded))
        faults = part_faults(folder, [*recorded, *orphans])
        notes = [set_aside(catalogue, part, fault) for part, fault in faults.items()]
        notes += _adopted(catalogue, [part for part in orphans if part not in faults])
        measured = part_names(folder)
        for table in TABLES:
            remove_files(folder, part_names(folder, table) - measured, (table,))
    except OSError as error:
        raise storage_lost(folder, error) from error
    return notes


def part_faults(folder: Path, parts: Sequence[str]) -> dict[str, str]:
    """Return which parts are not good and why, from all their bytes; several are read at a time."""
    with ThreadPoolExecutor() as pool:
        faults = pool.map(lambda part: _part_fault(folder, part), parts)
        return {part: fault for part, fault in zip(parts, faults, strict=True) if fault}


def _part_fault(folder: Path, part: str) -> str | None:
    """Return None if all files of a part are good, else which is not and why."""
    path = part_path(folder, "measures", part)
    fault = check_part(path)
    if fault:
        return f"{path.relative_to(folder)} {fault}"
    for table in tables_beside(path):
        path = part_path(folder, table, part)
        fault = check_part(path) if table != "measures" else None
        if fault:
            return f"{path.relative_to(folder)} {fault}"
    return None


def set_aside(catalogue: Catalogue, part: str, fault: str) -> str:
    """Move the files of a part out of the way, send its runs back to waiting and return a note that says so."""
    folder = catalogue.folder
    number = catalogue.forget(part, fault)
    aside = folder / PARTS / DAMAGED
    aside.mkdir(exist_ok=True)
    for table in TABLES:
        path = part_path(folder, table, part)
        if path.exists():
            path.replace(aside / f"{part}.{table}")
    return (
        f"{fault}: {number:,} runs wait to be done again"
        if number
        else f"{fault}: set aside; no run was recorded in it"
    )


def remove_files(folder: Path, parts: Iterable[str], tables: Iterable[str] = TABLES) -> None:
    """Delete the files of parts, the measures first, so that no part is left with measures alone."""
    for part in parts:
        for table in tables:
            part_path(folder, table, part).unlink(missing_ok=True)


def _adopted(catalogue: Catalogue, parts: Iterable[str]) -> list[str]:
    """Record parts for those of their runs that are not done elsewhere; delete those that add nothing; return notes."""
    folder = catalogue.folder
    states = catalogue.states()
    taken: dict[str, int] = {}
    strange: dict[str, int] = {}
    for part in parts:
        runs = runs_in(part_path(folder, "measures", part))
        lacking = [run for run in runs if states.get(run, DONE) != DONE]
        unknown = sum(run not in states for run in runs)
        if lacking:
            catalogue.move(part, lacking)
            states.update(dict.fromkeys(lacking, DONE))
            taken[part] = len(lacking)
        elif unknown:
            strange[part] = unknown
        else:
            remove_files(folder, [part])
    notes = []
    if taken:
        notes.append(f"{_sum(taken)} runs that were done but not recorded were taken in from {_named(taken)}")
    if strange:
        notes.append(f"{_sum(strange)} runs that are not in the plan stand in {_named(strange)}, left alone")
    return notes


def _sum(runs: Mapping[str, int]) -> str:
    return f"{sum(runs.values()):,}"


def _named(parts: Mapping[str, int]) -> str:
    return f"{len(parts):,} parts" if len(parts) > 1 else f"part {next(iter(parts))}"
