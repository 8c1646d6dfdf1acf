"""Capital from outside and venture capital: money follows past returns and visible investment (model.md line 8).

The accumulation of capital attracts other capital (zhao2020 III.B); platforms introduce venture funds (li 3.C).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.assignment import assigned
from abm.state.codes import ClaimKind, Kind, Purpose, Service
from abm.state.world import World
from abm.types import FloatArray, IntArray


@kernel
def attraction(
    firm: IntArray, margin: FloatArray, sales: FloatArray, visible: FloatArray, sensitivity: float
) -> FloatArray:
    """Return each firm's pull on investors: size times exp(sensitivity (margin + visible investment / sales))."""
    pull = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        if sales[i] > 0.0:
            seen = margin[i] + min(1.0, visible[f] / sales[i])
            pull[f] = sales[i] * math.exp(max(-5.0, min(5.0, sensitivity * seen)))
    return pull


@rule(
    writes=("claims.*", "regions.last_return", "regions.visible_investment", *accounts.WRITES),
    source="zhao2020:III.B; li:3.C",
    off={"finance.outside_inflow": 0.0, "finance.venture_share": 0.0},
    needs_rows={"claims": 2.0},
)
def invest_from_outside(world: World, parameters: Parameters, draws: Draws) -> None:
    """Outside investors and venture funds buy equity: capital follows returns and visible investment.

    Equation   inflow = bound * sales, shared by size * exp(sensitivity (margin + visible investment / sales));
               venture fund: venture_share of its cash to firms with projects, more where a platform introduces them
    Units      million yuan per quarter
    Source     zhao2020 III.B (accumulated capital attracts other capital), li 3.C (venture service)
    Draws      none
    Off when   finance.outside_inflow = 0 and finance.venture_share = 0
    """
    p, actors, regions = parameters.finance, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0 or (p.outside_inflow == 0.0 and p.venture_share == 0.0):
        return
    region = actors.region[firm]
    n_regions = world.structure.n_regions
    visible = actors.planned_equipment[firm] + actors.research_spending[firm]
    pull = attraction(firm, actors.margin, actors.sales, visible, p.outside_sensitivity)
    total = np.maximum(np.bincount(region, pull, n_regions), 1e-12)
    sales = np.bincount(region, actors.sales[firm], n_regions)
    profit = np.bincount(region, actors.profit[firm], n_regions)
    worth = np.bincount(region, actors.cash[firm] + actors.equipment[firm], n_regions)
    regions.last_return[:] = profit / np.maximum(worth, 1e-9)
    regions.visible_investment[:] = np.bincount(region, visible, n_regions)
    if p.outside_inflow > 0.0:
        mood = np.clip(1.0 + p.outside_sensitivity * regions.last_return, 0.0, 2.0) / 2.0
        inflow = p.outside_inflow * sales * mood
        amount = inflow[region] * pull / total[region]
        _buy_equity(world, np.full(len(firm), world.rest_of_world), firm, amount, Purpose.OUTSIDE_INVESTMENT)
    _invest_venture(world, p.venture_share, firm)


def _invest_venture(world: World, share: float, firm: IntArray) -> None:
    """Each venture fund shares part of its cash among its firms with projects, by absorption and introduction."""
    actors = world.actors
    fund = assigned(world, firm, world.slots(Kind.VENTURE_FUND))
    able = firm[(fund >= 0) & (actors.n_projects[firm] > 0)]
    fund = fund[(fund >= 0) & (actors.n_projects[firm] > 0)]
    chance = (0.2 + 0.8 * actors.service[able, int(Service.VENTURE)]) * actors.absorption[able]
    total = np.bincount(fund, chance, actors.rows)
    amount = share * actors.cash[fund] * chance / np.maximum(total[fund], 1e-12)
    _buy_equity(world, fund, able, amount, Purpose.EQUITY)


def _buy_equity(world: World, investor: IntArray, firm: IntArray, amount: FloatArray, purpose: Purpose) -> None:
    """Pay and book equity, one claim per investor and firm."""
    claims, actors = world.claims, world.actors
    enough = amount > 1e-6
    buyer, target = investor[enough], firm[enough]
    if len(target) == 0:
        return
    before = actors.cash[target].copy()
    transfer(world, buyer, target, amount[enough], purpose)
    value = actors.cash[target] - before
    buyer_of = np.full(actors.rows, -1, dtype=np.int64)
    buyer_of[target] = buyer
    stake = np.flatnonzero(claims.is_active & (claims.kind == int(ClaimKind.EQUITY)))
    stake = stake[claims.creditor[stake] == buyer_of[claims.debtor[stake]]]
    row = np.full(actors.rows, -1, dtype=np.int64)
    row[claims.debtor[stake]] = stake
    old = row[target]
    claims.principal[old[old >= 0]] += value[old >= 0]
    new = (old < 0) & (value > 0.0)
    if new.any():
        accounts.open_claims(world, ClaimKind.EQUITY, buyer[new], target[new], value[new], np.zeros(int(new.sum())))
