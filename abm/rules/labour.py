"""Production staff: firms hire and release, automation displaces, wages follow productivity (model.md lines 5 and 12).

Wages move by error correction to productivity and to how tight the labour market is; a tight market draws workers
into the region. Staff displaced by automation wait for retraining (cheng 4.1, 4.3):
nobody hires them before.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind, Level
from abm.state.technique import labour_productivity, used_intelligence
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_INTELLIGENT = int(Level.INTELLIGENT)


@kernel
def wanted_change(
    firm: IntArray,
    sector: IntArray,
    staff: FloatArray,
    talent: FloatArray,
    expected_orders: FloatArray,
    price: FloatArray,
    equipment: FloatArray,
    capital_ratio: FloatArray,
    equipment_level: FloatArray,
    level: FloatArray,
    labour_share: FloatArray,
    base_wage: float,
    reference: float,
    intelligent_gain: float,
    intelligent_talent: float,
    speed: float,
) -> FloatArray:
    """Return the staff each firm would hire (or release): part of the gap to what expected orders need."""
    change = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        used = used_intelligence(level[i, _INTELLIGENT], talent[i], staff[i], intelligent_talent)
        productivity = labour_productivity(
            base_wage / labour_share[s], equipment_level[i], reference, used, intelligent_gain
        )
        units = min(expected_orders[i] / max(price[i], 1e-6), equipment[i] / capital_ratio[s])
        change[f] = speed * (units / max(productivity, 1e-9) - staff[i])
    return change


@kernel
def people_at_work(
    is_active: BoolArray, region: IntArray, staff: FloatArray, talent: FloatArray, n_regions: int
) -> FloatArray:
    """Return all who work, staff and talent of all actors, by region.

    >>> people_at_work(np.array([True, True, False]), np.array([0, 0, 0]), np.full(3, 8.0), np.ones(3), 1).tolist()
    [18.0]
    """
    work = np.zeros(n_regions)
    for i in range(len(region)):
        if is_active[i]:
            work[max(region[i], 0)] += staff[i] + talent[i]
    return work


@kernel
def hire_and_release(
    firm: IntArray, region: IntArray, change: FloatArray, labour_force: FloatArray, displaced: FloatArray,
    work: FloatArray, staff: FloatArray,
) -> None:  # fmt: skip
    """Let firms release and hire staff; where hands are short, all get the same part of what they want.

    ``change`` is by firm, ``labour_force``, ``displaced`` (not for hire) and ``work`` (those who work, kept up to date)
    by region. One in a hundred is always between two posts.

    >>> staff, work, zero = np.array([50.0, 40.0]), np.array([90.0]), np.array([0, 0])
    >>> gone = np.array([5.0])
    >>> hire_and_release(np.array([0, 1]), zero, np.array([20.0, -1.0]), np.array([100.0]), gone, work, staff)
    >>> staff.tolist(), work.tolist()  # 4 are free, and the one released
    ([55.0, 39.0], [94.0])
    """
    hires = np.zeros(len(work))
    releases = np.zeros(len(work))
    for f in range(len(firm)):
        hires[region[firm[f]]] += max(change[f], 0.0)
        releases[region[firm[f]]] += max(-change[f], 0.0)
    room = np.ones(len(work))
    for r in range(len(work)):
        free = max(0.0, 0.99 * labour_force[r] - work[r] - displaced[r])
        if hires[r] > 0.0:
            room[r] = min(1.0, (free + releases[r]) / max(hires[r], 1e-12))
        work[r] += hires[r] * room[r] - releases[r]
    for f in range(len(firm)):
        i = firm[f]
        staff[i] = max(0.0, staff[i] + (change[f] * room[region[i]] if change[f] > 0.0 else change[f]))


@kernel
def adapt_wages(
    staff: FloatArray,
    output: FloatArray,
    work: FloatArray,
    first_productivity: FloatArray,
    labour_force: FloatArray,
    displaced: FloatArray,
    unemployment: FloatArray,
    mean_productivity: FloatArray,
    wage: FloatArray,
    normal_unemployment: float,
    migration: float,
    hiring_speed: float,
    wage_speed: float,
    wage_tightness: float,
    base_wage: float,
) -> None:
    """Let unemployment, labour force, productivity and wage of each region follow; all arrays are by region.

    ``staff`` and ``output`` (million units) are sums over firms. The wage moves to productivity over its first value,
    raised where work is scarce; a fifth of the base wage is the least. Staff ``displaced`` are unemployed, but press
    neither wages nor migration, as nobody can hire them.

    >>> one = np.ones(1)
    >>> force, unemployed, mean, wage = 100 * one, 0 * one, 2 * one, 1 * one
    >>> adapt_wages(10 * one, 30 * one, 90 * one, 2 * one, force, 0 * one, unemployed, mean, wage, 0.05, 0.1, 1.0, 0.5,
    ...             2.0, 1.0)
    >>> force.round(9).tolist(), unemployed.round(9).tolist(), mean.round(9).tolist(), wage.round(9).tolist()
    ([99.5], [0.1], [2.5], [1.0625])
    >>> force, unemployed = 100 * one, 0 * one
    >>> adapt_wages(10 * one, 30 * one, 90 * one, 2 * one, force, 5 * one, unemployed, mean, wage, 0.05, 0.1, 1.0, 0.5,
    ...             2.0, 1.0)
    >>> force.round(6).tolist(), unemployed.round(9).tolist()  # slack is reckoned on 1 - 90 / 95 = 0.0526
    ([99.973684], [0.1])
    """
    for r in range(len(wage)):
        unemployment[r] = min(1.0, max(0.0, 1.0 - work[r] / max(labour_force[r], 1e-9)))
        available = min(1.0, max(0.0, 1.0 - work[r] / max(labour_force[r] - displaced[r], 1e-9)))
        slack = normal_unemployment - available
        labour_force[r] *= 1.0 + migration * min(0.05, max(-0.05, slack))
        now = output[r] / staff[r] if staff[r] > 1e-9 else mean_productivity[r]
        first = first_productivity[r] if first_productivity[r] > 0.0 else max(now, 1e-9)
        mean_productivity[r] += hiring_speed * 0.5 * (now - mean_productivity[r])
        tightness = 1.0 + wage_tightness * min(0.3, max(-0.3, slack))
        target = base_wage * mean_productivity[r] / first * tightness
        wage[r] = max(0.2 * base_wage, wage[r] + wage_speed * (target - wage[r]))


@kernel
def adjust_staff(
    firm: IntArray, is_active: BoolArray, region: IntArray, sector: IntArray, staff: FloatArray, talent: FloatArray,
    output: FloatArray, expected_orders: FloatArray, price: FloatArray, equipment: FloatArray,
    equipment_level: FloatArray, level: FloatArray, capital_ratio: FloatArray, labour_share: FloatArray,
    first_productivity: FloatArray, labour_force: FloatArray, displaced: FloatArray, unemployment: FloatArray,
    mean_productivity: FloatArray, wage: FloatArray, base_wage: float, reference: float, intelligent_gain: float,
    intelligent_talent: float, hiring_speed: float, normal_unemployment: float, migration: float, wage_speed: float,
    wage_tightness: float,
) -> None:  # fmt: skip
    """Let firms hire and release staff, and unemployment, labour force, productivity and wage of each region follow.

    Columns of actors come first, then those of sectors (``capital_ratio``, ``labour_share``) and of regions.
    """
    change = wanted_change(
        firm, sector, staff, talent, expected_orders, price, equipment, capital_ratio, equipment_level, level,
        labour_share, base_wage, reference, intelligent_gain, intelligent_talent, hiring_speed,
    )  # fmt: skip
    work = people_at_work(is_active, region, staff, talent, len(wage))
    hire_and_release(firm, region, change, labour_force, displaced, work, staff)
    all_staff, all_output = np.zeros(len(wage)), np.zeros(len(wage))
    for f in range(len(firm)):
        all_staff[region[firm[f]]] += staff[firm[f]]
        all_output[region[firm[f]]] += output[firm[f]]
    adapt_wages(
        all_staff, all_output, work, first_productivity, labour_force, displaced, unemployment, mean_productivity, wage,
        normal_unemployment, migration, hiring_speed, wage_speed, wage_tightness, base_wage,
    )  # fmt: skip


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
               labour force <- labour force (1 + migration (u* - u)); hires <= 0.99 labour force - work - displaced;
               u without the displaced
    Units      L: full-time equivalents; w: million yuan per quarter; u: 1
    Source     zhao2020 III.B (flow of talent and labour), cheng 4.1; error correction as in prototype practice
    Draws      none
    Off when   production.hiring_speed = 0, production.wage_speed = 0 and production.migration = 0
    """
    p, st = parameters.production, world.structure
    if p.hiring_speed == 0.0 and p.wage_speed == 0.0 and p.migration == 0.0:
        return
    actors, regions = world.actors, world.regions
    adjust_staff(
        world.slots(Kind.FIRM), actors.is_active, actors.region, actors.sector, actors.staff, actors.talent,
        actors.output, actors.expected_orders, actors.price, actors.equipment, actors.equipment_level, actors.level,
        st.capital_ratio, st.labour_share, regions.first_productivity, regions.labour_force, regions.displaced,
        regions.unemployment, regions.mean_productivity, regions.wage, p.base_wage, p.reference_level,
        p.intelligent_gain, p.intelligent_talent, p.hiring_speed, p.normal_unemployment, p.migration, p.wage_speed,
        p.wage_tightness,
    )  # fmt: skip
