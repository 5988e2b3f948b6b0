"""What became of one record: the verdict, and how it is told to its sender and kept for operators."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import orjson

from ledger.model import DeadLetter, OutboxRow, Wire
from ledger.streams.records import Arrived
from services.intake.shape import shape_of
from waakvlam import receipt
from waakvlam.clock import instant_of
from waakvlam.receipt import Receipt
from waakvlam.topics import Agency
from waakvlam.trace import HEADER, Trace

ACCEPTED, DUPLICATE, PARKED = "accepted", "duplicate", "parked"
REFUSED, REJECTED, CONFLICT = "refused", "rejected", "conflict"
SET_ASIDE = frozenset({REFUSED, REJECTED, CONFLICT})


@dataclass(slots=True)
class Outcome:
    """The verdict on one record. `position` of an accepted one is known once the whole batch is appended."""

    raw: Arrived
    agency: Agency
    event_id: str | None
    verdict: str
    case: str | None = None
    position: int | None = None
    version: int | None = None
    field: str | None = None
    reason: str | None = None
    remarks: tuple[str, ...] = ()
    first: "Outcome | None" = None  # of a duplicate within one batch: what became of the first
    trace: Trace | None = None  # the journey that it belongs to, told with its receipt

    @property
    def is_set_aside(self) -> bool:
        """Tell whether it goes to the dead letters."""
        return self.verdict in SET_ASIDE

    @property
    def is_taken(self) -> bool:
        """Tell whether it is in the ledger, now or since long."""
        return self.verdict in (ACCEPTED, DUPLICATE)

    @property
    def receipt_key(self) -> str:
        """The id by which the sender knows it; where none could be read, the place where it was received."""
        return self.event_id or f"{self.raw.topic}/{self.raw.partition}/{self.raw.offset}"


def letters(outcomes: list[Outcome], *, now: int) -> Iterator[OutboxRow]:
    """Yield what is sent about these records: a receipt for each, then dead letters for what was set aside."""
    recorded_at = instant_of(now)
    for outcome in outcomes:
        yield _receipt(outcome, recorded_at)
    for outcome in outcomes:
        if outcome.is_set_aside:
            yield _dead_letter(outcome)


def dead_letters(outcomes: list[Outcome], *, now: int, due_at: int) -> Iterator[tuple[DeadLetter, Wire]]:
    """Yield what the ledger keeps of what was set aside, until somebody decides on it."""
    for outcome in outcomes:
        if outcome.is_set_aside:
            raw, value = outcome.raw, outcome.raw.value or b""
            yield (
                DeadLetter(
                    agency=outcome.agency.id,
                    event_id=outcome.event_id,
                    case=outcome.case,
                    verdict=outcome.verdict,
                    field=outcome.field,
                    reason=outcome.reason or "",
                    topic=raw.topic,
                    partition=raw.partition,
                    offset=raw.offset,
                    content=sha256(value).digest(),
                    size=len(value),
                    shape=orjson.dumps(shape_of(raw)).decode(),
                    set_aside_at=now,
                    due_at=due_at,
                ),
                Wire(key=raw.key, headers=raw.headers, value=raw.value),
            )


def _receipt(outcome: Outcome, recorded_at: datetime) -> OutboxRow:
    told = outcome.first or outcome
    key = outcome.receipt_key
    value = receipt.encode(
        Receipt(
            id=key,
            verdict=outcome.verdict,
            case=told.case,
            position=told.position,
            version=told.version,
            field=outcome.field,
            reason=outcome.reason,
            remarks=outcome.remarks,
            recorded_at=recorded_at,
        )
    )
    headers = [(HEADER, outcome.trace.header.encode())] if outcome.trace else ()
    return OutboxRow(topic=outcome.agency.receipts, key=key.encode(), headers=headers, value=value)


def _dead_letter(outcome: Outcome) -> OutboxRow:
    """Return the record as it was received, byte for byte, with the reason added to its headers."""
    raw = outcome.raw
    why = {
        "dead_letter_verdict": outcome.verdict,
        "dead_letter_field": outcome.field or "",
        "dead_letter_reason": outcome.reason or "",
        "dead_letter_topic": raw.topic,
        "dead_letter_partition": str(raw.partition),
        "dead_letter_offset": str(raw.offset),
    }
    return OutboxRow(
        topic=outcome.agency.dead_letters,
        key=raw.key,
        value=raw.value,
        headers=[*raw.headers, *((name, text.encode()) for name, text in why.items())],
    )
