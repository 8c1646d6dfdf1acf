"""How many replicates are enough: the interval is met as often as it says, and as the reference implementation does."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.replicates import Precision, Sequence, replicates_in, replicates_until, running

# Written down before the first run: the mean at the number found enough lies within 5 % of the truth in at least 91 %
# of 400 trials of each distribution.
TRIALS, LEAST = 400, 0.91

DISTRIBUTIONS: dict[str, tuple[Callable[[np.random.Generator], float], float]] = {
    "normal": (lambda chance: chance.normal(1.0, 0.3), 1.0),
    "skewed": (lambda chance: chance.lognormal(0.0, 0.6), math.exp(0.18)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_mean_is_as_close_as_asked_in_91_percent_of_trials(name: str) -> None:
    draw, truth = DISTRIBUTIONS[name]
    hits = 0
    for trial in range(TRIALS):
        chance = np.random.default_rng(trial)
        sequence, values = Sequence(Precision(0.05)), []
        while not sequence.is_settled:
            values.append(draw(chance))
            sequence.add(values[-1])
        hits += abs(np.mean(values[: sequence.enough]) - truth) <= 0.05 * truth
    assert hits >= LEAST * TRIALS


def test_a_flat_coefficient_of_variation_would_not_have_met_it() -> None:
    """The same criterion refuses the rule of a coefficient of variation that changes by less than 0.05."""
    hits = 0
    for trial in range(TRIALS):
        values = np.random.default_rng(trial).normal(1.0, 0.3, 200)
        cv = running(values)["cv"].to_numpy()
        steps = np.array([5, 10, 20, 30, 50, 75, 100, 150, 200])
        flat = np.flatnonzero(np.abs(np.diff(cv[steps - 1])) < 0.05)[0]
        hits += abs(values[: steps[flat]].mean() - 1.0) <= 0.05
    assert hits < LEAST * TRIALS


@pytest.mark.parametrize("trial", range(24))
def test_it_finds_what_the_reference_implementation_finds(trial: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = pytest.importorskip("sim_tools.output_analysis")
    chance = np.random.default_rng(trial)
    values = chance.normal(2.0, 0.6, 3000) if trial % 2 else chance.lognormal(0.0, 0.5, 3000)
    wish = (0.05, 0.1, 0.2)[trial % 3]

    class Model:
        def single_run(self, replication_number: int) -> dict[str, float]:
            return {"x": values[replication_number]}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        algorithm = reference.ReplicationsAlgorithm(half_width_precision=wish, initial_replications=3)
        expected = algorithm.select(Model(), ["x"])[0]["x"]
    found = replicates_until(lambda number: {"x": values[number]}, Precision(wish, n_min=3), budget=3000)
    assert found.loc[0, "enough"] == expected


def test_numbers_worked_by_hand() -> None:
    """Of 9, 10, 11: sd 1, t(0.975, 2) = 4.303, half-width 4.303 / sqrt(3) = 2.484, a quarter of the mean."""
    sequence = Sequence(Precision(0.25, n_min=3, look_ahead=0))
    for value in (9.0, 10.0, 11.0):
        sequence.add(value)
    assert (sequence.mean, sequence.sd) == (10.0, 1.0)
    assert sequence.half_width == pytest.approx(2.484, abs=1e-3)
    assert (sequence.enough, sequence.is_settled) == (3, True)


def test_the_look_ahead_catches_an_interval_met_by_luck() -> None:
    values = [1.0] * 10 + [5.0] + [1.0, 1.1] * 400
    lucky = replicates_in(pd.DataFrame({"x": values}), Precision(0.1, look_ahead=0)).loc[0, "enough"]
    careful = replicates_in(pd.DataFrame({"x": values}), Precision(0.1)).loc[0, "enough"]
    assert lucky == 10
    assert careful > 40


def test_the_look_ahead_grows_beyond_100() -> None:
    assert [Precision().further(n) for n in (10, 100, 119, 120, 400)] == [5, 5, 5, 6, 20]


def test_constant_values_are_settled_at_once() -> None:
    found = replicates_in(pd.DataFrame({"zero": [0.0] * 20, "tenth": [0.1] * 20}))
    assert found["enough"].tolist() == [10, 10]
    assert found["half_width"].tolist() == [0.0, 0.0]
    assert math.isnan(found.loc[0, "relative_half_width"])


def test_a_mean_below_zero_counts_by_its_size() -> None:
    values = np.random.default_rng(1).normal(-1.0, 0.3, 400)
    both = replicates_in(pd.DataFrame({"below": values, "above": -values}))
    assert both.loc[0, "enough"] == both.loc[1, "enough"] > 50


def test_an_absolute_half_width_does_not_depend_on_the_mean() -> None:
    values = np.random.default_rng(2).normal(0.0, 0.3, 400)
    asked = Precision(0.05, is_relative=False)
    both = replicates_in(pd.DataFrame({"near": values, "far": values + 1000.0}), asked)
    assert both.loc[0, "enough"] == both.loc[1, "enough"] > 50
    assert replicates_in(pd.DataFrame({"near": values})).loc[0, "enough"] is pd.NA


def test_the_budget_ends_it_and_the_achieved_half_width_is_reported() -> None:
    chance = np.random.default_rng(3)
    drawn = []

    def draw(number: int) -> dict[str, float]:
        drawn.append(number)
        return {"wide": chance.normal(1.0, 0.5), "narrow": chance.normal(1.0, 0.01)}

    found = replicates_until(draw, budget=40).set_index("measure")
    assert drawn == list(range(40))
    assert found.loc["wide", "enough"] is pd.NA
    assert found.loc["narrow", "enough"] == 10
    assert 0.1 < found.loc["wide", "relative_half_width"] < 0.25
    assert 250 < found.loc["wide", "expected"] < 700  # (1.96 * 0.5 / 0.05)^2 = 384
    with pytest.raises(ValueError, match="budget of 5"):
        replicates_until(draw, budget=5)


def test_it_stops_when_all_measures_are_settled() -> None:
    found = replicates_until(lambda number: {"a": 1.0, "b": 2.0 + 0.001 * (number % 2)})
    assert found["replicates"].tolist() == [15, 15]
    assert found["is_settled"].all()


def test_nulls_are_left_out_and_counted() -> None:
    found = replicates_in(pd.DataFrame({"x": [1.0, math.nan] * 15, "never": [math.nan] * 30}))
    assert found["n_null"].tolist() == [15, 30]
    assert found["replicates"].tolist() == [15, 0]
    assert found.loc[0, "enough"] == 10
    assert math.isnan(found.loc[1, "mean"])


@pytest.mark.parametrize("wrong", [{"half_width": 0.0}, {"level": 1.0}, {"n_min": 1}, {"look_ahead": -1}])
def test_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="half_width > 0"):
        Precision(**wrong)  # type: ignore[arg-type]
