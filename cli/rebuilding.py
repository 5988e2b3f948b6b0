"""What every rebuild shows: how far it is, how fast, how long it will still take; and what it found, as one result."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ledger import histories
from ledger.application import Ledger


@dataclass(slots=True)
class Outcome:
    """What became of one view. `found` counts differences by (table, how); `behind` are cases that the live view has yet to read."""

    view: str
    events: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all processes together
    cases: int = 0
    behind: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_switched: bool = False

    @property
    def differs(self) -> bool:
        """Tell whether the live view was not what the ledger says."""
        return self.found.total() > 0

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        tables: dict[str, dict[str, int]] = {}
        for (table, how), count in sorted(self.found.items()):
            if count:
                tables.setdefault(table, {})[how] = count
        return {
            "view": self.view,
            "events": self.events,
            "events_per_second": round(self.events / self.seconds) if self.seconds else 0,
            "events_per_cpu_second": round(self.events / self.cpu_seconds) if self.cpu_seconds else 0,
            "cases_compared": self.cases,
            "cases_not_read_yet": self.behind,
            "differences": tables,
            "switched": self.is_switched,
        }

    def lines(self) -> Iterator[str]:
        """Yield it as lines for people."""
        told = self.as_json()
        yield f"{self.view}: {self.events} events at {told['events_per_second']} a second; {self.cases} cases compared."
        differences: Mapping[str, Mapping[str, int]] = told["differences"]
        for table, kinds in differences.items():
            yield f"  {table}: {', '.join(f'{count} {how}' for how, count in kinds.items())}"
        if not differences:
            yield "  The live view is what the ledger says."
        if self.behind:
            yield f"  {self.behind} cases are further in the ledger than the live view has read; those were not held against it."
        yield "  The new view is in its place." if self.is_switched else "  The live view was left as it is."


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Show how many a second."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class Bar:
    """One bar that grows by events."""

    def __init__(self, progress: Progress, task: Any, outcome: Outcome) -> None:
        self._progress = progress
        self._task = task
        self._outcome = outcome

    def add(self, events: int) -> None:
        """Count events that are done."""
        self._outcome.events += events
        self._progress.advance(self._task, events)


@contextmanager
def measured(outcome: Outcome, events: int) -> Iterator[Bar]:
    """Show on stderr how far the reading of so many events is, and keep how long it took, and how much of the processors."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    begun, used = perf_counter(), _used()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bar(progress, progress.add_task(outcome.view, total=events), outcome)
    outcome.seconds, outcome.cpu_seconds = perf_counter() - begun, _used() - used


def _used() -> float:
    """Return the seconds of processor time of this process, and of those that it began and that have ended."""
    return sum(os.times()[:4])


def events_in(ledger: Ledger) -> int:
    """Return how many events the cases of a ledger have together."""
    with ledger.reading() as t:
        return histories.total(t)


def cases_in(ledger: Ledger, at_once: int) -> Iterator[list[str]]:
    """Yield all cases of a ledger, some at once."""
    after = ""
    while True:
        with ledger.reading() as t:
            cases = histories.cases(t, after=after, limit=at_once)
        if not cases:
            return
        yield cases
        after = cases[-1]
