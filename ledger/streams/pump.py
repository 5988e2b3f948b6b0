"""The pump: topics in batches to one function, which commits its effect and its read positions in one transaction.

The positions in the service's database are the truth; Kafka's committed offsets are only a hint for tools that show
lag. On assignment the pump seeks to what `positions` returns. `handle` runs in a thread of its own, one batch at a
time. If it raises, the pump crashes and with it the process: nothing was acknowledged, so everything comes again. While the
database is away the pump waits for it, some minutes at most, and then goes on where the database says, as after a start.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from ledger import logs
from ledger.errors import Away
from ledger.metrics import Meters
from ledger.streams.patience import Patience
from ledger.streams.records import Batch, Place

log = logs.logger(__name__)

Positions = Callable[[Sequence[Place]], Mapping[Place, int]]
Handle = Callable[[Batch], Mapping[Place, int] | None]
Torn = Callable[[Mapping[Place, int]], None]

RECORDS_PER_BATCH_MAX = 2_000
RECORDS_BEHIND_MAX = 200  # so many of what stands behind go along with each batch: others wait for no more than that
POLL_MILLISECONDS = 200
HINT_SECONDS = 5.0
LAG_SECONDS = 1.0
STALLED_AFTER_SECONDS = 30.0


class Pump(Service, ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Reads topics in batches.

    `positions(places)` returns where to go on (a place without a position is read from its beginning).
    `handle(batch)` applies a batch; it may return places that must be held, each with the offset from which they will
    go on once `release` is called.
    `torn(places)` is told, before anything of them is read, which places Kafka no longer holds from our position on (or
    from their beginning, where we have none), each with the offset that is read next: what lies before it must come from
    elsewhere.
    `behind` names topics that go after the others: of them a batch takes a few, however many wait, so that the others do not.
    What it did is told to `meters`, once a batch.
    """

    def __init__(  # noqa: PLR0913 - what it reads, what is done with it, and how it connects
        self,
        bootstrap: str,
        group: str,
        topics: Collection[str],
        *,
        positions: Positions,
        handle: Handle,
        torn: Torn = lambda _: None,
        meters: Meters | None = None,
        security: Mapping[str, Any] | None = None,
        records_max: int = RECORDS_PER_BATCH_MAX,
        behind: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._consumer_of = functools.partial(_consumer, bootstrap, group, security or {})
        self._topics = sorted(topics)
        self._positions = positions
        self._handle = handle
        self._torn = torn
        self._meters = meters
        self._records_max = records_max
        self._behind = frozenset(behind)
        self._consumer: AIOKafkaConsumer | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"pump-{group}")
        self._busy = asyncio.Lock()
        self._next: dict[Place, int] = {}  # of every assigned place: the offset that is to be handled next
        self._held: set[Place] = set()
        self._to_seek: set[Place] = set()  # assigned places of which the database did not yet say where to go on
        self._patience = Patience(f"Pump of {group}")
        self._moved_at = 0.0

    @property
    def label(self) -> str:
        """The name in logs."""
        return "Pump"

    # What others may ask.

    def assigned(self) -> frozenset[Place]:
        """Return the places that this process reads."""
        return frozenset(self._next)

    def lag(self) -> dict[Place, int]:
        """Return for each assigned place how many records wait to be handled."""
        return {place: max(0, self._highwater(place) - at) for place, at in self._next.items()}

    def is_ready(self) -> bool:
        """Tell whether places are assigned and either nothing waits or the last batch is not long ago."""
        waiting = any(lag for place, lag in self.lag().items() if place not in self._held)
        return bool(self._next) and (not waiting or self.loop.time() - self._moved_at < STALLED_AFTER_SECONDS)

    def held(self) -> frozenset[Place]:
        """Return the places that are not read until they are released."""
        return frozenset(self._held)

    def release(self, places: Collection[Place]) -> None:
        """Read these places again; those that are not held stay as they are."""
        going = self._held.intersection(places)
        self._held -= going
        if self._consumer and going:
            self._consumer.resume(*(TopicPartition(*place) for place in going))

    # Its life.

    async def on_start(self) -> None:
        """Join the group."""
        self._consumer = self._consumer_of()
        self._consumer.subscribe(self._topics, listener=self)
        await self._consumer.start()

    async def on_stop(self) -> None:
        """Let the batch that is under way come to its end, say how far it came, and leave the group."""
        async with self._busy:
            await self._hint()
            if self._consumer:
                await self._consumer.stop()
        self._thread.shutdown(wait=False)

    async def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        """Let the batch that is under way come to its end before another process takes over."""
        async with self._busy:
            for place in revoked:
                self._next.pop(Place(*place), None)
                self._held.discard(Place(*place))
                self._to_seek.discard(Place(*place))

    async def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        """Go on where the database says that we were; aiokafka swallows exceptions here, so they crash the pump."""
        places = [Place(*one) for one in assigned]
        try:
            await self._seek(places)
        except Away as error:
            self._patience.bear(error)
            self._to_seek.update(places)
        except Exception as error:  # noqa: BLE001 - whatever it is, going on would read from a wrong place
            await self.crash(error)

    async def _seek(self, places: Sequence[Place]) -> None:
        consumer = self._consumer
        if not consumer or not places:
            return
        stored = await self._in_thread(functools.partial(self._positions, places))
        partitions = [TopicPartition(*place) for place in places]
        begins = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        starts = {
            place: _start(place, stored.get(place), begins[place], ends[place])
            for place in (Place(*one) for one in partitions)
        }
        if torn := _torn(stored, starts):
            await self._in_thread(functools.partial(self._torn, torn))
        for place, start in starts.items():
            consumer.seek(TopicPartition(*place), start)
            self._next[place] = start
        self._moved_at = self.loop.time()

    @Service.task
    async def _run(self) -> None:
        while not self.should_stop and self._consumer:
            try:
                await self._go_on(self._consumer)
            except Away as error:
                await self.sleep(self._patience.bear(error))

    async def _go_on(self, consumer: AIOKafkaConsumer) -> None:
        if self._to_seek:
            async with self._busy:
                await self._seek(sorted(self._to_seek))
                self._to_seek.clear()
                self._patience.over()
        found = await self._waiting(consumer)
        async with self._busy:
            batch = Batch({Place(*place): some for place, some in found.items() if some and place in self._next})
            if not batch.records or self.should_stop:
                return
            try:
                await self._apply(batch)
            except Away:  # whether the batch was committed, the database knows
                self._to_seek.update(self._next)
                raise
            self._patience.over()

    async def _waiting(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, Any]:
        """Return what has come in, a little of what stands behind beside the rest; where nothing has, wait a moment for it."""
        found: dict[TopicPartition, Any] = {}
        partitions = [TopicPartition(*place) for place in self._next] if self._behind else []
        for is_behind, most in ((False, self._records_max), (True, RECORDS_BEHIND_MAX)):
            if some := [one for one in partitions if (one.topic in self._behind) is is_behind]:
                found |= await consumer.getmany(*some, max_records=most)
        most = RECORDS_BEHIND_MAX if self._behind else self._records_max
        return found or await consumer.getmany(timeout_ms=POLL_MILLISECONDS, max_records=most)

    async def _apply(self, batch: Batch) -> None:
        began = self.loop.time()
        held = await self._in_thread(functools.partial(self._handle, batch)) or {}
        self._moved_at = self.loop.time()
        self._next.update(batch.next_offsets())
        self._hold(held)
        self._tell(batch, self._moved_at - began)

    def _tell(self, batch: Batch, seconds: float) -> None:
        if not self._meters:
            return
        records = self._meters.counter("waakvlam_pump_records_total")
        for place, some in batch.records.items():
            records.labels(topic=place.topic).inc(len(some))
        self._meters.histogram("waakvlam_pump_batch_seconds").observe(seconds)
        self._meters.gauge("waakvlam_pump_last_batch_timestamp_seconds").set_to_current_time()

    @Service.task
    async def _tell_lag(self) -> None:
        while self._meters and not self.should_stop:
            behind = self._meters.gauge("waakvlam_pump_lag_records")
            for topic in self._topics:
                behind.labels(topic=topic).set(sum(lag for place, lag in self.lag().items() if place.topic == topic))
            await self.sleep(LAG_SECONDS)

    def _hold(self, held: Mapping[Place, int]) -> None:
        for place, offset in held.items():
            if place in self._next and self._consumer:
                self._held.add(place)
                self._next[place] = offset
                self._consumer.pause(TopicPartition(*place))
                self._consumer.seek(TopicPartition(*place), offset)

    @Service.task
    async def _hint_now_and_then(self) -> None:
        while not self.should_stop:
            await self.sleep(HINT_SECONDS)
            await self._hint()

    async def _hint(self) -> None:
        """Tell Kafka how far we are, for tools that show lag; nothing depends on it."""
        if not self._next or not self._consumer:
            return
        try:
            await asyncio.wait_for(
                self._consumer.commit({TopicPartition(*place): at for place, at in self._next.items()}), timeout=2
            )
        except (KafkaError, TimeoutError) as error:
            log.info("hint_not_taken", error=type(error).__name__)

    def _highwater(self, place: Place) -> int:
        known = self._consumer.highwater(TopicPartition(*place)) if self._consumer else None
        return known or 0

    def _in_thread(self, work: Callable[[], Any]) -> Awaitable[Any]:
        return self.loop.run_in_executor(self._thread, work)


def _start(place: Place, stored: int | None, begin: int, end: int) -> int:
    """Return where to read on; a position that Kafka does not have means the beginning, for repeats do no harm."""
    if stored is None or begin <= stored <= end:
        return begin if stored is None else stored
    log.error(
        "position_torn",
        topic=place.topic,
        partition=place.partition,
        position=stored,
        first_offset=begin,
        end_offset=end,
    )
    return begin


def _torn(stored: Mapping[Place, int], starts: Mapping[Place, int]) -> dict[Place, int]:
    """Return the places that are read on elsewhere than where we were; who has no position yet was at offset 0."""
    return {place: start for place, start in starts.items() if stored.get(place, 0) != start}


def _consumer(bootstrap: str, group: str, security: Mapping[str, Any]) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=120_000,
        max_partition_fetch_bytes=1_048_576,
        **security,
    )
