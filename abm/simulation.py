"""The headless loop: one world, one schedule, one quarter after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm import kernel
from abm.errors import InputError
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.recorder import Recorder
from abm.rules.policy import instrument_shares, is_instrument_on
from abm.scenario import Scenario
from abm.schedule import DEFAULT, Schedule
from abm.state.checkpoint import load_world, save_world
from abm.state.codes import Event, Instrument
from abm.state.initial import found_world
from abm.state.world import World
from abm.types import FloatArray

if TYPE_CHECKING:
    import pandas as pd

MAX_QUARTERS = 1_000_000

_FLOWS = (
    "ledger.gain", "ledger.loss", "accounts.*", "volumes.*", "actors.public_money", "actors.research_support",
    "actors.spillover", "regions.accrued", "regions.lapsed", "regions.national_money", "regions.exit_utilisation_gap",
    "regions.exit_quality_gap",
)  # fmt: skip
"""Columns that tell what happened in one quarter."""

_SHARES = frozenset(
    f"policy.{name}" for name in ("budget_share", *(f"{each.name.lower()}_share" for each in Instrument))
)
"""Parameters that say what instruments get."""

OnQuarter = Callable[[int, int], None]
"""Called after each quarter with (quarters done, quarters to do), burn-in included."""


class Simulation:
    """One run that can be stepped, saved, loaded and branched.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, path of a file, or a `Scenario`.
    seed
        Seed of all draws.
    changes
        ``{"group.name": value}``, applied after the scenario's own parameters and regimes.
    schedule
        The rules of one step.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario,
        *,
        seed: int = 1,
        changes: Mapping[str, Any] | None = None,
        schedule: Schedule = DEFAULT,
    ) -> None:
        base = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        is_whole = hasattr(seed, "__index__") and not isinstance(seed, (bool, np.bool_))
        if not is_whole or not 0 <= int(seed) < 2**63:
            raise InputError(f"seed: {seed!r} is not a whole number from 0 to 2^63 - 1")
        self.scenario = base.with_parameters(changes) if changes else base
        self.seed = int(seed)
        self.schedule = schedule
        self.world = found_world(
            self.scenario.structure(),
            self.scenario.founders(self.seed),
            self.scenario.parameters_at(1 - self.scenario.burn_in),
            self.seed,
        )

    @property
    def quarter(self) -> int:
        """Last quarter simulated, counted after the burn-in (0 or less: still burning in)."""
        return self.world.quarter - self.scenario.burn_in

    @property
    def parameters(self) -> Parameters:
        """Parameters in force in the next quarter."""
        return self.scenario.parameters_at(self.quarter + 1)

    def step(self) -> None:
        """Simulate one quarter."""
        parameters = self.parameters
        world = self.world
        before = self.scenario.parameters_at(self.quarter)
        world.quarter += 1
        start_quarter(world)
        if parameters is not before:
            record_policy_change(world, before, parameters)
        draws = Draws(self.seed, world.quarter)
        for rule in self.schedule:
            rule(world, parameters, draws)
        if not self._is_warm:
            kernel.mark_cache_ready()
            self._is_warm = True

    _is_warm = False

    def save(self, path: str | Path) -> None:
        """Write a checkpoint (NumPy archive, no pickle) that `load` continues from, bit for bit."""
        save_world(self.world, Path(path), self.scenario.region_hash())

    def load(self, path: str | Path) -> None:
        """Continue from a checkpoint of the same region; parameters and regimes are those of this scenario.

        Raises
        ------
        InputError
            If the file is missing, damaged, or belongs to another region.
        """
        self.world = load_world(Path(path), self.scenario.structure(), self.scenario.region_hash())
        self.seed = self.world.seed

    def branch(self, changes: Mapping[str, Any] | None = None) -> Simulation:
        """Return an independent run that continues from here, with other parameters if wanted."""
        other = object.__new__(type(self))
        other.scenario = self.scenario.with_parameters(changes) if changes else self.scenario
        other.seed = self.seed
        other.schedule = self.schedule
        other.world = self.world.copy()
        return other


def start_quarter(world: World) -> None:
    """Clear the flows of the last quarter."""
    with world.writable(_FLOWS):
        world.ledger.gain[:] = 0.0
        world.ledger.loss[:] = 0.0
        world.accounts.paid[:] = 0.0
        world.accounts.received[:] = 0.0
        world.volumes.amount[:] = 0.0
        world.actors.public_money[:] = 0.0
        world.actors.research_support[:] = 0.0
        world.actors.spillover[:] = 0.0
        world.regions.accrued[:] = 0.0
        world.regions.lapsed[:] = 0.0
        world.regions.national_money[:] = 0.0


def record_policy_change(world: World, before: Parameters, after: Parameters) -> None:
    """Record for every government which instruments' shares of the budget changed, and whether anything else did.

    The amount is the new share where the channel is an instrument, else the number of other parameters that changed.
    """
    earlier, now = _effective_shares(before), _effective_shares(after)
    channel = np.flatnonzero(earlier != now)
    amount = now[channel]
    old, new = before.flat(), after.flat()
    others = sum(new[name] != old[name] for name in new if name not in _SHARES)
    if others:
        channel, amount = np.append(channel, -1), np.append(amount, float(others))
    for region, government in enumerate(world.regions.government_slot.tolist()):
        uid = np.full(len(channel), world.actors.uid[government])
        world.events.add(Event.POLICY_CHANGED, world.quarter, uid, region=region, channel=channel, amount=amount)


def _effective_shares(parameters: Parameters) -> FloatArray:
    """Return the share of taxes each instrument gets, 0 if it is switched off."""
    return instrument_shares(parameters.policy) * is_instrument_on(parameters) * parameters.policy.budget_share


@dataclass(frozen=True)
class Result:
    """What a run gives back.

    Attributes
    ----------
    simulation
        The run itself, at its last quarter.
    recorder
        What was measured.
    quarters
        Quarters after the burn-in.
    """

    simulation: Simulation
    recorder: Recorder
    quarters: int

    @property
    def world(self) -> World:
        """The world at the last quarter."""
        return self.simulation.world

    @property
    def scenario(self) -> Scenario:
        """The scenario, with changes applied."""
        return self.simulation.scenario

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return self.simulation.seed

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row per region and quarter, one column per measure."""
        return self.recorder.measures_frame()

    @cached_property
    def panel(self) -> pd.DataFrame:
        """One row per actor and recorded quarter."""
        return self.recorder.panel_frame(self.world)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event."""
        return self.recorder.events_frame(self.world)

    @cached_property
    def stages(self) -> pd.DataFrame:
        """One row per stage of upgrading that a firm reached or lost, with the gains behind it."""
        return self.recorder.stages_frame()

    @cached_property
    def chains(self) -> pd.DataFrame:
        """One row per quarter, region and chain: needs and how they are solved."""
        return self.recorder.chains_frame()


def simulate(
    scenario: str | Path | Scenario,
    *,
    seed: int = 1,
    quarters: int | None = None,
    changes: Mapping[str, Any] | None = None,
    schedule: Schedule = DEFAULT,
    panel_every: int = 4,
    on_quarter: OnQuarter | None = None,
) -> Result:
    """Run a scenario and return what was measured.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, path of a file, or a `Scenario`.
    seed
        Seed of all draws.
    quarters
        Quarters after the burn-in; the scenario's own number by default.
    changes
        ``{"group.name": value}``.
    schedule
        The rules of one step.
    panel_every
        Quarters between two records of every actor; 0 records none.
    on_quarter
        Called after each quarter, for a progress bar.

    Raises
    ------
    InputError
        If the scenario, a parameter, the seed or the number of quarters is not valid.
    """
    with kernel.second_compiler():
        return _simulate(scenario, seed, quarters, changes, schedule, panel_every, on_quarter)


def _simulate(
    scenario: str | Path | Scenario,
    seed: int,
    quarters: int | None,
    changes: Mapping[str, Any] | None,
    schedule: Schedule,
    panel_every: int,
    on_quarter: OnQuarter | None,
) -> Result:
    simulation = Simulation(scenario, seed=seed, changes=changes, schedule=schedule)
    number = simulation.scenario.quarters if quarters is None else quarters
    if type(number) is not int or not 1 <= number <= MAX_QUARTERS:
        raise InputError(f"quarters: {number!r} is not a whole number from 1 to {MAX_QUARTERS:,}")
    if type(panel_every) is not int or panel_every < 0:
        raise InputError(f"panel_every: {panel_every!r} is not a whole number of quarters, 0 for none")
    recorder = Recorder(simulation.world.structure, number, panel_every)
    total = simulation.scenario.burn_in + number
    for done in range(1, total + 1):
        parameters = simulation.parameters
        simulation.step()
        recorder.observe(simulation.world, parameters, simulation.quarter)
        if on_quarter is not None:
            on_quarter(done, total)
    return Result(simulation, recorder, number)
