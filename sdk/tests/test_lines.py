"""Lines: what `waakvlam-agency publish` reads, and what it says about a line that is wrong."""

import json

import pytest

from waakvlam.catalogue import event_types
from waakvlam.lines import BadLine, example_line, read_line
from waakvlam.messages import Message, message_classes

GOOD = {
    "type": "report_received",
    "occurred_at": "2026-04-02T10:15:00+02:00",
    "municipality": "0014",
    "reference": "pl-1",
    "data": {"report_id": "r-1", "channel": "phone", "reporter_capacity": "school", "acute": False},
}


def read(line: object) -> tuple[str, Message]:
    found = read_line(json.dumps(line), "politie-nn")
    return found.id, found.message


def problems(line: object) -> dict[str, str]:
    with pytest.raises(BadLine) as caught:
        read_line(line if isinstance(line, str) else json.dumps(line), "politie-nn")
    return {one.field: one.reason for one in caught.value.problems}


def with_data(**changed: object) -> dict[str, object]:
    return GOOD | {"data": GOOD["data"] | changed}


def test_a_line_becomes_a_message_under_its_own_id() -> None:
    event_id, message = read(GOOD | {"id": "e-1"})

    assert event_id == "e-1"
    assert message.reference == "pl-1"
    assert message.report_id == "r-1"


def test_without_an_id_the_content_gives_one_so_sending_a_file_again_is_harmless() -> None:
    first, again = read(GOOD), read(dict(reversed(GOOD.items())))
    other = read(with_data(report_id="r-2"))

    assert first[0] == again[0]
    assert first[0] != other[0]
    assert first[0] != read_line(json.dumps(GOOD), "ggz-noord").id


@pytest.mark.parametrize("name", sorted(message_classes()))
def test_the_example_line_of_each_event_can_be_read(name) -> None:
    line = example_line(name)
    _, message = read(line)

    assert message == Message.of(name, event_types()[name].examples[0])


def test_a_corrected_time_is_called_occurred_at_within_data() -> None:
    line = example_line("event_corrected")

    assert "occurred_at" in line["data"]
    assert read(line)[1].new_occurred_at is not None


@pytest.mark.parametrize("text", ["{", "", "nul", "[" * 100_000])
def test_what_is_no_json_is_told(text) -> None:
    assert problems(text) == {"regel": "is geen geldige JSON"}


@pytest.mark.parametrize("line", [[], 1, None, [GOOD]])
def test_a_line_is_an_object(line) -> None:
    assert problems(line) == {"regel": "moet een JSON-object zijn"}


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (GOOD | {"type": "melding"}, "type", "Er is geen gebeurtenis 'melding' die een organisatie kan versturen."),
        (
            GOOD | {"type": "alert_raised"},
            "type",
            "Er is geen gebeurtenis 'alert_raised' die een organisatie kan versturen.",
        ),
        ({k: v for k, v in GOOD.items() if k != "type"}, "type", "ontbreekt"),
        (GOOD | {"type": 7}, "type", "moet tekst zijn en mag niet leeg zijn"),
        (GOOD | {"id": ""}, "id", "moet tekst zijn en mag niet leeg zijn"),
        (GOOD | {"report_id": "r-1"}, "report_id", "dit veld kent een regel niet; hoort het in data?"),
        (GOOD | {"data": []}, "data", "moet een JSON-object zijn"),
        (GOOD | {"municipality": 14}, "municipality", "moet tekst zijn"),
        (GOOD | {"municipality": "14"}, "municipality", "moet uit vier cijfers bestaan, tussen aanhalingstekens"),
        (GOOD | {"occurred_at": "2026-04-02T10:15:00"}, "occurred_at", "moet een tijdzone hebben, zoals +02:00 of Z"),
        (with_data(acute="ja"), "data.acute", "moet true of false zijn"),
        (with_data(incident_on="2 april"), "data.incident_on", "moet een bestaande dag zijn, als JJJJ-MM-DD"),
        (with_data(name="x"), "data.name", "dit veld bestaat niet bij deze gebeurtenis"),
        (
            with_data(occurred_at="2026-04-02T10:15:00Z"),
            "data.occurred_at",
            "dit veld bestaat niet bij deze gebeurtenis",
        ),
        (with_data(violence_kinds="stalking"), "data.violence_kinds", "moet een lijst zijn"),
        (with_data(persons=[{"person": "p", "role": "child"}]), "data.persons[0].child", "ontbreekt"),
        (with_data(persons=["p"]), "data.persons[0]", "moet een JSON-object zijn"),
    ],
)
def test_what_is_wrong_is_told_with_field_and_reason(line, field, reason) -> None:
    assert problems(line) == {field: reason}


def test_all_that_is_wrong_is_told_at_once() -> None:
    line = with_data(acute="ja", report_id="") | {"municipality": "14"}

    assert problems(line).keys() == {"municipality", "data.acute", "data.report_id"}


def test_what_is_said_never_repeats_a_value() -> None:
    canary = "Kanarie van der Test"
    line = with_data(acute=canary, incident_on=canary, persons=[canary], report_id=[canary]) | {
        "municipality": canary,
        "occurred_at": canary,
    }

    assert canary not in str(problems(line))
