"""Every event belongs to a trace: the one that its sender gives, else that of the sender's own span, else a new one."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from waakvlam import Message, Outbox, Publisher, kafka, receipt, trace
from waakvlam.catalogue import event_types
from waakvlam.envelope import from_headers
from waakvlam.trace import Trace

KNOWN = f"00-{'a1' * 16}-{'b2' * 8}-01"
FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
HOSTILE = [
    b"",
    b"\xff\xfe",
    b"00-1-2-01",
    KNOWN.upper().encode(),
    KNOWN.encode() + b"-more",
    KNOWN.encode() + b"\n",
    b"ff" + KNOWN.encode()[2:],
    b"0x" + KNOWN.encode()[2:],
    f"00-{'0' * 32}-{'b2' * 8}-01".encode(),
    f"00-{'a1' * 16}-{'0' * 16}-01".encode(),
    f"00-{'a1' * 16}-{'b2' * 8}-zz".encode(),
    f"01-{'a1' * 16}-{'b2' * 8}-01-{'x' * 300}".encode(),
    b"00-Jan de Vries woont in de Dorpsstraat-01",
    b"x" * 1_000_000,
]


def published(traceparent: str | None = None) -> str:
    """Return the header with which an event goes out."""
    outbox = Outbox()
    message = Message.of("report_received", event_types()["report_received"].examples[0])
    Publisher("politie-nn", outbox).publish(message, traceparent=traceparent)
    return dict(outbox.parcels[0].headers)["traceparent"].decode()


@pytest.fixture
def listening(monkeypatch) -> InMemorySpanExporter:
    """The sender's own OpenTelemetry, which remembers its spans."""
    remembered, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(remembered))
    monkeypatch.setattr(otel, "get_tracer", provider.get_tracer)
    return remembered


def test_an_event_begins_a_trace_of_its_own_when_nobody_says_to_which_it_belongs() -> None:
    one, other = published(), published()

    assert FORM.fullmatch(one)
    assert FORM.fullmatch(other)
    assert one != other


def test_an_event_belongs_to_the_trace_that_its_sender_names() -> None:
    assert published(KNOWN) == KNOWN


def test_what_names_no_trace_is_as_if_nothing_was_named() -> None:
    assert FORM.fullmatch(published("Jan de Vries"))


def test_sending_is_a_step_of_the_senders_own_span(listening) -> None:
    with otel.get_tracer("agency").start_as_current_span("handling a report") as span:
        header = published()

    (sending, _) = listening.get_finished_spans()
    assert trace.read(header) == Trace(
        f"{span.get_span_context().trace_id:032x}", f"{sending.get_span_context().span_id:016x}"
    )
    assert (sending.name, sending.kind) == ("agency send", otel.SpanKind.PRODUCER)
    assert set(sending.attributes) == {"waakvlam.event.id", "waakvlam.event.type", "waakvlam.agency"}


def test_a_sending_that_fails_says_so_without_what_was_sent(listening) -> None:
    outbox = Outbox()
    outbox.close()
    message = Message.of("report_received", event_types()["report_received"].examples[0])
    with pytest.raises(Exception, match="gesloten"):
        Publisher("politie-nn", outbox).publish(message)

    (sending,) = listening.get_finished_spans()
    assert (sending.status.description, sending.events) == ("NotDelivered", ())


def test_without_opentelemetry_an_event_begins_a_trace_of_its_own(monkeypatch) -> None:
    monkeypatch.setattr(trace, "opentelemetry", None)

    assert FORM.fullmatch(published())
    assert published(KNOWN) == KNOWN


@pytest.mark.parametrize("header", HOSTILE, ids=range(len(HOSTILE)))
def test_a_header_that_names_no_trace_stops_nothing(header) -> None:
    assert trace.read(header) is None
    assert trace.of([("traceparent", header)]) is None

    headers = [("ce_specversion", b"1.0"), ("ce_id", b"e-1"), ("ce_source", b"s"), ("ce_type", b"t")]
    assert from_headers([*headers, ("ce_time", b"2026-04-02T09:00:00Z"), ("traceparent", header)]).traceparent is None


def test_of_two_headers_nobody_can_say_which_is_meant() -> None:
    assert trace.of([("traceparent", KNOWN.encode()), ("traceparent", KNOWN.encode())]) is None
    assert trace.of([("traceparent", None), ("traceparent", KNOWN.encode())]) == trace.read(KNOWN)


@pytest.mark.parametrize(
    ("header", "written"),
    [
        (KNOWN, KNOWN),
        (KNOWN[:-1] + "0", KNOWN[:-1] + "0"),
        (KNOWN[:-2] + "ff", KNOWN),
        ("cc" + KNOWN[2:], KNOWN),
        ("cc" + KNOWN[2:] + "-what-the-future-brings", KNOWN),
    ],
)
def test_of_a_header_only_ids_and_sampling_are_taken_over(header, written) -> None:
    told = trace.read(header.encode())

    assert told is not None
    assert told.header == written


def test_a_receipt_names_the_trace_that_stands_beside_it() -> None:
    value = receipt.encode(receipt.Receipt(id="e-1", verdict="accepted", recorded_at=datetime(2026, 4, 2, tzinfo=UTC)))

    def told(*headers):
        return kafka._read(SimpleNamespace(value=value, headers=headers)).as_json().get("trace_id")

    assert told(("traceparent", KNOWN.encode())) == "a1" * 16
    assert told() is None
    assert told(("traceparent", b"broken")) is None
