"""Technology from outside, and from what can be seen: licences, and the work of understanding others.

Introduced technology teaches those who can digest it and whose management fits it, and it teaches management too;
nobody goes far by imports alone, for part of the frontier cannot be bought and near it little is left (zhao2020
III.D; ren 2.2.2). Imitators pay for engineers who take products apart; what they learn comes along their ties.
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts, ledger
from abm.state.codes import Event, Kind, Mode, Origin, Purpose, Route
from abm.state.trade_terms import purchasable
from abm.state.world import World
from abm.types import FloatArray, IntArray

_FIRM = int(Kind.FIRM)
_IMITATE = int(Mode.IMITATE)
_INTRODUCE = int(Mode.INTRODUCE)
_INTRODUCTION = int(Origin.INTRODUCTION)
_LICENCE = int(Route.LICENCE)


@kernel
def licensed_fields(
    firm: IntArray,
    region: IntArray,
    sector: IntArray,
    weight: FloatArray,
    pull: FloatArray,
    reach: FloatArray,
    capability: FloatArray,
) -> tuple[IntArray, FloatArray]:
    """Return the field each firm licenses, the largest (pull + W) x gap to `reach`, and that gap in levels.

    >>> import numpy as np
    >>> field, gap = licensed_fields(np.array([0]), np.array([0]), np.array([0]), np.array([[0.3, 0.7]]),
    ...     np.zeros((1, 1, 2)), np.array([0.9, 0.7]), np.array([[0.4, 0.6]]))
    >>> field.tolist(), gap.round(3).tolist()
    ([0], [0.5])
    """
    field = np.full(len(firm), -1, np.int64)
    gap = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        best = 0.0
        for k in range(len(reach)):
            behind = max(0.0, reach[k] - capability[i, k])
            value = (pull[region[i], sector[i], k] + weight[sector[i], k]) * behind
            if value > best:
                best = value
                field[f] = k
                gap[f] = behind
    return field, gap


@kernel
def digest_licences(
    firm: IntArray,
    field: IntArray,
    gap: FloatArray,
    paid: FloatArray,
    sector: IntArray,
    weight: FloatArray,
    frontier: FloatArray,
    absorption: FloatArray,
    management_fit: FloatArray,
    capability: FloatArray,
    year_gain: FloatArray,
    stock: FloatArray,
    gain: FloatArray,
    total_gain: FloatArray,
    digestion: float,
    reference: float,
    fit_learning: float,
) -> FloatArray:
    """Raise capability by what each firm digests, and its management fit by experience; return the amounts."""
    amount = np.zeros(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        k = field[f]
        if k < 0 or paid[f] <= 0.0:
            continue
        bought = 1.0 - math.exp(-paid[f] / reference)
        amount[f] = digestion * absorption[i] * management_fit[i] * bought * gap[f]
        capability[i, k] += amount[f]
        year_gain[i] += weight[sector[i], k] * amount[f] / frontier[k]
        ledger.book(stock[i], gain[i], total_gain[i], amount[f], _INTRODUCTION, _LICENCE)
        management_fit[i] += fit_learning * bought * (1.0 - management_fit[i])
    return amount


@rule(
    writes=(
        "actors.capability", "actors.year_gain", "actors.year_cost", "actors.management_fit",
        "actors.knowledge_stock", *ledger.WRITES, *accounts.WRITES,
    ),
    source="zhao2020:III.D; ren:2.2.2; li:2.B",
    off={"switches.innovation": False},
)  # fmt: skip
def introduce_technology(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms that introduce pay for licences abroad and digest them; firms that imitate pay their engineers.

    Equation   dA_ik = digestion absorption fit (1 - exp(-paid / reference)) max(0, importable (1 - embargo_k) F_k -
               A_ik) in the field with the largest (pull_k + W_sk) gap_k; fit grows by fit_learning (1 - fit)
    Units      A, F: level; paid: million yuan per quarter; digestion, fit_learning: 1/quarter; others: 1
    Source     zhao2020 III.D (introduce, match management, digest); ren 2.2.2 (stuck technologies); li 2.B (imitation)
    Draws      none
    Off when   switches.innovation is off
    """
    if not parameters.switches.innovation:
        return
    a = world.actors
    is_firm = a.is_active & (a.kind == _FIRM) & (a.research_budget > 0.0)
    imitators = np.flatnonzero(is_firm & (a.mode == _IMITATE))
    if len(imitators):
        spent = _affordable(world, parameters, imitators)
        accounts.transfer(world, imitators, world.regions.household_slot[a.region[imitators]], spent, Purpose.RESEARCH)
        a.year_cost[imitators] += spent
        a.knowledge_stock[imitators] += spent
    introducers = np.flatnonzero(is_firm & (a.mode == _INTRODUCE))
    if len(introducers):
        _buy_licences(world, parameters, introducers)


def _affordable(world: World, parameters: Parameters, firm: IntArray) -> FloatArray:
    a = world.actors
    return np.minimum(a.research_budget[firm], parameters.innovation.cash_share * a.cash[firm])


def _buy_licences(world: World, parameters: Parameters, firm: IntArray) -> None:
    p, a, st, books = parameters.innovation, world.actors, world.structure, world.ledger
    frontier = world.fields.frontier
    reach = p.importable * purchasable(st, parameters.frontier.embargo_factor) * frontier
    field, gap = licensed_fields(firm, a.region, a.sector, st.weight, world.needs.pull, reach, a.capability)
    paid = np.where(field >= 0, _affordable(world, parameters, firm), 0.0)
    accounts.transfer(world, firm, world.rest_of_world, paid, Purpose.LICENCE)
    amount = digest_licences(
        firm, field, gap, paid, a.sector, st.weight, frontier, a.absorption, a.management_fit, a.capability,
        a.year_gain, books.stock, books.gain, books.total_gain, p.digestion, p.licence_reference, p.fit_learning,
    )  # fmt: skip
    a.year_cost[firm] += paid
    a.knowledge_stock[firm] += p.licence_experience * paid
    bought = amount > 0.0
    world.events.add(
        Event.LICENCE, world.quarter, a.uid[firm[bought]], region=a.region[firm[bought]], field=field[bought],
        channel=_INTRODUCE, amount=paid[bought],
    )  # fmt: skip
