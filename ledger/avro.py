"""Avro read to plain JSON values at once: what `waakvlam.codec` reads and then makes plain, in one go and in half the time.

Whoever makes a view anew reads every event that there is, and of its fields only those that a rule or a list asks for. So no
instant becomes a `datetime` to be written out again, and what is passed over is not decoded. A reader here is for bytes as a
writer makes them. For anything else (an end too early, a union that there is not, a type that stands not below) it says that it
does not know, by `Unsure`, and the caller asks the codec, which knows what to say of it. A property test holds that both agree.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from waakvlam.clock import EPOCH, iso

Step = Callable[[bytes, int], tuple[Any, int]]
"""Reads one value at a place; returns it and the place behind it."""

_MORE, _ODD = 0x80, 0x81  # of a first byte: more follow; more follow or the number is below zero
_YES, _SECOND = 1, 2
_BITS_MAX = 63
_FIRST_DAY = EPOCH.toordinal()


class Unsure(ValueError):
    """These bytes are for the codec."""


def long(body: bytes, at: int) -> tuple[int, int]:
    """Read a whole number."""
    byte = body[at]
    at += 1
    found, shift = byte & 127, 7
    while byte & _MORE:
        if shift > _BITS_MAX:
            raise Unsure
        byte = body[at]
        at += 1
        found |= (byte & 127) << shift
        shift += 7
    return (found >> 1) ^ -(found & 1), at


def octets(body: bytes, at: int) -> tuple[bytes, int]:
    """Read bytes. What lies beyond the end is found by whoever compares the last place with it."""
    size = body[at]
    if size & _ODD:
        size, at = long(body, at)
        if size < 0:
            raise Unsure
    else:
        size, at = size >> 1, at + 1
    return body[at : at + size], at + size


def text(body: bytes, at: int) -> tuple[str, int]:
    """Read text."""
    size = body[at]
    if size & _ODD:
        size, at = long(body, at)
        if size < 0:
            raise Unsure
    else:
        size, at = size >> 1, at + 1
    end = at + size
    return body[at:end].decode(), end


def truth(body: bytes, at: int) -> tuple[bool, int]:
    """Read a yes or no."""
    if body[at] > _YES:
        raise Unsure
    return body[at] == _YES, at + 1


def _instant(body: bytes, at: int) -> tuple[str, int]:
    micros, at = long(body, at)
    return iso(micros), at


def _day(body: bytes, at: int) -> tuple[str, int]:
    days, at = long(body, at)
    return date.fromordinal(_FIRST_DAY + days).isoformat(), at


def _json(body: bytes, at: int) -> tuple[Any, int]:
    told, at = text(body, at)
    found = json.loads(told)
    if found is None:
        raise Unsure
    return found, at


_PLAIN: Mapping[str, Step] = {"string": text, "int": long, "long": long, "boolean": truth}
_LOGICAL: Mapping[str, Step] = {"timestamp-micros": _instant, "date": _day}


def step_of(kind: Any) -> Step:
    """Return what reads a type to a plain value; None stands for null. Raises Unsure for a type that is not read here."""
    if isinstance(kind, list):
        if len(kind) != _SECOND or kind[0] != "null":
            raise Unsure
        return _optional(step_of(kind[1]))
    if isinstance(kind, str):
        if kind not in _PLAIN:
            raise Unsure
        return _PLAIN[kind]
    if "logicalType" in kind:
        if kind["logicalType"] not in _LOGICAL:
            raise Unsure
        return _LOGICAL[kind["logicalType"]]
    if kind["type"] == "array":
        return _listed(step_of(kind["items"]))
    if kind["type"] == "record":
        return _record([(one["name"], step_of(one["type"])) for one in kind["fields"]])
    raise Unsure


def data_reader(schema: Mapping[str, Any], names: Mapping[str, str]) -> Callable[[bytes, int], dict[str, Any]]:
    """Return what reads a body from a place to its data, as `codec.data_of` does.

    `names` are the fields that are asked for, by what they are called in the data; the fields before the first of them are
    passed over. Raises Unsure where a type is not read here; so does what it returns, or some other error, for odd bytes.
    """
    fields = list(schema["fields"])
    begin = next((place for place, one in enumerate(fields) if one["name"] in names), len(fields))
    passed = [_passing(one["type"]) for one in fields[:begin]]
    steps = [
        (names[one["name"]], _json_or_none(one["type"]) if one.get("json") else step_of(one["type"]))
        for one in fields[begin:]
    ]

    def read(body: bytes, at: int) -> dict[str, Any]:
        for over in passed:
            at = over(body, at)
        found: dict[str, Any] = {}
        for name, step in steps:
            value, at = step(body, at)
            if value is not None:
                found[name] = value
        if at != len(body):
            raise Unsure
        return found

    return read


def _json_or_none(kind: Any) -> Step:
    if kind == "string":
        return _json
    if kind == ["null", "string"]:
        return _optional(_json)
    raise Unsure


def _optional(step: Step) -> Step:
    def read(body: bytes, at: int) -> tuple[Any, int]:
        which = body[at]
        if which == _SECOND:
            return step(body, at + 1)
        if which:
            raise Unsure
        return None, at + 1

    return read


def _listed(step: Step) -> Step:
    def read(body: bytes, at: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            count, at = long(body, at)
            if not count:
                return found, at
            if not 0 < count <= len(body):
                raise Unsure
            for _ in range(count):
                value, at = step(body, at)
                found.append(value)

    return read


def _record(steps: list[tuple[str, Step]]) -> Step:
    def read(body: bytes, at: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        for name, step in steps:
            value, at = step(body, at)
            if value is not None:
                found[name] = value
        return found, at

    return read


# What is passed over.

Over = Callable[[bytes, int], int]


def _over_number(body: bytes, at: int) -> int:
    while body[at] & _MORE:
        at += 1
    return at + 1


def _over_text(body: bytes, at: int) -> int:
    size = body[at]
    if not size & _ODD:
        return at + 1 + (size >> 1)
    size, at = long(body, at)
    if size < 0:
        raise Unsure
    return at + size


def _passing(kind: Any) -> Over:
    if kind == "string":
        return _over_text
    if kind == ["null", "string"]:
        return _over_text_or_none
    if kind in ("int", "long") or (isinstance(kind, dict) and kind.get("logicalType") in _LOGICAL):
        return _over_number
    step = step_of(kind)
    return lambda body, at: step(body, at)[1]


def _over_text_or_none(body: bytes, at: int) -> int:
    which = body[at]
    if which == _SECOND:
        return _over_text(body, at + 1)
    if which:
        raise Unsure
    return at + 1
