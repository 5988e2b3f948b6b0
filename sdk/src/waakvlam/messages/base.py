"""What all messages share: the fields that every event has, how strict they are, and how they become a record.

Each class states its fields itself and is compared with its schema when it is defined (`waakvlam.messages.balance`).
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, Strict, ValidationInfo
from pydantic_core import PydanticCustomError

from waakvlam.catalogue import EventType, event_types
from waakvlam.errors import ContractBroken, Unfit
from waakvlam.messages.balance import AsJson, Codes, balance, event_name, wire_name

__all__ = ["Codes", "Day", "Instant", "Json", "Many", "Message", "Nested", "Number", "Text"]

_STRICT = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
_CLASSES: dict[str, type["Message"]] = {}


def _day(value: object, info: ValidationInfo) -> object:
    """Read a day from JSON. Pydantic itself would take "0" and "1700000000" for days, counted from 1970."""
    if info.mode == "json" and isinstance(value, str):
        if not _DAY.fullmatch(value):
            raise PydanticCustomError("date_parsing", "no day YYYY-MM-DD")
        return _parsed(date.fromisoformat, value, "date_parsing")
    return value


def _instant(value: object, info: ValidationInfo) -> object:
    """Read an instant from JSON: ISO 8601 with a day and a time, for the same reason."""
    if info.mode == "json" and isinstance(value, str):
        if not _DAY_AND_TIME.match(value):
            raise PydanticCustomError("datetime_parsing", "no instant YYYY-MM-DDTHH:MM:SS with an offset")
        return _parsed(datetime.fromisoformat, value, "datetime_parsing")
    return value


def _parsed(parse: Callable[[str], date], text: str, kind: Literal["date_parsing", "datetime_parsing"]) -> date:
    try:
        return parse(text)
    except ValueError:
        raise PydanticCustomError(kind, "no such day or time") from None


def _from_json_text(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


One = TypeVar("One")
Text = Annotated[str, Field(min_length=1)]
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Municipality = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Number = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Json = Annotated[dict[str, JsonValue], AsJson(), BeforeValidator(_from_json_text)]
Many = Annotated[tuple[One, ...], Strict(strict=False)]  # a list will do as well; it is kept as a tuple


class Nested(BaseModel):
    """A record inside a message, such as a person."""

    model_config = _STRICT


class Message(BaseModel):
    """One event that an agency may send, checked strictly and unchangeable.

    Codes are open lists: a code that the schema does not know is accepted, with a remark on the receipt, and takes the
    more careful branch.
    """

    model_config = _STRICT
    _event_type: ClassVar[EventType]
    _wire_names: ClassVar[Mapping[str, str]]
    _json_names: ClassVar[frozenset[str]]

    occurred_at: Instant
    """When it happened in the world, with an offset."""
    municipality: Municipality
    """CBS code of the municipality, four digits, as text."""
    case: Text | None = None
    """The ledger's id of the case, when you have it from a receipt."""
    reference: Text | None = None
    """Your own opaque file number: never a name, a birth date or a BSN, for it travels as key and header."""
    recorded_by: Text | None = None
    """Opaque id of who recorded it at your agency: never a name."""

    def __init_subclass__(cls, *, version: int = 1, **others: Any) -> None:
        """Take the version that the class is of; it is used when the fields are known."""
        super().__init_subclass__(**others)

    @classmethod
    def __pydantic_init_subclass__(cls, *, version: int = 1, **others: Any) -> None:
        """Compare the class with its schema; raises ContractBroken naming both sides when they disagree."""
        super().__pydantic_init_subclass__(**others)
        event_type = balance(cls, event_name(cls.__name__), version, event_types())
        other = _CLASSES.get(event_type.name, cls)
        if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ContractBroken(f"{event_type.name} has two classes: {other!r} and {cls!r}.")
        cls._event_type = event_type
        cls._wire_names = {name: wire_name(cls, name) for name in cls.model_fields}
        cls._json_names = frozenset(one["name"] for one in event_type.schema["fields"] if one.get("json"))
        _CLASSES[event_type.name] = cls

    @classmethod
    def event_type(cls) -> EventType:
        """Return what the catalogue says about this event."""
        return cls._event_type

    @staticmethod
    def of(type_name: str, fields: Mapping[str, Any]) -> "Message":
        """Build the message of a type from JSON values (days and instants as text), under the schema's field names.

        Raises Unfit when there is no such event for agencies to send, and pydantic's ValidationError, which never shows
        the values, when a field is missing, unknown or wrong.
        """
        found = _CLASSES.get(type_name)
        if found is None:
            raise Unfit("type", f"Er is geen gebeurtenis {type_name!r} die een organisatie kan versturen.")
        return found.from_json(fields)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Build this message from JSON values; see `of`."""
        return cls.model_validate_json(json.dumps(fields, default=_iso))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Build this message from a record that the codec has read."""
        return cls.model_validate(record)

    def record(self) -> dict[str, Any]:
        """Return the flat record that the codec writes."""
        return {
            self._wire_names[name]: _as_json_text(value) if name in self._json_names else _bare(value)
            for name, value in self.__dict__.items()
        }


def message_classes() -> Mapping[str, type[Message]]:
    """Return every message class by the name of its event; `waakvlam.messages` has loaded them all."""
    return dict(_CLASSES)


def _bare(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_bare(one) for one in value]
    return dict(value.__dict__) if isinstance(value, Nested) else value


def _as_json_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _iso(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is geen waarde die JSON kent.")
