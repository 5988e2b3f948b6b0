"""Two boards beside each other on the same databases, on a real PostgreSQL: who is logged in, what was looked at, what was done."""

import asyncio
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from services.board.access.keeper import COOKIE, Access
from services.board.access.provider import Claims, Provider
from services.board.access.sessions import Begun
from services.board.agents import Reader
from services.board.app import pages_of
from services.board.desk import Desk
from services.board.kept import KeptBook
from services.board.live import Hub
from services.board.outbox import Seal
from services.board.outlook import Engine, Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.site import Board
from services.board.rights import EVERYWHERE, Person, Role
from services.board.saved import SAVED_MAX
from services.board.security import FormSigner
from services.board.store import Store
from tests.spec.doing_site import AGREED, AGREEMENTS, ANNA, BEN, DoingSite, filled_in

pytestmark = pytest.mark.real
SECRET = b"van alle borden van een regio"
LOOKS_EACH = 12


class OneBoard:
    """A board with connections of its own to databases that it shares; what it sends goes to the region's door."""

    def __init__(self, site, urls) -> None:
        self.site, self.clock = site, site.clock
        self.ledger = Ledger.open(urls["ledger"], clock=site.clock)
        self.store = Store(open_database(urls["board"]))
        self.desk = Desk(
            Reader(self.store, self.ledger, changed=lambda: None).outbox,
            self.ledger,
            site.deliver,
            clock=site.clock,
            seal=Seal(SECRET),
        )
        self.access = Access.by(
            open_database(urls["looks"]),
            provider=Provider("http://127.0.0.1:9", "waakvlam", "geheim", Claims()),
            seal=Seal(SECRET),
        )
        self.app = pages_of(self._board())

    def _board(self) -> Board:
        engine, kept = Engine(AGREEMENTS, names={}), KeptBook(self.store.database)
        return Board(
            store=self.store,
            ledger=self.ledger,
            desk=self.desk,
            feed=self,
            hub=Hub(),
            clock=self.clock,
            staff="demo",
            signer=FormSigner(SECRET.decode()),
            rulebook=engine,
            reasons=Reasons(self.store, self.ledger, engine),
            meters=registry("board"),
            agreed=AGREED,
            overviews=Overviews(self.store, self.ledger, Rules({}), kept, now=self.clock.micros),
            access=self.access,
            address="http://127.0.0.1",
        )

    def is_fed(self) -> bool:
        return True

    def deliver_soon(self) -> None:
        asyncio.get_running_loop().create_task(self.desk.deliver())

    def close(self) -> None:
        for one in (self.store.database, self.access.looks.database, self.ledger):
            one.close()


class Boards:
    """A region with two boards that were started at the same instant, and people who come now to one, then to the other."""

    def __init__(self, folder, postgres) -> None:
        self.urls = {name: postgres() for name in ("ledger", "board", "looks")}
        self.site = DoingSite(folder, self.urls)
        with ThreadPoolExecutor(2) as pool:
            self.both = tuple(pool.map(lambda _: OneBoard(self.site, self.urls), range(2)))

    def browser(self, board: int, person: str, *roles: Role, places=EVERYWHERE) -> TestClient:
        """Return a browser of somebody who logged in at one of the boards."""
        who = Person(id=person, roles=frozenset(roles or {Role.MONITOR}), municipalities=places)
        browser = TestClient(self.both[board].app, base_url="http://127.0.0.1", follow_redirects=False)
        browser.cookies.set(COOKIE, self.both[board].access.sessions.open(who, id_token="t"))
        return browser

    def other(self, browser: TestClient, board: int) -> TestClient:
        """Return the same browser with its cookies, led to another board by the proxy before them."""
        moved = TestClient(self.both[board].app, base_url="http://127.0.0.1", follow_redirects=False)
        moved.cookies.update(browser.cookies)
        return moved

    def form(self, browser: TestClient, action: str, over: str):
        """Open a form; return what a browser would send for it."""
        return filled_in(browser.get(f"/zaak/{self.site.case}/doe/{action}", params={"over": over}).text)

    def send(self, browser: TestClient, action: str, form, **filled):
        """Send a form that was opened at this board or at the other."""
        return browser.post(f"/zaak/{self.site.case}/doe/{action}", data={**form, **filled})


TAKEN = {"intention": "Ik bel.", "next_step_on": "2026-12-01"}


@pytest.fixture
def boards(tmp_path, postgres):
    made = Boards(tmp_path, postgres)
    yield made
    for one in (*made.both, made.site):
        one.close()


def test_who_logged_in_at_one_board_is_somebody_at_the_other_and_is_out_at_both(boards):
    raised, browser = boards.site.alert("ST-07"), boards.browser(0, ANNA)
    moved = boards.other(browser, 1)
    assert [one.get("/").status_code for one in (browser, moved)] == [200, 200]

    boards.both[1].access.sessions.close(browser.cookies[COOKIE])
    assert [one.get("/").status_code for one in (browser, moved)] == [303, 303]

    begun = Begun(state="s", nonce="n", verifier="v", towards=f"/zaak/{raised}")
    token = boards.both[0].access.sessions.begin_login(begun)
    assert boards.both[1].access.sessions.end_login(token) == begun
    assert boards.both[0].access.sessions.end_login(token) is None


def test_looks_at_both_boards_at_once_are_one_chain(boards):
    boards.site.alert("ST-07")
    case, start = f"/zaak/{boards.site.case}", threading.Barrier(2)

    def look(board):
        browser = boards.browser(board, (ANNA, BEN)[board])
        start.wait(timeout=60)
        return [browser.get(path).status_code for _ in range(LOOKS_EACH // 2) for path in (case, "/")]

    with ThreadPoolExecutor(2) as pool:
        answers = [status for some in pool.map(look, range(2)) for status in some]
    assert set(answers) == {200}

    log = boards.both[0].access.looks
    lines = list(log.lines())
    assert [one.position for one in lines] == list(range(1, 2 * LOOKS_EACH + 1))
    assert {who: sum(one.person == who for one in lines) for who in (ANNA, BEN)} == {ANNA: LOOKS_EACH, BEN: LOOKS_EACH}
    assert (log.broken_at(), boards.both[1].access.looks.head()) == (None, log.head())


def test_what_somebody_keeps_of_the_list_at_one_board_they_find_at_the_other(boards):
    boards.site.alert("ST-07")
    browser, moved = (at := boards.browser(0, ANNA)), boards.other(at, 1)
    signed = filled_form(browser.get("/?regel=ST-07"))
    for number in range(SAVED_MAX):
        one = (browser, moved)[number % 2]
        one.cookies.update(browser.cookies)
        answer = one.post("/weergaven", data={"vraag": f"zwaarte={number % 4 + 2}&gemeente={number:04}", **signed})
        assert answer.status_code == 303
    assert moved.post("/weergaven", data={"vraag": "regel=ST-40", **signed}).status_code == 409

    assert [one.get("/").text.count("gemeente=0003") > 0 for one in (browser, moved)] == [True, True]


def test_an_alert_that_is_handed_over_at_one_board_lies_on_the_colleagues_desk_at_the_other(boards):
    raised = boards.site.alert("ST-07")
    anna, ben = boards.browser(0, ANNA), boards.browser(1, BEN, Role.WORKER, places=frozenset())
    case = f"/zaak/{boards.site.case}"
    assert ben.get(case).status_code == 403

    form = boards.form(anna, "overdragen", raised)
    assert boards.send(anna, "overdragen", form, colleague_id=BEN).status_code == 303
    assert ben.get(case).status_code == 200
    assert "Titel van ST-07" in ben.get("/?van=mij").text

    assert boards.send(ben, "oppakken", boards.form(ben, "oppakken", raised), **TAKEN).status_code == 303
    assert f"{BEN}" in anna.get(case).text
    assert boards.site.last("alert_acknowledged").recorded_by == BEN


def test_a_form_that_is_sent_to_both_boards_is_one_event(boards):
    raised, site = boards.site.alert("ST-07"), boards.site
    browser, moved = (at := boards.browser(0, ANNA)), boards.other(at, 1)
    site.holds, form = True, boards.form(browser, "oppakken", raised)
    moved.cookies.update(browser.cookies)
    start = threading.Barrier(2)

    def send(one):
        start.wait(timeout=60)
        return boards.send(one, "oppakken", form, **TAKEN).status_code

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(send, (browser, moved))) == {303}
    site.flow()

    assert site.count("alert_acknowledged") == 1
    assert {one.state for one in boards.both[1].desk.outbox.sent()} == {"recorded"}


def test_of_two_colleagues_at_two_boards_at_one_instant_one_has_it_and_the_other_is_told(boards):
    raised, site = boards.site.alert("ST-07"), boards.site
    people = boards.browser(0, ANNA), boards.browser(1, BEN)
    forms = [boards.form(one, "oppakken", raised) for one in people]
    site.holds, start = True, threading.Barrier(2)

    def send(number):
        start.wait(timeout=60)
        return boards.send(people[number], "oppakken", forms[number], **TAKEN)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))
    site.flow()

    assert site.count("alert_acknowledged") == 1
    winner = (ANNA, BEN).index(site.last("alert_acknowledged").recorded_by)
    assert answers[winner].status_code == 303
    assert answers[1 - winner].status_code == 422
    assert "Een collega" in answers[1 - winner].text


def test_emergency_access_that_was_asked_at_one_board_opens_the_case_at_the_other(boards):
    boards.site.alert("ST-07")
    browser = boards.browser(0, BEN, places=frozenset({"1966"}))
    moved, case = boards.other(browser, 1), f"/zaak/{boards.site.case}"
    outside = browser.get(case)
    assert (outside.status_code, moved.get(case).status_code) == (403, 403)

    asked = browser.post(f"{case}/noodtoegang", data={"reden": "gevaar", **filled_form(outside)})

    assert (asked.status_code, moved.get(case).status_code) == (303, 200)


def filled_form(answer):
    """Return the signature that a page's forms bear."""
    return {"handtekening": re.search(r'name="handtekening" value="([^"]+)"', answer.text)[1]}
