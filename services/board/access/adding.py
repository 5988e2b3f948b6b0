"""Tables to which lines are only ever added: the database itself refuses to change one or take one away.

Who owns the database can take that away again, and then the chain tells (`LookLog.broken_at`); a fault of ours, or whoever
has the board's login only, cannot. On PostgreSQL the owner of the tables makes this once; a login without that right finds
it made.
"""

from collections.abc import Iterable
from typing import Final

from ledger.database import Database, Statements

SENTENCE: Final = "lines of the look log are only ever added"
_LOCK: Final = "SELECT pg_advisory_xact_lock(7727)"  # the one of `Database.create`
_FUNCTION: Final = f"""CREATE OR REPLACE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"""


def only_added(database: Database, tables: Iterable[str]) -> None:
    """Make it so for these tables, if it is not yet; each must exist."""
    with database.transaction() as t:
        if not t.postgres:
            _in_sqlite(t, tables)
            return
        t.execute(_LOCK)
        missing = [one for one in tables if not _is_made(t, one)]
        if missing:
            t.execute(_FUNCTION)
        for table in missing:
            t.execute(
                f"""CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                    FOR EACH STATEMENT EXECUTE FUNCTION only_added()"""
            )


def _in_sqlite(t: Statements, tables: Iterable[str]) -> None:
    for table in tables:
        for deed in ("UPDATE", "DELETE"):
            t.execute(
                f"""CREATE TRIGGER IF NOT EXISTS {table}_no_{deed.lower()} BEFORE {deed} ON {table}
                    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"""
            )


def _is_made(t: Statements, table: str) -> bool:
    sql = "SELECT 1 FROM pg_trigger WHERE tgname = ? AND tgrelid = CAST(? AS regclass)"
    return t.value(sql, (f"{table}_only_added", table)) is not None
