"""From a term that falls due to 100 screens, in a region of 50,000 open cases and 5,000 open alerts, on one machine.

    make bench ARGS='screens --cases 50000 --alerts 5000'    # about five minutes
    make bench ARGS='screens --cases 500 --alerts 60 --staff 20 --due 5'

Everything is as in earnest: `waakvlam up` with its own Kafka, with logins, and each service in a process of its own. All
cases come in by the door: an agency publishes their reports, and ledger, radar and board make of them what they make of
them; most were reported just now, some weeks ago and are forgotten. Then all staff log in at a provider of identities, have the
list open, and one after the other ask for it again. Meanwhile families that were found in danger fall due, one every few
seconds: a quarter of an hour without action, to the very microsecond.

Measured is until each screen is told, from the instant at which the term falls due, and from that at which the radar's look
found it so (`noticed_at` in its rows). `morning_page` is the time as who asks sees it, `morning_page_at_the_server` that of the
board's own process, by the buckets of its metrics. The clock is
that of this machine, and who measures works on the same cores. Prints one JSON object.
"""

import argparse
import asyncio
import json
import math
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bench._families import DANGER, TELLER, forgotten, in_danger, quiet
from bench._region import Region, region, until
from bench._staff import Staff, provider
from bench.board import spread
from waakvlam.clock import SystemClock
from waakvlam.messages import Message

AT_ONCE = 2_000  # messages between two waits for Kafka
TRIAL = 20
FILLED_WITHIN_SECONDS = 600
TOLD_WITHIN_SECONDS = 60
FIRST_DUE_AFTER = timedelta(seconds=12)
DUE_EVERY = timedelta(seconds=2)
PAGES_EVERY_SECONDS = 0.2
ALERTS = "waakvlam_board_open_alerts"
BUCKET = re.compile(r'waakvlam_board_page_seconds_bucket{action="see_alerts",le="([^"]+)"}')


def fill(here: Region, *, cases: int, alerts: int) -> None:
    """Let an agency tell of families until there are so many open cases and open alerts; return when all is settled."""
    publish(here, (forgotten(number, SystemClock().now()) for number in range(TRIAL)))
    settle(here, cases=TRIAL)
    each = open_alerts(here) / TRIAL
    forgotten_ones = max(TRIAL, min(cases, -int(-alerts // each)))
    publish(here, (forgotten(number, SystemClock().now()) for number in range(TRIAL, forgotten_ones)))
    publish(here, (quiet(number, SystemClock().now()) for number in range(cases - forgotten_ones)))
    settle(here, cases=cases)


def publish(here: Region, messages: Iterable[Message]) -> None:
    """Publish, and return when Kafka has all of it."""
    with here.publisher(TELLER) as publisher:
        for number, one in enumerate(messages, 1):
            publisher.publish(one)
            if number % AT_ONCE == 0:
                publisher.flush(FILLED_WITHIN_SECONDS)
        publisher.flush(FILLED_WITHIN_SECONDS)


def settle(here: Region, *, cases: int) -> None:
    """Wait until the radar has so many open cases, all that it raised is on the list, and nothing more comes."""
    seen: list[tuple[float, ...]] = []

    def is_settled() -> bool:
        radar = here.numbers("MONITORING")
        open_cases = radar.get('waakvlam_radar_cases{state="open"}', 0)
        untold = radar.get("waakvlam_radar_undelivered_alerts", 1) + radar.get("waakvlam_radar_unconfirmed_alerts", 1)
        seen.append((open_cases, radar.get("waakvlam_radar_open_alerts", -1), open_alerts(here)))
        _say(f"open cases {open_cases:.0f}, alerts {seen[-1][1]:.0f}, on the board {seen[-1][2]:.0f}")
        is_all_there = open_cases >= cases and not untold and seen[-1][1] == seen[-1][2]
        return is_all_there and len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

    until(is_settled, seconds=FILLED_WITHIN_SECONDS, otherwise=f"it did not settle: {seen[-1:]}", every=1.0)


def open_alerts(here: Region) -> float:
    """Return how many alerts are on the list."""
    return here.numbers("BOARD").get(ALERTS, 0)


async def measure(here: Region, *, staff: int, due: int) -> dict[str, object]:
    """Let staff listen and ask, and families fall due; return how long each took."""
    async with Staff(here.board, staff) as people:
        await people.begin()
        first = SystemClock().now() + FIRST_DUE_AFTER
        told = [
            one for number in range(due) for one in in_danger(number, SystemClock().now(), first + number * DUE_EVERY)
        ]
        await asyncio.to_thread(publish, here, told)
        assert SystemClock().now() < first, "telling took too long: the first is due already"
        pages = served(here)
        used, began = here.processor_seconds(), time.monotonic()
        asking = asyncio.ensure_future(people.ask(PAGES_EVERY_SECONDS))
        await _all_told(people, due, (first + due * DUE_EVERY).timestamp())
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        took = time.monotonic() - began
        rows = noticed(here)
        assert len(rows) == due, f"{len(rows)} of {due} families fell due"
        return {
            "fell_due": due,
            "from_due_to_each_screen": spread(people.waits([at for at, _ in rows])),
            "from_the_look_that_found_it_to_each_screen": spread(people.waits([at for _, at in rows])),
            "from_due_to_the_look_that_found_it": spread([found - at for at, found in rows]),
            "morning_pages_asked": len(people.pages),
            "morning_page": spread(people.pages),
            "morning_page_at_the_server": quantiles_of(pages, served(here)),
            "processor_share": {
                name: round((after - used[name]) / took, 3) for name, after in here.processor_seconds().items()
            },
        }


def served(here: Region) -> dict[float, float]:
    """Return how many answers with the list the board gave within so many seconds, by its own metrics."""
    found = ((BUCKET.fullmatch(name), value) for name, value in here.numbers("BOARD").items())
    return {float(bound[1]): value for bound, value in found if bound}


def quantiles_of(before: Mapping[float, float], after: Mapping[float, float]) -> dict[str, float]:
    """Return of the answers in between how many there were, and within how many seconds 50 and 95 of 100 of them came."""
    counts = {bound: value - before.get(bound, 0.0) for bound, value in sorted(after.items())}
    total = counts.get(math.inf, 0.0)
    within = {share: min(bound for bound, value in counts.items() if value >= share * total) for share in (0.5, 0.95)}
    return {"answers": total, "median_at_most_seconds": within[0.5], "p95_at_most_seconds": within[0.95]}


async def _all_told(people: Staff, due: int, last: float) -> None:
    """Wait until every screen was told of every family."""
    while not people.is_told_of(due):
        assert time.time() < last + TOLD_WITHIN_SECONDS, "somebody was not told"
        await asyncio.sleep(0.25)


def noticed(here: Region) -> list[tuple[float, float]]:
    """Return of each family in danger when it fell due and when the radar's look found that, in order (seconds since 1970)."""
    sql = "SELECT due / 1e6, noticed_at / 1e6 FROM alerts WHERE rule = ? AND stage = ? ORDER BY due"
    with closing(sqlite3.connect(f"file:{here.folder / 'radar.db'}?mode=ro", uri=True)) as radar:
        return [(float(at), float(found)) for at, found in radar.execute(sql, DANGER)]


def _say(text: str) -> None:
    print(f"bench: screens: {text}", file=sys.stderr)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=50_000, help="how many open cases")
    parser.add_argument("--alerts", type=int, default=5_000, help="how many open alerts, at the least")
    parser.add_argument("--staff", type=int, default=100, help="how many people have the list open")
    parser.add_argument("--due", type=int, default=40, help="how many families fall due meanwhile")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        provider(given.staff) as issuer,
        region(Path(name), issuer=issuer) as here,
    ):
        began = time.monotonic()
        fill(here, cases=given.cases, alerts=given.alerts)
        filled = {
            "filled_in_seconds": round(time.monotonic() - began, 1),
            "open_cases": int(here.numbers("MONITORING")['waakvlam_radar_cases{state="open"}']),
            "open_alerts": int(open_alerts(here)),
            "events_in_the_ledger": int(here.numbers("INTAKE")["waakvlam_ledger_events"]),
        }
        found = asyncio.run(measure(here, staff=given.staff, due=given.due))
    print(json.dumps({**vars(given), **filled, **found}))


if __name__ == "__main__":
    main()
