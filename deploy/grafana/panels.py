"""What stands on each dashboard: titles, units and questions to Prometheus. One row a panel; `dashboards.py` makes JSON of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: each question with what its lines are called. `must` says what it must read, where something must."""

    title: str
    unit: str
    questions: tuple[tuple[str, str], ...]
    must: str = ""
    is_number: bool = False


def _quantiles(metric: str, span: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"histogram_quantile({part}, sum by (le) (rate({metric}_bucket[{span}])))", f"{100 * part:g} %")
        for part in (0.5, 0.99)
    )


def _age(metric: str, by: str = "") -> str:
    return f"time() - max by ({by}) ({metric} > 0)" if by else f"time() - min({metric} > 0)"


PROMISES = (
    Panel(
        "Open cases without a deadline",
        "none",
        (("max(waakvlam_radar_open_cases_without_deadline)", "cases"),),
        must="Must be 0: such a family is forgotten.",
        is_number=True,
    ),
    Panel(
        "Cases that cannot be computed",
        "none",
        (
            ("max(waakvlam_radar_cases_broken)", "broken"),
            ("max(waakvlam_radar_cases_without_agreement)", "without agreement"),
        ),
        must="Must be 0.",
        is_number=True,
    ),
    Panel(
        "How far the radar is behind",
        "s",
        ((_age("waakvlam_radar_horizon_timestamp_seconds"), "radar"),),
        must="Under a minute.",
    ),
    Panel(
        "Last heartbeat, last clean audit",
        "s",
        (
            (_age("waakvlam_radar_heartbeat_timestamp_seconds"), "heartbeat"),
            (_age("waakvlam_radar_audited_timestamp_seconds"), "audit"),
        ),
    ),
    Panel(
        "Differences that the auditor found",
        "none",
        (("sum by (kind) (increase(waakvlam_radar_differences_total[1h]))", "{{kind}}"),),
        must="Must be 0.",
    ),
    Panel("From due to delivered", "s", _quantiles("waakvlam_radar_due_delivered_seconds", "1d")),
    Panel("From raised to delivered", "s", _quantiles("waakvlam_radar_alert_delay_seconds", "1d")),
    Panel("From raised to picked up", "s", _quantiles("waakvlam_board_acknowledged_seconds", "7d")),
    Panel("Oldest alert that nobody picked up", "s", (("max(waakvlam_board_oldest_unseen_seconds)", "oldest"),)),
    Panel(
        "Open alerts by how long ago they fell due",
        "none",
        (("sum by (longer_than) (waakvlam_radar_overdue_alerts)", "longer than a {{longer_than}}"),),
    ),
    Panel(
        "Counts that differ",
        "none",
        (("waakvlam_reconcile_difference", "{{between}}"),),
        must="Must be 0 at rest.",
    ),
    Panel(
        "Times that the radar saw nothing",
        "none",
        (
            ("sum(increase(waakvlam_radar_blind_total[7d]))", "blind for a minute or more, in a week"),
            ("sum(increase(waakvlam_radar_early_scans_total[1d]))", "looks without the ledger's clock, in a day"),
        ),
    ),
    Panel(
        "Proven up to",
        "none",
        (
            ("max(waakvlam_checkpoint_proven_events)", "events under the last checkpoint"),
            ("max(waakvlam_ledger_events)", "events in the ledger"),
        ),
    ),
    Panel(
        "Last checkpoint",
        "s",
        (
            (_age("waakvlam_checkpoint_proven_timestamp_seconds"), "age"),
            ("max(waakvlam_checkpoint_refused_state)", "refused"),
        ),
    ),
)

INTAKE = (
    Panel(
        "Records from agencies",
        "cps",
        (("sum by (agency) (rate(waakvlam_intake_received_total[5m]))", "{{agency}}"),),
    ),
    Panel(
        "Records by type",
        "cps",
        (("topk(10, sum by (type) (rate(waakvlam_intake_received_total[1h])))", "{{type}}"),),
    ),
    Panel(
        "What became of events",
        "cps",
        (("sum by (verdict) (rate(waakvlam_intake_verdicts_total[5m]))", "{{verdict}}"),),
    ),
    Panel("From arrival at Kafka to the ledger", "s", _quantiles("waakvlam_intake_recorded_seconds", "15m")),
    Panel(
        "Not read yet",
        "none",
        (('sum by (topic) (waakvlam_watch_lag_records{reader="intake"}) > 0', "{{topic}}"),),
    ),
    Panel(
        "Waiting for their case",
        "none",
        (
            ("max(waakvlam_intake_parked_events)", "parked"),
            ("max(waakvlam_intake_parked_overdue_events)", "past their deadline"),
        ),
    ),
    Panel("Receipts and dead letters not yet sent", "none", (("max(waakvlam_intake_outbox_messages)", "messages"),)),
    Panel(
        "Relay: events not yet passed on",
        "none",
        (
            ("max(waakvlam_watch_relay_behind_events)", "seen from outside"),
            ("max(waakvlam_relay_behind_events)", "by its own account"),
        ),
    ),
    Panel(
        "Relay: for how long",
        "s",
        (
            ("max(waakvlam_watch_relay_behind_seconds)", "the oldest event"),
            (_age("waakvlam_relay_promised_timestamp_seconds"), "the ledger's clock"),
        ),
    ),
)

RADAR = (
    Panel("Cases", "none", (("sum by (state) (waakvlam_radar_cases)", "{{state}}"),)),
    Panel(
        "Alerts",
        "none",
        (
            ("sum(waakvlam_radar_open_alerts)", "open"),
            ("sum(waakvlam_radar_undelivered_alerts)", "not yet told"),
            ("sum(waakvlam_radar_unconfirmed_alerts)", "not back from the ledger"),
        ),
    ),
    Panel(
        "Oldest alert that is not back from the ledger",
        "s",
        (("max(waakvlam_radar_unconfirmed_oldest_seconds)", "oldest"),),
    ),
    Panel("Steps told", "none", (("sum by (step) (increase(waakvlam_radar_alerts_told_total[1h]))", "{{step}}"),)),
    Panel("From the ledger to the radar", "s", _quantiles("waakvlam_radar_folded_seconds", "15m")),
    Panel(
        "Not read yet, seen from outside",
        "none",
        (('sum by (reader) (waakvlam_watch_lag_records{topic="case-events"})', "{{reader}}"),),
    ),
    Panel(
        "Not read yet, by their own account",
        "none",
        (("sum by (instance, topic) (waakvlam_pump_lag_records) > 0", "{{instance}} {{topic}}"),),
    ),
    Panel("Answers of triage", "cps", (("sum(rate(waakvlam_triage_answers_total[15m]))", "answers"),)),
    Panel(
        "Calls that the dead man's switch did not answer",
        "none",
        (("sum(increase(waakvlam_radar_heartbeat_call_failures_total[1h]))", "calls"),),
    ),
)

AGENCIES = (
    Panel("Last heard", "s", ((_age("waakvlam_intake_heard_timestamp_seconds", "agency"), "{{agency}}"),)),
    Panel(
        "Silent for longer than usual",
        "s",
        (("max by (agency) (waakvlam_intake_agency_silent_seconds) > 0", "{{agency}}"),),
    ),
    Panel(
        "Last canary",
        "s",
        ((_age("waakvlam_intake_canary_timestamp_seconds", "agency"), "{{agency}}"),),
    ),
    Panel(
        "Numbers that did not come",
        "none",
        (("max by (agency) (waakvlam_intake_sequence_missing) > 0", "{{agency}}"),),
        must="Must be 0.",
    ),
    Panel(
        "Not read any more",
        "none",
        (("max by (agency) (waakvlam_intake_agency_stopped_state) > 0", "{{agency}}"),),
        must="Must be 0.",
    ),
    Panel(
        "Set aside",
        "none",
        (("sum by (agency, kind) (waakvlam_intake_set_aside_events) > 0", "{{agency}} {{kind}}"),),
    ),
    Panel(
        "Set aside, past the deadline",
        "none",
        (("sum by (agency, kind) (waakvlam_intake_set_aside_overdue_events) > 0", "{{agency}} {{kind}}"),),
        must="Must be 0.",
    ),
    Panel(
        "Set aside, the oldest",
        "s",
        (("max by (agency, kind) (waakvlam_intake_set_aside_oldest_seconds) > 0", "{{agency}} {{kind}}"),),
    ),
    Panel(
        "Not taken in",
        "none",
        (
            (
                'sum by (agency, verdict) (increase(waakvlam_intake_verdicts_total{verdict!~"accepted|duplicate"}[1d])) > 0',
                "{{agency}} {{verdict}}",
            ),
        ),
    ),
)

CAPACITY = (
    Panel(
        "Spans told to the collector, and dropped",
        "cps",
        (
            ("sum(rate(waakvlam_traces_sent_spans_total[15m]))", "told"),
            ("sum by (reason) (rate(waakvlam_traces_dropped_spans_total[15m]))", "dropped: {{reason}}"),
        ),
    ),
    Panel(
        "For how long records wait",
        "s",
        (("max by (reader) (waakvlam_watch_lag_seconds)", "{{reader}}"),),
    ),
    Panel(
        "Readers that stand still",
        "s",
        (("max by (reader) (waakvlam_watch_no_progress_seconds)", "{{reader}}"),),
    ),
    Panel(
        "Records read",
        "cps",
        (("sum by (instance, topic) (rate(waakvlam_pump_records_total[5m])) > 0", "{{instance}} {{topic}}"),),
    ),
    Panel(
        "Time of a batch",
        "s",
        (
            (
                "histogram_quantile(0.99, sum by (instance, le) (rate(waakvlam_pump_batch_seconds_bucket[15m])))",
                "{{instance}}",
            ),
        ),
    ),
    Panel(
        "Last batch",
        "s",
        (("time() - max by (instance) (waakvlam_pump_last_batch_timestamp_seconds > 0)", "{{instance}}"),),
    ),
    Panel(
        "In the ledger", "none", (("max(waakvlam_ledger_events)", "events"), ("max(waakvlam_ledger_cases)", "cases"))
    ),
    Panel("Room", "bytes", (("min(waakvlam_watch_disk_free_bytes)", "free"),)),
    Panel("Room, as a part of the disk", "percentunit", (("min(waakvlam_watch_disk_free_ratio)", "free"),)),
    Panel("Last backup", "s", ((_age("waakvlam_watch_backup_made_timestamp_seconds"), "age"),)),
    Panel("What ends, and when", "s", (("waakvlam_watch_expires_timestamp_seconds - time()", "{{what}}"),)),
    Panel(
        "The board",
        "none",
        (
            ("sum(waakvlam_board_live_pages)", "pages that follow live"),
            ("max(waakvlam_board_waiting_clicks)", "clicks not yet in the ledger"),
            ("max(waakvlam_board_open_alerts)", "open alerts"),
        ),
    ),
    Panel(
        "The board: time of a page, 95 of 100",
        "s",
        (
            (
                "histogram_quantile(0.95, sum by (le, action) (rate(waakvlam_board_page_seconds_bucket[5m])))",
                "{{action}}",
            ),
        ),
        must="The list (see_alerts) under 0.3 s.",
    ),
    Panel(
        "Clocks that differ from Prometheus'",
        "s",
        (
            (
                "waakvlam_clock_timestamp_seconds - timestamp(waakvlam_clock_timestamp_seconds)",
                "{{part}}",
            ),
        ),
    ),
    Panel(
        "What the watch reaches",
        "none",
        (
            ("min by (what) (waakvlam_watch_reachable_state)", "{{what}}"),
            (_age("waakvlam_watch_looked_timestamp_seconds"), "seconds since it looked"),
        ),
    ),
)

DASHBOARDS = {
    "promises": ("Waakvlam: promises", PROMISES),
    "intake": ("Waakvlam: intake", INTAKE),
    "radar": ("Waakvlam: radar", RADAR),
    "agencies": ("Waakvlam: agencies", AGENCIES),
    "capacity": ("Waakvlam: capacity", CAPACITY),
}
