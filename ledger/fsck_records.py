"""What a record says about itself: its chain, its order in time, its schema, the form of what is sealed.

Everything here is derived from the bytes of the records, without a database or a key. Memory grows with the number of
cases (about a quarter of a kilobyte for each), not with that of records.
"""

import struct
from collections.abc import Iterator

from ledger import record
from ledger.erasing import CONFIRMED as ERASED
from ledger.record import Record
from waakvlam.codec import decode as decode_event
from waakvlam.errors import Unreadable

SEALED_FORMAT = 1
SEALED_BYTES_MIN = 33  # format, key's version, nonce, tag
_KEPT = struct.Struct(">QI32s")  # version, version of the key, digest

Said = tuple[str, str]  # kind, meaning


class RecordCheck:
    """Takes records in the order of their positions."""

    def __init__(self) -> None:
        self._chains: dict[str, bytes] = {}
        self._erased: dict[str, tuple[int, int]] = {}  # case -> when it was decided, and the last key before that
        self._recorded_at = 0
        self._not_before = 0

    @property
    def cases(self) -> int:
        """How many chains there are."""
        return len(self._chains)

    @property
    def recorded_at(self) -> int:
        """When the newest record was recorded."""
        return self._recorded_at

    def day_has_ended(self, end: int) -> None:
        """Take that a checkpoint was signed over everything recorded before an instant."""
        self._not_before = max(self._not_before, end)

    def take(self, body: bytes) -> Iterator[Said | Record]:
        """Take the next record; yield what is wrong with it, and the record itself when it can be read."""
        try:
            found = record.decode(body)
        except Unreadable:
            yield "record", "its bytes are not a record of a ledger"
            return
        yield from self._time(found)
        yield from self._chain(found, body)
        yield from _content(found)
        yield found

    def _time(self, found: Record) -> Iterator[Said]:
        if found.recorded_at < self._recorded_at:
            yield "time", "it was recorded before the record in front of it: records were added or moved"
        elif found.recorded_at < self._not_before:
            yield "time", "it was recorded on a day that was signed without it: it was added afterwards"
        self._recorded_at = max(self._recorded_at, found.recorded_at)

    def _chain(self, found: Record, body: bytes) -> Iterator[Said]:
        kept = self._chains.get(found.case)
        version, key, digest = _KEPT.unpack(kept) if kept else (0, 0, record.NOTHING_BEFORE)
        if found.version != version + 1:
            yield (
                "chain",
                f"it is version {found.version} of its case, and {version} came before it: records are missing or moved",
            )
        if found.previous != digest:
            yield (
                "chain",
                "it was written after another record of its case than the one before it: one of the two was changed",
            )
        new_key, wrong = _sealed(found.sealed, key)
        yield from wrong
        yield from self._erasure(found, new_key)
        self._chains[found.case] = _KEPT.pack(max(0, found.version), new_key, record.digest(body))

    def _erasure(self, found: Record, key: int) -> Iterator[Said]:
        if found.type == ERASED:
            self._erased[found.case] = (found.recorded_at, key)
        decided_at, destroyed = self._erased.get(found.case, (found.recorded_at, 0))
        if found.sealed and found.recorded_at > decided_at and key <= destroyed:
            yield "key", f"it is sealed with key {key} of its case, after it was decided to destroy that key"


def _sealed(sealed: bytes, key: int) -> tuple[int, list[Said]]:
    """Return the version of the key that a sealed part is under, and what is wrong; `key` is the newest before it."""
    if not sealed:
        return key, []
    if sealed[0] != SEALED_FORMAT or len(sealed) < SEALED_BYTES_MIN:
        return key, [("sealed", "what is sealed in it has no form that we know")]
    version = int.from_bytes(sealed[1:5], "big")
    if version == 0 or version < key:
        return key, [
            ("key", f"it is sealed with key {version} of its case after key {key} was in use: that key was destroyed")
        ]
    return version, []


def _content(found: Record) -> Iterator[Said]:
    if found.caseless != (found.case == record.stream_of(found.agency)):
        yield "case", "it says to belong to no case and is in one, or the other way round"
    try:
        event_type, _ = decode_event(found.payload)
    except Unreadable:
        yield "schema", "its event cannot be read with any schema that we know: it was changed, or newer code wrote it"
        return
    if event_type.name != found.type:
        yield "schema", "its event is of another type than it says"
