"""Agreement between the catalogue of a store and its parts; the parts are the truth."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.schema import DAMAGED, DONE, PARTS, TABLES, part_path
from experiments.sweep.parts import check_part, part_names, remove_stale, runs_in, storage_lost, tables_beside

if TYPE_CHECKING:
    from experiments.sweep.catalogue import Catalogue


def reconcile(catalogue: Catalogue) -> list[str]:
    """Send runs of missing and damaged parts back to waiting, take in parts nobody recorded; return what was done.

    Raises
    ------
    StorageLost
        If the store cannot be written.
    """
    folder = catalogue.folder
    try:
        remove_stale(folder)
        notes = [note for part in catalogue.parts() if (note := _checked(catalogue, part))]
        recorded = set(catalogue.parts())
        for part in sorted(part_names(folder) - recorded):
            notes.append(_checked(catalogue, part) or _adopted(catalogue, part))
        measured = part_names(folder)
        for table in TABLES:
            remove_files(folder, part_names(folder, table) - measured, (table,))
    except OSError as error:
        raise storage_lost(folder, error) from error
    return [note for note in notes if note]


def part_fault(folder: Path, part: str, *, whole: bool = False) -> str | None:
    """Return None if all files of a part are good, else which is not and why."""
    path = part_path(folder, "measures", part)
    fault = check_part(path, whole=whole)
    if fault:
        return f"{path.relative_to(folder)} {fault}"
    for table in tables_beside(path):
        path = part_path(folder, table, part)
        fault = check_part(path, whole=whole)
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
    return f"{fault}: {number:,} runs wait to be done again"


def remove_files(folder: Path, parts: Iterable[str], tables: Iterable[str] = TABLES) -> None:
    """Delete the files of parts, the measures first, so that no part is left with measures alone."""
    for part in parts:
        for table in tables:
            part_path(folder, table, part).unlink(missing_ok=True)


def _checked(catalogue: Catalogue, part: str) -> str:
    """Set a part aside if it is not good; return the note, empty if it is good."""
    fault = part_fault(catalogue.folder, part)
    return set_aside(catalogue, part, fault) if fault else ""


def _adopted(catalogue: Catalogue, part: str) -> str:
    """Record a part for those of its runs that are not done elsewhere; delete it if there are none."""
    folder = catalogue.folder
    states = catalogue.states()
    runs = runs_in(part_path(folder, "measures", part))
    lacking = [run for run in runs if states.get(run, DONE) != DONE]
    if lacking:
        catalogue.move(part, lacking)
        return f"{len(lacking):,} runs that were done but not recorded were taken in from part {part}"
    strange = sum(run not in states for run in runs)
    if strange:
        return f"part {part} holds {strange:,} runs that are not in the plan; it is left alone"
    remove_files(folder, [part])
    return ""
