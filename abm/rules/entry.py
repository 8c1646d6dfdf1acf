"""Firms enter: suppliers where orders go unfilled, spin-offs, outsiders (model.md line 14).

Supplier entry follows what core firms import and what nobody delivers (li 3.B); universities and research-active
core firms spin off; support and regulation draw outsiders, who disturb the market unless supervised (zhao2020 III.D).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from abm.kernels_entry import CAUSES, SPIN_OFF, entrants
from abm.kernels_first_ties import first_orders
from abm.kernels_founding import found_firms, settle_in
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state import ties as tie_book
from abm.state.accounts import books_of
from abm.state.causes import last_events
from abm.state.codes import Event, Layer, TieOrigin
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_MOST_ENTRANTS = 0.1
"""Most entrants of a quarter over the rows of actors, of which 4 are taken off; 4 may always come."""
_RECENT = 8
"""Quarters within which a result can have led to an offshoot."""
_KINSHIP = 0.6
"""Trust of the tie of an offshoot with who it comes from."""


@lru_cache(maxsize=64)
def _market_uids(regions: tuple[str, ...], sectors: tuple[str, ...]) -> tuple[UidArray, UidArray]:
    """Return an identity for each market, shape (regions, sectors), and for those who enter it for each cause."""
    market = [[make_uid(region, sector) for sector in sectors] for region in regions]
    group = [[[make_uid(region, sector, cause) for cause in CAUSES] for sector in sectors] for region in regions]
    return np.array(market, dtype=np.uint64), np.array(group, dtype=np.uint64)


@rule(
    writes=("actors.*", "ledger.stock", "ledger.gain", "ledger.loss", "regions.pending_demand",
            "regions.import_share", *tie_book.WRITES, *accounts.WRITES),
    source="li:2.B; li:3.B; zhao2020:III.D",
    off={"switches.entry": False},
    needs_rows={"actors": 0.1, "ties": 0.1},
)  # fmt: skip
def enter_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """New firms come where demand is not met, from where knowledge is, and from outside; some with a first tie.

    Equation   expected entrants = rate n [max(0, 1 - target capacity / demand) + order_led wanted / demand] + spin-offs
               + outsider_rate n [min(3, support / usual) + min(3, regulation / usual)] / 2
    Units      target: use of capacity firms aim at, 1; rate, outsider_rate: 1/quarter; wanted: imports of core firms
               and unfilled orders, million yuan per quarter; support: innovation budget over sales; regulation:
               green standard + carbon price
    Source     li 2.B, 3.B (attracting supporting enterprises); zhao2020 III.D (outsiders)
    Draws      "entrants" and "outsiders" per market; "spin off" per parent; "entrant" per entrant
    Off when   switches.entry = false
    """
    if not parameters.switches.entry:
        return
    slot, entrant, uid = _entrants(world, parameters, draws)
    if len(slot) == 0:
        return
    founded, size = _found(world, parameters, draws, slot, entrant, uid)
    if len(founded) < len(slot):
        world.actors.reset(np.setdiff1d(slot, founded))
    entrant = np.ascontiguousarray(entrant[:, : len(founded)])
    other, share = _first_orders(world, parameters, entrant)
    told = _tell(world, entrant, uid[: len(founded)], size, other)
    ordered, is_offshoot = share > 0.0, entrant[2] == SPIN_OFF
    tie_book.open_ties(
        world, founded[ordered], other[ordered], Layer.SUPPLY, TieOrigin.ORDER, weight=share[ordered],
        trust=parameters.search.first_trust, cause=told[ordered],
    )  # fmt: skip
    tie_book.open_ties(
        world, other[is_offshoot], founded[is_offshoot], Layer.RESEARCH, TieOrigin.ACQUAINTANCE, weight=1.0,
        trust=_KINSHIP, cause=told[is_offshoot],
    )  # fmt: skip


def _first_orders(world: World, parameters: Parameters, entrant: IntArray) -> tuple[IntArray, FloatArray]:
    """Return from whom, or for whose orders, each new firm comes, -1 for none, and the first order it gets."""
    a, ties, p = world.actors, world.ties, parameters.search
    step = parameters.turnover.first_order * p.order_step
    return first_orders(
        entrant, a.uid, a.is_active, a.is_core, a.region, a.sector, a.expected_orders, world.structure.inputs,
        ties.is_active, ties.layer, ties.source, ties.target, ties.weight, step, p.local_cap,
        p.input_threshold,
    )  # fmt: skip


def _entrants(world: World, parameters: Parameters, draws: Draws) -> tuple[IntArray, IntArray, UidArray]:
    """Return who enters, and the free rows they get."""
    p, st, a, regions = parameters.turnover, world.structure, world.actors, world.regions
    market_uid, group_uid = _market_uids(st.region_names, st.sector_names)
    return entrants(
        a.is_active, a.kind, a.region, a.sector, a.uid, a.is_core, a.mode, a.equipment, a.capability,
        st.capital_ratio, world.fields.frontier, st.weight, regions.mean_price, regions.demand, regions.export_orders,
        regions.wanted_local, regions.unfilled, world.sectors.is_awake, a.sales, regions.accrued, market_uid, group_uid,
        p.entry_rate, p.order_led if parameters.switches.supporting_chain else 0.0, p.outsider_rate,
        parameters.policy.green_standard + parameters.policy.carbon_price, parameters.investment.target_utilisation,
        p.spin_off, world.quarter, max(4, int(_MOST_ENTRANTS * a.rows) - 4), draws.key("entrants"),
        draws.key("outsiders"), draws.key("spin off"),
    )  # fmt: skip


def _found(
    world: World, parameters: Parameters, draws: Draws, slot: IntArray, entrant: IntArray, uid: UidArray
) -> tuple[IntArray, FloatArray]:
    """Found the firms that find capital; return their slots and sales."""
    a, st, regions, ledger, p = world.actors, world.structure, world.regions, world.ledger, parameters.turnover
    founded, size = found_firms(
        slot, entrant, uid, books_of(world), a.is_active, a.uid, a.kind, a.region, a.sector, a.born, a.is_core,
        a.sales, a.capability, a.market_share, a.equipment, a.equipment_level, a.quality, a.flaw, a.hidden,
        a.price, a.unit_cost, a.staff, ledger.stock, world.fields.frontier, st.weight, st.labour_share,
        st.capital_ratio, st.equipment_share, regions.household_slot, regions.mean_price, regions.demand,
        regions.import_share, regions.pending_demand, world.rest_of_world, world.market, world.quarter,
        p.entrant_size, parameters.investment.target_utilisation, parameters.frontier.leapfrog, p.entrant_cash,
        p.outsider_disturbance, p.outsider_dumping, parameters.market.base_markup, parameters.production.base_wage,
        parameters.production.reference_level, draws.key("entrant"),
    )  # fmt: skip
    settle_in(
        founded, size, parameters.learning.absorption_base, a.value_chain, a.expected_orders, a.mode,
        a.research_intensity, a.absorption, a.management_fit, a.outside_step_share, a.skill, ledger.gain, ledger.loss,
    )  # fmt: skip
    return founded, size


def _tell(world: World, entrant: IntArray, uid: UidArray, size: FloatArray, origin: IntArray) -> IntArray:
    """Name the new firms and record that they came, from whom, or for whose orders; offshoots follow a result."""
    a = world.actors
    names = world.structure.sector_names
    region, sector, cause, parent, _ = entrant
    other = np.where(origin >= 0, a.uid[origin], np.uint64(0))
    followed = np.full(len(uid), -1, np.int64)
    is_offshoot = parent >= 0
    if is_offshoot.any():
        followed[is_offshoot] = last_events(
            world, (Event.RESEARCH_SUCCEEDED,), other[is_offshoot], world.quarter - _RECENT
        )  # fmt: skip
    for identity, s, c in zip(uid.tolist(), sector.tolist(), cause.tolist(), strict=True):
        world.names[identity] = f"{names[s].replace('_', ' ')} {CAUSES[c]} {len(world.names) + 1}"
    return world.events.add(
        Event.ENTRY, world.quarter, uid, region=region, channel=cause, partner=other, amount=size, cause=followed
    )  # fmt: skip
