"""The desks: the simulated agencies on a real Kafka, through the SDK alone.

One producer carries what all of them send, each on its own topic; each reads its own receipts on a thread of its own.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from region.cast import Cast
from region.families import Plan
from region.player import Player
from waakvlam.clock import Clock
from waakvlam.errors import WaakvlamError
from waakvlam.kafka import KafkaTransport, Receipts, receipts
from waakvlam.publisher import Publisher
from waakvlam.receipt import Receipt
from waakvlam.settings import KafkaSettings

TICK_SECONDS = 0.02


class Desks:
    """All agencies of a cast, connected; a context manager that closes what it opened."""

    def __init__(self, cast: Cast, clock: Clock, bootstrap: str) -> None:
        self._settings = KafkaSettings(bootstrap=bootstrap, client_id="region")
        self.clock = clock
        self.transport = KafkaTransport(self._settings)
        self.publishers = {one: Publisher(one, self.transport, clock) for one in cast.everyone()}
        self.transport.prepare(one.agency.topic for one in self.publishers.values())
        self._mail: deque[Receipt] = deque()
        self._stopping = threading.Event()
        self._readers = [receipts(one, self._settings, start="now") for one in cast.everyone()]
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


def turn(player: Player, desks: Desks) -> int:
    """Take in the receipts and send what is due; returns how much was sent."""
    for receipt in desks.new_receipts():
        player.hear(receipt)
    return player.play()
