"""What people do about a case: contact, monitoring, answers, escalations, corrections and links, through a real door."""

import pytest

from services.board.pages import case as case_pages
from services.board.rights import Action as Right
from tests.spec.doing_site import ANNA, BEN, CANARY, DAY, NOW, POLICE, TEAM, DoingSite, report


@pytest.fixture
def site(tmp_path):
    made = DoingSite(tmp_path)
    yield made
    made.close()


@pytest.fixture
def anna(site):
    return site.at(ANNA)


def handed_over(site):
    site.tell("handover_offered", handover_id="o-1", to_agency=TEAM, after="conditions_and_follow_up")
    site.tell("handover_accepted", TEAM, handover_id="o-1", after="conditions_and_follow_up")


# Contact, monitoring, an answer.


def test_contact_with_a_family_is_recorded_as_it_happened(site, anna):
    assert anna.do("contact", occurred_at="2026-11-20", **{"occurred_at-tijd": "14:15"}).status_code == 303

    record = site.last("family_contacted")
    assert (record.agency, record.recorded_by) == ("board", ANNA)
    assert record.event().occurred_at == NOW - 4 * DAY + (3 * 60 - 15) * 60 * 1_000_000


@pytest.mark.parametrize(
    ("day", "time", "sentence"),
    [
        ("2026-11-25", "", "Dit is al gebeurd, dus kies vandaag of een dag daarvoor."),
        ("2026-11-24", "23:59", "Dit tijdstip moet nog komen."),
        ("2026-11-24", "kwart over", "Deze tijd bestaat niet."),
        ("2026-02-30", "", "Deze dag bestaat niet."),
        ("", "", "Kies een dag."),
    ],
)
def test_contact_at_a_time_that_cannot_be_is_not_taken(site, anna, day, time, sentence):
    answer = anna.do("contact", occurred_at=day, **{"occurred_at-tijd": time})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert site.sent == []


def test_a_contact_that_a_colleague_told_meanwhile_is_asked_about_and_can_be_told_all_the_same(site, anna):
    page = anna.open("contact")
    site.at(BEN).do("contact")

    answer = anna.send(page, "contact", occurred_at="2026-11-23")
    assert "Een collega legde hier intussen iets over vast." in answer.text
    assert site.count("family_contacted") == 1

    assert anna.send(answer, "contact").status_code == 303
    assert site.count("family_contacted") == 2


def test_who_sends_a_form_again_that_was_recorded_is_told_so(site, anna):
    page = anna.open("contact")
    anna.send(page, "contact")

    assert "U heeft dit net al vastgelegd." in anna.send(page, "contact").text
    assert site.count("family_contacted") == 1


def test_who_tells_something_else_while_the_first_is_under_way_is_asked_to_wait(site, anna):
    site.holds = True
    page = anna.open("contact")
    anna.send(page, "contact", occurred_at="2026-11-23")

    assert "iets anders over vast, dat nog onderweg is" in anna.send(page, "contact", occurred_at="2026-11-20").text


def test_a_monitoring_moment_asks_the_three_questions_and_with_whom_was_spoken(site, anna):
    assert "Monitoren begint als een lokaal team de casus heeft geaccepteerd." in anna.open("monitormoment").text
    handed_over(site)
    page = anna.open("monitormoment")
    for question in ("1. Wordt aan de", "2a. Is iedereen nu veilig?", "2b. Blijft het veilig?", "3. Wordt er gewerkt"):
        assert question in page.text

    empty = anna.send(page, "monitormoment")
    assert empty.text.count("Maak een keuze.") == 2 * 5
    answers = {"conditions": "met", "direct_safety": "yes", "stable_safety": "unknown", "recovery": "no"}
    told = {**answers, "decision": "continue", "spoken_with": ["adult", "team"], "findings": CANARY}
    assert anna.send(page, "monitormoment", **told).status_code == 303

    record = site.last("monitoring_moment_done")
    assert record.data() == {**answers, "decision": "continue", "spoken_with": ["adult", "team"], "moment": 1}
    assert site.ledger.unseal(record) == {"findings": CANARY}
    assert "Moment 1 (al vastgelegd: 24 november 2026)" in anna.open("monitormoment").text


def test_a_concern_of_the_team_is_answered_once(site, anna):
    site.tell("concern_reported_back", TEAM, concern_id="t-1")

    assert anna.do("terugkoppelen", "t-1").status_code == 303

    assert site.last("concern_answered").data() == {"concern_id": "t-1"}
    assert "al beantwoord" in site.at(BEN).open("terugkoppelen", "t-1").text


# Escalations.


def test_an_escalation_goes_up_the_ladder_of_the_region_and_down_and_closes(site, anna):
    page = anna.open("escalatie-starten", "samen-doen")
    assert "Niveau 3: bestuurlijk" in page.text
    assert "Hier gaat geen naam of adres heen" in page.text
    assert anna.send(page, "escalatie-starten", reason="samenwerking-stagneert").status_code == 303
    number = site.last("escalation_started").data()["escalation_id"]

    page = anna.open("escalatie-verplaatsen", number)
    assert "Hier ligt de vraag nu" in page.text
    assert anna.send(page, "escalatie-verplaatsen", level="1", reason="route-loopt-vast").status_code == 303
    assert anna.do("escalatie-verplaatsen", number, level="0", reason="route-loopt-vast").status_code == 303
    assert site.last("escalation_moved").data()["direction"] == "down"

    site.clock.at += 60_000_000
    assert anna.do("escalatie-besluit", number).status_code == 303
    assert anna.open("escalatie-besluit", number).status_code == 409
    assert anna.do("escalatie-sluiten", number, reason="opgelost").status_code == 303
    assert anna.open("escalatie-verplaatsen", number).status_code == 409


def test_a_ladder_is_called_by_its_name(site, anna):
    offers = anna.client.get(f"/zaak/{site.case}/doe").text
    for name in ("Samen Doen", "AVE (Aanpak ter voorkoming van escalatie)", "Multidisciplinaire aanpak (MDA++)"):
        assert f"Ladder {name}" in offers
    assert "Niveau 1: AVE 1" in anna.open("escalatie-starten", "ave").text

    anna.do("escalatie-starten", "mda-plusplus", reason="structureel-onveilig")

    assert "een escalatie (Multidisciplinaire aanpak (MDA++), niveau 1)" in anna.page()


@pytest.mark.parametrize("starts", [True, False])
def test_passing_over_a_level_needs_a_ground_that_the_ladder_names(site, anna, starts):
    action, over = "escalatie-starten", "samen-doen"
    if not starts:
        anna.do(action, over, reason="samenwerking-stagneert")
        action, over = "escalatie-verplaatsen", site.last("escalation_started").data()["escalation_id"]
    page = anna.open(action, over)
    assert "kan alleen omdat de veiligheid is in gevaar" in page.text

    refused = anna.send(page, action, level="2", reason="samenwerking-stagneert")
    assert "slaat niveau" in refused.text.lower()
    assert refused.status_code == 422
    assert anna.send(refused, action, level="2", reason="veiligheid-in-gevaar").status_code == 303
    assert site.receipts[-1].verdict == "accepted"


def test_two_colleagues_move_one_escalation_once(site, anna):
    anna.do("escalatie-starten", "samen-doen", reason="samenwerking-stagneert")
    number = site.last("escalation_started").data()["escalation_id"]
    ben = site.at(BEN)
    page = ben.open("escalatie-sluiten", number)
    anna.do("escalatie-verplaatsen", number, level="1", reason="route-loopt-vast")

    assert (
        "Een collega legde hier intussen iets over vast." in ben.send(page, "escalatie-sluiten", reason="opgelost").text
    )
    assert site.count("escalation_closed") == 0


# Mistakes.


def test_a_wrong_fact_is_corrected_by_what_differs_alone(site, anna):
    site.tell(
        "safety_assessed", report_id="r-1", urgency="orange", acute_unsafe=False, structural_unsafe=True, persons=[]
    )
    event = site.last("safety_assessed").event_id
    page = anna.open("verbeteren", event)
    assert "U heeft nog niets veranderd." in anna.send(page, "verbeteren", reason="typefout").text

    assert anna.send(page, "verbeteren", gegeven__urgency="red", reason="typefout").status_code == 303

    told = site.last("event_corrected").data()
    assert (told["event_id"], told["data"]) == (event, {"urgency": "red"})
    assert "occurred_at" not in told
    back = anna.do("verbeteren", event, gegeven__urgency="orange", reason="typefout")
    assert "Trek dan de eerdere verbetering in." in back.text


def test_a_wrong_day_is_corrected_and_terms_are_counted_anew(site, anna):
    event = site.last("report_received").event_id

    assert anna.do("verbeteren", event, new_occurred_at="2026-11-20", reason="verkeerde-datum").status_code == 303

    assert site.last("event_corrected").data()["occurred_at"].startswith("2026-11-20T")


def test_what_did_not_happen_is_withdrawn_and_nobody_withdraws_it_twice(site, anna):
    site.tell("family_contacted", TEAM)
    event = site.last("family_contacted").event_id

    assert anna.do("intrekken", event, reason="dubbel-verstuurd").status_code == 303

    assert site.last("event_withdrawn").data() == {"event_id": event, "reason": "dubbel-verstuurd"}
    assert "al ingetrokken" in site.at(BEN).open("intrekken", event).text


def test_what_waakvlam_itself_concludes_is_not_corrected_by_hand(site, anna):
    raised = site.alert("ST-07")

    for action in ("verbeteren", "intrekken"):
        assert anna.open(action, raised).status_code == 409


def test_each_line_of_the_timeline_leads_to_the_form_that_corrects_it_filled_in(site, anna):
    site.alert("ST-07")
    event = site.last("report_received").event_id

    page = anna.page()

    for action in ("verbeteren", "intrekken"):
        assert f'href="/zaak/{site.case}/doe/{action}?over={event}"' in page
        assert f'name="over" value="{event}"' in anna.open(action, event).text
    assert page.count('class="regel__herstel"') == 2  # and none at what Waakvlam told itself
    past = anna.client.get(f"/zaak/{site.case}?op=2026-11-23").text
    assert "regel__herstel" not in past


def test_what_was_withdrawn_and_who_may_not_correct_has_no_way_to_a_form(site, anna, monkeypatch):
    site.tell("family_contacted", TEAM)
    event = site.last("family_contacted").event_id
    anna.do("intrekken", event, reason="dubbel-verstuurd")
    assert f"/doe/verbeteren?over={event}" not in anna.page()
    assert f"/doe/intrekken?over={site.last('event_withdrawn').event_id}" in anna.page()

    monkeypatch.setattr(case_pages, "may", lambda _, right, *__: right is not Right.CORRECT_EVENT)
    assert "regel__herstel" not in anna.page()


# Links.


def test_a_link_is_confirmed_once(site, anna):
    site.tell("report_received", POLICE, **report("r-2"))
    assert "Deze koppeling" in anna.open("koppeling-bevestigen", "r-1").text

    assert anna.do("koppeling-bevestigen", "r-2").status_code == 303

    assert site.last("link_confirmed").data() == {"report_id": "r-2"}
    assert anna.open("koppeling-bevestigen", "r-2").status_code == 409


def test_what_belongs_to_another_family_moves_to_a_case_of_its_own(site, anna):
    site.tell("report_received", POLICE, **report("r-2"))
    wrong = site.last("report_received").event_id

    assert "Kies er ten minste een." in anna.do("koppeling-splitsen", reason="verkeerd-gekoppeld").text
    answer = anna.do("koppeling-splitsen", event_ids=[wrong], reason="verkeerd-gekoppeld")

    assert answer.status_code == 303
    assert site.receipts[0].verdict == "accepted"
    assert site.count("event_withdrawn") == 1
    assert anna.open("verbeteren", wrong).status_code == 409


# All of it.


def test_the_list_of_what_can_be_done_names_only_what_can_be_done_now(site, anna):
    site.alert("ST-01", legal=True)

    text = anna.client.get(f"/zaak/{site.case}/doe").text

    assert "Alarm oppakken" in text
    assert "Uitstel accepteren" not in text
    assert "Monitormoment" not in text


def test_a_deed_of_another_case_or_person_is_not_shown(site, anna):
    anna.do("contact")
    event_id = site.reader.outbox.sent()[0].event_id

    assert anna.client.get(f"/zaak/{site.case}/gedaan/{event_id}").status_code == 200
    assert site.at(BEN).client.get(f"/zaak/{site.case}/gedaan/{event_id}").status_code == 404
    assert anna.client.get(f"/zaak/{site.case}/doe/bestaat-niet").status_code == 404
