"""Licences, alliances abroad, what must match an introduction, and shelved results, with numbers worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from abm.rules.innovation_outcome import finish_stages
from abm.rules.innovation_shelf import take_up_results
from abm.rules.introduction import introduce_technology
from abm.rules.strategy import choose_strategy
from abm.state.accounts import money_residual
from abm.state.codes import Event, Mode, Origin, ProjectKind, Purpose, Route, Service
from abm.state.ledger import ledger_residual
from abm.state.world import World
from tests.test_rules_innovation import (
    HOUSEHOLDS,
    REST,
    UNIVERSITY,
    n_events,
    parameters,
    run,
    shelved_world,
    small_world,
    started,
    state_of,
)

INTRODUCE, ALONE = int(Mode.INTRODUCE), int(Mode.INDEPENDENT)


# ----------------------------------------------------------------------------------------------- licences at home


def patented_world(**columns: Any) -> World:
    """Firm 0 introduces with a purse of 2; firm 1, of another sector, holds a call's result at 0.9 in field 1."""
    world = small_world(mode=[INTRODUCE, ALONE, 0, 0], research_budget=[2.0, 0, 0, 0], **columns)
    with world.writable(("actors.*",)):
        world.actors.patent_level[1, 1] = 0.9
        world.actors.patent_origin[1, 1] = int(Origin.CALL)
    return world


AT_HOME = {"innovation_importable": 0.5, "innovation_digestion": 0.2, "learning_protection": 0.75}


def test_a_result_held_at_home_can_be_licensed_though_the_field_is_embargoed() -> None:
    world = patented_world()
    run(introduce_technology, world, parameters(**AT_HOME))
    # abroad 0.5 - 0.4 can be had in field 0, at home 0.9 - 0.4 in field 1
    gained = 0.2 * 0.5 * 0.5 * (1.0 - math.exp(-2.0)) * 0.5
    assert world.actors.capability[0].tolist() == pytest.approx([0.4, 0.4 + gained])
    assert world.ledger.gain[0, Origin.CALL, Route.LICENCE] == pytest.approx(gained)
    assert world.actors.cash[[0, 1, HOUSEHOLDS, REST]].tolist() == pytest.approx([98.0, 101.5, 100.5, 1e4])
    assert world.actors.year_cost[:2].tolist() == pytest.approx([2.0, 0.0])
    assert world.actors.year_income[:2].tolist() == pytest.approx([0.0, 1.5])
    assert world.volumes.amount[Purpose.RESULTS].sum() == pytest.approx(1.5)
    licence = world.events.columns()
    assert licence["partner_uid"][0] == world.actors.uid[1]
    assert licence["channel"][0] == 1
    assert ledger_residual(world) < 1e-12
    assert money_residual(world) < 1e-12


@pytest.mark.parametrize(
    "off", [{"switches_licensing": False}, {"learning_protection": 0.0}], ids=["switch", "no protection"]
)
def test_without_licensing_or_protection_the_field_stays_closed(off: dict[str, Any]) -> None:
    world = patented_world()
    run(introduce_technology, world, parameters(**AT_HOME | off))
    assert world.actors.capability[0, 1] == 0.4
    assert world.actors.cash[1] == 100.0


def test_who_shares_a_right_or_fears_a_rival_makes_no_contract() -> None:
    shared, rival = patented_world(), patented_world(sector=[0, 0, 1, -1])
    with shared.writable(("actors.patent_level",)):
        shared.actors.patent_level[0, 1] = 0.9
    # the rival has half the sales of both: care 2 x 1/2 is above protection 0.75, care 1 x 1/2 below
    for world, care, sold in ((shared, 1.0, False), (rival, 2.0, False), (patented_world(), 2.0, True)):
        run(introduce_technology, world, parameters(innovation_rival_care=care, **AT_HOME))
        assert (world.actors.cash[1] > 100.0) == sold
    rival = patented_world(sector=[0, 0, 1, -1])
    run(introduce_technology, rival, parameters(innovation_rival_care=1.0, **AT_HOME))
    assert rival.actors.cash[1] > 100.0


def test_universities_license_by_their_orientation() -> None:
    sold = {0.0: 0, 1.0: 0}
    for orientation in sold:
        world = patented_world(orientation=orientation)
        with world.writable(("actors.patent_level",)):
            world.actors.patent_level[:4, 1] = [0.0, 0.0, 0.0, 0.9]
        run(introduce_technology, world, parameters(**AT_HOME))
        sold[orientation] = int(world.actors.cash[UNIVERSITY] > 100.0)
    assert sold == {0.0: 0, 1.0: 1}


def test_members_hold_the_rights_to_what_research_finds() -> None:
    world = small_world(research_budget=5.0)
    row = started(world, [0, 3], ProjectKind.JOINT, stage=0, remaining=0)
    run(finish_stages, world, parameters(innovation_search_hazard=10.0))
    assert n_events(world, Event.RESEARCH_SUCCEEDED) == 1
    level = float(world.projects.artefact[row])
    assert world.actors.patent_level[:4, 0].tolist() == [level, 0.0, 0.0, level]
    assert world.actors.patent_origin[0, 0] == int(Origin.JOINT_RESEARCH)


def test_firms_reckon_with_results_they_can_license_at_home() -> None:
    chosen = {}
    for licensing in (False, True):
        chosen[licensing] = 0
        for seed in range(60):
            world = patented_world(capability=0.45)
            with world.writable(("actors.patent_level",)):
                world.actors.patent_level[1] = 1.0
            world.quarter = int(world.actors.uid[0] % np.uint64(4))
            changes = parameters(
                switches_licensing=licensing, innovation_importable=0.0, strategy_introduction_prospect=50.0
            )
            run(choose_strategy, world, changes, seed)
            chosen[licensing] += int(world.actors.mode[0] == INTRODUCE)
    assert chosen[True] > chosen[False] + 15


def test_who_takes_up_a_result_pays_the_university() -> None:
    terms = {"innovation_take_up": 5.0, "innovation_expiry": 0.0, "innovation_research_quarters": 3}
    world, row = shelved_world(expected_orders=2000.0, cash=1000.0)
    run(take_up_results, world, parameters(innovation_result_fee=0.5, learning_protection=0.8, **terms))
    taker = world.projects.member[row, 1]
    assert world.actors.cash[[UNIVERSITY, taker]].tolist() == pytest.approx([1001.2, 998.8])  # 0.5 x 0.8 x 3 x 1
    assert world.actors.year_cost[taker] == pytest.approx(1.2)
    world, row = shelved_world(expected_orders=2000.0, cash=1000.0)
    run(take_up_results, world, parameters(switches_licensing=False, **terms))
    assert world.actors.cash[UNIVERSITY] == 1000.0


def test_appropriation_is_neutral_at_protection_one_half() -> None:
    states = []
    for appropriation in (0.0, 0.9):
        world = small_world(research_budget=5.0)
        started(world, [0, 1], ProjectKind.JOINT, stage=1, remaining=0, artefact=0.9, effort=[3.0] * 6)
        run(finish_stages, world, parameters(learning_appropriation=appropriation))
        states.append(state_of(world))
    assert states[0] == states[1]


# ------------------------------------------------------------------------------------------------ what must match


def test_equipment_and_management_must_match_what_is_introduced() -> None:
    terms = {"innovation_digestion": 0.2, "innovation_importable": 1.0, "innovation_licence_reference": 1.0}
    gained = 0.2 * 0.5 * 0.5 * (1.0 - math.exp(-2.0)) * 0.6
    # half of field 0 can be bought, none of field 1: equipment of 0.5 would do, that of 0.125 is a quarter of it
    for power, part in ((0.0, 1.0), (0.5, 0.5), (1.0, 0.25)):
        world = small_world(mode=[INTRODUCE, 0, 0, 0], research_budget=[2.0, 0, 0, 0], equipment_level=0.125)
        run(introduce_technology, world, parameters(innovation_equipment_match=power, **terms))
        assert world.actors.capability[0, 0] - 0.4 == pytest.approx(part * gained)


def test_platforms_train_management() -> None:
    world = small_world()
    with world.writable(("actors.service",)):
        world.actors.service[0, Service.TRAINING] = 0.5
    run(introduce_technology, world, parameters(innovation_fit_training=0.2))
    assert world.actors.management_fit[:2].tolist() == pytest.approx([0.5 + 0.2 * 0.5 * 0.5, 0.5])
