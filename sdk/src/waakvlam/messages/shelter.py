"""Shelter: coming, being ready to leave, leaving. Never where."""

from waakvlam.messages.base import Message, Text


class ShelterEntered(Message):
    """Somebody of the family came to the shelter. Never say where the shelter is."""

    placement_id: Text


class ShelterReadyToLeave(Message):
    """It is safe for this person to leave the shelter; what is missing is a place to go."""

    placement_id: Text


class ShelterLeft(Message):
    """The person left the shelter. Never say where to."""

    placement_id: Text
