"""The schemas by which a ledger can be read, kept in the ledger itself, under their fingerprints.

Every version sets its schemas down before it takes anything in by them. So a ledger explains itself: to a version that is
older than what stands in it (`ledger/learned.py`), and to whoever opens it in thirty years.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from ledger import learned, memos
from ledger.database import Statements
from waakvlam.catalogue import EventType, all_versions, event_type_of

_KIND = "schema/"


class Library:
    """The schemas that stand in one ledger; `reading` opens a transaction on it that only reads."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Statements]]) -> None:
        self._reading = reading
        learned.ask_also(self)

    def find(self, fingerprint: bytes) -> EventType | None:
        """Return the event type of a fingerprint; None when it does not stand there."""
        name = _name(fingerprint)
        with self._reading() as t:
            found = memos.read(t, [name]).get(name)
        return event_type_of(**found) if found else None

    def close(self) -> None:
        """Be asked no more."""
        learned.ask_no_more(self)


def set_down(t: Statements) -> int:
    """Set the schemas of this version down in the ledger, those that are not there yet; return how many."""
    ours = {_name(one.fingerprint): one for one in all_versions()}
    there = {name for (name,) in t.rows_in("SELECT name FROM memos WHERE name {in}", ours)}
    new = {name: _told(one) for name, one in ours.items() if name not in there}
    memos.write(t, new)
    return len(new)


def _name(fingerprint: bytes) -> str:
    return f"{_KIND}{fingerprint.hex()}"


def _told(one: EventType) -> Mapping[str, Any]:
    return {"chapter": one.chapter, "name": one.name, "version": one.version, "schema": one.schema}
