"""Emergency access is told to whose case it is, judged by somebody else, kept in the chain, and its explanation sealed."""

from pathlib import Path

import pytest

from ledger import errors
from ledger.database import open_database
from services.board.access.emergency import UNREADABLE, Emergencies
from services.board.access.looks import LookLog
from services.board.outbox import Seal
from services.board.rights import Person, Role
from tests.unit.access_site import ELSEWHERE, FAMILY, HERE, AccessSite
from waakvlam.clock import FixedClock

OWNER = Person(id="mdw-1", roles=frozenset({Role.WORKER}))
COLLEAGUE = Person(id="mdw-2", roles=frozenset({Role.MONITOR}), municipalities=frozenset({HERE}))
STRANGER = Person(id="mdw-9", roles=frozenset({Role.MONITOR}), municipalities=frozenset({ELSEWHERE}))
MANAGER = Person(id="tm-1", roles=frozenset({Role.TEAM_MANAGER}), municipalities=frozenset({HERE}))
DUE = "2026-11-17T23:00:00+00:00"
WHY = "Kanarie: de buren bellen over rook"
DAY = 86_400_000_000


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path) as made:
        made.alert = made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due=DUE)
        yield made


def take_up(site, who):
    with site.region.reader.store.database.transaction() as t:
        t.execute("UPDATE board_alerts SET acknowledged_by = ? WHERE raised = ?", (who, site.alert))


def break_in(site, **form):
    form = form or {"reden": "anders", "uitleg": WHY}
    return site.browser(STRANGER).post(f"/zaak/{site.region.case(FAMILY)}/noodtoegang", data=site.signed(**form))


def is_told(site, person):
    return "Noodtoegang tot uw casus" in site.browser(person).get("/").text


def test_whose_case_it_is_reads_it_on_the_first_page_until_they_say_so(site):
    take_up(site, OWNER.id)
    assert break_in(site).status_code == 303
    browser, number = site.browser(OWNER), site.access.emergencies.unjudged()[0].id

    page = browser.get("/").text
    assert "Noodtoegang tot uw casus" in page
    assert "mdw-9" in page
    assert WHY in page
    assert not is_told(site, COLLEAGUE)
    site.wall.at += 40 * DAY
    assert is_told(site, OWNER), "it stays until it was read"
    site.browser(OWNER).post("/noodtoegang/gelezen", data=site.signed(nummer=number))
    assert not is_told(site, OWNER)


def test_who_gets_the_case_within_a_month_is_told_too_and_who_asked_never(site):
    break_in(site)
    take_up(site, STRANGER.id)
    assert not is_told(site, STRANGER)

    take_up(site, OWNER.id)
    assert is_told(site, OWNER)
    site.wall.at += 31 * DAY
    assert not is_told(site, OWNER)


def test_nobody_says_for_somebody_else_that_it_was_read(site):
    take_up(site, OWNER.id)
    break_in(site)
    number = site.access.emergencies.unjudged()[0].id

    assert site.browser(COLLEAGUE).post("/noodtoegang/gelezen", data=site.signed(nummer=number)).status_code == 409
    assert site.browser(OWNER).post("/noodtoegang/gelezen", data={"nummer": number}).status_code == 403
    assert is_told(site, OWNER)


def test_that_it_was_asked_and_how_it_was_judged_are_lines_of_the_chain(site):
    break_in(site)
    number = site.access.emergencies.unjudged()[0].id
    site.browser(MANAGER).post("/noodtoegang", data=site.signed(nummer=number, oordeel="onterecht"))

    lines = [line for line in site.access.looks.lines() if line.emergency == number]
    assert [(line.person, line.name) for line in lines] == [
        ("mdw-9", "ask_emergency_access"),
        ("tm-1", "review_emergency_access"),
    ]
    assert lines[1].purpose.endswith("niet terecht")
    assert site.access.looks.broken_at() is None
    assert "Oordeel van tm-1: Niet terecht." in site.browser(COLLEAGUE).get(f"/zaak/{site.region.case(FAMILY)}").text


def test_what_cannot_be_logged_opens_nothing(site, monkeypatch):
    def full(*_, **__):
        raise errors.Unavailable("no room")

    monkeypatch.setattr(type(site.access.looks), "add", full)

    assert break_in(site).status_code == 503
    assert site.access.emergencies.all() == []


def test_a_team_manager_meets_what_waits_for_a_judgement_where_their_day_begins(site):
    break_in(site)

    assert "1 keer noodtoegang wacht op een oordeel" in site.browser(MANAGER).get("/team").text


def test_the_explanation_stands_nowhere_in_clear_and_another_key_does_not_open_it(site):
    break_in(site)
    database, number = site.access.looks.database, site.access.emergencies.unjudged()[0].id
    assert site.access.emergencies.unjudged()[0].explained == WHY

    with database.reading() as t:
        kept = t.value("SELECT explained FROM emergencies WHERE id = ?", (number,))
    assert "Kanarie" not in kept
    assert not any(WHY.encode()[:7] in one.read_bytes() for one in Path(site.folder).glob("looks.db*"))
    assert [one.explained for one in Emergencies(site.access.looks, site.wall, Seal(b"another")).all()] == [UNREADABLE]


def test_what_an_earlier_version_kept_in_clear_is_sealed_when_it_is_opened(tmp_path):
    database, clock, seal = open_database(f"sqlite:///{tmp_path}/looks.db"), FixedClock(1), Seal(b"ours")
    first = Emergencies(LookLog(database, clock), clock, seal)
    first.ask("mdw-9", "c", HERE, reason="gevaar", explained="")
    with database.transaction() as t:
        t.execute("UPDATE emergencies SET explained = ?", (WHY,))

    again = Emergencies(LookLog(database, clock), clock, seal)

    assert again.all()[0].explained == WHY
    with database.reading() as t:
        assert "Kanarie" not in t.value("SELECT explained FROM emergencies")
    database.close()


def test_the_last_day_for_a_judgement_is_two_working_days_later_and_what_is_late_says_so(site):
    break_in(site)  # on a Tuesday
    assert "Oordeel uiterlijk op 26 november 2026." in site.browser(MANAGER).get("/noodtoegang").text

    site.wall.at += 3 * DAY
    assert (
        "Te laat: het oordeel moest er uiterlijk op 26 november 2026 zijn."
        in site.browser(MANAGER).get("/noodtoegang").text
    )
    break_in(site)  # on a Friday
    assert "Oordeel uiterlijk op 1 december 2026." in site.browser(MANAGER).get("/noodtoegang").text
