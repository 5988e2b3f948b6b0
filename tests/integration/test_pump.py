"""The pump, the sender and their host, on a real Kafka."""

import asyncio
import logging
import re
import signal
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from cli.broker import Broker
from cli.kafka_admin import apply_matrix
from ledger.errors import Away
from ledger.metrics import registry
from ledger.streams import Hosting, Loop, Parts, Place, Pump, Sender, missing_topics, run
from waakvlam.settings import KafkaSettings
from waakvlam.topics import Topic

pytestmark = pytest.mark.real
TOPIC, CONTROL = "pump-test", "control"


@dataclass
class Row:
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple = ()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    started = Broker(tmp_path_factory.mktemp("kafka")).start()
    yield started
    started.stop()


@pytest.fixture
def topic(broker, request):
    name = re.sub(r"[^\w-]", "-", request.node.name.replace("_", "-"))[:200]
    wanted = [Topic(one, "", parts, {}, (), (), "") for one, parts in ((name, 2), (CONTROL, 1))]
    apply_matrix(KafkaSettings(bootstrap=broker.bootstrap), matrix=tuple(wanted))
    return name


class Reader:
    """What a service is to the pump: it counts what it takes, and keeps its positions with that."""

    def __init__(self, wanted=0):
        self.values, self.stored, self.wanted = [], {}, wanted
        self.hold_at, self.fail_at = {}, None
        self.away, self.is_committed = 0, False  # how often the database goes away, and whether it has the batch then
        self.done = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    def positions(self, places):
        return {place: self.stored[place] for place in places if place in self.stored}

    def handle(self, batch):
        values = [one.value for one in batch]
        if not self.is_committed:
            self._go_away()
        if self.fail_at is not None and self.fail_at in values:
            raise ValueError("this batch cannot be applied")
        held = {place: at for place, at in self.hold_at.items() if place in batch.records}
        self.hold_at = {}
        for place, some in batch.records.items():
            taken = [one for one in some if one.offset < held.get(place, 1 << 62)]
            self.values += [one.value for one in taken]
            self.stored[place] = held.get(place, batch.next_offsets()[place])
        if len(self.values) >= self.wanted:
            self.loop.call_soon_threadsafe(self.done.set)
        self._go_away()
        return held

    def _go_away(self):
        if self.away:
            self.away -= 1
            raise Away("the database does not answer")


@asynccontextmanager
async def pumping(broker, topic, reader, **options):
    pump = Pump(
        broker.bootstrap, f"{topic}-group", [topic], positions=reader.positions, handle=reader.handle, **options
    )
    async with pump:
        yield pump


async def fill(broker, topic, begin, end):
    async with Sender(broker.bootstrap) as sender:
        return await sender.send_all(Row(topic, b"k%d" % (number % 7), b"%d" % number) for number in range(begin, end))


async def wait(event):
    await asyncio.wait_for(event.wait(), 30)


async def until(condition):
    """Wait for something that nobody tells of: who is in the group is known to Kafka alone."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.02)


def numbers(begin, end):
    return sorted(b"%d" % number for number in range(begin, end))


def test_the_sender_tells_where_each_partition_ends(broker, topic):
    async def scenario():
        delivered = await fill(broker, topic, 0, 50)
        async with Sender(broker.bootstrap) as sender:
            return delivered, await sender.ends_of(topic), await sender.deliver([Row(topic, b"k1", b"x")])

    delivered, ends, after = asyncio.run(scenario())

    assert delivered.count == sum(ends.values()) == 50
    assert {place.partition: end for place, end in delivered.ends.items()} == {
        part: end for part, end in ends.items() if end
    }
    ((part, end),) = after.items()
    assert end == ends[part] + 1


def test_everything_is_read_once_from_the_beginning_and_later_from_where_it_was(broker, topic):
    async def scenario():
        await fill(broker, topic, 0, 5_000)
        reader, meters = Reader(5_000), registry("intake")
        async with pumping(broker, topic, reader, meters=meters) as pump:
            await wait(reader.done)
            ready, assigned = pump.is_ready(), pump.assigned()
        again = Reader(100)
        again.stored = dict(reader.stored)
        await fill(broker, topic, 5_000, 5_100)
        async with pumping(broker, topic, again):
            await wait(again.done)
        return reader, again, ready, assigned, meters.text().decode()

    reader, again, ready, assigned, metrics = asyncio.run(scenario())

    assert sorted(reader.values) == numbers(0, 5_000)
    assert sorted(again.values) == numbers(5_000, 5_100)
    assert ready
    assert assigned == {Place(topic, 0), Place(topic, 1)}
    assert f'waakvlam_pump_records_total{{topic="{topic}"}} 5000.0' in metrics


def test_the_database_and_not_kafka_says_where_to_go_on(broker, topic):
    async def scenario():
        await fill(broker, topic, 0, 100)
        first, second = Reader(100), Reader(100)
        async with pumping(broker, topic, first):
            await wait(first.done)
        async with pumping(broker, topic, second):
            await wait(second.done)
        return second

    assert sorted(asyncio.run(scenario()).values) == numbers(0, 100)


def test_a_position_that_kafka_does_not_have_means_the_beginning_and_is_told_before_anything_is_read(
    broker, topic, caplog
):
    torn = []

    async def scenario():
        await fill(broker, topic, 0, 100)
        reader = Reader(100)
        reader.stored = {Place(topic, 0): 10_000, Place(topic, 1): 10_000}
        async with pumping(broker, topic, reader, torn=lambda places: torn.append((places, len(reader.values)))):
            await wait(reader.done)
        return reader

    assert sorted(asyncio.run(scenario()).values) == numbers(0, 100)
    assert torn == [({Place(topic, 0): 0, Place(topic, 1): 0}, 0)]
    assert "position_torn" in caplog.text


def test_a_batch_that_cannot_be_applied_crashes_the_pump_and_nothing_is_acknowledged(broker, topic):
    async def scenario():
        await fill(broker, topic, 0, 100)
        reader = Reader(100)
        reader.fail_at = b"50"
        pump = Pump(broker.bootstrap, f"{topic}-g", [topic], positions=reader.positions, handle=reader.handle)
        await pump.start()
        await asyncio.wait_for(pump.wait_until_stopped(), 30)
        await pump.stop()
        after = Reader(100)
        after.stored, after.values = dict(reader.stored), list(reader.values)
        async with pumping(broker, topic, after):
            await wait(after.done)
        return pump, after

    pump, after = asyncio.run(scenario())

    assert isinstance(pump.crash_reason, ValueError)
    assert sorted(after.values) == numbers(0, 100)


@pytest.mark.parametrize("is_committed", [False, True], ids=["nothing-committed", "committed"])
def test_a_database_that_is_away_for_a_moment_is_waited_for_and_then_says_where_to_go_on(
    broker, topic, caplog, is_committed
):
    async def scenario():
        await fill(broker, topic, 0, 100)
        reader = Reader(200)
        reader.away, reader.is_committed = 1 if is_committed else 2, is_committed
        async with pumping(broker, topic, reader) as pump:
            await until(lambda: not reader.away)
            await fill(broker, topic, 100, 200)
            await wait(reader.done)
            await until(lambda: "database_back" in caplog.text)
            assert not pump.crashed
        return reader

    caplog.set_level(logging.INFO)
    assert sorted(asyncio.run(scenario()).values) == numbers(0, 200), "each once"


def test_a_place_that_is_held_waits_and_goes_on_from_its_offset_when_released(broker, topic):
    async def scenario():
        await fill(broker, topic, 0, 200)
        reader = Reader(0)
        held = {Place(topic, 0): 3, Place(topic, 1): 4}
        reader.hold_at, reader.wanted = dict(held), 7
        async with pumping(broker, topic, reader) as pump:
            await wait(reader.done)
            await until(lambda: pump.held() == held.keys())
            taken, lag = len(reader.values), sum(pump.lag().values())
            reader.done.clear()
            reader.wanted = 200
            pump.release(held)
            await wait(reader.done)
        return taken, lag, reader

    taken, lag, reader = asyncio.run(scenario())

    assert taken == 7
    assert lag == 193
    assert sorted(reader.values) == numbers(0, 200)


def test_two_pumps_of_one_group_share_the_places_and_take_over(broker, topic):
    async def scenario():
        first, second = Reader(), Reader()
        first.stored = second.stored = {}  # one database
        async with pumping(broker, topic, first) as one:
            async with pumping(broker, topic, second) as two:
                await until(lambda: len(one.assigned()) == len(two.assigned()) == 1)
                await fill(broker, topic, 0, 300)
                await until(lambda: len(first.values) + len(second.values) >= 300)
            await until(lambda: len(one.assigned()) == 2)
            await fill(broker, topic, 300, 400)
            await until(lambda: len(first.values) + len(second.values) >= 400)
        return first, second

    first, second = asyncio.run(scenario())

    assert first.values
    assert second.values
    assert sorted(first.values + second.values) == numbers(0, 400)


def test_a_host_ends_with_one_when_a_part_crashes_and_says_why(broker, topic, tmp_path, caplog):
    async def crash():
        raise ValueError("kapot")

    hosting = Hosting(name="host-test", bootstrap=broker.bootstrap, folder=tmp_path)

    assert run(hosting, lambda: Parts([Loop("Crashing", crash)], lambda: True)) == 1
    assert "service_crashed" in caplog.text
    assert "builtins.ValueError" in caplog.text


def test_a_host_ends_with_zero_when_it_is_told_to_stop(broker, topic, tmp_path, caplog):
    caplog.set_level(logging.INFO)

    async def idle():
        threading.Timer(0.0, partial(signal.raise_signal, signal.SIGTERM)).start()
        return 60.0

    hosting = Hosting(name="host-test-2", bootstrap=broker.bootstrap, folder=tmp_path)

    assert run(hosting, lambda: Parts([Loop("Idle", idle)], lambda: True)) == 0
    assert "service_stopped" in caplog.text


def test_a_host_does_not_start_before_its_topics_exist(broker, topic, tmp_path, caplog):
    hosting = Hosting(name="host-test-3", bootstrap=broker.bootstrap, folder=tmp_path, topics=["niet-gemaakt"])

    assert run(hosting, lambda: Parts([], lambda: True)) == 2
    assert "niet-gemaakt" in caplog.text
    assert asyncio.run(missing_topics(broker.bootstrap, [topic, "niet-gemaakt"])) == ["niet-gemaakt"]
