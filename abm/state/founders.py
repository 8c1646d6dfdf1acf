"""Who is there at the start: what a scenario hands to `found_world`."""

from __future__ import annotations

from dataclasses import dataclass

from abm.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Founders:
    """Actors and ties of the first quarter; NaN stands for "not given", to be drawn by `found_world`.

    Actors are firms, universities and institutes, one government per region, banks, venture funds, guarantee funds
    and platforms. Households, the rest of the world and the other aggregate accounts are added by `found_world`.
    Rows are in no meaningful order; names are unique.

    Attributes
    ----------
    name
        Unique name of each actor.
    kind
        Code of `Kind`, shape (actors,).
    region, sector
        Row of the region; row of the sector, -1 for actors that are not firms, shape (actors,).
    is_core
        The firm starts as a core enterprise, shape (actors,).
    sales
        Million yuan per quarter, 0 for actors that are not firms, shape (actors,).
    capability
        Relative to the frontier, 0 to 1; 0 for actors that are neither firms nor universities, shape (actors, fields).
    orientation, openness
        Universities only, 0 to 1, 0 for the others, shape (actors,).
    tie_source, tie_target
        Row of the actor at each end, shape (ties,).
    tie_layer
        Code of `Layer`, shape (ties,).
    tie_weight, tie_trust
        0 to 1, shape (ties,).
    sector_sales
        Million yuan per quarter of all firms together, 0 where there is no firm, shape (regions, sectors).
    sme_capability, core_capability
        Mean capability of the two groups of firms relative to the frontier, shape (regions, sectors).
    size_exponent
        Exponent of the complementary distribution of firm sizes, shape (regions, sectors).
    university_capability
        Mean capability of universities and institutes relative to the frontier, shape (regions,).
    university_talent
        Talent of a university or institute, full-time equivalents, shape (regions,).
    firm_talent_factor
        Talent of firms over what is usual for their size and kind, shape (regions,).
    second_share
        Share of firms with a second sector, to be drawn.
    """

    name: tuple[str, ...]
    kind: IntArray
    region: IntArray
    sector: IntArray
    is_core: BoolArray
    sales: FloatArray
    capability: FloatArray
    orientation: FloatArray
    openness: FloatArray
    tie_source: IntArray
    tie_target: IntArray
    tie_layer: IntArray
    tie_weight: FloatArray
    tie_trust: FloatArray
    sector_sales: FloatArray
    sme_capability: FloatArray
    core_capability: FloatArray
    size_exponent: FloatArray
    university_capability: FloatArray
    university_talent: FloatArray
    firm_talent_factor: FloatArray
    second_share: float

    @property
    def n_actors(self) -> int:
        """Number of actors."""
        return len(self.name)

    @property
    def n_ties(self) -> int:
        """Number of ties."""
        return len(self.tie_source)
