"""A board with a login on a real ledger, where anybody can be logged in at once; nobody ever speaks to its provider."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from starlette.testclient import TestClient

from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from rulebook.agreements import Agreements
from services.board.access.keeper import COOKIE, Access, Keeper
from services.board.access.provider import Claims, Provider
from services.board.access.sessions import Lifetimes
from services.board.agents import Reader
from services.board.app import pages_of
from services.board.desk import Desk
from services.board.doing.scene import NOTHING_AGREED, Agreed
from services.board.kept import KeptBook
from services.board.live import Hub
from services.board.outlook import Engine, Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.routes import action_of
from services.board.pages.site import Board
from services.board.rights import Person
from services.board.security import COOKIE as FORM_COOKIE
from services.board.security import FormSigner
from services.board.store import Store
from tests.journey.region import Region
from waakvlam.clock import FixedClock

SECRET = "geheim-van-de-test"
FAMILY = "Familie Proef"
HERE, ELSEWHERE = "0014", "1966"
NOW = 1_795_516_200_000_000
ISSUER = "http://127.0.0.1:9"


@dataclass
class AccessSite:
    """The board, the region behind it, and who may be logged in."""

    folder: str
    has_login: bool = True
    issuer: str = ISSUER
    address: str = "http://127.0.0.1"
    idle_minutes: int = 30
    is_live: bool = False
    agreements: Agreements | None = None  # none: nothing is agreed, and the region plays the rules
    region: Region = field(init=False)
    access: Access = field(init=False)
    wall: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __enter__(self) -> Self:
        clock = FixedClock(NOW)
        ledger = Ledger.open(f"sqlite:///{self.folder}/ledger.db", clock=clock, keys=None)
        store = Store(open_database(f"sqlite:///{self.folder}/board.db"))
        self.region = Region(ledger, Reader(store, ledger, changed=lambda: None), clock)
        self.region.desk = Desk(self.region.reader.outbox, ledger, self.region.deliver, clock=clock)
        self.access = Access.by(
            open_database(f"sqlite:///{self.folder}/looks.db"),
            clock=self.wall,
            provider=Provider(self.issuer, "waakvlam", "geheim", Claims()) if self.has_login else None,
            lifetimes=Lifetimes(idle=self.idle_minutes, absolute=600),
        )
        self.hub = hub = Hub()
        if not self.is_live:
            hub.end()  # a stream says what it has to say and ends
        rules = Engine(self.agreements, {}) if self.agreements else self.region
        board = Board(
            store=store,
            ledger=ledger,
            desk=self.region.desk,
            feed=self.region,
            hub=hub,
            clock=clock,
            staff="demo-medewerker",
            signer=FormSigner(SECRET),
            rulebook=rules,
            reasons=Reasons(store, ledger, rules),
            meters=registry("board"),
            overviews=Overviews(
                store,
                ledger,
                Rules.of(self.agreements) if self.agreements else Rules({}),
                KeptBook(store.database),
                now=clock.micros,
            ),
            access=self.access,
            agreed=Agreed.by(self.agreements) if self.agreements else NOTHING_AGREED,
            address=self.address if self.has_login else "",
        )
        self.app = pages_of(board, self.life if self.is_live else None)
        self.keeper = Keeper(self.access, board.staff, lambda _: None)
        self.closing = (store.database, ledger, self.access.looks.database)
        return self

    @asynccontextmanager
    async def life(self, _):
        """Run the streams while the board runs."""
        self.hub.bind(asyncio.get_running_loop())
        yield
        self.hub.end()

    def __exit__(self, *_: object) -> None:
        for one in self.closing:
            one.close()

    def browser(self, person: Person | None = None, *, raises: bool = True) -> TestClient:
        """Return a browser in which somebody is logged in; nobody, when no person is given."""
        client = TestClient(
            self.app, base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=raises
        )
        client.cookies.set(FORM_COOKIE, "merk-van-de-test")
        if person is not None:
            client.cookies.set(COOKIE, self.access.sessions.open(person, id_token="t"))
        return client

    def signed(self, **others: str) -> dict[str, str]:
        """Return the fields of a form of our own."""
        return {"handtekening": FormSigner(SECRET)._signature("merk-van-de-test"), **others}

    def routes(self):
        """Yield method, path and action of everything that is mounted, files left out."""
        for route in self.app.routes:
            if (action := action_of(route)) is not None:
                yield next(iter(route.methods - {"HEAD"})), route.path, action
