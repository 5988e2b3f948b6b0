"""The demonstration's clock: three years that end at the real now, in so many seconds."""

from waakvlam.clock import Clock, FastClock

YEARS = 3
DAY_MICROS = 86_400 * 1_000_000
START_UP_SECONDS = 12.0


def demo_clock(now: Clock, seconds: float) -> FastClock:
    """Return a clock on which three years pass in so many seconds, once the services have had time to start.

    Until then it stands still at the beginning, so nothing that is told in the first days seems late.
    """
    anchor = now.micros() / 1e6 + START_UP_SECONDS
    until = int((anchor + seconds) * 1e6)
    start = until - round(YEARS * 365.25 * DAY_MICROS)
    return FastClock(start=start, anchor=anchor, rate=(until - start) / 1e6 / seconds, until=until)
