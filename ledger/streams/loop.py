"""A step again and again: the shape of every task that looks at the truth and does what is left to do."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError
from mode import Service

from ledger import logs
from ledger.errors import Away
from ledger.streams.patience import Patience

log = logs.logger(__name__)
PAUSE_AFTER_FAULT_SECONDS = 1.0


class Loop(Service):
    """Runs `step` until stopped. The step returns how many seconds may pass before it is run again (0: at once).

    A step is level-triggered: it asks what is to be done, does it, and may be run at any time. When Kafka does not
    answer, the step is tried again after a second, and so it is while the database is away, for some minutes; any other exception
    stops the whole process, loudly.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[float]]) -> None:
        super().__init__()
        self._name = name
        self._step = step
        self._woken = asyncio.Event()
        self._busy = asyncio.Lock()
        self._patience = Patience(name)

    @property
    def label(self) -> str:
        """The name in logs."""
        return self._name

    def wake(self) -> None:
        """Run the step soon: there may be work."""
        self._woken.set()

    async def on_stop(self) -> None:
        """Let the step that is under way come to its end."""
        async with self._busy:
            pass

    @Service.task
    async def _run(self) -> None:
        while not self.should_stop:
            self._woken.clear()
            try:
                async with self._busy:
                    seconds = await self._step()
                self._patience.over()
            except KafkaError as error:
                log.warning("kafka_away", part=self._name, error=type(error).__name__)
                seconds = PAUSE_AFTER_FAULT_SECONDS
            except Away as error:
                seconds = self._patience.bear(error)
            if seconds > 0:
                await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        stopped = asyncio.ensure_future(self._stopped.wait())
        woken = asyncio.ensure_future(self._woken.wait())
        await asyncio.wait({stopped, woken}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in (stopped, woken):
            one.cancel()
