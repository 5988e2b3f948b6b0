"""Looking is logged before it is shown, scope holds, emergency access is told and judged, and a login loses no text."""

import re

import pytest
from pydantic import ValidationError

from ledger import errors
from services.board.access.keeper import COOKIE, safe_path
from services.board.access.provider import Claims, NotLetIn, person_of
from services.board.rights import EVERYWHERE, Action, Person, Role, reach
from services.board.settings import BoardSettings
from tests.unit.access_site import ELSEWHERE, FAMILY, HERE, AccessSite

MINUTE = 60_000_000
MONITOR = Person(id="mdw-1", roles=frozenset({Role.MONITOR}), municipalities=frozenset({HERE}))
STRANGER = Person(id="mdw-9", roles=frozenset({Role.MONITOR}), municipalities=frozenset({ELSEWHERE}))
MANAGER = Person(id="tm-1", roles=frozenset({Role.TEAM_MANAGER}), municipalities=frozenset({HERE}))
AUDITOR = Person(id="ctl-1", roles=frozenset({Role.AUDITOR}))


@pytest.fixture
def site(tmp_path):
    with AccessSite(tmp_path) as made:
        made.alert = made.region.alert(FAMILY, "ST-07", "Titel", "Daarom.", due="2026-11-17T23:00:00+00:00")
        yield made


def case_of(site):
    return f"/zaak/{site.region.case(FAMILY)}"


def test_a_look_is_logged_with_who_which_case_for_whom_and_for_what_and_the_reader_is_told(site):
    answer = site.browser(MONITOR).get(case_of(site))

    line = site.access.looks.find()[0]
    assert (line.person, line.case_id, line.name) == ("mdw-1", site.region.case(FAMILY), "see_case")
    assert (line.behalf, line.roles) == ("Veilig Thuis", "monitor")
    assert line.purpose.startswith("Volgen")
    assert "Uw inzage in deze casus is vastgelegd" in answer.text


def test_a_look_that_cannot_be_logged_is_not_shown(site, monkeypatch):
    def full(*_):
        raise errors.Unavailable("no room")

    monkeypatch.setattr(type(site.access.looks), "add", full)
    answer = site.browser(MONITOR).get(case_of(site))

    assert answer.status_code == 503
    assert "kon niet worden vastgelegd" in answer.text
    assert "Titel" not in answer.text


def test_what_a_page_asks_by_itself_is_no_second_look(site):
    browser = site.browser(MONITOR)
    browser.get(case_of(site))
    browser.get(f"{case_of(site)}/stroom?versie=0")

    assert len(site.access.looks.find()) == 1


def test_a_case_that_does_not_exist_is_no_look(site):
    answer = site.browser(MONITOR).get("/zaak/0a90f8fc-1234-5678-8abc-000000000001")

    assert (answer.status_code, site.access.looks.find()) == (404, [])


def test_lists_and_search_show_only_what_is_in_scope(site):
    number = site.region.case(FAMILY)[:8]

    assert "Titel" in site.browser(MONITOR).get("/").text
    assert "Titel" not in site.browser(STRANGER).get("/").text
    assert site.browser(MONITOR).get("/zoek", params={"nummer": number}).status_code == 303
    assert site.browser(STRANGER).get("/zoek", params={"nummer": number}).status_code == 200


def test_who_is_handed_an_alert_sees_that_case_until_it_is_taken_up_handed_on_or_closed(site):
    worker = Person(id="mdw-4", roles=frozenset({Role.WORKER}))
    browser, store = site.browser(worker), site.region.reader.store
    alert = store.alert(site.alert).alert

    def sees():
        list_of_own = "Titel" in browser.get("/").text
        assert list_of_own == (browser.get(case_of(site)).status_code == 200)
        assert list_of_own == store.news(0, reach=reach(worker, Action.SEE_ALERTS)).any
        return list_of_own

    def hand_to(colleague):
        site.region.tell(FAMILY, "alert_handed_over", "board", alert=alert, colleague_id=colleague)

    assert not sees()
    hand_to("mdw-4")
    assert sees()
    hand_to("mdw-5")
    assert not sees()
    hand_to("mdw-4")
    assert sees()
    site.region.close(FAMILY, "ST-07")
    assert not sees()


def test_emergency_access_opens_a_case_for_two_hours_is_told_to_its_people_and_judged(site):
    stranger, case = site.browser(STRANGER), case_of(site)
    outside = stranger.get(case)
    assert (outside.status_code, "Is er nu gevaar?" in outside.text, "Titel" in outside.text) == (403, True, False)

    assert stranger.post(f"{case}/noodtoegang", data=site.signed()).status_code == 422
    assert stranger.post(f"{case}/noodtoegang", data={"reden": "gevaar"}).status_code == 403
    assert stranger.post(f"{case}/noodtoegang", data=site.signed(reden="gevaar")).status_code == 303
    assert "Titel" in stranger.get(case).text
    assert site.access.looks.find()[0].emergency
    assert site.access.looks.find()[0].activity == "noodtoegang"

    told = site.browser(MONITOR).get(case).text
    assert re.search(r"Noodtoegang: .*mdw-9.* opende deze casus", told)
    assert "1 keer noodtoegang wacht op een oordeel" in site.browser(MANAGER).get("/").text

    asked = site.access.emergencies.unjudged()[0].id
    answer = site.browser(MANAGER).post("/noodtoegang", data=site.signed(nummer=asked, oordeel="terecht"))
    assert answer.status_code == 303
    assert "Terecht" in site.browser(AUDITOR).get("/noodtoegang").text

    site.wall.at += 121 * MINUTE
    assert site.browser(STRANGER).get(case).status_code == 403


def test_a_team_manager_of_elsewhere_neither_sees_nor_judges_it(site):
    site.access.emergencies.ask("mdw-9", site.region.case(FAMILY), HERE, reason="gevaar", explained="")
    elsewhere = Person(id="tm-2", roles=frozenset({Role.TEAM_MANAGER}), municipalities=frozenset({ELSEWHERE}))
    asked = site.access.emergencies.unjudged()[0].id

    assert "mdw-9" not in site.browser(elsewhere).get("/noodtoegang").text
    assert "wacht op een oordeel" not in site.browser(elsewhere).get("/").text
    answer = site.browser(elsewhere).post("/noodtoegang", data=site.signed(nummer=asked, oordeel="terecht"))
    assert answer.status_code == 409
    assert len(site.access.emergencies.unjudged()) == 1


def test_an_auditor_searches_looks_by_case_and_person_and_takes_them_out_as_nen_7513(site):
    site.browser(MONITOR).get(case_of(site))
    browser, number = site.browser(AUDITOR), site.region.case(FAMILY)[:8]

    assert "mdw-1" in browser.get("/inzage", params={"casus": number}).text
    assert "Geen inzage gevonden" in browser.get("/inzage", params={"wie": "mdw-2"}).text
    assert "Geen inzage gevonden" in browser.get("/inzage", params={"casus": "geen nummer"}).text
    lines = browser.get("/inzage.csv", params={"wie": "mdw-1"}).text.splitlines()
    assert lines[0].startswith("\ufeffgebeurtenis;tijdstip;dossier;gebruiker;rol;namens")
    assert len(lines) == 2
    assert "keten van alle inzagen klopt" in browser.get("/inzage/keten").text


def test_nobody_who_is_not_logged_in_gets_a_page_and_comes_back_where_they_wanted_to_be(site):
    answer = site.browser().get(case_of(site))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/aanmelden?naar=%2Fzaak%2F")


def test_a_form_that_is_sent_after_the_login_ended_comes_back_with_its_text_and_can_be_sent_again(site):
    browser = site.browser(MONITOR)
    site.wall.at += 31 * MINUTE
    fields = site.signed(over=site.alert, intention="bellen", next_step_on="2026-11-27", beurt="0")

    answer = browser.post(f"{case_of(site)}/doe/oppakken", data=fields)

    assert answer.status_code == 401
    for name, value in fields.items():
        assert f'name="{name}" value="{value}"' in answer.text
    assert site.region.reader.outbox.sent() == []
    browser.cookies.set(COOKIE, site.access.sessions.open(MONITOR, id_token="t"))
    assert browser.post(f"{case_of(site)}/doe/oppakken", data=fields).status_code == 303


def test_what_another_site_sends_after_the_login_ended_is_not_repeated(site):
    answer = site.browser().post(f"{case_of(site)}/doe/oppakken", data={"over": "Kanarie"})

    assert answer.status_code == 403
    assert "Kanarie" not in answer.text


def test_a_page_that_asks_by_itself_does_not_make_a_login_last(site):
    browser = site.browser(MONITOR)
    for _ in range(4):
        site.wall.at += 10 * MINUTE
        last = browser.get("/lijst", headers={"sec-fetch-mode": "cors"}).status_code

    assert last == 401


def test_to_say_that_one_is_still_there_makes_it_last(site):
    browser = site.browser(MONITOR)
    for _ in range(4):
        site.wall.at += 20 * MINUTE
        assert browser.post("/blijf", headers={"sec-fetch-mode": "cors"}).status_code == 204


def test_logging_out_ends_the_session_on_our_side(site, monkeypatch):
    monkeypatch.setattr(type(site.access.provider), "leave", lambda *_, **__: None)
    browser = site.browser(MONITOR)
    token = browser.cookies[COOKIE]

    assert browser.post("/afmelden", data=site.signed()).headers["location"] == "/afgemeld"
    assert site.access.sessions.find(token, touch=False) is None


@pytest.mark.parametrize(
    "path", ["//elders.example", "https://elders.example", "/\\elders.example", "zaak", "/a\nb", ""]
)
def test_a_login_leads_back_to_a_page_of_ours_alone(path):
    assert safe_path(path) == "/"


def test_the_provider_that_may_be_left_to_stands_in_the_policy(site):
    policy = site.browser(MONITOR).get("/").headers["content-security-policy"]

    assert "form-action 'self' http://127.0.0.1:9;" in policy


def test_claims_become_an_opaque_person_with_roles_and_municipalities():
    said = {
        "sub": "mdw-7",
        "realm_access": {"roles": ["waakvlam-team-manager", "monitor", "koffie"]},
        "municipalities": "0014 1966",
    }

    person = person_of(said, Claims(roles="realm_access.roles"))

    assert person.roles == {Role.TEAM_MANAGER, Role.MONITOR}
    assert person.municipalities == {"0014", "1966"}
    assert person_of({"sub": "x", "municipalities": ["*"]}, Claims()).municipalities == EVERYWHERE


@pytest.mark.parametrize("sub", ["Jan Verzonnen", "jan@verzonnen.example", "", None, 7])
def test_a_name_or_an_address_of_mail_is_no_person(sub):
    with pytest.raises(NotLetIn, match="personeelsnummer"):
        person_of({"sub": sub}, Claims())


def test_with_a_login_the_board_may_be_reached_from_elsewhere_but_only_encrypted(tmp_path):
    whole = {
        "board_host": "0.0.0.0",
        "oidc_issuer": "https://login.example.nl",
        "oidc_client_secret_file": tmp_path / "geheim",
        "board_address": "https://bord.example.nl",
    }
    BoardSettings(**whole)

    with pytest.raises(ValidationError, match="WAAKVLAM_BOARD_ADDRESS"):
        BoardSettings(**(whole | {"board_address": ""}))
    with pytest.raises(ValidationError, match="https"):
        BoardSettings(**(whole | {"board_address": "http://bord.example.nl"}))
    with pytest.raises(ValidationError, match="https"):
        BoardSettings(**(whole | {"oidc_issuer": "http://login.example.nl"}))


def test_on_a_demonstration_one_chooses_who_one_is(tmp_path):
    with AccessSite(tmp_path, has_login=False) as site:
        browser = site.browser()
        assert 'U bent <span class="medewerker">demo-medewerker</span>' in browser.get("/").text

        chosen = browser.post("/rol", data=site.signed(rol="auditor"))

        assert (chosen.status_code, chosen.headers["location"]) == (303, "/inzage")
        assert browser.get("/").headers["location"] == "/inzage"
        assert "demo-medewerker-controle" in browser.get("/inzage").text


def test_with_a_login_nobody_chooses_who_they_are(site):
    browser = site.browser(MONITOR)

    assert browser.post("/rol", data=site.signed(rol="auditor")).status_code == 404
    browser.cookies.set("waakvlam_rol", "auditor")
    assert browser.get("/inzage").status_code == 403


def test_the_way_to_be_gone_says_nothing_of_families_or_of_this_board(site):
    text = site.browser().get("/rust").text

    assert not re.search("waakvlam|casus|alarm|geweld", text.replace("/static/", ""), re.IGNORECASE)
