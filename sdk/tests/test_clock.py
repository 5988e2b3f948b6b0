"""Time, handed in: real, standing still, or running fast on all processes of one machine alike."""

from datetime import UTC, datetime, timedelta

import pytest

from waakvlam.clock import FastClock, FixedClock, SystemClock, clock_from, instant_of, iso, micros_of

START, UNTIL = micros_of(datetime(2023, 11, 24, 7, tzinfo=UTC)), micros_of(datetime(2026, 11, 24, 7, tzinfo=UTC))
FAST = FastClock(start=START, anchor=1_000_000.0, rate=300_000.0, until=UNTIL)
FAST_SECONDS = (UNTIL - START) / 1e6 / 300_000


@pytest.fixture
def real_time(monkeypatch):
    """Set the machine's own time, in seconds."""

    def at(seconds: float) -> None:
        monkeypatch.setattr("time.time", lambda: seconds)
        monkeypatch.setattr("time.time_ns", lambda: int(seconds * 1e9))

    return at


def test_micros_and_instants_are_the_same_thing() -> None:
    for micros in (0, -1, 1_764_000_000_123_456):
        assert micros_of(instant_of(micros)) == micros
    with pytest.raises(ValueError, match="offset"):
        micros_of(datetime(2026, 4, 2))  # noqa: DTZ001 - the point


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z")],
)
def test_an_instant_is_written_in_one_way(micros, text) -> None:
    assert iso(micros) == text


def test_the_systems_clock_is_the_machines(real_time) -> None:
    real_time(1_764_000_000.5)

    assert SystemClock().micros() == 1_764_000_000_500_000
    assert SystemClock().now() == datetime(2025, 11, 24, 16, 0, 0, 500_000, tzinfo=UTC)


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(START)
    before = clock.now()
    clock.at += 1_000_000

    assert clock.now() - before == timedelta(seconds=1)
    assert clock.micros() == START + 1_000_000


def test_a_fast_clock_begins_at_its_anchor_runs_fast_and_then_as_the_world_does(real_time) -> None:
    for seconds, expected in (
        (-5.0, START),
        (0.0, START),
        (1.0, START + 300_000 * 1_000_000),
        (FAST_SECONDS, UNTIL),
        (FAST_SECONDS + 7, UNTIL + 7_000_000),
    ):
        real_time(FAST.anchor + seconds)
        assert abs(FAST.micros() - expected) < 1000
        assert FAST.now() == instant_of(FAST.micros())


def test_a_fast_clock_tells_how_long_to_wait_for_an_instant(real_time) -> None:
    real_time(FAST.anchor)

    assert FAST.real_seconds_until(START + 300_000 * 1_000_000) == pytest.approx(1.0)
    assert FAST.real_seconds_until(UNTIL + 5_000_000) == pytest.approx(FAST_SECONDS + 5)
    assert FAST.real_seconds_until(START - 300_000 * 1_000_000) == pytest.approx(-1.0)


def test_a_clock_comes_back_from_its_setting() -> None:
    assert clock_from(FAST.setting()) == FAST
    assert isinstance(clock_from(None), SystemClock)
    assert isinstance(clock_from(""), SystemClock)


@pytest.mark.parametrize(
    "text",
    [
        "start=2023-11-24T08:00:00;anchor=1;rate=1;until=2026-11-24T08:00:00Z",
        "start=2023-11-24T08:00:00Z;anchor=x;rate=1;until=2026-11-24T08:00:00Z",
        "start=2023-11-24T08:00:00Z;anchor=1;rate=1",
        "fast",
    ],
)
def test_a_setting_that_is_no_clock_says_what_one_looks_like(text) -> None:
    with pytest.raises(ValueError, match=r"start=…;anchor=…;rate=…;until=…"):
        clock_from(text)
