"""The rows of the watch in the table of metrics (`ledger.metrics`): what is measured from outside the workers.

A worker that stands still cannot say so. The watch (`waakvlam watch`) asks Kafka and the ledger's database itself how far
each reader came, and looks at what nobody else looks at: backups, certificates, room.
"""

from ledger.metric import Metric

WATCH = (
    Metric(
        "waakvlam_watch_looked_timestamp_seconds",
        "gauge",
        "seconds",
        "watch",
        "When the watch last looked at everything (real time).",
    ),
    Metric(
        "waakvlam_watch_reachable_state",
        "gauge",
        "state",
        "watch",
        "1 while Kafka, or the ledger's database, answers the watch; else 0.",
        ("what",),
    ),
    Metric(
        "waakvlam_watch_lag_records",
        "gauge",
        "records",
        "watch",
        "Records of a topic that a reader has not read, by the positions that Kafka knows.",
        ("reader", "topic"),
    ),
    Metric(
        "waakvlam_watch_lag_seconds",
        "gauge",
        "seconds",
        "watch",
        "For how long the oldest of them has been there, as far as the watch has seen it (real time).",
        ("reader", "topic"),
    ),
    Metric(
        "waakvlam_watch_no_progress_seconds",
        "gauge",
        "seconds",
        "watch",
        "For how long a reader has had something to read and read nothing (real time); 0 when it has nothing to read.",
        ("reader", "topic"),
    ),
    Metric(
        "waakvlam_watch_relay_behind_events",
        "gauge",
        "events",
        "watch",
        "Events in the ledger that the relay has not counted as delivered on case-events.",
    ),
    Metric(
        "waakvlam_watch_relay_behind_seconds",
        "gauge",
        "seconds",
        "watch",
        "For how long the oldest of them has been there, as far as the watch has seen it (real time).",
    ),
    Metric(
        "waakvlam_watch_backup_made_timestamp_seconds",
        "gauge",
        "seconds",
        "watch",
        "When the last backup was made here; while none was made of a ledger in a file, when its first event came. Of a server's "
        "ledger of which none was made here it is not told: it may be backed up elsewhere.",
    ),
    Metric(
        "waakvlam_watch_expires_timestamp_seconds",
        "gauge",
        "seconds",
        "watch",
        "When a certificate ends (ca: by which Kafka is trusted; broker: which Kafka shows), or a login's password is a year "
        "old (login-<who>).",
        ("what",),
    ),
    Metric(
        "waakvlam_watch_disk_free_bytes",
        "gauge",
        "bytes",
        "watch",
        "Room that is left where the data folder is.",
    ),
    Metric(
        "waakvlam_watch_disk_free_ratio",
        "gauge",
        "ratio",
        "watch",
        "The same as a part of the whole disk.",
    ),
)
