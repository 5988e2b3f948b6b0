"""One small door to SQL, for SQLite and PostgreSQL alike: `open_database(url)`.

    database = open_database("sqlite:///var/radar.db")            # a relative path; four slashes for an absolute one
    database = open_database("postgresql://user:pw@host:5432/db")
    database.create(["CREATE TABLE IF NOT EXISTS radar (case_id text PRIMARY KEY, next_due bigint, row bytea)"])
    with database.transaction() as t:                             # all or nothing; one writer at a time on SQLite
        t.execute("UPDATE radar SET next_due = ? WHERE case_id = ?", (due, case))    # returns rows touched
        t.executemany("INSERT INTO alerts VALUES (?, ?)", rows)                      # returns rows touched
        t.rows("SELECT case_id FROM radar WHERE next_due <= ?", (now,))              # list of tuples
        t.rows_in("SELECT case_id, row FROM radar WHERE case_id {in}", cases)        # any number of keys
    with database.reading() as t: ...                             # one snapshot; never waits for a writer

The dialect, so that one text serves both: parameters are `?` (so no other `?`, and `%` only in parameters), types are
`text`, `bigint`, `bytea`, `double precision`; `SERIAL KEY` is an ascending key, never given twice; upserts are `ON CONFLICT
(…) DO …`; booleans are 0/1 in `bigint`. A breach of a unique key raises `errors.Conflict`, an unreachable
or locked database `errors.Unavailable`. Safe to share between threads; a transaction belongs to one thread.
SQLite runs in WAL mode with `synchronous=FULL`; a writer waits up to 30 seconds for another process.
"""

import queue
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg
import psycopg_pool

from ledger import errors
from ledger.private import private_file
from ledger.servers import Limits, arguments, first_line, is_away, reach, trying_again

Row = tuple[Any, ...]
LOCK_SECONDS_MAX = 30
UNLESS_TOLD = Limits()
READ_ONLY = (
    "the database can only be read: it is a standby, or was set so by hand. Point the setting at the primary, or promote "
    "this one; nothing was taken in and nothing is lost"
)
NO_ROOM = (
    "there is no room on the disk of the database: nothing was taken in and nothing is lost. Make room, and all goes on by "
    "itself"
)
_KEYS_PER_STATEMENT = 500
_CREATE = re.compile(r"\s*CREATE (?:TABLE|INDEX|UNIQUE INDEX) IF NOT EXISTS (\w+)")
_TRY_AGAIN_SECONDS = 0.002


class Statements:
    """What can be said inside a transaction."""

    def __init__(self, cursor: Any, *, postgres: bool) -> None:
        self.cursor = cursor
        self.postgres = postgres

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement; return the number of rows it touched."""
        self.cursor.execute(self._dialect(sql), parameters)
        return int(self.cursor.rowcount)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run one statement for each of the rows; return the number of rows touched in all."""
        self.cursor.executemany(self._dialect(sql), rows)
        return max(0, int(self.cursor.rowcount))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Ask; return all rows as tuples."""
        self.cursor.execute(self._dialect(sql), parameters)
        return [tuple(row) for row in self.cursor.fetchall()]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Ask for one value; None if there is no row."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def rows_in(self, sql: str, keys: Iterable[Any], *, before: Sequence[Any] = ()) -> list[Row]:
        """Ask for many keys: `{in}` in the text stands for "is one of the keys" and comes after all other `?`."""
        found: list[Row] = []
        for some, condition in self._conditions(keys):
            found += self.rows(sql.replace("{in}", condition), [*before, *some])
        return found

    def execute_in(self, sql: str, keys: Iterable[Any], *, before: Sequence[Any] = ()) -> int:
        """Run a statement for many keys, with `{in}` as in `rows_in`; return the number of rows touched."""
        touched = 0
        for some, condition in self._conditions(keys):
            touched += self.execute(sql.replace("{in}", condition), [*before, *some])
        return touched

    def _conditions(self, keys: Iterable[Any]) -> Iterator[tuple[list[Any], str]]:
        wanted = list(keys)
        if self.postgres and wanted:
            yield [wanted], "= ANY(?)"
            return
        for start in range(0, len(wanted), _KEYS_PER_STATEMENT):
            some = wanted[start : start + _KEYS_PER_STATEMENT]
            yield some, f"IN ({','.join('?' * len(some))})"

    def _dialect(self, sql: str) -> str:
        if self.postgres:
            return sql.replace("?", "%s").replace("SERIAL KEY", "bigserial PRIMARY KEY")
        return sql.replace("SERIAL KEY", "INTEGER PRIMARY KEY AUTOINCREMENT")


class Database(Protocol):
    """A database of one of the two kinds."""

    def transaction(self) -> AbstractContextManager[Statements]:
        """Open a transaction that writes; it is rolled back on any exception."""

    def reading(self) -> AbstractContextManager[Statements]:
        """Open a transaction that only reads, all from one snapshot."""

    def create(self, statements: Iterable[str]) -> None:
        """Run `CREATE … IF NOT EXISTS` statements, safe against another process that does the same."""

    def close(self) -> None:
        """Let go of all connections."""


def open_database(url: str, *, limits: Limits = UNLESS_TOLD, lasting: bool = True) -> Database:
    """Open the database that a URL names; a SQLite file and its folder are made when missing.

    `limits` count on PostgreSQL only. What is not `lasting` need not outlive a loss of power, for whoever writes it then begins
    again: a view that is being made. So nobody waits for the disk at each commit.
    """
    if url.startswith("sqlite:///"):
        return SQLiteDatabase(Path(url.removeprefix("sqlite:///")), lasting=lasting)
    if url.startswith(("postgresql://", "postgres://")):
        reach(
            url,
            setting="the setting that names this database (WAAKVLAM_RADAR, WAAKVLAM_TRIAGE, WAAKVLAM_BOARD or WAAKVLAM_LOOKS)",
        )
        return PostgresDatabase(url, limits, lasting=lasting)
    raise ValueError("a database is named by sqlite:///path or postgresql://user:password@host:port/name")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the drivers' errors into the ledger's; texts of rows stay out of them."""
    try:
        yield
    except (sqlite3.IntegrityError, psycopg.IntegrityError) as error:
        name = getattr(getattr(error, "diag", None), "constraint_name", None) or str(error).partition(": ")[2]
        raise errors.Conflict(f"a unique key is taken: {name.splitlines()[0] if name else 'unknown'}") from None
    except psycopg.errors.DiskFull as error:
        raise errors.Unavailable(f"{NO_ROOM} ({error.diag.message_primary})") from error
    except (sqlite3.OperationalError, psycopg.OperationalError, psycopg.InterfaceError) as error:
        kind = errors.Away if is_away(error) else errors.Unavailable
        raise kind(f"the database does not answer: {type(error).__name__}: {first_line(error)}") from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise errors.Unavailable(READ_ONLY) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise errors.NotAllowed("this login may not do that at the database (`waakvlam roles` says who may)") from error
    except (sqlite3.DatabaseError, psycopg.DatabaseError) as error:
        raise errors.Fault(f"the database refuses: {type(error).__name__}") from error


@contextmanager
def alone(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock; raises Unavailable when it can not be had in time, as when a transaction is opened inside another."""
    if not lock.acquire(timeout=LOCK_SECONDS_MAX):
        raise errors.Unavailable(f"another transaction of this process has been writing for {LOCK_SECONDS_MAX} seconds")
    try:
        yield
    finally:
        lock.release()


def begin_writing(connection: sqlite3.Connection) -> None:
    """Take SQLite's write lock, as soon as another process lets go of it.

    SQLite itself waits up to 100 ms between two tries, so one busy writer keeps all others out; we try more often.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    deadline = time.monotonic() + LOCK_SECONDS_MAX
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(_TRY_AGAIN_SECONDS)
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS_MAX * 1000}")


class SQLiteDatabase:
    """A file. Connections are kept in a pool; writers of this process queue up instead of polling."""

    def __init__(self, path: Path, *, secure_delete: str = "FAST", lasting: bool = True) -> None:
        self._synchronous = "FULL" if lasting else "OFF"
        self._path = private_file(path)
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._writer = threading.Lock()
        self._secure_delete = secure_delete

    @contextmanager
    def transaction(self) -> Iterator[Statements]:
        """Open a transaction that writes."""
        with alone(self._writer), self._begun(begin_writing) as statements:
            yield statements

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Open a transaction that only reads."""
        with self._begun(lambda connection: connection.execute("BEGIN")) as statements:
            yield statements

    def create(self, statements: Iterable[str]) -> None:
        """Run the statements in one transaction."""
        with self.transaction() as t:
            for statement in statements:
                t.execute(statement)

    def close(self) -> None:
        """Close the connections that are idle."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    @contextmanager
    def _begun(self, begin: Callable[[sqlite3.Connection], object]) -> Iterator[Statements]:
        with translated():
            connection = self._connection()
            try:
                begin(connection)
                yield Statements(connection.cursor(), postgres=False)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise
            finally:
                self._idle.put(connection)

    def _connection(self) -> sqlite3.Connection:
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        made = sqlite3.connect(self._path, timeout=LOCK_SECONDS_MAX, isolation_level=None, check_same_thread=False)
        deleting = f"secure_delete={self._secure_delete}"
        synchronous = f"synchronous={self._synchronous}"
        for pragma in ("journal_mode=WAL", synchronous, deleting, "cache_size=-32000"):
            made.execute(f"PRAGMA {pragma}")
        return made


def _without_waiting(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET synchronous_commit = off")


class PostgresDatabase:
    """A server. A connection is tried before it is used, so a restart of the server costs one transaction at most."""

    def __init__(self, url: str, limits: Limits = UNLESS_TOLD, *, lasting: bool = True) -> None:
        self._pool = psycopg_pool.ConnectionPool(
            min_size=1,
            max_size=limits.connections_max,
            open=False,
            timeout=limits.wait_seconds,
            check=psycopg_pool.ConnectionPool.check_connection,
            configure=None if lasting else _without_waiting,
            kwargs={**arguments(url, limits), "autocommit": True},
            **trying_again(),
        )

    @contextmanager
    def transaction(self) -> Iterator[Statements]:
        """Open a transaction that writes."""
        with translated():
            self._pool.open()
            with self._pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
                yield Statements(cursor, postgres=True)

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Open a transaction that only reads."""
        with self.transaction() as statements:
            statements.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield statements

    def create(self, statements: Iterable[str]) -> None:
        """Run in one transaction, one process at a time, what is not there yet: to make it again, PostgreSQL asks for a right."""
        with self.transaction() as t:
            t.execute("SELECT pg_advisory_xact_lock(7727)")
            for statement in statements:
                found = _CREATE.match(statement)
                if found is None or t.value("SELECT to_regclass(?)", (found[1],)) is None:
                    t.execute(statement)

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()
