"""Handover: one agency offers the case, another takes it or does not."""

from typing import Annotated

from waakvlam.messages.base import Codes, Message, Text
from waakvlam.messages.codes import Origin


class HandoverOffered(Message):
    """The case was offered to another agency.

    Until that agency accepts, the sender keeps the responsibility for safety.
    """

    handover_id: Text
    to_agency: Text
    after: Origin


class HandoverAccepted(Message):
    """The agency that was asked takes the case: from now on it guards safety.

    Only the agency to which the handover was offered may send this.
    """

    handover_id: Text
    after: Origin


class HandoverRefused(Message):
    """The agency that was asked does not take the case.

    The sender stays responsible and must find another way within two working days.
    """

    handover_id: Text
    reason: Annotated[
        str,
        Codes(
            "capaciteit",
            "verkeerde-gemeente",
            "niet-passend",
            "informatie-onvolledig",
            "andere-partij-betrokken",
            "veiligheid-niet-op-orde",
            "anders",
        ),
    ]


class HandoverWithdrawn(Message):
    """The sender took the offer back before it was accepted. After acceptance a case can only be offered anew."""

    handover_id: Text
