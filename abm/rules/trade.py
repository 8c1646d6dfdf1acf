"""One quarter's trade: orders, wages, deliveries, payments (model.md line 12, second half).

Firms pay inputs, energy and wages from the cash they hold and are paid for what they deliver at the end, so that
working capital matters. Buyers prepay the market's clearing account; what local firms cannot deliver, and the
imports' share, is paid out to the rest of world, which leaves the clearing account empty.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_borders import book_crossings
from abm.kernels_deliveries import deliver_orders
from abm.kernels_markets import take_orders
from abm.parameters import Parameters, growth_per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import Kind
from abm.state.world import World
from abm.types import FloatArray
from abm.valuation import border_openness, lead_wear


def opened_shares(
    household_share: FloatArray, new_demand: FloatArray, cannibalisation: float, is_open: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what new products make of demand, each of shape (regions, sectors).

    First the factor on demand, 1 + (1 - c) a; then households' shares of spending, which together never exceed 1; then
    the part of each market that is new, a / (1 + (1 - c) a).

    >>> [x.round(6).tolist() for x in opened_shares(np.array([0.4, 0.6]), np.array([[0.5, 0.0]]), 0.5, True)]
    [[[1.25, 1.0]], [[0.454545, 0.545455]], [[0.4, 0.0]]]
    >>> [x.tolist() for x in opened_shares(np.array([0.4]), np.array([[0.5]]), 0.5, False)]
    [[[1.0]], [[0.4]], [[0.0]]]
    """
    added = new_demand if is_open else np.zeros(new_demand.shape)
    factor = 1.0 + (1.0 - cannibalisation) * added
    share = household_share * factor
    return factor, share / np.maximum(1.0, share.sum(axis=1, keepdims=True)), added / factor


@rule(
    writes=(
        "actors.output", "actors.orders", "actors.expected_orders", "actors.sales", "actors.profit", "actors.margin",
        "actors.local_input_share", "actors.novelty", "ties.used", "regions.pending_demand", "regions.demand",
        "regions.imports", "regions.sold_across", "regions.bought_across", "regions.export_orders",
        "regions.unfilled", "regions.wanted_local", "regions.mean_price", "regions.first_price",
        "regions.export_reach", "regions.final_demand", "regions.household_income", "regions.household_cash",
        *accounts.WRITES,
    ),
    source="zhao2020:III.C; ren:2.3.3",
    off={"market.trade": False},
)  # fmt: skip
def trade(world: World, parameters: Parameters, draws: Draws) -> None:
    """Orders are placed, made, delivered and paid.

    Equation   orders_i = sum of tied orders + m_i D_s + m_i / sum(m) X_s; output = min(orders / p, capacity, labour,
               paid inputs); X = X0 reach (1 + (1 - c) a)(1 + g)^t (p / q)^-eps, times what traditional industries buy
               more; households spend min(cash, c1 income + c2 wealth), shares of sectors times 1 + (1 - c) a; a: demand
               that new products opened
    Units      orders, D, X: million yuan per quarter
    Source     zhao2020 III.C (demand and supply structure), ren 2.3.3 (users); model.md line 12
    Draws      none
    Off when   market.trade = false: nobody buys or sells
    """
    if not parameters.market.trade:
        return
    st, p, h, production = world.structure, parameters.market, parameters.households, parameters.production
    actors, regions, ties = world.actors, world.regions, world.ties
    books, firm = books_of(world), world.slots(Kind.FIRM)
    factor, household_share, new_part = opened_shares(
        st.household_share, regions.new_demand, p.cannibalisation, p.new_demand
    )
    export_base = regions.export_base * regions.traditional_factor * factor * regions.export_reach
    openness = border_openness(st, p.open_borders)
    growth = float((1.0 + growth_per_quarter(p.export_growth)) ** world.quarter)
    taken = take_orders(
        books, firm, actors.is_active, actors.sector, actors.output, actors.level, actors.outside_step_share,
        actors.staff, actors.talent, actors.market_share, actors.price, actors.quality, st.inputs, st.energy_share,
        household_share, ties.is_active, ties.layer, ties.source, ties.target, ties.weight, ties.used,
        actors.import_order,
        regions.government_slot, regions.household_slot, regions.wage, regions.talent_wage, regions.household_cash,
        regions.household_income, regions.first_price, export_base, regions.export_orders,
        regions.pending_demand, regions.final_demand, regions.demand, world.market, world.rest_of_world,
        world.quarter, production.waste_saving, production.green_saving, production.step_span,
        parameters.policy.carbon_price, h.income_spent, h.wealth_spent, growth, p.export_elasticity,
    )  # fmt: skip
    deliver_orders(
        books, firm, *taken, actors.sector, actors.is_core, actors.market_share, actors.price, actors.equipment,
        actors.equipment_level, actors.level, actors.staff, actors.talent, actors.output, actors.orders,
        actors.expected_orders, actors.sales, actors.profit, actors.margin, actors.novelty, actors.local_input_share,
        st.inputs, st.capital_ratio, st.labour_share, openness, regions.wage, regions.talent_wage,
        regions.import_share, regions.demand, regions.export_orders, regions.imports, regions.unfilled,
        regions.wanted_local, regions.mean_price, regions.export_reach, new_part, world.market,
        world.rest_of_world, production.base_wage,
        production.reference_level, production.intelligent_gain, production.intelligent_talent, production.overtime,
        p.novelty_gain, p.expectation_speed, p.margin_speed,
        min(1.0, p.novelty_speed * lead_wear(parameters.learning)), p.export_reach_speed,
    )  # fmt: skip
    if st.n_regions > 1:
        materials, tied, tied_share, open_demand = taken[0], taken[3], taken[4], taken[-1]
        book_crossings(
            firm, materials, tied, tied_share, open_demand, actors.sector, books.region, actors.is_core,
            actors.orders, actors.sales, actors.import_order, actors.local_input_share, st.inputs, ties.is_active,
            ties.layer, ties.source, ties.target, ties.weight, openness, regions.export_orders, regions.demand,
            regions.imports, regions.wanted_local, regions.sold_across, regions.bought_across, p.expectation_speed,
        )  # fmt: skip
