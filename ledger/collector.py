"""To the collector: a service's spans in batches, by OTLP over HTTP, from a thread of their own. Nothing waits for it.

    collector = collector_at("http://collector:4318", "intake", meters)    # through `ledger.following.follow`
    collector.tracing.begin(...)
    collector.close()

A span that does not fit (so many wait already) or that the collector does not take is dropped and counted. A collector that
is down, slow or gone costs room for those that wait and no more; closing waits for a few seconds at most.
"""

import logging
import threading
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from ledger import logs
from ledger.metrics import Meters
from ledger.tracing import Tracing

WAITING_MAX = 10_000  # spans, some 2 kB each: two batches of intake and more
PER_REQUEST_MAX = 1_000
EVERY_MILLISECONDS = 1_000
PATIENCE_SECONDS = 5.0  # for one request, its repeats with it
CLOSING_SECONDS = 3.0
LIMITS = SpanLimits(max_span_attributes=16, max_links=64, max_events=0, max_span_attribute_length=200)
FULL, NOT_TAKEN = "full", "not_taken"

log = logs.logger(__name__)


class Collector:
    """Where spans go; `tracing` makes them."""

    def __init__(self, exporter: SpanExporter, service: str, meters: Meters, *, waiting_max: int = WAITING_MAX) -> None:
        queue = _Queue(meters, waiting_max)
        sending = BatchSpanProcessor(
            _Told(exporter, queue),
            max_queue_size=waiting_max,
            max_export_batch_size=min(PER_REQUEST_MAX, waiting_max),
            schedule_delay_millis=EVERY_MILLISECONDS,
        )
        resource = Resource.create({"service.namespace": "waakvlam", "service.name": f"waakvlam-{service}"})
        self._provider = TracerProvider(resource=resource, span_limits=LIMITS, shutdown_on_exit=False)
        self._provider.add_span_processor(_Gate(sending, queue))
        self.tracing = Tracing(self._provider.get_tracer("waakvlam"))

    def close(self) -> None:
        """Send what still waits, for a few seconds at most."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces-closing", daemon=True)
        closing.start()
        closing.join(CLOSING_SECONDS)


def collector_at(address: str, service: str, meters: Meters) -> Collector:
    """Return the way to the collector that listens at an address (`http://host:4318`)."""
    for name in ("opentelemetry", "urllib3"):  # what goes wrong is told once, below, and not for each batch
        logging.getLogger(name).setLevel(logging.CRITICAL)
    exporter = OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces", timeout=PATIENCE_SECONDS)
    return Collector(exporter, service, meters)


class _Queue:
    """How many spans wait, those on their way included, and the counters of what came of them."""

    def __init__(self, meters: Meters, most: int) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._most = most
        self.sent = meters.counter("waakvlam_traces_sent_spans_total")
        dropped = meters.counter("waakvlam_traces_dropped_spans_total")
        self.full, self.not_taken = (dropped.labels(reason=one) for one in (FULL, NOT_TAKEN))

    def enter(self) -> bool:
        """Take a place; tell whether there was one."""
        with self._lock:
            is_free = self._waiting < self._most
            self._waiting += is_free
        return is_free

    def leave(self, count: int) -> None:
        """Give places back."""
        with self._lock:
            self._waiting -= count


class _Gate(SpanProcessor):
    """Lets in as many spans as may wait."""

    def __init__(self, inner: SpanProcessor, queue: _Queue) -> None:
        self._inner = inner
        self._queue = queue

    def on_end(self, span: ReadableSpan) -> None:
        """Let a span in, or count it."""
        if span.context is None or not span.context.trace_flags.sampled:
            return
        if self._queue.enter():
            self._inner.on_end(span)
        else:
            self._queue.full.inc()

    def shutdown(self) -> None:
        """Send what waits."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits, and go on."""
        return self._inner.force_flush(timeout_millis)


class _Told(SpanExporter):
    """Counts what the collector took and what not; says so once, when that changes."""

    def __init__(self, inner: SpanExporter, queue: _Queue) -> None:
        self._inner = inner
        self._queue = queue
        self._is_heard = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand a batch to the collector."""
        try:
            result = self._inner.export(spans)
        except Exception:  # noqa: BLE001 - whatever it is, a service does not stop for it
            result = SpanExportResult.FAILURE
        self._queue.leave(len(spans))
        is_heard = result is SpanExportResult.SUCCESS
        (self._queue.sent if is_heard else self._queue.not_taken).inc(len(spans))
        self._tell(is_heard=is_heard)
        return result

    def shutdown(self) -> None:
        """Let go of the connection."""
        self._inner.shutdown()

    def _tell(self, *, is_heard: bool) -> None:
        if self._is_heard and not is_heard:
            log.warning("spans_dropped")
        if is_heard and not self._is_heard:
            log.info("spans_taken_again")
        self._is_heard = is_heard
