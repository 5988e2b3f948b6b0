"""What the radar does with a case: facts once, conclusions when they are certain, one case never holds up another."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import Away, Fenced
from ledger.streams.records import Place
from services.monitoring import anchor
from services.monitoring import watch as watch_module
from services.monitoring.alert_view import of_cases
from services.monitoring.records import CaseRow
from services.monitoring.view import Stale
from tests.property.radar_world import BEGIN, DAY, PARTITIONS, TOPIC, Station, World
from tests.said import lines
from waakvlam.clock import micros_of

EVEN, ODD = "00000000-0000-5000-8000-000000000000", "00000000-0000-5000-8000-000000000001"
AT = micros_of(BEGIN)


@pytest.fixture
def world() -> World:
    return World(random.Random(1))


@pytest.fixture
def station(world: World, tmp_path: Path) -> Station:
    return Station(world, tmp_path)


def report(world: World, case: str, *, days_ago: int = 0) -> None:
    world.add(case, "report_received", occurred_at=world.now - days_ago * DAY, report_id="r-1", acute=False)


def row(station: Station, case: str) -> CaseRow:
    with station.view.reading() as t:
        return station.view.cases(t, [case])[case]


def open_stages(station: Station) -> list[tuple[str, str]]:
    with station.view.reading() as t:
        rows = of_cases(t, [EVEN, ODD])
    return sorted((one.rule, one.stage) for some in rows.values() for one in some.values() if one.closed_at is None)


def read_all(world: World, station: Station) -> None:
    world.publish(len(world.ledger))
    while station.read(100):
        pass


def test_an_open_case_has_a_next_due_instant_as_soon_as_it_is_known(world: World, station: Station) -> None:
    report(world, EVEN)

    station.finish(AT)

    assert row(station, EVEN).is_open
    assert row(station, EVEN).next_due is not None
    assert station.view.tally(range(PARTITIONS)).without_deadline == 0


def withdrawn_case(world: World, station: Station) -> None:
    """A report that was answered for by nobody, with what Waakvlam and people did about it, is withdrawn for its date."""
    report(world, EVEN, days_ago=9)
    told = world.ledger[-1].event_id
    world.add(EVEN, "case_routed")
    station.finish(AT)
    alert = next(alert for alert, _, _, closed_at, _ in station.rows() if closed_at is None)
    world.now = AT + DAY
    world.add(EVEN, "alert_acknowledged", alert=alert)
    world.now = AT + 2 * DAY
    world.add(EVEN, "event_withdrawn", event_id=told, reason="verkeerde-datum")
    station.finish(AT + 2 * DAY)


def test_a_case_of_which_everything_was_withdrawn_is_no_open_case_and_is_counted_apart(
    world: World, station: Station
) -> None:
    withdrawn_case(world, station)

    tally = station.view.tally(range(PARTITIONS))
    assert (row(station, EVEN).phase, row(station, EVEN).is_open) == ("emptied", False)
    assert (tally.emptied, tally.open_cases, tally.without_deadline, tally.uncovered) == (1, 0, 0, 0)
    assert open_stages(station) == []


def test_when_it_is_told_again_the_case_is_watched_again(world: World, station: Station) -> None:
    withdrawn_case(world, station)
    world.now = AT + 3 * DAY

    report(world, EVEN, days_ago=6)
    station.finish(AT + 3 * DAY)

    tally = station.view.tally(range(PARTITIONS))
    assert (row(station, EVEN).phase, row(station, EVEN).is_open) == ("assessment", True)
    assert row(station, EVEN).next_due is not None
    assert (tally.emptied, tally.open_cases, tally.without_deadline) == (0, 1, 0)


def test_an_open_case_for_which_no_agreement_has_a_silence_rule_is_counted(world: World, station: Station) -> None:
    before_any_agreement = 20 * 365
    report(world, EVEN, days_ago=before_any_agreement)
    report(world, ODD)

    station.finish(AT)
    assert station.view.tally(range(PARTITIONS)).uncovered == 1

    world.add(EVEN, "family_contacted")
    station.finish(AT)
    assert station.view.tally(range(PARTITIONS)).uncovered == 0


def test_nothing_is_concluded_before_everything_of_that_instant_was_read(world: World, station: Station) -> None:
    report(world, EVEN, days_ago=30)
    world.add(EVEN, "safety_assessed", occurred_at=world.now - 29 * DAY, report_id="r-1")
    world.publish(1)
    station.read(1)

    station.look()
    assert station.rows() == []

    station.finish(AT)
    assert ("ST-01", "breach") not in open_stages(station)


def test_an_alert_is_raised_though_nothing_arrives(world: World, station: Station) -> None:
    report(world, EVEN)

    station.finish(AT + 9 * DAY)

    assert ("ST-01", "breach") in open_stages(station)


def test_the_worst_case_is_looked_at_first_and_a_look_takes_no_more_than_its_limit(
    world: World, station: Station
) -> None:
    report(world, EVEN)
    report(world, ODD)
    world.add(ODD, "acute_danger_found", report_id="r-1")
    world.add(ODD, "case_routed", priority=1, queue="acute", reason="acuut")
    station.finish(AT)
    station.horizon.promised(AT + 30 * DAY, {0: 1, 1: 3})

    assert station.look(limit=1) == 1

    assert row(station, ODD).advanced_to == AT + 30 * DAY
    assert row(station, EVEN).advanced_to < AT + 30 * DAY


def test_a_record_that_comes_twice_counts_once(world: World, station: Station) -> None:
    report(world, EVEN)
    read_all(world, station)
    world.publish_again(1)

    read_all(world, station)

    assert row(station, EVEN).version == 1


def test_a_gap_is_filled_from_the_ledger(world: World, station: Station) -> None:
    for _ in range(4):
        report(world, EVEN)
    world.publish(4)
    del world.partitions[0][1:3]

    read_all(world, station)

    assert row(station, EVEN).version == 4


def test_a_batch_is_stored_whole_or_not_at_all(world: World, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    report(world, EVEN)
    world.publish(1)

    def fail(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(station.view, "write", fail)
        with pytest.raises(OSError):
            station.read(100)
    assert station.view.positions([(TOPIC, 0)]) == {}

    station.start()
    station.finish(AT)
    assert row(station, EVEN).version == 1


def test_a_reader_whose_position_was_moved_by_another_is_fenced(world: World, station: Station) -> None:
    other = Station(world, station.folder)
    report(world, EVEN)
    world.publish(1)
    other.read(100)

    with pytest.raises(Fenced):
        station.read(100)

    assert row(station, EVEN).version == 1


def test_who_writes_on_old_knowledge_changes_nothing(world: World, station: Station) -> None:
    report(world, EVEN)
    station.finish(AT)
    old = row(station, EVEN)
    station.finish(AT + 9 * DAY)

    with pytest.raises(Stale), station.view.transaction() as t:
        station.view.write(t, [(old, old)])

    assert row(station, EVEN).open_alerts > 0


def test_a_case_on_which_the_engine_fails_does_not_hold_up_the_others_and_is_named_in_the_log(
    world: World, station: Station, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    learn = watch_module.CaseWatch.learn

    def fails_on_one(self: watch_module.CaseWatch, events: object, at: int) -> object:
        if self.case == ODD:
            raise ZeroDivisionError
        return learn(self, events, at)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(watch_module.CaseWatch, "learn", fails_on_one)
        report(world, EVEN)
        report(world, ODD)
        station.finish(AT + 9 * DAY)
        assert (row(station, EVEN).broken, row(station, ODD).broken) == (False, True)
        assert ("ST-01", "breach") in open_stages(station)
        assert station.view.tally(range(PARTITIONS)).broken == 1
        assert station.view.tally(range(PARTITIONS)).without_deadline == 1
    assert {(one["event"], one["case"], one["error"]) for one in lines(caplog)} == {
        ("case_broken", ODD, "builtins.ZeroDivisionError")
    }

    station.radar.mend(ODD, 1)
    assert not row(station, ODD).broken
    assert open_stages(station).count(("ST-01", "breach")) == 2


def test_without_the_ledgers_clock_alerts_are_raised_early_rather_than_never(world: World, station: Station) -> None:
    report(world, EVEN)
    station.finish(AT)
    later = AT + 9 * DAY

    station.radar.scan({0: later}, limit=10)

    assert ("ST-01", "breach") in open_stages(station)


def test_what_was_told_in_time_but_came_after_an_early_alert_closes_it_and_a_restart_agrees(
    world: World, station: Station
) -> None:
    report(world, EVEN)
    station.finish(AT)
    station.radar.scan({0: AT + 9 * DAY}, limit=10)
    world.now = AT + DAY
    world.add(EVEN, "safety_assessed", report_id="r-1")

    station.finish(AT + 10 * DAY)
    before = station.rows()
    station.start()
    station.radar.mend(EVEN, 0)

    assert ("ST-01", "breach") not in open_stages(station)
    assert station.rows() == before


def test_events_without_a_case_are_passed_over(world: World, station: Station) -> None:
    report(world, EVEN)
    advice = world.add(ODD, "advice_given")
    world.ledger[1] = replace(advice, caseless=True)

    read_all(world, station)

    assert station.view.tally(range(PARTITIONS)).cases == 1
    assert station.next[Place(TOPIC, 1)] == 1


def test_a_batch_that_could_not_be_stored_is_not_taken_for_silence(
    world: World, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away in mid-commit and the service waits for it: what was read is not known, and nothing is concluded."""
    report(world, EVEN)
    read_all(world, station)
    world.now = AT + DAY
    world.add(EVEN, "safety_assessed", report_id="r-1")
    world.publish(len(world.ledger))
    with monkeypatch.context() as patched:
        patched.setattr(anchor, "store", lambda *_: (_ for _ in ()).throw(Away("the database does not answer")))
        with pytest.raises(Away):
            station.read(100)
    ends = {number: len(some) for number, some in enumerate(world.partitions)}

    station.horizon.promised(AT + 9 * DAY, ends)
    station.look()
    assert open_stages(station) == []

    station.radar.positions(list(station.next))
    station.finish(AT + 9 * DAY)
    assert not any(rule == "ST-01" for rule, _ in open_stages(station))
