"""How well technological progress and industrial upgrading go together (zhao2020), with the grades in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.indices import GRADES

if TYPE_CHECKING:
    import pandas as pd

FORMS: dict[str, tuple[str, str, str]] = {
    "coupling_coordination": ("D, standard form", style.BLACK, "-"),
    "coupling_coordination_wang": ("D, form of Wang et al. 2021", style.PURPLE, "--"),
}

SYSTEMS: dict[str, tuple[str, str]] = {
    "technological_progress": ("U1, technological progress", style.BLUE),
    "industrial_upgrading": ("U2, industrial upgrading", style.GREEN),
}


def draw_coupling(measures: pd.DataFrame) -> Figure:
    """Draw the coupling coordination degree in both forms over the bands of its grades.

    How to read it. The lines say how far technological progress (U1) and industrial upgrading (U2) are, together and
    in balance; the band a line runs in is its grade. The standard form is near 1 as soon as both are alike, so the
    corrected form of Wang et al. (2021) is drawn with it (dashed): trust what both say. Thin lines: U1 and U2.

    Parameters
    ----------
    measures
        One row per region and quarter.
    """
    with style.drawing():
        regions = list(measures["region"].unique()) if len(measures) else [""]
        figure = style.new_figure(
            max(8.0, 5.5 * len(regions)), 4.6, "Coupling of technological progress and industrial upgrading"
        )
        panels: Any = figure.subplots(1, len(regions), sharey=True, squeeze=False)
        for axes, region in zip(panels[0], regions, strict=True):
            _draw_region(axes, measures[measures["region"] == region].sort_values("quarter"))
            if len(regions) > 1:
                axes.set_title(str(region))
        _name_grades(panels[0][-1])
        panels[0][0].set_ylabel("degree of coupling coordination")
        entries, labels = panels[0][0].get_legend_handles_labels()
        if entries:
            figure.legend(entries, labels, loc="outside lower center", ncols=4)
        return figure


def _draw_region(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_ylim(0.0, 1.0)
    axes.set_xlabel("quarter")
    axes.set_yticks([step / 10.0 for step in range(11)])
    axes.grid(False)
    shades = mpl.colormaps["BrBG"]
    for step in range(10):
        axes.axhspan(step / 10.0, (step + 1) / 10.0, color=shades(0.28 + 0.044 * step), alpha=0.35, linewidth=0)
    if not len(rows):
        style.say_nothing_to_show(axes, "no quarters")
        return
    quarter = rows["quarter"].to_numpy(dtype=float)
    style.set_quarters(axes, quarter[0], quarter[-1])
    marker = "o" if len(quarter) == 1 else ""
    for column, (name, colour) in SYSTEMS.items():
        if column in rows:
            axes.plot(
                quarter, rows[column].to_numpy(dtype=float), color=colour, marker=marker, linewidth=1.0, label=name
            )
    for column, (name, colour, dash) in FORMS.items():
        axes.plot(quarter, rows[column].to_numpy(dtype=float), color=colour, marker=marker, linestyle=dash, label=name)


def _name_grades(axes: Axes) -> None:
    for step, grade in enumerate(GRADES):
        axes.annotate(
            grade, (1.0, step / 10.0 + 0.05), xytext=(4, 0), xycoords="axes fraction", textcoords="offset points",
            va="center", fontsize=7.5, color="#333333", annotation_clip=False,
        )  # fmt: skip
