"""The tables of ODD.md, made from the declarations: what is declared once is never typed again.

``python -m abm.describe`` prints them; with ``--write`` they go between their marks in ODD.md.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from importlib import import_module
from itertools import zip_longest
from pathlib import Path

from abm.measures import GROUPS, MEASURES
from abm.parameters import Parameters
from abm.schedule import DEFAULT
from abm.state.world import TABLES

ODD = Path(__file__).with_name("ODD.md")

PACKAGE = Path(__file__).parent
WITH_NUMBERS = ("rules/*.py", "kernels_*.py", "valuation.py", "state/initial.py", "state/platforms.py",
                "state/technique.py", "state/trade_terms.py")  # fmt: skip
"""Modules whose named numbers are part of the model."""


def rows(headings: tuple[str, ...], lines: Iterable[tuple[object, ...]]) -> str:
    r"""Return a Markdown table.

    >>> print(rows(("name", "size"), [("a | b", 1)]))
    | name | size |
    |---|---|
    | a \| b | 1 |
    """
    written = [[str(cell).replace("|", "\\|") for cell in line] for line in (headings, *lines)]
    written.insert(1, ["---"] * len(headings))
    joined = ["|" + "|".join(line) + "|" if line[0] == "---" else "| " + " | ".join(line) + " |" for line in written]
    return "\n".join(joined)


def summary(doc: str | None) -> str:
    """Return the first paragraph of a docstring on one line, without its full stop."""
    return " ".join((doc or "").strip().partition("\n\n")[0].split()).rstrip(".")


def schedule() -> str:
    """Return the rules of one step in order."""
    lines = (
        (place, rule.name, summary(rule.doc), f"`{rule.action.__module__.rpartition('.')[2]}`", rule.source)
        for place, rule in enumerate(DEFAULT, 1)
    )
    return rows(("", "rule", "what happens", "module in `rules/`", "source"), lines)


def state() -> str:
    """Return the tables of the state with their columns."""
    lines = ((name, summary(each.__doc__), ", ".join(each.declared())) for name, each in TABLES.items())
    return rows(("table", "what it holds", "columns"), lines)


def parameters() -> str:
    """Return the groups of parameters: how many there are, by role, and how many rest on an assumption."""
    lines = []
    for group in fields(Parameters):
        kind = type(getattr(Parameters(), group.name))
        declared = [each.metadata["parameter"] for each in fields(kind)]
        roles = [sum(each.role == role for each in declared) for role in ("lever", "uncertainty", "constant")]
        assumed = sum(each.source == "assumption" for each in declared)
        lines.append((group.name, summary(kind.__doc__), len(declared), *roles, assumed))
    return rows(("group", "about", "all", "levers", "uncertainties", "constants", "of all, assumed"), lines)


def measures() -> str:
    """Return the groups of measures."""
    about = {group: summary(import_module(f"abm.measures.{group}").__doc__).partition(", ")[2] for group in GROUPS}
    lines = ((group, text, sum(each.group == group for each in MEASURES.values())) for group, text in about.items())
    return rows(("group", "about", "measures"), lines)


def submodels() -> str:
    """Return every rule in its own words: what happens, and the labelled lines of its docstring."""
    parts = []
    for place, rule in enumerate(DEFAULT, 1):
        what, _, lines = inspect.cleandoc(rule.doc).partition("\n\n")
        parts.append(f"**{place}. {rule.name.capitalize()}.** {' '.join(what.split())}\n\n```\n{lines.strip()}\n```")
    return "\n\n".join(parts)


def named_numbers(source: str) -> Iterator[tuple[str, str, str]]:
    r"""Yield name, value and meaning of each number that a module names in capital letters.

    The meaning is the text below it, empty if there is none. No such numbers are codes (their text begins with
    "Code"), places in a tuple, bit patterns, and what is reckoned from other names.

    >>> list(named_numbers("_KEPT = 0.8\n'Part kept.'\nSPREAD = math.sqrt(3)\n_FIRM = int(Kind.FIRM)\nA, B = 0, 1"))
    [('_KEPT', '0.8', 'Part kept'), ('SPREAD', 'math.sqrt(3)', '')]
    """
    body = ast.parse(source).body
    for statement, below in zip_longest(body, body[1:]):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        name, parts = statement.targets[0].id, list(ast.walk(statement.value))
        has_number = any(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in parts)
        others = {each.id for each in parts if isinstance(each, ast.Name)} - {"math"}
        if not name.isupper() or not has_number or others or isinstance(statement.value, (ast.Tuple, ast.Dict)):
            continue
        text = below.value if isinstance(below, ast.Expr) else None
        meaning = summary(text.value) if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""
        if not meaning.startswith("Code"):
            yield name, ast.get_source_segment(source, statement.value) or "", meaning


def numbers() -> list[tuple[str, str, str, str]]:
    """Return module, name, value and meaning of every named number of the model."""
    paths = [path for pattern in WITH_NUMBERS for path in sorted(PACKAGE.glob(pattern))]
    return [
        (path.relative_to(PACKAGE).as_posix(), *each)
        for path in paths
        for each in named_numbers(path.read_text(encoding="utf-8"))
    ]


def constants() -> str:
    """Return the numbers that rules, kernels and the first quarter name, with their meaning."""
    lines = ((f"`{name}`", value, meaning, f"`{module}`") for module, name, value, meaning in numbers())
    return rows(("constant", "value", "meaning", "module"), lines)


SECTIONS: dict[str, Callable[[], str]] = {
    "state": state,
    "schedule": schedule,
    "parameters": parameters,
    "measures": measures,
    "submodels": submodels,
    "constants": constants,
}
"""What is generated, by the name in its marks ``<!-- begin NAME -->`` and ``<!-- end NAME -->``."""


def placed(text: str, name: str, content: str) -> str:
    """Return `text` with `content` between the marks of a section.

    Raises
    ------
    ValueError
        If the marks are not there exactly once.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    parts = re.split(f"{begin}.*?{end}", text, flags=re.DOTALL)
    if len(parts) != 2:
        raise ValueError(f"{begin} ... {end} stands there {len(parts) - 1} times; once is expected")
    return f"{begin}\n\n{content}\n\n{end}".join(parts)


def filled(text: str) -> str:
    """Return `text` with what stands between its marks made anew.

    Raises
    ------
    ValueError
        If the marks of a section are not there exactly once.
    """
    for name, section in SECTIONS.items():
        text = placed(text, name, section())
    return text


def main(arguments: list[str]) -> None:
    """Print all tables, or write them into ODD.md."""
    if arguments == ["--write"]:
        ODD.write_text(filled(ODD.read_text(encoding="utf-8")), encoding="utf-8")
    elif arguments:
        raise SystemExit("usage: python -m abm.describe [--write]")
    else:
        print("\n\n".join(f"## {name}\n\n{section()}" for name, section in SECTIONS.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
