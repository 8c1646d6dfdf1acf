"""Everything wrong with an input, told in one message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from abm.errors import InputError, nearest

MAX_LISTED = 5
"""Problems spelled out in one message; the rest is counted."""

_MAX_CHOICES = 20_000
_EXPECTED = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text",
    "list": "a list of tables, as [[...]] makes",
    "dict": "a table",
    "model": "a table",
}
_LENGTHS = {
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "too_short": "has too few entries",
    "too_long": "has too many entries",
}
_WRONG = {
    "finite_number": "is not a finite number",
    "less_than_equal": "is out of bounds",
    "greater_than_equal": "is out of bounds",
}


class Problems:
    """Collects what is wrong with one input.

    Parameters
    ----------
    where
        The input: a file, usually.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.count = 0
        self._listed: list[str] = []

    def add(self, text: str) -> None:
        """Note a problem."""
        self.count += 1
        if len(self._listed) < MAX_LISTED:
            self._listed.append(text)

    def add_errors(self, model: type[BaseModel], errors: Iterable[ErrorDetails], prefix: str, given: Any) -> None:
        """Note what pydantic found in `given`, whose place is `prefix`."""
        typos_first = sorted(errors, key=lambda error: error["type"] != "extra_forbidden")
        for error in typos_first:
            place = ", ".join(part for part in (prefix, place_of(error["loc"], given)) if part)
            self.add(f"{place}: {_said(model, error)}" if place else _said(model, error))

    def stop(self) -> None:
        """Raise if anything was noted.

        Raises
        ------
        InputError
            With all problems, up to `MAX_LISTED`, one line each.
        """
        if self.count == 0:
            return
        if self.count == 1:
            raise InputError(f"{self.where}: {self._listed[0]}")
        more = [f"and {self.count - MAX_LISTED} more"] if self.count > MAX_LISTED else []
        raise InputError("\n  ".join([f"{self.where}: {self.count} problems", *self._listed, *more]))


def shown(value: Any) -> str:
    """Return a value as a reader knows it, cut short.

    >>> shown("rail"), shown(True), shown(1.5), shown({"a": 1})
    ('"rail"', 'true', '1.5', 'a table')
    """
    if isinstance(value, str):
        text = re.sub(r"\s+", " ", value)
        text = text if text.isprintable() else text.encode("unicode_escape").decode()
        return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, Sequence):
        return "a list"
    return str(value)


def plain(number: float) -> str:
    """Return a number as people write it.

    >>> plain(5e6), plain(0.001), plain(2)
    ('5,000,000', '0.001', '2')
    """
    return f"{int(number):,}" if number == int(number) else f"{number:g}"


def suggestion(name: str, names: Sequence[str]) -> str:
    """Return the nearest of `names` as `nearest` does; nothing if there are too many to look through."""
    return nearest(name, names) if len(names) <= _MAX_CHOICES else ""


def place_of(loc: Sequence[int | str], given: Any) -> str:
    """Return where in a file something is, rows of a list by their name if they have one.

    >>> place_of(("sectors", 0, "inputs", "steel"), {"sectors": [{"name": "rail"}]})
    'sectors "rail", inputs.steel'
    >>> place_of(("sectors", 1), {"sectors": [{}, 3]})
    'sectors number 2'
    """
    words, here = "", given
    keys: list[str] = []
    for step in loc:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            name = here.get("name") if isinstance(here, Mapping) else None
            words = ".".join(keys) + (f' "{name}"' if isinstance(name, str) and name else f" number {step + 1}")
            keys = []
        elif step != "[key]":
            here = here.get(step) if isinstance(here, Mapping) else None
            keys.append(step)
    place = ", ".join(part for part in (words, ".".join(keys)) if part)
    return place if place.isprintable() else place.encode("unicode_escape").decode()


def _said(model: type[BaseModel], error: ErrorDetails) -> str:
    """Return one error of pydantic in our words: what is wrong, what is allowed, the nearest valid name."""
    kind, value = error["type"], error.get("input")
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        return f"unknown key{suggestion(key, _keys_at(model, error['loc'][:-1]))}"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
        return f"{shown(value)} is not one of {', '.join(choices)}{suggestion(str(value), choices)}"
    field = _field_at(model, error["loc"])
    if kind in _LENGTHS:
        return f"{_LENGTHS[kind]}{_length(field)}"
    if kind == "string_pattern_mismatch":
        is_strict = str(error.get("ctx", {}).get("pattern", "")).startswith(r"^\w")
        allowed = 'letters, digits, "_" and "-"' if is_strict else "text on one line without dots"
        return f"{shown(value)} is not a valid name; allowed {allowed}"
    expected = _EXPECTED.get(kind.split("_")[0], "valid")
    if kind == "list_type" and field is not None and _model_at(field.annotation) is None:
        expected = "a list, as [...] makes"
    said = _WRONG.get(kind) or f"is not {expected}"
    return f"missing{_range(field)}" if kind == "missing" else f"{shown(value)} {said}{_range(field)}"


def _model_at(annotation: Any) -> type[BaseModel] | None:
    """Return the pydantic model inside an annotation such as ``list[SectorRow]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_at(part))), None)


def _keys_at(model: type[BaseModel] | None, loc: Sequence[int | str]) -> list[str]:
    """Return the keys allowed at a place."""
    for step in loc:
        if isinstance(step, str) and model is not None:
            field = model.model_fields.get(step)
            model = _model_at(field.annotation) if field else None
    return list(model.model_fields) if model else []


def _field_at(model: type[BaseModel], loc: Sequence[int | str]) -> FieldInfo | None:
    """Return the declaration of the value at a place; for a value of a mapping, that of the values."""
    here: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for step in loc:
        if isinstance(step, int):
            continue
        if here is not None:
            field = here.model_fields.get(step)
            here = _model_at(field.annotation) if field else None
        elif field is not None:
            values: tuple[Any, ...] = getattr(field.annotation, "__args__", ())
            field = FieldInfo.from_annotation(values[1]) if len(values) == 2 else field
    return field


def _bound(field: FieldInfo | None, name: str) -> float | None:
    found = (getattr(each, name, None) for each in _limits(field))
    return next((value for value in found if value is not None), None)


def _limits(field: FieldInfo | None) -> Sequence[Any]:
    """Return what bounds the values of a field, also of one that may be left out (``Count | None``)."""
    if field is None or field.metadata or get_origin(field.annotation) not in (Union, UnionType):
        return field.metadata if field else ()
    return [limit for part in get_args(field.annotation) for limit in FieldInfo.from_annotation(part).metadata]


def _range(field: FieldInfo | None) -> str:
    low, high = _bound(field, "ge"), _bound(field, "le")
    return "" if low is None or high is None else f"; allowed {plain(low)} to {plain(high)}"


def _length(field: FieldInfo | None) -> str:
    low, high = _bound(field, "min_length"), _bound(field, "max_length")
    return "" if low is None or high is None else f"; allowed {low:,} to {high:,}"
