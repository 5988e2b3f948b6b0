"""Who is told of an alert, and who next while nobody acknowledges it (rule book section 5).

Somebody who acknowledges an alert is trusted until the end of the day that they named. When no such trust is left while the
alert is open, because the last ran out or was taken back, the furthest who was in turn by then is reminded, once.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

from rulebook.alerts import AlertRow, Escalated, Reminded, Told
from rulebook.errors import CannotCount
from rulebook.event import Event
from rulebook.instance import WARN
from rulebook.instants import day_end, local_day, parse_day
from rulebook.rules import Rule

Acknowledged = Callable[[str], Iterable[Event]]
# A reminder is looked at after all steps of that instant, for a step that falls then makes it needless.
REMINDER = 2**31


class Attention:
    """Whom to tell of the open rows of one case, and when. `acknowledged` yields the acknowledgements that name an alert."""

    def __init__(self, acknowledged: Acknowledged) -> None:
        self._acknowledged = acknowledged
        self._open: dict[str, tuple[Rule, AlertRow]] = {}
        self._quiet: dict[str, int | None] = {}  # alerts that are acknowledged, and when that runs out
        self.turns: list[tuple[int, int, int, Rule, AlertRow]] = []  # a heap by instant; also of rows that closed since
        self._pushed = 0

    @property
    def next_at(self) -> int | None:
        """The next instant at which somebody may have to be told."""
        while self.turns and self.turns[0][-1].closed_at is not None:
            heappop(self.turns)
        return self.turns[0][0] if self.turns else None

    def raised(self, rule: Rule, row: AlertRow) -> None:
        """Begin with a row that was raised just now; who is first has been told."""
        self._open[row.alert] = (rule, row)
        for step, at in later_steps(rule, row):
            self._push(at, step, rule, row)
        if next(iter(self._acknowledged(row.alert)), None) is not None:
            self._look(row.alert, row.raised_at)

    def closed(self, row: AlertRow) -> None:
        """End with a row."""
        del self._open[row.alert]
        self._quiet.pop(row.alert, None)

    def learned(self, alerts: Iterable[str], now: int) -> None:
        """Look again at what is known of the acknowledgements of these alerts, and of those that were acknowledged."""
        if not self._open:
            return
        for alert in {*alerts, *self._quiet}:
            if alert in self._open:
                self._look(alert, now)

    def pass_turn(self) -> Escalated | Reminded | None:
        """Come to the next instant; return what must be told then, if anything."""
        at, step, _, rule, row = heappop(self.turns)
        if row.closed_at is not None or is_acknowledged(row, self._acknowledged(row.alert), at):
            return None
        if step != REMINDER:
            row.to = rule.steps[step].to
            row.told.append(Told(step, row.to, at))
            return Escalated(row, row.told[-1])
        if row.alert not in self._quiet:
            return None
        del self._quiet[row.alert]
        furthest = max((one for one in later_steps(rule, row) if one[1] <= at), default=(0, row.raised_at))
        if any(falls_at == at for _, falls_at in later_steps(rule, row)):
            return None
        return Reminded(row, Told(furthest[0], rule.steps[furthest[0]].to, at))

    def _look(self, alert: str, now: int) -> None:
        rule, row = self._open[alert]
        ends = [_end(one) for one in self._acknowledged(alert) if row.raised_at <= one.recorded_at <= now]
        last = None if None in ends else max((end for end in ends if end is not None), default=now)
        if last is not None and last <= now:
            if alert in self._quiet:
                self._push(now, REMINDER, rule, row)
        elif alert not in self._quiet or self._quiet[alert] != last:
            self._quiet[alert] = last
            if last is not None:
                self._push(last, REMINDER, rule, row)

    def _push(self, at: int, step: int, rule: Rule, row: AlertRow) -> None:
        self._pushed += 1
        heappush(self.turns, (at, step, self._pushed, rule, row))


def later_steps(rule: Rule, row: AlertRow) -> Iterator[tuple[int, int]]:
    """Yield the later steps of an alert's attention list: the number, and the instant at which it falls.

    Days are counted from the microsecond before the alert was raised, so a day that begins with it is the first. A
    warning stays with the first step. A step that the calendar cannot count has no instant.
    """
    if row.stage == WARN:
        return
    for number, step in enumerate(rule.steps):
        if step.after is None:
            continue
        try:
            if step.after.is_by_day:
                at = step.after.from_day(local_day(row.raised_at - 1), rule.source.calendar)
            else:
                at = step.after.from_instant(row.raised_at, rule.source.calendar)
        except CannotCount:
            continue
        if at >= row.raised_at:
            yield number, at


def is_acknowledged(row: AlertRow, acknowledgements: Iterable[Event], at: int) -> bool:
    """Tell whether an open row is acknowledged at an instant, by what is known then."""
    return any(
        row.raised_at <= one.recorded_at <= at
        and (row.closed_at is None or one.recorded_at < row.closed_at)
        and _runs(one, at)
        for one in acknowledgements
    )


def _runs(acknowledgement: Event, at: int) -> bool:
    end = _end(acknowledgement)
    return end is None or at < end


def _end(acknowledgement: Event) -> int | None:
    """Return when an acknowledgement runs out; one that names no day never does."""
    until = parse_day(acknowledgement.data.get("next_step_on"))
    return None if until is None else day_end(until)
