"""A tail: what is said on a topic from its newest record on, heard by every process, not shared out over a group.

For topics on which only the newest record counts (the ledger's clock). No position is kept anywhere: who starts, begins with the
newest record that is there.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from mode import Service

from ledger import logs

log = logs.logger(__name__)

POLL_MILLISECONDS = 200
AGAIN_AFTER_SECONDS = 1.0


class Tail(Service):
    """Gives `hear` the value of each record of a topic's first partition, from the newest on; it may run in the loop."""

    def __init__(
        self, bootstrap: str, topic: str, hear: Callable[[bytes], None], *, security: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self._arguments = {"bootstrap_servers": bootstrap, "enable_auto_commit": False, **(security or {})}
        self._topic = topic
        self._hear = hear

    @property
    def label(self) -> str:
        """The name in logs."""
        return f"Tail of {self._topic}"

    @Service.task
    async def _run(self) -> None:
        while not self.should_stop:
            try:
                await self._follow()
            except KafkaError as error:
                log.warning("kafka_away", part=self.label, topic=self._topic, error=type(error).__name__)
                await self.sleep(AGAIN_AFTER_SECONDS)

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(**self._arguments)
        place = TopicPartition(self._topic, 0)
        await consumer.start()
        try:
            consumer.assign([place])
            begin, end = (
                (await consumer.beginning_offsets([place]))[place],
                (await consumer.end_offsets([place]))[place],
            )
            consumer.seek(place, max(begin, end - 1))
            while not self.should_stop:
                for records in (await consumer.getmany(timeout_ms=POLL_MILLISECONDS)).values():
                    for one in records:
                        self._hear(one.value or b"")
        finally:
            await consumer.stop()


def partition_of(key: bytes, partitions: int) -> int | None:
    """Return the partition in which all our senders put a key; nothing while it is not known how many there are."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions if partitions else None
