"""Days and instants in Dutch words, as people say them."""

from datetime import date, datetime, timedelta

from rulebook.instants import AMSTERDAM, EPOCH, date_of, day_start, local_day

_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def day_in_words(day: date) -> str:
    """Return a day as people say it: donderdag 2 april 2026."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def instant_in_words(at: int) -> str:
    """Return an instant as people say it, on the clocks of the Netherlands: donderdag 2 april 2026 10:15."""
    local = _local(at)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def deadline_in_words(at: int) -> str:
    """Return a deadline as people say it: one that falls where a day ends is that day, for that day still counts."""
    day = local_day(at)
    return day_in_words(date_of(day - 1)) if at == day_start(day) else instant_in_words(at)


def _local(at: int) -> datetime:
    return (EPOCH + timedelta(microseconds=at)).astimezone(AMSTERDAM)
