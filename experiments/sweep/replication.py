"""Replicates until means are known well enough: which of them come next, and what was reached.

A design with ``[precision]`` plans the most replicates it allows; they are done in blocks, the first 15 at every point,
until the rule of `analysis.replicates` (Hoad, Robinson & Davies 2010) holds there for every measure and region. Blocks
are as large as the spread so far asks for, and depend on nothing but values, so that one worker and many do the same
runs. What is not needed goes on waiting and is never done.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.replicates import Precision, table_of
from analysis.replicates import Sequence as Replicates
from analysis.schema import DONE, WAITING, part_path
from experiments.sweep.design import MAX_RUNS, Design

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweep.plan import PlannedRun
    from experiments.sweep.work import Outcome

Key = tuple[str, str]
"""Measure and region."""

FILE = "replicates.csv"
"""File of the store that says what was reached."""

MOST_LINES = 5
"""Means that are shown to a person; all are in the file."""


def asked_of(design: Design) -> Precision:
    """Return the rule of a design that has one.

    Raises
    ------
    ValueError
        If the half-width is no number, not above 0, or the design has no rule.
    """
    if design.precision is None:
        raise ValueError("the design does not say how precise means must be")
    given = design.precision.half_width
    if isinstance(given, str):
        if not given.strip().endswith("%"):
            raise ValueError(f'half_width "{given}" is neither a number nor a share of the mean, as "5%"')
        share = float(given.strip().removesuffix("%")) / 100.0
        if not share < math.inf:
            raise ValueError(f'half_width "{given}" is no share')
        return Precision(half_width=share)
    return Precision(half_width=float(given), is_relative=False)


def fewest(asked: Precision) -> int:
    """Return the smallest number of replicates after which a point can be settled."""
    return asked.n_min + asked.further(asked.n_min)


@dataclass
class _Point:
    """A point: its runs by replicate, how many of them are asked for, and what is known."""

    runs: Sequence[PlannedRun]
    target: int
    taken: int = 0
    is_over: bool = False
    known: dict[str, Mapping[Key, float]] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    found: dict[Key, Replicates] = field(default_factory=dict)


class Replication:
    """Gives out the runs of a design block by block.

    Parameters
    ----------
    runs
        All planned runs with their states, in the order of the plan.
    folder
        The store, from whose parts values are read.
    """

    def __init__(self, design: Design, runs: Iterable[tuple[PlannedRun, str]], folder: Path) -> None:
        assert design.precision is not None
        self.asked = asked_of(design)
        self.measures = list(dict.fromkeys(design.precision.measures))
        self.folder = folder
        every = list(runs)
        by_point: dict[int, list[PlannedRun]] = {}
        for run, _ in every:
            by_point.setdefault(run.point, []).append(run)
        first = fewest(self.asked)
        self.points = {point: _Point(of_point, min(first, len(of_point))) for point, of_point in by_point.items()}
        self._point_of = {run.run: self.points[run.point] for run, _ in every}
        self._recall(every)

    def _recall(self, every: Sequence[tuple[PlannedRun, str]]) -> None:
        """Take in what the store holds already."""
        from analysis.catalogue import read_parts

        parts = read_parts(self.folder) if any(state == DONE for _, state in every) else {}
        by_part: dict[str, list[str]] = {}
        for run, part in parts.items():
            by_part.setdefault(part, []).append(run)
        for part, of_part in by_part.items():
            self._learn(self._read(part, of_part))
        self._learn({run.run: {} for run, state in every if state not in (DONE, WAITING)})

    def take(self, outcomes: Iterable[Outcome]) -> None:
        """Take in what became of runs, once it is recorded; one that went wrong counts for nothing."""
        by_part: dict[str, list[str]] = {}
        for outcome in outcomes:
            if outcome.part is None:
                self._learn({outcome.run: {}})
            else:
                by_part.setdefault(outcome.part, []).append(outcome.run)
        for part, runs in by_part.items():
            self._learn(self._read(part, runs))

    def _learn(self, values: Mapping[str, Mapping[Key, float]]) -> None:
        for run, of_run in values.items():
            if run in self._point_of:
                self._point_of[run].known[run] = of_run

    def _read(self, part: str, runs: Sequence[str]) -> dict[str, dict[Key, float]]:
        """Return the values of runs in their last quarter."""
        from analysis.tables import Piece, read_piece

        piece = Piece(part_path(self.folder, "measures", part), tuple(runs))
        rows = read_piece(piece, runs, ["region", "quarter", *self.measures]).to_pandas()
        rows = rows.sort_values("quarter").drop_duplicates(["run", "region"], keep="last")
        found: dict[str, dict[Key, float]] = {run: {} for run in runs}
        for row in rows.to_dict("records"):
            of_run = found[str(row["run"])]
            of_run.update({(name, str(row["region"])): float(row[name]) for name in self.measures})
        return found

    def more(self) -> list[PlannedRun]:
        """Return the runs that are known to be needed and have not been given out, replicate by replicate."""
        wanted = [run for point in self.points.values() if not point.is_over for run in self._next(point)]
        return sorted(wanted, key=lambda run: (run.replicate, run.point))

    def _next(self, point: _Point) -> list[PlannedRun]:
        """Take in whole blocks of a point; return what is missing of the present one, unless it is over."""
        while not point.is_over:
            block = point.runs[point.taken : point.target]
            if any(run.run not in point.known for run in block):
                missing = [run for run in block if run.run not in point.known and run.run not in point.given]
                point.given.update(run.run for run in missing)
                return missing
            for run in block:
                for key, value in point.known[run.run].items():
                    point.found.setdefault(key, Replicates(self.asked)).add(value)
            point.taken = point.target
            settled = bool(point.found) and all(each.is_settled for each in point.found.values())
            point.is_over = settled or point.target == len(point.runs)
            point.target = min(self._wanted(point), len(point.runs))
        return []

    def _wanted(self, point: _Point) -> int:
        """Return how many replicates a point should have next: what its spread asks for, at most twice as many."""
        numbers = [each.expected or 2 * each.n for each in point.found.values() if not each.is_settled]
        needed = max((number + self.asked.further(number) for number in numbers), default=0)
        return max(point.target + self.asked.look_ahead, min(needed, 2 * point.target))

    # ---------------------------------------------------------------------------------------------- what was reached

    def table(self) -> pd.DataFrame:
        """Return one row per point, measure and region: see `analysis.replicates.replicates_in`; factors beside."""
        import pandas as pd

        frames = []
        for number, point in self.points.items():
            table = table_of({f"{name} {region}": each for (name, region), each in point.found.items()})
            keys = list(point.found)
            table = table.assign(measure=[name for name, _ in keys])
            table.insert(0, "point", number)
            table.insert(2, "region", [region for _, region in keys])
            frames.append(table.assign(**{str(name): value for name, value in point.runs[0].factors.items()}))
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def write(self) -> None:
        """Write the table into the store.

        Raises
        ------
        StorageLost
            If it cannot be written.
        """
        from experiments.sweep.parts import storage_lost, write_whole

        try:
            write_whole(self.folder / FILE, self.table().to_csv(index=False))
        except OSError as error:
            raise storage_lost(self.folder, error) from error

    def sentences(self) -> list[str]:
        """Return for a person what was reached."""
        table = self.table()
        if not len(table):
            return ["No replicate ended well, so nothing is known of the means."]
        names, runs = ", ".join(self.measures), sum(point.taken for point in self.points.values())
        lines = [f"{names}: known to {words_of(self.asked)} with {runs:,} runs."]
        if not table["is_settled"].all():
            is_open = ~table["is_settled"].astype(bool)
            points, needed = table.loc[is_open, "point"].nunique(), table.loc[is_open, "expected"].astype(object).max()
            about = f" (about {needed:,} would do)" if isinstance(needed, int) and needed < MAX_RUNS else ""
            lines = [
                f"{names}: not known to {words_of(self.asked)} at {points:,} of {len(self.points):,} points with all "
                f"replicates that were allowed{about}. Allow more with --at-most: what is not needed is not run."
            ]
        shown = table.head(MOST_LINES).astype({"enough": object}).to_dict("records")
        lines += [_line(row) for row in shown]
        if len(table) > MOST_LINES:
            lines.append(f"  ... {len(table) - MOST_LINES:,} more in {self.folder / FILE}")
        return lines


def _line(row: Mapping[Any, Any]) -> str:
    enough = f"; {row['enough']} were enough" if row["is_settled"] else ""
    where = f"  point {row['point']}, {row['region']}: {row['measure']}"
    return f"{where} = {row['mean']:.5g} ± {row['half_width']:.2g} ({row['replicates']} replicates{enough})"


def words_of(asked: Precision) -> str:
    """Return a rule in words.

    >>> words_of(Precision(0.05)), words_of(Precision(2.0, is_relative=False))
    ('±5% of the mean (95% interval)', '±2 (95% interval)')
    """
    width = f"±{asked.half_width:.3g}" if not asked.is_relative else f"±{100 * asked.half_width:.3g}% of the mean"
    return f"{width} ({asked.level:.0%} interval)"
