"""The model as Mesa knows it: a shell around a `Simulation` for pages, collectors and notebooks.

Sweeps don't use it: `abm.simulate` runs the same rules without importing Mesa.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import DataCollector, Model
from mesa.agent import AgentSet

from abm.agents import (
    SME,
    TYPES,
    Actor,
    CoreEnterprise,
    FinancialIntermediary,
    Government,
    Platform,
    University,
    type_of,
)
from abm.errors import InputError
from abm.graph import graph_of
from abm.measures import MEASURES
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.scenario import Regime, Scenario
from abm.simulation import Simulation
from abm.state.world import World

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "SME",
    "Actor",
    "CoreEnterprise",
    "FinancialIntermediary",
    "Government",
    "InnovationNetworkModel",
    "Platform",
    "University",
]


class InnovationNetworkModel(Model):
    """A region as a Mesa model; one step is one quarter.

    The burn-in of the scenario has passed when the model is made, so that step 1 is the first quarter measured. The
    collector then holds one row without measures, and gets one more with every step.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, path of a file, or a `Scenario`.
    seed
        Seed of all draws; None takes one from the system.
    rng
        The newer Mesa's name for `seed`, which it overrides.
    quarters
        Quarters until ``running`` becomes false; the scenario's own number by default. More steps may follow.
    agent_reporters
        For the collector, e.g. ``{"sales": "sales"}``; reports must be numbers or words.
    kwargs
        Parameters by name, with two underscores for the dot: ``policy__budget_share=0.03``.

    Attributes
    ----------
    simulation
        The run itself.
    datacollector
        All measures of the first region, and what `agent_reporters` ask for.

    Raises
    ------
    InputError
        If the scenario, seed or a parameter is not valid.

    Examples
    --------
    >>> model = InnovationNetworkModel("equipment", seed=7, policy__budget_share=0.1)  # doctest: +SKIP
    >>> model.step()  # doctest: +SKIP
    >>> model.agents_by_type[SME].agg("sales", sum)  # doctest: +SKIP
    """

    def __init__(
        self,
        scenario: str | Path | Scenario = "equipment",
        seed: int | None = 1,
        rng: Any = None,
        quarters: int | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        number = _seed(seed if rng is None else rng)
        super().__init__(rng=number)
        self.random = random.Random(number)
        self.simulation = Simulation(scenario, seed=number, changes=parameter_names(kwargs))
        self.last_quarter = self.simulation.scenario.quarters if quarters is None else quarters
        self._recorder = Recorder(self.world.structure, max(self.last_quarter, 1), 0)
        self._handles: dict[int, Actor] = {}
        self._sets: dict[type[Actor], AgentSet] = {}
        self._all: AgentSet | None = None
        self._graph: nx.MultiDiGraph[str] | None = None
        while self.simulation.quarter < 0:
            self._advance()
        self.datacollector = DataCollector(
            model_reporters={name: partial(_latest, name=name) for name in MEASURES},
            agent_reporters=None if agent_reporters is None else dict(agent_reporters),
        )
        self.datacollector.collect(self)

    # ------------------------------------------------------------------------------------------------- the run

    @property
    def world(self) -> World:
        """State of the run; its columns are read-only."""
        return self.simulation.world

    @property
    def quarter(self) -> int:
        """Last quarter simulated, counted after the burn-in."""
        return self.simulation.quarter

    def step(self) -> None:
        """Simulate one quarter and collect."""
        self._advance()
        self.running = self.quarter < self.last_quarter
        self.datacollector.collect(self)

    def _advance(self) -> None:
        parameters = self.simulation.parameters
        self.simulation.step()
        self._recorder.observe(self.world, parameters, self.quarter)
        self._all = None
        self._graph = None

    def measure(self, name: str) -> float | str | None:
        """Return a measure of the first region in the last quarter; None where it is null."""
        return _latest(self, name)

    def change(self, **parameters: Any) -> None:
        """Change parameters from the next quarter on, as a dated regime of the scenario.

        Parameters
        ----------
        parameters
            By name, with two underscores for the dot: ``model.change(policy__budget_share=0.1)``.

        Raises
        ------
        InputError
            If a name is unknown, or a value has the wrong type or is out of bounds.
        """
        changes = parameter_names(parameters)
        Parameters().with_changes(changes)
        self.simulation.scenario = with_regime(self.simulation.scenario, self.quarter + 1, changes)

    # ------------------------------------------------------------------------------------------------ the actors

    @property
    def agents(self) -> AgentSet:
        """All actors of the network, as views of their rows; the same object for the same actor in every quarter."""
        if self._all is None:
            self._refresh()
        return self._all

    @property
    def agents_by_type(self) -> dict[type[Actor], AgentSet]:
        """Actors by type; every type is there, also where no actor is."""
        if self._all is None:
            self._refresh()
        return self._sets

    @property
    def agent_types(self) -> list[type[Actor]]:
        """All types of actors."""
        return list(TYPES)

    def actor_at(self, slot: int) -> Actor:
        """Return the actor in a row of the table."""
        actors = self.world.actors
        uid = int(actors.uid[slot])
        wanted = type_of(int(actors.kind[slot]), bool(actors.is_core[slot]))
        actor = self._handles.get(uid)
        if actor is None:
            actor = self._handles[uid] = wanted.at(self, slot, uid)
        elif type(actor) is not wanted:
            actor.__class__ = wanted
        return actor

    def _refresh(self) -> None:
        """Make views of newcomers, forget those who left, and sort all by type."""
        actors = [self.actor_at(slot) for slot in self.world.nodes().tolist()]
        self._handles = {actor.unique_id: actor for actor in actors}
        self._all = AgentSet(actors, random=self.random)
        self._sets = {
            each: AgentSet([actor for actor in actors if type(actor) is each], random=self.random) for each in TYPES
        }

    def register_agent(self, agent: Any) -> None:
        """Refuse agents from outside.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("actors are born and leave by the rules of the model; bring others in by a scenario")

    # ----------------------------------------------------------------------------------------------- the network

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The network of this quarter as a frozen networkx graph (see `abm.graph.graph_of`); copy it to change it."""
        if self._graph is None:
            import networkx as nx

            self._graph = nx.freeze(graph_of(self.world, self.simulation.scenario.burn_in))
        return self._graph


def _latest(model: InnovationNetworkModel, name: str) -> float | str | None:
    """Return a measure of the first region in the last quarter."""
    value = float(model._recorder.latest(name)[0])
    declared = MEASURES[name]
    if np.isnan(value):
        return None if declared.is_text else value
    return declared.words(model.world.structure)[int(value)] if declared.is_text else value


def _seed(given: Any) -> int:
    """Return the seed of a run from what Mesa takes as one: None, a number, or NumPy's generators and sequences."""
    if isinstance(given, (bool, str)) or (
        isinstance(given, (int, float, np.number)) and (given < 0 or float(given) % 1)
    ):
        raise InputError(f"seed: {given!r} is not a whole number from 0 on")
    if isinstance(given, (int, float, np.number)):
        return int(given)
    return int(np.random.default_rng(given).integers(2**31))


def parameter_names(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with the dot in their names.

    >>> parameter_names({"policy__budget_share": 0.03, "market.base_markup": 0.2})
    {'policy.budget_share': 0.03, 'market.base_markup': 0.2}
    """
    return {name.replace("__", "."): value for name, value in kwargs.items()}


def with_regime(scenario: Scenario, quarter: int, changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with one more regime, from `quarter` until another regime says otherwise.

    Values that held in every quarter (``scenario.changes``) become part of the start and of each regime, which is the
    same history up to `quarter`.
    """
    pinned = scenario.changes
    kept = [
        Regime(each.from_quarter, each.name, {**each.changes, **{k: pinned[k] for k in each.changes if k in pinned}})
        for each in scenario.regimes
    ]
    place = sum(each.from_quarter <= quarter for each in kept)
    kept.insert(place, Regime(quarter, f"changed in quarter {quarter}", dict(changes)))
    return replace(scenario, parameters=scenario.parameters.with_changes(pinned), regimes=tuple(kept), changes={})
