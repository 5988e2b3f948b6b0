"""A service tells its spans to a collector, and goes on as ever when the collector does not listen."""

import io
import json
import logging
import threading
import time

import pytest
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ledger import logs
from ledger.collector import CLOSING_SECONDS, Collector
from ledger.following import Trail, carried, follow, stepping
from ledger.metrics import registry
from ledger.model import OutboxRow
from ledger.streams.records import Batch, Place
from ledger.tracing import OFF
from services.intake.testing import Sent
from tests.collector import collecting
from waakvlam import trace
from waakvlam.trace import Trace

GIVEN = Trace("a1" * 16, "b2" * 8)
NOW = 1_764_068_400_000_000


def counted(meters) -> dict[str, float]:
    lines = meters.text().decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("waakvlam_traces_"))
    return {name: float(value) for name, value in found.items() if "_created" not in name}


def steps(tracing, number: int) -> None:
    for _ in range(number):
        tracing.begin("a step", GIVEN, at=NOW).end(at=NOW + 5)


class Slow(SpanExporter):
    """A collector that takes nothing until it is let go, as one behind a network that swallows packets."""

    def __init__(self):
        self.go = threading.Event()

    def export(self, _):
        self.go.wait(60)
        return SpanExportResult.SUCCESS


def record(number: int, **headers: bytes) -> Sent:
    told = {"position": b"%d" % number, "type": b"report_received", "version": b"1", **headers}
    return Sent("case-events", b"case-a", b"body", list(told.items()), 0, number)


def test_without_an_address_nobody_follows_and_a_trace_goes_on_as_it_came() -> None:
    trail = follow("", "intake", registry("intake"))

    assert trail.tracing is OFF
    assert trail.tracing.begin("a step", GIVEN, at=NOW).trace == GIVEN
    assert trail.tracing.begin("a step", None, at=NOW).trace is None
    trail.close()


def test_spans_reach_the_collector_with_their_service_and_their_time() -> None:
    meters = registry("intake")
    with collecting() as collector:
        trail = follow(collector.address, "intake", meters)
        begun = trail.tracing.begin("a step", GIVEN, at=NOW, told={"waakvlam.position": 7}, because=[GIVEN])
        begun.end(at=NOW + 5, told={"waakvlam.verdict": "accepted"})
        trail.close()

    (heard,) = collector.spans
    assert (heard.name, heard.service) == ("a step", "waakvlam-intake")
    assert (heard.trace_id, heard.parent) == (GIVEN.trace_id, GIVEN.span_id)
    assert begun.trace == Trace(GIVEN.trace_id, heard.span_id)
    assert heard.links == ((GIVEN.trace_id, GIVEN.span_id),)
    assert heard.told == {"waakvlam.position": 7, "waakvlam.verdict": "accepted"}
    assert counted(meters)["waakvlam_traces_sent_spans_total"] == 1


def test_what_a_collector_does_not_take_is_dropped_counted_and_told_once() -> None:
    root = logging.getLogger()
    before, stream, meters = (root.handlers[:], root.level), io.StringIO(), registry("intake")
    logs.configure("intake", stream=stream)
    try:
        with collecting() as collector:
            collector.is_down = True
            trail = follow(collector.address, "intake", meters)
            steps(trail.tracing, 2_500)  # more than two requests
            trail.close()
    finally:
        root.handlers[:], level = before
        root.setLevel(level)

    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [one["event"] for one in told] == ["spans_dropped"]
    assert counted(meters) == {
        "waakvlam_traces_sent_spans_total": 0,
        'waakvlam_traces_dropped_spans_total{reason="full"}': 0,
        'waakvlam_traces_dropped_spans_total{reason="not_taken"}': 2_500,
    }


def test_a_collector_that_hangs_costs_a_set_room_and_closing_a_set_time() -> None:
    slow, meters = Slow(), registry("intake")
    collector = Collector(slow, "intake", meters, waiting_max=100)
    steps(collector.tracing, 1_000)
    began = time.monotonic()
    collector.close()
    took = time.monotonic() - began
    slow.go.set()

    assert counted(meters)['waakvlam_traces_dropped_spans_total{reason="full"}'] == 900
    assert took < 10 * CLOSING_SECONDS  # generous: the machine may be busy


def test_a_collector_that_is_not_there_is_as_one_that_does_not_take_anything() -> None:
    meters = registry("intake")
    with collecting() as gone:
        pass
    trail = follow(gone.address, "intake", meters)
    steps(trail.tracing, 3)
    trail.close()

    assert counted(meters)["waakvlam_traces_sent_spans_total"] == 0


def test_a_pump_tells_of_each_record_that_has_a_trace_what_was_done_with_it() -> None:
    meters, handled = registry("triage"), []
    with collecting() as collector:
        trail = follow(collector.address, "triage", meters)
        handle = stepping(trail.tracing, "triage answer", handled.append)
        some = [record(1, traceparent=GIVEN.header.encode()), record(2), record(3, traceparent=b"\xff")]
        handle(
            Batch({Place("case-events", 0): some, Place("receipts.board", 0): [Sent("receipts.board", None, b"", [])]})
        )
        trail.close()

    (heard,) = collector.spans
    assert (heard.name, heard.trace_id, heard.parent) == ("triage answer", GIVEN.trace_id, GIVEN.span_id)
    assert heard.told == {
        "waakvlam.case": "case-a",
        "waakvlam.event.type": "report_received",
        "waakvlam.position": 1,
    }
    assert len(handled) == 1


def test_where_nobody_follows_a_pump_is_given_what_it_had() -> None:
    assert stepping(Trail().tracing, "triage answer", handle := lambda _: None) is handle


def test_what_follows_from_a_record_goes_on_in_its_trace() -> None:
    row = OutboxRow(topic="agency.triage", key=b"k", headers=(("ce_id", b"1"),), value=b"v")

    (going,) = carried(record(1, traceparent=GIVEN.header.encode()), [row])
    assert trace.of(going.headers) == GIVEN
    assert dict(going.headers)["ce_id"] == b"1"
    assert carried(record(1), [row]) == [row]


@pytest.mark.parametrize(
    "address",
    [
        "collector:4318",
        "ftp://collector",
        "http://user:secret@collector:4318",
        "http://",
        "http://a b",
        "http://a/v1/traces",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_quoted(address, monkeypatch) -> None:
    from ledger.settings import Settings, read  # noqa: PLC0415
    from waakvlam.errors import Misconfigured  # noqa: PLC0415

    monkeypatch.setenv("WAAKVLAM_TRACES", address)
    with pytest.raises(Misconfigured) as caught:
        read(Settings)
    assert str(caught.value).startswith("WAAKVLAM_TRACES: is no address of a collector")
    assert "secret" not in str(caught.value)


def test_opentelemetrys_own_setting_names_the_collector_too(monkeypatch) -> None:
    from ledger.settings import Settings, read  # noqa: PLC0415

    assert read(Settings).traces == ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    assert read(Settings).traces == "http://collector:4318"
    monkeypatch.setenv("WAAKVLAM_TRACES", "https://other:4318/otlp")
    assert read(Settings).traces == "https://other:4318/otlp"
