"""Banks, funds and who dares to ask them: numbers worked by hand."""

from __future__ import annotations

import numpy as np

from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rules.finance import lend
from abm.state.codes import Kind, Layer, TieOrigin
from abm.state.ties import open_ties
from abm.state.world import World
from tests.small_worlds import EVERYTHING, small_world, value

BANK = 6


def with_bank(cash: float = 100.0) -> World:
    """The small region with a bank: firm 0 is core, firm 1 is not; both lack 2 of 10, and have no debt."""
    world = small_world()
    with world.writable(EVERYTHING):
        a = world.actors
        a.is_active[BANK] = True
        a.uid[BANK] = make_uid("bank")
        a.kind[BANK], a.region[BANK], a.sector[BANK] = int(Kind.BANK), 0, -1
        a.cash[BANK] = cash
        a.cash[:2], a.debt[:2], a.loan[:2] = 8.0, 0.0, -1
        a.expected_orders[:2], a.price[:2], a.unit_cost[:2], a.equipment[:2] = 10.0, 1.0, 1.0, 10.0
        a.planned_equipment[:2] = a.planned_value_chain[:2] = a.research_budget[:2] = 0.0
        a.planned_adoption[:2] = 0.0
        a.is_core[:2] = True, False
    return world


def lent(world: World, **changes: float) -> World:
    """Lend once and return the world."""
    parameters = Parameters().with_changes({f"finance.{name}": each for name, each in changes.items()})
    world.ensure_free("claims", 8)
    lend(world, parameters, Draws(1, world.quarter))
    return world


def test_firms_in_need_ask_and_get() -> None:
    world = lent(with_bank(), discouraged=0.0)
    assert world.actors.loan_need[:2].tolist() == world.actors.loan_granted[:2].tolist() == [2.0, 2.0]
    assert value(world, "sme_need_share") == 1.0
    assert value(world, "sme_discouraged_share") == 0.0
    assert value(world, "sme_need_met") == 1.0


def silent(n_worlds: int, own: float, around: float, **changes: float) -> int:
    """Return in how many worlds the SME keeps silent, with memories of its own and of its buyer, the core firm."""
    number = 0
    for quarter in range(n_worlds):
        world = with_bank()
        world.quarter = quarter
        world.ensure_free("ties", 4)
        with world.writable(EVERYTHING):
            open_ties(
                world, np.array([1]), np.array([0]), Layer.SUPPLY, TieOrigin.ORDER, weight=0.2, trust=0.5, cause=-1
            )
            world.actors.refusal_memory[:2] = around, own
        lent(world, **changes)
        assert world.actors.loan_need[:2].tolist() == [2.0, 2.0]
        assert world.actors.loan_request[0] == 2.0  # core firms are not shy
        number += int(world.actors.loan_request[1] == 0.0)
    return number


def test_refusals_of_its_own_and_of_others_discourage_a_small_firm() -> None:
    assert 30 <= silent(100, own=0.5, around=0.0, discouraged=0.8, default_slope=0.0) <= 50  # 0.4 expected
    assert 30 <= silent(100, own=0.0, around=0.5, discouraged=0.8, default_slope=0.0) <= 50
    assert silent(50, own=1.0, around=1.0, discouraged=0.0) == 0


def test_risk_discourages_even_who_was_never_refused() -> None:
    """PD = 1 - exp(-slope 2 / 14), of a cut-off twice as high, at discouraged 0.8: 0.4."""
    risk = 1.0 - np.exp(-2.0 / 14.0)
    found = silent(100, own=0.0, around=0.0, discouraged=0.8, default_slope=1.0, default_cutoff=2.0 * risk)
    assert 30 <= found <= 50


def test_a_refusal_is_remembered_and_fades() -> None:
    world = lent(with_bank(cash=0.0), refusal_memory=0.25, discouraged=0.0)
    assert world.actors.refusal_memory[:2].tolist() == [0.25, 0.25]
    with world.writable(EVERYTHING):
        world.actors.cash[BANK] = 100.0
    lent(world, refusal_memory=0.25, discouraged=0.0)
    assert world.actors.refusal_memory[:2].tolist() == [0.1875, 0.1875]
