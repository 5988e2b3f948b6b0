"""The one who strikes: waits for the moment that the schedule names, sees that its victim is at work, and strikes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.torture.schedule import Strike
from tests.torture.site import Site
from tests.torture.stations import STATIONS
from tests.torture.troubles import TROUBLES

AT_WORK_SECONDS = 1.0  # a victim that came no further for longer than this was perhaps idle: it is not struck
SPREAD_SECONDS = 0.4  # a strike falls anywhere in what a process does between two commits, not only just after one
MORE, MORE_AFTER_SECONDS = 250, 2.0  # when all is done before the moment has come
MOMENT_WITHIN_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A strike that was made, and what shows that it hit a process at work."""

    trouble: str
    station: str
    pid: int | None
    progress: int  # of the station, since the strike before
    seconds_since_progress: float
    confirmed: int  # how many events the agencies had confirmed by then


@dataclass(slots=True)
class Watch:
    """What is seen of one station: when it last came further."""

    site: Site
    station: str
    base: int = 0
    last: int = 0
    grown_at: float = field(default=float("-inf"))

    def __post_init__(self) -> None:
        self.base = self.last = self.site.progress(self.station) or 0

    def look(self) -> None:
        """See whether it came further."""
        now = self.site.progress(self.station)
        if now is not None and now > self.last:
            self.last, self.grown_at = now, time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """How long ago it last came further."""
        return time.monotonic() - self.grown_at


@dataclass(slots=True)
class Chaos:
    """Plays a schedule on a site; `hits` tells what was done."""

    site: Site
    say: Callable[[str], None] = lambda _: None
    hits: list[Hit] = field(default_factory=list)

    def play(self, strikes: Sequence[Strike], *, wave: int) -> None:
        """Let a wave of events in for each strike, and strike in the middle of the work that it makes."""
        for number, strike in enumerate(strikes):
            self.site.let_in(wave)
            self._strike(strike, Random(f"{self.site.wish.seed}/{number}"))
            done = f"{number + 1} of {len(strikes)}: {strike.trouble} {strike.station}"
            self.say(f"strike {done}; {self.site.confirmed} events confirmed")
        self.site.let_in(max(0, self.site.wish.events - self.site.allowed))
        self.site.end_sending()

    def _strike(self, strike: Strike, rng: Random) -> None:
        watch = Watch(self.site, strike.station)
        while True:
            self._wait_for_progress(watch, strike)
            at = time.monotonic() + rng.random() * SPREAD_SECONDS
            while time.monotonic() < at:
                watch.look()
                self.site.turn()
            pid = self.site.pid(STATIONS[strike.station].process)
            is_there = pid is not None or self.site.wish.scenario == "cluster"
            if is_there and watch.idle_seconds <= AT_WORK_SECONDS:
                break
        idle, done = watch.idle_seconds, watch.last - watch.base
        TROUBLES[strike.trouble](self.site, strike)
        self.hits.append(Hit(strike.trouble, strike.station, pid, done, round(idle, 3), self.site.confirmed))

    def _wait_for_progress(self, watch: Watch, strike: Strike) -> None:
        """Return just after the station came further, and far enough; when all is done let more in."""
        seen, more_at = watch.grown_at, time.monotonic() + MORE_AFTER_SECONDS

        def is_far_enough() -> bool:
            nonlocal more_at
            watch.look()
            if time.monotonic() > more_at and self.site.is_idle():
                more_at = time.monotonic() + MORE_AFTER_SECONDS
                self.site.let_in(MORE)
            return watch.grown_at > seen and watch.last - watch.base >= strike.after

        what = f"{strike.station} stood still before a {strike.trouble}, which would have proven nothing"
        self.site.until(is_far_enough, MOMENT_WITHIN_SECONDS, what)
