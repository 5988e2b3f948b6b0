"""Advice: somebody worries, and no case begins."""

from typing import Annotated

from waakvlam.messages.base import Codes, Many, Message
from waakvlam.messages.codes import Capacity, ViolenceKind


class AdviceGiven(Message):
    """Veilig Thuis gave advice to somebody who worries.

    Kept without any case or person: who asks advice stays responsible, and the family is not made known to us.
    """

    question: Annotated[
        str,
        Codes(
            "is_this_violence",
            "what_can_i_do",
            "should_i_report",
            "how_to_talk",
            "reporting_code",
            "which_help",
            "own_safety",
            "other",
        ),
    ]
    asker_capacity: Capacity
    violence_kinds: Many[ViolenceKind] = ()
