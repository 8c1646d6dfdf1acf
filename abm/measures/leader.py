"""Group 9, reach of chain leader and owners: what they vouch for, and whether suppliers they propose are taken."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.state.codes import Layer, TieOrigin
from abm.types import FloatArray


def _supply_sums(view: View) -> FloatArray:
    """Return number and trust of supply ties, and number of those born of a proposal, by region of the buyer."""
    return view.once("supply ties by birth", lambda: _made_supply_sums(view))


def _made_supply_sums(view: View) -> FloatArray:
    ties = view.world.ties
    rows = np.flatnonzero(ties.is_active & (ties.layer == int(Layer.SUPPLY)))
    region = view.world.actors.region[ties.target[rows]]
    proposed = (ties.origin[rows] == int(TieOrigin.PROPOSAL)).astype(np.float64)
    return np.array([
        np.bincount(region, each, view.n_regions) for each in (np.ones(len(rows)), ties.trust[rows], proposed)
    ])  # fmt: skip


@measure(
    unit="1",
    formula="mean of tau over supply ties",
    source="li:4.1",
    null_when="nobody has a fixed supplier",
)
def supply_trust(view: View) -> FloatArray:
    """Trust of buyers in their suppliers."""
    number, trust, _ = _supply_sums(view)
    return trust / number


@measure(
    unit="1",
    formula="supply ties born of a proposal / supply ties",
    source="ren:4.5",
    null_when="nobody has a fixed supplier",
)
def proposed_supply_share(view: View) -> FloatArray:
    """Share of supply ties that a proposal of the chain leader brought about."""
    number, _, proposed = _supply_sums(view)
    return proposed / number


@measure(unit="million yuan", formula="sum of vouched x debt over firms", source="ren:3.3; li:3.B")
def vouched_debt(view: View) -> FloatArray:
    """What chain owners would have to pay if all they vouch for failed with nothing left."""
    actors = view.world.actors
    firm = np.flatnonzero(actors.is_active & (actors.vouched > 0.0))
    result = np.zeros(view.n_regions)
    np.add.at(result, actors.region[firm], actors.vouched[firm] * actors.debt[firm])
    return result


@measure(unit="firms", formula="count", source="ren:2.4.1")
def n_chain_owners(view: View) -> FloatArray:
    """Core firms that own a chain."""
    actors = view.world.actors
    firm = np.flatnonzero(actors.is_active & actors.is_chain_owner)
    result = np.zeros(view.n_regions)
    np.add.at(result, actors.region[firm], 1.0)
    return result
