"""What actors mean to spend on technology this quarter; lenders, partners and projects go by it."""

from __future__ import annotations

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind, Mode
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray
from abm.valuation import people_cost

_FIRM = int(Kind.FIRM)
_UNIVERSITY = int(Kind.UNIVERSITY)
_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_IMITATE = int(Mode.IMITATE)
_INTRODUCE = int(Mode.INTRODUCE)
_LEAST_BUDGET = 1e-6
"""One yuan a quarter: what is below is left by rounding."""


@kernel
def research_plans(
    is_active: BoolArray,
    kind: IntArray,
    region: IntArray,
    mode: IntArray,
    intensity: FloatArray,
    expected_orders: FloatArray,
    cash: FloatArray,
    research_income: FloatArray,
    research_budget: FloatArray,
    people: FloatArray,
    fixed_cost: float,
    imitation: float,
    licence: float,
    smallest_licence: float,
    grant_use: float,
    university_pace: float,
) -> None:
    """Set the budget of every actor, and take from earmarked money the part that goes into it.

    The smallest team and the smallest licence cost what ``people`` do, by region, over the base wage.

    >>> import numpy as np
    >>> budget = np.zeros(3); earmarked = np.array([1.0, 0.0, 0.0])
    >>> research_plans(np.ones(3, np.bool_), np.array([0, 0, 1]), np.zeros(3, np.int64), np.array([1, 1, 0]),
    ...                np.array([0.02, 0.02, 0.0]), np.array([50.0, 50.0, 0.0]), np.array([5.0, 5.0, 8.0]), earmarked,
    ...                budget, np.array([2.0]), 0.6, 0.003, 0.012, 0.2, 0.5, 0.25)
    >>> budget.tolist(), earmarked.tolist()
    ([1.5, 0.0, 2.0], [0.5, 0.0, 0.0])
    """
    for i in range(len(is_active)):
        research_budget[i] = 0.0
        if not is_active[i]:
            continue
        if kind[i] == _UNIVERSITY:
            research_budget[i] = university_pace * cash[i]
            research_income[i] *= 1.0 - university_pace
        elif kind[i] == _FIRM:
            size = expected_orders[i]
            if mode[i] == _INDEPENDENT or mode[i] == _JOINT:
                used = grant_use * research_income[i]
                wanted = intensity[i] * size + used
                if wanted >= fixed_cost * people[region[i]] and wanted > 0.0:
                    research_budget[i] = wanted
                    research_income[i] -= used
            elif mode[i] == _IMITATE:
                research_budget[i] = imitation * size
            elif mode[i] == _INTRODUCE and licence * size >= smallest_licence * people[region[i]]:
                research_budget[i] = licence * size
        if research_budget[i] < _LEAST_BUDGET:
            research_budget[i] = 0.0


@rule(
    writes=("actors.research_budget", "actors.research_income"),
    source="F31; li:2.B",
    off={"switches.innovation": False},
)
def plan_research(world: World, parameters: Parameters, draws: Draws) -> None:
    """Every quarter actors plan what they spend on research, on understanding others, or on licences.

    Equation   budget = intensity sales + grant_use earmarked, 0 below the fixed cost (research);
               imitation_intensity sales (imitate); licence_intensity sales, 0 below the smallest licence (introduce);
               university_pace cash (universities); fixed cost and smallest licence rise with the wage
    Units      budget, sales, fixed cost: million yuan per quarter; cash, earmarked: million yuan
    Source     F31 (cost of a researcher); li 2.B (high investment makes firms draw back)
    Draws      none
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    p, a = parameters.strategy, world.actors
    research_plans(
        a.is_active, a.kind, a.region, a.mode, a.research_intensity, a.expected_orders, a.cash, a.research_income,
        a.research_budget, people_cost(world.regions.wage, parameters.production), p.fixed_cost,
        p.imitation_intensity, p.licence_intensity, p.smallest_licence, p.grant_use, p.university_pace,
    )  # fmt: skip
