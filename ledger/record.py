"""One record of the ledger: the bytes that are stored, hashed, published to case-events and exported.

The schema is `schemas/system/ledger_record.v1.avsc`. What is about a person stands in `sealed` only; everything else
may be read by whoever may read case-events.
"""

import hashlib
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID, uuid5

from ledger import learned, record_fields
from rulebook.event import Event
from waakvlam.catalogue import system_record
from waakvlam.clock import iso
from waakvlam.codec import schema_reader, schema_writer

CASE_NAMESPACE = UUID("3b7d2a0e-6c1f-5a44-9f0a-0d6f1c5e8b21")
NOTHING_BEFORE = bytes(record_fields.DIGEST_BYTES)

_write = schema_writer(system_record("ledger_record"))
_read = schema_reader(system_record("ledger_record"), "ledger_record.v1")


@dataclass(frozen=True, slots=True)
class Record:
    """A fact in the ledger. Times are microseconds since 1970 UTC; `version` counts 1, 2, 3 within its case."""

    event_id: str
    source: str
    case: str
    caseless: bool
    version: int
    type: str
    agency: str
    municipality: str
    reference: str | None
    recorded_by: str | None
    occurred_at: int
    recorded_at: int
    payload: bytes
    sealed: bytes
    previous: bytes

    def data(self) -> dict[str, Any]:
        """Return the event's own fields as plain JSON values, persons as p1, p2, …, without what is sealed."""
        return learned.data(self.payload)

    def event(self) -> Event:
        """Return this record as the rule book sees it."""
        return Event(
            id=self.event_id,
            type=self.type,
            case=None if self.caseless else self.case,
            agency=self.agency,
            municipality=self.municipality,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            data=self.data(),
        )

    def line(self) -> dict[str, Any]:
        """Return this record as one line of the offline engine (rulebook 9)."""
        return {
            "id": self.event_id,
            "type": self.type,
            **({} if self.caseless else {"case": self.case}),
            "agency": self.agency,
            "municipality": self.municipality,
            "occurred_at": iso(self.occurred_at),
            "recorded_at": iso(self.recorded_at),
            "data": self.data(),
        }


NAMES = tuple(field.name for field in fields(Record))


def encode(record: Record) -> bytes:
    """Return the bytes of a record: what is hashed, stored and published."""
    return _write({name: getattr(record, name) for name in NAMES})


def decode(body: bytes) -> Record:
    """Return the record that the bytes hold; raises waakvlam.errors.Unreadable when they are not one."""
    return Record(*values(body))


def event(body: bytes) -> tuple[int, Event]:
    """Return the version and the event of a record of a case: what `decode` and `event` give together, in less time."""
    try:
        return record_fields.event(body, learned.data)
    except Exception:  # noqa: BLE001 - whatever is odd about these bytes, the codec says it
        record = decode(body)
        return record.version, record.event()


def values(body: bytes) -> tuple[Any, ...]:
    """Return the fields of a record in the order in which they stand; raises Unreadable as `decode` does."""
    try:
        return record_fields.read(body)
    except Exception:  # noqa: BLE001 - whatever is odd about these bytes, the codec says it
        read = _read(body)
        return tuple(read[name] for name in NAMES)


class DecodedOnce(Record):
    """A record of which the data was read already, for several readers, none of which changes what it is given."""

    __slots__ = ("_told",)

    _told: dict[str, Any]

    @classmethod
    def holding(cls, fields_of_it: tuple[Any, ...], data: dict[str, Any]) -> "DecodedOnce":
        """Return the record with these fields, as `values` gives them, and this data."""
        made = cls(*fields_of_it)
        object.__setattr__(made, "_told", data)
        return made

    def data(self) -> dict[str, Any]:
        """Return the event's own fields; the same object each time."""
        return self._told


def digest(body: bytes) -> bytes:
    """Return the SHA-256 by which the next record of the case names this one."""
    return hashlib.sha256(body).digest()


def case_id(opening_event_id: str) -> str:
    """Return the id of the case that an event opens: opaque, and the same however often it is computed."""
    return str(uuid5(CASE_NAMESPACE, opening_event_id))


def stream_of(agency: str) -> str:
    """Return the id of the stream on which an agency's events without a case are kept."""
    return case_id(f"agency:{agency}")
