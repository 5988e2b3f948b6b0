"""An agency that is silent for longer than is usual at this hour is told, and so are operators; never for a night's rest."""

from datetime import datetime, timedelta

import pytest

from ledger.application import Ledger
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from rulebook.agreements import load
from services.intake import sentences, silent
from services.intake.deadlines import calendar_of
from services.intake.pipeline import Pipeline
from services.intake.rhythm import HERE, MARGIN, WEEKS_MIN, silence
from services.intake.testing import Desk, report
from tests.said import lines
from waakvlam.clock import FixedClock, micros_of

POLICE = "politie-nn"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def calendar():
    return calendar_of(load("agreements"))


def at(text):
    return micros_of(datetime.fromisoformat(text).replace(tzinfo=HERE))


def office_hours(first, until, *, without=()):
    """Return an event each hour from nine to five on working days."""
    moment, found = datetime.fromisoformat(first).replace(tzinfo=HERE), []
    while micros_of(moment) <= until:
        if moment.weekday() < 5 and 9 <= moment.hour <= 17 and moment.date().isoformat() not in without:
            found.append(micros_of(moment))
        moment += HOUR
    return found


FRIDAY_EVENING = "2026-03-13T18:00"


@pytest.mark.parametrize(
    ("now", "is_beyond"),
    [
        ("2026-03-14T12:00", False),  # Saturday, as every Saturday
        ("2026-03-16T08:55", False),  # Monday, before anybody is there
        ("2026-03-16T09:59", False),  # an hour's grace
        ("2026-03-16T11:30", True),  # Monday, and nobody is
        ("2026-03-17T03:00", True),  # it stays so in the night
    ],
)
def test_a_silence_is_measured_by_the_same_hour_of_the_weeks_before(calendar, now, is_beyond):
    arrivals = office_hours("2026-01-12T00:00", at(FRIDAY_EVENING))

    found = silence(arrivals, at(now), calendar)

    assert (found.beyond > 0) is is_beyond


def test_a_day_off_is_a_day_on_which_silence_is_usual(calendar):
    arrivals = office_hours("2026-02-02T00:00", at("2026-04-03T18:00"))  # up to Good Friday
    easter_monday = at("2026-04-06T15:00")

    assert silence(arrivals, easter_monday, calendar).beyond == 0
    assert silence(arrivals, easter_monday, None).beyond > 0
    assert silence(arrivals, at("2026-04-07T09:55"), calendar).beyond == 0
    assert silence(arrivals, at("2026-04-07T15:00"), calendar).beyond > 0


def test_the_clock_on_the_wall_counts_when_summer_time_begins(calendar):
    arrivals = office_hours("2026-02-02T00:00", at("2026-03-27T18:00"))

    assert silence(arrivals, at("2026-03-30T09:55"), calendar).beyond == 0
    assert silence(arrivals, at("2026-03-30T11:30"), calendar).beyond > 0


def test_the_longest_silence_of_those_weeks_is_usual():
    arrivals = office_hours(
        "2026-01-12T00:00", at(FRIDAY_EVENING), without={"2026-02-23"}
    )  # one Monday nobody was there

    assert silence(arrivals, at("2026-03-16T15:00"), None).beyond == 0
    assert silence(arrivals, at("2026-03-17T15:00"), None).beyond > 0


def test_an_agency_has_no_rhythm_before_it_was_heard_for_some_weeks():
    arrivals = office_hours("2026-03-02T00:00", at(FRIDAY_EVENING))

    assert silence(arrivals, at("2026-03-16T15:00"), None) is None
    assert silence([], at("2026-03-16T15:00"), None) is None
    assert WEEKS_MIN == 4


def test_how_much_longer_is_what_exceeds_the_usual_and_an_hour():
    weekly = [at("2026-01-05T12:00") + week * 7 * 24 * MARGIN for week in range(9)]

    found = silence(weekly, weekly[-1] + 7 * 24 * MARGIN + 5 * MARGIN, None)

    assert (found.lasts, found.usual) == ((7 * 24 + 5) * MARGIN, 5 * MARGIN)
    assert found.beyond == (7 * 24 - 1) * MARGIN


# In intake.


@pytest.fixture
def clock():
    return FixedClock(at("2026-01-12T09:00"))


@pytest.fixture
def desk(tmp_path, clock):
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock, real=clock))
    ledger.close()
    keys.close()


def test_a_silence_is_told_once_to_the_agency_and_to_operators_and_always_by_the_gauge(desk, clock, caplog):
    for place, moment in enumerate(office_hours("2026-01-12T00:00", at(FRIDAY_EVENING))[::4]):
        clock.at = moment
        desk.take(report(POLICE, f"e-{place}", at=moment))
    desk.collect()
    clock.at = at("2026-03-14T12:00")
    meters = registry("intake")
    assert silent.tell(desk.ledger, None, meters) == []
    assert f'silent_seconds{{agency="{POLICE}"}} 0.0' in meters.text().decode()

    clock.at = at("2026-03-17T15:00")
    assert silent.tell(desk.ledger, None, meters) == [POLICE]
    assert silent.tell(desk.ledger, None, meters) == []

    (told,) = desk.collect()
    assert (told.verdict, told.reason) == ("silent", sentences.SILENT)
    assert told.since < desk.clock.now()
    assert [(one["event"], one["agency"], one["lasts_hours"] > one["usual_hours"]) for one in lines(caplog)] == [
        ("agency_silent", POLICE, True)
    ]
    assert f'silent_seconds{{agency="{POLICE}"}} 0.0' not in meters.text().decode()

    desk.take(report(POLICE, "e-again", at=clock.at))
    assert silent.tell(desk.ledger, None, meters) == []
    assert f'silent_seconds{{agency="{POLICE}"}} 0.0' in meters.text().decode()
