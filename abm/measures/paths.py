"""Group 1, paths: where gains in capability arise, how they travel, and which upgrading path they follow.

The shares describe; they do not explain (model.md section 3): compare them within a path over time and across
regions, and let ablation say which path leads. A gain inherited from a partner's endowment is no upgrading, so each
share also comes without it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.declaration import Measure, measure
from abm.measures.history import WINDOW, History
from abm.measures.view import View
from abm.state.codes import Origin, Path, Route, label
from abm.types import FloatArray, IntArray

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
_N_THREE = len(THREE)


class Shares(NamedTuple):
    """What the path measures have in common.

    Attributes
    ----------
    of_three, of_all
        Shares of the three paths in their own gains, and of all five in all gains, shape (weightings, paths, regions).
    three
        Share of the three paths together in all gains, shape (weightings, regions).
    entropy, dominant
        Of the shares weighted by sales, shape (regions,); the dominant path is NaN for none.
    """

    of_three: FloatArray
    of_all: FloatArray
    three: FloatArray
    entropy: FloatArray
    dominant: FloatArray


@kernel
def entropy(share: FloatArray, r: int) -> float:
    """Return - sum_p s_p ln s_p / ln 3 over the first three rows of `share` in column `r`, NaN if these are.

    >>> import numpy as np
    >>> round(float(entropy(np.array([[0.5], [0.5], [0.0]]), 0)), 6), entropy(np.array([[np.nan]] * 3), 0)
    (0.63093, nan)
    """
    if math.isnan(share[0, r]):
        return math.nan
    total = 0.0
    for path in range(_N_THREE):
        if share[path, r] > 0.0:
            total -= share[path, r] * math.log(share[path, r])
    return total / math.log(float(_N_THREE))


@kernel
def trailing_shares(path_gains: FloatArray, leader: IntArray, lead: IntArray) -> FloatArray:
    """Return the rows of `Shares`, shape (4 x (3 + 5 + 1) + 2, regions), NaN where there is nothing to share.

    Gains have the shape (window, weightings, regions, paths); the first three paths are the three. Leader and quarters
    of lead are those of `history.follow_leader`. All rows of `of_three` come first, then those of `of_all` and so on.
    """
    n_quarters, n_weightings, n_regions, n_paths = path_gains.shape
    out = np.full((n_weightings * (_N_THREE + n_paths + 1) + 2, n_regions), np.nan)
    gain = np.empty(n_paths)
    for r in range(n_regions):
        for w in range(n_weightings):
            of_three = 0.0
            total = 0.0
            for path in range(n_paths):
                gain[path] = 0.0
                for q in range(n_quarters):
                    gain[path] += path_gains[q, w, r, path]
                total += gain[path]
                if path < _N_THREE:
                    of_three += gain[path]
            if of_three > 0.0:
                for path in range(_N_THREE):
                    out[w * _N_THREE + path, r] = gain[path] / of_three
            if total > 0.0:
                three = 0.0
                for path in range(n_paths):
                    share = gain[path] / total
                    out[n_weightings * _N_THREE + w * n_paths + path, r] = share
                    three += share if path < _N_THREE else 0.0
                out[n_weightings * (_N_THREE + n_paths) + w, r] = three
        out[-2, r] = entropy(out, r)
        if out[n_weightings * (_N_THREE + n_paths), r] >= MIN_SHARE_OF_GAINS and leader[r] >= 0 and lead[r] >= WINDOW:
            out[-1, r] = leader[r]
    return out


def shares_of(view: View) -> Shares:
    """Return the shares of the paths, made once per view."""
    return view.once("shares of paths", lambda: _made_shares(view.history))


def _made_shares(history: History) -> Shares:
    table = trailing_shares(history.path_gains, history.leader, history.lead)
    _, n_weightings, n_regions, n_paths = history.path_gains.shape
    end_of_three = n_weightings * _N_THREE
    end_of_all = end_of_three + n_weightings * n_paths
    return Shares(
        table[:end_of_three].reshape(n_weightings, _N_THREE, n_regions),
        table[end_of_three:end_of_all].reshape(n_weightings, n_paths, n_regions),
        table[end_of_all:-2],
        table[-2],
        table[-1],
    )


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
        return shares_of(view).of_three[weighting, path]

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
        return shares_of(view).three[weighting]

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
    return shares_of(view).of_all[_SALES, Path.CHAIN_LEADER]


@measure(
    unit="1",
    formula="- sum_p s_p ln s_p / ln 3 over the three paths' shares, weighted by sales",
    source="shannon1948",
    null_when=f"the three paths gained nothing in {WINDOW} quarters",
)
def path_entropy(view: View) -> FloatArray:
    """How evenly the three paths share their gains: 0 one path alone, 1 all alike."""
    return shares_of(view).entropy


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
    return shares_of(view).dominant


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
        return view.gains.by_origin[origin]

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
        return view.gains.by_route[route]

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
    return view.gains.firm_mean
