"""Paired effects: what was planted is found, what is missing is said, what cannot be compared is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.effects import Comparison, effects_between, effects_by
from analysis.load import FolderError
from analysis.paired_statistics import FEW, MIN_BOOTSTRAP, paired_effect, unpaired_effect
from tests.analysis.made_up import measures_of, runs_of

# Written down before the first run: of 400 made-up experiments, 95 % intervals must hold the truth in as many as a
# fair coin of 0.95 does in all but 1 of 1,000 series: 364 to 393.
EXPERIMENTS = 400
FEWEST, MOST = (int(limit) for limit in stats.binom.interval(0.999, EXPERIMENTS, 0.95))


def experiment(number: int, seeds: int, planted: float) -> tuple[np.ndarray, np.ndarray]:
    """Two worlds with a common part of standard deviation 3 and own parts of 1."""
    chance = np.random.default_rng([number, seeds])
    common = 50.0 + 3.0 * chance.normal(size=seeds)
    base, changed = (common + chance.normal(size=seeds) for _ in range(2))
    return base, changed + planted


# -------------------------------------------------------------------------------------------------- statistics


@pytest.mark.parametrize(("seeds", "method"), [(8, "paired t"), (60, "BCa")])
def test_intervals_hold_the_planted_effect_as_often_as_they_say(seeds: int, method: str) -> None:
    hits = 0
    for number in range(EXPERIMENTS):
        found = paired_effect(*experiment(number, seeds, 0.7), resamples=1_999)
        assert found.method == method
        hits += found.low <= 0.7 <= found.high
    assert FEWEST <= hits <= MOST


def test_unpaired_intervals_hold_it_too_and_are_wider() -> None:
    hits, wider = 0, 0
    for number in range(EXPERIMENTS):
        base, changed = experiment(number, 20, 0.7)
        other = experiment(number + EXPERIMENTS, 20, 0.7)[1]
        found, paired = unpaired_effect(base, other), paired_effect(base, changed)
        hits += found.low <= 0.7 <= found.high
        wider += found.high - found.low > paired.high - paired.low
    assert FEWEST <= hits <= MOST
    assert wider > 0.99 * EXPERIMENTS


def clustered(number: int, seeds: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of a world, and their seeds: chance of standard deviation 3 between seeds, 0.3 between their points."""
    chance = np.random.default_rng([number, seeds, points])
    between, within = 3.0 * chance.normal(size=seeds), 0.3 * chance.normal(size=(seeds, points))
    return (50.0 + between[:, None] + within).ravel(), np.repeat(np.arange(seeds), points)


def test_unpaired_intervals_count_seeds_and_not_runs() -> None:
    """The limits are those above; taking the runs of a seed as independent must break them, or this shows nothing."""
    hits, naive = 0, 0
    for number in range(EXPERIMENTS):
        (base, seeds), (changed, others) = clustered(number, 20, 6), clustered(number + EXPERIMENTS, 20, 6)
        found, wrong = unpaired_effect(base, changed + 0.7, seeds, others), unpaired_effect(base, changed + 0.7)
        assert (found.seeds, found.pairs, found.method) == (20, 120, "Welch t")
        hits += found.low <= 0.7 <= found.high
        naive += wrong.low <= 0.7 <= wrong.high
    assert FEWEST <= hits <= MOST
    assert naive < FEWEST


def test_the_unpaired_interval_is_that_of_scipy() -> None:
    base, changed = clustered(1, 9, 1)[0], 2.0 * clustered(2, 14, 1)[0]
    found, theirs = unpaired_effect(base, changed), stats.ttest_ind(changed, base, equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_unpaired_values_that_are_null_leave_their_seed_to_the_others() -> None:
    base, changed = np.array([1.0, np.nan, 3.0, 5.0]), np.array([4.0, 8.0, np.nan])
    found = unpaired_effect(base, changed, [1, 1, 2, 2], [3, 4, 5])
    assert (found.base, found.changed, found.seeds, found.pairs, found.dropped) == (2.5, 6.0, 2, 2, 2)


def test_common_random_numbers_buy_what_theory_says() -> None:
    """Worlds of variance 9 + 1 and correlation 0.9: the difference has 2 where it would have 20, a tenth."""
    found = paired_effect(*experiment(1, 20_000, 0.7), resamples=10)
    assert found.correlation == pytest.approx(0.9, abs=0.01)
    assert found.variance_reduction == pytest.approx(10.0, rel=0.05)
    assert found.sd == pytest.approx(np.sqrt(10.0), rel=0.02)


def test_numbers_worked_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, sd 1, t(0.975, 2) = 4.303, half-width 4.303 / sqrt(3) = 2.484."""
    found = paired_effect(np.array([10.0, 20.0, 30.0]), np.array([11.0, 22.0, 33.0]))
    assert (found.base, found.changed, found.difference) == (20.0, 22.0, 2.0)
    assert (found.low, found.high) == pytest.approx((2.0 - 2.484, 2.0 + 2.484), abs=1e-3)
    assert found.variance_reduction == pytest.approx(100.0 + 121.0)
    assert not found.is_clear


def test_the_same_values_give_the_same_interval() -> None:
    base, changed = experiment(3, MIN_BOOTSTRAP, 0.1)
    assert paired_effect(base, changed) == paired_effect(base, changed)


def test_constant_differences_have_no_width() -> None:
    base = np.arange(float(FEW)) ** 2
    found = paired_effect(base, base + 0.5)
    assert (found.low, found.high, found.method) == (0.5, 0.5, "constant")
    assert found.variance_reduction == np.inf
    still = paired_effect(np.ones(60), np.ones(60))
    assert (still.difference, still.low, still.high) == (0.0, 0.0, 0.0)
    assert np.isnan(still.correlation)
    assert np.isnan(still.variance_reduction)


@pytest.mark.parametrize("base", [[3.0, 5.0], [0.1, 0.7, 1.3], list(np.arange(FEW - 1) / 7.0)], ids=len)
def test_the_same_difference_on_few_seeds_is_not_certain(base: list[float]) -> None:
    """Rounding makes some of these differences differ in the last digit, which is no chance either."""
    found = paired_effect(np.array(base), np.array(base) + 1.0)
    assert (found.difference, found.method) == (pytest.approx(1.0), "none")
    assert np.isnan([found.low, found.high]).all()
    assert not found.is_clear
    still = paired_effect(np.array(base), np.array(base))
    assert (still.difference, still.low, still.high, still.method) == (0.0, 0.0, 0.0, "constant")
    many = paired_effect(np.arange(float(FEW)), np.arange(float(FEW)) + 1.0)
    assert (many.low, many.high, many.method) == (1.0, 1.0, "constant")


@pytest.mark.parametrize("rounding", [0.0, 1e-15])
def test_unpaired_worlds_without_chance_on_few_seeds_are_not_certain(rounding: float) -> None:
    found = unpaired_effect(np.array([3.0, 3.0 + rounding, 3.0]), np.array([4.0, 4.0, 4.0 + rounding]))
    assert (found.method, found.is_clear) == ("none", False)
    varied = unpaired_effect(np.array([3.0, 3.0, 3.0]), np.array([4.0, 4.1, 4.2]))
    assert (varied.method, varied.is_clear) == ("Welch t", True)


def test_one_pair_has_a_difference_and_no_interval() -> None:
    found = paired_effect(np.array([1.0]), np.array([3.0]))
    assert (found.difference, found.pairs, found.method) == (2.0, 1, "none")
    assert np.isnan([found.low, found.high, found.correlation]).all()
    assert not found.is_clear


def test_pairs_with_a_null_in_one_world_are_dropped_and_counted() -> None:
    base, changed = np.array([1.0, np.nan, 3.0, 4.0]), np.array([2.0, 2.0, 5.0, np.inf])
    found = paired_effect(base, changed)
    assert (found.pairs, found.dropped, found.difference, found.base) == (2, 2, 1.5, 2.0)
    empty = paired_effect(np.array([np.nan]), np.array([1.0]))
    assert (empty.pairs, empty.dropped, empty.method) == (0, 1, "none")
    assert np.isnan(empty.difference)


@pytest.mark.parametrize("rare", [1, 2])
def test_almost_constant_differences_have_an_interval(rare: int) -> None:
    base, changed = np.zeros(80), np.zeros(80)
    changed[:rare] = 1.0
    found = paired_effect(base, changed)
    assert 0.0 <= found.low < found.difference < found.high
    assert found.method == "BCa"


def test_pairs_of_one_seed_count_once() -> None:
    """Copying every pair five times must not narrow the interval."""
    base, changed = experiment(5, 12, 0.7)
    once = paired_effect(base, changed)
    copied = paired_effect(np.tile(base, 5), np.tile(changed, 5), np.tile(np.arange(12), 5))
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    assert (copied.seeds, copied.pairs) == (12, 60)


# ---------------------------------------------------------------------------------------------------- factors


def test_a_switch_is_compared_within_each_setting_of_the_others() -> None:
    points = [{"switches.platform": a, "switches.guidance": b} for a in (True, False) for b in (True, False)]
    runs = runs_of(points, range(1, 11))
    measures = measures_of(runs, {"switches.platform": 2.5, "switches.guidance": 40.0})
    found = effects_by(runs, measures, "switches.platform")
    row = found.effects.set_index("measure").loc["sales"]
    assert row["contrast"] == "switches.platform: off -> on"
    assert (row["low"], row["difference"], row["high"]) == pytest.approx((2.5, 2.5, 2.5))
    assert (row["pairs"], row["seeds"], found.at, found.notes) == (20, 10, 4, ())
    assert set(found.effects["measure"]) == {"sales", "n_firms", "constant"}


def test_every_value_of_a_factor_is_compared_with_the_base() -> None:
    runs = runs_of([{"policy.budget_share": value} for value in (0.4, 0.1, 0.2)], range(3))
    measures = measures_of(runs, {"policy.budget_share": 10.0})
    found = effects_by(runs, measures, "policy.budget_share", names=["sales"]).effects
    assert found["contrast"].tolist() == ["policy.budget_share: 0.1 -> 0.2", "policy.budget_share: 0.1 -> 0.4"]
    assert found["difference"].tolist() == pytest.approx([1.0, 3.0])
    other = effects_by(runs, measures, "policy.budget_share", base=0.4, names=["sales"]).effects
    assert other["difference"].tolist() == pytest.approx([-3.0, -2.0])


@pytest.mark.parametrize(("at", "base"), [("last", 104.0), ("mean", 102.5), (1, 101.0)])
def test_the_quarter_can_be_chosen(at: str | int, base: float) -> None:
    runs = runs_of([{"x.y": 0}, {"x.y": 1}], [1])
    measures = measures_of(runs, {"x.y": 1.0}).assign(n_firms=1)
    chance = 10.0 * np.random.default_rng(1).normal(size=2)[0]
    found = effects_by(runs, measures, "x.y", names=["sales"], at=at).effects.iloc[0]
    assert found["base"] == pytest.approx(base + chance)
    assert found["difference"] == pytest.approx(1.0)


def test_regimes_are_compared_though_they_are_part_of_the_scenario_names() -> None:
    points = [
        {"scenario": f"{scenario}/{regime}", "regime": regime, "effect": regime == "strong"}
        for scenario in ("equipment", "blank")
        for regime in ("as it is", "strong")
    ]
    runs = runs_of(points, range(4))
    found = effects_by(runs.drop(columns="effect"), measures_of(runs, {"effect": 3.0}), "regime", names=["sales"])
    assert found.effects["contrast"].tolist() == ["regime: as it is -> strong"]
    assert found.effects["difference"].tolist() == pytest.approx([3.0])
    assert found.effects["pairs"].tolist() == [8]


def test_regions_are_told_apart() -> None:
    runs = runs_of([{"x.y": 0}, {"x.y": 1}], range(3))
    home = measures_of(runs, {"x.y": 1.0})
    away = measures_of(runs, {"x.y": 5.0}).assign(region="Away")
    found = effects_by(runs, pd.concat([home, away]), "x.y", names=["sales"]).effects
    assert found.set_index("region")["difference"].to_dict() == pytest.approx({"Home": 1.0, "Away": 5.0})


def test_a_failed_run_takes_its_counterpart_with_it_and_it_is_said() -> None:
    runs = runs_of([{"x.y": 0}, {"x.y": 1}], range(5))
    measures = measures_of(runs, {"x.y": 1.0})
    found = effects_by(runs, measures[measures["run"] != "p1s2"], "x.y", names=["sales"])
    assert found.effects["pairs"].tolist() == [4]
    assert any("changed world without measures (not yet done, or failed): 1" in note for note in found.notes)
    assert any("want of a counterpart with the same seed: 1 of 9" in note for note in found.notes)


def test_different_seeds_are_compared_unpaired_and_it_is_said() -> None:
    base, changed = runs_of([{"x.y": 0}], range(30)), runs_of([{"x.y": 1}], range(30, 60)).assign(point=1)
    changed["run"] = "c" + changed["run"]
    runs = pd.concat([base, changed], ignore_index=True)
    found = effects_by(runs, measures_of(runs, {"x.y": 1.0}), "x.y", names=["sales"])
    assert found.effects["method"].tolist() == ["Welch t"]
    assert np.isnan(found.effects["correlation"]).all()
    assert any("share no seeds, so nothing is paired" in note for note in found.notes)


def worlds_apart(base_seeds: range, changed_seeds: range) -> Comparison:
    """Two stores of two points each."""
    sides = [runs_of([{"x.y": 0}, {"x.y": 1}], seeds) for seeds in (base_seeds, changed_seeds)]
    return effects_between(*((runs, measures_of(runs, {"x.y": 1.0})) for runs in sides), names=["sales"])


def test_unpaired_runs_of_one_seed_count_once_in_a_comparison() -> None:
    found = worlds_apart(range(12), range(12, 32))
    once = effects_between(
        *((runs, measures_of(runs, {})) for runs in (runs_of([{}], range(12)), runs_of([{}], range(12, 32)))),
        names=["sales"],
    )
    row, single = found.effects.iloc[0], once.effects.iloc[0]
    assert (row["seeds"], row["pairs"], single["pairs"]) == (12, 24, 12)
    assert (row["low"], row["high"]) == pytest.approx((single["low"], single["high"]))
    assert any("runs of one seed are averaged and count once" in note for note in found.notes)


def test_that_no_seeds_are_shared_is_said_only_if_it_is_so() -> None:
    """Seed 1 at one point of each store, seed 2 at the other: the seeds are shared, but no run has a counterpart."""
    runs = runs_of([{"x.y": 0}, {"x.y": 1}], [1, 2])
    base, changed = runs.iloc[[0, 3]], runs.iloc[[1, 2]]
    notes = effects_between((base, measures_of(base, {})), (changed, measures_of(changed, {})), names=["sales"]).notes
    assert any("no two runs share both seed and factors, so nothing is paired" in note for note in notes)
    assert not any("share no seeds" in note for note in notes)


# ------------------------------------------------------------------------------------------------------ stores


def test_two_stores_are_paired_by_their_common_seeds() -> None:
    base, changed = (runs_of([{"x.y": shift}], seeds) for shift, seeds in ((0, range(10)), (2, range(4, 14))))
    found = effects_between(
        *((runs, measures_of(runs, {"x.y": 1.0})) for runs in (base, changed)), contrast="a -> b", names=["sales"]
    )
    assert found.effects["pairs"].tolist() == [6]
    assert found.effects["difference"].tolist() == pytest.approx([2.0])
    assert any("want of a counterpart with the same seed: 8 of 20" in note for note in found.notes)


def test_stores_of_different_length_need_a_quarter() -> None:
    runs = runs_of([{}], range(3))
    short, long = measures_of(runs, {}, 4), measures_of(runs, {}, 8)
    with pytest.raises(FolderError, match=r"different quarters \(4, 8\)"):
        effects_between((runs, short), (runs, long))
    with pytest.raises(FolderError, match=r"--at mean: .* \(4, 8\), so their means are over different times"):
        effects_between((runs, short), (runs, long), at="mean")
    assert effects_between((runs, short), (runs, long), at=3, names=["sales"]).effects["difference"].tolist() == [0.0]
    with pytest.raises(FolderError, match="same quarters"):
        effects_between((runs, long), (runs, long[long["quarter"] % 2 == 0]), at="mean")


def test_stores_that_vary_different_things_are_refused() -> None:
    one, two = runs_of([{"x.y": 0}, {"x.y": 1}], range(2)), runs_of([{}], range(2))
    with pytest.raises(FolderError, match=r"only one of the two stores varies x\.y"):
        effects_between((one, measures_of(one, {})), (two, measures_of(two, {})))


# --------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "switches.platfrm"}, 'did you mean "switches.platform"'),
        ({"by": "policy.access"}, "it varies switches.platform"),
        ({"by": "switches.platform", "base": 3}, "never 3 in this store; it is off, on"),
        ({"by": "switches.platform", "names": ["sale"]}, 'did you mean "sales"'),
        ({"by": "switches.platform", "names": ["dominant_path"]}, "is a text"),
        ({"by": "switches.platform", "at": 9}, "quarter 9 was not recorded; there are 1, 2, 3, 4"),
        ({"by": "switches.platform", "at": "first"}, "--at first"),
    ],
)
def test_what_is_not_there_is_refused_with_an_offer(arguments: dict[str, object], message: str) -> None:
    runs = runs_of([{"switches.platform": True}, {"switches.platform": False}], range(3))
    with pytest.raises(FolderError, match=message):
        effects_by(runs, measures_of(runs, {}), **arguments)  # type: ignore[arg-type]


def test_a_factor_that_never_varies_alone_is_refused() -> None:
    runs = runs_of([{"a.b": 0.1, "c.d": 1}, {"a.b": 0.2, "c.d": 2}], range(3))
    with pytest.raises(FolderError, match=r"no two runs differ in this alone"):
        effects_by(runs, measures_of(runs, {}), "a.b")


def test_a_store_without_measures_is_refused() -> None:
    runs = runs_of([{"x.y": 0}, {"x.y": 1}], range(3))
    with pytest.raises(FolderError, match="no run has ended well"):
        effects_by(runs, measures_of(runs, {}).iloc[:0], "x.y")
    with pytest.raises(FolderError, match="no runs with measures on one side"):
        effects_by(runs, measures_of(runs[runs["x.y"] == 0], {}), "x.y")


def test_runs_that_cannot_be_told_apart_are_refused() -> None:
    runs = runs_of([{"x.y": 0}, {"x.y": 1}, {"x.y": 1}], range(3))
    with pytest.raises(FolderError, match="p1s0, p2s0 have the same seed and factors"):
        effects_by(runs, measures_of(runs, {}), "x.y")
