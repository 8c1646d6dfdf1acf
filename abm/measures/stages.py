"""Group 2, stages: factor, value-chain and structure upgrading (li 2.A), on frozen bounds and without gates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from abm.measures import frozen, milestones
from abm.measures.declaration import Measure, measure
from abm.measures.frozen import Scale
from abm.measures.history import WINDOW
from abm.measures.panel import life_gains
from abm.measures.structure import advancement, high_tech_share
from abm.measures.view import View
from abm.state.codes import N_PATHS, Event
from abm.state.ledger import PATH_OF
from abm.types import FloatArray

STAGES = ("factor", "value_chain", "structure")
_FACTOR, _VALUE_CHAIN, _STRUCTURE = map(Scale.of, (frozen.FACTOR, frozen.VALUE_CHAIN, frozen.STRUCTURE))


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


def indices(view: View) -> FloatArray:
    """Return F, V and S, shape (indices, regions), made once per view."""
    return view.once("indices", lambda: _made_indices(view))


def _made_indices(view: View) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = [each.function(view) for each in (equipment_level, labour_productivity, skill)]
        structure = [each.function(view) for each in (high_tech_share, advancement)]
        position = [value_chain.function(view)]
    return np.stack([_FACTOR.index(factor), _VALUE_CHAIN.index(position), _STRUCTURE.index(structure)])


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
    rise = indices(view) - view.history.earlier_indices()
    has_risen = rise.max(axis=0) > 0.0  # false for NaN
    return np.where(has_risen, rise.argmax(axis=0), np.nan)


def _stage_share(place: int, name: str, formula: str, doc: str) -> Measure:
    @measure(name=name, unit="1", formula=formula, source="li:2.A", null_when="there is no firm", doc=doc)
    def share(view: View) -> FloatArray:
        return view.stage_counts[place] / view.money.n_firms

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


def stage_changes(view: View) -> dict[str, Any]:
    """Return the stages that firms reached or lost this quarter, as columns of the event table without its key.

    Empty if nothing changed.

    ``amount`` is 1 factor, 2 value chain, 3 structure, with a minus sign if lost; ``channel`` is the path with most
    of the gains of the firm's life (code of Path), the ledger behind the change.
    """
    world, before = view.world, view.history
    is_known = (before.reached_uid == world.actors.uid) & (before.reached >= 0) & (view.reached >= 0)
    slot = np.flatnonzero(is_known & (before.reached != view.reached))
    if len(slot) == 0:
        return {}
    bits = np.arange(len(STAGES))
    now = (view.reached[slot, None] >> bits) & 1
    change = now - ((before.reached[slot, None] >> bits) & 1)
    row, stage = np.nonzero(change)
    slot = slot[row]
    gains = life_gains(slot, world.ledger.total_gain, PATH_OF)[-N_PATHS:]
    return {
        "quarter": np.full(len(slot), world.quarter, np.int64),
        "kind": np.full(len(slot), int(Event.STAGE_CHANGED), np.int64),
        "region": world.actors.region[slot],
        "uid": world.actors.uid[slot],
        "partner_uid": np.zeros(len(slot), np.uint64),
        "project": np.zeros(len(slot), np.uint64),
        "field": np.full(len(slot), -1, np.int64),
        "channel": gains.argmax(axis=0),
        "amount": ((stage + 1) * change[row, stage]).astype(np.float64),
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
