"""A transport's promises, kept by real Kafka as they are by the outbox (`sdk/tests/test_outbox.py`)."""

from collections.abc import Callable

import kafka as kafka_python
import pytest

from cli.kafka_admin import apply_matrix
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel, Transport
from waakvlam.settings import KafkaSettings
from waakvlam.testing import PROMISES, Bench

pytestmark = pytest.mark.real


class KafkaBench:
    """Transports to one broker, and a reader that sees all that arrived."""

    topic = "agency.politie-nn"

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    def transport(self) -> Transport:
        return KafkaTransport(self._settings)

    def arrived(self, key: bytes) -> list[Parcel]:
        """Read every partition from its beginning to the end that it has now."""
        reader = kafka_python.KafkaConsumer(bootstrap_servers=self._settings.bootstrap, group_id=None)
        partitions = [
            kafka_python.TopicPartition(self.topic, number) for number in reader.partitions_for_topic(self.topic)
        ]
        reader.assign(partitions)
        reader.seek_to_beginning(*partitions)
        ends = reader.end_offsets(partitions)
        found: list[Parcel] = []
        while any(reader.position(one) < ends[one] for one in partitions):
            for records in reader.poll(timeout_ms=500).values():
                found.extend(_parcel(one) for one in records if one.key == key)
        reader.close()
        return found


def _parcel(record: object) -> Parcel:
    event_id = dict(record.headers)["ce_id"].decode()
    return Parcel(event_id, record.topic, record.key, record.value, list(record.headers))


@pytest.fixture(scope="module")
def bench(kafka: str) -> Bench:
    settings = KafkaSettings(bootstrap=kafka, patience_seconds=5)
    apply_matrix(settings)
    return KafkaBench(settings)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_kafka_keeps_the_promises_of_a_transport(bench: Bench, promise: Callable[[Bench], None]) -> None:
    promise(bench)
