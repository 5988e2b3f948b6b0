"""Following events: what a service does with one becomes a span of its trace (OpenTelemetry), where that is asked for.

    tracing = follow("intake", settings.traces, meters)      # OFF where no collector is named
    step = tracing.begin("intake receive", trace, at=now)    # `trace` of the record's headers, or None: a new one
    step.trace                                               # what goes with the event from here on
    step.end(at=now, told={"waakvlam.position": 12})

Off, nothing is made and an event keeps the trace with which it came. A span holds ids, names of types and agencies, a
verdict and a position, never what an event says. Spans wait in a queue of a set size and are sent from a thread of their
own; what does not fit or is not taken is dropped and counted, and no service waits for it.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from opentelemetry import trace as otel
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, Tracer

from waakvlam.trace import Trace

Told = Mapping[str, str | int]
Kind = Literal["consumer", "producer", "internal"]
EVENT, TYPE, AGENCY, CASE, POSITION, VERDICT = (
    f"waakvlam.{one}" for one in ("event.id", "event.type", "agency", "case", "position", "verdict")
)
_KINDS = {"consumer": SpanKind.CONSUMER, "producer": SpanKind.PRODUCER, "internal": SpanKind.INTERNAL}
_NOTHING: Told = {}
_NANOS = 1_000


class Step:
    """What is done with one event. `trace` names it, for whoever goes on; None where nobody follows the event."""

    __slots__ = ("_span", "trace")

    def __init__(self, trace: Trace | None, span: Span | None = None) -> None:
        self.trace = trace
        self._span = span

    def end(self, *, at: int, told: Told = _NOTHING) -> None:
        """Say that it is done, and what it came to. A step that is never ended is never told."""
        if self._span is not None:
            self._span.set_attributes(told)
            self._span.end(end_time=at * _NANOS)


class Tracing:
    """Begins steps; without a tracer, steps that only hand on the trace with which an event came."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer

    @property
    def is_on(self) -> bool:
        """Whether anything is told."""
        return self._tracer is not None

    def begin(
        self,
        name: str,
        trace: Trace | None,
        *,
        at: int,
        kind: Kind = "internal",
        told: Told = _NOTHING,
        because: Iterable[Trace] = (),
    ) -> Step:
        """Begin a step of a trace, or of a new one; `at` is real time in micros, `because` what it is linked to."""
        if self._tracer is None:
            return Step(trace)
        span = self._tracer.start_span(
            name,
            context=otel.set_span_in_context(NonRecordingSpan(_context(trace))) if trace else _NO_PARENT,
            kind=_KINDS[kind],
            attributes=told,
            links=[Link(_context(one)) for one in because],
            start_time=at * _NANOS,
        )
        found = span.get_span_context()
        told_as = Trace(f"{found.trace_id:032x}", f"{found.span_id:016x}", found.trace_flags.sampled)
        return Step(told_as if found.is_valid else trace, span)


OFF = Tracing()
_NO_PARENT = otel.set_span_in_context(otel.INVALID_SPAN)


def _context(trace: Trace) -> SpanContext:
    return SpanContext(
        int(trace.trace_id, 16),
        int(trace.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED if trace.is_sampled else TraceFlags.DEFAULT),
    )
