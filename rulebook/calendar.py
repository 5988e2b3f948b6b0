"""Working days: not Saturday, not Sunday, not a day off in the calendar. Asking outside the calendar is an error."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from rulebook.errors import CannotCount
from rulebook.instants import day_text


class Calendar:
    """One calendar file: the days off from one day to another, both included."""

    def __init__(self, name: str, *, first: int, last: int, days_off: Mapping[int, str]) -> None:
        self.name = name
        self.first = first
        self.last = last
        self.days_off = dict(days_off)
        self._working = [day for day in range(first, last + 1) if (day + 3) % 7 < 5 and day not in self.days_off]

    def is_working_day(self, day: int) -> bool:
        """Tell whether a day is a working day."""
        self._ask(day)
        place = bisect_left(self._working, day)
        return place < len(self._working) and self._working[place] == day

    def shifted(self, day: int) -> int:
        """Return the day itself, or the next working day when it is none."""
        self._ask(day)
        return self._at(bisect_left(self._working, day))

    def after(self, day: int, count: int) -> int:
        """Return the count-th working day after a day (count > 0)."""
        self._ask(day + 1)
        return self._at(bisect_right(self._working, day) + count - 1)

    def before(self, day: int, count: int) -> int:
        """Return the count-th working day before a day (count > 0)."""
        self._ask(day - 1)
        return self._at(bisect_left(self._working, day) - count)

    def _at(self, place: int) -> int:
        if place < 0:
            raise self._unknown(self.first - 1)
        if place >= len(self._working):
            raise self._unknown(self.last + 1)
        return self._working[place]

    def _ask(self, day: int) -> None:
        if not self.first <= day <= self.last:
            raise self._unknown(day)

    def _unknown(self, day: int) -> CannotCount:
        return CannotCount(calendar=self.name, day=day_text(day), first=day_text(self.first), last=day_text(self.last))
