"""Ties, learning, search, the chain leader, platforms and talent, with numbers worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rule import Rule
from abm.rules.absorption import renew_absorption
from abm.rules.chain_leader import lead_chains
from abm.rules.learning import learn_along_ties, learn_sideways
from abm.rules.platform_services import run_platforms
from abm.rules.platforms import close_platforms, open_platforms
from abm.rules.proposals import propose_pairs
from abm.rules.search import ORIGIN_OF_WAY, search_partners
from abm.rules.supply_ties import find_suppliers
from abm.rules.talent import move_talent
from abm.rules.tie_endings import end_research_ties, end_supply_ties
from abm.rules.training import train_people
from abm.state import ties as tie_book
from abm.state.codes import (
    Event,
    Instrument,
    Kind,
    Layer,
    Mode,
    Origin,
    Purpose,
    Route,
    Service,
    Stage,
    TieOrigin,
)
from abm.state.ledger import ledger_residual
from abm.state.structure import Structure, cosine, leontief_inverse
from abm.state.world import TABLES, World

RULES = (
    lead_chains, propose_pairs, open_platforms, run_platforms, close_platforms, move_talent, train_people,
    search_partners, find_suppliers, end_research_ties, end_supply_ties, renew_absorption, learn_along_ties,
    learn_sideways,
)  # fmt: skip
CORE, SME, RIVAL, SUPPLIER, UNIVERSITY, GOVERNMENT, BANK, HOUSEHOLDS, REST, MARKET, NEUTRAL = range(11)
KINDS = (
    [Kind.FIRM] * 4
    + [Kind.UNIVERSITY, Kind.GOVERNMENT, Kind.BANK, Kind.HOUSEHOLDS, Kind.REST_OF_WORLD, Kind.MARKET, Kind.NEUTRAL]
)  # fmt: skip
PARTS, MACHINES = 0, 1


def structure() -> Structure:
    """Parts go into machines; both use field 0, only machines field 1; the chain's final product is machines."""
    zeros = np.zeros(2)
    weight, inputs = np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([[0.0, 0.4], [0.0, 0.0]])
    return Structure(
        field_names=("forming", "control"), sector_names=("parts", "machines"), chain_names=("machines",),
        region_names=("home",), frontier_growth=zeros, embargo=zeros, green=zeros, weight=weight, inputs=inputs,
        leontief=leontief_inverse(inputs), kinship=cosine(weight), final_demand=np.array([[0.0, 1.0]]),
        position=np.array([0, 2]), technology_class=np.array([1, 2]), labour_share=np.full(2, 0.3),
        energy_share=zeros, capital_ratio=np.full(2, 2.0), household_share=zeros, equipment_share=zeros,
        adoption_share=zeros, export_base=np.zeros((1, 2)), traditional_share=zeros,
        import_share=zeros, can_sleep=np.zeros(2, np.bool_),
        openness=zeros,
    )  # fmt: skip


def small_world(**columns: Any) -> World:
    """A core firm, an SME and a rival that make machines, a supplier of parts, a university; nobody is tied.

    Keywords set columns of the first five actors.
    """
    world = World(structure(), seed=1, n_actors=len(KINDS) + 5)
    with world.writable([f"{name}.*" for name in TABLES]):
        a, rows, five = world.actors, slice(0, len(KINDS)), slice(0, 5)
        a.is_active[rows] = True
        a.kind[rows] = [int(kind) for kind in KINDS]
        a.uid[rows] = [make_uid("actor", slot) for slot in range(len(KINDS))]
        a.region[rows] = [0] * 8 + [-1] * 3
        a.sector[:4] = (MACHINES, MACHINES, MACHINES, PARTS)
        a.is_core[CORE] = True
        a.cash[rows] = 100.0
        a.sales[:4] = (200.0, 20.0, 20.0, 20.0)
        a.expected_orders[:4] = a.sales[:4]
        a.equipment[:4] = 4.0 * a.sales[:4]
        a.price[:4] = 1.0
        a.quality[:4] = 0.5
        a.staff[:4] = 100.0
        a.talent[five] = 10.0
        a.mode[five] = int(Mode.JOINT)
        a.absorption[five] = 0.5
        a.openness[UNIVERSITY] = 1.0
        a.capability[five] = [[0.6, 0.6], [0.4, 0.2], [0.4, 0.2], [0.4, 0.0], [0.8, 0.8]]
        for name, value in columns.items():
            getattr(a, name)[five] = value
        world.ledger.stock[five, int(Origin.ENDOWMENT), int(Route.OWN)] = a.capability[five].sum(axis=1)
        world.regions.household_slot[:] = HOUSEHOLDS
        world.regions.government_slot[:] = GOVERNMENT
        world.regions.wage[:] = 0.035
        world.regions.talent_wage[:] = 0.08
        world.regions.labour_force[:] = 600.0
        world.regions.talent_pool[:] = 4.0
        world.regions.pool_capability[:] = 0.9
        world.regions.pool_origin[:, int(Origin.ENDOWMENT)] = 1.0
        world.regions.budget[:] = 5.0
    world.rest_of_world, world.market, world.neutral = REST, MARKET, NEUTRAL
    world.total_cash = float(world.actors.cash.sum())
    world.quarter = 40
    return world


def tie(world: World, source: int, target: int, layer: Layer, origin: TieOrigin, **columns: Any) -> int:
    """Open one tie of weight 1 and trust one half."""
    world.ensure_free("ties", 8)
    with world.writable(tie_book.WRITES):
        row = tie_book.open_ties(world, np.array([source]), np.array([target]), layer, origin, weight=1.0, trust=0.5)[0]
        for name, value in columns.items():
            getattr(world.ties, name)[row] = value
    return int(row)


def apply(rule: Rule, world: World, changes: dict[str, Any] | None = None) -> None:
    """Apply a rule once with parameters changed."""
    rule(world, Parameters().with_changes(changes or {}), Draws(world.seed, world.quarter))


def snapshot(world: World) -> dict[str, Any]:
    """Copy every column."""
    return {
        f"{name}.{column}": values.copy() for name in TABLES for column, values in world.table(name).arrays().items()
    }


# ------------------------------------------------------------------------------------------------------- learning

LEARNING = {
    "learning.best_distance": 0.5, "learning.distance_width": 1.0, "learning.protection": 0.0,
    "learning.research_rate": 0.2, "learning.supply_rate": 0.1, "learning.upstream_rate": 0.0,
    "learning.teaching": 2.0, "learning.dilution": 0.5,
}  # fmt: skip


def heard(first: list[float], second: list[float]) -> float:
    """Work out what two profiles understand of each other, for `LEARNING`."""
    product = sum(a * b for a, b in zip(first, second, strict=True))
    squares = sum(a * a for a in first + second)
    distance = math.sqrt(1.0 - 2.0 * product / squares)
    return math.exp(-((distance - 0.5) ** 2))


def test_a_partner_in_research_closes_part_of_the_gap() -> None:
    world = small_world()
    tie(world, SME, UNIVERSITY, Layer.RESEARCH, TieOrigin.PLATFORM)
    apply(learn_along_ties, world, LEARNING)
    share = 0.5 * (1.0 - math.exp(-0.2 * heard([0.4, 0.2], [0.8, 0.8])))
    assert world.actors.capability[SME] == pytest.approx([0.4 + share * 0.4, 0.2 + share * 0.6])
    assert world.actors.capability[UNIVERSITY].tolist() == [0.8, 0.8]
    booked = world.ledger.gain[SME]
    assert booked[int(Origin.ENDOWMENT), int(Route.PLATFORM)] == pytest.approx(share)
    assert booked.sum() == pytest.approx(share)
    assert world.actors.year_gain[SME] == pytest.approx(share * (0.5 * 0.4 + 0.5 * 0.6))
    assert ledger_residual(world) < 1e-12


def test_a_core_buyer_teaches_its_supplier_more_than_neutral_under_the_bundle_only() -> None:
    share = {}
    for is_on in (True, False):
        world = small_world()
        tie(world, SUPPLIER, CORE, Layer.SUPPLY, TieOrigin.PROPOSAL)
        apply(learn_along_ties, world, LEARNING | {"switches.supporting_chain": is_on})
        share[is_on] = (world.actors.capability[SUPPLIER, 0] - 0.4) / 0.2
        assert world.actors.capability[SUPPLIER, 1] == 0.0  # parts do not use field 1
        booked = world.ledger.gain[SUPPLIER].sum(axis=0)
        pace = 0.1 * heard([0.4, 0.0], [0.6, 0.6])
        neutral = 0.5 * (1.0 - math.exp(-pace))
        excess = 0.5 * (1.0 - math.exp(-2.0 * pace)) - neutral if is_on else 0.0
        assert booked[int(Route.PROPOSAL)] == pytest.approx(0.2 * neutral)
        assert booked[int(Route.ORDER)] == pytest.approx(0.2 * excess)
    assert share[True] > share[False] > 0.0


def test_imitators_learn_faster_and_the_excess_is_imitation() -> None:
    world = small_world()
    with world.writable(("actors.mode",)):
        world.actors.mode[SME] = int(Mode.IMITATE)
    tie(world, SME, UNIVERSITY, Layer.RESEARCH, TieOrigin.ACQUAINTANCE)
    apply(learn_along_ties, world, LEARNING | {"learning.imitation_boost": 1.0})
    pace = 0.2 * heard([0.4, 0.2], [0.8, 0.8])
    booked = world.ledger.gain[SME, :, int(Route.ACQUAINTANCE)]
    assert booked[int(Origin.ENDOWMENT)] == pytest.approx(0.5 * (1.0 - math.exp(-pace)))
    assert booked[int(Origin.IMITATION)] == pytest.approx(0.5 * (math.exp(-pace) - math.exp(-2.0 * pace)))


def test_nobody_overshoots_the_best_teacher() -> None:
    world = small_world(absorption=1.0)
    for partner in (CORE, RIVAL, UNIVERSITY):
        tie(world, SME, partner, Layer.RESEARCH, TieOrigin.ACQUAINTANCE)
    changes = {"learning.research_rate": 1.0, "learning.dilution": 0.0, "learning.trust_effect": 2.0}
    for _ in range(20):
        apply(learn_along_ties, world, LEARNING | changes | {"learning.protection": 0.0})
    assert world.actors.capability.max() <= 0.8 + 1e-12
    assert ledger_residual(world) < 1e-12


def test_rivals_learn_sideways() -> None:
    world = small_world(capability=[[0.4, 0.4], [0.4, 0.2], [0.8, 0.8], [0.4, 0.0], [0.9, 0.9]])
    changes = LEARNING | {"learning.sideways_rate": 0.5, "learning.n_rivals": 5}
    for _ in range(10):
        apply(learn_sideways, world, changes)
    booked = world.ledger.total_gain[:5].sum(axis=1)
    assert booked[SME, int(Route.SIDEWAYS)] > 0.1
    assert booked[RIVAL].sum() == booked[SUPPLIER].sum() == booked[UNIVERSITY].sum() == 0.0
    assert world.actors.capability[SME].max() <= 0.8


# ----------------------------------------------------------------------------------------------------------- ties

EAGER = {
    "search.probability": 1.0, "search.university_share": 1.0, "search.random_share": 1.0, "search.noise": 0.0,
    "search.reservation": -2.0, "search.client_share": 1.0,
}  # fmt: skip


def test_both_must_want_a_research_tie() -> None:
    world = small_world()
    apply(search_partners, world, EAGER)
    made = world.ties.is_active
    assert 2 <= made.sum() <= 5
    assert set(world.ties.layer[made].tolist()) == {int(Layer.RESEARCH)}
    pairs = {frozenset(p) for p in zip(world.ties.source[made].tolist(), world.ties.target[made].tolist(), strict=True)}
    assert len(pairs) == made.sum()
    world = small_world(talent=0.0)
    for partner in (CORE, SME, RIVAL, SUPPLIER):
        for _ in range(3):
            tie(world, UNIVERSITY, partner, Layer.RESEARCH, TieOrigin.ACQUAINTANCE)
    before = world.ties.is_active.sum()
    apply(search_partners, world, EAGER | {"search.crowding_cost": 20.0, "search.capacity": 0.5})
    assert world.ties.is_active.sum() == before  # too many ties to keep up


def test_the_origin_of_a_research_tie_tells_how_partners_met() -> None:
    assert ORIGIN_OF_WAY.tolist() == [
        TieOrigin.ACQUAINTANCE, TieOrigin.ORDER, TieOrigin.PLATFORM, TieOrigin.ACQUAINTANCE, TieOrigin.ACQUAINTANCE,
    ]  # fmt: skip
    world = small_world()
    tie(world, SUPPLIER, CORE, Layer.SUPPLY, TieOrigin.ORDER)
    apply(search_partners, world, EAGER | {"search.university_share": 0.0, "search.random_share": 0.0})
    row = np.flatnonzero(world.ties.is_active & (world.ties.layer == int(Layer.RESEARCH)))
    assert world.ties.origin[row].tolist() == [int(TieOrigin.ORDER)]
    assert world.ties.trust[row].tolist() == [0.5]


def test_partners_who_met_by_a_market_tie_owe_nothing_to_an_order() -> None:
    world = small_world()
    tie(world, SUPPLIER, CORE, Layer.SUPPLY, TieOrigin.ACQUAINTANCE)
    apply(search_partners, world, EAGER | {"search.university_share": 0.0, "search.random_share": 0.0})
    row = np.flatnonzero(world.ties.is_active & (world.ties.layer == int(Layer.RESEARCH)))
    assert world.ties.origin[row].tolist() == [int(TieOrigin.ACQUAINTANCE)]


REVIEW = {
    "search.review_probability": 1.0, "search.newcomer_share": 1.0, "search.review_size": 0.0,
    "market.weak_links": False,
}  # fmt: skip
"""Every buyer reviews its one input, hears of anybody, and has no choice of imports."""


def test_without_the_bundle_no_supply_tie_is_born_of_an_order() -> None:
    world = small_world()
    apply(find_suppliers, world, REVIEW | {"switches.supporting_chain": False})
    ties = world.ties
    assert set(ties.origin[ties.is_active].tolist()) == {int(TieOrigin.ACQUAINTANCE)}


def test_a_buyer_orders_a_step_of_its_input_and_never_more_than_the_cap() -> None:
    world = small_world()
    apply(find_suppliers, world, REVIEW)
    ties = world.ties
    assert sorted(ties.target[ties.is_active].tolist()) == [CORE, SME, RIVAL]
    assert set(ties.source[ties.is_active].tolist()) == {SUPPLIER}
    assert ties.weight[ties.is_active].tolist() == [0.2, 0.2, 0.2]
    is_core = world.actors.is_core[ties.target[ties.is_active]]
    assert is_core.sum() == 1
    assert ((ties.origin[ties.is_active] == int(TieOrigin.ORDER)) == is_core).all()
    for _ in range(6):
        world.quarter += 1
        apply(find_suppliers, world, REVIEW)
    assert ties.weight[ties.is_active] == pytest.approx([0.8, 0.8, 0.8])


def test_imports_are_ordered_by_choice_within_the_same_cap() -> None:
    world = small_world()
    with world.writable(("regions.import_appeal",)):
        world.regions.import_appeal[:] = 5.0
    for _ in range(6):
        world.quarter += 1
        apply(find_suppliers, world, REVIEW | {"market.weak_links": True})
    assert not world.ties.is_active.any()
    orders = world.actors.import_order[[CORE, SME, RIVAL]]
    assert orders.sum(axis=1) == pytest.approx([0.8, 0.8, 0.8])
    apply(find_suppliers, world, REVIEW)
    assert world.actors.import_order[[CORE, SME, RIVAL]].sum(axis=1) == pytest.approx([0.6, 0.6, 0.6])
    assert world.ties.weight[world.ties.is_active] == pytest.approx([0.2, 0.2, 0.2])


def test_a_full_supplier_takes_nobody() -> None:
    world = small_world()
    with world.writable(("actors.expected_orders",)):
        world.actors.expected_orders[SUPPLIER] = 80.0 / 2.0 + 0.01
    apply(find_suppliers, world, REVIEW)
    assert not world.ties.is_active.any()


def test_research_ties_live_eight_quarters_at_the_baseline() -> None:
    world = small_world()
    row = tie(world, SME, UNIVERSITY, Layer.RESEARCH, TieOrigin.ACQUAINTANCE, trust=0.35)
    lives = []
    for _ in range(400):
        life = 0
        while world.ties.is_active[row]:
            world.quarter += 1
            life += 1
            apply(end_research_ties, world, {"search.research_hazard": 0.125})
        lives.append(life)
        with world.writable(("ties.is_active",)):
            world.ties.is_active[row] = True
    assert np.mean(lives) == pytest.approx(8.0, abs=1.2)


def test_trust_follows_what_a_supplier_delivers_and_idleness_lets_it_fade() -> None:
    world = small_world()  # the supplier is as good as the mean of its sector: neutral
    used = tie(world, SUPPLIER, CORE, Layer.SUPPLY, TieOrigin.ORDER, used=39, trust=0.3)
    idle = tie(world, SUPPLIER, SME, Layer.SUPPLY, TieOrigin.ORDER, used=30, trust=0.55)
    apply(
        end_supply_ties, world,
        {"search.supply_hazard": 0.0, "search.use_trust": 0.1, "search.trust_decay": 0.1},
    )  # fmt: skip
    assert world.ties.trust[used] == pytest.approx(0.32)
    assert world.ties.trust[idle] == pytest.approx(0.53)


# --------------------------------------------------------------------------------------------------- chain leader


def with_a_need(world: World) -> World:
    """Open a need of the chain for field 0 in parts, and a larger one for field 1 in machines."""
    with world.writable(("needs.*",)):
        world.needs.is_open[0, 0] = [[True, False], [False, True]]
        world.needs.exposure[0, 0] = [[4.0, 0.0], [0.0, 10.0]]
        world.needs.gap[0] = 0.4
        world.needs.opened[0] = 40
    return world


def test_the_leader_publishes_and_pays() -> None:
    world = with_a_need(small_world())
    apply(lead_chains, world, {"chain_leader.n_published": 1})
    assert world.needs.is_published[0, 0].tolist() == [[False, False], [False, True]]
    assert world.regions.budget[0, int(Instrument.CHAIN_OFFICE)] == pytest.approx(4.5)
    assert world.volumes.amount[int(Purpose.CHAIN_OFFICE), 0] == pytest.approx(0.5)
    assert int(Event.NEED_PUBLISHED) in world.events.columns()["kind"]


def test_the_leader_drops_links_that_stay_bad() -> None:
    """Bad are research ties that no project used for long, and suppliers worse than their rivals."""
    world = with_a_need(small_world())
    with world.writable(("actors.quality",)):
        world.actors.quality[[CORE, SME, RIVAL]] = 0.6, 0.3, 0.6
    idle = tie(world, SME, UNIVERSITY, Layer.RESEARCH, TieOrigin.CALL, used=33, trust=0.3)
    recent = tie(world, RIVAL, UNIVERSITY, Layer.RESEARCH, TieOrigin.CALL, used=34, trust=0.3)
    poor = tie(world, SME, CORE, Layer.SUPPLY, TieOrigin.ORDER, trust=0.1)
    good = tie(world, RIVAL, CORE, Layer.SUPPLY, TieOrigin.ORDER, trust=0.1)
    trusted = tie(world, SME, RIVAL, Layer.SUPPLY, TieOrigin.ORDER, trust=0.25)
    apply(lead_chains, world, {"chain_leader.prune_supply": 0.2})
    assert world.ties.is_active[[idle, recent, poor, good, trusted]].tolist() == [False, True, False, True, True]


def test_without_money_there_is_no_leader() -> None:
    world = with_a_need(small_world())
    with world.writable(("regions.budget",)):
        world.regions.budget[:] = 0.0
    apply(lead_chains, world)
    apply(propose_pairs, world)
    assert not world.needs.is_published.any()
    assert not world.ties.is_active.any()


def test_a_proposal_makes_a_tie_only_if_both_want_it() -> None:
    agreed = {}
    for reservation in (-3.0, 5.0):
        world = with_a_need(small_world())
        apply(lead_chains, world)
        apply(propose_pairs, world, {"search.reservation": reservation})
        events = world.events.columns()
        proposals = events["kind"] == int(Event.PROPOSAL)
        assert proposals.any()
        assert (events["kind"][events["cause_id"][proposals]] == int(Event.NEED_PUBLISHED)).all()
        research = world.ties.is_active & (world.ties.layer == int(Layer.RESEARCH))
        assert set(world.ties.origin[research].tolist()) <= {int(TieOrigin.PROPOSAL)}
        agreed[reservation] = int(research.sum())
        assert world.regions.budget.min() >= 0.0
        assert (world.actors.research_income > 0.0).any() == (reservation < 0.0)
    assert agreed[-3.0] > 0 == agreed[5.0]


# ------------------------------------------------------------------------------------------------------ platforms

READY = {
    "platforms.open_quarter": 0, "platforms.open_probability": 1.0, "platforms.review": 1.0,
    "platforms.prospect": 0.0, "platforms.running_cost": 0.0004,
}  # fmt: skip


def opened(**changes: Any) -> World:
    """Return a small world in which one platform has just opened."""
    world = small_world()
    apply(open_platforms, world, READY | changes)
    return world


def test_a_platform_opens_with_public_money_and_banks() -> None:
    world = opened()
    slot = int(world.platforms.actor[0])
    assert world.actors.kind[slot] == int(Kind.PLATFORM)
    start = 4.0 * 0.0004 * 260.0
    assert world.actors.cash[slot] == pytest.approx(start)
    assert world.regions.budget[0, int(Instrument.PLATFORM)] == pytest.approx(5.0 - start)
    assert world.platforms.fit[0].sum() == pytest.approx(1.0)
    assert world.ties.target[world.ties.is_active].tolist() == [BANK]
    assert world.platforms.has_service[0].all()
    without = opened(**{"platforms.has_pilots": False})
    assert not without.platforms.has_service[0, int(Service.PILOT)]


def test_a_platform_nobody_would_pay_for_does_not_open() -> None:
    for prospect, number in ((4.0, 1), (6.0, 0)):
        changes = READY | {"platforms.prospect": prospect, "platforms.value": 0.1, "platforms.taste_spread": 0.0}
        world = small_world()
        apply(open_platforms, world, changes)
        assert world.platforms.is_active.sum() == number  # all four firms would pay 0.002 of 260, cost is 0.104


def test_firms_join_where_the_benefit_exceeds_the_fee_and_leave_where_it_does_not() -> None:
    world = opened()
    apply(run_platforms, world, READY | {"platforms.value": 0.2, "platforms.taste_spread": 0.0})
    assert world.platforms.n_members[0] == 5
    fees = 0.002 * 260.0
    assert world.platforms.income[0] == pytest.approx(fees)
    assert (world.actors.service[:5, int(Service.MATCHING)] > 0.0).all()
    assert world.actors.service[5:].max() == 0.0
    world.quarter += 1
    apply(run_platforms, world, READY | {"platforms.value": 0.0})
    assert world.platforms.n_members[0] == 1  # the university stays
    assert world.actors.service[:4].max() == 0.0


def test_who_uses_more_services_gets_more_of_them() -> None:
    """With fit 1, every level 0.15, value 0.08 and fee 0.002, one service used gives 0.002, so it takes two."""
    for mode, n_members in ((Mode.NONE, 0), (Mode.IMITATE, 4)):
        world = opened()
        with world.writable(("actors.mode", "platforms.fit", "actors.openness")):
            world.actors.mode[:4] = int(mode)
            world.actors.openness[UNIVERSITY] = 0.0
            world.platforms.fit[0] = 0.5
        asked = {"platforms.taste_spread": 0.0, "platforms.value": 0.0799, "platforms.university_effort": 1.0}
        apply(run_platforms, world, READY | asked)
        assert world.platforms.n_members[0] == n_members


def test_a_university_leaves_a_platform_that_gives_too_little() -> None:
    """Closed by half, it asks for half the effort; it gets facilities 0.4 + 0.6 x 0.5 and matching 1 of quality."""
    for effort, n_universities in ((0.06, 1), (0.3, 0)):
        world = opened()
        with world.writable(("actors.openness",)):
            world.actors.openness[UNIVERSITY] = 0.5
        apply(run_platforms, world, READY | {"platforms.value": 0.0, "platforms.taste_spread": 0.0})
        assert world.platforms.n_members[0] == 1
        world.quarter += 1
        changes = {"platforms.value": 0.0, "platforms.taste_spread": 0.0, "platforms.university_effort": effort}
        apply(run_platforms, world, READY | changes)
        assert world.platforms.n_members[0] == n_universities


def test_members_move_to_a_better_platform_unless_moving_costs_more() -> None:
    """Training of quality 0.9 against 0.15 is worth 0.05 (0.9 - 0.15) / 6 = 0.00625 of sales more, times fit."""
    for switch_cost, moved in ((0.001, True), (0.01, False)):
        world = opened()
        stay = READY | {
            "platforms.value": 0.05, "platforms.fee": 0.0005, "platforms.taste_spread": 0.0,
            "platforms.switch_cost": switch_cost,
        }  # fmt: skip
        with world.writable(("actors.mode",)):
            world.actors.mode[:4] = int(Mode.NONE)
        apply(run_platforms, world, stay)
        world.quarter += 1
        with world.writable(("regions.budget",)):
            world.regions.budget[0, int(Instrument.PLATFORM)] = 5.0
        apply(open_platforms, world, READY)
        with world.writable(("platforms.quality", "platforms.load", "platforms.fit")):
            world.platforms.load[0] = 0.0
            world.platforms.quality[1] = 0.9
            world.platforms.fit[1] = world.platforms.fit[0]
        apply(run_platforms, world, stay)
        assert world.platforms.n_members[:2].tolist() == ([0, 5] if moved else [4, 1])  # the university uses two
        events = world.events.columns()
        assert (events["kind"] == int(Event.MEMBER_LEFT)).sum() == (5 if moved else 1)


def test_core_members_pay_before_government_and_carried_losses_need_no_patience() -> None:
    """The cost is 0.104 and two of them are wanted; the core firm's sales are 200, fees are 0.002 x 260 = 0.52."""
    for sponsoring, quarters in ((0.02, 0), (0.0, 1)):
        world = opened()
        slot, government = int(world.platforms.actor[0]), float(world.actors.cash[GOVERNMENT])
        with world.writable(("actors.cash",)):
            world.actors.cash[slot] = 0.0
        changes = {"platforms.value": 0.2, "platforms.fee": 0.00001, "platforms.sponsoring": sponsoring}
        apply(run_platforms, world, READY | changes | {"platforms.taste_spread": 0.0})
        assert world.platforms.loss_quarters[0] == quarters
        assert (world.actors.cash[GOVERNMENT] < government) == (quarters == 1)
        assert world.platforms.support[0] == pytest.approx(2.0 * 0.104 - 0.00001 * 260.0)


def test_service_is_quality_over_load_and_pilots_need_slots() -> None:
    world = opened()
    with world.writable(("projects.*",)):
        projects = world.projects
        projects.is_active[:4], projects.stage[:4] = True, int(Stage.PILOT)
        projects.member[:4, 0], projects.n_members[:4] = range(4), 1
    changes = READY | {
        "platforms.value": 0.2, "platforms.taste_spread": 0.0, "platforms.build": 0.0, "platforms.decay": 0.0,
        "platforms.pilot_slots": 2.0, "platforms.slots": 10.0,
    }  # fmt: skip
    apply(run_platforms, world, changes)
    fit = world.platforms.fit[0]
    machines = float(np.array([0.5, 0.5]) @ fit / np.sqrt(0.5 * (fit @ fit)))
    received = world.actors.service[SME]
    assert received[int(Service.PILOT)] == pytest.approx(0.15 / (1.0 + 4.0 / 2.0) * machines)
    assert received[int(Service.TRAINING)] == pytest.approx(0.15 / (1.0 + 4.0 / 10.0) * machines)
    assert received[int(Service.VENTURE)] == pytest.approx(0.15 * machines)


def test_losses_end_patience_and_the_platform() -> None:
    world = opened()
    apply(run_platforms, world, READY | {"platforms.value": 0.2})
    with world.writable(("platforms.loss_quarters",)):
        world.platforms.loss_quarters[0] = 13
    slot, total = int(world.platforms.actor[0]), world.actors.cash.sum()
    apply(close_platforms, world)
    assert not world.platforms.is_active.any()
    assert not world.actors.is_active[slot]
    assert world.actors.service.max() == 0.0
    assert not world.ties.is_active.any()
    assert world.actors.cash.sum() == pytest.approx(total)
    assert (world.events.columns()["kind"] == int(Event.PLATFORM_CLOSED)).sum() == 1


def test_switching_platforms_off_closes_them() -> None:
    world = opened()
    apply(run_platforms, world, READY | {"platforms.value": 0.2})
    apply(close_platforms, world, {"switches.platform": False})
    assert not world.platforms.is_active.any()
    assert world.actors.service.max() == 0.0


# --------------------------------------------------------------------------------------------------------- talent


def test_people_leave_smes_more_easily_and_bring_what_they_know() -> None:
    world = small_world()
    before = world.actors.talent[:5].sum() + 4.0
    calm = {
        "talent.graduate_rate": 0.0, "talent.retirement": 0.0, "talent.leave_rate": 0.0, "talent.immigration": 0.0,
        "talent.engineer_share": 0.2, "talent.programme_appeal": 0.0,
    }  # fmt: skip
    apply(move_talent, world, calm)
    assert world.actors.talent[:5].sum() + world.regions.talent_pool[0] == pytest.approx(before)
    assert world.actors.talent[CORE] > world.actors.talent[SME]
    gains = world.ledger.gain[:5].sum(axis=1)
    assert gains[SME, int(Route.PEOPLE)] > 0.0
    assert gains.sum() == pytest.approx(gains[:, int(Route.PEOPLE)].sum())
    assert world.actors.capability[SUPPLIER, 1] == 0.0
    assert ledger_residual(world) < 1e-12


def test_the_talent_programme_pays_smes_for_people() -> None:
    world = small_world()
    changes = {"policy.access": 1.0, "talent.engineer_share": 0.2, "talent.programme_quarters": 4.0}
    apply(move_talent, world, changes)
    paid = 5.0 - world.regions.budget[0, int(Instrument.TALENT)]
    assert paid > 0.0
    assert world.volumes.amount[int(Purpose.TALENT_PROGRAMME), 0] == pytest.approx(paid)
    assert world.actors.cash[CORE] == 100.0 < world.actors.cash[SME]


def test_training_reaches_the_displaced_first_and_then_staff() -> None:
    world = small_world()
    with world.writable(("regions.displaced", "regions.budget", "actors.is_reached")):
        world.regions.displaced[0] = 30.0
        world.regions.budget[0, int(Instrument.TRAINING)] = 0.5  # 50 places
        world.actors.is_reached[:] = world.actors.is_core
    changes = {"talent.reemployment": 0.0, "talent.skill_wear": 0.0, "talent.training_cost": 0.01}
    apply(train_people, world, changes)
    assert world.regions.displaced[0] == pytest.approx(0.0)
    assert world.actors.skill[CORE] == pytest.approx(20.0 / 100.0)
    assert world.actors.skill[SME] == 0.0
    assert world.regions.budget[0, int(Instrument.TRAINING)] == pytest.approx(0.0)


def test_absorption_rises_with_own_research_and_talent() -> None:
    world = small_world(knowledge_stock=10.0, research_spending=1.0)
    before = world.actors.absorption.copy()
    apply(renew_absorption, world, {"learning.stock_depreciation": 0.0})
    stock, people = 11.0 / (11.0 + 0.08 * 80.0), (10 / 110) / (10 / 110 + 0.15)
    assert world.actors.knowledge_stock[SME] == 11.0
    assert world.actors.absorption[SME] == pytest.approx(0.25 + 0.75 * 0.5 * (stock + people))
    assert world.actors.absorption[UNIVERSITY] == before[UNIVERSITY]


# ------------------------------------------------------------------------------------------------------ contracts


def busy_world() -> World:
    """Return a world in which every rule here has something to do."""
    world = with_a_need(opened())
    apply(run_platforms, world, READY | {"platforms.value": 0.2})
    tie(world, SUPPLIER, CORE, Layer.SUPPLY, TieOrigin.ORDER, used=20)
    tie(world, SME, UNIVERSITY, Layer.RESEARCH, TieOrigin.ACQUAINTANCE, used=20)
    with world.writable(("needs.is_published", "platforms.loss_quarters", "actors.skill")):
        world.needs.is_published[0, 0, MACHINES, 1] = True
        world.platforms.loss_quarters[0] = 50
        world.actors.skill[:4] = 0.5
    return world


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_off_changes_nothing_and_on_changes_something(rule: Rule) -> None:
    for changes, is_off in ((dict(rule.off), True), ({}, False)):
        world = busy_world()
        before, count = snapshot(world), world.events.count
        on = READY | {"search.probability": 1.0, "search.reservation": -2.0, "search.review_probability": 1.0}
        apply(rule, world, on | changes)
        after = snapshot(world)
        changed = {name for name, values in before.items() if not np.array_equal(values, after[name][: len(values)])}
        assert (not changed and world.events.count == count) == is_off, (rule.name, changed)
        declared = set(rule.writes)
        tables = {name.partition(".")[0] for name in declared if name.endswith(".*")}
        assert all(name in declared or name.partition(".")[0] in tables for name in changed)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_works_without_firms_or_universities(rule: Rule) -> None:
    for empty in ((CORE, SME, RIVAL, SUPPLIER), (UNIVERSITY,), (CORE, SME, RIVAL, SUPPLIER, UNIVERSITY, BANK)):
        world = small_world()
        with world.writable(("actors.*", "ledger.*")):
            cash = float(world.actors.cash[list(empty)].sum())
            world.actors.cash[HOUSEHOLDS] += cash
            world.actors.reset(list(empty))
            world.ledger.stock[list(empty)] = 0.0
        with_a_need(world)
        for _ in range(3):
            apply(rule, world, READY)
        assert world.actors.cash.sum() == pytest.approx(world.total_cash)
        for name, values in snapshot(world).items():
            assert np.isfinite(values).all(), name
        assert ledger_residual(world) < 1e-12


def relabelled(world: World, order: np.ndarray[Any, Any], tie_order: np.ndarray[Any, Any]) -> World:
    """Return a copy of a world whose actor and tie rows stand in another order; ``order[new]`` is the old row."""
    other = world.copy()
    new = np.empty_like(order)
    new[order] = np.arange(len(order))

    def moved(slots: Any) -> Any:
        return np.where(slots >= 0, new[np.maximum(slots, 0)], slots)

    with other.writable([f"{name}.*" for name in TABLES]):
        for name, rows in (("actors", order), ("ledger", order), ("ties", tie_order)):
            for column, values in world.table(name).arrays().items():
                getattr(other.table(name), column)[:] = values[rows]
        for table, column in (
            ("ties", "source"), ("ties", "target"), ("projects", "member"), ("claims", "creditor"),
            ("claims", "debtor"), ("platforms", "actor"), ("regions", "household_slot"), ("regions", "government_slot"),
        ):  # fmt: skip
            values = getattr(other.table(table), column)
            values[:] = moved(values)
    other.rest_of_world, other.market, other.neutral = (
        int(new[slot]) for slot in (world.rest_of_world, world.market, world.neutral)
    )
    return other


def by_identity(world: World) -> dict[str, Any]:
    """Return actors and ledger sorted by uid, and the set of ties with their columns."""
    rows = np.flatnonzero(world.actors.is_active)
    rows = rows[np.argsort(world.actors.uid[rows])]
    result = {
        f"{name}.{column}": values[rows]
        for name in ("actors", "ledger")
        for column, values in world.table(name).arrays().items()
        if column != "loan"
    }
    ties = world.ties
    result["ties"] = sorted(
        (int(ties.source_uid[t]), int(ties.target_uid[t]), int(ties.layer[t]), int(ties.origin[t]),
         round(float(ties.weight[t]), 9), round(float(ties.trust[t]), 9))
        for t in np.flatnonzero(ties.is_active)
    )  # fmt: skip
    return result


def crowded_world() -> World:
    """Return 60 firms and 6 universities with drawn capabilities, some of them tied, and one platform."""
    n_firms, n_universities = 60, 6
    kinds = [Kind.FIRM] * n_firms + [Kind.UNIVERSITY] * n_universities + KINDS[GOVERNMENT:]
    world = World(structure(), seed=3, n_actors=len(kinds) + 6)
    chance = np.random.default_rng(7)
    with world.writable([f"{name}.*" for name in TABLES]):
        a, rows = world.actors, slice(0, len(kinds))
        people = slice(0, n_firms + n_universities)
        a.is_active[rows] = True
        a.kind[rows] = [int(kind) for kind in kinds]
        a.uid[rows] = [make_uid("crowd", slot) for slot in range(len(kinds))]
        a.region[rows] = [0] * (len(kinds) - 3) + [-1] * 3
        a.sector[:n_firms] = np.arange(n_firms) % 2
        a.is_core[:n_firms:12] = True
        a.cash[rows] = 100.0
        a.sales[:n_firms] = chance.uniform(5.0, 100.0, n_firms)
        a.expected_orders[:n_firms] = a.sales[:n_firms]
        a.equipment[:n_firms] = 3.0 * a.sales[:n_firms]
        a.price[:n_firms] = 1.0
        a.quality[:n_firms] = chance.uniform(0.3, 0.7, n_firms)
        a.staff[:n_firms] = a.sales[:n_firms]
        a.talent[people] = chance.uniform(1.0, 20.0, n_firms + n_universities)
        a.mode[:n_firms] = chance.integers(0, 5, n_firms)
        a.absorption[people] = 0.5
        a.openness[n_firms : n_firms + n_universities] = 0.5
        a.capability[people] = chance.uniform(0.1, 0.9, (n_firms + n_universities, 2))
        a.level[:n_firms] = 0.2
        world.ledger.stock[people, int(Origin.ENDOWMENT), int(Route.OWN)] = a.capability[people].sum(axis=1)
        first = n_firms + n_universities
        world.regions.government_slot[:], world.regions.household_slot[:] = first, first + 2
        world.regions.wage[:], world.regions.talent_wage[:] = 0.035, 0.08
        world.regions.talent_pool[:] = 20.0
        world.regions.pool_capability[:] = 0.7
        world.regions.pool_origin[:, int(Origin.ENDOWMENT)] = 1.0
        world.regions.budget[:] = 20.0
    world.rest_of_world, world.market, world.neutral = first + 3, first + 4, first + 5
    world.total_cash = float(world.actors.cash.sum())
    world.quarter = 40
    return with_a_need(world)


def test_relabelling_rows_permutes_the_result() -> None:
    world = crowded_world()
    chance = np.random.default_rng(11)
    for quarter in range(41, 53):
        world.quarter = quarter
        for rule in RULES:
            for table, multiple in rule.needs_rows.items():
                world.ensure_free(table, int(multiple * world.actors.rows) + 8)
            other = relabelled(world, chance.permutation(world.actors.rows), chance.permutation(world.ties.rows))
            for each in (world, other):
                apply(rule, each, {"platforms.open_quarter": 0, "policy.patience": 3, "platforms.prospect": 0.5})
            first, second = by_identity(world), by_identity(other)
            assert first.pop("ties") == second.pop("ties"), rule.name
            for name, values in first.items():
                assert values == pytest.approx(second[name], rel=1e-9, abs=1e-12), (rule.name, name)
    assert world.ties.is_active.sum() > 60
    assert ledger_residual(world) < 1e-9
