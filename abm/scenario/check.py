"""What must hold across the tables of a scenario file: names that exist, weights that sum to one, sizes that fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from abm.scenario.problems import Problems, shown, suggestion
from abm.scenario.schema import MAX_ACTORS, MAX_CELLS, RegionRow, ScenarioFile, SectorRow

TOLERANCE = 1e-6
"""How far weights may be from the sum they must have."""

MAX_INPUTS = 0.95
"""Inputs of a sector per unit of output stay below this, or (I - B)^-1 loses meaning."""

INSTITUTIONS = ("universities", "institutes", "banks", "venture_funds", "guarantee_funds", "platforms")

SCALED_INSTITUTIONS = ("universities", "institutes")
"""Those whose number `scale` of a region multiplies; what banks and funds hold grows with sales as it is."""

_COUNTS = ("firms", "core_firms", "sales", "dormant")
_ENTRIES = ("entries", "sales_per_firm")


def check_file(file: ScenarioFile, problems: Problems) -> None:
    """Note everything that does not fit together."""
    if file.scenario.without and not file.scenario.base:
        problems.add("scenario.without is given, but scenario.base is not")
    fields, chains, sectors = ([row.name for row in rows] for rows in (file.fields, file.chains, file.sectors))
    for what, names in (("fields", fields), ("chains", chains), ("sectors", sectors)):
        _check_unique(what, names, problems)
    _check_unique("regions", [row.name for row in file.regions], problems)
    for sector in file.sectors:
        place = f'sectors "{sector.name}"'
        _check_known(f"{place}, chain", [sector.chain], chains, problems)
        _check_known(f"{place}, fields", sector.fields, fields, problems)
        _check_known(f"{place}, inputs", sector.inputs, sectors, problems)
        _check_sector(place, sector, problems)
    for chain in file.chains:
        _check_known(f'chains "{chain.name}", final', chain.final, sectors, problems)
    for region in file.regions:
        _check_known(f'regions "{region.name}", sector_scale', region.sector_scale, sectors, problems)
    _check_sums(file, problems)
    if file.tables.actors is None:
        _check_counts(file, problems)
    else:
        _check_no_counts(file, problems)
    _check_sizes(file, problems)


def check_entries(file: ScenarioFile, problems: Problems) -> None:
    """Note where a file mixes numbers of firms by sector with a total that is shared out by entries."""
    if file.scenario.total_firms is None:
        if file.scenario.core_share:
            problems.add("scenario.core_share is given without total_firms; core firms are then core_firms of sectors")
        for sector in file.sectors:
            for key in _ENTRIES:
                if getattr(sector, key) is not None:
                    problems.add(f'sectors "{sector.name}": {key} is given, but scenario.total_firms is not')
        return
    if file.tables.actors is not None:
        problems.add("scenario.total_firms is given, but tables.actors lists the firms")
    for sector in file.sectors:
        place = f'sectors "{sector.name}"'
        for key in _ENTRIES:
            if getattr(sector, key) is None:
                problems.add(f"{place}: {key} is missing; with scenario.total_firms every sector has one")
        for key in _COUNTS:
            if getattr(sector, key):
                problems.add(f"{place}: {key} is given, but follows from scenario.total_firms and entries")
    if file.scenario.total_firms and not sum(sector.entries or 0 for sector in file.sectors):
        problems.add("sectors: entries are 0 in all sectors, so that total_firms cannot be shared out")


def _check_unique(what: str, names: Sequence[str], problems: Problems) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(f"{what}: {shown(name)} stands there {names.count(name)} times")


def _check_known(place: str, names: Iterable[str], known: Sequence[str], problems: Problems) -> None:
    for name in names:
        if name not in known:
            problems.add(f"{place}: unknown name {shown(name)}{suggestion(name, known)}")


def _check_sum(place: str, total: float, problems: Problems) -> None:
    if abs(total - 1.0) > TOLERANCE:
        problems.add(f"{place} sum to {total:.6g}; they must sum to 1")


def _check_sector(place: str, sector: SectorRow, problems: Problems) -> None:
    _check_sum(f"{place}: weights in fields", sum(sector.fields.values()), problems)
    inputs = sum(sector.inputs.values())
    cost = inputs + sector.labour_share + sector.energy_share
    if inputs >= MAX_INPUTS:
        problems.add(f"{place}: inputs sum to {inputs:.6g}; they must stay below {MAX_INPUTS:g}")
    elif cost >= 1.0:
        problems.add(
            f"{place}: inputs, labour_share and energy_share sum to {cost:.6g}; below 1 leaves something to earn"
        )


def _check_sums(file: ScenarioFile, problems: Problems) -> None:
    _check_sum("sectors: equipment_share over all sectors", sum(s.equipment_share for s in file.sectors), problems)
    _check_sum("sectors: adoption_share over all sectors", sum(s.adoption_share for s in file.sectors), problems)
    households = sum(sector.household_share for sector in file.sectors)
    if households > 1.0 + TOLERANCE:
        problems.add(f"sectors: household_share over all sectors sums to {households:.6g}; allowed up to 1")
    for sector in file.sectors:
        shares = [chain.final[sector.name] for chain in file.chains if sector.name in chain.final]
        if shares:
            _check_sum(f'chains: shares of "{sector.name}" in final over all chains', sum(shares), problems)


def _check_counts(file: ScenarioFile, problems: Problems) -> None:
    for sector in file.sectors:
        place = f'sectors "{sector.name}"'
        if sector.core_firms > sector.firms:
            problems.add(f"{place}: core_firms is {sector.core_firms}, more than firms ({sector.firms})")
        if sector.dormant and sector.firms:
            problems.add(f"{place}: is dormant, but has {sector.firms} firms; a dormant sector starts with none")
        elif sector.firms and not sector.sales:
            problems.add(f"{place}: has {sector.firms} firms and no sales")
        elif sector.sales and not sector.firms and not sector.dormant:
            problems.add(f"{place}: has sales of {sector.sales:g} and no firms")
    if file.tables.ties is not None:
        problems.add("tables.ties needs tables.actors, which names the actors at the ends")


def _check_no_counts(file: ScenarioFile, problems: Problems) -> None:
    for sector in file.sectors:
        for key in ("firms", "core_firms"):
            if getattr(sector, key):
                problems.add(f'sectors "{sector.name}": {key} is given, but tables.actors lists the firms')
    for region in file.regions:
        for key in INSTITUTIONS:
            if getattr(region, key):
                problems.add(f'regions "{region.name}": {key} is given, but tables.actors lists the actors')
        if region.core_factor != 1.0:
            problems.add(f'regions "{region.name}": core_factor is given, but tables.actors says who is core')


def _check_sizes(file: ScenarioFile, problems: Problems) -> None:
    actors = sum(n_actors(file, region) for region in file.regions)
    cells = len(file.regions) * len(file.chains) * len(file.sectors) * len(file.fields)
    if actors > MAX_ACTORS:
        problems.add(f"{actors:,} actors are too many; allowed up to {MAX_ACTORS:,}")
    elif actors * len(file.fields) > MAX_CELLS:
        problems.add(f"actors × fields is {actors * len(file.fields):,}; allowed up to {MAX_CELLS:,}")
    if cells > MAX_CELLS:
        problems.add(f"regions × chains × sectors × fields is {cells:,}; allowed up to {MAX_CELLS:,}")


def n_actors(file: ScenarioFile, region: RegionRow) -> int:
    """Return the number of actors a region gets from the counts in the file."""
    firms = sum(scaled(sector.firms, factor(region, sector.name)) for sector in file.sectors)
    return 1 + firms + sum(n_institutions(region, key) for key in INSTITUTIONS)


def n_institutions(region: RegionRow, key: str) -> int:
    """Return how many of the institutions counted under a key a region has."""
    number: int = getattr(region, key)
    return scaled(number, region.scale) if key in SCALED_INSTITUTIONS else number


def factor(region: RegionRow, sector: str) -> float:
    """Return what numbers and sales of a sector's firms are multiplied by in a region."""
    return region.scale * region.sector_scale.get(sector, 1.0)


def scaled(number: int, by: float) -> int:
    """Return a number of firms scaled and rounded, halves up.

    >>> scaled(3, 0.5), scaled(10, 1.0)
    (2, 10)
    """
    return int(number * by + 0.5)
