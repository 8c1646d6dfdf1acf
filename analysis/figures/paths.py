"""Which of the three upgrading paths (li section 3) carries the gains, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.indices import PATH_SHARES, path_in_words

if TYPE_CHECKING:
    import pandas as pd

CHAIN_LEADER = "chain_leader_share_of_gains"

MARKED_EVENTS: dict[str, str] = {
    "policy changed": "policy",
    "platform opened": "platform opens",
    "platform closed": "platform closes",
    "sector activated": "new sector",
}
"""Kinds of events that are marked on the time axis, and what is written there."""


def draw_paths(measures: pd.DataFrame, events: pd.DataFrame | None = None) -> Figure:
    """Draw how the gains along the three paths are divided, and how much of all gains they are.

    How to read it. *Above*: of the capability gained along the three paths in the last 8 quarters, which part came by
    each; the heights of the colours add up to 1. Where it is blank, nothing was gained along them. The strip shows the
    dominant path by its colour where there is one. *Below*: how much of all gains the three paths are (black);
    under 0.2 (dotted) none of them is called dominant. Dashed: gains by proposals of the chain leader, counted apart.
    Grey vertical lines: what happened. A share says how gains travelled, not what would be missing without the path:
    causes need paired worlds.

    Parameters
    ----------
    measures
        One row per region and quarter.
    events
        One row per event with columns ``quarter`` and ``kind`` (words), or None.
    """
    with style.drawing():
        regions = _regions(measures)
        figure = style.new_figure(
            max(8.0, 5.5 * len(regions)), 5.6, "How capability was gained: the three upgrading paths"
        )
        grid: Any = figure.subplots(
            3, len(regions), sharex=True, squeeze=False, gridspec_kw={"height_ratios": (3.0, 0.22, 1.7)}
        )
        for place, region in enumerate(regions):
            rows = measures[measures["region"] == region].sort_values("quarter")
            above, strip, below = grid[:, place]
            _draw_composition(above, rows)
            _draw_dominant(strip, rows)
            _draw_size(below, rows)
            if len(regions) > 1:
                above.set_title(str(region))
            if len(rows):
                style.set_quarters(below, float(rows["quarter"].min()), float(rows["quarter"].max()))
            _mark_events((above, below), _of_region(events, region))
            below.set_xlabel("quarter")
        if len(regions):
            _add_legends(figure, grid[0, -1], grid[2, -1])
        return figure


def _regions(measures: pd.DataFrame) -> list[Any]:
    """Return the regions in order of appearance; one nameless region for an empty frame."""
    return list(measures["region"].unique()) if len(measures) else [""]


def _of_region(events: pd.DataFrame | None, region: Any) -> pd.DataFrame | None:
    if events is None or "region" not in events or not len(events):
        return events
    chosen: pd.DataFrame = events.loc[events["region"] == region]
    return chosen


def _draw_composition(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_ylim(0.0, 1.0)
    axes.set_ylabel("share of the three")
    shares = rows[list(PATH_SHARES)].to_numpy(dtype=float) if len(rows) else np.zeros((0, 3))
    is_known = np.isfinite(shares).all(axis=1)
    if not is_known.any():
        style.say_nothing_to_show(axes, "nothing was gained along the three paths")
        return
    quarter = rows["quarter"].to_numpy(dtype=float)
    edges = np.concatenate([quarter, quarter[-1:] + 1.0]) - (0.5 if len(quarter) == 1 else 0.0)
    base = np.zeros(len(quarter))
    for column, path in enumerate(PATH_SHARES.values()):
        top = base + np.where(is_known, shares[:, column], 0.0)
        colour = style.PATH_COLOURS[path]
        if len(quarter) == 1:
            axes.fill_between(edges, [base[0]] * 2, [top[0]] * 2, color=colour, label=path, linewidth=0)
        else:
            axes.fill_between(quarter, base, top, where=is_known.tolist(), color=colour, label=path, linewidth=0)
        base = top
    axes.grid(False)


def _draw_dominant(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set_ylabel("dominant", rotation=0, ha="right", va="center")
    for quarter, path in zip(rows["quarter"], rows["dominant_path"], strict=True):
        colour = style.PATH_COLOURS[path_in_words(path) or "none"]
        axes.axvspan(float(quarter) - 0.5, float(quarter) + 0.5, color=colour, linewidth=0)


def _draw_size(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_ylim(0.0, 1.0)
    axes.set_ylabel("share of all gains")
    quarter = rows["quarter"].to_numpy(dtype=float)
    marker = "o" if len(quarter) == 1 else ""
    together = rows["paths_share_of_gains"].to_numpy(dtype=float)
    axes.plot(quarter, together, color=style.BLACK, marker=marker, label="the three paths together")
    if CHAIN_LEADER in rows:
        leader = rows[CHAIN_LEADER].to_numpy(dtype=float)
        colour = style.PATH_COLOURS["chain leader"]
        axes.plot(quarter, leader, color=colour, linestyle="--", marker=marker, label="chain leader's proposals")
    axes.axhline(0.2, color=style.GREY, linewidth=0.9, linestyle=":", label="least for a dominant path")


def _mark_events(panels: tuple[Axes, ...], events: pd.DataFrame | None) -> None:
    """Draw one grey line per quarter in which something marked happened, with its name above the first panel."""
    if events is None or not len(events):
        return
    marked = events[events["kind"].astype(str).isin(list(MARKED_EVENTS))]
    first, last = panels[0].get_xlim()
    for quarter, kinds in marked.groupby("quarter")["kind"]:
        place = float(str(quarter))
        if not first <= place <= last:
            continue
        names = ", ".join(dict.fromkeys(MARKED_EVENTS[str(kind)] for kind in kinds))
        for axes in panels:
            axes.axvline(place, color="#4D4D4D", linewidth=0.8, alpha=0.8)
        panels[0].annotate(
            names, (place, 1.0), xytext=(2, -3), xycoords=("data", "axes fraction"), textcoords="offset points",
            rotation=90, va="top", ha="left", fontsize=7, color="#222222", clip_on=True,
        )  # fmt: skip


def _add_legends(figure: Figure, above: Axes, below: Axes) -> None:
    for axes in (above, below):
        entries, labels = axes.get_legend_handles_labels()
        if entries:
            axes.legend(entries[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0))
