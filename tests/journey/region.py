"""A made-up region for the board's journeys: tell it what happened, and ledger and board hear it.

It plays the bus and intake: what it is told goes into a real ledger, and on to the board as `case-events` would.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from ledger.application import Ledger
from ledger.database import open_database
from ledger.model import Draft
from ledger.record import case_id, encode
from ledger.streams.records import Batch, Place
from services.board.agents import CASE_EVENTS, RECEIPTS, Reader
from services.board.desk import Desk
from services.board.ports import Deadline, Outlook
from services.board.store import Store
from waakvlam import codec
from waakvlam import receipt as receipts
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, iso, micros_of
from waakvlam.envelope import from_headers
from waakvlam.topics import agencies


@dataclass(slots=True)
class Arrived:
    """A record as the pump hands it over."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass
class Region:
    """What happens, told in the ledger and on the bus. While `holds`, what the board sends waits."""

    ledger: Ledger
    reader: Reader
    clock: FixedClock
    desk: Desk | None = None
    holds: bool = False
    refuses: str | None = None
    fed: bool = True
    deadlines: tuple[Deadline, ...] = ()
    waiting: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    offset: int = 0

    def at(self, text: str) -> "Region":
        """Move the clock to an instant in UTC."""
        self.clock.at = micros_of(datetime.fromisoformat(text).replace(tzinfo=UTC))
        return self

    def tell(self, family: str, event_type: str, /, agency: str = "veilig-thuis-groningen", at=None, **data) -> str:
        """Record a fact about a family and hand it to the board; return its event id."""
        case = self.case(family)
        event_id = str(uuid5(NAMESPACE_URL, f"{family}|{event_type}|{self.offset}"))
        occurred_at = at or self.clock.now()
        fields = {
            "occurred_at": occurred_at,
            "case": case,
            "reference": None,
            "municipality": "0014",
            "recorded_by": None,
        }
        value = codec.encode(event_types()[event_type], fields | data)
        self._append(event_id, agency, value)
        return event_id

    def alert(
        self,
        family: str,
        rule: str,
        title: str,
        why: str,
        *,
        due: str,
        stage="breach",
        weight=3,
        to="worker",
        legal=False,
        instance="s",
    ) -> str:
        """Raise an alert about a family; return the id of the event that raised it."""
        data = {
            "alert": str(uuid5(NAMESPACE_URL, f"{family}|{rule}|{stage}")),
            "rule": rule,
            "agreement": "groningen",
            "version": 3,
            "instance": instance,
            "stage": stage,
            "due": iso(micros_of(datetime.fromisoformat(due))),
            "row": 1,
            "because": [],
            "to": [to],
            "title": title,
            "why": why,
            "weight": weight,
            "legal": legal,
        }
        return self.tell(family, "alert_raised", "radar", at=datetime.fromisoformat(due), **data)

    def close(self, family: str, rule: str, stage: str = "breach", outcome: str = "late") -> str:
        """Close an alert of a family."""
        alert = str(uuid5(NAMESPACE_URL, f"{family}|{rule}|{stage}"))
        same = {
            "rule": rule,
            "agreement": "groningen",
            "version": 3,
            "instance": "s",
            "stage": stage,
            "due": "",
            "row": 1,
        }
        return self.tell(family, "alert_closed", "radar", alert=alert, outcome=outcome, **same)

    def case(self, family: str) -> str:
        """Return the case of a family."""
        return case_id(f"opening of {family}")

    async def deliver(self, parcels) -> None:
        """Take what the board sends."""
        self.sent += parcels
        self.waiting += parcels
        if not self.holds:
            self.flow()

    def flow(self) -> None:
        """Let what waits reach the ledger."""
        waiting, self.waiting = self.waiting, []
        for parcel in waiting:
            if self.refuses:
                self._receipt(parcel.id, "refused", self.refuses)
            elif self.ledger.record(parcel.id) is None:
                self._append(from_headers(parcel.headers).id, "board", parcel.value)

    def is_fed(self) -> bool:
        return self.fed

    def deliver_soon(self) -> None:
        asyncio.get_running_loop().create_task(self.desk.deliver())

    def look(self, _records, *, now):  # noqa: ARG002 - the shape that the board asks for
        return Outlook(self.deadlines, {})

    def settled(self, _records, *, now):  # noqa: ARG002 - the shape that the board asks for
        return ()

    def _append(self, event_id: str, agency: str, value: bytes) -> None:
        event_type, fields = codec.decode(value)
        with self.ledger.writing() as w:
            w.append(
                [
                    Draft(
                        event_id=event_id,
                        source=agencies()[agency].source,
                        content=hashlib.sha256(value).digest(),
                        case=fields["case"],
                        type=event_type.name,
                        agency=agency,
                        municipality=fields["municipality"],
                        reference=fields["reference"],
                        occurred_at=micros_of(fields["occurred_at"]),
                        recorded_by=fields["recorded_by"],
                        payload=value,
                    )
                ]
            )
        _, record = self.ledger.record(event_id)
        headers = [("position", b"1"), ("type", record.type.encode()), ("version", str(record.version).encode())]
        self._hand(CASE_EVENTS, record.case.encode(), encode(record), headers)

    def _receipt(self, event_id: str, verdict: str, reason: str) -> None:
        value = receipts.encode(
            receipts.Receipt(id=event_id, verdict=verdict, recorded_at=self.clock.now(), reason=reason)
        )
        self._hand(RECEIPTS, event_id.encode(), value, [])

    def _hand(self, topic: str, key: bytes, value: bytes, headers) -> None:
        self.offset += 1
        self.reader.handle(Batch({Place(topic, 0): [Arrived(topic, 0, self.offset, key, value, headers)]}))


@contextmanager
def region_in(folder: object, now: int) -> Iterator[Region]:
    """Give a region with a ledger and a board's view of its own in a folder, at an instant in micros."""
    clock = FixedClock(now)
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", clock=clock, keys=None)
    store = Store(open_database(f"sqlite:///{folder}/board.db"))
    yield Region(ledger, Reader(store, ledger, changed=lambda: None), clock)
    store.database.close()
    ledger.close()
