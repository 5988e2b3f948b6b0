"""How long the board takes for a page, by what is done there: for whoever is called because staff say that it is slow."""

import time
from typing import Final

from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METRIC: Final = "waakvlam_board_page_seconds"
STREAM: Final = "text/event-stream"


class Timed:
    """Notes from the first look at a request to the end of its answer. A stream has no such time: it lasts as long as its page."""

    def __init__(self, app: ASGIApp, seconds: Histogram) -> None:
        self.app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state, is_stream, began = scope.setdefault("state", {}), False, time.perf_counter()

        async def heard(message: Message) -> None:
            nonlocal is_stream
            if message["type"] == "http.response.start":
                is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith(STREAM)
            await send(message)

        await self.app(scope, receive, heard)
        if "action" in state and not is_stream:  # the guard of a route says which: none for files and strangers
            self._seconds.labels(action=state["action"].value).observe(time.perf_counter() - began)
