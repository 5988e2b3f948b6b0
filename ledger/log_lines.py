"""The one table of what services say in their logs: a fixed name for each line, and what to do when it is read.

    log = logs.logger(__name__)
    log.error("agency_silent", agency="politie-nn", lasts_hours=31, usual_hours=9)

What changes from one line to the next stands in fields, and only in those of the row (`ledger.log_line.FIELDS`). So a line can be
searched for and counted by its name for years, and no sentence can carry what it should not. Held by tests/contract/test_log_lines.py;
docs/reference/log-lines.md is written from it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ledger.log_line import AGENCY, BOARD, EVERY, INTAKE, MONITORING, WATCH, Line

STARTED = (
    Line("service_up", "info", EVERY, "The service has started and is at work.", fields=("part",)),
    Line("service_stopped", "info", EVERY, "The service was told to stop and has done so in an orderly way.", fields=("part",)),
    Line(
        "service_not_started", "critical", EVERY,
        "The service could not start; it ends.",
        "Read `message`: it names the file, database or setting. Where there is none, `error` and `place` say where it broke.",
        ("part", "error", "place", "message"),
    ),
    Line(
        "service_crashed", "critical", EVERY,
        "A part of the service broke, so all of it ends. Nothing of what was under way was acknowledged; it comes again.",
        "It is started again by itself. When it goes on: read `error`, `place` and `message`, and the runbook WaakvlamServiceDown.",
        ("part", "error", "place", "message"),
    ),
    Line(
        "service_left", "critical", EVERY,
        "The service did not stop in time and was left as it was.",
        "Nothing: what it did not commit comes again. Does it happen at each stop, tell the developers.",
        ("part", "seconds"),
    ),
)  # fmt: skip

KAFKA = (
    Line(
        "kafka_unreachable", "critical", EVERY,
        "Kafka does not answer at the start, so the service ends.",
        "Does Kafka run, and is WAAKVLAM_BOOTSTRAP right? `waakvlam doctor` asks from here.",
        ("address", "error"),
    ),
    Line(
        "topics_missing", "critical", EVERY,
        "Topics do not exist, or this login may not see them; the service ends.",
        "Make them, with the rights: `waakvlam topics apply`.",
        ("topics",),
    ),
    Line(
        "kafka_away", "warning", EVERY,
        "Kafka did not answer; it is tried again, and nothing was acknowledged meanwhile.",
        "Nothing when it ends by itself; else the runbook WaakvlamKafkaUnreachable.",
        ("part", "topic", "error"),
    ),
    Line(
        "database_away", "warning", EVERY,
        "A database ended or closed the connection. What was under way is done again when it is back; it is waited for, some minutes "
        "at most, and then the service ends.",
        "Nothing when `database_back` follows; else the runbook WaakvlamLedgerUnreachable.",
        ("part", "error", "place", "message"),
    ),
    Line("database_back", "info", EVERY, "The database answers again.", fields=("part", "seconds")),
    Line(
        "position_torn", "error", EVERY,
        "Kafka no longer has the place at which to go on: the topic was made anew or cut off. It is read from its beginning, and "
        "what was seen before is recognised.",
        "Find out who made the topic anew; `waakvlam reconcile` shows whether anything is wanting.",
        ("topic", "partition", "position", "first_offset", "end_offset"),
    ),
    Line(
        "hint_not_taken", "info", EVERY,
        "Kafka did not take the position that is told to it for tools that show lag; the true one is in the database.",
        fields=("error",),
    ),
    Line(
        "sender_dropped", "warning", EVERY,
        "The connection for sending could not be closed in an orderly way and was dropped.",
        "Nothing: what was not confirmed is sent again.",
        ("error",),
    ),
)  # fmt: skip

TRACES = (
    Line(
        "spans_dropped", "warning", EVERY,
        "The collector of traces does not take spans: they are dropped and counted, and all else goes on.",
        "Look whether the collector at WAAKVLAM_TRACES runs; no event and no alert depends on it.",
    ),
    Line("spans_taken_again", "info", EVERY, "The collector of traces takes spans again."),
)  # fmt: skip

DOOR = (
    Line(
        "agency_silent", "error", INTAKE,
        "An agency has sent nothing for longer than is usual. It was told on its receipts topic.",
        "Call it: the runbook WaakvlamAgencySilent.",
        ("agency", "lasts_hours", "usual_hours", "topic"),
    ),
    Line(
        "events_missing", "error", INTAKE,
        "Sequence numbers of an agency did not come. It was told on its receipts topic.",
        "Ask it to send them again: the runbook WaakvlamEventsMissing.",
        ("agency", "first", "last", "topic"),
    ),
    Line(
        "events_found", "warning", INTAKE,
        "Sequence numbers that were missing came after all.",
        "Nothing.",
        ("agency", "first", "last"),
    ),
    Line(
        "event_conflicts", "error", INTAKE,
        "An event id was sent again with other content; the second was set aside.",
        "Ask the agency which of the two is right: docs/how-to/set-aside.md.",
        ("agency", "event_id", "trace_id"),
    ),
    Line(
        "fuse_blown", "error", INTAKE,
        "Too much of an agency is set aside, so it is no longer read.",
        "The runbook WaakvlamAgencyStopped: `waakvlam dead-letters list --agency AGENCY`; have the sender mended, then "
        "`waakvlam fuse reset AGENCY --by ID --reason WHY`.",
        ("agency", "in_a_row", "set_aside", "seen"),
    ),
    Line(
        "set_aside_overdue", "error", INTAKE,
        "What was set aside is past its deadline, and nobody decided on it.",
        "Decide: `waakvlam KIND list --agency AGENCY`; docs/how-to/set-aside.md.",
        ("kind", "agency", "count"),
    ),
    Line(
        "replay_failed", "error", INTAKE,
        "What was set aside was to be tried again, and our own code fails on it; it stays set aside.",
        "Tell the developers `error`; a new version may take it.",
        ("item", "error", "place", "message"),
    ),
    Line(
        "batch_taken_apart", "warning", INTAKE,
        "A batch could not be taken in as a whole, so it is tried record by record.",
        "Nothing when no other line follows; a record on which it still fails ends intake, and `service_crashed` says so.",
        ("error",),
    ),
    Line(
        "counts_differ", "error", INTAKE,
        "Two counts of the same thing, made apart, stay different.",
        "`waakvlam reconcile` shows all of them; the runbook WaakvlamCountsDiffer.",
        ("pair", "difference"),
    ),
    Line(
        "checkpoint_refused", "critical", INTAKE,
        "No checkpoint is signed: the ledger no longer begins with what was signed before.",
        "Make an export now and keep it: docs/how-to/prove.md and the runbook WaakvlamLedgerChanged.",
        ("error", "place", "message"),
    ),
)  # fmt: skip

RADAR = (
    Line(
        "ledger_clock_stopped", "error", MONITORING,
        "The ledger's clock stands still, so alerts are raised without it: better early than silent.",
        "Look at intake and its relay: the runbook WaakvlamRadarBehind.",
        ("partitions",),
    ),
    Line("ledger_clock_runs", "info", MONITORING, "The ledger's clock runs again."),
    Line(
        "radar_was_blind", "error", MONITORING,
        "The radar saw nothing for a while; all that fell due in that time is raised now.",
        "Nothing: the board shows the time in which it was blind. Find out what stood still.",
        ("blind_from", "blind_until", "due", "cases"),
    ),
    Line(
        "case_broken", "error", MONITORING,
        "Of a case it cannot be computed what is due; all other cases go on.",
        "The runbook WaakvlamCaseBroken.",
        ("case", "error", "place", "message"),
    ),
    Line(
        "look_repeated", "warning", MONITORING,
        "A look found cases that another worker had changed; it is taken again.",
        "Nothing when it is seldom; once a second for minutes, two workers have one partition: start them anew.",
        ("error", "place", "message"),
    ),
    Line(
        "alerts_told_again", "warning", MONITORING,
        "Alerts that were delivered did not come back from the ledger; they are told again under the same ids.",
        "Look whether intake reads the topic alerts: the runbook WaakvlamAlertsUndelivered.",
        ("count",),
    ),
    Line(
        "audit_in_part", "warning", MONITORING,
        "The audit passed over a part of the cases: of some partitions nothing is known yet.",
        "Nothing when it ends within minutes of a start.",
    ),
    Line(
        "audit_differs", "error", MONITORING,
        "The audit found cases that were not what the ledger says, and mended them.",
        "The runbook WaakvlamDeadlineBroken.",
        ("kind", "count", "cases"),
    ),
    Line(
        "switch_not_reached", "warning", MONITORING,
        "The dead man's switch was not reached, so it may raise the alarm.",
        "Can monitoring reach WAAKVLAM_HEARTBEAT_URL? Its address is a secret and stands in no log.",
        ("error", "status"),
    ),
)  # fmt: skip

SCREEN = (
    Line("view_filled", "info", BOARD, "The board's view was empty; it was filled from the ledger.", fields=("count",)),
    Line(
        "view_not_fed", "critical", BOARD,
        "The board's view cannot be fed any more, so the board stops.",
        "It is started again by itself. When it goes on: `waakvlam rebuild board`, and tell the developers `error` and `place`.",
        ("error", "place", "message"),
    ),
    Line(
        "version_missing", "warning", BOARD,
        "An event of a case did not come over the bus; the case's history is read from the ledger.",
        "Nothing when it is seldom; else compare: `waakvlam reconcile`.",
        ("case", "version"),
    ),
    Line(
        "receipt_unreadable", "warning", f"{BOARD}; {AGENCY}",
        "A receipt cannot be read; it is passed over.",
        "Install the newest version of this package; the receipt stays on its topic.",
        ("topic", "partition", "offset", "field"),
    ),
    Line(
        "terms_not_counted", "warning", BOARD,
        "What is due in a case cannot be counted; its page says so.",
        "Does the calendar of the agreements reach far enough? `waakvlam why CASE` names the fault.",
        ("case", "error"),
    ),
    Line(
        "endings_not_told", "warning", BOARD,
        "What came to its end in a case cannot be told; its page shows nothing of it.",
        "As for `terms_not_counted`.",
        ("case", "error"),
    ),
    Line(
        "figures_not_counted", "warning", BOARD,
        "The figures of today could not be counted; those of before stay.",
        "Read the lines before it; it is tried again within ten minutes.",
        ("exit_code",),
    ),
    Line("thrown_away", "info", BOARD, "What ended longer ago than its term was thrown away.", fields=("kind", "count", "days")),
    Line(
        "not_thrown_away", "warning", BOARD,
        "What is past its term could not be thrown away; it is due at the next look as well.",
        "Read `message`: mostly the database of the look log does not answer.",
        ("error", "place", "message"),
    ),
)  # fmt: skip

OUTSIDE = (
    Line(
        "watch_unanswered", "error", WATCH,
        "Kafka or the ledger does not answer who watches from outside.",
        "The runbook WaakvlamKafkaUnreachable or WaakvlamLedgerUnreachable.",
        ("what", "error"),
    ),
    Line("watch_answered", "warning", WATCH, "What did not answer answers again.", "Nothing.", ("what",)),
    Line(
        "certificates_unreadable", "warning", WATCH,
        "A file that should hold certificates holds none that can be read.",
        "Look at WAAKVLAM_CA_FILE: it must hold certificates in PEM.",
        ("file",),
    ),
)  # fmt: skip

LIBRARY = "library_said"
OTHERS = (
    Line(
        LIBRARY, "info", EVERY,
        "A library said something, at a level of its own. `said` is its own sentence; what it would have filled in is left out, save "
        "numbers, addresses, names of topics and agencies, and the class of an error. It explains the lines of ours beside it.",
        fields=("error", "place"),
    ),
)  # fmt: skip

LINES: Final[Mapping[str, Line]] = MappingProxyType(
    {one.name: one for one in (*STARTED, *KAFKA, *TRACES, *DOOR, *RADAR, *SCREEN, *OUTSIDE, *OTHERS)}
)
