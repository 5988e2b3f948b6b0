"""Who is told of an alert, and who next while nobody acknowledges it (rule book section 5)."""

from collections.abc import Iterable, Iterator

from rulebook.alerts import AlertRow
from rulebook.errors import CannotCount
from rulebook.event import Event
from rulebook.instance import WARN
from rulebook.instants import day_end, local_day, parse_day
from rulebook.rules import Rule


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
    until = parse_day(acknowledgement.data.get("next_step_on"))
    return until is None or at < day_end(until)
