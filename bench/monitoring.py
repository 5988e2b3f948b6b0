"""How fast monitoring folds the ledger's records, radar view's commit included: 100,000 events of a simulated region.

The region is played once into a ledger; then its records come from case-events, 2,000 in a batch, as the pump hands them
over: decode, drop repeats, learn, conclude, store facts, cases, alert rows and positions in one transaction, on SQLite, on
one core. After each batch a look is taken at what has come due by then (measured apart), and at the end a restart builds
every case again from its stored facts. `--profile` tells where the time goes. Prints one JSON object.
"""

import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.intake import AGREEMENTS, BATCH, EVENTS, UNTIL, played
from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.database import open_database
from ledger.model import Notification
from ledger.streams.records import Batch, Place
from ledger.streams.tail import partition_of
from rulebook import agreements
from services.monitoring.collecting import collect_rarely
from services.monitoring.horizon import Horizon
from services.monitoring.radar import Radar
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView
from waakvlam.clock import FixedClock

PARTITIONS = 6
CASES_PER_LOOK = 500


@dataclass(frozen=True, slots=True)
class Read:
    """A record as the pump hands it on."""

    topic: str
    partition: int
    offset: int
    value: bytes
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def batches(notifications: Sequence[Notification]) -> list[Batch]:
    """Return the records as they come from the partitions of case-events."""
    ends = dict.fromkeys(range(PARTITIONS), 0)
    found = []
    for begin in range(0, len(notifications), BATCH):
        records: dict[Place, list[Read]] = {}
        for one in notifications[begin : begin + BATCH]:
            partition = partition_of(ledger_record.decode(one.body).case.encode(), PARTITIONS) or 0
            place = Place("case-events", partition)
            records.setdefault(place, []).append(Read(*place, ends[partition], one.body))
            ends[partition] += 1
        found.append(Batch(records))
    return found


def started(folder: Path, ledger: Ledger, rules: RuleIndex) -> Radar:
    """Start monitoring as a new process does."""
    view = RadarView(open_database(f"sqlite:///{folder / 'radar.db'}"))
    radar = Radar(view, rules, history=ledger.history, horizon=Horizon(time.monotonic), clock=FixedClock(UNTIL))
    radar.positions([Place("case-events", one) for one in range(PARTITIONS)])
    return radar


def look(radar: Radar, until: dict[int, int]) -> int:
    """Look until nothing is left that is due; return how many cases that were."""
    cases = 0
    while found := radar.scan(until, limit=CASES_PER_LOOK):
        cases += found
    return cases


def measure(folder: Path, ledger: Ledger, records: list[Batch]) -> dict[str, object]:
    """Fold the batches, timed one by one, with a look after each; then start again and look at every case."""
    rules = RuleIndex(agreements.load(AGREEMENTS))
    radar = started(folder, ledger, rules)
    wall, cpu, look_seconds, looked_at = [], [], 0.0, 0
    for batch in records:
        wall_at, cpu_at = time.perf_counter(), time.process_time()
        radar.fold(batch)
        wall.append(time.perf_counter() - wall_at)
        cpu.append(time.process_time() - cpu_at)
        wall_at = time.perf_counter()
        looked_at += look(radar, {part: at for part in range(PARTITIONS) if (at := radar.horizon.of(part)) is not None})
        look_seconds += time.perf_counter() - wall_at
    tally = radar.view.tally(range(PARTITIONS))
    again = started(folder, ledger, rules)
    wall_at = time.perf_counter()
    rebuilt = look(again, dict.fromkeys(range(PARTITIONS), UNTIL))
    events = sum(map(len, records))
    return {
        "events": events,
        "events_per_second": round(events / sum(wall)),
        "events_per_second_median_batch": round(median(map(len, records)) / median(wall)),
        "events_per_cpu_second": round(events / sum(cpu)),
        "cases": tally.cases,
        "open_alerts": tally.open_alerts,
        "open_cases_without_deadline": tally.without_deadline,
        "cases_looked_at": looked_at,
        "cases_looked_at_per_second": round(looked_at / look_seconds) if look_seconds else 0,
        "cases_after_restart": rebuilt,
        "cases_after_restart_per_second": round(rebuilt / (time.perf_counter() - wall_at)),
    }


def main() -> None:
    """Play the region, measure, print."""
    collect_rarely()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        played(folder)
        with closing(Ledger.open(f"sqlite:///{folder / 'played.db'}", clock=FixedClock(UNTIL))) as ledger:
            notifications: list[Notification] = []
            while len(notifications) < EVENTS and (page := ledger.notifications(after=len(notifications), limit=BATCH)):
                notifications += page
            records = batches(notifications[:EVENTS])
            if "--profile" in sys.argv:
                profile = cProfile.Profile()
                profile.runcall(measure, folder, ledger, records)
                pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(35)
            else:
                print(json.dumps(measure(folder, ledger, records)))


if __name__ == "__main__":
    main()
