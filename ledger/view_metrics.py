"""The rows of the radar, triage and the board in the table of metrics (`ledger.metrics`)."""

from ledger.metric import LONG, SECONDS, Metric

PAGE = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)

RADAR = (
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
        "waakvlam_radar_due_delivered_seconds",
        "histogram",
        "seconds",
        "monitoring",
        "From the due instant of an alert to its first delivery, in the time of the service's clock.",
        buckets=LONG,
    ),
    Metric(
        "waakvlam_radar_folded_seconds",
        "histogram",
        "seconds",
        "monitoring",
        "From recorded in the ledger to folded by the radar, in the time of the service's clock; the oldest record of each batch.",
        buckets=tuple(sorted({*SECONDS, *LONG})),
    ),
    Metric(
        "waakvlam_radar_overdue_alerts",
        "gauge",
        "alerts",
        "monitoring",
        "Open alerts whose due instant passed longer ago than an hour, a day, a week, a month; each counts in all that it is in.",
        ("longer_than",),
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
        "waakvlam_board_oldest_unseen_seconds",
        "gauge",
        "seconds",
        "board",
        "For how long the oldest open alert that nobody picked up has stood there, in the time of the service's clock; "
        "0 when there is none.",
    ),
    Metric(
        "waakvlam_board_acknowledged_seconds",
        "histogram",
        "seconds",
        "board",
        "From the raising of an alert to the first time that somebody picks it up, in the time of the service's clock.",
        buckets=LONG,
    ),
    Metric(
        "waakvlam_board_waiting_clicks", "gauge", "clicks", "board", "What staff did that is not in the ledger yet."
    ),
    Metric(
        "waakvlam_board_page_seconds",
        "histogram",
        "seconds",
        "board",
        "What the board's own process takes from a request to the end of its answer, by the action of the table of rights; streams "
        "are left out.",
        ("action",),
        buckets=PAGE,
    ),
    Metric("waakvlam_board_live_pages", "gauge", "pages", "board", "Pages that follow live."),
)
