"""An OpenTelemetry collector in this process: takes spans by OTLP over HTTP on loopback, and reads the bytes that came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Heard:
    """A span as it came over the wire; ids are hexadecimals."""

    name: str
    service: str
    trace_id: str
    span_id: str
    parent: str
    links: tuple[tuple[str, str], ...]
    told: dict[str, object]
    body: bytes  # of the whole span


@dataclass
class Collecting:
    """What was heard. `is_down`: it refuses; `hold`: it lets whoever asks wait until this is set."""

    spans: list[Heard] = field(default_factory=list)
    is_down: bool = False
    hold: threading.Event | None = None
    address: str = ""

    def named(self, name: str) -> list[Heard]:
        return [one for one in self.spans if one.name == name]

    def of_trace(self, trace_id: str) -> dict[str, Heard]:
        return {one.name: one for one in self.spans if one.trace_id == trace_id}


@contextmanager
def collecting() -> Iterator[Collecting]:
    found = Collecting()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        if found.hold:
            found.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def _handler(found: Collecting) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            if found.hold:
                found.hold.wait(60)
            if not found.is_down:
                found.spans += read(body)
            self.send_response(400 if found.is_down else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def read(body: bytes) -> list[Heard]:
    """Return the spans that a request holds."""
    request = ExportTraceServiceRequest.FromString(body)
    return [
        _heard(span, service)
        for resource in request.resource_spans
        for service in [
            next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
        ]
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _heard(span, service: str) -> Heard:
    return Heard(
        name=span.name,
        service=service,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=tuple((one.trace_id.hex(), one.span_id.hex()) for one in span.links),
        told={one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes},
        body=span.SerializeToString(),
    )
