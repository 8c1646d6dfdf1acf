"""Strategy, budgets, projects, the shelf, introduction and calls, with numbers worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from abm.kernels_calls import common_fields
from abm.kernels_lessons import lessons, move_trust
from abm.kernels_outcomes import result_level
from abm.kernels_starts import choose_fields
from abm.parameters import SPECIFICATIONS, Parameters
from abm.randomness import Draws, make_uid
from abm.rule import Rule
from abm.rules.budget import plan_research
from abm.rules.calls import run_calls
from abm.rules.innovation_outcome import finish_stages
from abm.rules.innovation_payment import pay_for_projects
from abm.rules.innovation_shelf import take_up_results
from abm.rules.innovation_start import start_projects
from abm.rules.introduction import introduce_technology
from abm.rules.policy import support_firms
from abm.rules.strategy import choose_strategy
from abm.state.accounts import money_residual
from abm.state.codes import (
    Event,
    Instrument,
    Kind,
    Layer,
    Mode,
    Origin,
    ProjectKind,
    Purpose,
    Route,
    Service,
    Stage,
    TieOrigin,
)
from abm.state.ledger import ledger_residual
from abm.state.projects import open_projects
from abm.state.structure import Structure, cosine, leontief_inverse
from abm.state.world import TABLES, World

RULES = (
    choose_strategy, plan_research, run_calls, introduce_technology, start_projects, pay_for_projects, finish_stages,
    take_up_results,
)  # fmt: skip
FIRMS = (0, 1, 2)
UNIVERSITY, GOVERNMENT, HOUSEHOLDS, REST = 3, 4, 5, 6
KINDS = [Kind.FIRM] * 3 + [
    Kind.UNIVERSITY, Kind.GOVERNMENT, Kind.HOUSEHOLDS, Kind.REST_OF_WORLD, Kind.MARKET, Kind.NEUTRAL,
]  # fmt: skip


def structure() -> Structure:
    """Two sectors, each the end of a chain, that share two fields."""
    zeros = np.zeros(2)
    weight, inputs = np.full((2, 2), 0.5), np.zeros((2, 2))
    return Structure(
        field_names=("control", "optics"), sector_names=("tools", "meters"), chain_names=("tools", "meters"),
        region_names=("home",), frontier_growth=zeros, embargo=np.array([0.0, 1.0]), green=zeros,
        weight=weight, inputs=inputs,
        leontief=leontief_inverse(inputs), kinship=cosine(weight), final_demand=np.eye(2),
        position=np.array([2, 2]), technology_class=np.array([1, 2]), labour_share=np.full(2, 0.3),
        energy_share=zeros, capital_ratio=np.ones(2), household_share=zeros, equipment_share=zeros,
        adoption_share=zeros, export_base=np.zeros((1, 2)), traditional_share=zeros,
        import_share=zeros, can_sleep=np.zeros(2, np.bool_),
        openness=zeros,
    )  # fmt: skip


def small_world(**columns: Any) -> World:
    """Three firms of 50 million yuan a quarter at 0.4 of the frontier and a university at 0.8, all tied for research.

    Keywords set columns of actors for the first four slots.
    """
    world = World(structure(), seed=1, n_actors=len(KINDS))
    with world.writable([f"{name}.*" for name in TABLES]):
        a, ties = world.actors, world.ties
        a.is_active[:] = True
        a.kind[:] = [int(kind) for kind in KINDS]
        a.uid[:] = [make_uid("actor", slot) for slot in range(len(KINDS))]
        a.region[:] = [0, 0, 0, 0, 0, 0, -1, -1, -1]
        a.sector[:3] = (0, 1, 0)
        a.cash[:] = 100.0
        a.cash[REST] = 1e4
        a.expected_orders[:3] = 50.0
        a.margin[:3] = 0.08
        a.absorption[:4] = 0.5
        a.management_fit[:3] = 0.5
        a.equipment_level[:3] = 1.0
        a.orientation[UNIVERSITY] = 0.5
        a.capability[:3] = 0.4
        a.capability[UNIVERSITY] = 0.8
        for name, value in columns.items():
            getattr(a, name)[:4] = value
        world.ledger.stock[:4, int(Origin.ENDOWMENT), int(Route.OWN)] = a.capability[:4].sum(axis=1)
        world.regions.household_slot[:] = HOUSEHOLDS
        world.regions.government_slot[:] = GOVERNMENT
        world.regions.wage[:] = Parameters().production.base_wage
        pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
        ties.is_active[:6] = True
        ties.source[:6], ties.target[:6] = np.array(pairs).T
        ties.source_uid[:6], ties.target_uid[:6] = a.uid[ties.source[:6]], a.uid[ties.target[:6]]
        ties.layer[:6] = int(Layer.RESEARCH)
        ties.trust[:6] = 0.5
        ties.origin[:6] = int(TieOrigin.ORDER)
    world.rest_of_world, world.market, world.neutral = REST, 7, 8
    world.total_cash = float(world.actors.cash.sum())
    world.ensure_free("projects", 64)
    world.ensure_free("ties", 64)
    return world


def started(world: World, members: list[int], kind: ProjectKind, **columns: Any) -> int:
    """Open one project in field 0 that costs 2 a quarter and return its row; keywords set further columns."""
    with world.writable(("projects.*",)):
        row = open_projects(
            world, np.array([make_uid("project", *members)], dtype=np.uint64), np.array([members]), np.array([0]),
            np.array([2.0]), kind=int(kind), remaining=3, is_pull=True, tie_origin=columns.pop("tie_origin", -1),
        )[0]  # fmt: skip
        for name, value in columns.items():
            getattr(world.projects, name)[row] = value
    return int(row)


def parameters(**changes: Any) -> Parameters:
    """Defaults with changes; the first underscore parts group and name."""
    return Parameters().with_changes({name.replace("_", ".", 1): value for name, value in changes.items()})


def run(rule: Rule, world: World, changed: Parameters | None = None, seed: int = 1) -> None:
    rule(world, changed or Parameters(), Draws(seed, world.quarter))


def state_of(world: World) -> list[bytes]:
    tables = [world.table(name) for name in TABLES]
    return [array.tobytes() for table in tables for array in table.arrays().values()]


def n_events(world: World, event: Event) -> int:
    return int((world.events.columns()["kind"] == int(event)).sum())


# --------------------------------------------------------------------------------------------------------- strategy


def test_only_firms_whose_quarter_it_is_revise() -> None:
    world = small_world(year_gain=0.01)
    due = {int(uid % np.uint64(4)) for uid in world.actors.uid[:3]}
    for quarter in range(4):
        world.quarter = quarter
        before = world.actors.year_gain[:3].copy()
        run(choose_strategy, world)
        changed = world.actors.year_gain[:3] != before
        assert changed.any() == (quarter in due)
    assert (world.actors.year_gain[:3] == 0.0).all()


def modes_over_seeds(n_seeds: int = 300, **columns: Any) -> np.ndarray:
    """Share of firm 0's choices of each mode, from the same state under different seeds."""
    count = np.zeros(5)
    for seed in range(n_seeds):
        world = small_world(**columns)
        world.quarter = int(world.actors.uid[0] % np.uint64(4))
        run(choose_strategy, world, parameters(strategy_inertia=0.0, strategy_experimentation=0.0), seed)
        count[world.actors.mode[0]] += 1.0
    return count / n_seeds


def test_small_firms_stay_out_of_research_and_a_lost_margin_pushes_them() -> None:
    small, large = modes_over_seeds(expected_orders=10.0), modes_over_seeds(expected_orders=500.0)
    squeezed = modes_over_seeds(expected_orders=10.0, margin=-0.3)
    research = [Mode.INDEPENDENT, Mode.JOINT]
    assert small[research].sum() < 0.1
    assert large[research].sum() > 0.5
    assert squeezed[research].sum() > small[research].sum() + 0.1


def test_the_logit_has_its_odds() -> None:
    world = small_world(expected_orders=200.0, capability=0.95)
    chances = modes_over_seeds(1500, expected_orders=200.0, capability=0.95)
    p = Parameters().strategy
    burden = 100.0 * p.fixed_cost / 200.0
    promise = np.array(
        [0.0, p.own_prospect - burden, p.joint_prospect - burden * 2 / 3 - p.stranger_cost * math.exp(-3)]
    )
    promise = np.append(promise, [p.imitation_prospect, -100.0 * p.smallest_licence / 200.0])
    expected = np.exp(promise) / np.exp(promise).sum()
    assert world.actors.mode[0] == int(Mode.NONE)
    assert chances == pytest.approx(expected, abs=0.04)


def test_a_bad_research_year_lowers_intensity() -> None:
    world = small_world(mode=int(Mode.INDEPENDENT), research_intensity=0.02, year_cost=8.0)
    world.quarter = int(world.actors.uid[0] % np.uint64(4))
    run(choose_strategy, world, Parameters().with_changes({"strategy.normal_intensity": 0.02}))
    step = Parameters().strategy.intensity_step
    assert world.actors.research_intensity[0] == pytest.approx(0.02 - step)
    # R = -100 * 8 / (4 * 50) = -4 per cent of annual sales, of which recency goes into the propensity
    assert world.actors.propensity[0, int(Mode.INDEPENDENT)] == pytest.approx(-4.0 * Parameters().strategy.recency)


# ----------------------------------------------------------------------------------------------------------- starts


def test_starts_follow_the_budget_and_members_are_counted() -> None:
    world = small_world(research_budget=[7.2, 0.0, 1.2, 2.4], mode=int(Mode.INDEPENDENT))
    run(start_projects, world, parameters(innovation_start_chance=1.0))
    projects, a = world.projects, world.actors
    rows = np.flatnonzero(projects.is_active)
    assert a.n_projects[:4].tolist() == [6, 0, 1, 2]
    part = Parameters().innovation.research_part
    assert sorted(set(projects.cost[rows].round(9))) == pytest.approx([1.2 * part, 1.2])
    assert len(set(projects.uid[rows].tolist())) == 9
    assert n_events(world, Event.PROJECT_STARTED) == 9
    run(start_projects, world, parameters(innovation_start_chance=1.0))
    assert a.n_projects[:4].tolist() == [6, 0, 1, 2]


@pytest.mark.parametrize(("calls", "free"), [(1, 6), (3, 5)])
def test_a_call_takes_as_much_of_a_place_as_it_costs(calls: int, free: int) -> None:
    """A budget of 7.2 feeds 6 projects of 0.9; a quarter of half of 1.6 is 0.2, so three calls take 0.67 places."""
    world = small_world(research_budget=[7.2, 0.0, 0.0, 0.0], mode=[int(Mode.INDEPENDENT), 0, 0, 0])
    for _ in range(calls):
        started(world, [0, 1, 2, UNIVERSITY], ProjectKind.CALL, cost=1.6)
    before = int(world.projects.is_active.sum())
    changes = {"innovation_start_chance": 1.0, "innovation_project_cost": 1.2, "calls_paid_share": 0.5}
    run(start_projects, world, parameters(**changes, innovation_most_projects=6, innovation_research_part=0.75))
    assert int(world.projects.is_active.sum()) - before == free
    assert world.actors.project_load[0] == pytest.approx(calls * 0.2 / 0.9 + free)


def test_grants_and_refunds_come_off_the_cost_of_the_year() -> None:
    """Firm 0 paid 4, gets all of a budget of 1 for grants and a quarter of 4 back; policy does not reach firm 1."""
    world = small_world(
        research_budget=[5.0, 5.0, 0.0, 0.0], research_spending=[4.0, 4.0, 0.0, 0.0], year_cost=[4.0, 4.0, 0.0, 0.0],
        is_reached=[True, False, True, True], mode=[int(Mode.INDEPENDENT), int(Mode.INDEPENDENT), 0, 0],
    )  # fmt: skip
    with world.writable(("regions.budget",)):
        world.regions.budget[0, [Instrument.GRANT, Instrument.DEDUCTION]] = 1.0, 9.0
    run(support_firms, world, parameters(policy_deduction_rate=0.25))
    assert world.actors.year_cost[:2].tolist() == pytest.approx([2.0, 4.0])
    assert world.actors.public_money[:2].tolist() == pytest.approx([2.0, 0.0])


def test_joint_projects_take_partners_that_do_research() -> None:
    world = small_world(research_budget=[2.0, 0.0, 0.0, 2.0], mode=[int(Mode.JOINT), 1, 1, 0])
    run(start_projects, world, parameters(innovation_start_chance=1.0, innovation_project_cost=2.0))
    joint = np.flatnonzero(world.projects.is_active & (world.projects.kind == int(ProjectKind.JOINT)))
    assert len(joint) == 1
    assert world.projects.member[joint[0], :3].tolist() == [0, UNIVERSITY, -1]
    assert world.projects.tie_origin[joint[0]] == int(TieOrigin.ORDER)


def test_push_grows_with_standing_and_pull_with_distance() -> None:
    st, share = structure(), {}
    for x in (0.2, 0.5, 0.8):
        pulls = 0
        for number in range(400):
            _, is_pull, _ = choose_fields(
                np.array([0]), np.array([make_uid(number)], dtype=np.uint64), np.array([0]), np.array([0]),
                np.array([0]), np.zeros(1), np.full(1, -1), np.full((1, 2), x), np.ones(2), st.weight,
                np.full((1, 2, 2), 0.1), 1.0, 1.0, np.uint64(7),
            )  # fmt: skip
            pulls += int(is_pull[0])
        share[x] = pulls / 400
    # pull (0.1 + 0.5 (1 - x)) (1 - x) against push 0.5 x^2, at x = 0.5: 0.175 against 0.125
    assert share[0.2] > share[0.5] > share[0.8]
    assert share[0.5] == pytest.approx(0.175 / 0.3, abs=0.07)


def test_money_steered_to_a_need_starts_one_project_in_its_field() -> None:
    """Push alone, in field 0, is all that the firm would choose by itself."""
    steered, three = np.array([1]), np.zeros(3, np.int64)
    identity = np.array([make_uid(number) for number in range(3)], dtype=np.uint64)
    field, is_pull, target = choose_fields(
        three, identity, three[:1], three[:1], three[:1], np.zeros(1), steered, np.array([[1.0, 1.0]]), np.ones(2),
        np.array([[1.0, 0.0]]), np.zeros((1, 1, 2)), 1.0, 1.0, np.uint64(7),
    )  # fmt: skip
    assert field.tolist() == [1, 0, 0]
    assert is_pull.tolist() == [True, False, False]
    assert target.tolist() == [0, 0, 0]
    assert steered.tolist() == [-1]


def test_more_starts_than_free_rows_are_cut_by_identity_not_by_slot() -> None:
    world = small_world(research_budget=1e3, mode=int(Mode.INDEPENDENT), cash=1e9)
    changes = parameters(innovation_start_chance=1.0, innovation_most_projects=12, innovation_project_cost=0.05)
    for _ in range(5):
        run(start_projects, world, changes)
    assert (world.actors.n_projects[:4] == 12).all()


# --------------------------------------------------------------------------------------------------------- payments


def test_partners_pay_shares_and_the_initiator_the_rest() -> None:
    world = small_world(research_budget=[5.0, 0.8, 0.0, 0.0])
    row = started(world, [0, 1], ProjectKind.JOINT)
    run(pay_for_projects, world)
    # half of 2 each, but the partner no more than half its budget of 0.8
    assert world.actors.cash[:2].tolist() == pytest.approx([98.4, 99.6])
    assert world.projects.effort[row, :2].tolist() == pytest.approx([1.6, 0.4])
    assert world.actors.cash[HOUSEHOLDS] == pytest.approx(102.0)
    assert world.projects.remaining[row] == 2
    assert world.actors.research_spending[:2].tolist() == pytest.approx([1.6, 0.4])
    assert world.actors.year_cost[0] == pytest.approx(1.6)
    assert money_residual(world) < 1e-12


def test_calls_and_pilots_are_paid_from_their_budgets() -> None:
    world = small_world(research_budget=10.0)
    with world.writable(("regions.budget",)):
        world.regions.budget[0, Instrument.CALL] = 10.0
        world.regions.budget[0, Instrument.PILOT] = 0.3
    started(world, [0, 1], ProjectKind.CALL)
    pilot = started(world, [2], ProjectKind.OWN, stage=int(Stage.PILOT))
    changes = parameters(calls_paid_share=0.5, innovation_pilot_support=0.4)
    run(pay_for_projects, world, changes)
    assert world.regions.budget[0, Instrument.CALL] == pytest.approx(9.0)
    assert world.regions.budget[0, Instrument.PILOT] == pytest.approx(0.0)
    assert world.actors.cash[[0, 1, 2, GOVERNMENT]].tolist() == pytest.approx([99.5, 99.5, 98.3, 98.7])
    assert world.volumes.amount[Purpose.PILOT_SUPPORT, 0] == pytest.approx(0.3)
    assert world.projects.effort[pilot, 0] == pytest.approx(2.0)


def test_national_projects_are_paid_from_outside() -> None:
    world = small_world(research_budget=10.0)
    started(world, [0, 1], ProjectKind.CALL, is_national=True)
    run(pay_for_projects, world, parameters(calls_paid_share=0.5, calls_national_share=0.8))
    assert world.actors.cash[REST] == pytest.approx(1e4 - 0.8 * 2.0)
    assert world.actors.cash[GOVERNMENT] == 100.0


def test_what_is_not_paid_stalls_and_is_given_up() -> None:
    world = small_world(research_budget=10.0, cash=0.0)
    row = started(world, [0], ProjectKind.OWN)
    run(pay_for_projects, world, parameters(innovation_abandon_chance=0.0))
    assert world.projects.remaining[row] == 3
    run(pay_for_projects, world, parameters(innovation_abandon_chance=1.0))
    assert world.projects.remaining[row] == -1
    run(finish_stages, world)
    assert not world.projects.is_active[row]
    assert n_events(world, Event.ABANDONED) == 1


def test_a_project_whose_initiator_is_gone_is_given_up() -> None:
    world = small_world(research_budget=10.0)
    row = started(world, [0, 1], ProjectKind.JOINT)
    with world.writable(("actors.uid",)):
        world.actors.uid[0] = make_uid("somebody new in the same slot")
    run(pay_for_projects, world)
    run(finish_stages, world)
    assert world.actors.cash[0] == 100.0
    assert not world.projects.is_active[row]


# --------------------------------------------------------------------------------------------------------- outcomes

SURE = {"innovation_search_hazard": 10.0, "innovation_radical_share": 0.0}


def test_a_result_teaches_by_effort_and_is_booked_where_it_arose() -> None:
    world = small_world()
    row = started(
        world, [0, UNIVERSITY], ProjectKind.JOINT, remaining=0, tie_origin=int(TieOrigin.ORDER),
        effort=[3.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    )  # fmt: skip
    run(finish_stages, world, parameters(**SURE, innovation_rho=2.0, innovation_reference_effort=3.0))
    level = world.projects.artefact[row]
    assert 0.8 < level <= 1.0
    gained = (1.0 - math.exp(-1.0)) * (level - 0.4)
    assert world.actors.capability[0, 0] == pytest.approx(0.4 + gained)
    assert world.ledger.gain[0, Origin.JOINT_RESEARCH, Route.ORDER] == pytest.approx(gained)
    assert world.actors.year_gain[0] == pytest.approx(0.5 * gained)
    assert world.actors.capability[UNIVERSITY, 0] == 0.8
    assert world.projects.stage[row] == int(Stage.DEVELOPMENT)
    assert world.projects.cost[row] == pytest.approx(2.0 * Parameters().innovation.development_cost)
    assert world.projects.effort[row].sum() == 0.0
    assert ledger_residual(world) < 1e-12


@pytest.mark.parametrize(
    ("kind", "origin", "route"),
    [
        (ProjectKind.OWN, Origin.OWN_RESEARCH, Route.OWN),
        (ProjectKind.UNIVERSITY, Origin.OWN_RESEARCH, Route.OWN),
        (ProjectKind.CALL, Origin.CALL, Route.CALL),
    ],
)
def test_origin_and_route_of_other_kinds(kind: ProjectKind, origin: Origin, route: Route) -> None:
    world = small_world()
    started(world, [0], kind, remaining=0, effort=[3.0] + [0.0] * 5)
    run(finish_stages, world, parameters(**SURE))
    gain = world.ledger.gain[0]
    assert gain[origin, route] > 0.0
    assert gain.sum() == pytest.approx(gain[origin, route])


def test_success_that_needed_the_facilities_is_credited_to_the_platform() -> None:
    credited, found = 0, 0
    for seed in range(200):
        world = small_world()
        with world.writable(("actors.service",)):
            world.actors.service[0, Service.FACILITIES] = 1.0
        row = started(world, [0], ProjectKind.OWN, remaining=0, effort=[3.0] + [0.0] * 5)
        run(finish_stages, world, parameters(innovation_search_hazard=1.0, innovation_facility_gain=1.0), seed)
        if world.projects.is_active[row]:
            found += 1
            by_platform = world.ledger.gain[0, Origin.OWN_RESEARCH, Route.PLATFORM]
            assert by_platform == pytest.approx(world.ledger.gain[0].sum() * world.projects.service_share[row])
            credited += int(world.projects.service_share[row])
    # hazards 0.9 without and 1.8 with the service: of 0.835 successes 0.241 needed it
    assert found / 200 == pytest.approx(1 - math.exp(-1.8), abs=0.08)
    assert credited / found == pytest.approx((math.exp(-0.9) - math.exp(-1.8)) / (1 - math.exp(-1.8)), abs=0.1)


def test_university_results_go_to_the_shelf() -> None:
    world = small_world()
    row = started(world, [UNIVERSITY], ProjectKind.UNIVERSITY, remaining=0)
    run(finish_stages, world, parameters(**SURE))
    assert world.projects.stage[row] == int(Stage.SHELVED)
    assert world.projects.cost[row] == 2.0
    assert n_events(world, Event.SHELVED) == 1


def pilot_decision(**columns: Any) -> Stage:
    world = small_world(**columns)
    row = started(world, [0], ProjectKind.OWN, stage=int(Stage.DEVELOPMENT), remaining=0, artefact=0.7)
    run(finish_stages, world, parameters(innovation_decision_sharpness=50.0))
    return Stage(int(world.projects.stage[row]))


def test_firms_that_cannot_fund_or_risk_a_pilot_walk_away() -> None:
    assert pilot_decision(expected_orders=500.0) is Stage.PILOT
    assert pilot_decision(expected_orders=2.0) is Stage.SHELVED
    assert pilot_decision(expected_orders=500.0, cash=1.0) is Stage.SHELVED


@pytest.mark.parametrize(("service", "expected"), [(0.0, 0.3), (1.0, 0.8)])
def test_pilots_succeed_as_in_f35(service: float, expected: float) -> None:
    passed = 0
    for seed in range(300):
        world = small_world()
        with world.writable(("actors.service",)):
            world.actors.service[0, Service.PILOT] = service
        started(world, [0], ProjectKind.OWN, stage=int(Stage.PILOT), remaining=0, artefact=0.7)
        run(finish_stages, world, parameters(innovation_own_pilot=0.0), seed)
        passed += n_events(world, Event.PILOTED)
    assert passed / 300 == pytest.approx(expected, abs=0.08)


def test_a_product_raises_novelty_and_trust() -> None:
    world = small_world()
    row = started(
        world, [0, 1], ProjectKind.JOINT, stage=int(Stage.INDUSTRIALISATION), remaining=0, artefact=0.6,
        cost=6.0, effort=[3.0, 3.0, 0, 0, 0, 0], tie_origin=int(TieOrigin.PROPOSAL),
    )  # fmt: skip
    changes = parameters(
        innovation_industrialisation_success=1.0, innovation_industrialisation_cost=6.0, innovation_novelty_return=10.0,
        innovation_trust_speed=0.2,
    )  # fmt: skip
    run(finish_stages, world, changes)
    assert not world.projects.is_active[row]
    assert world.actors.novelty[:2].tolist() == pytest.approx([10.0 * 1.0 / 50.0, 0.0])
    assert world.ties.trust[0] == pytest.approx(0.5 + 0.2 * 0.5)
    assert world.ledger.gain[1, Origin.JOINT_RESEARCH, Route.PROPOSAL] > 0.0


@pytest.mark.parametrize(("indexed", "places"), [(False, 3), (True, 1)])
def test_costs_that_pay_for_people_follow_the_wage(indexed: bool, places: int) -> None:
    """At twice the base wage a budget of 3.9 feeds 3.9 / 1.2 = 3 projects, or 3.9 / 2.4 = 1 if costs follow."""
    world = small_world(research_budget=0.0)
    with world.writable(("actors.*", "regions.wage")):
        world.actors.mode[0], world.actors.research_budget[0] = int(Mode.INDEPENDENT), 3.9
        world.regions.wage[0] *= 2.0
    changes = {"innovation_start_chance": 1.0, "innovation_project_cost": 1.2, "production_wage_indexed": indexed}
    run(start_projects, world, parameters(**changes))
    assert int(world.projects.is_active.sum()) == places


def test_several_lessons_in_one_field_never_lead_beyond_the_best_result() -> None:
    uid, one = np.array([7], np.uint64), np.ones(1, np.bool_)
    amount = lessons(
        np.array([0, 1]), np.ones(2, np.bool_), np.ones(2, np.int64), np.zeros((2, 1), np.int64),
        np.array([[7], [7]], np.uint64), np.full((2, 1), 1e3), np.zeros(2, np.int64), np.array([0.7, 0.6]), one, uid,
        np.zeros(1, np.int64), np.ones(1), np.array([[0.5]]), 2.0, np.array([3.0]),
    )  # fmt: skip
    assert amount.sum() == pytest.approx(0.2)
    assert amount[0, 0] == pytest.approx(2 * amount[1, 0])


def test_trust_moves_by_the_mean_outcome_whatever_the_order() -> None:
    world = small_world()
    lists, n = world.neighbours(), np.array([2, 2])
    member = np.array([[0, 1], [1, 0]])
    moved = []
    for outcome in ([1.0, 0.0], [0.0, 1.0]):
        trust = world.ties.trust.copy()
        move_trust(
            np.array([0, 1]), np.array(outcome), n, member, lists.start, lists.other, lists.tie, world.ties.layer,
            trust, 0.3,
        )  # fmt: skip
        moved.append(trust[0])
    assert moved[0] == moved[1] == pytest.approx(0.5)


def test_result_levels_stay_within_the_frontier_unless_radical() -> None:
    top = {}
    for radical in (0.0, 1.0):
        uids = [make_uid(p) for p in range(400)]
        level = [result_level(0.98, uid, 0.2, radical, 3.0, 0.15, np.uint64(5)) for uid in uids]
        assert min(level) > 0.98
        top[radical] = max(level)
    assert top[0.0] == pytest.approx(1.0)
    assert top[1.0] == pytest.approx(1.15)


# -------------------------------------------------------------------------------------------- shelf and introduction


def shelved_world(**columns: Any) -> tuple[World, int]:
    world = small_world(**columns)
    row = started(
        world, [UNIVERSITY], ProjectKind.UNIVERSITY, stage=int(Stage.SHELVED), remaining=0, artefact=0.9, cost=1.0
    )
    return world, row


def test_results_are_taken_up_by_tied_firms_that_use_the_field() -> None:
    world, row = shelved_world(expected_orders=2000.0, cash=1000.0)
    run(take_up_results, world, parameters(innovation_take_up=5.0, innovation_expiry=0.0))
    assert world.projects.stage[row] == int(Stage.DEVELOPMENT)
    assert world.projects.member[row, 1] in FIRMS
    assert world.projects.tie_origin[row] == int(TieOrigin.ORDER)
    assert world.actors.n_projects[world.projects.member[row, 1]] == 1
    paid = parameters(innovation_development_cost=1.0)
    with world.writable(("actors.research_budget",)):
        world.actors.research_budget[:4] = 50.0
    run(pay_for_projects, world, paid)
    assert world.actors.research_spending[UNIVERSITY] == 0.0
    assert world.actors.research_spending[world.projects.member[row, 1]] > 0.0


def test_ratings_orientation_leaves_results_on_the_shelf() -> None:
    world, row = shelved_world(expected_orders=2000.0, cash=1000.0, orientation=0.0)
    run(take_up_results, world, parameters(innovation_take_up=5.0, innovation_expiry=0.0))
    assert world.projects.stage[row] == int(Stage.SHELVED)


def test_platforms_show_results_to_firms_without_ties() -> None:
    world, row = shelved_world(expected_orders=2000.0, cash=1000.0)
    with world.writable(("ties.is_active", "actors.service")):
        world.ties.is_active[:] = False
        world.actors.service[1, Service.MATCHING] = 1.0
    run(take_up_results, world, parameters(innovation_matching=5.0, innovation_expiry=0.0))
    assert world.projects.member[row, 1] == 1
    assert world.projects.tie_origin[row] == int(TieOrigin.PLATFORM)


def test_what_waits_goes_out_of_date() -> None:
    world, row = shelved_world()
    run(take_up_results, world, parameters(innovation_expiry=1.0))
    assert not world.projects.is_active[row]
    assert n_events(world, Event.EXPIRED) == 1


def test_licences_close_part_of_the_importable_gap() -> None:
    world = small_world(mode=[4, 0, 0, 0], research_budget=[1.0, 0, 0, 0])
    changes = parameters(innovation_digestion=0.2, innovation_importable=0.9, innovation_licence_reference=1.0)
    run(introduce_technology, world, changes)
    # field 1 is embargoed; in field 0 the gap is 0.9 - 0.4, absorption and fit are a half
    gained = 0.2 * 0.5 * 0.5 * (1.0 - math.exp(-1.0)) * 0.5
    assert world.actors.capability[0].tolist() == pytest.approx([0.4 + gained, 0.4])
    assert world.ledger.gain[0, Origin.INTRODUCTION, Route.LICENCE] == pytest.approx(gained)
    assert world.actors.cash[REST] == pytest.approx(1e4 + 1.0)
    assert world.actors.management_fit[0] > 0.5
    assert world.actors.knowledge_stock[0] == pytest.approx(Parameters().innovation.licence_experience)


def test_introduction_stalls_where_nothing_can_be_bought() -> None:
    world = small_world(mode=[4, 0, 0, 0], research_budget=[1.0, 0, 0, 0], capability=0.95)
    run(introduce_technology, world)
    assert (world.actors.capability[0] == 0.95).all()
    assert world.actors.cash[0] == 100.0


def test_imitators_pay_their_engineers() -> None:
    world = small_world(mode=[3, 0, 0, 0], research_budget=[0.2, 0, 0, 0])
    run(introduce_technology, world)
    assert world.actors.cash[[0, HOUSEHOLDS]].tolist() == pytest.approx([99.8, 100.2])
    assert world.actors.knowledge_stock[0] == pytest.approx(0.2)


# ------------------------------------------------------------------------------------------------------------ calls


def needy_world(budget: float, exposure: Any = ((5.0, 9.0), (5.0, 0.0))) -> World:
    """The field 1 is the largest need but of one chain only; field 0 holds back both."""
    world = small_world(research_budget=5.0, mode=int(Mode.INDEPENDENT))
    with world.writable(("needs.*", "regions.budget")):
        for chain in range(2):
            world.needs.exposure[0, chain, chain] = exposure[chain]
        world.needs.commonness[0] = (5.0, 9.0)
        world.regions.budget[0, Instrument.CALL] = budget
    return world


def test_the_common_field_serves_several_chains() -> None:
    for exposure, fields in ((((5.0, 9.0), (5.0, 0.0)), [0]), (((0.0, 9.0), (5.0, 0.0)), [])):
        needs = needy_world(0.0, exposure).needs
        assert common_fields(needs.exposure[0], needs.commonness[0], 0.1, 2).tolist() == fields


def award_costs(public: float, **calls: float) -> list[float]:
    """Return the cost of a quarter of research of each award; all four actors have a budget of 25.

    A whole project costs 17.6 times that, of which the public pays half.
    """
    p = Parameters().innovation
    assert 3 + 2 * p.development_cost + 2 * p.pilot_cost + p.industrialisation_cost == pytest.approx(17.6)
    world = needy_world(public)
    with world.writable(("ties.is_active", "actors.research_budget")):
        world.ties.is_active[:] = False
        world.actors.research_budget[:4] = 25.0
    changes = {"calls_national_rate": 0.0, "calls_project_cost": 2.0, "calls_paid_share": 0.5, "calls_cost_share": 0.04}
    changes |= {"calls_most_awards": 20.0, **{f"calls_{name}": value for name, value in calls.items()}}
    run(run_calls, world, parameters(**changes))
    rows = np.flatnonzero(world.projects.is_active)
    assert len(rows) == n_events(world, Event.CALL_AWARDED)
    members = world.projects.member[rows][world.projects.member[rows] >= 0].tolist()
    assert len(members) == len(set(members))  # nobody in two
    ties = np.flatnonzero(world.ties.is_active)
    assert (world.ties.origin[ties] == int(TieOrigin.CALL)).all()
    for row in rows:
        team = world.projects.member[row]
        assert set(world.actors.kind[team[team >= 0]].tolist()) == {int(Kind.FIRM), int(Kind.UNIVERSITY)}
    run(run_calls, world, parameters(**changes))
    if rows.size:
        assert (world.projects.cost[np.flatnonzero(world.projects.is_active)].sum() * 8.8) <= public + 1e-9  # promised
    return [float(cost) for cost in world.projects.cost[rows]]


@pytest.mark.parametrize(
    ("public", "costs"),
    [(17.5, []), (26.4, [3.0]), (44.0, [4.0]), (88.0, [4.0])],
    ids=["too little", "as far as it goes", "all there are", "no second team"],
)
def test_awards_are_sized_to_their_members_within_the_budget(public: float, costs: list[float]) -> None:
    """All four apply together: 0.04 of 100 is 4 a quarter, for which the public pays 4 x 17.6 / 2 = 35.2."""
    assert award_costs(public, partners=3) == pytest.approx(costs)


def test_a_small_alliance_gets_the_smallest_project() -> None:
    assert award_costs(44.0, cost_share=0.0) == pytest.approx([2.0])


def test_no_awards_no_call() -> None:
    assert award_costs(44.0, most_awards=0.0) == []


def test_national_projects_go_where_skill_is() -> None:
    won = {}
    for x in (0.1, 0.9):
        won[x] = 0
        for seed in range(120):
            world = needy_world(0.0)
            with world.writable(("actors.capability",)):
                world.actors.capability[:4] = x
            run(run_calls, world, parameters(calls_national_rate=1.0, policy_access=1.0), seed)
            won[x] += int(world.projects.is_national.sum())
    assert won[0.1] / 120 == pytest.approx(0.1, abs=0.08)
    assert won[0.9] / 120 == pytest.approx(0.9, abs=0.08)


# ------------------------------------------------------------------------------------------------------- every rule


def busy_world() -> World:
    """A world in which every rule has something to do, in a quarter in which a firm is due and calls open."""
    world = needy_world(200.0)
    with world.writable(("actors.*", "projects.*")):
        world.actors.mode[:3] = (int(Mode.INDEPENDENT), int(Mode.JOINT), int(Mode.INTRODUCE))
        world.actors.year_cost[:3] = 1.0
        world.actors.research_intensity[:3] = 0.02
    started(world, [UNIVERSITY, 0], ProjectKind.UNIVERSITY, stage=int(Stage.SHELVED), n_members=1, artefact=0.9)
    started(world, [0, 2], ProjectKind.JOINT, remaining=0, effort=[3.0] * 6)
    started(world, [1], ProjectKind.OWN)
    return world


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_off_is_off_and_on_is_on(rule: Rule) -> None:
    changed = False
    for quarter in range(4):
        world = busy_world()
        world.quarter = quarter
        before = state_of(world)
        rule(world, Parameters().with_changes(rule.off), Draws(1, quarter))
        assert state_of(world) == before
        rule(world, parameters(innovation_take_up=5.0), Draws(1, quarter))
        changed |= state_of(world) != before
    assert changed


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_docstrings_have_their_five_lines(rule: Rule) -> None:
    for label in ("Equation", "Units", "Source", "Draws", "Off when"):
        assert f"    {label}" in rule.doc


def check_state(world: World) -> None:
    a = world.actors
    for name in TABLES:
        table = world.table(name)
        for column, declared in table.declared().items():
            array = getattr(table, column)
            assert np.isfinite(array.astype(np.float64)).all(), f"{name}.{column}"
            in_use = array[table.arrays()["is_active"]] if "is_active" in table.arrays() else array
            if len(in_use) and declared.low is not None:
                assert in_use.min() >= declared.low, f"{name}.{column}"
            if len(in_use) and declared.high is not None:
                assert in_use.max() <= declared.high, f"{name}.{column}"
    counts = np.zeros(a.rows, np.int64)
    running = world.projects.is_active & (world.projects.stage != int(Stage.SHELVED))
    for row in np.flatnonzero(running):
        for slot in world.projects.member[row, : world.projects.n_members[row]]:
            counts[slot] += 1
    assert counts.tolist() == a.n_projects.tolist()
    assert ledger_residual(world) < 1e-9
    assert abs(float(a.cash.sum()) - world.total_cash) < 1e-6


NAMES = [name for name in SPECIFICATIONS if name.partition(".")[0] in ("strategy", "innovation", "calls")]


def corner(high: Any) -> Parameters:
    """Parameters at a corner of their bounds; `high` tells for each name which end."""
    changes = {name: SPECIFICATIONS[name].high if high(name) else SPECIFICATIONS[name].low for name in NAMES}
    return Parameters().with_changes({n: SPECIFICATIONS[n].kind(v) for n, v in changes.items()})


@pytest.mark.parametrize("number", range(12))
def test_every_corner_of_the_bounds_keeps_the_state_sound(number: int) -> None:
    if number < 2:
        changed = corner(lambda name: number == 1)
    else:
        changed = corner(lambda name: int(make_uid(name, number)) % 2 == 0)
    world = busy_world()
    for _ in range(12):
        world.quarter += 1
        for rule in RULES:
            rule(world, changed, Draws(number, world.quarter))
        with world.writable(("regions.budget", "ledger.gain", "ledger.loss")):
            world.regions.budget[:] += 1.0
    check_state(world)


@pytest.mark.parametrize("kind", [Kind.FIRM, Kind.UNIVERSITY])
def test_a_region_without_a_kind_of_actor_goes_on(kind: Kind) -> None:
    world = needy_world(200.0)
    with world.writable(("actors.*", "ledger.*", "ties.is_active")):
        gone = world.actors.kind == int(kind)
        world.actors.is_active[gone] = False
        world.actors.mode[:3] = int(Mode.JOINT)
        world.ties.is_active[:] &= ~(gone[world.ties.source] | gone[world.ties.target])
    for _ in range(12):
        world.quarter += 1
        for rule in RULES:
            rule(world, Parameters(), Draws(1, world.quarter))
    check_state(world)


def permuted(world: World, new: np.ndarray) -> World:
    """The same world with actor `i` in slot ``new[i]``."""
    other = world.copy()
    place = np.append(new, -1)
    with other.writable([f"{name}.*" for name in TABLES]):
        for table in (other.actors, other.ledger):
            for array in table.arrays().values():
                array[new] = array.copy()
        for column in (other.ties.source, other.ties.target, other.projects.member):
            column[:] = place[column]
        for column in (other.regions.household_slot, other.regions.government_slot):
            column[:] = place[column]
    other.rest_of_world, other.market, other.neutral = (int(new[s]) for s in (REST, world.market, world.neutral))
    return other


def test_relabelling_slots_permutes_the_result() -> None:
    first = busy_world()
    new = np.array([5, 3, 7, 1, 0, 8, 2, 4, 6])
    second = permuted(first, new)
    changes = parameters(innovation_take_up=1.0, policy_access=1.0)
    for _ in range(16):
        for world in (first, second):
            world.quarter += 1
            for rule in RULES:
                rule(world, changes, Draws(3, world.quarter))
    for name in ("capability", "cash", "mode", "n_projects", "novelty", "year_cost", "knowledge_stock"):
        ours, theirs = getattr(first.actors, name), getattr(second.actors, name)[new]
        assert ours == pytest.approx(theirs, rel=1e-9), name
    ours, theirs = (sorted(w.projects.uid[w.projects.is_active].tolist()) for w in (first, second))
    assert ours == theirs
    assert first.events.count == second.events.count
