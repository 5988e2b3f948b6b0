"""A record that comes back: it waited in the ledger or was set aside, and goes through the door as if just read."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameBack:
    """A record in the shape of one that was just read; the place is that of the first time, where it is known."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int = -1
    offset: int = -1
