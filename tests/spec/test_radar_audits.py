"""The auditor goes round over ALL cases, mends what does not follow from the ledger, and only then lets the heart beat."""

import asyncio
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from ledger import record as ledger_record
from ledger.database import Statements
from ledger.metrics import registry
from ledger.model import Notification
from ledger.streams.records import Place
from services.monitoring.agents import Auditing, Counting
from services.monitoring.audit import Auditor, Round
from services.monitoring.heartbeat import AUDITOR_SILENT_MICROS, Heartbeat
from services.monitoring.watch import Watch
from tests.property.radar_world import (
    BEGIN,
    DAY,
    NATIONAL_AND_REGION,
    PARTITIONS,
    TOPIC,
    Station,
    World,
    partition_of,
)
from tests.property.test_radar_equals_replay import live, replayed
from waakvlam.clock import FixedClock, micros_of

AT = micros_of(BEGIN)
CASES = 5
ODD = "00000000-0000-5000-8000-00000000000f"
REAL = 1_800_000_000_000_000


@pytest.fixture
def world() -> World:
    made = World(random.Random(7), cases=CASES)
    for number in range(CASES):
        made.add(f"00000000-0000-5000-8000-{number:012}", "report_received", report_id="r-1", acute=False)
    return made


@pytest.fixture
def station(world: World, tmp_path: Path) -> Station:
    made = Station(world, tmp_path)
    made.finish(AT + 9 * DAY)
    return made


def auditor(station: Station) -> Auditor:
    def page(after: int, limit: int) -> list[Notification]:
        some = station.world.ledger[after : after + limit]
        return [Notification(after + nr, ledger_record.encode(one)) for nr, one in enumerate(some, start=1)]

    return Auditor(station.radar, NATIONAL_AND_REGION, notifications=page, partition_of=partition_of)


def known_to(station: Station) -> dict[int, int]:
    return {part: at for part in range(PARTITIONS) if (at := station.horizon.of(part)) is not None}


def audited(station: Station) -> dict[str, int]:
    """Go round once; return what was found."""
    going, going_round = Round(known_to(station)), auditor(station)
    while not going.is_done:
        going_round.step(going, known_to(station))
    assert going.looked_at == station.view.tally(range(PARTITIONS)).cases
    return going.found


def change(station: Station, statement: str) -> None:
    with station.view.transaction() as t:
        assert t.execute(statement) > 0
    station.start()
    station.horizon.promised(AT + 9 * DAY, {number: len(some) for number, some in enumerate(station.world.partitions)})


def test_a_radar_that_is_right_passes(station: Station) -> None:
    assert audited(station) == {}


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE radar SET next_due = NULL, wake_at = NULL WHERE case_id LIKE '%3'", "case"),
        ("UPDATE radar SET is_open = 0 WHERE case_id LIKE '%3'", "case"),
        ("DELETE FROM alerts WHERE case_id LIKE '%3' AND rule = 'ST-01'", "alert_missing"),
        (
            "UPDATE alerts SET closed_at = 5, outcome = 'in_time' WHERE case_id LIKE '%3' AND closed_at IS NULL",
            "alert_state",
        ),
        (f"UPDATE alerts SET alert = '{ODD}' WHERE case_id LIKE '%3' AND closed_at IS NULL", "alert_unfounded"),
        ("DELETE FROM turns WHERE case_id LIKE '%3'", "turn_missing"),
        ("DELETE FROM facts WHERE case_id LIKE '%3'", "facts"),
        ("DELETE FROM radar WHERE case_id LIKE '%3'", "missing_events"),
    ],
)
def test_whatever_is_damaged_is_found_and_mended(station: Station, damage: str, found: str) -> None:
    right = set(station.rows())
    change(station, damage)

    assert found in audited(station)

    assert audited(station) == {}
    assert right <= set(station.rows())
    assert station.view.tally(range(PARTITIONS)).without_deadline == 0


def test_a_case_that_the_topic_no_longer_holds_is_fetched_from_the_ledger(world: World, tmp_path: Path) -> None:
    station = Station(world, tmp_path)
    world.publish(len(world.ledger))
    lost = world.partitions[1].pop()
    station.finish(AT + 9 * DAY)
    case = ledger_record.decode(lost).case

    assert audited(station) == {"missing_events": 1}

    with station.view.reading() as t:
        assert station.view.cases(t, [case])[case].open_alerts > 0


def test_what_is_still_on_its_way_is_not_missed(world: World, station: Station) -> None:
    world.now = AT + 20 * DAY
    world.add(world.ledger[0].case, "incident_recorded")

    assert audited(station) == {}


def beats(station: Station, times: int = 12) -> tuple[float, Callable[[], None]]:
    meters = registry("monitoring")
    real = FixedClock(REAL)
    auditing = Auditing(
        auditor(station),
        station.horizon,
        mine=lambda: range(PARTITIONS),
        real=real,
        meters=meters,
        heartbeat=Heartbeat(real, meters),
    )

    def go() -> None:
        for _ in range(times):
            asyncio.run(auditing.step())

    go()
    return meters.registry.get_sample_value("waakvlam_radar_audited_timestamp_seconds") or 0.0, go


def test_the_heart_beats_when_a_round_found_nothing(station: Station) -> None:
    assert beats(station)[0] == REAL / 1e6


def test_the_heart_stops_while_an_open_case_is_watched_by_nobody(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unmended(t: Statements) -> None:
        t.execute("UPDATE radar SET next_due = NULL, wake_at = NULL, open_alerts = 0 WHERE case_id LIKE '%3'")

    monkeypatch.setattr(station.radar, "mend", lambda *_: None)
    with station.view.transaction() as t:
        unmended(t)

    assert beats(station)[0] == 0.0


def test_the_heart_stops_while_looks_are_due_that_nobody_takes(world: World, station: Station) -> None:
    ends = {number: len(some) for number, some in enumerate(world.partitions)}
    station.horizon.promised(AT + 400 * DAY, ends)

    assert beats(station)[0] == 0.0


def test_however_long_a_look_waited_for_its_database_the_next_comes_before_the_heart_stands_still(
    station: Station,
) -> None:
    """In proportion to five minutes of waiting, the auditor would rest for twenty, and the count for longer."""
    ward, later = Ward(station), count(step=300)
    for one in (ward.auditing, ward.counting):
        one._real_seconds = lambda: float(next(later))

    for step in (ward.auditing.step, ward.counting.step):
        assert asyncio.run(step()) * 1_000_000 < AUDITOR_SILENT_MICROS


def test_without_a_horizon_there_is_no_round(station: Station) -> None:
    station.start()

    assert beats(station)[0] == 0.0


class Ward:
    """A radar that is counted and audited as in a process, second by second on a clock of its own."""

    def __init__(self, station: Station) -> None:
        self.real, self.meters = FixedClock(REAL), registry("monitoring")
        self.mine: set[int] = set(range(PARTITIONS))
        heartbeat = self.heartbeat = Heartbeat(self.real, self.meters)
        everywhere = {
            "mine": lambda: self.mine,
            "real": self.real,
            "meters": self.meters,
            "heartbeat": heartbeat,
        }
        self.counting = Counting(
            station.radar, looked_to=lambda: AT, clock=self.real, real_seconds=lambda: 0.0, **everywhere
        )  # type: ignore[arg-type]
        self.auditing = Auditing(auditor(station), station.horizon, **everywhere)  # type: ignore[arg-type]
        self.rest = {self.counting: 0.0, self.auditing: 0.0}

    def pass_time(self, seconds: int, *, without_auditor: bool = False) -> None:
        for _ in range(seconds):
            for one in self.rest:
                self.rest[one] -= 1
                if self.rest[one] <= 0 and not (without_auditor and one is self.auditing):
                    self.rest[one] = asyncio.run(one.step())
            self.real.at += 1_000_000

    def passed(self) -> float:
        return self.meters.registry.get_sample_value("waakvlam_radar_audited_timestamp_seconds") or 0.0

    def beat(self) -> float:
        return self.meters.registry.get_sample_value("waakvlam_radar_heartbeat_timestamp_seconds") or 0.0


MUTATIONS = [
    "UPDATE radar SET next_due = NULL, open_alerts = 0 WHERE case_id LIKE '%3'",
    "UPDATE radar SET wake_at = NULL WHERE case_id LIKE '%3'",
    "UPDATE radar SET next_due = next_due + 1 WHERE case_id LIKE '%3'",
    "UPDATE radar SET is_open = 0 WHERE case_id LIKE '%3'",
    "DELETE FROM facts WHERE case_id LIKE '%3'",
    "DELETE FROM radar WHERE case_id LIKE '%3'",
    "DELETE FROM alerts WHERE case_id LIKE '%3'",
    "UPDATE alerts SET closed_at = raised_at, outcome = 'late' WHERE case_id LIKE '%3' AND closed_at IS NULL",
]


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_when_one_row_is_broken_the_heart_stops_within_a_minute_until_it_is_mended(
    station: Station, monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    ward = Ward(station)
    ward.pass_time(30)
    assert ward.beat() == (REAL + 29_000_000) / 1e6
    with monkeypatch.context() as unmended:
        unmended.setattr(station.radar, "mend", lambda *_: None)
        with station.view.transaction() as t:
            assert t.execute(mutation) > 0
        ward.pass_time(60)
        stopped_at = ward.beat()
        assert not ward.heartbeat.is_beating()
        ward.pass_time(300)
        assert ward.beat() == stopped_at

    ward.pass_time(60)

    assert ward.heartbeat.is_beating()


def derived(ward: Ward, monkeypatch: pytest.MonkeyPatch, seconds: int) -> int:
    """Let time pass; return how many cases were derived anew in it."""
    count = [0]
    anew = Watch.rebuilt

    def counted(*arguments: object, **named: object) -> Watch:
        count[0] += 1
        return anew(*arguments, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as watched:
        watched.setattr("services.monitoring.audit.Watch.rebuilt", counted)
        ward.pass_time(seconds)
    return count[0]


def test_what_did_not_change_since_it_was_found_right_is_derived_once_a_day(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = Ward(station)
    assert derived(ward, monkeypatch, 30) == CASES

    assert derived(ward, monkeypatch, 60) == 0
    with station.view.transaction() as t:
        t.execute("UPDATE radar SET priority = priority WHERE case_id LIKE '%3'")
    assert derived(ward, monkeypatch, 30) == 0
    passed = ward.passed()

    ward.real.at += DAY
    assert derived(ward, monkeypatch, 30) == CASES
    assert ward.passed() > passed


def test_a_case_that_changed_is_derived_anew_in_the_next_round(
    world: World, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = Ward(station)
    ward.pass_time(30)
    world.now = AT + 9 * DAY + 1
    world.add(world.ledger[0].case, "incident_recorded")
    station.finish(AT + 9 * DAY + 2)

    assert derived(ward, monkeypatch, 30) == 1


def test_the_heart_stops_when_the_auditor_does_not_run(station: Station) -> None:
    ward = Ward(station)
    ward.pass_time(30)

    ward.pass_time(89, without_auditor=True)
    assert not ward.heartbeat.is_beating()

    ward.pass_time(30)
    assert ward.heartbeat.is_beating()


def test_the_heart_stops_at_once_while_nobody_can_say_how_far_one_partition_was_read(station: Station) -> None:
    ward = Ward(station)
    ward.pass_time(30)
    passed = ward.passed()

    station.horizon.halt(1)
    ward.pass_time(1)
    stopped_at = ward.beat()
    ward.pass_time(120)
    assert ward.beat() == stopped_at
    assert ward.passed() <= stopped_at, "a round over a part of the cases is no round over all"
    assert passed > 0

    station.horizon.go_on(1, position=len(station.world.partitions[1]))
    ward.pass_time(30)
    assert ward.heartbeat.is_beating()


def test_what_was_sound_of_other_partitions_says_nothing_of_these(station: Station) -> None:
    ward = Ward(station)
    station.horizon.assigned({0: len(station.world.partitions[0])})
    ward.mine = {0}
    ward.pass_time(30)
    assert ward.heartbeat.is_sound

    station.horizon.assigned({part: len(some) for part, some in enumerate(station.world.partitions)})
    ward.mine = {0, 1}
    with station.view.transaction() as t:
        t.execute("UPDATE radar SET next_due = next_due + 1")
    asyncio.run(ward.auditing.step())

    assert not ward.heartbeat.is_sound


def test_a_difference_that_was_mended_is_told_once(station: Station) -> None:
    ward = Ward(station)
    with station.view.transaction() as t:
        t.execute(f"UPDATE alerts SET alert = '{ODD}' WHERE case_id LIKE '%3' AND stage = 'breach' AND rule = 'ST-01'")

    ward.pass_time(120)

    told = ward.meters.registry.get_sample_value("waakvlam_radar_differences_total", {"kind": "alert_unfounded"})
    assert told == 1
    assert ward.heartbeat.is_beating()


def test_what_kafka_no_longer_holds_is_fetched_before_anything_is_concluded_from_its_absence(
    world: World, station: Station
) -> None:
    """The topic was cut off while the radar was away: a silence of Kafka is not the silence of a family."""
    case, asked = world.ledger[3].case, list[int | None]()
    world.now = AT + 9 * DAY + 1
    world.add(case, "safety_assessed", report_id="r-1")
    world.published = len(world.ledger)  # it was on the topic, and is there no longer
    station.start()
    catching_up = auditor(station)
    fetch = catching_up._notifications
    catching_up._notifications = lambda after, limit: (asked.append(station.horizon.of(1)), fetch(after, limit))[1]

    catching_up.catch_up({Place(TOPIC, 1): 1_000})
    station.horizon.promised(AT + 200 * DAY, {0: len(world.partitions[0]), 1: 1_000})
    while station.look():
        pass

    assert set(asked) == {None}, "nothing is known while it is fetched"
    assert set(live(station)) == set(replayed(world, AT + 200 * DAY))


def test_without_catching_up_it_would_have_told_what_is_not_true(world: World, station: Station) -> None:
    world.now = AT + 9 * DAY + 1
    world.add(world.ledger[3].case, "safety_assessed", report_id="r-1")
    world.published = len(world.ledger)
    station.start()

    station.horizon.promised(AT + 200 * DAY, {number: len(some) for number, some in enumerate(world.partitions)})
    while station.look():
        pass

    assert set(live(station)) != set(replayed(world, AT + 200 * DAY))
