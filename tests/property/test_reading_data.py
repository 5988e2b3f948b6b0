"""What reads the data of an event in one go gives what the codec gives, on any record of any schema and on damaged bytes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import avro, learned, record
from ledger.record import Record
from tests.property.test_codec_bytes import PLAIN, records
from waakvlam.catalogue import all_versions
from waakvlam.clock import instant_of
from waakvlam.codec import MARKER, data_of, schema_writer
from waakvlam.errors import Unreadable

TYPES = {f"{one.name}.v{one.version}": one for one in all_versions()}
MICROS = st.integers(-(2**63), 2**63 - 1)
RECORDS = st.builds(
    Record,
    event_id=PLAIN["string"],
    source=PLAIN["string"],
    case=st.text(min_size=60, max_size=80, alphabet="aé€"),
    caseless=st.booleans(),
    version=st.integers(1, 2**40),
    type=PLAIN["string"],
    agency=PLAIN["string"],
    municipality=PLAIN["string"],
    reference=st.none() | PLAIN["string"],
    recorded_by=st.none() | PLAIN["string"],
    occurred_at=MICROS,
    recorded_at=MICROS,
    payload=st.binary(max_size=300),
    sealed=st.binary(max_size=300),
    previous=st.binary(min_size=32, max_size=32),
)


def by_the_codec(payload: bytes) -> Any:
    try:
        return data_of(*learned.decode(payload))
    except (Unreadable, OverflowError) as error:
        return type(error)


def at_once(payload: bytes) -> Any:
    try:
        return learned.data(payload)
    except (Unreadable, OverflowError) as error:
        return type(error)


@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_data_read_in_one_go_is_what_the_codec_makes_of_it(name: str, data: st.DataObject) -> None:
    event_type = TYPES[name]
    told = data.draw(records(event_type.schema))
    told = {key: value for key, value in told.items() if not _is_json(event_type, key)}
    payload = MARKER + event_type.fingerprint + schema_writer(event_type.schema)(told)

    read = learned.data(payload)

    assert (read, list(read)) == (by_the_codec(payload), list(by_the_codec(payload)))


def _is_json(event_type: Any, name: str) -> bool:
    return any(one["name"] == name and one.get("json") for one in event_type.schema["fields"])


def test_no_type_of_event_is_left_to_the_codec() -> None:
    for one in TYPES.values():
        assert callable(avro.data_reader(one.schema, {field.name: field.data_name for field in one.data_fields}))


@pytest.mark.parametrize("told", ["null", "{}", '{"plan": [1, {"a": null}]}', '"x"', "geen json"])
def test_what_a_correction_holds_is_read_as_the_codec_reads_it(told: str) -> None:
    event_type = next(one for one in TYPES.values() if any(field.get("json") for field in one.schema["fields"]))
    name = next(field["name"] for field in event_type.schema["fields"] if field.get("json"))
    example = dict(event_type.examples[0])
    blank = {field["name"]: "x" for field in event_type.schema["fields"] if field["type"] == "string"}
    instants = {"occurred_at": instant_of(0)}
    shared = {key: value for key, value in example.items() if isinstance(value, str) and key not in instants}
    fields = {**blank, **{key: value for key, value in shared.items() if key in blank}, **instants, name: told}
    payload = MARKER + event_type.fingerprint + schema_writer(event_type.schema)(fields)

    try:
        by_codec: Any = data_of(*learned.decode(payload))
    except ValueError as error:
        by_codec = type(error)
    try:
        read: Any = learned.data(payload)
    except ValueError as error:
        read = type(error)
    assert read == by_codec


@settings(max_examples=300, deadline=None)
@given(RECORDS)
def test_a_record_read_in_one_go_is_the_record(one: Record) -> None:
    body = record.encode(one)

    assert record.decode(body) == one
    assert record.values(body) == tuple(record._read(body).values())


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_bytes_are_told_as_the_codec_tells_them(data: st.DataObject) -> None:
    event_type = data.draw(st.sampled_from(list(TYPES.values())))
    told = data.draw(records(event_type.schema))
    told = {key: value for key, value in told.items() if not _is_json(event_type, key)}
    payload = bytearray(MARKER + event_type.fingerprint + schema_writer(event_type.schema)(told))
    match data.draw(st.sampled_from(["cut", "longer", "another fingerprint", "nothing"])):
        case "cut":
            del payload[data.draw(st.integers(0, len(payload) - 1)) :]
        case "longer":
            payload += data.draw(st.binary(min_size=1, max_size=5))
        case "another fingerprint":
            payload[2] ^= 1
        case _:
            payload.clear()

    assert at_once(bytes(payload)) == by_the_codec(bytes(payload))


@settings(max_examples=300, deadline=None)
@given(RECORDS, st.data())
def test_a_record_that_was_cut_or_grew_is_none(one: Record, data: st.DataObject) -> None:
    body = record.encode(one)
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    for odd in (cut, body + data.draw(st.binary(min_size=1, max_size=3))):
        with pytest.raises(Unreadable):
            record.decode(odd)
