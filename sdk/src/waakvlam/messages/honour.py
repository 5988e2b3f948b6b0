"""Honour-related violence: the checklist, and what the specialists say."""

from waakvlam.messages.base import Message, Text


class HonourChecklistSent(Message):
    """The police sent the checklist on honour-related violence to the experts.

    Nobody informs the family or relatives automatically.
    """

    checklist_id: Text


class HonourAssessed(Message):
    """The experts on honour-related violence gave their assessment. It goes outside this ledger."""

    checklist_id: Text
