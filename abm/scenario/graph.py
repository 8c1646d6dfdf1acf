"""A region as a networkx graph: actors and ties from the graph, everything it does not say from a base scenario."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import InputError, nearest
from abm.randomness import name_hash
from abm.scenario import members
from abm.scenario.graph_ties import read_ties
from abm.scenario.members import Kinds, is_missing
from abm.scenario.problems import Problems, shown
from abm.scenario.scenario import Scenario
from abm.scenario.schema import MAX_ACTORS, MAX_CELLS, MAX_NAME_LENGTH, MAX_TIES
from abm.scenario.tables import MAX_ID_LENGTH, MAX_SALES, MIN_SALES, free_name, summed
from abm.state.codes import Kind
from abm.state.founders import Founders
from abm.types import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import networkx as nx

_FIRM, _UNIVERSITY = int(Kind.FIRM), int(Kind.UNIVERSITY)


def scenario_of_graph(graph: nx.Graph[Any], base: Scenario) -> Scenario:
    """Return `base` with the actors and ties of a graph (see `Scenario.from_graph`).

    Raises
    ------
    InputError
        If it is not a graph, is empty or too large, or an attribute is missing or wrong.
    """
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise InputError(f"graph: a networkx graph is expected, not {type(graph).__name__}")
    title = str(graph.graph.get("name") or "graph")
    problems = Problems(f'graph "{title}"')
    _check_size(graph, base, problems)
    actors = _Actors(graph, base, problems)
    problems.stop()
    source = [actors.row[a] for a, _ in graph.edges()]
    target = [actors.row[b] for _, b in graph.edges()]
    ties, tie_notes = read_ties(graph, source, target, actors, base.structure(), problems)
    problems.stop()
    actors.add_missing()
    founders = actors.founders(base.founders(0), ties)
    structure = replace(
        base.structure(),
        region_names=tuple(actors.regions),
        openness=base.structure().openness[actors.base_region],
        export_base=_exports(base, actors.base_region, founders.sector_sales),
    )
    return replace(
        base,
        name=re.sub(r"\W+", "_", title).strip("_").lower()[:60] or "graph",
        title=title,
        title_zh="",
        description=f"{len(graph)} actors and {len(source)} ties of a graph; the rest from {base.name}",
        source="",
        notes=(*actors.notes, *tie_notes),
        _structure=structure,
        _founders=founders,
    )


def _check_size(graph: nx.Graph[Any], base: Scenario, problems: Problems) -> None:
    n_actors, n_ties = graph.number_of_nodes(), graph.number_of_edges()
    if n_actors == 0:
        problems.add("has no nodes")
    elif n_actors > MAX_ACTORS or n_ties > MAX_TIES:
        problems.add(f"{n_actors:,} actors and {n_ties:,} ties; allowed up to {MAX_ACTORS:,} and {MAX_TIES:,}")
    elif n_actors * base.structure().n_fields > MAX_CELLS:
        problems.add(f"actors × fields is {n_actors * base.structure().n_fields:,}; allowed up to {MAX_CELLS:,}")
    problems.stop()


def _exports(base: Scenario, base_region: IntArray, sector_sales: FloatArray) -> FloatArray:
    """Return exports at the start in the base scenario's proportion to sales."""
    sales, exports = base.founders(0).sector_sales, base.structure().export_base
    share = exports.sum(axis=0) / np.maximum(sales.sum(axis=0), 1e-12)
    asleep = base.structure().can_sleep
    result: FloatArray = np.where(asleep, exports[base_region], sector_sales * np.where(asleep, 0.0, share))
    return result


def chance(what: str, name: str) -> float:
    """Return a number in [0, 1) that depends on the name of an actor and on what it decides, and on nothing else."""
    return float((name_hash(f"{what}:{name}") >> 11) * 2.0**-53)


def _names(graph: nx.Graph[Any], problems: Problems) -> list[str]:
    """Return the actors' names: the attribute ``name`` or ``label`` if all have one and no two the same, else ids.

    An attribute too long for a name does not serve as one.
    """
    for attribute in ("name", "label"):
        given = [graph.nodes[each].get(attribute) for each in graph]
        names = [str(name) for name in given]
        fits = not any(is_missing(name) for name in given) and max(map(len, names)) <= MAX_ID_LENGTH
        if fits and len(set(names)) == len(names):
            return names
    ids = [str(each) for each in graph]
    known: set[str] = set()
    for name in ids:
        if len(name) > MAX_ID_LENGTH:
            problems.add(f"node {shown(name)}: the name is too long; allowed 1 to {MAX_ID_LENGTH}")
        if name in known:
            problems.add(f"two nodes are called {shown(name)}")
        known.add(name)
    return ids


class _Actors:
    """Columns of the actors of a graph, filled and checked."""

    def __init__(self, graph: nx.Graph[Any], base: Scenario, problems: Problems) -> None:
        self._graph = graph
        self._base = base
        self.notes: list[str] = []
        self.names = _names(graph, problems)
        self.row = {each: i for i, each in enumerate(graph)}
        core = [a if not is_missing(a) else b for a, b in zip(self._get("core"), self._get("is_core"), strict=True)]
        self._check_kind_is_there(problems)
        self.kinds = members.read_kinds(self._get("kind"), core, self.where, problems)
        problems.stop()
        self.firm, self.university = self.kinds.kind == _FIRM, self.kinds.kind == _UNIVERSITY
        self.regions, self.base_region, self.region = self._read_regions(problems)
        self.sector = self._read_sectors(problems)
        self._read_numbers(problems)

    def where(self, i: int) -> str:
        """Return how messages name an actor."""
        return f"node {shown(self.names[i])}"

    def _get(self, attribute: str) -> list[Any]:
        return [attributes.get(attribute) for _, attributes in self._graph.nodes(data=True)]

    def _check_kind_is_there(self, problems: Problems) -> None:
        if all(is_missing(value) for value in self._get("kind")):
            others = sorted({str(name) for _, attributes in self._graph.nodes(data=True) for name in attributes})
            problems.add(
                f'no node has the attribute "kind"{nearest("kind", others)}; '
                f"give each one of {', '.join(members.KIND_WORDS)}"
            )
            problems.stop()

    def _read_regions(self, problems: Problems) -> tuple[list[str], IntArray, IntArray]:
        """Return the regions' names, the region of the base each is like, and the region of each actor."""
        known = self._base.structure().region_names
        given = ["" if is_missing(value) else str(value).strip() for value in self._get("region")]
        for i, name in enumerate(given):
            if len(name) > MAX_NAME_LENGTH or (name and not name.isprintable()):
                allowed = f"allowed 1 to {MAX_NAME_LENGTH} characters on one line"
                problems.add(f"{self.where(i)}: region {shown(name)} is not a valid name; {allowed}")
        named = sorted({name for name in given if name})
        regions = named or list(known)
        place = {name: g for g, name in enumerate(regions)}
        if not all(given) and len(regions) > 1:
            self.notes.append(f"region of {_these(self.names, [not g for g in given])}, by chance")
        for name in (name for name in named if name not in known):
            self.notes.append(f'region "{name}" has the institutions\' settings of "{known[0]}" of {self._base.name}')
        like = np.array([known.index(name) if name in known else 0 for name in regions], np.int64)
        region = [
            place[name] if name else int(chance("region", own) * len(regions))
            for own, name in zip(self.names, given, strict=True)
        ]
        return regions, like, np.array(region, np.int64)

    def _read_sectors(self, problems: Problems) -> IntArray:
        """Return sectors by name or label; firms without one get one in the proportions of the base's firms."""
        st, founders = self._base.structure(), self._base.founders(0)
        by_label = dict(zip(self._base.sector_labels, st.sector_names, strict=True))
        given = [by_label.get(value, value) if isinstance(value, str) else value for value in self._get("sector")]
        said = [value if is_firm else None for value, is_firm in zip(given, self.firm, strict=True)]
        sector = members.read_places("sector", said, st.sector_names, self.where, problems)
        for i in np.flatnonzero(st.can_sleep[sector] & (sector >= 0)):
            problems.add(f"{self.where(int(i))}: the sector is dormant; a dormant sector starts with no firms")
        to_fill = self.firm & (sector < 0)
        if to_fill.any():
            number = np.bincount(founders.sector[founders.kind == _FIRM], minlength=st.n_sectors)
            number = number if number.sum() else (~st.can_sleep).astype(np.int64)
            edges = np.cumsum(number) / number.sum()
            for i in np.flatnonzero(to_fill):
                sector[i] = np.searchsorted(edges, chance("sector", self.names[i]), side="right")
            self.notes.append(f"sector of {_these(self.names, to_fill)}, in the proportions of {self._base.name}")
        return sector

    def _read_numbers(self, problems: Problems) -> None:
        def read(name: str, low: float, high: float, has: BoolArray) -> FloatArray:
            said = [value if of else None for value, of in zip(self._get(name), has, strict=True)]
            numbers = np.where(has, members.read_numbers(name, said, low, high, self.where, problems), 0.0)
            if np.isnan(numbers).any():
                self.notes.append(f"{name} of {_these(self.names, np.isnan(numbers))}, from {self._base.name}")
            return numbers

        self.sales = np.where(self.firm, np.maximum(read("sales", 0.0, MAX_SALES, self.firm), MIN_SALES), 0.0)
        whole = read("capability", 0.0, 1.0, self.firm | self.university)
        self.capability = np.repeat(whole[:, None], self._base.structure().n_fields, axis=1)
        self.orientation = read("orientation", 0.0, 1.0, self.university)
        self.openness = read("openness", 0.0, 1.0, self.university)
        founders = self._base.founders(0)
        of_base = founders.kind == _UNIVERSITY
        for column, given in ((self.orientation, founders.orientation), (self.openness, founders.openness)):
            column[np.isnan(column)] = given[of_base].mean() if of_base.any() else 0.5

    def add_missing(self) -> None:
        """Add the government and a bank to every region that has none."""
        for kind, word in ((Kind.GOVERNMENT, "government"), (Kind.BANK, "bank")):
            for g, region in enumerate(self.regions):
                if not np.any((self.kinds.kind == int(kind)) & (self.region == g)):
                    name = free_name(f"{region} {word}", self.names)
                    self._append(name, kind, g)
                    self.notes.append(f'added a {word}, "{name}": the graph has none in the region {region}')

    def _append(self, name: str, kind: Kind, region: int) -> None:
        self.names.append(name)
        self.kinds = Kinds(*(np.append(a, v) for a, v in zip(self.kinds, (int(kind), False, False), strict=True)))
        self.region = np.append(self.region, region)
        self.sector = np.append(self.sector, -1)
        self.sales, self.orientation = np.append(self.sales, 0.0), np.append(self.orientation, 0.0)
        self.openness = np.append(self.openness, 0.0)
        self.capability = np.vstack([self.capability, np.zeros(self.capability.shape[1])])

    def founders(self, of_base: Founders, ties: dict[str, Any]) -> Founders:
        """Return the founders, with the means of the base scenario."""
        return Founders(
            name=tuple(self.names),
            kind=self.kinds.kind,
            region=self.region,
            sector=self.sector,
            is_core=self.kinds.is_core,
            sales=self.sales,
            capability=self.capability,
            orientation=self.orientation,
            openness=self.openness,
            sector_sales=self._sector_sales(of_base),
            sme_capability=of_base.sme_capability[self.base_region],
            core_capability=of_base.core_capability[self.base_region],
            size_exponent=of_base.size_exponent[self.base_region],
            university_capability=of_base.university_capability[self.base_region],
            university_talent=of_base.university_talent[self.base_region],
            firm_talent_factor=of_base.firm_talent_factor[self.base_region],
            second_share=of_base.second_share,
            **ties,
        )

    def _sector_sales(self, of_base: Founders) -> FloatArray:
        """Return sales by region and sector: as given, and the base's mean per firm for every firm that gives none."""
        n_sectors = self._base.structure().n_sectors
        base_firms = np.bincount(of_base.sector[of_base.kind == _FIRM], minlength=n_sectors)
        total = of_base.sector_sales.sum(axis=0)
        overall = total.sum() / max(int(base_firms.sum()), 1)
        mean = np.where(base_firms > 0, total / np.maximum(base_firms, 1), overall or 10.0)
        firm = self.kinds.kind == _FIRM
        sales = np.where(np.isnan(self.sales), mean[self.sector], self.sales)[firm]
        market = self.region[firm] * n_sectors + self.sector[firm]
        return summed(market, sales, (len(self.regions), n_sectors))


def _these(names: Sequence[str], which: Sequence[bool] | BoolArray) -> str:
    """Return how many actors, and the first of them.

    >>> _these(["a", "b", "c", "d", "e"], [True, True, True, True, False])
    '4 actors (a, b, c, ...)'
    """
    chosen = [name for name, is_chosen in zip(names, which, strict=True) if is_chosen]
    more = ", ..." if len(chosen) > 3 else ""
    return f"{len(chosen)} actor{'s' if len(chosen) != 1 else ''} ({', '.join(chosen[:3])}{more})"
