"""Forest and replicate figures, and the table of effects: every kind of comparison is shown, and says what it must."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from analysis.effect_table import comparison_text, remarks
from analysis.effects import Comparison, effects_by
from analysis.figures import draw_effects, draw_replicates, save_figure
from tests.analysis.made_up import measures_of, runs_of


def compared(levels: tuple[float, ...] = (0, 1), seeds: int = 12, effect: float = 1.0) -> Comparison:
    runs = runs_of([{"x.y": level} for level in levels], range(seeds))
    chance = np.random.default_rng(1)
    measures = measures_of(runs, {"x.y": effect})
    return effects_by(runs, measures.assign(noise=chance.normal(size=len(measures))), "x.y")


def text_of(comparison: Comparison) -> str:
    out = io.StringIO()
    Console(file=out, width=80).print(comparison_text(comparison, "a title", {"sales": "million yuan per quarter"}))
    return out.getvalue()


FRAMES = {
    "usual": compared().effects,
    "three values": compared((0, 1, 2)).effects,
    "many values": compared(tuple(range(9))).effects,
    "one pair": compared(seeds=1).effects,
    "all null": compared().effects.assign(difference=np.nan, low=np.nan, high=np.nan, sd=np.nan),
    "unpaired": compared().effects.assign(method="Welch t"),
    "two regions": pd.concat([compared().effects, compared().effects.assign(region="Away")]),
    "nothing": compared().effects.iloc[:0],
}


@pytest.mark.parametrize("name", FRAMES)
def test_every_comparison_gives_a_figure(name: str, tmp_path: Path) -> None:
    files = save_figure(draw_effects(FRAMES[name]), tmp_path, "effects")
    assert all(file.stat().st_size > 2000 for file in files)


def test_the_same_effects_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_figure(draw_effects(FRAMES["three values"]), tmp_path, name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_the_figure_names_measures_values_and_what_has_no_scale() -> None:
    axes = draw_effects(FRAMES["usual"], {"sales": "what is sold"}).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["what is sold", "firms", "constant", "noise"]
    written = [text.get_text() for text in axes.texts]
    assert any(text.startswith("+1   1 to 1") for text in written)
    assert "the same in both" in written
    assert any("sign open" in text.get_text() for text in axes.figure.legends[0].get_texts())


def test_markers_stand_at_the_difference_in_standard_deviations() -> None:
    effects = FRAMES["usual"]
    axes = draw_effects(effects).axes[0]
    row = effects[effects["measure"] == "noise"].iloc[0]
    places = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"]
    assert row["difference"] / row["sd"] in [pytest.approx(place) for place in places]


def test_the_table_marks_clear_signs_and_fits_80_columns() -> None:
    text = text_of(compared())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "sales, m yuan" in text
    assert "+1*" in text
    assert "x.y: 0 -> 1" in text
    assert "a title (quarter 4)" in text


def test_the_remarks_say_what_a_reader_must_know() -> None:
    assert any("anecdote" in line for line in remarks(compared(seeds=1)))
    assert any("share their random numbers" in line for line in remarks(compared()))
    many = Comparison(pd.concat([compared().effects] * 20), ("something was left out",), 4)
    words = "\n".join(remarks(many))
    assert "1 of these 20 intervals would exclude zero by chance" in words
    assert "Note: something was left out." in words
    unpaired = Comparison(compared().effects.assign(dropped=2, is_paired=False), (), 4)
    assert "sales: 2 runs of the two worlds left out" in "\n".join(remarks(unpaired))
    dropped = Comparison(compared().effects.assign(dropped=2, pairs=4), (), 4)
    assert "sales: 2 of 6 pairs left out" in "\n".join(remarks(dropped))


def test_the_table_counts_seeds_and_not_pairs() -> None:
    found = compared()
    text = text_of(Comparison(found.effects.assign(seeds=12, pairs=987), (), 4))
    assert "seeds" in text
    assert "pairs" not in text
    assert "987" not in text


def test_the_star_is_explained_only_where_there_is_one() -> None:
    clear, still = compared(), compared(effect=0.0)
    none = Comparison(still.effects[still.effects["measure"] != "noise"], (), 4)
    assert any(line.startswith("*") for line in remarks(clear))
    assert "*" not in text_of(none)


def test_few_seeds_that_all_agree_are_not_starred_and_it_is_said() -> None:
    effects = compared(seeds=6).effects
    found = Comparison(effects[effects["measure"] == "sales"], (), 4)
    assert "+1 " in text_of(found)
    assert "*" not in text_of(found)
    assert any("No interval where fewer than 10 seeds" in line for line in remarks(found))
    assert not any("No interval where" in line for line in remarks(compared()))


def bought(gains: list[float], seeds: int = 10) -> str:
    effects = pd.concat([compared().effects.iloc[:1]] * len(gains), ignore_index=True)
    lines = remarks(Comparison(effects.assign(variance_reduction=gains, seeds=seeds), (), 4))
    return " ".join(line for line in lines if "share their random numbers" in line)


def test_what_common_random_numbers_bought_is_said_from_ten_seeds_on() -> None:
    assert bought([3.0], seeds=9) == ""
    assert "Other random numbers would need 3 times as many runs for such an interval." in bought([3.0])
    several = "For half of the differences, other random numbers would need 4 times as many runs or more"
    assert several in bought([3.0, 4.0, 9.0])


@pytest.mark.parametrize("gain", [0.5, 3.0, np.inf])
def test_a_single_measure_has_no_half(gain: float) -> None:
    assert "half" not in bought([gain])
    assert bought([gain])
    assert "half of the differences" in bought([gain] * 3)


@pytest.mark.parametrize("n", [0, 1, 2, 12, 250])
def test_every_number_of_replicates_gives_a_figure(n: int, tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(1.0, 0.3, n)
    figure = draw_replicates([*values, np.nan], "sales")
    save_figure(figure, tmp_path, "replicates")
    said = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert any("enough" in text for text in said) == (n >= 2)


def test_replicates_without_spread_are_drawn(tmp_path: Path) -> None:
    save_figure(draw_replicates([0.0] * 12, "nothing"), tmp_path, "replicates")
