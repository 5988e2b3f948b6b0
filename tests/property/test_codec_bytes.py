"""Two writers, one set of bytes: `avro` (the reference) and `fastavro` (the extra) agree on any record of any schema."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waakvlam.catalogue import all_versions, system_record
from waakvlam.codec import schema_reader, schema_writer

SYSTEM = ("ledger_record", "receipt", "ledger_clock")
SCHEMAS: dict[str, Mapping[str, Any]] = {
    **{f"{one.name}.v{one.version}": one.schema for one in all_versions()},
    **{name: system_record(name) for name in SYSTEM},
}
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=OFFSETS)  # noqa: DTZ001 - hypothesis adds the offset
PLAIN = {
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "bytes": st.binary(max_size=20),
    "null": st.none(),
}
LOGICAL = {"timestamp-micros": INSTANTS, "date": st.dates()}


def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each kind of Avro type
    """Return a strategy for the values of an Avro type."""
    if isinstance(kind, str):
        return PLAIN[kind]
    if isinstance(kind, list):
        return st.one_of(*map(values, kind))
    if "logicalType" in kind:
        return LOGICAL[kind["logicalType"]]
    if kind["type"] == "array":
        return st.lists(values(kind["items"]), max_size=4)
    if kind["type"] == "map":
        return st.dictionaries(PLAIN["string"], values(kind["values"]), max_size=4)
    if kind["type"] == "fixed":
        return st.binary(min_size=kind["size"], max_size=kind["size"])
    return records(kind) if kind["type"] == "record" else values(kind["type"])


def records(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for records; a field with a default may be left out, as senders do."""
    told = {field["name"]: values(field["type"]) for field in schema["fields"]}
    may_lack = {field["name"] for field in schema["fields"] if "default" in field}
    return st.fixed_dictionaries(
        {name: one for name, one in told.items() if name not in may_lack},
        optional={name: one for name, one in told.items() if name in may_lack},
    )


def in_utc(value: Any) -> Any:
    """Return the value as it comes back: instants in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list):
        return [in_utc(one) for one in value]
    return value


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_both_writers_give_the_same_bytes_and_both_readers_the_same_record(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    record = data.draw(records(schema))

    body = schema_writer(schema, fast=False)(record)

    assert schema_writer(schema, fast=True)(record) == body
    read = schema_reader(schema, name, fast=False)(body)
    assert schema_reader(schema, name, fast=True)(body) == read
    assert {key: in_utc(value) for key, value in record.items()}.items() <= _with_nulls(read, record).items()


def _with_nulls(read: dict[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was read, with nested records cut to what the sender told in each."""
    return {key: _as_told(value, told.get(key)) for key, value in read.items()}


def _as_told(read: Any, told: Any) -> Any:
    if isinstance(read, list) and isinstance(told, list):
        return [_as_told(one, other) for one, other in zip(read, told, strict=True)]
    if isinstance(read, dict) and isinstance(told, dict):
        return {key: read[key] for key in told}
    return read


def test_instants_before_and_after_the_epoch_keep_their_microseconds() -> None:
    schema = SCHEMAS["acute_danger_found.v1"]
    for instant in (
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=1))),
    ):
        record = {"occurred_at": instant, "municipality": "0014", "report_id": "r-1"}
        bodies = {schema_writer(schema, fast=fast)(record) for fast in (True, False)}

        assert len(bodies) == 1
        assert schema_reader(schema, "x", fast=True)(bodies.pop())["occurred_at"] == instant
    assert date.max.year == 9999
