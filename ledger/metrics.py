"""The one table of metrics of all services, and the registry made from it.

    meters = metrics.registry("intake")
    meters.counter("waakvlam_intake_verdicts_total").labels(agency="politie-nn", verdict="accepted").inc(12)
    body = meters.text()                        # what Prometheus reads

Dashboards and alert rules may name only what stands here. Labels hold ids of agencies, topics, rules and stages; never a
case, a person or a text that someone typed. Counters are raised once per batch, not per event.
"""

from collections.abc import Iterable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ledger.intake_metrics import INTAKE
from ledger.metric import EVERY, LONG, Metric

Meter = TypeVar("Meter", Counter, Gauge, Histogram)


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

MONITORING = (
    Metric(
        "waakvlam_radar_cases", "gauge", "cases", "monitoring", "Cases by state: open, closed, emptied.", ("state",)
    ),
    Metric(
        "waakvlam_radar_open_cases_without_deadline",
        "gauge",
        "cases",
        "monitoring",
        "Open cases with no next due instant and no open alert. Must be 0: such a family is forgotten.",
    ),
    Metric(
        "waakvlam_radar_cases_without_agreement",
        "gauge",
        "cases",
        "monitoring",
        "Open cases for which no silence rule can be chosen. Must be 0.",
    ),
    Metric(
        "waakvlam_radar_cases_broken",
        "gauge",
        "cases",
        "monitoring",
        "Cases on which the engine failed: the others go on, people must look. Must be 0.",
    ),
    Metric("waakvlam_radar_open_alerts", "gauge", "alerts", "monitoring", "Alert rows that are open."),
    Metric("waakvlam_radar_undelivered_alerts", "gauge", "alerts", "monitoring", "Alert rows not yet told entirely."),
    Metric(
        "waakvlam_radar_unconfirmed_alerts",
        "gauge",
        "alerts",
        "monitoring",
        "Alert rows of which something was told, or is to be, and has not come back from the ledger.",
    ),
    Metric(
        "waakvlam_radar_unconfirmed_oldest_seconds",
        "gauge",
        "seconds",
        "monitoring",
        "For how long the oldest of them has been waited for, in the time of the service's clock; 0 when there is none.",
    ),
    Metric(
        "waakvlam_radar_alerts_told_total",
        "counter",
        "alerts",
        "monitoring",
        "Steps of alerts delivered to the topic.",
        ("step",),
    ),
    Metric(
        "waakvlam_radar_alert_delay_seconds",
        "histogram",
        "seconds",
        "monitoring",
        "From raised to delivered, in the time of the service's clock.",
        buckets=LONG,
    ),
    Metric(
        "waakvlam_radar_horizon_timestamp_seconds",
        "gauge",
        "seconds",
        "monitoring",
        "The moment up to which the radar knows everything and has raised what was due; told after the other gauges.",
    ),
    Metric(
        "waakvlam_radar_early_scans_total",
        "counter",
        "scans",
        "monitoring",
        "Looks at a partition that could not wait for the ledger's clock.",
    ),
    Metric(
        "waakvlam_radar_differences_total",
        "counter",
        "cases",
        "monitoring",
        "Differences that the auditor found and mended.",
        ("kind",),
    ),
    Metric(
        "waakvlam_radar_audited_timestamp_seconds",
        "gauge",
        "seconds",
        "monitoring",
        "When the auditor last passed over ALL cases and found nothing (real time).",
    ),
    Metric(
        "waakvlam_radar_heartbeat_timestamp_seconds",
        "gauge",
        "seconds",
        "monitoring",
        "Heartbeat: moves each second while no open case lacks a deadline and the auditor is at work and finds nothing (real time).",
    ),
    Metric(
        "waakvlam_radar_heartbeat_call_failures_total",
        "counter",
        "calls",
        "monitoring",
        "Calls to the dead man's switch outside that it did not answer, so that it may raise the alarm.",
    ),
    Metric(
        "waakvlam_radar_blind_total",
        "counter",
        "times",
        "monitoring",
        "Times that the radar saw nothing for more than a minute; each is told as an event.",
    ),
)

TRIAGE = (
    Metric("waakvlam_triage_answers_total", "counter", "events", "triage", "Classifications and routings delivered."),
)

BOARD = (
    Metric("waakvlam_board_open_alerts", "gauge", "alerts", "board", "Alerts on the list."),
    Metric(
        "waakvlam_board_waiting_clicks", "gauge", "clicks", "board", "What staff did that is not in the ledger yet."
    ),
    Metric("waakvlam_board_live_pages", "gauge", "pages", "board", "Pages that follow live."),
)

METRICS: tuple[Metric, ...] = (*PUMP, *INTAKE, *LEDGER, *CHECKPOINTS, *MONITORING, *TRIAGE, *BOARD)


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


def registry(service: str) -> Meters:
    """Return the meters of a service: its own rows of the table and those of every service."""
    return Meters(row for row in METRICS if row.service in (service, EVERY))
