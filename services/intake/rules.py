"""What a record says, and whether its sender may say it: everything that can be judged by looking at the record alone.

Pure. The order of the checks is the order in which a sender can mend things: first the bytes, then the envelope, then
who says what, then the content. No sentence quotes what was sent: it may be about a person.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson

from ledger.model import Alias
from ledger.streams.records import Arrived
from waakvlam.catalogue import EventType
from waakvlam.clock import micros_of
from waakvlam.codec import decode
from waakvlam.envelope import Envelope, from_headers
from waakvlam.errors import Unreadable
from waakvlam.shapes import NOT_A_MUNICIPALITY, VALUE_BYTES_MAX, ahead, fields_within, misshapen
from waakvlam.topics import Agency, municipalities
from waakvlam.trace import HEADER as TRACE

PSEUDONYM_CHARACTERS_MAX = 200


@dataclass(slots=True)
class Reading:
    """A record that can be read and may be said by its sender."""

    raw: Arrived
    agency: Agency
    event_id: str
    source: str
    type: EventType
    record: dict[str, Any]
    occurred_at: int
    content: bytes
    remarks: tuple[str, ...]
    case: str | None  # that the sender names
    alias: Alias | None  # the file number under which the sender told it


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be read, or that its sender may not say: the place and a Dutch sentence."""

    raw: Arrived
    agency: Agency
    event_id: str | None
    field: str
    reason: str


def classify(raw: Arrived, agency: Agency, *, now: int) -> Reading | Rejected:
    """Return what a record on an agency's topic says, or why it is rejected; `now` guards against the future."""
    try:
        return _read(raw, agency, now)
    except Unreadable as fault:
        return Rejected(raw, agency, id_if_any(raw), fault.field, fault.reason)


def _read(raw: Arrived, agency: Agency, now: int) -> Reading:
    value = raw.value
    if value is None:
        raise Unreadable("value", "Het bericht heeft geen inhoud.")
    if len(value) > VALUE_BYTES_MAX:
        raise Unreadable(
            "value", f"De inhoud is groter dan {VALUE_BYTES_MAX} bytes; meer heeft geen gebeurtenis nodig."
        )
    envelope = from_headers([one for one in raw.headers if one[0] != TRACE])  # `following` looks at it, once
    if envelope.source != agency.source:
        raise Unreadable("ce_source", "De afzender in ce_source hoort niet bij dit topic.")
    event_type, record = decode(value)
    _check_type(envelope, event_type, agency)
    occurred_at = _check_shared(event_type, record, agency, now)
    if agency.kind != "system" and (wrong := misshapen(event_type, record)):  # alerts speak the words of agreements
        raise Unreadable(*wrong)
    _check_persons(event_type, record)
    _check_correction(event_type, record)
    return Reading(
        raw=raw,
        agency=agency,
        event_id=envelope.id,
        source=envelope.source,
        type=event_type,
        record=record,
        occurred_at=occurred_at,
        content=hashlib.sha256(value).digest(),
        remarks=tuple(_remarks(event_type, record)),
        case=record["case"],
        alias=(agency.id, record["reference"]) if record["reference"] else None,
    )


def _check_type(envelope: Envelope, event_type: EventType, agency: Agency) -> None:
    if envelope.type != _ce_type(event_type):
        raise Unreadable("ce_type", f"De kop ce_type past niet bij de inhoud; die is {_ce_type(event_type)}.")
    if not _may_send(agency, event_type):
        raise Unreadable("ce_type", f"{agency.name} mag een gebeurtenis van dit type niet sturen ({event_type.nl}).")


def _check_shared(event_type: EventType, record: Mapping[str, Any], agency: Agency, now: int) -> int:
    if wrong := ahead(record, now):
        raise Unreadable(*wrong)
    if record["municipality"] not in municipalities() and not _is_everywhere(event_type, record, agency):
        raise Unreadable("municipality", NOT_A_MUNICIPALITY)
    case, reference = record["case"], record["reference"]
    if case is not None and not _is_case(case):
        raise Unreadable("case", "Dit is geen casusnummer van Waakvlam; laat het leeg als u het niet weet.")
    if case is None and reference is None and not event_type.opens_case and not event_type.without_case:
        raise Unreadable(
            "reference", "Zonder casusnummer en zonder kenmerk is niet te zeggen bij welke casus dit hoort."
        )
    return micros_of(record["occurred_at"])


def _is_everywhere(event_type: EventType, record: Mapping[str, Any], agency: Agency) -> bool:
    """Tell whether a part of the system tells something about itself: of no case, and in no municipality."""
    return event_type.without_case and agency.kind == "system" and record["municipality"] == ""


def _check_persons(event_type: EventType, record: Mapping[str, Any]) -> None:
    for name, pseudonym in _persons(event_type, record):
        if not is_pseudonym(pseudonym):
            raise Unreadable(name, "Een persoon heeft geen bruikbaar pseudoniem; zo zouden gezinnen verward raken.")


def is_pseudonym(text: str) -> bool:
    """Tell whether a text can stand for one person: blank or endless ones would join families that are strangers."""
    return 0 < len(text) <= PSEUDONYM_CHARACTERS_MAX and text.isprintable() and text.strip() == text


def pseudonyms_in(event_type: EventType, record: Mapping[str, Any]) -> list[str]:
    """Return the persons that an event names, each once, in their order."""
    return list(dict.fromkeys(pseudonym for _, pseudonym in _persons(event_type, record)))


def _persons(event_type: EventType, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, inner in _person_fields(event_type):
        if inner is None and record[name] is not None:
            yield name, record[name]
        elif inner is not None:
            for one in record[name] or ():
                yield name, one[inner]


@cache
def _person_fields(event_type: EventType) -> tuple[tuple[str, str | None], ...]:
    """Return where pseudonyms stand: in a field, or in a field of the records that a list holds."""
    own = [(one.name, None) for one in event_type.data_fields if one.pseudonym]
    inner = [
        (outer.name, one["name"])
        for outer in event_type.data_fields
        for one in fields_within(outer.type)
        if one.get("pseudonym")
    ]
    return (*own, *inner)


def _check_correction(event_type: EventType, record: Mapping[str, Any]) -> None:
    if event_type.name != "event_corrected":
        return
    if record["data"] is None and record["new_occurred_at"] is None:
        raise Unreadable("data", "Een verbetering zegt wat anders is: een tijdstip, of velden in data.")
    if record["data"] is not None:
        try:
            told = orjson.loads(record["data"])
        except orjson.JSONDecodeError:
            told = None
        if not isinstance(told, dict):
            raise Unreadable("data", "Het veld data van een verbetering moet een JSON-object zijn.")
        if "occurred_at" in told:
            raise Unreadable("data.occurred_at", "Het juiste tijdstip hoort in new_occurred_at, niet in data.")


def _is_case(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def id_if_any(raw: Arrived) -> str | None:
    """Return the event's id where it can be read, so that the sender recognises its receipt."""
    try:
        return from_headers([*((name, value) for name, value in raw.headers if name == "ce_id"), *_FILLING]).id
    except (Unreadable, TypeError, ValueError):
        return None


# Headers that make any id readable: only `ce_id` is of interest then.
_FILLING = [
    ("ce_specversion", b"1.0"),
    ("ce_source", b"-"),
    ("ce_type", b"-"),
    ("ce_time", b"1970-01-01T00:00:00Z"),
]


@cache
def _ce_type(event_type: EventType) -> str:
    return event_type.ce_type


@cache
def _may_send(agency: Agency, event_type: EventType) -> bool:
    return agency.may_send(event_type.senders)


# Codes: lists are open. What we do not know is kept, and whoever uses it takes the more careful branch.


def _remarks(event_type: EventType, record: Mapping[str, Any]) -> Iterator[str]:
    for name, codes in _coded(event_type):
        if not _known(record[name], codes):
            yield f"Een code in {name} kennen wij niet; zij is bewaard en wij kiezen de voorzichtige weg."
    for name, inner, codes in _coded_within(event_type):
        if not all(_known(one[inner], codes) for one in record[name] or ()):
            yield f"Een code in {name}.{inner} kennen wij niet; zij is bewaard en wij kiezen de voorzichtige weg."


def _known(value: Any, codes: frozenset[str]) -> bool:
    return codes.issuperset(value) if isinstance(value, list) else value is None or value in codes


@cache
def _coded(event_type: EventType) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((field.name, frozenset(field.codes)) for field in event_type.data_fields if field.codes)


@cache
def _coded_within(event_type: EventType) -> tuple[tuple[str, str, frozenset[str]], ...]:
    return tuple(
        (field.name, inner["name"], frozenset(inner["codes"]))
        for field in event_type.data_fields
        for inner in fields_within(field.type)
        if inner.get("codes")
    )
