"""Beside the groups, credit: which small firms need a loan, which of them ask, and which get one (F40)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.declaration import measure
from abm.measures.view import View
from abm.types import BoolArray, FloatArray, IntArray

_NOBODY_IN_NEED = "no SME needs a loan"


class Credit(NamedTuple):
    """Of each region: SMEs that need a loan, that need one and do not ask, that got one."""

    n_needing: FloatArray
    n_silent: FloatArray
    n_met: FloatArray


@kernel
def credit_sums(
    firm: IntArray, region: IntArray, is_core: BoolArray, loan_need: FloatArray, loan_request: FloatArray,
    loan_granted: FloatArray, n_regions: int,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Credit`, shape (3, regions).

    >>> three, need = np.arange(3), np.array([4.0, 2.0, 5.0])
    >>> credit_sums(three, 0 * three, three > 1, need, np.array([4.0, 0.0, 5.0]), 0.5 * need, 1)[:, 0].tolist()
    [2.0, 1.0, 2.0]
    """
    out = np.zeros((3, n_regions))
    for i in firm:
        if not is_core[i] and loan_need[i] > 0.0:
            r = region[i]
            out[0, r] += 1.0
            out[1, r] += 1.0 if loan_request[i] <= 0.0 else 0.0
            out[2, r] += 1.0 if loan_granted[i] > 0.0 else 0.0
    return out


def _credit(view: View) -> Credit:
    a = view.world.actors
    return view.once("credit", lambda: Credit(*credit_sums(
        view.firm, a.region, a.is_core, a.loan_need, a.loan_request, a.loan_granted, view.n_regions
    )))  # fmt: skip


@measure(unit="1", formula="SMEs that need a loan / SMEs", source="F40", null_when="there is no SME")
def sme_need_share(view: View) -> FloatArray:
    """Share of small and medium-sized enterprises whose plans exceed their cash; 25.8 % in the survey."""
    return _credit(view).n_needing / (view.money.n_firms - view.money.n_core)


@measure(
    unit="1",
    formula="SMEs that need a loan and do not ask / SMEs that need one",
    source="F40; zhao2020:III.D",
    null_when=_NOBODY_IN_NEED,
)
def sme_discouraged_share(view: View) -> FloatArray:
    """Share of the small and medium-sized enterprises in need that do not ask; 42 % follow from the survey."""
    return _credit(view).n_silent / _credit(view).n_needing


@measure(
    unit="1", formula="SMEs that got a loan / SMEs that need one", source="F40", null_when=_NOBODY_IN_NEED
)
def sme_need_met(view: View) -> FloatArray:
    """Share of the small and medium-sized enterprises in need that get a loan; 46.2 % in the survey."""
    return _credit(view).n_met / _credit(view).n_needing
