"""Intake beside monitoring, in a process of its own: it takes in an agency's reports at a steady pace, and what the radar tells.

As the pump does for intake, a batch takes all reports that came and a few of what the radar tells. How long a report waits is counted from the instant at which it was to come, so a pause of intake counts for all that came in it.
"""

import multiprocessing
import queue
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from bench.intake import UNTIL, opened
from ledger import record
from ledger.model import OutboxRow
from ledger.streams.memory import spare_the_collector
from ledger.streams.pump import RECORDS_BEHIND_MAX
from services.intake.testing import Desk, Sent, report
from waakvlam.clock import FixedClock

AGENCY = "veilig-thuis-groningen"
REPORTS_PER_SECOND = 200
TICK_SECONDS = 0.05
LATER = 86_400_000_000  # what falls due is told after it
REPORTS_PER_TICK = int(REPORTS_PER_SECOND * TICK_SECONDS)
ROWS_PER_BATCH = 2_000
PATIENCE_SECONDS = 600

Wait = tuple[float, float]  # when a report was to come, and how long it took until it was in the ledger


class Beside:
    """The process, and what passes between it and monitoring."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._asked, self._told, self._answers = context.Queue(), context.Queue(), context.Queue()
        self._process = context.Process(
            target=_work, args=(folder, self._asked, self._told, self._answers), daemon=True
        )
        self._waits: list[Wait] = []
        self.given = 0

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def cases(self, number: int) -> list[str]:
        """Let intake record so many reports of as many families; return the ids of their cases."""
        self._asked.put(number)
        found: list[str] = self._answers.get(timeout=PATIENCE_SECONDS)
        return found

    def begin(self) -> None:
        """Let reports come from now on."""
        self._asked.put(None)

    def give(self, rows: Sequence[OutboxRow]) -> None:
        """Hand over what the radar tells."""
        self.given += len(rows)
        self._told.put([(row.topic, row.key, row.headers, row.value) for row in rows])

    def settled(self) -> float:
        """Let the reports end once all that was told is recorded; return when that was."""
        self._told.put(None)
        at, self._waits = self._answers.get(timeout=PATIENCE_SECONDS)
        return float(at)

    def waits(self, begin: float, end: float) -> list[float]:
        """Return how long each report waited that was to come between two instants."""
        return [took for came, took in self._waits if begin <= came < end]


def _work(folder: Path, asked: Any, told: Any, answers: Any) -> None:
    desk = opened(folder, "beside", FixedClock(UNTIL + LATER))
    with closing(desk.ledger):
        number = asked.get()
        for begin in range(0, number, ROWS_PER_BATCH):
            desk.take(*(_report(one) for one in range(begin, min(number, begin + ROWS_PER_BATCH))))
        cases = [one.case for one in _records(desk)]
        answers.put(cases)
        spare_the_collector()
        asked.get()
        answers.put(_take_in(desk, told, number))


def _records(desk: Desk) -> list[Any]:
    return [record.decode(one.body) for one in desk.ledger.notifications(after=0, limit=1_000_000)]


def _take_in(desk: Desk, told: Any, number: int) -> tuple[float, list[Wait]]:
    """Take in what comes, each tick, until all that is told is in the ledger; return when that was, and the waits."""
    waits: list[Wait] = []
    due = time.perf_counter()
    waiting: list[Sent] = []
    is_last = False
    while not (is_last and not waiting):
        time.sleep(max(0.0, due - time.perf_counter()))
        came = []
        while due <= time.perf_counter():
            came += [due] * REPORTS_PER_TICK
            due += TICK_SECONDS
        reports = [_report(number + len(waits) + one) for one in range(len(came))]
        is_last = _fetch(told, waiting) or is_last
        desk.pipeline.handle(desk.batch(*reports, *waiting[:RECORDS_BEHIND_MAX]))
        del waiting[:RECORDS_BEHIND_MAX]
        desk.collect()
        waits += [(at, time.perf_counter() - at) for at in came]
    return time.perf_counter(), waits


def _fetch(told: Any, waiting: list[Sent]) -> bool:
    """Add what was told meanwhile; tell whether that is all."""
    try:
        while len(waiting) < ROWS_PER_BATCH:
            rows = told.get_nowait()
            if rows is None:
                return True
            waiting += [Sent(topic, key, value, headers) for topic, key, headers, value in rows]
    except queue.Empty:
        pass
    return False


def _report(number: int) -> Sent:
    return report(AGENCY, f"beside-{number}", at=UNTIL, persons=[f"psn-voorbeeld-{number}"], reference=f"b-{number}")
