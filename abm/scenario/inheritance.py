"""A scenario that says only how it differs from another, its base (``[scenario] base = "equipment"``).

Tables are merged key by key, rows of a list by their `name`; other values replace those of the base, and regimes are
added to the base's. What a scenario is called, and its description and source, are never taken over.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from abm.errors import InputError, nearest
from abm.scenario.check import INSTITUTIONS
from abm.scenario.problems import Problems, shown
from abm.scenario.reading import read_toml
from abm.scenario.scenario import SHIPPED, scenario_names

Tables = dict[str, Any]

OWN = ("name", "title", "title_zh", "description", "source", "base", "without")
"""Keys of ``[scenario]`` that are not taken from the base."""

LISTS = ("fields", "chains", "sectors", "regions", "regimes")
"""Lists of rows with names."""

COUNTS = {
    "scenario": ("total_firms", "core_share"),
    "sectors": ("firms", "core_firms", "entries", "sales_per_firm"),
    "regions": (*INSTITUTIONS, "core_factor"),
}
"""What a table of actors says instead."""


class Base(NamedTuple):
    """A scenario that another is built on."""

    name: str
    path: Path


def base_of(tables: Mapping[str, Any], where: str, folder: Path) -> Base | None:
    """Return what the content of a file is built on, None if it stands alone.

    Raises
    ------
    InputError
        If there is no such scenario.
    """
    heading = tables.get("scenario")
    name = heading.get("base", "") if isinstance(heading, Mapping) else ""
    if name == "":
        return None
    if not isinstance(name, str):
        raise InputError(f"{where}: scenario.base: {shown(name)} is not text")
    names = scenario_names()
    if name in names:
        return Base(name, SHIPPED / f"{name}.toml")
    if not name.lower().endswith(".toml"):
        there = f"there are {', '.join(names)}, and .toml files"
        raise InputError(f"{where}: scenario.base: unknown scenario {shown(name)}{nearest(name, names)}; {there}")
    return Base(name, folder / name)


def resolved(tables: Mapping[str, Any], where: str, folder: Path, above: tuple[Path, ...] = ()) -> Tables:
    """Return the content of a file with all that it leaves to its base, and its base's base.

    Parameters
    ----------
    tables, where, folder
        Content, name in messages, and folder of the file.
    above
        Files that are built on this one.

    Raises
    ------
    InputError
        If a base cannot be read, leads back to itself, or lacks what is to be left out.
    """
    base = base_of(tables, where, folder)
    if base is None:
        return dict(tables)
    content = read_toml(base.path)  # first, as it refuses what is no path at all
    path = base.path.resolve()
    if path in above:
        raise InputError(f"{where}: scenario.base: {shown(base.name)} is itself built on this, in a circle")
    found = resolved(content, str(base.path), base.path.parent, (*above, path))
    return _merged(_left_of(found, tables, where, base.path.parent), tables)


def _left_of(base: Tables, tables: Mapping[str, Any], where: str, folder: Path) -> Tables:
    """Return what a file takes over from its base before it says anything itself."""
    kept = {key: list(value) if isinstance(value, list) else value for key, value in base.items()}
    kept["scenario"] = {key: value for key, value in _table(base.get("scenario")).items() if key not in OWN}
    files = {key: str(folder / name) for key, name in _table(base.get("tables")).items() if isinstance(name, str)}
    if files:
        kept["tables"] = files
    if "actors" in _table(tables.get("tables")):
        for name in ("sectors", "regions"):
            kept[name] = [_without(row, COUNTS[name]) for row in _list(kept.get(name))]
        kept["scenario"] = _without(kept["scenario"], COUNTS["scenario"])
    kept["parameters"] = _without(_flat(base.get("parameters")), _flat(tables.get("parameters")))
    problems = Problems(where)
    for each in _list(_table(tables.get("scenario")).get("without")):
        _leave_out(kept, each, problems)
    problems.stop()
    return kept


def _leave_out(kept: Tables, what: Any, problems: Problems) -> None:
    """Remove the row named by ``"regions.home"``, or note why not."""
    place, _, name = what.partition(".") if isinstance(what, str) else ("", "", "")
    if place not in LISTS or not name:
        hint = f'{nearest(place, LISTS)}; a row is named as "regions.home", and the lists are {", ".join(LISTS)}'
        problems.add(f"scenario.without: {shown(what)} names no row{hint}")
        return
    names = [str(_table(row).get("name")) for row in _list(kept.get(place))]
    if name not in names:
        problems.add(f"scenario.without: the base has no {shown(name)} in {place}{nearest(name, names)}")
        return
    del kept[place][names.index(name)]


def _merged(base: Tables, own: Mapping[str, Any]) -> Tables:
    """Return two tables as one, `own` over `base`.

    >>> _merged({"a": {"x": 1, "y": 2}, "b": 3}, {"a": {"y": 4}, "c": [5]})
    {'a': {'x': 1, 'y': 4}, 'b': 3, 'c': [5]}
    """
    both = dict(base)
    for key, value in own.items():
        before = base.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            both[key] = _merged(dict(before), value)
        elif key in LISTS and isinstance(before, list) and isinstance(value, list):
            both[key] = [*before, *value] if key == "regimes" else _merged_rows(before, value)
        else:
            both[key] = value
    return both


def _merged_rows(base: list[Any], own: list[Any]) -> list[Any]:
    """Return two lists of rows as one: a row of `own` changes the row of `base` with its name, or is added.

    >>> _merged_rows([{"name": "a", "x": 1}, {"name": "b", "x": 2}], [{"name": "b", "x": 3}, {"name": "c"}])
    [{'name': 'a', 'x': 1}, {'name': 'b', 'x': 3}, {'name': 'c'}]
    """
    rows, names, changed = list(base), [_table(row).get("name") for row in base], set()
    for row in own:
        name = _table(row).get("name")
        place = names.index(name) if isinstance(name, str) and name in names else -1
        if place < 0:
            rows.append(row)
        elif place in changed:  # one name twice in a file is for the checks to refuse
            rows.append(_merged(dict(base[place]), row))
        else:
            rows[place] = _merged(dict(base[place]), row)
            changed.add(place)
    return rows


def _flat(parameters: Any) -> Tables:
    """Return parameters with one key each, ``"group.name"``, however they are written.

    >>> _flat({"policy": {"access": 0.5}, "search.noise": 0.1})
    {'policy.access': 0.5, 'search.noise': 0.1}
    """
    flat: Tables = {}
    for key, value in _table(parameters).items():
        inner = value.items() if isinstance(value, Mapping) else ()
        flat.update({f"{key}.{name}": each for name, each in inner} or {key: value})
    return flat


def _without(row: Any, keys: Any) -> Any:
    return {key: value for key, value in row.items() if key not in keys} if isinstance(row, Mapping) else row


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
