"""Founders of a region given as tables: one row per actor, one row per tie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from abm.errors import InputError
from abm.scenario import members
from abm.scenario.check import factor
from abm.scenario.counts import institute_orientation, means_of
from abm.scenario.members import Kinds
from abm.scenario.problems import Problems, shown, suggestion
from abm.scenario.reading import Sheet, read_sheet
from abm.scenario.schema import MAX_ACTORS, MAX_CELLS, MAX_TIES, ScenarioFile
from abm.state.codes import Kind, Layer
from abm.state.founders import Founders
from abm.types import BoolArray, FloatArray, IntArray

ACTOR_COLUMNS = ("region", "sector", "core", "sales", "capability", "orientation", "openness")
TIE_COLUMNS = ("weight", "trust")
MAX_ID_LENGTH = 200
MIN_SALES, MAX_SALES = 1e-3, 1e7
"""Sales of one firm, million yuan per quarter."""


def founders_of_tables(file: ScenarioFile, folder: Path, notes: list[str]) -> Founders:
    """Return the founders listed in ``tables.actors`` and ``tables.ties``; what is added is told in `notes`.

    Raises
    ------
    InputError
        If a table or a value is wrong.
    """
    fields = [f"capability.{field.name}" for field in file.fields]
    sheet = read_sheet(folder / str(file.tables.actors), ("id", "kind"), (*ACTOR_COLUMNS, *fields), MAX_ACTORS)
    if len(sheet.lines) * len(fields) > MAX_CELLS:
        raise InputError(f"{sheet.path}: actors × fields is more than {MAX_CELLS:,}")
    problems = Problems(str(sheet.path))
    actors = _Actors(file, sheet, problems)
    problems.stop()
    actors.add_missing(file, notes)
    ties = _read_ties(folder / file.tables.ties, actors) if file.tables.ties is not None else _NO_TIES
    problems = Problems(str(sheet.path))
    sector_sales = sales_of_sectors(file, actors.kinds, actors.region, actors.sector, actors.sales, problems)
    problems.stop()
    return Founders(
        name=tuple(actors.ids),
        kind=actors.kinds.kind,
        region=actors.region,
        sector=actors.sector,
        is_core=actors.kinds.is_core,
        sales=actors.sales,
        capability=actors.capability,
        orientation=actors.orientation,
        openness=actors.openness,
        tie_source=ties[0],
        tie_target=ties[1],
        tie_layer=ties[2],
        tie_weight=ties[3],
        tie_trust=ties[4],
        sector_sales=sector_sales,
        **means_of(file),
    )


_Ties = tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]
_NONE = np.zeros(0, np.int64)
_NO_TIES: _Ties = (_NONE, _NONE, _NONE, np.zeros(0), np.zeros(0))


class _Actors:
    """Columns of the actors table, checked."""

    def __init__(self, file: ScenarioFile, sheet: Sheet, problems: Problems) -> None:
        def where(i: int) -> str:
            return f"line {sheet.lines[i]}"

        self.ids = check_ids(sheet, problems)
        self.kinds = members.read_kinds(sheet.column("kind"), sheet.column("core"), where, problems)
        regions = [row.name for row in file.regions]
        self.region = members.read_places("region", sheet.column("region"), regions, where, problems)
        if len(regions) == 1:
            self.region[:] = 0
        for i in np.flatnonzero(self.region < 0) if not problems.count else ():
            problems.add(f"{where(int(i))}: region is missing; allowed {', '.join(regions[:10])}")
        sectors = [row.name for row in file.sectors]
        self.sector = members.read_places("sector", sheet.column("sector"), sectors, where, problems)
        firm, university = self.kinds.kind == int(Kind.FIRM), self.kinds.kind == int(Kind.UNIVERSITY)
        for i in np.flatnonzero(firm & (self.sector < 0)) if not problems.count else ():
            problems.add(f"{where(int(i))}: sector is missing; a firm has one of {', '.join(sectors[:10])}")
        members.refuse_where("sector", ~firm & (self.sector >= 0), "firms", where, problems)
        for i in np.flatnonzero(np.isin(self.sector, [s for s, row in enumerate(file.sectors) if row.dormant])):
            problems.add(f"{where(int(i))}: the sector is dormant; a dormant sector starts with no firms")
        self._read_numbers(file, sheet, firm, university, problems)

    def _read_numbers(
        self, file: ScenarioFile, sheet: Sheet, firm: BoolArray, university: BoolArray, problems: Problems
    ) -> None:
        def where(i: int) -> str:
            return f"line {sheet.lines[i]}"

        def read(name: str, low: float, high: float, of: str, has: BoolArray) -> FloatArray:
            numbers = members.read_numbers(name, sheet.column(name), low, high, where, problems)
            members.refuse_where(name, ~has & ~np.isnan(numbers), of, where, problems)
            return np.where(has, numbers, 0.0)

        self.sales = read("sales", MIN_SALES, MAX_SALES, "firms", firm)
        whole = read("capability", 0.0, 1.0, "firms, universities and institutes", firm | university)
        self.capability = np.repeat(whole[:, None], len(file.fields), axis=1)
        for k, field in enumerate(file.fields):
            name = f"capability.{field.name}"
            if name in sheet.columns:
                own = read(name, 0.0, 1.0, "firms, universities and institutes", firm | university)
                self.capability[:, k] = np.where(np.isnan(own), self.capability[:, k], own)
        self.orientation = read("orientation", 0.0, 1.0, "universities and institutes", university)
        self.openness = read("openness", 0.0, 1.0, "universities and institutes", university)
        if not problems.count:
            by_region = np.array([[row.orientation, institute_orientation(row)] for row in file.regions])
            default = by_region[self.region, self.kinds.is_institute.astype(np.int64)]
            self.orientation = np.where(np.isnan(self.orientation), default, self.orientation)
            openness = np.array([row.openness for row in file.regions])[self.region]
            self.openness = np.where(np.isnan(self.openness), openness, self.openness)

    def add_missing(self, file: ScenarioFile, notes: list[str]) -> None:
        """Add the government and a bank to every region that has none."""
        for kind, word in ((Kind.GOVERNMENT, "government"), (Kind.BANK, "bank")):
            for g, row in enumerate(file.regions):
                if not np.any((self.kinds.kind == int(kind)) & (self.region == g)):
                    name = free_name(f"{row.name} {word}", self.ids)
                    self._append(name, kind, g)
                    notes.append(f'added a {word}, "{name}": the tables list none in the region {row.name}')

    def _append(self, name: str, kind: Kind, region: int) -> None:
        self.ids.append(name)
        self.kinds = Kinds(
            np.append(self.kinds.kind, int(kind)),
            np.append(self.kinds.is_core, False),
            np.append(self.kinds.is_institute, False),
        )
        self.region = np.append(self.region, region)
        self.sector = np.append(self.sector, -1)
        self.sales = np.append(self.sales, 0.0)
        self.capability = np.vstack([self.capability, np.zeros(self.capability.shape[1])])
        self.orientation = np.append(self.orientation, 0.0)
        self.openness = np.append(self.openness, 0.0)


def free_name(wish: str, taken: Sequence[str]) -> str:
    """Return `wish`, with a number if it is taken.

    >>> free_name("bank", ["bank", "bank 2"])
    'bank 3'
    """
    names, number = set(taken), 1
    while (name := wish if number == 1 else f"{wish} {number}") in names:
        number += 1
    return name


def check_ids(sheet: Sheet, problems: Problems) -> list[str]:
    """Return the ids of a table's rows, after noting those that are empty, too long or there twice."""
    first: dict[str, int] = {}
    for name, line in zip(sheet.columns["id"], sheet.lines, strict=True):
        if not name or len(name) > MAX_ID_LENGTH:
            problems.add(f"line {line}: id is {'missing' if not name else 'too long'}")
        elif name in first:
            problems.add(f"line {line}: the id {shown(name)} stands there twice, first in line {first[name]}")
        else:
            first[name] = line
    return list(sheet.columns["id"])


def _read_ties(path: Path, actors: _Actors) -> _Ties:
    """Return source, target, layer, weight and trust of the ties in a table."""
    sheet = read_sheet(path, ("source", "target", "layer"), TIE_COLUMNS, MAX_TIES, may_be_empty=True)
    problems = Problems(str(path))

    def where(i: int) -> str:
        return f"line {sheet.lines[i]}"

    row = {name: i for i, name in enumerate(actors.ids)}
    ends = [[row.get(name, -1) for name in sheet.columns[end]] for end in ("source", "target")]
    for end, rows in zip(("source", "target"), ends, strict=True):
        for i in (i for i, each in enumerate(rows) if each < 0):
            name = sheet.columns[end][i]
            said = f"{shown(name)} is not among the actors{suggestion(name, actors.ids)}" if name else "is missing"
            problems.add(f"{where(i)}: {end} {said}")
    layers = members.read_places("layer", sheet.columns["layer"], members.LAYERS, where, problems)
    weight = members.read_numbers("weight", sheet.column("weight"), 0.0, 1.0, where, problems)
    trust = members.read_numbers("trust", sheet.column("trust"), 0.0, 1.0, where, problems)
    source, target = np.array(ends[0], np.int64), np.array(ends[1], np.int64)
    if not problems.count:
        _check_ties(sheet, actors.kinds.kind, source, target, layers, problems)
    problems.stop()
    return source, target, layers, weight, trust


def _check_ties(
    sheet: Sheet, kind: IntArray, source: IntArray, target: IntArray, layers: IntArray, problems: Problems
) -> None:
    """Note ties without a layer, of an actor to itself, between the wrong kinds, and those there twice."""
    first: dict[tuple[int, int, int], int] = {}
    for i, line in enumerate(sheet.lines):
        a, b, layer = int(source[i]), int(target[i]), int(layers[i])
        key = (min(a, b), max(a, b), layer) if layer == int(Layer.RESEARCH) else (a, b, layer)
        if layer < 0:
            problems.add(f"line {line}: layer is missing; allowed {', '.join(members.LAYERS)}")
        elif a == b:
            problems.add(f"line {line}: a tie of {shown(sheet.columns['source'][i])} to itself")
        elif not members.layer_fits(layer, int(kind[a]), int(kind[b])):
            name = members.LAYERS[layer]
            problems.add(f"line {line}: a {name} tie runs from {members.ENDS[name]}")
        elif key in first:
            problems.add(f"line {line}: the same tie as in line {first[key]}")
        else:
            first[key] = line


def sales_of_sectors(
    file: ScenarioFile, kinds: Kinds, region: IntArray, sector: IntArray, sales: FloatArray, problems: Problems
) -> FloatArray:
    """Return sales at the start, shape (regions, sectors): of the firms if all say theirs, else the file's number."""
    shape = (len(file.regions), len(file.sectors))
    firm = kinds.kind == int(Kind.FIRM)
    market = region[firm] * shape[1] + sector[firm]
    given = summed(market, np.nan_to_num(sales[firm]), shape)
    is_silent = summed(market, np.isnan(sales[firm]).astype(np.float64), shape) > 0
    total = given.copy()
    for g, s in np.argwhere(is_silent):
        place, row = file.regions[g], file.sectors[s]
        total[g, s] = row.sales * factor(place, row.name)
        if total[g, s] <= given[g, s]:
            problems.add(
                f'region "{place.name}", sector "{row.name}": some firms give no sales, and the sector\'s '
                f"{total[g, s]:g} leave nothing for them beside the {given[g, s]:g} of the others"
            )
    return total


def summed(place: IntArray, amount: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Return the sums of amounts by place, counted row by row.

    >>> summed(np.array([0, 3, 3]), np.array([1.0, 2.0, 3.0]), (2, 2)).tolist()
    [[1.0, 0.0], [0.0, 5.0]]
    """
    sums: FloatArray = np.bincount(place, amount, shape[0] * shape[1]).astype(np.float64)
    return sums.reshape(shape)
