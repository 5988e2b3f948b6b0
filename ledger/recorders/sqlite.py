"""The ledger in one SQLite file, for one machine.

The events' table names its own `rowid` as an AUTOINCREMENT key: so VACUUM does not renumber positions and none is ever
given twice (eventsourcing's own table uses the implicit row number, which does neither).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger import tables
from ledger.database import LOCK_SECONDS_MAX, Statements, alone, begin_writing, translated
from ledger.private import private_file
from ledger.recorders import kept

_PRAGMAS = ("synchronous=FULL", "secure_delete=FAST", "cache_size=-64000")


class _Pool(SQLiteConnectionPool):
    """Connections that survive the loss of power."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        for pragma in _PRAGMAS:
            connection.cursor().execute(f"PRAGMA {pragma}")
        return connection


class SQLiteLedgerRecorder(SQLiteApplicationRecorder):
    """eventsourcing's SQLite recorder, with our table, our lock and our bulk insert."""

    position_column = "rowid"

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.insert_events_statement = (
            f"INSERT INTO {self.events_table_name} (rowid, originator_id, originator_version, topic, state) "  # noqa: S608 - our own table name
            "VALUES (?, ?, ?, ?, ?)"
        )
        self._writer = threading.Lock()

    @classmethod
    def at(cls, path: Path) -> "SQLiteLedgerRecorder":
        """Open the file, and make it with its folder and tables when missing."""
        private_file(path)
        datastore = SQLiteDatastore(db_name=path.absolute().as_uri(), originator_id_type="text")
        datastore.pool = _Pool(
            db_name=datastore.pool.db_name, lock_timeout=LOCK_SECONDS_MAX, pool_timeout=LOCK_SECONDS_MAX
        )
        recorder = cls(datastore)
        recorder.create_table()
        return recorder

    def construct_create_table_statements(self) -> list[str]:
        """Return our own table, in which positions are columns."""
        table = f"CREATE TABLE IF NOT EXISTS {self.events_table_name}"
        columns = "rowid INTEGER PRIMARY KEY AUTOINCREMENT, originator_id TEXT NOT NULL, topic TEXT, state BLOB"
        key = "originator_version INTEGER NOT NULL, UNIQUE (originator_id, originator_version)"
        return [f"{table} ({columns}, {key})"]

    def create_table(self) -> None:
        """Make all tables in one transaction, unless they are there."""
        with self.reading() as statements:
            if statements.rows("SELECT 1 FROM sqlite_master WHERE name = 'state'") and tables.is_made(statements):
                return
        with self.writing() as statements:
            for statement in (*self.create_table_statements, *tables.CREATE):
                statements.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """Open the transaction that writes. Threads wait for each other here, processes in SQLite."""
        with alone(self._writer), self._begun(begin_writing, commit=True) as statements:
            yield statements

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Open a transaction that only reads."""
        with self._begun(_begin_reading, commit=False) as statements:
            yield statements

    def insert(self, statements: Statements, events: Sequence[StoredEvent]) -> range:
        """Insert the events; return their positions."""
        first = int(statements.value("SELECT value FROM state WHERE name = 'position'")) + 1
        positions = range(first, first + len(events))
        statements.executemany(
            self.insert_events_statement,
            [
                (position, event.originator_id, event.originator_version, event.topic, event.state)
                for position, event in zip(positions, events, strict=True)
            ],
        )
        tables.set_state(statements, {"position": positions.stop - 1})
        return positions

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Insert the events in a transaction of their own."""
        with self.writing() as statements:
            return self.insert(statements, stored_events)

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        return self.insert(Statements(c.sqlite_cursor, postgres=False), stored_events)

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

    @contextmanager
    def _begun(self, begin: Callable[[sqlite3.Connection], object], *, commit: bool) -> Iterator[Statements]:
        with kept(), translated(), self.datastore.get_connection(commit=commit) as connection:
            cursor = connection.cursor().sqlite_cursor
            begin(cursor.connection)
            try:
                yield Statements(cursor, postgres=False)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise


def _begin_reading(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
