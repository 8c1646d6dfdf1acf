"""Group 2, stages: factor, value-chain and structure upgrading (li 2.A), on frozen bounds and without gates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from abm.kernel import kernel
from abm.measures import frozen, milestones
from abm.measures.declaration import Measure, measure
from abm.measures.history import WINDOW
from abm.measures.structure import advancement, high_tech_share
from abm.measures.view import View
from abm.state.codes import N_PATHS, Event
from abm.state.ledger import PATH_OF
from abm.types import FloatArray, IntArray, UidArray

_N_PATHS = N_PATHS
STAGES = ("factor", "value_chain", "structure")
_SCALE = frozen.Scale.of(frozen.FACTOR, frozen.VALUE_CHAIN, frozen.STRUCTURE)


@measure(
    unit="1, frontier = 1",
    formula="sum_i sales_i (e_i / sum_k W_sk F_k) / sum_i sales_i",
    source="li:2.A",
    null_when="no firm has sales",
)
def equipment_level(view: View) -> FloatArray:
    """Capability embodied in the firms' equipment relative to the frontier, weighted by sales."""
    return view.levels.equipment


@measure(
    unit="million yuan per person and quarter",
    formula="sales / (staff + talent)",
    source="li:2.A",
    null_when="nobody works",
)
def labour_productivity(view: View) -> FloatArray:
    """Sales per person at work in firms."""
    return view.money.sales / view.work.people


@measure(unit="1", formula="sum_i sales_i skill_i / sum_i sales_i", source="cheng:4.1", null_when="no firm has sales")
def skill(view: View) -> FloatArray:
    """Share of staff trained for new productivity, weighted by sales."""
    return view.work.skill


@measure(unit="1", formula="sum_i sales_i v_i / sum_i sales_i", source="li:2.A", null_when="no firm has sales")
def value_chain(view: View) -> FloatArray:
    """Value-chain position of firms, 0 processing to 1 design, brand and service, weighted by sales."""
    return view.levels.value_chain


@measure(unit="1", formula="sum_i v_i / n", source="li:2.A", null_when="there is no firm")
def value_chain_firm_mean(view: View) -> FloatArray:
    """Value-chain position of firms, every firm alike."""
    return view.levels.value_chain_firm_mean


INDICATORS = (equipment_level, labour_productivity, skill, value_chain, high_tech_share, advancement)
"""Measures the three indices read, in their order."""


@kernel
def upgrading(
    value: FloatArray, low: FloatArray, high: FloatArray, factor: FloatArray, place: IntArray, earlier: FloatArray
) -> FloatArray:
    """Return F, V and S and below them the one that has risen most, shape (indices + 1, regions).

    The first five are those of `frozen.indices_of`; `earlier` are the indices of some quarters ago, shape
    (indices, regions). The last row is NaN where none has risen or an earlier one is not known.

    >>> one, none = np.ones(2), np.zeros(2)
    >>> upgrading(np.array([[0.4], [0.9]]), none, one, one, np.arange(2), np.array([[0.3], [0.5]]))[:, 0].tolist()
    [0.4, 0.9, 1.0]
    """
    found = frozen.indices_of(value, low, high, factor, place)
    n = found.shape[0]
    out = np.full((n + 1, found.shape[1]), np.nan)
    for r in range(found.shape[1]):
        most = 0.0
        for row in range(n):
            out[row, r] = found[row, r]
            rise = found[row, r] - earlier[row, r]
            if math.isnan(rise):
                most = math.inf
            elif rise > most:
                most = rise
                out[n, r] = row
        if most == math.inf:
            out[n, r] = np.nan
    return out


def indices(view: View) -> FloatArray:
    """Return F, V, S and the stage they tell, shape (indices + 1, regions), made once per view."""
    return view.once("indices", lambda: _made_indices(view))


def _made_indices(view: View) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.array([each.function(view) for each in INDICATORS])
    return upgrading(value, _SCALE.low, _SCALE.high, _SCALE.factor, _SCALE.place, view.history.earlier_indices())


@measure(
    unit="1",
    formula="F: weighted mean of equipment level, labour productivity and skill on frozen bounds",
    source=f"li:2.A; {frozen.SOURCE}",
)
def factor_index(view: View) -> FloatArray:
    """Stage of factor upgrading, 0 to 1."""
    return indices(view)[0]


@measure(
    unit="1",
    formula="V: value-chain position on frozen bounds",
    source=f"li:2.A; {frozen.SOURCE}",
)
def value_chain_index(view: View) -> FloatArray:
    """Stage of value-chain upgrading, 0 to 1."""
    return indices(view)[1]


@measure(
    unit="1",
    formula="S: weighted mean of high-technology share and advancement on frozen bounds",
    source=f"li:2.A; {frozen.SOURCE}",
)
def structure_index(view: View) -> FloatArray:
    """Stage of structure upgrading, 0 to 1."""
    return indices(view)[2]


@measure(
    unit="stage",
    formula=f"index that has risen most over {WINDOW} quarters",
    source="li:2.A",
    null_when=f"no index has risen, or fewer than {WINDOW} quarters are known",
    labels=STAGES,
)
def upgrading_stage(view: View) -> FloatArray:
    """Stage of upgrading the region is in: the index that moves most."""
    return indices(view)[3]


def _stage_share(place: int, name: str, formula: str, doc: str) -> Measure:
    @measure(name=name, unit="1", formula=formula, source="li:2.A", null_when="there is no firm", doc=doc)
    def share(view: View) -> FloatArray:
        return view.milestones.n_firms[place] / view.money.n_firms

    return share


_stage_share(
    0,
    "factor_upgraded_share",
    f"firms with equipment at {milestones.FACTOR_REACHED} of the frontier or above / firms",
    "Share of firms that have upgraded their factors of production.",
)
_stage_share(
    1,
    "value_chain_upgraded_share",
    f"firms with value-chain position {milestones.VALUE_CHAIN_REACHED} or above / firms",
    "Share of firms that live on design, brand and service.",
)
_stage_share(
    2,
    "structure_upgraded_share",
    "firms with a high-technology main sector / firms",
    "Share of firms in high-technology sectors.",
)
_stage_share(3, "not_upgraded_share", "firms in none of the stages / firms", "Share of firms that have not upgraded.")


@kernel
def changed_stages(
    firm: IntArray,
    uid: UidArray,
    before: IntArray,
    before_uid: UidArray,
    reached: IntArray,
    total_gain: FloatArray,
    path_of: IntArray,
    n_changed: int,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return slot, stage and path of each stage that one of `n_changed` firms reached or lost.

    The stage is 1 factor, 2 value chain, 3 structure, with a minus sign if lost; the path is the one with most of
    the gains of the firm's life, shape (actors, origins, routes). Stages before and now are those of
    `milestones.firm_stages`.

    >>> one, gain, path_of = np.ones(1, np.uint64), np.zeros((1, 8, 9)), np.full((8, 9), 2)
    >>> changed_stages(np.arange(1), one, np.array([1]), one, np.array([2]), gain + 1.0, path_of, 1)
    (array([0, 0]), array([-1.,  2.]), array([2, 2]))
    """
    slot, stage, path = np.empty(3 * n_changed, np.int64), np.empty(3 * n_changed), np.empty(3 * n_changed, np.int64)
    count = 0
    for i in firm:
        if before_uid[i] != uid[i] or before[i] < 0 or before[i] == reached[i]:
            continue
        gain = np.zeros(_N_PATHS)
        best = 0
        for o in range(path_of.shape[0]):
            for t in range(path_of.shape[1]):
                gain[path_of[o, t]] += total_gain[i, o, t]
        for p in range(_N_PATHS):
            if gain[p] > gain[best]:
                best = p
        for j in range(3):
            change = ((reached[i] >> j) & 1) - ((before[i] >> j) & 1)
            if change != 0:
                slot[count], stage[count], path[count] = i, (j + 1) * change, best
                count += 1
    return slot[:count].copy(), stage[:count].copy(), path[:count].copy()


def stage_changes(view: View) -> dict[str, Any]:
    """Return the stages that firms reached or lost this quarter, as columns of the event table without its key.

    Empty if nothing changed.

    ``amount`` is 1 factor, 2 value chain, 3 structure, with a minus sign if lost; ``channel`` is the path with most
    of the gains of the firm's life (code of Path), the ledger behind the change.
    """
    world, before = view.world, view.history
    actors, reached, n_changed = world.actors, view.milestones.reached, view.milestones.n_changed
    if n_changed == 0:
        return {}
    slot, amount, path = changed_stages(
        view.firm, actors.uid, before.reached, before.reached_uid, reached, world.ledger.total_gain, PATH_OF, n_changed
    )
    return {
        "quarter": np.full(len(slot), world.quarter, np.int64),
        "kind": np.full(len(slot), int(Event.STAGE_CHANGED), np.int64),
        "region": actors.region[slot],
        "uid": actors.uid[slot],
        "partner_uid": np.zeros(len(slot), np.uint64),
        "project": np.zeros(len(slot), np.uint64),
        "field": np.full(len(slot), -1, np.int64),
        "channel": path,
        "amount": amount,
        "cause_id": np.full(len(slot), -1, np.int64),
    }


def half_time(series: FloatArray, ceiling: float = 1.0) -> float:
    """Return the quarter at which an index has gone half the way from its first value to `ceiling`.

    Parameters
    ----------
    series
        The index of one region, quarter by quarter, shape (quarters,).
    ceiling
        Where it is heading; 1 is the upper bound of the frozen scale.

    Returns
    -------
    float
        Quarters after the first, interpolated; NaN if the run ended before (censored: count these, don't drop them).

    Examples
    --------
    >>> half_time(np.array([0.2, 0.4, 0.5, 0.7]))
    2.5
    >>> half_time(np.array([0.2, 0.3]))
    nan
    """
    half = 0.5 * (series[0] + ceiling)
    above = np.flatnonzero(series >= half)
    if len(above) == 0:
        return math.nan
    place = int(above[0])
    if place == 0:
        return 0.0
    before, after = float(series[place - 1]), float(series[place])
    return float(place - 1 + (half - before) / (after - before))
