"""What does not fit a schema is refused before it is written, alike with both writers, and named without its value."""

from datetime import UTC, date, datetime

import pytest

from waakvlam.catalogue import event_types, system_record
from waakvlam.codec import body_writer, schema_writer
from waakvlam.errors import Unfit
from waakvlam.fitting import fitting

TYPE = event_types()["report_received"]
PERSON = {"person": "psn-1", "role": "child", "child": True}
REPORT = {
    "occurred_at": datetime(2026, 4, 2, tzinfo=UTC),
    "municipality": "0014",
    "report_id": "r-1",
    "channel": "phone",
    "reporter_capacity": "school",
    "acute": True,
}
WRONG = [
    ({"occurred_at": datetime(2026, 4, 2)}, "occurred_at", "moet een tijdstip met tijdzone zijn (datetime)"),  # noqa: DTZ001 - the point
    ({"occurred_at": 5}, "occurred_at", "moet een tijdstip met tijdzone zijn (datetime)"),
    ({"occurred_at": date(2026, 4, 2)}, "occurred_at", "moet een tijdstip met tijdzone zijn (datetime)"),
    ({"municipality": 14}, "municipality", "moet tekst zijn"),
    ({"municipality": None}, "municipality", "moet tekst zijn"),
    ({"acute": None}, "acute", "moet true of false zijn"),
    ({"acute": 1}, "acute", "moet true of false zijn"),
    ({"violence_kinds": "stalking"}, "violence_kinds", "moet een lijst zijn"),
    ({"violence_kinds": ["stalking", 1]}, "violence_kinds[1]", "moet tekst zijn"),
    ({"incident_on": datetime(2026, 4, 2, tzinfo=UTC)}, "incident_on", "moet een dag zijn (date)"),
    ({"persons": ["psn-1"]}, "persons[0]", "moet een record zijn"),
    ({"persons": [PERSON | {"name": "Kanarie"}]}, "persons[0].name", "kent het schema niet"),
    ({"persons": [{"person": "psn-1", "role": "child"}]}, "persons[0].child", "ontbreekt"),
    ({"persons": [PERSON | {"birth_year": 2**31}]}, "persons[0].birth_year", "moet een geheel getal zijn (32 bits)"),
    ({"persons": [PERSON | {"birth_year": True}]}, "persons[0].birth_year", "moet een geheel getal zijn (32 bits)"),
    ({"family_name": "Kanarie"}, "family_name", "kent het schema niet"),
    ({"municipality": "\ud800"}, "report_received", "past niet bij het schema (UnicodeEncodeError)"),
]


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(("changed", "field", "reason"), WRONG)
def test_what_does_not_fit_is_named(changed, field, reason, fast) -> None:
    with pytest.raises(Unfit) as caught:
        body_writer(TYPE, fast=fast)(REPORT | changed)

    assert (caught.value.field, caught.value.reason) == (field, reason)
    assert "Kanarie" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Unfit, match="acute: ontbreekt"):
        body_writer(TYPE)({name: value for name, value in REPORT.items() if name != "acute"})


@pytest.mark.parametrize("fast", [False, True])
def test_system_records_are_checked_when_their_writer_stumbles(fast) -> None:
    write = schema_writer(system_record("ledger_clock"), fast=fast)

    assert write({"time": 1, "position": 2, "ends": {"0": 3}})
    with pytest.raises(Unfit, match="time: moet een geheel getal zijn"):
        write({"time": "1", "position": 2, "ends": {}})
    with pytest.raises(Unfit, match="tijd: kent het schema niet"):
        write({"time": 1, "position": 2, "ends": {}, "tijd": 1})


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"time": 1, "position": 2, "ends": {0: 3}}, "ends"),
        ({"time": 1, "position": 2, "ends": {"0": "x"}}, "ends"),
        ({"time": 2**63, "position": 2, "ends": {}}, "time"),
    ],
)
def test_maps_and_long_numbers_are_checked_as_well(record, field) -> None:
    with pytest.raises(Unfit) as caught:
        fitting(system_record("ledger_clock"))(record)

    assert caught.value.field == field


def test_bytes_of_a_fixed_length_have_that_length() -> None:
    schema = system_record("ledger_record")
    hash_field = next(field for field in schema["fields"] if field["name"] == "previous")
    alone = {"type": "record", "name": "alone", "fields": [hash_field]}

    fitting(alone)({"previous": bytes(32)})
    with pytest.raises(Unfit, match="previous: moet 32 bytes zijn"):
        fitting(alone)({"previous": bytes(31)})
