"""The Merkle tree over all records: leaf n is the record at position n + 1, byte for byte.

Kept are the hashes over every 256 records, over every 256 of those, and so on: a row for 256 records, and what is
between is derived when it is asked for, from 255 rows at most a level. All of it follows from the records.
"""

from collections.abc import Iterable, Sequence

from ledger import record
from ledger.database import Statements
from ledger.errors import Damaged
from waakvlam.merkle import full_root, leaf_hash

SPAN = 8  # a kept hash stands over 2**8 of the level below
FAN = 1 << SPAN


class Tree:
    """The tree as one transaction sees it; `column` is the name of the column with positions."""

    def __init__(self, statements: Statements, column: str) -> None:
        self._statements = statements
        self._column = column

    def subtree(self, height: int, number: int) -> bytes:
        """Return the hash over the 2**height records from number * 2**height on (`waakvlam.merkle.Subtrees`)."""
        level, rest = divmod(height, SPAN)
        return full_root(self._hashes(level, number << rest, 1 << rest))

    def bodies(self, start: int, count: int) -> list[bytes]:
        """Return records by their places from 0; raises Damaged when one is missing."""
        question = (
            f"SELECT state FROM stored_events WHERE {self._column} > ? AND {self._column} <= ? ORDER BY {self._column}"  # noqa: S608 - our own name
        )
        rows = self._statements.rows(question, (start, start + count))
        if len(rows) != count:
            raise Damaged(f"of positions {start + 1} to {start + count}, {count - len(rows)} are missing")
        return [bytes(body) for (body,) in rows]

    def kept(self) -> int:
        """Return how many records the kept hashes stand over."""
        return FAN * int(self._statements.value("SELECT count(*) FROM tree WHERE level = 1"))

    def keep(self, hashes: Iterable[bytes]) -> None:
        """Keep the next hashes over 256 records each, with those above them that are now whole."""
        level, number, row = 1, self.kept() // FAN, list(hashes)
        while row:
            rows = [(level, number + at, one) for at, one in enumerate(row)]
            self._statements.executemany("INSERT INTO tree (level, number, hash) VALUES (?, ?, ?)", rows)
            first, end = number // FAN, (number + len(row)) // FAN
            row = [full_root(self._hashes(level, parent * FAN, FAN)) for parent in range(first, end)]
            level, number = level + 1, first

    def size_before(self, instant: int, size: int) -> int:
        """Return how many of the first `size` records have `recorded_at` before an instant; it never goes back."""
        low, high = 0, size
        while low < high:
            middle = (low + high) // 2
            if record.decode(self.bodies(middle, 1)[0]).recorded_at < instant:
                low = middle + 1
            else:
                high = middle
        return low

    def _hashes(self, level: int, start: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return [leaf_hash(body) for body in self.bodies(start, count)]
        question = "SELECT hash FROM tree WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
        rows = self._statements.rows(question, (level, start, start + count))
        if len(rows) != count:
            raise Damaged(f"the kept tree lacks hashes of level {level}: empty the table tree, it is derived anew")
        return [bytes(one) for (one,) in rows]
