"""Talent: graduates, vacancies, quits, choice, and the knowledge people carry (model.md line 5).

Employers want engineers for their plant and researchers for their research. People choose by prestige, by what pay can
be expected, and by what the talent programme adds; they leave SMEs more easily (zhao2020 III.B: hard to recruit and to
retain). Who moves brings along part of what was known where they come from (route: people).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_talent import (
    appeals,
    hires,
    learn_from_people,
    pool_inflow,
    reached_employers,
    separations,
    wanted_talent,
)
from abm.parameters import Parameters
from abm.parameters import Talent as TalentParameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts, ledger
from abm.state.accounts import transfer
from abm.state.codes import Instrument, Kind, Origin, Purpose
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

_UNIVERSITY = int(Kind.UNIVERSITY)
_TALENT = int(Instrument.TALENT)
_ROUNDS = 3
_ROUNDING = 1e-9
"""People below which a number is what rounding left."""


@rule(
    writes=(
        "actors.talent", "actors.vacancy", "actors.capability", "regions.talent_pool", "regions.pool_capability",
        "regions.pool_origin", "regions.talent_wage", "regions.labour_force", "regions.budget",
        *ledger.WRITES, *accounts.WRITES,
    ),
    source="zhao2020:III.B; ren:2.3.3; cheng:4.1",
    off={"switches.talent": False},
)  # fmt: skip
def move_talent(world: World, parameters: Parameters, draws: Draws) -> None:
    """Graduates enter, people retire, quit and choose a new employer, who learns from them.

    Equation   wanted = engineer_share staff (1 + intelligent_need level) + research_share budget / wage;
               quits = quit_rate talent e^-appeal, more from SMEs; hires share matching * pool by vacancy e^appeal;
               dA_ik = people_rate hires / talent absorption_i max(0, pool_k - A_ik);
               wage <- wage (1 + wage_speed (vacancies - pool) / (vacancies + pool))
    Units      talent, pool, vacancies: full-time equivalents; A: level; wage: million yuan per quarter
    Source     zhao2020 III.B (scarce talent, SMEs hard to recruit and retain); ren 2.3.3 (talent policy)
    Draws      which SMEs the programme reaches ("talent programme") by uid
    Off when   switches.talent = false
    """
    if not parameters.switches.talent:
        return
    p, actors, regions, st = parameters.talent, world.actors, world.regions, world.structure
    employer = np.flatnonzero(actors.is_active & (actors.kind <= _UNIVERSITY))
    region = actors.region[employer]
    is_firm = actors.kind[employer] != _UNIVERSITY
    sales = actors.sales[employer] * is_firm
    mean_sales = np.bincount(region, sales, st.n_regions) / np.maximum(np.bincount(region, is_firm, st.n_regions), 1.0)
    appeal = appeals(
        employer, actors.kind, actors.region, actors.sales, actors.margin, mean_sales,
        p.prestige, p.margin_appeal, p.university_appeal,
    )  # fmt: skip
    wanted = wanted_talent(
        employer, actors.kind, actors.region, actors.talent, actors.staff, actors.level, actors.research_budget,
        actors.cash, regions.talent_wage, p.engineer_share, p.intelligent_need, p.research_share,
    )  # fmt: skip
    retired, left = separations(
        employer, actors.kind, actors.is_core, actors.talent, wanted, appeal,
        p.retirement, p.quit_rate, p.sme_quit, p.university_quit,
    )  # fmt: skip
    graduates = np.where(is_firm, 0.0, p.graduate_rate * actors.talent[employer])
    shares = ledger.origin_shares(world.ledger.stock)
    formed = employer[~is_firm]
    shares[formed] = 0.0
    shares[formed, int(Origin.PEOPLE)] = 1.0
    _age_pool(world, parameters)
    pool_inflow(
        employer, actors.region, left + graduates, actors.capability, shares,
        regions.talent_pool, regions.pool_capability, regions.pool_origin,
    )  # fmt: skip
    staying = actors.talent[employer] - retired - left
    limit = np.maximum(1.0, p.growth_limit * staying)
    vacancy = np.minimum(np.maximum(0.0, wanted - staying), limit + left + retired)
    reached, coverage = _programme(world, parameters, draws, employer, vacancy)
    appeal += p.programme_appeal * np.where(reached, coverage[region], 0.0)
    hired = hires(region, vacancy, appeal, p.matching * regions.talent_pool, _ROUNDS)
    actors.talent[employer] = staying + hired
    actors.vacancy[employer] = np.maximum(0.0, vacancy - hired)
    learn_from_people(
        employer, actors.region, actors.sector, st.weight, actors.talent, hired, actors.absorption,
        regions.pool_capability, regions.pool_origin, actors.capability, world.ledger.stock, world.ledger.gain,
        world.ledger.total_gain, p.people_rate,
    )  # fmt: skip
    _pay_programme(world, p, employer, np.where(reached, hired, 0.0))
    _close_quarter(world, p, region, hired, vacancy, graduates, retired, coverage)


def _age_pool(world: World, parameters: Parameters) -> None:
    """What people without a post know goes out of date like everybody's knowledge."""
    world.regions.pool_capability[:] *= 1.0 - parameters.frontier.obsolescence


def _programme(
    world: World, parameters: Parameters, draws: Draws, employer: IntArray, vacancy: FloatArray
) -> tuple[BoolArray, FloatArray]:
    """Return the SMEs the programme reaches and, by region, the share of their vacancies its money could pay for."""
    actors, regions = world.actors, world.regions
    reached = reached_employers(
        employer, actors.uid, actors.kind, actors.is_core, vacancy, draws.key("talent programme"),
        parameters.policy.access,
    )  # fmt: skip
    cost = parameters.talent.programme_quarters * regions.talent_wage
    full = cost * np.bincount(actors.region[employer], np.where(reached, vacancy, 0.0), world.structure.n_regions)
    return reached, np.minimum(1.0, regions.budget[:, _TALENT] / np.maximum(full, 1e-9))


def _pay_programme(world: World, p: TalentParameters, employer: IntArray, hired: FloatArray) -> None:
    """Pay the SMEs the programme reached for whom they hired, as far as its money goes."""
    actors, regions = world.actors, world.regions
    region = actors.region[employer]
    claim = p.programme_quarters * regions.talent_wage[region] * hired
    total = np.bincount(region, claim, world.structure.n_regions)
    amount = claim * np.minimum(1.0, regions.budget[:, _TALENT] / np.maximum(total, 1e-12))[region]
    paid = np.flatnonzero(amount > 0.0)
    before = actors.cash[employer[paid]]
    payer = regions.government_slot[region[paid]]
    transfer(world, payer, employer[paid], amount[paid], Purpose.TALENT_PROGRAMME)
    spent = np.bincount(region[paid], actors.cash[employer[paid]] - before, world.structure.n_regions)
    regions.budget[:, _TALENT] = np.maximum(0.0, regions.budget[:, _TALENT] - spent)


def _close_quarter(
    world: World,
    p: TalentParameters,
    region: IntArray,
    hired: FloatArray,
    vacancy: FloatArray,
    graduates: FloatArray,
    retired: FloatArray,
    coverage: FloatArray,
) -> None:
    """Take the hired from the pool, let some of the others leave and move, draw people in, adapt the talent wage."""
    regions, st = world.regions, world.structure
    n_regions = st.n_regions
    unfilled: FloatArray = np.bincount(region, np.maximum(0.0, vacancy - hired), n_regions).astype(np.float64)
    pool = np.maximum(0.0, regions.talent_pool - np.bincount(region, hired, n_regions))
    leaving = p.leave_rate * pool
    arriving = p.immigration * (1.0 + coverage) * unfilled
    pool = (1.0 - p.leave_rate) * pool + arriving
    tightness = (unfilled - pool) / (unfilled + pool + 1.0)
    change: FloatArray = np.bincount(region, graduates - retired, n_regions).astype(np.float64) + arriving - leaving
    if n_regions > 1:
        change += _migrate(world, pool, unfilled)
    regions.talent_pool[:] = pool
    regions.labour_force[:] = np.maximum(0.0, regions.labour_force + change)
    low, high = p.wage_low * regions.wage, p.wage_high * regions.wage
    regions.talent_wage[:] = np.clip(regions.talent_wage * (1.0 + p.wage_speed * tightness), low, high)


def _migrate(world: World, pool: FloatArray, unfilled: FloatArray) -> FloatArray:
    """Let people without a post go where posts are open, as far as borders are open; they bring what they know.

    Changes the pool and returns how many more people each region has.
    """
    regions, st = world.regions, world.structure
    total = float(unfilled.sum())
    if total <= _ROUNDING:
        return np.zeros(st.n_regions)
    moving = np.minimum(pool, st.openness * pool * (1.0 - unfilled / total))
    number = float(moving.sum())
    if number <= _ROUNDING:
        return np.zeros(st.n_regions)
    arriving = np.minimum(number, total) * unfilled / total
    moving *= float(arriving.sum()) / number
    known = moving @ regions.pool_capability / max(float(moving.sum()), 1e-12)
    origin = moving @ regions.pool_origin / max(float(moving.sum()), 1e-12)
    pool -= moving
    part = np.where(arriving > 0.0, arriving / np.maximum(pool + arriving, 1e-12), 0.0)[:, None]
    regions.pool_capability[:] += part * (known - regions.pool_capability)
    regions.pool_origin[:] = np.minimum(1.0, (1.0 - part) * regions.pool_origin + part * origin)
    pool += arriving
    result: FloatArray = arriving - moving
    return result
