"""What a million open cases cost: a look with nothing due, a count, an audit, and 10,000 cases that fall due at one instant.

    make bench ARGS='scan --cases 1000000'            # SQLite; --postgres for a server started for this run
    make bench ARGS='scan --cases 1000000 --whole-audit'

Without arguments 20,000 cases, so that it fits in `make bench`. While the cases fall due, monitoring goes on folding new records,
and intake, a process of its own as in production, takes in an agency's reports and all that the radar tells; its latency is
set against that before. Prints one JSON object.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain, count, cycle, islice
from pathlib import Path
from statistics import median, quantiles

from bench._beside import PATIENCE_SECONDS, Beside
from bench._crowd import Rows, case_of, fill, first_due, patterns
from bench.intake import AGREEMENTS, UNTIL
from bench.monitoring import PARTITIONS, Read
from cli.postgres import Postgres
from ledger import record as ledger_record
from ledger.database import Database, open_database
from ledger.metrics import registry
from ledger.model import OutboxRow
from ledger.record import Record
from ledger.streams.records import Batch, Place
from ledger.streams.tail import partition_of
from rulebook import agreements
from services.monitoring.agents import Looking, Telling
from services.monitoring.audit import Auditor, Round
from services.monitoring.collecting import collect_rarely
from services.monitoring.horizon import Horizon
from services.monitoring.radar import Radar
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView
from waakvlam.clock import FixedClock

FAMILIES = 300
DUE = 10_000
LOOKS = 21
AUDITED_CASES = 2_000
QUIET_SECONDS = 5.0
FOLD_EVERY_SECONDS = 0.05
RECORDS_PER_FOLD = 5


@dataclass
class Station:
    """Monitoring as a process has it, but for Kafka."""

    view: RadarView
    rules: RuleIndex
    folds: list[tuple[float, float]] = field(default_factory=list)  # when a batch came, and how long it took
    is_over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.clock, self.horizon = FixedClock(UNTIL), Horizon(time.monotonic)
        self.radar = Radar(self.view, self.rules, history=lambda _: [], horizon=self.horizon, clock=self.clock)
        self.radar.positions([Place("case-events", one) for one in range(PARTITIONS)])
        self.know_to(UNTIL)

    def know_to(self, at: int) -> None:
        """Let the ledger's clock say that everything up to an instant was read."""
        self.clock.at = at
        self.horizon.promised(at, dict.fromkeys(range(PARTITIONS), 0))

    def fold(self, records: Iterator[Record]) -> None:
        """Take in records of new cases at a steady pace until all is over, and note how long each batch took."""
        ends, numbers = dict.fromkeys(range(PARTITIONS), 0), count()
        while not self.is_over.wait(FOLD_EVERY_SECONDS):
            batch: dict[Place, list[Read]] = {}
            for record in islice(records, RECORDS_PER_FOLD):
                case = case_of(-1 - next(numbers))
                place = Place("case-events", partition_of(case.encode(), PARTITIONS) or 0)
                value = ledger_record.encode(replace(record, case=case))
                batch.setdefault(place, []).append(Read(*place, ends[place.partition], value))
                ends[place.partition] += 1
            came = time.perf_counter()
            self.radar.fold(Batch(batch))
            self.folds.append((came, time.perf_counter() - came))

    def folds_since(self, at: float) -> list[float]:
        """Return how long each batch took that came since an instant."""
        return [took for came, took in self.folds if came >= at]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return the median, the 99th percentile and the maximum, in milliseconds."""
    parts = quantiles(seconds, n=100) if len(seconds) > 1 else [*seconds, 0.0] * 50
    return {
        "p50_ms": round(1e3 * parts[49], 1),
        "p99_ms": round(1e3 * parts[98], 1),
        "max_ms": round(1e3 * max(seconds, default=0.0), 1),
    }


def copies(due_cases: Sequence[str], cases: int, found: Sequence[Rows], first: int) -> Iterator[tuple[str, Rows]]:
    """Yield (case, pattern): the cases that will fall due are copies of the first patterns, all others of the rest."""
    others = (case_of(number) for number in range(cases - len(due_cases)))
    return chain(zip(due_cases, cycle(found[:first]), strict=False), zip(others, cycle(found[first:]), strict=False))


def rested(station: Station, cases: int, *, whole_audit: bool) -> dict[str, object]:
    """Measure looks with nothing due, counts, and the audit."""
    looks, until = [], dict.fromkeys(range(PARTITIONS), UNTIL)
    for _ in range(LOOKS):
        began = time.perf_counter()
        assert station.radar.scan(until, limit=500) == 0
        looks.append(time.perf_counter() - began)
    began = time.perf_counter()
    tally = station.view.tally(range(PARTITIONS))
    counted = time.perf_counter() - began
    assert (tally.cases, tally.without_deadline) == (cases, 0)
    auditor = Auditor(station.radar, station.rules, notifications=lambda *_: [], partition_of=lambda _: None)
    going, began = Round(until), time.perf_counter()
    while not going.is_done and (whole_audit or going.looked_at < AUDITED_CASES):
        auditor.step(going, until)
    took = time.perf_counter() - began
    assert going.found == {}, f"the crowd is not what monitoring would have written: {going.found}"
    again, began = Round(until, is_anew=False), time.perf_counter()
    while whole_audit and not again.is_done:
        auditor.step(again, until)
    assert again.derived == 0, "not a byte has changed"
    again_took = time.perf_counter() - began
    return {
        "look_with_nothing_due_seconds_median": round(median(looks), 5),
        "count_seconds": round(counted, 4),
        "audited_cases": going.looked_at,
        "audited_cases_per_second": round(going.looked_at / took),
        "audit_round_seconds_of_work": round(took * cases / going.looked_at, 1),
        "audited_again_cases_per_second": round(again.looked_at / again_took) if whole_audit else None,
    }


async def busy(station: Station, beside: Beside, due_at: int) -> dict[str, object]:
    """Let the cases fall due at once, while records come in and intake works; measure until all is told and recorded."""
    everywhere = {"mine": lambda: range(PARTITIONS), "clock": station.clock, "meters": registry("monitoring")}
    looking = Looking(station.radar, patience_seconds=1e9, rest_seconds=0.25, **everywhere)  # type: ignore[arg-type]
    told_at: list[float] = []

    async def send(rows: Sequence[OutboxRow]) -> None:
        beside.give(rows)
        told_at.append(time.perf_counter())

    telling = Telling(station.radar, station.rules, send, real=station.clock, **everywhere)  # type: ignore[arg-type]
    loops = [asyncio.ensure_future(_again(one.step)) for one in (looking, telling)]
    await asyncio.sleep(QUIET_SECONDS)
    before, fell = station.folds_since(0.0), time.perf_counter()
    station.know_to(due_at)
    await _until(lambda: (looking.looked_to or 0) >= due_at)
    raised = time.perf_counter()
    await _until(lambda: not station.view.tally(range(PARTITIONS)).undelivered)
    told, meanwhile = max(told_at), station.folds_since(fell)
    for one in loops:
        one.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    return {
        "raised_after_seconds": round(raised - fell, 2),
        "first_told_after_seconds": round(min(told_at) - fell, 2),
        "all_told_after_seconds": round(told - fell, 2),
        "steps_told": beside.given,
        "fold_before": spread(before),
        "fold_meanwhile": spread(meanwhile),
        **recorded(beside, fell),
    }


def recorded(beside: Beside, fell: float) -> dict[str, object]:
    """Return how intake fared: what an agency waits for its reports to be in the ledger, before and meanwhile."""
    settled = beside.settled()
    before, meanwhile = beside.waits(fell - QUIET_SECONDS, fell), beside.waits(fell, settled)
    return {
        "all_recorded_after_seconds": round(settled - fell, 2),
        "intake_before": spread(before),
        "intake_meanwhile": spread(meanwhile),
        "intake_median_ratio": round(median(meanwhile) / median(before), 2),
        "intake_throughput_ratio": round(len(meanwhile) / (settled - fell) / (len(before) / QUIET_SECONDS), 3),
    }


async def _until(true: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not await asyncio.to_thread(true):
        assert time.perf_counter() < deadline, "it did not come to an end"
        await asyncio.sleep(0.02)


async def _again(step: Callable[[], Awaitable[float]]) -> None:
    seconds = 0.0
    while seconds >= 0:
        seconds = await step()
        await asyncio.sleep(seconds)


def measure(folder: Path, database: Database, given: argparse.Namespace) -> dict[str, object]:
    """Make the crowd and measure it, at rest and busy."""
    rules = RuleIndex(agreements.load(AGREEMENTS))
    with Beside(folder) as beside:
        due_cases = beside.cases(min(DUE, given.cases // 2))
        columns, found, records = patterns(folder, rules, families=FAMILIES)
        due_at, first = first_due(columns, found)
        view, began = RadarView(database), time.perf_counter()
        fill(database, columns, copies(due_cases, given.cases, found, first), rules)
        made, memory = time.perf_counter() - began, resident()
        station = Station(view, rules)
        at_rest = rested(station, given.cases, whole_audit=given.whole_audit)
        beside.begin()
        folding = threading.Thread(target=station.fold, args=(cycle(records),))
        folding.start()
        try:
            fallen = asyncio.run(busy(station, beside, due_at))
        finally:
            station.is_over.set()
            folding.join()
        return {
            "cases": given.cases,
            "made_in_seconds": round(made, 1),
            **at_rest,
            "due_at_once": len(due_cases),
            **fallen,
            "memory_mib": {"before": memory, "after": resident()},
        }


def resident() -> int:
    """Return how much memory this process holds now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() // 2**20


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000, help="how many open cases")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL that is started for this run")
    parser.add_argument("--whole-audit", action="store_true", help="audit all cases rather than the first 2,000")
    given = parser.parse_args()
    collect_rarely()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = f"sqlite:///{folder / 'crowd.db'}"
        if given.postgres:
            server = Postgres(folder / "postgres").start()
            stack.callback(server.stop)
            url = server.fresh_database()
        database = open_database(url)
        stack.callback(database.close)
        print(json.dumps({"database": url.partition(":")[0], **measure(folder, database, given)}))


if __name__ == "__main__":
    main()
