"""The trace: to which journey an event belongs, from sender to alert (W3C Trace Context, header `traceparent`).

Only the two ids and whether it is sampled are taken over. What cannot be read is no trace and stops nothing: `tracestate`,
baggage and whatever else a sender adds go no further. OpenTelemetry is used where it is installed (extra `trace`).
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

try:
    from opentelemetry import trace as opentelemetry
except ImportError:  # the wheel alone
    opentelemetry = None  # type: ignore[assignment]

HEADER = "traceparent"
SENDING = "agency send"  # the name of the span that the SDK makes, where the sender's own OpenTelemetry listens
_CHARACTERS_MAX = 256  # 55 today; a later version may add to it
_FORM = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x20-\x7e]*)?")
_NO_TRACE, _NO_SPAN = bytes(16).hex(), bytes(8).hex()


class Trace(NamedTuple):
    """A place in a journey: ids in lower-case hexadecimals (32 and 16 of them), neither all zeros."""

    trace_id: str
    span_id: str
    is_sampled: bool = True

    @property
    def header(self) -> str:
        """The value of the header `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-0{int(self.is_sampled)}"


def begun() -> Trace:
    """Return the beginning of a journey of its own."""
    return Trace(secrets.token_hex(16), secrets.token_hex(8))


def read(header: bytes | str | None) -> Trace | None:
    """Return the trace that a header names; None where it names none, however it is broken."""
    if not header or len(header) > _CHARACTERS_MAX:
        return None
    found = _FORM.fullmatch(header if isinstance(header, bytes) else header.encode("utf-8", "replace"))
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    trace_id, span_id = trace.decode(), span.decode()
    if version == b"ff" or (version == b"00" and more is not None) or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Trace(trace_id, span_id, bool(int(flags, 16) & 1))


def of(headers: Iterable[tuple[str, bytes | None]]) -> Trace | None:
    """Return the trace that Kafka headers name; None where there is none, or more than one and nobody can say which."""
    found = [value for name, value in headers if name == HEADER and value is not None]
    return read(found[0]) if len(found) == 1 else None


@contextmanager
def sending(given: str | None, attributes: Mapping[str, str]) -> Iterator[Trace]:
    """Say to which trace an event belongs that is sent now: the one given, else that of the caller's span, else a new one.

    Where the sender's own OpenTelemetry listens, the sending becomes a span of it.
    """
    if (told := read(given)) is not None:
        yield told
        return
    if opentelemetry is None:
        yield begun()
        return
    kind = opentelemetry.SpanKind.PRODUCER
    span = opentelemetry.get_tracer("waakvlam").start_span(SENDING, kind=kind, attributes=attributes)
    try:
        context = span.get_span_context()
        if context.is_valid:
            yield Trace(f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags.sampled)
        else:
            yield begun()
    except BaseException as error:  # its type alone: what it says may be about what was sent
        span.set_status(opentelemetry.StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        span.end()
