"""`waakvlam watch`: measures the services from outside, for Prometheus. It reads, and changes nothing anywhere.

A worker that stands still cannot say so, and lag that a worker tells of itself is 0 when it forgets a topic. So one small
process asks Kafka how far each reader came, and the ledger's database how far the relay came; what cannot be reached is
told as such, and the other numbers stay as they were.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol

from aiokafka.errors import KafkaError

from cli.books import SQLITE, why_missing
from cli.progress import Progress
from cli.settings import Settings
from cli.surroundings import Surroundings
from ledger import logs, tables
from ledger.database import Database, open_database
from ledger.errors import Fault, Unavailable
from ledger.metrics import Meters
from ledger.relay import TOPIC as CASE_EVENTS
from ledger.relay import published_so_far
from ledger.streams.positions import Bounds
from ledger.streams.records import Place
from waakvlam.topics import agencies

log = logs.logger(__name__)

WHO = "watch"
PATIENCE_SECONDS = 15.0
READY_FOR_SECONDS = 60.0


def readers() -> dict[str, list[str]]:
    """Return what each group of readers reads."""
    return {
        "intake": [one.topic for one in agencies().values()],
        "triage": [CASE_EVENTS],
        "monitoring": [CASE_EVENTS],
        "board": [CASE_EVENTS, agencies()["board"].receipts],
    }


class Kafka(Protocol):
    """What is asked of Kafka; each raises KafkaError or OSError when it does not answer."""

    async def bounds(self, topics: Collection[str]) -> Bounds:
        """Return for each partition of these topics its first offset and the one that follows its last."""

    async def committed(self, group: str) -> Mapping[Place, int]:
        """Return the positions that a group of readers told Kafka."""

    async def close(self) -> None:
        """Let go of the connection."""


class Watch:
    """Looks, and sets the gauges. `real_seconds` is a clock of the machine that never stands still."""

    def __init__(
        self, settings: Settings, meters: Meters, kafka: Kafka, *, real_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = settings.ledger_url
        self._meters = meters
        self._kafka = kafka
        self._seconds = real_seconds
        self._surroundings = Surroundings(settings, meters)
        self._database: Database | None = None
        self._readers: dict[tuple[str, Place], Progress] = {}
        self._relay = Progress()
        self._first_event_at: float | None = None
        self._missing: set[str] = set()
        self._looked_at = float("-inf")

    async def look(self) -> None:
        """Look at everything once; what does not answer is told, and keeps nothing else from being looked at."""
        if not await self._is_told("kafka", self._look_at_kafka()):
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(self._kafka.close(), PATIENCE_SECONDS)
        await self._is_told("ledger", asyncio.to_thread(self._look_at_ledger))
        await asyncio.to_thread(self._surroundings.look, first_event_at=self._first_event_at)
        self._meters.gauge("waakvlam_watch_looked_timestamp_seconds").set_to_current_time()
        self._looked_at = self._seconds()

    def is_ready(self) -> bool:
        """Tell whether it looked a short while ago."""
        return self._seconds() - self._looked_at < READY_FOR_SECONDS

    def close(self) -> None:
        """Let go of the database."""
        database, self._database = self._database, None
        if database:
            database.close()

    async def _is_told(self, what: str, look: Awaitable[None]) -> bool:
        """Look, and tell whether what was looked at answered."""
        reason = ""
        try:
            await asyncio.wait_for(look, PATIENCE_SECONDS)
        except (KafkaError, Fault, OSError, TimeoutError) as error:
            reason = type(error).__name__
        self._meters.gauge("waakvlam_watch_reachable_state").labels(what=what).set(0 if reason else 1)
        if reason and what not in self._missing:
            self._missing.add(what)
            log.error("watch_unanswered", what=what, error=reason)
        elif not reason and what in self._missing:
            self._missing.discard(what)
            log.warning("watch_answered", what=what)
        return not reason

    async def _look_at_kafka(self) -> None:
        read = readers()
        bounds = await self._kafka.bounds(sorted({topic for topics in read.values() for topic in topics}))
        positions = {reader: await self._kafka.committed(reader) for reader in read}
        now = self._seconds()
        for reader, topics in read.items():
            for place, (begin, end) in bounds.items():
                if place.topic in topics:
                    one = self._readers.setdefault((reader, place), Progress())
                    one.seen(now, end=end, position=max(begin, positions[reader].get(place, begin)))
        self._tell_readers()

    def _tell_readers(self) -> None:
        by_topic: dict[tuple[str, str], list[Progress]] = {}
        for (reader, place), one in self._readers.items():
            by_topic.setdefault((reader, place.topic), []).append(one)
        for (reader, topic), some in by_topic.items():
            for name, number in (
                ("waakvlam_watch_lag_records", sum(one.lag for one in some)),
                ("waakvlam_watch_lag_seconds", max(one.lag_seconds for one in some)),
                ("waakvlam_watch_no_progress_seconds", max(one.no_progress_seconds for one in some)),
            ):
                self._meters.gauge(name).labels(reader=reader, topic=topic).set(number)

    def _look_at_ledger(self) -> None:
        """See how far the ledger and the relay are. A SQLite file that is not there is not made."""
        if self._database is None:
            if missing := why_missing(self._url):
                raise Unavailable(missing)
            self._database = open_database(self._url)
        with self._database.reading() as statements:
            head, published = tables.state(statements)["position"], published_so_far(statements)
            if head and self._first_event_at is None and self._url.startswith(SQLITE):  # else it is the server's affair
                self._first_event_at = int(statements.value("SELECT min(recorded_at) FROM seen") or 0) / 1e6
        self._relay.seen(self._seconds(), end=head, position=published)
        self._meters.gauge("waakvlam_watch_relay_behind_events").set(self._relay.lag)
        self._meters.gauge("waakvlam_watch_relay_behind_seconds").set(self._relay.lag_seconds)
