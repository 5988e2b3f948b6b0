"""A road to a database that can be made bad: slow, cut, or closed for a while. For tests that put it in between."""

import asyncio
import threading
from contextlib import suppress

CHUNK = 65_536


class Proxy:
    """Passes every connection on to `port` of this machine, from a port of its own; runs in a thread of its own."""

    def __init__(self, port: int) -> None:
        self.delay_seconds = 0.0
        self.port = 0
        self._to = port
        self._open: asyncio.Event
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def start(self) -> "Proxy":
        """Open the road; `port` says where it begins."""
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        """Close it for good."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def cut(self) -> int:
        """Cut every connection, wherever it is in what it says; return how many there were."""
        return asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    def close_off(self) -> None:
        """Let nothing through any more, in silence: nobody is told."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def open_up(self) -> None:
        """Let everything through again."""
        self._loop.call_soon_threadsafe(self._open.set)

    async def _serve(self) -> None:
        self._open, self._ended = asyncio.Event(), asyncio.Event()
        self._open.set()
        server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        await self._cut()

    async def _cut(self) -> int:
        cut, self._writers = self._writers, set()
        for one in cut:
            one.transport.abort()
        return len(cut) // 2

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        for one in (writer, back):
            self._writers.discard(one)
            one.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(CHUNK):
            await self._open.wait()
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            writer.write(some)
            await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()
