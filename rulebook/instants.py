"""Instants and local days. An instant is a whole number of microseconds since 1970 UTC; a day counts days since 1970-01-01.

Days are those of Europe/Amsterdam. The end of a day is the instant at which the next one begins, so a day may have 23 or
25 hours. Nothing here overflows: outside the years a `date` can name, the calendar repeats every 400 years.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = 86_400 * SECOND

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_CYCLE = 146_097  # days in 400 years, a whole number of weeks
_FIRST = date.min.toordinal() - _EPOCH_ORDINAL
_LAST = date.max.toordinal() - _EPOCH_ORDINAL
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_instant(text: object) -> int:
    """Return the instant that an ISO 8601 text names; it must have an offset or Z. Raises ValueError."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError(f"{text!r} is not an instant with an offset or Z")
    try:
        since = datetime.fromisoformat(text) - EPOCH
    except ValueError:
        raise ValueError(f"{text!r} is not an instant that exists") from None
    return since.days * DAY + since.seconds * SECOND + since.microseconds


@lru_cache(maxsize=65_536)
def format_instant(at: int) -> str:
    """Return an instant as UTC text, with six digits after a point only when they are not all zero."""
    return (EPOCH + timedelta(microseconds=at)).isoformat()[:-6] + "Z"


def parse_day(value: object) -> int | None:
    """Return the day that a text YYYY-MM-DD names, or nothing when it names none."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        return None


def day_of(value: date) -> int:
    """Return a date as a day number."""
    return value.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """Return a day number as a date. Raises OverflowError outside the years 1 to 9999."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def day_text(day: int) -> str:
    """Return a day as YYYY-MM-DD, or in words where no date can name it."""
    return date_of(day).isoformat() if _FIRST <= day <= _LAST else "a day outside the years 1 to 9999"


def local_day(at: int) -> int:
    """Return the local day in which an instant lies."""
    day = (at + 3_600_000_000) // DAY
    if at < day_start(day):
        return day - 1
    if at >= day_start(day + 1):
        return day + 1
    return day


@lru_cache(maxsize=65_536)
def day_start(day: int) -> int:
    """Return the instant at which a local day begins."""
    known = _within(day)
    midnight = datetime.fromordinal(known + _EPOCH_ORDINAL).replace(tzinfo=AMSTERDAM)
    offset = midnight.utcoffset() or timedelta(0)
    return day * DAY - offset // MICROSECOND


def day_end(day: int) -> int:
    """Return the instant at which a local day ends, which is where the next begins."""
    return day_start(day + 1)


def add_months(day: int, months: int) -> int:
    """Return the same day number so many months later, or that month's last day where it has no such number."""
    known = _within(day)
    start = date_of(known)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    cycles, year = divmod(year - 1, 400)
    first = date(year + 1, month + 1, 1)
    following = date(year + 1 + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - first).days
    return day_of(first) + min(start.day, last) - 1 + cycles * _CYCLE + (day - known)


def _within(day: int) -> int:
    """Return the day itself, or one with the same place in the 400-year cycle that a `date` can name."""
    if day < _FIRST:
        return day + -((day - _FIRST) // _CYCLE) * _CYCLE
    if day > _LAST:
        return day - ((day - _LAST + _CYCLE - 1) // _CYCLE) * _CYCLE
    return day
