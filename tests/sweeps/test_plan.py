"""A plan gives every run its identity and its seed, and plans nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from abm.errors import InputError
from abm.scenario import Regime, Scenario
from experiments.manifest import as_json
from experiments.request import Request
from experiments.sweep import batch
from experiments.sweep.identity import RunKeys, model_identity, run_key
from experiments.sweep.plan import Plan, make_plan
from experiments.sweep.provenance import manifest_of
from experiments.sweep.reading import design_of

ACCESS = {"name": "policy.access", "levels": [0.2, 0.4, 0.6]}


def plan(sampling: dict[str, Any] | None = None, **keys: Any) -> Plan:
    tables = {"name": "d", "scenarios": ["blank"], "quarters": 8, **keys}
    return make_plan(design_of({**tables, **({"sampling": sampling} if sampling else {})}))


def grid(*factors: Any) -> dict[str, Any]:
    return {"kind": "grid", "factors": list(factors)}


# ----------------------------------------------------------------------------------------------------- identity


def test_the_key_of_every_run_is_that_of_its_changed_scenario() -> None:
    made = plan(
        {"kind": "latin_hypercube", "n": 5, "factors": ["policy.access", "learning.n_rivals", "switches.platform"]},
        replicates=2,
        fixed={"policy.patience": 3},
        regimes={"none": [], "late": [{"from_quarter": 5, "changes": {"policy.budget_share": 0.3}}]},
    )
    assert len(made.runs) == 20
    for run in made.runs:
        scenario = made.scenarios[run.scenario].with_parameters(run.changes)
        assert run.run == run_key(scenario, run.seed, run.quarters)
        assert run.changes["policy.patience"] == 3
    assert len({run.run for run in made.runs}) == 20
    assert all(len(run.run) == 32 and set(run.run) <= set("0123456789abcdef") for run in made.runs)


def test_the_key_depends_on_all_that_results_depend_on_and_nothing_else() -> None:
    blank = Scenario.load("blank")
    key = run_key(blank, 1, 8)
    others = [
        run_key(blank, 2, 8),
        run_key(blank, 1, 9),
        run_key(Scenario.load("equipment"), 1, 8),
        run_key(replace(blank, burn_in=19), 1, 8),
        run_key(blank.with_parameters({"policy.access": 0.36}), 1, 8),
        run_key(replace(blank, regimes=(Regime(3, "r", {"policy.access": 0.4}),)), 1, 8),
        run_key(replace(blank, regimes=(Regime(4, "r", {"policy.access": 0.4}),)), 1, 8),
    ]
    assert len({key, *others}) == len(others) + 1
    same = [
        run_key(replace(blank, name="other", title="other", quarters=3), 1, 8),
        run_key(blank.with_parameters(blank.parameters.flat()), 1, 8),
        RunKeys(blank).key({"policy.access": blank.parameters.policy.access}, 1, 8),
        RunKeys(blank).key({"learning.n_rivals": 2.0}, 1, 8),
    ]
    assert set(same) == {key}


def test_the_key_changes_with_the_model_and_its_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    import abm.measures
    import experiments.manifest

    blank = Scenario.load("blank")
    keys = {run_key(blank, 1, 8)}
    for target, name, value in (
        (abm.measures, "MEASURES", {"one": None}),
        (experiments.manifest, "SCHEMA_VERSION", 99),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(target, name, value)
            model_identity.cache_clear()
            keys.add(run_key(blank, 1, 8))
    model_identity.cache_clear()
    assert len(keys) == 3


def test_a_single_run_has_the_identity_it_has_in_a_sweep() -> None:
    run = plan(grid(ACCESS)).runs[2]
    scenario = Scenario.load("blank").with_parameters(run.changes)
    assert Request(scenario, "blank", run.seed, 8, run.changes).run == f"blank-1-{run.run[:8]}"


# -------------------------------------------------------------------------------------------------------- seeds


def seeds(made: Plan) -> dict[int, list[int]]:
    return {point: [run.seed for run in runs] for point, runs in groupby(made.runs, lambda run: run.point)}


def test_common_random_numbers_are_common_to_all_points() -> None:
    made = plan(grid(ACCESS), replicates=3, first_seed=10, scenarios=["blank", "equipment"])
    assert seeds(made) == {point: [10, 11, 12] for point in range(6)}


def test_independent_seeds_are_all_different() -> None:
    made = plan(grid(ACCESS), replicates=3, first_seed=10, seed_policy="independent", scenarios=["blank", "equipment"])
    assert [run.seed for run in made.runs] == list(range(10, 28))


@pytest.mark.parametrize("kind", ["saltelli", "morris"])
def test_a_block_shares_its_seeds_in_every_scenario_and_with_no_other_block(kind: str) -> None:
    sampling = {"kind": kind, "n": 4, "factors": ["policy.access", "policy.budget_share"]}
    made = plan(sampling, replicates=2, first_seed=10, seed_policy="block", scenarios=["blank", "equipment"])
    size = 4 if kind == "saltelli" else 3
    for run in made.runs:
        assert run.block == run.point % (4 * size) // size
        assert run.seed == 10 + 2 * run.block + run.replicate
    assert {run.scenario for run in made.runs if run.seed == 12} == {"blank", "equipment"}


# ------------------------------------------------------------------------------------------------------- points


def test_runs_stand_by_point_and_replicate_and_say_what_varies() -> None:
    made = plan(
        grid({**ACCESS, "levels": [0.2, 0.4]}),
        replicates=2,
        scenarios=["blank", "equipment"],
        regimes={"as it is": [], "strong": [{"from_quarter": 2, "changes": {"policy.budget_share": 0.3}}]},
    )
    assert [(run.point, run.replicate) for run in made.runs] == [(p, r) for p in range(8) for r in range(2)]
    names = ["blank/as it is", "blank/strong", "equipment/as it is", "equipment/strong"]
    assert list(made.scenarios) == names
    assert made.runs[6].factors == {"scenario": "blank", "regime": "strong", "policy.access": 0.4}
    assert made.scenarios["blank/strong"].parameters_at(1).policy.budget_share == 0.15
    assert made.scenarios["blank/strong"].parameters_at(2).policy.budget_share == 0.3
    assert {run.block for run in made.runs} == {-1}


def test_every_run_names_every_factor_even_where_it_stays_as_it_was() -> None:
    made = plan({"kind": "one_at_a_time", "factors": [ACCESS, "switches.platform"]}, fixed={"policy.patience": 4})
    assert made.runs[0].factors == {"policy.access": 0.35, "switches.platform": True}
    assert made.runs[0].changes == {"policy.patience": 4}
    assert made.runs[1].factors == {"policy.access": 0.2, "switches.platform": True}
    assert made.runs[1].changes == {"policy.patience": 4, "policy.access": 0.2}


def test_a_run_that_repeats_another_is_planned_once_and_still_answers_its_row() -> None:
    sampling = {"kind": "list", "points": [{}, {"policy.access": 0.2}, {"policy.access": 0.35}]}  # 0.35 is the default
    made = plan(sampling, replicates=2)
    assert [run.point for run in made.runs] == [0, 0, 1, 1]
    assert made.rows == tuple(made.runs[place].run for place in (0, 1, 2, 3, 0, 1))
    assert made.notes == ("2 of 6 runs repeat others of the design and are done once",)


def test_a_block_keeps_a_row_for_each_of_its_points() -> None:
    sampling = {"kind": "saltelli", "n": 4, "factors": ["switches.platform", "switches.policy"]}
    made = plan(sampling, seed_policy="block")
    assert len(made.rows) == 4 * 4
    assert len(made.runs) < 16
    assert set(made.rows) == {run.run for run in made.runs}


def test_quarters_are_the_scenarios_own_unless_the_design_says() -> None:
    assert plan(quarters=None).runs[0].quarters == 80
    assert plan().runs[0].quarters == 8


def test_a_plan_is_the_same_every_time_and_its_hash_tells_another() -> None:
    sampling = {"kind": "morris", "n": 3, "factors": ["policy.access", "policy.budget_share"]}
    assert plan(sampling).runs == plan(sampling).runs
    assert plan(sampling).hash == plan(sampling).hash
    assert plan(sampling).hash != plan({**sampling, "sample_seed": 2}).hash
    assert plan(sampling).hash != plan(sampling, first_seed=2).hash


def test_only_what_was_drawn_has_a_problem() -> None:
    problem = plan({"kind": "latin_hypercube", "n": 3, "factors": ["policy.access", "learning.n_rivals"]}).problem
    assert problem == {
        "num_vars": 2,
        "names": ["policy.access", "learning.n_rivals"],
        "bounds": [[0.0, 1.0], [1, 5]],
        "dists": ["unif", "unif"],
    }
    assert plan(grid(ACCESS)).problem is None


def test_the_manifest_keeps_the_problem_for_the_analysis() -> None:
    made = plan({"kind": "saltelli", "n": 4, "factors": ["policy.access", "policy.budget_share"]})
    kept = json.loads(as_json(manifest_of(made, "a target")))
    assert kept["problem"] == made.problem
    assert kept["problem"]["names"] == ["policy.access", "policy.budget_share"]
    again = make_plan(batch.design_of(kept))
    assert again.rows == made.rows
    assert manifest_of(plan(grid(ACCESS)), "a target")["problem"] is None


# ---------------------------------------------------------------------------------------------------- scenarios


def test_a_regime_of_the_scenario_that_a_factor_overrides_is_told(tmp_path: Any) -> None:
    from abm.scenario.scenario import SHIPPED

    text = (SHIPPED / "blank.toml").read_text(encoding="utf-8").replace('name = "blank"', 'name = "mine"', 1)
    text += '\n[[regimes]]\nfrom_quarter = 3\nname = "r"\nparameters = { "policy.access" = 0.9 }\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    tables = {"name": "d", "scenarios": ["mine.toml"], "sampling": grid(ACCESS)}
    made = make_plan(design_of(tables, folder=tmp_path))
    assert made.notes == ("policy.access: a regime of mine changes it; in the design its value holds in every quarter",)
    assert made.runs[0].scenario == "mine"


def test_two_scenarios_of_one_name_are_refused(tmp_path: Any) -> None:
    from abm.scenario.scenario import SHIPPED

    (tmp_path / "copy.toml").write_bytes((SHIPPED / "blank.toml").read_bytes())
    tables = {"name": "d", "scenarios": ["blank", "copy.toml"]}
    with pytest.raises(InputError, match='two are called "blank"; rename one in its file'):
        make_plan(design_of(tables, folder=tmp_path))


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(InputError, match=r'design "d", scenarios: unknown scenario "blnk"; did you mean "blank"'):
        plan(scenarios=["blnk"])


def test_a_regime_after_the_scenarios_own_end_is_refused() -> None:
    regimes = {"late": [{"from_quarter": 81, "changes": {"policy.access": 0.2}}]}
    with pytest.raises(InputError, match='regime "late": quarter 81 comes after the last of blank, 80'):
        plan(quarters=None, regimes=regimes)


def test_ten_thousand_runs_are_planned_in_seconds() -> None:
    import time

    sampling = {"kind": "latin_hypercube", "n": 1000, "factors": "levers"}
    clock = time.perf_counter()
    assert len(plan(sampling, replicates=10).runs) == 10_000
    assert time.perf_counter() - clock < 6
