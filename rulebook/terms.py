"""Terms: from an instant or a day to the instant at which something is due (rule book section 2)."""

from dataclasses import dataclass

from rulebook.calendar import Calendar
from rulebook.instants import SECOND, add_months, day_end, local_day

CLOCK_UNITS = {"minutes": 60 * SECOND, "hours": 3600 * SECOND}
DAY_UNITS = ("working_days", "days", "weeks", "months")
UNITS = (*CLOCK_UNITS, *DAY_UNITS)


@dataclass(frozen=True, slots=True)
class Term:
    """A number of one unit; `shift` moves a resulting day that is no working day to the next one."""

    unit: str
    number: int
    shift: bool = False

    @property
    def is_by_day(self) -> bool:
        """Tell whether this term counts days, and so ends where a local day ends."""
        return self.unit in DAY_UNITS

    def from_instant(self, at: int, calendar: Calendar) -> int:
        """Return the instant at which this term, counted from an instant, is due."""
        if self.unit in CLOCK_UNITS:
            return at + self.number * CLOCK_UNITS[self.unit]
        return day_end(self.day_from(local_day(at), calendar))

    def from_day(self, day: int, calendar: Calendar) -> int:
        """Return the instant at which this term of days, counted from a day, is due."""
        return day_end(self.day_from(day, calendar))

    def day_from(self, day: int, calendar: Calendar) -> int:
        """Return the day at whose end this term of days, counted from a day, is due."""
        assert self.is_by_day, "minutes and hours cannot be counted from a day"
        result = self._unshifted(day, calendar)
        return calendar.shifted(result) if self.shift else result

    def further(self, step: "Term", times: int) -> "Term":
        """Return this term lengthened by so many times another of the same unit, which brings its own shift."""
        assert self.unit == step.unit, "a schedule goes on in the unit of its last entry"
        return Term(self.unit, self.number + times * step.number, step.shift)

    def _unshifted(self, day: int, calendar: Calendar) -> int:
        match self.unit:
            case "days":
                return day + self.number
            case "weeks":
                return day + 7 * self.number
            case "months":
                return add_months(day, self.number)
        if self.number > 0:
            return calendar.after(day, self.number)
        if self.number < 0:
            return calendar.before(day, -self.number)
        return day
