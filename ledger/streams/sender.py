"""The sender: records to Kafka, and no word of success before all in-sync brokers have them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from ledger import logs
from ledger.streams.records import Outgoing, Place

log = logs.logger(__name__)


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

    def __init__(self, bootstrap: str, *, security: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._security = dict(security or {})
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()

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

    async def deliver(self, rows: Sequence[Outgoing]) -> dict[int, int]:
        """Send records of one topic; return for each partition written to the offset that follows its last record."""
        return {place.partition: end for place, end in (await self.send_all(rows)).ends.items()}

    async def ends_of(self, topic: str) -> dict[int, int]:
        """Return for each partition of a topic the offset that its next record will get."""
        # A consumer without a group asks and goes; the producer does not know offsets.
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False, **self._security)
        await consumer.start()
        try:
            partitions = await (await self._open()).partitions_for(topic)
            found = await consumer.end_offsets([TopicPartition(topic, one) for one in partitions])
        finally:
            await consumer.stop()
        return {place.partition: end for place, end in found.items()}

    async def _open(self) -> AIOKafkaProducer:
        async with self._opening:
            return self._producer or await self._made()

    async def _made(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=5,
            max_batch_size=131_072,
            request_timeout_ms=15_000,
            max_request_size=2_097_152,  # a dead letter is larger than what was received, by its headers
            **self._security,
        )
        await producer.start()
        self._producer = producer
        return producer

    async def _close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            await asyncio.wait_for(producer.stop(), timeout=5)
        except (TimeoutError, KafkaError) as error:
            log.warning("sender_dropped", error=type(error).__name__)
