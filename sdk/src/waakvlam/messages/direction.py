"""Direction: who directs the case, and who when that person is away."""

from waakvlam.messages.base import Message, Text


class DirectorAssigned(Message):
    """One person directs the case from now on: the family's one contact, who keeps the overview.

    A case has one director at a time.
    """

    director: Text | None = None


class DirectorAbsent(Message):
    """The director is away for longer than a few days.

    A stand-in must follow within three working days. Why is not told.
    """


class StandInAssigned(Message):
    """Somebody stands in for the absent director."""


class DirectorEnded(Message):
    """The director left the case. A new one must follow within two working days."""

    director: Text | None = None
