"""From a design file to a design: find it, spell out what it leaves to names and files, check it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from abm.errors import InputError, nearest
from abm.parameters import SPECIFICATIONS, Role
from abm.scenario import scenario_names
from abm.scenario.problems import Problems, shown
from abm.scenario.reading import read_sheet, read_toml
from experiments.request import read_value
from experiments.sweep.check import check_design
from experiments.sweep.design import MAX_RUNS, Design, Sampling

SHIPPED = Path(__file__).resolve().parent.parent / "designs"
"""Folder of the designs that come with innonet."""

ROLES = {"levers": "lever", "uncertainties": "uncertainty"}
"""Words that stand for all factors of a role."""

KINDS: dict[str, type[BaseModel]] = {
    get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(Sampling)[0])
}
"""Samplings by their kind."""


def design_names() -> tuple[str, ...]:
    """Return the names of the designs that come with innonet."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def read(name_or_path: str | Path) -> Design:
    """Return a shipped design by name, or read one from a TOML file.

    Raises
    ------
    InputError
        If there is no such design or file, or anything in it is wrong.
    """
    text, names = str(name_or_path), design_names()
    if text in names:
        path = SHIPPED / f"{text}.toml"
        return design_of(read_toml(path), text, SHIPPED)
    path = Path(text)
    if path.suffix.lower() == ".toml":
        if len(path.parts) == 1 and not path.exists() and (near := nearest(path.stem, names)):
            raise InputError(f"{path}: no such file{near} (a design that comes with innonet has no .toml)")
        return design_of(read_toml(path), str(path), path.parent)
    if path.suffix or len(path.parts) > 1:
        raise InputError(f"{path}: is not a design (a design is a .toml file)")
    raise InputError(f"unknown design {shown(text)}{nearest(text, names)}; there are {', '.join(names)}")


def design_of(tables: Mapping[str, Any], where: str = "design", folder: str | Path = ".") -> Design:
    """Return the design of the content of a file; `where` names it in messages, its files are looked for in `folder`.

    Raises
    ------
    InputError
        If anything in it is wrong; one message tells all.
    """
    spelled = dict(tables)
    problems = Problems(where)
    if isinstance(scenarios := spelled.get("scenarios"), list):
        spelled["scenarios"] = [_located(each, Path(folder)) for each in scenarios]
    if isinstance(sampling := spelled.get("sampling"), Mapping):
        spelled["sampling"] = _spelled_out(dict(sampling), Path(folder), problems)
    problems.stop()
    try:
        design = Design.model_validate(spelled)
    except ValidationError as error:
        _add_errors(error.errors(include_url=False), spelled, problems)
        problems.stop()
        raise
    check_design(design, where)
    return design


def _located(scenario: Any, folder: Path) -> Any:
    """Return the full path of a scenario file, which is given relative to the design; a name stays as it is."""
    if not isinstance(scenario, str) or scenario in scenario_names() or "\0" in scenario:
        return scenario
    path = Path(scenario)
    return str((folder / path).resolve()) if path.suffix else scenario


def _spelled_out(sampling: dict[str, Any], folder: Path, problems: Problems) -> dict[str, Any]:
    """Return a sampling whose factors are a list of tables, and whose points are in it."""
    factors = sampling.get("factors")
    if isinstance(factors, str | Mapping):
        sampling["factors"] = [{"name": name} for name in _selected(factors, problems)]
    elif isinstance(factors, list):
        sampling["factors"] = [{"name": each} if isinstance(each, str) else each for each in factors]
    if sampling.get("kind") == "list" and isinstance(file := sampling.get("file"), str):
        if "points" in sampling:
            problems.add("sampling: points are given twice, by points and by file")
        else:
            del sampling["file"]
            sampling["points"] = read_points(folder / file)
    return sampling


def _selected(selector: str | Mapping[str, Any], problems: Problems) -> list[str]:
    """Return the parameters that a role or a table of roles and groups stands for."""
    if isinstance(selector, str):
        if selector not in ROLES:
            problems.add(f"sampling, factors: {shown(selector)} is not one of {', '.join(ROLES)}; or list their names")
        selector = {"roles": [ROLES.get(selector, "lever")]}
    chosen = {key: names if isinstance(names, list) else [names] for key, names in selector.items()}
    groups = list(dict.fromkeys(name.partition(".")[0] for name in SPECIFICATIONS))
    known = {"roles": list(get_args(Role)), "groups": groups, "without": [*groups, *SPECIFICATIONS]}
    for key, names in chosen.items():
        if key not in known:
            allowed = nearest(key, known) or f"; allowed {', '.join(known)}"
            problems.add(f"sampling, factors: unknown key {shown(key)}{allowed}")
            continue
        for name in names:
            if name not in known[key]:
                choices = nearest(str(name), known[key]) or f"; there are {', '.join(known[key][:20])}"
                problems.add(f"sampling, factors, {key}: there is no {shown(name)}{choices}")
    problems.stop()
    roles, wanted = chosen.get("roles", known["roles"]), chosen.get("groups", groups)
    left_out = chosen.get("without", [])
    return [
        name
        for name, each in SPECIFICATIONS.items()
        if each.role in roles and (group := name.partition(".")[0]) in wanted and not {name, group} & {*left_out}
    ]


def read_points(path: Path) -> list[dict[str, Any]]:
    """Return the points of a CSV file: a column for each parameter, a row for each point; empty is as in the scenario.

    Raises
    ------
    InputError
        If the file cannot be read, or a parameter is unknown or out of bounds; lines are named.
    """
    sheet = read_sheet(path, (), SPECIFICATIONS, MAX_RUNS)
    problems = Problems(str(path))
    points: list[dict[str, Any]] = [{} for _ in sheet.lines]
    for name, column in sheet.columns.items():
        for point, line, text in zip(points, sheet.lines, column, strict=True):
            if not text:
                continue
            try:
                point[name] = SPECIFICATIONS[name].checked(name, read_value(text))
            except InputError as error:
                problems.add(f"line {line}: {error}")
    problems.stop()
    return points


def _add_errors(errors: list[ErrorDetails], given: Mapping[str, Any], problems: Problems) -> None:
    """Note what pydantic found, without the steps it makes through kinds and alternatives."""
    sampling = given.get("sampling")
    kind = sampling.get("kind") if isinstance(sampling, Mapping) else None
    seen: list[tuple[Any, ...]] = []
    for error in errors:
        place = error["loc"]
        if place[:2] == ("sampling", kind):
            inside = ErrorDetails(**{**error, "loc": place[2:]})
            problems.add_errors(KINDS[str(kind)], [inside], "sampling", sampling)
        elif error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            said = f"{shown(kind)} is not one of" if kind else "missing; one of"
            problems.add(f"sampling, kind: {said} {', '.join(KINDS)}{nearest(str(kind), KINDS)}")
        elif place[0] == "detail" and len(place) > 2:
            if place[:2] not in seen:
                one_of = "last, all or a whole number above 0" if place[1] == "quarters" else "all or a list of names"
                problems.add(f"detail, {place[1]}: {shown(error['input'])} is not {one_of}")
            seen.append(place[:2])
        elif place[:2] == ("precision", "half_width"):
            if place[:2] not in seen:
                given_width = shown(error["input"])
                problems.add(f'precision, half_width: {given_width}: give a number, or a share of the mean, as "5%"')
            seen.append(place[:2])
        elif error["type"] == "list_type":
            problems.add(f"{'.'.join(map(str, place))}: {shown(error['input'])} is not a list; write it in [ ]")
        else:
            problems.add_errors(Design, [error], "", given)
