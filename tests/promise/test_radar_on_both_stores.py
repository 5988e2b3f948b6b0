"""The radar view keeps the same promises on SQLite and on PostgreSQL: live equals replay, audits pass, nobody overtakes."""

import random
from pathlib import Path

import pytest

from ledger import record as ledger_record
from ledger.errors import Fenced
from ledger.model import Notification
from services.monitoring import alert_view
from services.monitoring.audit import Auditor, Round
from services.monitoring.view import Stale
from tests.property.radar_world import DAY, NATIONAL_AND_REGION, PARTITIONS, TOPIC, Station, World, partition_of
from tests.property.test_radar_equals_replay import live, one_turn, replayed

CASE = "00000000-0000-5000-8000-000000000000"


@pytest.fixture
def station(url: str, tmp_path: Path) -> Station:
    made = Station(World(random.Random(11)), tmp_path, url=url, memory=2)
    yield made
    made.view.close()


def forgotten(station: Station) -> None:
    station.world.add(CASE, "report_received", report_id="r-1", acute=False)
    station.finish(station.world.now + 9 * DAY)


def test_live_rows_are_the_rows_of_replay(station: Station) -> None:
    for _ in range(250):
        one_turn(station.world, station, station.world.chance)
    until = station.world.now + 50 * DAY
    station.finish(until)

    assert live(station) == replayed(station.world, until) != []


def test_an_audit_of_a_sound_radar_finds_nothing(station: Station) -> None:
    for _ in range(100):
        one_turn(station.world, station, station.world.chance)
    station.finish(station.world.now + 50 * DAY)
    notifications = [
        Notification(number, ledger_record.encode(one)) for number, one in enumerate(station.world.ledger, start=1)
    ]
    auditor = Auditor(
        station.radar,
        NATIONAL_AND_REGION,
        notifications=lambda after, limit: notifications[after : after + limit],
        partition_of=partition_of,
    )
    known_to = {part: station.horizon.of(part) or 0 for part in range(PARTITIONS)}
    going = Round(known_to)

    while not going.is_done:
        auditor.step(going, known_to)

    assert (going.found, going.looked_at > 0) == ({}, True)


def test_steps_of_alerts_are_marked_confirmed_and_told_again(station: Station) -> None:
    forgotten(station)
    with station.view.reading() as t:
        rows = alert_view.undelivered(t, range(PARTITIONS), 100)
    steps = [step for one in rows for step in one.told(1_000)]

    with station.view.transaction() as t:
        alert_view.mark_sent(t, steps)
    assert station.view.tally(range(PARTITIONS)).undelivered == 0

    with station.view.transaction() as t:
        alert_view.confirm(t, steps[1:])
        soon, later = 1_000 + alert_view.FIRST_WAIT_MICROS - 1, 1_000 + alert_view.FIRST_WAIT_MICROS
        assert alert_view.tell_again(t, range(PARTITIONS), now=soon, limit=100) == 0
        assert alert_view.tell_again(t, range(PARTITIONS), now=later, limit=100) == 1
    assert station.view.tally(range(PARTITIONS)).undelivered == 1


def test_a_position_moves_only_from_where_it_was(station: Station) -> None:
    forgotten(station)

    for old in (None, 0, 7):
        with pytest.raises(Fenced), station.view.transaction() as t:
            station.view.move(t, TOPIC, 0, old=old, new=9)

    assert station.view.positions([(TOPIC, 0)]) == {(TOPIC, 0): 1}


def test_who_writes_on_old_knowledge_changes_nothing(station: Station) -> None:
    forgotten(station)
    with station.view.reading() as t:
        new = station.view.cases(t, [CASE])[CASE]
    station.finish(station.world.now + 30 * DAY)

    with pytest.raises(Stale), station.view.transaction() as t:
        station.view.write(t, [(new, new)])
