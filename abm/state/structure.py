"""What a scenario fixes for a whole run: sectors, chains, fields, regions and their coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from abm.state.proximity import chain_overlap
from abm.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Structure:
    """Names and coefficients that no rule changes; compared by identity, so that what follows from one can be kept.

    Attributes
    ----------
    weight
        W, weight of each technology field in each sector, rows sum to 1, shape (sectors, fields).
    inputs
        B, input of the row sector per unit of output of the column sector, shape (sectors, sectors).
    leontief
        (I - B)^-1, shape (sectors, sectors).
    kinship
        Cosine of the rows of W, shape (sectors, sectors).
    final_demand
        Chain of each unit of final demand: 1 where the sector is a final product of the chain, (chains, sectors).
    technology_class
        0 low, 1 medium, 2 high; read by measures only, never by a choice (model.md section 1).
    """

    field_names: tuple[str, ...]
    sector_names: tuple[str, ...]
    chain_names: tuple[str, ...]
    region_names: tuple[str, ...]
    frontier_growth: FloatArray  # per year, (fields,)
    embargo: FloatArray  # share of the frontier that cannot be bought, (fields,)
    green: FloatArray  # how far a field serves to save energy and material, (fields,)
    weight: FloatArray
    inputs: FloatArray
    leontief: FloatArray
    kinship: FloatArray
    final_demand: FloatArray
    position: IntArray  # 0 upstream, 1 midstream, 2 downstream, 3 service, (sectors,)
    technology_class: IntArray  # (sectors,)
    labour_share: FloatArray  # wages over sales at base prices, (sectors,)
    energy_share: FloatArray  # energy and raw materials over sales at base prices, (sectors,)
    capital_ratio: FloatArray  # equipment per unit of quarterly capacity, (sectors,)
    household_share: FloatArray  # share of household spending, (sectors,)
    equipment_share: FloatArray  # share of equipment spending, (sectors,)
    adoption_share: FloatArray  # share of spending on new productivity, (sectors,)
    export_base: FloatArray  # million yuan per quarter at the start, (regions, sectors)
    traditional_share: FloatArray  # part of exports that goes to traditional industries at the start, (sectors,)
    import_share: FloatArray  # at the start, (sectors,)
    can_sleep: BoolArray  # the sector starts dormant, (sectors,)
    openness: FloatArray  # share of trade, people and knowledge that crosses borders, (regions,)

    @property
    def n_fields(self) -> int:
        """Number of technology fields."""
        return len(self.field_names)

    @property
    def n_sectors(self) -> int:
        """Number of sectors."""
        return len(self.sector_names)

    @property
    def n_chains(self) -> int:
        """Number of chains."""
        return len(self.chain_names)

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.region_names)

    @cached_property
    def overlap(self) -> FloatArray:
        """How far two sectors work for the same chains, 0 to 1, shape (sectors, sectors)."""
        return chain_overlap(self.final_demand @ self.leontief.T)


def leontief_inverse(inputs: FloatArray) -> FloatArray:
    """Return (I - B)^-1.

    >>> leontief_inverse(np.array([[0.5]]))
    array([[2.]])
    """
    return np.asarray(np.linalg.inv(np.eye(len(inputs)) - inputs), dtype=np.float64)


def cosine(weight: FloatArray) -> FloatArray:
    """Return the cosine between rows.

    >>> cosine(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 2.0]])).round(3).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    norm = np.sqrt((weight * weight).sum(axis=1))
    result: FloatArray = (weight @ weight.T) / np.outer(norm, norm)
    return result
