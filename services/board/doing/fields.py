"""The fields of a form: what is asked, of which kind, and what it takes.

Most of a field comes from the event's own schema: its codes with their Dutch words, whether it may be left out, whether it
is about a person. So a form cannot ask for what the event does not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ledger.words import labels_of
from services.board.language import say
from waakvlam.catalogue import EventType, Field, event_types


class Kind(StrEnum):
    """How a field is filled in."""

    CHOICE = "keuze"  # one of a few
    MANY = "keuzes"  # any of a few
    DAY = "dag"
    MOMENT = "moment"  # a day, and a time of day that may be left out
    TEXT = "tekst"  # words, about people: only where the event seals them
    ID = "nummer"  # one word that names something


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a form. `name` is that of the event's field, `text` what stands in it at first."""

    name: str
    label: str
    kind: Kind
    help: str = ""
    required: bool = True
    choices: Mapping[str, str] | None = None
    hints: Mapping[str, str] | None = None  # a line of explanation under a choice
    earliest: date | None = None
    latest: date | None = None
    too_late: str = ""  # what is said of a day after the latest
    text: str = ""
    texts: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Tell whether what is written here is about people."""
        return self.kind is Kind.TEXT


def coded(event: str, name: str, label: str, **more: Any) -> Asked:
    """Return the question for a coded field of an event, with the codes of its schema and their words."""
    found = field_of(event, name)
    many = isinstance(found.type, dict)
    asked = Asked(
        name=name,
        label=label,
        kind=Kind.MANY if many else Kind.CHOICE,
        required=not found.optional and not many,
        choices=words(event, name),
    )
    return replace(asked, **more)


def words(event: str, name: str) -> Mapping[str, str]:
    """Return the codes of an event's field with their words, in the reader's language."""
    return {code: say(word) for code, word in labels_of(event_types()[event])[field_of(event, name).data_name].items()}


def personal(event: str, name: str, label: str, **more: Any) -> Asked:
    """Return the question for words about people; raises ValueError where the event would not seal them."""
    if not field_of(event, name).personal:
        raise ValueError(f"{event}.{name} is not sealed, so no words about people belong in it")
    return replace(Asked(name=name, label=label, kind=Kind.TEXT, required=False), **more)


def field_of(event: str, name: str) -> Field:
    """Return a field of an event as its schema has it; raises KeyError when there is none."""
    event_type: EventType = event_types()[event]
    return {one.name: one for one in event_type.fields}[name]
