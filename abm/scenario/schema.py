"""What a scenario file may hold: every key, its type, range and meaning.

A value out of range, of the wrong type or under an unknown key is refused (see `problems`). Shares and coefficients
are pure numbers, money is in million yuan per quarter of the whole sector at the start, growth is per year.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_ACTORS = 5_000_000
MAX_TIES = 50_000_000
MAX_SECTORS = 200
MAX_FIELDS = 1000
MAX_CHAINS = 200
MAX_REGIONS = 1000
MAX_CELLS = 200_000_000
"""Most numbers in one column: actors × fields, or regions × chains × sectors × fields."""

MAX_QUARTERS = 1_000_000
MAX_BURN_IN = 10_000
MAX_NAME_LENGTH = 80

Text = Annotated[str, StringConstraints(max_length=10_000)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH, pattern=r"^[^\s.](?:[^.\x00-\x1f\x7f]*[^\s.])?$")
]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH, pattern=r"^\w[\w-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, le=1e9)]
Count = Annotated[int, Field(ge=0, le=MAX_ACTORS)]


class Row(BaseModel):
    """Base of all tables of a scenario file."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Heading(Row):
    """``[scenario]``: what it is called, how long it runs, and what it is built on.

    `base` is another scenario, by name or file, from which all that the file does not say is taken; `without` lists
    rows of it that are left out, as ``"regions.home"`` (see `inheritance`).

    With `total_firms` the file gives no numbers of firms but `entries` of sectors in a statistic, and firms are shared
    among sectors in proportion to them; `core_share` of all firms are core. `second_field_share` of firms have a
    second sector from the start.
    """

    name: FileName
    title: Text
    title_zh: Text = ""
    description: Text = ""
    source: Text = ""
    quarters: int = Field(ge=1, le=MAX_QUARTERS)
    burn_in: int = Field(ge=0, le=MAX_BURN_IN)
    base: Text = ""
    without: list[Text] = []
    total_firms: Count | None = None
    core_share: Share = 0.0
    second_field_share: Share = 0.0


class FieldRow(Row):
    """``[[fields]]``: a technology field; `green` is how far it serves to save energy and material."""

    name: Name
    frontier_growth: float = Field(ge=0, le=0.5)
    embargo: Share
    green: Share = 0.0
    source: Text = ""


class ChainRow(Row):
    """``[[chains]]``: an industrial chain.

    `final` gives, by sector, the share of the sector's final demand that belongs to this chain; over chains the
    shares of a sector sum to 1. Final demand of a sector that no chain names belongs to the sector's own chain.
    """

    name: Name
    final: dict[str, Share] = {}
    source: Text = ""


class SectorRow(Row):
    """``[[sectors]]``: a sector, its firms and its coefficients.

    Firms are given as `firms`, `core_firms` and `sales` of all together, or, where the scenario says `total_firms`, as
    `entries` (the sector's number in a statistic) and `sales_per_firm`. `traditional_share` is the part of what the
    sector sells outside that goes to traditional industries, whose productivity it raises.
    """

    name: Name
    label: Text = ""
    chain: str
    position: Literal["upstream", "midstream", "downstream", "service"]
    technology_class: Literal["low", "medium", "high"]
    dormant: bool = False
    firms: Count = 0
    core_firms: Count = 0
    sales: Money = 0.0
    entries: Count | None = None
    sales_per_firm: Annotated[float, Field(ge=0, le=1e7)] | None = None
    size_exponent: float = Field(ge=0.5, le=5)
    labour_share: float = Field(ge=0.01, le=0.9)
    energy_share: float = Field(ge=0, le=0.9)
    capital_ratio: float = Field(ge=0.1, le=50)
    household_share: Share = 0.0
    equipment_share: Share = 0.0
    adoption_share: Share = 0.0
    export_share: Share
    traditional_share: Share = 0.0
    import_share: float = Field(ge=0, le=0.95)
    sme_capability: Share
    core_capability: Share
    fields: dict[str, Share]
    inputs: dict[str, Share] = {}
    source: Text = ""


class RegionRow(Row):
    """``[[regions]]``: a region, its institutions and its openness.

    `orientation` is that of universities (0 ratings to 1 use), `openness` the share of their equipment open to firms;
    institutes have the same unless `institute_orientation` says otherwise. `trade_openness` is the share of trade,
    people and knowledge that crosses the border. Numbers and sales of firms are multiplied by `scale` and, sector by
    sector, by `sector_scale`; numbers of universities and institutes by `scale`.

    Who is there is changed, at the same numbers and sales, by factors: `core_factor` on the number of core firms,
    `capability_factor` on the capability of firms, `size_exponent_factor` on the exponent of their sizes (above 1 they
    are more alike), `firm_talent_factor` on their talent. `university_talent` is the talent of a university or
    institute at the start, full-time equivalents.
    """

    name: Name
    universities: Count = 0
    institutes: Count = 0
    banks: Count = 0
    venture_funds: Count = 0
    guarantee_funds: Count = 0
    platforms: Count = 0
    university_capability: Share
    orientation: Share
    institute_orientation: Share | None = None
    openness: Share
    trade_openness: Share
    scale: float = Field(default=1.0, ge=0, le=1e6)
    sector_scale: dict[str, Annotated[float, Field(ge=0, le=1e6)]] = {}
    capability_factor: float = Field(default=1.0, ge=0.2, le=1.5)
    core_factor: float = Field(default=1.0, ge=0, le=10)
    size_exponent_factor: float = Field(default=1.0, ge=0.5, le=3)
    university_talent: float = Field(default=120.0, ge=0, le=5000)
    firm_talent_factor: float = Field(default=1.0, ge=0, le=5)
    source: Text = ""


class RegimeRow(Row):
    """``[[regimes]]``: parameters that hold from a quarter on, counted after the burn-in (the first is 1)."""

    from_quarter: int = Field(ge=1, le=MAX_QUARTERS)
    name: Name
    parameters: dict[str, Any]
    source: Text = ""


class TableFiles(Row):
    """``[tables]``: CSV files in place of numbers here, relative to the scenario file."""

    actors: str | None = None
    sectors: str | None = None
    ties: str | None = None


class ScenarioFile(Row):
    """A whole scenario file."""

    scenario: Heading
    fields: Annotated[list[FieldRow], Field(min_length=1, max_length=MAX_FIELDS)]
    chains: Annotated[list[ChainRow], Field(min_length=1, max_length=MAX_CHAINS)]
    sectors: Annotated[list[SectorRow], Field(min_length=1, max_length=MAX_SECTORS)]
    regions: Annotated[list[RegionRow], Field(min_length=1, max_length=MAX_REGIONS)]
    parameters: dict[str, Any] = {}
    regimes: list[RegimeRow] = []
    tables: TableFiles = TableFiles()
