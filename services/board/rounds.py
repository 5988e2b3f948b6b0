"""Looking again and again whether a new day has come: what the board does beside its pages, and nobody waits for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

LOOK_SECONDS: Final = 600.0


class Rounds:
    """Looks every ten minutes, from `start` until `stop`. A look asks what is due and does it; it may be taken at any time."""

    def __init__(self, look: Callable[[], Awaitable[None]]) -> None:
        self._look = look
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._go_round())

    async def stop(self) -> None:
        """End the looking; a look that is under way in a thread comes to its end there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_round(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(LOOK_SECONDS)
