"""For each alert: series with which it calls, by when, with which labels; and series, near to those, with which it does not.

A series is written as promtool writes it: `1 2 3`, `0+10x6` (from 0 on, 10 more each time), `_` for none. A sample each 15
seconds. Where a story says nothing of a series that an alert misses when it is absent, `HEALTHY` says that all is well.
"""

from dataclasses import dataclass, field

# Time in promtool's world begins at 0, so a series `0+15x400` is a clock that is right.
RIGHT = "0+15x400"
HEALTHY = {
    **{f'waakvlam_clock_timestamp_seconds{{part="{one}"}}': RIGHT for one in ("intake", "triage", "monitoring", "board", "watch")},
    "waakvlam_radar_horizon_timestamp_seconds": "1+15x400",
    "waakvlam_radar_heartbeat_timestamp_seconds": "1+15x400",
    "waakvlam_watch_looked_timestamp_seconds": RIGHT,
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """With `series` the alert calls at `at` with `labels`, not yet at `before` (empty: at once); with `calm` instead it never does."""

    alert: str
    series: dict[str, str]
    at: str
    labels: dict[str, str] = field(default_factory=dict)
    before: str = "0s"
    calm: dict[str, str] = field(default_factory=dict)
    interval: str = "15s"


DAYS_40 = 40 * 24 * 3600
STORIES = (
    Story(
        "WaakvlamDeadlineBroken",
        {"waakvlam_radar_open_cases_without_deadline": "0x19 1x20"},
        at="5m",
        before="4m",
        calm={
            "waakvlam_radar_open_cases_without_deadline": "0x400",
            'waakvlam_radar_differences_total{kind="not_looked_at"}': "0x20 5x20",
        },
    ),
    Story(
        "WaakvlamDeadlineBroken",
        {'waakvlam_radar_differences_total{kind="case"}': "0x19 1x80"},
        at="6m",
        before="4m",
        calm={'waakvlam_radar_differences_total{kind="case"}': "3x400"},
    ),
    Story(
        "WaakvlamCaseBroken",
        {"waakvlam_radar_cases_broken": "0x19 1x40"},
        at="6m15s",
        before="5m30s",
        calm={"waakvlam_radar_cases_broken": "0x400", "waakvlam_radar_cases_without_agreement": "0x400"},
    ),
    Story("WaakvlamCaseBroken", {"waakvlam_radar_cases_without_agreement": "2x400"}, at="2m"),
    Story(
        "WaakvlamRadarBehind",
        {"waakvlam_radar_horizon_timestamp_seconds": "1+15x20 301x60"},
        at="7m",
        before="5m45s",
        calm={"waakvlam_radar_horizon_timestamp_seconds": "1+15x8 121x2 166+15x380"},
    ),
    Story("WaakvlamRadarBehind", {"waakvlam_radar_horizon_timestamp_seconds": "0x400"}, at="1m"),
    Story(
        "WaakvlamHeartbeatStopped",
        {"waakvlam_radar_heartbeat_timestamp_seconds": "1+15x20 301x60"},
        at="9m",
        before="6m30s",
        calm={
            "waakvlam_radar_heartbeat_timestamp_seconds": "1+15x400",
            'waakvlam_radar_heartbeat_timestamp_seconds{instance="idle"}': "0x400",
        },
    ),
    Story(
        "WaakvlamAlertsUndelivered",
        {"waakvlam_radar_unconfirmed_oldest_seconds": "0+15x40"},
        at="6m",
        before="4m",
        calm={"waakvlam_radar_unconfirmed_oldest_seconds": "290x400"},
    ),
    Story(
        "WaakvlamCountsDiffer",
        {'waakvlam_reconcile_difference{between="ledger and register"}': "-1x400"},
        at="16m",
        before="14m",
        labels={"between": "ledger and register"},
        calm={
            'waakvlam_reconcile_difference{between="sender and intake"}': "4x400",
            'waakvlam_reconcile_difference{between="ledger and relay"}': "5x20 0x20 7x20 0x300",
        },
    ),
    Story(
        "WaakvlamAlertUnseen",
        {"waakvlam_board_oldest_unseen_seconds": "604801x400"},
        at="61m",
        before="50m",
        calm={"waakvlam_board_oldest_unseen_seconds": "604800x400"},
    ),
    Story(
        "WaakvlamKafkaUnreachable",
        {'waakvlam_watch_reachable_state{what="kafka"}': "1x8 0x40"},
        at="2m45s",
        before="2m15s",
        calm={
            'waakvlam_watch_reachable_state{what="kafka"}': "1x8 0 1x300",
            'waakvlam_watch_reachable_state{what="ledger"}': "0x400",
        },
    ),
    Story(
        "WaakvlamLedgerUnreachable",
        {'waakvlam_watch_reachable_state{what="ledger"}': "1x8 0x40"},
        at="2m45s",
        before="2m15s",
        calm={
            'waakvlam_watch_reachable_state{what="ledger"}': "1x8 0 1x300",
            'waakvlam_watch_reachable_state{what="kafka"}': "0x400",
        },
    ),
    Story(
        "WaakvlamServiceDown",
        {'waakvlam_clock_timestamp_seconds{part="triage"}': "0+15x8 stale"},
        at="4m",
        before="2m45s",
        labels={"part": "triage"},
        calm={'waakvlam_clock_timestamp_seconds{part="triage"}': "0+15x8 stale 150+15x300"},
    ),
    Story(
        "WaakvlamServiceDown",
        {'waakvlam_clock_timestamp_seconds{part="watch"}': "0+15x8 stale"},
        at="4m",
        before="2m45s",
        labels={"part": "watch"},
        calm={
            'waakvlam_clock_timestamp_seconds{part="watch"}': "_x400",
            'waakvlam_clock_timestamp_seconds{part="board"}': "_x400",
        },
    ),
    Story(
        "WaakvlamClockWrong",
        {'waakvlam_clock_timestamp_seconds{part="monitoring"}': "86400+15x400"},
        at="1m",
        labels={"part": "monitoring"},
        calm={'waakvlam_clock_timestamp_seconds{part="monitoring"}': "14+15x400"},
    ),
    Story(
        "WaakvlamReaderStuck",
        {'waakvlam_watch_no_progress_seconds{reader="monitoring",topic="case-events"}': "0+15x40"},
        at="1m30s",
        before="1m",
        labels={"reader": "monitoring", "topic": "case-events", "part": "monitoring"},
        calm={
            'waakvlam_watch_no_progress_seconds{reader="monitoring",topic="case-events"}': "55x400",
            'waakvlam_watch_lag_records{reader="monitoring",topic="case-events"}': "90000x400",
        },
    ),
    Story(
        "WaakvlamRelayStopped",
        {"waakvlam_watch_relay_behind_seconds": "0+15x40"},
        at="1m30s",
        before="1m",
        labels={"part": "intake"},
        calm={"waakvlam_watch_relay_behind_seconds": "30x400"},
    ),
    Story(
        "WaakvlamReaderSlow",
        {'waakvlam_watch_lag_seconds{reader="board",topic="receipts.board"}': "301x40"},
        at="1m15s",
        before="45s",
        labels={"reader": "board", "topic": "receipts.board", "part": "board"},
        calm={'waakvlam_watch_lag_seconds{reader="board",topic="receipts.board"}': "300x400"},
    ),
    Story(
        "WaakvlamWatchStale",
        {"waakvlam_watch_looked_timestamp_seconds": "0+15x8 120x40"},
        at="4m30s",
        before="3m",
        labels={"part": "watch"},
        calm={"waakvlam_watch_looked_timestamp_seconds": "0+15x400"},
    ),
    Story(
        "WaakvlamDiskNearlyFull",
        {"waakvlam_watch_disk_free_ratio": "0.09x40", "waakvlam_watch_disk_free_bytes": "90000000000x40"},
        at="45s",
        calm={"waakvlam_watch_disk_free_ratio": "0.5x400", "waakvlam_watch_disk_free_bytes": "2000000000x400"},
    ),
    Story(
        "WaakvlamDiskNearlyFull",
        {"waakvlam_watch_disk_free_ratio": "0.5x40", "waakvlam_watch_disk_free_bytes": "1000000000x40"},
        at="45s",
    ),
    Story(
        "WaakvlamAgencyStopped",
        {'waakvlam_intake_agency_stopped_state{agency="politie-nn"}': "0x4 1x40"},
        at="1m30s",
        before="1m",
        labels={"agency": "politie-nn", "topic": "agency.politie-nn"},
        calm={'waakvlam_intake_agency_stopped_state{agency="politie-nn"}': "0x400"},
    ),
    Story(
        "WaakvlamAgencySilent",
        {'waakvlam_intake_agency_silent_seconds{agency="politie-nn"}': "0x4 60x40"},
        at="1m30s",
        before="1m",
        labels={"agency": "politie-nn"},
        calm={'waakvlam_intake_agency_silent_seconds{agency="politie-nn"}': "0x400"},
    ),
    Story(
        "WaakvlamCanaryLate",
        {'waakvlam_intake_canary_timestamp_seconds{agency="politie-nn"}': "0x400"},
        at="31m",
        before="29m",
        labels={"agency": "politie-nn", "topic": "agency.politie-nn"},
        calm={'waakvlam_intake_canary_timestamp_seconds{agency="politie-nn"}': "0x100 1515x300"},
    ),
    Story(
        "WaakvlamEventsMissing",
        {'waakvlam_intake_sequence_missing{agency="politie-nn"}': "2x400"},
        at="16m",
        before="14m",
        labels={"agency": "politie-nn"},
        calm={'waakvlam_intake_sequence_missing{agency="politie-nn"}': "2x40 0x300"},
    ),
    Story(
        "WaakvlamSetAsideOverdue",
        {'waakvlam_intake_set_aside_overdue_events{kind="dead_letters",agency="politie-nn"}': "1x400"},
        at="6m",
        before="4m",
        labels={"agency": "politie-nn", "kind": "dead_letters"},
        calm={'waakvlam_intake_set_aside_overdue_events{kind="parked",agency="politie-nn"}': "0x400"},
    ),
    Story(
        "WaakvlamLedgerChanged",
        {"waakvlam_checkpoint_refused_state": "0x4 1x40"},
        at="1m30s",
        before="1m",
        calm={"waakvlam_checkpoint_refused_state": "0x400"},
    ),
    Story(
        "WaakvlamCheckpointMissing",
        {"waakvlam_checkpoint_proven_timestamp_seconds": "1x900"},
        at="50h",
        before="48h",
        calm={"waakvlam_checkpoint_proven_timestamp_seconds": "0x900"},
        interval="4m",
    ),
    Story(
        "WaakvlamBackupTooOld",
        {"waakvlam_watch_backup_made_timestamp_seconds": "1x900"},
        at="49h",
        before="47h",
        calm={"waakvlam_watch_backup_made_timestamp_seconds": "0+240x900"},
        interval="4m",
    ),
    Story(
        "WaakvlamExpiresSoon",
        {'waakvlam_watch_expires_timestamp_seconds{what="ca"}': "1000000x400"},
        at="1m",
        before="",
        labels={"what": "ca"},
        calm={'waakvlam_watch_expires_timestamp_seconds{what="ca"}': f"{DAYS_40}x400"},
    ),
    Story("WaakvlamWatchdog", {"up": "1x4"}, at="0s", before=""),
)
