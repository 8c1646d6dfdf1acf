"""One quarter's trade: orders, wages, deliveries, payments (model.md line 12, second half).

Firms pay inputs, energy and wages from the cash they hold and are paid for what they deliver at the end, so that
working capital matters. Buyers prepay the market's clearing account; what local firms cannot deliver, and the
imports' share, is paid out to the rest of world, which leaves the clearing account empty.
"""

from __future__ import annotations

import numpy as np

from abm.kernels_trade import book_results, deliveries, input_bills, orders_received, placed_orders
from abm.parameters import Parameters, growth_per_quarter
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
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
    shape = (st.n_regions, st.n_sectors)
    firm = world.slots(Kind.FIRM)
    market = actors.region[firm] * st.n_sectors + actors.sector[firm]
    place = np.full(actors.rows, -1, dtype=np.int64)
    place[firm] = np.arange(len(firm))
    lists = world.neighbours()

    materials, fuel, covered = input_bills(
        firm, actors.sector, actors.output, actors.cash, actors.level, actors.outside_step_share,
        st.inputs.sum(axis=0), st.energy_share, production.waste_saving, production.green_saving,
        production.step_span, parameters.policy.carbon_price,
    )  # fmt: skip
    tied, pool, tied_share = placed_orders(
        firm, place, actors.sector, actors.region, materials, st.inputs, lists.start, lists.other, lists.tie,
        ties.layer, ties.target, ties.weight, ties.used, world.quarter, st.n_regions,
    )  # fmt: skip
    transfer(world, firm, world.market, materials, Purpose.INPUTS)
    surcharge = parameters.policy.carbon_price / (1.0 + parameters.policy.carbon_price)
    government = regions.government_slot[actors.region[firm]]
    transfer(world, firm, world.rest_of_world, fuel * (1.0 - surcharge), Purpose.ENERGY)
    transfer(world, firm, government, fuel * surcharge, Purpose.CARBON)
    _pay_wages(world)
    final = regions.pending_demand + _consume(world, parameters)
    open_demand = final + pool
    exports = _export(world, parameters, firm, market)
    regions.final_demand[:] = final + exports
    orders = orders_received(
        firm, market, actors.market_share, actors.novelty, regions.import_share.ravel(),
        _across_borders(open_demand, st.openness).ravel(), exports.ravel(), tied, p.novelty_gain,
    )  # fmt: skip
    units = deliveries(
        firm, actors.sector, actors.price, actors.equipment, actors.equipment_level, actors.level, actors.staff,
        orders, covered, st.capital_ratio, production.base_wage / st.labour_share, production.reference_level,
        production.intelligent_gain, production.overtime,
    )  # fmt: skip
    received = units * actors.price[firm]
    transfer(world, world.market, firm, received, Purpose.SALES)
    transfer(world, world.market, world.rest_of_world, float(actors.cash[world.market]), Purpose.IMPORTS)
    book_results(
        firm, actors.region, received, units, orders, materials + fuel, regions.wage, regions.talent_wage,
        actors.staff, actors.talent, actors.output, actors.orders, actors.expected_orders, actors.sales,
        actors.profit, actors.margin, actors.novelty, p.expectation_speed, p.margin_speed, p.novelty_speed,
    )  # fmt: skip
    regions.pending_demand[:] = 0.0
    regions.demand[:] = open_demand + np.bincount(market, tied, len(regions.demand.ravel())).reshape(shape)
    _book_markets(world, parameters, firm, market, orders, materials, tied_share)


def _pay_wages(world: World) -> None:
    """Firms and universities pay staff and talent."""
    actors, regions = world.actors, world.regions
    employer = np.flatnonzero(actors.is_active & (actors.kind < int(Kind.GOVERNMENT)))
    region = actors.region[employer]
    household = regions.household_slot[region]
    transfer(world, employer, household, regions.wage[region] * actors.staff[employer], Purpose.WAGES)
    transfer(world, employer, household, regions.talent_wage[region] * actors.talent[employer], Purpose.TALENT_WAGES)


def _consume(world: World, parameters: Parameters) -> FloatArray:
    """Households spend part of income and wealth; return their orders, shape (regions, sectors)."""
    st, regions, actors = world.structure, world.regions, world.actors
    p = parameters.households
    slot = regions.household_slot
    regions.household_income[:] = np.maximum(0.0, actors.cash[slot] - regions.household_cash)
    wanted = p.income_spent * regions.household_income + p.wealth_spent * actors.cash[slot]
    spent = np.minimum(actors.cash[slot], wanted)
    orders = spent[:, None] * st.household_share
    transfer(world, slot, world.market, orders.sum(axis=1), Purpose.CONSUMPTION)
    transfer(world, slot, world.rest_of_world, spent * (1.0 - st.household_share.sum()), Purpose.CONSUMPTION)
    regions.household_cash[:] = actors.cash[slot]
    return orders


def _export(world: World, parameters: Parameters, firm: IntArray, market: IntArray) -> FloatArray:
    """Return what the rest of world orders, by region and sector, and prepay it."""
    st, regions, actors = world.structure, world.regions, world.actors
    p = parameters.market
    weight = actors.market_share[firm]
    n_markets = st.n_regions * st.n_sectors
    held = np.bincount(market, weight, n_markets)
    ratio = np.maximum(actors.price[firm], 0.05) / np.maximum(actors.quality[firm], 0.05)
    relative = np.bincount(market, weight * ratio, n_markets) / np.maximum(held, 1e-12)
    relative = relative.reshape(st.n_regions, st.n_sectors)
    is_new = (regions.first_price <= 0.0) & (relative > 0.0)
    regions.first_price[is_new] = relative[is_new]
    growth = (1.0 + growth_per_quarter(p.export_growth)) ** world.quarter
    cheapness = np.clip(relative / np.maximum(regions.first_price, 1e-6), 0.1, 10.0) ** -p.export_elasticity
    orders = np.where(held.reshape(relative.shape) > 0.0, regions.export_base * growth * cheapness, 0.0)
    total = float(orders.sum())
    budget = 0.1 * float(actors.cash[world.rest_of_world])
    if total > budget:
        orders *= budget / total
    transfer(world, world.rest_of_world, world.market, float(orders.sum()), Purpose.EXPORTS)
    regions.export_orders[:] = orders
    return orders


def _across_borders(demand: FloatArray, openness: FloatArray) -> FloatArray:
    """Let each region's open demand reach the other regions by its openness; the total is unchanged.

    >>> _across_borders(np.array([[10.0], [0.0]]), np.array([0.2, 0.5])).tolist()
    [[8.0], [2.0]]
    """
    number = len(demand)
    if number == 1:
        return demand
    leaving = demand * openness[:, None]
    shared: FloatArray = demand - leaving + (leaving.sum(axis=0) - leaving) / (number - 1)
    return shared


def _book_markets(
    world: World,
    parameters: Parameters,
    firm: IntArray,
    market: IntArray,
    orders: FloatArray,
    materials: FloatArray,
    tied_share: FloatArray,
) -> None:
    """Write imports, unfilled orders, local content and mean prices of each market."""
    st, regions, actors = world.structure, world.regions, world.actors
    n_markets, shape = st.n_regions * st.n_sectors, (st.n_regions, st.n_sectors)
    speed = parameters.market.expectation_speed
    sales = actors.sales[firm]
    sold = np.bincount(market, sales, n_markets).reshape(shape)
    regions.imports[:] = np.maximum(0.0, regions.demand + regions.export_orders - sold)
    short = np.bincount(market, np.maximum(0.0, orders - sales), n_markets).reshape(shape)
    regions.unfilled[:] += speed * (short - regions.unfilled)
    recipe = st.inputs / np.maximum(st.inputs.sum(axis=0), 1e-12)
    imported = (regions.import_share @ recipe)[actors.region[firm], actors.sector[firm]]
    actors.local_input_share[firm] = np.clip(1.0 - (1.0 - tied_share) * imported, 0.0, 1.0)
    by_core = materials * (1.0 - tied_share) * imported * actors.is_core[firm]
    by_buyer = np.bincount(market, by_core, n_markets).reshape(shape)
    regions.wanted_local[:] += speed * (by_buyer @ recipe.T - regions.wanted_local)
    value = np.bincount(market, sales * actors.price[firm], n_markets).reshape(shape)
    regions.mean_price[:] = np.where(sold > 0.0, value / np.maximum(sold, 1e-12), 1.0)
