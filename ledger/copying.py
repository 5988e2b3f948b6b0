"""A ledger copied whole into a SQLite file, from either database, and from such a file back into PostgreSQL.

A copy is what one snapshot saw, so writers may go on. Its tables and columns are those of the recorders; nothing here
knows what is in them. Rows leave and enter PostgreSQL by binary `COPY`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import errors, tables
from ledger.database import Statements
from ledger.recorders import open_recorder
from ledger.recorders.sqlite import SQLiteLedgerRecorder

SQLITE = "sqlite:///"
_TYPES = {"text": "text", "bytea": "bytea", "blob": "bytea", "bigint": "int8", "integer": "int8"}
_POSITION = {"rowid": "notification_id"}  # the one column with another name in PostgreSQL
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    serial: str | None

    @property
    def in_postgres(self) -> tuple[str, ...]:
        return tuple(_POSITION.get(one, one) for one in self.columns)


def copy_out(url: str, file: Path) -> None:
    """Copy the ledger that a URL names into a new SQLite file, which then is a ledger itself."""
    if url.startswith(SQLITE):
        copy_file(Path(url.removeprefix(SQLITE)), file)
        return
    with (
        closing(open_recorder(url)) as source,
        closing(SQLiteLedgerRecorder.at(file)) as copy,
        source.reading() as t,
        copy.writing() as c,
    ):
        for table in _tables(c):
            c.execute(f"DELETE FROM {table.name}")  # noqa: S608 - names of our own tables, here and below
            marks = ", ".join("?" * len(table.columns))
            c.executemany(
                f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})",  # noqa: S608
                _rows_in_postgres(t, table),
            )


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database that may be in use, as one snapshot, into one whole file."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
        other.execute("PRAGMA journal_mode=DELETE")


def settle(file: Path) -> None:
    """Bring all of a SQLite database that nobody has open into its one file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def copy_in(file: Path, url: str) -> None:
    """Replace all that is in the PostgreSQL ledger that a URL names by what a file holds, in one transaction."""
    with (
        closing(SQLiteLedgerRecorder.at(file)) as copy,
        closing(open_recorder(url)) as target,
        copy.reading() as c,
        target.writing() as t,
    ):
        for table in _tables(c):
            t.execute(f"TRUNCATE {table.name}")
            columns = ", ".join(table.in_postgres)
            with t.cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN (FORMAT BINARY)") as into:
                into.set_types(table.types)
                for row in _rows_in_sqlite(c, table):
                    into.write_row(row)
            if table.serial:
                question = f"SELECT coalesce(max({table.serial}), 0) + 1 FROM {table.name}"  # noqa: S608
                t.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.serial}'), ({question}), false)"
                )


def counts(statements: Statements) -> dict[str, int]:
    """Return how many rows each table of a copy has."""
    return {one.name: int(statements.value(f"SELECT count(*) FROM {one.name}")) for one in _tables(statements)}  # noqa: S608


def is_empty(url: str) -> bool:
    """Tell whether a ledger holds nothing at all; its tables are made when missing."""
    with closing(open_recorder(url)) as recorder, recorder.reading() as t:
        return tables.state(t)["position"] == 0 and t.value("SELECT 1 FROM seen LIMIT 1") is None


def _tables(sqlite: Statements) -> list[_Table]:
    """Return the tables of a SQLite ledger: what it says of itself is the one list of them."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
    )
    return [_table(sqlite, name) for (name,) in sqlite.rows(question)]


def _table(sqlite: Statements, name: str) -> _Table:
    columns = sqlite.rows("SELECT name, lower(type), pk FROM pragma_table_info(?)", (name,))
    if unknown := [kind for _, kind, _ in columns if kind not in _TYPES]:
        raise errors.Fault(f"table {name} has columns of type {unknown[0]}, which this version cannot copy")
    serial = next((column for column, kind, key in columns if key and kind == "integer"), None)
    return _Table(
        name,
        tuple(column for column, _, _ in columns),
        tuple(_TYPES[kind] for _, kind, _ in columns),
        None if serial is None else _POSITION.get(serial, serial),
    )


def _rows_in_postgres(t: Statements, table: _Table) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(table.in_postgres)
    order = f" ORDER BY {table.serial}" if table.serial else ""
    with t.cursor.copy(f"COPY (SELECT {columns} FROM {table.name}{order}) TO STDOUT (FORMAT BINARY)") as out:  # noqa: S608
        out.set_types(table.types)
        yield from out.rows()


def _rows_in_sqlite(c: Statements, table: _Table) -> Iterator[tuple[Any, ...]]:
    c.cursor.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}")  # noqa: S608
    while some := c.cursor.fetchmany(_AT_ONCE):
        yield from some
