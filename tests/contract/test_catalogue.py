"""The catalogue says what the schema files say, and nothing personal travels on the outside of an event."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract import golden
from waakvlam import catalogue
from waakvlam.catalogue import SHARED_FIELDS, EventType, all_versions, by_fingerprint, event_types
from waakvlam.clock import FixedClock, micros_of
from waakvlam.errors import ContractBroken
from waakvlam.messages import Message, message_classes
from waakvlam.publisher import Parcel, Publisher
from waakvlam.testing import Outbox
from waakvlam.topics import agencies

CLOCK = FixedClock(micros_of(datetime(2060, 4, 2, 9, 0, tzinfo=UTC)))
MESSAGES = [pytest.param(event_types()[name], id=name) for name in sorted(message_classes())]


def test_the_catalogue_holds_every_schema_file() -> None:
    files = {
        (path.parent.name, path.name)
        for path in golden.SCHEMAS.glob("*/*.avsc")
        if path.parent.name != "system"
    }  # fmt: skip

    assert {(one.chapter, f"{one.name}.v{one.version}.avsc") for one in all_versions()} == files


def test_each_version_is_found_by_its_fingerprint_and_has_a_name_of_its_own_on_the_wire() -> None:
    assert all(by_fingerprint(one.fingerprint) is one for one in all_versions())
    assert twice(one.ce_type for one in all_versions()) == []


def twice(names: Iterator[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_no_two_event_types_share_a_name() -> None:
    assert twice(one.nl for one in event_types().values()) == []
    assert twice(f"{one.name}.v{one.version}" for one in all_versions()) == []
    assert twice(one.timeline for one in event_types().values()) == []
    assert twice(iter(("a", "b", "a"))) == ["a"]


def test_only_a_report_opens_a_case() -> None:
    assert [one.name for one in all_versions() if one.opens_case] == ["report_received"]


def test_only_advice_and_the_radars_own_word_need_no_case_and_name_nobody() -> None:
    assert [one.name for one in all_versions() if one.without_case] == [
        "advice_given",
        "checkpoint_witnessed",
        "radar_was_blind",
    ]
    assert personal_fields(event_types()["advice_given"]) == personal_fields(event_types()["radar_was_blind"]) == set()


def personal_fields(event_type: EventType) -> set[str]:
    return {field["name"] for field in _all_fields(event_type.schema) if field.get("personal")}


def _all_fields(schema: Any) -> Iterator[Any]:
    for field in schema["fields"]:
        yield field
        items = field["type"].get("items") if isinstance(field["type"], dict) else None
        if isinstance(items, dict):
            yield from _all_fields(items)


def test_what_is_about_a_person_is_marked() -> None:
    """Transcribed, so that a mark that falls off is seen."""
    marked = {one.name: found for one in event_types().values() if (found := personal_fields(one))}

    assert marked == {
        "report_received": {"person", "birth_year"},
        "safety_assessed": {"person", "safe"},
        "child_spoken_to": {"person"},
        "events_moved": {"to_case", "from_case"},
        "condition_set": {"text"},
        "condition_changed": {"text"},
        "director_assigned": {"director"},
        "director_ended": {"director"},
        "alert_acknowledged": {"intention", "by"},
        "alert_handed_over": {"note"},
        "monitoring_moment_done": {"findings"},
    }


def told_outside(parcel: Parcel, event_type: EventType, example: Any) -> set[str]:
    """Return the personal values of an example that stand in the key or a header of its parcel."""
    outside = b"\n".join([parcel.key, parcel.topic.encode(), *[value for _, value in parcel.headers]])
    return {value for value in _personal_values(event_type.schema, example) if value.encode() in outside}


def _personal_values(schema: Any, example: Any) -> Iterator[str]:
    for field in schema["fields"]:
        value = example.get(field["name"])
        if field.get("personal") and isinstance(value, str):
            yield value
        for one in value if isinstance(value, list) else []:
            if isinstance(one, dict):
                yield from _personal_values(field["type"]["items"], one)


def parcel_of(event_type: EventType, example: Any) -> Parcel:
    outbox = Outbox()
    sender = next(one for one in agencies().values() if one.may_send(event_type.senders))
    Publisher(sender.id, outbox, CLOCK).publish(Message.of(event_type.name, example))
    return outbox.parcels[0]


@pytest.mark.parametrize("event_type", MESSAGES)
def test_nothing_personal_becomes_a_key_or_a_header(event_type: EventType) -> None:
    for example in event_type.examples:
        assert told_outside(parcel_of(event_type, example), event_type, example) == set()


def test_a_pseudonym_in_a_key_would_be_seen() -> None:
    event_type = event_types()["child_spoken_to"]
    example = {**event_type.examples[0], "reference": event_type.examples[0]["person"]}

    assert told_outside(parcel_of(event_type, example), event_type, example) == {"psn-voorbeeld-3"}


GOOD = event_types()["case_closed"].schema
LACKING = ["doc", "nl", "timeline", "purpose", "legal_basis", "senders", "examples"]


@pytest.mark.parametrize("key", LACKING)
def test_a_schema_without_its_words_is_not_loaded(key: str) -> None:
    schema = {name: value for name, value in GOOD.items() if name != key}

    with pytest.raises(ContractBroken, match=f"closing/case_closed.v1.avsc lacks '{key}'"):
        catalogue.event_type_of("closing", "case_closed", 1, schema)


def test_a_schema_under_another_name_or_without_the_shared_fields_is_not_loaded() -> None:
    with pytest.raises(ContractBroken, match="holds a record named case_closed"):
        catalogue.event_type_of("closing", "case_shut", 1, GOOD)
    with pytest.raises(ContractBroken, match="does not begin with the fields occurred_at, case"):
        catalogue.event_type_of("closing", "case_closed", 1, {**GOOD, "fields": GOOD["fields"][1:]})


def test_the_data_of_an_event_are_its_own_fields() -> None:
    for one in all_versions():
        assert [field.name for field in one.fields] == [*SHARED_FIELDS, *[field.name for field in one.data_fields]]
        assert not {field.data_name for field in one.data_fields} & {"id", "type", "case", "agency", "municipality"}


def test_agencies_may_send_what_is_not_told_by_the_system_itself() -> None:
    alone = {"alert_raised", "alert_closed", "alert_reminded", "alert_escalated", "radar_was_blind"}

    assert message_classes().keys() == event_types().keys() - alone
