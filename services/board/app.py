"""The one place that makes the board's real things: database, ledger, pump, sender, pages."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from ledger import retention
from ledger.application import Ledger
from ledger.database import open_database
from ledger.following import follow, stepping
from ledger.metrics import Meters, registry
from ledger.private import private_file
from ledger.streams import Pump, Sender
from ledger.streams.pump import Handle
from services.board.access.keeper import Access
from services.board.access.sessions import Lifetimes
from services.board.ageing import Ageing, Shelf
from services.board.agents import CASE_EVENTS, RECEIPTS, Reader
from services.board.desk import Desk
from services.board.doing.scene import Agreed
from services.board.feed import KafkaFeed
from services.board.kept import Counter, KeptBook
from services.board.live import Hub
from services.board.looks_copy import OUTBOX_KEY
from services.board.outbox import Seal
from services.board.outlook import Engine, Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.machines import measured
from services.board.pages.site import Board
from services.board.request_language import InLanguage
from services.board.security import OWN_HOSTS, FormSigner, SafeHeaders
from services.board.settings import BoardSettings
from services.board.store import Store
from services.board.theme import theme_of
from services.board.timing import METRIC, Timed
from services.board.web import put_on
from waakvlam.clock import SystemClock
from waakvlam.topics import agencies

NAME = "board"
FORM_BYTES_MAX = 64_000
Life = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def application(settings: BoardSettings, *, fail: Callable[[], None]) -> FastAPI:
    """Return the board as a web application; `fail` is called when it cannot go on.

    Raises AgreementError when the agreements cannot be read, and the ledger's faults when a database cannot.
    """
    clock = settings.time()
    ledger = Ledger.open(settings.ledger, clock=clock, keys=None, limits=settings.limits())
    store = Store(open_database(settings.board, limits=settings.limits()))
    hub, meters = Hub(), registry(NAME, clock)
    reader = Reader(store, ledger, changed=hub.tell, meters=meters)
    sender = Sender(settings.bootstrap, security=settings.kafka_login())
    desk = Desk(reader.outbox, ledger, sender.send_all, clock=clock, seal=Seal(outbox_secret(settings)))
    trail = follow(settings.traces, NAME, meters)
    handle = stepping(trail.tracing, "board show", reader.handle)
    feed = KafkaFeed(reader, desk, lambda: _pump(settings, reader, handle, meters), fail=fail)
    rulebook = Engine.load(settings.agreements, names={one.id: one.name for one in agencies().values()})
    counter = Counter(kept := KeptBook(store.database), settings, now=clock.micros)
    access = access_of(settings)
    ageing = ageing_of(settings, access)
    board = Board(
        store=store,
        ledger=ledger,
        desk=desk,
        feed=feed,
        hub=hub,
        clock=clock,
        staff=settings.board_staff,
        signer=FormSigner(settings.form_secret()),
        rulebook=rulebook,
        reasons=Reasons(store, ledger, rulebook),
        meters=meters,
        theme=theme_of(settings.theme),
        overviews=Overviews(store, ledger, Rules.of(rulebook.agreements), kept, now=clock.micros),
        agreed=Agreed.by(rulebook.agreements),
        access=access,
        address=settings.board_address,
    )
    beside = (
        _running(hub, sender, feed, counter, ageing),
        measured(board, settings.health_host, settings.board_health_port),
    )
    return pages_of(
        board, _life(beside, (store.database.close, access.looks.database.close, ledger.close, trail.close))
    )


def _life(beside: Sequence[AbstractAsyncContextManager[object]], at_the_end: Sequence[Callable[[], object]]) -> Life:
    """Return a life in which these run beside the pages, in order, and after which these are called."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for one in beside:
                await stack.enter_async_context(one)
            yield
        for close in at_the_end:
            close()

    return life


def access_of(settings: BoardSettings) -> Access:
    """Return who is let in and how; raises Misconfigured when a login is asked for and not whole."""
    return Access.by(
        open_database(settings.looks_place(), limits=settings.limits()),
        provider=settings.provider(),
        lifetimes=Lifetimes(idle=settings.board_idle_minutes, absolute=settings.board_session_minutes),
        organisation=settings.board_organisation,
        seal=Seal(outbox_secret(settings)),
    )


def ageing_of(settings: BoardSettings, access: Access) -> Ageing:
    """Return who throws away what is over, by the wall's clock as logins are; raises AgreementError for odd terms."""
    who = {retention.SESSION: access.sessions.forget_sessions, retention.LOGIN: access.sessions.forget_logins}
    return Ageing(Shelf(access.looks.database, SystemClock(), who), retention.load_ages(settings.agreements))


def pages_of(board: Board, life: Life | None = None) -> FastAPI:
    """Return the pages of a board, with their guards; `life` runs what lives beside them."""
    app = FastAPI(
        title="Waakvlam bord",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
        max_body_size=FORM_BYTES_MAX,
    )
    provider = board.access.provider if board.access else None
    own = urlsplit(board.address).hostname
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*OWN_HOSTS, *([own] if own else [])])
    app.add_middleware(SafeHeaders, form_to=provider.origin() if provider else "")
    app.add_middleware(InLanguage)
    app.add_middleware(Timed, seconds=board.meters.histogram(METRIC))
    put_on(app, board)
    return app


def outbox_secret(settings: BoardSettings) -> bytes:
    """Return what the outbox is sealed with: the board's secret, or else one of this machine's own in the data folder."""
    if settings.board_secret:
        return settings.board_secret.get_secret_value().encode()
    kept = private_file(settings.data / OUTBOX_KEY)
    if not kept.read_bytes():
        kept.write_bytes(secrets.token_bytes(32))
    return kept.read_bytes()


def _pump(settings: BoardSettings, reader: Reader, handle: Handle, meters: Meters) -> Pump:
    return Pump(
        settings.bootstrap,
        NAME,
        [CASE_EVENTS, RECEIPTS],
        positions=reader.positions,
        handle=handle,
        meters=meters,
        security=settings.kafka_login(),
    )


@asynccontextmanager
async def _running(hub: Hub, sender: Sender, feed: KafkaFeed, counter: Counter, ageing: Ageing) -> AsyncIterator[None]:
    """Run what lives beside the pages, and end it in the other order."""
    hub.bind(asyncio.get_running_loop())
    await sender.start()
    await feed.start()
    await counter.start()
    await ageing.start()
    try:
        yield
    finally:
        hub.end()
        await ageing.stop()
        await counter.stop()
        await feed.stop()
        await sender.stop()
