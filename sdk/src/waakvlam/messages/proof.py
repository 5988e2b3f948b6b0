"""Proof: agencies witness that the ledger only grows."""

from waakvlam.messages.base import Day, Instant, Message, Number, Text


class CheckpointWitnessed(Message):
    """An agency saw a signed checkpoint, found that it continues the one it saw before, and cosigned it.

    It is about no case and nobody. `waakvlam.witness` makes it and reads it back.
    """

    log: Text
    day: Day
    size: Number
    root: Text
    witness: Text
    public_key: Text
    signed_at: Instant
    signature: Text
