"""The small web server of a service: is it alive, is it ready, what are its numbers.

Only this machine may ask, unless it is told to listen elsewhere: nothing here is about a case or a person.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web
from mode import Service
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

Check = Callable[[], bool]


class Web(Service):
    """Serves /health, /ready, /metrics and, where there is one, /heartbeat; port 0 serves nothing."""

    def __init__(
        self,
        port: int,
        *,
        host: str = "127.0.0.1",
        is_ready: Check,
        registry: CollectorRegistry = REGISTRY,
        is_beating: Check | None = None,
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._port = port
        self._host = host
        self._is_ready = is_ready
        self._is_beating = is_beating
        self._refresh = refresh  # sets what is read from elsewhere, before the numbers are told
        self._registry = registry
        self._runner: web.AppRunner | None = None

    @property
    def label(self) -> str:
        """The name in logs."""
        return "Web"

    async def on_start(self) -> None:
        """Open the port."""
        if not self._port:
            return
        pages = web.Application()
        pages.router.add_get("/health", self._health)
        pages.router.add_get("/ready", self._ready)
        pages.router.add_get("/metrics", self._metrics)
        if self._is_beating:
            pages.router.add_get("/heartbeat", self._heartbeat)
        self._runner = web.AppRunner(pages, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def on_stop(self) -> None:
        """Close the port."""
        if self._runner:
            await self._runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        ready = self._is_ready()
        return web.json_response({"status": "ready" if ready else "not ready"}, status=200 if ready else 503)

    async def _heartbeat(self, _: web.Request) -> web.Response:
        beats = self._is_beating is not None and self._is_beating()
        return web.json_response({"status": "beats" if beats else "silent"}, status=200 if beats else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        await asyncio.to_thread(self._refresh)
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
