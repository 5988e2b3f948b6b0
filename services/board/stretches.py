"""A stretch of the ledger's log, as whoever makes the board's view anew needs it: counts, and the events to be folded in order.

Reading and decoding is most of that work and needs no order, so several processes read stretches beside each other. One folds
what they found, in the order of the log (`services.board.anew`). Which events are folded is told by those who fold them, live too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger import histories, learned
from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.histories import Entry
from ledger.record import DecodedOnce
from services.board import counting, marks
from services.board.counting import Heard
from services.board.folding import FOLDED
from waakvlam.clock import FixedClock

NEEDED = FOLDED | counting.KEPT | marks.NOTED
_WHOLE = frozenset({"radar_was_blind"})  # of which the payload is asked for too
ENTRIES = 5_000
_AGENCY, _OCCURRED_AT, _RECORDED_AT, _PAYLOAD = (
    ledger_record.NAMES.index(name) for name in ("agency", "occurred_at", "recorded_at", "payload")
)


class Span(NamedTuple):
    """A part of the log: the positions after `after` up to `until`; without an end no more than one stretch of entries."""

    after: int
    until: int | None = None


@dataclass(slots=True)
class Stretch:
    """What a part of the log holds. `told` are the events to be folded: their fields, without bytes, and their data."""

    position: int
    events: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    heard: Heard = field(default_factory=Heard)
    told: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def records(self) -> Iterator[DecodedOnce]:
        """Yield the events to be folded, in the order of the log."""
        for values, data in self.told:
            yield DecodedOnce.holding(values, data)


@dataclass(frozen=True, slots=True)
class Task:
    """What every process that helps must know; `now` is in micros."""

    ledger: str
    now: int


class Reading:
    """Reads stretches of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @classmethod
    def of(cls, task: Task) -> "Reading":
        """Return one with a connection of its own, for a process of its own."""
        return cls(Ledger.open(task.ledger, clock=FixedClock(task.now)))

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()

    def build(self, span: Span) -> Stretch:
        """Return what a part of the log holds."""
        with self._ledger.reading() as t:
            return sifted(histories.log(t, after=span.after, until=span.until, limit=ENTRIES), after=span.after)


def spans(head: int) -> Iterator[Span]:
    """Yield the parts of a log up to its last position."""
    for after in range(0, head, ENTRIES):
        yield Span(after, min(after + ENTRIES, head))


def sifted(entries: Iterable[Entry], *, after: int = 0) -> Stretch:
    """Return what entries of the log hold; `after` is the position before them."""
    found = Stretch(after)
    versions, heard, told = found.versions, found.heard, found.told
    for position, stream, version, kind, body in entries:
        found.position = position
        found.events += 1
        versions[stream] = version
        values = ledger_record.values(body)
        heard.count(values[_AGENCY], occurred_at=values[_OCCURRED_AT], recorded_at=values[_RECORDED_AT])
        if kind in NEEDED:
            payload = values[_PAYLOAD]
            kept = payload if kind in _WHOLE else b""
            told.append(((*values[:_PAYLOAD], kept, b"", b""), learned.data(payload)))
    return found
