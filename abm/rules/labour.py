"""Production staff: firms hire and release, automation displaces, wages follow productivity (model.md lines 5 and 12).

Wages move by error correction to productivity and to how tight the labour market is; a tight market draws workers
into the region. Staff displaced by automation wait for retraining (cheng 4.1, 4.3).
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind, Level
from abm.state.technique import labour_productivity
from abm.state.world import World
from abm.types import FloatArray, IntArray

_INTELLIGENT = int(Level.INTELLIGENT)


@kernel
def wanted_change(
    firm: IntArray,
    sector: IntArray,
    staff: FloatArray,
    expected_orders: FloatArray,
    price: FloatArray,
    equipment: FloatArray,
    capital_ratio: FloatArray,
    equipment_level: FloatArray,
    level: FloatArray,
    base_productivity: FloatArray,
    reference: float,
    intelligent_gain: float,
    speed: float,
) -> FloatArray:
    """Return the staff each firm would hire (or release): part of the gap to what expected orders need."""
    change = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        productivity = labour_productivity(
            base_productivity[s], equipment_level[i], reference, level[i, _INTELLIGENT], intelligent_gain
        )
        units = min(expected_orders[i] / max(price[i], 1e-6), equipment[i] / capital_ratio[s])
        change[f] = speed * (units / max(productivity, 1e-9) - staff[i])
    return change


@rule(
    writes=(
        "actors.staff", "regions.labour_force", "regions.unemployment", "regions.wage", "regions.mean_productivity",
    ),
    source="zhao2020:III.B; cheng:4.1",
    off={"production.hiring_speed": 0.0, "production.wage_speed": 0.0, "production.migration": 0.0},
)  # fmt: skip
def employ_staff(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms adjust production staff within the labour force; wages follow.

    Equation   L <- L + speed (units / productivity - L); w <- w + speed_w (w0 prod / prod0 (1 + k (u* - u)) - w);
               labour force <- labour force (1 + migration (u* - u))
    Units      L: full-time equivalents; w: million yuan per quarter; u: 1
    Source     zhao2020 III.B (flow of talent and labour), cheng 4.1; error correction as in prototype practice
    Draws      none
    Off when   production.hiring_speed = 0, production.wage_speed = 0 and production.migration = 0
    """
    p, st = parameters.production, world.structure
    if p.hiring_speed == 0.0 and p.wage_speed == 0.0 and p.migration == 0.0:
        return
    actors, regions = world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    region = actors.region[firm]
    change = wanted_change(
        firm, actors.sector, actors.staff, actors.expected_orders, actors.price, actors.equipment, st.capital_ratio,
        actors.equipment_level, actors.level, p.base_wage / st.labour_share, p.reference_level, p.intelligent_gain,
        p.hiring_speed,
    )  # fmt: skip
    employed = np.flatnonzero(actors.is_active)
    work = np.bincount(np.maximum(actors.region[employed], 0), (actors.staff + actors.talent)[employed], st.n_regions)
    free = np.maximum(0.0, 0.99 * regions.labour_force - work)
    hires = np.bincount(region, np.maximum(change, 0.0), st.n_regions)
    releases = np.bincount(region, np.maximum(-change, 0.0), st.n_regions)
    room = np.where(hires > 0.0, np.minimum(1.0, (free + releases) / np.maximum(hires, 1e-12)), 1.0)
    actors.staff[firm] = np.maximum(0.0, actors.staff[firm] + np.where(change > 0.0, change * room[region], change))
    work += hires * room - releases
    unemployment = np.clip(1.0 - work / np.maximum(regions.labour_force, 1e-9), 0.0, 1.0)
    regions.unemployment[:] = unemployment
    slack = p.normal_unemployment - unemployment
    regions.labour_force[:] *= 1.0 + p.migration * np.clip(slack, -0.05, 0.05)
    staff = np.bincount(region, actors.staff[firm], st.n_regions)
    output = np.bincount(region, actors.output[firm], st.n_regions)
    now = np.where(staff > 1e-9, output / np.maximum(staff, 1e-9), regions.mean_productivity)
    first = np.where(regions.first_productivity > 0.0, regions.first_productivity, np.maximum(now, 1e-9))
    regions.mean_productivity[:] += p.hiring_speed * 0.5 * (now - regions.mean_productivity)
    target = p.base_wage * regions.mean_productivity / first * (1.0 + p.wage_tightness * np.clip(slack, -0.3, 0.3))
    regions.wage[:] = np.maximum(0.2 * p.base_wage, regions.wage + p.wage_speed * (target - regions.wage))
