"""The publisher: tell once what happened; the id, the envelope and the bytes are its work."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, micros_of
from waakvlam.errors import NotDelivered, Unfit
from waakvlam.messages import Message
from waakvlam.publisher import Publisher, new_id, sendable_by
from waakvlam.sequence import SequenceFile
from waakvlam.shapes import VALUE_BYTES_MAX
from waakvlam.testing import Outbox
from waakvlam.topics import agencies

SENT_AT = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
DANGER = {"occurred_at": "2026-04-02T10:15:00+02:00", "municipality": "0014", "report_id": "r-1"}


def danger(**changed: object) -> Message:
    return Message.of("acute_danger_found", DANGER | changed)


def report(**changed: object) -> Message:
    told = {"channel": "phone", "reporter_capacity": "police", "acute": False, "violence_kinds": []}
    return Message.of("report_received", DANGER | told | changed)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def police(outbox) -> Publisher:
    return Publisher("politie-nn", outbox, FixedClock(micros_of(SENT_AT)))


def test_a_message_goes_to_the_agencys_own_topic_under_its_own_file_number(police, outbox) -> None:
    sent = police.publish(danger(reference="pl-1", case="c-1"))

    (parcel,) = outbox.parcels
    assert (sent.topic, sent.key) == ("agency.politie-nn", "pl-1")
    assert (parcel.topic, parcel.key) == ("agency.politie-nn", b"pl-1")


def test_without_a_file_number_the_case_is_the_key_and_without_a_case_the_id(police) -> None:
    assert police.publish(danger(case="c-1")).key == "c-1"
    assert police.publish(danger(), id="e-1").key == "e-1"


def test_the_envelope_is_a_cloudevent_in_the_dutch_government_profile(police, outbox) -> None:
    police.publish(danger(reference="pl-1"), id="e-1", traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01")

    assert dict(outbox.parcels[0].headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"e-1",
        "ce_source": b"urn:nld:oin:99990000000000000201:systeem:politie-nn",
        "ce_type": b"nl.waakvlam.acuut-gevaar-vastgesteld.v1",
        "ce_time": b"2026-04-02T09:00:00Z",
        "ce_subject": b"pl-1",
        "ce_sequence": b"1",
        "traceparent": b"00-11111111111111111111111111111111-2222222222222222-01",
    }


def test_the_bytes_hold_the_message(police, outbox) -> None:
    message = danger(reference="pl-1")
    police.publish(message)

    (delivered,) = outbox.delivered()
    assert delivered.message == message
    assert delivered.event_type is event_types()["acute_danger_found"]


def test_ids_are_new_and_sort_by_the_moment_they_were_made() -> None:
    ids = [new_id() for _ in range(1000)]

    assert ids == sorted(set(ids))
    assert {UUID(one).version for one in ids} == {7}


def test_an_id_of_ones_own_is_kept_so_an_event_can_be_sent_again(police, outbox) -> None:
    first, second = police.publish(danger(), id="e-1"), police.publish(danger(), id="e-1")

    assert first.id == second.id == "e-1"
    assert outbox.parcels[0].value == outbox.parcels[1].value


@pytest.mark.parametrize("bad", ["", "x" * 101, "a\nb", "a\x00"])
def test_an_id_that_no_header_can_hold_is_refused(police, outbox, bad) -> None:
    with pytest.raises(Unfit, match="id"):
        police.publish(danger(), id=bad)

    assert outbox.parcels == []


def test_numbers_run_on_for_each_source(outbox) -> None:
    publisher = Publisher("politie-nn", outbox, start_sequence=41)

    assert [publisher.publish(danger()).sequence for _ in range(3)] == [41, 42, 43]


def test_where_no_number_is_kept_none_is_sent(outbox) -> None:
    sent = Publisher("politie-nn", outbox, start_sequence=None).publish(danger())

    assert sent.sequence is None
    assert "ce_sequence" not in dict(outbox.parcels[0].headers)


def test_numbers_in_a_file_go_on_after_a_restart(outbox, tmp_path) -> None:
    for expected in (1, 2):
        with Publisher("politie-nn", Outbox(), sequence=SequenceFile(tmp_path / "politie-nn.sequence")) as publisher:
            assert publisher.publish(danger()).sequence == expected


def test_an_agency_cannot_send_what_is_not_its_own_to_send(police, outbox) -> None:
    message = Message.of("reporter_informed", DANGER)

    with pytest.raises(Unfit, match="Politie Noord-Nederland") as caught:
        police.publish(message)

    assert caught.value.field == "type"
    assert outbox.parcels == []


def test_an_agency_that_nobody_knows_is_refused_with_the_names_there_are(outbox) -> None:
    with pytest.raises(Unfit, match="politie-nn"):
        Publisher("politie-xx", outbox)


def test_a_message_that_is_too_large_is_refused_before_a_number_is_burnt(police, outbox) -> None:
    with pytest.raises(Unfit, match=str(VALUE_BYTES_MAX)):
        police.publish(report(violence_kinds=["x" * 99] * 700))

    assert police.publish(danger()).sequence == 1


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("reference", {"reference": "Voorbeeld 12-03-1985"}),
        ("reference", {"reference": "123456782"}),
        ("recorded_by", {"recorded_by": "V. Voorbeeld"}),
        ("report_id", {"report_id": "r 1"}),
        ("channel", {"channel": "Voorbeeldgezin belde"}),
        ("violence_kinds", {"violence_kinds": ["stalking", "oma belde"]}),
        ("persons.role", {"persons": [{"person": "psn-voorbeeld-1", "role": "oma van", "child": False}]}),
    ],
)
def test_words_where_an_id_or_a_code_belongs_are_never_sent(police, outbox, field, changed) -> None:
    with pytest.raises(Unfit) as caught:
        police.publish(report(**changed))

    assert caught.value.field == field
    assert not any(str(value) in caught.value.reason for value in changed.values())
    assert not outbox.parcels


@pytest.mark.parametrize("agency", ["team-groningn", "radar"])
def test_a_handover_is_never_offered_to_an_agency_that_is_none(outbox, agency) -> None:
    told = {"occurred_at": "2026-04-02T10:15:00+02:00", "municipality": "0014", "handover_id": "o-1"}
    message = Message.of("handover_offered", told | {"to_agency": agency, "after": "assessment"})

    with pytest.raises(Unfit, match="to_agency: Deze organisatie kent Waakvlam niet"):
        Publisher("veilig-thuis-groningen", outbox, FixedClock(micros_of(SENT_AT))).publish(message)
    assert not outbox.parcels


@pytest.mark.parametrize("event_id", ["", "e 1", "e-1 <script>", "é", "x" * 101, "-"])
def test_an_event_id_is_one_word(police, outbox, event_id) -> None:
    with pytest.raises(Unfit, match="id: "):
        police.publish(danger(), id=event_id)

    assert not outbox.parcels


def test_leaving_the_publisher_closes_the_transport(police, outbox) -> None:
    with police:
        police.publish(danger())
        police.flush()

    with pytest.raises(NotDelivered):
        police.publish(danger())


def test_the_messages_that_were_sent_can_be_asked_for(police, outbox) -> None:
    police.publish(danger(report_id="r-1"))
    police.publish(danger(report_id="r-2"))

    assert [one.report_id for one in outbox.messages()] == ["r-1", "r-2"]


def test_each_agency_may_send_something_and_any_agency_may_correct_its_own() -> None:
    ordinary = [one for one in agencies().values() if one.kind != "system"]
    names = [{event_type.name for event_type in sendable_by(one)} for one in ordinary]

    assert all({"event_corrected", "event_withdrawn", "incident_recorded"} <= one for one in names)
    assert len(sendable_by(None)) > max(map(len, names))
