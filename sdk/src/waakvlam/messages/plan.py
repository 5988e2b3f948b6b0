"""Plans and appointments: what was agreed, and whether it was kept."""

from typing import Annotated

from waakvlam.messages.base import Codes, Day, Message, Text
from waakvlam.messages.codes import Checker


class PlanAgreed(Message):
    """A plan was agreed with the family: first for safety, then for help, then for recovery.

    The plan itself stays with the director.
    """

    plan: Annotated[str, Codes("safety", "help", "recovery")]


class AppointmentMade(Message):
    """Somebody agreed to do something by a day. Agreements made by word of mouth belong here too."""

    appointment_id: Text
    owner: Checker
    due_on: Day


class AppointmentKept(Message):
    """What was agreed has been done."""

    appointment_id: Text


class AppointmentBroken(Message):
    """What was agreed has not been done and will not be. The term stays open until it is done or agreed anew."""

    appointment_id: Text
