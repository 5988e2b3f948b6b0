"""The sender: records to Kafka, and no word of success before all in-sync brokers have them."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from mode import Service

from ledger.streams.records import Outgoing, Place

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was delivered: how many, and for each place the offset that follows the last of them."""

    count: int
    ends: dict[Place, int]


class Sender(Service):
    """An idempotent producer (acks from all) that is made anew after a fault, so that a fault never sticks.

    Equal keys go to one partition in the order in which they were given. After an error it is unknown which records
    arrived: send all of them again; readers drop what they have seen.
    """

    def __init__(self, bootstrap: str) -> None:
        super().__init__()
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    @property
    def label(self) -> str:
        """The name in logs."""
        return "Sender"

    async def on_stop(self) -> None:
        """Let go of the connection; what was promised is delivered already."""
        await self._close()

    async def send_all(self, rows: Iterable[Outgoing]) -> Delivered:
        """Send the records and wait until each is delivered; raises KafkaError when one is not."""
        producer = await self._open()
        try:
            waiting = [
                await producer.send(row.topic, key=row.key, value=row.value, headers=list(row.headers)) for row in rows
            ]
            arrived = await asyncio.gather(*waiting)
        except KafkaError:
            await self._close()
            raise
        ends: dict[Place, int] = {}
        for one in arrived:
            place = Place(one.topic, one.partition)
            ends[place] = max(ends.get(place, 0), one.offset + 1)
        return Delivered(len(arrived), ends)

    async def ends(self, topic: str) -> dict[Place, int]:
        """Return for each partition of a topic the offset that its next record will get."""
        # A consumer without a group asks and goes; the producer's client does not know offsets.
        from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: PLC0415 - only needed once, at start

        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = await (await self._open()).partitions_for(topic)
            found = await consumer.end_offsets([TopicPartition(topic, one) for one in partitions])
        finally:
            await consumer.stop()
        return {Place(place.topic, place.partition): end for place, end in found.items()}

    async def _open(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                enable_idempotence=True,
                acks="all",
                linger_ms=5,
                max_batch_size=131_072,
                request_timeout_ms=15_000,
            )
            await producer.start()
            self._producer = producer
        return self._producer

    async def _close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            await asyncio.wait_for(producer.stop(), timeout=5)
        except (TimeoutError, KafkaError):
            log.warning("The connection of the sender could not be closed in an orderly way; it is dropped.")
