"""Learning from those one is tied to and from rivals nearby (model.md line 10).

Partners in research learn from each other; a buyer teaches its suppliers what orders need, a core buyer more than
neutral where the supporting-chain bundle is on; rivals in a cluster learn sideways (li 3.B). Only fields the own
sector uses are learned, so knowledge crosses sectors through common fields (cheng 4.2). How much is understood is an
inverted U of cognitive distance, and depends on absorptive capacity, which comes from own research and from talent.
Intellectual property slows flow that nobody pays for (cheng 4.3).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Layer, Mode, Origin, Route
from abm.state.network import make_roster, pick, ring_point
from abm.state.proximity import cognitive_distance, understanding
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_FIRM = int(Kind.FIRM)
_RESEARCH = int(Layer.RESEARCH)
_SUPPLY = int(Layer.SUPPLY)
_IMITATE = int(Mode.IMITATE)
_IMITATION = int(Origin.IMITATION)
_ORDER = int(Route.ORDER)
_SIDEWAYS = int(Route.SIDEWAYS)


@kernel
def tie_rate(layer: int, is_supplier: bool, research_rate: float, supply_rate: float, upstream_rate: float) -> float:
    """Return the rate of learning along a tie; ``is_supplier`` tells whether the learner supplies the teacher.

    >>> [tie_rate(layer, True, 0.1, 0.06, 0.02) for layer in (0, 1, 2)], tie_rate(0, False, 0.1, 0.06, 0.02)
    ([0.06, 0.1, 0.0], 0.02)
    """
    if layer == _RESEARCH:
        return research_rate
    if layer == _SUPPLY:
        return supply_rate if is_supplier else upstream_rate
    return 0.0


@kernel
def tie_understanding(
    is_active: BoolArray, layer: IntArray, source: IntArray, target: IntArray, is_learner: BoolArray, x: FloatArray,
    best: float, width: float,
) -> FloatArray:  # fmt: skip
    """Return how well the ends of each research or supply tie understand each other, 0 for all other ties.

    >>> import numpy as np
    >>> one = np.array([True, True]); x = np.array([[0.4, 0.0], [0.8, 0.0]])
    >>> tie_understanding(one, np.array([1, 2]), np.array([0, 0]), np.array([1, 1]), one, x, 0.4472135955,
    ...     0.3).round(9).tolist()
    [1.0, 0.0]
    """
    heard = np.zeros(len(layer))
    for t in range(len(layer)):
        if not is_active[t] or (layer[t] != _RESEARCH and layer[t] != _SUPPLY):
            continue
        if is_learner[source[t]] and is_learner[target[t]]:
            heard[t] = understanding(cognitive_distance(x, source[t], target[t]), best, width)
    return heard


@kernel
def tie_speeds(
    is_learner: BoolArray,
    is_core: BoolArray,
    mode: IntArray,
    absorption: FloatArray,
    start: IntArray,
    other: IntArray,
    tie: IntArray,
    layer: IntArray,
    source: IntArray,
    weight: FloatArray,
    trust: FloatArray,
    heard: FloatArray,
    research_rate: float,
    supply_rate: float,
    upstream_rate: float,
    teaching: float,
    imitation_boost: float,
    dilution: float,
    trust_effect: float,
) -> FloatArray:
    """Return for each entry of the neighbour lists the share of a gap closed: neutral, by teaching, by imitating.

    share = absorption (1 - exp(-rate w h(d) (1 + trust_effect (trust - 1/2)))) / n^dilution. The second column is what
    teaching above neutral adds, the third what imitating adds on top.
    """
    speed = np.zeros((len(other), 3))
    for i in range(len(is_learner)):
        if not is_learner[i]:
            continue
        n_teachers = 0
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if heard[t] <= 0.0:
                continue
            is_supplier = source[t] == i
            rate = tie_rate(layer[t], is_supplier, research_rate, supply_rate, upstream_rate)
            pace = rate * weight[t] * heard[t] * (1.0 + trust_effect * (trust[t] - 0.5))
            if pace <= 0.0:
                continue
            n_teachers += 1
            neutral = 1.0 - math.exp(-pace)
            taught = neutral
            if layer[t] == _SUPPLY and is_supplier and is_core[other[e]] and teaching > 1.0:
                pace *= teaching
                taught = 1.0 - math.exp(-pace)
            speed[e, 0] = neutral
            speed[e, 1] = taught - neutral
            if mode[i] == _IMITATE and imitation_boost > 0.0:
                speed[e, 2] = 1.0 - math.exp(-pace * (1.0 + imitation_boost)) - taught
        if n_teachers > 0:
            factor = absorption[i] * math.exp(-dilution * math.log(n_teachers))
            for e in range(start[i], start[i + 1]):
                for part in range(3):
                    speed[e, part] *= factor
    return speed


@kernel
def capped(total: FloatArray, largest: FloatArray, is_used: BoolArray, scale: FloatArray) -> None:
    """Set the factor of each field that keeps a learner from overshooting its best teacher; 0 in fields not used.

    >>> import numpy as np
    >>> scale = np.zeros(3)
    >>> capped(np.array([0.5, 0.2, 0.2]), np.array([0.4, 0.4, 0.4]), np.array([True, True, False]), scale)
    >>> scale.tolist()
    [0.8, 1.0, 0.0]
    """
    for k in range(len(total)):
        scale[k] = 0.0
        if is_used[k] and total[k] > 0.0:
            scale[k] = min(1.0, largest[k] / total[k])


@kernel
def learn(
    is_learner: BoolArray,
    sector: IntArray,
    is_used: BoolArray,
    weight: FloatArray,
    frontier: FloatArray,
    x: FloatArray,
    start: IntArray,
    teacher: IntArray,
    route: IntArray,
    excess_route: int,
    speed: FloatArray,
    origin_share: FloatArray,
    capability: FloatArray,
    year_gain: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
) -> None:
    """Let every learner close part of the gap to its teachers, never overshooting the best, and book the gain.

    dx_ik = sum_j speed_ij max(0, x_jk - x_ik), at most the largest gap. ``x`` is what everybody knew before; the
    teachers of i are ``teacher[start[i]:start[i + 1]]``, with speeds as from `tie_speeds`. Neutral gains take the
    teacher's origins and the entry's route, gains by teaching the excess route, gains by imitating their own origin.
    """
    n_fields = len(frontier)
    total, largest, scale = np.zeros(n_fields), np.zeros(n_fields), np.zeros(n_fields)
    for i in range(len(is_learner)):
        if not is_learner[i] or start[i] == start[i + 1]:
            continue
        total[:] = 0.0
        largest[:] = 0.0
        for e in range(start[i], start[i + 1]):
            share = speed[e, 0] + speed[e, 1] + speed[e, 2]
            if share > 0.0:
                for k in range(n_fields):
                    gap = max(0.0, x[teacher[e], k] - x[i, k])
                    total[k] += share * gap
                    largest[k] = max(largest[k], gap)
        row = sector[i] if sector[i] >= 0 else len(is_used) - 1
        capped(total, largest, is_used[row], scale)
        for k in range(n_fields):
            capability[i, k] += scale[k] * total[k] * frontier[k]
            if sector[i] >= 0:
                year_gain[i] += weight[sector[i], k] * scale[k] * total[k]
            scale[k] *= frontier[k]
        for e in range(start[i], start[i + 1]):
            if speed[e, 0] <= 0.0:
                continue
            j = teacher[e]
            reach = 0.0
            for k in range(n_fields):
                reach += scale[k] * max(0.0, x[j, k] - x[i, k])
            if reach > 0.0:
                ledger.book_inherited(stock[i], gain[i], total_gain[i], speed[e, 0] * reach, origin_share[j], route[e])
                if speed[e, 1] > 0.0:
                    part = speed[e, 1] * reach
                    ledger.book_inherited(stock[i], gain[i], total_gain[i], part, origin_share[j], excess_route)
                if speed[e, 2] > 0.0:
                    ledger.book(stock[i], gain[i], total_gain[i], speed[e, 2] * reach, _IMITATION, route[e])


def _used_fields(world: World) -> BoolArray:
    """Return the fields each sector uses, with a last row for universities, which use all."""
    weight = world.structure.weight
    is_used = np.ones((len(weight) + 1, weight.shape[1]), dtype=np.bool_)
    is_used[:-1] = weight > 0.0
    return is_used


@rule(
    writes=("actors.capability", "actors.year_gain", *ledger.WRITES),
    source="li:3.A; li:3.B; cheng:4.2; cheng:4.3; zhao2020:III.D; nooteboom2007",
    off={"switches.learning": False},
)
def learn_along_ties(world: World, parameters: Parameters, draws: Draws) -> None:
    """Actors learn from partners, buyers and suppliers they can understand.

    Equation   dx_ik = absorption_i sum_j (1 - exp(-rate w_ij h(d_ij) (1 + trust_effect (tau_ij - 1/2))
               (1 - protection / 2))) / n_i^dilution max(0, x_jk - x_ik), at most the largest gap; rate by layer and
               direction, times teaching for core buyers under the bundle, times 1 + imitation_boost for imitators
    Units      x = A / F: 1; rates: 1/quarter; w, h, tau, absorption: 1
    Source     li 3.A, 3.B (sharing, buyers and suppliers); cheng 4.2 (spillover through common fields), 4.3 (IP);
               zhao2020 III.D (imitation); distance after Nooteboom et al. 2007
    Draws      none
    Off when   switches.learning = false
    """
    if not parameters.switches.learning:
        return
    p, actors, ties = parameters.learning, world.actors, world.ties
    lists = world.neighbours()
    frontier = world.fields.frontier
    x = actors.capability / frontier
    is_learner = actors.is_active & (actors.kind <= int(Kind.UNIVERSITY))
    slow = 1.0 - 0.5 * p.protection
    teaching = p.teaching if parameters.switches.supporting_chain else 1.0
    heard = tie_understanding(
        ties.is_active, ties.layer, ties.source, ties.target, is_learner, x, p.best_distance, p.distance_width
    )
    speed = tie_speeds(
        is_learner, actors.is_core, actors.mode, actors.absorption, lists.start, lists.other, lists.tie,
        ties.layer, ties.source, ties.weight, ties.trust, heard,
        slow * p.research_rate, slow * p.supply_rate, slow * p.upstream_rate, teaching, p.imitation_boost,
        p.dilution, p.trust_effect,
    )  # fmt: skip
    world_ledger = world.ledger
    learn(
        is_learner, actors.sector, _used_fields(world), world.structure.weight, frontier, x, lists.start, lists.other,
        ties.origin[lists.tie], _ORDER, speed, ledger.origin_shares(world_ledger.stock), actors.capability,
        actors.year_gain, world_ledger.stock, world_ledger.gain, world_ledger.total_gain,
    )  # fmt: skip


@kernel
def rival_speeds(
    x: FloatArray,
    group: IntArray,
    uid: UidArray,
    mode: IntArray,
    absorption: FloatArray,
    start: IntArray,
    ring: UidArray,
    slot: IntArray,
    key: np.uint64,
    n_rivals: int,
    rate: float,
    imitation_boost: float,
    best: float,
    width: float,
) -> tuple[IntArray, FloatArray]:
    """Return the rivals each firm meets, shape (actors * n_rivals,), and the speeds of learning from them.

    ``group`` is the region and sector of a firm, -1 for others; start, ring and slot are the roster of the groups.
    """
    rival = np.full(len(group) * n_rivals, -1, np.int64)
    speed = np.zeros((len(rival), 3))
    for i in range(len(group)):
        for m in range(n_rivals):
            e = i * n_rivals + m
            rival[e] = i
            if group[i] < 0:
                continue
            j = pick(start, ring, slot, group[i], ring_point(key, uid[i], m))
            if j == i or j < 0 or (m > 0 and rival[e - 1] == j):
                continue
            rival[e] = j
            pace = rate * understanding(cognitive_distance(x, i, j), best, width)
            neutral = 1.0 - math.exp(-pace)
            speed[e, 0] = absorption[i] * neutral
            if mode[i] == _IMITATE:
                speed[e, 2] = absorption[i] * (1.0 - math.exp(-pace * (1.0 + imitation_boost)) - neutral)
    return rival, speed


@rule(
    writes=("actors.capability", "actors.year_gain", *ledger.WRITES),
    source="li:3.B",
    off={"switches.supporting_chain": False},
)
def learn_sideways(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms of a cluster learn from rivals they meet: collective mutual learning in competition and cooperation.

    Equation   dx_ik = absorption_i (1 - exp(-sideways_rate h(d_ij) (1 - protection / 2))) max(0, x_jk - x_ik)
               for the rivals j of the same region and sector that i meets this quarter
    Units      x = A / F: 1; sideways_rate: 1/quarter; h, absorption, protection: 1
    Source     li 3.B
    Draws      whom a firm meets ("rival met" by uid, on a ring of "roster of rivals")
    Off when   switches.supporting_chain = false (also with switches.learning = false)
    """
    if not (parameters.switches.supporting_chain and parameters.switches.learning):
        return
    p, actors, st = parameters.learning, world.actors, world.structure
    frontier = world.fields.frontier
    x = actors.capability / frontier
    is_firm = actors.is_active & (actors.kind == _FIRM)
    group = np.where(is_firm, actors.region * st.n_sectors + actors.sector, -1)
    roster = make_roster(group, st.n_regions * st.n_sectors, actors.uid, draws.key("roster of rivals"))
    rival, speed = rival_speeds(
        x, group, actors.uid, actors.mode, actors.absorption, roster.start, roster.ring, roster.slot,
        draws.key("rival met"), p.n_rivals, (1.0 - 0.5 * p.protection) * p.sideways_rate, p.imitation_boost,
        p.best_distance, p.distance_width,
    )  # fmt: skip
    world_ledger = world.ledger
    learn(
        is_firm, actors.sector, _used_fields(world), st.weight, frontier, x,
        np.arange(len(group) + 1) * p.n_rivals, rival, np.full(len(rival), _SIDEWAYS), _SIDEWAYS, speed,
        ledger.origin_shares(world_ledger.stock), actors.capability, actors.year_gain,
        world_ledger.stock, world_ledger.gain, world_ledger.total_gain,
    )  # fmt: skip
