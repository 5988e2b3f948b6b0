"""The bytes are the contract: every version of every schema gives today what it gave when it was published.

Both Avro libraries write the same bytes and read them back; the golden book holds them, and only ever grows.
"""

import copy
import json
from typing import Any

import pytest
from avro.errors import SchemaParseException
from avro.schema import parse as parse_with_avro
from fastavro import parse_schema as parse_with_fastavro
from fastavro.schema import UnknownType, fingerprint, to_parsing_canonical_form

from tests.contract import golden
from waakvlam.catalogue import EventType, all_versions, by_fingerprint, fingerprint_of
from waakvlam.codec import HEADER_BYTES, decode, encode, schema_reader, schema_writer

VERSIONS = [pytest.param(one, id=f"{one.name}.v{one.version}") for one in all_versions()]
BOOK = golden.read_book()
SOME = "event_corrected.v1"


def bytes_of(schema: Any, record: dict[str, Any], *, fast: bool) -> bytes:
    return schema_writer(schema, fast=fast)(record)


@pytest.mark.parametrize("event_type", VERSIONS)
def test_both_libraries_parse_the_schema_and_name_it_alike(event_type: EventType) -> None:
    parsed = parse_with_avro(json.dumps(event_type.schema))
    parse_with_fastavro(dict(event_type.schema))

    assert parsed.fullname == f"nl.waakvlam.v{event_type.version}.{event_type.name}"
    assert _fast_fingerprint(event_type) == event_type.fingerprint


@pytest.mark.parametrize("event_type", VERSIONS)
def test_examples_go_round_with_equal_bytes_in_both_libraries(event_type: EventType) -> None:
    schema = event_type.schema
    for example in event_type.examples:
        record = golden.record_of(schema, example)
        slow, fast = bytes_of(schema, record, fast=False), bytes_of(schema, record, fast=True)

        assert slow == fast
        assert schema_reader(schema, event_type.name, fast=False)(slow) == record
        assert schema_reader(schema, event_type.name, fast=True)(slow) == record


@pytest.mark.parametrize("name", sorted(name for name in BOOK if not name.startswith("system/")))
def test_golden_bytes_are_still_read_and_written(name: str) -> None:
    entry = BOOK[name]
    event_type = by_fingerprint(bytes.fromhex(entry["fingerprint"]))
    assert event_type is not None, f"{name} can no longer be read: its schema is gone or has changed."
    for text in entry["examples"]:
        value = bytes.fromhex(text)
        found, record = decode(value)

        assert f"{found.name}.v{found.version}" == name
        assert value[2:HEADER_BYTES] == event_type.fingerprint
        assert encode(event_type, record) == value


def test_the_golden_book_is_that_of_the_schemas() -> None:
    schemas = golden.book_of_schemas()

    # A schema that is not in the book yet is young and may still change; `make golden` at a release freezes it.
    assert golden.grown(BOOK, schemas) == schemas
    assert BOOK.keys() <= schemas.keys()


def _schema() -> dict[str, Any]:
    (schema,) = [one.schema for one in all_versions() if f"{one.name}.v{one.version}" == SOME]
    return copy.deepcopy(dict(schema))


def test_what_binds_is_in_the_book_and_what_are_words_is_not() -> None:
    before = golden.contract_of(_schema())
    words, sealed, default = _schema(), _schema(), _schema()
    words["doc"], words["fields"][-1]["codes"] = "Other words.", {"nieuw": "nieuw"}
    sealed["fields"][-1]["personal"] = True
    default["fields"][-2]["default"] = "{}"

    assert golden.contract_of(words) == before
    assert golden.contract_of(sealed) != before
    assert golden.contract_of(default) != before


@pytest.mark.parametrize("key", ["type", "fingerprint", "contract"])
def test_the_book_refuses_to_change_what_stands(key: str) -> None:
    changed = copy.deepcopy(BOOK)
    changed[SOME][key] = "something else"

    with pytest.raises(golden.EntryChanged, match=f"{SOME}: {key} changed"):
        golden.grown(BOOK, changed)


def test_the_book_refuses_another_example_or_a_lost_one_and_takes_one_more() -> None:
    other, fewer, more = (copy.deepcopy(BOOK) for _ in range(3))
    other[SOME]["examples"][0] = "c301"
    fewer[SOME]["examples"].pop()
    more[SOME]["examples"].append("c301")

    for book in (other, fewer):
        with pytest.raises(golden.EntryChanged, match="examples changed"):
            golden.grown(BOOK, book)
    assert golden.grown(BOOK, more) == more


def test_the_book_refuses_to_forget_a_version_and_takes_a_new_one() -> None:
    without = {name: entry for name, entry in BOOK.items() if name != SOME}

    with pytest.raises(golden.EntryChanged, match=f"{SOME} is gone"):
        golden.grown(BOOK, without)
    assert golden.grown(without, BOOK) == BOOK


def test_a_changed_field_gives_another_fingerprint() -> None:
    schema = _schema()
    before = fingerprint_of(schema)
    schema["fields"][-1]["type"] = "bytes"

    assert fingerprint_of(schema) != before


def test_a_schema_that_is_none_is_refused_by_both_libraries() -> None:
    schema = {**_schema(), "fields": [{"name": "story", "type": "strng"}]}

    with pytest.raises(SchemaParseException):
        parse_with_avro(json.dumps(schema))
    with pytest.raises(UnknownType, match="strng"):
        parse_with_fastavro(schema)


def _fast_fingerprint(event_type: EventType) -> bytes:
    form = to_parsing_canonical_form(dict(event_type.schema))
    return bytes.fromhex(fingerprint(form, "CRC-64-AVRO"))
