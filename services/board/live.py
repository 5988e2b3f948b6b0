"""News for open pages, by server-sent events.

Each stream asks the view again and again, at once when something was folded and otherwise every few seconds, and says
what it found. So a message that is lost is made good by the next one, and a page that hears nothing for a while knows
that the connection is gone, which is something else than "nothing new".
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

BEAT_SECONDS = 5.0
REST_SECONDS = 0.4


@dataclass(slots=True)
class Hub:
    """Wakes all streams. `tell` may be called from any thread; before `bind` and after the loop has ended it is mute."""

    _loop: asyncio.AbstractEventLoop | None = None
    _waiting: set[asyncio.Event] = field(default_factory=set)
    _ended: bool = False

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell on which loop the streams run."""
        self._loop = loop

    def tell(self) -> None:
        """Wake every stream: something changed."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def end(self) -> None:
        """End every stream: the board stops."""
        self._ended = True
        self._wake()

    @property
    def listeners(self) -> int:
        """How many pages listen now."""
        return len(self._waiting)

    async def beats(self) -> AsyncIterator[None]:
        """Yield at once, at every change and at every beat, until the board stops."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            while not self._ended:
                yield
                await asyncio.sleep(REST_SECONDS)  # changes that come together are told together
                try:
                    await asyncio.wait_for(woken.wait(), BEAT_SECONDS)
                except TimeoutError:
                    continue
                finally:
                    woken.clear()
        finally:
            self._waiting.discard(woken)

    def _wake(self) -> None:
        for one in self._waiting:
            one.set()


Message = dict[str, str]
Say = Callable[[], list[str]]


async def stream(hub: Hub, say: Say) -> AsyncIterator[Message]:
    """Yield the pieces of page that `say` returns at each beat; it runs in a thread, for it reads the view."""
    async for _ in hub.beats():
        for piece in await asyncio.to_thread(say):
            yield {"data": piece}
