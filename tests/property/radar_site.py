"""A radar on a real ledger: events are recorded, relayed, folded, looked at and told, and what is told is recorded.

Only Kafka is a list here. The wall clock is moved by hand, forward and back; a monotonic clock beside it never goes back. Both
databases are files that can be copied and put back, as a backup is.
"""

import asyncio
import hashlib
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ledger import ledger_clock, record
from ledger.application import Ledger
from ledger.metrics import registry
from ledger.model import Draft, OutboxRow
from ledger.record import Record
from ledger.relay import Published, Relay
from ledger.streams.records import Batch, Place
from services.monitoring import anchor
from services.monitoring.agents import Looking, Telling
from services.monitoring.audit import Auditor, Round
from services.monitoring.blindness import Sight
from tests.property.radar_world import (
    BEGIN,
    NATIONAL_AND_REGION,
    PARTITIONS,
    TOPIC,
    Read,
    Station,
    World,
    filled,
    partition_of,
)
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, instant_of, micros_of
from waakvlam.codec import decode, encode
from waakvlam.envelope import from_headers

HOUR = 3_600_000_000
REAL_SECONDS_PER_STEP = 30  # longer than patience with the ledger's clock, shorter than blindness


class Bus:
    """What the relay asks of Kafka: lists, and the last stroke of the ledger's clock."""

    def __init__(self) -> None:
        self.partitions: list[list[Published]] = [[] for _ in range(PARTITIONS)]
        self.stroke: ledger_clock.LedgerClock | None = None

    async def deliver(self, rows: Sequence[Published]) -> dict[int, int]:
        for row in rows:
            if row.topic == TOPIC:
                self.partitions[partition_of((row.key or b"").decode())].append(row)
            else:
                self.stroke = ledger_clock.decode(row.value or b"")
        return await self.ends_of(TOPIC)

    async def ends_of(self, _: str) -> dict[int, int]:
        return {number: len(some) for number, some in enumerate(self.partitions)}


class Site:
    """The ledger, the bus and a station on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wall, self.seconds, self.numbers = folder, FixedClock(micros_of(BEGIN)), 0.0, 0
        self.bus = Bus()
        self.world = World(random.Random(1))
        self.told: list[OutboxRow] = []
        self.open()

    def open(self) -> None:
        """Start all processes anew on what is stored."""
        self.ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}", clock=self.wall)
        self.relay = Relay(self.ledger, self.bus, real_seconds=lambda: self.seconds)
        self.world.histories = {one.case: [] for one in self.records()}
        self.world.history = self.ledger.history  # type: ignore[method-assign]
        self.station = Station(self.world, self.folder, clock=self.wall, memory=3)
        self.meters = registry("monitoring")
        with self.station.view.reading() as t:
            held = anchor.furthest(t, range(PARTITIONS))
        anchor.check(held, self._notifications)
        station, everywhere = self.station, {"clock": self.wall, "meters": self.meters}
        self.horizon = station.horizon
        self.horizon._real_seconds = lambda: self.seconds
        sight = Sight(station.radar, real=self.wall, real_seconds=lambda: self.seconds, meters=self.meters)
        self.looking = Looking(
            station.radar,
            mine=lambda: range(PARTITIONS),
            patience_seconds=20.0,
            rest_seconds=0.25,
            seen=sight.seen,
            **everywhere,  # type: ignore[arg-type]
        )
        self.telling = Telling(
            station.radar,
            NATIONAL_AND_REGION,
            self._send,
            mine=lambda: range(PARTITIONS),
            real=self.wall,
            **everywhere,  # type: ignore[arg-type]
        )

    def close(self) -> None:
        """Stop all processes."""
        self.ledger.close()
        self.station.view.close()

    def records(self) -> list[Record]:
        """Return all that the ledger holds."""
        return [record.decode(one.body) for one in self.ledger.notifications(after=0, limit=100_000)]

    def lines(self) -> list[dict[str, Any]]:
        return [one.line() for one in self.records()]

    def tell(self, case: str, name: str, *, occurred_at: int | None = None, **data: object) -> None:
        """Record an event as intake does."""
        self.numbers += 1
        at = self.wall.at if occurred_at is None else occurred_at
        told = {"occurred_at": instant_of(at), "municipality": "0014", **filled(name, self.world.chance), **data}
        self._record(f"e-{self.numbers}", case, name, at, encode(event_types()[name], told), "veilig-thuis-groningen")

    def work(self) -> None:
        """Let every process take its turns until there is nothing left to do."""
        left = True
        while left:
            self.seconds += 1
            asyncio.run(self.relay.step())
            if stroke := self.bus.stroke:
                self.horizon.promised(stroke.time, stroke.ends)
            while self._read():
                pass
            while asyncio.run(self.looking.step()) == 0.0:
                pass
            asyncio.run(self.telling.step())
            left = self._come_back() > 0 or self.relay.behind() > 0

    def pass_time(self, micros: int, *, step: int = HOUR) -> None:
        """Let time pass in steps, on a wall clock that runs fast, and everyone work after each."""
        for _ in range(micros // step):
            self.wall.at += step
            self.seconds += REAL_SECONDS_PER_STEP
            self.work()

    def audit(self) -> dict[str, int]:
        """Go round once over everything; return what was found."""
        auditor = Auditor(
            self.station.radar, NATIONAL_AND_REGION, notifications=self._notifications, partition_of=partition_of
        )
        known_to = {part: at for part in range(PARTITIONS) if (at := self.horizon.of(part)) is not None}
        going = Round(known_to)
        while not going.is_done:
            auditor.step(going, known_to)
        return going.found

    def raised(self) -> Counter[tuple[str, int]]:
        """Return how often the ledger holds the raising of each row."""
        raised = [one.data() for one in self.records() if one.type == "alert_raised"]
        return Counter((one["alert"], one["row"]) for one in raised)

    def backup(self, name: str) -> None:
        """Copy a database as it is."""
        source, copied = self.folder / f"{name}.db", self.folder / f"{name}-backup.db"
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(copied)) as copy:
            one.backup(copy)

    def put_back(self, name: str, *, lost: bool = False) -> None:
        """Put a backup back, or nothing at all; everything must be closed."""
        for path in self.folder.glob(f"{name}.db*"):
            path.unlink()
        if not lost:
            (self.folder / f"{name}.db").write_bytes((self.folder / f"{name}-backup.db").read_bytes())

    def _notifications(self, after: int, limit: int) -> Any:
        return self.ledger.notifications(after=after, limit=limit)

    async def _send(self, rows: Sequence[OutboxRow]) -> None:
        self.told += rows

    def _read(self) -> bool:
        batch: dict[Place, list[Read]] = {}
        for place, at in self.station.next.items():
            some = self.bus.partitions[place.partition][at : at + 50]
            if some:
                batch[place] = [
                    Read(*place, at + n, one.value or b"", one.key, one.headers) for n, one in enumerate(some)
                ]
        if batch:
            self.station.radar.fold(Batch(batch))
            self.station.next |= Batch(batch).next_offsets()
        return bool(batch)

    def _come_back(self) -> int:
        """Record what was told, once for each id, as intake does."""
        told, self.told = self.told, []
        known = {one.event_id for one in self.records()}
        for row in told:
            event_id = from_headers(row.headers).id
            if event_id in known:
                continue
            known.add(event_id)
            event_type, data = decode(row.value or b"")
            at = micros_of(data["occurred_at"])
            self._record(event_id, data["case"], event_type.name, at, row.value or b"", "radar")
        return len(told)

    def _record(self, event_id: str, case: str, name: str, at: int, value: bytes, agency: str) -> None:
        draft = Draft(
            event_id=event_id,
            case=case,
            source=f"urn:nld:oin:1:systeem:{agency}",
            content=hashlib.sha256(value).digest(),
            type=name,
            agency=agency,
            municipality="0014",
            reference=None,
            occurred_at=at,
            recorded_by=None,
            payload=value,
        )
        with self.ledger.writing() as w:
            w.append([draft])
        self.world.histories.setdefault(case, [])
