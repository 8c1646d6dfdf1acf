"""Chain owners: leading firms that drive others with their own money (model.md line 3).

Every chain has owners among its core firms, with an official or without. They vouch for the loans of suppliers they
trust, up to a part of their own cash, and pay if one of them fails; and they introduce their weakest suppliers to their
best partners in research (ren 2.4.1, 3.3; li 3.B). Where the official leads a chain it names the core firm that buys
most where the first need is, and the guidance it gives makes what it proposes to that firm more trusted.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_proposals import agreed
from abm.parameters import ChainLeader, Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import transfer
from abm.state.codes import Event, Kind, Layer, Purpose, TieOrigin
from abm.state.ties import platform_of
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import people_cost

_FIRM = int(Kind.FIRM)


@rule(
    writes=("actors.is_chain_owner", "actors.vouched", "actors.voucher_uid", *tie_book.WRITES, *accounts.WRITES),
    source="ren:2.4.1; ren:3.3; li:3.B",
    off={"switches.chain_leader": False},
    needs_rows={"ties": 0.1},
)
def act_as_chain_owners(world: World, parameters: Parameters, draws: Draws) -> None:
    """Once a year each chain's leading firms become its owners, vouch for suppliers and introduce them to partners.

    Equation   owners: the n_owners core firms with most sales of the chain's final products, or, where the official
               leads, that buy and make most of the products of its largest published need; vouched part =
               min(vouching, what is left of vouch_cap cash / (debt + unmet request)) of suppliers with
               tau >= vouch_trust, most trusted first; the suppliers with the largest sum_k W_k max(0, x_ok - x_ik)
               meet the research partner with the largest sum_k W_k x_jk; tied if the appeal of both > 0 with
               trust = tau_oi tau_oj
    Units      sales, cash, debt: million yuan; tau, x, W: 1; owner_cost: million yuan per introduction
    Source     ren 2.4.1 (chain owners), 3.3 (leading firms drive others); li 3.B (core firms and their suppliers)
    Draws      what nobody observes ("introduced by an owner") by pair
    Off when   switches.chain_leader = false; chain_leader.owners = false dismisses the owners
    """
    if not parameters.switches.chain_leader or world.quarter % 4 != 0:
        return
    p = parameters.chain_leader
    for r in range(world.structure.n_regions):
        _appoint(world, p, r)
    _vouch(world, p)
    _introduce(world, parameters, draws)


def _appoint(world: World, p: ChainLeader, region: int) -> None:
    """Appoint each chain's owners: present ones stay while they can, and who has a chain already comes last."""
    actors = world.actors
    core = np.flatnonzero(actors.is_active & actors.is_core & (actors.kind == _FIRM) & (actors.region == region))
    owners: dict[int, int] = {}
    guided: list[int] = []
    for chain in range(world.structure.n_chains if p.owners else 0):
        size, is_led = _standing(world, p, region, chain, core)
        has_chain = np.isin(core, np.array(list(owners), dtype=np.int64))
        order = np.lexsort((actors.uid[core], -size, ~actors.is_chain_owner[core], has_chain))
        for slot in core[order[size[order] > 0.0]][: p.n_owners].tolist():
            owners.setdefault(slot, chain)
            guided += [slot] if is_led else []
    former = np.flatnonzero(actors.is_chain_owner & (actors.region == region))
    new = np.array([slot for slot in owners if not actors.is_chain_owner[slot]], dtype=np.int64)
    actors.is_chain_owner[former] = False
    actors.is_chain_owner[np.array(list(owners), dtype=np.int64)] = True
    government = int(world.regions.government_slot[region])
    named = np.isin(new, np.array(guided, dtype=np.int64))
    world.events.add(
        Event.OWNER_APPOINTED, world.quarter, actors.uid[new], region=region,
        partner=np.where(named, actors.uid[government], np.uint64(0)), channel=[owners[int(slot)] for slot in new],
        amount=actors.sales[new],
    )  # fmt: skip
    _guide(world, government, np.unique(np.array(guided, dtype=np.int64)))


def _standing(world: World, p: ChainLeader, region: int, chain: int, core: IntArray) -> tuple[FloatArray, bool]:
    """Return how core firms stand in a chain (million yuan), and whether by what the official published."""
    actors, needs, st = world.actors, world.needs, world.structure
    exposure = np.where(needs.is_published[region, chain], needs.exposure[region, chain], 0.0)
    if p.official and exposure.max() > 0.0:
        weak = int(np.argmax(exposure.max(axis=1)))
        bought = st.inputs[weak, actors.sector[core]] * actors.expected_orders[core]
        return bought + np.where(actors.sector[core] == weak, actors.sales[core], 0.0), True
    return np.where(st.final_demand[chain, actors.sector[core]] > 0.0, actors.sales[core], 0.0), False


def _guide(world: World, government: int, guided: IntArray) -> None:
    """Tie the government to owners it named and end its guidance of others."""
    ties = world.ties
    rows = np.flatnonzero(ties.is_active & (ties.layer == int(Layer.GUIDANCE)) & (ties.source == government))
    is_over = ~np.isin(ties.target[rows], guided)
    new = guided[~np.isin(guided, ties.target[rows])]
    tie_book.close_ties(world, rows[is_over])
    source = np.full(len(new), government)
    tie_book.open_ties(world, source, new, Layer.GUIDANCE, TieOrigin.PROPOSAL, weight=1.0, trust=0.5)


def _vouch(world: World, p: ChainLeader) -> None:
    """Let owners vouch anew for part of the loans of suppliers they trust, as far as they could pay."""
    actors, ties = world.actors, world.ties
    actors.vouched[:] = 0.0
    actors.voucher_uid[:] = 0
    is_owned = ties.is_active & (ties.layer == int(Layer.SUPPLY)) & actors.is_chain_owner[ties.target]
    rows = np.flatnonzero(is_owned & (ties.trust >= p.vouch_trust))
    rows = rows[np.lexsort((ties.target_uid[rows], ties.source_uid[rows], -ties.trust[rows]))]
    room = p.vouch_cap * actors.cash
    at_risk = actors.debt + np.maximum(0.0, actors.loan_request - actors.loan_granted)
    for supplier, owner in zip(ties.source[rows].tolist(), ties.target[rows].tolist(), strict=True):
        part = min(p.vouching, float(room[owner] / max(at_risk[supplier], 1e-9)))
        if supplier != owner and actors.vouched[supplier] == 0.0 and part > 0.0:
            actors.vouched[supplier] = part
            actors.voucher_uid[supplier] = actors.uid[owner]
            room[owner] = max(0.0, room[owner] - part * at_risk[supplier])


def _introduce(world: World, parameters: Parameters, draws: Draws) -> None:
    """Let owners introduce their weakest suppliers to their best research partner, and tie those who both want it."""
    actors, ties, lists, p = world.actors, world.ties, world.neighbours(), parameters.chain_leader
    x = actors.capability / world.fields.frontier
    met: dict[tuple[int, int], float] = {}
    cost = p.owner_cost * people_cost(world.regions.wage, parameters.production)
    for owner in np.flatnonzero(actors.is_chain_owner).tolist():
        price = float(cost[actors.region[owner]])
        for supplier, partner, trust in _meetings(world, p.n_introductions, price, owner, x):
            met[supplier, partner] = max(trust, met.get((supplier, partner), 0.0))
    met = {each: trust for each, trust in met.items() if each[::-1] not in met}
    if not met:
        return
    pair, bond = np.array(list(met)), np.array(list(met.values()))
    search, learning = parameters.search, parameters.learning
    is_agreed = agreed(
        pair, x, actors.uid, actors.sector, platform_of(world), actors.talent, world.structure.overlap,
        np.array(search.taste), lists.start, lists.other, lists.tie, ties.layer, draws.key("introduced by an owner"),
        bond, learning.best_distance, learning.distance_width, search.capacity, search.capacity_exponent,
    )  # fmt: skip
    first, second = pair[:, 0], pair[:, 1]
    event = world.events.add(
        Event.PROPOSAL, world.quarter, actors.uid[first], region=actors.region[first], partner=actors.uid[second],
        channel=int(Layer.RESEARCH),
    )  # fmt: skip
    tie_book.open_ties(
        world, first[is_agreed], second[is_agreed], Layer.RESEARCH, TieOrigin.PROPOSAL, weight=1.0,
        trust=np.maximum(search.first_trust, bond[is_agreed]), cause=event[is_agreed],
    )  # fmt: skip


def _meetings(world: World, number: int, cost: float, owner: int, x: FloatArray) -> list[tuple[int, int, float]]:
    """Return the suppliers an owner introduces, its best research partner and the trust through it; the owner pays."""
    actors, ties, weight = world.actors, world.ties, world.structure.weight[world.actors.sector[owner]]
    household = int(world.regions.household_slot[actors.region[owner]])
    bought = np.flatnonzero(ties.is_active & (ties.layer == int(Layer.SUPPLY)) & (ties.target == owner))
    is_mine = (ties.source == owner) | (ties.target == owner)
    shared = np.flatnonzero(ties.is_active & (ties.layer == int(Layer.RESEARCH)) & is_mine)
    if len(bought) == 0 or len(shared) == 0:
        return []
    partner = np.where(ties.source[shared] == owner, ties.target[shared], ties.source[shared])
    best = int(np.lexsort((actors.uid[partner], -(x[partner] @ weight)))[0])
    supplier = ties.source[bought]
    lack = np.maximum(0.0, x[owner] - x[supplier]) @ weight
    able, trust = int(partner[best]), ties.trust[shared[best]]
    meetings = []
    for n in np.lexsort((actors.uid[supplier], -lack))[:number]:
        if lack[n] > 0.0 and supplier[n] not in (able, owner) and actors.cash[owner] > cost:
            transfer(world, owner, household, cost, Purpose.FEE)
            meetings.append((int(supplier[n]), able, float(ties.trust[bought[n]] * trust)))
    return meetings
