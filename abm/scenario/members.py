"""Actors and ties as a table or a graph lists them, turned into arrays and checked one by one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from abm.scenario.problems import Problems, plain, shown, suggestion
from abm.state.codes import Kind, Layer
from abm.types import BoolArray, FloatArray, IntArray

Where = Callable[[int], str]
"""Place of a row in the input, for messages."""

KINDS: dict[str, Kind] = {
    "core_enterprise": Kind.FIRM,
    "sme": Kind.FIRM,
    "university": Kind.UNIVERSITY,
    "institute": Kind.UNIVERSITY,
    "government": Kind.GOVERNMENT,
    "bank": Kind.BANK,
    "venture_fund": Kind.VENTURE_FUND,
    "guarantee_fund": Kind.GUARANTEE_FUND,
    "platform": Kind.PLATFORM,
}
"""Words for `kind`; also ``firm``, with ``core`` true or false."""

KIND_WORDS = (*KINDS, "firm")
LAYERS = tuple(layer.name.lower() for layer in Layer)
TRUE_WORDS = {"true", "1", "yes"}
FALSE_WORDS = {"false", "0", "no"}

_FIRM, _UNIVERSITY = int(Kind.FIRM), int(Kind.UNIVERSITY)
_FUNDS = {int(Kind.BANK), int(Kind.VENTURE_FUND), int(Kind.GUARANTEE_FUND)}


class Kinds(NamedTuple):
    """Code of `Kind` of each actor, and what the code does not say."""

    kind: IntArray
    is_core: BoolArray
    is_institute: BoolArray


def is_missing(value: Any) -> bool:
    """Return whether a cell or attribute says nothing: None, NaN (as igraph and pandas write it) or empty text."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def word(value: Any) -> str:
    """Return a code word in its normal form.

    >>> word("CoreEnterprise"), word("Venture fund"), word("SME")
    ('core_enterprise', 'venture_fund', 'sme')
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(value).strip())
    return re.sub(r"[\s_-]+", "_", parted).lower()


def read_kinds(values: Sequence[Any], core: Sequence[Any], where: Where, problems: Problems) -> Kinds:
    """Return the kinds that actors say they are."""
    n = len(values)
    kinds = Kinds(np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(n, np.bool_))
    for i, value in enumerate(values):
        name = word(value) if not is_missing(value) else ""
        if name not in KIND_WORDS:
            said = f"{shown(value)} is not a kind" if name else "kind is missing"
            problems.add(f"{where(i)}: {said}; allowed {', '.join(KIND_WORDS)}{suggestion(name, KIND_WORDS)}")
            continue
        kinds.kind[i] = int(KINDS.get(name, Kind.FIRM))
        kinds.is_institute[i] = name == "institute"
        stated = _read_flag(core[i], where(i), problems)
        kinds.is_core[i] = name == "core_enterprise" or (name == "firm" and stated is True)
        if stated is not None and name != "firm" and stated != kinds.is_core[i]:
            problems.add(f"{where(i)}: kind is {name}, but core is {str(stated).lower()}")
    return kinds


def _read_flag(value: Any, place: str, problems: Problems) -> bool | None:
    if is_missing(value):
        return None
    text = str(value).strip().lower()
    if text in TRUE_WORDS | FALSE_WORDS:
        return text in TRUE_WORDS
    problems.add(f"{place}: core is {shown(value)}; allowed true or false")
    return None


def read_numbers(
    name: str, values: Sequence[Any], low: float, high: float, where: Where, problems: Problems
) -> FloatArray:
    """Return a column of numbers, NaN where nothing is said."""
    numbers = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        if is_missing(value):
            continue
        number = as_number(value)
        if number is None:
            problems.add(f"{where(i)}: {name} is {shown(value)}; allowed {plain(low)} to {plain(high)}")
        elif not low <= number <= high:
            problems.add(f"{where(i)}: {name} is {shown(value)}, out of bounds; allowed {plain(low)} to {plain(high)}")
        else:
            numbers[i] = number
    return numbers


def as_number(value: Any) -> float | None:
    """Return a finite number, None for anything else.

    >>> as_number("2.5"), as_number(True), as_number("inf"), as_number("x")
    (2.5, None, None, None)
    """
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def read_places(name: str, values: Sequence[Any], names: Sequence[str], where: Where, problems: Problems) -> IntArray:
    """Return the row each value names in `names`, -1 where nothing is said."""
    rows = {each: row for row, each in enumerate(names)}
    places = np.full(len(values), -1, np.int64)
    for i, value in enumerate(values):
        if is_missing(value):
            continue
        row = rows.get(str(value).strip())
        if row is None:
            problems.add(f"{where(i)}: unknown {name} {shown(value)}{suggestion(str(value), names)}")
        else:
            places[i] = row
    return places


def refuse_where(name: str, given: BoolArray, of: str, where: Where, problems: Problems) -> None:
    """Note an attribute given to actors that have none."""
    for i in np.flatnonzero(given):
        problems.add(f"{where(int(i))}: {name} is given, but only {of} have one")


def layer_fits(layer: int, source: int, target: int) -> bool:
    """Return whether a tie of this layer can run between actors of these kinds.

    >>> layer_fits(Layer.SUPPLY, Kind.FIRM, Kind.FIRM), layer_fits(Layer.SUPPLY, Kind.BANK, Kind.FIRM)
    (True, False)
    """
    able = {_FIRM, _UNIVERSITY}
    if layer == Layer.SUPPLY:
        return source == target == _FIRM
    if layer == Layer.RESEARCH:
        return source in able and target in able
    if layer == Layer.SERVICE:
        return source == Kind.PLATFORM and target in able
    if layer == Layer.CREDIT:
        return source in _FUNDS and target == _FIRM
    return source == Kind.GOVERNMENT and target != Kind.GOVERNMENT


ENDS = {
    "supply": "a firm (the supplier) to a firm",
    "research": "a firm or university to a firm or university",
    "service": "a platform to a firm or university",
    "credit": "a bank or fund to a firm",
    "guidance": "a government to another actor",
}
"""Between whom the ties of each layer run, source first."""
