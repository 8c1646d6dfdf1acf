"""Firms stay, move to another sector, and dormant sectors wake (model.md line 13, E2).

A firm now and then reckons the net present value of every sector, by what its firms earn and how well the firm's
capability fits, less the cost of moving, which is lower between kindred sectors. A dormant sector wakes when firms
hold the new combination of fields its product needs (cheng 4.2).
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import accounts, market_shares
from abm.state.accounts import transfer
from abm.state.codes import Event, Kind, Purpose
from abm.state.market_shares import share_out_customers
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import annuity

_READY_FIRMS = 3


@kernel
def best_sector(
    firm: IntArray,
    uid: UidArray,
    key: np.uint64,
    sector: IntArray,
    region: IntArray,
    weight: FloatArray,
    relative: FloatArray,
    kinship: FloatArray,
    earning: FloatArray,
    cost: FloatArray,
    is_awake: BoolArray,
    hazard: float,
    worth: float,
) -> IntArray:
    """Return the sector each firm would rather be in: the largest NPV = worth earning fit - cost (2 - kinship).

    ``earning`` is the profit per quarter an average firm of the sector makes, shape (regions, sectors); staying costs
    nothing. Only a share `hazard` of firms considers it in a quarter.
    """
    result = np.empty(len(firm), np.int64)
    for f in range(len(firm)):
        i = firm[f]
        own = sector[i]
        result[f] = own
        if uniform(key, uid[i], 0) >= hazard:
            continue
        best = -1e300
        for s in range(weight.shape[0]):
            if not is_awake[s]:
                continue
            fit = 0.0
            for k in range(weight.shape[1]):
                fit += weight[s, k] * min(1.0, relative[f, k])
            value = worth * earning[region[i], s] * fit
            if s != own:
                value -= cost[region[i]] * (2.0 - kinship[own, s])
            if value > best:
                best = value
                result[f] = s
    return result


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
    relative = actors.capability[firm] / world.fields.frontier
    _wake_sectors(world, relative)
    market = actors.region[firm] * st.n_sectors + actors.sector[firm]
    n_markets, shape = st.n_regions * st.n_sectors, (st.n_regions, st.n_sectors)
    number = np.maximum(np.bincount(market, minlength=n_markets), 1)
    profit = np.bincount(market, actors.margin[firm] * actors.sales[firm], n_markets) / number
    is_empty = np.bincount(market, minlength=n_markets) == 0
    sales = np.bincount(actors.region[firm], actors.sales[firm], st.n_regions)
    mean_sales = sales / np.maximum(np.bincount(actors.region[firm], minlength=st.n_regions), 1)
    unmet = np.minimum((world.regions.demand + world.regions.export_base).ravel(), np.repeat(mean_sales, st.n_sectors))
    profit[is_empty] = float(actors.margin[firm].mean()) * unmet[is_empty]
    choice = best_sector(
        firm, actors.uid, draws.key("consider other sectors"), actors.sector, actors.region, st.weight, relative,
        st.kinship, profit.reshape(shape), p.move_cost * mean_sales, world.sectors.is_awake, p.move_hazard,
        annuity(p.discount, p.horizon),
    )  # fmt: skip
    kin = st.kinship[actors.sector[firm], choice]
    price = p.move_cost * mean_sales[actors.region[firm]] * (2.0 - kin)
    moving = (choice != actors.sector[firm]) & (actors.cash[firm] > price + 0.5 * actors.sales[firm])
    mover, target = firm[moving], choice[moving]
    household = world.regions.household_slot[actors.region[mover]]
    transfer(world, mover, household, price[moving], Purpose.MOVE)
    world.events.add(
        Event.MOVED_SECTOR, world.quarter, actors.uid[mover], region=actors.region[mover],
        channel=target, amount=actors.sales[mover],
    )  # fmt: skip
    actors.second_sector[mover] = actors.sector[mover]
    actors.sector[mover] = target
    reach = world.regions.demand[actors.region[mover], target]
    fit = (st.weight[target] * np.minimum(1.0, relative[moving])).sum(axis=1)
    actors.market_share[mover] = np.clip(0.5 * fit * actors.sales[mover] / np.maximum(reach, 1e-9), 1e-9, 0.1)
    if len(mover):
        share_out_customers(world)


def _wake_sectors(world: World, relative: FloatArray) -> None:
    """Wake the dormant sectors whose combination of fields enough firms command."""
    st, is_awake = world.structure, world.sectors.is_awake
    if is_awake.all():
        return
    fit = relative @ st.weight.T
    for s in np.flatnonzero(~is_awake):
        if int((fit[:, s] > 0.6).sum()) >= _READY_FIRMS:
            is_awake[s] = True
            world.events.add(Event.SECTOR_ACTIVATED, world.quarter, np.uint64(0), channel=s)
