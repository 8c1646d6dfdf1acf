"""What a measure remembers of earlier quarters: gains by path, events, indices, and the stage each firm has reached."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from abm.kernel import kernel
from abm.measures.flows import N_COUNTS
from abm.state.codes import N_PATHS, Path
from abm.types import FloatArray, IntArray, UidArray

WINDOW = 8
"""Quarters of a trailing measure."""

WEIGHTINGS = ("sales", "firm mean", "sales, no endowment", "firm mean, no endowment")
"""Ways gains are averaged over firms, first axis of `path_gains`."""

N_INDICES = 3

_N_THREE = int(Path.CHAIN_LEADER)


@kernel
def follow_leader(path_gains: FloatArray, leader: IntArray, lead: IntArray) -> None:
    """Write down which of the three paths has more than half of their gains, -1 for none, and for how long it has.

    Gains have the shape (window, weightings, regions, paths), leader and quarters of lead the shape (regions,).

    >>> import numpy as np
    >>> leader, lead, gains = np.array([1]), np.array([3]), np.array([[[[0.4, 0.6, 0.0, 9.0, 0.0]]]])
    >>> follow_leader(gains, leader, lead); leader.tolist(), lead.tolist()
    ([1], [4])
    >>> follow_leader(gains * np.array([1.0, 0.5, 0.0, 0.0, 0.0]), leader, lead); leader.tolist(), lead.tolist()
    ([0], [1])
    """
    for r in range(len(leader)):
        all_three = 0.0
        largest = 0.0
        best = -1
        for path in range(_N_THREE):
            gain = 0.0
            for q in range(path_gains.shape[0]):
                gain += path_gains[q, 0, r, path]
            all_three += gain
            if gain > largest:
                largest = gain
                best = path
        if largest <= 0.5 * all_three:
            best = -1
        lead[r] = lead[r] + 1 if best == leader[r] else 1
        leader[r] = best


@dataclass
class History:
    """Rings of the last `WINDOW` quarters (row ``observed % WINDOW`` is next) and running counts.

    Attributes
    ----------
    path_gains
        Mean gain of firms by path, shape (window, weightings, regions, paths).
    events
        Events by kind (see `flows.event_counts`), shape (window, `N_COUNTS`, regions).
    indices
        Factor, value-chain and structure index, shape (window, indices, regions).
    leader
        Path with more than half of the three paths' trailing gains, -1 for none, shape (regions,).
    lead
        Quarters in a row it has led, shape (regions,).
    reached, reached_uid
        Stages each firm had reached last quarter (see `milestones.firm_stages`) and whose they are, shape (actors,).
    cash
        Cash in each region last quarter (million yuan), NaN before the first, shape (regions,).
    observed
        Quarters seen, shape (1,).
    """

    path_gains: FloatArray
    events: FloatArray
    indices: FloatArray
    leader: IntArray
    lead: IntArray
    reached: IntArray
    reached_uid: UidArray
    cash: FloatArray
    observed: IntArray

    @classmethod
    def empty(cls, n_regions: int) -> History:
        """Return the history before the first quarter."""
        return cls(
            path_gains=np.zeros((WINDOW, len(WEIGHTINGS), n_regions, N_PATHS)),
            events=np.zeros((WINDOW, N_COUNTS, n_regions)),
            indices=np.full((WINDOW, N_INDICES, n_regions), np.nan),
            leader=np.full(n_regions, -1, np.int64),
            lead=np.zeros(n_regions, np.int64),
            reached=np.zeros(0, np.int64),
            reached_uid=np.zeros(0, np.uint64),
            cash=np.full(n_regions, np.nan),
            observed=np.zeros(1, np.int64),
        )

    def fit_to(self, n_actors: int) -> None:
        """Give every actor a row; slots never move, so rows are only added."""
        missing = n_actors - len(self.reached)
        if missing > 0:
            self.reached = np.concatenate([self.reached, np.zeros(missing, np.int64)])
            self.reached_uid = np.concatenate([self.reached_uid, np.zeros(missing, np.uint64)])

    def push(self, path_gains: FloatArray, events: FloatArray) -> None:
        """Take in this quarter's gains, shape (weightings, regions, paths), and its events."""
        place = int(self.observed[0]) % WINDOW
        self.path_gains[place] = path_gains
        self.events[place] = events
        follow_leader(self.path_gains, self.leader, self.lead)

    def close(self, indices: FloatArray, reached: IntArray, uid: UidArray, cash: FloatArray) -> None:
        """Take in this quarter's indices, shape (indices, regions), stages of firms and cash; the quarter is over."""
        self.indices[int(self.observed[0]) % WINDOW] = indices
        self.reached[:] = reached
        self.reached_uid[:] = uid
        self.cash[:] = cash
        self.observed[0] += 1

    def earlier_indices(self) -> FloatArray:
        """Return the indices of `WINDOW` quarters ago, NaN before that, shape (indices, regions)."""
        earlier: FloatArray = self.indices[int(self.observed[0]) % WINDOW]
        return earlier

    def arrays(self) -> dict[str, Any]:
        """Return the columns by name, for a checkpoint."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def copy(self) -> History:
        """Return an independent copy."""
        return History(**{name: array.copy() for name, array in self.arrays().items()})
