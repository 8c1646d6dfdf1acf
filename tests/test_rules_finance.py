"""Banks, funds and who dares to ask them: numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rules.finance import lend
from abm.rules.outside_capital import invest_from_outside
from abm.state import accounts
from abm.state.codes import ClaimKind, Kind, Layer, Level, Service, Stage, TieOrigin
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
    """PD = 1 - exp(-slope 2 / 14), of a cut-off four times as high, at discouraged 0.8: 0.4."""
    risk = 1.0 - np.exp(-2.0 / 14.0)
    found = silent(100, own=0.0, around=0.0, discouraged=0.8, default_slope=1.0, default_cutoff=4.0 * risk)
    assert 30 <= found <= 50


def test_a_refusal_is_remembered_and_fades() -> None:
    world = lent(with_bank(cash=0.0), refusal_memory=0.25, discouraged=0.0)
    assert world.actors.refusal_memory[:2].tolist() == [0.25, 0.25]
    with world.writable(EVERYTHING):
        world.actors.cash[BANK] = 100.0
    lent(world, refusal_memory=0.25, discouraged=0.0)
    assert world.actors.refusal_memory[:2].tolist() == [0.1875, 0.1875]


def test_losses_lower_the_cut_off_of_a_bank() -> None:
    """PD 1 - exp(-2 / 14) = 0.133; the bank refuses above 0.2, after losing a fifth of its loans above 0.08."""
    for lost, granted in ((0.0, 2.0), (4.0, 0.0)):
        world = with_bank()
        world.ensure_free("claims", 8)
        with world.writable(EVERYTHING):
            accounts.open_claims(
                world, ClaimKind.LOAN, np.array([BANK]), np.array([1]), np.array([20.0]), np.array([0.0])
            )
            world.actors.written_off[BANK] = lost
        lent(world, discouraged=0.0, default_slope=1.0, default_cutoff=0.2, bank_spread=0.0, loss_caution=3.0)
        assert world.actors.loan_granted[0] == granted
        assert value(world, "losses_of_banks") == lost


def test_banks_differ_for_life() -> None:
    """With a spread of 1 a cut-off is anything from 0 to twice the mean, the same every quarter."""
    found = set()
    for seed in range(8):
        world = with_bank()
        world.seed = seed
        granted = []
        for quarter in range(3):
            again = world.copy()
            again.quarter = quarter
            lent(again, discouraged=0.0, default_slope=1.0, default_cutoff=0.133, bank_spread=1.0)
            granted.append(float(again.actors.loan_granted[0]))
        assert len(set(granted)) == 1
        found.add(granted[0])
    assert found == {0.0, 2.0}


def test_what_is_green_is_less_risky_to_banks() -> None:
    for plan, granted in ((0.0, 0.0), (1.0, 3.0)):
        world = with_bank()
        with world.writable(EVERYTHING):
            world.actors.planned_adoption[0, Level.GREEN] = plan
            world.actors.planned_equipment[0] = 1.0 - plan
        # PD = 1 - exp(-3 / 14) = 0.193, a third of the plan green: 0.193 (1 - 0.5 / 3) = 0.161.
        lent(world, discouraged=0.0, default_slope=1.0, default_cutoff=0.17, bank_spread=0.0, green_preference=0.5)
        assert world.actors.loan_granted[0] == granted


@pytest.mark.parametrize(("pledge", "granted"), [(0.0, 0.0), (1.0, 2.0)])
def test_orders_of_a_core_buyer_are_worth_credit(pledge: float, granted: float) -> None:
    """Firm 1 sells 0.5 of what the core firm needs of its sector, 0.2 of 10 a quarter: 1 of equity more than 14."""
    world = with_bank()
    world.ensure_free("ties", 4)
    with world.writable(EVERYTHING):
        open_ties(world, np.array([1]), np.array([0]), Layer.SUPPLY, TieOrigin.ORDER, weight=0.5, trust=0.5)
    lent(world, discouraged=0.0, default_slope=1.0, default_cutoff=0.13, bank_spread=0.0, pledge=pledge)
    assert world.actors.core_orders[1] == 1.0  # PD 1 - exp(-2 / 14) = 0.133, with the orders 1 - exp(-2 / 15) = 0.125
    assert world.actors.loan_granted[1] == granted
    assert value(world, "supplier_refusal_rate") == (0.0 if granted else 1.0)


@pytest.mark.parametrize(("quarters", "granted"), [(0, 0.0), (8, 2.0)])
def test_a_record_on_a_platform_backs_a_loan(quarters: int, granted: float) -> None:
    """After two years a full service counts 0.3 as backed, of which half takes risk away: 0.133 x 0.85 = 0.113."""
    world = with_bank()
    world.ensure_free("ties", 4)
    with world.writable(EVERYTHING):
        open_ties(world, np.array([2]), np.array([1]), Layer.SERVICE, TieOrigin.PLATFORM, weight=1.0, trust=0.5)
        world.actors.service[1, Service.VENTURE] = 1.0
    world.quarter = quarters
    lent(world, discouraged=0.0, default_slope=1.0, default_cutoff=0.12, bank_spread=0.0, platform_record=0.3)
    assert world.actors.loan_granted[1] == granted
    assert value(world, "member_refusal_rate") == (0.0 if granted else 1.0)


# ------------------------------------------------------------------------------------------------- venture


def with_pilot(stage: Stage, remaining: int, **changes: float) -> World:
    """The small region with a venture fund of 100 that invests once; firm 0 answers for a project of its own."""
    world = with_bank()
    world.ensure_free("projects", 2)
    world.ensure_free("claims", 16)
    with world.writable(EVERYTHING):
        a, pr = world.actors, world.projects
        fund, outside = 7, 5
        for slot, kind, place in ((fund, Kind.VENTURE_FUND, 0), (outside, Kind.REST_OF_WORLD, -1)):
            a.is_active[slot], a.uid[slot], a.kind[slot] = True, make_uid(kind.name), int(kind)
            a.region[slot], a.sector[slot], a.cash[slot] = place, -1, 100.0
        world.rest_of_world = outside
        pr.is_active[0], pr.n_members[0], pr.stage[0], pr.remaining[0] = True, 1, int(stage), remaining
        pr.member[0, 0], pr.member_uid[0, 0], pr.cost[0] = 0, a.uid[0], 2.0
    invested(world, **changes)
    return world


def invested(world: World, **changes: float) -> None:
    """Invest once, without outside investors."""
    kept = {"finance.outside_inflow": 0.0} | {name.replace("__", "."): each for name, each in changes.items()}
    invest_from_outside(world, Parameters().with_changes(kept), Draws(1, world.quarter))


def test_a_fund_pays_part_of_a_pilot_and_shares_its_risk() -> None:
    """Two quarters at 2 are left of the pilot: of 4 the fund pays half, though it could pay 5."""
    world = with_pilot(Stage.PILOT, 2, finance__venture_share=0.05)
    assert world.actors.cash[[0, 7]].tolist() == [10.0, 98.0]
    assert world.projects.venture_share[0] == 0.5
    invested(world)  # nobody pays for the same pilot twice
    assert world.actors.cash[0] == 10.0
    claims = world.claims
    assert claims.principal[claims.is_active].tolist() == [2.0]
    assert value(world, "venture_cash") == 98.0


@pytest.mark.parametrize(
    ("stage", "changes"), [(Stage.RESEARCH, {}), (Stage.PILOT, {"switches__finance": False}), (Stage.SHELVED, {})]
)
def test_a_fund_pays_for_pilots_only_and_not_without_finance(stage: Stage, changes: dict[str, float]) -> None:
    world = with_pilot(stage, 2, **changes)
    assert not world.claims.is_active.any()
    assert world.actors.cash[7] == 100.0


def test_a_stake_is_sold_when_the_pilot_has_succeeded_or_years_have_passed() -> None:
    for stage, quarters, sold in ((Stage.PILOT, 1, 0.0), (Stage.INDUSTRIALISATION, 1, 1.0), (Stage.PILOT, 20, 1.0)):
        world = with_pilot(Stage.PILOT, 2)
        with world.writable(EVERYTHING):
            world.projects.stage[0] = int(stage)
            world.claims.principal[0] = 0.9  # the rest of world pays a hundredth of its cash at most
        world.quarter += quarters
        cash = float(world.actors.cash[7])
        invested(world, finance__venture_share=0.0)
        assert world.actors.cash[7] - cash == pytest.approx(0.9 * sold)
        assert value(world, "n_stakes_sold") == sold
        assert value(world, "venture_returned") == 0.9 * sold
        assert world.claims.creditor[0] == (5 if sold else 7)
