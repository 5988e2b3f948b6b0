"""Escalation: workers cannot solve it together, and the question goes up the agreed ladder."""

from typing import Annotated

from waakvlam.messages.base import Codes, Message, Number, Text
from waakvlam.messages.codes import Direction, EscalationReason


class EscalationStarted(Message):
    """Workers cannot solve it together: the question goes up the agreed ladder.

    It is about the cooperation, not about the family; say nothing about the family.
    """

    escalation_id: Text
    ladder: Text
    level: Number
    direction: Direction | None = None
    reason: EscalationReason


class EscalationMoved(Message):
    """The escalation went to another level.

    Passing over a level that may not be skipped is refused, unless there is danger.
    """

    escalation_id: Text
    ladder: Text
    level: Number
    direction: Direction
    reason: EscalationReason


class EscalationDecided(Message):
    """The level that was asked decided who does what by when. What was agreed follows as appointment_made."""

    escalation_id: Text


class EscalationClosed(Message):
    """The escalation is over: it was solved, or it is no longer needed."""

    escalation_id: Text
    reason: Annotated[str, Codes("opgelost", "besluit-uitgevoerd", "niet-meer-nodig", "andere-route")]
