"""What must be there before a service starts: Faust ignores for good a topic that is missing when it starts."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient


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
