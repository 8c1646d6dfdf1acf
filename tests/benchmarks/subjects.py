"""What is timed: regions of any size, and a schedule that notes how long each rule takes."""

from __future__ import annotations

import hashlib
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from statistics import median
from typing import Any

from abm import Scenario, Schedule, Simulation
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.recorder import Recorder
from abm.rule import Rule
from abm.scenario.scenario import SHIPPED
from abm.state.world import TABLES, World

def scaled_region(scale: float) -> Scenario:
    """Return the default region with `scale` times its firms, sales and institutions, without a burn-in."""
    tables: dict[str, Any] = tomllib.loads((SHIPPED / "equipment.toml").read_text(encoding="utf-8"))
    for region in tables["regions"]:
        region["scale"] = region.get("scale", 1.0) * scale
    return replace(Scenario.from_mapping(tables, SHIPPED), burn_in=0)


@dataclass
class Timed:
    """Time of quarters of one run.

    Attributes
    ----------
    steps, measures
        Processor seconds of each quarter for the rules, and for the measures. On a quiet machine they equal the wall
        time, as nothing runs in parallel; on a busy one they are steadier.
    n_actors
        Actors of the network at the end.
    state
        Hash of all columns at the end.
    """

    steps: list[float]
    measures: list[float]
    n_actors: int
    state: str


def timed_run(scenario: Scenario, quarters: int, seed: int = 1) -> Timed:
    """Run `quarters` quarters and time each."""
    simulation = Simulation(scenario, seed=seed)
    recorder = Recorder(simulation.world.structure, quarters, 0)
    steps, measures = [], []
    for _ in range(quarters):
        parameters = simulation.parameters
        start = time.process_time()
        simulation.step()
        stepped = time.process_time()
        recorder.observe(simulation.world, parameters, simulation.quarter)
        steps.append(stepped - start)
        measures.append(time.process_time() - stepped)
    return Timed(steps, measures, len(simulation.world.nodes()), state_hash(simulation.world))


def state_hash(world: World) -> str:
    """Return a hash of every column."""
    digest = hashlib.blake2b(digest_size=16)
    for name in TABLES:
        for array in world.table(name).arrays().values():
            digest.update(array.tobytes())
    return digest.hexdigest()


SECONDS: dict[str, list[float]] = {}
"""Processor seconds of each call, by rule."""


class TimedRule(Rule):
    """A rule that notes in `SECONDS` how long it takes."""

    def __call__(self, world: World, parameters: Parameters, draws: Draws) -> None:
        start = time.process_time()
        super().__call__(world, parameters, draws)
        SECONDS.setdefault(self.name, []).append(time.process_time() - start)


def timed_rules(rules: Iterable[Rule]) -> Schedule:
    """Return the schedule of the same rules, timed."""
    return Schedule(
        tuple(TimedRule(**{each.name: getattr(rule, each.name) for each in fields(Rule)}) for rule in rules)
    )


def seconds_by_rule(scenario: Scenario, quarters: int) -> dict[str, float]:
    """Return the median processor seconds of a call of each rule, in the order of the schedule."""
    SECONDS.clear()
    plain = Simulation(scenario)
    simulation = Simulation(scenario, schedule=timed_rules(plain.schedule))
    for _ in range(quarters):
        simulation.step()
    return {name: median(seconds) for name, seconds in SECONDS.items()}
