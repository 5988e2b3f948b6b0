"""What the checkpoints in an export say, held against its records: signatures, roots, days, growth, and who witnessed."""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.days import DAY, end_of
from ledger.export_form import NO_ORIGIN
from ledger.fsck_records import RecordCheck, Said
from ledger.record import Record
from waakvlam import merkle
from waakvlam.errors import NotProven, Unreadable
from waakvlam.merkle import Frontier
from waakvlam.notes import LOG, Checkpoint, Note, PublicKey
from waakvlam.proof import Growth
from waakvlam.witness import cosigned

WITNESSED = "checkpoint_witnessed"


class CheckpointCheck:
    """Takes checkpoints in order, each after the records that it covers."""

    def __init__(self, trusted: Sequence[PublicKey] | None, seen: Sequence[Checkpoint]) -> None:
        self.origin = NO_ORIGIN
        self.count = 0
        self.last: Checkpoint | None = None
        self.witnesses: dict[str, Checkpoint] = {}  # agency -> the last that it cosigned
        self._listed: list[PublicKey] = []
        self._trusted = trusted
        self._seen = sorted(seen, key=lambda one: one.size)
        self._roots: dict[int, bytes] = {}
        self._broken = 0
        self._day: date | None = None

    def listed(self, key: PublicKey) -> None:
        """Take a key that the export lists."""
        self._listed.append(key)

    def take(self, text: str, frontier: Frontier, position: int, records: RecordCheck) -> Iterator[Said]:
        """Take the next checkpoint, after the record at a position; yield what is wrong with it."""
        self.count += 1
        try:
            growth = Growth.read(text)
            note = Note.read(growth.checkpoint)
            found = note.checkpoint
        except NotProven:
            yield "checkpoint", "it is not a checkpoint with a proof of growth"
            return
        yield from self._signed(note, found)
        if found.origin != self.origin:
            yield "checkpoint", f"the checkpoint of {found.day} is of another ledger"
        yield from self._placed(found, position)
        yield from self._dated(found, records)
        yield from self._rooted(found, frontier)
        yield from self._grown(found, growth)
        self._roots[found.size] = found.root
        self.last = found

    def witnessed(self, record: Record) -> Iterator[Said]:
        """Take a record; when it is a witness's cosignature, yield what is wrong with it."""
        if record.type != WITNESSED:
            return
        try:
            found, _ = cosigned(record.data())
        except (NotProven, Unreadable, KeyError):
            yield "witness", f"what {record.agency} sent as a cosignature is none"
            return
        if found.origin != self.origin or self._roots.get(found.size, found.root) != found.root:
            yield (
                "witness",
                f"{record.agency} witnessed another ledger: its checkpoint of {found.size} records has another root",
            )
            return
        if found.size not in self._roots:
            yield "witness", f"{record.agency} witnessed a checkpoint of {found.size} records that is not here"
            return
        self.witnesses[record.agency] = found

    def ends(self) -> Iterator[Said]:
        """Yield what is wrong with the whole."""
        if self._broken > 1:
            yield "checkpoint", f"{self._broken - 1} later checkpoints do not agree with the records either"
        for one in self._seen:
            if one.origin != self.origin:
                yield (
                    "checkpoint",
                    f"the checkpoint that you have seen is of {one.origin}, this is an export of {self.origin}",
                )
            elif one.size > max(self._roots, default=0):
                yield (
                    "checkpoint",
                    f"you have seen a checkpoint of {one.size} records ({one.day}); this export ends before it",
                )
            elif self._roots.get(one.size) != one.root:
                yield (
                    "checkpoint",
                    f"the checkpoint of {one.size} records that you have seen ({one.day}) is not in this export",
                )

    def _signed(self, note: Note, found: Checkpoint) -> Iterator[Said]:
        known = self._listed if self._trusted is None else self._trusted
        keys = [one for one in known if one.use == LOG and one.name == found.origin]
        try:
            signers = list(note.signers(keys))
        except NotProven:
            yield "signature", f"the checkpoint of {found.day} has a signature that is not right"
            return
        if not signers:
            whom = "in the export" if self._trusted is None else "that you trust"
            yield "signature", f"the checkpoint of {found.day} is signed with no key {whom}"
        ids = {(one.name, one.id) for one in self._listed}
        if any((name, key_id) not in ids for name, key_id, _ in note.signatures):
            yield "signature", f"the checkpoint of {found.day} is signed with a key that the export does not list"

    def _placed(self, found: Checkpoint, position: int) -> Iterator[Said]:
        if found.size != position:
            yield (
                "checkpoint",
                f"the checkpoint of {found.day} covers {found.size} records and stands after position {position}",
            )

    def _dated(self, found: Checkpoint, records: RecordCheck) -> Iterator[Said]:
        try:
            day = date.fromisoformat(found.day)
        except ValueError:
            yield "checkpoint", "the checkpoint names no day"
            return
        if self._day and self._day + DAY != day:
            yield (
                "checkpoint",
                f"after the checkpoint of {self._day} comes that of {day}: one is missing, added or moved",
            )
        if records.recorded_at >= end_of(day):
            yield "checkpoint", f"the checkpoint of {day} covers records of a later day"
        records.day_has_ended(end_of(day))
        self._day = day

    def _rooted(self, found: Checkpoint, frontier: Frontier) -> Iterator[Said]:
        if (frontier.size, frontier.root()) == (found.size, found.root):
            return
        self._broken += 1
        if self._broken == 1:
            first = self.last.size + 1 if self.last else 1
            yield (
                "checkpoint",
                f"the records are not those that were signed on {found.day}: look between positions {first} and {found.size}",
            )

    def _grown(self, found: Checkpoint, growth: Growth) -> Iterator[Said]:
        old = self.last or Checkpoint(found.origin, 0, merkle.EMPTY_ROOT)
        if growth.old != old.size or not merkle.is_consistent(old.size, old.root, found.size, found.root, growth.path):
            yield "checkpoint", f"the checkpoint of {found.day} is not proven to continue the one before it"
