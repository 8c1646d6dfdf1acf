"""Every mechanism moves its own measure: twenty pairs of worlds, the interval of the difference clear of zero.

Direction and size are printed and kept (`make paired`), not judged: that is for claims. Mechanisms, measures and
criterion stand in `mechanisms` and `pairs` and were written before the first run. With a level of 95 %, one in twenty
mechanisms that move nothing passes by chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from abm.describe import placed
from abm.measures import MEASURES
from abm.parameters import SPECIFICATIONS, Parameters
from abm.rules.policy import instrument_shares
from abm.state.codes import Instrument
from tests.emergence.mechanisms import EDITS, INSTRUMENTS, MECHANISMS, NOT_PAIRED, instrument
from tests.emergence.paired_table import CALIBRATION, main
from tests.emergence.pairs import (
    EXTRA,
    Found,
    branch,
    judged,
    kept,
    measured,
    parting,
    seed_values,
    sentence,
    table,
    verdict,
)

# -------------------------------------------------------------------------------------------------- the twenty pairs


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """What all pairs show; with several workers the first makes it and the others read it."""
    folder = tmp_path_factory.getbasetemp()
    done = (folder.parent if folder.name.startswith("popen-") else folder) / "paired"
    with FileLock(f"{done}.lock"):
        if not done.exists():
            measured()
            done.touch()
    return {each.name: each for each in kept()}


def marked(name: str) -> Any:
    """Return a mechanism as a case; one that is known to be decorative must fail."""
    reason = MECHANISMS[name].decorative
    mark = pytest.mark.xfail(strict=True, reason=f"decorative: {reason}") if reason else ()
    return pytest.param(name, marks=mark, id=name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [marked(name) for name in MECHANISMS])
def test_a_mechanism_moves_its_own_measure(found: dict[str, Found], name: str) -> None:
    assert found[name].is_clear, sentence(found[name])


@pytest.mark.slow
def test_sizes_are_told(found: dict[str, Found], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("", *(sentence(each) for each in found.values()), sep="\n")


@pytest.mark.slow
def test_the_table_in_calibration_is_not_stale(found: dict[str, Found]) -> None:
    """Numbers may drift a little from one version to the next; what moves and what does not must be as it says."""
    lines = [line.split(" | ") for line in CALIBRATION.read_text(encoding="utf-8").splitlines() if "[" in line]
    said = {cells[0].removeprefix("| "): cells[-1] for cells in lines if len(cells) == 9}
    assert said == {name: f"{verdict(each)} |" for name, each in found.items()}, "run: make paired"


# ------------------------------------------------------------------------------------------------- the declarations


def test_every_lever_has_a_pair_or_a_reason() -> None:
    used = {name for each in MECHANISMS.values() for changes in (each.on, each.off) for name in changes}
    levers = {name for name, declared in SPECIFICATIONS.items() if declared.role == "lever"}
    assert levers - used - set(NOT_PAIRED) == set(), "add a line to MECHANISMS, or to NOT_PAIRED with the reason"
    assert set(NOT_PAIRED) & used == set()
    assert set(NOT_PAIRED) <= levers


def test_pairs_name_what_exists_and_differ() -> None:
    for name, each in MECHANISMS.items():
        assert each.on != each.off, name
        assert each.measure in EXTRA or not MEASURES[each.measure].is_text, name
        for changes in (each.on, each.off):
            Parameters().with_changes({key: value for key, value in changes.items() if key not in EDITS})


@pytest.mark.parametrize("share", INSTRUMENTS)
def test_doubling_an_instrument_leaves_its_rivals_their_money(share: str) -> None:
    name = share.removeprefix("policy.").removesuffix("_share")
    own = Instrument[name.upper()]
    usual = Parameters().policy
    pair = instrument(name, "sales", "")
    on, off = (Parameters().with_changes(changes).policy for changes in (pair.on, pair.off))
    before, more, none = (instrument_shares(each) * each.budget_share for each in (usual, on, off))
    rivals = [each for each in Instrument if each != own]
    np.testing.assert_allclose(more[rivals], before[rivals], rtol=1e-12)
    np.testing.assert_allclose(none[rivals], before[rivals], rtol=1e-12)
    assert more[own] == pytest.approx(2.0 * before[own])
    assert none[own] == 0.0


# ------------------------------------------------------------------------------------------------------ the machinery


def test_the_same_worlds_do_not_differ() -> None:
    """Common random numbers: two branches with nothing changed are one world; another budget is another world."""
    cases = {name: MECHANISMS[name] for name in ("innovation budget", "open universities")}
    few = seed_values(1, cases, quarters=3, window=2)
    assert few == seed_values(1, cases, quarters=3, window=2)
    assert few["innovation budget"][0] != few["innovation budget"][1]


def test_an_edit_changes_one_branch_only() -> None:
    one = parting("two regions", 1)
    closed = branch(one, {"regions.openness": 0.0, "universities.orientation": 1.0})
    assert not closed.world.structure.openness.any()
    assert one.world.structure.openness.all()
    universities = one.world.actors.kind == 1
    assert (closed.world.actors.orientation[universities] == 1.0).all()
    assert not (one.world.actors.orientation[universities] == 1.0).any()


def test_judging_by_hand() -> None:
    """Differences 1, 2, 3 over three seeds: mean 2, standard error 1 / sqrt(3), t(0.975, 2) = 4.303."""
    values = [{"teaching": [1.0, 2.0]}, {"teaching": [1.0, 3.0]}, {"teaching": [1.0, 4.0]}]
    one = judged(values)[0]
    assert (one.difference, one.seeds) == (2.0, 3)
    assert one.low == pytest.approx(2.0 - 4.302653 / np.sqrt(3.0))
    assert not one.is_clear
    assert "| teaching |" in table([one])
    assert "[-0.484, 4.48]" in sentence(one)


def test_the_table_has_its_place() -> None:
    assert "\n\nhere\n\n" in placed(CALIBRATION.read_text(encoding="utf-8"), "paired", "here")
    with pytest.raises(SystemExit, match="usage"):
        main(["--help"])


def test_a_measure_that_is_mostly_null_shows_nothing() -> None:
    values = [{"teaching": [1.0, float("nan")]}] * 3 + [{"teaching": [1.0, 2.0]}, {"teaching": [1.0, 2.1]}]
    assert not judged(values)[0].is_clear
