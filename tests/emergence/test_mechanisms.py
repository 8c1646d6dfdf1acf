"""Paired worlds: what each mechanism changes, where the money of a bundle goes, and that nothing pays out directly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from abm import Simulation
from abm.parameters import SPECIFICATIONS
from abm.recorder import Recorder
from abm.rules.policy import instrument_shares
from abm.schedule import DEFAULT, Schedule
from abm.state.codes import Event, Instrument, Purpose
from abm.types import FloatArray

SEEDS = (1, 2)
QUARTERS = 24
EARLY = {"platforms.open_quarter": 8, "platforms.open_probability": 1.0, "platforms.prospect": 0.0}
"""Platforms are there when the pair parts, so that there is something to switch off."""

OWN_MEASURE = {
    "common_technology": ("gain_origin_call", "calls are where common technology arises"),
    "supporting_chain": ("gain_route_sideways", "learning between rivals of a cluster is part of the bundle"),
    "platform": ("n_service_ties", "platforms act through their members"),
    "chain_leader": ("gain_route_proposal", "what the leader brings about travels along ties it proposed"),
    "policy": ("research_spending", "grants, refunds and calls are there to raise research"),
    "national_projects": ("spent_on_national_projects", "they are paid from outside"),
    "talent": ("talent", "people are hired, leave and retire"),
    "strategy": ("research_active_share", "firms choose whether to do research"),
    "search": ("n_research_ties", "partners are found"),
    "finance": ("loans_granted", "banks lend"),
    "innovation": ("n_projects_started", "projects are begun"),
    "learning": ("gain_route_order", "buyers teach their suppliers"),
    "new_productivity": ("digital_level", "digital, intelligent and green levels are adopted"),
    "user_feedback": ("gain_origin_user_feedback", "users teach those who sell to them"),
    "value_chain": ("value_chain", "firms invest in design, brand and service"),
    "diversification": ("advancement", "firms move between sectors of different technology"),
    "penetration": ("traditional_productivity", "what traditional industries buy raises it"),
    "entry": ("n_entries", "new firms come"),
    "closure": ("n_exits", "firms leave"),
    "licensing": ("licence_income", "who holds a result is paid for it"),
}
"""For each switch the measure it must move, chosen before any run, and why."""

BUNDLES = {
    "common_technology": (Instrument.CALL,),
    "supporting_chain": (Instrument.CULTIVATION,),
    "platform": (Instrument.PLATFORM, Instrument.PILOT),
    "chain_leader": (Instrument.CHAIN_OFFICE,),
}
"""The instruments of public money that a bundle has to itself."""


@pytest.fixture(scope="module", params=SEEDS)
def parting(request: pytest.FixtureRequest) -> Simulation:
    """A default region at the end of its burn-in."""
    simulation = Simulation("equipment", seed=request.param, changes=EARLY)
    while simulation.quarter < 0:
        simulation.step()
    return simulation


def course(simulation: Simulation, quarters: int = QUARTERS) -> Recorder:
    """Run on and return what was measured."""
    recorder = Recorder(simulation.world.structure, quarters, panel_every=0)
    for _ in range(quarters):
        parameters = simulation.parameters
        simulation.step()
        recorder.observe(simulation.world, parameters, simulation.quarter)
    return recorder


@pytest.fixture(scope="module")
def undisturbed(parting: Simulation) -> Recorder:
    return course(parting.branch())


def mean(recorder: Recorder, measure: str) -> float:
    return float(np.nanmean(recorder.series(measure)))


# ------------------------------------------------------------------------------------------------------ switches


def test_every_switch_has_its_own_measure() -> None:
    switches = {name.partition(".")[2] for name in SPECIFICATIONS if name.startswith("switches.")}
    assert set(OWN_MEASURE) == switches


@pytest.mark.parametrize("switch", OWN_MEASURE)
def test_a_switch_changes_its_own_measure(parting: Simulation, undisturbed: Recorder, switch: str) -> None:
    measure, _ = OWN_MEASURE[switch]
    without = course(parting.branch({f"switches.{switch}": False}))
    on, off = mean(undisturbed, measure), mean(without, measure)
    assert abs(on - off) > 1e-6 * max(abs(on), abs(off))


# -------------------------------------------------------------------------------------------- money of a bundle


def freed_money(simulation: Simulation) -> float:
    """Million yuan that went to the neutral account this quarter."""
    return float(simulation.world.volumes.amount[Purpose.NEUTRAL].sum())


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_money_of_a_bundle_goes_to_the_neutral_account(parting: Simulation, bundle: str) -> None:
    """What it had saved and what it would accrue; rivals accrue what they did: switching one off feeds nobody else."""
    until_budget = Schedule(DEFAULT.rules[: DEFAULT.place("tax and budget") + 1])
    on, off = parting.branch(), parting.branch({f"switches.{bundle}": False})
    for each in (on, off):
        each.schedule = until_budget
        each.step()
    own = list(BUNDLES[bundle])
    accrual = instrument_shares(on.parameters.policy) * on.parameters.policy.budget_share
    accrued = float(accrual[own].sum() * on.world.regions.tax_revenue.sum())
    saved = float(parting.world.regions.budget[:, own].sum())
    assert accrued > 0.0
    assert freed_money(off) - freed_money(on) == pytest.approx(accrued + saved, rel=1e-9)
    assert not off.world.regions.budget[:, own].any()
    rivals = [each for each in Instrument if each not in own]
    np.testing.assert_array_equal(off.world.regions.budget[:, rivals], on.world.regions.budget[:, rivals])


def test_without_policy_the_whole_budget_goes_to_the_neutral_account(parting: Simulation) -> None:
    branch = parting.branch({"switches.policy": False})
    policy = branch.parameters.policy
    saved = float(branch.world.regions.budget.sum())
    for _ in range(2):
        branch.step()
        accrued = instrument_shares(policy).sum() * policy.budget_share * branch.world.regions.tax_revenue.sum()
        assert freed_money(branch) == pytest.approx(float(accrued) + saved, rel=1e-9)
        assert not branch.world.regions.budget.any()
        saved = 0.0


@pytest.mark.parametrize("kept", [0.0, 1.0])
def test_the_neutral_account_hands_on_what_it_gets(parting: Simulation, kept: float) -> None:
    off = parting.branch({"switches.platform": False, "policy.neutral_return": 1.0 - kept})
    cash = off.world.actors.cash[off.world.neutral]
    off.step()
    assert freed_money(off) > 0.0
    assert off.world.actors.cash[off.world.neutral] - cash == pytest.approx(kept * freed_money(off), abs=1e-9)


# ------------------------------------------------------------------------------------------------- null worlds

NULL = {f"switches.{bundle}": False for bundle in ("common_technology", "supporting_chain", "platform")}
NULL_SHARE = 0.02
"""Most of all gains that the three paths may have in a world without the three bundles."""


@pytest.mark.parametrize("seed", SEEDS)
def test_without_the_bundles_there_are_no_paths(seed: int) -> None:
    """With the three bundles off from the start, no gain is booked on their paths and none of them dominates."""
    recorder = course(Simulation("equipment", seed=seed, changes=NULL), 60)
    assert np.nanmax(recorder.series("paths_share_of_gains")) <= NULL_SHARE
    assert np.isnan(recorder.series("dominant_path")).all()


# --------------------------------------------------------------------- the first law: nothing pays out directly

NO_LEARNING = {
    "learning.research_rate": 0.0,
    "learning.supply_rate": 0.0,
    "learning.upstream_rate": 0.0,
    "learning.sideways_rate": 0.0,
    "innovation.rho": 0.0,
    "innovation.digestion": 0.0,
    "talent.people_rate": 0.0,
    "market.feedback_rate": 0.0,
    "frontier.embodied": 0.0,
    "frontier.obsolescence": 0.0,
}
"""Every rate at which anybody learns, researches, digests or forgets."""

GENEROUS = {
    "policy.budget_share": 0.6,
    "policy.access": 1.0,
    "policy.subsidy_rate": 0.8,
    "chain_leader.n_published": 5,
    "chain_leader.n_proposals": 10,
    "chain_leader.n_introductions": 20,
    "chain_leader.office_cost": 0.05,
    "platforms.sponsoring": 0.02,
    "calls.national_rate": 1.0,
    "finance.outside_inflow": 0.05,
    "finance.venture_share": 0.5,
}
"""As much policy, leadership, service and money as there can be."""


@pytest.mark.parametrize("seed", SEEDS)
def test_without_learning_nothing_raises_capability(seed: int) -> None:
    """Policy, leader, platforms and finance at full force leave everybody's capability as it was, to the last bit."""
    simulation = Simulation("equipment", seed=seed, changes=EARLY | NO_LEARNING | GENEROUS)
    world = simulation.world
    known: dict[int, FloatArray] = {}
    spent = dict.fromkeys((Purpose.GRANT, Purpose.PLATFORM_SUPPORT, Purpose.CHAIN_OFFICE, Purpose.LOAN), 0.0)
    for _ in range(36):
        simulation.step()
        for purpose in spent:
            spent[purpose] += float(world.volumes.amount[purpose].sum())
        for slot in np.flatnonzero(world.actors.is_active):
            capability = world.actors.capability[slot]
            np.testing.assert_array_equal(known.setdefault(int(world.actors.uid[slot]), capability.copy()), capability)
        assert not world.ledger.gain.any()
    happened = set(world.events.columns()["kind"].tolist())
    assert {Event.PROPOSAL, Event.MEMBER_JOINED, Event.CALL_AWARDED, Event.RESEARCH_SUCCEEDED, Event.ENTRY} <= happened
    assert all(amount > 0.0 for amount in spent.values()), spent


HELPERS = (
    "policy", "chain_leader", "chain_owners", "proposals", "platforms", "platform_services", "finance", "debts",
    "outside_capital",
)  # fmt: skip
"""Modules of those who may change information, meetings, trust, money, access, people or cost, and nothing else."""


def helping_writes() -> Iterator[tuple[str, str]]:
    for rule in DEFAULT:
        if rule.action.__module__.rpartition(".")[2] in HELPERS:
            for column in rule.writes:
                yield rule.name, column


def test_who_helps_may_not_write_what_anybody_can_do() -> None:
    modules = {rule.action.__module__.rpartition(".")[2] for rule in DEFAULT}
    assert set(HELPERS) <= modules
    forbidden = {"actors.*", "actors.capability", "actors.quality", "actors.equipment_level", "ledger.*"}
    found = [(rule, column) for rule, column in helping_writes() if column in forbidden or column.startswith("ledger.")]
    assert found == []
