"""What a measure is: a function of a view with a unit, a formula, a source, and when it may be null."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from abm.measures.view import View
from abm.state.structure import Structure
from abm.types import FloatArray

Function = Callable[[View], FloatArray]


@dataclass(frozen=True)
class Measure:
    """One column of a run's table.

    Attributes
    ----------
    name
        Singular noun, name of the column.
    group
        Module it is declared in, e.g. ``"paths"``.
    unit, formula, source
        Unit of a value; how it is computed; where it comes from.
    null_when
        When the value is null; None if it never is.
    labels
        Words for the codes 0, 1, ... of a text column; empty for a number.
    names_of
        ``"chain"``, ``"sector"`` or ``"field"`` for a text column whose words are the scenario's names; else empty.
    doc
        What it means.
    function
        Values by region, shape (regions,); NaN stands for null. Text columns give codes.
    """

    name: str
    group: str
    unit: str
    formula: str
    source: str
    null_when: str | None
    labels: tuple[str, ...]
    names_of: str
    doc: str
    function: Function = field(repr=False)

    def __call__(self, view: View) -> FloatArray:
        """Return the values by region, shape (regions,), with NaN for null."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values = self.function(view)
        return values if np.isfinite(values).all() else np.where(np.isfinite(values), values, np.nan)

    def once(self, view: View) -> FloatArray:
        """Return what the function gives, reckoned once per view: for measures that others are made of."""
        made: FloatArray | None = view.made.get(self.name)
        if made is None:
            made = view.made[self.name] = self.function(view)
        return made

    @property
    def is_text(self) -> bool:
        """Tell whether the column shows words."""
        return bool(self.labels or self.names_of)

    def words(self, structure: Structure) -> tuple[str, ...]:
        """Return the words of a text column in a scenario."""
        names: dict[str, tuple[str, ...]] = {
            "chain": structure.chain_names,
            "sector": structure.sector_names,
            "field": structure.field_names,
        }
        return names[self.names_of] if self.names_of else self.labels


REGISTRY: dict[str, Measure] = {}
"""Every measure declared so far, by name."""


def measure(
    *,
    unit: str,
    formula: str,
    source: str,
    null_when: str | None = None,
    labels: tuple[str, ...] = (),
    names_of: str = "",
    name: str = "",
    doc: str = "",
) -> Callable[[Function], Measure]:
    """Declare a function of a view as a measure called `name`, by default like the function.

    A function divides freely: 0/0 and x/0 are null, which `null_when` must then allow.
    """

    def declare(function: Function) -> Measure:
        declared = Measure(
            name=name or function.__name__,
            group=function.__module__.rpartition(".")[2],
            unit=unit,
            formula=formula,
            source=source,
            null_when=null_when,
            labels=labels,
            names_of=names_of,
            doc=doc or (function.__doc__ or "").strip(),
            function=function,
        )
        if declared.name in REGISTRY:
            raise ValueError(f"measure {declared.name} is declared twice")
        REGISTRY[declared.name] = declared
        return declared

    return declare
