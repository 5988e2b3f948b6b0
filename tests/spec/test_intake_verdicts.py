"""What intake does with each event that comes in. Every verdict is told, everything is kept, and the flow goes on."""

import json
from datetime import date

import pytest

from ledger.record import case_id, stream_of
from rulebook.rules import Ladder, Level
from services.intake import operators
from services.intake.pipeline import DAY_MICROS, Pipeline
from services.intake.testing import HOUR, NOON, Desk, Sent, report, sent
from waakvlam.catalogue import event_types
from waakvlam.clock import instant_of
from waakvlam.topics import agencies

VT, POLICE, TEAM, SCHOOL = "veilig-thuis-groningen", "politie-nn", "team-groningen", "scholen-groningen"


def ladder(_municipality, _day):
    def level(nr, *, may_skip):
        return Level(nr, f"Niveau {nr}", None, None, may_skip, "none", "", ())

    levels = (level(1, may_skip=True), level(2, may_skip=False), level(3, may_skip=True))
    return {"regio": Ladder("regio", levels, ("vastgelopen",), ("acuut",))}


@pytest.fixture
def desk(ledger, clock):
    return Desk(ledger, clock, Pipeline(ledger, clock=clock, ladders=ladder))


def opened(desk, *, persons=("psn-voorbeeld-1", "psn-voorbeeld-2"), reference="d-1"):
    """Open a case by a report of Veilig Thuis; return its id."""
    return desk.take(report(VT, f"open-{reference}", persons=persons, reference=reference))[0].case


def met(agency, event_id, **fields):
    return sent(agency, "condition_met", event_id, **({"condition_id": "vw-1"} | fields))


def verdicts(receipts):
    return [one.verdict for one in receipts]


# Accepted.


def test_a_report_opens_a_case_and_is_accepted_with_case_position_and_version(desk):
    (receipt,) = desk.take(report(POLICE, "e-1", reference="pv-1"))

    assert (receipt.id, receipt.verdict, receipt.position, receipt.version) == ("e-1", "accepted", 1, 1)
    assert desk.types(receipt.case) == ["report_received"]


def test_a_later_event_finds_its_case_by_the_senders_own_file_number(desk):
    case = opened(desk, reference="d-1")

    (receipt,) = desk.take(met(VT, "e-2", reference="d-1"))

    assert ("accepted", case, 2) == (receipt.verdict, receipt.case, receipt.version)


def test_a_file_number_made_and_used_in_one_batch_is_one_case(desk):
    receipts = desk.take(
        report(VT, "e-1", reference="d-1"), met(VT, "e-2", reference="d-1"), met(VT, "e-3", reference="d-1")
    )

    assert verdicts(receipts) == ["accepted"] * 3
    assert len({one.case for one in receipts}) == 1
    assert [1, 2, 3] == [one.version for one in receipts] == [one.position for one in receipts]


def test_the_same_file_number_of_another_agency_is_another_file(desk):
    opened(desk, reference="d-1")

    (receipt,) = desk.take(met(TEAM, "e-2", reference="d-1"))

    assert receipt.verdict == "parked"


def test_the_case_that_the_sender_names_wins_over_its_file_number_with_a_remark(desk):
    first, second = opened(desk, reference="d-1"), opened(desk, reference="d-2", persons=("psn-voorbeeld-9",))

    (receipt,) = desk.take(met(VT, "e-3", case=second, reference="d-1"))

    assert ("accepted", second) == (receipt.verdict, receipt.case)
    assert "andere casus" in receipt.remarks[0]
    assert first == desk.take(met(VT, "e-4", reference="d-1"))[0].case


def test_an_advice_is_kept_on_its_agencys_own_stream(desk):
    (receipt,) = desk.take(sent(VT, "advice_given", "e-1", **{**_example("advice_given"), "reference": None}))

    assert ("accepted", stream_of(VT)) == (receipt.verdict, receipt.case)
    assert "case" not in desk.ledger.history(stream_of(VT))[0].line()


def test_an_unknown_code_is_accepted_with_a_remark_that_does_not_repeat_it(desk):
    (receipt,) = desk.take(report(POLICE, "e-1", channel="per-postduif", violence_kinds=["iets-nieuws"]))

    assert receipt.verdict == "accepted"
    assert len(receipt.remarks) == 2
    assert not any("postduif" in one or "iets-nieuws" in one for one in receipt.remarks)


# Persons.


def test_a_report_of_another_agency_about_the_same_family_joins_its_case(desk):
    case = opened(desk, persons=("psn-voorbeeld-1", "psn-voorbeeld-2"))

    (receipt,) = desk.take(report(SCHOOL, "e-2", persons=("psn-voorbeeld-2",), reference="s-7"))

    assert case == receipt.case
    assert case == desk.take(report(SCHOOL, "e-3", reference="s-7"))[0].case


def test_two_agencies_that_report_one_family_in_one_batch_report_one_case(desk):
    receipts = desk.take(
        report(POLICE, "e-1", persons=("psn-voorbeeld-1",), reference="pv-1"),
        report(SCHOOL, "e-2", persons=("psn-voorbeeld-1", "psn-voorbeeld-5"), reference="s-1"),
    )

    assert len({one.case for one in receipts}) == 1


def test_the_case_with_most_persons_in_common_is_chosen(desk):
    opened(desk, persons=("psn-voorbeeld-1",), reference="d-1")
    desk.clock.at += HOUR
    two = desk.take(report(POLICE, "e-2", persons=("psn-voorbeeld-3", "psn-voorbeeld-4"), reference="pv-2"))[0].case
    desk.clock.at += HOUR
    desk.take(report(SCHOOL, "e-3", persons=("psn-voorbeeld-9",), reference="s-1"))

    (receipt,) = desk.take(report(SCHOOL, "e-4", persons=("psn-voorbeeld-1", "psn-voorbeeld-3", "psn-voorbeeld-4")))

    assert two == receipt.case


def test_of_cases_with_as_many_persons_the_most_recent_is_chosen(desk):
    opened(desk, persons=("psn-voorbeeld-1",), reference="d-1")
    desk.clock.at += HOUR
    recent = opened(desk, persons=("psn-voorbeeld-2",), reference="d-2")

    (receipt,) = desk.take(report(SCHOOL, "e-4", persons=("psn-voorbeeld-1", "psn-voorbeeld-2")))

    assert recent == receipt.case


def test_a_case_that_was_silent_for_more_than_five_years_is_not_joined(desk):
    case = opened(desk, persons=("psn-voorbeeld-1",))
    desk.clock.at += 1_830 * DAY_MICROS

    (receipt,) = desk.take(report(SCHOOL, "e-2", persons=("psn-voorbeeld-1",), at=desk.clock.at))

    assert receipt.verdict == "accepted"
    assert case != receipt.case


def test_only_types_that_open_a_case_find_one_by_persons(desk):
    opened(desk, persons=("psn-voorbeeld-1",))

    (receipt,) = desk.take(sent(TEAM, "child_spoken_to", "e-2", person="psn-voorbeeld-1", reference="t-1"))

    assert receipt.verdict == "parked"


def test_persons_are_numbers_of_their_case_in_the_clear_and_the_rest_is_sealed(desk):
    case = opened(desk, persons=("psn-voorbeeld-1", "psn-voorbeeld-2"))
    desk.take(sent(VT, "child_spoken_to", "e-2", case=case, person="psn-voorbeeld-2"))
    desk.take(sent(VT, "child_spoken_to", "e-3", case=case, person="psn-voorbeeld-3"))

    first, second, third = desk.ledger.history(case)
    assert [one["person"] for one in first.data()["persons"]] == ["p1", "p2"]
    assert (second.data(), third.data()) == ({"person": "p2"}, {"person": "p3"})
    assert all("birth_year" not in one for one in first.data()["persons"])
    assert desk.ledger.unseal(first)["persons.0.birth_year"] == 1999
    assert desk.ledger.unseal(third) == {"person": "psn-voorbeeld-3"}
    everything = b"".join(one.body for one in desk.ledger.notifications(after=0, limit=100))
    assert b"psn-voorbeeld" not in everything


def test_a_text_about_a_person_is_sealed(desk):
    case = opened(desk)
    text = "Voorbeeldgezin Waakvlam: oma is elke avond in huis."
    desk.take(_condition("e-2", case=case, text=text))

    record = desk.ledger.history(case)[-1]
    assert "text" not in record.data()
    assert text.encode() not in record.payload
    assert {"text": text} == desk.ledger.unseal(record)


# Duplicates and conflicts.


def test_the_same_event_again_is_a_duplicate_with_the_first_position_however_late(desk):
    (first,) = desk.take(report(VT, "e-1", reference="d-1"))
    desk.clock.at += 2_000 * DAY_MICROS

    again, more = desk.take(report(VT, "e-1", reference="d-1"), report(VT, "e-1", reference="d-1"))

    assert verdicts([again, more]) == ["duplicate", "duplicate"]
    assert (first.case, first.position, first.version) == (again.case, again.position, again.version)
    assert desk.ledger.head() == 1


def test_an_event_twice_in_one_batch_counts_once(desk):
    first, again = desk.take(report(VT, "e-1"), report(VT, "e-1"))

    assert verdicts([first, again]) == ["accepted", "duplicate"]
    assert (first.case, first.position) == (again.case, again.position)


def test_the_same_id_with_other_content_is_a_conflict_and_is_set_aside(desk):
    desk.take(report(VT, "e-1", acute=False, reference="d-1"))
    other = report(VT, "e-1", acute=True, reference="d-1")

    (receipt,) = desk.take(other)

    assert (receipt.verdict, receipt.field) == ("conflict", "ce_id")
    assert [other.value] == [row.value for row in desk.dead_letters(VT)]
    assert desk.ledger.head() == 1


def test_a_conflict_within_one_batch_is_seen(desk):
    assert verdicts(desk.take(report(VT, "e-1"), report(VT, "e-1", acute=True))) == ["accepted", "conflict"]


def test_an_id_that_another_sender_used_is_rejected(desk):
    desk.take(report(VT, "e-1"))

    (receipt,) = desk.take(report(POLICE, "e-1"))

    assert (receipt.verdict, receipt.field) == ("rejected", "ce_id")


# Parked.


def test_an_event_without_a_case_waits_and_flows_by_itself_in_its_place(desk):
    waits = desk.take(met(VT, "e-2", reference="d-1"), met(VT, "e-3", reference="d-1"))
    assert verdicts(waits) == ["parked", "parked"]
    assert desk.ledger.parked_now() == 2

    receipts = desk.take(report(VT, "e-1", reference="d-1"), met(VT, "e-4", reference="d-1"))

    assert sorted((one.id, one.version) for one in receipts) == [("e-1", 1), ("e-2", 2), ("e-3", 3), ("e-4", 4)]
    assert {"accepted"} == set(verdicts(receipts))
    assert desk.ledger.parked_now() == 0


def test_an_event_that_waits_and_its_opener_in_one_batch_never_reach_the_waiting_room(desk):
    receipts = desk.take(met(VT, "e-2", reference="d-1"), report(VT, "e-1", reference="d-1"))

    assert [(r.id, r.verdict, r.version) for r in receipts] == [("e-2", "accepted", 2), ("e-1", "accepted", 1)]


def test_an_event_for_a_case_that_is_not_known_yet_waits_for_it(desk):
    case = case_id("open-d-1")
    (receipt,) = desk.take(met(TEAM, "e-2", case=case))
    assert (receipt.verdict, receipt.field) == ("parked", "case")

    receipts = desk.take(report(VT, "open-d-1", persons=("psn-voorbeeld-1", "psn-voorbeeld-2"), reference="d-1"))

    assert [("open-d-1", case), ("e-2", case)] == [(one.id, one.case) for one in receipts]


def test_what_waits_is_released_when_its_file_number_is_named_beside_a_case(desk):
    case = opened(desk)
    desk.take(met(TEAM, "e-2", reference="t-1"))

    receipts = desk.take(met(TEAM, "e-3", case=case, reference="t-1"))

    assert [("e-3", case), ("e-2", case)] == [(one.id, one.case) for one in receipts]


def test_a_waiting_event_sent_again_is_told_that_it_waits_and_never_that_it_is_in_the_ledger(desk):
    first, same_batch = desk.take(met(VT, "e-2", reference="d-1"), met(VT, "e-2", reference="d-1"))

    (again,) = desk.take(met(VT, "e-2", reference="d-1"))

    assert verdicts([first, same_batch, again]) == ["parked", "parked", "parked"]
    assert {(one.is_in_the_ledger, one.is_final, one.position) for one in (first, same_batch, again)} == {
        (False, False, None)
    }
    assert [first.field, again.field] == ["reference", "reference"]
    assert "wacht" in again.reason
    assert desk.ledger.parked_now() == 1


def test_a_repeat_of_a_waiting_event_that_comes_in_with_its_case_is_a_duplicate(desk):
    waits, repeat, opener = desk.take(
        met(VT, "e-2", reference="d-1"), met(VT, "e-2", reference="d-1"), report(VT, "e-1", reference="d-1")
    )
    assert verdicts([waits, repeat, opener]) == ["accepted", "duplicate", "accepted"]
    assert (waits.position, waits.version) == (repeat.position, repeat.version)

    desk.take(met(VT, "e-3", reference="d-2"))
    receipts = desk.take(met(VT, "e-3", reference="d-2"), report(VT, "e-4", reference="d-2"))

    assert [(one.id, one.verdict) for one in receipts] == [
        ("e-3", "duplicate"),
        ("e-4", "accepted"),
        ("e-3", "accepted"),
    ]
    assert receipts[0].position == receipts[2].position


def test_a_repeat_of_a_waiting_event_that_is_refused_in_the_end_is_refused_too(desk):
    case = opened(desk)
    desk.take(_offer("e-2", case=case, to_agency=TEAM))
    answer = sent(POLICE, "handover_accepted", "e-3", handover_id="o-1", after="assessment", reference="pv-1")

    receipts = desk.take(answer, answer, report(POLICE, "e-4", case=case, reference="pv-1"))

    assert verdicts(receipts) == ["refused", "refused", "accepted"]


def test_a_waiting_event_that_is_refused_in_the_end_may_be_sent_again(desk):
    answer = sent(POLICE, "handover_accepted", "e-3", handover_id="o-1", after="assessment", reference="pv-1")
    assert verdicts(desk.take(answer)) == ["parked"]
    case = opened(desk)
    desk.take(_offer("e-2", case=case, to_agency=TEAM))

    opener = report(POLICE, "e-4", case=case, reference="pv-1")
    receipts = desk.take(opener)

    assert [(one.id, one.verdict) for one in receipts] == [("e-4", "accepted"), ("e-3", "refused")]
    assert verdicts(desk.take(answer)) == ["refused"]
    assert verdicts(
        desk.take(sent(POLICE, "handover_accepted", "e-3", handover_id="o-9", after="assessment", reference="pv-1"))
    ) == ["conflict"]
    assert verdicts(desk.take(opener)) == ["duplicate"]


# Refused.


def test_a_handover_may_be_accepted_only_by_whom_it_was_offered_to(desk):
    case = opened(desk)

    receipts = desk.take(
        _offer("e-2", case=case, to_agency=TEAM),
        sent("team-hogeland", "handover_accepted", "e-3", case=case, handover_id="o-1", after="assessment"),
        sent(TEAM, "handover_accepted", "e-4", case=case, handover_id="o-1", after="assessment"),
    )

    by_id = {one.id: one for one in receipts}
    assert {one.id: one.verdict for one in receipts} == {"e-2": "accepted", "e-3": "refused", "e-4": "accepted"}
    assert "andere organisatie" in by_id["e-3"].reason
    assert len(desk.dead_letters("team-hogeland")) == 1


def test_a_level_that_may_not_be_skipped_is_not_skipped(desk):
    case = opened(desk)

    receipts = desk.take(
        _escalation("e-2", "escalation_started", case, level=1),
        _escalation("e-3", "escalation_moved", case, level=3),
        _escalation("e-4", "escalation_moved", case, level=3, reason="acuut"),
        _escalation("e-5", "escalation_moved", case, level=9),
    )

    assert verdicts(receipts) == ["accepted", "refused", "accepted", "refused"]


@pytest.mark.parametrize(("until_on", "verdict"), [(date(2026, 2, 25), "accepted"), (date(2026, 2, 26), "refused")])
def test_a_stall_is_accepted_at_most_three_months_ahead(desk, until_on, verdict):
    case = opened(desk)

    (receipt,) = desk.take(
        sent(
            VT, "stall_accepted", "e-2", case=case, rule="ST-11", instance="e-1", until_on=until_on, reason="wachtlijst"
        )
    )

    assert verdict == receipt.verdict


def test_an_event_is_corrected_by_its_sender_or_veilig_thuis_alone(desk):
    case = opened(desk)
    desk.take(met(TEAM, "e-2", case=case))

    receipts = desk.take(
        _correction(POLICE, "e-3", case, "e-2"),
        _correction(TEAM, "e-4", case, "e-2"),
        _correction(VT, "e-5", case, "e-2"),
    )

    assert {one.id: one.verdict for one in receipts} == {"e-3": "refused", "e-4": "accepted", "e-5": "accepted"}


def test_a_text_about_a_person_in_a_correction_is_sealed_too(desk):
    case = opened(desk)
    desk.take(_condition("e-2", case=case, text="Voorbeeldgezin: oude tekst"))
    told = json.dumps({"text": "Voorbeeldgezin: nieuwe tekst", "check_on": "2026-02-01"})

    (receipt,) = desk.take(_correction(VT, "e-3", case, "e-2", data=told))

    record = desk.ledger.history(case)[-1]
    assert receipt.verdict == "accepted"
    assert record.data()["data"] == {"check_on": "2026-02-01"}
    assert desk.ledger.unseal(record) == {"data.text": "Voorbeeldgezin: nieuwe tekst"}


@pytest.mark.parametrize(
    "data",
    [
        {"naam": "Voorbeeld"},
        {"check_on": {"naam": "Voorbeeld"}},
        {"check_on": 7},
        {"check_on": "31 december"},
    ],
)
def test_a_correction_with_a_field_or_value_that_the_event_cannot_have_is_refused(desk, data):
    case = opened(desk)
    desk.take(_condition("e-2", case=case, text=None))

    (receipt,) = desk.take(_correction(VT, "e-3", case, "e-2", data=json.dumps(data)))

    assert (receipt.verdict, receipt.field) == ("refused", "data")


def test_a_correction_of_an_event_that_is_not_known_yet_is_sealed_with_care(desk):
    case = opened(desk)
    person = {"person": "psn-voorbeeld-1", "role": "victim", "child": False}
    told = {"text": "Voorbeeldgezin: tekst", "persons": [person], "check_on": "2026-02-01"}

    (receipt,) = desk.take(_correction(VT, "e-3", case, "e-99", data=json.dumps(told)))

    record = desk.ledger.history(case)[-1]
    assert receipt.verdict == "accepted"
    assert record.data()["data"] == {"check_on": "2026-02-01"}
    assert {"data.text", "data.persons"} == desk.ledger.unseal(record).keys()


# Rejected: each kind gets its verdict, is kept byte for byte, and the flow goes on.

GOOD = report(POLICE, "bad-1", reference="pv-1")
LATE = NOON + 5 * 60 * 1_000_000

BAD = {
    "no value": (Sent(GOOD.topic, b"k", None, GOOD.headers), "value"),
    "empty": (Sent(GOOD.topic, b"k", b"", GOOD.headers), "value"),
    "not Avro": (Sent(GOOD.topic, b"k", b'{"soort": "melding"}', GOOD.headers), "value"),
    "unknown fingerprint": (Sent(GOOD.topic, None, b"\xc3\x01" + bytes(8) + GOOD.value[10:], GOOD.headers), "value"),
    "truncated": (Sent(GOOD.topic, b"k", GOOD.value[:-3], GOOD.headers), "value"),
    "trailing bytes": (Sent(GOOD.topic, b"k", GOOD.value + b"!", GOOD.headers), "value"),
    "oversized": (Sent(GOOD.topic, b"k", GOOD.value + bytes(64 * 1024), GOOD.headers), "value"),
    "no headers": (Sent(GOOD.topic, b"k", GOOD.value, []), "ce_specversion"),
    "no id": (report(POLICE, "bad-1", headers={"ce_id": None}), "ce_id"),
    "no source": (report(POLICE, "bad-1", headers={"ce_source": None}), "ce_source"),
    "id that is no text": (report(POLICE, "bad-1", headers={"ce_id": b"\xff\xfe"}), "ce_id"),
    "time without zone": (report(POLICE, "bad-1", headers={"ce_time": b"2025-11-25T12:00:00"}), "ce_time"),
    "another's source": (report(POLICE, "bad-1", headers={"ce_source": agencies()[VT].source.encode()}), "ce_source"),
    "type of the headers": (report(POLICE, "bad-1", headers={"ce_type": b"nl.waakvlam.iets.v1"}), "ce_type"),
    "not for this sender": (sent(POLICE, "case_closed", "bad-1", case=None, reference="x", reason="anders"), "ce_type"),
    "future": (report(POLICE, "bad-1", at=LATE + 1), "occurred_at"),
    "unknown municipality": (report(POLICE, "bad-1", municipality="9999"), "municipality"),
    "case that is none": (report(POLICE, "bad-1", case="zaak-7"), "case"),
    "endless reference": (report(POLICE, "bad-1", reference="x" * 101), "reference"),
    "empty reference": (report(POLICE, "bad-1", reference=""), "reference"),
    "person without a pseudonym": (report(POLICE, "bad-1", persons=[""]), "persons"),
    "person with a blank pseudonym": (report(POLICE, "bad-1", persons=["psn-voorbeeld-1", " "]), "persons"),
    "no case and no reference": (met(VT, "bad-1"), "reference"),
    "correction of nothing": (
        sent(
            VT,
            "event_corrected",
            "bad-1",
            reference="d",
            event_id="x",
            new_occurred_at=None,
            data=None,
            reason="anders",
        ),
        "data",
    ),
    "correction that is no object": (
        sent(
            VT,
            "event_corrected",
            "bad-1",
            reference="d",
            event_id="x",
            new_occurred_at=None,
            data="[1]",
            reason="anders",
        ),
        "data",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_or_may_not_be_said_is_rejected_and_kept_and_the_flow_goes_on(desk, name):
    record, where = BAD[name]
    agency = next(one.id for one in agencies().values() if one.topic == record.topic)

    before, bad, after = desk.take(report(agency, "e-1"), record, report(agency, "e-2"))

    assert verdicts([before, bad, after]) == ["accepted", "rejected", "accepted"]
    assert where == bad.field
    assert bad.reason
    assert bad.reason.endswith(".")
    (letter,) = desk.dead_letters(agency)
    headers = dict(letter.headers)
    assert (record.key, record.value) == (letter.key, letter.value)
    assert list(record.headers) == list(letter.headers)[: len(record.headers)]
    assert where == headers["dead_letter_field"].decode()
    assert f"{record.topic}/0/1" == "/".join(
        headers[f"dead_letter_{part}"].decode() for part in ("topic", "partition", "offset")
    )


@pytest.mark.parametrize("name", ["no headers", "no id", "id that is no text"])
def test_the_receipt_of_a_record_without_an_id_names_its_place(desk, name):
    record, _ = BAD[name]

    (receipt,) = desk.take(record)

    assert f"{record.topic}/0/0" == receipt.id


def test_a_rejected_record_that_has_an_id_is_told_under_that_id(desk):
    assert desk.take(BAD["no source"][0])[0].id == "bad-1"


def test_an_event_lies_ahead_of_the_ledger_and_not_of_a_clock_that_went_back(desk, clock):
    case = opened(desk)
    clock.at -= 24 * HOUR

    told = dict.fromkeys(("alert", "rule", "agreement", "instance", "stage"), "x")
    due = "2025-11-25T11:00:00.000000Z"
    alarm = sent("radar", "alert_closed", "a-1", case=case, version=1, row=1, due=due, outcome="satisfied", **told)

    assert verdicts(desk.take(met(VT, "e-1", reference="d-1"), alarm)) == ["accepted", "accepted"]


def test_five_minutes_ahead_is_still_taken(desk):
    assert verdicts(desk.take(report(POLICE, "e-1", at=LATE))) == ["accepted"]


def test_a_rejected_event_may_be_sent_again_under_its_id_when_it_is_mended(desk):
    desk.take(report(POLICE, "e-1", at=LATE + 1))

    assert verdicts(desk.take(report(POLICE, "e-1"))) == ["accepted"]


# The fuse.


def test_too_much_set_aside_stops_that_agency_and_nobody_else(desk):
    bad = [Sent(GOOD.topic, b"k", b"geen avro", GOOD.headers) for _ in range(120)]

    batch, held = desk.give(*bad, report(VT, "e-1"))

    assert {(GOOD.topic, 0): 100} == held
    assert len([one for one in desk.collect() if one.verdict == "rejected"]) == 100
    assert desk.ledger.head() == 1
    assert {(GOOD.topic, 0): 100, ("agency.veilig-thuis-groningen", 0): 1} == desk.ledger.positions(batch.records)


def test_a_blown_fuse_is_still_blown_after_a_restart_until_somebody_mends_it(desk, clock):
    desk.give(*[Sent(GOOD.topic, b"k", b"geen avro", GOOD.headers) for _ in range(100)])
    restarted = Desk(desk.ledger, clock, Pipeline(desk.ledger, clock=clock))

    _, held = restarted.give(report(POLICE, "e-1"))
    assert {(GOOD.topic, 0): 100} == held

    assert GOOD.topic not in restarted.pipeline.refresh()
    assert operators.reset_fuse(desk.ledger, POLICE, who="op-1", reason="leverancier heeft hersteld")
    assert not operators.reset_fuse(desk.ledger, POLICE, who="op-1", reason="nog eens")
    assert GOOD.topic in restarted.pipeline.refresh()
    again = Desk(desk.ledger, clock, restarted.pipeline)
    assert again.give(report(POLICE, "e-1"))[1] == {}


# Helpers.


def _example(name):
    kept = {key: value for key, value in event_types()[name].examples[0].items() if key != "occurred_at"}
    return kept | {"municipality": "0014"}


def _condition(event_id, *, case, text):
    return sent(
        VT,
        "condition_set",
        event_id,
        case=case,
        condition_id="vw-1",
        check_on=date(2026, 1, 5),
        check_by="school",
        text=text,
    )


def _offer(event_id, *, case, to_agency):
    return sent(VT, "handover_offered", event_id, case=case, handover_id="o-1", to_agency=to_agency, after="assessment")


def _escalation(event_id, name, case, *, level, reason="vastgelopen"):
    fields = {"escalation_id": "x-1", "ladder": "regio", "level": level, "reason": reason, "direction": "up"}
    known = {field.name for field in event_types()[name].data_fields}
    return sent(VT, name, event_id, case=case, **{key: value for key, value in fields.items() if key in known})


def _correction(agency, event_id, case, of, *, data=None):
    moved = instant_of(NOON - HOUR) if data is None else None
    return sent(
        agency, "event_corrected", event_id, case=case, event_id=of, new_occurred_at=moved, data=data, reason="typefout"
    )


def test_the_radar_tells_that_it_was_blind_of_no_case_and_in_no_municipality(desk):
    told = {"blind_from": instant_of(NOON), "blind_until": instant_of(NOON), "due": 0}
    everywhere = sent("radar", "radar_was_blind", "e-1", municipality="", **told)
    elsewhere = sent("radar", "radar_was_blind", "e-2", municipality="9999", **told)

    assert verdicts(desk.take(everywhere, elsewhere)) == ["accepted", "rejected"]
