"""Telling an alert is a trace of its own, linked to those of the events that made it; without followers nothing changes."""

import asyncio
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ledger.metrics import registry
from ledger.tracing import Tracing
from services.monitoring.agents import Telling
from services.monitoring.following import Following
from tests.property.radar_world import AT, CASE, NATIONAL_AND_REGION, PARTITIONS, Station, World
from tests.spec.test_radar_tells import Broker
from waakvlam import trace
from waakvlam.clock import FixedClock
from waakvlam.codec import decode
from waakvlam.envelope import from_headers
from waakvlam.trace import Trace


def told(station: Station, follow: Following | None) -> Broker:
    broker, real = Broker(), FixedClock(AT)
    step = Telling(
        station.radar,
        NATIONAL_AND_REGION,
        broker.send,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        real=real,
        meters=registry("monitoring"),
        follow=follow,
    ).step
    asyncio.run(step())
    return broker


def following(known: dict[str, Trace]) -> tuple[Following, InMemorySpanExporter]:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Following(Tracing(provider.get_tracer("monitoring")), lambda ids: {one: known[one] for one in ids}), spans


def test_an_alert_is_linked_to_the_events_that_made_it(world: World, station: Station) -> None:
    known = {one.event_id: trace.begun() for one in world.ledger}
    follow, spans = following(known)
    broker = told(station, follow)

    found = {one.attributes["waakvlam.event.id"]: one for one in spans.get_finished_spans()}
    assert broker.taken
    for message in broker.taken:
        envelope, (_, record) = from_headers(message.headers), decode(message.value or b"")
        span = found[envelope.id]
        assert [f"{one.context.trace_id:032x}" for one in span.links] == [
            known[one].trace_id for one in record.get("because", [one.event_id for one in world.ledger])
        ]
        assert trace.of(message.headers) == Trace(f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
        assert (span.parent, span.name) == (None, "radar alert")
        assert span.attributes["waakvlam.case"] == CASE
        assert span.attributes["waakvlam.rule"] == record["rule"]


def test_an_alert_that_is_not_delivered_is_not_told_as_such(world: World, station: Station) -> None:
    follow, spans = following({one.event_id: trace.begun() for one in world.ledger})
    broker = Broker()
    broker.is_down = True
    step = Telling(
        station.radar,
        NATIONAL_AND_REGION,
        broker.send,
        mine=lambda: range(PARTITIONS),
        clock=station.clock,
        real=FixedClock(AT),
        meters=registry("monitoring"),
        follow=follow,
    ).step
    with pytest.raises(ConnectionError):
        asyncio.run(step())

    assert spans.get_finished_spans() == ()


def test_where_nobody_follows_an_alert_is_told_as_ever(tmp_path: Path, station: Station) -> None:
    broker = told(station, None)

    assert broker.taken
    assert [trace.of(one.headers) for one in broker.taken] == [None] * len(broker.taken)
