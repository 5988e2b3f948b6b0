"""Intake's rows of the table of metrics (`ledger.metrics`)."""

from ledger.metric import LONG, SECONDS, Metric

INTAKE = (
    Metric(
        "waakvlam_intake_received_total",
        "counter",
        "records",
        "intake",
        "Records read from an agency's topic, by the type that they name; `unknown` for a type that is not in the catalogue.",
        ("agency", "type"),
    ),
    Metric(
        "waakvlam_intake_verdicts_total",
        "counter",
        "events",
        "intake",
        "Events by what became of them: accepted, duplicate, parked, refused, rejected or conflict.",
        ("agency", "type", "verdict"),
    ),
    Metric(
        "waakvlam_intake_recorded_seconds",
        "histogram",
        "seconds",
        "intake",
        "From arrival at Kafka to the commit in the ledger (real time).",
        buckets=tuple(sorted({*SECONDS, *LONG})),
    ),
    Metric(
        "waakvlam_intake_heard_timestamp_seconds",
        "gauge",
        "seconds",
        "intake",
        "When an agency was last heard.",
        ("agency",),
    ),
    Metric(
        "waakvlam_intake_agency_stopped_state",
        "gauge",
        "state",
        "intake",
        "1 while an agency's topic is not read because too much of it was set aside.",
        ("agency",),
    ),
    Metric("waakvlam_intake_parked_events", "gauge", "events", "intake", "Events that wait for their case."),
    Metric(
        "waakvlam_intake_parked_overdue_events", "gauge", "events", "intake", "Those that wait past their deadline."
    ),
    Metric(
        "waakvlam_intake_set_aside_events",
        "gauge",
        "events",
        "intake",
        "What is set aside and not decided on: parked, or dead_letters.",
        ("kind", "agency"),
    ),
    Metric(
        "waakvlam_intake_set_aside_overdue_events",
        "gauge",
        "events",
        "intake",
        "Those past their deadline. Must be 0.",
        ("kind", "agency"),
    ),
    Metric(
        "waakvlam_intake_set_aside_oldest_seconds",
        "gauge",
        "seconds",
        "intake",
        "Age of the oldest of them.",
        ("kind", "agency"),
    ),
    Metric(
        "waakvlam_intake_sequence_missing",
        "gauge",
        "events",
        "intake",
        "Sequence numbers of an agency that did not come though later ones did, after the minutes allowed. Must be 0.",
        ("agency",),
    ),
    Metric(
        "waakvlam_intake_agency_silent_seconds",
        "gauge",
        "seconds",
        "intake",
        "How much longer an agency is silent than is usual at this hour of the week; 0 when it is not.",
        ("agency",),
    ),
    Metric(
        "waakvlam_reconcile_difference",
        "gauge",
        "events",
        "intake",
        "Difference between what two parts counted by themselves. Must be 0 at rest.",
        ("between",),
    ),
    Metric("waakvlam_intake_outbox_messages", "gauge", "messages", "intake", "Receipts and dead letters not yet sent."),
)
