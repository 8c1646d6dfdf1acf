"""Chance belongs to the decision: who else draws, and how often, changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import Rule, rule
from abm.rules.closure import close_firms
from abm.rules.competition import compete_for_shares
from abm.rules.entry import enter_firms
from abm.rules.search import search_partners
from abm.rules.strategy import choose_strategy
from abm.rules.structure_choice import choose_sectors
from abm.rules.supply_ties import find_suppliers
from abm.rules.tie_endings import end_research_ties
from abm.rules.training import train_people
from abm.schedule import DEFAULT, Schedule
from abm.simulation import Simulation
from abm.state.codes import Kind
from abm.state.world import World
from tests.contracts import worlds


def run(schedule: Schedule, quarters: int, seed: int = 7) -> World:
    simulation = Simulation("blank", seed=seed, schedule=schedule)
    for _ in range(quarters):
        simulation.step()
    return simulation.world


@rule(writes=(), source="assumption", off={})
def throw_dice(world: World, parameters: Parameters, draws: Draws) -> None:
    """Draw much and change nothing."""
    for uid in world.actors.uid[world.nodes()]:
        for ordinal in range(5):
            uniform(draws.key("dice"), uid, ordinal)


@pytest.mark.parametrize("place", ["advance frontier", "search partners", "trade"])
def test_a_rule_that_only_draws_changes_nothing(place: str) -> None:
    assert worlds.differences(run(DEFAULT, 10), run(DEFAULT.after(place, throw_dice), 10)) == []


def test_rules_that_do_not_matter_to_each_other_do_not_share_chance() -> None:
    """Shares, exits and moves do not depend on ties, and ties are drawn for in between."""
    bare: tuple[Rule, ...] = (compete_for_shares, choose_sectors, close_firms)
    full = (search_partners, compete_for_shares, find_suppliers, choose_sectors, train_people, close_firms)
    first, second = run(Schedule(bare), 12), run(Schedule(full), 12)
    firm = first.slots(Kind.FIRM)
    assert len(firm) < 50, "nobody left"
    assert np.array_equal(firm, second.slots(Kind.FIRM))
    for column in ("uid", "market_share", "sector", "born"):
        mine, theirs = getattr(first.actors, column)[firm], getattr(second.actors, column)[firm]
        assert np.array_equal(mine, theirs), column
    assert second.events.count > first.events.count, "no tie was made"


def test_a_rule_left_out_leaves_the_others_their_draws() -> None:
    """Without new projects firms still choose the same ways, the same ties end and the same people are reached."""
    simulation = Simulation("blank", seed=2)
    for _ in range(12):
        simulation.step()
    other = simulation.branch()
    other.schedule = DEFAULT.without("start projects")
    simulation.step()
    other.step()
    assert worlds.differences(simulation.world, other.world) != []
    for column in ("mode", "propensity", "research_intensity", "skill", "loan_request"):
        mine, theirs = getattr(simulation.world.actors, column), getattr(other.world.actors, column)
        assert np.array_equal(mine, theirs), column


def test_a_tie_ends_by_its_own_chance() -> None:
    """Taking other ties away, or adding some, leaves the end of a tie as it was."""
    world = run(Schedule((search_partners,)), 6)
    fewer = world.copy()
    rows = np.flatnonzero(world.ties.is_active & (world.ties.layer == 1))
    with fewer.writable(("ties.*",)):
        fewer.ties.is_active[rows[::2]] = False
    parameters, draws = Parameters().with_changes({"search.research_hazard": 0.5}), Draws(7, world.quarter)
    for each in (world, fewer):
        end_research_ties(each, parameters, draws)
    kept = rows[1::2]
    assert 0 < world.ties.is_active[kept].sum() < len(kept)
    assert np.array_equal(world.ties.is_active[kept], fewer.ties.is_active[kept])


def test_a_firm_chooses_by_its_own_chance() -> None:
    """Firms that leave do not change how the others choose."""
    world = run(Schedule((choose_strategy,)), 4)
    fewer = world.copy()
    gone = world.slots(Kind.FIRM)[::3]
    with fewer.writable(("actors.is_active",)):
        fewer.actors.is_active[gone] = False
    for quarter in (4, 5, 6, 7):
        for each in (world, fewer):
            each.quarter = quarter
            choose_strategy(each, Parameters(), Draws(7, quarter))
    stayed = fewer.slots(Kind.FIRM)
    assert np.array_equal(world.actors.mode[stayed], fewer.actors.mode[stayed])


def test_entrants_of_one_market_do_not_change_those_of_another() -> None:
    """More orders for parts bring more makers of parts; who comes to make machines stays who he was."""
    parameters = Parameters().with_changes(
        {"turnover.entry_rate": 0.3, "turnover.order_led": 5.0, "turnover.entrant_size": 0.1}
    )
    entrants = []
    for orders in (0.02, 0.2):
        world = run(DEFAULT, 20)
        world.ensure_free("actors", 300)
        with world.writable(("regions.wanted_local",)):
            world.regions.wanted_local[0] = world.regions.demand[0] * (orders, 0.1)
        first = world.events.count
        enter_firms(world, parameters, Draws(7, world.quarter))
        uid = world.events.columns()["uid"][first:]
        slot = np.flatnonzero(np.isin(world.actors.uid, uid))
        entrants.append({(int(world.actors.uid[i]), int(world.actors.sector[i])) for i in slot})
    few, many = entrants
    assert len(few) < len(many)
    assert few <= many
    assert {uid for uid, s in few if s == 1} == {uid for uid, s in many if s == 1} != set()


def test_keys_tell_decisions_quarters_and_seeds_apart() -> None:
    keys = {int(Draws(seed, quarter).key(name)) for seed in (1, 2) for quarter in (1, 2) for name in ("a", "b")}
    assert len(keys) == 8
    assert Draws(1, 2).key("a") == Draws(1, 2).key("a")
