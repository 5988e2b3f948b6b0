"""The shape of a record: which fields and headers it has and what kind of value stands in each, never a value.

Pure. It is what operators see of what was set aside, so whoever mends a sender needs to see no family for it. Names of
headers and fields that are not ours are counted, not told: a sender may have put anything there.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ledger.streams.records import Arrived
from waakvlam.codec import HEADER_BYTES, MARKER, decode
from waakvlam.errors import Unreadable

OUR_HEADERS = frozenset(
    {
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_subject",
        "ce_sequence",
        "traceparent",
    }
)
_CONFLUENT = b"\x00"


def shape_of(raw: Arrived) -> dict[str, Any]:
    """Return the shape of a record as JSON values; it never raises, whatever stands there."""
    names = [name for name, _ in raw.headers]
    headers = {
        "headers": sorted(OUR_HEADERS.intersection(names)),
        "other_headers": sum(name not in OUR_HEADERS for name in names),
        "key": "none" if raw.key is None else f"{len(raw.key)} bytes",
    }
    return headers | _content(raw.value)


def _content(value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {"content": "none"}
    try:
        event_type, record = decode(value)
    except Unreadable:
        return {"content": _looks_like(value)}
    except Exception as error:  # noqa: BLE001 - whatever made intake stumble must not make the telling of it stumble
        return {"content": f"reading it fails with {type(error).__name__}"}
    return {"type": event_type.name, "fields": {name: kind_of(one) for name, one in record.items()}}


def _looks_like(value: bytes) -> str:
    if value.startswith(MARKER) and len(value) >= HEADER_BYTES:
        return f"Avro, by the schema with fingerprint {value[len(MARKER) : HEADER_BYTES].hex()}"
    if value.startswith(_CONFLUENT) and len(value) > 4:
        return f"Confluent framing, schema {int.from_bytes(value[1:5], 'big')}"
    return "JSON text" if value.lstrip()[:1] in (b"{", b"[") else "no form that we know"


def kind_of(value: Any) -> Any:
    """Return what kind of value this is: a word, or for what holds fields the kinds of those."""
    if isinstance(value, Mapping):
        return {name: kind_of(one) for name, one in value.items()}
    if isinstance(value, list):
        return [f"{len(value)} of", *([kind_of(value[0])] if value else [])]
    return next((word for kind, word in _KINDS if isinstance(value, kind)), "bytes")


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (  # a bool is an int too, and an instant a day: those first
    (type(None), "empty"),
    (bool, "yes or no"),
    ((int, float), "number"),
    (datetime, "instant"),
    (date, "day"),
    (str, "text"),
)
