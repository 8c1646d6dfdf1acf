"""Finding partners for research (model.md line 7).

Whoever researches meets partners of partners, clients and suppliers, co-members that a platform's matching service
brings together, a university, and now and then somebody at random. It proposes to the one it likes best; both must
want the tie. Attention is scarce: the cost of one more tie rises with the square of those held.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, mix, pair_uid, uniform
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.codes import Kind, Layer, Level, Mode, Service, TieOrigin
from abm.state.network import Roster, drawn_entry, make_roster, pick, ring_point
from abm.state.proximity import appeal, chain_overlap, cognitive_distance, overlap_of, tie_capacity, understanding
from abm.state.ties import are_tied, degrees, platform_of
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_RESEARCH = int(Layer.RESEARCH)
_SUPPLY = int(Layer.SUPPLY)
_MATCHING = int(Service.MATCHING)
_DIGITAL = int(Level.DIGITAL)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = math.sqrt(12.0)

N_WAYS = 5
ORIGIN_OF_WAY: IntArray = np.array(
    [
        TieOrigin.ACQUAINTANCE,  # partner of a partner
        TieOrigin.ORDER,  # client or supplier
        TieOrigin.PLATFORM,  # co-member met through the matching service
        TieOrigin.ACQUAINTANCE,  # met at random
        TieOrigin.ACQUAINTANCE,  # university met
    ],
    dtype=np.int64,
)
"""Origin of a research tie by the way the partners met."""


@kernel
def research_candidates(
    searcher: IntArray,
    kind: IntArray,
    region: IntArray,
    uid: UidArray,
    matching: FloatArray,
    platform: IntArray,
    platform_row: IntArray,
    openness: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    trust: FloatArray,
    group_start: IntArray,
    ring: UidArray,
    slot: IntArray,
    key: np.uint64,
    random_share: float,
    university_share: float,
    client_share: float,
) -> tuple[IntArray, FloatArray]:
    """Return whom each searcher meets, shape (searchers, ways), -1 for nobody, and the trust that links them.

    Groups of the roster: partners by region, then universities by region, then members by platform row.
    ``platform`` is the slot of an actor's platform, -1 for none.
    """
    n_regions = len(openness)
    found = np.full((len(searcher), N_WAYS), -1, np.int64)
    bond = np.zeros((len(searcher), N_WAYS))
    for a in range(len(searcher)):
        i = searcher[a]
        salt = mix(key + uid[i] * _GOLDEN)
        first = drawn_entry(start, other, tie, layer, trust, uid, i, _RESEARCH, i, salt)
        if first >= 0:
            second = drawn_entry(start, other, tie, layer, trust, uid, other[first], _RESEARCH, i, mix(salt))
            if second >= 0:
                found[a, 0] = other[second]
                bond[a, 0] = trust[tie[first]] * trust[tie[second]]
        order = drawn_entry(start, other, tie, layer, trust, uid, i, _SUPPLY, i, salt)
        if order >= 0 and uniform(key, uid[i], 9) < client_share:
            found[a, 1] = other[order]
            bond[a, 1] = trust[tie[order]]
        if platform[i] >= 0 and uniform(key, uid[i], 1) < matching[i]:
            group = 2 * n_regions + platform_row[platform[i]]
            found[a, 2] = pick(group_start, ring, slot, group, ring_point(key, uid[i], 2))
        home = region[i]
        if n_regions > 1 and uniform(key, uid[i], 3) < openness[home]:
            home = (home + 1 + int(uniform(key, uid[i], 4) * (n_regions - 1))) % n_regions
        if uniform(key, uid[i], 5) < random_share:
            found[a, 3] = pick(group_start, ring, slot, home, ring_point(key, uid[i], 6))
        if uniform(key, uid[i], 7) < university_share:
            group = home if kind[i] == _UNIVERSITY else n_regions + home
            found[a, 4] = pick(group_start, ring, slot, group, ring_point(key, uid[i], 8))
    return found, bond


@kernel
def chosen_partners(
    searcher: IntArray,
    found: IntArray,
    bond: FloatArray,
    is_partner: BoolArray,
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
    best_distance: float,
    width: float,
) -> tuple[IntArray, IntArray]:
    """Return each searcher's new partner (-1 for none) and the way they met: the best it met, if both want the tie.

    Two who choose each other make one tie: that of the lower uid.
    """
    partner = np.full(len(searcher), -1, np.int64)
    way = np.full(len(searcher), -1, np.int64)
    choice = np.full(len(uid), -1, np.int64)
    for a in range(len(searcher)):
        i = searcher[a]
        highest = 0.0
        for w in range(found.shape[1]):
            j = found[a, w]
            if j < 0 or j == i or not is_partner[j] or are_tied(start, other, tie, layer, i, j, _RESEARCH):
                continue
            pair = pair_uid(uid[i], uid[j])
            low = 0 if uid[i] < uid[j] else 1
            heard = understanding(cognitive_distance(x, i, j), best_distance, width)
            is_comember = platform[i] >= 0 and platform[i] == platform[j]
            chain = overlap_of(overlap, sector, i, j)
            mine = appeal(
                taste, heard, bond[a, w], is_comember, chain, degree[j], degree[i] / capacity[i],
                _SPREAD * (uniform(key, pair, low) - 0.5),
            )  # fmt: skip
            if mine <= highest:
                continue
            theirs = appeal(
                taste, heard, bond[a, w], is_comember, chain, degree[i], degree[j] / capacity[j],
                _SPREAD * (uniform(key, pair, 1 - low) - 0.5),
            )  # fmt: skip
            highest = mine
            partner[a] = j if theirs > 0.0 else -1
            way[a] = w
        choice[i] = partner[a]
    for a in range(len(searcher)):
        j = partner[a]
        if j >= 0 and choice[j] == searcher[a] and uid[j] < uid[searcher[a]]:
            partner[a] = -1
    return partner, way


@kernel
def drawn_searchers(
    slots: IntArray, mode: IntArray, kind: IntArray, level: FloatArray, uid: UidArray, key: np.uint64,
    probability: float, independent_factor: float, digital_search: float,
) -> IntArray:  # fmt: skip
    """Return who looks for a partner this quarter: universities and firms that research jointly or on their own."""
    searchers = np.empty(len(slots), np.int64)
    number = 0
    for a in range(len(slots)):
        i = slots[a]
        chance = probability * (1.0 + digital_search * level[i, _DIGITAL])
        if kind[i] != _UNIVERSITY:
            if mode[i] == _INDEPENDENT:
                chance *= independent_factor
            elif mode[i] != _JOINT:
                continue
        if uniform(key, uid[i], 0) < chance:
            searchers[number] = i
            number += 1
    return searchers[:number]


def _platform_row(world: World) -> IntArray:
    """Return the row in the platforms table of each actor that is one, shape (actors,)."""
    rows = np.flatnonzero(world.platforms.is_active)
    result = np.zeros(world.actors.rows, dtype=np.int64)
    result[world.platforms.actor[rows]] = rows
    return result


def _meeting_places(
    world: World, is_partner: BoolArray, platform: IntArray, platform_row: IntArray, key: np.uint64
) -> Roster:
    """Return one roster of partners by region, universities by region and members by platform."""
    actors, n_regions = world.actors, world.structure.n_regions
    partner = np.flatnonzero(is_partner)
    university = partner[actors.kind[partner] == _UNIVERSITY]
    member = partner[platform[partner] >= 0]
    slot = np.concatenate((partner, university, member))
    group = np.concatenate(
        (
            actors.region[partner],
            n_regions + actors.region[university],
            2 * n_regions + platform_row[platform[member]],
        )
    )
    roster = make_roster(group, 2 * n_regions + world.platforms.rows, actors.uid[slot], key)
    return Roster(roster.start, roster.ring, slot[roster.slot])


@rule(
    writes=tie_book.WRITES,
    source="li:2.A; li:3.C; cheng:2.1; nooteboom2007",
    off={"switches.search": False},
    needs_rows={"ties": 1.0},
)
def search_partners(world: World, parameters: Parameters, draws: Draws) -> None:
    """Universities and researching firms look for partners; both must want the tie.

    Equation   appeal_ij = a h(d_ij) + b trust + c common platform + e same chain + f ln(1 + ties_j) - reservation
               - cost (ties_i / capacity_i)^2 + noise; propose to the highest above 0, tie if the other's is above 0;
               capacity = base (1 + talent)^exponent
    Units      appeal, h, trust: 1; ties, capacity: ties
    Source     li 2.A (the network around core firms grows), 3.C (platform); cheng 2.1 (digital search); distance after
               Nooteboom et al. 2007; partners of partners, one in ten at random: model.md line 7
    Draws      who searches ("search") by uid; whom it meets ("meeting") by uid, on a ring of "roster of partners";
               what nobody observes ("match") by pair
    Off when   switches.search = false
    """
    if not parameters.switches.search:
        return
    p, actors, ties, st = parameters.search, world.actors, world.ties, world.structure
    is_firm = actors.is_active & (actors.kind == int(Kind.FIRM))
    is_university = actors.is_active & (actors.kind == _UNIVERSITY)
    is_partner = is_university | (is_firm & (actors.mode != int(Mode.NONE)))
    searcher = drawn_searchers(
        np.flatnonzero(is_partner), actors.mode, actors.kind, actors.level, actors.uid, draws.key("search"),
        p.probability, p.independent_factor, p.digital_search,
    )  # fmt: skip
    if len(searcher) == 0:
        return
    lists = world.neighbours()
    platform, platform_row = platform_of(world), _platform_row(world)
    roster = _meeting_places(world, is_partner, platform, platform_row, draws.key("roster of partners"))
    found, bond = research_candidates(
        searcher, actors.kind, actors.region, actors.uid, actors.service[:, _MATCHING].copy(), platform, platform_row,
        st.openness,
        lists.start, lists.other, lists.tie, ties.layer, ties.trust,
        roster.start, roster.ring, roster.slot, draws.key("meeting"),
        p.random_share, p.university_share, p.client_share,
    )  # fmt: skip
    partner, way = chosen_partners(
        searcher, found, bond, is_partner, actors.capability / world.fields.frontier, actors.uid, actors.sector,
        platform, degrees(ties.is_active, ties.layer, ties.source, ties.target, actors.rows, _RESEARCH),
        tie_capacity(actors.talent, p.capacity, p.capacity_exponent),
        chain_overlap(st.final_demand @ st.leontief.T), np.array(p.taste),
        lists.start, lists.other, lists.tie, ties.layer, draws.key("match"),
        parameters.learning.best_distance, parameters.learning.distance_width,
    )  # fmt: skip
    made = np.flatnonzero(partner >= 0)
    if len(made):
        trust = np.maximum(p.first_trust, bond[made, way[made]])
        tie_book.open_ties(
            world, searcher[made], partner[made], Layer.RESEARCH, ORIGIN_OF_WAY[way[made]], weight=1.0, trust=trust
        )
