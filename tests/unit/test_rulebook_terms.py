"""Counting terms: every vector of the domain report 2.7, clock changes, leap days, month ends, shifts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook.calendar import Calendar
from rulebook.instants import (
    add_months,
    date_of,
    day_end,
    day_of,
    day_start,
    day_text,
    format_instant,
    local_day,
    parse_day,
    parse_instant,
)
from rulebook.reading import read_calendar
from rulebook.terms import Term

ZONE = ZoneInfo("Europe/Amsterdam")
NL = read_calendar(Path(__file__).parents[2] / "agreements" / "calendars" / "nl.yaml", "nl")
EQUATED = Calendar("nl", first=NL.first, last=NL.last, days_off={**NL.days_off, day_of(date(2026, 5, 15)): "Besluit"})


def at(text):
    return parse_instant(datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat())


def last_day(term, start, calendar=NL):
    """The local day at whose end a term is due that starts at noon on a day."""
    return date_of(local_day(term.from_instant(at(f"{start} 12:00"), calendar)) - 1).isoformat()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-04-02", "2026-04-13"),
        ("2026-04-23", "2026-05-01"),
        ("2026-04-29", "2026-05-07"),
        ("2026-12-23", "2026-12-31"),
        ("2026-08-15", "2026-08-21"),
        ("2026-05-13", "2026-05-21"),
    ],
)
def test_five_working_days(start, end):
    assert last_day(Term("working_days", 5), start) == end


def test_a_day_equated_by_decree_counts_as_a_day_off():
    assert last_day(Term("working_days", 5), "2026-05-13", EQUATED) == "2026-05-22"


@pytest.mark.parametrize(("start", "end"), [("2026-03-16", "2026-05-26"), ("2026-10-16", "2026-12-28")])
def test_ten_weeks_shift_from_a_day_off_to_the_next_working_day(start, end):
    assert last_day(Term("weeks", 10, shift=True), start) == end


@pytest.mark.parametrize(
    ("term", "start", "end"),
    [
        (Term("working_days", 0), "2026-04-04", "2026-04-04"),
        (Term("working_days", 0, shift=True), "2026-04-04", "2026-04-07"),
        (Term("working_days", -5), "2026-03-31", "2026-03-24"),
        (Term("working_days", -1), "2026-04-07", "2026-04-02"),
        (Term("days", 0), "2026-04-04", "2026-04-04"),
        (Term("days", -4), "2026-04-04", "2026-03-31"),
        (Term("weeks", -1), "2026-04-04", "2026-03-28"),
        (Term("months", 1), "2026-01-31", "2026-02-28"),
        (Term("months", 1), "2024-01-31", "2024-02-29"),
        (Term("months", 12), "2024-02-29", "2025-02-28"),
        (Term("months", 48), "2024-02-29", "2028-02-29"),
        (Term("months", -1), "2026-03-31", "2026-02-28"),
        (Term("months", -14), "2026-01-15", "2024-11-15"),
        (Term("months", 3, shift=True), "2026-01-03", "2026-04-07"),
        (Term("days", -1, shift=True), "2026-04-06", "2026-04-07"),
    ],
)
def test_days_weeks_and_months(term, start, end):
    assert last_day(term, start) == end


@pytest.mark.parametrize("hour", ["00:00", "00:00:00.000001", "12:00", "23:59:59.999999"])
def test_the_day_of_the_start_is_day_0_whatever_the_hour(hour):
    due = Term("days", 1).from_instant(at(f"2026-04-02 {hour}"), NL)

    assert format_instant(due) == "2026-04-03T22:00:00Z"


def test_minutes_and_hours_run_on_the_clock_of_the_world():
    start = parse_instant("2026-10-25T01:50:00+02:00")

    assert format_instant(Term("minutes", 90).from_instant(start, NL)) == "2026-10-25T01:20:00Z"
    assert format_instant(Term("hours", 24).from_instant(start + 1, NL)) == "2026-10-25T23:50:00.000001Z"


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24), (date(2024, 2, 29), 24)],
)
def test_a_day_ends_where_the_next_begins_also_after_23_or_25_hours(day, hours):
    number = day_of(day)

    assert day_end(number) - day_start(number) == hours * 3_600_000_000
    assert local_day(day_start(number)) == number
    assert local_day(day_end(number) - 1) == number
    assert local_day(day_end(number)) == number + 1


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - UTC is meant
def test_the_local_day_is_what_the_zone_says(moment):
    moment = moment.replace(tzinfo=UTC)
    micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    assert date_of(local_day(micros)) == moment.astimezone(ZONE).date()


@given(st.integers(-4_000_000, 4_000_000), st.integers(-40_000, 40_000))
def test_nothing_overflows_and_months_keep_their_place_in_the_cycle(day, months):
    later = add_months(day, months)

    assert add_months(day + 146_097, months) == later + 146_097
    assert abs(later - day - months * 30.436875) < 35
    assert local_day(day_start(day)) == day


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-02T10:15:00",
        "2026-04-02",
        "2026-04-02 10:15:00Z",
        "2026-13-02T10:15:00Z",
        "2026-04-02T10:15:00.1234567Z",
        "2026-04-02T24:00:00Z",
        "20260402T101500Z",
        "",
        None,
        5,
    ],
)
def test_an_instant_has_an_offset_and_exists(text):
    with pytest.raises(ValueError, match="not an instant"):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("2026-04-02T10:15:00+02:00", "2026-04-02T08:15:00Z"),
        ("2026-04-02T10:15Z", "2026-04-02T10:15:00Z"),
        ("2026-04-02T10:15:00.5-01:30", "2026-04-02T11:45:00.500000Z"),
        ("2026-04-02T10:15:00.000001Z", "2026-04-02T10:15:00.000001Z"),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_instants_are_read_with_any_offset_and_written_in_utc(text, out):
    assert out is None or format_instant(parse_instant(text)) == out


@pytest.mark.parametrize(
    "value", ["2026-02-29", "2026-2-1", "2026-02-01 ", "٢٠٢٦-01-01", 20260201, None, ["2026-02-01"]]
)
def test_a_date_is_text_that_names_a_day_that_exists(value):
    assert parse_day(value) is None


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (day_of(date.min), "0001-01-01"),
        (day_of(date.max), "9999-12-31"),
        (day_of(date.min) - 1, "a day outside the years 1 to 9999"),
        (day_of(date.max) + 1, "a day outside the years 1 to 9999"),
    ],
)
def test_a_day_that_no_date_can_name_is_told_in_words(day, text):
    assert day_text(day) == text


@pytest.mark.parametrize(("inside", "outside"), [(-4, -6), (-4, -9), (10, 21), (10, 25)])
def test_outside_the_years_of_a_date_every_400_years_are_alike(inside, outside):
    cycle = 146_097
    known, beyond = (day_of(date(2024, 2, 29)) + cycles * cycle for cycles in (inside, outside))
    further = (outside - inside) * cycle

    assert day_start(beyond) == day_start(known) + further * 86_400_000_000
    assert add_months(beyond, 12) == add_months(known, 12) + further


def test_a_schedule_goes_on_with_the_shift_of_its_last_entry():
    step = Term("months", 2, shift=True)

    assert Term("months", 1).further(step, 3) == Term("months", 7, shift=True)
    assert Term("months", 1, shift=True).further(Term("months", 2), 1) == Term("months", 3)
