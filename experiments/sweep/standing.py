"""How a sweep stands, for somebody who looks on: read only, also while a driver is at work.

The catalogue is what is told, but the parts are the truth: where the two do not agree, that is told as well.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.schema import WAITING

if TYPE_CHECKING:
    from rich.console import RenderableType


def status_of(folder: Path, failures: int, *, check: bool = False) -> RenderableType:
    """Return how a sweep stands.

    Parameters
    ----------
    failures
        How many of the runs that went wrong are shown.
    check
        Read every part to the last byte.

    Raises
    ------
    FolderError
        If it is no store of a sweep, or cannot be read.
    """
    from rich.console import Group
    from rich.text import Text

    from analysis.catalogue import read_counts, read_failures
    from analysis.load import FolderError, read_manifest
    from analysis.schema import SWEEP, check_version
    from experiments.sweep.lock import is_held
    from experiments.sweep.shown import counts_table, next_steps

    manifest = read_manifest(folder)
    if manifest.get("kind") != SWEEP:
        raise FolderError(f'"{folder}" is the folder of a single run; only the store of a sweep has a status')
    check_version(folder, manifest)
    counts = read_counts(folder)
    at_work = is_held(folder)
    parts: list[RenderableType] = [counts_table(str(manifest.get("name")), counts)]
    parts.append(Text(_at_work(folder, counts, is_at_work=at_work)))
    if precision := manifest.get("design", {}).get("precision"):
        width, names = precision["half_width"], ", ".join(precision["measures"])
        parts.append(
            Text(f"Not all that wait need be done: replicates end when the mean of {names} is known to ±{width}.")
        )
    parts += [Text(f"But: {words}", style="bold") for words in differences(folder, is_at_work=at_work, check=check)]
    wrong = read_failures(folder)
    parts += [Text(_failure(each)) for each in (wrong[-failures:] if failures else [])]
    if len(wrong) > failures:
        parts.append(Text(f"... {len(wrong) - failures:,} more went wrong; see the column error of store.runs"))
    return Group(*parts, Text(next_steps(folder, counts)))


def differences(folder: Path, *, is_at_work: bool, check: bool) -> list[str]:
    """Return where the catalogue says what the parts do not, one sentence each.

    Parameters
    ----------
    is_at_work
        Whether a driver is: then parts appear a moment before they are recorded, which is nothing to be told.
    check
        Compare every part with its checksum; else only see that its files are there.
    """
    from analysis.catalogue import read_parts
    from experiments.sweep.parts import part_names
    from experiments.sweep.reconcile import part_faults

    there = part_names(folder)  # before the catalogue: what is recorded meanwhile is then no surprise
    runs_of: dict[str, int] = {}
    for part in read_parts(folder).values():
        runs_of[part] = runs_of.get(part, 0) + 1
    remedy = f"innonet resume {folder}"
    found = []
    missing = [part for part in runs_of if part not in there and part not in part_names(folder)]
    if missing and is_at_work:  # it may have been merged into another just now
        named = set(read_parts(folder).values())
        missing = [part for part in missing if part in named]
    if missing:
        lost = sum(runs_of[part] for part in missing)
        found.append(
            f"{lost:,} runs that count as done are gone with {_parts(missing)}; they are done again by: {remedy}"
        )
    faults = part_faults(folder, [part for part in runs_of if part in there]) if check else {}
    found += [f"{fault}; its {runs_of[part]:,} runs are done again by: {remedy}" for part, fault in faults.items()]
    new = [] if is_at_work else sorted(there - set(runs_of))
    if new:
        runs = f"{_runs_in(folder, new):,} runs"
        found.append(f"the catalogue lacks {_parts(new)} of {runs}; what is good of them is taken in by: {remedy}")
    return found


def _parts(names: list[str]) -> str:
    return f"part {names[0]}" if len(names) == 1 else f"{len(names):,} parts"


def _runs_in(folder: Path, parts: list[str]) -> int:
    """Return how many runs stand in parts; those that cannot be read have none."""
    from pyarrow import ArrowException

    from analysis.schema import part_path
    from experiments.sweep.parts import runs_in

    found: set[str] = set()
    for part in parts:
        with suppress(OSError, ArrowException, KeyError):
            found.update(runs_in(part_path(folder, "measures", part)))
    return len(found)


def _failure(row: Mapping[str, Any]) -> str:
    factors = ", ".join(f"{name} = {value}" for name, value in row["factors"].items())
    return f"{row['state']}: {row['scenario']}, seed {row['seed']}: {row['error']}\n  {factors}"


def _at_work(folder: Path, counts: Mapping[str, int], *, is_at_work: bool) -> str:
    """Return whether somebody is at work on a store, how fast, and for how long still."""
    from experiments.sweep.lock import holder_of
    from experiments.sweep.shown import rate_words

    holder = holder_of(folder)
    if not holder:
        return "Nobody has begun with it."
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(holder["since"]))
    who = f"{holder['purpose']} by process {holder['pid']} on {holder['host']}"
    if not is_at_work:
        return f"Nobody is at work on it; the last was {who}, begun {since}."
    left = counts.get(WAITING, 0)
    finished = sum(counts.values()) - left - holder.get("finished", 0)
    words = rate_words(finished, left, time.time() - holder["since"])
    return f"At work since {since}: {who}, {holder.get('engine', 'beginning')}; {words}"
