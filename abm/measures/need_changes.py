"""Needs as they open and close: how large the gap was at first, which were solved, and how long that took."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.types import BoolArray, FloatArray, IntArray

_ROUNDING = 1e-12
"""Gap by which two ways of adding up may differ."""


@kernel
def follow_needs(
    is_open: BoolArray, opened: IntArray, gap: FloatArray, need_gap: FloatArray, solved: FloatArray, now: int
) -> None:
    """Remember the gap at which needs open; count those closed, those solved, and the quarters these were open.

    A need that closes is solved if its gap is smaller than when it opened; else only demand fell. `gap` has the shape
    (regions, sectors, fields), `solved` (3, regions, chains), all others (regions, chains, sectors, fields).

    >>> import numpy as np
    >>> is_open, opened = np.array([[[[True, False, False]]]]), np.array([[[[9, 2, 4]]]])
    >>> need_gap, solved = np.array([[[[np.nan, 0.5, 0.5]]]]), np.zeros((3, 1, 1))
    >>> follow_needs(is_open, opened, np.array([[[0.4, 0.3, 0.5]]]), need_gap, solved, 9)
    >>> need_gap.tolist(), solved.ravel().tolist()
    ([[[[0.4, nan, nan]]]], [2.0, 1.0, 7.0])
    """
    n_regions, n_chains, n_sectors, n_fields = need_gap.shape
    for r in range(n_regions):
        for c in range(n_chains):
            n_closed, n_solved, quarters = 0.0, 0.0, 0.0
            for s in range(n_sectors):
                for k in range(n_fields):
                    was_open = not math.isnan(need_gap[r, c, s, k])
                    if is_open[r, c, s, k] and not was_open:
                        need_gap[r, c, s, k] = gap[r, s, k]
                    elif was_open and not is_open[r, c, s, k]:
                        n_closed += 1.0
                        if gap[r, s, k] < need_gap[r, c, s, k] - _ROUNDING:
                            n_solved += 1.0
                            quarters += now - opened[r, c, s, k]
                        need_gap[r, c, s, k] = np.nan
            solved[0, r, c], solved[1, r, c], solved[2, r, c] = n_closed, n_solved, quarters


CHAIN_COLUMNS = (
    "worst_need", "worst_need_sector", "worst_need_field", "n_needs_open", "mean_need_age", "n_needs_closed",
    "n_needs_solved", "need_solution_time", "covered_share", "gross_output",
)  # fmt: skip
"""What `chain_states` finds of each chain, in its order."""


@kernel
def chain_states(
    is_open: BoolArray, opened: IntArray, exposure: FloatArray, final_demand: FloatArray, chain_demand: FloatArray,
    leontief: FloatArray, solved: FloatArray, place: int, now: int,
) -> FloatArray:  # fmt: skip
    """Return the columns of `CHAIN_COLUMNS`, shape (columns, regions, chains).

    Worst need, its sector and field (NaN where nothing is exposed), open needs and their mean age (NaN without), needs
    closed and solved this quarter, mean quarters to solve those of the window (NaN without), and what of the chain's
    gross output (I - B)^-1 y no open need exposes (NaN without output), and that output. `solved` is the ring of
    `follow_needs` with this quarter at `place`; `final_demand` has the shape (regions, sectors), `chain_demand`
    (chains, sectors).

    >>> import numpy as np
    >>> exposure, is_open = np.array([[[[2.0], [5.0]]]]), np.array([[[[False], [True]]]])
    >>> solved = np.array([[[[1.0]], [[1.0]], [[6.0]]], [[[3.0]], [[3.0]], [[10.0]]]])
    >>> two = np.full((1, 2), 2.0)
    >>> chain_states(is_open, np.full((1, 1, 2, 1), 4), exposure, 10.0 * two, 0.25 * two, np.eye(2), solved, 0,
    ...     7).ravel().tolist()
    [5.0, 1.0, 0.0, 1.0, 3.0, 1.0, 1.0, 4.0, 0.75, 20.0]
    """
    n_regions, n_chains, n_sectors, n_fields = exposure.shape
    out = np.zeros((10, n_regions, n_chains))
    gross = np.empty(n_sectors)
    for r in range(n_regions):
        for c in range(n_chains):
            out[1, r, c] = out[2, r, c] = np.nan
            exposed, age, output = 0.0, 0.0, 0.0
            for s in range(n_sectors):
                gross[s] = 0.0
                for u in range(n_sectors):
                    gross[s] += leontief[s, u] * chain_demand[c, u] * final_demand[r, u]
                output += gross[s]
                for k in range(n_fields):
                    size = exposure[r, c, s, k]
                    if is_open[r, c, s, k]:
                        out[3, r, c] += 1.0
                        age += now - opened[r, c, s, k]
                        exposed += size
                    if size > out[0, r, c]:
                        out[0, r, c], out[1, r, c], out[2, r, c] = size, s, k
            out[4, r, c] = age / out[3, r, c] if out[3, r, c] > 0.0 else np.nan
            n_solved, quarters = 0.0, 0.0
            for q in range(solved.shape[0]):
                n_solved += solved[q, 1, r, c]
                quarters += solved[q, 2, r, c]
            out[5, r, c], out[6, r, c] = solved[place, 0, r, c], solved[place, 1, r, c]
            out[7, r, c] = quarters / n_solved if n_solved > 0.0 else np.nan
            out[8, r, c] = max(0.0, 1.0 - exposed / output) if output > 0.0 else np.nan
            out[9, r, c] = output
    return out


@kernel
def regional_needs(chain: FloatArray, solved: FloatArray) -> FloatArray:
    """Return needs closed and solved this quarter, mean quarters to solve those of the window, and the covered share.

    Shape (4, regions); `chain` is from `chain_states`, `solved` as there. Time is NaN where nothing was solved, the
    share where there is no output.

    >>> import numpy as np
    >>> chain = np.zeros((10, 1, 2)); chain[5:7, 0, 0] = 1.0; chain[8:, 0, 0] = 0.5, 8.0; chain[8, 0, 1] = np.nan
    >>> regional_needs(chain, np.array([[[[1.0, 0.0]], [[1.0, 0.0]], [[6.0, 0.0]]]])).ravel().tolist()
    [1.0, 1.0, 6.0, 0.5]
    """
    out = np.zeros((4, chain.shape[1]))
    for r in range(chain.shape[1]):
        n_solved, quarters, total = 0.0, 0.0, 0.0
        for c in range(chain.shape[2]):
            out[0, r] += chain[5, r, c]
            out[1, r] += chain[6, r, c]
            if chain[9, r, c] > 0.0:
                out[3, r] += chain[9, r, c] * chain[8, r, c]
                total += chain[9, r, c]
            for q in range(solved.shape[0]):
                n_solved += solved[q, 1, r, c]
                quarters += solved[q, 2, r, c]
        out[2, r] = quarters / n_solved if n_solved > 0.0 else np.nan
        out[3, r] = out[3, r] / total if total > 0.0 else np.nan
    return out


@kernel
def needs_now(
    is_open: BoolArray, opened: IntArray, exposure: FloatArray, final_demand: FloatArray, chain_demand: FloatArray,
    leontief: FloatArray, solved: FloatArray, place: int, now: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return `chain_states` and `regional_needs`."""
    chain = chain_states(is_open, opened, exposure, final_demand, chain_demand, leontief, solved, place, now)
    return chain, regional_needs(chain, solved)
