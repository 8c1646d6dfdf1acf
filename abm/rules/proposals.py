"""What the chain leader proposes: needy firms and those who could help them, as candidates (model.md line 3).

A proposal is a meeting with known quality and some initial trust, not a tie: both sides must still want it, by the
same scoring as partners who meet by themselves (law 1). Money of the office left over goes to pairs that agree.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_proposals import agreed, named_pairs, proposed_orders, published_needs, steer
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import books_of
from abm.state.codes import Event, Layer, TieOrigin
from abm.state.ties import platform_of
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import people_cost


@rule(
    writes=("actors.research_income", "actors.steered_field", "regions.budget", *tie_book.WRITES, *accounts.WRITES),
    source="ren:2.4.1; ren:4.5",
    off={"switches.chain_leader": False, "chain_leader.official": False},
    needs_rows={"ties": 0.5},
)
def propose_pairs(world: World, parameters: Parameters, draws: Draws) -> None:
    """For each published need the leader proposes pairs; those who both want it are tied and get the office's money.

    Equation   firms with the highest (1 - x_ik)(1/2 + u) meet actors with the highest x_jk (3/4 + u / 2), in order;
               research: appeal of both > 0 with trust = proposal_trust; supply: able supplier with room whose score
               (see find suppliers) beats the worst one's, added below local_cap, else in its place; steering of a
               region's money left goes to its new partners that research, for the field of the need
    Units      x, u, trust: 1; money: million yuan
    Source     ren 2.4.1, 4.5 (the leader allocates resources and opens blocked points of the chain)
    Draws      who is named ("named by the leader") by uid and need; what nobody observes ("proposal") by pair
    Off when   switches.chain_leader = false, or chain_leader.official = false
    """
    if not (parameters.switches.chain_leader and parameters.chain_leader.official) or world.quarter % 4 != 0:
        return
    x = world.actors.capability / world.fields.frontier
    research, supply = _named_pairs(world, parameters, draws, x)
    if len(research):
        _tie_researchers(world, parameters, draws, x, research)
    if len(supply):
        _tie_suppliers(world, parameters, supply)


def _named_pairs(world: World, parameters: Parameters, draws: Draws, x: FloatArray) -> tuple[IntArray, IntArray]:
    """Return who is named for research and for supply, with the event that published the need; pay the office."""
    a, st, regions, needs, p = world.actors, world.structure, world.regions, world.needs, parameters.chain_leader
    events = world.events.columns()
    need = published_needs(
        needs.is_published, events["quarter"], events["kind"], events["region"], events["channel"], events["field"],
        world.quarter,
    )  # fmt: skip
    return named_pairs(
        need, books_of(world), a.is_active, a.uid, a.sector, a.is_chain_owner, x, st.inputs, regions.budget,
        regions.government_slot, regions.household_slot, p.n_proposals,
        p.proposal_cost * people_cost(regions.wage, parameters.production),
        parameters.search.input_threshold, draws.key("named by the leader"),
    )  # fmt: skip


def _record(world: World, pair: IntArray, layer: Layer) -> IntArray:
    """Record the proposals and return their events."""
    actors, first = world.actors, pair[:, 0]
    return world.events.add(
        Event.PROPOSAL, world.quarter, actors.uid[first], region=actors.region[first], partner=actors.uid[pair[:, 1]],
        field=pair[:, 3], channel=int(layer), cause=pair[:, 2],
    )  # fmt: skip


def _tie_researchers(world: World, parameters: Parameters, draws: Draws, x: FloatArray, pair: IntArray) -> None:
    """Ask both sides of the research pairs, tie those who agree and share the office's money among them."""
    p, search, learning = parameters.chain_leader, parameters.search, parameters.learning
    actors, ties, regions, lists = world.actors, world.ties, world.regions, world.neighbours()
    is_agreed = agreed(
        pair, x, actors.uid, actors.sector, platform_of(world), actors.talent, world.structure.overlap,
        np.array(search.taste), lists.start, lists.other, lists.tie, ties.layer, draws.key("proposal"),
        np.full(len(pair), p.proposal_trust), learning.best_distance, learning.distance_width, search.capacity,
        search.capacity_exponent,
    )  # fmt: skip
    event = _record(world, pair, Layer.RESEARCH)
    needy, able = pair[is_agreed, 0], pair[is_agreed, 1]
    tie_book.open_ties(
        world, needy, able, Layer.RESEARCH, TieOrigin.PROPOSAL, weight=1.0, trust=p.proposal_trust,
        cause=event[is_agreed],
    )  # fmt: skip
    field = pair[is_agreed, 3]
    steer(
        np.concatenate((needy, able)), np.concatenate((field, field)), books_of(world), actors.mode,
        actors.research_income, actors.steered_field, regions.budget, regions.government_slot, p.steering,
    )  # fmt: skip


def _tie_suppliers(world: World, parameters: Parameters, pair: IntArray) -> None:
    """Tie buyers and proposed suppliers where the supplier is able, with room, and finds a place or takes one."""
    p, leader, actors, ties, lists = (
        parameters.search, parameters.chain_leader, world.actors, world.ties, world.neighbours(),
    )  # fmt: skip
    guided = ties.target[ties.is_active & (ties.layer == int(Layer.GUIDANCE))]
    trust = np.minimum(1.0, leader.proposal_trust + leader.guidance_trust * np.isin(pair[:, 0], guided))
    share, ended = proposed_orders(
        pair, actors.sector, actors.uid, actors.quality, actors.price, actors.expected_orders, actors.equipment,
        world.structure.capital_ratio, lists.start, lists.other, lists.tie, ties.layer, ties.source, ties.target,
        ties.weight, ties.trust, p.quality_weight, p.price_weight, p.attachment, p.full_capacity, p.loyalty, trust,
        p.order_step, p.local_cap,
    )  # fmt: skip
    event = _record(world, pair, Layer.SUPPLY)
    wanted, beaten = share > 0.0, ended >= 0
    tie_book.close_ties(world, ended[beaten], event[beaten])
    if wanted.any():
        tie_book.open_ties(
            world, pair[wanted, 1], pair[wanted, 0], Layer.SUPPLY, TieOrigin.PROPOSAL, weight=share[wanted],
            trust=trust[wanted], cause=event[wanted],
        )  # fmt: skip
