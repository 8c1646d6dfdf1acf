"""Finding suppliers (model.md line 7).

A supply tie runs from supplier to buyer; its weight is the share of one input that the buyer orders there. Buyers hear
of suppliers from those who buy the same things, so well-known suppliers become better known (F17), but they want able,
cheap and trusted ones, full suppliers take nobody, and part of every input stays contestable for the market and for
imports, which are one of the candidates. Under the supporting-chain bundle core firms look harder for local suppliers
(li 3.B): what they order then is born of an order, every other supply tie of the acquaintance of an open market.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_suppliers import NO_IMPORTS, ordered, reviewed_inputs
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import ties as tie_book
from abm.state.codes import Kind, Layer, TieOrigin
from abm.state.ties import platform_of
from abm.state.trade_terms import import_quality
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray
from abm.valuation import border_openness


def order_origin(customer: IntArray, is_core: BoolArray, has_bundle: bool) -> IntArray:
    """Return how supply ties are born: by the order of a core firm under the supporting-chain bundle, else by chance.

    >>> order_origin(np.array([0, 1]), np.array([True, False]), True).tolist()
    [2, 0]
    >>> order_origin(np.array([0, 1]), np.array([True, False]), False).tolist()
    [0, 0]
    """
    return np.where(is_core[customer] & has_bundle, int(TieOrigin.ORDER), int(TieOrigin.ACQUAINTANCE))


def merit_of_imports(quality: FloatArray, appeal: FloatArray, weight: float, has_weak_links: bool) -> FloatArray:
    """Return what buyers think of imports, shape (regions, sectors): their quality and their standing in the market.

    >>> merit_of_imports(np.array([1.0]), np.array([[-0.25]]), 2.0, True).tolist()
    [[-0.25]]
    """
    return weight * np.log(quality) + appeal if has_weak_links else np.full(appeal.shape, NO_IMPORTS)


@rule(
    writes=("actors.import_order", *tie_book.WRITES),
    source="li:3.B; cheng:2.1; reisch2025; F17",
    off={"switches.search": False},
    needs_rows={"ties": 1.0},
)
def find_suppliers(world: World, parameters: Parameters, draws: Draws) -> None:
    """Buyers review the suppliers of one input: able, cheap, trusted and known ones with room get orders.

    Equation   score_j = b_q ln q_j - b_p ln p_j + (attachment - 1) ln(1 + customers_j) + linked + loyalty trust_ij
               + noise, among present suppliers and candidates heard of in proportion to their customers; the best gets
               order_step more of the input up to local_cap, then a newcomer must beat the worst; imports are a
               candidate of b_q ln q plus their standing, less import_cost for who orders none of the input abroad
    Units      score, q, p, trust, shares: 1; review_probability: 1/quarter, times size^review_size, times
               local_ordering for core buyers
    Source     li 3.B (core firms attract and order from supporting firms); Reisch et al. 2025 (attachment k^1.08);
               cheng 2.1 (digital search)
    Draws      which input ("review") by uid; whom one hears of ("supplier heard of") by uid, on a ring of "roster of
               suppliers"; what nobody observes ("supplier match") by pair
    Off when   switches.search = false
    """
    if not parameters.switches.search:
        return
    p, actors, ties, st = parameters.search, world.actors, world.ties, world.structure
    openness = border_openness(st, parameters.market.open_borders)
    firm = world.slots(Kind.FIRM)
    core_factor = p.local_ordering if parameters.switches.supporting_chain else 1.0
    buyer, wanted = reviewed_inputs(
        firm, actors.sector, actors.is_core, actors.expected_orders, actors.level, actors.uid, st.inputs,
        draws.key("review"), p.review_probability, p.review_size, core_factor, p.digital_search, p.input_threshold,
    )  # fmt: skip
    if len(buyer) == 0:
        return
    lists = world.neighbours()
    supplier, customer, share, ended = ordered(
        buyer, wanted, firm, actors.sector, actors.region, actors.uid, actors.quality, actors.price,
        actors.expected_orders, actors.equipment, platform_of(world), openness, st.capital_ratio,
        lists.start, lists.other, lists.tie, ties.layer, ties.source, ties.target, ties.weight, ties.trust,
        merit_of_imports(
            import_quality(st, parameters.frontier.embargo_factor), world.regions.import_appeal, p.quality_weight,
            parameters.market.weak_links,
        ),
        actors.import_order,
        draws.key("roster of suppliers"), draws.key("supplier heard of"), draws.key("supplier match"),
        p.n_candidates, p.newcomer_share, p.quality_weight, p.price_weight, p.attachment, p.full_capacity,
        p.loyalty, p.linked_weight, p.supply_noise, p.order_step, p.local_cap, p.import_cost,
    )  # fmt: skip
    if len(supplier):
        origin = order_origin(customer, actors.is_core, parameters.switches.supporting_chain)
        tie_book.open_ties(world, supplier, customer, Layer.SUPPLY, origin, weight=share, trust=p.first_trust)
    tie_book.close_ties(world, ended)
