"""One row per actor: what the panel keeps of everybody in a recorded quarter."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.kernel import kernel
from abm.measures import topology
from abm.state.codes import N_LEVELS, N_ORIGINS, N_PATHS, N_ROUTES, Kind, Layer, Level, Origin, Path, Route, Service
from abm.state.ledger import PATH_OF
from abm.state.tables import Actors
from abm.state.world import World
from abm.types import FloatArray, IntArray

KINDS: tuple[str, ...] = (
    *("sme" if kind is Kind.FIRM else kind.name.lower() for kind in Kind if kind < Kind.HOUSEHOLDS),
    "core_enterprise",
)
"""Words for kinds in the panel: a firm is an ``sme`` or a ``core_enterprise``."""
CORE_ENTERPRISE = len(KINDS) - 1

FIRST: tuple[str, ...] = ("uid", "region", "kind", "sector", "second_sector", "mode", "born")
"""Columns that say who it is; the frame shows all but the identity in words."""

_LEFT_OUT = {*FIRST, "is_active", "loan"}
SCALARS: tuple[str, ...] = tuple(
    name for name, declared in Actors.declared().items() if not declared.dims and name not in _LEFT_OUT
)
"""Columns of the state that go into the panel as they are."""

GAINS: tuple[str, ...] = (
    *(f"total_gain_origin_{origin.name.lower()}" for origin in Origin),
    *(f"total_gain_route_{route.name.lower()}" for route in Route),
    *(f"total_gain_path_{path.name.lower()}" for path in Path),
)
"""Gains of the actor's life (level, summed over fields) by where they arose, how they travelled, and path."""

_ORIGINS = N_ORIGINS
_ROUTES = N_ROUTES
_WIDTH = N_ORIGINS + N_ROUTES + N_PATHS


@kernel
def life_gains(slots: IntArray, total_gain: FloatArray, path_of: IntArray) -> FloatArray:
    """Return gains by origin, by route and by path, shape (8 + 9 + 5, slots).

    >>> import numpy as np
    >>> from abm.state.ledger import PATH_OF
    >>> gain = np.zeros((1, 8, 9)); gain[0, 2, 0] = 0.25
    >>> np.flatnonzero(life_gains(np.array([0]), gain, PATH_OF)[:, 0]).tolist()
    [2, 8, 17]
    """
    out = np.zeros((_WIDTH, len(slots)))
    for place in range(len(slots)):
        i = slots[place]
        for o in range(_ORIGINS):
            for t in range(_ROUTES):
                amount = total_gain[i, o, t]
                out[o, place] += amount
                out[_ORIGINS + t, place] += amount
                out[_ORIGINS + _ROUTES + path_of[o, t], place] += amount
    return out


def panel_columns(world: World) -> dict[str, Any]:
    """Return the panel's columns for the active actors of the network, codes still as numbers."""
    slots = world.nodes()
    actors, structure = world.actors, world.structure
    kind = actors.kind[slots]
    columns: dict[str, Any] = {name: getattr(actors, name)[slots] for name in FIRST}
    columns["kind"] = np.where((kind == int(Kind.FIRM)) & actors.is_core[slots], CORE_ENTERPRISE, kind)
    columns["capability_index"] = capability_index(world, slots)
    relative = actors.capability[slots] / world.fields.frontier
    for k, name in enumerate(structure.field_names):
        columns[f"capability_{_as_name(name)}"] = relative[:, k]
    for level in range(N_LEVELS):
        columns[f"{Level(level).name.lower()}_level"] = actors.level[slots, level]
    for name in SCALARS:
        columns[name] = getattr(actors, name)[slots]
    for service in Service:
        columns[f"service_{service.name.lower()}"] = actors.service[slots, service]
    columns.update(zip(GAINS, life_gains(slots, world.ledger.total_gain, PATH_OF), strict=True))
    start, _, tie = world.neighbours()
    degree = topology.layer_degrees(start, tie, world.ties.layer)[slots]
    for layer in Layer:
        columns[f"degree_{layer.name.lower()}"] = degree[:, layer]
    return columns


def capability_index(world: World, slots: IntArray) -> FloatArray:
    """Return sum_k W_sk A_ik / F_k, by the mean over fields for actors without a sector, shape (slots,)."""
    structure = world.structure
    sector = world.actors.sector[slots]
    even = np.full((1, structure.n_fields), 1.0 / structure.n_fields)
    weight = np.concatenate([structure.weight, even])[sector]  # sector -1 picks the last row
    index: FloatArray = (weight * (world.actors.capability[slots] / world.fields.frontier)).sum(axis=1)
    return index


def _as_name(text: str) -> str:
    """Return a text as part of a column name.

    >>> _as_name("Control and software")
    'control_and_software'
    """
    return "_".join(text.lower().split())
