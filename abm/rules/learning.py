"""Learning from those one is tied to and from rivals nearby (model.md line 10).

Partners in research learn from each other; a buyer teaches its suppliers what orders need, a core buyer more than
neutral where the supporting-chain bundle is on; rivals in a cluster learn sideways (li 3.B). Only fields the own
sector uses are learned, so knowledge crosses sectors through common fields (cheng 4.2). How much is understood is an
inverted U of cognitive distance, and depends on absorptive capacity, which comes from own research and from talent.
Intellectual property slows flow that nobody pays for (cheng 4.3).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_learning import learn, rival_speeds, tie_speeds, tie_understanding
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Route
from abm.state.network import make_roster
from abm.state.world import World
from abm.types import BoolArray

_FIRM = int(Kind.FIRM)
_ORDER = int(Route.ORDER)
_SIDEWAYS = int(Route.SIDEWAYS)


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
