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
from abm.state.causes import PROGRESS, last_events
from abm.state.codes import N_PATHS, Event, Path
from abm.state.ledger import PATH_OF
from abm.state.world import World
from abm.types import FloatArray, IntArray, UidArray

_N_PATHS = N_PATHS
_N_THREE = int(Path.CHAIN_LEADER)
_NO_PATH = int(Path.NONE)
_SMALLEST_GAIN = 1e-12
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
    value = np.array([each.once(view) for each in INDICATORS])
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
    gain_at_stage: FloatArray,
    n_changed: int,
) -> tuple[IntArray, FloatArray, IntArray, FloatArray]:
    """Return slot, stage, path and gains by path of each stage that one of `n_changed` firms reached or lost.

    The stage is 1 factor, 2 value chain, 3 structure, with a minus sign if lost. Gains are those since the firm's last
    change, and `gain_at_stage`, shape (actors, paths), remembers where they stood; the path is that of the three with
    most of them, none where they had nothing. Stages before and now are those of `milestones.firm_stages`, gains of
    lives have the shape (actors, origins, routes).

    >>> one, gain, path_of = np.ones(1, np.uint64), np.zeros((1, 8, 9)), np.full((8, 9), 4)
    >>> path_of[2], path_of[3] = 0, 1; gain[0, 2, 0], gain[0, 3, 0], gain[0, 5, 5] = 0.4, 0.3, 0.5
    >>> since = np.array([[0.25, 0.0, 0.0, 0.0, 0.0]])
    >>> found = changed_stages(np.arange(1), one, np.array([1]), one, np.array([2]), gain, path_of, since, 1)
    >>> [x.tolist() for x in found[:3]], found[3].round(9).tolist()[0], since.tolist()[0]
    ([[0, 0], [-1.0, 2.0], [1, 1]], [0.15, 0.3, 0.0, 0.0, 0.5], [0.4, 0.3, 0.0, 0.0, 0.5])
    """
    slot, stage, path = np.empty(3 * n_changed, np.int64), np.empty(3 * n_changed), np.empty(3 * n_changed, np.int64)
    gained = np.empty((3 * n_changed, _N_PATHS))
    count = 0
    for i in firm:
        if before_uid[i] != uid[i] or before[i] < 0 or before[i] == reached[i]:
            continue
        gain = np.zeros(_N_PATHS)
        best = _NO_PATH
        for o in range(path_of.shape[0]):
            for t in range(path_of.shape[1]):
                gain[path_of[o, t]] += total_gain[i, o, t]
        most = _SMALLEST_GAIN
        for p in range(_N_PATHS):
            now = gain[p]
            gain[p] -= gain_at_stage[i, p]
            gain_at_stage[i, p] = now
            if p < _N_THREE and gain[p] > most:
                best, most = p, gain[p]
        for j in range(3):
            change = ((reached[i] >> j) & 1) - ((before[i] >> j) & 1)
            if change != 0:
                slot[count], stage[count], path[count] = i, (j + 1) * change, best
                for p in range(_N_PATHS):
                    gained[count, p] = gain[p]
                count += 1
    return slot[:count].copy(), stage[:count].copy(), path[:count].copy(), gained[:count].copy()


def stage_changes(view: View) -> dict[str, Any]:
    """Return the stages that firms reached or lost this quarter, as columns of the event table without its key.

    Empty if nothing changed. To be asked for once a quarter, as the history takes note.

    ``amount`` is 1 factor, 2 value chain, 3 structure, with a minus sign if lost; ``channel`` is that of the three
    paths with most of the firm's gains since its last change, or none (code of Path). ``gain``, shape (changes, paths),
    are these gains, the ledger behind the change.
    """
    world, before = view.world, view.history
    actors, reached, n_changed = world.actors, view.milestones.reached, view.milestones.n_changed
    if n_changed == 0:
        return {}
    slot, amount, path, gain = changed_stages(
        view.firm, actors.uid, before.reached, before.reached_uid, reached, world.ledger.total_gain, PATH_OF,
        before.gain_at_stage, n_changed,
    )  # fmt: skip
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
        "cause_id": _causes(world, actors.uid[slot], amount),
        "gain": gain,
    }


def _causes(world: World, uid: UidArray, amount: FloatArray) -> IntArray:
    """Return what let firms reach a stage: their last progress, for structure their move; a lost one has no cause."""
    is_structure = np.abs(amount) == STAGES.index("structure") + 1
    moved = last_events(world, (Event.MOVED_SECTOR,), uid)
    progress = last_events(world, PROGRESS, uid)
    return np.where(is_structure, moved, np.where(amount > 0.0, progress, -1))
