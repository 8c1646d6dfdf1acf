"""Group 9, solution of needs: how many are solved, how long that takes, and what open needs expose.

Size and place of the worst need stand with the two chains; the same of every chain is in the table of chains.
"""

from __future__ import annotations

from abm.measures.declaration import measure
from abm.measures.history import WINDOW
from abm.measures.view import View
from abm.types import FloatArray


@measure(
    unit="needs per quarter",
    formula="needs that closed with a smaller gap than they opened with",
    source="ren:2.2.2; ren:2.4.1",
)
def n_needs_solved(view: View) -> FloatArray:
    """Needs solved this quarter."""
    return view.regional_needs[1]


@measure(
    unit="needs per quarter",
    formula="needs that closed without a smaller gap than they opened with",
    source="ren:2.4.1",
)
def n_needs_lapsed(view: View) -> FloatArray:
    """Needs that closed this quarter only because demand for the product fell."""
    return view.regional_needs[0] - view.regional_needs[1]


@measure(
    unit="quarters",
    formula=f"mean quarters from opening to closing over needs solved in {WINDOW} quarters; open ones are not in it",
    source="ren:2.4.1; ren:4.5",
    null_when=f"no need was solved in {WINDOW} quarters",
)
def need_solution_time(view: View) -> FloatArray:
    """Time from need to solution; needs still open are counted by `n_needs_open` and `mean_need_age`."""
    return view.regional_needs[2]


@measure(
    unit="1",
    formula="1 - sum of N_csk over open needs / gross output of the chains (I - B)^-1 y, mean over chains by output",
    source="ren:2.3.1; ren:2.4.1",
    null_when="there is no final demand",
)
def covered_share(view: View) -> FloatArray:
    """Share of what the chains make that no open need exposes."""
    return view.regional_needs[3]
