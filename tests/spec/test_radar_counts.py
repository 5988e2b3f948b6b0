"""What the radar counts of its own promptness: since when alerts were due, how long the ledger's records took."""

import asyncio

import pytest

from ledger import record as ledger_record
from ledger.metrics import Meters, registry
from ledger.streams.records import Batch, Place
from services.intake.testing import Sent
from services.monitoring import alert_view
from services.monitoring.agents import Auditing, Counting, Telling
from services.monitoring.audit import KINDS, Auditor
from services.monitoring.folded import tell_folded
from services.monitoring.heartbeat import Heartbeat
from tests.property.radar_world import (
    AT,
    CASE,
    DAY,
    NATIONAL_AND_REGION,
    PARTITIONS,
    Station,
    partition_of,
)
from waakvlam.clock import FixedClock

MINE = range(PARTITIONS)


@pytest.fixture
def meters() -> Meters:
    return registry("monitoring")


def value(meters: Meters, name: str, **labels: str) -> float | None:
    return meters.registry.get_sample_value(name, labels)


def dues(station: Station) -> list[int]:
    with station.view.reading() as t:
        return [row.due for row in alert_view.of_cases(t, [CASE])[CASE].values()]


def test_delivery_is_timed_from_the_due_instant(station: Station, meters: Meters) -> None:
    async def send(_: object) -> None:
        """Take everything."""

    now = station.clock.at = AT + 10 * DAY
    telling = Telling(
        station.radar, NATIONAL_AND_REGION, send, mine=lambda: MINE, clock=station.clock, real=FixedClock(AT), meters=meters
    )  # fmt: skip
    asyncio.run(telling.step())

    assert value(meters, "waakvlam_radar_due_delivered_seconds_count") == len(dues(station)) > 0
    late = sum(max(0, now - due) / 1e6 for due in dues(station))
    assert value(meters, "waakvlam_radar_due_delivered_seconds_sum") == pytest.approx(late) != 0


def test_open_alerts_are_counted_by_how_long_ago_they_fell_due(station: Station, meters: Meters) -> None:
    real = FixedClock(AT)
    station.clock.at = AT + 20 * DAY
    counting = Counting(
        station.radar, looked_to=lambda: AT, mine=lambda: MINE, clock=station.clock, real=real, meters=meters,
        heartbeat=Heartbeat(real, meters),
    )  # fmt: skip
    asyncio.run(counting.step())

    with station.view.reading() as t:
        rows = alert_view.of_cases(t, [CASE])[CASE].values()
    late = [station.clock.micros() - row.due for row in rows if row.closed_at is None]
    for name, span in {"hour": DAY // 24, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}.items():
        told = value(meters, "waakvlam_radar_overdue_alerts", longer_than=name)
        assert told == sum(one > span for one in late), name
    assert value(meters, "waakvlam_radar_overdue_alerts", longer_than="week") > 0


def test_the_road_from_the_ledger_is_timed_by_the_oldest_record_of_a_batch(station: Station, meters: Meters) -> None:
    recorded_at = station.world.ledger[0].recorded_at
    some = [Sent("case-events", b"", ledger_record.encode(one), []) for one in station.world.ledger]
    tell_folded(Batch({Place("case-events", 0): some}), FixedClock(recorded_at + 3_000_000), meters)

    assert value(meters, "waakvlam_radar_folded_seconds_sum") == 3


def test_every_kind_of_difference_is_counted_from_nothing_on(station: Station, meters: Meters) -> None:
    auditor = Auditor(
        station.radar, NATIONAL_AND_REGION, notifications=lambda _after, _limit: [], partition_of=partition_of
    )
    real = FixedClock(AT)
    Auditing(
        auditor, station.radar.horizon, mine=lambda: MINE, real=real, meters=meters, heartbeat=Heartbeat(real, meters)
    )

    assert {value(meters, "waakvlam_radar_differences_total", kind=kind) for kind in KINDS} == {0}
