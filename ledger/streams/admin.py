"""Topics are made before anything starts: Faust ignores for good what is missing when it starts."""

from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from waakvlam.topics import Topic

CONTROL = Topic(
    name="control",
    key="",
    partitions=1,
    config={"retention.ms": "86400000"},
    writers=("operators",),
    readers=("services",),
    why="A nudge to all services: look again now.",
)


async def make_topics(bootstrap: str, wanted: Iterable[Topic], *, replication: int = 1) -> list[str]:
    """Make the topics that do not exist yet, the control topic included; return the names of those that were made."""
    every = {topic.name: topic for topic in (CONTROL, *wanted)}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        new = sorted(every.keys() - set(await admin.list_topics()))
        if not new:
            return []
        answer = await admin.create_topics([_new(every[name], replication) for name in new])
        for name, code, *message in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"topic {name}: {' '.join(map(str, message))}")
        return new
    finally:
        await admin.close()


async def missing_topics(bootstrap: str, names: Iterable[str]) -> list[str]:
    """Return which of the topics do not exist; raises KafkaError when no broker answers."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return sorted(set(names) - set(await admin.list_topics()))
    finally:
        await admin.close()


def _new(topic: Topic, replication: int) -> NewTopic:
    config: Mapping[str, str] = topic.config
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replication,
        topic_configs=dict(config),
    )


__all__ = ["CONTROL", "KafkaError", "make_topics", "missing_topics"]
