"""What guards the board: headers, forms that only our own pages can send, hosts, and no wider door without a login."""

import re

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from ledger.metrics import registry
from services.board.app import pages_of
from services.board.desk import Desk
from services.board.kept import KeptBook
from services.board.live import Hub
from services.board.outlook import Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.site import Board
from services.board.security import COOKIE, FormSigner
from services.board.settings import BoardSettings
from tests.journey.region import region_in
from tests.spec.test_intake_canary import planted
from waakvlam.catalogue import event_types

FAMILY = "Familie Proef"


@pytest.fixture
def region(tmp_path):
    with region_in(tmp_path, 1_795_516_200_000_000) as made:
        made.desk = Desk(made.reader.outbox, made.ledger, made.deliver, clock=made.clock)
        yield made


@pytest.fixture
def client(region):
    board = Board(
        store=region.reader.store,
        ledger=region.ledger,
        desk=region.desk,
        feed=region,
        hub=Hub(),
        clock=region.clock,
        staff="demo-medewerker",
        signer=FormSigner("geheim-van-de-test"),
        rulebook=region,
        reasons=Reasons(region.reader.store, region.ledger, region),
        meters=registry("board"),
        overviews=Overviews(
            region.reader.store,
            region.ledger,
            Rules({}),
            KeptBook(region.reader.store.database),
            now=region.clock.micros,
        ),
    )
    with TestClient(pages_of(board), base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
def alert(region):
    return region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")


def address(region):
    return f"/zaak/{region.case(FAMILY)}/doe/oppakken"


def signed(client, alert, **others):
    """Return the fields of a form that our own page made for this browser."""
    client.get("/")
    signature = FormSigner("geheim-van-de-test")._signature(client.cookies[COOKIE])
    given = {"intention": "bellen", "next_step_on": "2026-11-27", "beurt": "0", **others}
    return {"over": alert, "handtekening": signature, **given}


@pytest.mark.parametrize("path", ["/", "/bestaat-niet", "/static/bord.css", "/health", "/metrics"])
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_no_page_holds_script_or_style_of_its_own(client, region, alert):
    for path in ("/", f"/zaak/{region.case(FAMILY)}", "/zoek"):
        text = client.get(path).text

        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def test_another_host_name_gets_nothing(client):
    assert client.get("/", headers={"host": "board.example.org"}).status_code == 400


def test_a_form_of_our_own_is_taken(client, region, alert):
    answer = client.post(address(region), data=signed(client, alert), follow_redirects=False)

    assert answer.status_code == 303
    assert region.reader.outbox.count() == 1


@pytest.mark.parametrize("signature", ["", "0" * 64])
def test_a_form_without_the_right_signature_is_refused(client, region, alert, signature):
    client.get("/")

    answer = client.post(address(region), data={"over": alert, "handtekening": signature})

    assert answer.status_code == 403
    assert "Vernieuw" in answer.text or "vernieuw" in answer.text
    assert region.reader.outbox.count() == 0


def test_a_signature_of_another_browser_is_refused(client, region, alert):
    fields = signed(client, alert)
    client.cookies.set(COOKIE, "van-iemand-anders", domain="127.0.0.1")

    assert client.post(address(region), data=fields).status_code == 403


def test_a_form_from_another_site_is_refused(client, region, alert):
    answer = client.post(address(region), data=signed(client, alert), headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403


def test_the_cookie_is_for_this_site_and_not_for_scripts(client):
    cookie = client.get("/").headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("step", ["2026-11-23", "2026-02-30", "morgen"])
def test_a_next_step_that_is_past_or_no_day_is_refused(client, region, alert, step):
    answer = client.post(address(region), data=signed(client, alert, next_step_on=step))

    assert answer.status_code == 422
    assert region.reader.outbox.count() == 0


def test_an_alert_that_is_closed_or_of_another_family_cannot_be_picked_up(client, region, alert):
    other = region.alert("Familie Anders", "ST-08", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")
    assert client.post(address(region), data=signed(client, other)).status_code == 409

    region.close(FAMILY, "ST-07")
    assert client.post(address(region), data=signed(client, alert)).status_code == 409


@pytest.mark.parametrize("case", ["x", "../etc", "0" * 36, "0a90f8fc-1234-5678-8abc-000000000001"])
def test_what_is_no_case_of_ours_does_not_exist(client, case):
    assert client.get(f"/zaak/{case}").status_code == 404


def test_what_somebody_types_is_shown_as_text(client):
    answer = client.get("/zoek", params={"nummer": "<script>alert(1)</script>"})

    assert "<script>alert" not in answer.text


def test_the_event_says_what_was_clicked_and_names_no_one(client, region, alert):
    region.holds = True
    client.post(address(region), data=signed(client, alert))

    sent = region.reader.outbox.sent()[0]
    assert dict(sent.headers)["ce_id"] == sent.event_id.encode()
    assert sent.key.decode() == region.case(FAMILY)
    assert b"bellen" not in sent.sealed


def test_without_a_login_the_board_listens_on_this_machine_only():
    for host in ("127.0.0.1", "localhost", "::1"):
        BoardSettings(board_host=host)

    for host in ("0.0.0.0", "10.1.2.3", "board.example.org"):
        with pytest.raises(ValidationError, match="geen inlog"):
            BoardSettings(board_host=host)


def test_a_member_of_staff_is_an_opaque_id():
    with pytest.raises(ValidationError):
        BoardSettings(board_staff="Jan Verzonnen")


@pytest.mark.parametrize(
    "path", ["/?aantal=Kanarie", "/lijst?aantal=Kanarie", "/stroom", "/stroom?stand=Kanarie", f"/stroom?stand={10**30}"]
)
def test_what_cannot_be_asked_is_answered_with_a_page_that_does_not_repeat_it(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "Dit lukt niet" in answer.text
    assert "Kanarie" not in answer.text


@pytest.mark.parametrize("fields", [{}, {"over": "Kanarie" * 20}, {"over": "a", "next_step_on": "Kanarie" * 3}])
def test_a_form_that_cannot_be_is_answered_so_too(client, region, alert, fields):
    answer = client.post(address(region), data=signed(client, alert) | {"over": "", "beurt": "Kanarie"} | fields)

    assert (answer.status_code, answer.headers["content-type"]) == (409, "text/html; charset=utf-8")
    assert "Kanarie" not in answer.text


def test_a_fault_of_our_own_is_a_page_with_the_same_guards(client, region, monkeypatch):
    def fail(*_):
        raise RuntimeError("Kanarie")

    monkeypatch.setattr(region.reader.store, "open_alerts", fail)
    with TestClient(client.app, base_url="http://127.0.0.1", raise_server_exceptions=False) as quiet:
        answer = quiet.get("/")

    assert answer.status_code == 500
    assert "Er ging bij ons iets mis" in answer.text
    assert "Kanarie" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_beside_open_alerts_a_case_never_says_that_no_term_runs(client, region, alert):
    with_alert = client.get(f"/zaak/{region.case(FAMILY)}").text

    assert "Er loopt geen termijn" not in with_alert
    assert "Hierna komt niets meer" in with_alert


def test_no_title_header_or_number_tells_of_a_person_though_the_page_is_about_one(client, region, alert, caplog):
    """A title goes to tabs, histories and bookmarks, a metric to whoever measures: a canary may sing on the page alone."""
    told, count = planted(event_types()["condition_set"])
    region.tell(FAMILY, "condition_set", **told)
    case = region.case(FAMILY)
    sealed = {"Familie", "anarie", "psn-"}

    for path in ("/", f"/zaak/{case}", "/zoek", f"/zoek?nummer={case[:4]}", "/metrics", "/zaak/bestaat-niet"):
        answer = client.get(path)
        titles = re.findall(r"<title.*?</title>", answer.text, re.DOTALL)
        looked_at = [*titles, *map(str, answer.headers.items()), *([answer.text] if path == "/metrics" else [])]
        assert path == "/metrics" or titles, path
        assert [one for one in looked_at if any(word in one for word in sealed)] == [], path
        assert case not in " ".join([titles[0] if titles else "", *looked_at[len(titles) :]]), path

    assert count > 0
    assert not any(word in caplog.text for word in sealed)
