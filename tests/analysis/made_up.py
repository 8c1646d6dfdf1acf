"""Made-up runs and measures of paired worlds, with effects that are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd


def runs_of(points: Iterable[Mapping[str, Any]], seeds: Iterable[int]) -> pd.DataFrame:
    """One row per point and seed, in the columns of a store."""
    rows = [
        {"run": f"p{number}s{seed}", "point": number, "seed": seed, "scenario": "made-up", **point, "state": "done"}
        for number, point in enumerate(points)
        for seed in seeds
    ]
    return pd.DataFrame(rows)


def measures_of(runs: pd.DataFrame, effect: Mapping[str, float], quarters: int = 4) -> pd.DataFrame:
    """Measures whose chance comes from the seed alone, plus the effect of each factor: the difference is exact."""
    rows = []
    for run in runs.to_dict("records"):
        chance = np.random.default_rng(run["seed"]).normal(size=2)
        shift = sum(size * float(run[name]) for name, size in effect.items())
        for quarter in range(1, quarters + 1):
            rows.append(
                {
                    "run": run["run"],
                    "region": "Home",
                    "quarter": quarter,
                    "sales": 100.0 + 10.0 * chance[0] + quarter + shift,
                    "n_firms": 300 + int(5 * chance[1]),
                    "constant": 7.0,
                    "dominant_path": "common_technology",
                }
            )
    return pd.DataFrame(rows)
