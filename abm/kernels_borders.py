"""What crosses borders between regions: who sold to whom, what came from outside all regions, what is local."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.kernels_markets import across_borders
from abm.kernels_trade import recipes
from abm.state.codes import Layer
from abm.types import BoolArray, FloatArray, IntArray

_SUPPLY = int(Layer.SUPPLY)


@kernel
def orders_from_abroad(
    firm: IntArray, sector: IntArray, region: IntArray, materials: FloatArray, recipe: FloatArray, is_tied: BoolArray,
    layer: IntArray, supplier: IntArray, buyer: IntArray, weight: FloatArray, import_order: FloatArray, n_regions: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return the tied orders each firm has from buyers of every other region, and what each buyer ordered there.

    Shapes (firms, regions) and (firms,), million yuan by place in ``firm``; the columns from ``is_tied`` are of ties.

    >>> two, zero = np.arange(2), np.array([0])
    >>> sold, bought = orders_from_abroad(two, 0 * two, two, np.array([0.0, 10.0]), np.ones((1, 1)), zero < 1, zero,
    ...     zero, zero + 1, np.array([0.5]), np.zeros((2, 1)), 2)
    >>> sold.tolist(), bought.tolist()
    ([[0.0, 5.0], [0.0, 0.0]], [0.0, 5.0])
    """
    place = np.full(len(sector), -1, np.int64)
    for f in range(len(firm)):
        place[firm[f]] = f
    held = np.zeros((len(firm), len(recipe)))
    for f in range(len(firm)):
        for u in range(len(recipe)):
            held[f, u] = import_order[firm[f], u]
    for t in range(len(layer)):
        if is_tied[t] and layer[t] == _SUPPLY and place[supplier[t]] >= 0 and place[buyer[t]] >= 0:
            held[place[buyer[t]], sector[supplier[t]]] += weight[t]
    sold, bought = np.zeros((len(firm), n_regions)), np.zeros(len(firm))
    for t in range(len(layer)):
        if is_tied[t] and layer[t] == _SUPPLY and place[supplier[t]] >= 0 and place[buyer[t]] >= 0:
            if region[supplier[t]] == region[buyer[t]]:
                continue
            f, u = place[buyer[t]], sector[supplier[t]]
            amount = materials[f] * recipe[u, sector[buyer[t]]] * weight[t] / max(1.0, held[f, u])
            sold[place[supplier[t]], region[buyer[t]]] += amount
            bought[f] += amount
    return sold, bought


@kernel
def sales_across(
    firm: IntArray, sector: IntArray, region: IntArray, orders: FloatArray, sales: FloatArray, tied: FloatArray,
    from_abroad: FloatArray, open_demand: FloatArray, reach: FloatArray, openness: FloatArray, exports: FloatArray,
    sold_across: FloatArray, bought_across: FloatArray,
) -> FloatArray:  # fmt: skip
    """Write what firms of each region sold in other regions and what these bought there; return all sales by market.

    A firm delivers the same part of all its orders; all firms of a market have the same part of their open orders from
    each region. ``tied`` and ``from_abroad`` are by place in ``firm``, markets have the shape (regions, sectors).
    """
    shape = open_demand.shape
    total, rest = np.zeros(shape), np.zeros(shape)
    for f in range(len(firm)):
        i = firm[f]
        total[region[i], sector[i]] += sales[i]
        rest[region[i], sector[i]] += orders[i] - tied[f]
    sold_across[:] = 0.0
    bought_across[:] = 0.0
    for f in range(len(firm)):
        i = firm[f]
        r, s = region[i], sector[i]
        if orders[i] <= 0.0:
            continue
        delivered = min(1.0, sales[i] / orders[i])
        in_market = max(0.0, 1.0 - exports[r, s] / rest[r, s]) if rest[r, s] > 0.0 else 0.0
        for b in range(shape[0]):
            if b == r:
                continue
            part = open_demand[b, s] * openness[b] / (shape[0] - 1) / reach[r, s] if reach[r, s] > 0.0 else 0.0
            amount = delivered * (from_abroad[f, b] + max(0.0, orders[i] - tied[f]) * in_market * part)
            sold_across[r, s] += amount
            bought_across[b, s] += amount
    return total


@kernel
def book_crossings(
    firm: IntArray, materials: FloatArray, tied: FloatArray, tied_share: FloatArray, open_demand: FloatArray,
    sector: IntArray, region: IntArray, is_core: BoolArray, orders: FloatArray, sales: FloatArray,
    import_order: FloatArray, local_input_share: FloatArray, inputs: FloatArray, is_tied: BoolArray, layer: IntArray,
    supplier: IntArray, buyer: IntArray, weight: FloatArray, openness: FloatArray, exports: FloatArray,
    demand: FloatArray, imports: FloatArray, wanted_local: FloatArray, sold_across: FloatArray,
    bought_across: FloatArray, speed: float,
) -> None:  # fmt: skip
    """Correct the books of several regions for trade between them, after each has booked its own market.

    Demand becomes what reaches a region's firms. Imports are what its buyers asked for and got neither at home nor from
    other regions. A firm's inputs are local only if they come from its own region. ``materials`` to ``tied_share`` are
    by place in ``firm``; then come columns of firms, of ties and of regions.

    Region 1 has a firm that orders 5 of 10 from the firm of region 0 and 5 in the market; 10 are asked for in region 0,
    a fifth of open demand crosses. Of 6 in its market, region 1 delivers half:

    >>> two, zero, one = np.arange(2), np.array([0]), np.ones((1, 1))
    >>> local, demand, books = np.array([1.0, 1.0]), np.array([[15.0], [5.0]]), [np.zeros((2, 1)) for _ in range(5)]
    >>> market = np.array([[10.0], [5.0]])
    >>> book_crossings(two, np.array([0.0, 10.0]), np.array([5.0, 0.0]), np.array([0.0, 0.5]), market,
    ...     0 * two, two, two > 0, np.array([14.0, 6.0]), np.array([14.0, 3.0]), np.zeros((2, 1)), local, one,
    ...     zero < 1, zero, zero, zero + 1, np.array([0.5]), np.array([0.2, 0.2]), books[0], demand, *books[1:], 0.5)
    >>> [x.ravel().round(9).tolist() for x in (local, demand, *books[1:])]
    [[0.8, 0.4], [14.0, 6.0], [1.0, 2.0], [0.0, 3.0], [6.0, 1.0], [1.0, 6.0]]
    """
    n_regions, n_sectors = demand.shape
    recipe = recipes(inputs)
    from_abroad, ordered_abroad = orders_from_abroad(
        firm, sector, region, materials, recipe, is_tied, layer, supplier, buyer, weight, import_order, n_regions
    )
    reach = across_borders(open_demand, openness)
    total = sales_across(
        firm, sector, region, orders, sales, tied, from_abroad, open_demand, reach, openness, exports, sold_across,
        bought_across,
    )  # fmt: skip
    asked = demand.copy()
    missed = np.zeros((n_regions, n_sectors))
    for f in range(len(firm)):
        i = firm[f]
        r, s = region[i], sector[i]
        for b in range(n_regions):
            asked[r, s] -= from_abroad[f, b]
            asked[b, s] += from_abroad[f, b]
        tied_here = tied_share[f] - (ordered_abroad[f] / materials[f] if materials[f] > 0.0 else 0.0)
        local = tied_here + (local_input_share[i] - tied_share[f]) * (1.0 - openness[r])
        local = max(0.0, min(local_input_share[i], local))
        if is_core[i]:
            for u in range(n_sectors):
                missed[r, u] += materials[f] * (local_input_share[i] - local) * recipe[u, s]
        local_input_share[i] = local
    for r in range(n_regions):
        for s in range(n_sectors):
            at_home = total[r, s] - sold_across[r, s]
            imports[r, s] = max(0.0, asked[r, s] + exports[r, s] - at_home - bought_across[r, s])
            demand[r, s] += reach[r, s] - open_demand[r, s]
            wanted_local[r, s] += speed * missed[r, s]
