"""Need, bottleneck and common technology: one definition for everyone (model.md section 1, E4).

A need is what a chain produces in a sector, times the weight of a field there, times how far the best available
capability lies behind the frontier. Imports can fill a gap only as far as the frontier can be bought (ren 2.2.2).
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Event, Kind
from abm.state.trade_terms import purchasable
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
def exposures(weight: FloatArray, gap: FloatArray, gross_output: FloatArray, n_chains: int) -> FloatArray:
    """Return N_csk = W_sk gap_sk [(I - B)^-1 y_c]_s, shape (chains, sectors, fields), yuan per quarter.

    >>> import numpy as np
    >>> exposures(np.array([[0.5, 0.5]]), np.array([[0.2, 0.0]]), np.array([[100.0]]), 1).tolist()
    [[[10.0, 0.0]]]
    """
    need = np.zeros((n_chains, weight.shape[0], weight.shape[1]))
    for c in range(n_chains):
        for s in range(weight.shape[0]):
            for k in range(weight.shape[1]):
                need[c, s, k] = weight[s, k] * gap[s, k] * gross_output[c, s]
    return need


@rule(
    writes=("needs.*", "actors.is_needy"),
    source="ren:2.2.2; ren:2.3.1; ren:2.4.1",
    off={"needs.assessment": False},
)
def assess_needs(world: World, parameters: Parameters, draws: Draws) -> None:
    """Every region's needs are measured; large ones open, solved ones close.

    Equation   avail_sk = max(sum_i share_i A_ik, (1 - embargo_k) F_k); gap_sk = max(0, 1 - avail_sk / F_k);
               N_csk = W_sk gap_sk [(I - B)^-1 y_c]_s; open above open_share, closed below close_share of the chain
    Units      A, F: level; N, y: million yuan per quarter
    Source     ren 2.2.2 ("stuck" technologies), 2.3.1 (common technologies), 2.4.1 (weak links)
    Draws      none
    Off when   needs.assessment = false: needs stay as they were
    """
    p = parameters.needs
    if not p.assessment:
        return
    st = world.structure
    actors, needs, regions = world.actors, world.needs, world.regions
    frontier = world.fields.frontier
    local = local_capability(
        actors.is_active, actors.kind, actors.region, actors.sector, actors.sales, actors.capability,
        st.n_regions, st.n_sectors,
    )  # fmt: skip
    buyable = purchasable(st, parameters.frontier.embargo_factor) * frontier
    needs.available[:] = np.maximum(local, buyable)
    needs.gap[:] = _gap(needs.available, frontier)
    needs.local_gap[:] = _gap(local, frontier)
    is_needy_sector = np.zeros((st.n_regions, st.n_sectors), dtype=np.bool_)
    for r in range(st.n_regions):
        gross = (st.final_demand * regions.final_demand[r]) @ st.leontief.T
        needs.exposure[r] = exposures(st.weight, needs.gap[r], gross, st.n_chains)
        share = needs.exposure[r] / np.maximum(gross.sum(axis=1), 1e-9)[:, None, None]
        was_open = needs.is_open[r].copy()
        size = share - _ROUNDING
        is_open = (size > p.open_share) | (was_open & (size > p.close_share))
        _record(world, r, is_open & ~was_open, Event.NEED_OPENED)
        _record(world, r, was_open & ~is_open, Event.NEED_CLOSED)
        needs.opened[r][is_open & ~was_open] = world.quarter
        needs.is_open[r] = is_open
        needs.is_published[r] &= is_open
        per_chain = needs.exposure[r].sum(axis=1)
        total = per_chain.sum(axis=0)
        concentration = (per_chain**2).sum(axis=0) / np.maximum(total, 1e-9) ** 2
        needs.generality[r] = np.where(total > 0.0, np.clip(1.0 - concentration, 0.0, 1.0), 0.0)
        needs.commonness[r] = total * needs.generality[r]
        published = (needs.is_published[r] * share).sum(axis=0)
        heard = p.published_weight if parameters.switches.chain_leader else 0.0
        needs.pull[r] = st.weight * needs.local_gap[r] + heard * published
        is_needy_sector[r] = is_open.any(axis=(0, 2))
    firms = actors.is_active & (actors.kind == _FIRM)
    actors.is_needy[:] = False
    actors.is_needy[firms] = is_needy_sector[actors.region[firms], actors.sector[firms]]


def _gap(capability: FloatArray, frontier: FloatArray) -> FloatArray:
    """Return how far capability lies behind the frontier; 0 where rounding alone tells them apart."""
    gap = 1.0 - capability / frontier
    return np.where(gap > _ROUNDING, gap, 0.0)


def _record(world: World, region: int, changed: BoolArray, event: Event) -> None:
    """Record one event per need that opened or closed."""
    if not changed.any():
        return
    chain, _, field = np.nonzero(changed)
    government = world.regions.government_slot[region]
    world.events.add(
        event,
        world.quarter,
        np.full(len(chain), world.actors.uid[government]),
        region=region,
        field=field,
        channel=chain,
        amount=world.needs.exposure[region][changed],
    )
