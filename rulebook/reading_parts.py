"""What the readers of all kinds share: the keys of every rule, event types and fields that the catalogue knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rulebook.entries import Entry, optional_text
from rulebook.matcher import Matcher, Where
from rulebook.reading_terms import read_stage_term, read_steps
from rulebook.rules import Source, Step
from rulebook.values import comparable

COMMON = ("id", "kind", "title", "why", "basis", "legal", "to", "weight", "if_case")
_WEIGHT = 3


@dataclass(frozen=True, slots=True)
class Reader:
    """What a rule is read with: its file, the file's attention lists, and the fields that each event type has."""

    source: Source
    attention: Mapping[str, tuple[Step, ...]]
    fields: Mapping[str, frozenset[str]]


def common(found: Mapping[str, Entry], reader: Reader) -> dict[str, Any]:
    """Return the fields of a rule that all kinds have."""
    weight = found["weight"].whole() if "weight" in found else _WEIGHT
    if not 1 <= weight <= 5:
        raise found["weight"].refuse("must be 1, 2, 3, 4 or 5")
    if_case = optional_text(found, "if_case") or None
    if if_case not in {None, "has_child"}:
        raise found["if_case"].refuse("must be has_child")
    return {
        "source": reader.source,
        "line": found["id"].line,
        "id": found["id"].text(),
        "title": optional_text(found, "title"),
        "why": optional_text(found, "why"),
        "basis": optional_text(found, "basis"),
        "legal": flag(found, "legal"),
        "weight": weight,
        "steps": _steps(found, reader),
        "if_case": if_case,
    }


def _steps(found: Mapping[str, Entry], reader: Reader) -> tuple[Step, ...]:
    if "to" in found and found["to"].is_list:
        return read_steps(found["to"])
    name = found["to"].text() if "to" in found else "default"
    if name not in reader.attention:
        raise found.get("to", found["id"]).refuse(f"there is no list {name} under attention")
    return reader.attention[name]


def stages(found: Mapping[str, Entry], *, of_days: bool, may_be_from_ladder: bool) -> dict[str, Any]:
    """Return warning and breach. Of days: they are counted from a day."""
    return {
        stage: read_stage_term(found.get(stage), of_days=of_days, may_be_from_ladder=may_be_from_ladder)
        for stage in ("warn", "breach")
    }


def matcher(entry: Entry, reader: Reader, *, may_be_empty: bool = False) -> Matcher:
    """Return a list of event types, each with or without `where`."""
    entries = [_typed(one, reader) for one in entry.items()]
    if not entries and not may_be_empty:
        raise entry.refuse("names no event type")
    return Matcher(entries)


def _typed(entry: Entry, reader: Reader) -> tuple[str, Where]:
    if not entry.is_mapping:
        return known_type(entry, reader), ()
    found = entry.record(("type", "where"), required=("type",))
    name = known_type(found["type"], reader)
    if "where" not in found or found["where"].is_null:
        return name, ()
    where = []
    for field, value in found["where"].keys().items():
        if field not in reader.fields[name]:
            raise value.refuse(f"{name} has no field {field}")
        allowed = [one.json() for one in (value.items() if value.is_list else (value,))]
        if not allowed:
            raise value.refuse("allows no value")
        where.append((field, frozenset(comparable(one) for one in allowed)))
    return name, tuple(where)


def known_type(entry: Entry, reader: Reader) -> str:
    """Return the name of an event type that the catalogue knows."""
    name = entry.text()
    if name not in reader.fields:
        raise entry.refuse(f"unknown event type {name}")
    return name


def shared_field(found: Mapping[str, Entry], key: str, matchers: tuple[Matcher, ...], reader: Reader) -> str | None:
    """Return the name of a field that each of these event types has; nothing where it is left out."""
    if key not in found or found[key].is_null:
        return None
    field = found[key].text()
    for matcher in matchers:
        for name in matcher.by_type:
            if field not in reader.fields[name]:
                raise found[key].refuse(f"{name} has no field {field}")
    return field


def positive(entry: Entry) -> int:
    """Return a whole number from one on."""
    number = entry.whole()
    if number < 1:
        raise entry.refuse("must be at least 1")
    return number


def flag(found: Mapping[str, Entry], key: str) -> bool:
    """Return true or false; false where it is left out."""
    return key in found and found[key].flag()
