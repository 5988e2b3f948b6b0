"""The tables of the look log, brought up to this version when it is opened; lines that stand there stay as they are."""

from typing import Final

from ledger.database import Database, Statements
from services.board.access.adding import only_added

FIRST: Final = "0" * 64
_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS looks (
        position bigint PRIMARY KEY, at bigint NOT NULL, person text NOT NULL, roles text NOT NULL,
        behalf text NOT NULL, case_id text NOT NULL, name text NOT NULL, activity text NOT NULL,
        purpose text NOT NULL, emergency text NOT NULL, shown bigint NOT NULL DEFAULT 0, digest text NOT NULL DEFAULT '',
        trace_id text NOT NULL, span_id text NOT NULL, previous text NOT NULL, hash text NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS looks_case ON looks (case_id, position)",
    "CREATE INDEX IF NOT EXISTS looks_person ON looks (person, position)",
    "CREATE TABLE IF NOT EXISTS looks_shown (position bigint NOT NULL, case_id text NOT NULL, PRIMARY KEY (position, case_id))",
    "CREATE INDEX IF NOT EXISTS looks_shown_case ON looks_shown (case_id, position)",
    "CREATE TABLE IF NOT EXISTS looks_head (one bigint PRIMARY KEY, position bigint NOT NULL, hash text NOT NULL)",
    f"INSERT INTO looks_head VALUES (1, 0, '{FIRST}') ON CONFLICT (one) DO NOTHING",  # noqa: S608 - fixed text
)
_LISTS: Final = ("shown bigint NOT NULL DEFAULT 0", "digest text NOT NULL DEFAULT ''")
ONLY_ADDED: Final = ("looks", "looks_shown")


def make(database: Database) -> None:
    """Make what is missing."""
    database.create(_TABLES)
    with database.transaction() as t:
        if not _has_lists(t):
            for column in _LISTS:
                t.execute(f"ALTER TABLE looks ADD COLUMN {column}")
    only_added(database, ONLY_ADDED)


def _has_lists(t: Statements) -> bool:
    """Tell whether lines can be of lists, which those of an earlier version could not."""
    if t.postgres:
        t.execute("SELECT pg_advisory_xact_lock(7727)")  # two boards that start at once
        sql = "SELECT 1 FROM pg_attribute WHERE attrelid = CAST('looks' AS regclass) AND attname = 'shown'"
    else:
        sql = "SELECT 1 FROM pragma_table_info('looks') WHERE name = 'shown'"
    return t.value(sql) is not None
