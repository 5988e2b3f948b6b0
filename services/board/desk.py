"""The desk where a member of staff says "opgepakt": the event is kept, sent, and followed until the ledger has it.

Its id is computed from the alert and the number of times that this was settled before, and its bytes are kept before they
leave. So a second click, a second tab or a restart sends the very same event, and the ledger counts it once.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from ledger.record import Record
from ledger.streams.records import Outgoing
from services.board.store import AlertRow, Sent, Store
from waakvlam.clock import Clock
from waakvlam.messages import Message
from waakvlam.publisher import Parcel, Publisher
from waakvlam.sequence import SequenceInMemory
from waakvlam.topics import agencies

BOARD = "board"
Deliver = Callable[[Sequence[Outgoing]], Awaitable[object]]


class Recorded(Protocol):
    """What the desk asks of the ledger."""

    def record(self, event_id: str) -> tuple[int, Record] | None:
        """Return the place and the record of an event that stands in the ledger."""


class Desk:
    """Takes acknowledgements and follows them."""

    def __init__(self, store: Store, ledger: Recorded, deliver: Deliver, *, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._deliver = deliver
        self._clock = clock

    def pick_up(self, alert: AlertRow, *, next_step_on: date | None, by: str) -> str:
        """Keep the event that says "picked up" and return its id; a second time changes nothing. `by` is an opaque id."""
        before = [one for one in self._store.sent(case=alert.case_id) if one.alert == alert.raised]
        event_id = acknowledgement_id(alert, refusals=sum(one.state == "refused" for one in before))
        if not self._store.sent(event_id=event_id):
            fields = {
                "occurred_at": self._clock.now(),
                "case": alert.case_id,
                "municipality": alert.municipality,
                "recorded_by": by,
                "alert": alert.alert,
                "next_step_on": next_step_on,
            }
            keeper = _Keeper(self._store, alert, self._clock.micros())
            count = SequenceInMemory(len(self._store.sent()) + 1)
            Publisher(BOARD, keeper, self._clock, sequence=count).publish(
                Message.of("alert_acknowledged", fields), id=event_id
            )
        return event_id

    async def deliver(self) -> int:
        """Send what is not yet in the ledger, again if need be; return how many were sent."""
        waiting = self._store.sent(state="sent")
        if waiting:
            await self._deliver([_parcel(one) for one in waiting])
        return len(waiting)

    def follow(self, event_id: str) -> Sent | None:
        """Return what became of an event; what stands in the ledger is recorded, whatever was heard of it."""
        found = next(iter(self._store.sent(event_id=event_id)), None)
        if found is None or found.state == "recorded":
            return found
        in_ledger = self._ledger.record(event_id)
        if in_ledger is None:
            return found
        self._store.settle(event_id, state="recorded", recorded_at=in_ledger[1].recorded_at, reason=None)
        return self._store.sent(event_id=event_id)[0]


class _Keeper:
    """A transport that keeps what it is given, in the board's own database."""

    def __init__(self, store: Store, alert: AlertRow, at: int) -> None:
        self._store, self._alert, self._at = store, alert, at

    def send(self, parcel: Parcel) -> None:
        """Keep it, once."""
        self._store.send_once(
            Sent(
                event_id=parcel.id,
                alert=self._alert.raised,
                case_id=self._alert.case_id,
                key=parcel.key,
                headers=tuple(parcel.headers),
                value=parcel.value,
                sent_at=self._at,
            )
        )

    def flush(self, timeout_seconds: float = 30) -> None:
        """Keep nothing back."""

    def close(self) -> None:
        """Hold nothing open."""


def acknowledgement_id(alert: AlertRow, *, refusals: int = 0) -> str:
    """Return the id of the next acknowledgement of an alert: the same for every click until one is settled."""
    name = f"{alert.alert}|{alert.raised}|alert_acknowledged|{alert.acknowledgements}|{refusals}"
    return str(uuid5(_namespace(alert.alert), name))


def _namespace(alert: str) -> UUID:
    try:
        return UUID(alert)
    except ValueError:
        return NAMESPACE_URL


def _parcel(sent: Sent) -> Parcel:
    return Parcel(sent.event_id, agencies()[BOARD].topic, sent.key, sent.value, list(sent.headers))
