"""Samples have the properties their names promise, on every kind of parameter."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest

from abm.parameters import SPECIFICATIONS
from experiments.sweep.design import Design
from experiments.sweep.reading import design_of
from experiments.sweep.samples import Sample, problem_of, sample_of, size_of, unit_sample

NUMBER = {"name": "policy.access", "low": 0.2, "high": 0.6}
LOG = {"name": "platforms.fee", "low": 0.0005, "high": 0.05, "scale": "log"}
WHOLE = {"name": "learning.n_rivals"}  # 1 to 5
SWITCH = {"name": "switches.platform"}
ALL = [NUMBER, LOG, WHOLE, SWITCH]


def design(**sampling: Any) -> Design:
    return design_of({"name": "d", "sampling": sampling})


def sample(**sampling: Any) -> Sample:
    return sample_of(design(**sampling))


def column(drawn: Sample, name: str) -> list[Any]:
    return [point[name] for point in drawn.points]


SAMPLINGS: list[dict[str, Any]] = [
    {"kind": "grid", "factors": ALL, "levels": 3},
    {"kind": "latin_hypercube", "n": 50, "factors": ALL},
    {"kind": "sobol", "n": 32, "factors": ALL},
    {"kind": "saltelli", "n": 16, "factors": ALL},
    {"kind": "saltelli", "n": 16, "factors": ALL, "second_order": True},
    {"kind": "morris", "n": 12, "factors": ALL},
    {"kind": "one_at_a_time", "factors": ALL, "levels": 4},
    {"kind": "switches", "switches": ["switches.platform", "switches.policy"], "groups": {"g": ["switches.talent"]}},
    {"kind": "list", "points": [{"policy.access": 0.2}, {}]},
]


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda each: each["kind"])
def test_every_value_is_typed_and_in_bounds_and_the_size_is_known_before(sampling: dict[str, Any]) -> None:
    drawn = sample(**sampling)
    assert len(drawn.points) == size_of(design(**sampling))
    for row in range(len(drawn.points)):
        for name, value in drawn.changes(row).items():
            assert type(value) is SPECIFICATIONS[name].kind
            assert SPECIFICATIONS[name].checked(name, value) == value
            if name == "policy.access":
                assert 0.2 <= value <= 0.6


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda each: each["kind"])
def test_the_same_design_gives_the_same_points(sampling: dict[str, Any]) -> None:
    np.random.seed(1)  # noqa: NPY002 - the global state must not matter
    once = sample(**sampling)
    np.random.seed(2)  # noqa: NPY002
    assert sample(**sampling) == once


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "saltelli", "morris"])
def test_another_sample_seed_gives_other_points(kind: str) -> None:
    one, two = (sample(kind=kind, n=16, factors=ALL, sample_seed=seed) for seed in (1, 2))
    assert one.points != two.points


def test_a_latin_hypercube_meets_every_part_of_every_range_once() -> None:
    drawn = sample(kind="latin_hypercube", n=100, factors=ALL)
    parts = np.floor((np.array(column(drawn, "policy.access")) - 0.2) / 0.4 * 100)
    assert sorted(parts) == list(range(100))
    logs = np.floor(np.log(np.array(column(drawn, "platforms.fee")) / 0.0005) / np.log(100) * 100 + 1e-9)
    assert sorted(logs) == list(range(100))
    assert Counter(column(drawn, "learning.n_rivals")) == dict.fromkeys(range(1, 6), 20)
    assert Counter(column(drawn, "switches.platform")) == {True: 50, False: 50}


def test_a_sobol_sequence_halves_every_range_evenly() -> None:
    drawn = sample(kind="sobol", n=64, factors=ALL)
    assert Counter(value < 0.4 for value in column(drawn, "policy.access")) == {True: 32, False: 32}
    assert Counter(column(drawn, "switches.platform")) == {True: 32, False: 32}


@pytest.mark.parametrize("second_order", [False, True])
def test_a_saltelli_block_swaps_one_factor_at_a_time(second_order: bool) -> None:
    drawn = sample(kind="saltelli", n=8, factors=ALL, second_order=second_order)
    n = len(ALL)
    assert drawn.block_size == (2 * n + 2 if second_order else n + 2)
    assert [drawn.block(row) for row in (0, drawn.block_size - 1, drawn.block_size)] == [0, 0, 1]
    for block in range(8):
        points = drawn.points[block * drawn.block_size : (block + 1) * drawn.block_size]
        first, last = points[0], points[-1]
        for place, name in enumerate(drawn.names, 1):
            assert points[place] == {**first, name: last[name]}


def test_a_morris_trajectory_moves_one_factor_a_step() -> None:
    chosen = design(kind="morris", n=20, factors=ALL)
    drawn, unit = sample_of(chosen), unit_sample(chosen.sampling)  # type: ignore[arg-type]
    assert drawn.block_size == len(ALL) + 1
    assert unit.shape == (20 * 5, 4)
    for block in range(20):
        path = unit[block * 5 : (block + 1) * 5]
        moved = (np.abs(np.diff(path, axis=0)) > 1e-9).nonzero()
        assert sorted(moved[1]) == [0, 1, 2, 3]
        points = drawn.points[block * 5 : (block + 1) * 5]
        changed = [[name for name in drawn.names if a[name] != b[name]] for a, b in itertools.pairwise(points)]
        assert sorted(changed) == sorted([name] for name in drawn.names)  # half of all levels: every kind really moves


def test_indices_from_a_sample_are_those_of_the_ishigami_function() -> None:
    from SALib.analyze import sobol

    factors = [{"name": name} for name in ("policy.access", "policy.budget_share", "policy.carbon_price")]
    chosen = design(kind="saltelli", n=1024, factors=factors)
    problem = problem_of(chosen)
    assert problem is not None
    assert problem["bounds"] == [[0.0, 1.0], [0.0, 0.6], [0.0, 2.0]]
    drawn = sample_of(chosen)
    x, y, z = (
        np.pi * (2 * np.array(column(drawn, name)) / high - 1)
        for name, high in zip(problem["names"], (1.0, 0.6, 2.0), strict=True)
    )
    outcome = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    indices = sobol.analyze(problem, outcome, calc_second_order=False, seed=1)
    assert np.allclose(indices["ST"], [0.558, 0.442, 0.244], atol=0.03)


def test_one_at_a_time_leaves_all_others_alone() -> None:
    drawn = sample(kind="one_at_a_time", factors=ALL, levels=4)
    assert drawn.points[0] == {}
    assert all(len(point) == 1 for point in drawn.points[1:])
    assert [point["learning.n_rivals"] for point in drawn.points if "learning.n_rivals" in point] == [1, 2, 4, 5]
    assert [point["platforms.fee"] for point in drawn.points if "platforms.fee" in point] == pytest.approx(
        [0.0005, 0.00232079, 0.01077217, 0.05], rel=1e-5
    )
    assert [point["switches.platform"] for point in drawn.points if "switches.platform" in point] == [False, True]


def test_a_grid_is_every_combination_of_the_levels() -> None:
    drawn = sample(kind="grid", factors=[{**NUMBER, "levels": [0.3, 0.5]}, SWITCH])
    assert [tuple(point.values()) for point in drawn.points] == [(0.3, False), (0.3, True), (0.5, False), (0.5, True)]


def test_the_switches_of_a_group_go_together() -> None:
    drawn = sample(
        kind="switches",
        switches=["switches.platform"],
        groups={"people": ["switches.talent", "switches.learning"]},
    )
    assert drawn.names == ("switches.platform", "people")
    assert [tuple(point.values()) for point in drawn.points] == list(itertools.product((True, False), repeat=2))
    assert drawn.changes(1) == {"switches.platform": True, "switches.talent": False, "switches.learning": False}


def test_nothing_warns_at_the_largest_width() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = sample(kind="saltelli", n=2, factors="uncertainties")
    assert len(drawn.points) == 2 * (len(drawn.names) + 2)
