"""How far each topic reaches and how far each reader says that it came: Kafka asked from outside, by whoever watches."""

from collections.abc import Collection, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from ledger.streams.records import Place

Bounds = Mapping[Place, tuple[int, int]]


class Positions:
    """One connection that is asked again and again; after a fault `close` it, and the next question opens another.

    Every method raises KafkaError or OSError when no broker answers.
    """

    def __init__(self, bootstrap: str, security: Mapping[str, Any]) -> None:
        self._bootstrap = bootstrap
        self._security = dict(security)
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None

    async def bounds(self, topics: Collection[str]) -> Bounds:
        """Return for each partition of these topics its first offset and the one that follows its last."""
        admin, consumer = await self._open()
        told = await admin.describe_topics(list(topics))
        places = [TopicPartition(one["topic"], part["partition"]) for one in told for part in one["partitions"]]
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        return {Place(*one): (begins[one], ends[one]) for one in places}

    async def committed(self, group: str) -> dict[Place, int]:
        """Return the positions that a group of readers told Kafka; empty for one that never did."""
        admin, _ = await self._open()
        found = await admin.list_consumer_group_offsets(group)
        return {Place(*place): told.offset for place, told in found.items() if told.offset >= 0}

    async def close(self) -> None:
        """Let go of the connection."""
        admin, consumer, self._admin, self._consumer = self._admin, self._consumer, None, None
        if consumer:
            await consumer.stop()
        if admin:
            await admin.close()

    async def _open(self) -> tuple[AIOKafkaAdminClient, AIOKafkaConsumer]:
        if self._admin is None or self._consumer is None:
            told = {"bootstrap_servers": self._bootstrap, "request_timeout_ms": 5_000, **self._security}
            self._admin = AIOKafkaAdminClient(**told)
            self._consumer = AIOKafkaConsumer(enable_auto_commit=False, **told)
            await self._admin.start()
            await self._consumer.start()
        return self._admin, self._consumer
