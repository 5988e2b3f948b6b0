"""How far triage has read: positions, and nothing else. What it concluded stands in the ledger."""

from collections.abc import Iterable, Mapping

from ledger.database import Database
from ledger.errors import Fenced
from ledger.streams.records import Place

_TABLE = """CREATE TABLE IF NOT EXISTS triage_positions (
    topic text NOT NULL, part bigint NOT NULL, position bigint NOT NULL, PRIMARY KEY (topic, part))"""


class Progress:
    """The read positions of triage."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create([_TABLE])

    def positions(self, places: Iterable[Place]) -> dict[Place, int]:
        """Return the next offset to read for each place that has one."""
        wanted = set(places)
        with self._database.reading() as t:
            found = t.rows("SELECT topic, part, position FROM triage_positions")
        return {place: at for topic, part, at in found if (place := Place(topic, part)) in wanted}

    def move(self, moves: Mapping[Place, tuple[int | None, int]]) -> None:
        """Store new positions, each with the one it replaces; raises Fenced when another worker moved it in between."""
        with self._database.transaction() as t:
            for place, (old, new) in moves.items():
                if old is None:
                    touched = t.execute(
                        "INSERT INTO triage_positions VALUES (?, ?, ?) ON CONFLICT (topic, part) DO NOTHING",
                        (*place, new),
                    )
                else:
                    touched = t.execute(
                        "UPDATE triage_positions SET position = ? WHERE topic = ? AND part = ? AND position = ?",
                        (new, *place, old),
                    )
                if touched != 1:
                    raise Fenced.because_moved(*place, old)


def empty(database: Database) -> None:
    """Forget how far was read: triage reads `case-events` from its beginning, and what it told before is recognised."""
    database.create([_TABLE])
    with database.transaction() as t:
        t.execute("DELETE FROM triage_positions")
