"""A world: all tables of one run, with locks, growth, identity and copies. It has no behaviour of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from abm.state.codes import (
    FIRST_AGGREGATE,
    N_INSTRUMENTS,
    N_KINDS,
    N_LEVELS,
    N_MODES,
    N_ORIGINS,
    N_PURPOSES,
    N_ROUTES,
    N_SERVICES,
    Kind,
)
from abm.state.columns import Table, read_only
from abm.state.events import Events
from abm.state.network import Neighbours, neighbours_of, slots_by_kind
from abm.state.structure import Structure
from abm.state.tables import (
    MAX_MEMBERS,
    Accounts,
    Actors,
    Claims,
    Fields,
    Ledger,
    Needs,
    Platforms,
    Projects,
    Regions,
    Sectors,
    Ties,
    Volumes,
)
from abm.types import IntArray

TABLES: dict[str, type[Table]] = {
    "actors": Actors,
    "fields": Fields,
    "sectors": Sectors,
    "regions": Regions,
    "needs": Needs,
    "ties": Ties,
    "projects": Projects,
    "claims": Claims,
    "platforms": Platforms,
    "ledger": Ledger,
    "accounts": Accounts,
    "volumes": Volumes,
}


@lru_cache(maxsize=1024)
def _expanded(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return (table, column) for each ``table.column``, and for all columns of each ``table.*``."""
    result: dict[tuple[str, str], None] = {}
    for name in names:
        table, _, column = name.partition(".")
        for each in TABLES[table].declared() if column == "*" else (column,):
            result[table, each] = None
    return tuple(result)


class _Access(NamedTuple):
    """How to lock and unlock a set of columns, by table, and what else depends on them."""

    tables: tuple[tuple[dict[str, Any], dict[str, Any], dict[str, Any]], ...]
    """What each table holds, the columns that go there to be written, and their read-only views."""
    changes_ties: bool
    changes_actors: bool


class World:
    """The state of one run.

    Parameters
    ----------
    structure
        What the scenario fixes.
    seed
        Seed of all draws.
    n_actors
        Rows to allocate for actors.

    Attributes
    ----------
    quarter
        Quarter being simulated, counted from 0 with the burn-in.
    rest_of_world, market, neutral
        Slots of the accounts outside every region.
    """

    actors: Actors
    fields: Fields
    sectors: Sectors
    regions: Regions
    needs: Needs
    ties: Ties
    projects: Projects
    claims: Claims
    platforms: Platforms
    ledger: Ledger
    accounts: Accounts
    volumes: Volumes

    def __init__(self, structure: Structure, seed: int, n_actors: int) -> None:
        self.structure = structure
        self.seed = seed
        self.quarter = 0
        self.events = Events()
        self.rest_of_world = -1
        self.market = -1
        self.neutral = -1
        self.total_cash = 0.0
        self.names: dict[int, str] = {}
        self._neighbours: Neighbours | None = None
        self._by_kind: tuple[IntArray, IntArray] | None = None
        self._access: dict[tuple[str, ...], _Access] = {}
        self._kind_and_region: tuple[IntArray, IntArray] | None = None
        rows = {
            "actors": n_actors,
            "fields": structure.n_fields,
            "sectors": structure.n_sectors,
            "regions": structure.n_regions,
            "needs": structure.n_regions,
            "ties": 4 * n_actors,
            "projects": n_actors,
            "claims": n_actors,
            "platforms": 3 * structure.n_regions,
            "ledger": n_actors,
            "accounts": N_KINDS,
            "volumes": N_PURPOSES,
        }
        for name, table in TABLES.items():
            setattr(self, name, table.allocate(rows[name], self.dims))

    @property
    def dims(self) -> dict[str, int]:
        """Sizes of the named dimensions of columns."""
        return {
            "field": self.structure.n_fields,
            "sector": self.structure.n_sectors,
            "chain": self.structure.n_chains,
            "region": self.structure.n_regions,
            "region_or_outside": self.structure.n_regions + 1,
            "mode": N_MODES,
            "level": N_LEVELS,
            "service": N_SERVICES,
            "instrument": N_INSTRUMENTS,
            "origin": N_ORIGINS,
            "route": N_ROUTES,
            "member": MAX_MEMBERS,
        }

    def table(self, name: str) -> Table:
        """Return a table by name."""
        table: Table = getattr(self, name)
        return table

    @contextmanager
    def writable(self, names: Iterable[str]) -> Iterator[None]:
        """Unlock columns (``"actors.cash"`` or a whole table, ``"ties.*"``) inside a ``with`` block."""
        wanted = tuple(names)
        self.unlock(wanted)
        try:
            yield
        finally:
            self.lock(wanted)

    def unlock(self, names: tuple[str, ...]) -> None:
        """Make columns writable until `lock`."""
        access = self._access.get(names)
        if access is None:
            access = self._access[names] = self._accessed(names)
        for table, columns, _ in access.tables:
            table.update(columns)

    def lock(self, names: tuple[str, ...]) -> None:
        """Make columns read-only again; what was derived from them is forgotten."""
        access = self._access[names]
        for table, _, views in access.tables:
            table.update(views)
        if access.changes_ties:
            self._neighbours = None
        if access.changes_actors:
            self._by_kind = None

    def _accessed(self, names: tuple[str, ...]) -> _Access:
        wanted = _expanded(names)
        tables = []
        for name in dict.fromkeys(table for table, _ in wanted):
            table = self.table(name)
            held = {column: getattr(table, column) for each, column in wanted if each == name}
            views = {c: read_only(array) if array.flags.writeable else array for c, array in held.items()}
            tables.append((vars(table), {column: view.base for column, view in views.items()}, views))
        return _Access(tuple(tables), ("ties", "is_active") in wanted, ("actors", "is_active") in wanted)

    def grow(self, name: str, rows: int) -> None:
        """Give a table room for `rows` rows; actors and ledger grow together. Only between rules."""
        for each in ("actors", "ledger") if name == "actors" else (name,):
            setattr(self, each, self.table(each).grown(rows))
        self._access.clear()
        self._by_kind = None
        self._kind_and_region = None

    def ensure_free(self, name: str, rows: int) -> None:
        """Double a table until it has `rows` free rows."""
        table = self.table(name)
        used = int(np.count_nonzero(vars(table)["is_active"]))
        size = table.rows
        while size - used < rows:
            size = max(2 * size, 16)
        if size > table.rows:
            self.grow(name, size)

    def free_rows(self, name: str, number: int) -> IntArray:
        """Return the `number` lowest free rows of a table (see `ensure_free`)."""
        is_active = vars(self.table(name))["is_active"]
        free: IntArray = np.flatnonzero(~is_active)[:number]
        return free

    def neighbours(self) -> Neighbours:
        """Return who is tied to whom, made anew after ties have changed."""
        if self._neighbours is None:
            self._neighbours = neighbours_of(self.ties, self.actors.rows)
        return self._neighbours

    def ties_changed(self) -> None:
        """Forget the neighbour lists, after ties changed inside a rule."""
        self._neighbours = None

    def kind_and_region(self) -> tuple[IntArray, IntArray]:
        """Return read-only views of the kind and the region of every actor."""
        if self._kind_and_region is None:
            self._kind_and_region = (read_only(self.actors.kind), read_only(self.actors.region))
        return self._kind_and_region

    def slots(self, kind: Kind) -> IntArray:
        """Return the slots of the active actors of a kind."""
        by_kind = self._by_kind
        if by_kind is None:
            by_kind = slots_by_kind(read_only(self.actors.is_active), self.kind_and_region()[0], N_KINDS)
            if not self.actors.is_active.flags.writeable:
                self._by_kind = by_kind
        start, slot = by_kind
        slots: IntArray = slot[start[kind] : start[kind + 1]]
        return slots

    def nodes(self) -> IntArray:
        """Return the slots of all active actors that are nodes of the network."""
        slots: IntArray = np.flatnonzero(self.actors.is_active & (self.actors.kind < FIRST_AGGREGATE))
        return slots

    def copy(self) -> World:
        """Return an independent copy that continues in the same way."""
        other = copy.copy(self)
        for name in TABLES:
            setattr(other, name, self.table(name).locked())
        other.events = Events.restored(self.events.columns())
        other.names = dict(self.names)
        other._neighbours = None
        other._by_kind = None
        other._access = {}
        other._kind_and_region = None
        return other
