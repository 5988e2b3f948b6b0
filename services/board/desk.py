"""The desk: what people do at the board is kept, sent, and followed until the ledger has it.

The id of an event is computed from what it is done to and from how often something was done to that before, and its bytes
are kept before they leave. So a second click, a second tab, a colleague who does the same or a restart lead to the very
same event, and the ledger counts it once.
"""

import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid5

from ledger.record import Record
from ledger.staff import is_same
from ledger.streams.records import Outgoing
from services.board.outbox import Outbox, Seal, Sent, Unopened
from waakvlam.clock import Clock
from waakvlam.messages import Message
from waakvlam.publisher import Parcel, Publisher
from waakvlam.sequence import SequenceInMemory
from waakvlam.topics import agencies

BOARD = "board"
NAMESPACE = UUID("5b0b7a53-6c57-5d43-9a3e-1d8a2f0c4e37")
LOST = "Het bord kon dit na een herstart niet meer lezen. Leg het opnieuw vast."
NOT_FIRST = "Een collega was u net voor. Kijk wat er nu staat."
Deliver = Callable[[Sequence[Outgoing]], Awaitable[object]]


class Recorded(Protocol):
    """What the desk asks of the ledger."""

    def record(self, event_id: str) -> tuple[int, Record] | None:
        """Return the place and the record of an event that stands in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody wants to tell. `turn` is how often something was done to the subject before, as their page showed it.

    Deeds with one `lock` cannot be done to one subject at the same time. `filled` is what was filled in, as text.
    """

    action: str
    lock: str
    subject: str
    case: str
    by: str
    turn: int
    filled: str
    message: Message


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a deed at the desk: under which id it goes, and what is in its way, if anything."""

    event_id: str
    by_somebody_else: bool = False
    is_another: bool = False  # the same person is telling something else about this just now


class Desk:
    """Takes deeds and follows them. Safe to share between threads."""

    def __init__(
        self, outbox: Outbox, ledger: Recorded, deliver: Deliver, *, clock: Clock, seal: Seal | None = None
    ) -> None:
        self.outbox = outbox
        self._ledger = ledger
        self._deliver = deliver
        self._clock = clock
        self._seal = seal or Seal()
        self._lock = threading.Lock()

    def tell(self, deed: Deed) -> Taken:
        """Keep the event of a deed and return its id; a second time changes nothing. Raises Unfit when it cannot be sent."""
        mark = self._seal.mark(f"{deed.action}|{deed.filled}")
        with self._lock:
            before = [
                one for one in self.outbox.sent(case=deed.case) if (one.lock, one.subject) == (deed.lock, deed.subject)
            ]
            event_id = event_id_of(deed, refusals=sum(one.state == "refused" for one in before))
            kept = next((one for one in before if one.event_id == event_id), None)
            if kept is None:
                count = SequenceInMemory(self.outbox.count() + 1)
                keeper = _Keeper(self, deed, mark)
                Publisher(BOARD, keeper, self._clock, sequence=count).publish(deed.message, id=event_id)
                kept = self.outbox.sent(event_id=event_id)[0]
        mine = is_same(kept.by, deed.by)
        return Taken(event_id, by_somebody_else=not mine, is_another=mine and kept.mark not in {mark, ""})

    async def deliver(self) -> int:
        """Send what is not yet in the ledger, again if need be; return how many were sent."""
        waiting = []
        for one in self.outbox.sent(state="sent"):
            try:
                waiting.append(self._parcel(one))
            except Unopened:
                self.outbox.settle(one.event_id, state="refused", at=self._clock.micros(), reason=LOST)
        if waiting:
            await self._deliver(waiting)
        return len(waiting)

    def follow(self, event_id: str) -> Sent | None:
        """Return what became of an event; what stands in the ledger is recorded, whatever was heard of it."""
        return confirm(self.outbox, self._ledger, event_id)

    def keep(self, parcel: Parcel, deed: Deed, mark: str) -> None:
        """Keep what is about to leave, sealed."""
        self.outbox.keep(
            Sent(
                event_id=parcel.id,
                action=deed.action,
                lock=deed.lock,
                subject=deed.subject,
                case_id=deed.case,
                by=deed.by,
                mark=mark,
                key=parcel.key,
                headers=tuple(parcel.headers),
                sealed=self._seal.shut(parcel.id, parcel.value),
                sent_at=self._clock.micros(),
            )
        )

    def _parcel(self, sent: Sent) -> Parcel:
        value = self._seal.open(sent.event_id, sent.sealed)
        return Parcel(sent.event_id, agencies()[BOARD].topic, sent.key, value, list(sent.headers))


def confirm(outbox: Outbox, ledger: Recorded, event_id: str) -> Sent | None:
    """Return what became of something sent, as the ledger has it: recorded, or taken by a colleague at another board."""
    found = next(iter(outbox.sent(event_id=event_id)), None)
    if found is None or found.state == "recorded":
        return found
    in_ledger = ledger.record(event_id)
    if in_ledger is None:
        return found
    record = in_ledger[1]
    if is_same(record.recorded_by, found.by):
        outbox.settle(event_id, state="recorded", at=record.recorded_at)
    else:
        outbox.settle(event_id, state="refused", at=record.recorded_at, reason=NOT_FIRST)
    return outbox.sent(event_id=event_id)[0]


class _Keeper:
    """A transport that keeps what it is given at the desk."""

    def __init__(self, desk: Desk, deed: Deed, mark: str) -> None:
        self._desk, self._deed, self._mark = desk, deed, mark

    def send(self, parcel: Parcel) -> None:
        """Keep it, once."""
        self._desk.keep(parcel, self._deed, self._mark)

    def flush(self, timeout_seconds: float = 30) -> None:
        """Keep nothing back."""

    def close(self) -> None:
        """Hold nothing open."""


def event_id_of(deed: Deed, *, refusals: int = 0) -> str:
    """Return the id of a deed's event: the same for whoever does it, until somebody did or the door refused."""
    return str(uuid5(NAMESPACE, f"{deed.case}|{deed.lock}|{deed.subject}|{deed.turn}|{refusals}"))
