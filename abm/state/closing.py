"""The end of an actor: its ties, projects, claims, money, people and knowledge, closed in one place."""

from __future__ import annotations

import numpy as np

from abm.state import accounts, market_shares
from abm.state.accounts import transfer
from abm.state.assignment import assigned
from abm.state.codes import ClaimKind, Kind, Purpose, Stage
from abm.state.ledger import origin_shares
from abm.state.market_shares import share_out_customers
from abm.state.ties import close_ties
from abm.state.world import World
from abm.types import IntArray

WRITES: tuple[str, ...] = (
    "actors.*", "ties.*", "projects.*", "claims.*", "ledger.stock", "ledger.loss", "ledger.total_gain",
    "regions.talent_pool", "regions.pool_capability", "regions.pool_origin", *market_shares.WRITES, *accounts.WRITES,
)  # fmt: skip
"""Columns a rule must declare to close actors."""


def close_actors(world: World, slots: IntArray) -> None:
    """Close the actors in `slots`; their rows are free afterwards.

    Cash pays lenders first, the rest goes to households; what lenders do not get back is written off (a claim moves,
    not cash). Talent joins the pool with what it knows. Equipment is scrapped. Customers go to those who stay.
    """
    if len(slots) == 0:
        return
    _settle(world, slots)
    _release_talent(world, slots)
    actors, ties, ledger = world.actors, world.ties, world.ledger
    is_closing = np.zeros(actors.rows, dtype=np.bool_)
    is_closing[slots] = True
    close_ties(world, np.flatnonzero(ties.is_active & (is_closing[ties.source] | is_closing[ties.target])))
    _end_projects(world, slots)
    ledger.loss[slots] += actors.capability[slots].sum(axis=1)
    ledger.stock[slots] = 0.0
    ledger.total_gain[slots] = 0.0
    has_customers = bool(actors.market_share[slots].any())
    actors.reset(slots)
    if has_customers:
        share_out_customers(world)


def _settle(world: World, slots: IntArray) -> None:
    """Pay lenders, strike out all claims on the actors, and pay what is left to households.

    The guarantee fund makes good the part of a lender's loss that it backs.
    """
    actors, claims = world.actors, world.claims
    debtor = slots[actors.loan[slots] >= 0]
    loan = actors.loan[debtor]
    unpaid = np.maximum(0.0, claims.principal[loan] - actors.cash[debtor])
    transfer(world, debtor, claims.creditor[loan], claims.principal[loan], Purpose.LIQUIDATION)
    fund = assigned(world, debtor, world.slots(Kind.GUARANTEE_FUND))
    backed = (fund >= 0) & (unpaid > 0.0)
    covered = actors.backing[debtor] * unpaid
    transfer(world, fund[backed], claims.creditor[loan[backed]], covered[backed], Purpose.GUARANTEE)
    is_closing = np.zeros(actors.rows, dtype=np.bool_)
    is_closing[slots] = True
    struck = claims.is_active & (is_closing[claims.debtor] | is_closing[claims.creditor])
    lost_loans = struck & (claims.kind == int(ClaimKind.LOAN)) & ~is_closing[claims.debtor]
    actors.debt[claims.debtor[lost_loans]] = 0.0
    actors.loan[claims.debtor[lost_loans]] = -1
    claims.principal[struck] = 0.0
    claims.is_active[struck] = False
    household = world.regions.household_slot[np.maximum(actors.region[slots], 0)]
    transfer(world, slots, household, actors.cash[slots].copy(), Purpose.LIQUIDATION)
    actors.debt[slots] = 0.0


def _release_talent(world: World, slots: IntArray) -> None:
    """Let talent join the region's pool, with its knowledge and the origins of that knowledge."""
    actors, regions = world.actors, world.regions
    shares = origin_shares(world.ledger.stock[slots])
    for r in range(world.structure.n_regions):
        here = np.flatnonzero((actors.region[slots] == r) & (actors.talent[slots] > 0.0))
        number = actors.talent[slots[here]]
        total = float(number.sum())
        if total <= 0.0:
            continue
        part = total / (total + regions.talent_pool[r])
        mean = (actors.capability[slots[here]] * number[:, None]).sum(axis=0) / total
        origin = (shares[here] * number[:, None]).sum(axis=0) / total
        regions.pool_capability[r] += part * (mean - regions.pool_capability[r])
        # a mean of shares: 1 is passed by rounding only
        regions.pool_origin[r] = np.minimum(1.0, (1.0 - part) * regions.pool_origin[r] + part * origin)
        regions.talent_pool[r] += total


def _end_projects(world: World, slots: IntArray) -> None:
    """End the projects the actors lead, and take them out of those they have joined."""
    projects, actors = world.projects, world.actors
    is_closing = np.zeros(actors.rows + 1, dtype=np.bool_)
    is_closing[slots] = True
    gone = is_closing[projects.member] & projects.is_active[:, None]
    led = np.flatnonzero(gone[:, 0])
    members = projects.member[led]
    members = members[projects.stage[led] != int(Stage.SHELVED)]  # results on the shelf are nobody's load
    np.subtract.at(actors.n_projects, members[members >= 0], 1)
    projects.is_active[led] = False
    joined = np.flatnonzero(gone[:, 1:].any(axis=1) & projects.is_active)
    for p in joined:
        keep = ~gone[p]
        for name in ("member", "member_uid", "effort"):
            values = getattr(projects, name)[p]
            fresh = np.full_like(values, -1 if name == "member" else 0)
            fresh[: int(keep.sum())] = values[keep]
            values[:] = fresh
        projects.n_members[p] = int((projects.member[p] >= 0).sum())
    np.maximum(actors.n_projects, 0, out=actors.n_projects)
