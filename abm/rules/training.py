"""Training: staff learn to work with new productivity, the displaced find work again (model.md line 5).

The training instrument pays for courses, first for staff displaced by automation, then for firms it reaches; platforms
train their members' staff (cheng 4.3; li 3.C). Skill lowers the cost of adoption; it adds no capability.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import Books, books_of, pay
from abm.state.codes import Instrument, Kind, Purpose, Service
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray
from abm.valuation import people_cost

_TRAINING = int(Instrument.TRAINING)
_COURSES = np.int64(Purpose.TRAINING)
_SERVICE = int(Service.TRAINING)


@kernel
def untrained_staff(
    firm: IntArray,
    is_reached: BoolArray,
    staff: FloatArray,
    skill: FloatArray,
) -> FloatArray:
    """Return the untrained staff of each firm that policy reaches.

    >>> untrained_staff(np.arange(2), np.array([True, False]), np.full(2, 80.0), np.full(2, 0.25)).tolist()
    [60.0, 0.0]
    """
    result = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        if is_reached[i]:
            result[f] = staff[i] * (1.0 - skill[i])
    return result


@kernel
def hold_courses(
    firm: IntArray, wanted: FloatArray, displaced: FloatArray, budget: FloatArray, government: IntArray,
    household: IntArray, cost: FloatArray, books: Books,
) -> FloatArray:  # fmt: skip
    """Pay for courses, first for the displaced; return the part of `wanted` trained, by region.

    A place costs ``cost`` by region; ``budget`` is by region and instrument, million yuan; the retrained are no longer
    displaced.

    >>> books = Books(np.array([0.0, 9.0, 0.0]), np.array([0, 2, 7]), np.zeros(3, int), np.zeros(9), np.zeros(9),
    ...     np.zeros((44, 2)))
    >>> displaced, budget = np.array([30.0]), np.full((1, 12), 0.5)
    >>> hold_courses(np.array([0]), np.array([80.0]), displaced, budget, np.array([1]), np.array([2]),
    ...     np.array([0.01]), books).tolist(), displaced.tolist(), budget[0, 6:8].tolist()
    ([0.25], [0.0], [0.0, 0.5])
    """
    total = np.zeros(len(displaced))
    for f in range(len(firm)):
        total[books.region[firm[f]]] += wanted[f]
    for r in range(len(displaced)):
        places = budget[r, _TRAINING] / max(cost[r], 1e-9)
        retrained = min(displaced[r], places)
        trained = min(total[r], places - retrained)
        due = cost[r] * (retrained + trained)
        paid = pay(books, government[r], household[r], due, _COURSES)
        part = paid / max(due, 1e-12) if due > 0.0 else 0.0
        budget[r, _TRAINING] = max(0.0, budget[r, _TRAINING] - paid)
        displaced[r] = max(0.0, displaced[r] - part * retrained)
        total[r] = part * trained / max(total[r], 1e-12)
    return total


@kernel
def gain_skill(
    firm: IntArray, region: IntArray, staff: FloatArray, service: FloatArray, wanted: FloatArray, trained: FloatArray,
    skill: FloatArray, effect: float, platform_training: float, wear: float,
) -> None:  # fmt: skip
    """Let the skill of firms' staff rise with courses and with the training of their platform, and wear off.

    ``wanted`` are the untrained of each firm that could go to courses, ``trained`` the part of them that did, by
    region.

    >>> skill, zero = np.array([0.2]), np.array([0])
    >>> gain_skill(zero, zero, np.array([100.0]), np.full((1, 6), 0.5), np.array([80.0]), np.array([0.25]), skill,
    ...     0.5, 0.1, 0.1)
    >>> skill.round(9).tolist()  # 0.5 0.1 0.5 0.8 of the platform, 0.5 0.25 80 / 100 of courses, 0.02 worn off
    [0.3]
    """
    for f in range(len(firm)):
        i = firm[f]
        gain = effect * platform_training * service[i, _SERVICE] * (1.0 - skill[i])
        gain += effect * trained[region[i]] * wanted[f] / max(staff[i], 1e-9)
        skill[i] = min(1.0, max(0.0, skill[i] + gain - wear * skill[i]))


@kernel
def train_staff(
    firm: IntArray, is_reached: BoolArray, staff: FloatArray, service: FloatArray, skill: FloatArray,
    displaced: FloatArray, budget: FloatArray, government: IntArray, household: IntArray, books: Books,
    reemployment: float, cost: FloatArray, effect: float, platform_training: float,
    wear: float,
) -> None:  # fmt: skip
    """Let the displaced find work or be retrained, and staff go to courses and to the training of their platform.

    ``firm`` lists slots, ``is_reached`` to ``skill`` are columns of actors, ``displaced`` to ``household`` of regions.
    """
    for r in range(len(displaced)):
        displaced[r] *= 1.0 - reemployment
    wanted, trained = np.zeros(len(firm)), np.zeros(len(displaced))
    if effect > 0.0:
        wanted = untrained_staff(firm, is_reached, staff, skill)
        trained = hold_courses(firm, wanted, displaced, budget, government, household, cost, books)
    gain_skill(firm, books.region, staff, service, wanted, trained, skill, effect, platform_training, wear)


@rule(
    writes=("actors.skill", "regions.displaced", "regions.budget", *accounts.WRITES),
    source="cheng:4.1; cheng:4.3; li:3.C",
    off={"talent.training_effect": 0.0, "talent.skill_wear": 0.0, "talent.reemployment": 0.0},
)
def train_people(world: World, parameters: Parameters, draws: Draws) -> None:
    """Public money retrains the displaced and trains staff; platforms train their members' staff; skill wears off.

    Equation   trained = budget / (training_cost wage / base wage), the displaced first;
               d skill = training_effect [trained_i / staff_i + platform_training service_i (1 - skill)]
               - skill_wear skill; displaced <- displaced (1 - reemployment) - retrained
    Units      skill, service: 1; staff, displaced: full-time equivalents; budget, training_cost: million yuan
    Source     cheng 4.1 (reallocation of labour), 4.3 (training); li 3.C (personnel training by platforms)
    Draws      none
    Off when   talent.training_effect = talent.skill_wear = talent.reemployment = 0
    """
    p, actors, regions = parameters.talent, world.actors, world.regions
    train_staff(
        world.slots(Kind.FIRM), actors.is_reached, actors.staff, actors.service, actors.skill,
        regions.displaced, regions.budget, regions.government_slot, regions.household_slot, books_of(world),
        p.reemployment,
        p.training_cost * people_cost(regions.wage, parameters.production), p.training_effect,
        p.platform_training, p.skill_wear,
    )  # fmt: skip
