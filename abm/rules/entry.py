"""Firms enter: suppliers where orders go unfilled, spin-offs, outsiders (model.md line 14).

Supplier entry follows the orders of core firms that are unfilled or imported (li 3.B); universities and research-active
core firms spin off; support and regulation draw outsiders, who disturb the market unless supervised (zhao2020 III.D).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from abm.kernels_entry import CAUSES, OUTSIDER, drawn_entrants, expected_entrants, parents_of_spin_offs, spin_offs
from abm.kernels_newcomers import benchmarks, make_room, newcomers, order_plant, pay_in, start_up, supervise
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import Event, Kind, Mode
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_MOST_ENTRANTS = 0.1


@lru_cache(maxsize=64)
def _market_uids(regions: tuple[str, ...], sectors: tuple[str, ...]) -> tuple[UidArray, UidArray]:
    """Return an identity for each market, shape (regions, sectors), and for those who enter it for each cause."""
    market = [[make_uid(region, sector) for sector in sectors] for region in regions]
    group = [[[make_uid(region, sector, cause) for cause in CAUSES] for sector in sectors] for region in regions]
    return np.array(market, dtype=np.uint64), np.array(group, dtype=np.uint64)


@rule(
    writes=("actors.*", "ledger.stock", "ledger.gain", "ledger.loss", "regions.pending_demand", "regions.budget",
            "regions.import_share", *accounts.WRITES),
    source="li:2.B; li:3.B; zhao2020:III.D",
    off={"switches.entry": False},
    needs_rows={"actors": 0.1},
)  # fmt: skip
def enter_firms(world: World, parameters: Parameters, draws: Draws) -> None:
    """New firms come where demand is not met, from where knowledge is, and from outside.

    Equation   expected entrants = rate n [max(0, 1 - capacity / demand) + order_led wanted / demand] + spin-offs
    Units      rate: 1/quarter
    Source     li 2.B, 3.B (attracting supporting enterprises); zhao2020 III.D (outsiders)
    Draws      "entrants" per market; "spin off" per parent; "entrant" per entrant
    Off when   switches.entry = false
    """
    if not parameters.switches.entry:
        return
    firm = world.slots(Kind.FIRM)
    entrant, uid = _entrants(world, parameters, draws, firm)
    most = max(4, int(_MOST_ENTRANTS * world.actors.rows) - 4)
    slot = world.free_rows("actors", min(most, len(uid)))
    if len(slot) > 0:
        entrant = np.ascontiguousarray(entrant[:, : len(slot)])
        _found(world, parameters, draws, slot, entrant, uid[: len(slot)], firm)


def _entrants(world: World, parameters: Parameters, draws: Draws, firm: IntArray) -> tuple[IntArray, UidArray]:
    """Return who wants to enter, as `drawn_entrants` does: first those that come to a market, then spin-offs."""
    p, st, actors, regions = parameters.turnover, world.structure, world.actors, world.regions
    market_uid, group_uid = _market_uids(st.region_names, st.sector_names)
    is_awake = world.sectors.is_awake
    expected = expected_entrants(
        firm, actors.region, actors.sector, actors.equipment, st.capital_ratio, regions.demand, regions.export_orders,
        regions.wanted_local, regions.unfilled, is_awake, p.entry_rate,
        p.order_led if parameters.switches.supporting_chain else 0.0,
    )  # fmt: skip
    entrant, uid = drawn_entrants(
        expected, market_uid, group_uid, world.quarter, draws.key("entrants"),
        p.outsider_share if parameters.switches.policy else 0.0,
    )  # fmt: skip
    parent = parents_of_spin_offs(
        actors.is_active, actors.kind, actors.is_core, actors.mode, actors.uid, draws.key("spin off"), p.spin_off
    )
    if len(parent) == 0:
        return entrant, uid
    spun_off, spun_off_uid = spin_offs(
        parent, actors.region, actors.uid, actors.capability, world.fields.frontier, st.weight, is_awake, group_uid,
        world.quarter,
    )  # fmt: skip
    return np.concatenate((entrant, spun_off), axis=1), np.concatenate((uid, spun_off_uid))


def _found(
    world: World, parameters: Parameters, draws: Draws, slot: IntArray, entrant: IntArray, uid: UidArray, firm: IntArray
) -> None:
    """Give entrants rows, knowledge, money, equipment and a first share of their markets."""
    actors, st, regions, p = world.actors, world.structure, world.regions, parameters.turnover
    frontier = world.fields.frontier
    mean_sales, mean_level = benchmarks(
        firm, actors.region, actors.sector, actors.is_core, actors.sales, actors.capability, frontier,
        st.n_regions, st.n_sectors,
    )  # fmt: skip
    knowledge, size, plant = newcomers(
        entrant, uid, actors.capability, mean_sales, mean_level, frontier, st.capital_ratio, p.entrant_size,
        parameters.investment.target_utilisation, parameters.frontier.leapfrog, draws.key("entrant"),
    )  # fmt: skip
    books = books_of(world)
    prevented = np.zeros(st.n_regions)
    if (entrant[2] == OUTSIDER).any():
        prevented = supervise(entrant, regions.budget, regions.government_slot, regions.household_slot, books)
    actors.kind[slot] = int(Kind.FIRM)
    actors.region[slot] = entrant[0]
    is_founded = pay_in(
        slot, entrant, size, plant, regions.household_slot, world.rest_of_world, p.entrant_cash, books
    )  # fmt: skip
    if not is_founded.all():
        actors.reset(slot[~is_founded])
        entrant = np.ascontiguousarray(entrant[:, is_founded])
        slot, uid, knowledge = slot[is_founded], uid[is_founded], knowledge[is_founded]
        size, plant = size[is_founded], plant[is_founded]
    _write_entrants(world, parameters, slot, entrant, uid, knowledge, size, p.outsider_disturbance * (1.0 - prevented))
    order_plant(
        slot, entrant[0], plant, st.equipment_share, regions.pending_demand, actors.equipment, world.market, books
    )  # fmt: skip
    make_room(
        slot, entrant, size, firm, actors.region, actors.sector, regions.demand, actors.market_share,
        regions.import_share,
    )  # fmt: skip
    parent = entrant[3]
    world.events.add(
        Event.ENTRY, world.quarter, uid, region=entrant[0], channel=entrant[2],
        partner=np.where(parent >= 0, actors.uid[parent], np.uint64(0)), amount=size,
    )  # fmt: skip


def _write_entrants(
    world: World,
    parameters: Parameters,
    slot: IntArray,
    entrant: IntArray,
    uid: UidArray,
    knowledge: FloatArray,
    size: FloatArray,
    flaw: FloatArray,
) -> None:
    """Fill the entrants' rows and name them; what they do not know yet is as for an SME that imitates."""
    actors, st, ledger, p = world.actors, world.structure, world.ledger, parameters.production
    for identity, sector, cause in zip(uid.tolist(), entrant[1].tolist(), entrant[2].tolist(), strict=True):
        name = st.sector_names[sector].replace("_", " ")
        world.names[identity] = f"{name} {CAUSES[cause]} {len(world.names) + 1}"
    actors.is_active[slot] = True
    actors.uid[slot] = uid
    actors.sector[slot] = entrant[1]
    actors.born[slot] = world.quarter
    ledger.gain[slot] = 0.0  # the flows of an owner that closed this quarter
    ledger.loss[slot] = 0.0
    start_up(
        slot, entrant, knowledge, size, world.fields.frontier, st.weight, st.labour_share, world.regions.mean_price,
        flaw, actors.capability, ledger.stock, actors.equipment_level, actors.quality, actors.price, actors.unit_cost,
        actors.staff, parameters.frontier.leapfrog, parameters.market.base_markup, p.base_wage, p.reference_level,
    )  # fmt: skip
    actors.value_chain[slot] = 0.05
    actors.expected_orders[slot] = size
    actors.mode[slot] = int(Mode.IMITATE)
    actors.research_intensity[slot] = 0.004
    actors.absorption[slot] = parameters.learning.absorption_base
    actors.management_fit[slot] = 0.3
    actors.outside_step_share[slot] = 0.5
    actors.skill[slot] = 0.2
