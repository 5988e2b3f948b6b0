"""Time, handed in: nothing in Waakvlam asks the machine what time it is except through a `Clock`.

`FastClock` runs all processes of one machine on the same accelerated time (demo, drills, two-year runs): it is anchored
at a real instant, so a process that restarts is at the same simulated instant as the others.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros_of(instant: datetime) -> int:
    """Return the instant as microseconds since 1970 UTC; the instant must carry an offset."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs an offset or Z; this one has none.")
    return (instant - EPOCH) // MICROSECOND


def instant_of(micros: int) -> datetime:
    """Return microseconds since 1970 as an aware instant in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def iso(micros: int) -> str:
    """Write an instant as `YYYY-MM-DDTHH:MM:SSZ`, with six digits after a point only when not zero (rulebook 5)."""
    return instant_of(micros).isoformat().replace("+00:00", "Z")


class Clock(Protocol):
    """Whoever needs the time takes one of these."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def micros(self) -> int:
        """Return the current instant as microseconds since 1970 UTC."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return instant_of(self.micros())

    def micros(self) -> int:
        """Return the current instant as microseconds since 1970 UTC."""
        return time.time_ns() // 1000


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved: for tests and for questions about a past day."""

    at: int

    def now(self) -> datetime:
        """Return the instant at which it stands."""
        return instant_of(self.at)

    def micros(self) -> int:
        """Return the instant at which it stands, in microseconds since 1970 UTC."""
        return self.at


@dataclass(frozen=True, slots=True)
class FastClock:
    """Time that starts at `start` when the real time is `anchor` (seconds), and runs `rate` times as fast until `until`.

    After `until` it goes on at the rate of the real time, so a demonstration ends at the day of today and stays there.
    """

    start: int
    anchor: float
    rate: float
    until: int

    def now(self) -> datetime:
        """Return the simulated instant, aware, in UTC."""
        return instant_of(self.micros())

    def micros(self) -> int:
        """Return the simulated instant as microseconds since 1970 UTC."""
        passed = max(0.0, time.time() - self.anchor)
        fast = (self.until - self.start) / (self.rate * 1e6)
        if passed <= fast:
            return self.start + int(passed * self.rate * 1e6)
        return self.until + int((passed - fast) * 1e6)

    def real_seconds_until(self, instant: int) -> float:
        """Return how many real seconds remain until a simulated instant (negative when it has passed)."""
        fast = min(instant, self.until) - self.start
        after = max(0, instant - self.until)
        return self.anchor + fast / (self.rate * 1e6) + after / 1e6 - time.time()

    def setting(self) -> str:
        """Write this clock as the text that `clock_from` reads."""
        return f"start={iso(self.start)};anchor={self.anchor!r};rate={self.rate!r};until={iso(self.until)}"


def clock_from(setting: str | None) -> Clock:
    """Return the clock that a setting names: nothing for the machine's own, else `start=…;anchor=…;rate=…;until=…`.

    `start` and `until` are instants in ISO 8601 with an offset, `anchor` is in seconds since 1970, `rate` has no unit.
    Raises ValueError when the text is not of that form.
    """
    if not setting:
        return SystemClock()
    try:
        parts = dict(part.split("=", 1) for part in setting.split(";"))
        start, until = (micros_of(datetime.fromisoformat(parts[name])) for name in ("start", "until"))
        return FastClock(start=start, anchor=float(parts["anchor"]), rate=float(parts["rate"]), until=until)
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"WAAKVLAM_CLOCK is not of the form start=…;anchor=…;rate=…;until=… ({error}). Leave it empty for real time."
        ) from error
