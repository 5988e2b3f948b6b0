"""What people do about an alert: each deed is an event that a real door takes, and nothing is taken twice."""

import re
from types import SimpleNamespace

import pytest

from services.board.casepage import rows_of
from services.board.desks import people_of
from services.board.ports import Open
from services.board.rights import Action, Person, Role, reach
from tests.spec.doing_site import ANNA, BEN, CANARY, RADAR, DoingSite

CLOSED = {
    "alert": "alarm-ST-07",
    "rule": "ST-07",
    "agreement": "groningen",
    "version": 1,
    "instance": "evt-1",
    "stage": "breach",
    "due": "2026-11-23T23:00:00Z",
    "row": 1,
    "outcome": "late",
}


@pytest.fixture
def site(tmp_path):
    made = DoingSite(tmp_path)
    yield made
    made.close()


def lies_with(seat):
    """Return what the page of the case says of with whom its alert lies."""
    return re.search(r"<dt>Ligt bij</dt><dd>([^<]*)</dd>", seat.page())[1]


def _row(site):
    (row,) = site.store.open_alerts(site.case)[1]
    return SimpleNamespace(
        alert=row.alert, case=row.case_id, rule=row.rule, agreement=row.agreement, version=row.agreement_version,
        instance=row.instance, stage=row.stage, due=row.due, raised_at=row.raised_at, to=row.turn, told=(), because=(),
    )  # fmt: skip


def test_picking_up_says_what_somebody_does_and_when_they_look_again(site):
    raised = site.alert("ST-07")

    answer = site.at(ANNA).do("oppakken", raised, intention=CANARY, next_step_on="2026-12-01")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/zaak/{site.case}#gedaan")
    record = site.last("alert_acknowledged")
    assert (record.recorded_by, record.data()) == (ANNA, {"alert": "alarm-ST-07", "next_step_on": "2026-12-01"})
    assert site.ledger.unseal(record) == {"intention": CANARY}
    assert "Vastgelegd op 24 november 2026 om 11.30 uur." in site.at(ANNA).page()


def test_what_was_not_filled_in_is_said_beside_the_field_and_what_was_typed_stays(site):
    raised = site.alert("ST-07")

    answer = site.at(ANNA).do("oppakken", raised, intention=CANARY, next_step_on="2026-11-23")

    assert answer.status_code == 422
    assert "Deze dag is voorbij. Kies vandaag of een latere dag." in answer.text
    assert CANARY in answer.text
    assert 'href="#veld-next-step-on"' in answer.text
    assert "<title>Fout: " in answer.text
    assert site.sent == []


def test_a_double_click_is_one_event(site):
    raised, anna = site.alert("ST-07"), site.at(ANNA)
    site.holds = True
    page = anna.open("oppakken", raised)

    for _ in range(2):
        answer = anna.send(page, "oppakken", intention="x", next_step_on="2026-12-01")
        assert answer.status_code == 303

    site.flow()
    assert site.count("alert_acknowledged") == 1


def test_of_two_colleagues_at_once_the_second_is_told_and_nothing_is_taken_twice(site):
    raised = site.alert("ST-07")
    site.holds = True
    first, second = site.at(ANNA), site.at(BEN)
    pages = first.open("oppakken", raised), second.open("oppakken", raised)

    first.send(pages[0], "oppakken", intention="x", next_step_on="2026-12-01")
    answer = second.send(pages[1], "oppakken", intention=CANARY, next_step_on="2026-12-01")

    assert answer.status_code == 422
    assert "Een collega legt hier op dit moment iets over vast." in answer.text
    assert CANARY in answer.text
    site.flow()
    assert site.last("alert_acknowledged").recorded_by == ANNA


def test_what_a_colleague_has_taken_says_so_to_whoever_still_has_the_form_open(site):
    raised, ben = site.alert("ST-07"), site.at(BEN)
    page = ben.open("oppakken", raised)
    site.at(ANNA).do("oppakken", raised, intention="x", next_step_on="2026-12-01")

    answer = ben.send(page, "oppakken", intention="y", next_step_on="2026-12-01")

    assert answer.status_code == 409
    assert "Dit alarm is al opgepakt door een collega." in answer.text
    assert ben.open("oppakken", raised).status_code == 409
    assert site.count("alert_acknowledged") == 1


def test_danger_is_quiet_for_a_week_at_most_and_longer_with_a_second_person(site):
    raised, anna = site.alert("ST-39", weight=5), site.at(ANNA)
    too_long = anna.do("oppakken", raised, intention="x", next_step_on="2026-12-02")
    assert "Dit gaat over gevaar: kies een dag binnen een week, uiterlijk 1 december 2026." in too_long.text
    assert anna.do("oppakken", raised, intention="x", next_step_on="2026-12-01").status_code == 303

    assert anna.open("langer-stil", raised).status_code == 409
    assert site.at(BEN).do("langer-stil", raised, intention="x", next_step_on="2026-12-20").status_code == 303

    assert site.last("alert_acknowledged").data()["next_step_on"] == "2026-12-20"


def test_an_alert_that_is_handed_over_is_the_colleagues_once_they_take_it_up(site):
    raised, anna, ben = site.alert("ST-07"), site.at(ANNA), site.at(BEN)
    anna.do("oppakken", raised, intention="x", next_step_on="2026-12-01")

    assert "Dit bent u zelf." in anna.do("overdragen", raised, colleague_id=ANNA).text
    assert "zonder spaties" in anna.do("overdragen", raised, colleague_id="Ben de Verzonnene").text
    assert anna.do("overdragen", raised, colleague_id=BEN, note=CANARY).status_code == 303

    record = site.last("alert_handed_over")
    assert record.data() == {"alert": "alarm-ST-07", "colleague_id": BEN}
    assert site.ledger.unseal(record) == {"note": CANARY}
    assert anna.open("oppakken", raised).status_code == 409
    assert ben.do("oppakken", raised, intention="y", next_step_on="2026-12-01").status_code == 303
    assert site.last("alert_acknowledged").recorded_by == BEN


def test_whoever_looks_sees_with_whom_an_alert_lies_now(site):
    raised, anna, ben = site.alert("ST-07"), site.at(ANNA), site.at(BEN)
    assert "Ligt bij" not in anna.page()
    anna.do("oppakken", raised, intention="x", next_step_on="2026-12-01")
    assert lies_with(anna) == "u"
    assert lies_with(ben) == ANNA

    anna.do("overdragen", raised, colleague_id=BEN)
    assert lies_with(anna) == f"{BEN}, overgedragen door u op 24 november 2026 om 11.30 uur, nog niet opgepakt."
    assert lies_with(ben) == f"U. Overgedragen door {ANNA} op 24 november 2026 om 11.30 uur: pak het op."
    assert f"U. Overgedragen door {ANNA}" in ben.client.get("/?van=mij").text

    ben.do("oppakken", raised, intention="y", next_step_on="2026-12-01")
    assert lies_with(ben) == "u"


def test_a_colleague_to_whom_an_alert_was_handed_has_a_task_on_its_case_until_it_closes(site):
    raised = site.alert("ST-07")
    assert people_of(site.store.database, site.case) == frozenset()

    site.at(ANNA).do("overdragen", raised, colleague_id=BEN)

    assert people_of(site.store.database, site.case) == {BEN}
    own = reach(Person(id=BEN, roles=frozenset({Role.WORKER})), Action.SEE_ALERTS)
    assert [
        own.covers(row.municipality, row.acknowledged_by, row.handed_to) for row in site.store.open_alerts()[1]
    ] == [True]
    assert site.store.news(1, reach=own).acknowledged == 1
    site.tell("alert_closed", RADAR, **CLOSED)
    assert people_of(site.store.database, site.case) == frozenset()


def test_a_handover_that_is_withdrawn_leaves_the_alert_where_it_was(site):
    raised, anna = site.alert("ST-07"), site.at(ANNA)
    anna.do("oppakken", raised, intention="x", next_step_on="2026-12-01")
    anna.do("overdragen", raised, colleague_id=BEN)

    anna.do("intrekken", site.last("alert_handed_over").event_id, reason="verkeerde-casus")

    assert lies_with(anna) == "u"


def test_on_a_past_day_an_alert_lies_with_whom_it_lay_then(site):
    raised, anna = site.alert("ST-07"), site.at(ANNA)
    anna.do("overdragen", raised, colleague_id=BEN)
    told = site.ledger.history(site.case)
    opened = [Open(_row(site), "Titel", 3, legal=False)]

    assert [one.handed_to for one in rows_of(opened, told)] == [BEN]
    assert [one.handed_to for one in rows_of(opened, told[:-1])] == [None]


def test_an_alert_is_judged_once_by_each_and_with_a_reason_when_it_was_of_no_use(site):
    raised, anna = site.alert("ST-07"), site.at(ANNA)

    assert "Zeg waarom" in anna.do("nuttig", raised, verdict="not_useful").text
    assert "laat deze reden leeg" in anna.do("nuttig", raised, verdict="useful", reason="te-vroeg").text
    assert anna.do("nuttig", raised, verdict="not_useful", reason="al-gedaan").status_code == 303

    assert site.last("alert_judged").data() == {
        "alert": "alarm-ST-07",
        "rule": "ST-07",
        "verdict": "not_useful",
        "reason": "al-gedaan",
    }
    assert anna.open("nuttig", raised).status_code == 409
    assert site.at(BEN).open("nuttig", raised).status_code == 200


def test_waiting_is_accepted_with_a_reason_for_three_months_at_most(site):
    raised, anna = site.alert("ST-11"), site.at(ANNA)

    too_long = anna.do("uitstel-accepteren", raised, until_on="2027-03-01", reason="wachtlijst")
    assert "hooguit drie maanden" in too_long.text
    assert anna.do("uitstel-accepteren", raised, until_on="2026-12-20", reason="wachtlijst").status_code == 303

    told = {"rule": "ST-11", "instance": "evt-1", "until_on": "2026-12-20", "reason": "wachtlijst"}
    assert site.last("stall_accepted").data() == told


def test_a_legal_term_and_a_signal_cannot_wait(site):
    legal, signal = site.alert("ST-01", legal=True), site.alert("ST-38", stage="signal", weight=5)

    for raised, sentence in ((legal, "Een wettelijke termijn kan niemand laten wachten."), (signal, "een signaal")):
        for action in ("uitstel-accepteren", "uitstel-voorstellen"):
            answer = site.at(ANNA).open(action, raised)
            assert answer.status_code == 409
            assert sentence in answer.text


def test_danger_waits_only_when_one_proposes_and_another_accepts_not_longer_than_that(site):
    raised, anna, ben = site.alert("ST-39", weight=5), site.at(ANNA), site.at(BEN)
    assert "laat niemand alleen wachten" in anna.open("uitstel-accepteren", raised).text

    proposed = anna.do("uitstel-voorstellen", raised, until_on="2026-12-08", reason="wacht-op-besluit-rechter")
    assert proposed.status_code == 303
    assert anna.open("uitstel-accepteren", raised).status_code == 409

    page = ben.open("uitstel-accepteren", raised)
    assert "Een collega stelde voor: tot en met 8 december 2026" in page.text
    assert "Langer mag niet." in ben.send(page, "uitstel-accepteren", until_on="2026-12-09").text
    assert ben.send(page, "uitstel-accepteren", until_on="2026-12-07").status_code == 303

    assert (site.last("stall_accepted").recorded_by, site.count("stall_acceptance_proposed")) == (BEN, 1)
    assert site.receipts[-1].verdict == "accepted"


def test_what_the_door_refuses_after_all_is_told_in_its_sentence_and_can_be_tried_again(site):
    """Between the form and the door somebody withdraws the proposal on which an acceptance rests."""
    raised, ben = site.alert("ST-39", weight=5), site.at(BEN)
    site.at(ANNA).do("uitstel-voorstellen", raised, until_on="2026-12-08", reason="verhuizing")
    proposal = site.last("stall_acceptance_proposed").event_id
    site.holds = True
    ben.do("uitstel-accepteren", raised)
    late = list(site.sent[-1:])
    site.tell("event_withdrawn", by=ANNA, event_id=proposal, reason="typefout")
    site.flow(late)

    assert site.receipts[-1].verdict == "refused"
    page = ben.page()
    assert "Niet vastgelegd." in page
    assert "Gevaar (zwaarte 5) laat niemand alleen wachten." in page
    assert "Vastgelegd op" not in page


def test_what_waits_lies_sealed_and_is_gone_once_its_receipt_is_there(site):
    raised = site.alert("ST-07")
    site.holds = True
    site.at(ANNA).do("oppakken", raised, intention=CANARY, next_step_on="2026-12-01")

    def on_disk():
        return [
            path.name
            for path in site.folder.iterdir()
            if path.name.startswith("board") and CANARY.encode() in path.read_bytes()
        ]

    waiting = site.reader.outbox.sent(state="sent")[0]
    assert waiting.sealed
    assert on_disk() == []
    assert CANARY.encode() in site.sent[0].value

    site.flow()
    done = site.reader.outbox.sent()[0]
    assert (done.state, done.sealed, done.mark) == ("recorded", b"", "")
    assert on_disk() == []


def test_what_was_sealed_with_another_key_is_said_to_be_lost_and_asked_for_again(site):
    from services.board.outbox import Seal  # noqa: PLC0415 - this test alone changes keys

    raised, anna = site.alert("ST-07"), site.at(ANNA)
    site.holds = True
    anna.do("oppakken", raised, intention="x", next_step_on="2026-12-01")
    site.desk._seal = Seal(b"een ander geheim")
    site.holds = False

    with anna.client as client:
        client.portal.call(site.desk.deliver)

    assert "Het bord kon dit na een herstart niet meer lezen. Leg het opnieuw vast." in anna.page()
    assert anna.do("oppakken", raised, intention="x", next_step_on="2026-12-01").status_code == 303
    assert site.count("alert_acknowledged") == 1


def test_no_words_about_people_stand_in_an_address_or_a_title(site):
    raised = site.alert("ST-07")

    answer = site.at(ANNA).do("oppakken", raised, intention=CANARY, next_step_on="")

    assert CANARY not in str(answer.url) + answer.text.split("</title>")[0]
