"""Days as people here have them: from midnight to midnight in Amsterdam."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from waakvlam.clock import instant_of, micros_of

DAY = timedelta(days=1)
_HERE = ZoneInfo("Europe/Amsterdam")


def end_of(day: date) -> int:
    """Return the first instant after a day, in microseconds since 1970 UTC."""
    after = day + DAY
    return micros_of(datetime(after.year, after.month, after.day, tzinfo=_HERE))


def day_of(instant: int) -> date:
    """Return the day on which an instant falls."""
    return instant_of(instant).astimezone(_HERE).date()
