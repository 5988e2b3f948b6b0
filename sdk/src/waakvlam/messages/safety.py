"""Safety: conditions, and the three steps from direct safety to recovery."""

from waakvlam.messages.base import Day, Message, Text
from waakvlam.messages.codes import Checker


class ConditionSet(Message):
    """A minimum that must be true for everybody to be safe, with the day on which it is checked and by whom.

    A condition without a check date is not a condition.
    """

    condition_id: Text
    check_on: Day
    check_by: Checker
    text: Text | None = None


class ConditionChanged(Message):
    """A safety condition became another one. A new check date replaces the old; without one the old date stays."""

    condition_id: Text
    check_on: Day | None = None
    check_by: Checker | None = None
    text: Text | None = None


class ConditionMet(Message):
    """Somebody checked, and the condition holds."""

    condition_id: Text


class ConditionBroken(Message):
    """The condition does not hold: the family is less safe than was agreed. Somebody must act within one working day."""

    condition_id: Text


class DirectSafetyReached(Message):
    """Everybody, each child included, is safe now. The first of the three steps."""


class StableSafetyReached(Message):
    """It has been safe for a longer time and the conditions hold. Ends the monitoring moments."""


class RecoveryStarted(Message):
    """Work on recovery began, for those who suffered the violence."""


class SafetyLost(Message):
    """Safety that was reached is gone.

    The case goes back to the first step, and somebody must act within one working day.
    """
