"""Founders of a scenario file that says how many there are of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from abm.scenario.apportionment import core_counts
from abm.scenario.check import factor, n_institutions, scaled
from abm.scenario.schema import RegionRow, ScenarioFile
from abm.state.codes import Kind
from abm.state.founders import Founders
from abm.types import FloatArray

WORDS = ("university", "institute", "government", "bank", "venture fund", "guarantee fund", "platform")
"""What actors that are not firms are called."""


class Group(NamedTuple):
    """Actors of a region that differ in nothing but their name."""

    word: str
    number: int
    kind: Kind
    sector: int = -1
    is_core: bool = False
    orientation: float = 0.0
    openness: float = 0.0


def founders_of_counts(file: ScenarioFile) -> Founders:
    """Return the founders; sizes and capabilities are left to be drawn, and so are all ties."""
    names: list[str] = []
    words = firm_words(file)
    groups: list[tuple[int, Group]] = []
    for g, region in enumerate(file.regions):
        prefix = f"{region.name}: " if len(file.regions) > 1 else ""
        for group in _groups(file, region, words):
            names += [f"{prefix}{group.word} {i + 1}" for i in range(group.number)]
            groups.append((g, group))
    number = [group.number for _, group in groups]
    kind = np.repeat([int(group.kind) for _, group in groups], number)
    is_firm, is_university = kind == int(Kind.FIRM), kind == int(Kind.UNIVERSITY)
    capability = np.where(is_firm | is_university, np.nan, 0.0)
    none = np.zeros(0, np.int64)
    return Founders(
        name=tuple(names),
        kind=kind,
        region=np.repeat([g for g, _ in groups], number),
        sector=np.repeat([group.sector for _, group in groups], number),
        is_core=np.repeat([group.is_core for _, group in groups], number),
        sales=np.where(is_firm, np.nan, 0.0),
        capability=np.repeat(capability[:, None], len(file.fields), axis=1),
        orientation=np.repeat([group.orientation for _, group in groups], number),
        openness=np.repeat([group.openness for _, group in groups], number),
        tie_source=none,
        tie_target=none,
        tie_layer=none,
        tie_weight=np.zeros(0),
        tie_trust=np.zeros(0),
        sector_sales=_sector_sales(file),
        **means_of(file),
    )


def means_of(file: ScenarioFile) -> dict[str, Any]:
    """Return what `found_world` draws around, by its names in `Founders`."""

    def of_regions(name: str) -> FloatArray:
        return np.array([getattr(row, name) for row in file.regions], np.float64)

    def by_region(name: str, by: FloatArray) -> FloatArray:
        return by[:, None] * np.array([getattr(row, name) for row in file.sectors], np.float64)

    able = of_regions("capability_factor")
    return {
        "sme_capability": np.minimum(1.0, by_region("sme_capability", able)),
        "core_capability": np.minimum(1.0, by_region("core_capability", able)),
        "size_exponent": by_region("size_exponent", of_regions("size_exponent_factor")),
        "university_capability": of_regions("university_capability"),
        "university_talent": of_regions("university_talent"),
        "firm_talent_factor": of_regions("firm_talent_factor"),
        "second_share": file.scenario.second_field_share,
    }


def institute_orientation(region: RegionRow) -> float:
    """Return the orientation of a region's institutes."""
    return region.orientation if region.institute_orientation is None else region.institute_orientation


def firm_words(file: ScenarioFile) -> list[str]:
    """Return what the firms of each sector are called: its label, or its name if that alone is unique."""
    labels = [row.label or row.name.replace("_", " ") for row in file.sectors]
    taken = {*WORDS, *(f"{label} core" for label in labels)}
    return [
        label if labels.count(label) == 1 and label not in taken else f"{row.name} firm"
        for label, row in zip(labels, file.sectors, strict=True)
    ]


def _groups(file: ScenarioFile, region: RegionRow, words: list[str]) -> Iterator[Group]:
    core = core_counts(file, region)
    for s, sector in enumerate(file.sectors):
        firms = scaled(sector.firms, factor(region, sector.name))
        yield Group(f"{words[s]} core", core[s], Kind.FIRM, s, True)
        yield Group(words[s], firms - core[s], Kind.FIRM, s)
    openness = region.openness
    own = institute_orientation(region)
    universities, institutes = n_institutions(region, "universities"), n_institutions(region, "institutes")
    yield Group(WORDS[0], universities, Kind.UNIVERSITY, orientation=region.orientation, openness=openness)
    yield Group(WORDS[1], institutes, Kind.UNIVERSITY, orientation=own, openness=openness)
    yield Group(WORDS[2], 1, Kind.GOVERNMENT)
    yield Group(WORDS[3], region.banks, Kind.BANK)
    yield Group(WORDS[4], region.venture_funds, Kind.VENTURE_FUND)
    yield Group(WORDS[5], region.guarantee_funds, Kind.GUARANTEE_FUND)
    yield Group(WORDS[6], region.platforms, Kind.PLATFORM)


def _sector_sales(file: ScenarioFile) -> FloatArray:
    """Return sales at the start, 0 where a region has no firm of the sector, shape (regions, sectors)."""
    return np.array(
        [
            [row.sales * by if scaled(row.firms, by := factor(region, row.name)) else 0.0 for row in file.sectors]
            for region in file.regions
        ],
        np.float64,
    )
