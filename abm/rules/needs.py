"""Need, bottleneck and common technology: one definition for everyone (model.md section 1, E4).

A need is what a chain produces in a sector, times the weight of a field there, times how far the best available
capability lies behind the frontier. Imports can fill a gap only as far as the frontier can be bought (ren 2.2.2), and
chains rely on what they buy abroad only in part: what is made in the region counts in full.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_needs import green_pressure
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Event, Kind
from abm.state.trade_terms import purchasable_share
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_FIRM = int(Kind.FIRM)
_ROUNDING = 1e-12
"""What two ways of adding up may differ by: shares and gaps of round numbers often lie on a threshold."""


@kernel
def local_capability(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    sector: IntArray,
    sales: FloatArray,
    capability: FloatArray,
    n_regions: int,
    n_sectors: int,
) -> FloatArray:
    """Return the sales-weighted capability of each region's sectors, shape (regions, sectors, fields)."""
    n_fields = capability.shape[1]
    mean = np.zeros((n_regions, n_sectors, n_fields))
    total = np.zeros((n_regions, n_sectors))
    for i in range(len(is_active)):
        if is_active[i] and kind[i] == _FIRM:
            weight = sales[i] + 1e-9
            total[region[i], sector[i]] += weight
            for k in range(n_fields):
                mean[region[i], sector[i], k] += weight * capability[i, k]
    for r in range(n_regions):
        for s in range(n_sectors):
            for k in range(n_fields):
                if total[r, s] > 0.0:
                    mean[r, s, k] /= total[r, s]
    return mean


@kernel
def gap_to(frontier: float, capability: float) -> float:
    """Return how far capability lies behind the frontier, 0 to 1; 0 where rounding alone tells them apart.

    >>> gap_to(2.0, 1.5), gap_to(2.0, 3.0)
    (0.25, 0.0)
    """
    gap = 1.0 - capability / frontier
    return gap if gap > _ROUNDING else 0.0


@kernel
def measure_gaps(
    local: FloatArray, frontier: FloatArray, buyable: FloatArray, reliance: float, available: FloatArray,
    gap: FloatArray, local_gap: FloatArray,
) -> None:  # fmt: skip
    """Set the best capability available and the gaps with and without imports, shape (regions, sectors, fields).

    `buyable` is the share of the frontier that can be bought, `reliance` how far chains rely on it where it is better.

    >>> import numpy as np
    >>> available, gap, local_gap = np.zeros((1, 1, 2)), np.zeros((1, 1, 2)), np.zeros((1, 1, 2))
    >>> local, one = np.array([[[0.5, 0.8]]]), np.ones(2)
    >>> measure_gaps(local, one, np.array([0.76, 0.76]), 0.7, available, gap, local_gap)
    >>> available.round(9).tolist(), gap.round(9).tolist(), local_gap.round(9).tolist()
    ([[[0.682, 0.8]]], [[[0.318, 0.2]]], [[[0.5, 0.2]]])
    >>> measure_gaps(local, one, np.array([0.76, 0.76]), 1.0, available, gap, local_gap)
    >>> available.tolist()
    [[[0.76, 0.8]]]
    """
    for r in range(local.shape[0]):
        for s in range(local.shape[1]):
            for k in range(local.shape[2]):
                best = max(local[r, s, k], buyable[k] * frontier[k])
                available[r, s, k] = reliance * best + (1.0 - reliance) * local[r, s, k]
                gap[r, s, k] = gap_to(frontier[k], available[r, s, k])
                local_gap[r, s, k] = gap_to(frontier[k], local[r, s, k])


@kernel
def expose_chains(
    region: int, demand: FloatArray, chain_demand: FloatArray, leontief: FloatArray, weight: FloatArray,
    gap: FloatArray, exposure: FloatArray,
) -> FloatArray:  # fmt: skip
    """Set a region's exposure N_csk = W_sk gap_sk [(I - B)^-1 y_c]_s; return its share of the chain's gross output.

    `chain_demand` tells which unit of final demand belongs to which chain, (chains, sectors); y_c is that part of
    `demand`, (regions, sectors).

    >>> import numpy as np
    >>> exposure, gap = np.zeros((1, 1, 1, 2)), np.full((1, 1, 2), 0.5)
    >>> share = expose_chains(0, np.array([[50.0]]), np.ones((1, 1)), np.array([[2.0]]), np.array([[0.5, 0.25]]), gap,
    ...     exposure)
    >>> exposure.tolist(), share.tolist()
    ([[[[25.0, 12.5]]]], [[[0.25, 0.125]]])
    """
    n_chains, n_sectors, n_fields = exposure.shape[1:]
    share = np.empty((n_chains, n_sectors, n_fields))
    gross = np.empty(n_sectors)
    for c in range(n_chains):
        total = 0.0
        for s in range(n_sectors):
            gross[s] = 0.0
            for u in range(n_sectors):
                gross[s] += chain_demand[c, u] * demand[region, u] * leontief[s, u]
            total += gross[s]
        for s in range(n_sectors):
            for k in range(n_fields):
                exposure[region, c, s, k] = weight[s, k] * gap[region, s, k] * gross[s]
                share[c, s, k] = exposure[region, c, s, k] / max(total, 1e-9)
    return share


@kernel
def open_needs(
    region: int, share: FloatArray, is_open: BoolArray, is_published: BoolArray, opened: IntArray,
    is_needy: BoolArray, change: IntArray, open_share: float, close_share: float, quarter: int,
) -> int:  # fmt: skip
    """Open the needs of a region that are large and close those that are small, also if published; mark needy sectors.

    Set ``change`` of a need to 1 where it opened and to -1 where it closed; return how many did.

    >>> import numpy as np
    >>> is_open, is_published = np.array([[[[True, True, False]]]]), np.array([[[[True, True, False]]]])
    >>> share, opened, is_needy = np.array([[[0.3, 0.1, 0.5]]]), np.zeros((1, 1, 1, 3), np.int64), np.array([[False]])
    >>> change = np.zeros((1, 1, 1, 3), np.int64)
    >>> open_needs(0, share, is_open, is_published, opened, is_needy, change, 0.4, 0.2, 7), change.tolist()
    (2, [[[[0, -1, 1]]]])
    >>> is_open.tolist(), is_published.tolist(), opened.tolist(), is_needy.tolist()
    ([[[[True, False, True]]]], [[[[True, False, False]]]], [[[[0, 0, 7]]]], [[True]])
    """
    n_chains, n_sectors, n_fields = share.shape
    number = 0
    for s in range(n_sectors):
        is_needy[region, s] = False
    for c in range(n_chains):
        for s in range(n_sectors):
            for k in range(n_fields):
                size = share[c, s, k] - _ROUNDING
                was_open = is_open[region, c, s, k]
                stays = size > open_share or (was_open and size > close_share)
                if stays and not was_open:
                    opened[region, c, s, k] = quarter
                    change[region, c, s, k] = 1
                    number += 1
                if was_open and not stays:
                    change[region, c, s, k] = -1
                    number += 1
                is_open[region, c, s, k] = stays
                is_published[region, c, s, k] = is_published[region, c, s, k] and stays
                is_needy[region, s] = is_needy[region, s] or stays
    return number


@kernel
def weigh_fields(
    region: int, share: FloatArray, exposure: FloatArray, weight: FloatArray, local_gap: FloatArray,
    green: FloatArray, pressure: FloatArray, is_published: BoolArray, heard: float, pull: FloatArray,
    generality: FloatArray, commonness: FloatArray,
) -> None:  # fmt: skip
    """Set how strongly needs pull research, and how common each field is.

    Pull = (W_sk + pressure_s green_k) local_gap_sk + heard x the shares of published needs. Generality is how evenly
    the exposure of a field spreads over chains, 1 - Herfindahl; commonness is that times the exposure.

    >>> import numpy as np
    >>> pull, generality, commonness = np.zeros((1, 1, 2)), np.zeros((1, 2)), np.zeros((1, 2))
    >>> gap = np.full((1, 1, 2), 0.5)
    >>> weigh_fields(0, np.full((2, 1, 2), 0.25), np.array([[[[5.0, 3.0]], [[5.0, 0.0]]]]), np.full((1, 2), 0.5), gap,
    ...     np.array([0.0, 0.5]), np.array([[0.25]]), np.array([[[[True, False]], [[True, False]]]]), 0.5, pull,
    ...     generality, commonness)
    >>> pull.tolist(), generality.tolist(), commonness.tolist()
    ([[[0.5, 0.3125]]], [[0.5, 0.0]], [[5.0, 0.0]])
    """
    n_chains, n_sectors, n_fields = share.shape
    for k in range(n_fields):
        total = 0.0
        squares = 0.0
        for c in range(n_chains):
            of_chain = 0.0
            for s in range(n_sectors):
                of_chain += exposure[region, c, s, k]
            total += of_chain
            squares += of_chain * of_chain
        spread = 1.0 - squares / (max(total, 1e-9) * max(total, 1e-9))
        generality[region, k] = min(1.0, max(0.0, spread)) if total > 0.0 else 0.0
        commonness[region, k] = total * generality[region, k]
        for s in range(n_sectors):
            published = 0.0
            for c in range(n_chains):
                if is_published[region, c, s, k]:
                    published += share[c, s, k]
            wanted = weight[s, k] + pressure[region, s] * green[k]
            pull[region, s, k] = wanted * local_gap[region, s, k] + heard * published


@kernel
def mark_needy(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, needy_sector: BoolArray,
    is_needy: BoolArray,
) -> None:  # fmt: skip
    """Mark the firms of sectors in which their region's chains have an open need; nobody else.

    >>> import numpy as np
    >>> yes, is_needy, home = np.ones(3, np.bool_), np.ones(3, np.bool_), np.zeros(3, np.int64)
    >>> mark_needy(yes, np.array([0, 0, 1]), home, np.array([0, 1, -1]), np.array([[False, True]]), is_needy)
    >>> is_needy.tolist()
    [False, True, False]
    """
    for i in range(len(is_active)):
        is_needy[i] = is_active[i] and kind[i] == _FIRM and needy_sector[region[i], sector[i]]


@kernel
def measure_needs(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, sales: FloatArray,
    capability: FloatArray, level: FloatArray, is_needy: BoolArray, frontier: FloatArray, embargo: FloatArray,
    green: FloatArray, weight: FloatArray, energy_share: FloatArray, chain_demand: FloatArray, leontief: FloatArray,
    demand: FloatArray, available: FloatArray, gap: FloatArray,
    local_gap: FloatArray, exposure: FloatArray, is_open: BoolArray, is_published: BoolArray, opened: IntArray,
    pull: FloatArray, generality: FloatArray, commonness: FloatArray, embargo_factor: float, reliance: float,
    open_share: float, close_share: float, heard: float, standard_pull: float, standard: float, carbon_price: float,
    quarter: int,
) -> tuple[IntArray, int]:  # fmt: skip
    """Measure the gaps, exposures, needs and pull of every region, and mark the firms where there is a need.

    The columns of actors come first, those of needs from ``available``. Return 1 for each need that opened and -1 for
    each that closed, (regions, chains, sectors, fields), and how many these are.
    """
    n_regions, n_chains, n_sectors, n_fields = exposure.shape
    local = local_capability(is_active, kind, region, sector, sales, capability, n_regions, n_sectors)
    measure_gaps(local, frontier, purchasable_share(embargo, embargo_factor), reliance, available, gap, local_gap)
    pressure = green_pressure(
        is_active, kind, region, sector, sales, level, energy_share, n_regions, standard_pull, standard, carbon_price
    )  # fmt: skip
    needy_sector = np.empty((n_regions, n_sectors), np.bool_)
    change = np.zeros((n_regions, n_chains, n_sectors, n_fields), np.int64)
    number = 0
    for r in range(n_regions):
        share = expose_chains(r, demand, chain_demand, leontief, weight, gap, exposure)
        number += open_needs(
            r, share, is_open, is_published, opened, needy_sector, change, open_share, close_share, quarter
        )  # fmt: skip
        weigh_fields(
            r, share, exposure, weight, local_gap, green, pressure, is_published, heard, pull, generality, commonness
        )  # fmt: skip
    mark_needy(is_active, kind, region, sector, needy_sector, is_needy)
    return change, number


@rule(
    writes=("needs.*", "actors.is_needy"),
    source="ren:2.2.2; ren:2.3.1; ren:2.4.1; zhao2020:III.D; cheng:4.3",
    off={"needs.assessment": False},
)
def assess_needs(world: World, parameters: Parameters, draws: Draws) -> None:
    """Every region's needs are measured; large ones open, solved ones close.

    Equation   local_sk = sum_i share_i A_ik;
               avail_sk = local_sk + import_reliance max(0, (1 - embargo_k) F_k - local_sk);
               gap_sk = max(0, 1 - avail_sk / F_k); N_csk = W_sk gap_sk [(I - B)^-1 y_c]_s; open above open_share,
               closed below close_share of the chain's gross output;
               pull_sk = (W_sk + standard_pull green_k (mean of max(0, standard - g_i) + carbon_price energy_s))
               (1 - A_sk / F_k) + published needs
    Units      A, F: level; N, y: million yuan per quarter; g, green, energy: 1
    Source     ren 2.2.2 ("stuck" technologies), 2.3.1 (common technologies), 2.4.1 (weak links); zhao2020 III.D (who
               relies on imports alone cannot go far); cheng 4.3 (standards compel innovation)
    Draws      none
    Off when   needs.assessment = false: needs stay as they were
    """
    p = parameters.needs
    if not p.assessment:
        return
    st = world.structure
    actors, needs, regions = world.actors, world.needs, world.regions
    has_leader = parameters.switches.chain_leader and parameters.chain_leader.official
    heard = p.published_weight if has_leader else 0.0
    change, number = measure_needs(
        actors.is_active, actors.kind, actors.region, actors.sector, actors.sales, actors.capability, actors.level,
        actors.is_needy, world.fields.frontier, st.embargo, st.green, st.weight, st.energy_share, st.final_demand,
        st.leontief, regions.final_demand,
        needs.available, needs.gap, needs.local_gap, needs.exposure, needs.is_open, needs.is_published, needs.opened,
        needs.pull, needs.generality, needs.commonness, parameters.frontier.embargo_factor, p.import_reliance,
        p.open_share, p.close_share, heard, p.standard_pull, parameters.policy.green_standard,
        parameters.policy.carbon_price, world.quarter,
    )  # fmt: skip
    if number > 0:
        for r in range(st.n_regions):
            _record(world, r, change[r] > 0, Event.NEED_OPENED)
            _record(world, r, change[r] < 0, Event.NEED_CLOSED)


def _record(world: World, region: int, is_changed: BoolArray, event: Event) -> None:
    """Record one event per need of a region that opened or closed, shape (chains, sectors, fields)."""
    chain, _, field = np.nonzero(is_changed)
    government = world.actors.uid[world.regions.government_slot[region]]
    cause = world.needs.cause[region]
    told = world.events.add(
        event, world.quarter, np.full(len(chain), government), region=region, field=field, channel=chain,
        amount=world.needs.exposure[region][is_changed], cause=cause[is_changed],
    )  # fmt: skip
    cause[is_changed] = told if event is Event.NEED_OPENED else -1
