"""Parts of the list that somebody kept for the next time: queries of ids, never a family and never a free text.

A kept part is named by what it asks for, so nothing that somebody typed stands in a list or an address. They are
somebody's own: nobody else sees them.
"""

from ledger.database import Database

TABLE = """CREATE TABLE IF NOT EXISTS board_saved (
    person text NOT NULL, query text NOT NULL, saved_at bigint NOT NULL, PRIMARY KEY (person, query))"""
SAVED_MAX = 12


class SavedViews:
    """What each person kept, in the database of the look log: nobody reads it again from the ledger, so it is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create((TABLE,))

    def of(self, person: str) -> list[str]:
        """Return the queries that somebody kept, the oldest first."""
        with self._database.reading() as t:
            found = t.rows("SELECT query FROM board_saved WHERE person = ? ORDER BY saved_at, query", (person,))
        return [query for (query,) in found]

    def keep(self, person: str, query: str, *, at: int) -> bool:
        """Keep a query; False when there is no room for more. To keep it twice is to keep it once."""
        with self._database.transaction() as t:
            kept = t.rows("SELECT query FROM board_saved WHERE person = ?", (person,))
            if (query,) in kept:
                return True
            if len(kept) >= SAVED_MAX:
                return False
            t.execute(
                "INSERT INTO board_saved VALUES (?, ?, ?) ON CONFLICT (person, query) DO NOTHING", (person, query, at)
            )
        return True

    def forget(self, person: str, query: str) -> None:
        """Keep a query no longer."""
        with self._database.transaction() as t:
            t.execute("DELETE FROM board_saved WHERE person = ? AND query = ?", (person, query))
