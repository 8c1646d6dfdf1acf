"""Group 3, coupling of technological progress (U1) and industrial upgrading (U2), on frozen bounds and weights.

The standard degree of coupling saturates near 1 as soon as both systems move, so Wang's corrected form stands beside
it; no indicator is in both systems.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.kernel import inner, kernel
from abm.measures import frozen
from abm.measures.chains import results_per_firm, university_conversion
from abm.measures.declaration import measure
from abm.measures.money import research_share_of_sales, value_added_per_worker
from abm.measures.new_productivity import capability_index, talent_share
from abm.measures.stages import value_chain
from abm.measures.structure import high_tech_share, local_content, rationalisation
from abm.measures.view import View
from abm.types import FloatArray, IntArray

PROGRESS = (research_share_of_sales, capability_index, talent_share, results_per_firm, university_conversion)
UPGRADING = (value_added_per_worker, value_chain, high_tech_share, local_content, rationalisation)
_SCALE = frozen.Scale.of(frozen.PROGRESS, frozen.UPGRADING)

GRADES = (
    "extreme imbalance",
    "severe imbalance",
    "moderate imbalance",
    "mild imbalance",
    "near imbalance",
    "barely coordinated",
    "primary coordination",
    "intermediate coordination",
    "good coordination",
    "quality coordination",
)
"""Ten steps of 0.1 of the degree of coupling coordination (Tian et al. 2021)."""


@inner
def standard_coupling(u1: float, u2: float) -> float:
    """Return C = 2 sqrt(U1 U2) / (U1 + U2), 0 where both systems are at 0.

    >>> round(standard_coupling(0.2, 0.8), 3), standard_coupling(0.0, 0.0)
    (0.8, 0.0)
    """
    total = u1 + u2
    if total <= 0.0:
        return 0.0
    return 2.0 * math.sqrt(u1 * u2) / total


@inner
def wang_coupling(u1: float, u2: float) -> float:
    """Return Wang's corrected degree for two systems, C = sqrt((1 - |U1 - U2|) min(U) / max(U)).

    The general form is sqrt([1 - sum |Ui - Uj| / (n (n-1) / 2)] [prod U / max U]^(1/(n-1))); 0 where both are at 0.

    >>> round(wang_coupling(0.2, 0.8), 3), wang_coupling(0.0, 0.0)
    (0.316, 0.0)
    """
    highest = max(u1, u2)
    if highest <= 0.0:
        return 0.0
    return math.sqrt((1.0 - abs(u1 - u2)) * (min(u1, u2) / highest))


@kernel
def grade(coordination: float) -> float:
    """Return the step of `GRADES` of a degree of coordination in [0, 1]; a step includes its upper end.

    >>> grade(0.0), grade(0.1), grade(0.11), grade(1.0)
    (0.0, 0.0, 1.0, 9.0)
    """
    return float(min(max(math.ceil(10.0 * coordination - 1e-12) - 1.0, 0.0), 9.0))


class State(NamedTuple):
    """What the measures of this group have in common, each of shape (regions,)."""

    progress: FloatArray
    upgrading: FloatArray
    coordination: FloatArray
    coupling: FloatArray
    coupling_wang: FloatArray
    degree: FloatArray
    degree_wang: FloatArray
    grade: FloatArray
    grade_wang: FloatArray


@kernel
def coupled(value: FloatArray, low: FloatArray, high: FloatArray, factor: FloatArray, place: IntArray) -> FloatArray:
    """Return the rows of `State`, shape (9, regions); the arguments are those of `frozen.indices_of`."""
    systems = frozen.indices_of(value, low, high, factor, place)
    out = np.empty((9, value.shape[1]))
    for r in range(value.shape[1]):
        u1, u2 = systems[0, r], systems[1, r]
        coordination = 0.5 * (u1 + u2)
        standard, wang = standard_coupling(u1, u2), wang_coupling(u1, u2)
        out[0, r], out[1, r], out[2, r], out[3, r], out[4, r] = u1, u2, coordination, standard, wang
        out[5, r], out[6, r] = math.sqrt(standard * coordination), math.sqrt(wang * coordination)
        out[7, r], out[8, r] = grade(out[5, r]), grade(out[6, r])
    return out


def state_of(view: View) -> State:
    """Return U1, U2, T, C, D and the grade of D, the last three in both forms, made once per view."""
    return view.once("coupling", lambda: _made_state(view))


def _made_state(view: View) -> State:
    value = np.array([each.function(view) for each in PROGRESS + UPGRADING])
    return State(*coupled(value, _SCALE.low, _SCALE.high, _SCALE.factor, _SCALE.place))


@measure(
    unit="1",
    formula="U1: weighted mean of research share, capability, talent share, results and conversion on frozen bounds",
    source=f"zhao2020:III.A; zhao2020:III.B; {frozen.SOURCE}",
)
def technological_progress(view: View) -> FloatArray:
    """State of technological progress, 0 to 1."""
    return state_of(view).progress


@measure(
    unit="1",
    formula="U2: weighted mean of value added per worker, value chain, high-technology share, local content and "
    "rationalisation on frozen bounds",
    source=f"zhao2020:I; li:2.A; {frozen.SOURCE}",
)
def industrial_upgrading(view: View) -> FloatArray:
    """State of industrial upgrading, 0 to 1."""
    return state_of(view).upgrading


@measure(
    unit="1",
    formula="C = 2 sqrt(U1 U2) / (U1 + U2), 0 where both are 0",
    source="zhao2020:III.A",
)
def coupling(view: View) -> FloatArray:
    """Degree of coupling of technological progress and industrial upgrading."""
    return state_of(view).coupling


@measure(
    unit="1",
    formula="T = U1 / 2 + U2 / 2",
    source="zhao2020:III.A",
)
def coordination_index(view: View) -> FloatArray:
    """Joint state of technological progress and industrial upgrading."""
    return state_of(view).coordination


@measure(
    unit="1",
    formula="D = sqrt(C T)",
    source="zhao2020:III.A; tian2021",
)
def coupling_coordination(view: View) -> FloatArray:
    """Degree of coupling coordination in the standard form."""
    return state_of(view).degree


@measure(
    unit="1",
    formula="C = sqrt((1 - |U1 - U2|) min(U1, U2) / max(U1, U2)), 0 where both are 0",
    source="wang2021",
)
def coupling_wang(view: View) -> FloatArray:
    """Degree of coupling in Wang's corrected form, which does not saturate."""
    return state_of(view).coupling_wang


@measure(
    unit="1",
    formula="D = sqrt(C T) with Wang's C",
    source="wang2021",
)
def coupling_coordination_wang(view: View) -> FloatArray:
    """Degree of coupling coordination in Wang's corrected form."""
    return state_of(view).degree_wang


@measure(unit="grade", formula="ten steps of 0.1 of D in the standard form", source="tian2021", labels=GRADES)
def coupling_grade(view: View) -> FloatArray:
    """Grade of coupling coordination in the standard form."""
    return state_of(view).grade


@measure(unit="grade", formula="ten steps of 0.1 of D in Wang's form", source="tian2021; wang2021", labels=GRADES)
def coupling_grade_wang(view: View) -> FloatArray:
    """Grade of coupling coordination in Wang's corrected form."""
    return state_of(view).grade_wang
