"""Beside the groups, credit: which firms need a loan, ask and get one (F40), banks' losses, guarantees, venture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.measures.declaration import measure
from abm.measures.flows import VENTURE_RETURNED
from abm.measures.view import View
from abm.state.codes import Event, Kind, Level, Purpose, Service
from abm.types import BoolArray, FloatArray, IntArray

_VENTURE, _GREEN = int(Service.VENTURE), int(Level.GREEN)
_PER_QUARTER = "million yuan per quarter"
_NOBODY_IN_NEED = "no SME needs a loan"


class Credit(NamedTuple):
    """Of each region: SMEs that need a loan, that need one and do not ask, that got one; then who asked and is refused.

    Suppliers of core firms, members of platforms, and all firms by their green level.
    """

    n_needing: FloatArray
    n_silent: FloatArray
    n_met: FloatArray
    suppliers: FloatArray
    refused_suppliers: FloatArray
    members: FloatArray
    refused_members: FloatArray
    green: FloatArray
    refused_green: FloatArray


@kernel
def credit_sums(
    firm: IntArray, region: IntArray, is_core: BoolArray, loan_need: FloatArray, loan_request: FloatArray,
    loan_granted: FloatArray, core_orders: FloatArray, service: FloatArray, level: FloatArray, n_regions: int,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Credit`, shape (9, regions).

    >>> three, need, half = np.arange(3), np.array([4.0, 2.0, 5.0]), np.full((3, 6), 0.5)
    >>> credit_sums(three, 0 * three, three > 1, need, np.array([4.0, 0.0, 5.0]), np.array([2.0, 0.0, 0.0]), need,
    ...             half, half, 1)[:, 0].tolist()
    [2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 0.5]
    """
    out = np.zeros((9, n_regions))
    for i in firm:
        r = region[i]
        if not is_core[i] and loan_need[i] > 0.0:
            out[0, r] += 1.0
            out[1, r] += 1.0 if loan_request[i] <= 0.0 else 0.0
            out[2, r] += 1.0 if loan_granted[i] > 0.0 else 0.0
        if loan_request[i] > 0.0:
            refused = 1.0 if loan_granted[i] <= 0.0 else 0.0
            if core_orders[i] > 0.0:
                out[3, r] += 1.0
                out[4, r] += refused
            if service[i, _VENTURE] > 0.0:
                out[5, r] += 1.0
                out[6, r] += refused
            out[7, r] += level[i, _GREEN]
            out[8, r] += refused * level[i, _GREEN]
    return out


def _credit(view: View) -> Credit:
    a = view.world.actors
    return view.once("credit", lambda: Credit(*credit_sums(
        view.firm, a.region, a.is_core, a.loan_need, a.loan_request, a.loan_granted, a.core_orders, a.service,
        a.level, view.n_regions,
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


@measure(unit="1", formula="SMEs that got a loan / SMEs that need one", source="F40", null_when=_NOBODY_IN_NEED)
def sme_need_met(view: View) -> FloatArray:
    """Share of the small and medium-sized enterprises in need that get a loan; 46.2 % in the survey."""
    return _credit(view).n_met / _credit(view).n_needing


@measure(
    unit="1",
    formula="firms with orders of core buyers that asked and got nothing / those that asked",
    source="zhao2020:III.D",
    null_when="no supplier of a core firm asked for a loan",
)
def supplier_refusal_rate(view: View) -> FloatArray:
    """Share of applicants among the suppliers of core firms that are refused."""
    return _credit(view).refused_suppliers / _credit(view).suppliers


@measure(
    unit="1",
    formula="members with venture service that asked and got nothing / those that asked",
    source="li:3.C",
    null_when="no member of a platform asked for a loan",
)
def member_refusal_rate(view: View) -> FloatArray:
    """Share of applicants among the members of innovation platforms that are refused."""
    return _credit(view).refused_members / _credit(view).members


@measure(
    unit="1",
    formula="sum of green levels of firms that asked and got nothing / of those that asked",
    source="zhao2020:III.D",
    null_when="no firm with a green level asked for a loan",
)
def green_refusal_rate(view: View) -> FloatArray:
    """Share of applicants that are refused, each counting by its green level."""
    return _credit(view).refused_green / _credit(view).green


@measure(unit=_PER_QUARTER, formula="payments of guarantee funds to lenders", source="zhao2020:III.D")
def guarantees_paid(view: View) -> FloatArray:
    """What guarantee funds pay lenders of firms that default."""
    return view.volumes[Purpose.GUARANTEE_PAID]


@measure(unit="million yuan", formula="sum over banks of losses less profits since", source="zhao2020:III.D")
def losses_of_banks(view: View) -> FloatArray:
    """Losses on loans that banks have not made good by later profit."""
    bank, a = view.world.slots(Kind.BANK), view.world.actors
    return np.bincount(a.region[bank], a.written_off[bank], view.n_regions).astype(np.float64)


@measure(unit="million yuan", formula="sum of cash over venture funds", source="li:3.C")
def venture_cash(view: View) -> FloatArray:
    """Money that venture funds hold."""
    fund, a = view.world.slots(Kind.VENTURE_FUND), view.world.actors
    return np.bincount(a.region[fund], a.cash[fund], view.n_regions).astype(np.float64)


@measure(unit=_PER_QUARTER, formula="payments of venture funds for equity", source="li:3.C; ren:4.3")
def venture_invested(view: View) -> FloatArray:
    """What venture funds pay for stakes in firms with pilots ahead."""
    return view.volumes[Purpose.EQUITY]


@measure(unit=_PER_QUARTER, formula="price of stakes sold by venture funds", source="li:3.C")
def venture_returned(view: View) -> FloatArray:
    """What venture funds get for stakes they sell, beside dividends."""
    return view.event_counts[VENTURE_RETURNED]


@measure(unit="stakes per quarter", formula="count of events", source="li:3.C")
def n_stakes_sold(view: View) -> FloatArray:
    """Stakes that venture funds sold this quarter."""
    return view.event_counts[Event.STAKE_SOLD]
