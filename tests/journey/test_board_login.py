"""Logging in at a real provider of identities, in a real browser; and being gone at once."""

import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import expect

from services.board.access.keeper import COOKIE
from services.board.rights import Person, Role
from tests.journey.conftest import _until
from tests.journey.test_board_access import violations
from tests.unit.access_site import FAMILY, AccessSite

MONITOR = User(sub="mdw-1", claims={"roles": ["monitor"], "municipalities": ["0014"]})
POLICY = User(sub="bel-1", claims={"roles": ["policy-officer"]})
NOBODY = User(sub="mdw-5", claims={"roles": ["koffie"]})
MAIL = User(sub="jan@verzonnen.example", claims={"roles": ["monitor"]})
expect.set_options(timeout=20_000)
TYPED = "Ik bel het team, zodra het kantoor open is"
DUE = "2026-11-17T23:00:00+00:00"


@pytest.fixture(scope="module")
def issuer():
    with run_server_in_thread(user_claims=(MONITOR, POLICY, NOBODY, MAIL), require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@contextmanager
def served(site, taken):
    """Run a board on a socket that was taken before."""
    server = uvicorn.Server(uvicorn.Config(site.app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: server.run(sockets=[taken]))
    thread.start()
    try:
        _until(lambda: server.started)
        yield site
    finally:
        site.hub.end()
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive(), "the board did not stop"


@pytest.fixture
def board(tmp_path, issuer):
    taken = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with AccessSite(tmp_path, issuer=issuer, address=address, is_live=True) as site:
        site.alert = site.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due=DUE)
        with served(site, taken):
            yield site


@pytest.fixture
def window(browser, board, issuer):
    """Open a window; `strangers` are the requests that our own pages made to anybody else."""
    context = browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam")
    page = context.new_page()
    page.strangers, page.faults = [], []

    def asked(request):
        ours = request.url.startswith(board.address) or not request.frame.url.startswith(board.address)
        if not ours and not request.is_navigation_request():
            page.strangers.append(request.url)

    page.on("request", asked)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    context.close()


def log_in(page, address, sub="mdw-1"):
    page.goto(address)
    page.get_by_role("button", name=sub, exact=True).click()


def test_who_wants_a_case_logs_in_and_comes_out_at_that_case_and_no_page_asks_anybody_else(window, board):
    case = f"{board.address}/zaak/{board.region.case(FAMILY)}"

    log_in(window, case)

    expect(window.get_by_role("heading", name="Casus", level=1)).to_be_visible()
    assert window.url == case
    expect(window.get_by_text("Uw inzage in deze casus is vastgelegd")).to_be_visible()
    expect(window.locator(".wie .medewerker")).to_have_text("mdw-1")
    assert [line.person for line in board.access.looks.find()] == ["mdw-1"]
    cookie = next(one for one in window.context.cookies() if one["name"] == COOKIE)
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert (window.strangers, window.faults) == ([], [])


def test_a_token_that_was_planted_before_the_login_opens_nothing_after_it(window, board):
    window.context.add_cookies([{"name": COOKIE, "value": "geplant", "url": board.address}])

    log_in(window, board.address)

    expect(window.get_by_role("heading", level=1).first).to_be_visible()
    assert board.access.sessions.find("geplant", touch=False) is None
    assert next(one["value"] for one in window.context.cookies() if one["name"] == COOKIE) != "geplant"


def test_who_logs_out_is_out_here_and_at_the_provider(window, board, issuer):
    log_in(window, board.address)
    token = next(one["value"] for one in window.context.cookies() if one["name"] == COOKIE)

    with window.expect_request(lambda asked: asked.url.startswith(f"{issuer}/oauth2/end_session")):
        window.get_by_role("button", name="Meld af").click()

    assert board.access.sessions.find(token, touch=False) is None


def test_a_policy_officer_reads_that_a_case_is_not_for_them(window, board):
    log_in(window, f"{board.address}/zaak/{board.region.case(FAMILY)}", "bel-1")

    expect(window.get_by_text("niet voor u bedoeld")).to_be_visible()
    assert board.access.looks.find() == []


@pytest.mark.parametrize(("sub", "said"), [("mdw-5", "nog geen rol"), ("jan@verzonnen.example", "personeelsnummer")])
def test_who_has_no_role_or_is_known_by_name_is_told_so_and_not_let_in(window, board, sub, said):
    log_in(window, board.address, sub)

    expect(window.get_by_text(said)).to_be_visible()
    assert COOKIE not in {one["name"] for one in window.context.cookies()}


def test_an_answer_of_the_provider_that_this_browser_did_not_ask_for_is_refused(window, board):
    window.goto(f"{board.address}/aanmelden/terug?code=x&state=y")

    expect(window.get_by_text("in een ander venster begonnen")).to_be_visible()


def test_what_was_filled_in_when_the_login_ended_can_be_sent_after_logging_in_again(window, board):
    log_in(window, f"{board.address}/zaak/{board.region.case(FAMILY)}")
    expect(window.get_by_role("heading", name="Casus", level=1)).to_be_visible()
    window.get_by_role("link", name="Alarm oppakken").first.click()
    expect(window.get_by_role("heading", level=1)).to_contain_text("Alarm oppakken")
    board.wall.at += 31 * 60_000_000

    window.locator("form.doe button[type=submit]").click()
    expect(window.get_by_text("Wat u invulde, is niet kwijt")).to_be_visible()
    with window.expect_popup() as opened:
        window.get_by_role("link", name="Meld opnieuw aan").click()
    opened.value.get_by_role("button", name="mdw-1", exact=True).click()
    expect(opened.value.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    opened.value.close()
    window.get_by_role("button", name="Verstuur opnieuw").click()

    expect(window.locator(".wie .medewerker")).to_have_text("mdw-1")
    expect(window.get_by_text("verlopen")).to_have_count(0)


def test_escape_twice_or_one_button_and_the_screen_says_nothing_any_more(window, board):
    for leave in (
        lambda: [window.keyboard.press("Escape"), window.keyboard.press("Escape")],
        lambda: window.get_by_role("link", name="Verberg dit scherm").click(),
    ):
        log_in(window, board.address) if window.url == "about:blank" else window.goto(board.address)
        expect(window.get_by_role("link", name="Verberg dit scherm")).to_be_visible()
        window.wait_for_load_state()
        leave()
        window.wait_for_url(f"{board.address}/rust")
        assert window.title() == "Nieuw tabblad"
        assert "Titel" not in window.content()


def open_form(window, board):
    window.clock.install()
    log_in(window, f"{board.address}/zaak/{board.region.case(FAMILY)}/doe/oppakken?over={board.alert}")
    window.get_by_label("Wat gaat u doen?").fill(TYPED)
    window.get_by_label("Volgende stap uiterlijk op").fill("2026-11-27")
    window.wait_for_load_state()  # the page's own count of idle time begins with its script


def test_two_minutes_before_a_login_ends_the_page_says_so_and_one_click_makes_it_last(window, board):
    open_form(window, board)
    warning = window.locator("#verloopt")
    window.clock.fast_forward("27:50")
    expect(warning).to_be_hidden()

    window.clock.fast_forward("00:15")
    expect(warning).to_contain_text("U wordt zo afgemeld")
    expect(window.get_by_label("Wat gaat u doen?")).to_be_visible()
    with window.expect_request("**/blijf"):
        window.get_by_role("button", name="Blijf aangemeld").click()

    expect(warning).to_be_hidden()


def test_who_types_is_there_and_the_login_lasts(window, board):
    open_form(window, board)
    window.clock.fast_forward("20:00")

    with window.expect_response("**/blijf") as heard:
        window.get_by_label("Wat gaat u doen?").press_sequentially("!")
    assert heard.value.status == 204

    window.clock.fast_forward("20:00")
    expect(window.locator("#verloopt")).to_be_hidden()


def test_when_a_login_has_ended_the_page_is_covered_and_what_was_typed_is_there_after_the_new_one(window, board):
    open_form(window, board)
    board.wall.at += 31 * 60_000_000
    window.clock.fast_forward("31:00")
    expect(window.locator("#verloopt")).to_contain_text("U bent afgemeld")
    expect(window.get_by_label("Wat gaat u doen?")).to_be_hidden()
    window.get_by_role("button", name="Ga verder").click()
    expect(window.get_by_label("Wat gaat u doen?")).to_be_hidden()  # nobody is logged in yet

    with window.expect_popup() as opened:
        window.get_by_role("link", name="Meld opnieuw aan in een nieuw venster").click()
    opened.value.get_by_role("button", name="mdw-1", exact=True).click()
    expect(opened.value.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    opened.value.close()
    window.get_by_role("button", name="Ga verder").click()

    expect(window.get_by_label("Wat gaat u doen?")).to_have_value(TYPED)
    expect(window.get_by_label("Volgende stap uiterlijk op")).to_have_value("2026-11-27")
    window.locator("form.doe button[type=submit]").click()
    expect(window.get_by_role("heading", name="Casus", level=1)).to_be_visible()
    assert [one.by for one in board.region.reader.outbox.sent()] == ["mdw-1"]
    assert window.faults == []


def test_the_screen_says_nothing_any_more_though_nothing_answers(window, board):
    open_form(window, board)
    window.route("**/rust", lambda asked: asked.abort())

    window.keyboard.press("Escape")
    window.keyboard.press("Escape")

    expect(window.get_by_label("Wat gaat u doen?")).to_have_count(0)
    assert TYPED not in window.content()


def become(window, board, *roles, at="0014", named="mdw-1"):
    """Log somebody in without the provider's page."""
    person = Person(id=named, roles=frozenset(roles), municipalities=frozenset({at}))
    token = board.access.sessions.open(person, id_token="t")
    window.context.add_cookies([{"name": COOKIE, "value": token, "url": board.address}])


def test_what_is_about_access_is_in_order_for_everybody_and_fits_a_narrow_screen(window, board):
    case = board.region.case(FAMILY)
    with board.region.reader.store.database.transaction() as t:
        t.execute("UPDATE board_alerts SET acknowledged_by = 'mdw-1'")
    board.access.emergencies.ask("mdw-9", case, "0014", reason="gevaar", explained="", owners=["mdw-1"])
    window.set_viewport_size({"width": 320, "height": 720})
    for roles, at, path, said in (
        ((Role.WORKER,), "0014", "/", "Noodtoegang tot uw casus"),
        ((Role.MONITOR,), "0014", f"/zaak/{case}", "opende deze casus"),
        ((Role.MONITOR,), "1966", f"/zaak/{case}", "Is er nu gevaar?"),
        ((Role.TEAM_MANAGER,), "0014", "/noodtoegang", "Niet terecht"),
        ((Role.TEAM_MANAGER,), "0014", "/team", "wacht op een oordeel"),
        ((Role.AUDITOR,), "0014", "/inzage", "Wie keek in welke casus"),
    ):
        become(window, board, *roles, at=at)
        window.goto(board.address + path)
        expect(window.get_by_text(said).first).to_be_visible()
        assert violations(window) == [], path
        assert window.evaluate("document.documentElement.scrollWidth") <= 320, path

    become(window, board, Role.WORKER)
    window.goto(board.address)
    window.get_by_role("button", name="Ik heb dit gelezen").click()
    expect(window.get_by_text("Noodtoegang tot uw casus")).to_have_count(0)


def test_the_warning_itself_is_in_order(window, board):
    open_form(window, board)
    window.clock.fast_forward("28:30")
    expect(window.locator("#verloopt")).to_be_visible()

    assert violations(window) == []
