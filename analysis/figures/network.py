"""The innovation network at the end of a run: who is there, who is tied to whom, and how each upgraded."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import style

if TYPE_CHECKING:
    import networkx as nx

Positions = npt.NDArray[np.float64]

MOST_ACTORS = 3000
"""Larger networks are drawn by their most connected actors only."""

KIND_SIZES: dict[str, float] = {
    "core enterprise": 95.0,
    "SME": 16.0,
    "university": 60.0,
    "government": 110.0,
    "bank": 75.0,
    "venture fund": 75.0,
    "guarantee fund": 75.0,
    "platform": 85.0,
}
KIND_MARKERS: dict[str, str] = {
    "university": "s",
    "government": "D",
    "bank": "^",
    "venture fund": "^",
    "guarantee fund": "^",
    "platform": "P",
}
LAYER_COLOURS: dict[str, str] = {
    "supply": "#B3B3B3",
    "research": style.BLUE,
    "service": style.GREEN,
    "credit": "#BFB32A",
    "guidance": style.BLACK,
}
BY_PATH = "How they upgraded (paler: a smaller part), how ties were born"
ORIGIN_COLOURS = style.TIE_ORIGIN_COLOURS


def draw_network(graph: nx.MultiDiGraph[Any]) -> Figure:
    """Draw the network twice in the same layout: by kind of actor, and by path.

    How to read it. Actors that stand close are tied, directly or through others; larger firms are drawn larger.
    *Left*: who they are (colour and shape) and the layer of each tie. *Right*: an actor has the colour of the path
    that carried most of its gains, the paler the smaller a part of all its gains came by that path; a tie has the
    colour of how it was born, so that it shows whether calls, orders, proposals or platforms tie the region together.
    Actors that are not connected with the rest stand in the rows below. The picture is of the last quarter; an
    actor's colour on the right sums up its life.

    Parameters
    ----------
    graph
        Actors as nodes with ``kind``, ``path``, ``path_share`` and ``sales``, ties as edges with ``layer`` and
        ``origin``.
    """
    with style.drawing():
        figure = style.new_figure(13.0, 7.6, "The innovation network in the last quarter")
        panels: Any = figure.subplots(1, 2)
        actors, ties, drawn = _chosen(graph)
        place = layout(len(actors), ties)
        nodes = [graph.nodes[actor] for actor in actors]
        kinds = [_in_words(node.get("kind", "")) for node in nodes]
        paths = [_in_words(node.get("path", "none")) for node in nodes]
        layers = [_in_words(tie.get("layer", "")) for tie in drawn]
        origins = [_in_words(tie.get("origin", "")) for tie in drawn]
        sizes = _sizes(kinds, np.array([float(node.get("sales", 0.0)) for node in nodes]))
        full = [1.0] * len(nodes)
        parts = [float(node.get("path_share", 1.0)) for node in nodes]
        for axes, title, names, part, palette, groups, tie_palette in (
            (panels[0], "Who is tied to whom", kinds, full, style.KIND_COLOURS, layers, LAYER_COLOURS),
            (
                panels[1],
                BY_PATH,
                paths,
                parts,
                style.PATH_COLOURS,
                origins,
                ORIGIN_COLOURS,
            ),
        ):
            axes.set_title(title)
            axes.set_axis_off()
            if not actors:
                style.say_nothing_to_show(axes, "no actors")
                continue
            _draw_ties(axes, place[ties], groups, tie_palette)
            _draw_actors(axes, place, kinds, sizes, _shades(names, part, palette))
            _add_legend(axes, names, palette, groups, tie_palette)
        if len(actors) < graph.number_of_nodes():
            note = f"the {len(actors):,} most connected of {graph.number_of_nodes():,} actors"
            panels[0].set_title(note, loc="right", fontsize=8, fontweight="normal", color=style.GREY)
        return figure


def _in_words(code: Any) -> str:
    """Return the words for a code of the network: ``core_enterprise`` is "core enterprise", ``sme`` is "SME"."""
    return "SME" if code == "sme" else str(code).replace("_", " ")


def _sizes(kinds: list[str], sales: Positions) -> Positions:
    """Return the area of each actor's marker (points squared): firms by their sales, others by their kind."""
    sizes = np.array([KIND_SIZES.get(kind, 30.0) for kind in kinds], dtype=float)
    is_firm = np.array([kind in {"core enterprise", "SME"} for kind in kinds], dtype=bool) & (sales > 0.0)
    if is_firm.any():
        sizes[is_firm] = 9.0 + 150.0 * sales[is_firm] / sales[is_firm].max()
    return sizes


def _shades(names: list[str], parts: list[float], palette: dict[str, str]) -> list[tuple[float, float, float]]:
    """Return the colour of each name, pale for a small part of the whole, full from one half on."""
    shades = []
    pale = np.array(to_rgb(style.PALE))
    for name, part in zip(names, parts, strict=True):
        strength = 0.3 + 0.7 * min(1.0, 2.0 * part)
        red, green, blue = strength * np.array(to_rgb(palette.get(name, style.GREY))) + (1.0 - strength) * pale
        shades.append((float(red), float(green), float(blue)))
    return shades


def _chosen(graph: nx.MultiDiGraph[Any]) -> tuple[list[Any], npt.NDArray[np.int64], list[dict[str, Any]]]:
    """Return the actors to draw, the ties between them as pairs of positions (ties, 2), and the ties' attributes."""
    actors = list(graph.nodes)
    if len(actors) > MOST_ACTORS:
        degree = dict(graph.degree())
        actors = sorted(actors, key=lambda actor: -degree[actor])[:MOST_ACTORS]
    position = {actor: row for row, actor in enumerate(actors)}
    ties = [
        (position[a], position[b], each) for a, b, each in graph.edges(data=True) if a in position and b in position
    ]
    return actors, np.array([tie[:2] for tie in ties], dtype=np.int64).reshape(-1, 2), [tie[2] for tie in ties]


def layout(n_actors: int, ties: npt.NDArray[np.int64]) -> Positions:
    """Return a place for each actor, shape (actors, 2), about within [-1, 1]; tied actors stand close.

    Actors outside the largest connected component stand in rows below it, component by component. The same network
    gives the same layout.
    """
    place = np.zeros((n_actors, 2))
    if n_actors == 0:
        return place
    component = _components(n_actors, ties)
    within = component == np.argmax(np.bincount(component))
    if within.sum() >= 3:
        number = np.full(n_actors, -1, dtype=np.int64)
        number[within] = np.arange(int(within.sum()))
        inner = number[ties[within[ties[:, 0]]]]
        place[within] = _unit(_spring(int(within.sum()), np.unique(np.sort(inner, axis=1), axis=0)))
    else:
        within[:] = False
    apart = np.flatnonzero(~within)
    apart = apart[np.argsort(component[apart], kind="stable")]
    columns = max(12, int(np.ceil(np.sqrt(4.0 * len(apart)))))
    place[apart, 0] = -1.0 + 2.0 * (np.arange(len(apart)) % columns) / max(columns - 1, 1)
    place[apart, 1] = -1.35 - 0.08 * (np.arange(len(apart)) // columns)
    return place


def _components(n_actors: int, ties: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the connected component of each actor as a number."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    matrix = coo_matrix((np.ones(len(ties)), (ties[:, 0], ties[:, 1])), shape=(n_actors, n_actors))
    component: npt.NDArray[np.int64] = connected_components(matrix, directed=False)[1].astype(np.int64)
    return component


def _spring(n_actors: int, pairs: npt.NDArray[np.int64]) -> Positions:
    """Return a force-directed layout, by igraph if it is installed, else by networkx."""
    try:
        import igraph
    except ImportError:
        import networkx as nx

        plain: nx.Graph[int] = nx.Graph()
        plain.add_nodes_from(range(n_actors))
        plain.add_edges_from(pairs.tolist())
        found = nx.spring_layout(plain, iterations=30, seed=1)
        return np.array([found[i] for i in range(n_actors)])
    igraph.set_random_number_generator(random.Random(1))
    graph = igraph.Graph(n_actors, pairs.tolist())
    if n_actors <= 1000:
        return np.array(graph.layout_fruchterman_reingold(niter=400, grid="nogrid").coords)
    return np.array(graph.layout_drl().coords)


def _unit(place: Positions) -> Positions:
    """Scale places into [-1, 1], pulling in the few that stand far out."""
    centred = place - np.median(place, axis=0)
    reach = np.maximum(np.quantile(np.abs(centred), 0.97, axis=0), 1e-9)
    scaled: Positions = np.tanh(0.8 * centred / reach) / np.tanh(1.1)
    return scaled


def _draw_ties(axes: Axes, segments: Positions, groups: list[str], palette: dict[str, str]) -> None:
    """Draw ties by group, in the order of the palette."""
    for group, colour in palette.items():
        chosen = [row for row, name in enumerate(groups) if name == group]
        if chosen:
            alpha = 0.55 if len(chosen) < 600 else 0.3
            lines = LineCollection(list(segments[chosen]), colors=colour, linewidths=0.6, alpha=alpha, zorder=1)
            axes.add_collection(lines)


def _draw_actors(
    axes: Axes, place: Positions, kinds: list[str], sizes: Positions, colours: list[tuple[float, float, float]]
) -> None:
    """Draw actors by kind, the many small ones first."""
    for kind in sorted(set(kinds), key=lambda name: KIND_SIZES.get(name, 30.0)):
        rows = [row for row, name in enumerate(kinds) if name == kind]
        axes.scatter(
            place[rows, 0],
            place[rows, 1],
            s=sizes[rows],
            c=[colours[row] for row in rows],
            marker=KIND_MARKERS.get(kind, "o"),
            edgecolors="white" if kind == "SME" else "#222222",
            linewidths=0.35 if kind == "SME" else 0.7,
            zorder=2,
        )
    axes.set_xlim(-1.3, 1.3)
    axes.set_ylim(min(-1.3, float(place[:, 1].min()) - 0.06), 1.3)


def _add_legend(
    axes: Axes, actors: list[str], palette: dict[str, str], ties: list[str], tie_palette: dict[str, str]
) -> None:
    """Add a legend with counts, only of what is there."""
    entries = []
    for name, colour in palette.items():
        if (number := actors.count(name)) > 0:
            shown = "no path" if name == "none" else name
            entries.append(
                Line2D(
                    [],
                    [],
                    linestyle="",
                    marker=KIND_MARKERS.get(name, "o"),
                    color=colour,
                    markeredgecolor="#222222",
                    markeredgewidth=0.5,
                    markersize=7,
                    label=f"{shown} ({number:,})",
                )
            )
    for name, colour in tie_palette.items():
        if (number := ties.count(name)) > 0:
            entries.append(Line2D([], [], color=colour, linewidth=2.0, label=f"{name} tie ({number:,})"))
    if entries:
        axes.legend(handles=entries, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4, fontsize=7.5)
