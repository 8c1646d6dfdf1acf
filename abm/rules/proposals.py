"""What the chain leader proposes: needy firms and those who could help them, as candidates (model.md line 3).

A proposal is a meeting with known quality and some initial trust, not a tie: both sides must still want it, by the
same scoring as partners who meet by themselves (law 1). Money of the office left over goes to pairs that agree.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, pair_uid, uniform
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
_SPREAD = math.sqrt(12.0)
_LEAST_ROOM = 0.01


@kernel
def insert_leading(score: float, slot: int, scores: FloatArray, slots: IntArray) -> None:
    """Insert an actor into a list of the highest scores, highest first.

    >>> import numpy as np
    >>> scores, slots = np.array([0.9, 0.4]), np.array([7, 3])
    >>> insert_leading(0.5, 8, scores, slots); scores.tolist(), slots.tolist()
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
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, x: FloatArray, uid: UidArray,
    key: np.uint64, place: int, weak_sector: int, field: int, number: int,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return the firms of a sector that lack a field most and the actors of the region that know it best.

    Draws between half and one and a half times the deficit, and three to five quarters of the capability, keep the
    office from always naming the same ones; -1 where there are too few.
    """
    needy = np.full(number, -1, np.int64)
    able = np.full(number, -1, np.int64)
    lack = np.zeros(number)
    knowledge = np.zeros(number)
    need = weak_sector * x.shape[1] + field
    for i in range(len(is_active)):
        if not is_active[i] or region[i] != place or kind[i] > _UNIVERSITY:
            continue
        if kind[i] == _FIRM and sector[i] == weak_sector:
            deficit = max(0.0, 1.0 - x[i, field])
            insert_leading(deficit * (0.5 + uniform(key, uid[i], 2 * need)), i, lack, needy)
        insert_leading(x[i, field] * (0.75 + 0.5 * uniform(key, uid[i], 2 * need + 1)), i, knowledge, able)
    return needy, able


@kernel
def agreed(
    first: IntArray, second: IntArray, x: FloatArray, uid: UidArray, sector: IntArray, platform: IntArray,
    degree: IntArray, capacity: FloatArray, overlap: FloatArray, taste: FloatArray, start: IntArray,
    other: IntArray, tie: IntArray, layer: IntArray, key: np.uint64, bond: float, best_distance: float, width: float,
) -> BoolArray:  # fmt: skip
    """Return which proposed research pairs both sides want; the scoring is that of partners who meet by themselves."""
    result = np.zeros(len(first), np.bool_)
    for a in range(len(first)):
        i, j = first[a], second[a]
        if are_tied(start, other, tie, layer, i, j, _RESEARCH):
            continue
        heard = understanding(cognitive_distance(x, i, j), best_distance, width)
        is_comember = platform[i] >= 0 and platform[i] == platform[j]
        chain = overlap_of(overlap, sector, i, j)
        pair = pair_uid(uid[i], uid[j])
        low = 0 if uid[i] < uid[j] else 1
        noise = _SPREAD * (uniform(key, pair, low) - 0.5)
        mine = appeal(taste, heard, bond, is_comember, chain, degree[j], degree[i] / capacity[i], noise)
        noise = _SPREAD * (uniform(key, pair, 1 - low) - 0.5)
        theirs = appeal(taste, heard, bond, is_comember, chain, degree[i], degree[j] / capacity[j], noise)
        result[a] = mine > 0.0 and theirs > 0.0
    return result


@kernel
def room_for_suppliers(
    buyer: IntArray, supplier: IntArray, sector: IntArray, quality: FloatArray, price: FloatArray,
    equipment: FloatArray, expected_orders: FloatArray, capital_ratio: FloatArray, start: IntArray, tie: IntArray,
    layer: IntArray, source: IntArray, target: IntArray, weight: FloatArray, local_cap: float, full_capacity: float,
) -> FloatArray:  # fmt: skip
    """Return what share of the buyer's input each proposed supplier could have, 0 where it is not wanted.

    It must be at least as good as the buyer's suppliers of its sector on average, with capacity left, and not yet
    supply the buyer; the buyer's suppliers of a sector have at most `local_cap` of the input together.

    >>> import numpy as np
    >>> one, row, sector = np.ones(3), np.array([0]), np.array([0, 1, 1])
    >>> room_for_suppliers(np.array([0]), np.array([2]), sector, one, one, one, 0.5 * one, one, np.array([0, 1, 2, 2]),
    ...     np.array([0, 0]), row, np.array([1]), row, np.array([0.25]), 0.75, 1.0).tolist()
    [0.5]
    """
    room = np.zeros(len(buyer))
    for a in range(len(buyer)):
        i, j = buyer[a], supplier[a]
        taken = 0.0
        others = 0.0
        rivals = 0
        is_tied = False
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if layer[t] != _SUPPLY or target[t] != i:
                continue
            is_tied = is_tied or source[t] == j
            if sector[source[t]] == sector[j]:
                taken += weight[t]
                others += quality[source[t]]
                rivals += 1
        reach = full_capacity * equipment[j] / max(capital_ratio[sector[j]], 1e-9)
        is_able = expected_orders[j] <= reach * price[j] and quality[j] >= others / max(rivals, 1)
        if is_able and not is_tied and local_cap - taken > _LEAST_ROOM:
            room[a] = local_cap - taken
    return room


class _Pairs:
    """Proposed pairs of one layer in the order they were named, each pair once."""

    def __init__(self) -> None:
        self.named: dict[frozenset[int], tuple[int, int, int]] = {}

    def add(self, first: int, second: int, cause: int) -> None:
        """Name a pair: needy firm and able actor, or buyer and supplier."""
        if first != second:
            self.named.setdefault(frozenset((first, second)), (first, second, cause))

    def columns(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the first ones, the second ones and the causes."""
        table = np.array(list(self.named.values()), dtype=np.int64).reshape(-1, 3)
        return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()


@rule(
    writes=("actors.research_income", "regions.budget", *tie_book.WRITES, *accounts.WRITES),
    source="ren:2.4.1; ren:4.5",
    off={"switches.chain_leader": False},
    needs_rows={"ties": 0.5},
)
def propose_pairs(world: World, parameters: Parameters, draws: Draws) -> None:
    """For each published need the leader proposes pairs; those who both want it are tied and get the office's money.

    Equation   firms with the highest (1 - x_ik)(1/2 + u) meet actors with the highest x_jk (3/4 + u / 2), in order;
               research: appeal of both > 0 with trust = proposal_trust; supply: able supplier with room, buyer below
               local_cap; steering of the money left goes to the pairs that research, half each
    Units      x, u, trust: 1; money: million yuan
    Source     ren 2.4.1, 4.5 (the leader allocates resources and opens blocked points of the chain)
    Draws      who is named ("named by the leader") by uid and need; what nobody observes ("proposal") by pair
    Off when   switches.chain_leader = false
    """
    if not parameters.switches.chain_leader or world.quarter % 4 != 0:
        return
    research, supply, causes = _Pairs(), _Pairs(), _publications(world)
    x = world.actors.capability / world.fields.frontier
    for r, chain, s, k in zip(*np.nonzero(world.needs.is_published), strict=True):
        cause = causes.get((int(r), int(chain), int(k)), -1)
        _name_pairs(world, parameters, draws, x, (int(r), int(s), int(k)), cause, research, supply)
    _tie_researchers(world, parameters, draws, x, research)
    _tie_suppliers(world, parameters, supply)


def _publications(world: World) -> dict[tuple[int, int, int], int]:
    """Return the event that published a need of (region, chain, field) this quarter."""
    events = world.events.columns()
    recent = slice(int(np.searchsorted(events["quarter"], world.quarter)), None)
    rows = np.flatnonzero(events["kind"][recent] == int(Event.NEED_PUBLISHED))
    need = (events[name][recent][rows].tolist() for name in ("region", "channel", "field", "event_id"))
    found: dict[tuple[int, int, int], int] = {}
    for region, chain, field, event in zip(*need, strict=True):
        found.setdefault((region, chain, field), event)
    return found


def _name_pairs(
    world: World,
    parameters: Parameters,
    draws: Draws,
    x: FloatArray,
    need: tuple[int, int, int],
    cause: int,
    research: _Pairs,
    supply: _Pairs,
) -> None:
    """Name pairs for one need as far as the money goes: research or supply for the needy, suppliers for owners."""
    actors, st, regions = world.actors, world.structure, world.regions
    region, s, k = need
    p = parameters.chain_leader
    number = p.n_proposals
    if p.proposal_cost > 0.0:
        number = min(number, int(regions.budget[region, _OFFICE] / p.proposal_cost))
    needy, able = needy_and_able(
        actors.is_active, actors.kind, actors.region, actors.sector, x, actors.uid, draws.key("named by the leader"),
        region, s, k, number,
    )  # fmt: skip
    pairs = [(i, j) for i, j in zip(needy.tolist(), able.tolist(), strict=True) if i >= 0 and j >= 0]
    for i, j in pairs:
        is_supplier = actors.kind[j] == _FIRM and st.inputs[actors.sector[j], s] >= parameters.search.input_threshold
        (supply if is_supplier and actors.sector[j] != s else research).add(i, j, cause)
    makers = [j for j in able.tolist() if j >= 0 and actors.kind[j] == _FIRM and actors.sector[j] == s]
    owners = np.flatnonzero(actors.is_chain_owner & (actors.region == region)).tolist()
    for i in owners[: len(owners) if makers else 0]:
        if i not in makers and st.inputs[s, actors.sector[i]] >= parameters.search.input_threshold:
            supply.add(i, makers[0], cause)
    _pay_office(world, region, int(regions.household_slot[region]), len(pairs) * p.proposal_cost)


def _pay_office(world: World, region: int, payee: int, amount: float) -> float:
    """Pay from the office's budget; return what was paid."""
    regions = world.regions
    wanted = min(amount, float(regions.budget[region, _OFFICE]))
    paid = transfer(world, int(regions.government_slot[region]), payee, wanted, Purpose.CHAIN_OFFICE)
    regions.budget[region, _OFFICE] = max(0.0, float(regions.budget[region, _OFFICE]) - paid)
    return paid


def _record(world: World, first: IntArray, second: IntArray, cause: IntArray, layer: Layer) -> IntArray:
    """Record the proposals and return their events."""
    actors = world.actors
    return world.events.add(
        Event.PROPOSAL, world.quarter, actors.uid[first], region=actors.region[first], partner=actors.uid[second],
        channel=int(layer), cause=cause,
    )  # fmt: skip


def _tie_researchers(world: World, parameters: Parameters, draws: Draws, x: FloatArray, pairs: _Pairs) -> None:
    """Ask both sides of the research pairs, tie those who agree and share the office's money among them."""
    needy, able, cause = pairs.columns()
    if len(needy) == 0:
        return
    p, search = parameters.chain_leader, parameters.search
    actors, ties, st = world.actors, world.ties, world.structure
    lists = world.neighbours()
    is_agreed = agreed(
        needy, able, x, actors.uid, actors.sector, platform_of(world),
        degrees(ties.is_active, ties.layer, ties.source, ties.target, actors.rows, _RESEARCH),
        tie_capacity(actors.talent, search.capacity, search.capacity_exponent),
        chain_overlap(st.final_demand @ st.leontief.T), np.array(search.taste),
        lists.start, lists.other, lists.tie, ties.layer, draws.key("proposal"),
        p.proposal_trust, parameters.learning.best_distance, parameters.learning.distance_width,
    )  # fmt: skip
    event = _record(world, needy, able, cause, Layer.RESEARCH)
    needy, able, event = needy[is_agreed], able[is_agreed], event[is_agreed]
    tie_book.open_ties(
        world, needy, able, Layer.RESEARCH, TieOrigin.PROPOSAL, weight=1.0, trust=p.proposal_trust, cause=event
    )
    _steer(world, p.steering, np.concatenate((needy, able)))


def _steer(world: World, steering: float, side: IntArray) -> None:
    """Share part of the office's remaining money among those of the new partners that research."""
    actors = world.actors
    is_researching = (actors.mode == int(Mode.INDEPENDENT)) | (actors.mode == int(Mode.JOINT))
    side = side[is_researching[side] | (actors.kind[side] == _UNIVERSITY)]
    share = steering / max(len(side), 1)
    money = world.regions.budget[:, _OFFICE].copy()
    for slot in side.tolist():
        region = int(actors.region[slot])
        actors.research_income[slot] += _pay_office(world, region, slot, share * float(money[region]))


def _tie_suppliers(world: World, parameters: Parameters, pairs: _Pairs) -> None:
    """Tie buyers and proposed suppliers where the supplier is able, with room, and the buyer has input left."""
    buyer, supplier, cause = pairs.columns()
    if len(buyer) == 0:
        return
    search, actors, ties, st = parameters.search, world.actors, world.ties, world.structure
    lists = world.neighbours()
    room = room_for_suppliers(
        buyer, supplier, actors.sector, actors.quality, actors.price, actors.equipment, actors.expected_orders,
        st.capital_ratio, lists.start, lists.tie, ties.layer, ties.source, ties.target, ties.weight, search.local_cap,
        search.full_capacity,
    )  # fmt: skip
    event = _record(world, buyer, supplier, cause, Layer.SUPPLY)
    wanted = room > 0.0
    if wanted.any():
        tie_book.open_ties(
            world, supplier[wanted], buyer[wanted], Layer.SUPPLY, TieOrigin.PROPOSAL,
            weight=np.minimum(search.order_step, room[wanted]), trust=parameters.chain_leader.proposal_trust,
            cause=event[wanted],
        )  # fmt: skip
