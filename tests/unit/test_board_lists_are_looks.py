"""A list that names cases is a look at them: logged before it is shown, once for what is new, and the reader is told."""

from itertools import count

import pytest

from ledger import errors
from ledger.record import case_id
from services.board.access.lately import KEPT_MAX, WINDOW, Lately
from services.board.rights import Person, Role
from tests.unit.access_site import FAMILY, HERE, AccessSite

MONITOR = Person(id="mdw-1", roles=frozenset({Role.MONITOR}), municipalities=frozenset({HERE}))
AUDITOR = Person(id="ctl-1", roles=frozenset({Role.AUDITOR}))
OTHER = "Familie Tweede Proef"
DUE = "2026-11-17T23:00:00+00:00"
BY_ITSELF = {"sec-fetch-mode": "cors"}


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path) as made:
        made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due=DUE)
        yield made


def shown(site):
    """Return what was logged, oldest first: at what, and how many cases."""
    return [(line.name, line.shown) for line in site.access.looks.lines()]


def test_a_list_is_logged_with_the_cases_that_stand_in_it_and_the_reader_is_told(site):
    site.region.alert(FAMILY, "ST-12", "Nog een", "Daarom.", due=DUE)
    site.region.alert(OTHER, "ST-07", "Titel", "Daarom.", due=DUE)

    answer = site.browser(MONITOR).get("/")

    [line] = site.access.looks.find()
    assert (line.person, line.name, line.case_id, line.shown) == ("mdw-1", "see_alerts", "", 2)
    assert line.purpose.startswith("Volgen")
    assert {one.case_id for one in site.access.looks.by_case([line])} == {
        site.region.case(one) for one in (FAMILY, OTHER)
    }
    assert "Welke casussen u op deze pagina ziet, is vastgelegd." in answer.text


@pytest.mark.parametrize("path", ["/", "/lijst", "/alarmen.csv", "/team", "/team.csv"])
def test_a_list_that_cannot_be_logged_is_not_shown(site, monkeypatch, path):
    def full(*_):
        raise errors.Unavailable("no room")

    monkeypatch.setattr(type(site.access.looks), "add_list", full)
    manager = Person(id="tm-1", roles=frozenset({Role.TEAM_MANAGER}), municipalities=frozenset({HERE}))

    answer = site.browser(manager).get(path)

    assert answer.status_code == 503
    assert site.region.case(FAMILY) not in answer.text


def test_a_list_without_a_case_is_no_look(site):
    elsewhere = Person(id="mdw-2", roles=frozenset({Role.MONITOR}), municipalities=frozenset({"1966"}))

    answer = site.browser(elsewhere).get("/")

    assert (shown(site), "is vastgelegd" in answer.text) == ([], False)


def test_a_page_that_brings_itself_up_to_date_is_a_look_only_at_what_is_new_in_it(site):
    browser = site.browser(MONITOR)
    browser.get("/")
    for _ in range(3):
        browser.get("/lijst", headers=BY_ITSELF)
    assert shown(site) == [("see_alerts", 1)]

    site.region.alert(OTHER, "ST-07", "Titel", "Daarom.", due=DUE)
    for _ in range(3):
        browser.get("/lijst", headers=BY_ITSELF)

    assert shown(site) == [("see_alerts", 1), ("see_alerts", 1)]
    assert [one.case_id for one in site.access.looks.by_case(site.access.looks.find(limit=1))] == [
        site.region.case(OTHER)
    ]
    browser.get("/")
    assert shown(site)[-1] == ("see_alerts", 2)


def test_what_one_sees_says_nothing_of_what_another_saw(site):
    site.browser(MONITOR).get("/")
    site.browser(Person(id="mdw-2", roles=MONITOR.roles, municipalities=MONITOR.municipalities)).get("/lijst")

    assert [line.person for line in site.access.looks.lines()] == ["mdw-1", "mdw-2"]


def test_a_list_that_stays_open_is_logged_again_after_an_hour():
    lately, first = Lately(), [1_000, 1_000 + WINDOW - 1, 1_000 + WINDOW]
    lately.note("mdw-1", "see_alerts", ["a", "b"], now=first[0])

    assert [lately.new_to("mdw-1", "see_alerts", ["a", "c"], now=now) for now in first] == [["c"], ["c"], ["a", "c"]]


def test_what_is_kept_of_who_saw_what_stays_small():
    lately = Lately()
    for number in range(KEPT_MAX + 3):
        lately.note(f"mdw-{number}", "see_alerts", ["a"], now=1)

    assert len(lately._seen) <= KEPT_MAX


def test_a_search_that_finds_more_than_one_case_is_logged(site):
    seen = {}
    for number in count():
        name = f"Familie Proef {number}"
        beginning = case_id(f"opening of {name}")[:4]
        if beginning in seen:
            break
        seen[beginning] = name
    for one in (name, seen[beginning]):
        site.region.alert(one, "ST-07", "Titel", "Daarom.", due=DUE)

    answer = site.browser(MONITOR).get("/zoek", params={"nummer": beginning})

    assert (answer.status_code, shown(site)) == (200, [("find_case", 2)])


def test_an_auditor_finds_lists_by_case_and_takes_them_out_as_one_line_for_each_case(site):
    site.region.alert(OTHER, "ST-07", "Titel", "Daarom.", due=DUE)
    site.browser(MONITOR).get("/")
    auditor, case = site.browser(AUDITOR), site.region.case(OTHER)

    page = auditor.get("/inzage", params={"casus": case[:8]}).text
    whole = auditor.get("/inzage.csv", params={"wie": "mdw-1"}).text.splitlines()
    one = auditor.get("/inzage.csv", params={"casus": case[:8], "wie": "mdw-1"}).text.splitlines()

    assert "2 casussen in een lijst" in page
    assert (len(whole), len(one), case in one[1]) == (3, 2, True)
    assert [line.activity for line in site.access.looks.find(person="ctl-1", limit=1)] == ["controleren"]
