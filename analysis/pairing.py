"""Pairs of worlds: runs with the same random numbers that differ in one thing only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.load import FolderError
from analysis.schema import RUN_COLUMNS
from analysis.values import listed, nearest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pairs:
    """Values of measures in two kinds of worlds.

    Attributes
    ----------
    contrast
        What differs, in words.
    base, changed
        One row per run and region, one column per measure. The index holds region, seed, then the factors that vary
        beside the contrast; if `is_paired` it is the same in both.
    is_paired
        Whether the rows of both belong together by their seed.
    notes
        What was left out and why, one sentence each.
    """

    contrast: str
    base: pd.DataFrame
    changed: pd.DataFrame
    is_paired: bool
    notes: tuple[str, ...]


class Side(NamedTuple):
    """One side of a comparison: its measures by region, seed and background, and how many runs have none."""

    table: pd.DataFrame
    lost: int


def factors_of(runs: pd.DataFrame) -> list[str]:
    """Return the columns of runs that say in which world a run took place and that are not the same for all."""
    names = [str(name) for name in runs if name not in RUN_COLUMNS or name == "scenario"]
    return [name for name in names if runs[name].map(repr).nunique() > 1]


def pairs_by(runs: pd.DataFrame, values: pd.DataFrame, by: str, base: Any = None) -> list[Pairs]:
    """Return the pairs of runs that differ in the factor `by` alone: each other value against the base value.

    Parameters
    ----------
    runs
        One row per run, with ``run``, ``seed`` and one column per factor.
    values
        One row per run and region (see `analysis.values.values_at`).
    by
        The factor: a parameter, ``scenario`` or ``regime``.
    base
        The value to compare with; by default "off" of a switch, the lowest number, or the first text.

    Raises
    ------
    FolderError
        If there is no such factor or value, or nothing to compare.
    """
    runs = _plain_scenarios(runs)
    if by not in runs or by not in (known := factors_of(runs)):
        varied = factors_of(runs)
        offer = f"it varies {listed(varied)}" if varied else "nothing varies in it"
        raise FolderError(f'the store does not vary "{by}"{nearest(by, varied)}; {offer}')
    levels = sorted(set(runs[by].dropna()), key=lambda value: (isinstance(value, str), value))
    if len(levels) > 1 and all(isinstance(value, str) for value in levels):
        levels = list(dict.fromkeys(runs[by].dropna()))
    if base is None:
        base = levels[0]
    elif base not in levels:
        raise FolderError(f"{by} is never {_shown(base)} in this store; it is {listed(map(_shown, levels))}")
    background = [name for name in known if name != by]
    sides = {level: _side(runs[runs[by] == level], values, background) for level in levels}
    return [
        _paired(f"{by}: {_shown(base)} -> {_shown(level)}", sides[base], sides[level])
        for level in levels
        if level != base
    ]


def pairs_between(
    base: tuple[pd.DataFrame, pd.DataFrame], changed: tuple[pd.DataFrame, pd.DataFrame], contrast: str
) -> Pairs:
    """Return the pairs of runs with the same seed and the same factors in two stores.

    Parameters
    ----------
    base, changed
        The runs of each store and their values (see `pairs_by`).
    contrast
        What differs, in words.

    Raises
    ------
    FolderError
        If one store varies what the other does not, or there is nothing to compare.
    """
    stores = [(_plain_scenarios(runs), values) for runs, values in (base, changed)]
    varied = [factors_of(runs) for runs, _ in stores]
    if set(varied[0]) != set(varied[1]):
        only = sorted(set(varied[0]) ^ set(varied[1]))
        raise FolderError(f"only one of the two stores varies {listed(only)}; compare stores of like designs")
    shared = [name for name in stores[0][1] if name in stores[1][1]]
    sides = [_side(runs, values[shared], varied[0]) for runs, values in stores]
    return _paired(contrast, sides[0], sides[1])


# ------------------------------------------------------------------------------------------------------ parts


def _plain_scenarios(runs: pd.DataFrame) -> pd.DataFrame:
    """Name scenarios without their regime ("equipment/strong support") where a column of its own tells it."""
    if "regime" not in runs or "scenario" not in runs:
        return runs
    return runs.assign(scenario=runs["scenario"].astype(str).str.partition("/")[0])


def _side(runs: pd.DataFrame, values: pd.DataFrame, background: Sequence[str]) -> Side:
    """Return one side of a comparison; factors go into the index as text, so that null is a value too."""
    keys = runs[["run", "seed"]].assign(**{name: runs[name].map(repr) for name in background})
    table = keys.merge(values, on="run", how="left").set_index(["region", "seed", *background])
    lost = np.asarray(table.index.get_level_values("region").isna())
    table = table[~lost]
    if table.index.has_duplicates:
        twice = table.loc[[table.index[table.index.duplicated()][0]], "run"].iloc[:2]
        raise FolderError(f"the runs {listed(twice)} have the same seed and factors, so they cannot be told apart")
    return Side(table.drop(columns="run"), int(lost.sum()))


def _paired(contrast: str, base_side: Side, changed_side: Side) -> Pairs:
    notes = [
        f"runs of the {name} world without measures (not yet done, or failed): {side.lost}"
        for name, side in (("base", base_side), ("changed", changed_side))
        if side.lost
    ]
    base, changed = base_side.table, changed_side.table
    common = base.index.intersection(changed.index, sort=False)
    if len(common):
        alone = len(base) + len(changed) - 2 * len(common)
        if alone:
            notes.append(
                f"left out for want of a counterpart with the same seed: {alone} of {len(base) + len(changed)}"
            )
        return Pairs(contrast, base.loc[common], changed.loc[common], True, tuple(notes))
    if not len(base) or not len(changed):
        raise FolderError(f"{contrast}: there are no runs with measures on one side of the comparison")
    worlds = [set(side.reset_index("seed").index) for side in (base, changed)]
    if worlds[0] != worlds[1]:
        raise FolderError(f"{contrast}: no two runs differ in this alone; compare by a factor of a grid or factorial")
    notes.append(_why_unpaired(*(side.index.get_level_values("seed") for side in (base, changed))))
    return Pairs(contrast, base, changed, False, tuple(notes))


def _why_unpaired(base: Iterable[Any], changed: Iterable[Any]) -> str:
    """Return why nothing is paired, and what that means, from the seed of each run.

    >>> _why_unpaired([1, 2], [3, 4]).partition(":")[0]
    'the two share no seeds, so nothing is paired'
    """
    alone = "the two share no seeds" if set(base).isdisjoint(changed) else "no two runs share both seed and factors"
    return (
        f"{alone}, so nothing is paired: runs of one seed are averaged and count once, and an interval holds the "
        "chance of both worlds. Give both the same seeds for a sharper comparison"
    )


def _shown(value: Any) -> str:
    """Return a value as a person writes it.

    >>> _shown(True), _shown(0.25), _shown("strong support")
    ('on', '0.25', 'strong support')
    """
    if isinstance(value, str):
        return value
    return ("on" if value else "off") if type(value).__name__ in {"bool", "bool_"} else f"{value:g}"
