"""From a scenario file to a scenario: validate, check across tables, put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from abm.errors import InputError, nearest
from abm.parameters import SPECIFICATIONS, Parameters
from abm.scenario.apportionment import with_firms
from abm.scenario.check import check_entries, check_file
from abm.scenario.counts import founders_of_counts
from abm.scenario.inheritance import base_of, resolved
from abm.scenario.problems import Problems, shown, suggestion
from abm.scenario.reading import read_sheet, read_toml
from abm.scenario.scenario import SHIPPED, Changes, Regime, Scenario, scenario_names
from abm.scenario.schema import MAX_SECTORS, ScenarioFile, SectorRow, TableFiles
from abm.scenario.tables import founders_of_tables
from abm.scenario.weave import structure_of


def load(name_or_path: str | Path) -> Scenario:
    """Return a shipped scenario by name, or read one from a file.

    Raises
    ------
    InputError
        If there is no such scenario or file, or anything in it is wrong.
    """
    if not isinstance(name_or_path, (str, Path)):
        raise InputError(f"scenario: {shown(name_or_path)} is neither a name nor a path")
    text = str(name_or_path)
    names = scenario_names()
    if text in names:
        return _load_toml(SHIPPED / f"{text}.toml")
    path = Path(text)
    suffix = path.suffix.lower()
    if suffix == ".toml":
        if not _exists(path) and len(path.parts) == 1 and (near := nearest(path.stem, names)):
            raise InputError(f"{path}: no such file{near} (a scenario that comes with the model has no .toml)")
        return _load_toml(path)
    if suffix in {".graphml", ".xml"}:
        from abm.scenario.graphml import read_graphml

        return Scenario.from_graph(read_graphml(path))
    if suffix or len(path.parts) > 1 or _exists(path):
        what = "is a folder; a file is expected" if _is_folder(path) else "is not a scenario file"
        raise InputError(f"{path}: {what} (a scenario is a .toml file, a network a .graphml file)")
    raise InputError(f"unknown scenario {shown(text)}{nearest(text, names)}; there are {', '.join(names)}")


def _exists(path: Path) -> bool:
    try:
        return str(path) != "." and path.exists()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _load_toml(path: Path) -> Scenario:
    return build(read_toml(path), str(path), path.parent)


_KEPT = ("name", "title", "title_zh", "description", "source", "quarters", "burn_in")
"""Keys of the heading that a scenario keeps as they are."""


def build(tables: Mapping[str, Any], where: str, folder: Path) -> Scenario:
    """Return the scenario of the content of a file; `where` names it in messages, `folder` is where its tables are.

    Raises
    ------
    InputError
        If anything is wrong, also in a base.
    """
    whole = resolved(tables, where, folder)
    notes: list[str] = []
    if base := base_of(tables, where, folder):
        built = _load_toml(base.path)
        notes.append(f'all that the file does not say, from "{base.name}" (content {built.content_hash()[:8]})')
        where = f"{where} (with its base {base.name})"
    file = _validated(whole, where, folder)
    problems = Problems(where)
    check_entries(file, problems)
    problems.stop()
    file = with_firms(file)
    check_file(file, problems)
    parameters = read_parameters(file.parameters, "parameters", problems)
    regimes = tuple(
        Regime(row.from_quarter, row.name, read_parameters(row.parameters, f'regimes "{row.name}"', problems))
        for row in file.regimes
    )
    problems.stop()
    if file.tables.actors is None:
        founders = founders_of_counts(file)
    else:
        founders = founders_of_tables(file, folder, notes)
    return Scenario(
        **file.scenario.model_dump(include=set(_KEPT)),
        parameters=Parameters().with_changes(parameters),
        regimes=tuple(sorted(regimes, key=lambda regime: regime.from_quarter)),
        notes=tuple(notes),
        sector_labels=tuple(row.label or row.name.replace("_", " ") for row in file.sectors),
        _structure=structure_of(file, founders.sector_sales),
        _founders=founders,
    )


def _validated(tables: dict[str, Any], where: str, folder: Path) -> ScenarioFile:
    """Return the tables of a file, each value in its type and range."""
    problems = Problems(where)
    try:
        files = TableFiles.model_validate(tables.get("tables", {}))
    except ValidationError as error:
        problems.add_errors(TableFiles, error.errors(include_url=False), "tables", tables.get("tables"))
        problems.stop()
        raise
    if files.sectors is not None:
        if "sectors" in tables:
            problems.add("sectors are given twice, by [[sectors]] and by tables.sectors")
            problems.stop()
        tables["sectors"] = read_sectors(folder / files.sectors)
    try:
        return ScenarioFile.model_validate(tables)
    except ValidationError as error:
        problems.add_errors(ScenarioFile, error.errors(include_url=False), "", tables)
    problems.stop()
    raise AssertionError("unreachable")


def read_sectors(path: Path) -> list[SectorRow]:
    """Return the sectors of a CSV table with the keys of ``[[sectors]]`` as columns.

    Weights of fields and input coefficients stand in columns such as ``fields.materials`` and ``inputs.steel``.

    Raises
    ------
    InputError
        If the table or a value is wrong.
    """
    required = [name for name, field in SectorRow.model_fields.items() if field.is_required() and name != "fields"]
    optional = [name for name, field in SectorRow.model_fields.items() if not field.is_required() and name != "inputs"]
    sheet = read_sheet(path, required, optional, MAX_SECTORS, prefixes=("fields.", "inputs."))
    problems = Problems(str(path))
    rows: list[SectorRow] = []
    for i, line in enumerate(sheet.lines):
        row: dict[str, Any] = {"fields": {}, "inputs": {}}
        for name, cells in sheet.columns.items():
            table, _, key = name.partition(".")
            if cells[i] and key:
                row[table][key] = cells[i]
            elif cells[i]:
                row[name] = cells[i]
        try:
            rows.append(SectorRow.model_validate_strings(row))
        except ValidationError as error:
            problems.add_errors(SectorRow, error.errors(include_url=False), f"line {line}", row)
    problems.stop()
    return rows


def read_parameters(table: Mapping[str, Any], place: str, problems: Problems) -> Changes:
    """Return ``{"group.name": value}`` of a table that names parameters so, or by nested tables."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        inner = {f"{key}.{name}": each for name, each in value.items()} if isinstance(value, Mapping) else {key: value}
        for name, each in inner.items():
            if name in flat:
                problems.add(f"{place}: {name} is given twice")
            flat[name] = each
    changes: dict[str, float | int | bool] = {}
    for name, value in flat.items():
        if name not in SPECIFICATIONS:
            problems.add(f"{place}: unknown parameter {shown(name)}{suggestion(name, list(SPECIFICATIONS))}")
            continue
        try:
            changes[name] = SPECIFICATIONS[name].checked(name, value)
        except InputError as error:
            problems.add(str(error) if place == "parameters" else f"{place}, {error}")
    return changes
