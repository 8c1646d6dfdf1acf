"""Group 1, paths: where gains in capability arise, how they travel, and which upgrading path they follow.

The shares describe; they do not explain (model.md section 3): compare them within a path over time and across
regions, and let ablation say which path leads. A gain inherited from a partner's endowment is no upgrading, so each
share also comes without it.
"""

from __future__ import annotations

import math

import numpy as np

from abm.measures.declaration import Measure, measure
from abm.measures.history import WINDOW
from abm.measures.view import View
from abm.state.codes import Origin, Path, Route, label
from abm.types import FloatArray

THREE: tuple[Path, ...] = (Path.COMMON_TECHNOLOGY, Path.SUPPORTING_CHAIN, Path.INNOVATION_PLATFORM)
_SALES, _FIRM_MEAN, _SALES_NO_ENDOWMENT, _FIRM_MEAN_NO_ENDOWMENT = range(4)
_WEIGHTING = {
    _SALES: ("", "weighted by sales"),
    _FIRM_MEAN: ("_firm_mean", "every firm alike"),
    _SALES_NO_ENDOWMENT: ("_no_endowment", "weighted by sales, without gains that are somebody's endowment"),
    _FIRM_MEAN_NO_ENDOWMENT: (
        "_firm_mean_no_endowment",
        "every firm alike, without gains that are somebody's endowment",
    ),
}
MIN_SHARE_OF_GAINS = 0.2
"""Share of all gains that the three paths must have before one of them can dominate."""


def _path_share(path: Path, weighting: int) -> Measure:
    suffix, words = _WEIGHTING[weighting]

    @measure(
        name=f"path_{path.name.lower()}_share{suffix}",
        doc=f"Share of the {label(path)} path in the gains of the three paths, {words}.",
        unit="1",
        formula=f"gains of the path / gains of the three paths, both over {WINDOW} quarters",
        source="li:3; model.md section 3",
        null_when=f"the three paths gained nothing in {WINDOW} quarters",
    )
    def share(view: View) -> FloatArray:
        return view.path_shares[weighting, path]

    return share


def _paths_share_of_gains(weighting: int) -> Measure:
    suffix, words = _WEIGHTING[weighting]

    @measure(
        name=f"paths_share_of_gains{suffix}",
        doc=f"Share of the three paths in all gains of firms, {words}.",
        unit="1",
        formula=f"gains of the three paths / all gains, both over {WINDOW} quarters",
        source="li:3; model.md section 3",
        null_when=f"no firm gained in {WINDOW} quarters",
    )
    def share(view: View) -> FloatArray:
        return view.three_shares[weighting]

    return share


for _weighting in _WEIGHTING:
    for _path in THREE:
        _path_share(_path, _weighting)
    _paths_share_of_gains(_weighting)


@measure(
    unit="1",
    formula=f"gains by proposals of the chain leader / all gains, both over {WINDOW} quarters, weighted by sales",
    source="ren:2.4.1; model.md section 3",
    null_when=f"no firm gained in {WINDOW} quarters",
)
def chain_leader_share_of_gains(view: View) -> FloatArray:
    """Share of all gains that came along ties the chain leader proposed; apart from the three paths."""
    return view.gain_shares[_SALES, Path.CHAIN_LEADER]


@measure(
    unit="1",
    formula="- sum_p s_p ln s_p / ln 3 over the three paths' shares, weighted by sales",
    source="shannon1948",
    null_when=f"the three paths gained nothing in {WINDOW} quarters",
)
def path_entropy(view: View) -> FloatArray:
    """How evenly the three paths share their gains: 0 one path alone, 1 all alike."""
    shares = view.path_shares[_SALES]
    terms = shares * np.log(np.where(shares > 0.0, shares, 1.0))
    return -terms.sum(axis=0) / math.log(len(THREE))


@measure(
    unit="path",
    formula=f"path whose share is above 0.5 in {WINDOW} quarters in a row while the three paths together have at "
    f"least {MIN_SHARE_OF_GAINS} of all gains, weighted by sales",
    source="model.md section 3",
    null_when="no path qualifies",
    labels=tuple(path.name.lower() for path in THREE),
)
def dominant_path(view: View) -> FloatArray:
    """Upgrading path that carries most of the three paths' gains; a description, not a cause."""
    history = view.history
    leads = (view.three_shares[_SALES] >= MIN_SHARE_OF_GAINS) & (history.leader >= 0) & (history.lead >= WINDOW)
    return np.where(leads, history.leader, np.nan)


def _gain_by_origin(origin: Origin) -> Measure:
    @measure(
        name=f"gain_origin_{origin.name.lower()}",
        doc=f"Mean gain of firms this quarter that arose as {label(origin)}, weighted by sales.",
        unit="level per quarter, summed over fields",
        formula="sum_i sales_i gain_i / sum_i sales_i over firms",
        source="model.md law 2",
        null_when="no firm has sales",
    )
    def gain(view: View) -> FloatArray:
        return view.gains_by_origin[origin]

    return gain


def _gain_by_route(route: Route) -> Measure:
    @measure(
        name=f"gain_route_{route.name.lower()}",
        doc=f"Mean gain of firms this quarter that travelled by {label(route)}, weighted by sales.",
        unit="level per quarter, summed over fields",
        formula="sum_i sales_i gain_i / sum_i sales_i over firms",
        source="model.md law 2",
        null_when="no firm has sales",
    )
    def gain(view: View) -> FloatArray:
        return view.gains_by_route[route]

    return gain


for _origin in Origin:
    _gain_by_origin(_origin)
for _route in Route:
    _gain_by_route(_route)


@measure(
    unit="level per quarter, summed over fields",
    formula="sum_i gain_i / n over firms",
    source="model.md law 2",
    null_when="there is no firm",
)
def gain_firm_mean(view: View) -> FloatArray:
    """Mean gain in capability of firms this quarter, every firm alike."""
    return view.gains[1].sum(axis=(1, 2)) / view.money.n_firms
