"""Schema and class are double entry: each event that agencies may send is stated twice, and the books must balance."""

from typing import Annotated

import pytest
from pydantic import BaseModel

from waakvlam.catalogue import event_types
from waakvlam.errors import ContractBroken
from waakvlam.messages import Message, message_classes
from waakvlam.messages.balance import AsJson, Codes, balance, entry_of_class, entry_of_schema
from waakvlam.messages.base import Day, Instant, Many, Number, Text
from waakvlam.topics import agencies

SYSTEM = {one.id for one in agencies().values() if one.kind == "system"}
SENDABLE = {name: one for name, one in event_types().items() if one.senders - SYSTEM}


def test_each_event_that_an_agency_may_send_has_a_class_and_each_class_has_such_an_event() -> None:
    assert message_classes().keys() == SENDABLE.keys()


@pytest.mark.parametrize("name", sorted(SENDABLE))
def test_class_and_schema_state_the_same_in_the_same_chapter(name: str) -> None:
    cls, event_type = message_classes()[name], event_types()[name]

    assert entry_of_class(cls) == entry_of_schema(event_type.schema)
    assert cls.event_type() is event_type
    assert cls.__module__ == f"waakvlam.messages.{event_type.chapter}"
    assert cls.__doc__


# The guard bites: each way in which two entries may differ.


class Shared(BaseModel):
    occurred_at: Instant
    municipality: Text
    case: Text | None = None
    reference: Text | None = None
    recorded_by: Text | None = None


class Balanced(Shared):
    request_id: Text
    answer: Annotated[str, Codes("given", "refused")]


class FieldTooFew(Shared):
    request_id: Text


class FieldTooMany(Balanced):
    extra: Text


class OtherType(Balanced):
    request_id: Number


class AsList(Balanced):
    request_id: Many[Text]


class AsDay(Balanced):
    request_id: Day


class Nullable(Balanced):
    request_id: Text | None


class WithDefault(Balanced):
    request_id: Text = "r-1"


class OtherCodes(Balanced):
    answer: Annotated[str, Codes("given", "withheld")]


class NoCodes(Balanced):
    answer: Text


class Jsonned(Balanced):
    request_id: Annotated[dict[str, str], AsJson()]


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (FieldTooFew, "answer: class has no such field, schema has text of given|refused"),
        (FieldTooMany, "extra: class has text, schema has no such field"),
        (OtherType, "request_id: class has number, schema has text"),
        (AsList, "request_id: class has list of text, schema has text"),
        (AsDay, "request_id: class has day, schema has text"),
        (Nullable, "request_id: class has text?, schema has text"),
        (WithDefault, 'request_id: class has text = "r-1", schema has text'),
        (OtherCodes, "answer: class has text of given|withheld, schema has text of given|refused"),
        (NoCodes, "answer: class has text, schema has text of given|refused"),
        (Jsonned, "request_id: class has json, schema has text"),
    ],
)
def test_a_difference_is_named_from_both_sides(cls: type[BaseModel], said: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        balance(cls, "information_answered", 1, event_types())

    assert said in str(caught.value)


def test_books_that_balance_are_left_in_peace() -> None:
    assert balance(Balanced, "information_answered", 1, event_types()) is event_types()["information_answered"]


def test_a_class_of_another_version_than_the_newest_schema_is_found() -> None:
    with pytest.raises(ContractBroken, match="version 2, the newest schema is v1"):
        balance(Balanced, "information_answered", 2, event_types())


def test_defining_a_class_without_a_schema_fails() -> None:
    with pytest.raises(ContractBroken, match=r"there is no unheard_of\.v1\.avsc"):

        class UnheardOf(Message):
            """There is no such event."""


def test_defining_a_class_that_differs_fails_at_once() -> None:
    with pytest.raises(ContractBroken, match="class has number, schema has text"):

        class InformationAnswered(Message):
            """Like the real one, but with a number for an id."""

            request_id: Number
            answer: Annotated[str, Codes("given", "refused")]


def test_defining_a_second_class_for_an_event_fails() -> None:
    with pytest.raises(ContractBroken, match="two classes"):

        class InformationAnswered(Message):
            """Just like the real one."""

            request_id: Text
            answer: Annotated[str, Codes("given", "refused")]
