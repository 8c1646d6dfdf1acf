"""The event table: one row per thing that happened, with its cause (model.md section 4.10)."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.state.codes import Event
from abm.types import IntArray

COLUMNS: dict[str, tuple[type, str]] = {
    "event_id": (np.int64, "row number, counted from the start of the run"),
    "quarter": (np.int64, "quarter it happened"),
    "kind": (np.int64, "code of Event"),
    "region": (np.int64, "region of the actor"),
    "uid": (np.uint64, "actor it happened to"),
    "partner_uid": (np.uint64, "the other actor, 0 for none"),
    "project": (np.uint64, "project, 0 for none"),
    "field": (np.int64, "technology field, -1 for none"),
    "channel": (np.int64, "layer, origin, mode or instrument, by kind of event; -1 for none"),
    "amount": (np.float64, "size, in the unit of the kind of event"),
    "cause_id": (np.int64, "event that caused it, -1 for none"),
}


_NONE: dict[str, int] = {"region": -1, "field": -1, "channel": -1, "cause_id": -1}
"""What stands for "none" in the columns where it is not 0."""
_NO_IDS = np.zeros(0, dtype=np.int64)


def _fresh(capacity: int) -> dict[str, Any]:
    """Return columns of fresh rows, numbered."""
    columns: dict[str, Any] = {
        name: np.full(capacity, _NONE.get(name, 0), dtype) for name, (dtype, _) in COLUMNS.items()
    }
    columns["event_id"] = np.arange(capacity, dtype=np.int64)
    return columns


class Events:
    """Columns that grow; rows are only ever appended."""

    def __init__(self, capacity: int = 4096) -> None:
        self._columns = _fresh(capacity)
        self._capacity = capacity
        self.count = 0

    def add(
        self,
        kind: Event | IntArray,
        quarter: int,
        uid: Any,
        *,
        region: Any = None,
        partner: Any = None,
        project: Any = None,
        field: Any = None,
        channel: Any = None,
        amount: Any = None,
        cause: Any = None,
    ) -> IntArray:
        """Append one event per entry of `uid` (scalars are repeated, also one kind for all) and return their ids."""
        uids = np.array(uid, dtype=np.uint64, ndmin=1)
        number = len(uids)
        if number == 0:
            return _NO_IDS
        first, self.count = self.count, self.count + number
        if self.count > self._capacity:
            self._grow()
        columns, place = self._columns, slice(first, self.count)
        columns["quarter"][place] = quarter
        columns["kind"][place] = kind
        columns["uid"][place] = uids
        if region is not None:
            columns["region"][place] = region
        if partner is not None:
            columns["partner_uid"][place] = partner
        if project is not None:
            columns["project"][place] = project
        if field is not None:
            columns["field"][place] = field
        if channel is not None:
            columns["channel"][place] = channel
        if amount is not None:
            columns["amount"][place] = amount
        if cause is not None:
            columns["cause_id"][place] = cause
        ids: IntArray = columns["event_id"][place].copy()
        return ids

    def _grow(self) -> None:
        """Double the columns until all rows have room."""
        while self._capacity < self.count:
            self._capacity *= 2
        grown = _fresh(self._capacity)
        for name, old in self._columns.items():
            grown[name][: len(old)] = old
        self._columns = grown

    def columns(self) -> dict[str, Any]:
        """Return the rows so far, by column (views)."""
        return {name: values[: self.count] for name, values in self._columns.items()}

    @classmethod
    def restored(cls, columns: dict[str, Any]) -> Events:
        """Return an event table that continues after `columns`."""
        count = len(columns["event_id"])
        events = cls(max(4096, count))
        for name, values in columns.items():
            events._columns[name][:count] = values
        events.count = count
        return events
