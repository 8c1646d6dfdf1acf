"""Effects of a change between runs: two values of a factor, or two stores, on equal seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from analysis.load import FolderError
from analysis.paired_statistics import paired_effect, unpaired_effect
from analysis.pairing import Pairs, pairs_between, pairs_by
from analysis.values import LAST, MEAN, listed, quarter_of, values_at

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """Effects on several measures.

    Attributes
    ----------
    effects
        One row per contrast, region and measure: those three, whether runs were paired by their seeds, then the
        attributes of `Effect`.
    notes
        What was left out and why, one sentence each.
    at
        Number of the quarter the values are of, or "mean".
    """

    effects: pd.DataFrame
    notes: tuple[str, ...]
    at: str | int


def effects_by(
    runs: pd.DataFrame,
    measures: pd.DataFrame,
    by: str,
    *,
    base: Any = None,
    names: Sequence[str] | None = None,
    at: str | int = LAST,
) -> Comparison:
    """Return the effects of a factor: each of its values against the base value, on equal seeds.

    Where other factors vary too, runs are paired within each of their combinations and the differences averaged
    within a seed, so that the seed, the unit of chance, is what is resampled.

    Parameters
    ----------
    runs
        One row per run: ``run``, ``seed`` and one column per factor.
    measures
        One row per run, region and quarter.
    by, base
        The factor and the value to compare with (see `analysis.pairing.pairs_by`).
    names, at
        Measures, and which quarter of them (see `analysis.values.values_at`).

    Raises
    ------
    FolderError
        If anything asked for is not there, or there is nothing to compare.
    """
    kept = measures[measures["run"].isin(runs["run"])]
    quarter = _quarter_of(at, kept)
    return _comparison(pairs_by(runs, values_at(kept, names, quarter), by, base), quarter)


def effects_between(
    base: tuple[pd.DataFrame, pd.DataFrame],
    changed: tuple[pd.DataFrame, pd.DataFrame],
    *,
    contrast: str = "base -> changed",
    names: Sequence[str] | None = None,
    at: str | int = LAST,
) -> Comparison:
    """Return the effects between two stores, each given as its runs and its measures, on equal seeds.

    Raises
    ------
    FolderError
        If anything asked for is not there, one store varies what the other does not, or there is nothing to compare.
    """
    quarter = _quarter_of(at, base[1], changed[1])
    sides = [(runs, values_at(measures, names, quarter)) for runs, measures in (base, changed)]
    return _comparison([pairs_between(sides[0], sides[1], contrast)], quarter)


def _quarter_of(at: str | int, *tables: pd.DataFrame) -> str | int:
    """Return the quarter that is meant (see `analysis.values.quarter_of`).

    Raises
    ------
    FolderError
        As there; of a mean over runs of different length also why there is none.
    """
    if at == MEAN:
        ends = {int(end) for table in tables for end in table.groupby("run", observed=True)["quarter"].max()}
        if len(ends) > 1:
            raise FolderError(
                f"--at mean: the runs end in different quarters ({listed(sorted(ends))}), so their means are over "
                "different times and would differ without any change; choose a quarter that all have with --at QUARTER"
            )
    return quarter_of(at, *tables)


def _comparison(all_pairs: list[Pairs], at: str | int) -> Comparison:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    notes: dict[str, None] = {}
    for pairs in all_pairs:
        notes.update(dict.fromkeys(pairs.notes))
        for region in dict.fromkeys(pairs.base.index.get_level_values("region")):
            base, changed = (side.xs(region, level="region") for side in (pairs.base, pairs.changed))
            for name in pairs.base.columns:
                x, y = (side[name].to_numpy(dtype=float) for side in (base, changed))
                seeds, others = (side.index.get_level_values("seed").to_numpy() for side in (base, changed))
                found = paired_effect(x, y, seeds) if pairs.is_paired else unpaired_effect(x, y, seeds, others)
                what = {"contrast": pairs.contrast, "region": region, "measure": name, "is_paired": pairs.is_paired}
                rows.append(what | asdict(found))
    return Comparison(pd.DataFrame(rows), tuple(notes), at)
