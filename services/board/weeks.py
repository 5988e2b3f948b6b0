"""Weeks as the overviews count them: from Monday to Sunday in the Netherlands, named by the day number of their Monday."""

from collections.abc import Sequence

from rulebook.instants import date_of, local_day
from services.board.language import day, say

SHOWN = 26  # whole weeks: half a year, so that no total is about a season alone


def week_of(micros: int) -> int:
    """Return the week of an instant."""
    today = local_day(micros)
    return today - (today + 3) % 7  # day 0 was a Thursday


def last_weeks(now: int, number: int = SHOWN) -> Sequence[int]:
    """Return the last weeks that are over, the oldest first: a week that still runs would look like a fall."""
    running = week_of(now)
    return range(running - 7 * number, running, 7)


def in_words(week: int) -> str:
    """Return a week as people name it: 48 (23 november 2026)."""
    monday = date_of(week)
    return say("week {number}, vanaf {day}", number=monday.isocalendar().week, day=day(monday))


def short(week: int) -> str:
    """Return the number of a week in its year."""
    return str(date_of(week).isocalendar().week)
