"""Comparing worlds: two worlds of one scenario, two stores, or the values of a factor in a store."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import InputError, nearest

if TYPE_CHECKING:
    from analysis.effects import Comparison
    from analysis.store import Store
    from experiments.sweep.plan import Plan


@dataclass(frozen=True)
class Asked:
    """What is to be compared.

    Attributes
    ----------
    names
        Measures; None for the headlines, empty for all.
    at
        ``"last"``, ``"mean"`` or the number of a quarter.
    """

    names: Sequence[str] | None
    at: str | int


def compare_by(path: Path, by: str, base: Any, asked: Asked) -> Comparison:
    """Return the effects of a factor in a store.

    Raises
    ------
    FolderError
        If the store cannot be read, or holds nothing to compare.
    """
    from analysis.effects import effects_by
    from analysis.store import open_store

    store = open_store(path)
    measures, names = _measures(store, asked.names)
    return effects_by(store.runs, measures, by, base=base, names=names, at=asked.at)


def compare_stores(base: Path, changed: Path, asked: Asked) -> Comparison:
    """Return the effects between two stores or run folders.

    Raises
    ------
    FolderError
        If a store cannot be read, or there is nothing to compare.
    """
    from analysis.effects import effects_between
    from analysis.store import open_store

    stores = [open_store(path) for path in (base, changed)]
    (one, names), (other, other_names) = (_measures(store, asked.names) for store in stores)
    return effects_between(
        (stores[0].runs, one),
        (stores[1].runs, other),
        contrast=f"{base} -> {changed}",
        names=[name for name in names if name in other_names],
        at=asked.at,
    )


def compare_worlds(folder: Path, changes: Mapping[str, Any], asked: Asked) -> Comparison:
    """Return the effects of the changes in the store of a plan by `two_worlds`.

    Raises
    ------
    FolderError
        If the store cannot be read, or no pair is done.
    """
    from analysis.effects import effects_between
    from analysis.store import open_store

    store = open_store(folder)
    measures, names = _measures(store, asked.names)
    sides = []
    for point in (0, 1):
        runs = store.runs.loc[store.runs["point"] == point, ["run", "seed"]]
        sides.append((runs, measures[measures["run"].isin(runs["run"])]))
    return effects_between(sides[0], sides[1], contrast=f"as it is -> {_as_words(changes)}", names=names, at=asked.at)


def two_worlds(given: str, changes: Mapping[str, Any], *, seeds: int, quarters: int | None) -> Plan:
    """Return the plan of a scenario as it is (point 0) and with changes (point 1), on the seeds 1, 2, ...

    Raises
    ------
    InputError
        If anything is not valid, or the changes change nothing.
    """
    from abm.scenario import Scenario, scenario_names
    from experiments.sweep.design import Design
    from experiments.sweep.plan import make_plan

    Scenario.load(given)  # its errors are better than those of a design
    scenario = given if given in scenario_names() else str(Path(given).resolve())
    name = re.sub(r"\W+", "-", Path(given).stem).strip("-")[:40] or "scenario"
    design = Design.model_validate(
        {
            "name": f"compare-{name}",
            "title": f"{given}: as it is, and with {_as_words(changes)}",
            "scenarios": [scenario],
            "quarters": quarters,
            "replicates": seeds,
            "sampling": {"kind": "list", "points": [{}, dict(changes)]},
        }
    )
    plan = make_plan(design)
    if len(plan.runs) < 2 * seeds:
        raise InputError(f"--set {_as_words(changes)}: {given} is so already; there is nothing to compare")
    return plan


def check_asked(asked: Asked, plan: Plan) -> None:
    """Refuse, before anything runs, what the runs of a plan will not hold.

    Raises
    ------
    InputError
        If there is no such measure, it is a text, or there is no such quarter.
    """
    from abm.measures import MEASURES
    from analysis.values import LAST, MEAN

    numbers = [name for name, each in MEASURES.items() if not each.is_text]
    for name in asked.names or ():
        if name not in numbers:
            what = "is a text, not a number" if name in MEASURES else "does not exist"
            raise InputError(f'--measures: "{name}" {what}{nearest(name, numbers)}')
    last = plan.runs[0].quarters
    if asked.at not in (LAST, MEAN) and (isinstance(asked.at, str) or not 1 <= asked.at <= last):
        raise InputError(f'--at {asked.at}: choose "{LAST}", "{MEAN}" or a quarter from 1 to {last}')


def folder_of(plan: Plan) -> Path:
    """Return where the store of a plan lies by default: other runs or other code, another folder."""
    from experiments.sweep.provenance import code_digest

    digest = hashlib.blake2b((plan.hash + code_digest()).encode(), digest_size=4).hexdigest()
    return Path("runs") / f"{plan.design.name}-{digest}"


def run_worlds(plan: Plan, folder: Path, *, jobs: int | None, quiet: bool) -> int:
    """Run a plan into a store, or what a store of the same plan still lacks, and return the exit code.

    Raises
    ------
    InputError
        If the folder is taken by something else or cannot be written.
    """
    from analysis.load import read_manifest
    from experiments.sweep.batch import begin, resume
    from experiments.sweep.options import Options

    options = Options(jobs=jobs, quiet=quiet)
    is_new = not (folder / "manifest.json").is_file()
    if not is_new and read_manifest(folder).get("plan") != plan.hash:
        raise InputError(f'"{folder}" holds other runs; choose another folder with --out')
    with contextlib.redirect_stdout(io.StringIO()):  # the effects tell it, not the summary of a sweep
        return begin(plan, folder, options) if is_new else resume(folder, options)


def write_comparison(comparison: Comparison, folder: Path, title: str) -> list[Path]:
    """Write ``effects.csv`` and the forest figure ``effects.png`` and ``effects.svg``; return the files.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    from analysis.effect_table import HEADLINES
    from analysis.figures import draw_effects, save_figure

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".effects-", dir=folder) as name:
            place = Path(name)
            table = comparison.effects.assign(unit=comparison.effects["measure"].map(units()), at=comparison.at)
            table.to_csv(place / "effects.csv", index=False)
            save_figure(draw_effects(comparison.effects, HEADLINES, title), place, "effects")
            files = sorted(path.name for path in place.iterdir())
            for file in files:
                os.replace(place / file, folder / file)
    except OSError as error:
        raise InputError(f'cannot write to "{folder}": {(error.strerror or str(error)).lower()}') from error
    return [folder / file for file in files]


def units() -> dict[str, str]:
    """Return the unit of every measure."""
    from abm.measures import MEASURES

    return {name: each.unit for name, each in MEASURES.items()}


def _measures(store: Store, names: Sequence[str] | None) -> tuple[Any, list[str]]:
    """Return the measures asked for as a frame, and their names; of the headlines those that were recorded.

    Raises
    ------
    FolderError
        If no run is done, or a measure was not recorded or is a text.
    """
    import pyarrow.parquet as pq

    from analysis.effect_table import HEADLINES
    from analysis.load import FolderError
    from analysis.values import KEYS, checked, number_columns

    pieces = store.pieces("measures")
    if not pieces:
        raise FolderError(f'"{store.folder}": no run is done yet')
    schema = pq.read_schema(pieces[0].path).empty_table().to_pandas()
    known = number_columns(schema)
    chosen = checked(names, schema) if names else [name for name in HEADLINES if name in known and names is None]
    chosen = chosen or known
    return store.arrow("measures", [*KEYS[1:], *chosen]).to_pandas(), chosen


def _as_words(changes: Mapping[str, Any]) -> str:
    """Return changes as a person writes them.

    >>> _as_words({"switches.platform": False, "policy.budget_share": 0.3})
    'switches.platform = off, policy.budget_share = 0.3'
    """
    shown = {name: ("on" if value else "off") if isinstance(value, bool) else value for name, value in changes.items()}
    return ", ".join(f"{name} = {value}" for name, value in shown.items())
