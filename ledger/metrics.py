"""The one table of metrics of all services, and the registry made from it.

    meters = metrics.registry("intake")
    meters.counter("waakvlam_intake_received_total").labels(agency="politie-nn", type="report_received").inc(12)
    body = meters.text()                        # what Prometheus reads

Dashboards and alert rules may name only what stands here. Labels hold ids of agencies, topics, rules and stages; never a
case, a person or a text that someone typed. Counters are raised once per batch, not per event.
"""

from collections.abc import Iterable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ledger.intake_metrics import INTAKE
from ledger.metric import EVERY, Metric
from ledger.view_metrics import BOARD, RADAR, TRIAGE
from ledger.watch_metrics import WATCH
from waakvlam.clock import Clock

Meter = TypeVar("Meter", Counter, Gauge, Histogram)


CLOCK = (
    Metric(
        "waakvlam_clock_timestamp_seconds",
        "gauge",
        "seconds",
        EVERY,
        "What time it is for this part when it is asked. Who asks knows the time too: a difference is a clock that is wrong; "
        "no answer is a part that is down.",
        ("part",),
    ),
)

PUMP = (
    Metric("waakvlam_pump_records_total", "counter", "records", EVERY, "Records read and applied.", ("topic",)),
    Metric("waakvlam_pump_batch_seconds", "histogram", "seconds", EVERY, "Time to apply one batch, with its commit."),
    Metric("waakvlam_pump_lag_records", "gauge", "records", EVERY, "Records not yet read.", ("topic",)),
    Metric(
        "waakvlam_pump_last_batch_timestamp_seconds",
        "gauge",
        "seconds",
        EVERY,
        "When a batch was last applied (real time).",
    ),
)

LEDGER = (
    Metric("waakvlam_ledger_events", "gauge", "events", "intake", "Events in the ledger."),
    Metric("waakvlam_ledger_cases", "gauge", "cases", "intake", "Cases in the ledger."),
    Metric("waakvlam_relay_behind_events", "gauge", "events", "intake", "Events in the ledger not yet on case-events."),
    Metric(
        "waakvlam_relay_promised_timestamp_seconds",
        "gauge",
        "seconds",
        "intake",
        "The moment up to which readers know that they have everything.",
    ),
)

CHECKPOINTS = (
    Metric(
        "waakvlam_checkpoint_proven_events",
        "gauge",
        "events",
        "intake",
        "Events under the last signed checkpoint, proven to continue the one before.",
    ),
    Metric(
        "waakvlam_checkpoint_proven_timestamp_seconds",
        "gauge",
        "seconds",
        "intake",
        "The end of the day of the last signed checkpoint; older than two days, a checkpoint is missing.",
    ),
    Metric(
        "waakvlam_checkpoint_refused_state",
        "gauge",
        "state",
        "intake",
        "1 while the ledger does not continue what was signed: records were changed or taken away. Must be 0.",
    ),
)

TRACES = (
    Metric("waakvlam_traces_sent_spans_total", "counter", "spans", EVERY, "Spans that the collector took."),
    Metric(
        "waakvlam_traces_dropped_spans_total",
        "counter",
        "spans",
        EVERY,
        "Spans that were dropped: too many waited (full), or the collector did not take them (not_taken).",
        ("reason",),
    ),
)

METRICS: tuple[Metric, ...] = (*CLOCK, *PUMP, *TRACES, *INTAKE, *LEDGER, *CHECKPOINTS, *RADAR, *TRIAGE, *BOARD, *WATCH)


class Meters:
    """The meters of one service, by the names in the table."""

    def __init__(self, rows: Iterable[Metric]) -> None:
        self.registry = CollectorRegistry()
        self._meters = {row.name: self._made(row) for row in rows}

    def counter(self, name: str) -> Counter:
        """Return a counter; raises KeyError for a name that is not in the table for this service."""
        return self._meter(name, Counter)

    def gauge(self, name: str) -> Gauge:
        """Return a gauge; raises KeyError for a name that is not in the table for this service."""
        return self._meter(name, Gauge)

    def histogram(self, name: str) -> Histogram:
        """Return a histogram; raises KeyError for a name that is not in the table for this service."""
        return self._meter(name, Histogram)

    def tell_time(self, part: str, clock: Clock) -> None:
        """Tell what time it is for a part, each time that somebody asks."""
        told = self.gauge("waakvlam_clock_timestamp_seconds").labels(part=part)
        told.set_function(lambda: clock.micros() / 1e6)

    def text(self) -> bytes:
        """Return all values in the form that Prometheus reads."""
        return generate_latest(self.registry)

    def _meter(self, name: str, kind: type[Meter]) -> Meter:
        meter = self._meters[name]
        if not isinstance(meter, kind):
            raise KeyError(f"{name} is not a {kind.__name__.lower()}")
        return meter

    def _made(self, row: Metric) -> Counter | Gauge | Histogram:
        if row.kind == "counter":
            return Counter(row.name, row.meaning, row.labels, registry=self.registry)
        if row.kind == "gauge":
            return Gauge(row.name, row.meaning, row.labels, registry=self.registry)
        return Histogram(row.name, row.meaning, row.labels, registry=self.registry, buckets=row.buckets)


def registry(service: str, clock: Clock | None = None) -> Meters:
    """Return the meters of a service: its own rows of the table and those of every service, its clock among them."""
    meters = Meters(row for row in METRICS if row.service in (service, EVERY))
    if clock:
        meters.tell_time(service, clock)
    return meters
