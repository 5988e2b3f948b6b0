"""School: a child that lived through violence goes to school tomorrow."""

from waakvlam.messages.base import Day, Message, Text


class SchoolSignalDue(Message):
    """A child that lived through violence goes to school: the school must be told before that day begins.

    The school hears that the child needs care, and nothing more.
    """

    signal_id: Text
    school_day: Day


class SchoolSignalDelivered(Message):
    """The school got the signal."""

    signal_id: Text
    school_day: Day | None = None
