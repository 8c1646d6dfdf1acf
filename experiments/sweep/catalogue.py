"""The catalogue of a store: one row per run, in SQLite, written by the driver alone.

It says what is to be done and in which part a finished run stands. The parts are the truth: `Catalogue.reconcile`
takes in parts that a killed driver did not record, and sends runs whose part is missing or damaged back to waiting.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import InputError
from analysis.schema import CATALOGUE, DONE, RUN_COLUMNS, STATES, STORE_VERSION, WAITING
from experiments.sweep.migrations import migrate
from experiments.sweep.parts import make_folders, storage_lost

if TYPE_CHECKING:
    from experiments.sweep.plan import Plan, PlannedRun
    from experiments.sweep.work import Outcome

BUSY_SECONDS = 30.0
"""How long to wait for a reader in the way."""

STORAGE = ("full", "readonly", "read-only", "disk i/o", "unable to open", "locked")
"""Words in SQLite's messages when the storage is at fault."""


class CatalogueLost(InputError):  # noqa: N818 - it says what happened
    """The catalogue is missing or damaged; it can be made again from the plan and the parts."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder / CATALOGUE} {reason}; it is made again from the parts by: innonet resume {folder}")


class Catalogue:
    """The catalogue of the store in `folder`; make one by `create`, `open` or `rebuild`."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection

    # ------------------------------------------------------------------------------------------ coming and going

    @classmethod
    def create(cls, folder: str | Path, plan: Plan) -> Catalogue:
        """Make the folders for parts and the catalogue of a plan, all runs waiting.

        Raises
        ------
        InputError
            If there is a catalogue already.
        StorageLost
            If the folder cannot be written.
        """
        place = Path(folder)
        make_folders(place)
        if (place / CATALOGUE).exists():
            raise InputError(f'"{place}" is a store already; continue it with: innonet resume {place}')
        new = place / f"{CATALOGUE}.new"
        try:
            new.unlink(missing_ok=True)
            _fill(new, plan)
            new.replace(place / CATALOGUE)
            return cls(place, _connect(place / CATALOGUE))
        except (OSError, sqlite3.Error) as error:
            raise storage_lost(place, error) from error

    @classmethod
    def open(cls, folder: str | Path) -> Catalogue:
        """Open the catalogue of a store, bringing an older store up to this version.

        Raises
        ------
        CatalogueLost
            If it is missing or damaged; `rebuild` mends that.
        FolderError
            If this version cannot read the store.
        StorageLost
            If it cannot be written.
        """
        place = Path(folder)
        migrate(place)
        if not (place / CATALOGUE).is_file():
            raise CatalogueLost(place, "is missing")
        try:
            return cls(place, _connect(place / CATALOGUE))
        except sqlite3.Error as error:
            raise _explained(place, error) from error

    @classmethod
    def restore(cls, folder: str | Path, plan: Plan, *, is_same: bool = True) -> tuple[Catalogue, list[str]]:
        """Open a store to go on with it: rebuild the catalogue if it is lost, and reconcile it with the parts.

        Returns the catalogue and notes for a person, none if all was well. Raises as `open`, without CatalogueLost.

        Parameters
        ----------
        is_same
            Whether `plan` is the plan the store was made with: then a catalogue that says another is damaged.
        """
        try:
            catalogue = cls.open(folder)
            try:
                if is_same:
                    catalogue.check(plan)
                return catalogue, catalogue.reconcile()
            except BaseException:
                catalogue.close()
                raise
        except CatalogueLost:
            return cls.rebuild(folder, plan)

    def check(self, plan: Plan) -> None:
        """Compare the catalogue with the plan it was made from.

        Raises
        ------
        CatalogueLost
            If it names other runs, or states that there are not: SQLite sees damage only where it breaks the file.
        """
        planned = self._rows(f"SELECT {', '.join(PLANNED)} FROM runs ORDER BY rowid")
        states = {state for (state,) in self._rows("SELECT DISTINCT state FROM runs")}
        if planned != [_planned_row(run) for run in plan.runs] or not states <= set(STATES):
            raise CatalogueLost(self.folder, "is damaged (it does not say what the design says)")

    @classmethod
    def rebuild(cls, folder: str | Path, plan: Plan) -> tuple[Catalogue, list[str]]:
        """Make the catalogue again from the plan and the parts; return it and notes on what was found.

        The old one, if any, is kept beside it as ``catalogue.sqlite.damaged``. Failures it knew are forgotten: their
        runs wait again.
        """
        place = Path(folder)
        old = place / CATALOGUE
        try:
            if old.exists():
                old.replace(old.with_name(f"{CATALOGUE}.damaged"))
            for ending in ("-wal", "-shm", "-journal"):
                old.with_name(CATALOGUE + ending).unlink(missing_ok=True)
        except OSError as error:
            raise storage_lost(place, error) from error
        catalogue = cls.create(place, plan)
        return catalogue, ["the catalogue was made again from the parts", *catalogue.reconcile()]

    def close(self) -> None:
        """Close; what is in the write-ahead log goes into the file."""
        self._connection.close()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---------------------------------------------------------------------------------------------------- writing

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Write what became of runs, all or none; a done run names its part.

        Raises
        ------
        StorageLost
            If the disk is full or cannot be written; then nothing of it is recorded.
        """
        rows = [
            (each.state, each.wall, each.cpu, each.peak_mib, each.part, each.error, each.trace, each.run)
            for each in outcomes
        ]
        with self._transaction() as do:
            do.executemany(
                "UPDATE runs SET state = ?, tries = tries + 1, wall = ?, cpu = ?, peak_mib = ?, part = ?, error = ?, "
                "trace = ? WHERE run = ?",
                rows,
            )

    def retry(self, states: Iterable[str] = STATES[2:]) -> int:
        """Send the runs in these states (all failures by default) back to waiting; return how many."""
        chosen = list(states)
        with self._transaction() as do:
            return do.execute(
                f"UPDATE runs SET state = ?, part = NULL WHERE state IN ({_marks(len(chosen))})", [WAITING, *chosen]
            ).rowcount

    def move(self, part: str, runs: Iterable[str]) -> None:
        """Record that runs stand in a part from now on, and are done."""
        with self._transaction() as do:
            do.executemany(
                "UPDATE runs SET state = ?, part = ?, error = '', trace = '' WHERE run = ?",
                [(DONE, part, run) for run in runs],
            )

    def forget(self, part: str, reason: str) -> int:
        """Send the runs of a part back to waiting, with the reason as their error; return how many."""
        with self._transaction() as do:
            return do.execute(
                "UPDATE runs SET state = ?, part = NULL, error = ? WHERE part = ?", (WAITING, reason, part)
            ).rowcount

    def reconcile(self) -> list[str]:
        """Bring catalogue and parts into agreement; return notes for a person, none if all was well.

        Needs the store for itself: no other driver, no compaction.
        """
        from experiments.sweep.reconcile import reconcile

        return reconcile(self)

    # ---------------------------------------------------------------------------------------------------- reading

    def waiting(self) -> list[str]:
        """Return the runs still to do, in the order of the design."""
        return [run for (run,) in self._rows("SELECT run FROM runs WHERE state = ? ORDER BY rowid", WAITING)]

    def counts(self) -> dict[str, int]:
        """Return the number of runs by state, of the states that occur."""
        found = dict(self._rows("SELECT state, count(*) FROM runs GROUP BY state"))
        return {state: found[state] for state in STATES if state in found}

    def parts(self) -> dict[str, list[str]]:
        """Return the runs by the part they are recorded in, both in the order of the design."""
        found: dict[str, list[str]] = {}
        for part, run in self._rows("SELECT part, run FROM runs WHERE part IS NOT NULL ORDER BY rowid"):
            found.setdefault(part, []).append(run)
        return found

    def states(self) -> dict[str, str]:
        """Return the state of every run, in the order of the design."""
        return dict(self._rows("SELECT run, state FROM runs ORDER BY rowid"))

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise _explained(self.folder, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; what is done on it is done whole or not at all."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise _explained(self.folder, error) from error
            raise


PLANNED = ("run", "point", "replicate", "block", "scenario", "seed", "quarters", "factors", "changes")
"""Columns that the plan fixes."""


def _planned_row(planned: PlannedRun) -> tuple[Any, ...]:
    values = (getattr(planned, name) for name in PLANNED)
    return tuple(json.dumps(dict(each)) if isinstance(each, Mapping) else each for each in values)


def _fill(path: Path, plan: Plan) -> None:
    """Write a whole new catalogue."""
    columns = ", ".join(f"{name} {kind}" for name, kind in RUN_COLUMNS.items())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute(f"CREATE TABLE runs ({columns})")
        connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(STORE_VERSION),))
        rows = map(_planned_row, plan.runs)
        connection.executemany(f"INSERT INTO runs ({', '.join(PLANNED)}) VALUES ({_marks(len(PLANNED))})", rows)
        connection.execute("COMMIT")


def _connect(path: Path) -> sqlite3.Connection:
    """Open a catalogue for writing and see that it is one."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("SELECT run, state, part FROM runs LIMIT 1").fetchall()
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
    except BaseException:
        connection.close()
        raise
    return connection


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def _explained(folder: Path, error: sqlite3.Error) -> Exception:
    """Return the error to raise for one of SQLite's."""
    if any(word in str(error).lower() for word in STORAGE):
        return storage_lost(folder, error)
    return CatalogueLost(folder, f"is damaged ({error})")
