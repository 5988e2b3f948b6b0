"""Help: what the family waits for, gets, and has had."""

from waakvlam.messages.base import Message, Text
from waakvlam.messages.codes import HelpKind


class HelpWaiting(Message):
    """Help was asked for and has not begun. Waiting longer than four weeks is a stall."""

    help_id: Text
    kind: HelpKind


class HelpStarted(Message):
    """The help began."""

    help_id: Text
    kind: HelpKind


class HelpEnded(Message):
    """The help ended: because it was done, or early. Ending early is no blame; it is a reason to look again."""

    help_id: Text
    kind: HelpKind
    early: bool
