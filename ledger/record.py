"""One record of the ledger: the bytes that are stored, hashed, published to case-events and exported.

The schema is `schemas/system/ledger_record.v1.avsc`. What is about a person stands in `sealed` only; everything else
may be read by whoever may read case-events.
"""

import hashlib
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID, uuid5

from ledger.learned import decode as decode_event
from rulebook.event import Event
from waakvlam.catalogue import system_record
from waakvlam.clock import iso
from waakvlam.codec import data_of, schema_reader, schema_writer

CASE_NAMESPACE = UUID("3b7d2a0e-6c1f-5a44-9f0a-0d6f1c5e8b21")
NOTHING_BEFORE = bytes(32)

_write = schema_writer(system_record("ledger_record"))
_read = schema_reader(system_record("ledger_record"), "ledger_record.v1")


@dataclass(frozen=True, slots=True, kw_only=True)
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
        return data_of(*decode_event(self.payload))

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


_NAMES = tuple(field.name for field in fields(Record))


def encode(record: Record) -> bytes:
    """Return the bytes of a record: what is hashed, stored and published."""
    return _write({name: getattr(record, name) for name in _NAMES})


def decode(body: bytes) -> Record:
    """Return the record that the bytes hold; raises waakvlam.errors.Unreadable when they are not one."""
    return Record(**_read(body))


class DecodedOnce(Record):
    """A record for several readers, none of which changes what it is given: its own fields are decoded once for all."""

    __slots__ = ("_told",)

    _told: dict[str, Any]

    @classmethod
    def of(cls, body: bytes) -> "DecodedOnce":
        """Return the record that the bytes hold, as `decode` does."""
        return cls(**_read(body))

    def data(self) -> dict[str, Any]:
        """Return the event's own fields; the same object each time."""
        if not hasattr(self, "_told"):
            object.__setattr__(self, "_told", Record.data(self))
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
