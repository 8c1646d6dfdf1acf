"""Paired worlds over seeds: what each mechanism changes, with a t interval, as JSON and as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from abm import Scenario, Simulation
from abm.describe import rows
from abm.measures import MEASURES
from abm.recorder import Recorder
from abm.state.codes import Event, Kind, Layer
from abm.state.world import World
from analysis.paired_statistics import paired_effect
from experiments.sweep.engines import LocalEngine, cores
from tests.emergence.mechanisms import EDITS, MECHANISMS, REGIONS, WORLD_CHANGES, Changes, Mechanism
from tests.emergence.sizes import two_regions

SEEDS = tuple(range(301, 321))
QUARTERS = 40
WINDOW = 20
"""Quarters after the parting, and how many of them, the last ones, are looked at."""

RESULTS = Path("runs/paired_effects.json")


# ------------------------------------------------------------------------------- what the table of a run lacks


def _sold_quality(world: World) -> float:
    firm, actors = world.slots(Kind.FIRM), world.actors
    return float(np.average(actors.quality[firm], weights=np.maximum(actors.sales[firm], 1e-9)))


def _talent_of_smes(world: World) -> float:
    firm, actors = world.slots(Kind.FIRM), world.actors
    talent = actors.talent[firm]
    return float(talent[~actors.is_core[firm]].sum() / max(talent.sum(), 1e-9))


def _across(layer: Layer) -> Callable[[World], float]:
    def number(world: World) -> float:
        ties, region = world.ties, world.actors.region
        row = np.flatnonzero(ties.is_active & (ties.layer == int(layer)))
        return float((region[ties.source[row]] != region[ties.target[row]]).sum())

    return number


def _supplier_entries(world: World) -> float:
    events = world.events.columns()
    is_new = (events["quarter"] == world.quarter) & (events["kind"] == int(Event.ENTRY))
    return float((is_new & (events["channel"] == 0)).sum())


def _newcomers_with_customers(world: World) -> float:
    ties, actors, firm = world.ties, world.actors, world.slots(Kind.FIRM)
    young = firm[world.quarter - actors.born[firm] < 8]
    suppliers = ties.source[ties.is_active & (ties.layer == int(Layer.SUPPLY))]
    return float(np.isin(young, suppliers).mean()) if len(young) else float("nan")


EXTRA: dict[str, tuple[str, Callable[[World], float]]] = {
    "quality_sold": ("1", _sold_quality),
    "sme_share_of_talent": ("1", _talent_of_smes),
    "research_ties_across": ("ties", _across(Layer.RESEARCH)),
    "supply_ties_across": ("ties", _across(Layer.SUPPLY)),
    "newcomers_with_customers": ("1", _newcomers_with_customers),
    "supplier_entries": ("firms per quarter", _supplier_entries),
}
"""Measures of their own: unit, and the value of a quarter."""


# ------------------------------------------------------------------------------------------------------- worlds


def unit(measure: str) -> str:
    """Return the unit of a measure."""
    return EXTRA[measure][0] if measure in EXTRA else MEASURES[measure].unit


def parting(world: str, seed: int) -> Simulation:
    """Return a world at the end of its burn-in."""
    scenario: str | Scenario = two_regions() if world == REGIONS else "equipment"
    simulation = Simulation(scenario, seed=seed, changes=WORLD_CHANGES[world])
    while simulation.quarter < 0:
        simulation.step()
    return simulation


def branch(simulation: Simulation, changes: Changes) -> Simulation:
    """Return a world that goes on from here with something changed."""
    other = simulation.branch({name: value for name, value in changes.items() if name not in EDITS})
    for name, edit in EDITS.items():
        if name in changes:
            edit(other.world, float(changes[name]))
    return other


def means(simulation: Simulation, quarters: int = QUARTERS, window: int = WINDOW) -> dict[str, float]:
    """Run on and return the mean of every measure over regions and the last quarters, NaN where it is always null."""
    recorder = Recorder(simulation.world.structure, quarters, panel_every=0)
    extra: dict[str, list[float]] = {name: [] for name in EXTRA}
    for quarter in range(quarters):
        parameters = simulation.parameters
        simulation.step()
        recorder.observe(simulation.world, parameters, simulation.quarter)
        if quarter >= quarters - window:
            for name, (_, value) in EXTRA.items():
                extra[name].append(value(simulation.world))
    found = {name: _mean(recorder.series(name)[-window:]) for name, each in MEASURES.items() if not each.is_text}
    return found | {name: _mean(np.array(values)) for name, values in extra.items()}


def _mean(values: Any) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def seed_values(seed: int, mechanisms: Mapping[str, Mechanism] | None = None, **length: int) -> dict[str, list[float]]:
    """Return the measure of each mechanism without and with it, in the worlds of one seed."""
    apart: dict[str, Simulation] = {}
    courses: dict[str, dict[str, float]] = {}
    found = {}
    for name, each in (mechanisms or MECHANISMS).items():
        pair = []
        for changes in (each.off, each.on):
            key = f"{each.world} {sorted(changes.items())}"
            if key not in courses:
                if each.world not in apart:
                    apart[each.world] = parting(each.world, seed)
                courses[key] = means(branch(apart[each.world], changes), **length)
            pair.append(courses[key][each.measure])
        found[name] = pair
    return found


# ------------------------------------------------------------------------------------------------------ effects


@dataclass(frozen=True)
class Found:
    """What a mechanism changes: the mean of its measure without and with it, and the interval of the difference."""

    name: str
    measure: str
    unit: str
    why: str
    world: str
    on: dict[str, Any]
    off: dict[str, Any]
    seeds: int
    mean_off: float | None
    mean_on: float | None
    difference: float | None
    low: float | None
    high: float | None
    correlation: float | None
    is_clear: bool
    decorative: str


def judged(values: Sequence[Mapping[str, Sequence[float]]]) -> list[Found]:
    """Return what is found of each mechanism, from the values of every seed."""
    found = []
    for name in values[0]:
        each = MECHANISMS[name]
        off, on = np.array([seed[name] for seed in values]).T
        effect = paired_effect(off, on)
        told = (each.measure, unit(each.measure), each.why, each.world, dict(each.on), dict(each.off), effect.seeds)
        numbers = (effect.base, effect.changed, effect.difference, effect.low, effect.high, effect.correlation)
        shown = [value if isfinite(value) else None for value in numbers]
        is_clear = effect.is_clear and effect.seeds * 2 > len(values)
        found.append(Found(name, *told, *shown, is_clear, each.decorative))
    return found


def pool() -> Executor:
    """Return processes for every core, the same for all who ask."""
    return LocalEngine(cores()).pool()


def measured(seeds: Iterable[int] = SEEDS) -> None:
    """Run all pairs, seeds side by side, and keep what is found in `RESULTS`."""
    found = judged(list(pool().map(seed_values, seeds)))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")


def kept() -> list[Found]:
    """Return what was found last."""
    return [Found(**each) for each in json.loads(RESULTS.read_text(encoding="utf-8"))]


# ------------------------------------------------------------------------------------------------------- tables


def sentence(each: Found) -> str:
    """Return what was found of a mechanism in words."""
    if each.difference is None:
        return f"{each.name}: {each.measure} is null"
    interval = f"[{number(each.low)}, {number(each.high)}]" if each.low is not None else "no interval"
    means = f"{number(each.mean_off)} -> {number(each.mean_on)}"
    return f"{each.name}: {each.measure} {means}, difference {number(each.difference)} {interval}, {each.seeds} seeds"


def number(value: float | None) -> str:
    """Return a number with three figures.

    >>> number(0.0012345), number(-12345.0), number(0.0), number(None)
    ('0.00123', '-12300', '0', '-')
    """
    if value is None:
        return "-"
    return f"{float(f'{value:.3g}'):g}" if abs(value) < 1e6 else f"{value:.3g}"


def setting(changes: Mapping[str, Any]) -> str:
    """Return the changes of a world as a person writes them.

    >>> setting({"policy.patience": 2}), setting({}), setting({"switches.entry": False})
    ('`policy.patience` 2', 'default', '`switches.entry` off')
    """
    said = {True: "on", False: "off"}
    parts = [f"`{name}` {said[value] if isinstance(value, bool) else f'{value:g}'}" for name, value in changes.items()]
    return ", ".join(parts) or "default"


def verdict(each: Found) -> str:
    """Return whether a mechanism moves its measure, in a word."""
    return "yes" if each.is_clear else "**no**"


def table(found: Iterable[Found]) -> str:
    """Return what was found as a Markdown table, mechanisms that move nothing first."""
    lines = []
    for each in sorted(found, key=lambda each: each.is_clear):
        size = each.difference / abs(each.mean_off) if each.difference is not None and each.mean_off else None
        lines.append((
            each.name, setting(each.off), setting(each.on), f"`{each.measure}`", number(each.mean_off),
            number(each.mean_on), f"{number(each.difference)} [{number(each.low)}, {number(each.high)}]",
            "-" if size is None else f"{size:+.1%}", verdict(each),
        ))  # fmt: skip
    headings = ("mechanism", "off", "on", "measure", "off", "on", "difference (95 %)", "of off", "clear of zero")
    return rows(headings, lines)
