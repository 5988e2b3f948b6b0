"""Moments of a simulated life: days and office hours in local time, as microseconds since 1970 UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from region.chance import Chance
from waakvlam.clock import instant_of, micros_of

HERE = ZoneInfo("Europe/Amsterdam")
MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SATURDAY = 5


def local_day(at: int) -> date:
    """Return the local day of a moment."""
    return instant_of(at).astimezone(HERE).date()


def working_day(day: date, *, later: int = 0) -> date:
    """Return the working day so many working days after a day (weekends only; feast days fall as they fall)."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    for _ in range(later):
        day += timedelta(days=3 if day.weekday() == SATURDAY - 1 else 1)
    return day


def at_hour(day: date, hour: float) -> int:
    """Return the moment at which it is so many hours past midnight, local time."""
    return micros_of(datetime.combine(day, time(tzinfo=HERE)).astimezone(UTC)) + int(hour * HOUR)


def office_moment(after: int, days: int, chance: Chance) -> int:
    """Return a moment in office hours, so many working days after a moment, and always after it."""
    moment = at_hour(working_day(local_day(after), later=days), chance.between(8.5, 17.0))
    return moment if moment > after else after + int(chance.between(5, 90) * MINUTE)


def any_moment(after: int, days: float, chance: Chance) -> int:
    """Return a moment about so many days later, at any hour."""
    return after + int(days * DAY + chance.between(0.1, 20) * HOUR)
