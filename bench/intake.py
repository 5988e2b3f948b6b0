"""How fast intake takes events in, ledger commit included: 100,000 events of a simulated region, on SQLite, on one core.

The region is played once to make the records; then the very same records go into an empty ledger, 2,000 in a batch, as
the pump hands them over. Measured is all that intake does with a batch: decode, check, recognise, find the case, decide,
seal, append, receipts, positions, commit. `--profile` tells where the time goes. Prints one JSON object.
"""

import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from ledger.application import Ledger
from ledger.dangers import dangers_of
from ledger.ladders import ladders_of
from ledger.sealing import FileKeyStore
from ledger.streams.memory import spare_the_collector
from region.cast import cast_of
from region.families import plan_of
from region.player import Player
from rulebook import agreements
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, Sent
from waakvlam.clock import FixedClock
from waakvlam.publisher import Parcel, Publisher
from waakvlam.topics import agencies, municipalities

EVENTS = 100_000
FAMILIES = 4_000
BATCH = 2_000
START, UNTIL = 1_700_000_000_000_000, 1_794_608_000_000_000  # three years
AGREEMENTS = Path(__file__).parent.parent / "agreements"


@dataclass
class Remembering:
    """A transport that remembers what was sent, instead of Kafka."""

    records: list[Sent] = field(default_factory=list)

    def send(self, parcel: Parcel) -> None:
        """Remember a parcel in the shape in which intake reads it."""
        self.records.append(Sent(parcel.topic, parcel.key, parcel.value, parcel.headers))

    def flush(self, timeout_seconds: float = 30) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Nothing is open."""


def opened(folder: Path, name: str, clock: FixedClock) -> Desk:
    """Open an empty ledger with a pipeline before it."""
    keys = FileKeyStore(folder / f"{name}-keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{folder / name}.db", clock=clock, keys=keys)
    agreed = agreements.load(AGREEMENTS)
    return Desk(ledger, clock, Pipeline(ledger, clock=clock, ladders=ladders_of(agreed), dangers=dangers_of(agreed)))


def played(folder: Path, *, families: int = FAMILIES, events: int = EVENTS, start: int = START) -> list[Sent]:
    """Play the region until it has sent enough; return what it sent, in order."""
    clock = FixedClock(start)
    plan = plan_of("bench", cast_of(agencies().values(), municipalities()), start=start, until=UNTIL, families=families)
    transport = Remembering()
    publishers = {one: Publisher(one, transport, clock) for one in agencies()}
    player = Player(plan, publishers, transport, clock)
    desk = opened(folder, "played", clock)
    with closing(desk.ledger):
        taken = 0
        while taken < events and not player.is_finished:
            clock.at = min(UNTIL, clock.at + 86_400_000_000)
            while player.play():
                for receipt in desk.take(*transport.records[taken:]):
                    player.hear(receipt)
                taken = len(transport.records)
    return transport.records[:events]


def measure(folder: Path, records: list[Sent]) -> dict[str, object]:
    """Take the records in, timed batch by batch."""
    clock = FixedClock(UNTIL)
    desk = opened(folder, "measured", clock)
    wall, cpu, verdicts = [], [], Counter[str]()
    with closing(desk.ledger):
        for begin in range(0, len(records), BATCH):
            batch = desk.batch(*records[begin : begin + BATCH])
            wall_at, cpu_at = time.perf_counter(), time.process_time()
            desk.pipeline.handle(batch)
            wall.append(time.perf_counter() - wall_at)
            cpu.append(time.process_time() - cpu_at)
            verdicts.update(receipt.verdict for receipt in desk.collect())
        counts = desk.ledger.counts()
    return {
        "events": len(records),
        "events_per_second": round(len(records) / sum(wall)),
        "events_per_cpu_second": round(len(records) / sum(cpu)),
        "events_per_second_last_tenth": round(BATCH / median(wall[-len(wall) // 10 :])),
        "batch_seconds_median": round(median(wall), 4),
        "batch_seconds_max": round(max(wall), 4),
        "verdicts": dict(verdicts),
        "ledger_events": counts.events,
        "cases": counts.cases,
    }


def main(arguments: list[str]) -> None:
    """Play, measure, print."""
    with tempfile.TemporaryDirectory() as name:
        records = played(Path(name))
        spare_the_collector()  # as every service does; the records that wait to be measured are not searched either
        profile = cProfile.Profile()
        if "--profile" in arguments:
            profile.enable()
        result = measure(Path(name), records)
        profile.disable()
        if "--profile" in arguments:
            pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
