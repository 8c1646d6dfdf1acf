"""Figures: every kind of frame gives a figure, the same frame the same bytes, and colours can be told apart."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from analysis.figures import draw_coupling, draw_network, draw_paths, draw_stages, save_figure
from analysis.figures.network import layout
from analysis.figures.style import PATH_COLOURS, TIE_ORIGIN_COLOURS
from analysis.indices import GRADES, grade_of, half_time
from tests import synthetic

DRAWERS = {"paths": draw_paths, "stages": draw_stages, "coupling": draw_coupling}

FRAMES = {
    "usual": synthetic.measures(12),
    "one quarter": synthetic.measures(1),
    "two regions": synthetic.measures(6, ("North", "South")),
    "no quarters": synthetic.measures(2).iloc[:0],
    "name without glyphs": synthetic.measures(3, ("株洲",)),
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", DRAWERS)
def test_every_frame_gives_a_figure(name: str, frame: str, tmp_path: Path) -> None:
    files = save_figure(DRAWERS[name](FRAMES[frame]), tmp_path, name)
    assert [file.suffix for file in files] == [".png", ".svg"]
    assert all(file.stat().st_size > 2000 for file in files)


def test_nulls_are_drawn_as_gaps(tmp_path: Path) -> None:
    frame = synthetic.measures(8)
    frame.loc[:, [c for c in frame if str(c).startswith("path")]] = np.nan
    frame["dominant_path"] = None
    save_figure(draw_paths(frame), tmp_path, "paths")
    assert "nothing was gained" in (tmp_path / "paths.svg").read_text()


def test_the_same_frame_gives_the_same_bytes(tmp_path: Path) -> None:
    graph = synthetic.network(n_sme=30, n_core=3)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        save_figure(draw_paths(synthetic.measures(9)), tmp_path / folder, "paths")
        save_figure(draw_network(graph), tmp_path / folder, "network")
    for file in ("paths.png", "paths.svg", "network.png", "network.svg"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_events_are_marked_where_they_happened() -> None:
    events = pd.DataFrame(
        {"quarter": [2, 2, 5, 400], "kind": ["policy changed", "platform opened", "entry", "policy changed"]}
    )
    above = draw_paths(synthetic.measures(8), events).axes[0]
    assert [text.get_text() for text in above.texts] == ["policy, platform opens"]


def test_shares_are_stacked_to_one() -> None:
    above = draw_paths(synthetic.measures(10)).axes[0]
    top = max(float(path.vertices[:, 1].max()) for part in above.collections for path in part.get_paths())
    assert top == pytest.approx(1.0)


@pytest.mark.parametrize(
    "graph",
    [
        synthetic.network(),
        synthetic.network(n_sme=0, n_core=1),
        synthetic.network(n_sme=0, n_core=2),
        nx.MultiDiGraph(),
        nx.MultiDiGraph([(0, 1), (1, 2)]),
    ],
    ids=["region", "one firm", "two firms", "empty", "no attributes"],
)
def test_every_network_gives_a_figure(graph: nx.MultiDiGraph[object], tmp_path: Path) -> None:
    save_figure(draw_network(graph), tmp_path, "network")


def test_only_the_most_connected_of_a_large_network_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.figures.network.MOST_ACTORS", 20)
    figure = draw_network(synthetic.network(n_sme=50))
    assert "20 most connected of" in figure.axes[0].get_title(loc="right")


def test_layout_is_bounded_and_repeats() -> None:
    ties = np.array([[i, (i * 7 + 1) % 40] for i in range(40)])
    place = layout(45, ties)
    assert np.array_equal(place, layout(45, ties))
    assert np.isfinite(place).all()
    assert np.abs(place[:, 0]).max() <= 1.3


def test_half_time_skips_nulls_and_may_be_censored() -> None:
    assert half_time([1, 2, 3], [0.0, np.nan, 1.0]) == 2.0
    assert half_time([5], [1.0]) == 5.0
    assert half_time([], []) is None
    assert half_time([1, 2, 3], [0.5, 0.4, 0.3]) is None


def test_grades_cover_zero_to_one() -> None:
    assert [grade_of(step / 10 + 0.05) for step in range(10)] == list(GRADES)
    assert grade_of(0.3) == GRADES[2]


@pytest.mark.parametrize("palette", [PATH_COLOURS, TIE_ORIGIN_COLOURS])
def test_colours_differ_for_red_blind_and_green_blind_readers(palette: dict[str, str]) -> None:
    # Viénot, Brettel & Mollon 1999, on linear light.
    red_blind = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, -0.0], [0.00401, -0.00401, 1.0]])
    green_blind = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, -0.0], [-0.02234, 0.02234, 1.0]])
    for sees in (red_blind, green_blind):
        seen = {
            name: (sees @ np.array(to_rgb(colour)) ** 2.2).clip(0, 1) ** (1 / 2.2) for name, colour in palette.items()
        }
        for one, other in combinations(seen, 2):
            assert np.abs(seen[one] - seen[other]).sum() > 0.25, (one, other)
