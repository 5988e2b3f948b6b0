"""Messages: strict at the sender's desk, so that nothing comes back from the ledger that could have been seen here."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from waakvlam import codec
from waakvlam.catalogue import event_types
from waakvlam.errors import Unfit
from waakvlam.messages import EventCorrected, Message, ReportClassified, ReportedPerson, ReportReceived, message_classes

AT = datetime(2026, 4, 2, 10, 15, tzinfo=timezone(timedelta(hours=2)))
REPORT = {
    "occurred_at": "2026-04-02T10:15:00+02:00",
    "municipality": "0014",
    "report_id": "r-1",
    "channel": "phone",
    "reporter_capacity": "neighbour",
    "acute": True,
}
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name in sorted(message_classes())
    for number, example in enumerate(event_types()[name].examples)
]


def wrong_with(**changed: object) -> dict[str, str]:
    """Return field and kind of what is wrong with a report in which these fields were changed."""
    with pytest.raises(ValidationError) as caught:
        Message.of("report_received", REPORT | changed)
    return {".".join(map(str, one["loc"])): one["type"] for one in caught.value.errors()}


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_each_example_becomes_a_message_and_comes_back_equal_from_its_bytes(name, example) -> None:
    message = Message.of(name, example)

    event_type, record = codec.decode(codec.encode(message.event_type(), message.record()))

    assert event_type is event_types()[name]
    assert type(message).from_record(record) == message


def test_a_message_may_be_built_with_lists_and_keeps_tuples() -> None:
    person = ReportedPerson(person="psn-1", role="child", child=True)
    message = ReportReceived(
        occurred_at=AT,
        municipality="0014",
        report_id="r-1",
        channel="phone",
        reporter_capacity="school",
        violence_kinds=["child_neglect"],
        acute=False,
        persons=[person],
    )

    assert message.violence_kinds == ("child_neglect",)
    assert message.persons == (person,)


def test_a_message_cannot_be_changed() -> None:
    message = Message.of("report_received", REPORT)

    with pytest.raises(ValidationError):
        message.municipality = "1966"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-04-02T10:15:00", "timezone_aware"),
        ("2026-04-02", "datetime_parsing"),
        ("1700000000", "datetime_parsing"),
        ("2026-02-30T10:00:00Z", "datetime_parsing"),
        (1700000000, "datetime_type"),
        (None, "datetime_type"),
    ],
)
def test_an_instant_has_a_day_a_time_and_an_offset(text, kind) -> None:
    assert wrong_with(occurred_at=text) == {"occurred_at": kind}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-02-30", "date_parsing"),
        ("20260401", "date_parsing"),
        ("0", "date_parsing"),
        ("2026-04-01T00:00:00", "date_parsing"),
        (20544, "date_type"),
    ],
)
def test_a_day_is_written_as_a_day(text, kind) -> None:
    assert wrong_with(incident_on=text) == {"incident_on": kind}


def test_instants_and_days_of_python_will_do_as_well() -> None:
    message = Message.of("report_received", REPORT | {"occurred_at": AT, "incident_on": date(2026, 4, 1)})

    assert message == Message.of("report_received", REPORT | {"incident_on": "2026-04-01"})


@pytest.mark.parametrize("code", ["14", "00014", "GM14", "", "0014\n", "٠٠١٤"])
def test_a_municipality_is_four_digits(code) -> None:
    assert wrong_with(municipality=code) == {"municipality": "string_pattern_mismatch"}


def test_a_missing_an_unknown_and_a_wrong_field_are_named_together() -> None:
    report = {name: value for name, value in REPORT.items() if name != "channel"} | {"family_name": "x", "acute": "yes"}

    with pytest.raises(ValidationError) as caught:
        Message.of("report_received", report)

    found = {one["loc"][0]: one["type"] for one in caught.value.errors()}
    assert found == {"channel": "missing", "acute": "bool_type", "family_name": "extra_forbidden"}


def test_a_validation_error_never_shows_what_was_given() -> None:
    with pytest.raises(ValidationError) as caught:
        Message.of("report_received", REPORT | {"report_id": 7, "kanarie_van_der_test": "Kanarie van der Test"})

    assert "Kanarie van der Test" not in str(caught.value)


def test_an_unknown_code_is_no_error_here_for_code_lists_are_open() -> None:
    assert Message.of("report_received", REPORT | {"channel": "pigeon"}).channel == "pigeon"


def test_an_event_that_only_the_system_sends_has_no_message() -> None:
    with pytest.raises(Unfit, match="alert_raised"):
        Message.of("alert_raised", {})


def test_a_correction_carries_json_whether_given_as_text_or_as_an_object() -> None:
    shared = {"occurred_at": AT, "municipality": "0014", "event_id": "e-1", "reason": "typefout"}
    as_object = Message.of("event_corrected", shared | {"data": {"check_on": "2026-06-08", "a": [1, None]}})
    as_text = Message.of("event_corrected", shared | {"data": '{"a": [1, null], "check_on": "2026-06-08"}'})

    assert as_object == as_text
    assert as_object.record()["data"] == '{"a": [1, null], "check_on": "2026-06-08"}'
    assert EventCorrected.from_record(as_object.record()) == as_object


def test_a_field_that_python_reserves_has_an_underscore_here_and_none_on_the_wire() -> None:
    message = ReportClassified(occurred_at=AT.astimezone(UTC), municipality="0014", report_id="r-1", class_="first")

    assert message.record()["class"] == "first"
    assert "class_" not in message.record()


def test_what_json_does_not_know_is_refused_by_its_kind() -> None:
    with pytest.raises(TypeError, match="set is geen waarde"):
        Message.of("report_received", REPORT | {"violence_kinds": {"stalking"}})
