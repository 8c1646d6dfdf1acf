"""The shape of the code: the schedule is the table of contents, files fit in one sitting, kernels are pure."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

import abm
from abm.errors import InputError
from abm.kernel import KERNELS
from abm.schedule import DEFAULT, Schedule

PACKAGE = Path(abm.__file__).parent
LONGEST_RULE_FILE = 330

STEP = {
    "1 frontier": ("advance frontier", "let capability obsolesce", "learn from imported equipment", "assess needs"),
    "2 policy": ("tax and budget", "support firms"),
    "3 chain leader": ("lead chains", "act as chain owners", "propose pairs"),
    "4 platforms": ("open platforms", "run platforms", "close platforms"),
    "5 talent": ("move talent", "train people", "employ staff"),
    "6 strategy": ("choose strategy", "plan research"),
    "7 search and ties": ("search partners", "find suppliers", "end research ties", "end supply ties"),
    "8 finance": ("serve debts", "lend", "invest from outside"),
    "9 innovation chain": (
        "run calls",
        "introduce technology",
        "start projects",
        "pay for projects",
        "finish stages",
        "take up results",
    ),
    "10 learning": ("renew absorption", "learn along ties", "learn sideways"),
    "11 new productivity": ("adopt",),
    "12 market": (
        "supervise markets",
        "set quality",
        "set prices",
        "compete for shares",
        "open demand",
        "trade",
        "penetrate",
        "learn from users",
    ),
    "13 investment and upgrading": ("invest", "choose sectors"),
    "14 turnover": ("close firms", "enter firms", "review core status"),
}
"""The lines of the step and the rules that carry each."""


# --------------------------------------------------------------------------------------------------- the schedule


def test_the_step_is_in_the_order_of_the_model() -> None:
    assert [rule.name for rule in DEFAULT] == [name for names in STEP.values() for name in names]


def test_a_schedule_is_edited_by_name_and_stays_as_it_was() -> None:
    names = [rule.name for rule in DEFAULT]
    trade = DEFAULT.rules[DEFAULT.place("trade")]
    without = DEFAULT.without("trade")
    assert [rule.name for rule in without] == [name for name in names if name != "trade"]
    assert without.before("penetrate", trade) == DEFAULT == without.after("open demand", trade)
    assert [rule.name for rule in DEFAULT] == names
    assert len(str(DEFAULT).splitlines()) == len(DEFAULT) == len(without) + 1


@pytest.mark.parametrize("edit", [DEFAULT.without, lambda name: DEFAULT.after(name, DEFAULT.rules[0]), DEFAULT.place])
def test_an_unknown_rule_offers_the_nearest(edit: Any) -> None:
    with pytest.raises(InputError, match='no rule "trad" in the schedule; did you mean "trade"'):
        edit("trad")


def test_an_empty_schedule_is_a_schedule() -> None:
    assert list(Schedule(())) == []


# ---------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("path", sorted((PACKAGE / "rules").glob("*.py")), ids=lambda path: path.stem)
def test_a_rule_file_fits_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_RULE_FILE


def test_every_rule_file_is_in_the_schedule() -> None:
    files = {path.stem for path in (PACKAGE / "rules").glob("*.py")} - {"__init__"}
    assert files == {rule.action.__module__.rpartition(".")[2] for rule in DEFAULT}


# -------------------------------------------------------------------------------------------------------- kernels

MAKERS = {"zeros", "ones", "empty", "full", "arange", "int64", "uint64", "float64", "bool_", "nan"}
"""What kernels may take from NumPy: arrays and types. Sums and functions round differently when compiled."""

BUILTINS = {"range", "len", "min", "max", "abs", "int", "float"}


def plain(kernel: Any) -> FunctionType:
    """Return the Python function of a kernel."""
    function: FunctionType = getattr(kernel, "py_func", kernel)
    return function


def tree_of(function: FunctionType) -> ast.FunctionDef:
    """Return the source of a kernel as a tree."""
    for node in ast.walk(ast.parse(Path(function.__code__.co_filename).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            return node
    raise AssertionError(function.__name__)


def assigned(path: str) -> Iterator[str]:
    """Yield the names a module assigns at its top, as often as it does."""
    for node in ast.parse(Path(path).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if hasattr(node, "target") else []
        for target in targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


@pytest.fixture(scope="module")
def kernels() -> dict[str, FunctionType]:
    return {name: plain(kernel) for name, kernel in KERNELS.items() if name.startswith("abm.")}


def test_kernels_read_no_global_that_can_change(kernels: dict[str, FunctionType]) -> None:
    """Compiled code keeps the value a global had: so only constants, modules and other kernels."""
    functions = [id(kernel) for kernel in KERNELS.values()]
    for name, function in kernels.items():
        top = list(assigned(function.__code__.co_filename))
        for used in set(function.__code__.co_names) & set(function.__globals__):
            value = function.__globals__[used]
            is_constant = isinstance(value, int | float | np.generic) and used.isupper() and top.count(used) <= 1
            assert is_constant or isinstance(value, ModuleType) or id(value) in functions, f"{name}: {used}"


def test_kernels_are_loops_and_math(kernels: dict[str, FunctionType]) -> None:
    for name, function in kernels.items():
        for node in ast.walk(tree_of(function)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np":
                assert node.attr in MAKERS, f"{name}: np.{node.attr}"
            is_power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
            assert not is_power, f"{name}: ** rounds differently when compiled"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id):
                assert node.func.id in BUILTINS, f"{name}: {node.func.id}"


def test_kernels_say_what_they_give(kernels: dict[str, FunctionType]) -> None:
    assert [name for name, function in kernels.items() if not (function.__doc__ or "").strip()] == []
