"""A broker in memory, and the four doors through which services reach Kafka, as doors to it.

The doors have the signatures of `ledger.streams` (Sender, Tail, Pump, Loop), so that the product's own wiring builds on
them. Agencies reach it through the SDK's shipped outbox, which is held to the promises of a transport. Nothing here
waits, sleeps or starts a thread: whoever gives a door its turn decides what happens next.
"""

import random
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from aiokafka.errors import KafkaConnectionError

from ledger.streams.pump import _start, _torn
from ledger.streams.records import Batch, Outgoing, Place
from ledger.streams.sender import Delivered
from ledger.streams.tail import partition_of
from waakvlam.clock import FixedClock
from waakvlam.testing import Outbox
from waakvlam.topics import topics


class Died(BaseException):
    """The process was killed here: what it held in memory is gone, what it had committed is not."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record as the pump hands it on."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    at: int  # when it was written


@dataclass
class Log:
    """One partition: what is kept of it, from which offset on."""

    begin: int = 0
    records: deque[Read] = field(default_factory=deque)

    @property
    def end(self) -> int:
        return self.begin + len(self.records)

    def since(self, offset: int, most: int) -> list[Read]:
        return list(islice(self.records, max(0, offset - self.begin), max(0, offset - self.begin) + most))

    def forget(self, before: int) -> None:
        while self.records and self.records[0].at < before:
            self.records.popleft()
            self.begin += 1


@dataclass
class Bus:
    """All topics of `topics.toml`, kept as long as it says. While the bus is away, nobody can read or write."""

    clock: FixedClock

    is_away: bool = False
    written: int = 0
    logs: dict[Place, Log] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.partitions = {one.name: one.partitions for one in topics()}
        self.logs = {Place(name, nr): Log() for name, count in self.partitions.items() for nr in range(count)}
        self._kept = {one.name: int(one.config.get("retention.ms", -1)) * 1_000 for one in topics()}

    def write(self, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Place:
        place = Place(topic, partition_of(key or b"", self.partitions[topic]) or 0)
        log = self.logs[place]
        log.records.append(Read(*place, log.end, key, value, tuple(headers), self.clock.at))
        self.written += 1
        return place

    def forget(self) -> None:
        """Drop what is older than its topic keeps."""
        for place, log in self.logs.items():
            if (kept := self._kept[place.topic]) > 0:
                log.forget(self.clock.at - kept)

    def places(self, topic: str) -> list[Place]:
        return [Place(topic, number) for number in range(self.partitions[topic])]

    def make_anew(self, topic: str) -> None:
        """Throw a topic away and make it again: its offsets begin at 0."""
        for place in self.places(topic):
            self.logs[place] = Log()

    def empty(self, topic: str) -> None:
        """Throw away what a topic holds: its offsets go on where they were."""
        for place in self.places(topic):
            self.logs[place] = Log(self.logs[place].end)


class Desk(Outbox):
    """The agencies' transport: what they send leaves when the broker is there, in their order."""

    def flow(self, bus: Bus) -> None:
        if bus.is_away:
            return
        for parcel in self.parcels:
            bus.write(parcel.topic, parcel.key, parcel.value, parcel.headers)
        self.parcels.clear()


@dataclass
class Doors:
    """The doors of one process. `breathe` is called wherever a process may die: before and after each thing it does."""

    bus: Bus
    chance: random.Random
    breathe: Callable[[], None]
    pumps: list["Pump"] = field(default_factory=list)
    tails: list["Tail"] = field(default_factory=list)
    loops: dict[str, "Loop"] = field(default_factory=dict)

    def names(self) -> dict[str, Callable[..., Any]]:
        """Return the doors under the names by which an `app` knows them."""
        return {"Pump": self._pump, "Tail": self._tail, "Loop": self._loop, "Sender": self._sender}

    def _pump(self, _bootstrap: str, _group: str, names: Collection[str], **arguments: Any) -> "Pump":
        self.pumps.append(Pump(self, names, **arguments))
        return self.pumps[-1]

    def _tail(self, _bootstrap: str, topic: str, hear: Callable[[bytes], None], **_: Any) -> "Tail":
        self.tails.append(Tail(self, topic, hear))
        return self.tails[-1]

    def _loop(self, name: str, step: Callable[[], Coroutine[Any, Any, float]]) -> "Loop":
        self.loops[name] = Loop(step)
        return self.loops[name]

    def _sender(self, _bootstrap: str, **_: Any) -> "Sender":
        return Sender(self)


class Sender:
    """Sends to the bus; where that fails nobody knows which records arrived."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def send_all(self, rows: Iterable[Outgoing]) -> Delivered:
        bus, ends, rows = self._doors.bus, dict[Place, int](), list(rows)
        self._doors.breathe()
        if bus.is_away:
            raise KafkaConnectionError("away")
        for row in rows:
            self._doors.breathe()
            place = bus.write(row.topic, row.key, row.value, row.headers)
            ends[place] = bus.logs[place].end
        self._doors.breathe()
        return Delivered(len(rows), ends)

    async def deliver(self, rows: Sequence[Outgoing]) -> dict[int, int]:
        return {place.partition: end for place, end in (await self.send_all(rows)).ends.items()}

    async def ends_of(self, topic: str) -> dict[int, int]:
        if self._doors.bus.is_away:
            raise KafkaConnectionError("away")
        return {place.partition: self._doors.bus.logs[place].end for place in self._doors.bus.places(topic)}


class Tail:
    """Hears a topic from its newest record on."""

    def __init__(self, doors: Doors, topic: str, hear: Callable[[bytes], None]) -> None:
        self._bus, self._place, self._hear = doors.bus, Place(topic, 0), hear
        self._next = max(0, self._log().end - 1)

    def turn(self) -> None:
        if not self._bus.is_away:
            for one in self._log().since(self._next, 10_000):
                self._hear(one.value or b"")
            self._next = self._log().end

    def _log(self) -> Log:
        return self._bus.logs[self._place]


class Pump:
    """Reads topics in batches of any size, places in any order; begins where the product's pump would."""

    is_ready = staticmethod(lambda: True)

    def __init__(
        self,
        doors: Doors,
        names: Collection[str],
        positions: Callable[[Sequence[Place]], Mapping[Place, int]],
        handle: Callable[[Batch], Mapping[Place, int] | None],
        torn: Callable[[Mapping[Place, int]], None] = lambda _: None,
        **_: Any,
    ) -> None:
        self.loop = self
        self._doors, self._handle, self._positions, self._torn = doors, handle, positions, torn
        self._places = [place for name in sorted(names) for place in doors.bus.places(name)]
        self._next: dict[Place, int] = {}
        self._held: set[Place] = set()

    def call_soon_threadsafe(self, work: Callable[[], None]) -> None:
        work()

    def join(self) -> None:
        """Begin to read, as at an assignment."""
        stored, logs = self._positions(self._places), self._doors.bus.logs
        starts = {place: _start(place, stored.get(place), logs[place].begin, logs[place].end) for place in self._places}
        if torn := _torn(stored, starts):
            self._torn(torn)
        self._next = starts

    def assigned(self) -> frozenset[Place]:
        return frozenset(self._next)

    def held(self) -> frozenset[Place]:
        return frozenset(self._held)

    def release(self, places: Collection[Place]) -> None:
        self._held -= set(places)

    def lag(self) -> int:
        logs = self._doors.bus.logs
        return sum(logs[place].end - at for place, at in self._next.items() if place not in self._held)

    def turn(self, *, most: int = 2_000) -> None:
        """Take one batch of at most so many records of each place."""
        bus, found = self._doors.bus, dict[Place, Sequence[Read]]()
        if bus.is_away:
            return
        if not self._next:
            self.join()
        waiting = [
            place for place in self._places if bus.logs[place].end > self._next[place] and place not in self._held
        ]
        self._doors.chance.shuffle(waiting)
        for place in waiting:
            found[place] = bus.logs[place].since(self._next[place], most)
        if found:
            self._doors.breathe()
            batch = Batch(found)
            held = self._handle(batch) or {}
            self._next |= batch.next_offsets() | dict(held)
            self._held |= held.keys()
            self._doors.breathe()


class Loop:
    """A step, run when it is given a turn; when Kafka does not answer it is tried again later."""

    def __init__(self, step: Callable[[], Coroutine[Any, Any, float]]) -> None:
        self._step = step
        self.is_woken = False

    def wake(self) -> None:
        self.is_woken = True

    def turn(self) -> None:
        self.is_woken = False
        with suppress(KafkaConnectionError):
            at_once(self._step())


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to its end what has nothing to wait for."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("in the simulation nothing waits")
