"""Chain owners and the official: numbers worked by hand, and each without the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.rules.chain_leader import lead_chains
from abm.rules.chain_owners import act_as_chain_owners
from abm.rules.proposals import propose_pairs
from abm.state.accounts import open_claims
from abm.state.closing import close_actors
from abm.state.codes import ClaimKind, Event, Layer, TieOrigin
from abm.state.world import TABLES, World
from tests.small_worlds import value
from tests.test_rules_network import (
    BANK,
    CORE,
    HOUSEHOLDS,
    SME,
    SUPPLIER,
    UNIVERSITY,
    apply,
    small_world,
    tie,
    with_a_need,
)

ALL = [f"{name}.*" for name in TABLES]


def owned_world(**columns: Any) -> World:
    """Return the small world in which the core firm buys from the supplier and, trusting it less, from the SME."""
    world = with_a_need(small_world(**columns))
    tie(world, SUPPLIER, CORE, Layer.SUPPLY, TieOrigin.ORDER, trust=0.7)
    tie(world, SME, CORE, Layer.SUPPLY, TieOrigin.ORDER, trust=0.6)
    return world


def test_an_owner_vouches_for_those_it_trusts_as_far_as_its_cash_goes() -> None:
    """A tenth of 100 covers 0.3 of 20, which is 6, and 0.2 of another 20; who is not trusted gets nothing."""
    world = owned_world()
    tie(world, SUPPLIER, SME, Layer.SUPPLY, TieOrigin.ORDER, trust=0.9)
    with world.writable(ALL):
        world.actors.debt[[SUPPLIER, SME]] = 20.0
    apply(act_as_chain_owners, world, {"chain_leader.vouching": 0.3, "chain_leader.vouch_cap": 0.1})
    assert np.flatnonzero(world.actors.is_chain_owner).tolist() == [CORE]
    assert world.actors.vouched[[SUPPLIER, SME]] == pytest.approx([0.3, 0.2])
    assert world.actors.voucher_uid[SME] == world.actors.uid[CORE]
    assert not world.actors.backing.any()
    assert value(world, "vouched_debt") == pytest.approx(10.0)
    assert value(world, "n_chain_owners") == 1.0
    apply(act_as_chain_owners, world, {"chain_leader.vouch_trust": 0.65})
    assert world.actors.vouched[SME] == 0.0
    apply(act_as_chain_owners, world, {"chain_leader.owners": False})
    assert not world.actors.is_chain_owner.any()
    assert not world.actors.vouched.any()


def test_the_default_of_a_vouched_supplier_is_paid_by_its_owner() -> None:
    """Of 12 owed 2 are there; the owner pays 0.3 of the 10 that lack, the bank loses 7."""
    world = owned_world(cash=[100.0, 100.0, 100.0, 2.0, 100.0])
    with world.writable(ALL):
        world.actors.debt[SUPPLIER] = 12.0
        one = np.array([1.0])
        world.actors.loan[SUPPLIER] = open_claims(
            world, ClaimKind.LOAN, np.array([BANK]), np.array([SUPPLIER]), 12.0 * one, 0.0 * one
        )[0]
    apply(act_as_chain_owners, world, {"chain_leader.vouching": 0.3, "chain_leader.vouch_cap": 1.0})
    with world.writable(ALL):
        close_actors(world, np.array([SUPPLIER]))
    assert world.actors.cash[[CORE, BANK]].tolist() == pytest.approx([97.0, 105.0])


def test_an_owner_introduces_its_weakest_supplier_to_its_partner_in_research() -> None:
    """The supplier lacks (0.6 - 0.4) / 2 + 0.6 / 2 = 0.4, the SME 0.3; the trust is 0.7 x 0.8."""
    world = owned_world()
    tie(world, CORE, UNIVERSITY, Layer.RESEARCH, TieOrigin.CALL, trust=0.8)
    cash = world.actors.cash.copy()
    changes = {"search.reservation": -3.0, "chain_leader.n_introductions": 1, "chain_leader.owner_cost": 0.5}
    apply(act_as_chain_owners, world, changes)
    ties = world.ties
    new = np.flatnonzero(ties.is_active & (ties.origin == int(TieOrigin.PROPOSAL)))
    assert list(zip(ties.source[new].tolist(), ties.target[new].tolist(), strict=True)) == [(SUPPLIER, UNIVERSITY)]
    assert ties.trust[new] == pytest.approx([0.56])
    events = world.events.columns()
    assert events["kind"][events["cause_id"][ties.cause[new]]].tolist() == [int(Event.PROPOSAL)]
    assert (world.actors.cash - cash)[[CORE, HOUSEHOLDS]] == pytest.approx([-0.5, 0.5])
    apply(act_as_chain_owners, world, {**changes, "search.reservation": 5.0})
    assert len(np.flatnonzero(ties.is_active & (ties.origin == int(TieOrigin.PROPOSAL)))) == 1


@pytest.mark.parametrize("official", [False, True])
@pytest.mark.parametrize("owners", [False, True])
def test_official_and_owners_work_without_each_other(official: bool, owners: bool) -> None:
    world = owned_world()
    changes = {"chain_leader.official": official, "chain_leader.owners": owners}
    for rule in (lead_chains, act_as_chain_owners, propose_pairs):
        apply(rule, world, changes)
    guided = world.ties.is_active & (world.ties.layer == int(Layer.GUIDANCE))
    assert world.needs.is_published.any() == official
    assert (Event.PROPOSAL in world.events.columns()["kind"]) == official
    assert world.actors.is_chain_owner.any() == owners
    assert (world.actors.vouched > 0.0).any() == owners
    assert guided.any() == (official and owners)
