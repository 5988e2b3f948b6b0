"""The publisher: tell once what happened. It makes the id, the envelope and the bytes, and hands them to a transport.

Where the bytes go is the transport's affair: `waakvlam.kafka.KafkaTransport` in earnest, `waakvlam.testing.Outbox` in
an agency's own tests. Both keep the promises of `waakvlam.promises`.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from uuid6 import uuid7

from waakvlam import codec, trace
from waakvlam.catalogue import EventType, event_types
from waakvlam.clock import Clock, SystemClock
from waakvlam.envelope import Envelope, Headers, to_headers
from waakvlam.errors import Unfit
from waakvlam.messages import Message, message_classes
from waakvlam.sequence import Sequence, SequenceInMemory
from waakvlam.shapes import NOT_A_MUNICIPALITY, NOT_AN_ID, VALUE_BYTES_MAX, ahead, is_id, misshapen
from waakvlam.topics import Agency, agencies, municipalities


@dataclass(frozen=True, slots=True)
class Parcel:
    """One Kafka record on its way: `id` is the event's id, by which a failed delivery is named."""

    id: str
    topic: str
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class Sent:
    """What was handed over: keep `id` to find its receipt, and to send the same event again without counting it twice."""

    id: str
    type: str
    topic: str
    key: str
    sequence: int | None


class Transport(Protocol):
    """Carries parcels to their topics, in order for each key."""

    def send(self, parcel: Parcel) -> None:
        """Take a parcel; it may be on its way still when this returns. Raises NotDelivered when it cannot be taken."""
        ...

    def flush(self, timeout_seconds: float = 30) -> None:
        """Return when all that was taken has arrived for good; raises NotDelivered naming what has not."""
        ...

    def close(self) -> None:
        """Flush and let go of connections. Closing twice is harmless; sending afterwards raises NotDelivered."""
        ...


class Publisher:
    """Sends the events of one agency.

    `sequence` numbers them (see `waakvlam.sequence`); without it they are numbered from `start_sequence`, which after a
    restart must be the number that follows the last, or not at all where that is None. A publisher is for one thread.
    """

    def __init__(
        self,
        agency: str,
        transport: Transport,
        clock: Clock | None = None,
        *,
        start_sequence: int | None = 1,
        sequence: Sequence | None = None,
    ) -> None:
        self.agency = agency_called(agency)
        self._transport = transport
        self._clock = clock or SystemClock()
        if sequence is None and start_sequence is not None:
            sequence = SequenceInMemory(start_sequence)
        self._sequence = sequence

    def publish(
        self,
        message: Message,
        *,
        id: str | None = None,  # noqa: A002 - CloudEvents calls it so
        traceparent: str | None = None,
        wants_proof: bool = False,
        is_canary: bool = False,
    ) -> Sent:
        """Hand a message over and return its id; `flush` tells when it has arrived.

        Without `id` a new one is made. With the id of an earlier call the ledger counts the event once, however often
        it is sent. It belongs to the trace that `traceparent` names, or else to that of the caller's OpenTelemetry span,
        or else to a new one. `is_canary` says that it is sent only to see whether the road is open. Raises Unfit when intake would reject the message (see `fit_to_send`), NotDelivered when the
        transport cannot take it.
        """
        event_type = message.event_type()
        event_id = new_id() if id is None else id
        value = fit_to_send(message, event_id, self.agency, now=self._clock.micros())
        subject = message.reference or message.case
        key = subject or event_id
        told = {
            "waakvlam.event.id": event_id,
            "waakvlam.event.type": event_type.name,
            "waakvlam.agency": self.agency.id,
        }
        with trace.sending(traceparent, told) as journey:
            envelope = Envelope(
                id=event_id,
                source=self.agency.source,
                type=event_type.ce_type,
                time=self._clock.now(),
                subject=subject,
                sequence=self._sequence.next() if self._sequence else None,
                traceparent=journey.header,
                wants_proof=wants_proof,
                is_canary=is_canary,
            )
            self._transport.send(Parcel(event_id, self.agency.topic, key.encode(), value, to_headers(envelope)))
        return Sent(event_id, event_type.name, self.agency.topic, key, envelope.sequence)

    def flush(self, timeout_seconds: float = 30) -> None:
        """Return when everything that was published has arrived; raises NotDelivered naming the ids that have not."""
        self._transport.flush(timeout_seconds)

    def close(self) -> None:
        """Flush, and let go of the transport and of the sequence."""
        try:
            self._transport.close()
        finally:
            if self._sequence:
                self._sequence.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def fit_to_send(message: Message, event_id: str, agency: Agency, *, now: int) -> bytes:
    """Return the bytes of a message; raises Unfit, with the field, when intake would reject what this agency sends.

    That is when it is not for this agency to send, lies ahead of `now` (microseconds), names a municipality or an agency
    that nobody knows, holds words where an id or a code belongs, or is too large.
    """
    event_type, record = message.event_type(), message.record()
    if not agency.may_send(event_type.senders):
        raise Unfit("type", f"{agency.name} ({agency.id}) mag {event_type.nl} niet versturen.")
    if not is_id(event_id):
        raise Unfit("id", NOT_AN_ID)
    if message.municipality not in municipalities():
        raise Unfit("municipality", NOT_A_MUNICIPALITY)
    if wrong := ahead(record, now) or misshapen(event_type, record):
        raise Unfit(*wrong)
    value = codec.encode(event_type, record)
    if len(value) > VALUE_BYTES_MAX:
        raise Unfit("value", f"Dit bericht is {len(value)} bytes; er mogen er {VALUE_BYTES_MAX} in.")
    return value


def new_id() -> str:
    """Return a new event id: a UUIDv7, so that ids sort by the moment at which they were made."""
    return str(uuid7())


def agency_called(agency_id: str) -> Agency:
    """Return the agency with this id; raises Unfit naming those there are."""
    try:
        return agencies()[agency_id]
    except KeyError:
        known = ", ".join(one.id for one in agencies().values() if one.kind != "system")
        raise Unfit("agency", f"Er is geen organisatie met de naam {agency_id!r}. Bekend zijn: {known}.") from None


def sendable_by(agency: Agency | None) -> list[EventType]:
    """Return the events that an agency may send (or any agency at all), by chapter of a case's life."""
    return [
        one
        for name, one in event_types().items()
        if (name in message_classes() if agency is None else agency.may_send(one.senders))
    ]
