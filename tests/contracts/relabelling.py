"""The same world with its rows in another order, and a comparison that knows actors by identity only."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import Any

import numpy as np

from abm.state.columns import Table
from abm.state.founders import Founders
from abm.state.world import TABLES, World
from abm.types import IntArray

REFERENCES: dict[str, set[str]] = {
    "actors": {"loan"},
    "ties": {"source", "target", "cause"},
    "projects": {"member", "cause"},
    "claims": {"creditor", "debtor"},
    "platforms": {"actor"},
    "regions": {"household_slot", "government_slot"},
}
"""Columns that name rows of a table or events; identities stand beside them."""

IDENTITY: dict[str, tuple[str, ...]] = {
    "actors": ("uid",),
    "ledger": (),
    "ties": ("source_uid", "target_uid", "layer", "born"),
    "projects": ("uid",),
    "claims": ("kind", "creditor_uid", "debtor_uid", "born"),
    "platforms": ("actor_uid",),
}


def relabelled(world: World, seed: int) -> World:
    """Return the world with the rows of actors, ties, projects, claims and platforms in a random order."""
    chance = np.random.default_rng(seed)
    other = world.copy()
    order = {name: chance.permutation(world.table(name).rows) for name in IDENTITY}
    order["ledger"] = order["actors"]
    place = {name: np.argsort(each) for name, each in order.items()}

    def moved(name: str, **references: str) -> None:
        table: Any = other.table(name)
        if name in order:
            table = replace(table, **{column: array[order[name]] for column, array in table.arrays().items()})
        for column, target in references.items():
            rows = getattr(table, column)
            table = replace(table, **{column: np.where(rows >= 0, place[target][rows], -1)})
        setattr(other, name, table.locked())

    moved("actors", loan="claims")
    moved("ledger")
    moved("ties", source="actors", target="actors")
    moved("projects", member="actors")
    moved("claims", creditor="actors", debtor="actors")
    moved("platforms", actor="actors")
    moved("regions", household_slot="actors", government_slot="actors")
    for name in ("rest_of_world", "market", "neutral"):
        setattr(other, name, int(place["actors"][getattr(world, name)]))
    return other


def shuffled(founders: Founders, seed: int) -> Founders:
    """Return the same founders and ties, listed in another order."""
    chance = np.random.default_rng(seed)
    actors, ties = chance.permutation(founders.n_actors), chance.permutation(founders.n_ties)
    place = np.argsort(actors)
    changed: dict[str, Any] = {"name": tuple(founders.name[i] for i in actors)}
    per_actor = ("kind", "region", "sector", "is_core", "sales", "capability", "orientation", "openness")
    changed |= {name: getattr(founders, name)[actors] for name in per_actor}
    changed |= {each.name: getattr(founders, each.name)[ties] for each in fields(founders) if "tie_" in each.name}
    for end in ("tie_source", "tie_target"):
        changed[end] = place[changed[end]]
    return replace(founders, **changed)


def disagreements(first: World, second: World, tolerance: float = 1e-9) -> list[str]:
    """Return what differs once rows are matched by identity; sums may differ in their last bits.

    Numbers may differ by `tolerance` times themselves or the largest of their column, at least by `tolerance`.
    """
    found = []
    for name in TABLES:
        mine, theirs = _matched(first, name), _matched(second, name)
        for column, values in mine.items():
            other = theirs[column]
            if values.shape != other.shape:
                found.append(f"{name}: {values.shape[0]} and {other.shape[0]} rows")
                break
            size = float(np.abs(values).max(initial=1.0)) if values.dtype == np.float64 else 0.0
            if not np.allclose(values, other, rtol=0.0, atol=tolerance * size):
                found.append(f"{name}.{column}")
    mine_events, other_events = _events(first), _events(second)
    gone, new = mine_events - other_events, other_events - mine_events
    return found + [f"event {each}" for each in [*gone, *new][:5]]


def _matched(world: World, name: str) -> dict[str, Any]:
    """Return the columns of the rows in use, in an order that only depends on identities."""
    table: Table = world.table(name)
    columns = {column: array for column, array in table.arrays().items() if column not in REFERENCES.get(name, ())}
    if name not in IDENTITY:
        return columns
    source = world.actors.arrays() if name == "ledger" else table.arrays()
    rows = np.flatnonzero(source["is_active"])
    keys = [source[column][rows] for column in IDENTITY[name] or IDENTITY["actors"]]
    rows = rows[np.lexsort(keys)]
    return {column: array[rows] for column, array in columns.items()}


def _events(world: World) -> Counter[tuple[Any, ...]]:
    """Return how often each event happened, without its number and its cause's."""
    columns = world.events.columns()
    exact = [columns[name].tolist() for name in columns if name not in ("event_id", "cause_id", "amount")]
    rounded = [f"{amount:.6g}" if abs(amount) > 1e-9 else "0" for amount in columns["amount"]]
    return Counter(zip(*exact, rounded, strict=True))


def causes(world: World) -> Counter[tuple[int, int, int]]:
    """Return (kind, uid, kind of the cause) of all events, -1 for no cause."""
    columns = world.events.columns()
    cause: IntArray = columns["cause_id"]
    kind = np.where(cause >= 0, columns["kind"][cause], -1)
    return Counter(zip(columns["kind"].tolist(), columns["uid"].tolist(), kind.tolist(), strict=True))
