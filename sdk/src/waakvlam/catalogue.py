"""The catalogue: what each schema file says, as records. The files are the truth; nothing is written twice here.

The schema files ship inside the package, so reading and writing never depend on a registry. A schema is named on the
wire by its fingerprint (CRC-64-AVRO over the parsing canonical form, Avro specification "Single object encoding").
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from avro.schema import parse as parse_with_avro

from waakvlam.errors import ContractBroken

SHARED_FIELDS = ("occurred_at", "case", "reference", "municipality", "recorded_by")
_FILE = re.compile(r"^(?P<name>[a-z_]+)\.v(?P<version>\d+)\.avsc$")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event: its name on the wire and in `data`, its codes, and whether it is about a person."""

    name: str
    data_name: str
    codes: tuple[str, ...]
    personal: bool
    pseudonym: bool
    optional: bool
    type: Any
    doc: str


@dataclass(frozen=True, eq=False, slots=True)
class EventType:
    """One version of one event type, as its schema file tells it. Equal only to itself."""

    name: str
    version: int
    chapter: str
    nl: str
    doc: str
    timeline: str
    purpose: str
    legal_basis: str
    senders: frozenset[str]
    opens_case: bool
    without_case: bool
    fields: tuple[Field, ...]
    fingerprint: bytes
    schema: Mapping[str, Any]
    examples: tuple[Mapping[str, Any], ...]

    @property
    def data_fields(self) -> tuple[Field, ...]:
        """The fields of this event alone, without the shared ones."""
        return self.fields[len(SHARED_FIELDS) :]

    @property
    def ce_type(self) -> str:
        """The CloudEvents type: `nl.waakvlam.<Dutch name>.v<version>`."""
        return f"nl.waakvlam.{self.nl}.v{self.version}"


def fingerprint_of(schema: Mapping[str, Any]) -> bytes:
    """Return the 8 bytes by which a schema is named on the wire (CRC-64-AVRO, little-endian).

    Logical types are taken off first: the specification's canonical form writes `"long"` for them, as Java and fastavro
    do, where `avro` for Python leaves `{"type": "long"}` and so comes to another fingerprint.
    """
    return bytes(parse_with_avro(json.dumps(_without_logical_types(schema))).fingerprint("CRC-64-AVRO"))


@cache
def event_types() -> Mapping[str, EventType]:
    """Return the newest version of every event type, by name."""
    newest: dict[str, EventType] = {}
    for event_type in sorted(all_versions(), key=lambda one: one.version):
        newest[event_type.name] = event_type
    return newest


@cache
def all_versions() -> tuple[EventType, ...]:
    """Return every version of every event type that ships with this package."""
    return tuple(event_type_of(*found) for found in _schema_files() if found[0] != "system")


def by_fingerprint(fingerprint: bytes) -> EventType | None:
    """Return the event type whose schema has this fingerprint, or nothing when we do not know it."""
    return _by_fingerprint().get(fingerprint)


@cache
def system_record(name: str) -> Mapping[str, Any]:
    """Return the schema of a record that is no event (`ledger_record`, `receipt`, `ledger_clock`), newest version."""
    found = [
        (version, schema) for chapter, one, version, schema in _schema_files() if (chapter, one) == ("system", name)
    ]
    if not found:
        raise ContractBroken(f"schemas/system/{name}.v1.avsc is missing.")
    return max(found, key=lambda pair: pair[0])[1]


def _without_logical_types(part: Any) -> Any:
    """Return a schema in which every `{"type": "long", "logicalType": ...}` is plain `"long"`."""
    if isinstance(part, list):
        return [_without_logical_types(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    if "logicalType" in part and isinstance(part["type"], str) and part["type"] != "fixed":
        return part["type"]
    return {key: value if key == "default" else _without_logical_types(value) for key, value in part.items()}


@cache
def _by_fingerprint() -> Mapping[bytes, EventType]:
    return {one.fingerprint: one for one in all_versions()}


@cache
def _schema_files() -> tuple[tuple[str, str, int, Mapping[str, Any]], ...]:
    return tuple(_walk(files("waakvlam") / "schemas"))


def _walk(root: Traversable) -> Iterator[tuple[str, str, int, Mapping[str, Any]]]:
    """Yield (chapter, name, version, schema) of every schema file, in a fixed order."""
    for chapter in sorted(root.iterdir(), key=lambda one: one.name):
        if not chapter.is_dir():
            continue
        for file in sorted(chapter.iterdir(), key=lambda one: one.name):
            if match := _FILE.match(file.name):
                yield chapter.name, match["name"], int(match["version"]), json.loads(file.read_text("utf-8"))


def event_type_of(chapter: str, name: str, version: int, schema: Mapping[str, Any]) -> EventType:
    """Return what a schema says, as a record; raises ContractBroken naming what it lacks."""
    if schema["name"] != name:
        raise ContractBroken(f"{chapter}/{name}.v{version}.avsc holds a record named {schema['name']}.")
    fields = tuple(_field(one) for one in schema["fields"])
    if tuple(field.name for field in fields[: len(SHARED_FIELDS)]) != SHARED_FIELDS:
        raise ContractBroken(
            f"{chapter}/{name}.v{version}.avsc does not begin with the fields {', '.join(SHARED_FIELDS)}."
        )
    try:
        return EventType(
            name=name,
            version=version,
            chapter=chapter,
            nl=schema["nl"],
            doc=schema["doc"],
            timeline=schema["timeline"],
            purpose=schema["purpose"],
            legal_basis=schema["legal_basis"],
            senders=frozenset(schema["senders"]),
            opens_case=schema.get("opens_case", False),
            without_case=schema.get("without_case", False),
            fields=fields,
            fingerprint=fingerprint_of(schema),
            schema=schema,
            examples=tuple(schema["examples"]),
        )
    except KeyError as missing:
        raise ContractBroken(f"{chapter}/{name}.v{version}.avsc lacks {missing}.") from missing


def _field(field: Mapping[str, Any]) -> Field:
    kind = field["type"]
    return Field(
        name=field["name"],
        data_name=field.get("data_name", field["name"]),
        codes=tuple(field.get("codes", ())),
        personal=field.get("personal", False),
        pseudonym=field.get("pseudonym", False),
        optional=isinstance(kind, list) and "null" in kind,
        type=kind,
        doc=field.get("doc", ""),
    )
