"""In how many partitions `case-events` stands: who makes a view anew must put each case where its service looks for it."""

import asyncio

from aiokafka.errors import KafkaError

from cli.exits import Ends, Exit
from cli.screen import progress
from cli.settings import Settings
from ledger.relay import TOPIC
from ledger.streams import bounds_of
from ledger.streams.tail import partition_of
from services.monitoring.view import RadarView
from waakvlam.topics import topics

LOOKED_AT = 200


def partitions_of(settings: Settings, live: RadarView | None) -> int:
    """Return what Kafka says; where it does not answer what the matrix says, if the live radar does not contradict it."""
    try:
        return len(asyncio.run(bounds_of(settings.bootstrap, [TOPIC], security=settings.kafka_login())))
    except (KafkaError, OSError):
        number = next(one.partitions for one in topics() if one.name == TOPIC)
    if live is not None:
        with live.reading() as t:
            held = t.rows(f"SELECT case_id, part FROM radar LIMIT {LOOKED_AT}")  # noqa: S608 - a number of our own
        if any(partition_of(case.encode(), number) != part for case, part in held):
            raise Ends(
                Exit.UNREACHABLE,
                f"Kafka does not answer at {settings.bootstrap}, and only it knows in how many partitions {TOPIC} stands: "
                f"not in {number}, says the radar. Start it, or correct WAAKVLAM_BOOTSTRAP. Nothing was changed.",
            )
    progress(f"Kafka does not answer; {TOPIC} is taken to stand in {number} partitions.")
    return number
