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
    separations,
    vacancies,
    wanted_talent,
)
from abm.kernels_talent_market import (
    adapt_wage,
    fill_posts,
    pay_programme,
    pool_after,
    programme_appeal,
    reached_employers,
)
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts, ledger
from abm.state.accounts import books_of
from abm.state.codes import Kind
from abm.state.columns import read_only
from abm.state.groups import firms_and_universities
from abm.state.world import World
from abm.types import FloatArray

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
    employer = firms_and_universities(read_only(actors.is_active), world.kind_and_region()[0])
    appeal = appeals(
        employer, world.slots(Kind.FIRM), actors.kind, actors.region, actors.sales, actors.margin, st.n_regions,
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
    regions.pool_capability[:] *= 1.0 - parameters.frontier.obsolescence  # out of date like everybody's knowledge
    graduates = pool_inflow(
        employer, actors.kind, actors.region, actors.talent, left, actors.capability, world.ledger.stock,
        p.graduate_rate, regions.talent_pool, regions.pool_capability, regions.pool_origin,
    )  # fmt: skip
    vacancy = vacancies(employer, actors.talent, wanted, retired, left, p.growth_limit)
    reached = reached_employers(
        employer, actors.uid, actors.kind, actors.is_core, vacancy, draws.key("talent programme"),
        parameters.policy.access,
    )  # fmt: skip
    coverage = programme_appeal(
        employer, actors.region, reached, vacancy, regions.talent_wage, regions.budget, p.programme_quarters,
        p.programme_appeal, appeal,
    )  # fmt: skip
    hired = hires(employer, actors.region, vacancy, appeal, p.matching * regions.talent_pool, _ROUNDS)
    fill_posts(employer, retired, left, vacancy, hired, actors.talent, actors.vacancy)
    learn_from_people(
        employer, actors.region, actors.sector, st.weight, actors.talent, hired, actors.absorption,
        regions.pool_capability, regions.pool_origin, actors.capability, world.ledger.stock, world.ledger.gain,
        world.ledger.total_gain, p.people_rate,
    )  # fmt: skip
    pay_programme(
        employer, reached, hired, regions.talent_wage, regions.budget, regions.government_slot, p.programme_quarters,
        books_of(world),
    )  # fmt: skip
    pool, unfilled, growth = pool_after(
        employer, actors.region, retired, hired, vacancy, regions.talent_pool, coverage, p.leave_rate, p.immigration
    )  # fmt: skip
    adapt_wage(regions.talent_wage, regions.wage, pool, unfilled, p.wage_speed, p.wage_low, p.wage_high)
    if st.n_regions > 1:
        growth += _migrate(world, pool, unfilled)
    regions.talent_pool[:] = pool
    regions.labour_force[:] = np.maximum(0.0, regions.labour_force + graduates + growth)


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
