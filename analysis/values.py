"""One value per run of each measure: in the last quarter, on average, or in a quarter of one's choice."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from analysis.load import FolderError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("run", "region", "quarter")
MEAN = "mean"
LAST = "last"


def quarter_of(at: str | int, *tables: pd.DataFrame) -> str | int:
    """Return ``"mean"``, or the number of the quarter that is meant.

    Parameters
    ----------
    at
        ``"last"``, ``"mean"`` over the recorded quarters, or the number of a quarter.
    tables
        One row per run, region and quarter each, of all worlds that will be compared.

    Raises
    ------
    FolderError
        If nothing was recorded, or the runs do not agree on what is the last quarter or which are recorded.
    """
    if not all(len(table) for table in tables):
        raise FolderError("there are no measures to compare: no run has ended well")
    if isinstance(at, str) and at not in (LAST, MEAN):
        raise FolderError(f'--at {at}: choose "{LAST}", "{MEAN}" or the number of a quarter')
    if not isinstance(at, str):
        return at
    found: set[tuple[int, ...]] = set()
    for table in tables:
        by_run = table.groupby("run", observed=True)["quarter"].agg(["max", "min", "nunique"]).drop_duplicates()
        found |= {tuple(row) for row in by_run.to_numpy().tolist()}
    ends = sorted({last for last, *_ in found})
    if len(ends) > 1:
        raise FolderError(f"the runs end in different quarters ({listed(ends)}); choose one with --at QUARTER")
    if at == MEAN and len(found) > 1:
        raise FolderError("the runs did not record the same quarters, so their means differ; use --at QUARTER")
    return MEAN if at == MEAN else int(ends[0])


def values_at(measures: pd.DataFrame, names: Sequence[str] | None = None, at: str | int = LAST) -> pd.DataFrame:
    """Return one row per run and region with one value of each measure.

    Parameters
    ----------
    measures
        One row per run, region and quarter.
    names
        Measures to take; all that are numbers if None.
    at
        See `quarter_of`. A mean leaves out the quarters in which the measure is null.

    Raises
    ------
    FolderError
        If there is no such measure or quarter, or a measure is a text.
    """
    chosen = number_columns(measures) if names is None else checked(names, measures)
    quarter = quarter_of(at, measures)
    if quarter == MEAN:
        return measures.groupby(["run", "region"], sort=False, observed=True)[chosen].mean().reset_index()
    rows = measures[measures["quarter"] == quarter]
    if not len(rows):
        recorded = sorted(set(measures["quarter"]))
        raise FolderError(f"quarter {quarter} was not recorded; there are {listed(recorded)}")
    return rows[["run", "region", *chosen]].reset_index(drop=True)


def number_columns(measures: pd.DataFrame) -> list[str]:
    """Return the names of the measures that are numbers."""
    from pandas.api.types import is_numeric_dtype

    return [str(name) for name in measures if name not in KEYS and is_numeric_dtype(measures[name])]


def checked(names: Sequence[str], measures: pd.DataFrame) -> list[str]:
    """Return names of measures, each once.

    Raises
    ------
    FolderError
        If one is not there, or is a text.
    """
    known = number_columns(measures)
    for name in names:
        if name not in known:
            what = "is a text, not a number" if name in measures and name not in KEYS else "was not recorded"
            raise FolderError(f'the measure "{name}" {what}{nearest(name, known)}')
    return list(dict.fromkeys(names))


def listed(names: Iterable[Any], most: int = 12) -> str:
    """Return names in one line, and how many more there are.

    >>> listed([1, 2, 3], most=2)
    '1, 2 and 1 more'
    """
    every = [str(name) for name in names]
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")


def nearest(name: str, names: Sequence[str]) -> str:
    """Return an offer of the name closest to `name`, empty if none is close.

    >>> nearest("n_firm", ["n_firms", "sales"])
    '; did you mean "n_firms"?'
    """
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""
