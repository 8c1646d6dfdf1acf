"""Kernels of trade between firms: what they pay for inputs and where they order them."""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.state.accounts import Books, pay
from abm.state.codes import Layer, Level, Purpose
from abm.state.technique import fuel_use, material_use, step_shift
from abm.types import BoolArray, FloatArray, IntArray

_SUPPLY = int(Layer.SUPPLY)
_DIGITAL = int(Level.DIGITAL)
_GREEN = int(Level.GREEN)
_INPUTS = np.int64(Purpose.INPUTS)
_ENERGY = np.int64(Purpose.ENERGY)
_CARBON = np.int64(Purpose.CARBON)
_ROUNDING = 1e-9
"""Million yuan: a smaller bill is what rounding left, and cannot stop a firm that has no cash."""


@kernel
def column_sums(matrix: FloatArray) -> FloatArray:
    """Return the sum of each column.

    >>> column_sums(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [4.0, 6.0]
    """
    total = np.zeros(matrix.shape[1])
    for r in range(matrix.shape[0]):
        for c in range(matrix.shape[1]):
            total[c] += matrix[r, c]
    return total


@kernel
def recipes(inputs: FloatArray) -> FloatArray:
    """Return the share of each sector (row) in the bought inputs of each sector (column); 0 where none is bought.

    >>> recipes(np.array([[1.0, 0.0], [3.0, 0.0]])).tolist()
    [[0.25, 0.0], [0.75, 0.0]]
    """
    total = column_sums(inputs)
    share = np.zeros(inputs.shape)
    for u in range(inputs.shape[0]):
        for s in range(inputs.shape[1]):
            if total[s] > 0.0:
                share[u, s] = inputs[u, s] / total[s]
    return share


@kernel
def pay_inputs(
    books: Books,
    firm: IntArray,
    sector: IntArray,
    output: FloatArray,
    level: FloatArray,
    outside_step_share: FloatArray,
    inputs: FloatArray,
    energy: FloatArray,
    government_slot: IntArray,
    market: int,
    rest_of_world: int,
    waste_saving: float,
    green_saving: float,
    step_span: float,
    carbon_price: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Firms pay for what last quarter's output used up: materials, energy and the carbon price on it.

    Returns, in million yuan by place in ``firm``, what each pays for materials and for all of its inputs, and the
    share of its bills that its cash covers.

    >>> from abm.state.accounts import books_with
    >>> books, zero, one = books_with([3.0, 0.0, 0.0, 0.0]), np.array([0]), np.ones(1)
    >>> [x.tolist() for x in pay_inputs(books, zero, zero, 10 * one, np.zeros((1, 3)), 0.5 * one, 0.4 * np.ones((1, 1)),
    ...                                 0.1 * one, np.array([3]), 1, 2, 0.0, 0.0, 0.2, 1.0)]
    [[2.0], [3.0], [0.5]]
    >>> books.cash.tolist()
    [0.0, 2.0, 0.5, 0.5]
    """
    material = column_sums(inputs)
    surcharge = carbon_price / (1.0 + carbon_price)
    materials = np.zeros(len(firm))
    bills = np.zeros(len(firm))
    covered = np.ones(len(firm))
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        shift = step_shift(outside_step_share[i], step_span)
        bought = output[i] * material_use(material[s], shift, level[i, _DIGITAL], waste_saving)
        fuel = output[i] * fuel_use(energy[s], carbon_price, level[i, _GREEN], green_saving)
        if bought + fuel > books.cash[i] and bought + fuel > _ROUNDING:
            covered[f] = books.cash[i] / (bought + fuel)
            bought *= covered[f]
            fuel *= covered[f]
        if bought + fuel < _ROUNDING:
            continue
        pay(books, i, market, bought, _INPUTS)
        pay(books, i, rest_of_world, fuel * (1.0 - surcharge), _ENERGY)
        if surcharge > 0.0:
            pay(books, i, government_slot[books.region[i]], fuel * surcharge, _CARBON)
        materials[f] = bought
        bills[f] = bought + fuel
    return materials, bills, covered


@kernel
def placed_orders(
    firm: IntArray,
    sector: IntArray,
    region: IntArray,
    materials: FloatArray,
    inputs: FloatArray,
    is_tied: BoolArray,
    layer: IntArray,
    supplier: IntArray,
    buyer: IntArray,
    weight: FloatArray,
    used: IntArray,
    import_order: FloatArray,
    quarter: int,
    n_regions: int,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Split each buyer's materials between its suppliers, imports it ordered by choice, and the open market.

    Returns the tied orders of each firm (by place in ``firm``), orders to the open market and orders of imports
    (regions, sectors), all in million yuan, and the shares of its materials each buyer placed with suppliers it is
    tied to, and abroad. Ties with orders are marked as used.

    >>> zero, one, half = np.array([0]), np.ones(1), np.array([0.5])
    >>> used = np.array([3])
    >>> placed_orders(np.array([0, 1]), np.array([0, 0]), np.array([0, 0]), np.array([10.0, 0.0]), np.ones((1, 1)),
    ...               np.array([True]), zero, np.array([1]), zero, half, used, np.array([[0.25], [0.0]]), 4, 1)
    (array([0., 5.]), array([[2.5]]), array([[2.5]]), array([0.5, 0. ]), array([0.25, 0.  ]))
    >>> used.tolist()
    [4]
    """
    n_sectors = inputs.shape[0]
    recipe = recipes(inputs)
    place = np.full(len(sector), -1, np.int64)
    wanted = np.zeros((len(firm), n_sectors))
    held = np.zeros((len(firm), n_sectors))
    for f in range(len(firm)):
        s = sector[firm[f]]
        place[firm[f]] = f
        for u in range(n_sectors):
            wanted[f, u] = materials[f] * recipe[u, s]
            held[f, u] = import_order[firm[f], u]
    supply = np.empty(len(layer), np.int64)
    number = 0
    for t in range(len(layer)):
        if is_tied[t] and layer[t] == _SUPPLY and place[supplier[t]] >= 0 and place[buyer[t]] >= 0:
            held[place[buyer[t]], sector[supplier[t]]] += weight[t]
            supply[number] = t
            number += 1
    tied_orders = np.zeros(len(firm))
    tied_share = np.zeros(len(firm))
    for t in supply[:number]:
        f = place[buyer[t]]
        u = sector[supplier[t]]
        amount = wanted[f, u] * weight[t] / max(1.0, held[f, u])
        if amount > 0.0:
            tied_orders[place[supplier[t]]] += amount
            tied_share[f] += amount / materials[f]
            used[t] = quarter
    pool = np.zeros((n_regions, n_sectors))
    abroad = np.zeros((n_regions, n_sectors))
    abroad_share = np.zeros(len(firm))
    for f in range(len(firm)):
        for u in range(n_sectors):
            pool[region[firm[f]], u] += wanted[f, u] * (1.0 - min(1.0, held[f, u]))
            amount = wanted[f, u] * import_order[firm[f], u] / max(1.0, held[f, u])
            if amount > 0.0:
                abroad[region[firm[f]], u] += amount
                abroad_share[f] += amount / materials[f]
    return tied_orders, pool, abroad, tied_share, abroad_share
