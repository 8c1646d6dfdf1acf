"""GraphML in, safely: no document types, no entities, no ids that are missing or there twice."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from abm.errors import InputError
from abm.scenario.problems import Problems, shown, suggestion
from abm.scenario.reading import MAX_TABLE_BYTES, read_text
from abm.scenario.schema import MAX_ACTORS, MAX_TIES

if TYPE_CHECKING:
    import networkx as nx

_DIRECTIONS = ("undirected", "directed")
_SPACE = "http://graphml.graphdrawing.org/xmlns"


def read_graphml(path: Path) -> nx.Graph[Any]:
    """Return the graph of a GraphML file, named after the file, with the file's default attributes filled in.

    Raises
    ------
    InputError
        If the file cannot be read, is malformed, declares a document type, or has ids that are there twice or ties
        to ids that are not there.
    """
    import networkx as nx

    text = read_text(path, MAX_TABLE_BYTES)
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise InputError(f"{path}: declares a document type (<!DOCTYPE>), which GraphML does not need; remove it")
    try:
        _check(ElementTree.fromstring(text), Problems(str(path)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph: nx.Graph[Any] = nx.parse_graphml(text)
    except InputError:
        raise
    except ElementTree.ParseError as error:
        raise InputError(f"{path}: malformed XML: {error}") from None
    except (nx.NetworkXError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: malformed GraphML: {str(error)[:200]}") from None
    _fill_defaults(graph)
    graph.graph["name"] = path.stem
    return graph


def _check(root: ElementTree.Element, problems: Problems) -> None:
    """Check what networkx would pass over in silence."""
    if _local(root.tag) != "graphml":
        problems.add(f"is not GraphML: the outermost element is <{_local(root.tag)}>")
        problems.stop()
    graphs = [each for each in root if _local(each.tag) == "graph"]
    if len(graphs) != 1 or root.tag not in {"graphml", f"{{{_SPACE}}}graphml"}:
        said = f"has {len(graphs)} graphs; one is expected" if len(graphs) != 1 else "has an unknown XML namespace"
        problems.add(said)
        problems.stop()
    if sum(_local(each.tag) == "graph" for each in root.iter()) > 1:
        problems.add("has a graph inside a graph; one graph with all nodes is expected")
        problems.stop()
    stated = graphs[0].get("edgedefault", _DIRECTIONS[0])
    if stated not in _DIRECTIONS:
        problems.add(
            f"edgedefault is {shown(stated)}; allowed {', '.join(_DIRECTIONS)}{suggestion(stated, _DIRECTIONS)}"
        )
    actors = [each.get("id") for each in root.iter() if _local(each.tag) == "node"]
    ties = [each for each in root.iter() if _local(each.tag) == "edge"]
    if len(actors) > MAX_ACTORS or len(ties) > MAX_TIES:
        problems.add(f"{len(actors):,} actors and {len(ties):,} ties; allowed up to {MAX_ACTORS:,} and {MAX_TIES:,}")
    known: set[str] = set()
    for name in actors:
        if not name or name in known:
            problems.add(f"the node id {shown(name)} stands there twice" if name else "a node has no id")
        known.add(name or "")
    names = sorted(known)
    for tie in ties:
        for end in ("source", "target"):
            name = tie.get(end, "")
            if name not in known:
                problems.add(f"an edge has the {end} {shown(name)}, which is not a node{suggestion(name, names)}")
    problems.stop()


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _fill_defaults(graph: nx.Graph[Any]) -> None:
    defaults, of_ties = graph.graph.get("node_default", {}), graph.graph.get("edge_default", {})
    for _, attributes in graph.nodes(data=True):
        for name, value in defaults.items():
            attributes.setdefault(name, value)
    for _, _, attributes in graph.edges(data=True):
        for name, value in of_ties.items():
            attributes.setdefault(name, value)
