"""Random parameter sets over a century: which quantities explode or are pinned to a bound.

Ranges and limits stand here before any run. Every lever and uncertainty that is a number varies between half and
twice its default within its bounds, evenly in the logarithm; where the default is zero, evenly over a fifth of its
range. Constants and switches keep their defaults. The region is the default one at a fifth of its size.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from abm import Simulation
from abm.parameters import SPECIFICATIONS, Parameters, Specification
from abm.rules.policy import instrument_shares
from abm.state.codes import Kind, Layer
from abm.state.ties import platform_of
from abm.state.world import World
from abm.types import FloatArray
from tests.emergence.pairs import pool
from tests.emergence.sizes import sized
from tests.invariants.checks import violations

SIZE = 0.2
QUARTERS = 400
WINDOW = 100
"""Quarters of a run, and how many of them, the last ones, are judged."""
SAMPLE_SEED = 1
FIRST_SEED = 1001
MOST_PINNED = 0.05
"""Share of the sets that may be pinned in one quantity."""

RESULTS = Path("runs/runaway.json")

LIMITS = {
    "capability": "capability index above 0.05 and below 0.98 (1 + leapfrog)",
    "trust": "mean trust of supply and research ties between 0.03 and 0.97",
    "market share": "the largest firm of every market below 0.95",
    "imports": "imports below 0.95 in at least one market",
    "membership": "members between 0 and 0.98 of the firms where there is a platform",
    "cash of households": "between 0.0001 and 0.9 of all cash",
    "cash of firms": "between 0.0001 and 0.9 of all cash",
    "cash of banks": "between 0.0001 and 0.9 of all cash",
    "firms": "between a fifth of and five times their first number",
    "unemployment": "below 0.5",
    "budgets": "no more than half of the instruments' accounts full",
    "growth": "sales growing or shrinking by less than 15 % a year",
}
"""What must hold. All but growth is judged each quarter; a set is pinned if it fails in more than half of them."""


# --------------------------------------------------------------------------------------------------------- the sets


def value_at(declared: Specification, place: float) -> float | int:
    """Return the value of a parameter at a place from 0 to 1 of its range.

    >>> value_at(Specification(4.0, "1", 0.0, 6.0, "lever", "assumption", ""), 1.0)  # twice 4 is beyond its bound
    6.0
    >>> value_at(Specification(-3.0, "1", -10.0, -0.2, "lever", "assumption", ""), 0.5)
    -3.0
    >>> value_at(Specification(0.0, "1", 0.0, 2.0, "lever", "assumption", ""), 0.5)
    0.2
    >>> value_at(Specification(6, "1", 0, 20, "lever", "assumption", ""), 0.0)
    3
    """
    usual = float(declared.default)
    if usual == 0.0:
        value = 0.2 * place * (declared.high - declared.low) + max(declared.low, 0.0)
    else:
        value = usual * 2.0 ** (2.0 * place - 1.0)
    value = float(np.clip(value, declared.low, declared.high))
    return round(value) if declared.kind is int else value


def varied() -> list[str]:
    """Return the names of the parameters that vary."""
    return [name for name, each in SPECIFICATIONS.items() if each.kind is not bool and each.role != "constant"]


def places(n: int) -> FloatArray:
    """Return the places of a Latin hypercube, shape (sets, parameters)."""
    from scipy.stats import qmc

    unit: FloatArray = qmc.LatinHypercube(len(varied()), rng=SAMPLE_SEED).random(n)
    return unit


def changes_at(row: FloatArray) -> dict[str, float | int]:
    """Return the parameters of a set."""
    return {name: value_at(SPECIFICATIONS[name], place) for name, place in zip(varied(), row.tolist(), strict=True)}


# -------------------------------------------------------------------------------------------------------- the limits


def outside(world: World, parameters: Parameters, first_firms: int) -> dict[str, bool]:
    """Return which limits a quarter breaks."""
    st, actors, ties, regions, p = world.structure, world.actors, world.ties, world.regions, parameters.policy
    firm = world.slots(Kind.FIRM)
    index = (st.weight[actors.sector[firm]] * actors.capability[firm] / world.fields.frontier).sum(axis=1)
    sales = np.maximum(actors.sales[firm], 1e-12)
    capability = float(np.average(index, weights=sales)) if len(firm) else 0.0
    trust = ties.trust[ties.is_active & ((ties.layer == int(Layer.SUPPLY)) | (ties.layer == int(Layer.RESEARCH)))]
    member = float((platform_of(world)[firm] >= 0).mean()) if len(firm) else 0.0
    accrual = instrument_shares(p) * p.budget_share * regions.tax_revenue[:, None]
    is_full = (regions.budget + accrual > p.budget_cap * accrual) & (accrual > 0.0)
    held = {
        f"cash of {name}": float(actors.cash[world.slots(kind)].sum()) / world.total_cash
        for name, kind in (("households", Kind.HOUSEHOLDS), ("firms", Kind.FIRM), ("banks", Kind.BANK))
    }
    return {
        "capability": not 0.05 < capability < 0.98 * (1.0 + parameters.frontier.leapfrog),
        "trust": len(trust) > 0 and not 0.03 < float(trust.mean()) < 0.97,
        "market share": len(firm) > 0 and float(actors.market_share[firm].max()) >= 0.95,
        "imports": bool((regions.import_share[world.sectors.is_awake.T] >= 0.95).all()),
        "membership": bool(world.platforms.is_active.any()) and not 0.0 < member < 0.98,
        **{name: not 1e-4 < share < 0.9 for name, share in held.items()},
        "firms": not 0.2 * first_firms <= len(firm) <= 5.0 * first_firms,
        "unemployment": float(regions.unemployment.max()) >= 0.5,
        "budgets": 2 * int(is_full.sum()) > is_full.size,
    }


def yearly_growth(sales: Sequence[float]) -> float:
    """Return the yearly growth from the first four to the last four quarters.

    >>> yearly_growth([1.0] * 4 + [2.0] * 4)
    1.0
    """
    before, after = sum(sales[:4]), sum(sales[-4:])
    return (after / before) ** (4.0 / (len(sales) - 4)) - 1.0 if before > 0.0 and after > 0.0 else -1.0


# ----------------------------------------------------------------------------------------------------------- the runs


@dataclass(frozen=True)
class Run:
    """What became of a set: limits it is pinned beyond, yearly growth, and anything that is wrong."""

    pinned: list[str]
    growth: float
    wrong: list[str]


def run(changes: Mapping[str, Any], seed: int, quarters: int = QUARTERS, window: int = WINDOW) -> Run:
    """Run a set and judge it; an error is something wrong, not the end of all runs."""
    try:
        return _run(changes, seed, quarters, window)
    except Exception as error:
        return Run([], float("nan"), [f"{type(error).__name__}: {error}"])


def _run(changes: Mapping[str, Any], seed: int, quarters: int, window: int) -> Run:
    simulation = Simulation(sized(SIZE), seed=seed, changes=changes)
    first = len(simulation.world.slots(Kind.FIRM))
    beyond, sales = dict.fromkeys(LIMITS, 0), []
    while simulation.quarter < quarters:
        parameters = simulation.parameters
        simulation.step()
        world = simulation.world
        if simulation.quarter > quarters - window:
            sales.append(float(world.actors.sales.sum()))
            for name, is_outside in outside(world, parameters, first).items():
                beyond[name] += int(is_outside)
    growth = yearly_growth(sales)
    pinned = [name for name, number in beyond.items() if 2 * number > window]
    pinned += ["growth"] if abs(growth) >= 0.15 else []
    return Run(pinned, growth, violations(simulation.world, simulation.parameters))


def measured(n: int) -> None:
    """Run `n` sets side by side and keep what became of them in `RESULTS`."""
    changes = [changes_at(row) for row in places(n)]
    runs = pool().map(run, changes, range(FIRST_SEED, FIRST_SEED + n), chunksize=4)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([vars(each) for each in runs], indent=1) + "\n", encoding="utf-8")


def kept() -> list[Run]:
    """Return what was found last."""
    return [Run(**each) for each in json.loads(RESULTS.read_text(encoding="utf-8"))]


def suspects(is_pinned: Any, n: int = 4) -> str:
    """Return the parameters that tell the pinned sets from the others best, with the correlation."""
    unit = places(len(is_pinned))
    if is_pinned.all() or not is_pinned.any():
        return ""
    correlation = np.array([np.corrcoef(column, is_pinned)[0, 1] for column in unit.T])
    first = np.argsort(-np.abs(correlation))[:n]
    return ", ".join(f"{varied()[place]} {correlation[place]:+.2f}" for place in first)


def report(runs: Sequence[Run]) -> str:
    """Return the share of sets pinned in each quantity, and in any, with what tells them from the others."""
    lines = []
    for name in (*LIMITS, "any"):
        is_pinned = np.array([bool(each.pinned) if name == "any" else name in each.pinned for each in runs])
        lines.append(f"{name}: {is_pinned.mean():.1%} of {len(runs)} sets  {suspects(is_pinned)}")
    wrong = [each.wrong[0] for each in runs if each.wrong]
    return "\n".join([*lines, f"something wrong: {len(wrong)} sets", *wrong[:5]])
