"""What a scenario is: a region at its start, its parameters, and regimes with dates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import InputError
from abm.parameters import SPECIFICATIONS, Parameters
from abm.state.founders import Founders
from abm.state.structure import Structure

if TYPE_CHECKING:
    import networkx as nx

Changes = Mapping[str, float | int | bool]

SHIPPED = Path(__file__).resolve().parent.parent / "scenarios"
"""Folder of the scenarios that come with the model."""


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the model."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


@dataclass(frozen=True)
class Regime:
    """Parameters that hold from a quarter on, counted after the burn-in (the first is 1)."""

    from_quarter: int
    name: str
    changes: Changes


@dataclass(frozen=True, eq=False)
class Scenario:
    """A region and its history, ready to run. Make one with `load`, `from_mapping` or `from_graph`.

    Attributes
    ----------
    quarters, burn_in
        Quarters recorded, and quarters before them.
    parameters
        Values in force before any regime.
    regimes
        In order of their dates; each stays in force.
    changes
        Values that hold in every quarter, whatever a regime says (see `with_parameters`).
    notes
        What was filled in because the input did not say.
    sector_labels
        Words for the sectors, in the order of the structure.
    """

    name: str
    title: str
    title_zh: str
    description: str
    source: str
    quarters: int
    burn_in: int
    parameters: Parameters
    regimes: tuple[Regime, ...]
    notes: tuple[str, ...]
    sector_labels: tuple[str, ...]
    _structure: Structure = field(repr=False)
    _founders: Founders = field(repr=False)
    changes: Changes = field(default_factory=dict)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Scenario:
        """Return a shipped scenario by name, or read a scenario (TOML) or a network (GraphML) from a file.

        Raises
        ------
        InputError
            If there is no such scenario or file, or anything in it is wrong; one message tells all.
        """
        from abm.scenario.build import load

        return load(name_or_path)

    @classmethod
    def from_mapping(cls, tables: Mapping[str, Any], folder: str | Path = ".") -> Scenario:
        """Return the scenario described by a mapping with the keys of a scenario file.

        CSV tables it names are looked for in `folder`.

        Raises
        ------
        InputError
            If anything in it is wrong.
        """
        from abm.scenario.build import build

        if not isinstance(tables, Mapping):
            raise InputError(f"scenario: {type(tables).__name__} is not a mapping with the keys of a scenario file")
        return build(tables, "scenario", Path(folder))

    @classmethod
    def from_graph(cls, graph: nx.Graph[Any], base: str | Path | Scenario = "equipment") -> Scenario:
        """Return the region whose actors and ties are those of a networkx graph.

        Every node needs ``kind``: core_enterprise, sme, university, institute, government, bank, venture_fund,
        guarantee_fund or platform. Nodes may have region, sector, sales, capability, orientation, openness, edges
        layer, weight, trust. What is missing is filled from `base`, by identity and never by order, and listed in
        `notes`.

        Raises
        ------
        InputError
            If a kind is missing or unknown, or an attribute is wrong.
        """
        from abm.scenario.graph import scenario_of_graph

        return scenario_of_graph(graph, base if isinstance(base, Scenario) else cls.load(base))

    def structure(self) -> Structure:
        """Return what no rule changes; its arrays are read-only, also after a trip between processes."""
        for each in fields(self._structure):
            value = getattr(self._structure, each.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        return self._structure

    def founders(self, seed: int) -> Founders:
        """Return who is there at the start; the same for every `seed`, as `found_world` makes all draws."""
        return self._founders

    def parameters_at(self, quarter: int) -> Parameters:
        """Return the parameters in force in a quarter, counted after the burn-in (the first recorded one is 1).

        Quarters of the burn-in are 0 and below. The same object comes back as long as nothing changes.
        """
        for start, parameters in reversed(self._timeline):
            if quarter >= start:
                return parameters
        return self._initial

    def with_parameters(self, changes: Mapping[str, Any]) -> Scenario:
        """Return the scenario with ``{"group.name": value}`` in force in every quarter, over every regime.

        Raises
        ------
        InputError
            If a name is unknown, or a value has the wrong type or is out of bounds.
        """
        Parameters().with_changes(changes)
        return replace(self, changes={**self.changes, **checked(changes)}) if changes else self

    def content_hash(self) -> str:
        """Return 32 hexadecimal digits that change with everything a result depends on, apart from the seed."""
        return _digest(chain(self._settings(), self._region()))

    def region_hash(self) -> str:
        """Return 32 hexadecimal digits that change with the region and its start, not with parameters or regimes."""
        return _digest(chain([repr(self.burn_in).encode()], self._region()))

    @cached_property
    def _initial(self) -> Parameters:
        return self.parameters.with_changes(self.changes)

    @cached_property
    def _timeline(self) -> tuple[tuple[int, Parameters], ...]:
        """Parameters by the quarter from which they hold."""
        current, timeline = self.parameters, []
        for regime in self.regimes:
            current = current.with_changes(regime.changes)
            timeline.append((regime.from_quarter, current.with_changes(self.changes)))
        return tuple(timeline)

    def _settings(self) -> Iterator[bytes]:
        yield repr((self.quarters, self.burn_in)).encode()
        for start, parameters in [(0, self._initial), *self._timeline]:
            yield repr((start, sorted(parameters.flat().items()))).encode()

    def _region(self) -> Iterator[bytes]:
        for table in (self._structure, self._founders):
            for each in fields(table):
                value = getattr(table, each.name)
                yield each.name.encode()
                if isinstance(value, np.ndarray):
                    yield f"{value.dtype.str}{value.shape}".encode()
                    yield np.ascontiguousarray(value).tobytes()
                else:
                    yield repr(value).encode()


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def checked(changes: Mapping[str, Any]) -> Changes:
    """Return changes of known parameters in the parameters' own types."""
    return {name: SPECIFICATIONS[name].checked(name, value) for name, value in changes.items()}
