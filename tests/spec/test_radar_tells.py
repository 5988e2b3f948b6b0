"""Alerts are delivered first and marked after; the ledger sees each once; what never comes back is told again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ledger.metrics import registry
from ledger.model import OutboxRow
from services.monitoring import alert_view
from services.monitoring.agents import Counting, Looking, Telling
from services.monitoring.alert_view import FIRST_WAIT_MICROS, LONGEST_WAIT_MICROS
from services.monitoring.heartbeat import Heartbeat
from tests.property.radar_world import AT, CASE, DAY, NATIONAL_AND_REGION, PARTITIONS, Station, World
from waakvlam.clock import FixedClock, micros_of
from waakvlam.codec import data_of, decode
from waakvlam.envelope import from_headers
from waakvlam.topics import agencies


class Broker:
    """Takes what is sent, or refuses."""

    def __init__(self) -> None:
        self.taken: list[OutboxRow] = []
        self.is_down = False

    async def send(self, rows: Sequence[OutboxRow]) -> None:
        if self.is_down:
            raise ConnectionError
        self.taken += rows

    def ids(self) -> list[str]:
        return [from_headers(one.headers).id for one in self.taken]

    def said(self) -> list[tuple[str, dict[str, object]]]:
        read = [decode(one.value or b"") for one in self.taken]
        return [(event_type.name, data_of(event_type, record)) for event_type, record in read]


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def real() -> FixedClock:
    return FixedClock(AT)


def telling(station: Station, broker: Broker, real: FixedClock) -> Telling:
    return Telling(
        station.radar,
        NATIONAL_AND_REGION,
        broker.send,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        real=real,
        meters=registry("monitoring"),
    )


def tell(station: Station, broker: Broker, real: FixedClock) -> None:
    asyncio.run(telling(station, broker, real).step())


def untold(station: Station) -> int:
    return station.view.tally(range(PARTITIONS)).undelivered


def come_back(world: World, station: Station, broker: Broker) -> None:
    """Let intake record what the radar told, once for each id, as it does."""
    known = {record.event_id for record in world.ledger}
    world.now = AT + 9 * DAY + 1
    for one in broker.taken:
        event_id = from_headers(one.headers).id
        if event_id not in known:
            known.add(event_id)
            event_type, record = decode(one.value or b"")
            data = {field.name: record[field.name] for field in event_type.data_fields}
            world.add(CASE, event_type.name, occurred_at=micros_of(record["occurred_at"]), **data)
    station.finish(AT + 9 * DAY + 2)


def test_an_alert_is_told_in_the_name_of_the_radar_with_the_words_of_the_rule(
    station: Station, broker: Broker, real: FixedClock
) -> None:
    tell(station, broker, real)

    name, told = next(
        (name, told) for name, told in broker.said() if told["rule"] == "ST-01" and told["stage"] == "breach"
    )
    assert name == "alert_raised"
    assert told["title"] == "Melding niet beoordeeld"
    assert (told["row"], told["weight"], told["legal"], told["to"]) == (1, 4, True, ["worker"])
    assert {(one.topic, one.key) for one in broker.taken} == {("alerts", CASE.encode())}
    assert {from_headers(one.headers).source for one in broker.taken} == {agencies()["radar"].source}


def test_the_sentence_of_an_alert_has_no_blanks_left(station: Station, broker: Broker, real: FixedClock) -> None:
    tell(station, broker, real)

    sentences = [str(told["why"]) for name, told in broker.said() if name == "alert_raised"]
    assert sentences
    assert not [one for one in sentences if "{" in one]
    assert any("maart 2026" in one for one in sentences)


def test_who_is_next_is_told_after_the_alert_and_at_its_own_instant(
    station: Station, broker: Broker, real: FixedClock
) -> None:
    tell(station, broker, real)

    breach = [
        (name, told, decode(one.value or b"")[1])
        for (name, told), one in zip(broker.said(), broker.taken, strict=True)
        if told["rule"] == "ST-01" and told["stage"] == "breach"
    ]
    assert [name for name, _, _ in breach] == ["alert_raised", "alert_escalated"]
    assert (breach[1][1]["step"], breach[1][1]["to"]) == (1, ["monitor"])
    assert breach[1][2]["occurred_at"] == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


def test_when_an_acknowledgement_runs_out_the_same_people_are_told_again_once(
    world: World, station: Station, broker: Broker, real: FixedClock
) -> None:
    tell(station, broker, real)
    alert = next(told["alert"] for _, told in broker.said() if told["rule"] == "ST-01" and told["stage"] == "breach")
    broker.taken = []
    world.now = AT + 9 * DAY + 1
    world.add(CASE, "alert_acknowledged", alert=alert, next_step_on=date(2026, 3, 14))
    station.finish(AT + 30 * DAY)

    tell(station, broker, real)
    tell(station, broker, real)

    reminded = [told for name, told in broker.said() if name == "alert_reminded"]
    assert [(told["alert"], told["to"], told["step"], told["row"]) for told in reminded] == [
        (alert, ["team_manager"], 2, 1)
    ]


def test_the_heaviest_alert_is_told_first_and_a_raise_before_its_close(
    station: Station, broker: Broker, real: FixedClock
) -> None:
    tell(station, broker, real)

    weights = [told["weight"] for name, told in broker.said() if name == "alert_raised"]
    assert weights == sorted(weights, reverse=True)
    steps = [(name, told["alert"]) for name, told in broker.said()]
    closed = [alert for name, alert in steps if name == "alert_closed"]
    assert closed
    assert all(steps.index(("alert_raised", alert)) < steps.index(("alert_closed", alert)) for alert in closed)


def test_what_was_told_is_not_told_again(station: Station, broker: Broker, real: FixedClock) -> None:
    tell(station, broker, real)
    count = len(broker.taken)

    tell(station, broker, real)

    assert count == len(broker.taken) > 0
    assert untold(station) == 0


def test_nothing_is_marked_when_the_broker_did_not_take_it(station: Station, broker: Broker, real: FixedClock) -> None:
    before = untold(station)
    broker.is_down = True

    with pytest.raises(ConnectionError):
        tell(station, broker, real)

    assert untold(station) == before > 0


def test_a_crash_between_delivery_and_mark_repeats_the_same_bytes_under_the_same_ids(
    station: Station, broker: Broker, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise SystemError

    with monkeypatch.context() as patched:
        patched.setattr(alert_view, "mark_sent", crash)
        with pytest.raises(SystemError):
            tell(station, broker, real)
    first, broker.taken = broker.taken, []
    station.start()
    station.clock.at += DAY

    tell(station, broker, real)

    assert broker.taken == first


def test_an_alert_that_closes_after_it_was_told_is_told_as_closed(
    world: World, station: Station, broker: Broker, real: FixedClock
) -> None:
    tell(station, broker, real)
    broker.taken = []
    world.now = AT + 10 * DAY
    world.add(CASE, "safety_assessed", report_id="r-1")
    station.finish(world.now)

    tell(station, broker, real)

    assert [(name, told["outcome"]) for name, told in broker.said() if told["rule"] == "ST-01"] == [
        ("alert_closed", "late")
    ]


def test_what_comes_back_from_the_ledger_is_confirmed(
    world: World, station: Station, broker: Broker, real: FixedClock
) -> None:
    tell(station, broker, real)
    assert station.view.tally(range(PARTITIONS)).unconfirmed > 0

    come_back(world, station, broker)

    assert station.view.tally(range(PARTITIONS)).unconfirmed == 0


def test_a_radar_that_is_rebuilt_from_the_ledger_does_not_tell_old_alerts_again(
    world: World, station: Station, broker: Broker, real: FixedClock, tmp_path: Path
) -> None:
    tell(station, broker, real)
    come_back(world, station, broker)
    rebuilt = Station(world, tmp_path / "anew")

    rebuilt.finish(AT + 9 * DAY + 2)

    assert rebuilt.rows() == station.rows()
    assert untold(rebuilt) == 0


def counted(station: Station, real: FixedClock) -> Counting:
    meters = registry("monitoring")
    return Counting(
        station.radar,
        looked_to=lambda: AT,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        real=real,
        meters=meters,
        heartbeat=Heartbeat(real, meters),
    )


def test_what_never_comes_back_is_told_again_ever_more_seldom_at_least_each_hour_and_never_given_up(
    station: Station, broker: Broker, real: FixedClock
) -> None:
    counting = counted(station, real)
    tell(station, broker, real)
    first = broker.ids()
    told_at = []
    for _ in range(60 * 9):
        broker.taken = []
        real.at += 60_000_000
        asyncio.run(counting.step())
        tell(station, broker, real)
        if broker.taken:
            assert broker.ids() == first
            told_at.append((real.at - AT) // 60_000_000)

    waited = [later - earlier for earlier, later in pairwise([0, *told_at])]
    assert waited == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60]


def test_what_is_new_of_an_alert_does_not_wait_as_long_as_what_never_came_back(
    world: World, station: Station, broker: Broker, real: FixedClock
) -> None:
    counting = counted(station, real)
    for _ in range(8):
        tell(station, broker, real)
        real.at += LONGEST_WAIT_MICROS
        asyncio.run(counting.step())
    tell(station, broker, real)
    world.now = AT + 10 * DAY
    world.add(CASE, "safety_assessed", report_id="r-1")
    station.finish(world.now)
    broker.taken = []
    tell(station, broker, real)
    assert "alert_closed" in [name for name, _ in broker.said()]

    with station.view.reading() as t:
        again_at = t.value("SELECT again_at FROM alerts WHERE rule = 'ST-01' AND outcome = 'late'")
    assert again_at == real.at + FIRST_WAIT_MICROS


def test_how_many_wait_for_the_ledger_and_for_how_long_is_told(
    world: World, station: Station, broker: Broker, real: FixedClock
) -> None:
    counting = counted(station, real)
    tell(station, broker, real)
    station.clock.at += 90_000_000
    asyncio.run(counting.step())
    numbers = counting._meters.registry
    waiting = numbers.get_sample_value("waakvlam_radar_unconfirmed_alerts")
    assert waiting == len(station.rows()) > 0
    assert numbers.get_sample_value("waakvlam_radar_unconfirmed_oldest_seconds") == 90.0

    come_back(world, station, broker)
    tell(station, broker, real)
    come_back(world, station, broker)
    asyncio.run(counting.step())

    assert numbers.get_sample_value("waakvlam_radar_unconfirmed_alerts") == 0
    assert numbers.get_sample_value("waakvlam_radar_unconfirmed_oldest_seconds") == 0


def test_a_clock_that_was_set_back_does_not_keep_what_never_came_back_from_being_told_again(
    station: Station, broker: Broker, real: FixedClock
) -> None:
    counting = counted(station, real)
    real.at += DAY
    tell(station, broker, real)
    broker.taken = []
    real.at -= DAY

    asyncio.run(counting.step())
    tell(station, broker, real)

    assert broker.taken


def test_the_moment_looked_at_is_told_only_when_nothing_due_is_left(station: Station) -> None:
    horizons = [AT + 9 * DAY, AT + 90 * DAY]
    looks = Looking(
        station.radar,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        meters=registry("monitoring"),
        patience_seconds=20.0,
        rest_seconds=0.25,
    )
    told = []
    for at in horizons:
        station.horizon.promised(at, {number: len(some) for number, some in enumerate(station.world.partitions)})
        while asyncio.run(looks.step()) == 0.0:
            pass
        told.append((looks.looked_to, station.look()))

    assert told == [(at, 0) for at in horizons]


def test_a_clock_that_stands_still_is_not_waited_for_and_is_counted(station: Station) -> None:
    meters = registry("monitoring")
    station.clock.at = AT + 300 * DAY
    looks = Looking(
        station.radar,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        meters=meters,
        patience_seconds=-1.0,
        rest_seconds=0.25,
    )
    before = station.view.tally(range(PARTITIONS)).open_alerts

    asyncio.run(looks.step())

    assert station.view.tally(range(PARTITIONS)).open_alerts > before
    assert meters.registry.get_sample_value("waakvlam_radar_early_scans_total") == PARTITIONS
    assert looks.looked_to is None


def test_a_worker_without_a_partition_has_nothing_to_do_and_goes_on(
    station: Station, broker: Broker, real: FixedClock
) -> None:
    def mine() -> tuple[int, ...]:
        return ()

    meters = registry("monitoring")
    looks = Looking(
        station.radar, mine=mine, clock=station.clock, meters=meters, patience_seconds=20.0, rest_seconds=0.25
    )
    telling = Telling(
        station.radar, NATIONAL_AND_REGION, broker.send, mine=mine, clock=station.clock, real=real, meters=meters
    )
    counting = Counting(
        station.radar,
        looked_to=lambda: looks.looked_to,
        mine=mine,
        clock=station.clock,
        real=real,
        meters=meters,
        heartbeat=Heartbeat(real, meters),
    )

    for step in (looks.step, telling.step, counting.step):
        assert asyncio.run(step()) > 0

    assert broker.taken == []
