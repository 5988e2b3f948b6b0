"""Staff of Veilig Thuis for a bench: each logs in at a provider of identities, has the list open, and asks for it again now and then."""

import asyncio
import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from oidc_provider_mock import User, run_server_in_thread

from bench._families import MUNICIPALITIES

NEWS = re.compile(r"<strong>(\d+) nieuwe? alarm")
STAND = re.compile(r"stand=(\d+)")
TIMEOUT_SECONDS = 60


@contextmanager
def provider(staff: int) -> Iterator[str]:
    """Run a provider of identities that knows so many people; yield its address."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it would tell of every request
    with run_server_in_thread(user_claims=[_user(number) for number in range(staff)], require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def _user(number: int) -> User:
    """Return a monitor: every second one has the whole region, the others have the municipality of who is in danger."""
    own = ["*"] if number % 2 else [MUNICIPALITIES[0]]
    return User(sub=f"mdw-{number}", claims={"roles": ["monitor"], "municipalities": own})


@dataclass(slots=True)
class Screen:
    """Somebody with the list open; `told` holds when the page was told of how many new alerts (seconds since 1970)."""

    client: httpx.AsyncClient
    told: list[tuple[float, int]] = field(default_factory=list)

    async def log_in(self, name: str) -> None:
        """Log in as a browser does, at the provider."""
        form = await self.client.get("/", follow_redirects=True)
        back = await self.client.post(form.url, data={"sub": name})
        answer = await self.client.get(back.headers["location"])
        assert answer.status_code == 200, f"{name} was not let in: {answer.status_code}"

    async def page(self) -> tuple[float, httpx.Response]:
        """Ask for the morning page; return how long that took, and the answer."""
        began = time.perf_counter()
        answer = await self.client.get("/", headers={"accept-language": "nl"})
        assert answer.status_code == 200, f"no morning page: {answer.status_code}"
        return time.perf_counter() - began, answer

    async def listen(self, stand: str) -> None:
        """Keep the stream of the page open and note what it is told."""
        headers = {"accept-language": "nl", "sec-fetch-mode": "cors"}
        async with self.client.stream("GET", f"/stroom?stand={stand}", timeout=None, headers=headers) as answer:
            async for line in answer.aiter_lines():
                if found := NEWS.search(line):
                    self.told.append((time.time(), int(found[1])))

    def told_of(self, number: int) -> float | None:
        """Return when this page was told of so many new alerts; None while it was not."""
        return next((at for at, count in self.told if count >= number), None)


class Staff:
    """All who have the list open."""

    def __init__(self, board: str, count: int) -> None:
        self._board, self._stack = board, AsyncExitStack()
        self.screens = [Screen(self._client()) for _ in range(count)]
        self._listening: list[asyncio.Task[None]] = []
        self.pages: list[float] = []

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._board, timeout=TIMEOUT_SECONDS)

    async def __aenter__(self) -> Self:
        for one in self.screens:
            await self._stack.enter_async_context(one.client)
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in self._listening:
            one.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await self._stack.aclose()

    async def begin(self) -> None:
        """Let everybody log in, open the list and listen, each from the point up to which their own list is true."""
        for number, one in enumerate(self.screens):
            await one.log_in(f"mdw-{number}")
        for one in self.screens:
            _, answer = await one.page()
            stand = STAND.search(answer.text)
            assert stand is not None, "the list names no point to go on from"
            self._listening.append(asyncio.ensure_future(one.listen(stand[1])))

    async def ask(self, every_seconds: float) -> None:
        """Let one after the other ask for the morning page, at a steady pace, and note how long each took."""
        asked: list[asyncio.Task[tuple[float, Any]]] = []
        begin = time.monotonic()
        try:
            while True:
                asked.append(asyncio.ensure_future(self.screens[len(asked) % len(self.screens)].page()))
                await asyncio.sleep(max(0.0, begin + len(asked) * every_seconds - time.monotonic()))
        finally:
            self.pages += [took for took, _ in await asyncio.gather(*asked)]

    def waits(self, since: Sequence[float]) -> list[float]:
        """Return for each alert and each screen how long it took since an instant, of alerts in their order."""
        found = [(one.told_of(number), begin) for number, begin in enumerate(since, 1) for one in self.screens]
        return [told - begin for told, begin in found if told is not None]

    def is_told_of(self, number: int) -> bool:
        """Tell whether every page was told of so many new alerts."""
        return all(one.told_of(number) is not None for one in self.screens)
