"""Double entry: a message class and its schema state the same fields, and the books must balance.

Both sides are written down in the same few words (`text?`, `list of {person: text}`, `day = null`), and compared.
"""

import json
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel
from pydantic_core import PydanticUndefined

from waakvlam.catalogue import EventType
from waakvlam.errors import ContractBroken

_WORDS: Mapping[object, str] = {str: "text", bool: "yes or no", int: "number", date: "day", AwareDatetime: "instant"}
_AVRO_WORDS = {"string": "text", "boolean": "yes or no", "int": "number", "long": "number"}
_AVRO_LOGICAL_WORDS = {"date": "day", "timestamp-micros": "instant"}


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that a text field knows; the list is open, so another code is a remark and not an error."""

    known: tuple[str, ...]

    def __init__(self, *known: str) -> None:
        object.__setattr__(self, "known", known)


@dataclass(frozen=True, slots=True)
class AsJson:
    """Marks a field that travels as JSON in a text."""


def balance(cls: type[BaseModel], name: str, version: int, catalogue: Mapping[str, EventType]) -> EventType:
    """Return the schema's entry for a class; raises ContractBroken naming both sides where they disagree."""
    if name not in catalogue:
        raise ContractBroken(f"Class {cls.__name__} has no schema: there is no {name}.v{version}.avsc.")
    event_type = catalogue[name]
    if event_type.version != version:
        raise ContractBroken(
            f"Class {cls.__name__} is of version {version}, the newest schema is v{event_type.version}."
        )
    ours, theirs = entry_of_class(cls), entry_of_schema(event_type.schema)
    wrong = [
        f"{field}: class has {ours.get(field, 'no such field')}, schema has {theirs.get(field, 'no such field')}"
        for field in sorted(ours.keys() | theirs.keys())
        if ours.get(field) != theirs.get(field)
    ]
    if wrong:
        raise ContractBroken(f"Class {cls.__name__} and {name}.v{version}.avsc disagree. {'; '.join(wrong)}.")
    return event_type


def entry_of_class(cls: type[BaseModel]) -> dict[str, str]:
    """Return each field of a class in words."""
    hints = {
        name: hint
        for name, hint in get_type_hints(cls, include_extras=True).items()
        if name in cls.model_fields and get_origin(hint) is not ClassVar
    }
    return {wire_name(cls, name): _class_words(hint) + _default(cls, name) for name, hint in hints.items()}


def wire_name(cls: type[BaseModel], name: str) -> str:
    """Return the schema's name of a field: its own, unless Python keeps that word for itself (`class`)."""
    return cls.model_fields[name].alias or name


def entry_of_schema(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return each field of a record schema in words."""
    return {field["name"]: _field_words(field) for field in schema["fields"]}


def event_name(class_name: str) -> str:
    """Return the event type that a class is named for: ReportReceived is report_received."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def _class_words(hint: Any) -> str:
    shape, codes = _shape(hint)
    return f"{shape} of {'|'.join(codes)}" if codes else shape


def _shape(hint: Any) -> tuple[str, tuple[str, ...]]:
    """Return the shape of a type hint in words, and the codes that stand anywhere in it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(*arguments)
    if origin in (Union, types.UnionType):
        (one,) = [argument for argument in arguments if argument is not type(None)]
        shape, codes = _shape(one)
        return f"{shape}?", codes
    if origin is tuple:
        shape, codes = _shape(arguments[0])
        return f"list of {shape}", codes
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        inner = ", ".join(f"{name}: {words}" for name, words in entry_of_class(hint).items())
        return f"{{{inner}}}", ()
    return _WORDS[hint], ()


def _annotated(inner: Any, *marks: Any) -> tuple[str, tuple[str, ...]]:
    if any(isinstance(mark, AsJson) for mark in marks):
        return "json", ()
    shape, codes = _shape(inner)
    return shape, codes + tuple(code for mark in marks if isinstance(mark, Codes) for code in mark.known)


def _default(cls: type[BaseModel], name: str) -> str:
    default = cls.model_fields[name].default
    if default is PydanticUndefined:
        return ""
    return f" = {json.dumps(list(default) if isinstance(default, tuple) else default)}"


def _field_words(field: Mapping[str, Any]) -> str:
    shape = _avro_shape(field["type"])
    if field.get("json"):
        shape = shape.replace("text", "json")
    codes = f" of {'|'.join(field['codes'])}" if field.get("codes") else ""
    default = f" = {json.dumps(field['default'])}" if "default" in field else ""
    return shape + codes + default


def _avro_shape(kind: Any) -> str:
    if isinstance(kind, list):
        (one,) = [branch for branch in kind if branch != "null"]
        return f"{_avro_shape(one)}?"
    if isinstance(kind, str):
        return _AVRO_WORDS[kind]
    if "logicalType" in kind:
        return _AVRO_LOGICAL_WORDS[kind["logicalType"]]
    if kind["type"] == "array":
        return f"list of {_avro_shape(kind['items'])}"
    if kind["type"] == "record":
        inner = ", ".join(f"{name}: {words}" for name, words in entry_of_schema(kind).items())
        return f"{{{inner}}}"
    return _AVRO_WORDS[kind["type"]]
