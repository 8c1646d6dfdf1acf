"""A design is read whole or refused with one message that says what, where, what is allowed and the nearest name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from abm.errors import InputError
from abm.parameters import SPECIFICATIONS
from experiments.command_line import main
from experiments.sweep.design import Design, read_design
from experiments.sweep.reading import design_names, design_of
from experiments.sweep.samples import n_runs, size_of


def design(sampling: dict[str, Any] | None = None, **keys: Any) -> Design:
    return design_of({"name": "d", **({"sampling": sampling} if sampling else {}), **keys})


def refused(sampling: Any = None, **keys: Any) -> str:
    with pytest.raises(InputError) as error:
        design(sampling, **keys)
    return str(error.value)


# ------------------------------------------------------------------------------------------------------ shipped


def test_four_designs_come_with_it_and_have_the_sizes_they_claim() -> None:
    runs = {name: n_runs(read_design(name)) for name in design_names()}
    assert runs == {"default_seeds": 100, "levers_lhs": 1000, "smoke": 200, "switches_factorial": 640}
    assert read_design("smoke").quarters == 12
    assert read_design("smoke").scenarios == ["equipment"]
    assert {read_design(name).name for name in design_names()} == set(design_names())


def test_the_levers_of_the_shipped_design_are_levers() -> None:
    factors = read_design("levers_lhs").sampling.factors  # type: ignore[union-attr]
    assert {SPECIFICATIONS[factor.name].role for factor in factors} == {"lever"}


@pytest.mark.parametrize("name", ["smoke", "default_seeds", "levers_lhs", "switches_factorial"])
def test_a_design_survives_json(name: str) -> None:
    read = read_design(name)
    assert Design.model_validate(json.loads(json.dumps(read.model_dump(mode="json")))) == read


def test_the_command_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["designs"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in design_names())
    assert "1,000" in out


# ------------------------------------------------------------------------------------------------------ reading


def test_files_are_looked_for_beside_the_design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = tmp_path / "deep"
    here.mkdir()
    (here / "points.csv").write_text("policy.access,switches.platform\n0.2,off\n0.4,\n")
    (here / "mine.toml").write_text(
        'name = "mine"\nscenarios = ["blank", "region.toml"]\n[sampling]\nkind = "list"\nfile = "points.csv"\n'
    )
    read = read_design("deep/mine.toml")
    assert read.scenarios == ["blank", str(here / "region.toml")]
    assert read.sampling.points == [  # type: ignore[union-attr]
        {"policy.access": 0.2, "switches.platform": False},
        {"policy.access": 0.4},
    ]


def test_a_role_stands_for_its_parameters() -> None:
    chosen = design({"kind": "morris", "n": 4, "factors": "uncertainties"}).sampling
    names = [factor.name for factor in chosen.factors]  # type: ignore[union-attr]
    assert names == [name for name, known in SPECIFICATIONS.items() if known.role == "uncertainty"]


def test_a_selector_takes_roles_and_groups_and_leaves_out() -> None:
    selector = {"roles": ["lever"], "groups": ["talent", "search", "switches"], "without": ["switches"]}
    chosen = design({"kind": "morris", "n": 4, "factors": selector}).sampling
    names = [factor.name for factor in chosen.factors]  # type: ignore[union-attr]
    assert names == ["search.local_ordering", "talent.programme_appeal", "talent.programme_quarters"]


def test_a_factor_may_be_just_a_name() -> None:
    chosen = design({"kind": "morris", "n": 4, "factors": ["policy.access", {"name": "policy.patience", "low": 4}]})
    factors = chosen.sampling.factors  # type: ignore[union-attr]
    assert [(factor.name, factor.low) for factor in factors] == [("policy.access", None), ("policy.patience", 4)]


def test_without_a_sampling_there_is_one_point() -> None:
    assert size_of(design()) == 1


# ------------------------------------------------------------------------------------------------------ refused


def grid(*factors: Any, **keys: Any) -> dict[str, Any]:
    return {"kind": "grid", "factors": list(factors), **keys}


ACCESS = {"name": "policy.access"}

REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    # names, with the nearest
    (grid("policy.acces"), {}, 'unknown factor "policy.acces"; did you mean "policy.access"?'),
    ({"kind": "list", "points": [{}, {"policy.acces": 1}]}, {}, 'point 2: unknown parameter "policy.acces"; did you'),
    (None, {"fixed": {"policy.acces": 1}}, 'fixed: unknown parameter "policy.acces"; did you mean "policy.access"?'),
    (None, {"detail": {"measures": ["n_frims"]}}, 'unknown measure "n_frims"; did you mean "n_firms"?'),
    ({"kind": "latin_hypercub", "n": 3}, {}, '"latin_hypercub" is not one of grid'),
    ({"factors": [ACCESS]}, {}, "kind: missing; one of grid"),
    (None, {"seed_policy": "block "}, 'did you mean "block"?'),
    (None, {"replicate": 3}, 'replicate: unknown key; did you mean "replicates"?'),
    (grid({**ACCESS, "lo": 1}), {}, 'factors "policy.access", lo: unknown key; did you mean "low"?'),
    (grid(), {"scenarios": "equipment"}, '"equipment" is not a list'),
    ({"kind": "morris", "n": 2, "factors": "lever"}, {}, '"lever" is not one of levers, uncertainties'),
    ({"kind": "morris", "n": 2, "factors": {"groups": ["polcy"]}}, {}, 'no "polcy"; did you mean "policy"?'),
    ({"kind": "morris", "n": 2, "factors": {"group": ["policy"]}}, {}, 'unknown key "group"; did you mean "groups"?'),
    ({"kind": "switches", "switches": ["switches.platfrm"]}, {}, 'did you mean "switches.platform"?'),
    ({"kind": "switches", "switches": ["policy.access"]}, {}, 'is not a switch: "policy.access"'),
    (None, {"fixed": {"policy": {"access": 0.2}}}, 'fixed: "policy" is a table; write names in quotes'),
    # bounds and types
    (grid({**ACCESS, "low": -1}), {}, "-1.0 is out of bounds; allowed 0 to 1"),
    (grid({**ACCESS, "levels": [0.1, 1.5]}), {}, "1.5 is out of bounds; allowed 0 to 1"),
    (grid({**ACCESS, "levels": [0.1, "a"]}), {}, "'a' is not a number"),
    (grid({**ACCESS, "levels": 1}), {}, "1 is neither a list nor a whole number from 2 to 10,000"),
    (grid({**ACCESS, "low": 0.5, "high": 0.5}), {}, "low 0.5 is not below high 0.5"),
    (grid({**ACCESS, "scale": "log"}), {}, "a log scale needs low above 0, not 0"),
    (grid({"name": "policy.patience", "levels": [1.5]}), {}, "1.5 is not a whole number"),
    (grid({"name": "switches.platform", "low": 0}), {}, "is a switch; low, high and scale do not apply"),
    (None, {"regimes": {"r": [{"from_quarter": 1, "changes": {"policy.access": 2}}]}}, "2 is out of bounds"),
    (None, {"quarters": 0}, "quarters: 0 is out of bounds; allowed 1 to 1,000,000"),
    (None, {"replicates": 0}, "replicates: 0 is out of bounds"),
    (None, {"first_seed": -1}, "first_seed: -1 is out of bounds"),
    (None, {"detail": {"quarters": "lost"}}, '"lost" is not last, all or a whole number above 0'),
    (None, {"detail": {"quarters": 0}}, "0 is not last, all or a whole number above 0"),
    ({"kind": "saltelli", "n": 100, "factors": [ACCESS]}, {}, "100 is not a power of 2; the nearest are 64 and 128"),
    ({"kind": "morris", "n": 2, "levels": 3, "factors": [ACCESS]}, {}, "3 is odd; trajectories need an even number"),
    # empty, twice, at odds
    (grid(), {}, "factors: has too few entries"),
    ({"kind": "list", "points": []}, {}, "points: has too few entries"),
    ({"kind": "switches"}, {}, "no switches"),
    (grid({**ACCESS, "levels": []}), {}, "levels: is empty"),
    ({"kind": "morris", "n": 2, "factors": {"roles": ["constant"], "groups": ["frontier"]}}, {}, "too few entries"),
    (None, {"scenarios": []}, "scenarios: has too few entries"),
    (None, {"scenarios": ["blank", "blank"]}, '"blank" stands there 2 times'),
    (grid(ACCESS, ACCESS), {}, '"policy.access" stands there 2 times'),
    (grid({**ACCESS, "levels": [0.1, 0.1]}), {}, "0.1 stands there 2 times"),
    (None, {"detail": {"measures": ["n_firms", "n_firms"]}}, '"n_firms" stands there 2 times'),
    (grid(ACCESS), {"fixed": {"policy.access": 0.3}}, "policy.access is both fixed and a factor"),
    (
        grid(ACCESS),
        {"regimes": {"r": [{"from_quarter": 1, "changes": {"policy.access": 0.3}}]}},
        'policy.access is a factor, which holds in every quarter; regime "r" could not change it',
    ),
    (
        None,
        {"quarters": 8, "regimes": {"r": [{"from_quarter": 9, "changes": {}}]}},
        'regimes "r": quarter 9 comes after the last, 8',
    ),
    ({"kind": "switches", "groups": {"seed": ["switches.policy"]}}, {}, '"seed" is the name of a column or parameter'),
    (grid(ACCESS), {"seed_policy": "block"}, 'seed_policy "block" needs a saltelli or morris sampling, not grid'),
    # absurd sizes
    (grid(ACCESS, levels=10_000), {"replicates": 1001}, "are 10,010,000 runs; allowed up to 10,000,000"),
    ({"kind": "grid", "factors": "levers", "levels": 9}, {}, "about 10^"),
    (None, {"first_seed": 2**63 - 2, "replicates": 5}, "leaves too few seeds"),
]


@pytest.mark.parametrize(("sampling", "keys", "said"), REFUSED, ids=[said[:40] for _, _, said in REFUSED])
def test_what_is_wrong_is_refused_with_words(sampling: Any, keys: dict[str, Any], said: str) -> None:
    assert said in refused(sampling, **keys)


def test_all_problems_are_told_in_one_message() -> None:
    text = refused(grid("policy.acces", {**ACCESS, "high": 3}), fixed={"policy.patience": 500})
    assert text.startswith("design: 3 problems\n")


def test_wrong_points_in_a_file_are_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    sampling = {"kind": "list", "file": "points.csv"}
    path.write_text("policy.access\n0.2\n2\n")
    with pytest.raises(InputError, match=r"points.csv: line 3: parameter policy.access: 2 is out of bounds"):
        design_of({"name": "d", "sampling": sampling}, folder=tmp_path)
    path.write_text("policy.acces\n0.2\n")
    with pytest.raises(InputError, match=r'unknown column "policy.acces"; did you mean "policy.access"'):
        design_of({"name": "d", "sampling": sampling}, folder=tmp_path)
    with pytest.raises(InputError, match="given twice, by points and by file"):
        design_of({"name": "d", "sampling": {**sampling, "points": [{}]}}, folder=tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("smok", 'unknown design "smok"; did you mean "smoke"'),
        ("smoke.toml", r'no such file; did you mean "smoke"\?'),
        ("none/there.toml", "no such file"),
        ("points.csv", "a design is a .toml file"),
    ],
)
def test_a_design_that_is_not_there(given: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said):
        read_design(given)
