"""Schemas of another version of Waakvlam, learned from the ledger itself (`ledger/library.py` keeps them there).

A reader of an older version, beside newer ones in an upgrade or after one was taken back, so reads events of a schema that it
did not come with: it keeps the fact as it is, and the rules that it has do not ask for more. What is learned serves for reading
the ledger alone: at the door counts only what a version came with, for it could not judge the rest.
"""

from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakSet

from ledger import avro
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
# What reads the data of a payload, by its first bytes: the marker and the fingerprint.
_readers: dict[bytes, Callable[[bytes, int], dict[str, Any]]] = {}


def decode(payload: bytes) -> tuple[EventType, dict[str, Any]]:
    """Return the event type and the record of a payload that stands in the ledger; raises Unreadable as the codec does."""
    return codec.decode(payload, known=known)


def data(payload: bytes) -> dict[str, Any]:
    """Return the data of a payload, as `codec.data_of` makes it of what `decode` returns; raises Unreadable as that does."""
    start = payload[: codec.HEADER_BYTES]
    try:
        read = _readers.get(start) or _reader(start)
        return read(payload, codec.HEADER_BYTES)
    except Exception:  # noqa: BLE001 - whatever is odd about these bytes, the codec says it
        return codec.data_of(*decode(payload))


def _reader(start: bytes) -> Callable[[bytes, int], dict[str, Any]]:
    event_type = known(start[len(codec.MARKER) :])
    if event_type is None or not start.startswith(codec.MARKER):
        raise avro.Unsure
    names = {one.name: one.data_name for one in event_type.data_fields}
    found = _readers[start] = avro.data_reader(event_type.schema, names)
    return found


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
