"""No runaway: over random parameter sets and a century nothing explodes or sticks to a bound in more than 5 % of them.

``make runaway`` runs 1,000 sets (``make runaway SETS=100`` fewer). Ranges and limits stand in `runaway`.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from abm.parameters import SPECIFICATIONS, Parameters
from tests.emergence.runaway import LIMITS, MOST_PINNED, Run, changes_at, kept, measured, places, report, run, varied


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    measured(int(os.environ.get("INNONET_SETS", "1000")))
    return kept()


@pytest.mark.runaway
@pytest.mark.parametrize("limit", LIMITS)
def test_few_sets_are_pinned(runs: list[Run], limit: str) -> None:
    share = sum(limit in each.pinned for each in runs) / len(runs)
    assert share <= MOST_PINNED, f"{LIMITS[limit]}: {share:.1%} of the sets are not"


@pytest.mark.runaway
def test_few_sets_are_pinned_in_anything(runs: list[Run]) -> None:
    share = sum(bool(each.pinned) for each in runs) / len(runs)
    assert share <= MOST_PINNED, f"{share:.1%} of the sets are pinned in something"


@pytest.mark.runaway
def test_no_set_breaks_an_invariant(runs: list[Run]) -> None:
    assert [each.wrong for each in runs if each.wrong] == []


@pytest.mark.runaway
def test_shares_are_told(runs: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{report(runs)}")


# ------------------------------------------------------------------------------------------------------ the machinery


def test_sets_fill_the_ranges_and_are_valid() -> None:
    unit = places(20)
    assert unit.shape == (20, len(varied()))
    for column in unit.T:
        assert sorted((column * 20).astype(int)) == list(range(20))
    for row in (unit[0], np.zeros(unit.shape[1]), np.ones(unit.shape[1])):
        Parameters().with_changes(changes_at(row))
    middle = changes_at(np.full(unit.shape[1], 0.5))
    assert all(middle[name] == pytest.approx(SPECIFICATIONS[name].default) or not SPECIFICATIONS[name].default
               for name in middle)  # fmt: skip


def test_a_short_run_is_judged() -> None:
    assert run({}, 1, quarters=6, window=5).wrong == []
    assert run({"policy.access": 7.0}, 1, quarters=6, window=5).wrong[0].startswith("InputError")


def test_the_report_tells_shares() -> None:
    told = report([Run(["trust"], 0.01, []), Run([], 0.01, []), Run([], 0.2, ["bad"]), Run([], 0.0, [])])
    assert "trust: 25.0% of 4 sets" in told
    assert "something wrong: 1 sets\nbad" in told
