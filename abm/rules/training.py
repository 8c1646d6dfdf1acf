"""Training: staff learn to work with new productivity, the displaced find work again (model.md line 5).

The training instrument pays for courses, first for staff displaced by automation, then for firms it reaches; platforms
train their members' staff (cheng 4.3; li 3.C). Skill lowers the cost of adoption; it adds no capability.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import transfer
from abm.state.codes import Instrument, Kind, Purpose, Service
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray

_TRAINING = int(Instrument.TRAINING)


@kernel
def untrained_staff(
    firm: IntArray,
    uid: UidArray,
    is_core: BoolArray,
    staff: FloatArray,
    skill: FloatArray,
    key: np.uint64,
    access: float,
) -> FloatArray:
    """Return the untrained staff of each firm that training reaches: core firms always, SMEs with probability access.

    >>> import numpy as np
    >>> untrained_staff(np.array([0]), np.array([3], dtype=np.uint64), np.array([True]), np.array([80.0]),
    ...     np.array([0.25]), np.uint64(1), 0.0).tolist()
    [60.0]
    """
    result = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        if is_core[i] or uniform(key, uid[i], 0) < access:
            result[f] = staff[i] * (1.0 - skill[i])
    return result


@rule(
    writes=("actors.skill", "regions.displaced", "regions.budget", *accounts.WRITES),
    source="cheng:4.1; cheng:4.3; li:3.C",
    off={"talent.training_effect": 0.0, "talent.skill_wear": 0.0, "talent.reemployment": 0.0},
)
def train_people(world: World, parameters: Parameters, draws: Draws) -> None:
    """Public money retrains the displaced and trains staff; platforms train their members' staff; skill wears off.

    Equation   trained = budget / training_cost, the displaced first; d skill = training_effect trained_i / staff_i
               + platform_training service_i (1 - skill) - skill_wear skill; displaced <- displaced (1 - reemployment)
               - retrained
    Units      skill, service: 1; staff, displaced: full-time equivalents; budget, training_cost: million yuan
    Source     cheng 4.1 (reallocation of labour), 4.3 (training); li 3.C (personnel training by platforms)
    Draws      which SMEs training reaches ("training") by uid
    Off when   talent.training_effect = talent.skill_wear = talent.reemployment = 0
    """
    p, actors, regions = parameters.talent, world.actors, world.regions
    firm = world.slots(Kind.FIRM)
    skill = actors.skill[firm]
    gain = p.training_effect * p.platform_training * actors.service[firm, int(Service.TRAINING)] * (1.0 - skill)
    regions.displaced[:] *= 1.0 - p.reemployment
    if p.training_effect > 0.0:
        region = actors.region[firm]
        places = regions.budget[:, _TRAINING] / p.training_cost
        retrained = np.minimum(regions.displaced, places)
        wanted = untrained_staff(
            firm,
            actors.uid,
            actors.is_core,
            actors.staff,
            actors.skill,
            draws.key("training"),
            parameters.policy.access,
        )
        total = np.bincount(region, wanted, world.structure.n_regions)
        trained = np.minimum(total, places - retrained)
        cost = p.training_cost * (retrained + trained)
        before = actors.cash[regions.government_slot]
        transfer(world, regions.government_slot, regions.household_slot, cost, Purpose.TRAINING)
        paid = before - actors.cash[regions.government_slot]
        part = np.where(cost > 0.0, paid / np.maximum(cost, 1e-12), 0.0)
        regions.budget[:, _TRAINING] = np.maximum(0.0, regions.budget[:, _TRAINING] - paid)
        regions.displaced[:] = np.maximum(0.0, regions.displaced - part * retrained)
        share = p.training_effect * part * trained / np.maximum(total, 1e-12)
        gain += share[region] * wanted / np.maximum(actors.staff[firm], 1e-9)
    actors.skill[firm] = np.clip(skill + gain - p.skill_wear * skill, 0.0, 1.0)
