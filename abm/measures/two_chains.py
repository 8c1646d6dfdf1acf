"""Group 5, the two chains together: how well each runs, how they go together, and how far they are two skins.

The innovation chain runs from idea to product, the industrial chain from part to equipment (ren 2.1). "Two skins" are
research and industry that have little to do with each other (ren 3.1): research in other fields than are needed, and
results that stay where they are.
"""

from __future__ import annotations

import numpy as np

from abm.kernel import kernel
from abm.measures import frozen
from abm.measures.chains import firm_conversion, results_per_firm, university_conversion
from abm.measures.coupling import coupled
from abm.measures.declaration import measure
from abm.measures.history import WINDOW
from abm.measures.needs import covered_share
from abm.measures.stages import value_chain
from abm.measures.structure import division_of_labour, local_content
from abm.measures.view import View
from abm.state.codes import ProjectKind, Stage
from abm.types import BoolArray, FloatArray, IntArray

_BY_UNIVERSITY = int(ProjectKind.UNIVERSITY)
_RESEARCH = int(Stage.RESEARCH)
_N_COUPLING = len(frozen.PROGRESS) + len(frozen.UPGRADING)


@measure(
    unit="pilots per firm",
    formula=f"results that passed a pilot in {WINDOW} quarters / firms",
    source="ren:3.1",
    null_when="there is no firm",
)
def pilots_per_firm(view: View) -> FloatArray:
    """Pilots passed per firm."""
    return view.conversions.pilots_per_firm


INNOVATION = (results_per_firm, firm_conversion, university_conversion, pilots_per_firm)
INDUSTRY = (local_content, division_of_labour, covered_share, value_chain)
INDICATORS = INNOVATION + INDUSTRY
_SCALE = frozen.Scale.of(frozen.INNOVATION_CHAIN, frozen.INDUSTRIAL_CHAIN)


def indicators_of(view: View) -> FloatArray:
    """Return the indicators of both chains, of which one that is null keeps its last value, made once per view."""
    return view.once("indicators of chains", lambda: view.carried(INDICATORS, _N_COUPLING))


def _state(view: View) -> FloatArray:
    """Return the rows of `coupling.State` for the two chains, made once per view."""
    return view.once(
        "two chains",
        lambda: coupled(indicators_of(view), _SCALE.low, _SCALE.high, _SCALE.factor, _SCALE.place),
    )


@measure(
    unit="1",
    formula="I1: mean of results per firm, conversion of firms and of universities, pilots per firm on frozen bounds",
    source=f"ren:2.1; ren:3.1; {frozen.SOURCE}",
)
def innovation_chain_index(view: View) -> FloatArray:
    """How well the innovation chain runs, 0 to 1."""
    return _state(view)[0]


@measure(
    unit="1",
    formula="I2: mean of local content, division of labour, covered share and value-chain position on frozen bounds",
    source=f"ren:2.1; ren:2.4.1; {frozen.SOURCE}",
)
def industrial_chain_index(view: View) -> FloatArray:
    """How complete the industrial chain is, 0 to 1."""
    return _state(view)[1]


@measure(
    unit="1",
    formula="D = sqrt(C T), T = I1 / 2 + I2 / 2, C in Wang's form of I1 and I2",
    source="ren:2.3; wang2021",
)
def two_chain_coordination(view: View) -> FloatArray:
    """Degree of coordination of the innovation chain and the industrial chain."""
    return _state(view)[6]


@kernel
def two_skins(
    is_active: BoolArray, kind: IntArray, stage: IntArray, region: IntArray, field: IntArray, cost: FloatArray,
    pull: FloatArray, of_universities: FloatArray, of_firms: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the mismatch of fields and the two-skins index, shape (2, regions), NaN where a part is unknown.

    Mismatch 1 - sum_k min(r_k, n_k), with r_k the share of field k in the cost of universities' research under way and
    n_k its share in `pull`, shape (regions, sectors, fields), over all sectors. The index is the mean of it and of
    1 - min(1, conversion of universities / conversion of firms).

    >>> import numpy as np
    >>> kind, zero = np.full(2, _BY_UNIVERSITY), np.zeros(2, np.int64)
    >>> two_skins(np.ones(2, np.bool_), kind, zero, zero, np.array([0, 1]), np.array([3.0, 1.0]),
    ...     np.array([[[1.0, 2.0], [0.0, 1.0]]]), np.array([0.1]), np.array([0.4]))[:, 0].tolist()
    [0.5, 0.625]
    """
    n_regions, n_sectors, n_fields = pull.shape
    done = np.zeros((n_regions, n_fields))
    for p in range(len(is_active)):
        if is_active[p] and kind[p] == _BY_UNIVERSITY and stage[p] == _RESEARCH:
            done[region[p], field[p]] += cost[p]
    out = np.full((2, n_regions), np.nan)
    wanted = np.empty(n_fields)
    for r in range(n_regions):
        spent, asked = 0.0, 0.0
        for k in range(n_fields):
            wanted[k] = 0.0
            for s in range(n_sectors):
                wanted[k] += pull[r, s, k]
            spent += done[r, k]
            asked += wanted[k]
        if spent <= 0.0 or asked <= 0.0:
            continue
        common = 0.0
        for k in range(n_fields):
            common += min(done[r, k] / spent, wanted[k] / asked)
        out[0, r] = max(0.0, 1.0 - common)
        if of_firms[r] > 0.0 and of_universities[r] >= 0.0:  # false for NaN
            out[1, r] = 0.5 * out[0, r] + 0.5 * (1.0 - min(1.0, of_universities[r] / of_firms[r]))
    return out


def _skins(view: View) -> FloatArray:
    """Return the rows of `two_skins`, made once per view."""
    return view.once("two skins", lambda: _made_skins(view))


def _made_skins(view: View) -> FloatArray:
    projects, conversions = view.world.projects, view.conversions
    return two_skins(
        projects.is_active, projects.kind, projects.stage, projects.region, projects.field, projects.cost,
        view.world.needs.pull, conversions.of_universities, conversions.of_firms,
    )  # fmt: skip


@measure(
    unit="1",
    formula="1 - sum_k min(r_k, n_k), r_k share of field k in universities' research under way, n_k in needs' pull",
    source="ren:3.1; li:4.4",
    null_when="no university does research, or no field is needed",
)
def research_mismatch(view: View) -> FloatArray:
    """How far universities research in other fields than industry needs."""
    return _skins(view)[0]


@measure(
    unit="1",
    formula="[1 - sum_k min(r_k, n_k)] / 2 + [1 - min(1, conversion of universities / conversion of firms)] / 2",
    source="ren:3.1; F32; F33",
    null_when=f"a part is null: no research at universities, no need, or no results to convert in {WINDOW} quarters",
)
def two_skins_index(view: View) -> FloatArray:
    """How far research and industry are two skins: 0 grown together, 1 apart."""
    return _skins(view)[1]
