"""The real board in a real browser, on a real ledger; only Kafka is played, by a bus that hands on what it is given."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from rulebook.agreements import load
from services.board.agents import Reader
from services.board.app import pages_of
from services.board.desk import Desk
from services.board.doing.scene import Agreed
from services.board.kept import KeptBook
from services.board.live import Hub
from services.board.outlook import Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.site import Board
from services.board.security import FormSigner
from services.board.store import Store
from tests.journey import stories
from tests.journey.region import Region
from waakvlam.clock import FixedClock, micros_of

AGREEMENTS = load(Path(__file__).parents[2] / "agreements")
AGREED = Agreed.by(AGREEMENTS)
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--lang=nl-NL",
]
TODAY = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """A board that runs, and the region behind it."""

    address: str
    region: Region
    app: FastAPI


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """Run the board on a free port until the test has ended."""
    clock = FixedClock(micros_of(TODAY))
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock, keys=None)
    store = Store(open_database(f"sqlite:///{tmp_path}/board.db"))
    hub = Hub()
    region = Region(ledger, Reader(store, ledger, changed=hub.tell), clock)
    region.desk = Desk(region.reader.outbox, ledger, region.deliver, clock=clock)
    board = Board(
        store=store,
        ledger=ledger,
        desk=region.desk,
        feed=region,
        hub=hub,
        clock=clock,
        staff="demo-medewerker",
        signer=FormSigner(None),
        rulebook=region,
        reasons=Reasons(store, ledger, region),
        meters=registry("board"),
        overviews=Overviews(store, ledger, Rules.of(AGREEMENTS), KeptBook(store.database), now=clock.micros),
        agreed=AGREED,
    )

    @asynccontextmanager
    async def life(_):
        hub.bind(asyncio.get_running_loop())
        yield
        hub.end()

    app = pages_of(board, life)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    _until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", region, app)
    hub.end()
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive(), "the board did not stop"
    store.database.close()
    ledger.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once a module: while Playwright runs, no other test in this thread can run an event loop."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser, site) -> Iterator[Page]:
    """Open a page that may speak to the board alone, and collects what goes wrong in it."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="nl-NL", timezone_id="Europe/Amsterdam"
    )
    opened = context.new_page()
    opened.faults, opened.strangers = [], []
    opened.on("console", lambda said: opened.faults.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on(
        "request", lambda asked: None if asked.url.startswith(site.address) else opened.strangers.append(asked.url)
    )
    yield opened
    context.close()


def _until(holds, seconds: float = 10) -> None:
    """Wait until something holds."""
    waited = threading.Event()
    for _ in range(int(seconds * 50)):
        if holds():
            return
        waited.wait(0.02)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def families(site) -> Region:
    """Fill the region with families that are fictitious and recognisable as such."""
    return stories.tell(site.region, TODAY)


def pick_up(page: Page, day: str = "2026-11-27", what: str = "Ik bel het team") -> None:
    """Take up the first alert on the page of a case, as somebody does: open the form, fill it in, send it."""
    page.get_by_role("link", name="Alarm oppakken").first.click()
    page.get_by_label("Wat gaat u doen?").fill(what)
    page.get_by_label("Volgende stap uiterlijk op").fill(day)
    page.get_by_role("button", name="Ik pak dit op").click()
