"""The outbox stands in for Kafka in agencies' own tests, so it keeps Kafka's promises."""

from collections.abc import Callable

import pytest

from waakvlam.publisher import Parcel, Transport
from waakvlam.testing import PROMISES, Bench, Outbox


class OutboxBench:
    """Outboxes of one test, read back together."""

    topic = "agency.politie-nn"

    def __init__(self, make: type[Outbox] = Outbox) -> None:
        self._make = make
        self._outboxes: list[Outbox] = []

    def transport(self) -> Transport:
        self._outboxes.append(self._make())
        return self._outboxes[-1]

    def arrived(self, key: bytes) -> list[Parcel]:
        return [parcel for outbox in self._outboxes for parcel in outbox.parcels if parcel.key == key]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_the_outbox_keeps_the_promises_of_a_transport(promise: Callable[[Bench], None]) -> None:
    promise(OutboxBench())


# The promises bite: a transport that breaks one is found.


class Forgetful(Outbox):
    def send(self, parcel: Parcel) -> None:
        if len(self.parcels) < 5:
            super().send(parcel)


class Backward(Outbox):
    def send(self, parcel: Parcel) -> None:
        super().send(parcel)
        self.parcels.insert(0, self.parcels.pop())


class Deduplicating(Outbox):
    def send(self, parcel: Parcel) -> None:
        if parcel not in self.parcels:
            super().send(parcel)


class Recoding(Outbox):
    def send(self, parcel: Parcel) -> None:
        super().send(Parcel(parcel.id, parcel.topic, parcel.key, parcel.value.strip(b"\x00"), parcel.headers))


class NeverClosed(Outbox):
    def close(self) -> None:
        pass


class TakesAnything(Outbox):
    def __init__(self) -> None:
        super().__init__()
        self._topics.add("agency.nobody-at-all")


class Bottomless(Outbox):
    def send(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Forgetful, "what_is_sent_under_one_key_keeps_its_order"),
        (Backward, "what_is_sent_under_one_key_keeps_its_order"),
        (Deduplicating, "sending_again_arrives_again"),
        (Recoding, "bytes_key_and_headers_arrive_as_they_were"),
        (NeverClosed, "after_closing_nothing_is_taken"),
        (TakesAnything, "a_topic_that_is_not_there_is_told"),
        (Bottomless, "a_giant_is_told"),
    ],
)
def test_a_transport_that_breaks_its_promise_is_found(broken, promise) -> None:
    check = next(one for one in PROMISES if one.__name__ == promise)

    with pytest.raises(AssertionError):
        check(OutboxBench(broken))
