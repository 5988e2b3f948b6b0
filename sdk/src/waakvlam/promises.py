"""What a transport promises, as checks that any transport can be put to: ours in earnest, the `Outbox`, or your own.

A bench makes transports and reads back what arrived. Each promise is a function that raises AssertionError when it is
not kept, so that it runs under any test runner.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from waakvlam.errors import NotDelivered
from waakvlam.publisher import Parcel, Transport, new_id

GIANT = b"x" * (2 * 1024 * 1024)


class Bench(Protocol):
    """Where a transport is put to the test. `topic` must exist; nobody else writes under the keys that are used."""

    topic: str

    def transport(self) -> Transport:
        """Return a new transport that is open."""
        ...

    def arrived(self, key: bytes) -> list[Parcel]:
        """Return what arrived on the topic under a key, in order; the parcels' ids are those of their `ce_id`."""
        ...


def bytes_key_and_headers_arrive_as_they_were(bench: Bench) -> None:
    """Nothing is added, lost or re-encoded on the way."""
    transport, parcel = bench.transport(), _parcel(bench, b"as-is-" + new_id().encode(), b"\x00\xc3\x01\xff")
    transport.send(parcel)
    transport.close()

    assert bench.arrived(parcel.key) == [parcel]


def what_is_sent_under_one_key_keeps_its_order(bench: Bench) -> None:
    """The events of one file arrive in the order in which they were sent."""
    key, transport = new_id().encode(), bench.transport()
    parcels = [_parcel(bench, key, str(number).encode()) for number in range(200)]
    for parcel in parcels:
        transport.send(parcel)
    transport.close()

    assert bench.arrived(key) == parcels


def after_flush_it_has_arrived(bench: Bench) -> None:
    """Flush is the moment from which a sender may forget."""
    transport, parcel = bench.transport(), _parcel(bench, new_id().encode(), b"here")
    transport.send(parcel)
    transport.flush()
    found = bench.arrived(parcel.key)
    transport.close()

    assert found == [parcel]


def sending_again_arrives_again(bench: Bench) -> None:
    """Counting once is the ledger's work, by the id; a transport hides nothing."""
    transport, parcel = bench.transport(), _parcel(bench, new_id().encode(), b"twice")
    transport.send(parcel)
    transport.send(parcel)
    transport.close()

    assert bench.arrived(parcel.key) == [parcel, parcel]


def a_topic_that_is_not_there_is_told(bench: Bench) -> None:
    """What cannot arrive is named, and the rest goes on."""
    key, transport = new_id().encode(), bench.transport()
    good, lost = _parcel(bench, key, b"good"), Parcel(new_id(), "agency.nobody-at-all", key, b"lost", [])
    named: list[str] = []
    try:
        transport.send(lost)
        transport.flush()
    except NotDelivered as error:
        named.extend(error.ids)
    transport.send(good)
    transport.close()

    assert named == [lost.id]
    assert bench.arrived(key) == [good]


def a_giant_is_told(bench: Bench) -> None:
    """A value that Kafka does not take is named and never waited for."""
    transport, giant = bench.transport(), _parcel(bench, new_id().encode(), GIANT)
    named: list[str] = []
    try:
        transport.send(giant)
        transport.flush()
    except NotDelivered as error:
        named.extend(error.ids)
    transport.close()

    assert named == [giant.id]


def closing_twice_is_harmless(bench: Bench) -> None:
    """Whoever closes need not know who closed before."""
    transport = bench.transport()
    transport.close()
    transport.close()


def after_closing_nothing_is_taken(bench: Bench) -> None:
    """Sending into a closed transport is told, never swallowed."""
    transport, late = bench.transport(), _parcel(bench, new_id().encode(), b"late")
    transport.close()
    taken = False
    with suppress(NotDelivered):
        transport.send(late)
        taken = True

    assert not taken
    assert bench.arrived(late.key) == []


PROMISES: tuple[Callable[[Bench], None], ...] = (
    bytes_key_and_headers_arrive_as_they_were,
    what_is_sent_under_one_key_keeps_its_order,
    after_flush_it_has_arrived,
    sending_again_arrives_again,
    a_topic_that_is_not_there_is_told,
    a_giant_is_told,
    closing_twice_is_harmless,
    after_closing_nothing_is_taken,
)


def _parcel(bench: Bench, key: bytes, value: bytes) -> Parcel:
    event_id = new_id()
    return Parcel(event_id, bench.topic, key, value, [("ce_id", event_id.encode())])
