"""The three stages of upgrading (li section 2.A): factors, value chain, industrial structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.indices import half_time

if TYPE_CHECKING:
    import pandas as pd

LINES: dict[str, tuple[str, str]] = {
    "factor_index": ("F  factors", style.BLUE),
    "value_chain_index": ("V  value chain", style.VERMILION),
    "structure_index": ("S  industrial structure", style.GREEN),
}
"""Measure of each stage, its name and colour."""


def draw_stages(measures: pd.DataFrame) -> Figure:
    """Draw the factor, value-chain and structure index over time.

    How to read it. Each index runs from 0 to 1 on bounds that are the same in every run. The dot on a line is its
    half-time: by then it was half of the way from where it began to 1. Read from left to right, the dots say in
    which order the stages came; li 2.A expects F, V, S. A line without a dot did not get so far in this run.

    Parameters
    ----------
    measures
        One row per region and quarter.
    """
    with style.drawing():
        regions = list(measures["region"].unique()) if len(measures) else [""]
        figure = style.new_figure(max(8.0, 5.5 * len(regions)), 4.2, "Stages of upgrading")
        panels: Any = figure.subplots(1, len(regions), sharey=True, squeeze=False)
        for axes, region in zip(panels[0], regions, strict=True):
            rows = measures[measures["region"] == region].sort_values("quarter")
            _draw_region(axes, rows)
            if len(regions) > 1:
                axes.set_title(str(region))
        panels[0][0].set_ylabel("index")
        return figure


def _draw_region(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_ylim(0.0, 1.0)
    axes.set_xlabel("quarter")
    if not len(rows):
        style.say_nothing_to_show(axes, "no quarters")
        return
    quarter = rows["quarter"].to_numpy(dtype=float)
    style.set_quarters(axes, quarter[0], quarter[-1])
    marker = "o" if len(quarter) == 1 else ""
    for column, (name, colour) in LINES.items():
        index = rows[column].to_numpy(dtype=float)
        half = half_time(quarter, index)
        when = "half-time not reached" if half is None else f"half-time: quarter {half:.0f}"
        axes.plot(quarter, index, color=colour, marker=marker, label=f"{name}  ({when})")
        if half is not None:
            level = 0.5 * (index[np.isfinite(index)][0] + 1.0)
            axes.plot(half, level, "o", color=colour, markersize=8, markeredgecolor="white", clip_on=False, zorder=3)
            axes.vlines(half, 0.0, level, color=colour, linewidth=0.9, linestyle=":")
    axes.legend(loc="best")
