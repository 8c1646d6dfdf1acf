"""What a measure remembers of earlier quarters: gains by path, events, indices, and the stage each firm has reached."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from abm.kernel import kernel
from abm.measures import frozen
from abm.measures.flows import N_COUNTS
from abm.measures.need_changes import follow_needs
from abm.measures.rates import SIZES
from abm.state.codes import N_INSTRUMENTS, N_PATHS, Path
from abm.state.structure import Structure
from abm.types import BoolArray, FloatArray, IntArray, UidArray

WINDOW = 8
"""Quarters of a trailing measure."""

WEIGHTINGS = ("sales", "firm mean", "sales, no endowment", "firm mean, no endowment")
"""Ways gains are averaged over firms, first axis of `path_gains`."""

N_INDICES = 3
N_KNOWN = len((*frozen.PROGRESS, *frozen.UPGRADING, *frozen.INNOVATION_CHAIN, *frozen.INDUSTRIAL_CHAIN))

_N_THREE = int(Path.CHAIN_LEADER)
_ROUNDING = 1e-9
"""Million yuan: less is what rounding left."""


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


@kernel
def carry(value: FloatArray, known: FloatArray, first: int) -> None:
    """Put what was known last, in the rows of `known` from `first` on, where a value is null.

    >>> import numpy as np
    >>> value = np.array([[1.0], [np.nan], [np.inf]]); carry(value, np.array([[9.0], [2.0], [3.0], [4.0]]), 1)
    >>> value[:, 0].tolist()
    [1.0, 3.0, 4.0]
    """
    for j in range(value.shape[0]):
        for r in range(value.shape[1]):
            if not math.isfinite(value[j, r]):
                value[j, r] = known[first + j, r]


@kernel
def follow_budgets(
    budget: FloatArray, accrued: FloatArray, lapsed: FloatArray, before: FloatArray, flow: FloatArray
) -> None:
    """Write down what accrued to each instrument and what it spent, and its balance for the next quarter.

    Spent = balance before + accrued - lapsed - balance now, 0 where none was known before. All but `flow`, shape
    (2, regions, instruments), have the shape (regions, instruments).

    >>> import numpy as np
    >>> before, flow = np.array([[5.0, np.nan]]), np.zeros((2, 1, 2))
    >>> follow_budgets(np.array([[4.0, 1.0]]), np.full((1, 2), 3.0), np.array([[2.0, 0.0]]), before, flow)
    >>> flow.tolist(), before.tolist()
    ([[[3.0, 3.0]], [[2.0, 0.0]]], [[4.0, 1.0]])
    """
    for r in range(budget.shape[0]):
        for j in range(budget.shape[1]):
            flow[0, r, j] = accrued[r, j]
            spent = before[r, j] + accrued[r, j] - lapsed[r, j] - budget[r, j]
            flow[1, r, j] = spent if spent > _ROUNDING else 0.0  # false for NaN
            before[r, j] = budget[r, j]


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
    gain_at_stage
        Gains of each firm's life by path when it last reached or lost a stage, shape (actors, paths).
    known
        Last value of each indicator of coupling and of the two chains, NaN before the first, (`N_KNOWN`, regions).
    sizes
        What grows (see `rates.SIZES`), NaN where it was not measured, shape (window, sizes, regions).
    need_gap
        Gap of each open need when it opened, NaN where none is open, shape (regions, chains, sectors, fields).
    solved
        Needs closed, needs solved, and quarters these were open, shape (window, 3, regions, chains).
    budget
        Balance of each instrument last quarter, NaN before the first, shape (regions, instruments).
    public_money
        What accrued to each instrument and what it spent, shape (window, 2, regions, instruments).
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
    gain_at_stage: FloatArray
    known: FloatArray
    sizes: FloatArray
    need_gap: FloatArray
    solved: FloatArray
    budget: FloatArray
    public_money: FloatArray

    @classmethod
    def empty(cls, n_regions: int, needs: tuple[int, int, int] = (0, 0, 0)) -> History:
        """Return the history before the first quarter; `needs` are the numbers of chains, sectors and fields."""
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
            gain_at_stage=np.zeros((0, N_PATHS)),
            known=np.full((N_KNOWN, n_regions), np.nan),
            sizes=np.full((WINDOW, len(SIZES), n_regions), np.nan),
            need_gap=np.full((n_regions, *needs), np.nan),
            solved=np.zeros((WINDOW, 3, n_regions, needs[0])),
            budget=np.full((n_regions, N_INSTRUMENTS), np.nan),
            public_money=np.zeros((WINDOW, 2, n_regions, N_INSTRUMENTS)),
        )

    @classmethod
    def of(cls, structure: Structure) -> History:
        """Return the history of a region before the first quarter."""
        return cls.empty(structure.n_regions, (structure.n_chains, structure.n_sectors, structure.n_fields))

    def fit_to(self, n_actors: int) -> None:
        """Give every actor a row; slots never move, so rows are only added."""
        missing = n_actors - len(self.reached)
        if missing > 0:
            self.reached = np.concatenate([self.reached, np.zeros(missing, np.int64)])
            self.reached_uid = np.concatenate([self.reached_uid, np.zeros(missing, np.uint64)])
            self.gain_at_stage = np.concatenate([self.gain_at_stage, np.zeros((missing, N_PATHS))])

    def push(self, path_gains: FloatArray, events: FloatArray) -> None:
        """Take in this quarter's gains, shape (weightings, regions, paths), and its events."""
        place = int(self.observed[0]) % WINDOW
        self.path_gains[place] = path_gains
        self.events[place] = events
        follow_leader(self.path_gains, self.leader, self.lead)

    def follow(
        self, is_open: BoolArray, opened: IntArray, gap: FloatArray, budget: FloatArray, accrued: FloatArray,
        lapsed: FloatArray, quarter: int,
    ) -> None:  # fmt: skip
        """Take in, after `push`, which needs are open and how much public money there is; columns of the state."""
        place = int(self.observed[0]) % WINDOW
        follow_needs(is_open, opened, gap, self.need_gap, self.solved[place], quarter)
        follow_budgets(budget, accrued, lapsed, self.budget, self.public_money[place])

    def keep(self, of_coupling: FloatArray, of_chains: FloatArray, sizes: FloatArray | float) -> None:
        """Take in this quarter's indicators, shape (indicators, regions), and sizes, shape (sizes, regions)."""
        self.known[: len(of_coupling)] = of_coupling
        self.known[len(of_coupling) :] = of_chains
        self.sizes[int(self.observed[0]) % WINDOW] = sizes

    def close(self, indices: FloatArray, reached: IntArray, uid: UidArray, cash: FloatArray) -> None:
        """Take in this quarter's indices, shape (indices, regions), stages of firms and cash; the quarter is over."""
        self.indices[int(self.observed[0]) % WINDOW] = indices
        self.reached[:] = reached
        is_new = self.reached_uid != uid
        if is_new.any():
            self.gain_at_stage[is_new] = 0.0
            self.reached_uid[:] = uid
        self.cash[:] = cash
        self.observed[0] += 1

    def earlier_indices(self) -> FloatArray:
        """Return the indices of `WINDOW` quarters ago, NaN before that, shape (indices, regions)."""
        earlier: FloatArray = self.indices[int(self.observed[0]) % WINDOW]
        return earlier

    def earlier_sizes(self) -> FloatArray:
        """Return the sizes of `WINDOW` quarters ago, NaN before that, shape (sizes, regions)."""
        earlier: FloatArray = self.sizes[int(self.observed[0]) % WINDOW]
        return earlier

    def arrays(self) -> dict[str, Any]:
        """Return the columns by name, for a checkpoint."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def copy(self) -> History:
        """Return an independent copy."""
        return History(**{name: array.copy() for name, array in self.arrays().items()})
