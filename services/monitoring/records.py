"""The plain records of the radar: what its tables hold, and what passes between its parts. Instants are microseconds."""

from dataclasses import dataclass
from typing import Literal

from rulebook.event import Event

Step = Literal["raised", "escalated", "reminded", "closed"]
TurnKind = Literal["escalated", "reminded"]
STEPS: tuple[Literal["raised", "closed"], ...] = ("raised", "closed")


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of a case as the radar keeps it."""

    version: int
    event: Event

    @property
    def known_at(self) -> int:
        """The instant from which it is known."""
        return self.event.recorded_at


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """One row of an alert: `number` counts how often the alert of this id was raised in the case.

    `is_early`: it was raised or closed when nobody could say that nothing else had come, so it may turn out to be wrong.
    """

    alert: str
    number: int
    rule: str
    agreement: str
    agreement_version: int
    instance: str
    stage: str
    due: int
    raised_at: int
    closed_at: int | None
    outcome: str | None
    because: tuple[str, ...]
    to: str
    weight: int
    why: str
    is_early: bool

    @property
    def key(self) -> tuple[str, int]:
        """What tells this row from all others."""
        return self.alert, self.number


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody who is told of an open row later than at its raising: the next in turn, or again whoever was in turn."""

    alert: str
    number: int
    kind: TurnKind
    step: int
    to: str
    at: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """The radar's row of a case: where it stands, and when something will be due if nothing comes.

    `version` is the newest fact that is stored, `learned` the newest that the engine was told; `wake_at` is the first
    instant at which there is something to do: the next due one, or the `known_at` of the first fact not yet learned.
    """

    case: str
    partition: int
    municipality: str
    phase: str
    is_open: bool
    opened_at: int
    last_at: int
    version: int
    learned: int
    advanced_to: int
    next_due: int | None
    wake_at: int | None
    weight: int
    priority: int
    open_alerts: int
    uncovered: bool  # no silence rule can be chosen for it: no agreement watches this case
    broken: bool  # the engine failed on it: people must look, and the other cases go on

    @classmethod
    def unknown(cls, case: str, partition: int) -> "CaseRow":
        """Return the row of a case of which nothing was learned yet."""
        return cls(case, partition, "", "", True, 0, 0, 0, 0, 0, None, None, 0, 0, 0, False, False)  # noqa: FBT003 - as the columns stand


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An alert row of which the world has not been told everything yet, and what it must be told."""

    case: str
    municipality: str
    noticed_at: int
    is_new: bool  # its raising is untold
    turns: tuple[Turn, ...]
    is_over: bool  # its closing is untold
    row: NumberedRow

    def told(self, at: int) -> list["Told"]:
        """Return its steps as told at an instant."""
        alert, number = self.row.key
        return [
            *([Told(alert, number, "raised", at)] if self.is_new else []),
            *(Told(alert, number, one.kind, at, (one.step, one.at)) for one in self.turns),
            *([Told(alert, number, "closed", at)] if self.is_over else []),
        ]


@dataclass(frozen=True, slots=True)
class Told:
    """A step of an alert row that was delivered, or that came back from the ledger, at an instant."""

    alert: str
    number: int
    step: Step
    at: int
    turn: tuple[int, int] | None = None  # of the attention list: which step, and when it fell


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over all cases and alerts, for gauges."""

    cases: int
    open_cases: int
    without_deadline: int
    emptied: int  # nothing of the family is known any more: all was withdrawn
    uncovered: int
    broken: int
    open_alerts: int
    undelivered: int
    unconfirmed: int
    unconfirmed_since: int | None
