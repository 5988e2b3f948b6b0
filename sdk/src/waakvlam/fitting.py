"""Does a record fit its schema? Asked before writing, for the two Avro writers differ in what they let through.

`fastavro` would write a missing yes-or-no as no and a naive instant as local time. What is said about a field that does
not fit names its place and what it must be, and never repeats the value, for it may be about a person.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from waakvlam.errors import Unfit

Wrong = tuple[str, str]
"""Where it is wrong, seen from the value itself (`[0].role`), and what must be there."""
Check = Callable[[Any], Wrong | None]


def fitting(schema: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], None]:
    """Return a function that raises Unfit when a record does not fit this schema."""
    check = _record(schema)

    def fit(record: Mapping[str, Any]) -> None:
        if wrong := check(record):
            place, reason = wrong
            raise Unfit(place.lstrip(".") or str(schema["name"]), reason)

    return fit


def _check(kind: Any) -> Check:
    if isinstance(kind, list):
        return _union(kind)
    if isinstance(kind, str):
        return _PLAIN[kind]
    if "logicalType" in kind:
        return _LOGICAL[kind["logicalType"]]
    made_of_parts = {"array": _array, "map": _map, "fixed": _fixed, "record": _record}.get(kind["type"])
    return made_of_parts(kind) if made_of_parts else _PLAIN[kind["type"]]


def _is(right: Callable[[Any], bool], reason: str) -> Check:
    wrong = ("", reason)
    return lambda value: None if right(value) else wrong


_PLAIN: Mapping[str, Check] = {
    "string": _is(lambda value: isinstance(value, str), "moet tekst zijn"),
    "boolean": _is(lambda value: value is True or value is False, "moet true of false zijn"),
    "int": _is(lambda value: type(value) is int and -(2**31) <= value < 2**31, "moet een geheel getal zijn (32 bits)"),
    "long": _is(lambda value: type(value) is int and -(2**63) <= value < 2**63, "moet een geheel getal zijn (64 bits)"),
    "bytes": _is(lambda value: isinstance(value, bytes), "moet uit bytes bestaan"),
}
_LOGICAL: Mapping[str, Check] = {
    "date": _is(lambda value: type(value) is date, "moet een dag zijn (date)"),
    "timestamp-micros": _is(
        lambda value: isinstance(value, datetime) and value.utcoffset() is not None,
        "moet een tijdstip met tijdzone zijn (datetime)",
    ),
}


def _union(branches: list[Any]) -> Check:
    """Return a check for "nothing, or this", the only union that our schemas have."""
    (branch,) = [one for one in branches if one != "null"]
    check = _check(branch)
    return lambda value: None if value is None else check(value)


def _fixed(kind: Mapping[str, Any]) -> Check:
    size = kind["size"]
    return _is(lambda value: isinstance(value, bytes) and len(value) == size, f"moet {size} bytes zijn")


def _array(kind: Mapping[str, Any]) -> Check:
    check = _check(kind["items"])

    def every(value: Any) -> Wrong | None:
        if not isinstance(value, list):
            return "", "moet een lijst zijn"
        for number, one in enumerate(value):
            if wrong := check(one):
                return f"[{number}]{wrong[0]}", wrong[1]
        return None

    return every


def _map(kind: Mapping[str, Any]) -> Check:
    check = _check(kind["values"])

    def every(value: Any) -> Wrong | None:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            return "", "moet een object met tekst als sleutels zijn"
        return next((wrong for one in value.values() if (wrong := check(one))), None)

    return every


def _record(schema: Mapping[str, Any]) -> Check:
    checks = {field["name"]: _check(field["type"]) for field in schema["fields"]}
    required = [field["name"] for field in schema["fields"] if "default" not in field]

    def every(value: Any) -> Wrong | None:
        if not isinstance(value, Mapping):
            return "", "moet een record zijn"
        for name in required:
            if name not in value:
                return f".{name}", "ontbreekt"
        for name, one in value.items():
            check = checks.get(name)
            if check is None:
                return f".{name}", "kent het schema niet"
            if wrong := check(one):
                return f".{name}{wrong[0]}", wrong[1]
        return None

    return every
