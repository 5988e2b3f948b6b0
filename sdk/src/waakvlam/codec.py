"""Bytes: one record of one schema in Avro single-object encoding (`C3 01`, 8-byte fingerprint, body).

`avro` is the reference and is always there; `fastavro` (extra `fast`) takes over where it is installed and gives the
same bytes, which `tests/contract` and a property test hold. Records are flat: the shared fields and the data fields;
instants are aware datetimes, dates are dates. On bytes that no Avro writer makes (a yes-or-no of 2, a day beyond 32
bits) the two readers may differ, but both give a record or raise Unreadable, and nothing else.
"""

import io
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from typing import Any, cast

from avro.errors import AvroException
from avro.io import BinaryDecoder, BinaryEncoder, DatumReader, DatumWriter
from avro.schema import Schema as AvroSchema
from avro.schema import parse as parse_with_avro

from waakvlam.catalogue import SHARED_FIELDS, EventType, by_fingerprint
from waakvlam.clock import iso, micros_of
from waakvlam.errors import Unfit, Unreadable
from waakvlam.fitting import fitting

MARKER = b"\xc3\x01"
HEADER_BYTES = 10
FAST = find_spec("fastavro") is not None

Record = Mapping[str, Any]
Write = Callable[[Record], bytes]
Read = Callable[[bytes], dict[str, Any]]


def encode(event_type: EventType, record: Record) -> bytes:
    """Return the record as single-object bytes; raises Unfit naming the field when it does not fit the schema."""
    return MARKER + event_type.fingerprint + body_writer(event_type)(record)


def decode(
    value: bytes, *, known: Callable[[bytes], EventType | None] = by_fingerprint
) -> tuple[EventType, dict[str, Any]]:
    """Return the event type and the record that the bytes hold; `known` finds the schema of a fingerprint.

    Raises Unreadable when they are not single-object Avro, name a schema we do not have, end early or go on too long.
    """
    if len(value) < HEADER_BYTES or value[:2] != MARKER:
        raise Unreadable("value", "De inhoud is geen Avro in single-object-codering (begint niet met C3 01).")
    event_type = known(value[2:HEADER_BYTES])
    if event_type is None:
        raise Unreadable(
            "value", f"De vingerafdruk {value[2:HEADER_BYTES].hex()} hoort bij geen schema dat wij kennen."
        )
    return event_type, body_reader(event_type)(value[HEADER_BYTES:])


def data_of(event_type: EventType, record: Record) -> dict[str, Any]:
    """Return the `data` of an event as plain JSON values, under the rulebook's names; what is null is left out."""
    return {
        name: plain(value, as_json=as_json)
        for key, name, as_json in _data_names(event_type)
        if (value := record.get(key)) is not None
    }


def plain(value: Any, *, as_json: bool = False) -> Any:
    """Return a value as JSON knows it: dates as YYYY-MM-DD, instants in UTC, nested nulls left out."""
    if isinstance(value, datetime):
        return iso(micros_of(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return json.loads(value) if as_json else value


@cache
def body_writer(event_type: EventType, *, fast: bool = FAST) -> Write:
    """Return the function that writes a record's body with this schema; `fast` chooses fastavro."""
    fit, write = fitting(event_type.schema), schema_writer(event_type.schema, fast=fast)

    def written(record: Record) -> bytes:
        fit(record)
        return write(record)

    return written


@cache
def body_reader(event_type: EventType, *, fast: bool = FAST) -> Read:
    """Return the function that reads a body with this schema; it raises Unreadable on early end or trailing bytes."""
    return schema_reader(event_type.schema, f"{event_type.name}.v{event_type.version}", fast=fast)


def schema_writer(schema: Mapping[str, Any], *, fast: bool = FAST) -> Write:
    """Return a writer for any record schema, for records of our own making; what cannot be written raises Unfit."""
    write = _fast_writer(schema) if fast else _reference_writer(schema)
    names = frozenset(field["name"] for field in schema["fields"])
    fit = fitting(schema)

    def checked(record: Record) -> bytes:
        try:
            if not names.issuperset(record):
                raise Unfit(min(set(record) - names), "kent het schema niet")
            return write(record)
        except (AvroException, AttributeError, TypeError, ValueError) as error:
            fit(record)
            # The writer's own words repeat the value, which may be about a person: only the kind of error is told.
            raise Unfit(str(schema["name"]), f"past niet bij het schema ({type(error).__name__})") from None

    return checked


def schema_reader(schema: Mapping[str, Any], name: str, *, fast: bool = FAST) -> Read:
    """Return a reader for any record schema; `name` stands in the sentence of what cannot be read."""
    read = _fast_reader(schema) if fast else _reference_reader(schema)

    def checked(body: bytes) -> dict[str, Any]:
        stream = io.BytesIO(body)
        try:
            record = read(stream)
        except Exception as error:
            raise Unreadable("value", f"De inhoud is niet te lezen als {name} ({type(error).__name__}).") from error
        if stream.tell() != len(body):
            raise Unreadable("value", f"Na {name} staan nog {len(body) - stream.tell()} bytes die er niet horen.")
        return record

    return checked


@cache
def _data_names(event_type: EventType) -> tuple[tuple[str, str, bool], ...]:
    as_json = {field["name"] for field in event_type.schema["fields"] if field.get("json")}
    return tuple((one.name, one.data_name, one.name in as_json) for one in event_type.fields[len(SHARED_FIELDS) :])


def _fast_writer(schema: Mapping[str, Any]) -> Write:
    import fastavro  # noqa: PLC0415 - an extra: absent where only pure Python may be installed

    parsed = fastavro.parse_schema(json.loads(json.dumps(schema)))

    def write(record: Record) -> bytes:
        stream = io.BytesIO()
        fastavro.schemaless_writer(stream, parsed, record)
        return stream.getvalue()

    return write


def _fast_reader(schema: Mapping[str, Any]) -> Callable[[io.BytesIO], dict[str, Any]]:
    import fastavro  # noqa: PLC0415 - an extra: absent where only pure Python may be installed

    parsed = fastavro.parse_schema(json.loads(json.dumps(schema)))
    read = fastavro.schemaless_reader
    return lambda stream: cast("dict[str, Any]", read(stream, parsed, None))


def _reference_writer(schema: Mapping[str, Any]) -> Write:
    parsed = parse_with_avro(json.dumps(schema))
    defaults = {field["name"]: field["default"] for field in schema["fields"] if "default" in field}

    def write(record: Record) -> bytes:
        stream = io.BytesIO()
        DatumWriter(parsed).write({**defaults, **record}, BinaryEncoder(stream))
        return stream.getvalue()

    return write


def _reference_reader(schema: Mapping[str, Any]) -> Callable[[io.BytesIO], dict[str, Any]]:
    parsed: AvroSchema = parse_with_avro(json.dumps(schema))
    return lambda stream: cast("dict[str, Any]", DatumReader(parsed).read(BinaryDecoder(stream)))
