"""For tests and benches: records as agencies send them, and a pipeline that takes them in without a broker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.application import Ledger
from ledger.model import OutboxRow
from ledger.streams.records import Batch, Place
from services.intake.pipeline import Pipeline
from waakvlam import receipt
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, instant_of
from waakvlam.codec import encode
from waakvlam.envelope import Envelope, to_headers
from waakvlam.receipt import Receipt
from waakvlam.topics import agencies

NOON = 1_764_068_400_000_000  # 25 November 2025, 12:00 in Amsterdam
HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A record on a topic, in the shape of one that was read."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0


def sent(
    agency: str,
    type_name: str,
    event_id: str,
    /,
    *,
    at: int = NOON,
    headers: Mapping[str, bytes | None] | None = None,
    **fields: Any,
) -> Sent:
    """Return the record by which an agency tells an event; `headers` replaces headers, None takes one away."""
    sender, event_type = agencies()[agency], event_types()[type_name]
    record = {"case": None, "reference": None, "municipality": "0014", "recorded_by": None, **fields}
    record.setdefault("occurred_at", instant_of(at))
    envelope = Envelope(id=event_id, source=sender.source, type=event_type.ce_type, time=instant_of(at))
    found: dict[str, bytes | None] = {**dict(to_headers(envelope)), **(headers or {})}
    return Sent(
        topic=sender.topic,
        key=(record["reference"] or record["case"] or "").encode() or None,
        value=encode(event_type, record),
        headers=[(name, value) for name, value in found.items() if value is not None],
    )


def report(agency: str, event_id: str, /, *, persons: Sequence[str] = (), at: int = NOON, **fields: Any) -> Sent:
    """Return a report of fictitious persons."""
    told = [
        {"person": one, "role": "victim", "child": False, "birth_year": 1999, "age_group": "18_64"} for one in persons
    ]
    filled: dict[str, Any] = {
        "report_id": f"r-{event_id}",
        "channel": "phone",
        "reporter_capacity": "police",
        "violence_kinds": [],
        "acute": False,
        "incident_on": None,
        "doubly_anonymous": False,
        "persons": told,
    }
    return sent(agency, "report_received", event_id, at=at, **(filled | fields))


@dataclass
class Desk:
    """A pipeline on a ledger: `take` gives it records as one batch, numbered on in each partition."""

    ledger: Ledger
    clock: FixedClock
    pipeline: Pipeline
    letters: list[OutboxRow] = field(default_factory=list)  # all that was sent so far
    _next: dict[Place, int] = field(default_factory=dict)

    def take(self, *records: Sent) -> list[Receipt]:
        """Take records in as one batch; return the receipts of this batch, in order."""
        return self.collect(self.give(*records)[1])

    def give(self, *records: Sent) -> tuple[Batch, dict[Place, int]]:
        """Take records in as one batch; return the batch, and the places that must be held."""
        batch = self.batch(*records)
        return batch, self.pipeline.handle(batch)

    def batch(self, *records: Sent) -> Batch:
        """Return records as one batch, each at the next offset of its partition."""
        by_place: dict[Place, list[Sent]] = {}
        for one in records:
            place = Place(one.topic, one.partition)
            if place not in self._next:
                self._next[place] = self.pipeline.positions([place]).get(place, 0)
            by_place.setdefault(place, []).append(replace(one, offset=self._next[place]))
            self._next[place] += 1
        return Batch(by_place)

    def collect(self, _: object = None) -> list[Receipt]:
        """Take all letters out of the outbox; return the receipts among them."""
        rows = self.ledger.receipts_pending(100_000)
        self.ledger.receipts_sent([row.id for row in rows])
        self.letters += rows
        return [receipt.decode(row.value or b"") for row in rows if row.topic.startswith("receipts.")]

    def dead_letters(self, agency: str) -> list[OutboxRow]:
        """Return the dead letters of an agency that were sent so far."""
        return [row for row in self.letters if row.topic == agencies()[agency].dead_letters]

    def types(self, case: str | None) -> list[str]:
        """Return the types of the events of a case, in order of version."""
        return [one.type for one in self.ledger.history(case or "")]
