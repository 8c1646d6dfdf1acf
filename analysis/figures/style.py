"""How all figures look: colours that colour-blind readers can tell apart (Okabe & Ito 2008), sizes, saving.

Figures are made without pyplot, so that nothing global is opened, no display is needed, and threads can draw at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#8C8C8C"
PALE = "#D9D9D9"

PATH_COLOURS: dict[str, str] = {
    "common technology": BLUE,
    "supporting chain": ORANGE,
    "innovation platform": GREEN,
    "chain leader": BLACK,
    "none": PALE,
}
"""Colour of each upgrading path, the same in every figure."""

KIND_COLOURS: dict[str, str] = {
    "core enterprise": VERMILION,
    "SME": SKY,
    "university": BLUE,
    "government": BLACK,
    "bank": YELLOW,
    "venture fund": YELLOW,
    "guarantee fund": YELLOW,
    "platform": GREEN,
}
"""Colour of each kind of actor."""

TIE_ORIGIN_COLOURS: dict[str, str] = {
    "acquaintance": "#BFBFBF",
    "call": BLUE,
    "order": ORANGE,
    "proposal": BLACK,
    "platform": GREEN,
}
"""Colour of a tie by how it was born; those that feed a path have the colour of the path."""

STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "figure.dpi": 100.0,
    "savefig.dpi": 150.0,
    "svg.hashsalt": "innonet",
    "svg.fonttype": "none",
}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw and save inside this block: the style holds, and letters a font lacks make no noise."""
    settings: Any = STYLE
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width: float, height: float, title: str) -> Figure:
    """Return an empty figure (inches) with a title; call inside `drawing`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=12.0, fontweight="bold")
    return figure


def say_nothing_to_show(axes: Axes, reason: str) -> None:
    """Write into empty axes why they are empty."""
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", color=GREY, wrap=True)


def set_quarters(axes: Axes, first: float, last: float) -> None:
    """Set the time axis, also when there is one quarter only."""
    axes.set_xlim(first - 0.5 if first == last else first, last + 0.5 if first == last else last)
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))


def save_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` (150 dpi) and ``name.svg``; the same figure gives the same bytes."""
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    with drawing():
        figure.savefig(png, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return [png, svg]
