"""What the ledger can prove: roots, growth and inclusion, from the tree; and the checkpoints that were signed.

proofs = ledger.proofs
proofs.grow(size)                          # derive what is new of the tree, and keep it
proofs.root(size), proofs.growth(old, new), proofs.inclusion(position, size)
proofs.checkpoints(), proofs.public_keys()
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ledger import record, tables, waiting
from ledger.database import Row
from ledger.model import OutboxRow
from ledger.recorders import LedgerRecorder
from ledger.tree import FAN, SPAN, Tree
from waakvlam import merkle
from waakvlam.merkle import full_root, leaf_hash

_GROUPS_AT_ONCE = 8
_ROUND = FAN * FAN  # as many records as are kept in one transaction
_LATEST = "SELECT day, records, growth FROM checkpoints ORDER BY day DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it was signed and published: `growth` is a text of c2sp.org/tlog-witness (`waakvlam.proof.Growth`)."""

    day: str
    size: int
    growth: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A proof that a sender asked for."""

    event_id: str
    agency: str
    position: int


class Proofs:
    """The ledger as something that proves itself. Everything here may run beside writers."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder

    def grow(self, size: int) -> None:
        """Derive the tree over the first `size` records as far as it is not kept yet, some transactions at a time."""
        with self._tree() as tree:
            kept = tree.kept()
        while kept + FAN <= size:
            end = min(size - size % FAN, kept + _ROUND)
            hashes = [one for start in range(kept, end, FAN * _GROUPS_AT_ONCE) for one in self._groups(start, end)]
            with self._recorder.writing() as statements:
                tree = Tree(statements, self._recorder.position_column)
                if tree.kept() == kept:
                    tree.keep(hashes)
                kept = tree.kept()

    def derived_otherwise(self, start: int, count: int) -> int | None:
        """Derive kept hashes anew from `count` groups of 256 records; return the position from which one differs, or None."""
        for group in range(start, start + count):
            with self._tree() as tree:
                if (group + 1) * FAN > tree.kept():
                    return None
                if full_root([leaf_hash(body) for body in tree.bodies(group * FAN, FAN)]) != tree.subtree(SPAN, group):
                    return group * FAN + 1
        return None

    def size_before(self, instant: int, size: int) -> int:
        """Return how many of the first `size` records were recorded before an instant."""
        with self._tree() as tree:
            return tree.size_before(instant, size)

    def recorded_at(self, position: int) -> int:
        """Return when the record at a position was recorded."""
        with self._tree() as tree:
            return record.decode(tree.bodies(position - 1, 1)[0]).recorded_at

    def root(self, size: int) -> bytes:
        """Return the Merkle root over the first `size` records; `grow` to that size first."""
        with self._tree() as tree:
            return merkle.Frontier.at(size, tree.subtree).root()

    def growth(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the first `new` records begin with the first `old`; none is needed from 0."""
        with self._tree() as tree:
            return tuple(merkle.consistency_path(old, new, tree.subtree)) if old else ()

    def inclusion(self, position: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the record at a position, and the proof that it is among the first `size`."""
        with self._tree() as tree:
            path = merkle.inclusion_path(position - 1, size, tree.subtree)
            return tree.bodies(position - 1, 1)[0], tuple(path)

    # Checkpoints.

    def latest(self) -> Signed | None:
        """Return the last checkpoint that was signed."""
        with self._recorder.reading() as statements:
            rows = statements.rows(_LATEST)
        return _signed(rows[0]) if rows else None

    def checkpoints(self) -> list[Signed]:
        """Return all checkpoints, the oldest first."""
        with self._recorder.reading() as statements:
            return [
                _signed(row) for row in statements.rows("SELECT day, records, growth FROM checkpoints ORDER BY day")
            ]

    def public_keys(self) -> list[str]:
        """Return every public key that ever signed, the oldest first; those no longer used stay."""
        with self._recorder.reading() as statements:
            rows = statements.rows("SELECT public_key FROM log_keys ORDER BY since, public_key")
        return [key for (key,) in rows]

    def keep(self, signed: Signed, keys: Sequence[str], letter: OutboxRow) -> bool:
        """Keep a checkpoint with the keys that signed it, and publish it; tell whether its day had none yet."""
        with self._recorder.writing() as statements:
            sql = "INSERT INTO checkpoints (day, records, growth) VALUES (?, ?, ?) ON CONFLICT (day) DO NOTHING"
            if statements.execute(sql, (signed.day, signed.size, signed.growth.encode())) == 0:
                return False
            sql = "INSERT INTO log_keys (public_key, since) VALUES (?, ?) ON CONFLICT (public_key) DO NOTHING"
            statements.executemany(sql, [(key, signed.day) for key in keys])
            waiting.send(statements, [letter])
            return True

    # Proofs that senders asked for.

    def asked(self, size: int, limit: int) -> list[Asked]:
        """Return proofs that were asked for and can be given under a checkpoint of `size` records."""
        question = "SELECT event_id, agency, position FROM asked WHERE position <= ? ORDER BY position, agency LIMIT ?"
        with self._recorder.reading() as statements:
            return [Asked(*row) for row in statements.rows(question, (size, limit))]

    def answer(self, answered: Sequence[Asked], letters: Sequence[OutboxRow]) -> None:
        """Send what was asked for, and ask no more."""
        with self._recorder.writing() as statements:
            rows = [(one.event_id, one.agency) for one in answered]
            statements.executemany("DELETE FROM asked WHERE event_id = ? AND agency = ?", rows)
            waiting.send(statements, letters)

    def ask(self, asked: Sequence[Asked]) -> None:
        """Ask for proofs."""
        with self._recorder.writing() as statements:
            tables.ask(statements, [(one.event_id, one.agency, one.position) for one in asked])

    def _groups(self, start: int, end: int) -> list[bytes]:
        count = min(end - start, FAN * _GROUPS_AT_ONCE)
        with self._tree() as tree:
            leaves = [leaf_hash(body) for body in tree.bodies(start, count)]
        return [full_root(leaves[at : at + FAN]) for at in range(0, count, FAN)]

    @contextmanager
    def _tree(self) -> Iterator[Tree]:
        with self._recorder.reading() as statements:
            yield Tree(statements, self._recorder.position_column)


def _signed(row: Row) -> Signed:
    return Signed(row[0], row[1], bytes(row[2]).decode())
