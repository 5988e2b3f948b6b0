"""One event is followed over real Kafka, through every service, to the alert that is raised because nothing more was heard."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from opentelemetry import trace as otel
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from cli.broker import Broker, free_port
from cli.kafka_admin import apply_matrix
from ledger import traces
from ledger.application import Ledger
from tests.collector import Collecting, Heard, collecting
from tests.integration.test_monitoring_service import SERVICES, Site, days_ago
from waakvlam import Message, Publisher
from waakvlam.clock import FastClock, SystemClock
from waakvlam.kafka import KafkaTransport, Receipts
from waakvlam.messages import ReportedPerson, ReportReceived
from waakvlam.settings import KafkaSettings

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
SLOW_MACHINE_SECONDS = 200
POLICE = "politie-nn"
EVENT = "e-gevolgd-1"
KNOWN = "5eed" * 8  # the trace that the agency's own program is in
PERSONS = [f"{number:032x}" for number in (0xFACE0001, 0xFACE0002)]  # fictitious; as long as the id of a trace
ROAD = {
    "agency send": "politie",
    "intake receive": "waakvlam-intake",
    "ledger append": "waakvlam-intake",
    "relay publish": "waakvlam-intake",
    "radar fold": "waakvlam-monitoring",
    "triage answer": "waakvlam-triage",
    "board show": "waakvlam-board",
}
ALERT_ROAD = ("radar alert", "intake receive", "ledger append", "relay publish", "board show")


@pytest.fixture
def collector() -> Iterator[Collecting]:
    with collecting() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, own_broker: Broker) -> Iterator[Site]:
    apply_matrix(KafkaSettings(bootstrap=own_broker.bootstrap))
    made = Site(tmp_path, own_broker.bootstrap)
    made.ports["board"] = free_port()
    yield made
    for process in made.running.values():
        process.kill()
        process.wait()


@pytest.fixture
def agency(collector: Collecting, monkeypatch: pytest.MonkeyPatch) -> TracerProvider:
    """The agency's own OpenTelemetry."""
    provider = TracerProvider(resource=Resource({"service.name": "politie"}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{collector.address}/v1/traces")))
    monkeypatch.setattr(otel, "get_tracer", provider.get_tracer)
    return provider


def a_report(clock) -> Message:
    return ReportReceived(
        occurred_at=clock.now(),
        municipality="0014",
        reference="zaak-0042",
        report_id="r-2026-001",
        channel="phone",
        reporter_capacity="police",
        violence_kinds=(),
        acute=False,
        persons=tuple(ReportedPerson(person=one, role="victim", child=False) for one in PERSONS),
    )


def send(site: Site, provider: TracerProvider, clock) -> str:
    """Send a report from within a span of the agency's; return the verdict on its receipt."""
    kafka = KafkaSettings(bootstrap=site.bootstrap, patience_seconds=30)
    within = NonRecordingSpan(SpanContext(int(KNOWN, 16), 1, is_remote=True, trace_flags=TraceFlags(1)))
    tracer = provider.get_tracer("agency")
    with Receipts(POLICE, kafka, start="now") as receipts:
        with (
            Publisher(POLICE, KafkaTransport(kafka), clock) as publisher,
            tracer.start_as_current_span("handling a report", context=otel.set_span_in_context(within)),
        ):
            publisher.publish(a_report(clock), id=EVENT)
        return receipts.of({EVENT}, timeout_seconds=SLOW_MACHINE_SECONDS)[EVENT].verdict


def kept(site: Site) -> dict[str, str]:
    with closing(Ledger.open(site.url, clock=SystemClock())) as ledger, ledger.reading() as statements:
        return {event_id: one.trace_id for event_id, one in traces.of_events(statements, [EVENT]).items()}


def road_of(collector: Collecting, trace_id: str, names: tuple[str, ...]) -> list[Heard] | None:
    """Return the spans of a trace by name, when all are there."""
    found = collector.of_trace(trace_id)
    return [found[name] for name in names] if found.keys() >= set(names) else None


def way_of(spans: list[Heard]) -> list[Heard]:
    """Return the steps of the event itself: what triage answered to it goes on in the same trace."""
    own = [one for one in spans if one.told.get("waakvlam.event.id") == EVENT]
    sent, received, appended = (next(one for one in own if one.name == name) for name in list(ROAD)[:3])
    (relayed,) = (one for one in spans if one.parent == appended.span_id)
    return [sent, received, appended, relayed, *(one for one in spans if one.parent == relayed.span_id)]


def test_an_event_is_followed_to_the_alert_that_nobody_answered(
    site: Site, collector: Collecting, agency: TracerProvider
) -> None:
    clock = FastClock(days_ago(400), time.time(), rate=60_000, until=days_ago(0))  # a day in a second and a half
    services = (*SERVICES, "board")
    site.start(
        *services,
        WAAKVLAM_TRACES=collector.address,
        WAAKVLAM_CLOCK=clock.setting(),
        WAAKVLAM_BOARD=f"sqlite:///{site.folder / 'board.db'}",
        WAAKVLAM_LOOKS=f"sqlite:///{site.folder / 'looks.db'}",
    )
    for name in services:
        site.until(lambda name=name: site.is_ready(name), SLOW_MACHINE_SECONDS)

    assert send(site, agency, clock) == "accepted"
    site.until(lambda: road_of(collector, KNOWN, tuple(ROAD)), SLOW_MACHINE_SECONDS)
    site.until(lambda: any(one.links for one in collector.named("radar alert")), SLOW_MACHINE_SECONDS)
    alert = next(one for one in collector.named("radar alert") if one.links)
    site.until(lambda: road_of(collector, alert.trace_id, ALERT_ROAD), SLOW_MACHINE_SECONDS)

    # The event's way is one trace, each step with the one before it as its parent.
    way = way_of(collector.spans)
    assert {one.name: one.service for one in way} == ROAD
    assert {one.trace_id for one in way} == {KNOWN}
    *ways_in, relayed = way[:4]
    assert [one.parent for one in way[1:4]] == [one.span_id for one in ways_in]
    assert {one.parent for one in way[4:]} == {relayed.span_id}
    appended = way[2]

    # The alert's is another, and its beginning is linked to the step at which the event came into the ledger.
    assert alert.trace_id != KNOWN
    assert alert.links == ((KNOWN, appended.span_id),)
    assert alert.told["waakvlam.event.type"].startswith("alert_")
    assert kept(site) == {EVENT: KNOWN}

    # Nobody's pseudonym, file number or report stands in anything that was told.
    assert collector.spans
    for one in collector.spans:
        assert not any(word.encode() in one.body for word in (*PERSONS, "zaak-0042", "r-2026-001")), one.name
        assert not any(bytes.fromhex(person) in one.body for person in PERSONS), one.name
    assert not any(person in site.log(name) for person in PERSONS for name in services)
