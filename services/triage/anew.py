"""Does the ledger hold every answer that triage owes? Its view is no more than how far it read, so that is what is made anew.

Triage reads in order. So an answer that is not there, of something recorded before something that it did answer, is lost;
what comes after that it has yet to read. Where answers are lost triage must read from the beginning: what it told before is
recognised by its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ledger import histories
from ledger.application import Ledger
from ledger.record import Record
from rulebook.event import Event
from services.triage import policy
from services.triage.desk import ANSWERS, answer_id, said
from services.triage.policy import Policy
from services.triage.rules import LOOKED_AT, TRIGGERS
from waakvlam.clock import FixedClock

NEEDED = LOOKED_AT | ANSWERS


@dataclass(frozen=True, slots=True)
class Task:
    """What every process that helps must know."""

    ledger: str
    policy: Path
    now: int


@dataclass(slots=True)
class Owed:
    """What some cases show: `answered` and `open` hold, by partition, when what was asked was recorded."""

    events: int = 0
    cases: int = 0
    answers: int = 0
    answered: dict[int, int] = field(default_factory=dict)  # the last
    open: list[tuple[int, int]] = field(default_factory=list)

    def add(self, other: "Owed") -> None:
        """Take in what other cases show."""
        self.events += other.events
        self.cases += other.cases
        self.answers += other.answers
        self.open += other.open
        for partition, at in other.answered.items():
            self.answered[partition] = max(at, self.answered.get(partition, 0))

    def lost(self) -> int:
        """Return how many answers are lost; the other open ones are still to come."""
        return sum(at < self.answered.get(partition, 0) for partition, at in self.open)


class Checker:
    """Looks at some cases at a time."""

    def __init__(self, ledger: Ledger, rules: Policy) -> None:
        self._ledger = ledger
        self._rules = rules

    @classmethod
    def of(cls, task: Task) -> "Checker":
        """Return a checker with a connection of its own, for a process of its own."""
        return cls(
            Ledger.open(task.ledger, clock=FixedClock(task.now)),
            policy.load(task.policy),
        )

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()

    def build(self, cases: Mapping[str, int]) -> Owed:
        """Return what these cases show, each of which stands in its partition."""
        found = Owed()
        with self._ledger.reading() as t:
            found.events = histories.size(t, cases)
            told = histories.of(t, cases, types=NEEDED)
        found.cases = len(cases)
        for case, records in told.items():
            self._look(found, cases[case], records)
        return found

    def _look(self, found: Owed, partition: int, records: Sequence[Record]) -> None:
        there = {one.event_id for one in records if one.type in ANSWERS}
        events: list[Event] = []
        for record in records:
            if record.type not in LOOKED_AT:
                continue
            before, event = tuple(events), record.event()
            events.append(event)
            if record.type not in TRIGGERS:
                continue
            for name, _ in said(before, event, self._rules):
                found.answers += 1
                if answer_id(record, name) in there:
                    found.answered[partition] = max(record.recorded_at, found.answered.get(partition, 0))
                else:
                    found.open.append((partition, record.recorded_at))
