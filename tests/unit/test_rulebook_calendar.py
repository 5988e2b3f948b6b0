"""The calendar of working days, recomputed day by day from the rules for holidays, and asked at its edges."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from rulebook.calendar import Calendar
from rulebook.errors import CannotCount
from rulebook.instants import day_of
from rulebook.reading import read_calendar

FILE = Path(__file__).parents[2] / "agreements" / "calendars" / "nl.yaml"


def easter(year):
    """Easter Sunday by the method of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def kings_day(year):
    day = date(year, 4, 30) if year <= 2013 else date(year, 4, 27)
    return day - timedelta(days=1) if day.weekday() == 6 else day


def holidays(year):
    around = [easter(year) + timedelta(days=days) for days in (-2, 1, 39, 50)]
    fixed = [date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)]
    return {kings_day(year), *around, *fixed}


@pytest.fixture(scope="module")
def nl():
    return read_calendar(FILE, "nl")


def test_every_day_off_of_36_years_is_there_and_no_other(nl):
    wanted = {day_of(day) for year in range(2010, 2046) for day in holidays(year)}

    assert set(nl.days_off) == wanted
    assert (nl.first, nl.last) == (day_of(date(2010, 1, 1)), day_of(date(2045, 12, 31)))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2013, 4, 30), "Koninginnedag"),
        (date(2014, 4, 26), "Koningsdag"),
        (date(2025, 4, 26), "Koningsdag"),
        (date(2026, 4, 27), "Koningsdag"),
        (date(2016, 5, 5), "Bevrijdingsdag en Hemelvaartsdag"),
        (date(2026, 5, 25), "Tweede Pinksterdag"),
    ],
)
def test_days_off_have_their_names(nl, day, name):
    assert nl.days_off[day_of(day)] == name


def test_saturday_sunday_and_days_off_are_no_working_days(nl):
    working = [day for day in range(1, 11) if nl.is_working_day(day_of(date(2026, 4, day)))]

    assert working == [1, 2, 7, 8, 9, 10]


SMALL = Calendar("klein", first=day_of(date(2026, 6, 1)), last=day_of(date(2026, 6, 14)), days_off={})


@pytest.mark.parametrize(
    "ask",
    [
        lambda: SMALL.is_working_day(day_of(date(2026, 6, 15))),
        lambda: SMALL.is_working_day(day_of(date(2026, 5, 31))),
        lambda: SMALL.shifted(day_of(date(2026, 6, 20))),
        lambda: SMALL.after(day_of(date(2026, 6, 12)), 1),
        lambda: SMALL.after(day_of(date(2026, 5, 30)), 1),
        lambda: SMALL.before(day_of(date(2026, 6, 1)), 1),
        lambda: SMALL.before(day_of(date(2026, 6, 3)), 3),
        lambda: SMALL.before(day_of(date(2026, 6, 16)), 1),
    ],
)
def test_asking_of_a_day_outside_names_the_calendar(ask):
    with pytest.raises(CannotCount, match="calendar klein runs from 2026-06-01 to 2026-06-14"):
        ask()


def test_days_at_the_edge_are_inside():
    assert SMALL.after(day_of(date(2026, 5, 31)), 1) == day_of(date(2026, 6, 1))
    assert SMALL.before(day_of(date(2026, 6, 15)), 1) == day_of(date(2026, 6, 12))
    assert SMALL.before(day_of(date(2026, 6, 2)), 1) == day_of(date(2026, 6, 1))
    assert SMALL.shifted(day_of(date(2026, 6, 6))) == day_of(date(2026, 6, 8))


def test_a_sunday_on_which_the_calendar_ends_is_no_working_day():
    assert not SMALL.is_working_day(SMALL.last)


def test_a_saturday_outside_is_outside_too():
    with pytest.raises(CannotCount):
        SMALL.shifted(day_of(date(2026, 6, 13)))
