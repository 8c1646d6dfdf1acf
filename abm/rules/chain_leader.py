"""The chain leader: an office that diagnoses, publishes, appoints, proposes, vouches and prunes (model.md line 3).

It changes what is known, who meets whom, trust and money, never capability (law 1). Once a year and per chain it
weighs open needs by age and cost, publishes the first ones, appoints a leading firm as chain owner, proposes pairs
that both sides must still want, lets owners vouch for their suppliers' loans and drops ties that stay bad
(ren 2.4.1, 3.3, 4.5). Without money for the office a chain goes without a leader for the year.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import ChainLeader, Parameters
from abm.randomness import Draws, mix, pair_uid, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import transfer
from abm.state.codes import Event, Instrument, Kind, Layer, Mode, Purpose, TieOrigin
from abm.state.proximity import appeal, chain_overlap, cognitive_distance, overlap_of, tie_capacity, understanding
from abm.state.ties import are_tied, degrees, platform_of
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_RESEARCH = int(Layer.RESEARCH)
_SUPPLY = int(Layer.SUPPLY)
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


@kernel
def leading(score: float, slot: int, scores: FloatArray, slots: IntArray) -> None:
    """Insert an actor into a list of the highest scores, longest first; negative scores stay out.

    >>> import numpy as np
    >>> scores, slots = np.array([0.9, 0.4]), np.array([7, 3])
    >>> leading(0.5, 8, scores, slots); scores.tolist(), slots.tolist()
    ([0.9, 0.5], [7, 8])
    """
    place = len(scores)
    while place > 0 and score > scores[place - 1]:
        place -= 1
    for k in range(len(scores) - 1, place, -1):
        scores[k] = scores[k - 1]
        slots[k] = slots[k - 1]
    if place < len(scores):
        scores[place] = score
        slots[place] = slot


@kernel
def needy_and_able(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    sector: IntArray,
    x: FloatArray,
    uid: UidArray,
    key: np.uint64,
    place: int,
    weak_sector: int,
    field: int,
    number: int,
) -> tuple[IntArray, IntArray]:
    """Return the firms of a sector that lack a field most and the actors of the region that know it best.

    Draws between half and one and a half times the deficit, and three to five quarters of the capability, keep the
    office from always naming the same ones; -1 where there are too few.
    """
    needy = np.full(number, -1, np.int64)
    able = np.full(number, -1, np.int64)
    lack = np.zeros(number)
    skill = np.zeros(number)
    for i in range(len(is_active)):
        if not is_active[i] or region[i] != place or kind[i] > _UNIVERSITY:
            continue
        if kind[i] == _FIRM and sector[i] == weak_sector:
            leading(max(0.0, 1.0 - x[i, field]) * (0.5 + uniform(key, uid[i], 0)), i, lack, needy)
        leading(x[i, field] * (0.75 + 0.5 * uniform(key, uid[i], 1)), i, skill, able)
    return needy, able


@kernel
def agreed(
    first: IntArray,
    second: IntArray,
    x: FloatArray,
    uid: UidArray,
    sector: IntArray,
    platform: IntArray,
    degree: IntArray,
    capacity: FloatArray,
    overlap: FloatArray,
    taste: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    key: np.uint64,
    bond: float,
    best_distance: float,
    width: float,
) -> BoolArray:
    """Return which proposed research pairs both sides want; the scoring is that of partners who meet by themselves."""
    result = np.zeros(len(first), np.bool_)
    for a in range(len(first)):
        i, j = first[a], second[a]
        if i == j or are_tied(start, other, tie, layer, i, j, _RESEARCH):
            continue
        heard = understanding(cognitive_distance(x, i, j), best_distance, width)
        is_comember = platform[i] >= 0 and platform[i] == platform[j]
        chain = overlap_of(overlap, sector, i, j)
        pair = pair_uid(uid[i], uid[j])
        low = 0 if uid[i] < uid[j] else 1
        noise = 3.4641016151377544 * (uniform(key, pair, low) - 0.5)
        mine = appeal(taste, heard, bond, is_comember, chain, degree[j], degree[i] / capacity[i], noise)
        noise = 3.4641016151377544 * (uniform(key, pair, 1 - low) - 0.5)
        theirs = appeal(taste, heard, bond, is_comember, chain, degree[i], degree[j] / capacity[j], noise)
        result[a] = mine > 0.0 and theirs > 0.0
    return result


@rule(
    writes=(
        "needs.is_published", "actors.is_chain_owner", "actors.backing", "actors.research_income", "regions.budget",
        *tie_book.WRITES, *accounts.WRITES,
    ),
    source="ren:2.4.1; ren:3.3; ren:4.5",
    off={"switches.chain_leader": False},
    needs_rows={"ties": 0.5},
)  # fmt: skip
def lead_chains(world: World, parameters: Parameters, draws: Draws) -> None:
    """Once a year, each chain's leader publishes needs, appoints owners, proposes pairs, lets owners vouch, prunes.

    Equation   priority = N (1 + age_weight age) / (cost_weight + gap); n_published first ones are published; pairs of
               the firms that lack the field most and the actors that know it best are proposed and tied if both
               agree (same appeal as in search, trust = proposal_trust)
    Units      N: million yuan per quarter; age: years; trust, gap: 1; costs: million yuan
    Source     ren 2.4.1 (chain owners since 2019), 3.3 (leading firms drive others), 4.5 (eliminate bad links)
    Draws      who is named ("named by the leader") by uid per need; what nobody observes ("proposal") by pair
    Off when   switches.chain_leader = false
    """
    if not parameters.switches.chain_leader or world.quarter % 4 != 0:
        return
    proposals = _Proposals()
    p = parameters.chain_leader
    for r in range(world.structure.n_regions):
        led = _pay_offices(world, p, r)
        _appoint(world, p, r, led)
        for chain in led:
            _publish_and_propose(world, p, draws, r, chain, proposals)
    _open_research(world, parameters, draws, proposals)
    _open_supply(world, parameters, proposals)
    _vouch(world, p)
    _prune(world, p)


class _Proposals:
    """Pairs proposed this year: needy firm, able actor, cause; and buyer, supplier, cause."""

    def __init__(self) -> None:
        self.research: dict[tuple[int, int], int] = {}
        self.supply: dict[tuple[int, int], int] = {}


def _pay_offices(world: World, p: ChainLeader, region: int) -> list[int]:
    """Pay for as many offices as the money allows, chains with the largest open needs first; return those chains."""
    needs, regions = world.needs, world.regions
    size = np.where(needs.is_open[region], needs.exposure[region], 0.0).sum(axis=(1, 2))
    cost = p.office_cost + p.n_published * p.n_proposals * p.proposal_cost
    money = min(
        float(regions.budget[region, _OFFICE]), float(world.actors.cash[regions.government_slot[region]])
    )
    number = int((size > 0.0).sum()) if cost <= 0.0 else min(int((size > 0.0).sum()), int(money / cost))
    chains = np.argsort(-size, kind="stable")[:number]
    _spend(world, region, int(regions.household_slot[region]), number * cost)
    return [int(c) for c in chains]


def _spend(world: World, region: int, payee: int, amount: float) -> float:
    """Pay from the office's budget; return what was paid."""
    regions = world.regions
    wanted = min(amount, float(regions.budget[region, _OFFICE]))
    paid = transfer(world, int(regions.government_slot[region]), payee, wanted, Purpose.CHAIN_OFFICE)
    regions.budget[region, _OFFICE] = max(0.0, float(regions.budget[region, _OFFICE]) - paid)
    return paid


def _appoint(world: World, p: ChainLeader, region: int, led: list[int]) -> None:
    """Appoint the largest core firms that make a led chain's final product; owners stay while they are core."""
    actors, st = world.actors, world.structure
    core = np.flatnonzero(
        actors.is_active & actors.is_core & (actors.kind == _FIRM) & (actors.region == region)
    )
    order = core[np.lexsort((actors.uid[core], -actors.sales[core], ~actors.is_chain_owner[core]))]
    owners: dict[int, int] = {}
    for chain in led:
        eligible = order[st.final_demand[chain, actors.sector[order]] > 0.0]
        for slot in eligible[: p.n_owners]:
            owners.setdefault(int(slot), chain)
    here = np.flatnonzero(actors.is_chain_owner & (actors.region == region))
    new = np.array([slot for slot in owners if not actors.is_chain_owner[slot]], dtype=np.int64)
    actors.is_chain_owner[here] = False
    actors.is_chain_owner[list(owners)] = True
    _guide(world, region, new)
    world.events.add(
        Event.OWNER_APPOINTED, world.quarter, actors.uid[new], region=region, amount=actors.sales[new],
        partner=actors.uid[world.regions.government_slot[region]], channel=[owners[int(slot)] for slot in new],
    )  # fmt: skip


def _guide(world: World, region: int, new: IntArray) -> None:
    """Tie the government to new owners and end its guidance of former ones."""
    ties, government = world.ties, int(world.regions.government_slot[region])
    rows = np.flatnonzero(ties.is_active & (ties.layer == int(Layer.GUIDANCE)) & (ties.source == government))
    tie_book.close_ties(world, rows[~world.actors.is_chain_owner[ties.target[rows]]])
    new = np.setdiff1d(new, ties.target[rows])
    source = np.full(len(new), government)
    tie_book.open_ties(world, source, new, Layer.GUIDANCE, TieOrigin.PROPOSAL, weight=1.0, trust=0.5)


def _publish_and_propose(
    world: World, p: ChainLeader, draws: Draws, region: int, chain: int, proposals: _Proposals
) -> None:
    """Publish the first needs of a chain and name pairs for each."""
    needs, actors, st = world.needs, world.actors, world.structure
    age = (world.quarter - needs.opened[region, chain]) / 4.0
    rank = priorities(needs.exposure[region, chain], needs.gap[region], needs.is_open[region, chain], age, p)
    first = np.argsort(-rank, axis=None, kind="stable")[: p.n_published]
    first = first[rank.ravel()[first] > 0.0]
    was_published = needs.is_published[region, chain].copy()
    needs.is_published[region, chain] = False
    x = actors.capability / world.fields.frontier
    government = actors.uid[world.regions.government_slot[region]]
    for place in first:
        s, k = divmod(int(place), st.n_fields)
        needs.is_published[region, chain, s, k] = True
        cause = -1
        if not was_published[s, k]:
            cause = int(
                world.events.add(
                    Event.NEED_PUBLISHED, world.quarter, government, region=region, field=k, channel=chain,
                    amount=needs.exposure[region, chain, s, k],
                )[0]
            )  # fmt: skip
        key = np.uint64(mix(draws.key("named by the leader") + np.uint64(int(place) + 1)))
        needy, able = needy_and_able(
            actors.is_active, actors.kind, actors.region, actors.sector, x, actors.uid, key,
            region, s, k, p.n_proposals,
        )  # fmt: skip
        _name_pairs(world, needy, able, s, cause, proposals)


def _name_pairs(world: World, needy: IntArray, able: IntArray, weak_sector: int, cause: int, to: _Proposals) -> None:
    """Propose research to each needy firm and able actor, and the able firms of the sector to chain owners as suppliers."""
    actors, st = world.actors, world.structure
    for i, j in zip(needy.tolist(), able.tolist(), strict=True):
        if i < 0 or j < 0 or i == j:
            continue
        if actors.kind[j] == _FIRM and st.inputs[actors.sector[j], weak_sector] > 0.0:
            to.supply.setdefault((i, j), cause)
        else:
            to.research.setdefault((i, j), cause)
    suppliers = [j for j in able.tolist() if j >= 0 and actors.kind[j] == _FIRM and actors.sector[j] == weak_sector]
    if suppliers:
        region = actors.region[suppliers[0]]
        for i in np.flatnonzero(actors.is_chain_owner & (actors.region == region)).tolist():
            if i not in suppliers and st.inputs[weak_sector, actors.sector[i]] > 0.0:
                to.supply.setdefault((i, suppliers[0]), cause)


def _columns(pairs: dict[tuple[int, int], int]) -> tuple[IntArray, IntArray, IntArray]:
    """Return first, second and cause of the pairs."""
    keys = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    return keys[:, 0].copy(), keys[:, 1].copy(), np.array(list(pairs.values()), dtype=np.int64)


def _open_research(world: World, parameters: Parameters, draws: Draws, proposals: _Proposals) -> None:
    """Ask both sides of the proposed research pairs, tie those who agree and give them the office's money."""
    pairs = {pair: cause for pair, cause in proposals.research.items() if pair[::-1] not in proposals.research}
    pairs |= {pair: cause for pair, cause in proposals.research.items() if pair[::-1] in pairs}
    needy, able, cause = _columns(proposals.research)
    if len(needy) == 0:
        return
    p, search, actors, ties, st = (
        parameters.chain_leader, parameters.search, world.actors, world.ties, world.structure,
    )  # fmt: skip
    lists = world.neighbours()
    is_agreed = agreed(
        needy, able, actors.capability / world.fields.frontier, actors.uid, actors.sector, platform_of(world),
        degrees(ties.is_active, ties.layer, ties.source, ties.target, actors.rows, _RESEARCH),
        tie_capacity(actors.talent, search.capacity, search.capacity_exponent),
        chain_overlap(st.final_demand @ st.leontief.T), np.array(search.taste),
        lists.start, lists.other, lists.tie, ties.layer, draws.key("proposal"),
        p.proposal_trust, parameters.learning.best_distance, parameters.learning.distance_width,
    )  # fmt: skip
