"""The relay: the ledger's records in its order, and a clock that promises only what is published."""

import asyncio

import pytest

from ledger import errors, ledger_clock, record
from ledger.application import Ledger
from ledger.ledger_clock import LedgerClock
from ledger.model import Draft
from ledger.relay import IDLE_SECONDS, PAGE, Relay
from waakvlam.clock import FixedClock
from waakvlam.errors import Unreadable

START = 1_764_000_000_000_000


class Topics:
    """Remembers what was delivered; two partitions of case-events. `fail` makes the next delivery fail."""

    def __init__(self, begin=0):
        self.begin, self.delivered, self.fail = begin, [], False

    async def ends_of(self, _topic):
        return {0: self.begin, 1: self.begin}

    async def deliver(self, rows):
        if self.fail:
            self.fail = False
            raise ConnectionError
        self.delivered += rows
        found = self.of("case-events")
        return {part: self.begin + sum(1 for one in found if one.key[-1] % 2 == part) for part in (0, 1)}

    def of(self, topic):
        return [one for one in self.delivered if one.topic == topic]

    def strokes(self):
        return [ledger_clock.decode(one.value) for one in self.of("ledger-clock")]


class Time:
    """Seconds of a machine, moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return FixedClock(START)


@pytest.fixture
def ledger(tmp_path, clock):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def topics():
    return Topics()


@pytest.fixture
def relay(ledger, topics):
    return Relay(ledger, topics, clock_seconds=10, real_seconds=Time())


def write(ledger, count, *, case="case-1", begin=0):
    drafts = [
        Draft(
            event_id=f"{case}-{begin + number}",
            source="urn:x",
            content=bytes(32),
            case=case,
            type="incident_recorded",
            agency="politie-nn",
            municipality="0014",
            reference=None,
            occurred_at=START,
            recorded_by=None,
            payload=b"payload",
        )
        for number in range(count)
    ]
    with ledger.writing() as w:
        w.append(drafts)


def step(relay):
    return asyncio.run(relay.step())


def test_records_are_published_as_they_stand_in_the_ledger_keyed_by_case_in_order(ledger, topics, relay):
    write(ledger, 2)
    write(ledger, 1, case="case-2")

    assert step(relay) == IDLE_SECONDS

    found = topics.of("case-events")
    assert [one.value for one in found] == [one.body for one in ledger.notifications(after=0, limit=9)]
    assert [one.key for one in found] == [b"case-1", b"case-1", b"case-2"]
    assert [dict(one.headers) for one in found][2] == {
        "position": b"3",
        "type": b"incident_recorded",
        "version": b"1",
    }


def test_more_than_a_page_is_published_page_by_page(ledger, topics, relay):
    step(relay)
    write(ledger, PAGE + 1)

    assert step(relay) == 0.0
    assert step(relay) == IDLE_SECONDS
    assert len(topics.of("case-events")) == PAGE + 1
    assert relay.behind() == 0


def test_after_a_restart_it_goes_on_where_it_was(ledger, topics, relay):
    write(ledger, 2)
    step(relay)
    write(ledger, 2, begin=2)

    step(Relay(ledger, topics, real_seconds=Time()))

    assert [record.decode(one.value).version for one in topics.of("case-events")] == [1, 2, 3, 4]


def test_what_was_not_delivered_is_published_again(ledger, topics, relay):
    write(ledger, 2)
    topics.fail = True

    with pytest.raises(ConnectionError):
        step(relay)
    step(relay)

    assert [record.decode(one.value).version for one in topics.of("case-events")] == [1, 2]


def test_a_relay_that_another_has_overtaken_goes_on_where_that_one_was(ledger, topics, relay):
    step(relay)
    write(ledger, 1)
    step(Relay(ledger, topics, real_seconds=Time()))
    write(ledger, 1, begin=1)

    step(relay)
    step(relay)

    assert relay.position == 2
    assert [record.decode(one.value).version for one in topics.of("case-events")][-1] == 2


def test_a_relay_that_is_overtaken_time_after_time_stops(ledger):
    class Rivalled(Topics):
        """A rival moves the position while we deliver."""

        async def deliver(self, rows):
            with ledger.writing() as w:
                before = w.positions([("relay", 0)]).get(("relay", 0))
                w.move_position("relay", 0, before, (before or 0) + 1)
            return await super().deliver(rows)

    write(ledger, 9)
    relay = Relay(ledger, Rivalled(), real_seconds=Time())
    for _ in range(3):
        assert step(relay) == IDLE_SECONDS

    with pytest.raises(errors.Fenced):
        step(relay)


def test_the_clock_promises_no_more_than_what_is_published(ledger, topics, clock):
    topics.begin = 100
    write(ledger, 3)
    clock.at += 1_000_000

    step(Relay(ledger, topics, real_seconds=Time()))

    (stroke,) = topics.strokes()
    assert (stroke.time, stroke.position) == (clock.at, 3)
    assert sum(stroke.ends.values()) - 200 == 3
    write(ledger, 1, begin=3)
    assert record.decode(ledger.notifications(after=3, limit=1)[0].body).recorded_at > stroke.time


def test_the_clock_strikes_at_its_pace_also_under_load(ledger, topics, relay):
    step(relay)
    write(ledger, PAGE * 2)
    assert step(relay) == 0.0
    relay.real_seconds.now = 10.0

    step(relay)

    assert [one.position for one in topics.strokes()] == [0, PAGE * 2]


def test_a_stroke_goes_round():
    stroke = LedgerClock(time=START, position=7, ends={0: 3, 5: 0})

    assert ledger_clock.decode(ledger_clock.encode(stroke)) == stroke


def test_what_is_no_stroke_is_not_read():
    with pytest.raises(Unreadable):
        ledger_clock.decode(b"\xc3\x01 iets anders")


def test_a_ledger_that_lost_its_last_records_is_named_and_no_time_is_promised(ledger, topics, relay):
    write(ledger, 3)
    with ledger.writing() as w:
        w.statements.execute("DELETE FROM stored_events WHERE rowid > 1")

    with pytest.raises(errors.Damaged, match="up to 3, and nothing stands after 1"):
        step(relay)

    assert topics.strokes() == []
