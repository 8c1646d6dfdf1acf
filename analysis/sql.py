"""Queries over a store, by DuckDB on the files of the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.load import FolderError
from analysis.schema import TABLES
from analysis.tables import Piece, check_pieces, empty, gone

if TYPE_CHECKING:
    import pandas as pd

    from analysis.store import Store


def query(store: Store, sql: str) -> pd.DataFrame:
    """Return what a query finds; see `Store.query`.

    Raises
    ------
    FileNotFoundError
        If a part has gone.
    FolderError
        If DuckDB is not installed or refuses the query, it is not one SELECT, or a part it asks for is damaged.
    """
    try:
        import duckdb
    except ImportError as error:
        raise FolderError("queries need DuckDB: pip install duckdb") from error

    statement = _only_select(sql)
    _check_parts(store, sql)
    with duckdb.connect() as connection:
        connection.register("runs", store.runs)
        views = [table for table in TABLES if _view(connection, store, table)]
        try:
            found: pd.DataFrame = connection.execute(statement).df()
        except duckdb.IOException as error:
            missing = next((each for each in _files(store, views) if not each.exists()), None)
            if missing is not None:
                raise gone(missing) from error
            raise FolderError(f"the query could not be answered: {error}") from error
        except duckdb.Error as error:
            raise FolderError(f"{error}\nTables: {', '.join(('runs', *views))}") from error
    return found


def _only_select(sql: str) -> Any:
    """Return the one statement of a query.

    Raises
    ------
    FolderError
        If there is none or more than one, if it does anything but find rows, or is not SQL.
    """
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise FolderError(str(error)) from error
    wish = "give one, as: SELECT count(*) FROM runs"
    if not statements:
        raise FolderError(f"the query is empty; {wish}")
    if len(statements) > 1:
        raise FolderError(f"the query has {len(statements)} statements; {wish}")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise FolderError(f"a query only finds rows (SELECT), this one is {statements[0].type.name}; {wish}")
    return statements[0]


def _check_parts(store: Store, sql: str) -> None:
    """Read the parts of the tables a query names to the last byte, once per store: DuckDB passes over checksums."""
    for table in TABLES:
        if table not in sql.lower():
            continue
        try:
            pieces = store.pieces(table)
        except FolderError:
            continue  # the store keeps no such table, and the query will be told so
        if not store.is_sweep:
            pieces = [piece for piece in pieces if piece.path.exists()]
        check_pieces(piece for piece in pieces if piece.path not in store.checked)
        store.checked.update(piece.path for piece in pieces)


def _view(connection: Any, store: Store, table: str) -> bool:
    """Make a table of the store known to DuckDB; return False if the store does not keep it."""
    try:
        pieces = store.pieces(table)
    except FolderError:
        return False
    if not pieces:
        connection.register(table, empty(table, None).to_pandas())
        return True
    missing = next((piece.path for piece in pieces if not piece.path.exists()), None)
    if missing is not None and store.is_sweep:
        raise gone(missing)
    if missing is not None:
        return False
    files = ", ".join(_quoted(piece) for piece in pieces)
    if pieces[0].is_single:
        run = pieces[0].runs[0].replace("'", "''")
        connection.execute(f"CREATE VIEW {table} AS SELECT * REPLACE ('{run}' AS run) FROM read_parquet([{files}])")
        return True
    connection.register("recorded", store.runs[["run"]].assign(part=store.runs["run"].map(store.part_of)))
    connection.execute(
        f"CREATE VIEW {table} AS SELECT rows.* EXCLUDE (filename) "
        f"FROM read_parquet([{files}], union_by_name = true, filename = true) AS rows "
        "SEMI JOIN recorded ON rows.run = recorded.run AND parse_filename(rows.filename, true) = recorded.part"
    )
    return True


def _files(store: Store, tables: list[str]) -> list[Any]:
    return [piece.path for table in tables for piece in store.pieces(table)]


def _quoted(piece: Piece) -> str:
    """Return a path as DuckDB's SQL wants it: a literal in which no character stands for others."""
    text = str(piece.path).replace("'", "''")
    return "'" + "".join(f"[{sign}]" if sign in "[*?" else sign for sign in text) + "'"
