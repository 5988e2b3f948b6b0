"""The rhythm of an agency: how long it is usually silent at this hour of the week, and whether it is silent for longer.

Pure. Learnt from when its events arrived in the past eight weeks and from nothing else, so anyone can compute it again:
how long was it silent in this hour of the week, a week ago, and the week before, and so on? The longest of those is usual;
more than an hour longer is not. When a day off lies in the silence, the longest silence of all those weeks, a weekend
mostly, and a day for each day off are usual. An agency that was not heard for at least four weeks has no rhythm yet.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from rulebook.calendar import Calendar
from rulebook.errors import CannotCount
from rulebook.instants import local_day
from waakvlam.clock import instant_of, micros_of

WEEKS = 8
WEEKS_MIN = 4
MARGIN = 3_600_000_000  # an hour, in microseconds
HERE = ZoneInfo("Europe/Amsterdam")

_HOUR, _DAY = MARGIN, 24 * MARGIN


@dataclass(frozen=True, slots=True)
class Silence:
    """How long an agency has been silent, and how long is usual; in microseconds."""

    since: int
    lasts: int
    usual: int

    @property
    def beyond(self) -> int:
        """How much longer than usual, the margin included; 0 when it is not."""
        return max(0, self.lasts - self.usual - MARGIN)


def silence(arrivals: Sequence[int], at: int, calendar: Calendar | None) -> Silence | None:
    """Return how silent an agency is at an instant, by when its events arrived (ascending); None without a rhythm."""
    if not arrivals or arrivals[-1] > at:
        return None
    found = [_longest(arrivals, moment) for moment in _same_hour(at)]
    known = [one for one in found if one is not None]
    if len(known) < WEEKS_MIN:
        return None
    usual = max(known)
    if off := _days_off(arrivals[-1], at, calendar):
        usual = max([usual, *(after - before for before, after in pairwise(arrivals))]) + off * _DAY
    return Silence(arrivals[-1], at - arrivals[-1], usual)


def _longest(arrivals: Sequence[int], at: int) -> int | None:
    """Return the longest that it had been silent at some moment of the hour before an instant."""
    first, last = bisect_right(arrivals, at - _HOUR), bisect_right(arrivals, at)
    if not first:
        return None
    ended = [arrivals[place] - arrivals[place - 1] for place in range(first, last)]
    return max([at - arrivals[last - 1], *ended])


def _same_hour(at: int) -> Iterator[int]:
    """Yield the same hour of the same day of the week, on the clock on the wall, in the weeks before."""
    here = instant_of(at).astimezone(HERE)
    for weeks in range(1, WEEKS + 1):
        yield micros_of(here - timedelta(weeks=weeks))


def _days_off(since: int, at: int, calendar: Calendar | None) -> int:
    """Return how many days from Monday to Friday between two instants are days off."""
    days = range(local_day(since) + 1, local_day(at) + 1)
    return sum(calendar is not None and _is_weekday(day) and _is_off(day, calendar) for day in days)


def _is_weekday(day: int) -> bool:
    return (day + 3) % 7 < 5  # day 0 was a Thursday


def _is_off(day: int, calendar: Calendar) -> bool:
    try:
        return not calendar.is_working_day(day)
    except CannotCount:
        return False
