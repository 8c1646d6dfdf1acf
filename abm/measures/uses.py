"""One pass over firms and universities for what they use up, what research they perform, and whose money it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.kernel import kernel
from abm.state.codes import Kind, Layer, Level, Mode, Service
from abm.state.proximity import capacity_of
from abm.state.technique import fuel_use, material_use, step_shift
from abm.types import BoolArray, FloatArray, IntArray

_FIRM, _UNIVERSITY = int(Kind.FIRM), int(Kind.UNIVERSITY)
_DIGITAL, _GREEN = int(Level.DIGITAL), int(Level.GREEN)
_SUPPLY, _RESEARCH = int(Layer.SUPPLY), int(Layer.RESEARCH)
_INDEPENDENT, _JOINT, _TRAINING = int(Mode.INDEPENDENT), int(Mode.JOINT), int(Service.TRAINING)
_ROUNDING = 1e-9


class Uses(NamedTuple):
    """Of each region, per quarter: million units made, million yuan used up at base prices, of research, of the public.

    Output, energy and materials are of firms; so are research and public money, all and of SMEs, but for research of
    universities. Busy are firms and universities with a project, full those whose projects take all places one can
    have. Served are firms a platform serves, and those of them that do research.
    """

    output: FloatArray
    energy: FloatArray
    materials: FloatArray
    research: FloatArray
    sme_research: FloatArray
    public: FloatArray
    sme_public: FloatArray
    performed: FloatArray
    university_research: FloatArray
    n_busy: FloatArray
    n_full: FloatArray
    n_served: FloatArray
    n_served_researching: FloatArray


@kernel
def use_sums(
    is_active: BoolArray, kind: IntArray, region: IntArray, sector: IntArray, is_core: BoolArray, output: FloatArray,
    level: FloatArray, outside_step_share: FloatArray, research_spending: FloatArray, research_support: FloatArray,
    public_money: FloatArray, n_projects: IntArray, project_load: FloatArray, mode: IntArray, service: FloatArray,
    inputs: FloatArray,
    energy_share: FloatArray, n_regions: int, waste_saving: float, green_saving: float, step_span: float,
    most_projects: int,
) -> FloatArray:  # fmt: skip
    """Return the rows of `Uses`, shape (13, regions); public money includes that in projects.

    >>> import numpy as np
    >>> yes, zero, two = np.ones(2, np.bool_), np.zeros(2, np.int64), np.full(2, 2.0)
    >>> use_sums(yes, np.array([0, 1]), zero, zero, ~yes, 5.0 * two, np.zeros((2, 3)), 0.25 * two, 0.5 * two, two,
    ...     two, np.array([3, 1]), np.array([2.6, 1.0]), zero + 1, np.full((2, 6), 0.1), np.full((1, 1), 0.5),
    ...     np.array([0.1]), 1, 0.1, 0.2, 0.2, 3)[:, 0].tolist()
    [10.0, 1.0, 5.0, 1.0, 1.0, 4.0, 4.0, 3.0, 3.0, 2.0, 1.0, 1.0, 1.0]
    """
    out = np.zeros((13, n_regions))
    material = np.zeros(len(inputs))
    for u in range(len(inputs)):
        for s in range(len(inputs)):
            material[s] += inputs[u, s]
    for i in range(len(is_active)):
        if not is_active[i] or kind[i] > _UNIVERSITY:
            continue
        r = region[i]
        performed = research_spending[i] + research_support[i]
        out[9, r] += 1.0 if n_projects[i] > 0 else 0.0
        out[10, r] += 1.0 if project_load[i] + 0.5 > most_projects else 0.0
        if kind[i] != _FIRM:
            out[8, r] += performed
            continue
        s = sector[i]
        shift = step_shift(outside_step_share[i], step_span)
        out[0, r] += output[i]
        out[1, r] += output[i] * fuel_use(energy_share[s], 0.0, level[i, _GREEN], green_saving)
        out[2, r] += output[i] * material_use(material[s], shift, level[i, _DIGITAL], waste_saving)
        out[3, r] += research_spending[i]
        out[5, r] += public_money[i] + research_support[i]
        out[7, r] += performed
        if service[i, _TRAINING] > 0.0:
            out[11, r] += 1.0
            if research_spending[i] > 0.0 and (mode[i] == _INDEPENDENT or mode[i] == _JOINT):
                out[12, r] += 1.0
        if not is_core[i]:
            out[4, r] += research_spending[i]
            out[6, r] += public_money[i] + research_support[i]
    return out


@kernel
def tie_caps(
    kind: IntArray, region: IntArray, sector: IntArray, talent: FloatArray, start: IntArray, tie: IntArray,
    layer: IntArray, target: IntArray, source: IntArray, weight: FloatArray, inputs: FloatArray, n_regions: int,
    capacity: float, exponent: float, local_cap: float, threshold: float,
) -> FloatArray:  # fmt: skip
    """Return how many hold research ties, and more than capacity; how many inputs have fixed suppliers, and are full.

    Shape (4, regions). `start` and `tie` are the neighbour lists of the world. An input is one that a firm needs at
    least `threshold` of; it is full when its suppliers have `local_cap` of it.

    >>> import numpy as np
    >>> zero, start, tie = np.zeros(2, np.int64), np.array([0, 2, 4]), np.array([0, 1, 0, 1])
    >>> tie_caps(zero, zero, zero, np.zeros(2), start, tie, np.array([1, 0]), np.array([1, 0]), np.array([0, 1]),
    ...     np.array([1.0, 0.8]), np.full((1, 1), 0.5), 1, 0.5, 0.3, 0.8, 0.02)[:, 0].tolist()
    [2.0, 2.0, 1.0, 1.0]
    """
    out = np.zeros((4, n_regions))
    bought = np.zeros(len(inputs))
    for i in range(len(start) - 1):
        if start[i + 1] == start[i] or kind[i] > _UNIVERSITY:
            continue
        r = region[i]
        n_research = 0.0
        for u in range(len(inputs)):
            bought[u] = 0.0
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if layer[t] == _RESEARCH:
                n_research += 1.0
            elif layer[t] == _SUPPLY and target[t] == i and sector[source[t]] >= 0:
                bought[sector[source[t]]] += weight[t]
        if n_research > 0.0:
            out[0, r] += 1.0
            out[1, r] += 1.0 if n_research > capacity_of(talent[i], capacity, exponent) else 0.0
        if kind[i] == _FIRM:
            for u in range(len(inputs)):
                if bought[u] > 0.0 and inputs[u, sector[i]] >= threshold:
                    out[2, r] += 1.0
                    out[3, r] += 1.0 if bought[u] >= local_cap - _ROUNDING else 0.0
    return out
