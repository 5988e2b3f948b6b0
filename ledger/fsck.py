"""Examining a whole export, with no database and no key store: every flipped bit, missing, added or moved record is found.

    examiner = Examiner(trusted=[PublicKey.read("…")])
    for flaw in examiner.examine(file): …            # a binary file; read as it comes
    examiner.summary()

It reads once, from front to back, with memory for the cases and checkpoints only. With the ledger's public keys given it
depends on nobody's word but that of whoever gave them; without, it believes the keys that stand in the export.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from ledger.export_form import TITLE, CheckpointLine, End, Head, KeyLine, NoSuchLine, RecordLine, read
from ledger.fsck_checkpoints import CheckpointCheck
from ledger.fsck_records import RecordCheck, Said
from ledger.record import Record
from waakvlam.errors import NotProven
from waakvlam.merkle import Frontier, leaf_hash
from waakvlam.notes import Checkpoint, PublicKey

LINE_BYTES_MAX = 8 << 20
OF_THE_WHOLE = frozenset({"form", "end", "count", "root", "digest", "checkpoint", "signature"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong, and where: the line of the file, the position in the ledger if it is about one, and what it means."""

    line: int
    position: int | None
    kind: str
    what: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.position is None else f"position {self.position} (line {self.line})"
        return f"{place}: {self.kind}: {self.what}."


@dataclass(slots=True)
class Examiner:
    """Examines one export. `trusted` are the ledger's keys as somebody gave them; `seen` checkpoints that must be in it."""

    trusted: Sequence[PublicKey] | None = None
    seen: Sequence[Checkpoint] = ()
    is_export: bool = False
    line: int = 0
    position: int = 0
    end: End | None = None
    records: RecordCheck = field(default_factory=RecordCheck)
    frontier: Frontier = field(default_factory=Frontier)
    checkpoints: CheckpointCheck = field(init=False)

    def __post_init__(self) -> None:
        self.checkpoints = CheckpointCheck(self.trusted, self.seen)

    def examine(self, file: BinaryIO) -> Iterator[Flaw]:
        """Read an export; yield what is wrong with it, in the order in which it is met."""
        digest = hashlib.sha256()
        while raw := file.readline(LINE_BYTES_MAX):
            self.line += 1
            if self.end:
                yield self._flaw("end", "there is more after the last line: it was added")
                return
            for said in self._take(raw, digest.hexdigest() if raw.startswith(b"end ") else ""):
                yield self._flaw(*said)
            digest.update(raw)
            if self.line == 1 and not self.is_export:
                return
        if self.end is None:
            yield self._flaw("end", "the last line is missing: the export was cut short, or is still being written")
        for said in self.checkpoints.ends():
            yield self._flaw(*said)

    def _take(self, raw: bytes, digest: str) -> Iterator[Said]:
        try:
            line = read(raw)
        except NoSuchLine:
            self.is_export |= self.line == 1 and raw.startswith(TITLE.encode())
            yield "form", "no export has such a line: bytes were changed, or lines were cut or joined"
            return
        if isinstance(line, Head) != (self.line == 1):
            yield "form", "the first line of an export stands here" if self.line > 1 else "the first line is missing"
        match line:
            case Head(origin):
                self.is_export |= self.line == 1
                self.checkpoints.origin = origin
            case KeyLine(key):
                yield from self._key(key)
            case RecordLine():
                yield from self._record(line)
            case CheckpointLine(growth):
                yield from self.checkpoints.take(growth, self.frontier, self.position, self.records)
            case End():
                self.end = line
                yield from self._ends(line, digest)

    def _key(self, text: str) -> Iterator[Said]:
        if self.position or self.checkpoints.count:
            yield "form", "a key stands after records: it was added or moved"
        try:
            self.checkpoints.listed(PublicKey.read(text))
        except NotProven:
            yield "key", "this is no public key"

    def _record(self, line: RecordLine) -> Iterator[Said]:
        if line.position <= self.position:
            yield (
                "order",
                f"position {line.position} comes after position {self.position}: it is there twice, or was moved",
            )
            return
        missing = line.position - self.position - 1
        if missing:
            first = self.position + 1
            which = f"position {first} is" if missing == 1 else f"positions {first} to {line.position - 1} are"
            yield "missing", f"{which} missing before this one: taken away or moved"
        self.position = line.position
        if not line.is_whole:
            yield "changed", "its bytes are not those that were exported"
        for found in self.records.take(line.body):
            if isinstance(found, Record):
                yield from self.checkpoints.witnessed(found)
            else:
                yield found
        self.frontier.push(leaf_hash(line.body))

    def _ends(self, end: End, digest: str) -> Iterator[Said]:
        counted = {
            "records": (end.records, self.frontier.size),
            "cases": (end.cases, self.records.cases),
            "checkpoints": (end.checkpoints, self.checkpoints.count),
        }
        for name, (told, found) in counted.items():
            if told != found:
                yield "count", f"the last line tells of {told} {name}; there are {found}"
        if end.root != self.frontier.root():
            yield "root", "the Merkle root over all records is not that of the last line"
        if end.digest != digest:
            yield "digest", "the bytes of all lines together are not those that were exported"

    def _flaw(self, kind: str, what: str) -> Flaw:
        if kind in OF_THE_WHOLE or not (self.position or kind == "missing"):
            return Flaw(self.line, None, kind, what)
        return Flaw(self.line, self.position + (kind == "missing"), kind, what)
