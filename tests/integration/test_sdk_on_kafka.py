"""The SDK on a real Kafka: what is published arrives, receipts come back, and an agency's own commands work."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import kafka as kafka_python
import pytest
from typer.testing import CliRunner

from cli.kafka_admin import apply_matrix
from waakvlam import cli, codec
from waakvlam.envelope import from_headers
from waakvlam.errors import NotDelivered, Unreachable
from waakvlam.kafka import KafkaTransport, Receipts, receipts
from waakvlam.messages import Message
from waakvlam.publisher import Parcel, Publisher, new_id
from waakvlam.receipt import Receipt, encode
from waakvlam.settings import KafkaSettings
from waakvlam.topics import topics

pytestmark = pytest.mark.real
AGENCY = "politie-nn"
AT = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
README = Path(__file__).parents[2] / "sdk" / "README.md"
DANGER = {"occurred_at": "2026-04-02T10:15:00+02:00", "municipality": "0014", "reference": "pl-1", "report_id": "r-1"}


class PlayedIntake(threading.Thread):
    """Answers each event of one agency: rejected when its municipality is 0080, accepted otherwise."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(daemon=True)
        self._ends = threading.Event()
        self._reader = kafka_python.KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
        topic = f"agency.{AGENCY}"
        partitions = [kafka_python.TopicPartition(topic, one) for one in self._reader.partitions_for_topic(topic)]
        self._reader.assign(partitions)
        for partition, end in self._reader.end_offsets(partitions).items():
            self._reader.seek(partition, end)
        self._transport = KafkaTransport(KafkaSettings(bootstrap=bootstrap))

    def run(self) -> None:
        while not self._ends.is_set():
            for records in self._reader.poll(timeout_ms=100).values():
                for one in records:
                    self._answer(from_headers(one.headers).id, codec.decode(one.value)[1])
            self._transport.flush()

    def end(self) -> None:
        self._ends.set()
        self.join()
        self._reader.close()
        self._transport.close()

    def _answer(self, event_id: str, record: dict[str, object]) -> None:
        good = record["municipality"] != "0080"
        receipt = Receipt(
            id=event_id,
            verdict="accepted" if good else "rejected",
            recorded_at=AT,
            case="case-1" if good else None,
            reason=None if good else "Deze gemeente kennen wij niet.",
        )
        self._transport.send(Parcel(event_id, f"receipts.{AGENCY}", event_id.encode(), encode(receipt), []))


@pytest.fixture(scope="module")
def settings(kafka: str) -> KafkaSettings:
    found = KafkaSettings(bootstrap=kafka, patience_seconds=5)
    apply_matrix(found)
    return found


@pytest.fixture
def intake(settings: KafkaSettings) -> Iterator[PlayedIntake]:
    played = PlayedIntake(settings.bootstrap)
    played.start()
    yield played
    played.end()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*changes: dict[str, str]) -> Path:
        path = tmp_path / "events.jsonl"
        lines = [{"type": "acute_danger_found", "id": new_id(), **_line(), **one} for one in changes]
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
        return path

    return write


def _line() -> dict[str, object]:
    shared = {name: DANGER[name] for name in ("occurred_at", "municipality", "reference")}
    return shared | {"data": {"report_id": "r-1"}}


def test_making_the_topics_again_makes_nothing_and_they_are_as_the_matrix_says(settings: KafkaSettings) -> None:
    assert apply_matrix(settings).is_same

    admin = kafka_python.KafkaAdminClient(bootstrap_servers=settings.bootstrap)
    found = {one["name"]: len(one["partitions"]) for one in admin.describe_topics([one.name for one in topics()])}
    admin.close()
    assert found == {one.name: one.partitions for one in topics()}


def test_what_is_published_gets_its_receipt(settings: KafkaSettings, intake: PlayedIntake) -> None:
    with (
        receipts(AGENCY, settings, start="now") as reader,
        Publisher(AGENCY, KafkaTransport(settings)) as publisher,
    ):
        ids = {publisher.publish(Message.of("acute_danger_found", DANGER)).id for _ in range(20)}
        publisher.flush()
        found = reader.of(ids, timeout_seconds=20)

    assert found.keys() == ids
    assert {one.verdict for one in found.values()} == {"accepted"}


def test_reading_goes_on_where_it_stopped(settings: KafkaSettings, intake: PlayedIntake) -> None:
    with Receipts(AGENCY, settings, start="now") as reader:
        before = reader.positions
    with Publisher(AGENCY, KafkaTransport(settings)) as publisher:
        first = publisher.publish(Message.of("acute_danger_found", DANGER)).id
    with Receipts(AGENCY, settings, start=before) as reader:
        assert reader.of({first}, timeout_seconds=20).keys() == {first}
        after = reader.positions

    with Receipts(AGENCY, settings, start=after) as reader:
        assert list(reader.until_quiet(0.3)) == []
    with Receipts(AGENCY, settings) as reader:
        assert first in {one.id for one in reader.until_quiet(0.5)}


def test_the_command_waits_for_receipts_and_tells_what_was_not_taken(
    settings: KafkaSettings, intake: PlayedIntake, file: Callable[..., Path]
) -> None:
    path = file({}, {"municipality": "0080"}, {"municipality": "14"})
    result = CliRunner().invoke(
        cli.app, ["publish", str(path), "--agency", AGENCY, "--bootstrap", settings.bootstrap, "--wait", "20"]
    )

    assert result.exit_code == cli.WRONG
    assert "regel 3: municipality: moet uit vier cijfers bestaan" in result.stderr
    assert "Deze gemeente kennen wij niet" in result.stdout
    assert "3 gelezen, 1 fout, 2 verstuurd, 1 opgenomen, 1 afgekeurd." in result.stdout


def test_without_intake_the_command_says_that_no_receipt_came(
    settings: KafkaSettings, file: Callable[..., Path]
) -> None:
    result = CliRunner().invoke(
        cli.app, ["publish", str(file({})), "--agency", AGENCY, "--bootstrap", settings.bootstrap, "--wait", "0.5"]
    )

    assert result.exit_code == cli.NO_RECEIPT


def test_the_command_reads_receipts_from_the_beginning(
    settings: KafkaSettings, intake: PlayedIntake, file: Callable[..., Path]
) -> None:
    path = file({})
    there = ["--agency", AGENCY, "--bootstrap", settings.bootstrap]
    CliRunner().invoke(cli.app, ["publish", str(path), *there, "--wait", "20"])
    result = CliRunner().invoke(cli.app, ["receipts", *there, "--json", "--quiet-seconds", "0.5"])

    event_id = json.loads(path.read_text("utf-8"))["id"]
    assert event_id in {json.loads(line)["receipt"]["id"] for line in result.stdout.splitlines()}


def test_a_broker_that_is_not_there_is_told_with_its_address() -> None:
    nowhere = KafkaSettings(bootstrap="127.0.0.1:9", patience_seconds=0.3)

    for reach in (KafkaTransport, lambda one: Receipts(AGENCY, one), apply_matrix):
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
            reach(nowhere)


def test_what_a_transport_prepares_for_must_be_there(settings: KafkaSettings) -> None:
    transport = KafkaTransport(replace(settings, patience_seconds=1))
    try:
        transport.prepare(["agency.politie-nn"])
        with pytest.raises(Unreachable, match="nergens"):
            transport.prepare(["nergens"])
    finally:
        transport.close()


def test_a_receipts_topic_that_is_not_there_is_told(settings: KafkaSettings) -> None:
    admin = kafka_python.KafkaAdminClient(bootstrap_servers=settings.bootstrap)
    admin.delete_topics(["receipts.ggz-noord"])
    gone_by = time.monotonic() + 30
    while "receipts.ggz-noord" in admin.list_topics():  # the broker says yes before all of it knows
        assert time.monotonic() < gone_by
    admin.close()

    with pytest.raises(Unreachable, match=r"receipts\.ggz-noord"):
        Receipts("ggz-noord", settings)
    assert [one.name for one in apply_matrix(settings).make] == ["receipts.ggz-noord"]


def test_a_receipt_that_cannot_be_read_is_named_in_the_log_and_stops_nobody(
    settings: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    with Receipts(AGENCY, settings, start="now") as reader, closing(KafkaTransport(settings)) as transport:
        good = Receipt(id=new_id(), verdict="duplicate", recorded_at=AT)
        for value in (b"Kanarie van der Test", encode(good)):
            transport.send(Parcel(good.id, f"receipts.{AGENCY}", b"same", value, []))
        transport.flush()
        found = reader.of({good.id}, timeout_seconds=10)

    assert found == {good.id: good}
    assert f"receipt_unreadable topic=receipts.{AGENCY} partition=0 offset=" in caplog.text
    assert "Kanarie" not in caplog.text


def test_what_no_broker_confirms_is_named(settings: KafkaSettings) -> None:
    transport = KafkaTransport(settings, linger_ms=60_000)
    transport.send(Parcel("e-1", f"agency.{AGENCY}", b"k", b"v", []))

    with pytest.raises(NotDelivered) as caught:
        transport.flush(timeout_seconds=0)

    assert caught.value.ids == ("e-1",)
    transport.close()


def test_the_readme_example_runs_on_real_kafka(
    settings: KafkaSettings, intake: PlayedIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"^```python kafka\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {"gevaar": Message.of("acute_danger_found", DANGER)}
    exec(compile(block.replace("localhost:9092", settings.bootstrap), "README.md", "exec"), names)

    assert names["bewijs"].verdict == "accepted"
    assert int((tmp_path / "politie-nn.volgnummer").read_text()) == 1
