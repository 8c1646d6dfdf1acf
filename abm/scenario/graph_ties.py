"""Ties of a graph: their layer, direction and weight, filled where the graph does not say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from abm.scenario import members
from abm.scenario.members import Kinds, is_missing, layer_fits, word
from abm.scenario.problems import Problems, shown, suggestion
from abm.state.codes import Kind, Layer
from abm.state.structure import Structure
from abm.types import FloatArray, IntArray

if TYPE_CHECKING:
    import networkx as nx

MAX_WEIGHT = 1e12

_FIRM = int(Kind.FIRM)
_ORDER = (Layer.CREDIT, Layer.SERVICE, Layer.GUIDANCE, Layer.RESEARCH)
"""Layers tried for a tie that names none and does not join two firms."""


class Ends(Protocol):
    """What must be known of the actors at the ends."""

    names: list[str]
    kinds: Kinds
    sector: IntArray


def read_ties(
    graph: nx.Graph[Any],
    source: Sequence[int],
    target: Sequence[int],
    actors: Ends,
    structure: Structure,
    problems: Problems,
) -> tuple[dict[str, Any], list[str]]:
    """Return the tie columns of `Founders`, and notes on what was filled, turned, scaled or left out."""
    attributes = _attributes(graph)

    def where(i: int) -> str:
        return f"edge {shown(actors.names[source[i]])} to {shown(actors.names[target[i]])}"

    weight = members.read_numbers("weight", [a.get("weight") for a in attributes], 0.0, MAX_WEIGHT, where, problems)
    trust = members.read_numbers("trust", [a.get("trust") for a in attributes], 0.0, 1.0, where, problems)
    stated = [_stated_layer(a, where(i), problems) for i, a in enumerate(attributes)]
    notes = _Notes()
    first: dict[tuple[int, int, int], int] = {}
    kept: list[tuple[int, int, int, int]] = []
    for i, (a, b) in enumerate(zip(source, target, strict=True)):
        if a == b:
            notes.count("left out, an actor tied to itself")
            continue
        found = _placed(a, b, stated[i], graph.is_directed(), actors, structure)
        if found is None and stated[i] is not None:
            name = members.LAYERS[int(stated[i] or 0)]
            problems.add(f"{where(i)}: a {name} tie runs from {members.ENDS[name]}")
        elif found is None:
            notes.count("left out, as no layer joins actors of these kinds")
        else:
            notes.count("given a layer by the kinds and sectors at its ends", stated[i] is None)
            is_mutual = found[2] == int(Layer.RESEARCH)
            key = (min(found[:2]), max(found[:2]), found[2]) if is_mutual else found
            notes.count("left out, there twice in one layer", key in first)
            if key not in first:
                first[key] = i
                kept.append((*found, i))
    columns = np.array(kept, np.int64).reshape(len(kept), 4)
    chosen = columns[:, 3]
    notes.count("without weight, left to its default", int(np.isnan(weight[chosen]).sum()))
    return {
        "tie_source": columns[:, 0].copy(),
        "tie_target": columns[:, 1].copy(),
        "tie_layer": columns[:, 2].copy(),
        "tie_weight": _scaled(weight[chosen], notes),
        "tie_trust": trust[chosen],
    }, notes.texts()


class _Notes:
    """Counts what happened to ties."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, what: str, number: int | bool = 1) -> None:
        self._counts[what] = self._counts.get(what, 0) + int(number)

    def texts(self) -> list[str]:
        return [f"{number} tie{'s' if number != 1 else ''} {what}" for what, number in self._counts.items() if number]


def _attributes(graph: nx.Graph[Any]) -> list[dict[str, Any]]:
    """Return the attributes of each tie; the key of a multigraph's edge counts as its layer if it names one."""
    if not graph.is_multigraph():
        return [attributes for _, _, attributes in graph.edges(data=True)]
    edges: Any = graph.edges
    return [
        {"layer": key, **attributes} if word(key) in members.LAYERS else attributes
        for _, _, key, attributes in edges(data=True, keys=True)
    ]


def _stated_layer(attributes: dict[str, Any], place: str, problems: Problems) -> Layer | None:
    value = attributes.get("layer")
    if is_missing(value):
        return None
    name = word(value)
    if name not in members.LAYERS:
        known = ", ".join(members.LAYERS)
        problems.add(f"{place}: unknown layer {shown(value)}; allowed {known}{suggestion(name, members.LAYERS)}")
        return None
    return Layer(members.LAYERS.index(name))


def _placed(
    a: int, b: int, layer: Layer | None, is_directed: bool, actors: Ends, structure: Structure
) -> tuple[int, int, int] | None:
    """Return source, target and layer of a tie, None if no layer fits.

    A tie that names no layer is a supply tie between firms of sectors one of which buys from the other, a research
    tie between other firms, else the one layer that joins the two kinds. Where the graph does not say which end is
    the source, the end that can be is; of two firms the one from whose sector the other's buys more.
    """
    kind = actors.kinds.kind
    if layer is None:
        layer = _likely_layer(a, b, kind, actors.sector, structure)
    if layer is None:
        return None
    is_settled = is_directed and layer_fits(layer, int(kind[a]), int(kind[b]))
    if layer == Layer.SUPPLY and not is_settled and int(kind[a]) == int(kind[b]) == _FIRM:
        a, b = _supplier_first(a, b, actors, structure)
    elif not layer_fits(layer, int(kind[a]), int(kind[b])):
        a, b = b, a
    return (a, b, int(layer)) if layer_fits(layer, int(kind[a]), int(kind[b])) else None


def _likely_layer(a: int, b: int, kind: IntArray, sector: IntArray, structure: Structure) -> Layer | None:
    if int(kind[a]) == int(kind[b]) == _FIRM:
        trade = structure.inputs[sector[a], sector[b]] + structure.inputs[sector[b], sector[a]]
        return Layer.SUPPLY if sector[a] != sector[b] and trade > 0.0 else Layer.RESEARCH
    either = ((int(kind[a]), int(kind[b])), (int(kind[b]), int(kind[a])))
    return next((layer for layer in _ORDER if any(layer_fits(layer, *ends) for ends in either)), None)


def _supplier_first(a: int, b: int, actors: Ends, structure: Structure) -> tuple[int, int]:
    def rank(i: int, other: int) -> tuple[float, int, bool, str]:
        s, t = actors.sector[i], actors.sector[other]
        is_core = bool(actors.kinds.is_core[i])
        return (-float(structure.inputs[s, t]), int(structure.position[s]), is_core, actors.names[i])

    return (a, b) if rank(a, b) <= rank(b, a) else (b, a)


def _scaled(weight: FloatArray, notes: _Notes) -> FloatArray:
    """Return weights between 0 and 1, divided by the largest if that is above 1."""
    largest = float(np.nanmax(weight)) if np.any(~np.isnan(weight)) else 0.0
    if largest <= 1.0:
        return weight
    notes.count(f"given a weight divided by the largest, {largest:g}", int(np.sum(~np.isnan(weight))))
    result: FloatArray = weight / largest
    return result
