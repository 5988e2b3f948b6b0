"""The golden book: what every version of every schema is, and the exact bytes of its examples. It only ever grows.

`make golden` adds what is new and refuses to change what stands: bytes like these lie in ledgers and on agencies' disks,
and must be read for as long as there is a case. What has to change becomes a new version, or a new event.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from waakvlam.catalogue import EventType, all_versions, fingerprint_of
from waakvlam.codec import MARKER, schema_writer

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
BOOK = SCHEMAS / "golden.json"
# What a schema says beside its bytes that may not change either: names, kinds, defaults, and what is sealed.
LASTING = ("name", "type", "default", "data_name", "json", "personal", "pseudonym", "system_text")

Entry = dict[str, Any]
Book = dict[str, Entry]


class EntryChanged(Exception):
    """An entry that stands in the book would become another one."""


def read_book() -> Book:
    """Return the book as it is committed."""
    return json.loads(BOOK.read_text("utf-8")) if BOOK.exists() else {}


def book_of_schemas() -> Book:
    """Return the book that the schemas of this checkout give."""
    events = {f"{one.name}.v{one.version}": entry_of(one) for one in all_versions()}
    records = {f"system/{path.stem}": entry_of_record(path) for path in SCHEMAS.glob("system/*.avsc")}
    return dict(sorted((events | records).items()))


def entry_of(event_type: EventType) -> Entry:
    """Return what the book says of one version of an event: its names, its contract and the bytes of its examples."""
    write = schema_writer(event_type.schema, fast=False)
    fingerprint = fingerprint_of(event_type.schema)
    return {
        "type": event_type.ce_type,
        "fingerprint": fingerprint.hex(),
        "contract": contract_of(event_type.schema),
        "examples": [
            (MARKER + fingerprint + write(record_of(event_type.schema, one))).hex() for one in event_type.examples
        ],
    }


def entry_of_record(path: Path) -> Entry:
    """Return what the book says of a record of our own, such as that of the ledger; its bytes have their own tests."""
    schema = json.loads(path.read_text("utf-8"))
    name = f"{schema['namespace']}.{schema['name']}"
    return {"type": name, "fingerprint": fingerprint_of(schema).hex(), "contract": contract_of(schema), "examples": []}


def contract_of(schema: Mapping[str, Any]) -> str:
    """Return a hash over all of a schema that binds; its words and its open lists of codes may still be bettered."""
    binding = {
        "name": schema["name"],
        "namespace": schema.get("namespace"),
        "nl": schema.get("nl"),
        "fields": [_binding(one) for one in schema["fields"]],
    }
    return hashlib.sha256(json.dumps(binding, sort_keys=True).encode()).hexdigest()


def grown(book: Book, schemas: Book) -> Book:
    """Return the book with what is new; raises EntryChanged for an entry that is gone or would become another."""
    for name, entry in book.items():
        if name not in schemas:
            raise EntryChanged(f"{name} is gone. What was once published stays readable.")
        if changed := _changed(entry, schemas[name]):
            raise EntryChanged(f"{name}: {changed} changed. A version stays as it is: add the next one beside it.")
    return schemas


def record_of(schema: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    """Return an example, which is written in JSON, as the record that the codec takes."""
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    defaults = {field["name"]: field["default"] for field in schema["fields"] if "default" in field}
    return defaults | {name: _value(kinds[name], value) for name, value in example.items()}


def _binding(field: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: field[key] for key in LASTING if key in field}
    nested = _nested(field["type"])
    return kept | {"type": [_binding(one) for one in nested["fields"]]} if nested else kept


def _nested(kind: Any) -> Mapping[str, Any] | None:
    """Return the record that a field's type is a list of, if it is."""
    items = kind.get("items") if isinstance(kind, dict) else None
    return items if isinstance(items, dict) else None


def _value(kind: Any, value: Any) -> Any:
    if isinstance(kind, list):
        return None if value is None else _value(kind[1], value)
    if nested := _nested(kind):
        return [record_of(nested, one) for one in value]
    match kind:
        case {"logicalType": "timestamp-micros"}:
            return datetime.fromisoformat(value)
        case {"logicalType": "date"}:
            return date.fromisoformat(value)
        case _:
            return value


def _changed(entry: Entry, other: Entry) -> str | None:
    """Return what of an entry is not as it was; more examples may follow those that stand."""
    kept = {**other, "examples": other["examples"][: len(entry["examples"])]}
    return next((key for key in entry if entry[key] != kept[key]), None)


def main() -> int:
    """Add what is new to the book; returns 1 and says why when that would change what stands."""
    book = read_book()
    try:
        new = grown(book, book_of_schemas())
    except EntryChanged as change:
        sys.stderr.write(f"{change}\n")
        return 1
    BOOK.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stderr.write(f"{len(new) - len(book)} added, {len(new)} in all.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
