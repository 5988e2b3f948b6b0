"""Alerts as steps of traces (`ledger.tracing`): each telling is a trace of its own, linked to those of the events behind it.

Not a step of theirs: an alert may come weeks after its events, for it is about what did not happen.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger import tracing
from ledger.model import OutboxRow
from ledger.tracing import OFF, Step, Tracing
from services.monitoring.announcement import EVENT_OF, SENDER, announcements, event_id
from services.monitoring.records import Told, Undelivered
from services.monitoring.rule_index import RuleIndex
from waakvlam.clock import Clock, SystemClock
from waakvlam.trace import HEADER, Trace

ALERT, RULE = "waakvlam.alert", "waakvlam.rule"
STEP = "radar alert"
TracesOf = Callable[[Collection[str]], Mapping[str, Trace]]


@dataclass(frozen=True, slots=True)
class Telling:
    """Messages that tell of alerts, and the steps that are done when they are delivered."""

    messages: list[OutboxRow]
    steps: list[Step]

    def end(self, *, at: int) -> None:
        """Say that they are delivered; `at` is real time in micros."""
        for one in self.steps:
            one.end(at=at)


class Following:
    """Makes messages of untold rows. `traces_of` gives the traces of events, by id."""

    def __init__(self, how: Tracing = OFF, traces_of: TracesOf = lambda _: {}, real: Clock | None = None) -> None:
        self._how = how
        self._traces_of = traces_of
        self._real = real or SystemClock()

    def begin(self, rows: Sequence[Undelivered], rules: RuleIndex) -> Telling:
        """Return what tells these rows."""
        told = [(row, step, message) for row in rows for step, message in _told(row, rules)]
        if not self._how.is_on:
            return Telling([message for _, _, message in told], [])
        known = self._traces_of({one for row in rows for one in row.row.because})
        at = self._real.micros()
        steps = [self._begun(row, step, known, at) for row, step, _ in told]
        messages = [_carrying(message, step) for (_, _, message), step in zip(told, steps, strict=True)]
        return Telling(messages, steps)

    def _begun(self, row: Undelivered, step: Told, known: Mapping[str, Trace], at: int) -> Step:
        because = [known[one] for one in row.row.because if one in known]
        told = {
            tracing.EVENT: event_id(step),
            tracing.TYPE: EVENT_OF[step.step],
            tracing.AGENCY: SENDER,
            tracing.CASE: row.case,
            ALERT: row.row.alert,
            RULE: row.row.rule,
        }
        return self._how.begin(STEP, None, at=at, kind="producer", told=told, because=because)


def _told(row: Undelivered, rules: RuleIndex) -> Iterable[tuple[Told, OutboxRow]]:
    return zip(row.told(0), announcements(row, rules), strict=True)


def _carrying(message: OutboxRow, step: Step) -> OutboxRow:
    if step.trace is None:
        return message
    return replace(message, headers=(*message.headers, (HEADER, step.trace.header.encode())))
