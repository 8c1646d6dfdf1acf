"""From checked rows to the structure no rule changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.scenario.check import factor
from abm.scenario.schema import ScenarioFile, SectorRow
from abm.state.structure import Structure, cosine, leontief_inverse
from abm.types import FloatArray

POSITIONS = {"upstream": 0, "midstream": 1, "downstream": 2, "service": 3}
CLASSES = {"low": 0, "medium": 1, "high": 2}


def structure_of(file: ScenarioFile, sector_sales: FloatArray) -> Structure:
    """Return the structure; `sector_sales` is in million yuan per quarter at the start, shape (regions, sectors).

    Exports start at their share of sales; those of a dormant sector at their share of what the file says it would
    sell. Weights that sum to 1 within the tolerance are made to sum to 1 exactly.
    """
    fields, chains, sectors, regions = file.fields, file.chains, file.sectors, file.regions
    sector_names = tuple(row.name for row in sectors)
    weight = np.array([[row.fields.get(field.name, 0.0) for field in fields] for row in sectors])
    weight /= weight.sum(axis=1, keepdims=True)
    inputs = np.array([[row.inputs.get(name, 0.0) for row in sectors] for name in sector_names])
    is_dormant = np.array([row.dormant for row in sectors])
    promised = np.array([[row.sales * factor(region, row.name) for row in sectors] for region in regions])
    export_share = _column(sectors, lambda row: row.export_share)
    return Structure(
        field_names=tuple(row.name for row in fields),
        sector_names=sector_names,
        chain_names=tuple(row.name for row in chains),
        region_names=tuple(row.name for row in regions),
        frontier_growth=np.array([row.frontier_growth for row in fields], np.float64),
        embargo=np.array([row.embargo for row in fields], np.float64),
        green=np.array([row.green for row in fields], np.float64),
        weight=weight,
        inputs=inputs,
        leontief=np.ascontiguousarray(leontief_inverse(inputs)),
        kinship=cosine(weight),
        final_demand=_final_demand(file),
        position=np.array([POSITIONS[row.position] for row in sectors], np.int64),
        technology_class=np.array([CLASSES[row.technology_class] for row in sectors], np.int64),
        labour_share=_column(sectors, lambda row: row.labour_share),
        energy_share=_column(sectors, lambda row: row.energy_share),
        capital_ratio=_column(sectors, lambda row: row.capital_ratio),
        household_share=_column(sectors, lambda row: row.household_share),
        equipment_share=_summing_to_one(_column(sectors, lambda row: row.equipment_share)),
        adoption_share=_summing_to_one(_column(sectors, lambda row: row.adoption_share)),
        export_base=np.where(is_dormant, promised, sector_sales) * export_share,
        traditional_share=_column(sectors, lambda row: row.traditional_share),
        import_share=_column(sectors, lambda row: row.import_share),
        can_sleep=is_dormant,
        openness=np.array([row.trade_openness for row in regions], np.float64),
    )


def _column(sectors: list[SectorRow], value: Callable[[SectorRow], float]) -> FloatArray:
    return np.array([value(row) for row in sectors], np.float64)


def _summing_to_one(shares: FloatArray) -> FloatArray:
    result: FloatArray = shares / shares.sum()
    return result


def _final_demand(file: ScenarioFile) -> FloatArray:
    """Return the share of each sector's final demand that belongs to each chain, columns sum to 1."""
    shares = np.array([[chain.final.get(row.name, 0.0) for row in file.sectors] for chain in file.chains])
    for s, row in enumerate(file.sectors):
        if not any(row.name in chain.final for chain in file.chains):
            shares[[chain.name for chain in file.chains].index(row.chain), s] = 1.0
    result: FloatArray = shares / shares.sum(axis=0)
    return result
