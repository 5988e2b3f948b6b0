"""The post: letters that were committed with the events are sent, and taken out of the outbox once delivered.

Level-triggered: it sends whatever stands in the outbox, so letters of a run that was killed go out in the next. A crash
between delivery and removal sends some letters twice, byte for byte.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from ledger.application import Ledger
from ledger.model import OutboxRow

LETTERS_PER_ROUND_MAX = 2_000
IDLE_SECONDS = 0.2

SendAll = Callable[[Sequence[OutboxRow]], Awaitable[object]]


class Post:
    """Empties the outbox round by round."""

    def __init__(self, ledger: Ledger, send_all: SendAll) -> None:
        self._ledger = ledger
        self._send_all = send_all

    async def step(self) -> float:
        """Send the next letters; return the seconds until there may be more."""
        rows = await asyncio.to_thread(self._ledger.receipts_pending, LETTERS_PER_ROUND_MAX)
        if not rows:
            return IDLE_SECONDS
        await self._send_all(rows)
        await asyncio.to_thread(self._ledger.receipts_sent, [row.id for row in rows])
        return 0.0 if len(rows) == LETTERS_PER_ROUND_MAX else IDLE_SECONDS
