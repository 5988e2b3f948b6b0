"""Topics as a whole: which are missing, how far each reaches, and emptying one.

A service starts only when its topics are there: Faust ignores for good one that is missing when it starts.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from ledger.streams.records import Arrived, Place

POLL_MILLISECONDS = 200


async def missing_topics(
    bootstrap: str, names: Iterable[str], *, security: Mapping[str, Any] | None = None
) -> list[str]:
    """Return which of the topics do not exist; raises KafkaError when no broker answers."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await admin.start()
    try:
        return sorted(set(names) - set(await admin.list_topics()))
    finally:
        await admin.close()


async def bounds_of(
    bootstrap: str, names: Iterable[str], *, security: Mapping[str, Any] | None = None
) -> dict[Place, tuple[int, int]]:
    """Return for each partition of these topics its first offset and the one that follows its last."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await admin.start()
    try:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, **(security or {}))
        told = await admin.describe_topics(list(names))  # a consumer without a group knows no topic until it reads it
        places = [TopicPartition(one["topic"], part["partition"]) for one in told for part in one["partitions"]]
        await consumer.start()
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        await consumer.stop()
        return {Place(*one): (begins[one], ends[one]) for one in places}
    finally:
        await admin.close()


async def records_between(
    bootstrap: str, spans: Mapping[Place, tuple[int, int]], *, security: Mapping[str, Any] | None = None
) -> dict[Place, list[Arrived]]:
    """Return all records of each place from one offset up to, and without, another; all of them are held in memory."""
    found: dict[Place, list[Arrived]] = {place: [] for place, (begin, end) in spans.items() if end > begin}
    if not found:
        return found
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, **(security or {}))
    await consumer.start()
    try:
        consumer.assign([TopicPartition(*place) for place in found])
        for place in found:
            consumer.seek(TopicPartition(*place), spans[place][0])
        left = set(found)
        while left:
            for one, records in (await consumer.getmany(timeout_ms=POLL_MILLISECONDS)).items():
                found[Place(*one)] += [record for record in records if record.offset < spans[Place(*one)][1]]
            for place in list(left):
                if await consumer.position(TopicPartition(*place)) >= spans[place][1]:
                    left.remove(place)
        return found
    finally:
        await consumer.stop()


async def empty(bootstrap: str, names: Iterable[str], *, security: Mapping[str, Any] | None = None) -> int:
    """Throw away all records that these topics hold; return how many. Offsets go on where they were."""
    bounds = await bounds_of(bootstrap, names, security=security)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await admin.start()
    try:
        full = {TopicPartition(*place): RecordsToDelete(end) for place, (begin, end) in bounds.items() if end > begin}
        if full:
            await admin.delete_records(full)
        return sum(end - begin for begin, end in bounds.values())
    finally:
        await admin.close()
