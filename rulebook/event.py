"""An event as the rule book sees it: what happened, told by an agency, at two instants."""

import json
import math
from collections.abc import Mapping
from sys import intern
from typing import Any, NoReturn

import orjson

from rulebook.errors import HistoryError
from rulebook.instants import local_day, parse_instant

CORRECTED = "event_corrected"
WITHDRAWN = "event_withdrawn"
CHANGING = frozenset({CORRECTED, WITHDRAWN})

# Deeper than this no event goes that is not strange.
DEPTH = 4
SIMPLE = frozenset({str, int, bool})

Order = tuple[int, int, str]


class Event:
    """One event; equal to itself alone. `order` is its place among the events of its case."""

    __slots__ = (
        "_day",
        "agency",
        "case",
        "data",
        "id",
        "municipality",
        "occurred_at",
        "order",
        "recorded_at",
        "type",
    )

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name of the field on the wire
        type: str,  # noqa: A002 - the name of the field on the wire
        case: str | None,
        agency: str,
        municipality: str,
        occurred_at: int,
        recorded_at: int,
        data: Mapping[str, Any],
    ) -> None:
        self.id = id
        self.type = type
        self.case = case
        self.agency = agency
        self.municipality = municipality
        self.occurred_at = occurred_at
        self.recorded_at = recorded_at
        self.data = data
        self.order: Order = (occurred_at, recorded_at, id)
        self._day: int | None = None

    @property
    def day(self) -> int:
        """The local day on which it happened."""
        if self._day is None:
            self._day = local_day(self.occurred_at)
        return self._day

    def corrected(self, correction: "Event") -> "Event":
        """Return this event as a correction tells it: another instant, or other fields in its data, or both."""
        told = correction.data
        occurred_at = told.get("occurred_at")
        data = told.get("data")
        return Event(
            id=self.id,
            type=self.type,
            case=self.case,
            agency=self.agency,
            municipality=self.municipality,
            occurred_at=self.occurred_at if occurred_at is None else parse_instant(occurred_at),
            recorded_at=self.recorded_at,
            data=self.data if data is None else {**self.data, **data},
        )

    def __repr__(self) -> str:
        return f"Event({self.id!r}, {self.type!r}, {self.occurred_at}, {self.recorded_at})"


def parse(line: str | bytes) -> Event:
    """Return the event that one line of a history tells (section 9). Raises HistoryError with the reason."""
    return from_json(parse_json(line))


def parse_json(line: str | bytes) -> dict[str, Any]:
    """Return a line as a JSON object. Raises HistoryError."""
    plain = _quickly(line)
    if plain is not None:
        return plain
    try:
        value: Any = _DECODER.decode(line if isinstance(line, str) else line.decode())
    except (ValueError, RecursionError) as error:
        raise HistoryError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise HistoryError("an event is a JSON object")
    told: dict[str, Any] = value
    return told


def _quickly(line: str | bytes) -> dict[str, Any] | None:
    """Return a plain JSON object, or nothing when it takes more care: depth, a number that is no small whole one, a fault."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict):
        return None
    for one in value.values():
        if type(one) is not str and not _is_plain(one, DEPTH):
            return None
    return value


def _is_plain(value: Any, depth: int) -> bool:
    kind = type(value)
    if value is None or kind in SIMPLE:
        return True
    if kind is float or depth == 0:  # whole numbers too large for orjson come as fractions
        return False
    for one in value.values() if kind is dict else value:
        if type(one) is not str and not _is_plain(one, depth - 1):
            return False
    return True


def from_json(told: Mapping[str, Any]) -> Event:
    """Return the event that a JSON object tells. Raises HistoryError with the field and the reason.

    One without a municipality lies in none: where a case's first report has none, only agreements for all apply.
    """
    case = None if told.get("case") is None else _text(told, "case")
    data = told.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise HistoryError("data: must be an object")
    event = Event(
        id=_text(told, "id"),
        type=intern(_text(told, "type")),
        case=case,
        agency=_text(told, "agency"),
        municipality="" if told.get("municipality") is None else _text(told, "municipality"),
        occurred_at=_instant(told, "occurred_at"),
        recorded_at=_instant(told, "recorded_at"),
        data=data,
    )
    if event.type == CORRECTED:
        _check_correction(event)
    return event


def _check_correction(event: Event) -> None:
    if event.data.get("occurred_at") is not None:
        try:
            parse_instant(event.data["occurred_at"])
        except ValueError as error:
            raise HistoryError(f"data.occurred_at: {error}") from None
    if not isinstance(event.data.get("data"), dict | None):
        raise HistoryError("data.data: must be an object")


def _text(told: Mapping[str, Any], field: str) -> str:
    value = told.get(field)
    if type(value) is str and value.isascii():
        return value
    if not isinstance(value, str):
        raise HistoryError(f"{field}: must be text")
    _check_characters(field, value)
    return value


def _check_characters(field: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise HistoryError(f"{field}: holds half a character") from None


def _instant(told: Mapping[str, Any], field: str) -> int:
    try:
        return parse_instant(told.get(field))
    except ValueError as error:
        raise HistoryError(f"{field}: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _number(text: str) -> int | float:
    """Return a number with a point or exponent; one that is whole as a whole number, for 1.0 is 1."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is larger than a number can be")
    return int(value) if value.is_integer() else value


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_refuse_constant)
