"""Rows: the story of an alert from the instant it was raised to the instant it closed, and what changes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rulebook.event import Event
from rulebook.instants import format_instant


class Told(NamedTuple):
    """One step of an attention list that was told, at its own instant."""

    step: int
    to: str
    at: int


@dataclass(slots=True)
class AlertRow:
    """The story of one alert from the instant it was raised to the instant it closed."""

    alert: str
    case: str
    rule: str
    agreement: str
    version: int
    instance: str
    stage: str
    due: int
    raised_at: int
    because: Sequence[str]
    to: str
    closed_at: int | None = None
    outcome: str | None = None
    told: list[Told] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the row as the offline engine prints it (section 9)."""
        told = sorted(self.told, key=lambda one: one.step)
        return {
            "alert": self.alert,
            "case": self.case,
            "rule": self.rule,
            "agreement": self.agreement,
            "version": self.version,
            "instance": self.instance,
            "stage": self.stage,
            "due": format_instant(self.due),
            "raised_at": format_instant(self.raised_at),
            "closed_at": None if self.closed_at is None else format_instant(self.closed_at),
            "outcome": self.outcome,
            "because": list(self.because),
            "attention": [{"step": one.step, "to": one.to, "at": format_instant(one.at)} for one in told],
        }


class Cause(NamedTuple):
    """What a sentence about an instance tells of, as it stood when the sentence was made."""

    start: Event
    number: int | None  # of a moment
    signals: int
    deadline: int


class Raised(NamedTuple):
    """An alert was raised: a new row, and what it is about."""

    row: AlertRow
    cause: Cause


class Closed(NamedTuple):
    """A row closed, with its outcome."""

    row: AlertRow


class Escalated(NamedTuple):
    """Nobody acknowledged an alert in time: the next of its attention list is told."""

    row: AlertRow
    told: Told


class Reminded(NamedTuple):
    """Nobody acknowledges an alert any more: who was in turn by then is told again. Not part of the row."""

    row: AlertRow
    told: Told


Change = Raised | Closed | Escalated | Reminded
