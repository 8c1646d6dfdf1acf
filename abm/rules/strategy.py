"""How firms get technology: each chooses a way by what it has experienced, and what it spends by what that paid.

Independent research and introduction are the two roads of technological progress (zhao2020 III.D); high risk and
high investment make many firms draw back and imitate (li 2.B). A fixed cost, not a gate by kind, keeps most small
firms out of research. When profits vanish, firms are stimulated to a new round (zhao2020 III.C).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.kernels_licences import equipment_fit, importable_gap, licensable
from abm.parameters import Parameters
from abm.randomness import Draws, uniform
from abm.rule import rule
from abm.state.codes import N_MODES, Kind, Layer, Mode
from abm.state.trade_terms import purchasable
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray, UidArray
from abm.valuation import people_cost

_FIRM = int(Kind.FIRM)
_RESEARCH_LAYER = int(Layer.RESEARCH)
_NONE = int(Mode.NONE)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_IMITATE = int(Mode.IMITATE)
_INTRODUCE = int(Mode.INTRODUCE)
_LARGEST_PAYOFF = 10.0
"""Largest experienced pay-off, up or down, per cent of annual sales."""
_SMALLEST_SIZE = 1e-3
"""Million yuan per quarter: costs are compared with no smaller orders."""
_FOUR = np.uint64(4)


@kernel
def firms_due(is_active: BoolArray, kind: IntArray, uid: UidArray, quarter: int) -> IntArray:
    """Return the slots of the firms whose quarter of the year this is."""
    turn = np.uint64(quarter % 4)
    slots = np.empty(len(uid), np.int64)
    number = 0
    for i in range(len(uid)):
        if is_active[i] and kind[i] == _FIRM and uid[i] % _FOUR == turn:
            slots[number] = i
            number += 1
    return slots[:number].copy()


@kernel
def experience(
    due: IntArray,
    mode: IntArray,
    propensity: FloatArray,
    intensity: FloatArray,
    year_gain: FloatArray,
    year_cost: FloatArray,
    year_income: FloatArray,
    expected_orders: FloatArray,
    gain_value: float,
    recency: float,
    forgetting: float,
    step: float,
    normal: float,
    pull: float,
    largest: float,
) -> None:
    """Take last year's pay-off into the propensity of the mode in use, and move the research intensity by it.

    The pay-off is in per cent of annual sales. A research year is good if it paid more than doing nothing did.

    >>> import numpy as np
    >>> q = np.zeros((1, 5)); intensity = np.array([0.02])
    >>> experience(np.array([0]), np.array([1]), q, intensity, np.array([0.01]), np.array([3.0]), np.ones(1),
    ...            np.array([50.0]), 5.0, 0.5, 0.0, 0.01, 0.02, 0.5, 0.1)
    >>> q.round(6).tolist(), intensity.round(6).tolist()
    ([[0.0, 2.0, 0.0, 0.0, 0.0]], [0.03])
    """
    for d in range(len(due)):
        i = due[d]
        size = max(expected_orders[i], _SMALLEST_SIZE)
        payoff = 100.0 * (gain_value * year_gain[i] - (year_cost[i] - year_income[i]) / (4.0 * size))
        payoff = min(_LARGEST_PAYOFF, max(-_LARGEST_PAYOFF, payoff))
        used = mode[i]
        if used in (_INDEPENDENT, _JOINT):
            excess = payoff - propensity[i, _NONE]
            move = step if excess > 0.0 else -step
            moved = intensity[i] + move + pull * (normal - intensity[i])
            intensity[i] = min(largest, max(0.0, moved))
        propensity[i, used] += recency * (payoff - propensity[i, used])
        mean = 0.0
        for m in range(propensity.shape[1]):
            mean += propensity[i, m] / propensity.shape[1]
        for m in range(propensity.shape[1]):
            if m != used:
                propensity[i, m] += forgetting * (mean - propensity[i, m])
            # means of bounded pay-offs: the bounds are passed by rounding only
            propensity[i, m] = min(_LARGEST_PAYOFF, max(-_LARGEST_PAYOFF, propensity[i, m]))


@kernel
def partner_count(slot: int, start: IntArray, tie: IntArray, layer: IntArray) -> int:
    """Return the number of research ties of an actor.

    >>> import numpy as np
    >>> int(partner_count(0, np.array([0, 2]), np.array([1, 0]), np.array([0, 1])))
    1
    """
    count = 0
    for e in range(start[slot], start[slot + 1]):
        if layer[tie[e]] == _RESEARCH_LAYER:
            count += 1
    return count


@kernel
def prospects(
    due: IntArray,
    region: IntArray,
    sector: IntArray,
    capability: FloatArray,
    frontier: FloatArray,
    weight: FloatArray,
    reach: FloatArray,
    abroad: FloatArray,
    absorption: FloatArray,
    management_fit: FloatArray,
    equipment_level: FloatArray,
    expected_orders: FloatArray,
    margin: FloatArray,
    is_needy: BoolArray,
    is_reached: BoolArray,
    start: IntArray,
    tie: IntArray,
    layer: IntArray,
    refund: float,
    people: FloatArray,
    fixed_cost: float,
    own: float,
    joint: float,
    stranger_cost: float,
    imitation: float,
    introduction: float,
    need: float,
    margin_push: float,
    reference_margin: float,
    smallest_licence: float,
    equipment_match: float,
) -> FloatArray:
    """Return what each mode promises before experience, in per cent of sales, shape (due, modes).

    `reach` is what can be licensed in each region, by field. What is introduced pays by importable gap x absorption x
    management fit. Research costs at least `fixed_cost` a quarter, two thirds of it if shared; this and the smallest
    licence go by what ``people`` cost in each region. Whom policy reaches gets the part `refund` back.

    >>> one, zero = np.ones(1), np.array([0])
    >>> prospects(zero, zero, zero, np.array([[0.4]]), one, np.ones((1, 1)), np.array([[0.8]]), 0.8 * one, 0.5 * one,
    ...           0.5 * one, one, np.array([60.0]), np.array([0.08]), np.array([False]), np.array([True]),
    ...           np.array([0, 0]), zero, zero, 0.25, 2.0 * one, 0.4, 1.0, 1.3, 1.2, 0.9, 12.0, 0.5, 10.0, 0.08, 0.15,
    ...           1.0).round(3).tolist()
    [[0.0, 0.0, -0.567, 0.9, 0.7]]
    """
    result = np.zeros((len(due), N_MODES))
    for d in range(len(due)):
        i = due[d]
        size = max(expected_orders[i], _SMALLEST_SIZE)
        push = margin_push * max(0.0, reference_margin - margin[i])
        if is_needy[i]:
            push += need
        burden = 100.0 * fixed_cost * people[region[i]] / size * (1.0 - refund if is_reached[i] else 1.0)
        n_partners = float(partner_count(i, start, tie, layer))
        gap = importable_gap(i, sector[i], capability, frontier, weight, reach[region[i]])
        result[d, _INDEPENDENT] = own + push - burden
        result[d, _JOINT] = joint + push - burden * 2.0 / 3.0 - stranger_cost * math.exp(-n_partners)
        result[d, _IMITATE] = imitation
        match = equipment_fit(i, sector[i], equipment_level, weight, frontier, abroad, equipment_match)
        digestion = gap * absorption[i] * management_fit[i] * match
        result[d, _INTRODUCE] = introduction * digestion - 100.0 * smallest_licence * people[region[i]] / size
    return result


@kernel
def logit_choice(value: FloatArray, sensitivity: float, experimentation: float, draw: float) -> int:
    """Return the option chosen by a logit on `value`, with a share of blind trials.

    >>> import numpy as np
    >>> [logit_choice(np.array([0.0, math.log(3.0)]), 1.0, 0.0, u) for u in (0.24, 0.26)]
    [0, 1]
    """
    highest = value[0]
    for m in range(len(value)):
        highest = max(highest, value[m])
    total = 0.0
    for m in range(len(value)):
        total += math.exp(sensitivity * (value[m] - highest))
    reached = 0.0
    for m in range(len(value)):
        chance = math.exp(sensitivity * (value[m] - highest)) / total
        reached += (1.0 - experimentation) * chance + experimentation / len(value)
        if draw < reached:
            return m
    return len(value) - 1


@kernel
def choose_modes(
    due: IntArray,
    uid: UidArray,
    key: np.uint64,
    prospect: FloatArray,
    mode: IntArray,
    propensity: FloatArray,
    year_gain: FloatArray,
    year_cost: FloatArray,
    year_income: FloatArray,
    inertia: float,
    sensitivity: float,
    experimentation: float,
) -> None:
    """Set the mode each firm in `due` takes for the coming year, of which nothing is gained or spent yet.

    >>> mode, year = np.array([0]), np.ones(1)
    >>> choose_modes(np.array([0]), np.array([7], np.uint64), np.uint64(1), np.array([[0.0, 0.0, 900.0, 0.0, 0.0]]),
    ...              mode, np.zeros((1, 5)), year, year, year, 1.0, 1.0, 0.0)
    >>> mode.tolist(), year.tolist()
    ([2], [0.0])
    """
    value = np.empty(prospect.shape[1])
    for d in range(len(due)):
        i = due[d]
        for m in range(len(value)):
            value[m] = propensity[i, m] + prospect[d, m]
        value[mode[i]] += inertia
        mode[i] = logit_choice(value, sensitivity, experimentation, uniform(key, uid[i], 0))
        year_gain[i] = 0.0
        year_cost[i] = 0.0
        year_income[i] = 0.0


@kernel
def revise(
    due: IntArray, uid: UidArray, key: np.uint64, is_active: BoolArray, region: IntArray, sector: IntArray,
    expected_orders: FloatArray, margin: FloatArray, patent_level: FloatArray, capability: FloatArray,
    absorption: FloatArray, management_fit: FloatArray, equipment_level: FloatArray, is_needy: BoolArray,
    is_reached: BoolArray, frontier: FloatArray, weight: FloatArray, abroad: FloatArray, start: IntArray,
    tie: IntArray, layer: IntArray, mode: IntArray, propensity: FloatArray, intensity: FloatArray,
    year_gain: FloatArray, year_cost: FloatArray, year_income: FloatArray, gain_value: float, recency: float,
    forgetting: float, step: float, normal: float, pull: float, largest: float, refund: float, people: FloatArray,
    fixed_cost: float, own: float, joint: float, stranger_cost: float, imitation: float, introduction: float,
    need: float, margin_push: float, reference_margin: float, smallest_licence: float, inertia: float,
    sensitivity: float, experimentation: float, equipment_match: float, n_regions: int, at_home: bool,
) -> None:  # fmt: skip
    """Let firms that are due learn from last year (`experience`), look ahead (`prospects`) and choose their mode."""
    experience(
        due, mode, propensity, intensity, year_gain, year_cost, year_income, expected_orders,
        gain_value, recency, forgetting, step, normal, pull, largest,
    )  # fmt: skip
    reach = licensable(is_active, region, patent_level, frontier, abroad, n_regions, at_home)
    prospect = prospects(
        due, region, sector, capability, frontier, weight, reach, abroad, absorption, management_fit, equipment_level,
        expected_orders, margin, is_needy, is_reached, start, tie, layer, refund, people, fixed_cost, own, joint,
        stranger_cost, imitation, introduction, need, margin_push, reference_margin, smallest_licence, equipment_match,
    )  # fmt: skip
    choose_modes(
        due, uid, key, prospect, mode, propensity, year_gain, year_cost, year_income, inertia, sensitivity,
        experimentation,
    )  # fmt: skip


def _refund(parameters: Parameters) -> float:
    """Return the share of research money that firms which policy reaches expect back."""
    policy = parameters.policy
    return policy.deduction_rate if parameters.switches.policy and policy.deduction_share > 0.0 else 0.0


@rule(
    writes=(
        "actors.mode",
        "actors.propensity",
        "actors.research_intensity",
        "actors.year_gain",
        "actors.year_cost",
        "actors.year_income",
    ),
    source="li:2.B; zhao2020:III.C; zhao2020:III.D; roth1995",
    off={"switches.strategy": False},
)
def choose_strategy(world: World, parameters: Parameters, draws: Draws) -> None:
    """Once a year a firm revises how it gets technology and how much of its sales it puts into research.

    Equation   R = 100 (value gain - (cost - income) / (4 sales)); q_m <- q_m + recency (R - q_m) for the mode in use,
               others are drawn to the mean by forgetting;
               P(m) = (1 - trial) logit(beta (q_m + prospect_m + inertia_m)) + trial/5;
               intensity <- intensity +- step + return (normal - intensity); cost is net of grants and refunds
    Units      R, q, prospect: per cent of annual sales; gain: capability index; cost: million yuan; sales: per quarter
    Source     li 2.B (draw back and imitate); zhao2020 III.C (a new round), III.D (two roads); Roth & Erev 1995
    Draws      choose strategy (one a firm)
    Off when   switches.strategy is off
    """
    if not parameters.switches.strategy:
        return
    p = parameters.strategy
    a, st, frontier = world.actors, world.structure, world.fields.frontier
    due = firms_due(a.is_active, a.kind, a.uid, world.quarter)
    if len(due) == 0:
        return
    reach = parameters.innovation.importable * purchasable(st, parameters.frontier.embargo_factor)
    neighbours = world.neighbours()
    revise(
        due, a.uid, draws.key("choose strategy"), a.is_active, a.region, a.sector, a.expected_orders, a.margin,
        a.patent_level, a.capability, a.absorption, a.management_fit, a.equipment_level, a.is_needy, a.is_reached,
        frontier, st.weight, reach, neighbours.start, neighbours.tie, world.ties.layer,
        a.mode, a.propensity, a.research_intensity, a.year_gain, a.year_cost, a.year_income,
        p.gain_value, p.recency, p.forgetting, p.intensity_step, p.normal_intensity, p.intensity_return,
        p.largest_intensity, _refund(parameters), people_cost(world.regions.wage, parameters.production),
        p.fixed_cost, p.own_prospect, p.joint_prospect, p.stranger_cost, p.imitation_prospect,
        p.introduction_prospect, p.need_prospect, p.margin_push, p.reference_margin, p.smallest_licence, p.inertia,
        p.sensitivity, p.experimentation, parameters.innovation.equipment_match, st.n_regions,
        parameters.switches.licensing and parameters.learning.protection > 0.0,
    )  # fmt: skip
