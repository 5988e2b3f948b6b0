"""Contact: somebody spoke with the family, and with each child."""

from waakvlam.messages.base import Message, Text


class FirstContactMade(Message):
    """The agency that took the case spoke with the family for the first time."""


class FamilyContacted(Message):
    """There was contact with the family again. Each contact starts the wait for the next one."""


class ChildSpokenTo(Message):
    """Somebody spoke with a child of the family, alone or with someone it trusts. Send one event for each child."""

    person: Text
