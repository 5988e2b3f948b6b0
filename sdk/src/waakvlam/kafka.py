"""The one door of the SDK to kafka-python: sending, and reading receipts.

Every error that kafka-python may raise leaves here as one of `waakvlam.errors`, so nobody else needs to know it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

import kafka
from kafka.errors import KafkaError

from waakvlam import receipt as receipts_on_the_wire
from waakvlam import trace
from waakvlam.errors import NotDelivered, Unreachable, Unreadable
from waakvlam.publisher import Parcel, agency_called
from waakvlam.receipt import Proof, Receipt
from waakvlam.settings import KafkaSettings
from waakvlam.shapes import VALUE_BYTES_MAX

# kafka-python writes keys and values to its log at level DEBUG; nothing that is about a person may be logged.
logging.getLogger("kafka").setLevel(logging.WARNING)
_log = logging.getLogger(__name__)

CHECKPOINTS = "checkpoints"


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the settings under the names that all of kafka-python's clients know; raises Misconfigured."""
    return {
        "bootstrap_servers": settings.bootstrap.split(","),
        "client_id": settings.client_id,
        "bootstrap_timeout_ms": round(settings.patience_seconds * 1000),
        **settings.login(),
    }


class KafkaTransport:
    """Carries parcels to Kafka: idempotent, acknowledged by all replicas in sync, in order for each key.

    The partition is murmur2 of the key, as every Kafka client computes it. What Kafka does not confirm within two
    minutes of trying is named by the next `flush`. Safe to share between publishers and threads.
    """

    def __init__(self, settings: KafkaSettings, *, linger_ms: int = 5) -> None:
        self._lock = Lock()
        self._on_the_way: dict[int, str] = {}  # by number, for one event may be on its way twice
        self._numbers = count()
        self._failed: dict[str, str] = {}
        self._closed = False
        options = client_options(settings)
        try:
            self._producer = kafka.KafkaProducer(
                **options,
                acks="all",
                enable_idempotence=True,
                linger_ms=linger_ms,
                max_block_ms=round(settings.patience_seconds * 1000),
                max_request_size=VALUE_BYTES_MAX * 16,
                allow_auto_create_topics=False,
            )
        except (KafkaError, OSError, ValueError) as error:
            raise Unreachable.at(settings.bootstrap, error) from error

    def prepare(self, names: Iterable[str]) -> None:
        """Learn where these topics are, so that the first parcel for each goes at once; raises Unreachable when one is not there."""
        for name in names:
            try:
                self._producer.partitions_for(name)
            except KafkaError as error:
                raise Unreachable(
                    f"Onderwerp {name} is er niet, of Kafka antwoordt niet ({type(error).__name__})."
                ) from error

    def send(self, parcel: Parcel) -> None:
        """Take a parcel; raises NotDelivered when its topic is not there or too much is waiting already."""
        if self._closed:
            raise NotDelivered([parcel.id], "de verbinding met Kafka is gesloten")
        number = next(self._numbers)
        with self._lock:
            self._on_the_way[number] = parcel.id
        try:
            future = self._producer.send(parcel.topic, key=parcel.key, value=parcel.value, headers=list(parcel.headers))
        except (KafkaError, ValueError) as error:
            self._settle(number, None)
            raise NotDelivered([parcel.id], _why(error, parcel.topic)) from error
        future.add_callback(lambda _: self._settle(number, None))
        future.add_errback(lambda error: self._settle(number, _why(error, parcel.topic)))

    def flush(self, timeout_seconds: float = 30) -> None:
        """Return when all that was taken has arrived; raises NotDelivered naming what has not."""
        if not self._closed:
            with suppress(KafkaError):  # what a time-out leaves is named below
                self._producer.flush(timeout=timeout_seconds)
        with self._lock:
            waiting = dict.fromkeys(self._on_the_way.values(), "Kafka heeft het niet bevestigd")
            failed, self._failed = self._failed | waiting, {}
        if failed:
            raise NotDelivered(failed, next(iter(failed.values())))

    def close(self) -> None:
        """Flush and end the connections. Closing twice is harmless."""
        if self._closed:
            return
        try:
            self.flush()
        finally:
            self._closed = True
            self._producer.close(timeout=5)

    def _settle(self, number: int, failure: str | None) -> None:
        with self._lock:
            event_id = self._on_the_way.pop(number)
            if failure is not None:
                self._failed[event_id] = failure


Start = Literal["beginning", "now"] | Mapping[int, int]


Told = TypeVar("Told")


class Reader(Generic[Told]):
    """What stands on a topic, in the order of its partitions; iterate for ever, or `read` what has come.

    `tell` makes of a record what it says, or None when there is nothing to tell. Where reading begins is fixed when this is
    made. To go on later, keep `positions` and give them as `start`.
    """

    def __init__(
        self, topic: str, settings: KafkaSettings, tell: Callable[[Any], Told | None], *, start: Start = "beginning"
    ) -> None:
        self._topic = topic
        self._tell = tell
        options = client_options(settings)
        try:
            self._consumer = kafka.KafkaConsumer(
                **options, enable_auto_commit=False, group_id=None, allow_auto_create_topics=False
            )
            self._begin(start, settings.patience_seconds)
        except (KafkaError, OSError, ValueError) as error:
            raise Unreachable.at(settings.bootstrap, error) from error

    @property
    def positions(self) -> dict[int, int]:
        """Return for each partition the place of the next receipt to read."""
        return {one.partition: self._consumer.position(one) for one in self._consumer.assignment()}

    def read(self, timeout_seconds: float = 1.0) -> list[Told]:
        """Return what has come, at once when there is anything, or nothing when the time is up."""
        return self._told(self._poll(timeout_seconds))

    def until_quiet(self, seconds: float = 2.0) -> Iterator[Told]:
        """Yield what comes until nothing has come for so many seconds."""
        while found := self._poll(seconds):
            yield from self._told(found)

    def close(self) -> None:
        """End the connection."""
        self._consumer.close()

    def __iter__(self) -> Iterator[Told]:
        while True:
            yield from self.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _poll(self, timeout_seconds: float) -> list[Any]:
        found = self._consumer.poll(timeout_ms=round(timeout_seconds * 1000), max_records=500)
        return [one for records in found.values() for one in records]

    def _told(self, records: list[Any]) -> list[Told]:
        return [told for one in records if (told := self._tell(one)) is not None]

    def _begin(self, start: Start, patience_seconds: float) -> None:
        found = self._consumer.partitions_for_topic(self._topic)
        if not found:
            raise Unreachable(f"Het topic {self._topic} is er niet, of deze organisatie mag het niet lezen.")
        partitions = [kafka.TopicPartition(self._topic, number) for number in sorted(found)]
        self._consumer.assign(partitions)
        patience_ms = round(patience_seconds * 1000)
        first = self._consumer.beginning_offsets(partitions, timeout_ms=patience_ms)
        last = self._consumer.end_offsets(partitions, timeout_ms=patience_ms)
        for one in partitions:
            kept = (
                start.get(one.partition, 0) if isinstance(start, Mapping) else (last if start == "now" else first)[one]
            )
            self._consumer.seek(one, max(kept, first[one]))


class Receipts(Reader[Receipt]):
    """The receipts of one agency. Make it with `start="now"` before publishing, and no receipt of what you publish is missed."""

    def __init__(self, agency: str, settings: KafkaSettings, *, start: Start = "beginning") -> None:
        super().__init__(agency_called(agency).receipts, settings, _read, start=start)

    def of(self, ids: set[str], timeout_seconds: float = 30) -> dict[str, Receipt]:
        """Return the last receipt of each of these events, as soon as all have one or when the time is up."""
        found: dict[str, Receipt] = {}
        end = time.monotonic() + timeout_seconds
        while ids - found.keys() and (left := end - time.monotonic()) > 0:
            found |= {one.id: one for one in self.read(min(left, 1.0)) if one.id in ids}
        return found


def proofs(agency: str, settings: KafkaSettings) -> Reader[Proof]:
    """Return the proofs that an agency asked for, from the beginning: they stand among its receipts."""
    return Reader(agency_called(agency).receipts, settings, _proof)


def checkpoints(settings: KafkaSettings) -> Reader[str]:
    """Return every signed checkpoint with its proof of growth, from the first day on (`waakvlam.proof.Growth`)."""
    return Reader(CHECKPOINTS, settings, lambda record: (record.value or b"").decode("utf-8", "replace"))


def receipts(agency: str, settings: KafkaSettings, *, start: Start = "beginning") -> Receipts:
    """Return the receipts of an agency, to iterate over or to `read` from."""
    return Receipts(agency, settings, start=start)


def _proof(record: Any) -> Proof | None:
    return receipts_on_the_wire.decode_proof(record.value) if receipts_on_the_wire.is_proof(record.value) else None


def _read(record: Any) -> Receipt | None:
    """Return the receipt in a Kafka record. One that cannot be read is named in the log and stops nobody's reading."""
    if receipts_on_the_wire.is_proof(record.value):
        return None
    try:
        journey = trace.of(record.headers)
        return replace(receipts_on_the_wire.decode(record.value), trace_id=journey.trace_id if journey else None)
    except Unreadable as error:
        _log.warning(
            "receipt_unreadable topic=%s partition=%d offset=%d field=%s",
            record.topic,
            record.partition,
            record.offset,
            error.field,
        )
        return None


def _why(error: BaseException, topic: str) -> str:
    """Return a Dutch sentence for what Kafka said, never with what was in the message."""
    return f"Kafka nam het niet aan op {topic} ({type(error).__name__})"
