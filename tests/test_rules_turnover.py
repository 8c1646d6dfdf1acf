"""Entry, exit, core status, outsiders and supervision, with numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm import Simulation
from abm.kernels_entry import SPIN_OFF, draw_of_outsiders, drawn_entrants, expected_entrants
from abm.parameters import per_quarter
from abm.rules.closure import pressure, size_factors
from abm.rules.competition import competitiveness
from abm.rules.core_status import changed_status
from abm.rules.supervision import inspect
from abm.state.accounts import books_with
from abm.state.codes import Event, Kind, Layer, TieOrigin

ZERO, ONE = np.zeros(1, np.int64), np.ones(1)


# ---------------------------------------------------------------------------------------------------------- exits


def test_idle_plant_and_backward_products_raise_the_hazard() -> None:
    """0.025 a year is 0.006309 a quarter; idle at 0.45 of 0.85 and quality 0.8 of the market's: 2.278 times."""
    factor = pressure(0.45, 0.85, math.log(0.8), 1.5, 1.0)
    assert per_quarter(0.025) * factor == pytest.approx(0.01437, abs=1e-5)
    assert pressure(1.5, 0.85, 0.0, 5.0, 0.0) == 0.25
    assert pressure(0.0, 0.85, math.log(0.05), 5.0, 5.0) == 4.0
    assert pressure(0.1, 0.85, -1.0, 0.0, 0.0) == 1.0


def test_concentration_says_who_leaves_and_not_how_many() -> None:
    firm, region = np.arange(5), np.array([0, 0, 0, 1, 1])
    for largest in (2.0, 2000.0):
        factor = size_factors(firm, region, np.array([1.0, 1.0, largest, 3.0, 3.0]), 2, 0.6)
        assert factor[:3].mean() == pytest.approx(1.0)
        assert factor[2] < 1.0 < factor[0]
        assert factor[3:].tolist() == [1.0, 1.0]


# ---------------------------------------------------------------------------------------------------------- entry


def test_capacity_that_firms_keep_idle_on_purpose_leaves_room() -> None:
    """10 units of capacity on a demand of 10 leave 0.15 of it open to firms that aim at using 0.85."""
    expected, ordered, outsiders = expected_entrants(
        ZERO, ZERO, ZERO, np.array([20.0]), np.array([2.0]), np.ones((1, 1)), np.full((1, 1), 10.0),
        np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.ones((1, 1), np.bool_), ONE, 0.1, 1.0, 0.0, 0.85,
    )  # fmt: skip
    assert expected[0, 0] == pytest.approx(0.1 * 3 * 0.15)
    assert ordered[0, 0] == outsiders[0, 0] == 0.0


def test_support_and_regulation_draw_outsiders_each_in_its_bounds() -> None:
    sales, none = np.array([1000.0]), np.zeros((1, 3))
    assert draw_of_outsiders(ZERO, ZERO, sales, none, 0.0)[0] == 0.0
    assert draw_of_outsiders(ZERO, ZERO, sales, none + 3.0, 0.0)[0] == pytest.approx(0.5)
    assert draw_of_outsiders(ZERO, ZERO, sales, none + 300.0, 10.0)[0] == 3.0


def test_outsiders_come_beside_others_and_change_nobodys_draw() -> None:
    market, group = np.full((1, 1), 7, np.uint64), np.full((1, 1, 3), 9, np.uint64)
    expected, ordered = np.full((1, 1), 4.0), np.full((1, 1), 0.5)
    key, other = np.uint64(1), np.uint64(2)
    without = drawn_entrants(expected, ordered, np.zeros((1, 1)), market, group, 5, key, other)
    entrant, uid = drawn_entrants(expected, ordered, np.full((1, 1), 2.0), market, group, 5, key, other)
    assert entrant[2].tolist() == [2, 2, 0, 0, 0, 0]
    assert np.array_equal(entrant[:, 2:], without[0])
    assert np.array_equal(uid[2:], without[1])
    assert set(entrant[4, :2]) == {0}


# ------------------------------------------------------------------------------------- outsiders and supervision


def test_the_open_market_sees_a_hidden_flaw_as_quality_until_it_comes_to_light() -> None:
    """0.5 with a flaw of 0.2 is made as 0.4; hidden it sells as 0.5, inspected it shows 0.4 / 0.8^0.57."""
    made, flaw, none = np.array([0.4]), np.array([0.2]), np.zeros((1, 3))
    seen = []
    for hidden in (1.0, 0.57, 0.0):
        strength = competitiveness(
            ZERO, made, ONE, ONE, none, ONE, ONE, flaw, hidden * ONE, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0
        )
        seen.append(math.exp(strength[0]))
    assert seen == pytest.approx([0.5, 0.4 / 0.8**0.57, 0.4])


def test_inspectors_find_what_they_are_paid_for_and_improve_nothing() -> None:
    for money, left in ((0.03, 0.95 * 0.6), (0.015, 0.95 * 0.8), (0.0, 0.95)):
        hidden, budget = np.array([1.0, 0.0]), np.zeros((1, 12))
        budget[0, 10] = money
        books = books_with([0.0, 9.0, 0.0])
        inspect(ZERO, hidden, budget, np.array([1]), np.array([2]), 0.03, 0.05, 0.4, books)
        assert hidden[0] == pytest.approx(left)
        assert books.cash.tolist() == pytest.approx([0.0, 9.0 - money, money])


# ---------------------------------------------------------------------------------------------------- core status


def test_core_status_is_lost_by_ties_or_capability_after_quarters_of_grace() -> None:
    """Of four core firms the second has 1 of 3 ties, the third 0.7 of the capability, the fourth both for one year."""
    firm, zero = np.arange(4), np.zeros(4, np.int64)
    sales, core = np.full(4, 10.0), np.ones(4, np.bool_)
    degree, ability = np.array([2, 1, 5, 1]), np.array([0.85, 1.2, 0.7, 0.7])
    weak = np.array([3, 0, 0, 3])
    lost = changed_status(firm, zero, sales, degree, ability, core, weak, 1, 1.0, 3, 1.0, 4)
    assert lost.tolist() == [3]
    assert weak.tolist() == [0, 1, 1, 0]


# ---------------------------------------------------------------------------------------------------- in a region


@pytest.fixture(scope="module")
def region() -> Simulation:
    changes = {"turnover.entry_rate": 0.2, "turnover.spin_off": 0.3, "turnover.outsider_rate": 0.05}
    simulation = Simulation("equipment", seed=3, changes=changes)
    for _ in range(6):
        simulation.step()
    return simulation


def test_newcomers_bring_the_ties_they_came_by(region: Simulation) -> None:
    world = region.world
    ties, events = world.ties, world.events.columns()
    came = events["kind"] == int(Event.ENTRY)
    why = np.where(ties.is_active & (ties.cause >= 0), events["cause_id"][ties.cause], -1)
    by_entry = np.isin(why, events["event_id"][came])
    orders, kin = by_entry & (ties.layer == int(Layer.SUPPLY)), by_entry & (ties.layer == int(Layer.RESEARCH))
    assert orders.any()
    assert kin.any()
    assert set(ties.origin[orders]) == {int(TieOrigin.ORDER)}
    assert world.actors.is_core[ties.target[orders]].all()
    assert (ties.born[orders] > 0).all()
    assert set(events["channel"][why[kin]]) == {SPIN_OFF}


def test_only_outsiders_have_flaws(region: Simulation) -> None:
    world = region.world
    events = world.events.columns()
    outsiders = events["uid"][(events["kind"] == int(Event.ENTRY)) & (events["channel"] == 2)]
    flawed = world.slots(Kind.FIRM)[world.actors.flaw[world.slots(Kind.FIRM)] > 0.0]
    assert len(flawed) > 0
    assert np.isin(world.actors.uid[flawed], outsiders).all()


def test_nobody_comes_by_a_cause_that_is_off() -> None:
    changes = {f"turnover.{name}": 0.0 for name in ("entry_rate", "spin_off", "outsider_rate")}
    simulation = Simulation("blank", seed=1, changes=changes)
    for _ in range(4):
        simulation.step()
    kind = simulation.world.events.columns()["kind"]
    assert not (kind == int(Event.ENTRY)).any()
    assert not simulation.world.actors.flaw.any()
