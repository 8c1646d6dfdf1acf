"""The network as everyone else sees it: a networkx graph of the actors and ties of one quarter.

Built when asked for, never in the loop: building it costs many times a quarter of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from abm.state.codes import N_PATHS, Kind, Layer, Path, TieOrigin
from abm.state.ledger import PATH_OF
from abm.state.world import World
from abm.types import FloatArray, IntArray

if TYPE_CHECKING:
    import networkx as nx

PATH_WORDS = tuple(path.name.lower() for path in Path)
LAYER_WORDS = tuple(layer.name.lower() for layer in Layer)
ORIGIN_WORDS = tuple(origin.name.lower() for origin in TieOrigin)


def kind_word(kind: int, is_core: bool) -> str:
    """Return the word for a kind of actor, as scenario files and graphs write it.

    >>> kind_word(Kind.FIRM, True), kind_word(Kind.FIRM, False), kind_word(Kind.VENTURE_FUND, False)
    ('core_enterprise', 'sme', 'venture_fund')
    """
    if kind == Kind.FIRM:
        return "core_enterprise" if is_core else "sme"
    return Kind(kind).name.lower()


def actor_name(world: World, slot: int) -> str:
    """Return the name of the actor in `slot`; one without a name gets its kind and identity."""
    actors = world.actors
    uid = int(actors.uid[slot])
    kind = int(actors.kind[slot])
    return world.names.get(uid) or f"{kind_word(kind, False)}-{uid:016x}"


def capability_index(world: World, slots: IntArray) -> FloatArray:
    """Return a_i = sum_k W_sk A_ik / F_k of each actor; without a sector all fields count alike.

    Shape (slots,), frontier = 1. Source: model.md section 1.
    """
    structure = world.structure
    sector = world.actors.sector[slots]
    weight = np.full((len(slots), structure.n_fields), 1.0 / structure.n_fields)
    weight[sector >= 0] = structure.weight[sector[sector >= 0]]
    index: FloatArray = (weight * world.actors.capability[slots] / world.fields.frontier).sum(axis=1)
    return index


def leading_path(total_gain: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the path that carried most of each actor's gains, and its share of all of them.

    Gains on none of the paths don't lead: `Path.NONE` is returned only where no path carried any gain.

    Shapes: total_gain (actors, origins, routes), results (actors,).

    >>> gains = np.zeros((2, 8, 9)); gains[0, 0, 5] = 3.0; gains[0, 0, 2] = 1.0; gains[1, 0, 5] = 1.0
    >>> path, share = leading_path(gains)
    >>> [Path(p).name for p in path], share.tolist()
    (['SUPPORTING_CHAIN', 'NONE'], [0.25, 0.0])
    """
    by_path = total_gain.reshape(len(total_gain), PATH_OF.size) @ np.eye(N_PATHS)[PATH_OF.ravel()]
    everything = by_path.sum(axis=1)
    by_path[:, Path.NONE] = 0.0
    largest = by_path.max(axis=1)
    path = np.where(largest > 0.0, by_path.argmax(axis=1), int(Path.NONE))
    return path, np.divide(largest, everything, out=np.zeros(len(largest)), where=everything > 0.0)


def graph_of(world: World, burn_in: int = 0) -> nx.MultiDiGraph[str]:
    """Return the network of `world`: actors as nodes by name, ties as edges, keyed by layer.

    Quarters (of the graph and of births) are counted after `burn_in` quarters.

    Research ties have no direction: they stand once, with ``directed=False``. All attributes are text, whole
    numbers, numbers or true/false, so that GraphML and Gephi can hold them. The graph is yours to change; the world
    isn't changed by that.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(quarter=world.quarter - burn_in, seed=world.seed)
    slots = world.nodes()
    names: dict[int, str] = {}
    taken: set[str] = set()
    for slot, attributes in zip(slots.tolist(), _actors(world, slots, burn_in), strict=True):
        name = attributes["name"]
        if name in taken:
            name = f"{name} {attributes['uid']}"
        taken.add(name)
        names[slot] = name
        graph.add_node(name, **attributes)
    for source, target, attributes in _ties(world):
        if source in names and target in names:
            graph.add_edge(
                names[source], names[target], key=_key(graph, names, source, target, attributes), **attributes
            )
    return graph


def _key(
    graph: nx.MultiDiGraph[str], names: dict[int, str], source: int, target: int, attributes: dict[str, Any]
) -> str:
    """Return the layer, numbered if two actors have several ties of a layer."""
    layer: str = attributes["layer"]
    key, number = layer, 1
    while graph.has_edge(names[source], names[target], key):
        number += 1
        key = f"{layer} {number}"
    return key


def _actors(world: World, slots: IntArray, burn_in: int) -> list[dict[str, Any]]:
    """Return the attributes of actors."""
    actors, structure = world.actors, world.structure
    path, share = leading_path(world.ledger.total_gain[slots])
    is_firm = actors.kind[slots] == int(Kind.FIRM)
    kinds = zip(actors.kind[slots].tolist(), actors.is_core[slots].tolist(), strict=True)
    columns: dict[str, list[Any]] = {
        "name": [actor_name(world, slot) for slot in slots.tolist()],
        "uid": [str(uid) for uid in actors.uid[slots].tolist()],
        "kind": [kind_word(kind, is_core) for kind, is_core in kinds],
        "region": _words(actors.region[slots], structure.region_names),
        "sector": _words(np.where(is_firm, actors.sector[slots], -1), structure.sector_names),
        "born": (actors.born[slots] - burn_in).tolist(),
        "sales": actors.sales[slots].tolist(),
        "cash": actors.cash[slots].tolist(),
        "staff": actors.staff[slots].tolist(),
        "talent": actors.talent[slots].tolist(),
        "capability_index": capability_index(world, slots).tolist(),
        "value_chain": actors.value_chain[slots].tolist(),
        "quality": actors.quality[slots].tolist(),
        "is_core": actors.is_core[slots].tolist(),
        "path": [PATH_WORDS[code] for code in path.tolist()],
        "path_share": share.tolist(),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _ties(world: World) -> list[tuple[int, int, dict[str, Any]]]:
    """Return source, target and attributes of every active tie."""
    ties = world.ties
    rows = np.flatnonzero(ties.is_active)
    layer = ties.layer[rows].tolist()
    columns: dict[str, list[Any]] = {
        "layer": [LAYER_WORDS[code] for code in layer],
        "directed": [code != Layer.RESEARCH for code in layer],
        "origin": [ORIGIN_WORDS[code] for code in ties.origin[rows].tolist()],
        "weight": ties.weight[rows].tolist(),
        "trust": ties.trust[rows].tolist(),
        "age": (world.quarter - ties.born[rows]).tolist(),
    }
    ends = zip(ties.source[rows].tolist(), ties.target[rows].tolist(), zip(*columns.values(), strict=True), strict=True)
    return [(source, target, dict(zip(columns, row, strict=True))) for source, target, row in ends]


def _words(codes: IntArray, words: tuple[str, ...]) -> list[str]:
    """Return the word for each code, nothing for -1."""
    return [words[code] if code >= 0 else "" for code in codes.tolist()]
