"""What every rule promises: five lines that say what it does, nothing when it is off, no column it does not need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

import abm
from abm import Scenario, Simulation
from abm.parameters import SPECIFICATIONS, Parameters
from abm.randomness import Draws
from abm.rule import Rule
from abm.schedule import DEFAULT
from abm.simulation import start_quarter
from abm.state import accounts, closing
from abm.state import ties as tie_book
from abm.state.world import TABLES, World
from tests.contracts import worlds

LINES = ("Equation", "Units", "Source", "Draws", "Off when")
RULES = {rule.name: rule for rule in DEFAULT}

every_rule = pytest.mark.parametrize("name", RULES)


@dataclass
class Seen:
    """What a rule was seen to do over several regions."""

    written: set[str] = field(default_factory=set)
    written_when_off: set[str] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)


class Noted(Draws):
    """Draws that note the decisions they are asked for."""

    def __init__(self, seed: int, quarter: int, names: set[str]) -> None:
        super().__init__(seed, quarter)
        self.names = names

    def key(self, decision: str) -> np.uint64:
        self.names.add(decision)
        return super().key(decision)


def named(writes: tuple[str, ...]) -> set[str]:
    """Return all columns a rule declares, one by one."""
    found = set()
    for name in writes:
        table, _, column = name.partition(".")
        found |= {f"{table}.{each}" for each in TABLES[table].declared()} if column == "*" else {name}
    return found


def watch(scenario: Scenario, quarters: int, try_off: set[int], seen: dict[str, Seen]) -> None:
    """Run a region rule by rule and note what each does, and in some quarters what it does when it is off."""
    simulation = Simulation(scenario, seed=1)
    world = simulation.world
    for quarter in range(1, quarters + 1):
        parameters = simulation.parameters
        world.quarter = quarter
        start_quarter(world)
        for rule in DEFAULT:
            mine = seen[rule.name]
            draws = Noted(simulation.seed, quarter, mine.decisions)
            if quarter in try_off:
                mine.written_when_off |= changed_when_off(rule, world, parameters, Draws(simulation.seed, quarter))
            unknown = named(rule.writes) - mine.written
            before = {name: column(world, name).copy() for name in unknown}
            rule(world, parameters, draws)
            mine.written |= {name for name in unknown if not same(before[name], column(world, name))}


def column(world: World, name: str) -> np.ndarray:
    table, _, short = name.partition(".")
    found: np.ndarray = getattr(world.table(table), short)
    return found


def same(before: np.ndarray, after: np.ndarray) -> bool:
    """Tell whether a column is as it was; a table may have grown by free rows."""
    return np.array_equal(before, after[: len(before)])


def changed_when_off(rule: Rule, world: World, parameters: Parameters, draws: Draws) -> set[str]:
    for table, multiple in rule.needs_rows.items():
        world.ensure_free(table, int(multiple * world.actors.rows) + 8)
    tried = world.copy()
    rule(tried, parameters.with_changes(rule.off), draws)
    return set(worlds.differences(world, tried))


@pytest.fixture(scope="module")
def seen() -> dict[str, Seen]:
    found = {name: Seen() for name in RULES}
    equipment = Scenario.load("equipment").with_parameters({"platforms.prospect": 0.0})
    watch(equipment, 52, {4, 28, 33, 40, 52}, found)
    watch(worlds.two_regions(), 48, {1, 12, 20, 27}, found)
    takers = {"innovation.take_up": 5.0}
    watch(Scenario.load("equipment").with_parameters(takers), 68, set(), found)
    no_new_loans = Scenario.load("blank").with_parameters({"switches.finance": False, "finance.amortisation": 0.5})
    watch(no_new_loans, 30, set(), found)
    return found


# ------------------------------------------------------------------------------------------------- what it does


@every_rule
def test_off_is_off(name: str, seen: dict[str, Seen]) -> None:
    assert sorted(seen[name].written_when_off) == []


@every_rule
def test_on_is_on(name: str, seen: dict[str, Seen]) -> None:
    assert seen[name].written


@every_rule
def test_every_column_it_declares_is_written(name: str, seen: dict[str, Seen]) -> None:
    """A whole table (``ties.*``) is only for who opens or closes its rows or writes most of it.

    What the common functions for money, ties and closing need is declared as one.
    """
    rule, written = RULES[name], seen[name].written
    common = (accounts.WRITES, tie_book.WRITES, closing.WRITES)
    borrowed = {each for part in common if set(part) <= set(rule.writes) for each in part}
    for declared in set(rule.writes) - borrowed:
        table, _, short = declared.partition(".")
        columns = named((declared,))
        if short == "*":
            assert f"{table}.is_active" in written or len(columns - written) <= 1, f"{declared}: name its columns"
        else:
            assert declared in written, f"{declared} is never written"


@every_rule
def test_other_columns_are_locked(name: str) -> None:
    """A rule that writes what it has not declared fails; here each of the other columns is tried."""
    rule = RULES[name]
    world = Simulation("blank").world
    with world.writable(rule.writes):
        for table in TABLES:
            for short, array in world.table(table).arrays().items():
                assert array.flags.writeable == (f"{table}.{short}" in named(rule.writes)), f"{table}.{short}"


def test_an_undeclared_write_is_refused() -> None:
    def cheat(world: World, parameters: Parameters, draws: Draws) -> None:
        world.actors.capability[0] += 1.0

    rule = Rule("cheat", ("actors.cash",), "assumption", {}, {}, cheat, "")
    with pytest.raises(ValueError, match="read-only"):
        rule(Simulation("blank").world, Parameters(), Draws(1, 1))


# ---------------------------------------------------------------------------------------------- what it says


def lines_of(rule: Rule) -> dict[str, str]:
    """Return the labelled lines of a docstring, continuation lines included."""
    found: dict[str, str] = {}
    label = ""
    for line in rule.doc.splitlines():
        start = re.match(rf"    ({'|'.join(LINES)}) +(\S.*)", line)
        if start:
            label = start[1]
            found[label] = start[2]
        elif label and line.strip():
            found[label] += " " + line.strip()
    return found


@every_rule
def test_it_has_its_five_lines(name: str) -> None:
    rule = RULES[name]
    assert tuple(lines_of(rule)) == LINES
    first = rule.doc.splitlines()[0]
    assert first.endswith(".")
    assert len(first) > 20


@every_rule
def test_its_sources_are_in_the_bibliography(name: str) -> None:
    text = (Path(abm.__file__).parent / "references.bib").read_text(encoding="utf-8")
    known = set(re.findall(r"^@\w+\{([^,]+),", text, re.MULTILINE)) | {"assumption"}
    keys = {each.strip().partition(":")[0] for each in RULES[name].source.split(";")}
    assert keys <= known


@every_rule
def test_its_off_values_are_told(name: str) -> None:
    """The docstring names every parameter of `off`, by its last word at least."""
    rule = RULES[name]
    told = lines_of(rule)["Off when"]
    for parameter in rule.off:
        assert parameter in SPECIFICATIONS
        assert parameter.partition(".")[2] in told, parameter


@every_rule
def test_its_draws_are_told(name: str, seen: dict[str, Seen]) -> None:
    told = lines_of(RULES[name])["Draws"]
    decisions = seen[name].decisions
    assert told.startswith("none") == (not decisions)
    for decision in decisions:
        assert decision in told, decision


def test_no_two_rules_draw_for_one_decision(seen: dict[str, Seen]) -> None:
    decisions = [decision for each in seen.values() for decision in each.decisions]
    assert sorted({each for each in decisions if decisions.count(each) > 1}) == []


def test_names_are_unique() -> None:
    assert len(RULES) == len(DEFAULT)
