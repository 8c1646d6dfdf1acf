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
from abm.state.network import drawn_entry, pick, ring_point, roster_of
from abm.state.proximity import appeal, capacity_of, cognitive_distance, overlap_of, profiles, understanding
from abm.state.ties import are_tied, degree_of, platform_of
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import border_openness

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_RESEARCH = int(Layer.RESEARCH)
_SUPPLY = int(Layer.SUPPLY)
_MATCHING = int(Service.MATCHING)
_DIGITAL = int(Level.DIGITAL)
_NO_MODE = int(Mode.NONE)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = math.sqrt(12.0)
"""Width of a uniform draw over its standard deviation."""

N_WAYS = 5
"""Ways in which partners meet."""
_CLIENT = 1
"""Code of the way of a client or supplier."""
ORIGIN_OF_WAY: IntArray = np.array(
    [
        TieOrigin.ACQUAINTANCE,  # partner of a partner
        TieOrigin.ORDER,  # client or supplier: as the supply tie through which they met
        TieOrigin.PLATFORM,  # co-member met through the matching service
        TieOrigin.ACQUAINTANCE,  # met at random
        TieOrigin.ACQUAINTANCE,  # university met
    ],
    dtype=np.int64,
)
"""Origin of a research tie by the way the partners met."""


@kernel
def drawn_searchers(
    is_active: BoolArray, kind: IntArray, mode: IntArray, level: FloatArray, uid: UidArray, key: np.uint64,
    probability: float, independent_factor: float, digital_search: float,
) -> tuple[IntArray, BoolArray]:  # fmt: skip
    """Return who looks for a partner this quarter, and who can be one: universities and firms that get technology.

    Universities look, and firms that research jointly or, less often, on their own.

    >>> import numpy as np
    >>> kind, mode = np.array([1, 0, 0, 3]), np.array([0, 2, 4, 0])
    >>> searcher, is_partner = drawn_searchers(kind >= 0, kind, mode, np.zeros((4, 3)), np.arange(4).astype(np.uint64),
    ...     np.uint64(1), 1.0, 0.5, 0.0)
    >>> searcher.tolist(), is_partner.tolist()
    ([0, 1], [True, True, True, False])
    """
    searcher = np.empty(len(kind), np.int64)
    is_partner = np.zeros(len(kind), np.bool_)
    number = 0
    for i in range(len(kind)):
        if not is_active[i] or not (kind[i] == _UNIVERSITY or (kind[i] == _FIRM and mode[i] != _NO_MODE)):
            continue
        is_partner[i] = True
        chance = probability * (1.0 + digital_search * level[i, _DIGITAL])
        if kind[i] != _UNIVERSITY:
            if mode[i] == _INDEPENDENT:
                chance *= independent_factor
            elif mode[i] != _JOINT:
                continue
        if uniform(key, uid[i], 0) < chance:
            searcher[number] = i
            number += 1
    return searcher[:number].copy(), is_partner


@kernel
def meeting_places(
    is_partner: BoolArray, kind: IntArray, region: IntArray, platform: IntArray, uid: UidArray, n_regions: int,
    key: np.uint64,
) -> tuple[
    tuple[IntArray, UidArray, IntArray], tuple[IntArray, UidArray, IntArray], tuple[IntArray, UidArray, IntArray]
]:  # fmt: skip
    """Return rosters of partners by region, of universities by region and of members by the slot of their platform.

    >>> import numpy as np
    >>> kind, platform = np.array([0, 1, 6]), np.array([2, -1, -1])
    >>> places = meeting_places(kind < 2, kind, 0 * kind, platform, kind.astype(np.uint64), 1, np.uint64(1))
    >>> [sorted(slot.tolist()) for start, ring, slot in places]
    [[0, 1], [1], [0]]
    """
    n_actors = len(kind)
    partner, university, member = (
        np.empty(n_actors, np.int64), np.empty(n_actors, np.int64), np.empty(n_actors, np.int64)
    )  # fmt: skip
    n_partners, n_universities, n_members = 0, 0, 0
    for i in range(n_actors):
        if not is_partner[i]:
            continue
        partner[n_partners] = i
        n_partners += 1
        if kind[i] == _UNIVERSITY:
            university[n_universities] = i
            n_universities += 1
        if platform[i] >= 0:
            member[n_members] = i
            n_members += 1
    return (
        roster_of(partner[:n_partners], region, n_regions, uid, key),
        roster_of(university[:n_universities], region, n_regions, uid, key),
        roster_of(member[:n_members], platform, n_actors, uid, key),
    )


@kernel
def research_candidates(
    searcher: IntArray, is_partner: BoolArray, kind: IntArray, region: IntArray, uid: UidArray, service: FloatArray,
    platform: IntArray, openness: FloatArray, start: IntArray, other: IntArray, tie: IntArray, layer: IntArray,
    trust: FloatArray, roster_key: np.uint64, key: np.uint64,
    random_share: float, university_share: float, client_share: float,
) -> tuple[IntArray, FloatArray, IntArray]:  # fmt: skip
    """Return whom each searcher meets, shape (searchers, ways), -1 for nobody, and the trust that links them.

    ``platform`` is the slot of an actor's platform, -1 for none; ``roster_key`` draws the `meeting_places`. The third
    column is the supply tie through which a client or supplier was met, -1 for none, shape (searchers,).
    """
    n_regions = len(openness)
    partners, universities, members = meeting_places(is_partner, kind, region, platform, uid, n_regions, roster_key)
    found = np.full((len(searcher), N_WAYS), -1, np.int64)
    bond = np.zeros((len(searcher), N_WAYS))
    through = np.full(len(searcher), -1, np.int64)
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
            through[a] = tie[order]
        if platform[i] >= 0 and uniform(key, uid[i], 1) < service[i, _MATCHING]:
            found[a, 2] = pick(members[0], members[1], members[2], platform[i], ring_point(key, uid[i], 2))
        home = region[i]
        if n_regions > 1 and uniform(key, uid[i], 3) < openness[home]:
            home = (home + 1 + int(uniform(key, uid[i], 4) * (n_regions - 1))) % n_regions
        if uniform(key, uid[i], 5) < random_share:
            found[a, 3] = pick(partners[0], partners[1], partners[2], home, ring_point(key, uid[i], 6))
        if uniform(key, uid[i], 7) < university_share:
            place = partners if kind[i] == _UNIVERSITY else universities
            found[a, 4] = pick(place[0], place[1], place[2], home, ring_point(key, uid[i], 8))
    return found, bond, through


@kernel
def chosen_partners(
    searcher: IntArray, found: IntArray, bond: FloatArray, is_partner: BoolArray, x: FloatArray, uid: UidArray,
    sector: IntArray, platform: IntArray, talent: FloatArray, overlap: FloatArray, taste: FloatArray,
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, key: np.uint64,
    capacity: float, capacity_exponent: float, best_distance: float, width: float,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Return each searcher's new partner (-1 for none) and the way they met: the best it met, if both want the tie.

    Two who choose each other make one tie: that of the lower uid.
    """
    partner = np.full(len(searcher), -1, np.int64)
    way = np.full(len(searcher), -1, np.int64)
    choice = np.full(len(uid), -1, np.int64)
    for a in range(len(searcher)):
        i = searcher[a]
        n_mine = degree_of(start, tie, layer, i, _RESEARCH)
        load = n_mine / capacity_of(talent[i], capacity, capacity_exponent)
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
            n_theirs = degree_of(start, tie, layer, j, _RESEARCH)
            mine = appeal(
                taste, heard, bond[a, w], is_comember, chain, n_theirs, load,
                _SPREAD * (uniform(key, pair, low) - 0.5),
            )  # fmt: skip
            if mine <= highest:
                continue
            theirs = appeal(
                taste, heard, bond[a, w], is_comember, chain, n_mine,
                n_theirs / capacity_of(talent[j], capacity, capacity_exponent),
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
def agreed_ties(
    searcher: IntArray, partner: IntArray, way: IntArray, bond: FloatArray, through: IntArray, tie_origin: IntArray,
    origin_of_way: IntArray, first_trust: float,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return the ends, the origin and the first trust of the ties that both want.

    Who met as client and supplier owes it to the supply tie ``through`` which they met, and to how that was born.

    >>> import numpy as np
    >>> [column.tolist() for column in agreed_ties(np.array([4, 5, 6]), np.array([-1, 7, 8]), np.array([-1, 1, 1]),
    ...     np.array([[0.0, 0.0], [0.0, 0.6], [0.0, 0.1]]), np.array([-1, 0, 1]), np.array([2, 0]), np.array([0, 2]),
    ...     0.4)]
    [[5, 6], [7, 8], [2, 0], [0.6, 0.4]]
    """
    n = 0
    for a in range(len(partner)):
        if partner[a] >= 0:
            n += 1
    source, target, origin, trust = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n)
    n = 0
    for a in range(len(partner)):
        if partner[a] >= 0:
            source[n], target[n] = searcher[a], partner[a]
            origin[n] = tie_origin[through[a]] if way[a] == _CLIENT else origin_of_way[way[a]]
            trust[n] = max(first_trust, bond[a, way[a]])
            n += 1
    return source, target, origin, trust


@kernel
def new_partners(
    searcher: IntArray, is_partner: BoolArray, is_active: BoolArray, kind: IntArray, region: IntArray, uid: UidArray,
    sector: IntArray, service: FloatArray, talent: FloatArray, capability: FloatArray, frontier: FloatArray,
    platform: IntArray, openness: FloatArray, overlap: FloatArray, taste: FloatArray,
    start: IntArray, other: IntArray, tie: IntArray, layer: IntArray, trust: FloatArray, tie_origin: IntArray,
    origin_of_way: IntArray, roster_key: np.uint64, meeting_key: np.uint64, match_key: np.uint64,
    random_share: float, university_share: float, client_share: float, capacity: float, capacity_exponent: float,
    best_distance: float, width: float, first_trust: float,
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return the ends, the origin and the first trust of the ties that searchers and those they meet agree on."""
    found, bond, through = research_candidates(
        searcher, is_partner, kind, region, uid, service, platform, openness, start, other, tie, layer, trust,
        roster_key, meeting_key, random_share, university_share, client_share,
    )  # fmt: skip
    x, _ = profiles(is_active, kind, capability, frontier)
    partner, way = chosen_partners(
        searcher, found, bond, is_partner, x, uid, sector, platform, talent, overlap, taste, start, other, tie, layer,
        match_key, capacity, capacity_exponent, best_distance, width,
    )  # fmt: skip
    return agreed_ties(searcher, partner, way, bond, through, tie_origin, origin_of_way, first_trust)


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
    openness = border_openness(st, parameters.market.open_borders)
    searcher, is_partner = drawn_searchers(
        actors.is_active, actors.kind, actors.mode, actors.level, actors.uid, draws.key("search"),
        p.probability, p.independent_factor, p.digital_search,
    )  # fmt: skip
    if len(searcher) == 0:
        return
    lists, learning = world.neighbours(), parameters.learning
    source, target, origin, trust = new_partners(
        searcher, is_partner, actors.is_active, actors.kind, actors.region, actors.uid, actors.sector, actors.service,
        actors.talent, actors.capability, world.fields.frontier, platform_of(world), openness, st.overlap,
        np.array(p.taste), lists.start, lists.other, lists.tie, ties.layer, ties.trust, ties.origin,
        ORIGIN_OF_WAY,
        draws.key("roster of partners"), draws.key("meeting"), draws.key("match"),
        p.random_share, p.university_share, p.client_share, p.capacity, p.capacity_exponent,
        learning.best_distance, learning.distance_width, p.first_trust,
    )  # fmt: skip
    if len(source):
        tie_book.open_ties(world, source, target, Layer.RESEARCH, origin, weight=1.0, trust=trust)
