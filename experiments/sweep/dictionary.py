"""The data dictionary of a store: what every column is, from the declarations of parameters and measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.store import Store

RUNS: dict[str, tuple[str, str]] = {
    "run": ("", "identity of the run: scenario, parameters, seed, quarters, measures and version of the model"),
    "point": ("", "row of the design"),
    "replicate": ("", "number of the repetition of a point, from 0"),
    "block": ("", "Saltelli block or Morris trajectory; -1 for none"),
    "scenario": ("", "scenario, with the regime where there are several"),
    "regime": ("", "alternative policy of the design"),
    "seed": ("", "seed of all chance"),
    "quarters": ("quarter", "length of the run after the burn-in"),
    "state": (
        "",
        "waiting, done, failed, invalid (a null that may not be), late (over its time), dead (kills workers)",
    ),
    "tries": ("", "how often it was begun and came to an end that is known"),
    "wall": ("second", "time it took"),
    "cpu": ("second", "time it computed"),
    "peak_mib": ("MiB", "largest memory of the process that ran it, so far"),
    "part": ("", "name of the files in parts/ that hold it"),
    "error": ("", "what went wrong"),
    "region": ("", "region of the scenario"),
    "quarter": ("quarter", "counted after the burn-in, from 1"),
}
"""Unit and meaning of the columns that are neither factors nor measures."""

COLUMNS = ("table", "column", "unit", "meaning", "formula", "source", "bounds", "null_when")


def rows_of(store: Store) -> pd.DataFrame:
    """Return one row per column of `runs` and `measures`: `COLUMNS`, empty where nothing is declared."""
    import pandas as pd

    measures = next(iter(store.batches("measures")), None)
    names = list(measures.column_names) if measures is not None else []
    rows = [_row("runs", str(name)) for name in store.runs] + [_row("measures", name) for name in names]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(table: str, column: str) -> dict[str, str]:
    from abm.measures import MEASURES
    from abm.parameters import SPECIFICATIONS

    row = dict.fromkeys(COLUMNS, "") | {"table": table, "column": column}
    if table == "runs" and column in SPECIFICATIONS:
        known = SPECIFICATIONS[column]
        row |= {"unit": known.unit, "meaning": known.doc, "source": known.source}
        return row | {"bounds": "on or off" if known.kind is bool else f"{known.low:g} to {known.high:g}"}
    if table == "measures" and column in MEASURES:
        measure = MEASURES[column]
        row |= {"unit": measure.unit, "meaning": " ".join(measure.doc.split()), "formula": measure.formula}
        return row | {"source": measure.source, "null_when": measure.null_when or ""}
    unit, meaning = RUNS.get(column, ("", "factor of the design" if table == "runs" else ""))
    return row | {"unit": unit, "meaning": meaning}
