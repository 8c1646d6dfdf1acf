"""The ledger: every gain knows where it arose and how it travelled (model.md law 2)."""

from __future__ import annotations

import numpy as np

from abm.kernel import inner, kernel
from abm.state.codes import N_ORIGINS, N_ROUTES, Origin, Path, Route
from abm.state.world import World
from abm.types import BoolArray, FloatArray, IntArray

WRITES: tuple[str, ...] = ("ledger.stock", "ledger.gain", "ledger.total_gain")
"""Columns a rule must declare to book gains."""

_ENDOWMENT = int(Origin.ENDOWMENT)


def _path_table() -> IntArray:
    """Return the path of each (origin, route): declared here, before any run, and nowhere else.

    A gain whose origin or route is a call is common technology; else an order tie or sideways learning is the
    supporting chain; else a platform match or a service's marginal credit is the innovation platform; proposals of
    the chain leader stand apart; licence, people, own and acquaintance are none of the paths.
    """
    table = np.full((N_ORIGINS, N_ROUTES), int(Path.NONE), dtype=np.int64)
    table[:, [Route.ORDER, Route.SIDEWAYS]] = Path.SUPPORTING_CHAIN
    table[:, Route.PLATFORM] = Path.INNOVATION_PLATFORM
    table[:, Route.PROPOSAL] = Path.CHAIN_LEADER
    table[Origin.CALL, :] = Path.COMMON_TECHNOLOGY
    table[:, Route.CALL] = Path.COMMON_TECHNOLOGY
    table.flags.writeable = False
    return table


PATH_OF: IntArray = _path_table()
"""Path of each gain, shape (origins, routes)."""


@kernel
def book(
    stock: FloatArray, gain: FloatArray, total_gain: FloatArray, i: int, amount: float, origin: int, route: int
) -> None:
    """Book a gain of actor `i`; the arrays have the shape (actors, origins, routes).

    >>> stock, gain, total = np.zeros((2, 8, 9)), np.zeros((2, 8, 9)), np.ones((2, 8, 9))
    >>> book(stock, gain, total, 1, 0.5, 6, 2)
    >>> float(stock[1, 6, 2]), float(gain[1, 6, 2]), float(total[1, 6, 2]), float(stock.sum())
    (0.5, 0.5, 1.5, 0.5)
    """
    stock[i, origin, route] += amount
    gain[i, origin, route] += amount
    total_gain[i, origin, route] += amount


@inner
def book_inherited(
    stock: FloatArray, gain: FloatArray, total_gain: FloatArray, i: int, amount: float, share: FloatArray, row: int,
    route: int,
) -> None:  # fmt: skip
    """Book a gain of actor `i` learned from somebody whose shares of origins, which sum to 1, are ``share[row]``."""
    for origin in range(share.shape[1]):
        if share[row, origin] > 0.0:
            book(stock, gain, total_gain, i, amount * share[row, origin], origin, route)


@inner
def origin_shares(stock: FloatArray) -> FloatArray:
    """Return each actor's stock by origin as shares, shape (actors, origins); all endowment where there is no stock.

    >>> import numpy as np
    >>> stock = np.zeros((1, 8, 9)); stock[0, 0, 5] = 3.0; stock[0, 6, 5] = 1.0
    >>> origin_shares(stock)[0].tolist()
    [0.75, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.0]
    """
    shares = np.zeros((stock.shape[0], stock.shape[1]))
    for i in range(stock.shape[0]):
        total = 0.0
        for origin in range(stock.shape[1]):
            subtotal = 0.0
            for route in range(stock.shape[2]):
                subtotal += stock[i, origin, route]
            shares[i, origin] = subtotal
            total += subtotal
        if total > 0.0:
            for origin in range(stock.shape[1]):
                shares[i, origin] /= total
        else:
            shares[i, 6] = 1.0
    return shares


@inner
def shares_by_origin(stock: FloatArray, share: FloatArray) -> None:
    """Fill `share`, shape (origins,), with an actor's stock by origin as shares; `stock` is its row (origins, routes).

    All is endowment where there is no stock. The same numbers as those of `origin_shares`.

    >>> stock, share = np.zeros((8, 9)), np.zeros(8)
    >>> stock[0, 5] = 3.0; stock[6, 5] = 1.0
    >>> shares_by_origin(stock, share); share.tolist()
    [0.75, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.0]
    """
    total = 0.0
    for origin in range(stock.shape[0]):
        subtotal = 0.0
        for route in range(stock.shape[1]):
            subtotal += stock[origin, route]
        share[origin] = subtotal
        total += subtotal
    if total > 0.0:
        for origin in range(stock.shape[0]):
            share[origin] /= total
    else:
        share[_ENDOWMENT] = 1.0


@kernel
def largest_gap(
    is_active: BoolArray, stock: FloatArray, gain: FloatArray, loss: FloatArray, capability: FloatArray
) -> tuple[float, float]:
    """Return the largest |booked - held capability| of an actor and this quarter's gross flow of capability.

    `stock` and `gain` have one column per origin and route.
    They are summed origin by origin, so that additions overlap.

    >>> import numpy as np
    >>> stock = np.zeros((1, 72)); stock[0, 3] = 0.5
    >>> largest_gap(np.array([True]), stock, 0.1 * stock, np.array([0.2]), np.array([[0.25, 0.5]]))
    (0.25, 0.25)
    """
    largest = 0.0
    gross = 0.0
    for i in range(len(is_active)):
        if not is_active[i]:
            continue
        booked = 0.0
        flow = 0.0
        for origin in range(N_ORIGINS):
            held_so = 0.0
            gained_so = 0.0
            for route in range(N_ROUTES):
                held_so += stock[i, origin * N_ROUTES + route]
                gained_so += gain[i, origin * N_ROUTES + route]
            booked += held_so
            flow += gained_so
        held = 0.0
        for k in range(capability.shape[1]):
            held += capability[i, k]
        largest = max(largest, abs(booked - held))
        gross += flow + loss[i]
    return largest, gross


def ledger_residual(world: World) -> float:
    """Return the largest gap between an actor's ledger and its capability, relative to this quarter's gross flow."""
    actors, ledger = world.actors, world.ledger
    n_actors = len(actors.uid)
    largest, gross = largest_gap(
        actors.is_active, ledger.stock.reshape(n_actors, -1), ledger.gain.reshape(n_actors, -1), ledger.loss,
        actors.capability,
    )  # fmt: skip
    return largest / max(gross, 1.0)
