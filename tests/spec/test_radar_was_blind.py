"""After an outage one message tells from when to when the radar saw nothing, and what fell due in that time."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger.metrics import Meters, registry
from ledger.model import OutboxRow
from ledger.record import stream_of
from services.monitoring.agents import Looking
from services.monitoring.blindness import Admitting, Sight
from tests.property.radar_world import BEGIN, DAY, PARTITIONS, Station, World
from waakvlam.clock import FixedClock, instant_of, micros_of
from waakvlam.codec import decode
from waakvlam.envelope import from_headers

CASES = ["00000000-0000-5000-8000-000000000000", "00000000-0000-5000-8000-000000000001"]
AT = micros_of(BEGIN)
MINUTE = 60_000_000


class Process:
    """Monitoring as it looks and tells, on a real clock of its own; `start` is a new process on the same tables."""

    def __init__(self, station: Station) -> None:
        self.station, self.real, self.monotonic = station, FixedClock(AT), 0.0
        self.sent: list[OutboxRow] = []
        self.start()

    def start(self) -> None:
        self.station.start()
        self.meters: Meters = registry("monitoring")
        sight = Sight(self.station.radar, real=self.real, real_seconds=lambda: self.monotonic, meters=self.meters)
        self.looks = Looking(
            self.station.radar,
            mine=lambda: range(PARTITIONS),
            clock=self.station.clock,
            meters=self.meters,
            patience_seconds=20.0,
            rest_seconds=0.25,
            seen=sight.seen,
        )
        self.admits = Admitting(self.station.radar, self.send, mine=lambda: range(PARTITIONS))

    async def send(self, rows: Sequence[OutboxRow]) -> None:
        self.sent += rows

    def pass_time(self, micros: int) -> None:
        self.real.at += micros
        self.monotonic += micros / 1e6

    def look(self, until: int) -> None:
        """Hear the ledger's clock, read, look, and tell."""
        world = self.station.world
        world.publish(len(world.ledger))
        self.station.horizon.promised(until, {number: len(some) for number, some in enumerate(world.partitions)})
        while self.station.read(1):
            asyncio.run(self.looks.step())
        asyncio.run(self.looks.step())
        asyncio.run(self.admits.step())

    def told(self) -> list[dict[str, object]]:
        return [decode(one.value or b"")[1] for one in self.sent]


@pytest.fixture
def process(tmp_path: Path) -> Process:
    world = World(random.Random(3))
    for case in CASES:
        world.add(case, "report_received", report_id="r-1", acute=False)
    made = Process(Station(world, tmp_path))
    made.look(AT)
    return made


def test_while_it_sees_there_is_nothing_to_tell(process: Process) -> None:
    for minute in range(1, 200):
        process.pass_time(MINUTE // 2)
        process.look(AT + minute * MINUTE)

    assert process.sent == []


def test_after_a_stop_one_message_tells_from_when_to_when_and_what_fell_due(process: Process) -> None:
    process.pass_time(10 * MINUTE)
    process.start()

    process.look(AT + 9 * DAY)
    process.pass_time(MINUTE // 2)
    process.look(AT + 9 * DAY + MINUTE)

    (told,) = process.told()
    assert (told["blind_from"], told["blind_until"]) == (instant_of(AT), instant_of(AT + 9 * DAY))
    assert {"rule": "ST-01", "count": 4} in told["by_rule"]  # type: ignore[operator]
    assert told["due"] == sum(one["count"] for one in told["by_rule"]) > 0  # type: ignore[attr-defined]
    assert (sorted(told["cases"]), told["case_count"]) == (CASES, 2)  # type: ignore[call-overload]
    assert process.sent[0].key == stream_of("radar").encode()
    assert process.meters.registry.get_sample_value("waakvlam_radar_blind_total") == 1


def test_a_short_stop_is_no_blindness(process: Process) -> None:
    process.pass_time(MINUTE - 10_000_000)
    process.start()

    process.look(AT + 9 * DAY)

    assert process.sent == []


def test_when_what_it_listens_to_stood_still_that_is_told_too(process: Process) -> None:
    for _ in range(10):
        process.pass_time(MINUTE // 2)
        process.look(AT)
    assert process.sent == []

    process.look(AT + DAY)

    assert [one["blind_until"] for one in process.told()] == [instant_of(AT + DAY)]


def test_it_is_told_when_all_that_waited_was_read_and_not_piece_by_piece(process: Process) -> None:
    world = process.station.world
    for hour in range(1, 30):
        world.now = AT + hour * DAY // 24
        world.add(CASES[hour % 2], "incident_recorded")
    process.pass_time(30 * 60 * MINUTE)
    process.start()

    process.look(AT + 30 * DAY // 24)

    assert [one["blind_until"] for one in process.told()] == [instant_of(AT + 30 * DAY // 24)]


def test_a_crash_before_the_mark_tells_the_same_again(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    process.pass_time(10 * MINUTE)
    process.start()
    with monkeypatch.context() as broken:
        broken.setattr(process.admits, "_mark", lambda _: (_ for _ in ()).throw(SystemError))
        with pytest.raises(SystemError):
            process.look(AT + 9 * DAY)
    process.start()

    process.look(AT + 9 * DAY + 1)

    first, again = process.sent
    assert from_headers(first.headers).id == from_headers(again.headers).id
    assert first == again
