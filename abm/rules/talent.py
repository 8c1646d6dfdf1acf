"""Talent: graduates, vacancies, quits, choice, and the knowledge people carry (model.md line 5).

Employers want engineers for their plant and researchers for their research. People choose by prestige, by what pay can
be expected, and by what the talent programme adds; they leave SMEs more easily (zhao2020 III.B: hard to recruit and to
retain). Who moves brings along part of what was known where they come from (route: people).
"""

from __future__ import annotations

from abm.kernels_talent import leave_employers
from abm.kernels_talent_market import hire_talent
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts, ledger
from abm.state.accounts import books_of
from abm.state.codes import Kind
from abm.state.world import World
from abm.valuation import border_openness


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
    Draws      none
    Off when   switches.talent = false
    """
    if not parameters.switches.talent:
        return
    p, actors, regions, st = parameters.talent, world.actors, world.regions, world.structure
    openness = border_openness(st, parameters.market.open_borders)
    books, ledgers = books_of(world), world.ledger
    employer, appeal, retired, left, vacancy = leave_employers(
        actors.is_active, world.slots(Kind.FIRM), books.kind, books.region, actors.is_core, actors.sales,
        actors.margin, actors.staff, actors.talent, actors.level, actors.research_budget, books.cash,
        actors.capability, ledgers.stock, regions.talent_wage, regions.talent_pool, regions.pool_capability,
        regions.pool_origin, regions.labour_force, p.prestige, p.margin_appeal, p.university_appeal, p.engineer_share,
        p.intelligent_need, p.research_share, p.retirement, p.quit_rate, p.sme_quit, p.university_quit,
        parameters.frontier.obsolescence, p.graduate_rate, p.growth_limit,
    )  # fmt: skip
    hire_talent(
        employer, appeal, retired, left, vacancy, actors.is_core, actors.is_reached, actors.sector, actors.absorption,
        actors.talent, actors.vacancy, actors.capability, st.weight, ledgers.stock, ledgers.gain, ledgers.total_gain,
        regions.talent_wage, regions.wage, regions.budget, regions.government_slot, regions.talent_pool,
        regions.pool_capability, regions.pool_origin, regions.labour_force, openness, books,
        p.programme_quarters, p.programme_appeal, p.matching,
        p.people_rate, p.leave_rate, p.immigration, p.wage_speed, p.wage_low, p.wage_high,
    )  # fmt: skip
