"""The whole export: every record, checkpoint and public key of a ledger in one file, that `fsck` can check anywhere.

It may run beside writers: it ends at the last position at its beginning. The same events give the same bytes, whichever
database they are in. It judges nothing: what is damaged in the database is in the file as it is, for `fsck` to find.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ledger import record
from ledger.application import Ledger
from ledger.export_form import NO_ORIGIN, CheckpointLine, End, Head, KeyLine, Line, RecordLine, write
from ledger.proofs import Signed
from ledger.whole_file import WholeFile
from waakvlam.errors import Unreadable
from waakvlam.merkle import Frontier, leaf_hash
from waakvlam.notes import PublicKey


def write_export(ledger: Ledger, path: Path, *, buffer_bytes: int = 1 << 20, until: int | None = None) -> End:
    """Write a ledger to a file, up to and with a position; return the export's last line.

    Without a position it is the last one at the beginning. An earlier file stays until the new one is durable.
    """
    with WholeFile(path, buffer_bytes=buffer_bytes) as file:
        digest = hashlib.sha256()
        for line in lines_of(ledger, until=until):
            if isinstance(line, End):
                end = End(line.records, line.cases, line.checkpoints, line.root, digest.hexdigest())
                file.write(write(end))
                return end
            raw = write(line)
            digest.update(raw)
            file.write(raw)
    raise AssertionError("an export has a last line")


def lines_of(ledger: Ledger, *, until: int | None = None) -> Iterator[Line]:
    """Yield the lines of an export in order; the last one without the hash of those before it."""
    head = ledger.head() if until is None else until
    keys = ledger.proofs.public_keys()
    checkpoints = [one for one in ledger.proofs.checkpoints() if one.size <= head]
    yield Head(PublicKey.read(keys[0]).name if keys else NO_ORIGIN)
    yield from map(KeyLine, keys)
    frontier, cases, waiting = Frontier(), 0, iter(checkpoints)
    due = next(waiting, None)
    for position, body in _records(ledger, head):
        while due and due.size < position:
            yield CheckpointLine(due.growth)
            due = next(waiting, None)
        yield RecordLine(position, body)
        frontier.push(leaf_hash(body))
        cases += _begins_a_case(body)
    yield from map(CheckpointLine, _left(due, waiting))
    yield End(frontier.size, cases, len(checkpoints), frontier.root(), "")


def _records(ledger: Ledger, head: int) -> Iterator[tuple[int, bytes]]:
    after = 0
    while page := ledger.notifications(after=after, limit=2_000):
        for one in page:
            if one.position > head:
                return
            yield one.position, one.body
        after = page[-1].position


def _left(due: Signed | None, waiting: Iterator[Signed]) -> Iterator[str]:
    while due:
        yield due.growth
        due = next(waiting, None)


def _begins_a_case(body: bytes) -> bool:
    try:
        return record.decode(body).version == 1
    except Unreadable:
        return False
