"""What the default region and `environment` give for each published number, over 30 seeds.

``python -m experiments.fact_table --write`` puts the table into abm/CALIBRATION.md; without ``--write`` it is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from rich.progress import track
from scipy import stats

from abm import simulate
from abm.describe import ODD, placed
from analysis.facts import SURVEY, TARGETS, Target

CALIBRATION = ODD.with_name("CALIBRATION.md")
SEEDS = range(301, 331)
QUARTERS = 80
TABLES: dict[str, tuple[Target, ...]] = {"equipment": TARGETS, "environment": SURVEY}


def figures(seed: int, scenario: str, quarters: int) -> list[float]:
    """Return what one region gives for each target."""
    result = simulate(scenario, seed=seed, quarters=quarters, panel_every=8)
    return [target.figure(result) for target in TABLES[scenario]]


def line(target: Target, values: Sequence[float]) -> str:
    """Return a row: the fact and its range, the mean over seeds with its interval, whether it agrees, what was moved.

    >>> from analysis.facts import near
    >>> line(near("exit", "F24", 0.06, lambda run: 0.0), [0.05, 0.07, 0.06])
    '| exit | F24 | 0.04 to 0.09 | 0.06 (0.0352 to 0.0848) | 0.05 to 0.07 | in |  |'
    """
    known = np.array(values)[np.isfinite(values)]
    head = f"| {target.what} | {target.fact} | {target.low:.3g} to {target.high:.3g} |"
    if len(known) < 2:
        return f"{head} not known | | | {target.moved} |"
    average = known.mean()
    half = stats.t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known))
    verdict = "in" if target.low <= average <= target.high else "**out**"
    return (
        f"{head} {average:.3g} ({average - half:.3g} to {average + half:.3g}) | {known.min():.3g} to {known.max():.3g} "
        f"| {verdict} | {target.moved} |"
    )


def table(scenario: str, seeds: Sequence[int] = SEEDS, quarters: int = QUARTERS) -> str:
    """Run a scenario on every seed, and return a table with one row per target."""
    with ProcessPoolExecutor() as pool:
        runs = pool.map(partial(figures, scenario=scenario, quarters=quarters), seeds)
        rows = np.array(list(track(runs, description=scenario, total=len(seeds))))
    lines = [line(target, values) for target, values in zip(TABLES[scenario], rows.T.tolist(), strict=True)]
    return "\n".join((
        f"`{scenario}`, {quarters} quarters, seeds {seeds[0]} to {seeds[-1]}: mean over quarters and seeds.",
        "",
        "| Number | Source | In range | Mean (95 % interval) | Lowest to highest seed | Agrees | Moved for it |",
        "|---|---|---|---|---|---|---|",
        *lines,
    ))  # fmt: skip


def main(arguments: list[str]) -> None:
    """Print the tables, or write them into CALIBRATION.md."""
    if arguments not in ([], ["--write"]):
        raise SystemExit("usage: python -m experiments.fact_table [--write]")
    text = "\n\n".join(table(scenario) for scenario in TABLES)
    if arguments:
        CALIBRATION.write_text(placed(CALIBRATION.read_text(encoding="utf-8"), "facts", text), encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
