"""Figures, one function each: a frame or a graph in, a matplotlib figure out."""

from __future__ import annotations

from pathlib import Path

from analysis.figures.coupling import draw_coupling
from analysis.figures.effects import draw_effects
from analysis.figures.network import draw_network
from analysis.figures.paths import draw_paths
from analysis.figures.replicates import draw_replicates
from analysis.figures.stages import draw_stages
from analysis.figures.style import save_figure
from analysis.load import Run

__all__ = [
    "draw_all",
    "draw_coupling",
    "draw_effects",
    "draw_network",
    "draw_paths",
    "draw_replicates",
    "draw_stages",
    "save_figure",
]


def draw_all(run: Run, folder: Path) -> list[Path]:
    """Draw every figure of a run into `folder` as PNG and SVG and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "paths": draw_paths(run.measures, run.events),
        "stages": draw_stages(run.measures),
        "coupling": draw_coupling(run.measures),
        "network": draw_network(run.graph),
    }
    return [file for name, figure in figures.items() for file in save_figure(figure, folder, name)]
