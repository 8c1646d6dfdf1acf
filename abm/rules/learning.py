"""Learning from those one is tied to and from rivals nearby (model.md line 10).

Partners in research learn from each other; a buyer teaches its suppliers what orders need, a core buyer more than
neutral where the supporting-chain bundle is on; rivals in a cluster learn sideways (li 3.B). Only fields the own
sector uses are learned, so knowledge crosses sectors through common fields (cheng 4.2). How much is understood is an
inverted U of cognitive distance, and depends on absorptive capacity, which comes from own research and from talent.
Intellectual property slows flow that nobody pays for (cheng 4.3).
"""

from __future__ import annotations

from abm.kernels_learning import learn_from_rivals, learn_from_ties
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ledger
from abm.state.codes import Kind, Route
from abm.state.columns import read_only
from abm.state.world import World

_ORDER = int(Route.ORDER)
_SIDEWAYS = int(Route.SIDEWAYS)


@rule(
    writes=("actors.capability", "actors.year_gain", "actors.spillover", *ledger.WRITES),
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
    p, actors, ties, st, book = parameters.learning, world.actors, world.ties, world.structure, world.ledger
    lists = world.neighbours()
    slow = 1.0 - 0.5 * p.protection
    teaching = p.teaching if parameters.switches.supporting_chain else 1.0
    learn_from_ties(
        actors.is_active, actors.kind, actors.is_core, actors.mode, actors.absorption, actors.sector,
        read_only(actors.capability), st.weight, world.fields.frontier,
        lists.start, lists.other, lists.tie, ties.is_active, ties.layer, ties.source, ties.target, ties.origin,
        ties.weight, ties.trust,
        actors.capability, actors.year_gain, actors.spillover, book.stock, book.gain, book.total_gain,
        slow * p.research_rate, slow * p.supply_rate, slow * p.upstream_rate, teaching, p.imitation_boost,
        p.dilution, p.trust_effect, p.best_distance, p.distance_width, _ORDER,
    )  # fmt: skip


@rule(
    writes=("actors.capability", "actors.year_gain", *ledger.WRITES),
    source="li:3.B",
    off={"switches.supporting_chain": False},
)
def learn_sideways(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms of a cluster learn from rivals they meet: collective mutual learning in competition and cooperation.

    Equation   dx_ik = absorption_i (1 - exp(-sideways_rate h(d_ij) (1 - protection / 2))) max(0, x_jk - x_ik)
               for the rivals j of the same region and sector that i meets this quarter, together at most the largest
               gap; rate times 1 + imitation_boost for imitators
    Units      x = A / F: 1; sideways_rate: 1/quarter; h, absorption, protection: 1
    Source     li 3.B
    Draws      whom a firm meets ("rival met" by uid, on a ring of "roster of rivals")
    Off when   switches.supporting_chain = false (also with switches.learning = false)
    """
    if not (parameters.switches.supporting_chain and parameters.switches.learning):
        return
    p, actors, st, book = parameters.learning, world.actors, world.structure, world.ledger
    learn_from_rivals(
        actors.is_active, actors.kind, actors.region, actors.sector, actors.uid, actors.mode, actors.absorption,
        read_only(actors.capability), st.weight, world.fields.frontier, world.slots(Kind.FIRM),
        actors.capability, actors.year_gain, book.stock, book.gain, book.total_gain,
        st.n_regions, draws.key("roster of rivals"), draws.key("rival met"), p.n_rivals,
        (1.0 - 0.5 * p.protection) * p.sideways_rate, p.imitation_boost, p.best_distance, p.distance_width, _SIDEWAYS,
    )  # fmt: skip
