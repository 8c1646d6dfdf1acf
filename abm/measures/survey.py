"""Beside the groups, survey: what a census of the industry counts per firm (zhao2020 II and Table I), outcomes only.

Two populations stand behind the numbers: Table I is the national survey of 2011 (23,820 firms), the share of small
firms is that of the report of 2017 (some 6,530 firms).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.declaration import measure
from abm.measures.flows import PRODUCED_BY as _MADE
from abm.measures.history import WINDOW
from abm.measures.view import View
from abm.state.codes import ClaimKind, Kind, Mode, ProjectKind
from abm.types import BoolArray, FloatArray, IntArray

_INDEPENDENT = int(Mode.INDEPENDENT)
_JOINT = int(Mode.JOINT)
_LOAN = int(ClaimKind.LOAN)

SMALL_REVENUE = 20.0
"""Million yuan a year below which the report counts a firm as small in revenue."""

_YEAR = 4.0
_NO_RESEARCH = "no firm does research"


class Survey(NamedTuple):
    """Of each region: firms small in revenue; research spending and talent of the firms that do research."""

    n_small: FloatArray
    research: FloatArray
    talent: FloatArray


@kernel
def survey_sums(
    firm: IntArray, region: IntArray, mode: IntArray, sales: FloatArray, research_spending: FloatArray,
    talent: FloatArray, small: float, n_regions: int,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Survey`, shape (3, regions); `small` is in million yuan per quarter.

    >>> three, zero = np.arange(3), np.zeros(3, np.int64)
    >>> survey_sums(three, zero, np.array([1, 3, 1]), np.array([4.0, 5.0, 9.0]), np.array([0.5, 0.2, 0.0]),
    ...             np.array([7.0, 2.0, 1.0]), 5.0, 1)[:, 0].tolist()
    [1.0, 0.5, 7.0]
    """
    out = np.zeros((3, n_regions))
    for i in firm:
        r = region[i]
        if sales[i] < small:
            out[0, r] += 1.0
        if research_spending[i] > 0.0 and (mode[i] == _INDEPENDENT or mode[i] == _JOINT):
            out[1, r] += research_spending[i]
            out[2, r] += talent[i]
    return out


def _survey(view: View) -> Survey:
    actors = view.world.actors
    return view.once("survey", lambda: Survey(*survey_sums(
        view.firm, actors.region, actors.mode, actors.sales, actors.research_spending, actors.talent,
        SMALL_REVENUE / _YEAR, view.n_regions,
    )))  # fmt: skip


@measure(
    unit="1",
    formula=f"firms with 4 x sales of the quarter < {SMALL_REVENUE:g} million yuan / firms",
    source="zhao2020:II",
    null_when="there is no firm",
)
def small_revenue_share(view: View) -> FloatArray:
    """Share of firms with less than 20 million yuan of revenue a year; 67.9 % in the report of 2017."""
    return _survey(view).n_small / view.money.n_firms


@measure(
    unit="million yuan per firm and year",
    formula="4 x research spending of the firms that do research / their number",
    source="zhao2020:III.B",
    null_when=_NO_RESEARCH,
)
def research_per_active_firm(view: View) -> FloatArray:
    """Research money of a firm that does research; 14.37 in the survey of 2011."""
    return _YEAR * _survey(view).research / view.money.n_researching


@measure(
    unit="full-time equivalents per firm",
    formula="talent of the firms that do research / their number",
    source="zhao2020:III.B",
    null_when=_NO_RESEARCH,
)
def research_staff_per_active_firm(view: View) -> FloatArray:
    """Researchers, engineers and designers of a firm that does research; 71.4 in the survey of 2011."""
    return _survey(view).talent / view.money.n_researching


def _results_a_year(view: View) -> FloatArray:
    events = view.trailing_events
    made: FloatArray = events[_MADE + ProjectKind.OWN] + events[_MADE + ProjectKind.JOINT]
    return made * _YEAR / WINDOW


@measure(
    unit="results per firm and year",
    formula=f"results of firms produced in {WINDOW} quarters x 4 / {WINDOW} / firms that do research",
    source="zhao2020:III.B",
    null_when=_NO_RESEARCH,
)
def results_per_active_firm(view: View) -> FloatArray:
    """Results of own and joint research that a firm that does research brings in a year."""
    return _results_a_year(view) / view.money.n_researching


@measure(
    unit="patents per firm and year",
    formula="results per active firm x innovation.patents_per_result",
    source="zhao2020:III.B",
    null_when=_NO_RESEARCH,
)
def patents_per_active_firm(view: View) -> FloatArray:
    """Patents of a firm that does research; 12.6 in the survey of 2011, a fit by the patents a result stands for."""
    per_result = view.parameters.innovation.patents_per_result
    return per_result * _results_a_year(view) / view.money.n_researching


@kernel
def mean_small_rate(
    is_active: BoolArray, kind: IntArray, debtor: IntArray, principal: FloatArray, rate: FloatArray,
    is_small: BoolArray, region: IntArray, n_regions: int,
) -> FloatArray:  # fmt: skip
    """Return the mean rate on the loans to small firms, weighted by what is owed, shape (regions,); NaN without loans.

    Of the arrays the last two are of actors.

    >>> yes, zero = np.ones(3, np.bool_), np.zeros(3, np.int64)
    >>> mean_small_rate(yes, np.full(3, _LOAN), np.array([0, 0, 1]), np.array([1.0, 3.0, 5.0]),
    ...                 np.array([0.25, 0.5, 0.75]), np.array([True, False]), zero[:2], 1).tolist()
    [0.4375]
    """
    owed, interest = np.zeros(n_regions), np.zeros(n_regions)
    for c in range(len(is_active)):
        if is_active[c] and kind[c] == _LOAN and debtor[c] >= 0 and is_small[debtor[c]]:
            owed[region[debtor[c]]] += principal[c]
            interest[region[debtor[c]]] += principal[c] * rate[c]
    for r in range(n_regions):
        interest[r] = interest[r] / owed[r] if owed[r] > 0.0 else np.nan
    return interest


@measure(
    unit="1/year",
    formula="4 x sum over loans to SMEs of principal x rate / sum of principal",
    source="F41",
    null_when="no SME owes a loan",
)
def sme_loan_rate(view: View) -> FloatArray:
    """Yearly rate of interest on what SMEs owe to banks; 4.78 to 6.75 % in 2019 to 2023."""
    claims, actors = view.world.claims, view.world.actors
    is_small = actors.is_active & (actors.kind == int(Kind.FIRM)) & ~actors.is_core
    rate: FloatArray = _YEAR * mean_small_rate(
        claims.is_active, claims.kind, claims.debtor, claims.principal, claims.rate, is_small, actors.region,
        view.n_regions,
    )  # fmt: skip
    return rate
