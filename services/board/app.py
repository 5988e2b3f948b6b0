"""The one place that makes the board's real things: database, ledger, pump, sender, pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from ledger.application import Ledger
from ledger.database import open_database
from ledger.streams.pump import Pump
from ledger.streams.sender import Sender
from services.board.agents import CASE_EVENTS, RECEIPTS, Reader
from services.board.deadlines import RulebookDeadlines
from services.board.desk import Desk
from services.board.feed import KafkaFeed
from services.board.live import Hub
from services.board.security import OWN_HOSTS, FormSigner, SafeHeaders
from services.board.settings import BoardSettings
from services.board.store import Store
from services.board.web import Board, Pages
from waakvlam.clock import clock_from

GROUP = "board"


def application(settings: BoardSettings, *, fail: Callable[[], None]) -> FastAPI:
    """Return the board as a web application; `fail` is called when it cannot go on."""
    clock = clock_from(settings.clock)
    ledger = Ledger.open(settings.ledger, clock=clock, keys=None)
    store = Store(open_database(settings.board))
    hub = Hub()
    reader = Reader(store, ledger, changed=hub.tell)
    sender = Sender(settings.bootstrap)
    desk = Desk(store, ledger, sender.send_all, clock=clock, staff=settings.board_staff)

    def pump() -> Pump:
        return Pump(
            settings.bootstrap,
            GROUP,
            [CASE_EVENTS, RECEIPTS],
            positions=reader.positions,
            handle=reader.handle,
        )

    feed = KafkaFeed(reader, desk, pump, fail=fail)
    board = Board(
        store=store,
        ledger=ledger,
        desk=desk,
        feed=feed,
        hub=hub,
        clock=clock,
        staff=settings.board_staff,
        signer=FormSigner(settings.board_secret.get_secret_value() if settings.board_secret else None),
        deadlines=RulebookDeadlines.load(settings.agreements),
    )

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        hub.bind(asyncio.get_running_loop())
        async with sender:
            await feed.start()
            try:
                yield
            finally:
                hub.end()
                await feed.stop()
        store.database.close()
        ledger.close()

    return pages_of(board, life)


def pages_of(board: Board, life: Callable[[FastAPI], object] | None = None) -> FastAPI:
    """Return the pages of a board, with their guards; `life` runs what lives beside them."""
    app = FastAPI(title="Waakvlam bord", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)  # type: ignore[arg-type]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=OWN_HOSTS)
    app.add_middleware(SafeHeaders)
    Pages(board).mount(app)
    return app
