"""The watch tells from outside what a worker cannot tell of itself."""

import asyncio
import os
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from aiokafka.errors import KafkaConnectionError

from cli.backup import LAST_WORD
from cli.certificates import Certificates
from cli.settings import Settings
from cli.surroundings import PASSWORD_SECONDS, _end_shown_at
from cli.watch import Watch, readers
from ledger.application import Ledger
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from ledger.streams.records import Place
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, report
from waakvlam.clock import FixedClock, SystemClock, iso, micros_of

NOON = 1_764_068_400_000_000
CASE_EVENTS = Place("case-events", 0)


class Broker:
    """A Kafka of which a test says how far its topics and readers are."""

    def __init__(self):
        self.ends = {Place(topic, 0): 0 for topics in readers().values() for topic in topics}
        self.positions = {reader: {} for reader in readers()}
        self.is_down = False
        self.closed = 0

    async def bounds(self, topics):
        if self.is_down:
            raise KafkaConnectionError
        return {place: (0, end) for place, end in self.ends.items() if place.topic in topics}

    async def committed(self, group):
        return self.positions[group]

    async def close(self):
        self.closed += 1


class Outside:
    """A watch with a clock of its own."""

    def __init__(self, folder, **more):
        self.now = 100.0
        self.kafka, self.meters = Broker(), registry("watch")
        self.settings = Settings(data=folder, **more)
        self.watch = Watch(self.settings, self.meters, self.kafka, real_seconds=lambda: self.now)

    def look(self, later=0.0):
        self.now += later
        asyncio.run(self.watch.look())

    def value(self, name, **labels):
        return self.meters.registry.get_sample_value(f"waakvlam_watch_{name}", labels)

    def lag(self, reader, topic):
        names = ("lag_records", "lag_seconds", "no_progress_seconds")
        return tuple(self.value(name, reader=reader, topic=topic) for name in names)


@pytest.fixture
def outside(tmp_path):
    made = Outside(tmp_path)
    yield made
    made.watch.close()


def filled(folder, count):
    """Make a ledger with so many events."""
    clock = FixedClock(NOON)
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=clock, keys=keys)) as ledger,
    ):
        Desk(ledger, clock, Pipeline(ledger, clock=clock)).take(
            *(report("politie-nn", f"e-{number}", reference=f"r-{number}") for number in range(count))
        )


def test_lag_is_told_by_reader_and_topic_in_records_and_in_seconds(outside):
    outside.kafka.ends[CASE_EVENTS] = 10
    outside.kafka.positions["triage"] = {CASE_EVENTS: 10}
    outside.kafka.positions["monitoring"] = {CASE_EVENTS: 4}
    outside.look()
    outside.kafka.ends[CASE_EVENTS] = 15
    outside.kafka.positions["triage"] = {CASE_EVENTS: 12}
    outside.look(later=30)

    assert outside.lag("triage", "case-events") == (3, 0, 0)
    assert outside.lag("monitoring", "case-events") == (11, 30, 30)
    assert outside.lag("board", "receipts.board") == (0, 0, 0)


def test_a_held_topic_of_one_agency_is_told_of_that_topic_alone(outside):
    held, free = Place("agency.politie-nn", 0), Place("agency.team-groningen", 0)
    outside.kafka.ends |= {held: 5, free: 5}
    outside.kafka.positions["intake"] = {free: 5}
    outside.look()
    outside.look(later=90)

    assert outside.lag("intake", held.topic) == (5, 90, 90)
    assert outside.lag("intake", free.topic) == (0, 0, 0)


def test_a_kafka_that_does_not_answer_is_told_and_the_rest_is_looked_at_all_the_same(outside, tmp_path):
    filled(tmp_path, 3)
    outside.kafka.is_down = True
    outside.look()

    assert outside.value("reachable_state", what="kafka") == 0
    assert outside.value("reachable_state", what="ledger") == 1
    assert outside.value("relay_behind_events") == 3
    assert outside.kafka.closed == 1

    outside.kafka.is_down = False
    outside.look(later=40)

    assert outside.value("reachable_state", what="kafka") == 1
    assert outside.value("relay_behind_seconds") == 40


def test_a_ledger_that_is_not_there_is_told_and_not_made(outside, tmp_path):
    outside.look()

    assert outside.value("reachable_state", what="ledger") == 0
    assert not (tmp_path / "ledger.db").exists()


def test_the_watch_tells_when_it_looked_and_is_ready_for_a_minute(outside):
    assert not outside.watch.is_ready()
    outside.look()

    assert outside.watch.is_ready()
    assert outside.value("looked_timestamp_seconds") > 1_700_000_000
    outside.now += 61
    assert not outside.watch.is_ready()


def test_a_backup_is_as_old_as_the_last_one_and_without_one_as_the_first_event(outside, tmp_path):
    filled(tmp_path, 1)
    outside.look()
    assert outside.value("backup_made_timestamp_seconds") == NOON / 1e6

    made = SystemClock().now() - timedelta(hours=3)
    (tmp_path / LAST_WORD).write_text(iso(micros_of(made)) + "\n", "utf-8")
    outside.look()

    assert outside.value("backup_made_timestamp_seconds") == pytest.approx(made.timestamp(), abs=1)


def test_what_ends_is_told_by_its_end_certificates_and_passwords_alike(tmp_path):
    certificates, now = Certificates(tmp_path / "certificates"), SystemClock().now()
    (tmp_path / "certificates").mkdir()
    certificates.make_unless_valid("broker", now)
    folder = tmp_path / "credentials"
    folder.mkdir()
    password = folder / "intake"
    password.write_text("geheim-van-de-test")
    os.utime(password, (1_700_000_000, 1_700_000_000))
    login = {"security": "sasl_ssl", "sasl_username": "operator", "sasl_password_file": password}
    outside = Outside(tmp_path, ca_file=certificates.issuer, bootstrap="127.0.0.1:1", **login)
    outside.look()
    outside.watch.close()

    assert outside.value("expires_timestamp_seconds", what="login-intake") == 1_700_000_000 + PASSWORD_SECONDS
    ends = outside.value("expires_timestamp_seconds", what="ca")
    assert 396 * 86_400 < ends - now.timestamp() < 398 * 86_400
    assert "geheim" not in outside.meters.text().decode()


def test_room_is_told_in_bytes_and_as_a_part_of_the_disk(outside):
    outside.look()

    assert outside.value("disk_free_bytes") > 0
    assert 0 < outside.value("disk_free_ratio") <= 1


def test_the_end_of_the_certificate_that_a_broker_shows_is_read_whoever_issued_it(tmp_path):
    certificates, now = Certificates(tmp_path), SystemClock().now()
    certificates.make_unless_valid("broker", now - timedelta(days=390))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.node)
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as beside:
        shown = beside.submit(lambda: context.wrap_socket(listening.accept()[0], server_side=True).close())
        ends = _end_shown_at(f"127.0.0.1:{listening.getsockname()[1]}")
        shown.result(10)

    assert 6 * 86_400 < ends - now.timestamp() < 8 * 86_400
    assert _end_shown_at("127.0.0.1:1") is None
