"""Tables of columns that are declared once and locked against stray writes.

A table is a frozen dataclass whose fields are NumPy arrays; each field says its unit, bounds and meaning. Bounds
checks, the panel, ``innonet describe columns`` and the ODD are derived from the same declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Self

import numpy as np


@dataclass(frozen=True)
class Column:
    """Declaration of one column.

    Attributes
    ----------
    dtype
        NumPy type of an entry.
    unit
        Unit of an entry; ``"1"`` for pure numbers.
    doc
        What an entry means.
    dims
        Names of the dimensions after the row, e.g. ``("field",)``.
    low, high
        Closed bounds every active row respects; None where there is none.
    fill
        Value of a fresh row.
    """

    dtype: type
    unit: str
    doc: str
    dims: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    fill: float | int | bool = 0


def column(
    doc: str,
    unit: str = "1",
    *,
    dtype: type = np.float64,
    dims: tuple[str, ...] = (),
    low: float | None = None,
    high: float | None = None,
    fill: float | int | bool = 0,
) -> Any:
    """Declare a column of a table (used as a dataclass field)."""
    return field(metadata={"column": Column(dtype, unit, doc, dims, low, high, fill)})


def read_only(array: Any) -> Any:
    """Return a read-only view, so that a kernel sees the same type whether the column is locked or not."""
    view = array.view()
    view.setflags(write=False)
    return view


@dataclass(frozen=True)
class Table:
    """Base of all tables: allocation, growth and copies.

    A locked table holds read-only views of its columns; who may write gets the columns themselves in their place.
    """

    @classmethod
    def declared(cls) -> dict[str, Column]:
        """Return the declarations of all columns by name."""
        return {f.name: f.metadata["column"] for f in fields(cls)}

    @classmethod
    def allocate(cls, rows: int, dims: Mapping[str, int]) -> Self:
        """Return a locked table of `rows` fresh rows; `dims` gives the size of each named dimension."""
        arrays = {}
        for name, declared in cls.declared().items():
            shape = (rows, *(dims[d] for d in declared.dims))
            arrays[name] = read_only(np.full(shape, declared.fill, dtype=declared.dtype))
        return cls(**arrays)

    @classmethod
    @lru_cache(maxsize=32)
    def _fills(cls) -> tuple[tuple[str, float | int | bool], ...]:
        """Return the name of each column and the value of a fresh row."""
        return tuple((name, declared.fill) for name, declared in cls.declared().items())

    @property
    def rows(self) -> int:
        """Number of rows allocated, in use or not."""
        return len(next(iter(vars(self).values())))

    def grown(self, rows: int) -> Self:
        """Return a locked copy with at least `rows` rows, new ones fresh."""
        arrays = {}
        for name, declared in self.declared().items():
            old = getattr(self, name)
            new = np.full((rows, *old.shape[1:]), declared.fill, dtype=declared.dtype)
            new[: len(old)] = old
            arrays[name] = read_only(new)
        return type(self)(**arrays)

    def locked(self) -> Self:
        """Return a locked table with copies of the columns."""
        return type(self)(**{name: read_only(array.copy()) for name, array in vars(self).items()})

    def reset(self, rows: Any) -> None:
        """Give rows, few at a time, the values of fresh rows (all columns must be writable)."""
        columns = vars(self)
        for row in np.atleast_1d(rows).tolist():
            for name, fill in self._fills():
                columns[name][row] = fill

    def arrays(self) -> dict[str, Any]:
        """Return the columns by name."""
        return dict(vars(self))
