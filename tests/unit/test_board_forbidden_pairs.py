"""Every route of the board beside every role, in scope and out of it: the mounted board does what the table says."""

import re

import pytest

from ledger.numbers import number_of
from services.board.access.keeper import Keeper
from services.board.access.lately import WINDOW
from services.board.pages.menu import FIRST, HOMES
from services.board.rights import OPEN, TABLE, Action, Grant, Person, Role, Whose, may
from tests.unit.access_site import ELSEWHERE, FAMILY, HERE, AccessSite

OWN, OTHER = "mdw-1", "mdw-2"


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path) as made:
        made.alert = made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")
        row = made.region.reader.store.alert(made.alert)
        with made.region.reader.store.database.transaction() as t:
            t.execute("UPDATE board_alerts SET acknowledged_by = ? WHERE alert = ?", (OWN, row.alert))
        yield made


FOLLOWING = ("/stroom", "/gedaan/{event_id}")  # asked by a page that was logged
LISTS = {
    Role.MONITOR: {"/", "/lijst", "/alarmen.csv"},
    Role.WORKER: {"/", "/lijst"},
    Role.TEAM_MANAGER: {"/", "/lijst", "/alarmen.csv", "/team", "/team.csv", "/noodtoegang"},
    Role.POLICY_OFFICER: set(),
    Role.ADMINISTRATOR: set(),
    Role.AUDITOR: {"/inzage", "/inzage.csv", "/noodtoegang"},
}


def names(text, case):
    return case in text or number_of(case) in text


def somebody(role, *, inside):
    return Person(
        id=OWN if inside else OTHER, roles=frozenset({role}), municipalities=frozenset({HERE if inside else ELSEWHERE})
    )


def ask(site, browser, method, path):
    case = site.region.case(FAMILY)
    address = re.sub(r"{(\w+)(:\w+)?}", lambda found: case if found[1] == "case" else "x", path)
    return browser.request(method, address, data=site.signed() if method == "POST" else None)


def wrong_answers(site, person):
    """Return the routes that let in whom the table keeps out, the other way round, or log a look that was refused."""
    whose = Whose(municipality=HERE, people=frozenset({OWN}))
    number = site.region.case(FAMILY)[:8]
    browser, wrong = site.browser(person), []
    for method, path, action in site.routes():
        allowed = may(person, action, whose if "{case}" in path and _is_about_a_case(action) else None)
        looked = len(site.access.looks.find())
        answer = ask(site, browser, method, path)
        refused = answer.status_code == 403 or _is_led_home(answer, path)
        shown = number in answer.text.lower() and answer.status_code == 200
        if refused == allowed or (shown and not allowed) or (not allowed and len(site.access.looks.find()) > looked):
            wrong.append((method, path, action.value, answer.status_code))
    return wrong


def _is_led_home(answer, path):
    return path == FIRST and answer.status_code == 303 and answer.headers["location"] in set(HOMES.values()) - {FIRST}


@pytest.mark.parametrize("inside", [True, False], ids=["in scope", "out of scope"])
@pytest.mark.parametrize("role", Role)
def test_the_mounted_board_answers_as_the_table_says(site, role, inside):
    assert wrong_answers(site, somebody(role, inside=inside)) == []


def test_a_door_that_lets_everybody_in_is_noticed(site, monkeypatch):
    monkeypatch.setattr(Keeper, "let_in", lambda *_: None)

    found = {path for _, path, *_ in wrong_answers(site, somebody(Role.MONITOR, inside=False))}

    assert "/zaak/{case}" in found


@pytest.mark.parametrize("role", Role)
def test_no_page_and_no_file_names_a_case_without_a_look_that_says_so(site, role):
    """Whatever is mounted later is asked too: an answer with the number of a case in it has a line for that case before it."""
    case = site.region.case(FAMILY)
    site.access.emergencies.ask("mdw-9", case, HERE, reason="gevaar", explained="")
    site.access.looks.add([site.keeper.look_of(somebody(Role.MONITOR, inside=True), Action.SEE_CASE, case)])
    named, unsaid = set(), []
    for method, path, _ in site.routes():
        if method != "GET" or path.endswith(FOLLOWING):
            continue
        before, site.wall.at = site.access.looks.head()[0], site.wall.at + WINDOW  # nothing was shown lately
        answer = ask(site, site.browser(somebody(role, inside=True)), method, path)
        if answer.status_code == 200 and names(answer.text, case):
            named.add(path)
            since = [line for line in site.access.looks.find(case=case, person=OWN) if line.position > before]
            unsaid += [] if since else [path]

    assert unsaid == []
    assert named >= LISTS[role]


@pytest.mark.parametrize("role", Role)
def test_each_role_begins_on_a_page_that_is_theirs(site, role):
    browser = site.browser(somebody(role, inside=True))

    assert set(HOMES) == set(Role)
    assert browser.get(HOMES[role]).status_code == 200
    assert browser.get(FIRST, follow_redirects=True).status_code == 200


def _is_about_a_case(action):
    return action not in OPEN and Grant.OWN in {TABLE[role, action] for role in Role}


def test_nobody_gets_anything_but_the_way_in(site):
    browser, wrong = site.browser(), []
    for method, path, action in site.routes():
        answer = ask(site, browser, method, path)
        sent_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/aanmelden")
        if (action in OPEN) == sent_away:
            wrong.append((method, path, answer.status_code))

    assert wrong == []


@pytest.mark.parametrize("role", [Role.POLICY_OFFICER, Role.ADMINISTRATOR])
def test_who_has_no_task_with_families_meets_no_number_of_a_case_on_any_page(site, role):
    browser = site.browser(somebody(role, inside=True))
    number = site.region.case(FAMILY)[:4].upper()

    for method, path, _ in site.routes():
        if method == "GET":
            answer = ask(site, browser, method, path)
            assert answer.status_code != 200 or f"{number}-" not in answer.text, path


def test_every_action_on_a_case_that_is_mounted_is_about_that_case(site):
    """A route with a case in its address must be one whose table row knows scope, or the one that asks to be let in."""
    found = {action for _, path, action in site.routes() if "{case}" in path}

    assert all(_is_about_a_case(action) for action in found - {Action.ASK_EMERGENCY_ACCESS})
