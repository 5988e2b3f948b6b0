"""One event a line: how `waakvlam-agency publish` reads JSONL, and what it says about a line that is wrong.

A line holds `type`, `occurred_at`, `municipality` and `data`, and may hold `id`, `reference`, `case` and `recorded_by`.
What is said about a wrong line names the field and the reason and never repeats a value, for it may be about a person.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from waakvlam.catalogue import SHARED_FIELDS, EventType
from waakvlam.errors import Unfit, WaakvlamError
from waakvlam.messages import Message, message_classes

_KEYS = frozenset({"id", "type", "data", *SHARED_FIELDS})
_ID_NAMESPACE = UUID("5c1f3c0e-4d0e-5b7e-8b5c-0f6d0a9e7c41")

# What pydantic found, in words for the sender. Its own sentences are English and sometimes repeat the value.
_REASONS = {
    "bool_type": "moet true of false zijn",
    "date_parsing": "moet een bestaande dag zijn, als JJJJ-MM-DD",
    "date_type": "moet een dag zijn, als JJJJ-MM-DD tussen aanhalingstekens",
    "datetime_parsing": "moet een bestaand tijdstip zijn, zoals 2026-04-02T10:15:00+02:00",
    "datetime_type": "moet een tijdstip zijn, zoals 2026-04-02T10:15:00+02:00, tussen aanhalingstekens",
    "dict_type": "moet een JSON-object zijn",
    "extra_forbidden": "dit veld bestaat niet bij deze gebeurtenis",
    "greater_than_equal": "dit getal is te klein",
    "int_type": "moet een geheel getal zijn",
    "less_than": "dit getal is te groot",
    "missing": "ontbreekt",
    "model_type": "moet een JSON-object zijn",
    "string_pattern_mismatch": "moet uit vier cijfers bestaan, tussen aanhalingstekens",
    "string_too_short": "mag niet leeg zijn",
    "string_type": "moet tekst zijn",
    "timezone_aware": "moet een tijdzone hebben, zoals +02:00 of Z",
    "tuple_type": "moet een lijst zijn",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a line."""

    field: str
    reason: str


class BadLine(WaakvlamError):
    """A line that holds no event that can be sent; `problems` says why, field by field."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{one.field}: {one.reason}" for one in problems))


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a line told it, and the id under which it is to be sent."""

    id: str
    message: Message


def read_line(text: str, agency: str) -> Line:
    """Return the event of a line; raises BadLine naming every field that is wrong.

    A line without an id gets one that is computed from the agency and the content. So sending a file again, after a
    failure halfway, counts nothing twice.
    """
    line = _object(text)
    if unknown := sorted(line.keys() - _KEYS):
        raise BadLine(*(Problem(name, "dit veld kent een regel niet; hoort het in data?") for name in unknown))
    fields = {name: line[name] for name in SHARED_FIELDS if name in line} | _data(line)
    try:
        message = Message.of(_text(line, "type"), fields)
    except Unfit as error:
        raise BadLine(Problem(error.field, error.reason)) from None
    except ValidationError as error:
        raise BadLine(*problems_of(error)) from None
    return Line(_text(line, "id") if "id" in line else id_of(line, agency), message)


def id_of(line: Mapping[str, Any], agency: str) -> str:
    """Return the id that belongs to a line's content: the same for the same content of the same agency."""
    content = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return str(uuid5(_ID_NAMESPACE, f"{agency}|{content}"))


def problems_of(error: ValidationError) -> list[Problem]:
    """Return what pydantic found, field by field in the words of a line, without any value."""
    return [
        Problem(_place(found["loc"]), _REASONS.get(found["type"], "heeft niet de vorm die het schema vraagt"))
        for found in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def place_of(event_type: EventType, field: str) -> str:
    """Write a field of the wire (`new_occurred_at`, `persons.role`) as its place in a line (`data.occurred_at`)."""
    first, *steps = field.split(".")
    names = {one.name: f"data.{one.data_name}" for one in event_type.data_fields}
    return ".".join([names.get(first, first), *steps])


def example_line(type_name: str) -> dict[str, Any]:
    """Return a line to begin from: the first example of an event's schema."""
    found = message_classes().get(type_name)
    if found is None:
        raise Unfit("type", f"Er is geen gebeurtenis {type_name!r} die een organisatie kan versturen.")
    event_type = found.event_type()
    example = event_type.examples[0]
    names = {field.name: field.data_name for field in event_type.data_fields}
    shared = {name: example[name] for name in SHARED_FIELDS if name in example}
    data = {
        names[name]: json.loads(value) if names[name] == "data" else value
        for name, value in example.items()
        if name in names
    }
    return {"type": type_name, **shared, "data": data}


def _object(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLine(Problem("regel", "is geen geldige JSON")) from None
    if not isinstance(line, dict):
        raise BadLine(Problem("regel", "moet een JSON-object zijn"))
    return line


def _text(line: Mapping[str, Any], name: str) -> str:
    value = line.get(name)
    if not isinstance(value, str) or not value:
        raise BadLine(Problem(name, "ontbreekt" if value is None else "moet tekst zijn en mag niet leeg zijn"))
    return value


def _data(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `data` under the schema's names, which differ where two would clash (a correction's time)."""
    data = line.get("data", {})
    if not isinstance(data, dict):
        raise BadLine(Problem("data", "moet een JSON-object zijn"))
    found = message_classes().get(str(line.get("type")))
    names: dict[str, str] = {one.data_name: one.name for one in found.event_type().data_fields} if found else {}
    clashing = [Problem(f"data.{name}", _REASONS["extra_forbidden"]) for name in data if name in _KEYS - names.keys()]
    if clashing:
        raise BadLine(*clashing)
    return {names.get(str(name), str(name)): value for name, value in data.items()}


def _place(location: tuple[int | str, ...]) -> str:
    """Write pydantic's location as a place in a line: `municipality`, `data.persons[0].role`."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")
    return steps if location and location[0] in SHARED_FIELDS else f"data.{steps}"
