"""Mesa's agents: thin views of one actor each over the columns of the world.

An agent holds no state of its own: ``agent.sales`` reads the column ``sales`` in the actor's row. A core enterprise
that loses its standing becomes an `SME` and the other way round, and stays the same object. Agents are made by the
model when asked for; they skip ``Agent.__init__``, which would keep every model alive for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from mesa import Agent

from abm.graph import PATH_WORDS, actor_name, capability_index, kind_word, leading_path
from abm.state.codes import Kind, Layer
from abm.state.tables import Actors

if TYPE_CHECKING:
    from abm.model import InnovationNetworkModel

COLUMNS = frozenset(Actors.declared())
"""Columns that every agent shows as attributes; `innonet describe columns` tells what they mean."""


class Actor(Agent):
    """One actor of the network. All columns of the actor table are attributes, read-only.

    Attributes
    ----------
    model
        The model it lives in.
    unique_id
        Its identity (uid), kept for life and never given to another.
    """

    model: InnovationNetworkModel
    unique_id: int
    _slot: int

    kinds: ClassVar[tuple[Kind, ...]] = ()

    def __init__(self, model: Any, *arguments: Any, **named: Any) -> None:
        raise TypeError("actors are born and leave by the rules of the model; read them from model.agents")

    @classmethod
    def at(cls, model: InnovationNetworkModel, slot: int, uid: int) -> Actor:
        """Return the view of the actor in a row of the table."""
        agent = object.__new__(cls)
        agent.__dict__.update(model=model, unique_id=uid, pos=None, _slot=slot)
        return agent

    def __getattr__(self, name: str) -> Any:
        """Return a column's entry: a plain number or truth value, or a copy where it has several."""
        if name not in COLUMNS:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        entry = getattr(self.model.world.actors, name)[self.slot]
        return entry.copy() if isinstance(entry, np.ndarray) else entry.item()

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse to write to columns."""
        if name in COLUMNS:
            raise AttributeError(f"{name} is read-only: only rules change actors; change parameters by model.change()")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        state = self.name if self.is_alive else f"{self.unique_id} (gone)"
        return f"<{type(self).__name__} {state}>"

    @property
    def is_alive(self) -> bool:
        """Whether the actor is still there."""
        actors = self.model.world.actors
        return bool(actors.is_active[self._slot]) and int(actors.uid[self._slot]) == self.unique_id

    @property
    def slot(self) -> int:
        """Row of the actor in the table.

        Raises
        ------
        LookupError
            If the actor has left.
        """
        if not self.is_alive:
            raise LookupError(f"{type(self).__name__} {self.unique_id} has left the region")
        return self._slot

    @property
    def name(self) -> str:
        """Unique name, the same as in ``model.graph``."""
        return actor_name(self.model.world, self.slot)

    @property
    def kind(self) -> str:
        """Kind in a word, e.g. ``"sme"``."""
        actors, slot = self.model.world.actors, self.slot
        return kind_word(int(actors.kind[slot]), bool(actors.is_core[slot]))

    @property
    def region(self) -> str:
        """Name of its region."""
        place = int(self.model.world.actors.region[self.slot])
        return self.model.world.structure.region_names[place] if place >= 0 else ""

    @property
    def sector(self) -> str:
        """Name of a firm's main sector, else nothing."""
        place = int(self.model.world.actors.sector[self.slot])
        return self.model.world.structure.sector_names[place] if place >= 0 else ""

    @property
    def age(self) -> int:
        """Quarters since birth."""
        return int(self.model.world.quarter - self.model.world.actors.born[self.slot])

    @property
    def capability_index(self) -> float:
        """Capability in the fields its sector uses, frontier = 1."""
        return float(capability_index(self.model.world, np.array([self.slot]))[0])

    @property
    def path(self) -> str:
        """Path that carried most of its gains, ``"none"`` if none carried any."""
        return PATH_WORDS[int(leading_path(self.model.world.ledger.total_gain[[self.slot]])[0][0])]

    def neighbours(self, layer: Layer | str | None = None) -> list[Actor]:
        """Return the actors it is tied to, each once, in one layer (e.g. ``"supply"``) or in all."""
        wanted = None if layer is None else Layer[layer.upper()] if isinstance(layer, str) else layer
        world, slot = self.model.world, self.slot
        lists = world.neighbours()
        rows = slice(int(lists.start[slot]), int(lists.start[slot + 1]))
        other, tie = lists.other[rows], lists.tie[rows]
        if wanted is not None:
            other = other[world.ties.layer[tie] == int(wanted)]
        return [self.model.actor_at(each) for each in dict.fromkeys(other.tolist())]

    def remove(self) -> None:
        """Refuse: actors leave by the rules.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("actors are born and leave by the rules of the model")


class CoreEnterprise(Actor):
    """A firm that is core by size, ties and capability."""

    kinds = (Kind.FIRM,)


class SME(Actor):
    """Any other firm."""

    kinds = (Kind.FIRM,)


class University(Actor):
    """A university or research institute."""

    kinds = (Kind.UNIVERSITY,)


class Government(Actor):
    """The government of a region."""

    kinds = (Kind.GOVERNMENT,)


class FinancialIntermediary(Actor):
    """A bank, venture fund or guarantee fund."""

    kinds = (Kind.BANK, Kind.VENTURE_FUND, Kind.GUARANTEE_FUND)


class Platform(Actor):
    """An innovation platform."""

    kinds = (Kind.PLATFORM,)


TYPES: tuple[type[Actor], ...] = (CoreEnterprise, SME, University, Government, FinancialIntermediary, Platform)
"""All types of agents."""

_OF_KIND: dict[int, type[Actor]] = {int(kind): each for each in TYPES for kind in each.kinds}


def type_of(kind: int, is_core: bool) -> type[Actor]:
    """Return the type of agent that shows an actor.

    >>> type_of(int(Kind.FIRM), True).__name__, type_of(int(Kind.BANK), False).__name__
    ('CoreEnterprise', 'FinancialIntermediary')
    """
    if kind == int(Kind.FIRM):
        return CoreEnterprise if is_core else SME
    return _OF_KIND[kind]
