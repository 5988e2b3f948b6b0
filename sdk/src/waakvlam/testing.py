"""For agencies' own tests: an `Outbox` takes the place of Kafka and remembers what was sent.

A transport of your own can be put to the same promises as ours: `PROMISES`, told in `waakvlam.promises`.
"""

from dataclasses import dataclass
from typing import Any

from waakvlam import codec
from waakvlam.catalogue import EventType
from waakvlam.envelope import Envelope, from_headers
from waakvlam.errors import NotDelivered
from waakvlam.messages import Message, message_classes
from waakvlam.promises import PROMISES, Bench
from waakvlam.publisher import Parcel
from waakvlam.topics import topics

__all__ = ["PROMISES", "Bench", "Delivered", "Outbox"]

_RECORD_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Delivered:
    """One parcel, read back as the ledger would read it."""

    parcel: Parcel
    envelope: Envelope
    event_type: EventType
    record: dict[str, Any]

    @property
    def message(self) -> Message:
        """Return the message as its sender built it."""
        return message_classes()[self.event_type.name].from_record(self.record)


class Outbox:
    """A transport that keeps what is sent, in order. It knows the topics of `topics.toml` and no others."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self._topics = {one.name for one in topics()}
        self._closed = False

    def send(self, parcel: Parcel) -> None:
        """Keep a parcel; raises NotDelivered for a topic that does not exist, a giant, or after closing."""
        if self._closed:
            raise NotDelivered([parcel.id], "de verbinding is gesloten")
        if parcel.topic not in self._topics:
            raise NotDelivered([parcel.id], f"er is geen topic {parcel.topic}")
        if len(parcel.value) > _RECORD_BYTES_MAX:
            raise NotDelivered([parcel.id], "het bericht is te groot")
        self.parcels.append(parcel)

    def flush(self, timeout_seconds: float = 30) -> None:
        """Do nothing: what was sent is here already."""

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    def delivered(self) -> list[Delivered]:
        """Return everything that was sent, read back from its bytes and headers."""
        return [Delivered(one, from_headers(one.headers), *codec.decode(one.value)) for one in self.parcels]

    def messages(self) -> list[Message]:
        """Return the messages that were sent, read back from their bytes."""
        return [one.message for one in self.delivered()]
