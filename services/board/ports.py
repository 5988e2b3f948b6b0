"""What the board asks of the ledger and of the rules, as shapes: the real ones fit, and so do a test's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ledger.model import Notification
from ledger.record import Record
from rulebook.rows import AlertRow as RadarRow
from rulebook.settled import Settled


class Histories(Protocol):
    """What the board asks of the ledger."""

    def history(self, case: str) -> list[Record]:
        """Return all records of a case, in version order."""

    def notifications(self, *, after: int, limit: int) -> list[Notification]:
        """Return the records after a position, in order."""

    def record(self, event_id: str) -> tuple[int, Record] | None:
        """Return the place and the record of an event that stands in the ledger."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that will be due in a case: the rule's title, the stage that comes, when (micros), and why."""

    rule: str
    title: str
    stage: str
    due: int
    legal: bool
    why: str = ""
    remedy: str = ""  # what would settle it
    source: str = ""  # the agreement in which the rule stands, with its version


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that must be open at an instant, as the rules compute it."""

    row: RadarRow
    title: str
    weight: int
    legal: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the agreements say of a case at an instant."""

    deadlines: tuple[Deadline, ...] | None  # soonest first; None when they cannot be counted
    sentences: Mapping[tuple[str, str], str]  # by rule and instance: why something must happen
    open: tuple[Open, ...] = ()
    ends: Mapping[tuple[str, str], int] = field(default_factory=dict)  # likewise: when it is too late
    ladders: Mapping[str, str] = field(default_factory=dict)  # the titles of the ladders that hold for it, by id

    def sentence(self, rule: str, instance: str) -> str:
        """Return why; empty when the rulebook no longer knows of it."""
        return self.sentences.get((rule, instance), "")


class Rulebook(Protocol):
    """What the board asks of the rules."""

    def look(self, records: Sequence[Record], *, now: int) -> Outlook:
        """Return what the agreements say of a case at an instant, from the records that were there by then."""

    def settled(self, records: Sequence[Record], *, now: int) -> tuple[Settled, ...]:
        """Return what came to its end in a case, the newest first; nothing where terms cannot be counted."""
