"""Firms stay, move to another sector, and dormant sectors wake (model.md line 13, E2).

A firm now and then reckons the net present value of every sector, by what its firms earn and how well the firm's
capability fits, less the cost of moving, which is lower between kindred sectors. A dormant sector wakes when firms
that sell new products hold the combination of fields its product needs (cheng 4.2); the world then orders from it what
the scenario promises.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import accounts, market_shares
from abm.state.accounts import transfer
from abm.state.causes import PROGRESS, last_events
from abm.state.codes import Event, Kind, Purpose
from abm.state.market_shares import share_out_customers
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import annuity


@kernel
def sector_earnings(
    firm: IntArray, region: IntArray, sector: IntArray, margin: FloatArray, sales: FloatArray, demand: FloatArray,
    export_base: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return the profit per quarter of an average firm of each sector, (regions, sectors), and mean sales by region.

    Where a sector has no firm yet, it is the mean margin of all firms on what is asked for, at most the mean sales.

    >>> import numpy as np
    >>> earning, sales = sector_earnings(np.array([0, 1]), np.zeros(2, np.int64), np.zeros(2, np.int64),
    ...     np.array([0.25, 0.75]), np.array([4.0, 8.0]), np.array([[9.0, 1.0, 9.0]]), np.array([[0.0, 1.0, 0.0]]))
    >>> earning.tolist(), sales.tolist()
    ([[3.5, 1.0, 3.0]], [6.0])
    """
    n_regions, n_sectors = demand.shape
    earning = np.zeros((n_regions, n_sectors))
    number = np.zeros((n_regions, n_sectors), np.int64)
    mean_sales = np.zeros(n_regions)
    mean_margin = 0.0
    for f in range(len(firm)):
        i = firm[f]
        earning[region[i], sector[i]] += margin[i] * sales[i]
        number[region[i], sector[i]] += 1
        mean_sales[region[i]] += sales[i]
        mean_margin += margin[i] / len(firm)
    for r in range(n_regions):
        firms_here = 0
        for s in range(n_sectors):
            firms_here += number[r, s]
        mean_sales[r] /= max(firms_here, 1)
        for s in range(n_sectors):
            if number[r, s] > 0:
                earning[r, s] /= number[r, s]
            else:
                earning[r, s] = mean_margin * min(demand[r, s] + export_base[r, s], mean_sales[r])
    return earning, mean_sales


@kernel
def sector_fit(capability: FloatArray, frontier: FloatArray, weight: FloatArray, i: int, s: int, most: float) -> float:
    """Return how well an actor's capability, at most `most` times the frontier, fits the fields of a sector.

    >>> import numpy as np
    >>> sector_fit(np.array([[1.0, 3.0]]), np.array([2.0, 2.0]), np.array([[0.5, 0.5]]), 0, 0, 1.0)
    0.75
    """
    fit = 0.0
    for k in range(len(frontier)):
        fit += weight[s, k] * min(most, capability[i, k] / frontier[k])
    return fit


@kernel
def ready_sectors(
    firm: IntArray, capability: FloatArray, novelty: FloatArray, frontier: FloatArray, weight: FloatArray,
    is_awake: BoolArray, n_ready: int, least_fit: float, least_novelty: float,
) -> IntArray:  # fmt: skip
    """Return the dormant sectors whose combination of fields enough firms command that sell something new.

    >>> import numpy as np
    >>> able, one = np.array([[0.7], [0.7], [0.7]]), np.ones(1)
    >>> new, weight, is_awake = np.array([0.2, 0.2, 0.0]), np.array([[1.0], [1.0]]), np.array([True, False])
    >>> [ready_sectors(np.arange(3), able, new, one, weight, is_awake, n, 0.6, 0.1).tolist() for n in (2, 3)]
    [[1], []]
    """
    ready = np.empty(len(is_awake), np.int64)
    number = 0
    for s in range(len(is_awake)):
        if is_awake[s]:
            continue
        able = 0
        for i in firm:
            fit = sector_fit(capability, frontier, weight, i, s, math.inf)
            able += 1 if fit > least_fit and novelty[i] >= least_novelty else 0
        if able >= n_ready:
            ready[number] = s
            number += 1
    return ready[:number].copy()


@kernel
def sector_moves(
    firm: IntArray, uid: UidArray, key: np.uint64, sector: IntArray, region: IntArray, sales: FloatArray,
    cash: FloatArray, capability: FloatArray, frontier: FloatArray, weight: FloatArray, kinship: FloatArray,
    earning: FloatArray, mean_sales: FloatArray, is_awake: BoolArray, move_cost: float, hazard: float, worth: float,
) -> tuple[IntArray, IntArray, FloatArray]:  # fmt: skip
    """Return the firms that move, the sector each moves to and what it pays.

    A firm would rather be in the sector with the largest NPV = worth earning fit - cost (2 - kinship); staying costs
    nothing, moving `move_cost` quarters of the region's mean sales. Only a share `hazard` of firms considers it in a
    quarter, and only those move that keep half a quarter's sales in cash.
    """
    mover = np.empty(len(firm), np.int64)
    target = np.empty(len(firm), np.int64)
    price = np.empty(len(firm))
    number = 0
    for i in firm:
        if uniform(key, uid[i], 0) >= hazard:
            continue
        own = sector[i]
        cost = move_cost * mean_sales[region[i]]
        choice = own
        best = -1e300
        for s in range(weight.shape[0]):
            if is_awake[s, region[i]]:
                value = worth * earning[region[i], s] * sector_fit(capability, frontier, weight, i, s, 1.0)
                if s != own:
                    value -= cost * (2.0 - kinship[own, s])
                if value > best:
                    best = value
                    choice = s
        cost *= 2.0 - kinship[own, choice]
        if choice != own and cash[i] > cost + 0.5 * sales[i]:
            mover[number] = i
            target[number] = choice
            price[number] = cost
            number += 1
    return mover[:number].copy(), target[:number].copy(), price[:number].copy()


@rule(
    writes=("actors.sector", "actors.second_sector", "sectors.is_awake", *market_shares.WRITES, *accounts.WRITES),
    source="li:2.A; cheng:2.2; cheng:4.2",
    off={"switches.diversification": False},
)
def choose_sectors(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms move to the sector with the largest net present value; sectors wake when firms can make their product.

    Equation   NPV_s = annuity pi_s fit_is - K (2 - phi), fit = sum_k W_sk min(1, x_ik), phi = cosine of rows of W
    Units      NPV, pi, K: million yuan; fit, phi: 1
    Source     li 2.A (structure), cheng 2.2 (structural upgrading), 4.2 (new industries)
    Draws      "consider other sectors" per firm
    Off when   switches.diversification = false
    """
    if not parameters.switches.diversification:
        return
    p, actors, st = parameters.investment, world.actors, world.structure
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0:
        return
    frontier, is_awake = world.fields.frontier, world.sectors.is_awake
    for r in range(st.n_regions):
        here = firm[actors.region[firm] == r]
        for s in ready_sectors(
            here, actors.capability, actors.novelty, frontier, st.weight, np.ascontiguousarray(is_awake[:, r]),
            p.ready_firms, p.ready_fit, p.ready_novelty,
        ):  # fmt: skip
            is_awake[s, r] = True
            world.events.add(Event.SECTOR_ACTIVATED, world.quarter, np.uint64(0), region=r, channel=s)
    earning, mean_sales = sector_earnings(
        firm, actors.region, actors.sector, actors.margin, actors.sales, world.regions.demand, world.regions.export_base
    )
    mover, target, price = sector_moves(
        firm, actors.uid, draws.key("consider other sectors"), actors.sector, actors.region, actors.sales,
        actors.cash, actors.capability, frontier, st.weight, st.kinship, earning, mean_sales, is_awake, p.move_cost,
        p.move_hazard, annuity(p.discount, p.horizon),
    )  # fmt: skip
    if len(mover):
        _move(world, mover, target, price)


def _move(world: World, mover: IntArray, target: IntArray, price: FloatArray) -> None:
    """Let firms pay for new lines, keep the old one as second sector, and start with few customers."""
    actors, st = world.actors, world.structure
    region = actors.region[mover]
    transfer(world, mover, world.regions.household_slot[region], price, Purpose.MOVE)
    world.events.add(
        Event.MOVED_SECTOR, world.quarter, actors.uid[mover], region=region, channel=target,
        amount=actors.sales[mover], cause=_causes_of_moves(world, mover, target),
    )  # fmt: skip
    actors.second_sector[mover] = actors.sector[mover]
    actors.sector[mover] = target
    reach = world.regions.demand[region, target]
    relative = np.minimum(1.0, actors.capability[mover] / world.fields.frontier)
    fit = (st.weight[target] * relative).sum(axis=1)
    actors.market_share[mover] = np.clip(0.5 * fit * actors.sales[mover] / np.maximum(reach, 1e-9), 1e-9, 0.1)
    share_out_customers(world)


def _causes_of_moves(world: World, mover: IntArray, target: IntArray) -> IntArray:
    """Return what made firms fit for their new sector: its awakening this quarter, else their last progress."""
    cause = last_events(world, PROGRESS, world.actors.uid[mover])
    columns = world.events.columns()
    now = columns["quarter"] == world.quarter
    for row in np.flatnonzero(now & (columns["kind"] == int(Event.SECTOR_ACTIVATED))):
        is_here = world.actors.region[mover] == columns["region"][row]
        cause[is_here & (target == columns["channel"][row])] = row
    return cause
