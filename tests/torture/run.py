"""One torture run from its first event to its verdict."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ledger.errors import Unavailable
from ledger.relay import TOPIC as CASE_EVENTS
from tests.torture.building import site_for
from tests.torture.chaos import Chaos, Hit
from tests.torture.evidence import Evidence, ends_of, gathered
from tests.torture.judge import OUTSIDE, Broken, broken_promises, smallest_story
from tests.torture.schedule import schedule
from tests.torture.site import Site, Wish
from waakvlam.topics import agencies

Kinds = Sequence[tuple[str, str]]

PARTS = ("intake", "relay", "monitoring", "deciding", "delivering", "recording", "triage", "board", "broker")
EACH = ("intake", "triage", "monitoring", "board", "broker", "relay")
SCENARIOS: Mapping[str, Kinds] = {
    "each": [("kill", one) for one in EACH],  # the short form
    "kills": [("kill", one) for one in PARTS],
    "pause": [("pause", "broker")],
    "cluster": [("lose-a-node", "intake")],
    "database": [("restart-database", "intake"), ("cut-session", "intake"), ("cut-session", "monitoring"),
                 ("restart-database", "monitoring"), ("cut-session", "relay"), ("kill", "intake")],
    "network": [("slow-road", "intake"), ("cut-road", "intake"), ("close-road", "relay"), ("cut-road", "monitoring"),
                ("close-road", "intake"), ("slow-road", "monitoring")],
    "broker-network": [("slow-road", "intake"), ("cut-road", "relay"), ("close-road", "monitoring"), ("cut-road", "intake"),
                       ("slow-road", "monitoring"), ("close-road", "intake")],
    "database-disk": [("fill-tables", "intake"), ("fill-wal", "intake"), ("fill-tables", "monitoring"),
                      ("fill-wal", "relay")],
    "broker-disk": [("fill-broker", "intake"), ("fill-broker", "relay")],
    "disk": [("fill-disk", "intake"), ("fill-disk", "monitoring"), ("fill-disk", "board")],
    "clock": [("jump", one) for one in ("intake", "monitoring", "triage", "relay", "deciding")],
}  # fmt: skip
ALL_SENT_WITHIN_SECONDS = 900.0
QUIET_WITHIN_SECONDS = 900.0
LOOKED_WITHIN_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run came to."""

    numbers: dict[str, Any]
    broken: tuple[Broken, ...]
    story: tuple[str, ...]


def run(wish: Wish, *, say: Callable[[str], None] = lambda _: None) -> Verdict:
    """Run it and judge, saying how far it is; raises Stuck when something that must come does not come."""
    began = time.monotonic()
    wave = max(1, wish.events // (wish.strikes + 1))
    strikes = schedule(wish.seed, wish.strikes, SCENARIOS[wish.scenario], wave=wave)
    with site_for(wish) as site:
        chaos = Chaos(site, say)
        chaos.play(strikes, wave=wave)
        say("all was let in; waiting until all is quiet")
        until = settled(site)
        say("all is quiet; everything is held against each other")
        found = gathered(site, until)
    broken = tuple(broken_promises(found))
    story = tuple(smallest_story(found, broken[0])) if broken else ()
    return Verdict(numbers(wish, found, chaos.hits, broken, time.monotonic() - began), broken, story)


def settled(site: Site) -> int:
    """Wait until everything that was sent has come to its end; return the moment up to which the radar has looked."""
    site.until(lambda: site.is_all_sent, ALL_SENT_WITHIN_SECONDS, "all is sent")
    site.until(
        lambda: site.clock.micros() >= site.clock.until and _is_quiet(site), QUIET_WITHIN_SECONDS, "all is quiet"
    )
    with closing(site.open_ledger()) as ledger:
        until = ledger.promise_time().time
    name = "waakvlam_radar_horizon_timestamp_seconds"
    site.until(lambda: min(site.gauges(name)) * 1e6 >= until, LOOKED_WITHIN_SECONDS, "the radar has looked")
    site.until(lambda: _is_quiet(site), QUIET_WITHIN_SECONDS, "all is quiet again")
    return until


def _is_quiet(site: Site) -> bool:
    """Tell whether nothing is under way anywhere: each part has all that the part before it gave."""
    try:
        if not site.is_idle() or _left(site):
            return False
        if site.progress("intake") != sum(ends_of(site, agencies()[one].topic) for one in OUTSIDE):
            return False
        ends = ends_of(site, CASE_EVENTS)
        return site.progress("triage") == site.progress("monitoring") == _shown(site) == ends and site.is_idle()
    except Unavailable:
        return False


def _left(site: Site) -> int:
    """Return how much waits to be told: letters of intake, steps of alerts that the ledger has not told back."""
    with site.books.ledger.reading() as t:
        letters = int(t.value("SELECT count(*) FROM outbox"))
    question = (
        "SELECT count(*) FROM alerts WHERE pending = 1 OR raised_recorded_at IS NULL"
        " OR (closed_at IS NOT NULL AND closed_recorded_at IS NULL)"
    )
    with site.books.radar.reading() as t:
        return letters + int(t.value(question)) + int(t.value("SELECT count(*) FROM turns WHERE recorded_at IS NULL"))


def _shown(site: Site) -> int:
    with site.books.board.reading() as t:
        return int(t.value("SELECT sum(position) FROM board_positions WHERE topic = 'case-events'") or 0)


def numbers(
    wish: Wish, found: Evidence, hits: Sequence[Hit], broken: Sequence[Broken], seconds: float
) -> dict[str, Any]:
    """Return what a run came to in numbers."""
    counts = {one.promise: one.count for one in broken}
    return {
        "seed": wish.seed,
        "scenario": wish.scenario,
        "database": wish.database,
        "sent": len(found.sent),
        "ledger_events": len(found.ledger),
        "cases": len({one.case for one in found.ledger}),
        "hits": dict(sorted(Counter(f"{one.trouble} {one.station}" for one in hits).items())),
        "idle_seconds_max": max((one.seconds_since_progress for one in hits), default=None),
        "lost": counts.get("no event is lost", 0),
        "double": counts.get("no event counts twice", 0),
        "repeated_on_the_bus": len(found.on_the_bus) - len(found.ledger),
        "alerts": len(found.raised),
        "early": len(found.raised - found.replayed),
        "broken": counts,
        "seconds": round(seconds),
    }
