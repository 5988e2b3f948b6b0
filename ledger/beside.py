"""A view beside the live one: a database of its own in which the same tables are filled, and that then takes their place.

    with beside(url, "radar", tables=TABLES, names=NAMES) as new:      # raises Conflict while another one is at work
        view = RadarView(open_database(new.url))                       # fill it; the live one goes on meanwhile
        with new.switching() as t:                                     # nobody writes to the live view from here on
            ...                                                        # what came in at the last moment
            new.switch(t)                                              # all or nothing, when the block ends

On SQLite it is a file beside the live one, and its rows are copied in one transaction; on PostgreSQL a schema, whose tables
are moved. Whatever ends it before that, the live view is as it was; what is left lying is thrown away by the next one.
"""

import fcntl
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.database import LOCK_SECONDS_MAX, Statements, begin_writing, translated
from ledger.errors import Conflict
from ledger.private import private_file
from ledger.servers import reach

SQLITE = "sqlite:///"
BUSY = "this view is being made anew by another process: wait for it, or end it"
_FRESH = "fresh"


class Beside(ABC):
    """A new view while it is being filled."""

    def __init__(
        self, url: str, live: str, *, tables: Sequence[str], names: Sequence[str], also: Sequence[str] = ()
    ) -> None:
        self.url = url
        self._live = live
        self._tables = tables
        self._names = names
        self._also = also

    @abstractmethod
    def switching(self) -> AbstractContextManager[Statements]:
        """Open the transaction on the live view in which the new one takes its place; all others wait with writing."""

    @abstractmethod
    def switch(self, t: Statements) -> None:
        """Put the new tables in the place of the live ones; other tables there stay as they are."""


@contextmanager
def beside(
    url: str, name: str, *, tables: Sequence[str], names: Sequence[str], also: Sequence[str] = ()
) -> Iterator[Beside]:
    """Give an empty place beside the live view at `url`, and clear it away at the end.

    `names` are the tables that are made anew, `tables` the statements that make them, `also` other tables that are
    written at the switch. Raises Conflict when somebody else
    is doing the same, Unavailable when the database cannot be reached.
    """
    if url.startswith(SQLITE):
        with _file_beside(Path(url.removeprefix(SQLITE))) as new:
            yield _File(f"{SQLITE}{new}", url, tables=tables, names=names, also=also)
        return
    schema = f"{name}_rebuilding"
    with _schema_beside(url, schema):
        yield _Schema(_with_schema(url, schema), url, tables=tables, names=names, also=also)


# SQLite.


class _File(Beside):
    @contextmanager
    def switching(self) -> Iterator[Statements]:
        """Open the live file and hold its write lock."""
        file = private_file(Path(self._live.removeprefix(SQLITE)))
        with translated(), closing(sqlite3.connect(file, timeout=LOCK_SECONDS_MAX, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            begin_writing(connection)
            try:
                yield Statements(connection.cursor(), postgres=False)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise

    def switch(self, t: Statements) -> None:
        """Copy the tables, whole."""
        t.execute(f"ATTACH ? AS {_FRESH}", (self.url.removeprefix(SQLITE),))
        for name in self._names:
            t.execute(f"DROP TABLE IF EXISTS main.{name}")
        for statement in self._of("CREATE TABLE"):
            t.execute(statement)
        for name in self._names:
            t.execute(f"INSERT INTO main.{name} SELECT * FROM {_FRESH}.{name}")  # noqa: S608 - our own names
        for statement in self._of("CREATE INDEX"):
            t.execute(statement)

    def _of(self, kind: str) -> list[str]:
        return [one for one in self._tables if one.startswith(kind)]


@contextmanager
def _file_beside(live: Path) -> Iterator[Path]:
    new = live.with_name(live.name + ".rebuilding")
    lock = live.with_name(live.name + ".rebuilding-lock")
    with private_file(lock).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(BUSY) from None
        _away(new)
        try:
            yield new
        finally:
            _away(new)
            lock.unlink(missing_ok=True)


def _away(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


# PostgreSQL.


class _Schema(Beside):
    @contextmanager
    def switching(self) -> Iterator[Statements]:
        """Open a transaction that holds the live tables against everybody."""
        with translated(), psycopg.connect(self._live, autocommit=True) as connection, connection.transaction():
            t = Statements(connection.cursor(), postgres=True)
            t.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS_MAX}s'")
            for name in (*self._also, *self._names):
                if t.value("SELECT to_regclass(?)", (name,)):
                    t.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
            yield t

    def switch(self, t: Statements) -> None:
        """Move the tables, with their indexes."""
        place, schema = t.value("SELECT quote_ident(current_schema())"), _schema_in(self.url)
        for name in self._names:
            t.execute(f"DROP TABLE IF EXISTS {place}.{name}")
            t.execute(f"ALTER TABLE {schema}.{name} SET SCHEMA {place}")


@contextmanager
def _schema_beside(url: str, schema: str) -> Iterator[None]:
    reach(url, setting="the setting that names this database (WAAKVLAM_RADAR, WAAKVLAM_TRIAGE or WAAKVLAM_BOARD)")
    with translated(), psycopg.connect(url, autocommit=True) as held:
        found = held.execute("SELECT pg_try_advisory_lock(hashtext(current_database() || %s))", (schema,)).fetchone()
        if not (found and found[0]):
            raise Conflict(BUSY)
        clear = psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psycopg.sql.Identifier(schema))
        held.execute("SET client_min_messages = warning")
        held.execute(clear)
        held.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(schema)))
        try:
            yield
        finally:
            with suppress(psycopg.Error):
                held.execute(clear)


def _schema_in(url: str) -> str:
    return str(conninfo_to_dict(url)["options"]).rpartition("search_path=")[2]


def _with_schema(url: str, schema: str) -> str:
    """Return the address with which tables are made and found in this schema."""
    options = f"{conninfo_to_dict(url).get('options') or ''} -csearch_path={schema}".strip()
    return f"{url}{'&' if '?' in url else '?'}options={quote(options)}"
