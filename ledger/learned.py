"""Schemas of another version of Waakvlam, learned from the ledger itself (`ledger/library.py` keeps them there).

A reader of an older version, beside newer ones in an upgrade or after one was taken back, so reads events of a schema that it
did not come with: it keeps the fact as it is, and the rules that it has do not ask for more. What is learned serves for reading
the ledger alone: at the door counts only what a version came with, for it could not judge the rest.
"""

from typing import Any, Protocol
from weakref import WeakSet

from waakvlam import codec
from waakvlam.catalogue import EventType, by_fingerprint


class Library(Protocol):
    """What knows schemas beside our own."""

    def find(self, fingerprint: bytes) -> EventType | None:
        """Return the event type of a fingerprint; None when it does not know it."""

    def __hash__(self) -> int: ...


# Both hold what is true everywhere: a fingerprint names one schema, whoever tells it.
_learned: dict[bytes, EventType] = {}
_libraries: WeakSet[Library] = WeakSet()


def decode(payload: bytes) -> tuple[EventType, dict[str, Any]]:
    """Return the event type and the record of a payload that stands in the ledger; raises Unreadable as the codec does."""
    return codec.decode(payload, known=known)


def known(fingerprint: bytes) -> EventType | None:
    """Return the event type of a fingerprint: one of our own, or one that a library knows."""
    return by_fingerprint(fingerprint) or _learned.get(fingerprint) or _ask(fingerprint)


def ask_also(library: Library) -> None:
    """Ask this library too from now on, for as long as somebody holds it."""
    _libraries.add(library)


def ask_no_more(library: Library) -> None:
    """Ask this library no more."""
    _libraries.discard(library)


def _ask(fingerprint: bytes) -> EventType | None:
    for one in tuple(_libraries):
        if found := one.find(fingerprint):
            _learned[fingerprint] = found
            return found
    return None
