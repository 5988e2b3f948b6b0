"""What stands in the clear: ids and codes, never words, agencies that exist, no future. Asked before sending and at the door.

Lists of codes are open, so a new code is taken; but a code is one word, and so is an id. A sentence does not fit, and so
neither does a name with a birth date. What is said about a field that does not fit never repeats what stood there.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from waakvlam.catalogue import SHARED_FIELDS, EventType
from waakvlam.clock import micros_of
from waakvlam.topics import agencies

VALUE_BYTES_MAX = 64 * 1024
AHEAD_MICROS_MAX = 5 * 60 * 1_000_000
ID_CHARACTERS_MAX = 100
NOT_AN_ID = (
    f"Hier hoort één code of nummer van 1 tot {ID_CHARACTERS_MAX} tekens: letters zonder accent, cijfers en . _ : # / -, "
    "en geen spaties. Woorden over mensen horen hier niet."
)
AHEAD = "Het tijdstip ligt meer dan vijf minuten in de toekomst."
NOT_A_MUNICIPALITY = "Deze gemeentecode (CBS) kent deze regio niet."
NOT_AN_AGENCY = "Deze organisatie kent Waakvlam niet. Gebruik haar id, zoals die in topics.toml staat."
LIKE_A_BSN = "Een dossiernummer van negen cijfers kan een BSN zijn; zet er een letter voor."

# In an alert's `instance` a key stands behind the id of an event, so that what was an id may be a little longer there.
_AGREEMENT_KEYS = frozenset({"instance"})
_AGENCIES = ("to_agency", "of_agency")
_SHARED_IDS = ("reference", "case", "recorded_by")
_fits = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:#/-]{{0,{ID_CHARACTERS_MAX - 1}}}").fullmatch
_fits_key = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:#/-]{{0,{ID_CHARACTERS_MAX + 49}}}").fullmatch
_is_nine_digits = re.compile(r"[0-9]{9}").fullmatch

Wrong = tuple[str, str]
"""The field, and a Dutch sentence for its sender."""


def is_id(text: str) -> bool:
    """Tell whether a text has the shape of an id or a code."""
    return _fits(text) is not None


def ahead(record: Mapping[str, Any], now: int) -> Wrong | None:
    """Return the instant of an event that lies ahead of `now` (microseconds): its own, or the one it is corrected to."""
    for name in ("occurred_at", "new_occurred_at"):
        if (instant := record.get(name)) is not None and micros_of(instant) > now + AHEAD_MICROS_MAX:
            return name, AHEAD
    return None


def misshapen(event_type: EventType, record: Mapping[str, Any]) -> Wrong | None:
    """Return the first field of an event that holds no id or code where one belongs, or an agency that is none."""
    for name in _SHARED_IDS:
        value = record[name]
        if value is not None and not _fits(value):
            return name, NOT_AN_ID
    if record["reference"] and _is_nine_digits(record["reference"]):
        return "reference", LIKE_A_BSN
    for name, inner in _texts_in_the_clear(event_type):
        value = record.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            fits = bool((_fits_key if name in _AGREEMENT_KEYS else _fits)(value))
        else:
            texts = value if inner is None else [text for one in value if (text := one.get(inner)) is not None]
            fits = all(map(_fits, texts))
        if not fits:
            return name if inner is None else f"{name}.{inner}", NOT_AN_ID
    return next(((name, NOT_AN_AGENCY) for name in _AGENCIES if not _is_agency(record.get(name))), None)


def are_fit(data: Mapping[str, Any]) -> bool:
    """Tell whether fields that a correction tells could stand in the clear of any event."""
    return _are_ids(data) and all(_is_agency(data.get(name)) for name in _AGENCIES)


def _is_agency(agency_id: str | None) -> bool:
    """Tell whether this is an organisation of the chain, which can answer; a part of Waakvlam is none."""
    found = agencies().get(agency_id) if agency_id else None
    return agency_id is None or (found is not None and found.kind != "system")


def _are_ids(value: Any) -> bool:
    """Tell whether every text in a JSON value is an id, a code, a day or an instant, however deep it stands."""
    if isinstance(value, str):
        return _fits_key(value) is not None
    if isinstance(value, dict):
        return all(_are_ids(one) for one in value.values())
    return all(_are_ids(one) for one in value) if isinstance(value, list) else True


def fields_within(avro_type: Any) -> list[Mapping[str, Any]]:
    """Return the fields of the records that a list holds; empty for anything that is not a list of records."""
    if isinstance(avro_type, list):
        return next((found for one in avro_type if (found := fields_within(one))), [])
    if isinstance(avro_type, dict) and avro_type.get("type") == "array":
        items = avro_type["items"]
        return list(items["fields"]) if isinstance(items, dict) and items.get("type") == "record" else []
    return []


@cache
def _texts_in_the_clear(event_type: EventType) -> tuple[tuple[str, str | None], ...]:
    """Return where ids and codes stand: in a field, or in a field of the records that a list holds."""
    fields = event_type.schema["fields"][len(SHARED_FIELDS) :]
    own = [(one["name"], None) for one in fields if _is_text(one["type"]) and _is_clear(one)]
    inner = [
        (outer["name"], one["name"])
        for outer in fields
        for one in fields_within(outer["type"])
        if _is_text(one["type"]) and _is_clear(one)
    ]
    return (*own, *inner)


def _is_text(avro_type: Any) -> bool:
    if isinstance(avro_type, list):
        return any(_is_text(one) for one in avro_type)
    return avro_type == "string" or (isinstance(avro_type, dict) and avro_type.get("items") == "string")


def _is_clear(field: Mapping[str, Any]) -> bool:
    return not any(field.get(mark) for mark in ("personal", "json", "system_text"))
