"""One quarter's trade: orders, wages, deliveries, payments (model.md line 12, second half).

Firms pay inputs, energy and wages from the cash they hold and are paid for what they deliver at the end, so that
working capital matters. Buyers prepay the market's clearing account; what local firms cannot deliver, and the
imports' share, is paid out to the rest of world, which leaves the clearing account empty.
"""

from __future__ import annotations

from abm.kernels_markets import across_borders, book_demand, book_markets, export_orders, household_orders, pay_wages
from abm.kernels_trade import deliveries, orders_received, pay_inputs, placed_orders, settle
from abm.parameters import Parameters, growth_per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of, transfer
from abm.state.codes import Kind, Purpose
from abm.state.world import World
from abm.types import FloatArray, IntArray


@rule(
    writes=(
        "actors.output", "actors.orders", "actors.expected_orders", "actors.sales", "actors.profit", "actors.margin",
        "actors.local_input_share", "actors.novelty", "ties.used", "regions.pending_demand", "regions.demand",
        "regions.imports", "regions.export_orders", "regions.unfilled", "regions.wanted_local", "regions.mean_price",
        "regions.first_price", "regions.final_demand", "regions.household_income", "regions.household_cash",
        *accounts.WRITES,
    ),
    source="zhao2020:III.C; ren:2.3.3",
    off={"market.trade": False},
)  # fmt: skip
def trade(world: World, parameters: Parameters, draws: Draws) -> None:
    """Orders are placed, made, delivered and paid.

    Equation   orders_i = sum of tied orders + m_i D_s + m_i / sum(m) X_s; output = min(orders / p, capacity, labour,
               paid inputs); X = X0 (1 + g)^t (p / q)^-eps; households spend min(cash, c1 income + c2 wealth)
    Units      orders, D, X: million yuan per quarter
    Source     zhao2020 III.C (demand and supply structure), ren 2.3.3 (users); model.md line 12
    Draws      none
    Off when   market.trade = false: nobody buys or sells
    """
    if not parameters.market.trade:
        return
    st, p, production = world.structure, parameters.market, parameters.production
    actors, regions, ties = world.actors, world.regions, world.ties
    books = books_of(world)
    firm = world.slots(Kind.FIRM)
    materials, bills, covered = pay_inputs(
        books, firm, actors.sector, actors.output, actors.level, actors.outside_step_share, st.inputs, st.energy_share,
        regions.government_slot, world.market, world.rest_of_world, production.waste_saving, production.green_saving,
        production.step_span, parameters.policy.carbon_price,
    )  # fmt: skip
    tied, open_demand, tied_share = placed_orders(
        firm, actors.sector, books.region, materials, st.inputs, ties.is_active, ties.layer, ties.source, ties.target,
        ties.weight, ties.used, world.quarter, st.n_regions,
    )  # fmt: skip
    pay_wages(
        books, actors.is_active, regions.household_slot, regions.wage, regions.talent_wage, actors.staff, actors.talent
    )
    _take_final_orders(world, parameters, firm, tied, open_demand)
    orders = orders_received(
        firm, actors.sector, books.region, actors.market_share, actors.novelty, regions.import_share,
        across_borders(open_demand, st.openness), regions.export_orders, tied, p.novelty_gain,
    )  # fmt: skip
    units = deliveries(
        firm, actors.sector, actors.price, actors.equipment, actors.equipment_level, actors.level, actors.staff,
        orders, covered, st.capital_ratio, st.labour_share, production.base_wage, production.reference_level,
        production.intelligent_gain, production.overtime,
    )  # fmt: skip
    settle(
        books, firm, units, orders, bills, actors.price, regions.wage, regions.talent_wage, actors.staff,
        actors.talent, actors.output, actors.orders, actors.expected_orders, actors.sales, actors.profit,
        actors.margin, actors.novelty, world.market, p.expectation_speed, p.margin_speed, p.novelty_speed,
    )  # fmt: skip
    transfer(world, world.market, world.rest_of_world, float(actors.cash[world.market]), Purpose.IMPORTS)
    book_markets(
        firm, actors.sector, books.region, actors.is_core, actors.price, actors.sales, orders, materials, tied_share,
        st.inputs, regions.import_share, regions.demand, regions.export_orders, actors.local_input_share,
        regions.imports, regions.unfilled, regions.wanted_local, regions.mean_price, p.expectation_speed,
    )  # fmt: skip


def _take_final_orders(
    world: World, parameters: Parameters, firm: IntArray, tied: FloatArray, open_demand: FloatArray
) -> None:
    """Households and the world order and prepay; demand of all adds up, that of the open market in `open_demand`."""
    st, regions, actors = world.structure, world.regions, world.actors
    p, h = parameters.market, parameters.households
    books = books_of(world)
    households = household_orders(
        books, regions.household_slot, st.household_share, regions.household_cash, regions.household_income,
        world.market, world.rest_of_world, h.income_spent, h.wealth_spent,
    )  # fmt: skip
    growth = float((1.0 + growth_per_quarter(p.export_growth)) ** world.quarter)
    regions.export_orders[:] = export_orders(
        books, firm, actors.sector, actors.market_share, actors.price, actors.quality, regions.first_price,
        regions.export_base, world.market, world.rest_of_world, growth, p.export_elasticity,
    )  # fmt: skip
    book_demand(
        firm, actors.sector, books.region, tied, open_demand, households, regions.export_orders,
        regions.pending_demand, regions.final_demand, regions.demand,
    )  # fmt: skip
