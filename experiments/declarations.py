"""Tables for people, made from the declarations: parameters, columns, measures, the schedule, scenarios."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from abm.errors import InputError, nearest


def describe(what: str, group: str | None = None) -> RenderableType:
    """Return the description of all parameters, columns, measures or rules, or of one group of them.

    Raises
    ------
    InputError
        If there is no such thing to describe, or no such group (the nearest is offered).
    """
    topics: dict[str, Callable[[str | None], RenderableType]] = {
        "parameters": describe_parameters,
        "columns": describe_columns,
        "measures": describe_measures,
        "schedule": describe_schedule,
    }
    if what not in topics:
        raise InputError(f'cannot describe "{what}"{nearest(what, topics) or "."} Choose from: {", ".join(topics)}')
    return topics[what](group)


def describe_parameters(group: str | None = None) -> RenderableType:
    """Return one table per group of parameters: name, default, bounds, unit, role, meaning, source."""
    from abm.parameters import SPECIFICATIONS

    groups = list(dict.fromkeys(name.partition(".")[0] for name in SPECIFICATIONS))
    tables: list[RenderableType] = []
    for each in _chosen("group of parameters", group, groups):
        table = _table(f"{each}", "name", "default", "bounds", "meaning")
        for name, known in SPECIFICATIONS.items():
            if name.partition(".")[0] == each:
                is_switch = known.kind is bool
                bounds = "" if is_switch else f"{known.low:g} to {known.high:g}\n{known.unit}"
                default = ("on" if known.default else "off") if is_switch else f"{known.default:g}"
                meaning = Text(known.doc)
                meaning.append(f"\n{known.role}, {known.source}", style="dim")
                table.add_row(name.partition(".")[2], default, bounds, meaning)
        tables.append(table)
    return Group(*tables, "[dim]Change one with --set GROUP.NAME=VALUE.[/dim]")


def describe_columns(table_name: str | None = None) -> RenderableType:
    """Return one table per table of the state: name, unit and shape, bounds, meaning."""
    from abm.state.world import TABLES

    tables = []
    for each in _chosen("table", table_name, TABLES):
        table = _table(f"{each}: {(TABLES[each].__doc__ or '').splitlines()[0]}", "column", "unit", "bounds", "meaning")
        for name, known in TABLES[each].declared().items():
            shape = f" by {', '.join(known.dims)}" if known.dims else ""
            low = "" if known.low is None else f"from {known.low:g}"
            high = "" if known.high is None else f" to {known.high:g}"
            table.add_row(name, f"{known.unit}{shape}", f"{low}{high}".strip(), Text(known.doc))
        tables.append(table)
    return Group(*tables)


def describe_measures(group: str | None = None) -> RenderableType:
    """Return every measure by group: name and unit, meaning, formula, source and when it is null."""
    from abm.measures import MEASURES

    groups = list(dict.fromkeys(known.group for known in MEASURES.values()))
    parts: list[RenderableType] = []
    for each in _chosen("group of measures", group, groups):
        parts.append(Text(f"\n{each}", style="bold underline"))
        for name, known in MEASURES.items():
            if known.group == each:
                heading = Text(name, style="bold")
                heading.append("" if known.unit == "1" else f"  ({known.unit})", style="not bold dim")
                null = f"; null when {known.null_when}" if known.null_when else ""
                detail = Text(f"{known.formula}  ({known.source}{null})", style="dim")
                parts += [
                    heading,
                    Padding(Text(" ".join(known.doc.split())), (0, 0, 0, 2)),
                    Padding(detail, (0, 0, 0, 2)),
                ]
    return Group(*parts)


def describe_schedule(rule_name: str | None = None) -> RenderableType:
    """Return the rules of one step in order, or everything about one of them."""
    from abm.schedule import DEFAULT

    if rule_name is not None:
        (name,) = _chosen("rule", rule_name, [rule.name for rule in DEFAULT])
        rule = next(rule for rule in DEFAULT if rule.name == name)
        return Group(
            Text(name, style="bold"), Text(inspect.cleandoc(rule.doc)), Text(f"Writes     {', '.join(rule.writes)}")
        )
    table = _table("One step is one quarter; its rules in order", "", "rule", "what happens", "source")
    for place, rule in enumerate(DEFAULT, 1):
        table.add_row(str(place), rule.name, Text(rule.doc.strip().splitlines()[0]), Text(rule.source, style="dim"))
    return Group(table, "[dim]More about one: innonet describe schedule RULE[/dim]")


def scenario_table() -> RenderableType:
    """Return the scenarios that come with innonet."""
    from abm.scenario import Scenario, scenario_names

    table = _table("Scenarios", "name", "title", "description")
    for name in scenario_names():
        scenario = Scenario.load(name)
        table.add_row(name, Text(scenario.title), Text(" ".join(scenario.description.split())))
    return Group(table, "[dim]Run one: innonet run NAME[/dim]")


def design_table() -> RenderableType:
    """Return the designs that come with innonet."""
    from experiments.sweep.design import read_design
    from experiments.sweep.reading import design_names
    from experiments.sweep.samples import n_runs

    table = _table("Designs", "name", "runs", "sampling", "description")
    for name in design_names():
        design = read_design(name)
        about = Text(design.title)
        about.append(f"\n{design.description}", style="dim")
        table.add_row(name, f"{n_runs(design):,}", design.sampling.kind, about)
    return Group(table, "[dim]Run one: innonet sweep NAME; see what it takes: innonet sweep NAME --dry-run[/dim]")


def check_scenario(path: str) -> RenderableType:
    """Return what a scenario holds and what was filled in for it, after founding its world once.

    Raises
    ------
    InputError
        If anything in it is not valid.
    """
    from abm.scenario import Scenario
    from abm.simulation import Simulation
    from abm.state.codes import Kind, label

    scenario = Scenario.load(path)
    world = Simulation(scenario, seed=1).world
    structure = world.structure
    table = _table(f"{scenario.name}: valid", "", "")
    table.show_header = False
    table.add_row("title", Text(scenario.title))
    table.add_row("description", Text(" ".join(scenario.description.split())))
    table.add_row("regions", Text(", ".join(structure.region_names)))
    table.add_row("chains", Text(", ".join(structure.chain_names)))
    table.add_row("sectors", Text(", ".join(structure.sector_names)))
    table.add_row("technology fields", Text(", ".join(structure.field_names)))
    counts = ((len(world.slots(kind)), label(kind)) for kind in Kind if kind < Kind.HOUSEHOLDS)
    table.add_row("actors", ", ".join(f"{name}: {count:,}" for count, name in counts if count))
    table.add_row("ties", f"{int(world.ties.is_active.sum()):,}")
    table.add_row("quarters", f"{scenario.quarters} after {scenario.burn_in} of burn-in")
    if scenario.regimes:
        dates = (f"{regime.name} from quarter {regime.from_quarter}" for regime in scenario.regimes)
        table.add_row("regimes", Text(", ".join(dates)))
    parts: list[RenderableType] = [table]
    if scenario.notes:
        parts.append(Text("Filled in, because the input does not say:"))
        parts.extend(Text(f"  - {note}") for note in scenario.notes)
    parts.append(Text(f"Run it: innonet run {path}", style="dim"))
    return Group(*parts)


def _chosen(what: str, wanted: str | None, names: Iterable[str]) -> list[str]:
    """Return all names, or the wanted one (a unique beginning will do).

    Raises
    ------
    InputError
        If there is none.
    """
    known = list(names)
    if wanted is None:
        return known
    if wanted in known:
        return [wanted]
    begun = [name for name in known if name.startswith(wanted)]
    if len(begun) == 1:
        return begun
    raise InputError(f'no {what} "{wanted}"{nearest(wanted, known) or "."} There are: {", ".join(known)}')


def _table(title: str, *headings: str) -> Table:
    """Return an empty table in the one form used everywhere."""
    options: dict[str, Any] = {
        "title_justify": "left",
        "title_style": "bold",
        "header_style": "bold",
        "pad_edge": False,
    }
    table = Table(title=Text(title), box=None, padding=(0, 2, 0, 0), **options)
    for place, heading in enumerate(headings):
        last = place == len(headings) - 1
        table.add_column(heading, overflow="fold", ratio=1 if last else None, no_wrap=not last and place == 0)
    return table
