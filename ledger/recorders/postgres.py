"""The ledger in PostgreSQL, for production.

eventsourcing's recorder with a writers' lock of our own (decision 54); the rows go in by binary `COPY` (decision 35), and
neither its composite type nor its insert function is made: that function takes no lock, and readers then miss events.
"""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier, Literal

from ledger import tables
from ledger.database import UNLESS_TOLD, Statements
from ledger.recorders import kept
from ledger.servers import Limits, arguments, reach, trying_again

_CREATING = 7726  # the advisory lock under which tables are made
_WRITING = 7728  # and the one of who writes, with the table


class PostgresLedgerRecorder(PostgresApplicationRecorder):
    """eventsourcing's PostgreSQL recorder, with our transaction and our bulk insert."""

    position_column = "notification_id"

    # eventsourcing asks ten times over, each time for as long as the pool has patience: a server that is away would be told
    # of after five minutes only. One patience is enough; whoever asks says so, and tries again or ends.
    select_events = inspect.unwrap(PostgresApplicationRecorder.select_events)
    select_notifications = inspect.unwrap(PostgresApplicationRecorder.select_notifications)

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore)
        self.sql_create_statements = [
            statement
            for statement in self.sql_create_statements
            if not statement.as_string().lstrip().startswith(("CREATE TYPE", "CREATE OR REPLACE FUNCTION"))
        ]
        table = Identifier(datastore.schema), Identifier(self.events_table_name)
        self.lock_table_statements = [
            self.lock_table_statements[0],  # how long it is waited for
            SQL("SELECT pg_advisory_xact_lock({}, {}::regclass::oid::int)").format(
                _WRITING, Literal(self.events_table_name)
            ),
            SQL("LOCK TABLE {}.{} IN ROW EXCLUSIVE MODE").format(*table),
        ]
        self._copy = SQL(
            "COPY {}.{} (originator_id, originator_version, topic, state, notification_id) FROM STDIN (FORMAT BINARY)"
        ).format(Identifier(datastore.schema), Identifier(self.events_table_name))

    @classmethod
    def at(cls, url: str, limits: Limits = UNLESS_TOLD) -> "PostgresLedgerRecorder":
        """Connect to the server, and make the tables when missing; raises Unavailable when it cannot be reached."""
        schema = reach(url, setting="WAAKVLAM_LEDGER")
        datastore = PostgresDatastore(
            *("", "", "", "", ""),  # the address is told below, with all that it says
            pre_ping=True,
            lock_timeout=round(limits.lock_seconds),
            idle_in_transaction_session_timeout=10 * limits.lock_seconds,
            schema=schema,
            originator_id_type="text",
        )
        datastore.pool = ConnectionPool(
            connection_class=Connection[DictRow],
            kwargs={**arguments(url, limits), "row_factory": dict_row},
            min_size=1,
            max_size=limits.connections_max,
            open=False,
            configure=datastore.after_connect_func(),
            check=ConnectionPool.check_connection,
            timeout=limits.lock_seconds,
            **trying_again(),
        )
        recorder = cls(datastore)
        recorder.create_table()
        return recorder

    def create_table(self) -> None:
        """Make all tables in one transaction, one process at a time, unless they are there."""
        with self.reading() as statements:
            if statements.value("SELECT to_regclass('state')") and tables.is_made(statements):
                return
        with self._begun() as statements:
            statements.execute("SELECT pg_advisory_xact_lock(?)", (_CREATING,))
            for composed in self.sql_create_statements:
                statements.cursor.execute(composed)
            for statement in tables.CREATE:
                statements.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """Open the transaction that writes, alone until it ends.

        The lock has a name of its own: eventsourcing locks the table, and a busy ledger was then never vacuumed nor analysed
        (decision 54). What is taken of the table keeps out a former version, which locks it, and is kept out by it.
        """
        with self._begun() as statements:
            self._lock_table(statements.cursor)
            yield statements

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Open a transaction that only reads, all from one snapshot, and waits for nobody."""
        with self._begun() as statements:
            statements.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield statements

    @contextmanager
    def _begun(self) -> Iterator[Statements]:
        with (
            kept(),
            self.datastore.get_connection() as connection,
            connection.transaction(),
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            yield Statements(cursor, postgres=True)

    def insert(self, statements: Statements, events: Sequence[StoredEvent]) -> range:
        """Insert the events; return their positions."""
        first = int(statements.value("SELECT value FROM state WHERE name = 'position'")) + 1
        positions = range(first, first + len(events))
        with statements.cursor.copy(self._copy) as copy:
            copy.set_types(["text", "int8", "text", "bytea", "int8"])
            for position, event in zip(positions, events, strict=True):
                copy.write_row((event.originator_id, event.originator_version, event.topic, event.state, position))
        tables.set_state(statements, {"position": positions.stop - 1})
        self._notify_channel(statements.cursor)
        return positions

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Insert the events in a transaction of their own."""
        with self.writing() as statements:
            return self.insert(statements, stored_events)

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()
