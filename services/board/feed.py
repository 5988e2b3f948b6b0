"""What runs beside the pages: the pump that feeds the view, and the sender that brings clicks to the bus.

When Kafka does not answer, the pages stay: they say that the list is not fed, and the feed tries again. When a batch
cannot be folded, that is our own fault: nothing is acknowledged and the process ends, loudly.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from aiokafka.errors import KafkaError

from ledger import logs
from ledger.streams.loop import Loop
from ledger.streams.pump import Pump
from services.board.agents import Reader
from services.board.desk import Desk

log = logs.logger(__name__)
AGAIN_SECONDS = 2.0
RESEND_SECONDS = 30.0


class Feed(Protocol):
    """What the pages ask of it."""

    def is_fed(self) -> bool:
        """Tell whether the lists follow the bus."""

    def deliver_soon(self) -> None:
        """Send what was kept."""


class KafkaFeed:
    """The feed in earnest. `fail` is called once when it cannot go on."""

    def __init__(self, reader: Reader, desk: Desk, make_pump: Callable[[], Pump], *, fail: Callable[[], None]) -> None:
        self._reader = reader
        self._desk = desk
        self._make_pump = make_pump
        self._fail = fail
        self._pump: Pump | None = None
        self._sending = Loop("Desk", self._deliver)
        self._tasks: list[asyncio.Task[None]] = []

    def is_fed(self) -> bool:
        """Tell whether partitions are assigned and read."""
        pump = self._pump
        return pump is not None and pump.started and not pump.crashed and pump.is_ready()

    def deliver_soon(self) -> None:
        """Send what was kept, now rather than at the next round."""
        self._sending.wake()

    async def start(self) -> None:
        """Fill an empty view from the ledger, then follow the bus."""
        if await asyncio.to_thread(self._reader.store.is_empty):
            count = await asyncio.to_thread(self._reader.rebuild)
            log.info("view_filled", count=count)
        await self._sending.start()
        self._tasks = [asyncio.create_task(self._follow())]

    async def stop(self) -> None:
        """Let the batch that is under way come to its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sending.stop()

    async def _follow(self) -> None:
        while True:
            self._pump = pump = self._make_pump()
            reason: BaseException | None = None
            try:
                await pump.start()
                await pump.wait_until_stopped()
                reason = pump.crash_reason
            except (KafkaError, OSError) as error:
                reason = error
            finally:
                await pump.stop()
            if not isinstance(reason, KafkaError | OSError):
                log.critical("view_not_fed", exc_info=reason)
                self._fail()
                return
            log.warning("kafka_away", part="Feed", error=type(reason).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _deliver(self) -> float:
        await self._desk.deliver()
        return RESEND_SECONDS
