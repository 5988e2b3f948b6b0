"""The desks: the simulated agencies on a real Kafka, through the SDK alone.

Each has a connection of its own, under its own login where Kafka asks for one, and reads its receipts on a thread of its own.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from region.cast import Cast
from region.families import Plan
from region.player import Player
from waakvlam.clock import Clock
from waakvlam.errors import WaakvlamError
from waakvlam.kafka import KafkaTransport, Receipts, receipts
from waakvlam.publisher import Parcel, Publisher
from waakvlam.receipt import Receipt
from waakvlam.settings import KafkaSettings
from waakvlam.topics import agencies

TICK_SECONDS = 0.02


class Lines:
    """What the agencies send, each over its own connection: a transport that goes by the topic."""

    def __init__(self, by_topic: Mapping[str, KafkaTransport]) -> None:
        self._by_topic = by_topic

    def send(self, parcel: Parcel) -> None:
        """Take a parcel; raises NotDelivered, as each connection does."""
        self._by_topic[parcel.topic].send(parcel)

    def flush(self, timeout_seconds: float = 30) -> None:
        """Return when all that was taken has arrived; raises NotDelivered naming what has not."""
        for one in self._by_topic.values():
            one.flush(timeout_seconds)

    def close(self) -> None:
        """Flush and end all connections."""
        for one in self._by_topic.values():
            one.close()


class Desks:
    """All agencies of a cast, connected as `reach` says for each; a context manager that closes what it opened."""

    def __init__(self, cast: Cast, clock: Clock, reach: Callable[[str], KafkaSettings]) -> None:
        self.clock = clock
        everyone = tuple(cast.everyone())
        settings = {one: replace(reach(one), client_id="region") for one in everyone}
        with ThreadPoolExecutor(len(everyone)) as pool:  # logging in takes time, and they do it together
            self.transport = Lines(dict(pool.map(lambda one: _line(one, settings[one]), everyone)))
            self._readers = list(pool.map(lambda one: receipts(one, settings[one], start="now"), everyone))
        self.publishers = {one: Publisher(one, self.transport, clock) for one in everyone}
        self._mail: deque[Receipt] = deque()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(one,), daemon=True) for one in self._readers]
        for thread in self._threads:
            thread.start()

    def new_receipts(self) -> Iterator[Receipt]:
        """Yield the receipts that have come since the last time."""
        while self._mail:
            yield self._mail.popleft()

    def play(self, plan: Plan) -> Player:
        """Return a player of a plan at these desks."""
        return Player(plan, self.publishers, self.transport, self.clock)

    def close(self) -> None:
        """Stop reading, and close all connections."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        for reader in self._readers:
            reader.close()
        self.transport.close()

    def _read(self, reader: Receipts) -> None:
        while not self._stopping.is_set():
            with suppress(WaakvlamError):  # a broker that is away comes back; nothing is forgotten on its topic
                self._mail.extend(reader.read(0.5))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _line(agency: str, settings: KafkaSettings) -> tuple[str, KafkaTransport]:
    """Return the topic of an agency with a connection that knows where it is."""
    topic, line = agencies()[agency].topic, KafkaTransport(settings)
    line.prepare([topic])
    return topic, line


def turn(player: Player, desks: Desks) -> int:
    """Take in the receipts and send what is due; returns how much was sent."""
    for receipt in desks.new_receipts():
        player.hear(receipt)
    return player.play()
