"""Many rows at once: `load` puts them in a table as fast as the database takes them, by COPY on PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any

from ledger.database import Statements


def load(t: Statements, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; `table` and `columns` (with commas between) are names of our own, never something that came in."""
    if t.postgres:
        with t.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns.split(",")))
    t.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - our own names
