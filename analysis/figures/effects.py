"""Forest figure: effects of a change on many measures, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.numbers import interval_text, signed, words_of
from analysis.paired_statistics import LEVEL

if TYPE_CHECKING:
    import pandas as pd

SERIES: tuple[tuple[str, str], ...] = (
    (style.BLUE, "o"),
    (style.VERMILION, "s"),
    (style.GREEN, "D"),
    (style.PURPLE, "^"),
    (style.BLACK, "v"),
    (style.ORANGE, "P"),
)
"""Colour and marker of each contrast or region, told apart by shape too."""


def draw_effects(effects: pd.DataFrame, labels: Mapping[str, str] | None = None, title: str = "") -> Figure:
    """Draw effects as a forest: one row per measure, a marker for the difference, a bar for its interval.

    How to read it. A marker to the right of the grey line means more of the measure in the changed world. Where the
    bar crosses the line, or there is no bar (hollow marker), the sign is open. Measures have different units, so
    differences are drawn in standard deviations between replicates: 1 is as much as two runs of the same world differ
    by luck. The pale bar behind is what the interval would be with different random numbers in the two worlds. On the
    right stands the difference in the unit of the measure, with its interval. "No scale" means that the measure does
    not vary within either world.

    Parameters
    ----------
    effects
        One row per contrast, region and measure (see `analysis.effects.Comparison`).
    labels
        Words for measures, their names by default.
    title
        What was compared.
    """
    with style.drawing():
        measures = list(dict.fromkeys(effects["measure"])) if len(effects) else []
        series = list(effects.groupby(["contrast", "region"], sort=False, observed=True)) if len(effects) else []
        height = 1.5 + 0.14 * len(series) + max(len(measures), 3) * (0.24 + 0.12 * len(series))
        figure = style.new_figure(9.0, height, title or "Effects of the change")
        axes: Any = figure.subplots()
        if not measures:
            style.say_nothing_to_show(axes, "no effects")
            return figure
        for number, (_, rows) in enumerate(series):
            offset = 0.7 * ((number + 0.5) / len(series) - 0.5)
            places = {name: place + offset for place, name in enumerate(measures)}
            _draw_series(axes, rows, places, *SERIES[number % len(SERIES)])
        _set_axes(axes, [(labels or {}).get(name, words_of(name)) for name in measures])
        _add_legend(figure, axes, [_named(key, series) for key, _ in series])
        return figure


def _draw_series(axes: Axes, rows: pd.DataFrame, places: Mapping[str, float], colour: str, marker: str) -> None:
    for row in rows.to_dict("records"):
        place, scale = places[row["measure"]], row["sd"]
        words = f"{signed(row['difference'])}   {interval_text(row['low'], row['high'])}"
        axes.annotate(
            words, (1.0, place), xytext=(6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=7.5, color=colour, annotation_clip=False,
        )  # fmt: skip
        if not (scale > 0.0 and math.isfinite(row["difference"])):
            words = "the same in both" if row["difference"] == 0.0 else "no scale"
            axes.text(0.0, place, words, ha="center", va="center", fontsize=7.5, color=style.GREY, backgroundcolor="w")
            continue
        middle = row["difference"] / scale
        if math.isfinite(row["low"]):
            wide = unpaired_half_width(row["seeds"]) if row["method"] != "Welch t" else 0.0
            axes.plot([middle - wide, middle + wide], [place, place], color=style.PALE, linewidth=6.0, zorder=1)
            axes.plot([row["low"] / scale, row["high"] / scale], [place, place], color=colour, zorder=2)
        is_clear = row["low"] > 0.0 or row["high"] < 0.0
        axes.plot(
            middle, place, marker, color=colour, markersize=6, zorder=3,
            markerfacecolor=colour if is_clear else "white",
        )  # fmt: skip


def unpaired_half_width(seeds: int) -> float:
    """Return the half-width of the interval of an unpaired difference, in standard deviations within a world.

    >>> round(unpaired_half_width(20), 2)
    0.64
    """
    from scipy import stats

    return float(stats.t.ppf(0.5 + 0.5 * LEVEL, 2 * (seeds - 1)) * math.sqrt(2.0 / seeds))


def _set_axes(axes: Axes, names: list[str]) -> None:
    axes.axvline(0.0, color=style.GREY, linewidth=1.0, zorder=0)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.annotate(
        f"difference and {LEVEL:.0%} interval", (1.0, 1.0), xytext=(6, 4), xycoords="axes fraction",
        textcoords="offset points", va="bottom", fontsize=7.5, color=style.GREY, annotation_clip=False,
    )  # fmt: skip
    axes.set_xlabel("difference, in standard deviations between replicates")


def _named(key: Any, series: list[Any]) -> str:
    """Return the words for a contrast and region; the region only where there are several."""
    contrast, region = key
    words = str(contrast).replace("->", "→")
    return f"{words}, {region}" if len({each[1] for each, _ in series}) > 1 else words


def _add_legend(figure: Figure, axes: Axes, names: list[str]) -> None:
    from matplotlib.lines import Line2D

    entries = [
        Line2D([], [], color=colour, marker=marker, markersize=6, label=name)
        for name, (colour, marker) in zip(names, SERIES * (1 + len(names) // len(SERIES)), strict=False)
    ]
    unpaired = Line2D([], [], color=style.PALE, linewidth=6.0, label="its interval without common random numbers")
    open_sign = Line2D([], [], linestyle="", marker="o", color=style.GREY, markerfacecolor="white", label="sign open")
    figure.legend(handles=[*entries, unpaired, open_sign], loc="outside lower left", ncols=2)
