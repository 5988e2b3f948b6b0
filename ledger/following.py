"""How a service follows events: the one thing that its `app` asks, and what it puts around the pump.

trail = follow(settings.traces, "radar", meters)         # an empty address: nobody follows, and nothing is loaded
pump = Pump(..., handle=stepping(trail.tracing, "radar fold", fold))
Parts(..., at_the_end=trail.close)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger import tracing
from ledger.metrics import Meters
from ledger.model import OutboxRow
from ledger.streams.records import Arrived, Batch, Place
from ledger.tracing import OFF, Tracing
from waakvlam import trace
from waakvlam.clock import Clock, SystemClock

CASE_EVENTS = "case-events"
Handle = Callable[[Batch], Mapping[Place, int] | None]


@dataclass(frozen=True, slots=True)
class Trail:
    """What follows events in a service, and what ends it."""

    tracing: Tracing = OFF
    close: Callable[[], None] = lambda: None


def follow(address: str, service: str, meters: Meters) -> Trail:
    """Return how a service follows events: to the collector at an address (`http://host:4318`), or not at all."""
    if not address:
        return Trail()
    from ledger.collector import collector_at  # noqa: PLC0415 - takes memory and time, so only where somebody follows

    collector = collector_at(address, service, meters)
    return Trail(collector.tracing, collector.close)


def stepping(how: Tracing, name: str, handle: Handle, *, real: Clock | None = None) -> Handle:
    """Return `handle` for a pump, which also tells of each record of the ledger that this was done with it."""
    if not how.is_on:
        return handle
    clock = real or SystemClock()

    def handled(batch: Batch) -> Mapping[Place, int] | None:
        began = clock.micros()
        held = handle(batch)
        _tell(how, name, batch, began=began, at=clock.micros())
        return held

    return handled


def carried(cause: Arrived, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Return messages that follow from a record of the ledger, each in that record's trace."""
    journey = trace.of(cause.headers)
    if journey is None:
        return list(rows)
    header = (trace.HEADER, journey.header.encode())
    return [replace(one, headers=(*one.headers, header)) for one in rows]


def _tell(how: Tracing, name: str, batch: Batch, *, began: int, at: int) -> None:
    for one in batch:
        journey = trace.of(one.headers) if one.topic == CASE_EVENTS else None
        if journey:
            how.begin(name, journey, at=began, kind="consumer", told=_told(one)).end(at=at)


def _told(one: Arrived) -> dict[str, str | int]:
    headers = dict(one.headers)
    return {
        tracing.CASE: (one.key or b"").decode(),
        tracing.TYPE: headers.get("type", b"").decode(),
        tracing.POSITION: int(headers.get("position", b"0")),
    }
