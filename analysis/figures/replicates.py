"""How the mean of a measure settles as replicates are added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures import style
from analysis.replicates import Precision, Sequence, running


def draw_replicates(values: Iterable[float], name: str, precision: Precision | None = None) -> Figure:
    """Draw the running mean with its interval, and the coefficient of variation, over the number of replicates.

    How to read it. *Left*: the mean of the first n replicates with its confidence interval. Between the dashed lines
    the interval is as narrow as asked; the vertical line is the number of replicates from which it stays so. *Right*:
    the coefficient of variation (standard deviation over mean), which describes how much replicates differ. That it
    is flat does not mean that the mean is known; judge by the left.

    Parameters
    ----------
    values
        One value per replicate in the order of the seeds; nulls are left out.
    name
        What is measured, in words.
    precision
        What is asked of the mean.
    """
    asked = precision or Precision()
    every = [float(value) for value in values if np.isfinite(value)]
    with style.drawing():
        figure = style.new_figure(9.0, 3.8, f"Replicates: {name}")
        left, right = figure.subplots(1, 2, width_ratios=(1.7, 1.0))
        left.set_title("mean of the first n replicates")
        right.set_title("coefficient of variation")
        if len(every) < 2:
            for axes in (left, right):
                style.say_nothing_to_show(axes, "fewer than two replicates")
            return figure
        rows = running(every, asked).iloc[1:]
        n = rows["n"].to_numpy(dtype=float)
        _draw_mean(left, n, rows, asked)
        right.plot(n, rows["cv"].to_numpy(dtype=float), color=style.GREY, marker="o" if len(n) == 1 else "")
        right.set_ylim(bottom=0.0)
        right.set_ylabel("description only", color=style.GREY)
        _mark_enough(left, every, asked)
        for axes in (left, right):
            axes.set_xlabel("replicates")
            axes.set_xlim(n[0] - 0.5, n[-1] + 0.5)
            axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        figure.legend(loc="outside lower left", ncols=3)
        return figure


def _draw_mean(axes: Any, n: Any, rows: Any, asked: Precision) -> None:
    mean, half, target = (rows[column].to_numpy(dtype=float) for column in ("mean", "half_width", "target"))
    label = f"{asked.level:.0%} interval"
    axes.fill_between(n, mean - half, mean + half, color=style.SKY, alpha=0.35, linewidth=0, label=label)
    axes.plot(n, mean, color=style.BLUE, marker="o" if len(n) == 1 else "")
    wish = f"asked: ±{asked.half_width:.0%} of the mean" if asked.is_relative else f"asked: ±{asked.half_width:g}"
    axes.plot(n, mean + target, color=style.BLACK, linestyle="--", linewidth=0.9, label=wish)
    axes.plot(n, mean - target, color=style.BLACK, linestyle="--", linewidth=0.9)
    seen = slice(min(asked.n_min - 2, len(n) - 1), None)  # the first intervals are so wide that the rest would be flat
    reach = float(max(np.max(half[seen]), np.max(target[seen])))
    if reach > 0.0:
        axes.set_ylim(float(np.min(mean[seen])) - 1.1 * reach, float(np.max(mean[seen])) + 1.1 * reach)


def _mark_enough(axes: Any, values: list[float], asked: Precision) -> None:
    sequence = Sequence(asked)
    for value in values:
        sequence.add(value)
    if sequence.enough is not None:
        held = "" if sequence.is_settled else " so far"
        axes.axvline(sequence.enough, color=style.VERMILION, linewidth=1.2, label=f"enough{held}: {sequence.enough}")
    else:
        axes.plot([], [], linestyle="", label=f"not enough; about {sequence.expected} would be")
