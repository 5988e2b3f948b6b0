"""The plain records of the radar: what its tables hold, and what passes between its parts. Instants are microseconds."""

from dataclasses import dataclass
from typing import Literal

from rulebook.event import Event

Step = Literal["raised", "closed"]
STEPS: tuple[Step, ...] = ("raised", "closed")


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of a case as the radar keeps it.

    `known_at` is the instant from which the engine knows it: its `recorded_at`, or later where a scan that could not wait
    for the ledger's clock had already gone past that instant. The event carries it as its `recorded_at`.
    """

    version: int
    known_at: int
    event: Event


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """One row of an alert: `number` counts how often the alert of this id was raised in the case."""

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


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An alert row of which the world has not been told everything yet, and the steps that it must be told."""

    case: str
    municipality: str
    noticed_at: int
    steps: tuple[Step, ...]
    row: NumberedRow


@dataclass(frozen=True, slots=True)
class Told:
    """A step of an alert row that was delivered, or that came back from the ledger, at an instant."""

    alert: str
    number: int
    step: Step
    at: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over all cases and alerts, for gauges."""

    cases: int
    open_cases: int
    without_deadline: int
    uncovered: int
    broken: int
    open_alerts: int
    undelivered: int
    unconfirmed: int
