"""Is the ledger that we ask still the ledger that we read? An anchor is the furthest record that the radar took in.

A ledger that was put back from an older backup lacks what came after it, and gives the positions and versions of that to other
events. The radar would pass over those: it has them already, it thinks. So it holds on to a position and the digest of what
stood there, and asks the ledger for it at its start and at each step of the audit. It also compares what comes again with what it
has (`radar.py`). Where the two differ it stops: conclusions from a past that is gone help nobody.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger import record as ledger_record
from ledger.database import Statements
from ledger.errors import Damaged
from ledger.model import Notification
from ledger.streams.records import Batch

Notifications = Callable[[int, int], Sequence[Notification]]
WHAT_TO_DO = (
    "The ledger was put back from an older backup, and the radar knows what came after it. Nothing is raised until that is set"
    " right: docs/how-to/put-a-ledger-back.md says how."
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A position of the ledger, and the SHA-256 of the record that was read there."""

    position: int
    digest: bytes


def of(batch: Batch) -> dict[int, Anchor]:
    """Return for each partition the furthest record that a batch brings, where the relay wrote positions beside them."""
    found: dict[int, Anchor] = {}
    for place, records in batch.records.items():
        placed = [(int(value), one) for one in records for name, value in one.headers if name == "position"]
        if placed:
            position, furthest = max(placed, key=lambda pair: pair[0])
            found[place.partition] = Anchor(position, _digest(furthest.value or b""))
    return found


def store(t: Statements, anchors: Mapping[int, Anchor]) -> None:
    """Hold on to these, where they are further than what is held."""
    t.executemany(
        """INSERT INTO anchors (part, position, digest) VALUES (?, ?, ?) ON CONFLICT (part) DO UPDATE
           SET position = excluded.position, digest = excluded.digest WHERE excluded.position > anchors.position""",
        [(part, one.position, one.digest) for part, one in anchors.items()],
    )


def furthest(t: Statements, partitions: Iterable[int]) -> Anchor | None:
    """Return the furthest anchor of these partitions: where it holds, all that was read before it holds too."""
    found = t.rows_in("SELECT position, digest FROM anchors WHERE part {in}", partitions)
    return max(
        (Anchor(position, bytes(digest)) for position, digest in found), key=lambda one: one.position, default=None
    )


def check(anchor: Anchor | None, notifications: Notifications) -> None:
    """Ask the ledger for what was read; raises Damaged, with what to do, when something else stands there, or nothing."""
    if anchor is None:
        return
    found = notifications(anchor.position - 1, 1)
    if not found or found[0].position != anchor.position or _digest(found[0].body) != anchor.digest:
        raise Damaged(f"position {anchor.position} of the ledger does not hold what the radar read there. {WHAT_TO_DO}")


def recorded_at(anchor: Anchor, notifications: Notifications) -> int:
    """Return when the record at an anchor that holds was recorded."""
    return ledger_record.decode(notifications(anchor.position - 1, 1)[0].body).recorded_at


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
