"""What fills a new radar view: some cases at a time, whole, from the ledger. Several processes may do this beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger import histories
from ledger.application import Ledger
from ledger.database import Database, open_database
from rulebook import agreements
from services.monitoring import anew_view
from services.monitoring.anew import Anew, anew
from services.monitoring.collecting import collect_rarely
from services.monitoring.records import Fact
from services.monitoring.rule_index import RuleIndex
from waakvlam.clock import FixedClock


@dataclass(frozen=True, slots=True)
class Task:
    """What every process that helps must know. Up to `known_to` everything is in the ledger; both are micros."""

    ledger: str
    view: str
    agreements: Path
    known_to: int
    now: int


class Builder:
    """Makes cases anew and stores them in the new view."""

    def __init__(
        self,
        ledger: Ledger,
        database: Database,
        rules: RuleIndex,
        *,
        known_to: int,
        now: int,
    ) -> None:
        self._ledger = ledger
        self._database = database
        self._rules = rules
        self._known_to = known_to
        self._now = now

    @classmethod
    def of(cls, task: Task) -> "Builder":
        """Return a builder with connections of its own, for a process of its own."""
        collect_rarely()
        return cls(
            Ledger.open(task.ledger, clock=FixedClock(task.now)),
            open_database(task.view, lasting=False),
            RuleIndex(agreements.load(task.agreements)),
            known_to=task.known_to,
            now=task.now,
        )

    def close(self) -> None:
        """Let go of both databases."""
        self._ledger.close()
        self._database.close()

    def build(self, cases: Mapping[str, int]) -> int:
        """Make these cases, of which none is there yet, each in its partition; return how many events they have."""
        made = self._made(cases)
        with self._database.transaction() as t:
            anew_view.write(t, made, now=self._now)
        return sum(len(one.facts) for one in made)

    def build_again(self, cases: Mapping[str, int], *, known_to: int) -> None:
        """Make these cases once more, now that more is known of them."""
        self._known_to = known_to
        with self._ledger.reading() as t:
            there = histories.with_cases(t, cases)
        made = self._made({case: cases[case] for case in there})
        with self._database.transaction() as t:
            anew_view.forget(t, there)
            anew_view.write(t, made, now=self._now)

    def _made(self, cases: Mapping[str, int]) -> list[Anew]:
        with self._ledger.reading() as t:
            found = histories.events(t, cases)
        return [
            anew(
                self._rules,
                case,
                cases[case],
                [Fact(version, event) for version, event in events],
                known_to=self._known_to,
            )
            for case, events in found.items()
        ]
