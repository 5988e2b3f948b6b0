"""Whether a JSON value could stand in a field: asked of corrections, which tell fields of another event as JSON.

Pure. Without this, a correction would be a way to put anything into the clear part of the ledger.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

_SIMPLE: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "int": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}


def fits(avro_type: Any, value: Any) -> bool:
    """Tell whether a plain JSON value fits an Avro type; dates and instants are texts that name one."""
    if isinstance(avro_type, list):
        return any(fits(one, value) for one in avro_type)
    if isinstance(avro_type, str):
        return _fits_simple(avro_type, value)
    return _fits_complex(avro_type, value)


def _fits_complex(avro_type: Mapping[str, Any], value: Any) -> bool:
    match avro_type.get("logicalType") or avro_type["type"]:
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "timestamp-micros":
            return isinstance(value, str) and _is_instant(value)
        case "array":
            return isinstance(value, list) and all(fits(avro_type["items"], one) for one in value)
        case "record":
            return isinstance(value, dict) and _fits_record(avro_type["fields"], value)
    return fits(avro_type["type"], value)


def _fits_simple(name: str, value: Any) -> bool:
    if name == "null":
        return value is None
    if name == "boolean":
        return isinstance(value, bool)
    return name in _SIMPLE and isinstance(value, _SIMPLE[name]) and not isinstance(value, bool)


def _fits_record(fields: list[Mapping[str, Any]], value: Mapping[str, Any]) -> bool:
    known = {field["name"]: field for field in fields}
    return value.keys() <= known.keys() and all(
        fits(field["type"], value[name]) if name in value else "default" in field for name, field in known.items()
    )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
