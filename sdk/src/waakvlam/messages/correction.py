"""Corrections: what was told before was not right."""

from waakvlam.messages.base import Instant, Json, Message, Text
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
