"""The chain leader: an office that diagnoses, publishes and prunes (model.md line 3).

It changes what is known, who meets whom, trust and money, never capability (law 1). Once a year and per chain it
weighs open needs by age and cost, publishes the first ones and drops ties that stay bad (ren 2.4.1, 4.5). Without money
for the office a chain goes without a leader for the year. What it proposes stands in `abm.rules.proposals`, what the
leading firms of a chain do by themselves in `abm.rules.chain_owners`.
"""

from __future__ import annotations

import numpy as np

from abm.parameters import ChainLeader, Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import transfer
from abm.state.codes import Event, Instrument, Kind, Layer, Purpose
from abm.state.world import World
from abm.types import BoolArray, FloatArray
from abm.valuation import people_cost

_OFFICE = int(Instrument.CHAIN_OFFICE)


def priorities(
    exposure: FloatArray, gap: FloatArray, is_open: BoolArray, age_years: FloatArray, p: ChainLeader
) -> FloatArray:
    """Return the priority of each need of a chain, shape (sectors, fields); 0 where the need is not open.

    >>> one = np.array([[10.0, 10.0]])
    >>> priorities(one, np.array([[0.4, 0.4]]), one > 0, np.array([[0.0, 4.0]]), ChainLeader()).tolist()
    [[20.0, 40.0]]
    """
    result: FloatArray = np.where(is_open, exposure * (1.0 + p.age_weight * age_years) / (p.cost_weight + gap), 0.0)
    return result


@rule(
    writes=("needs.is_published", "regions.budget", "ties.is_active", *accounts.WRITES),
    source="ren:2.4.1; ren:4.5",
    off={"switches.chain_leader": False, "chain_leader.official": False},
)
def lead_chains(world: World, parameters: Parameters, draws: Draws) -> None:
    """Once a year each chain's leader diagnoses and publishes needs; ties that stay bad are dropped.

    Equation   priority = N (1 + age_weight age) / (cost_weight + gap), the n_published first ones are published;
               a research tie with tau < prune_trust that no project used for prune_idle quarters ends, as does a supply
               tie with tau < prune_supply whose supplier is worse than the mean of its sector
    Units      N: million yuan per quarter; age: years; tau, gap: 1
    Source     ren 2.4.1 (chain leaders since 2019), 4.5 (eliminate bad links)
    Draws      none
    Off when   switches.chain_leader = false, or chain_leader.official = false
    """
    if not (parameters.switches.chain_leader and parameters.chain_leader.official) or world.quarter % 4 != 0:
        return
    p, people = parameters.chain_leader, people_cost(world.regions.wage, parameters.production)
    for r in range(world.structure.n_regions):
        led = _pay_offices(world, p, r, p.office_cost * float(people[r]))
        _publish(world, p, r, led)
        if led:
            _prune(world, p, r)


def _pay_offices(world: World, p: ChainLeader, region: int, cost: float) -> list[int]:
    """Pay for as many offices as the money allows, chains with the largest open needs first; return those chains."""
    needs, regions = world.needs, world.regions
    government = int(regions.government_slot[region])
    size = np.where(needs.is_open[region], needs.exposure[region], 0.0).sum(axis=(1, 2))
    number = int((size > 0.0).sum())
    money = min(float(regions.budget[region, _OFFICE]), float(world.actors.cash[government]))
    if cost > 0.0:
        number = int(min(float(number), money / cost))
    paid = transfer(world, government, int(regions.household_slot[region]), number * cost, Purpose.CHAIN_OFFICE)
    regions.budget[region, _OFFICE] = max(0.0, float(regions.budget[region, _OFFICE]) - paid)
    return [int(chain) for chain in np.argsort(-size, kind="stable")[:number]]


def _publish(world: World, p: ChainLeader, region: int, led: list[int]) -> None:
    """Publish the first needs of each led chain, and nothing of the others."""
    needs = world.needs
    was_published = needs.is_published[region].copy()
    needs.is_published[region] = False
    government = world.actors.uid[world.regions.government_slot[region]]
    for chain in led:
        age = (world.quarter - needs.opened[region, chain]) / 4.0
        rank = priorities(needs.exposure[region, chain], needs.gap[region], needs.is_open[region, chain], age, p)
        first = np.argsort(-rank, axis=None, kind="stable")[: p.n_published]
        for place in first[rank.ravel()[first] > 0.0]:
            s, k = divmod(int(place), world.structure.n_fields)
            needs.is_published[region, chain, s, k] = True
            if not was_published[chain, s, k]:
                world.events.add(
                    Event.NEED_PUBLISHED, world.quarter, government, region=region, field=k, channel=chain,
                    amount=needs.exposure[region, chain, s, k], cause=needs.cause[region, chain, s, k],
                )  # fmt: skip


def _prune(world: World, p: ChainLeader, region: int) -> None:
    """End distrusted ties of the region: research ties long idle, supply ties to suppliers worse than their rivals."""
    ties, actors = world.ties, world.actors
    is_idle = world.quarter - ties.used > p.prune_idle
    is_bad = (ties.layer == int(Layer.RESEARCH)) & (ties.trust < p.prune_trust) & is_idle
    firm = world.slots(Kind.FIRM)
    number = np.bincount(actors.sector[firm], minlength=world.structure.n_sectors)
    mean = np.bincount(actors.sector[firm], actors.quality[firm], world.structure.n_sectors) / np.maximum(number, 1)
    is_poor = actors.quality[ties.source] < mean[actors.sector[ties.source]]
    is_bad |= (ties.layer == int(Layer.SUPPLY)) & (ties.trust < p.prune_supply) & is_poor
    rows = np.flatnonzero(ties.is_active & is_bad)
    tie_book.close_ties(world, rows[actors.region[ties.source[rows]] == region])
