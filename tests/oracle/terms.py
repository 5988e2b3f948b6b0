"""Instants, local days, the calendar and terms: section 2 of the rule book, read word by word."""

import calendar as months_of
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Amsterdam")
ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
UNITS = ("minutes", "hours", "working_days", "days", "weeks", "months")


class Uncountable(Exception):
    """A term that needs a day outside `from`..`to` is an error that names the calendar, never a guess."""


def instant(text):
    """Fine print 4: every instant has an offset or Z."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"no offset: {text}")
    return read.astimezone(UTC)


def form(at):
    """Section 5: UTC `YYYY-MM-DDTHH:MM:SSZ` (microseconds, six digits after a point, only when not zero)."""
    return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{at.microsecond:06d}" if at.microsecond else "") + "Z"


def local_day(at):
    """A date in Europe/Amsterdam."""
    return at.astimezone(LOCAL).date()


def end_of(day):
    """The instant at which the next local day begins."""
    following = day + ONE_DAY
    return datetime(following.year, following.month, following.day, tzinfo=LOCAL).astimezone(UTC)


def named_day(value):
    """Fine print 11: a date is text YYYY-MM-DD that names a day that exists; anything else holds no date."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def is_working(day, calendar):
    """Not Saturday, not Sunday, not listed in the calendar that the agreement names."""
    if not calendar["from"] <= day <= calendar["to"]:
        raise Uncountable(calendar["calendar"])
    return day.weekday() < 5 and day not in calendar["days_off"]


def unit_of(term):
    """Fine print 5: a term has exactly one unit with a whole number."""
    (unit,) = [one for one in UNITS if one in term]
    return unit


def day_of_term(term, day, calendar):
    """Return the local day at whose end a day-based term, counted from a local day, ends."""
    unit = unit_of(term)
    n = term[unit]
    if unit == "working_days":
        result = _nth_working_day(day, n, calendar)
    elif unit == "months":
        result = _months_later(day, n)
    else:
        result = day + timedelta(days=n * {"days": 1, "weeks": 7}[unit])
    # "A resulting day that is not a working day moves to the next working day."
    while term.get("shift") and not is_working(result, calendar):
        result += ONE_DAY
    return result


def _nth_working_day(day, n, calendar):
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= is_working(day, calendar)
    return day


def _months_later(day, n):
    """The same day number n months later, or that month's last day where it has no such number."""
    count = day.year * 12 + day.month - 1 + n
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, months_of.monthrange(year, month)[1]))


def end_of_term(term, at, calendar):
    """Count a term from an instant."""
    unit = unit_of(term)
    if unit in ("minutes", "hours"):
        return at + timedelta(**{unit: term[unit]})
    return end_of(day_of_term(term, local_day(at), calendar))


def end_from_day(term, day, calendar):
    """Count a term from a named day as d."""
    return end_of(day_of_term(term, day, calendar))
