"""Corrections: what was told before was not right."""

from typing import Annotated

from waakvlam.messages.base import Codes, Instant, Json, Many, Message, Text
from waakvlam.messages.codes import CorrectionReason


class EventCorrected(Message):
    """An event that was told before was not right.

    Say all that differs from it as it was first told: the time, or fields of its data as a JSON object. The last
    correction acts alone. A correction cannot be corrected: withdraw it and send another.
    """

    event_id: Text
    new_occurred_at: Instant | None = None
    data: Json | None = None
    reason: CorrectionReason


class EventWithdrawn(Message):
    """An event that was told before did not happen, or not in this case. It stays in the ledger and no longer counts."""

    event_id: Text
    reason: CorrectionReason


class EventsMoved(Message):
    """Events stood in the wrong case, and go to the one where they belong: `to_case`, or a new case when it is None.

    Sent for the case in which they stand; `from_case` is filled in by Waakvlam alone. Corrections of them go along.
    """

    event_ids: Many[Text]
    to_case: Text | None = None
    from_case: Text | None = None
    reason: Annotated[str, Codes("verkeerd-gekoppeld", "verkeerd-gesplitst", "anders")]


class LinkConfirmed(Message):
    """A report was put with earlier ones because of persons in common; somebody looked, and it is about this family."""

    report_id: Text
