"""What is about a person leaves the event before it is written: pseudonyms become p1, p2, … of the case, texts null.

Pure. What left is returned beside the clear event, under the path where it stood (`text`, `persons.0.birth_year`), and
is sealed under the case's key. On the bus and in the clear part of the ledger nothing joins two families.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from services.intake.fitting import fits
from services.intake.rules import is_pseudonym
from waakvlam.catalogue import EventType, all_versions
from waakvlam.codec import MARKER, Write, plain, schema_writer
from waakvlam.shapes import are_fit, fields_within

CORRECTION_DATA = "data"


@dataclass(slots=True)
class Redacted:
    """An event without what is about a person, what that was, and which persons it names."""

    payload: bytes
    personal: dict[str, Any] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)  # pseudonym -> label in this case


class UnknownField(ValueError):
    """A correction names a field that the corrected event does not have."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """Which fields of an event type are about a person; inner ones by the list they stand in."""

    texts: tuple[str, ...]
    pseudonyms: tuple[str, ...]
    inner_texts: tuple[tuple[str, str], ...]
    inner_pseudonyms: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.texts or self.pseudonyms or self.inner_texts or self.inner_pseudonyms)


def is_personal(event_type: EventType) -> bool:
    """Tell whether events of this type may hold something about a person."""
    return bool(_marks(event_type)) or event_type.name == "event_corrected"


def redact(event_type: EventType, record: Mapping[str, Any], value: bytes, known: Mapping[str, str]) -> Redacted:
    """Return the event without what is about a person; `known` are the labels of the persons of its case so far."""
    marks = _marks(event_type)
    if not marks:
        return Redacted(value)
    redacted = Redacted(value)
    clear = _cleared(marks, record, _Labels(known, redacted.persons), redacted.personal)
    if redacted.personal:
        redacted.payload = _written(event_type, clear)
    return redacted


def redact_correction(
    event_type: EventType, record: Mapping[str, Any], value: bytes, known: Mapping[str, str], *, of: EventType | None
) -> Redacted:
    """Return a correction without what is about a person, by the marks of the type that it corrects (`of`).

    When that event is not known, a field counts as personal if any type marks it so. Raises UnknownField when the
    correction names a field, or a value, that the corrected event cannot have: nobody could tell whether it is personal.
    So it does when what is left in the clear is not all ids and codes.
    """
    if record[CORRECTION_DATA] is None:
        return Redacted(value)
    if not correction_fits(record, of=of):
        raise UnknownField(CORRECTION_DATA)
    told: dict[str, Any] = orjson.loads(record[CORRECTION_DATA])
    personal: dict[str, Any] = {}
    redacted = Redacted(value)
    clear = _cleared(_marks(of) if of else _any_marks(), told, _Labels(known, redacted.persons), personal)
    without = {name: one for name, one in clear.items() if one is not None or told[name] is None}
    if not are_fit(without):
        raise UnknownField(CORRECTION_DATA)
    # Always written anew, from what was read: the text itself may hold a key twice, and so what nobody read.
    redacted.payload = _written(event_type, {**record, CORRECTION_DATA: orjson.dumps(without).decode()})
    redacted.personal = {f"{CORRECTION_DATA}.{path}": one for path, one in personal.items()}
    return redacted


def correction_fits(record: Mapping[str, Any], *, of: EventType | None) -> bool:
    """Tell whether a correction names nothing but fields, and values for them, that the corrected event can have."""
    types, told = _data_types(of), orjson.loads(record[CORRECTION_DATA] or "{}")
    return all(name in types and any(fits(one, value) for one in types[name]) for name, value in told.items())


def _written(event_type: EventType, record: Mapping[str, Any]) -> bytes:
    """Return the bytes of a record that was read and then cleared: it fits, so nothing is checked again."""
    return MARKER + event_type.fingerprint + _writer(event_type)(record)


@cache
def _writer(event_type: EventType) -> Write:
    return schema_writer(event_type.schema)


class _Labels:
    """The labels of a case's persons: known ones, and the next free number for who is new."""

    def __init__(self, known: Mapping[str, str], used: dict[str, str]) -> None:
        self._known = known
        self._used = used
        self._last = max((int(label[1:]) for label in known.values()), default=0)

    def of(self, pseudonym: str) -> str:
        if not is_pseudonym(pseudonym):
            raise UnknownField(CORRECTION_DATA)  # in an event it was rejected when it was read
        label = self._known.get(pseudonym) or self._used.get(pseudonym) or f"p{self._last + 1}"
        self._last = max(self._last, int(label[1:]))
        self._used[pseudonym] = label
        return label


def _cleared(marks: _Marks, record: Mapping[str, Any], labels: _Labels, personal: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the record without what is about a person, which goes to `personal` under its path."""
    clear = dict(record)
    for name in marks.pseudonyms:
        if isinstance(pseudonym := clear.get(name), str):
            personal[name] = pseudonym
            clear[name] = labels.of(pseudonym)
    for name in marks.texts:
        if clear.get(name) is not None:
            personal[name] = plain(clear[name])
            clear[name] = None
    for name in {name for name, _ in (*marks.inner_pseudonyms, *marks.inner_texts)}:
        if isinstance(ones := clear.get(name), list):
            clear[name] = [
                _cleared_inner(marks, name, one, labels, personal, f"{name}.{place}") for place, one in enumerate(ones)
            ]
        elif ones is not None:
            personal[name] = ones
            clear[name] = None
    return clear


def _cleared_inner(marks: _Marks, outer: str, one: Any, labels: _Labels, personal: dict[str, Any], path: str) -> Any:
    if not isinstance(one, dict):
        personal[path] = one
        return {}
    clear = dict(one)
    for name, inner in marks.inner_pseudonyms:
        if name == outer and isinstance(pseudonym := clear.get(inner), str):
            personal[f"{path}.{inner}"] = pseudonym
            clear[inner] = labels.of(pseudonym)
    for name, inner in marks.inner_texts:
        if name == outer and clear.get(inner) is not None:
            personal[f"{path}.{inner}"] = plain(clear[inner])
            clear[inner] = None
    return clear


@cache
def _marks(event_type: EventType) -> _Marks:
    own = [one for one in event_type.data_fields if one.personal]
    return _Marks(
        texts=tuple(one.name for one in own if not one.pseudonym),
        pseudonyms=tuple(one.name for one in own if one.pseudonym),
        inner_texts=tuple(_inner(event_type, pseudonym=False)),
        inner_pseudonyms=tuple(_inner(event_type, pseudonym=True)),
    )


def _inner(event_type: EventType, *, pseudonym: bool) -> Iterator[tuple[str, str]]:
    for outer in event_type.data_fields:
        for inner in fields_within(outer.type):
            if inner.get("personal") and bool(inner.get("pseudonym")) is pseudonym:
                yield outer.name, inner["name"]


@cache
def _any_marks() -> _Marks:
    """Return the marks for an event of an unknown type: personal wherever any type says so, lists of persons whole."""
    every = [_marks(one) for one in all_versions()]
    lists = {name for marks in every for name, _ in (*marks.inner_texts, *marks.inner_pseudonyms)}
    names = {name for marks in every for name in (*marks.texts, *marks.pseudonyms)}
    return _Marks(texts=tuple(sorted(names | lists)), pseudonyms=(), inner_texts=(), inner_pseudonyms=())


@cache
def _data_types(event_type: EventType | None) -> Mapping[str, list[Any]]:
    """Return the Avro types that a field of data may have, in this event type or in any."""
    types: dict[str, list[Any]] = {}
    for every in [event_type] if event_type else all_versions():
        for one in every.data_fields:
            types.setdefault(one.data_name, []).append(one.type)
    return types
